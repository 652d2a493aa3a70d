"""Who writes which file: two tasks with a common target never run at the same time.

A path that ends with `/` locks everything below it. Each question costs the depth of the path, however many
locks are held: for every folder on the way we remember what is held below.
"""

from collections.abc import Iterable, Iterator


def lock_keys(writes: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct keys of declared writes: no `./`, no doubled slashes, the root as `/`."""
    return tuple(sorted({_key(path) for path in writes}))


def _key(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        return "/"
    return "/".join(parts) + ("/" if path.endswith(("/", "/.")) else "")


def _folders(key: str) -> Iterator[str]:
    """Yield every folder that holds `key`, outermost first, `key` itself excluded."""
    if key == "/":
        return
    yield "/"
    end = key.find("/")
    while 0 <= end < len(key) - 1:
        yield key[: end + 1]
        end = key.find("/", end + 1)


class Locks:
    """The locks that are held now."""

    def __init__(self) -> None:
        self._holders: dict[str, int] = {}
        self._below: dict[str, dict[str, None]] = {}

    def holder(self, key: str) -> int | None:
        """Return the task that holds this very key."""
        return self._holders.get(key)

    def conflict(self, keys: Iterable[str]) -> str | None:
        """Return a held key that stands in the way of `keys`, or None when all can be taken."""
        if not self._holders:
            return None
        for key in keys:
            if key in self._holders:
                return key
            for folder in _folders(key):
                if folder in self._holders:
                    return folder
            below = self._below.get(key)
            if below:
                return next(iter(below))
        return None

    def acquire(self, task: int, keys: Iterable[str]) -> None:
        """Take all keys; `conflict` said that they are free."""
        for key in keys:
            self._holders[key] = task
            for folder in _folders(key):
                self._below.setdefault(folder, {})[key] = None

    def release(self, keys: Iterable[str]) -> None:
        """Give all keys back."""
        for key in keys:
            del self._holders[key]
            for folder in _folders(key):
                below = self._below[folder]
                del below[key]
                if not below:
                    del self._below[folder]
