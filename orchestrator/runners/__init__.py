"""The places where attempts run."""
