"""One file (or one folder) per task type."""
