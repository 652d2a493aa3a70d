"""The shipped roadmap on a fresh copy of the demo repository, measured from the first task to `undo --all`."""
