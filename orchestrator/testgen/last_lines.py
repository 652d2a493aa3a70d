"""The end of what a program printed: whole lines, as half a line says nothing and looks like a fault of ours."""

LONGEST = 800  # characters


def last_lines(printed: str) -> str:
    """Return the last lines that have at most `LONGEST` characters together; of one that is longer its beginning."""
    kept: list[str] = []
    left = LONGEST
    for row in reversed(printed.strip().splitlines()):
        left -= len(row) + bool(kept)
        if left < 0:
            break
        kept.insert(0, row)
    return "\n".join(kept) if kept else printed.strip().rpartition("\n")[2][:LONGEST]
