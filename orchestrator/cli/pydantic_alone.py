"""Load pydantic without looking for its plug-ins, which are switched off for us (`__main__`).

It imports what finds installed packages all the same, a tenth of the time that reading a document takes; so something
that imports it on demand stands there meanwhile.
"""

import sys
from types import ModuleType
from typing import Any

_FINDER = "importlib.metadata"


def load_pydantic() -> None:
    """Import what pydantic needs to make models; whatever is odd about it shows in who imports it next."""
    if _FINDER in sys.modules or "pydantic" in sys.modules:
        return
    stand_in = ModuleType(_FINDER)
    stand_in.entry_points = _entry_points  # type: ignore[attr-defined]
    sys.modules[_FINDER] = stand_in
    try:
        import pydantic.plugin._loader  # noqa: F401 - nothing of it is used here
    except ImportError:  # a pydantic that takes more of it, or has no such part
        return
    finally:
        del sys.modules[_FINDER]


def _entry_points(**which: str) -> Any:
    from importlib.metadata import entry_points

    return entry_points(**which)
