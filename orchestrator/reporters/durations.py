"""Durations for people."""


def clock(seconds: float) -> str:
    """Return `1:05`, `2:03:04`: time as a watch shows it."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def took(seconds: float) -> str:
    """Return how long something took: `0.4s` below ten seconds, else as a watch shows it."""
    return f"{max(0.0, seconds):.1f}s" if seconds < 9.95 else clock(seconds)


def about(seconds: float) -> str:
    """Return a rough duration for something that is still to come."""
    if seconds < 10:
        return "<10s"
    if seconds < 90:
        return f"~{round(seconds / 5) * 5}s"
    if seconds < 5400:
        return f"~{round(seconds / 60)}m"
    return f"~{seconds / 3600:.1f}h"
