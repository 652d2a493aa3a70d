"""The actions that edit any YAML."""
