"""One file per command, a straight line each; `wiring` is the one composition root."""
