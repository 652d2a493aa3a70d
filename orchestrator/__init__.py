"""Run improvement work on a repository phase by phase: previewed, measured, resumable, undoable."""

__version__ = "0.1.0"
