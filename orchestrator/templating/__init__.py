"""Sandboxed Jinja2: templates, interpolation and conditions."""
