"""What an argument holds after a call: of a file in memory what was written into it."""

import io


def content(name: str, value: object) -> tuple[str, object]:
    """Return the expression and the value to assert about for a variable of this name."""
    if isinstance(value, io.StringIO | io.BytesIO) and not value.closed:
        return f"{name}.getvalue()", value.getvalue()
    return name, value
