"""Severities of findings, as scanners list them."""


def covers(present: str, wanted: str) -> bool:
    """Say whether a list of severities fails on everything that another one fails on; none given means all."""
    return not present or set(wanted.split(",")) <= {part.strip() for part in present.upper().split(",")}
