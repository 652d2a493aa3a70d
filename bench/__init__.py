"""Measurements of orchestrate beside its peers: `python -m bench`."""
