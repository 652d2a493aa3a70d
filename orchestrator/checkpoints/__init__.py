"""One file per measured condition."""
