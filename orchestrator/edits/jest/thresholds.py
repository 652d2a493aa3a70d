"""Keys of `coverageThreshold`: which one a wanted folder is, and which files each of them stands for.

Jest compares a folder key as a prefix of the file's path, so `./src/routes` also takes `./src/routes-admin`: keys get
a trailing slash. Files below a key no longer count for `global`. A glob key judges each file by itself.
"""

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence

from orchestrator.edits.jest.document import JestDocument
from orchestrator.edits.jest.globs import UnknownGlob, counted, static_folder
from orchestrator.edits.result import EditCode, Refusal

_GLOB = re.compile(r"[*?{}\[\]!]")
_ROOTS = ("src", "lib", "app")


def is_glob(key: str) -> bool:
    """Say whether a key judges each file by itself."""
    return _GLOB.search(key) is not None


def normal(key: str) -> str:
    """Return a key without its spelling: `./src/x/` and `src/x` are one."""
    return key if key == "global" else posixpath.normpath(key)


def present_key(keys: Iterable[str], wanted: str) -> str | None:
    """Return the key that stands for the same files already, or None."""
    return next((key for key in keys if normal(key) == normal(wanted)), None)


def wanted_key(document: JestDocument, name: str) -> str:
    """Return the key for what a person wrote: `services` is `./src/services/` where only that folder is there.

    Refusal E_NOT_FOUND when there is no such folder, E_AMBIGUOUS when there are several.
    """
    if name == "global" or is_glob(name):
        return name
    plain = posixpath.normpath(name)
    if plain.startswith(("..", "/")):
        raise Refusal(EditCode.PARAM, f"{name} is no folder of the repository")
    places = [plain] if _is_there(document, plain) else _below_roots(document, plain)
    if not places:
        raise Refusal(
            EditCode.NOT_FOUND, f"there is no folder {name}", hint="write it from the root, like src/services"
        )
    if len(places) > 1:
        raise Refusal(EditCode.AMBIGUOUS, f"{name} may be {' or '.join(places)}")
    return f"./{places[0]}" if _is_file(document, places[0]) else f"./{places[0]}/"


def files_of(key: str, files: Iterable[str]) -> list[str]:
    """Return which of these files (relative to the config's folder) a key stands for; UnknownGlob when unknown."""
    if is_glob(key):
        return sorted(counted([key], files))
    prefix = key.removeprefix("./")
    return sorted(path for path in files if path.startswith(prefix))


def rest_of(keys: Sequence[str], files: Iterable[str]) -> list[str]:
    """Return the files that are left for `global`."""
    left = set(files)
    for key in keys:
        try:
            left.difference_update(files_of(key, left) if key != "global" else ())
        except UnknownGlob:
            continue
    return sorted(left)


def present_thresholds(document: JestDocument) -> Mapping[str, Mapping[str, float]]:
    """Return `coverageThreshold` as it is; Refusal E_DYNAMIC when computed, E_PRECONDITION when of another shape."""
    found = document.get("coverageThreshold")
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, dict) for value in found.values()):
        raise Refusal(EditCode.PRECONDITION, "coverageThreshold is no object of objects")
    for key, values in found.items():
        for metric, value in values.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refusal(EditCode.PRECONDITION, f"coverageThreshold of {key}: {metric} is no number")
    return found


def _below_roots(document: JestDocument, plain: str) -> list[str]:
    try:
        patterns = document.patterns() or []
    except Refusal:
        patterns = []
    named = [static_folder(one).split("/")[0] for one in patterns if not one.startswith("!")]
    roots = [root for root in dict.fromkeys([*named, *_ROOTS]) if root]
    return [place for root in roots if _is_there(document, place := f"{root}/{plain}")]


def _is_there(document: JestDocument, place: str) -> bool:
    return document.scene.tree.exists(posixpath.join(document.folder, place))


def _is_file(document: JestDocument, place: str) -> bool:
    return document.scene.read_if_there(posixpath.join(document.folder, place)) is not None
