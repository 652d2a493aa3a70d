"""The only door to the target repository: confined, atomic, journalled, undoable."""
