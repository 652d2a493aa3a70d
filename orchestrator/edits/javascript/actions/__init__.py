"""The actions that edit JavaScript."""
