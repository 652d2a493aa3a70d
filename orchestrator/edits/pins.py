"""Versions of actions, each by the commit that its tag points to.

A tag can be moved to other code, a commit cannot. The object of an annotated tag is not the commit: every entry is
the peeled one (`git rev-parse TAG^{commit}`). A repository overrides entries in `.github/action-pins.json`, which has
the same shape.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from orchestrator.edits.result import EditCode, Refusal

OVERRIDES = ".github/action-pins.json"
_COMMIT = re.compile(r"[0-9a-f]{40}")
_USES = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?P<folder>(?:/[\w./-]+)?)@(?P<ref>\S+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """One version of an action and the commit that it is; `older` is the last version of each earlier major one."""

    version: str
    commit: str
    older: tuple["Pin", ...] = ()

    @property
    def major(self) -> str:
        """Return the first number of the version."""
        return major_of(self.version)


@dataclass(frozen=True)
class Pins:
    """The pins by `owner/name`, and the day when they were last checked."""

    checked: str
    by_repo: Mapping[str, Pin]

    def find(self, repo: str) -> Pin | None:
        """Return the pin of `owner/name` (letter case does not count), or None."""
        return self.by_repo.get(repo.lower())

    def find_major(self, repo: str, ref: str) -> Pin | None:
        """Return the pin of the same major version as a ref (`v4`, `4.1.0`), or None."""
        newest = self.find(repo)
        every = (newest, *newest.older) if newest is not None else ()
        return next((pin for pin in every if pin.major == major_of(ref)), None)

    def uses(self, action: str) -> "PinnedUse":
        """Return what to write for `owner/name` or `owner/name/folder`; Refusal E_UNPINNED when nothing is known."""
        repo = "/".join(action.split("/")[:2])
        pin = self.find(repo)
        if pin is None:
            raise Refusal(EditCode.UNPINNED, f"no commit is known for {repo}", hint=f"add it to {OVERRIDES}")
        return PinnedUse(f"{action}@{pin.commit}", pin.version)

    def overridden(self, text: str) -> "Pins":
        """Return the pins with those of a JSON text over them; Refusal E_PARAM when it is not of the right shape."""
        other = read_pins(text)
        return Pins(other.checked or self.checked, {**self.by_repo, **other.by_repo})


@dataclass(frozen=True, slots=True)
class PinnedUse:
    """The value of a `uses:` key and the version that stands behind it as a comment."""

    uses: str
    version: str


def read_pins(text: str) -> Pins:
    """Read a JSON text of pins; Refusal E_PARAM when it is not of the right shape."""
    try:
        data = json.loads(text)
        entries = {name: _read_pin(entry) for name, entry in data["pins"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(EditCode.PARAM, f"the pins cannot be read: {error}") from error
    for name, pin in entries.items():
        wrong = next((one.commit for one in (pin, *pin.older) if not _COMMIT.fullmatch(one.commit)), None)
        if wrong is not None:
            raise Refusal(EditCode.PARAM, f"the pin of {name} is no commit: {wrong}")
    return Pins(str(data.get("checked", "")), {name.lower(): pin for name, pin in entries.items()})


def _read_pin(entry: Mapping[str, Any]) -> Pin:
    older = tuple(Pin(str(one["version"]), str(one["commit"])) for one in entry.get("older", ()))
    return Pin(str(entry["version"]), str(entry["commit"]), older)


def major_of(ref: str) -> str:
    """Return the major version that a ref names; a branch is one of its own."""
    return ref.removeprefix("v").split(".", maxsplit=1)[0]


@cache
def shipped_pins() -> Pins:
    """Return the pins that come with the product."""
    from importlib.resources import files  # it brings zipfile and tempfile: too much for those who only list handlers

    return read_pins(files("orchestrator.edits").joinpath("pins.json").read_text(encoding="utf-8"))


def split_uses(uses: str) -> tuple[str, str, str] | None:
    """Return repository, folder and ref of a `uses:` value; None for local actions and containers."""
    found = _USES.fullmatch(uses)
    return (found["repo"], found["folder"], found["ref"]) if found else None


def is_pinned(uses: str) -> bool:
    """Say whether a `uses:` value cannot be moved to other code: a commit, a digest, or a local folder."""
    if uses.startswith("./"):
        return True
    if uses.startswith("docker://"):
        return "@sha256:" in uses
    parts = split_uses(uses)
    return parts is not None and _COMMIT.fullmatch(parts[2]) is not None
