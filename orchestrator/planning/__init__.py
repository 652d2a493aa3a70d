"""Pure: load → validate → expand → resolve → select → plan."""
