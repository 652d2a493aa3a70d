"""The actions that edit TOML."""
