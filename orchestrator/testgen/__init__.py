"""Analyse sources, make inputs, keep only tests that prove themselves."""
