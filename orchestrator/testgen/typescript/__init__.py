"""Generate TypeScript and JavaScript tests inside the project's own Jest or Vitest.

`node/` runs under the project's Node and uses nothing but the project's own `typescript` and runner; everything else
here runs in our interpreter. Nothing is written into the user's tree: all of it happens in a copy (`overlay.py`).
"""
