"""What a run cannot promise (a file too large to keep): news while somebody listens, else a line on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.cli.streams import tell


class Cautions:
    """Takes warnings from any thread and passes them on to whoever shows news now."""

    def __init__(self) -> None:
        self._announce: Callable[[str], object] = _write

    def __call__(self, text: str) -> None:
        """Pass one warning on."""
        self._announce(text)

    @contextmanager
    def heard_by(self, announce: Callable[[str], object]) -> Iterator[None]:
        """Pass warnings to `announce` meanwhile."""
        self._announce = announce
        try:
            yield
        finally:
            self._announce = _write


def _write(text: str) -> None:
    tell(f"warning: {text}\n")
