"""Data without I/O: what a person wrote, what we plan, what happened, what is announced."""
