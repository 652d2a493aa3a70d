"""Where a test file will stand, and how names and texts are written there."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from orchestrator.testgen.typescript.toolchain import Toolchain


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a file will stand and what it may import; paths are relative to the project's root."""

    module: str
    test_file: str
    helper: str
    tools: Toolchain
    endings: bool  # relative imports carry ".js"
    has_state: bool = False  # the module has variables: each test gets it anew
    packages: tuple[str, ...] = ()  # packages that are doubled as a whole
    asked: Mapping[str, Sequence[str]] = field(default_factory=dict)  # exports that are doubled alone, by package
    exported: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what of doubled packages is imported by name
    files: tuple[str, ...] = ()  # the modules that are tested
    variables: tuple[str, ...] = ()  # of the environment, which the module may read, or what it reaches
    shield: tuple[str, ...] = ()  # what gives tests an environment of their own before the module is loaded

    def specifier(self, file: str) -> str:
        """Return how the test imports a file of the project."""
        path = os.path.relpath(file, PurePosixPath(self.test_file).parent)
        if path.endswith(".cjs"):  # no runner but Jest looks for that ending
            return path if path.startswith(".") else f"./{path}"
        bare = re.sub(r"\.[cm]?[jt]sx?$", "", path)
        if bare.endswith("/index") and not self.endings and not bare.endswith("../index"):
            bare = bare.removesuffix("/index")
        ending = re.sub(r"^\.([cm]?)[jt]sx?$", r".\1js", PurePosixPath(path).suffix) if self.endings else ""
        return (bare if bare.startswith(".") else f"./{bare}") + ending


def is_typed(place: Place) -> bool:
    """Say whether the file is TypeScript."""
    return PurePosixPath(place.test_file).suffix in (".ts", ".tsx", ".mts", ".cts")


def quoted(text: str) -> str:
    """Return a text as a literal, in single quotes unless it has some and no others."""
    if "'" in text and '"' not in text:
        return json.dumps(text, ensure_ascii=False)
    inner = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inner}'"
