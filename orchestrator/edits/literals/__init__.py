"""Object and array literals, as JSON and JavaScript share them: spans, style, and edits by patches."""
