"""How far coverage is to reach when nobody said it: the whole source folder, without what is no code under test."""

import posixpath
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from orchestrator.edits.jest.document import JestDocument
from orchestrator.edits.jest.globs import static_folder, without_root
from orchestrator.edits.result import EditCode, Refusal

# Folders that hold no code whose coverage says anything.
KEPT_OUT = frozenset(
    [
        "test",
        "tests",
        "testing",
        "test-utils",
        "__tests__",
        "__mocks__",
        "mocks",
        "fixtures",
        "__fixtures__",
        "migrations",
        "seeds",
        "seeders",
        "types",
        "typings",
        "generated",
        "__generated__",
        "gen",
        "stories",
        "dist",
        "build",
        "vendor",
        "e2e",
        "node_modules",
    ]
)
_ROOTS = ("src", "lib", "app")
_ENDS = ("ts", "tsx", "js", "jsx", "mjs", "cjs", "mts", "cts")
_END = re.compile(r"\.(\{[\w,]+\}|\w+)$")
_TEST = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")
_DECLARATION = re.compile(r"\.d\.[cm]?ts$")
_WHOLE_FOLDER = re.compile(r"!(?P<folder>[^*?\[\]{}()!]+?)(?:/|/\*\*|/\*\*/\*|/\*\*/\*\.(?:\w+|\{[\w,]+\}))")


@dataclass(frozen=True, slots=True)
class Scope:
    """What the list is to gain and to lose."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    remove: tuple[str, ...]


def whole_source(document: JestDocument, present: Sequence[str]) -> Scope:
    """Work out the scope that covers the source folders; Refusal E_PRECONDITION when there are none.

    What counts already goes on counting, also a test that should not: that is a warning, not part of expanding.
    """
    roots = _roots(document, present)
    plain = [without_root(one) for one in present]
    include = tuple(one for root in roots if (one := _include(document, root, present)) not in plain)
    remove = tuple(
        one
        for one in present
        if (found := _WHOLE_FOLDER.fullmatch(without_root(one)))
        and posixpath.basename(found["folder"].rstrip("/")) not in KEPT_OUT
        and any(found["folder"].startswith(root + "/") for root in roots)
    )
    after = [*include, *(one for one in present if one not in remove)]
    fresh = (document.counted(after) or frozenset()) - (document.counted(present) or frozenset())
    return Scope(include, tuple(_excludes(fresh, roots)), remove)


def is_no_code_under_test(path: str) -> bool:
    """Say whether a file is a test, a type declaration, or lies in a folder of such."""
    folders = path.split("/")[:-1]
    return bool(_TEST.search(path) or _DECLARATION.search(path) or KEPT_OUT.intersection(folders))


def _roots(document: JestDocument, present: Sequence[str]) -> list[str]:
    """Return the top folders that positive globs begin with, else the usual ones that are there."""
    named = [static_folder(one).split("/")[0] for one in present if not one.startswith("!")]
    roots = [name for name in dict.fromkeys(named) if name]
    if not roots:
        base = document.base()
        roots = [name for name in _ROOTS if document.scene.tree.exists(posixpath.join(base, name))][:1]
    if not roots:
        raise Refusal(EditCode.PRECONDITION, "it cannot be told where the sources are", hint="say it with `include`")
    return roots


def _include(document: JestDocument, root: str, present: Sequence[str]) -> str:
    for one in present:
        end = _END.search(one)
        if not one.startswith("!") and end and static_folder(one).split("/")[0] == root:
            return f"{root}/**/*.{end[1]}"
    files = document.files([f"{root}/*"])
    ends = [end for end in _ENDS if any(path.endswith(f".{end}") and not _TEST.search(path) for path in files)]
    if not ends:
        raise Refusal(EditCode.PRECONDITION, f"there is no JavaScript or TypeScript in {root}")
    return f"{root}/**/*.{ends[0] if len(ends) == 1 else '{' + ','.join(ends) + '}'}"


def _excludes(files: Iterable[str], roots: Sequence[str]) -> list[str]:
    """Return the globs that keep tests, declarations and the like out of these files."""
    found: set[str] = set()
    for path in files:
        root = next((one for one in roots if path.startswith(one + "/")), "")
        folders = path.split("/")[:-1]
        kept_out = next((at for at, name in enumerate(folders) if name in KEPT_OUT), None)
        if (test := _TEST.search(path)) is not None:
            found.add(f"!{root}/**/*{test[0]}" if root else f"!**/*{test[0]}")
        elif (declaration := _DECLARATION.search(path)) is not None:
            found.add(f"!{root}/**/*{declaration[0]}" if root else f"!**/*{declaration[0]}")
        elif kept_out is not None:
            name = folders[kept_out]
            repeats = name.startswith("__")
            found.add(f"!{root}/**/{name}/**" if repeats else f"!{'/'.join(folders[: kept_out + 1])}/**")
    return sorted(found)
