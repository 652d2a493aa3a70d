"""The actions that edit Jest configurations, one file each."""
