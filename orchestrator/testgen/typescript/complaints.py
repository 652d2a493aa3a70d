"""What a test runner complained about, in the words that help."""


def what_went_wrong(text: str) -> str:
    """Return what a runner's complaint says, on one line: from its first error on, without stacks."""
    rows = [row.strip() for row in text.splitlines()]
    rows = [row for row in rows if row and not row.startswith("at ")]
    first = next((number for number, row in enumerate(rows) if "Error" in row), 0)
    return " ".join(" ".join(rows[first:]).split())[:600]
