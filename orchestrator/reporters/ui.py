"""Which display a run gets when nobody chose one."""

from collections.abc import Mapping

# Programs that read along: a redrawn screen is noise to them.
_AGENTS = ("CLAUDECODE", "CURSOR_AGENT", "CODEX_SANDBOX", "CODEX_THREAD_ID", "GEMINI_CLI", "AI_AGENT", "AGENT")


def is_agent(environ: Mapping[str, str]) -> bool:
    """Say whether a coding agent started this process."""
    return any(environ.get(name) for name in _AGENTS)


def choose_ui(asked: str, environ: Mapping[str, str], *, is_terminal: bool) -> str:
    """Return `live` or `plain` for `auto`, else what was asked for.

    Live needs a terminal that can move its cursor, and somebody who looks at it: not CI, no agent.
    """
    if asked != "auto":
        return asked
    can_redraw = is_terminal and environ.get("TERM", "") not in ("", "dumb")
    return "live" if can_redraw and not environ.get("CI") and not is_agent(environ) else "plain"
