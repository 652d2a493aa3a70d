"""What a module may ask for in vain while it is imported: a folder beside its sources, and a file for its log.

Programs set both up where they start. No test is about either, so the tree stays as it is and importing goes on.
"""

import logging
import os
from collections.abc import Callable
from typing import Any


def grant_in_vain(is_importing: Callable[[], bool], may_write: Callable[[object], bool]) -> None:
    """Make no folder that importing must not make, and write logs that lie there to nowhere; for the whole process."""
    make, opened = os.mkdir, logging.FileHandler._open

    def mkdir(path: Any, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        if dir_fd is not None or not is_importing() or may_write(path):
            make(path, mode, dir_fd=dir_fd)

    def open_log(handler: logging.FileHandler) -> Any:
        if not may_write(handler.baseFilename):
            handler.baseFilename = os.devnull
        return opened(handler)

    os.mkdir = mkdir
    logging.FileHandler._open = open_log  # type: ignore[method-assign, assignment]  # a method in place of one
