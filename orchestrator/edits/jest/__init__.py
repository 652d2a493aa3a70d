"""Jest's configuration: which files count for coverage, and how much of them has to be covered."""
