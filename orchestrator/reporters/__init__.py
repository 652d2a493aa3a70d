"""One file per view of a run."""
