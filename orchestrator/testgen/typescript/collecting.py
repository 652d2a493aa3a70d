"""Which test files a project's Jest or Vitest collects, as their settings say; they are read as text."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_OF_OLD_JEST = ("**/__tests__/**/*.[jt]s?(x)", "**/?(*.)+(spec|test).[jt]s?(x)")  # before version 30: no .cjs, no .mts
_SETTINGS = ("jest.config.*", "vitest.config.*", "vite.config.*")
_LITERAL = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`)\s*,?""")
_OF_TESTS = re.compile(r"test|spec", re.IGNORECASE)  # what coverage includes is written under the same name
_ENDINGS = ((".ts", ".mts", ".cts", ".tsx"), (".js", ".mjs", ".cjs", ".jsx"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """What is collected below `folder`: files that a pattern matches and that lie in a root; no patterns match all."""

    folder: str
    patterns: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()

    def takes(self, path: str) -> bool:
        """Say whether a file is collected; `path` is relative to the project's root."""
        inner = os.path.relpath(path, self.folder)
        if self.roots and not any(PurePosixPath(inner).is_relative_to(each) for each in self.roots):
            return False
        return not self.patterns or any(re.fullmatch(_expression(each), inner) for each in self.patterns)


def read_collected(root: str, path: str) -> Collected:
    """Return what the nearest settings above a module say; everything is collected where they say nothing."""
    for parent in PurePosixPath(path).parents:
        folder = Path(root, parent)
        texts = [each.read_text(errors="replace") for name in _SETTINGS for each in sorted(folder.glob(name))]
        texts += _of_package(folder / "package.json")
        found = [each for text in texts for name in ("testMatch", "include") for each in _listed(text, name)]
        patterns = tuple(_bare(each) for each in found if _OF_TESTS.search(each) and not each.startswith("!"))
        roots = tuple(_bare(each) for text in texts for each in _listed(text, "roots"))
        if patterns or roots:
            return Collected(folder=str(parent), patterns=patterns, roots=tuple(each for each in roots if each != "."))
    return Collected(folder=".", patterns=_OF_OLD_JEST if _is_old_jest(root, path) else ())


def collected_place(found: Collected, place: str, module: str) -> str:
    """Return where a module's tests are collected: `place`, else under a name or in a folder that settings name."""
    return next((each for each in _places(found, place, module) if found.takes(each)), place)


def _places(found: Collected, place: str, module: str) -> Iterator[str]:
    """Yield where tests may stand, what is like the project's habit first."""
    first, inner = PurePosixPath(place), PurePosixPath(os.path.relpath(module, found.folder))
    below = PurePosixPath(*inner.parts[1:]) if inner.parts[0] in ("src", "lib", "app") else inner
    folders = [str(first.parent), str(PurePosixPath(module).parent / "__tests__"), str(PurePosixPath(module).parent)]
    for base in (*(_folder_of(each) for each in found.patterns), *found.roots):
        for rest in (below.parent, inner.parent, PurePosixPath()):
            folders.append(str(PurePosixPath(found.folder, base, rest)))
    word = "spec" if f".spec{first.suffix}" in first.name else "test"
    suffixes = _suffixes(first.suffix)
    for folder in dict.fromkeys(folders):
        for suffix in suffixes:
            for each in dict.fromkeys((word, "test", "spec")):
                yield str(PurePosixPath(folder, f"{inner.stem}.{each}{suffix}"))


def _suffixes(own: str) -> list[str]:
    """Return endings of the same language, then of the other one."""
    mine, others = sorted(_ENDINGS, key=lambda each: own not in each)
    return list(dict.fromkeys((own, *mine, *others)))


def _folder_of(pattern: str) -> str:
    """Return the folders with which a pattern begins."""
    parts = pattern.split("/")[:-1]
    stop = next((number for number, each in enumerate(parts) if set(each) & set("*?{[(")), len(parts))
    return "/".join(parts[:stop])


def _of_package(path: Path) -> list[str]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return []
    return [json.dumps(content["jest"])] if isinstance(content, dict) and "jest" in content else []


def _is_old_jest(root: str, path: str) -> bool:
    """Say whether the package is tested by a Jest before version 30; what that collects, Vitest does as well."""
    places = [Path(root, parent, "node_modules") for parent in PurePosixPath(path).parents]
    found = next((each / "jest/package.json" for each in places if (each / "jest/package.json").is_file()), None)
    if found is None:
        return False
    version = str(json.loads(found.read_text(encoding="utf-8-sig")).get("version", ""))
    return version.partition(".")[0] in {str(number) for number in range(20, 30)}


def _listed(text: str, name: str) -> Sequence[str]:
    """Return the texts that a setting lists."""
    found = []
    for begin in re.finditer(rf"""\b{name}\b["']?\s*:\s*\[?""", text):
        at = begin.end()
        while literal := _LITERAL.match(text, at):
            found.append(next(each for each in literal.groups() if each is not None))
            at = literal.end()
            if "[" not in begin.group():
                break
    return found


def _bare(pattern: str) -> str:
    """Return a pattern as it is seen from the folder of the settings."""
    bare = re.sub(r"^(<rootDir>/?|\./)", "", pattern.replace("\\\\", "\\"))
    return os.path.normpath(bare) if bare else "."


def _expression(pattern: str) -> str:
    """Return a glob as a regular expression."""
    text, at = "", 0
    closing: list[str] = []
    while at < len(pattern):
        rest, one = pattern[at:], pattern[at]
        if rest.startswith("**/"):
            text, at = f"{text}(?:.*/)?", at + 3
        elif rest.startswith("**"):
            text, at = f"{text}.*", at + 2
        elif one in "?+*@" and rest[1:2] == "(":
            closing.append({"?": ")?", "+": ")+", "*": ")*", "@": ")"}[one])
            text, at = f"{text}(?:", at + 2
        elif one == "{":
            closing.append("}")
            text, at = f"{text}(?:", at + 1
        elif one == "[" and "]" in rest:
            end = rest.index("]")
            text, at = f"{text}[{rest[1:end]}]", at + end + 1
        else:
            text, at = text + _plain(one, closing), at + 1
    return text


def _plain(one: str, closing: list[str]) -> str:
    if one == "*":
        return "[^/]*"
    if one == "?":
        return "[^/]"
    if one == "(":
        closing.append(")")
        return "(?:"
    if one in ")}" and closing:
        end = closing.pop()
        return ")" if end == "}" else end
    if (one == "," and closing and closing[-1] == "}") or (one == "|" and closing):
        return "|"
    return re.escape(one)
