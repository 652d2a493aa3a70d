"""Errors that the code raises because it stumbled: what it says of the argument may be false then."""

import linecache
import os
import traceback
import types

_STUMBLES = (TypeError, AttributeError)
_MOST = 5  # errors behind an error


def is_stumble(error: BaseException) -> bool:
    """Say whether an error stands for one that was raised further down, and that nobody raised on purpose.

    A check that fails where it stands is none: `int(value)` in the `try` that turns its error into another one.
    """
    behind = error.__context__
    for _ in range(_MOST):
        if behind is None:
            return False
        frames = [each for each in traceback.walk_tb(behind.__traceback__) if not _is_probe(each[0])]
        if isinstance(behind, _STUMBLES) and len(frames) > 1:
            frame, number = frames[-1]
            return not linecache.getline(frame.f_code.co_filename, number).strip().startswith("raise")
        behind = behind.__context__
    return False


def _is_probe(frame: types.FrameType) -> bool:
    """Say whether a frame is one of what watches the code, and not one of the code."""
    return os.path.dirname(frame.f_code.co_filename) == os.path.dirname(__file__)
