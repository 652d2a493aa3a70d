"""Surgical edits of YAML: spans from the parser's marks, patches in the style of the file."""
