"""How things look: width, colours, glyphs. Decided once from flags, environment and stream, then passed on as a value.

Colour precedence: `--color`, a non-empty NO_COLOR, a non-empty FORCE_COLOR, TTY_COMPATIBLE, then whether the stream is
a terminal that is not `dumb` (no-color.org, force-color.org). Colour never carries a meaning alone.
"""

from collections.abc import Mapping

from msgspec import Struct

from orchestrator.models.status import TaskState

_CODES = {
    "good": "32",
    "bad": "31",
    "warn": "33",
    "accent": "36",
    "dim": "2",
    "bold": "1",
    "error": "1;31",
    "warning": "1;33",
}
_GLYPHS = {
    "good": ("✓", "+"),
    "bad": ("✗", "x"),
    "same": ("=", "="),
    "skip": ("-", "-"),
    "wait": ("⏸", "?"),
    "retry": ("↻", "~"),
    "run": ("●", "*"),
    "bar": ("━", "#"),
    "track": ("─", "."),
    "ellipsis": ("…", "..."),
    "arrow": ("→", "->"),
    "tee": ("├─ ", "|- "),
    "corner": ("└─ ", "`- "),
    "pipe": ("│  ", "|  "),
    "least": ("≥", ">="),
}
_STATES = {
    TaskState.CHANGED: ("good", "good"),
    TaskState.UNCHANGED: ("same", "good"),
    TaskState.FAILED: ("bad", "error"),
    TaskState.BLOCKED: ("skip", "bad"),
    TaskState.SKIPPED: ("skip", "warn"),
    TaskState.CANCELLED: ("skip", "warn"),
    TaskState.INTERRUPTED: ("bad", "warn"),
    TaskState.WAITING: ("wait", "warn"),
    TaskState.RUNNING: ("run", "accent"),
}


class Look(Struct, frozen=True, kw_only=True):
    """What a view may use; `width` in columns, 0 = lines are never cut (a pipe)."""

    width: int = 80
    colour: bool = False
    ascii: bool = False

    def paint(self, role: str, text: str) -> str:
        """Return the text in the colour of its role, or as it is."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.colour and text else text

    def glyph(self, name: str) -> str:
        """Return a glyph, or its stand-in of plain letters."""
        return _GLYPHS[name][self.ascii]

    def of_state(self, state: TaskState) -> tuple[str, str]:
        """Return glyph and role of a task's state."""
        name, role = names_of_state(state)
        return self.glyph(name), role


def names_of_state(state: TaskState) -> tuple[str, str]:
    """Return the names of a state's glyph and role."""
    return _STATES.get(state, ("skip", "dim"))


def wants_colour(choice: str, environ: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Say whether colours are used; `choice` is what `--color` says: auto, always, never."""
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    compatible = environ.get("TTY_COMPATIBLE")
    if compatible in ("0", "1"):
        return compatible == "1"
    return is_terminal and environ.get("TERM") != "dumb"


def wants_ascii(environ: Mapping[str, str], encoding: str | None, *, asked: bool = False) -> bool:
    """Say whether glyphs are left out: on request, on a dumb terminal, or when the stream cannot encode them."""
    plain = (encoding or "").lower().replace("-", "").replace("_", "")
    return asked or environ.get("TERM") == "dumb" or not plain.startswith("utf")


def choose_look(
    environ: Mapping[str, str],
    *,
    is_terminal: bool,
    encoding: str | None,
    columns: int,
    color: str = "auto",
    ascii: bool = False,
) -> Look:
    """Decide for one stream; only lines for a terminal are ever cut to its width."""
    return Look(
        width=columns if is_terminal else 0,
        colour=wants_colour(color, environ, is_terminal=is_terminal),
        ascii=wants_ascii(environ, encoding, asked=ascii),
    )
