"""Import the target module with probes in it, whoever imports it first (a conftest, a package, a test)."""

import ast
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType

from .instrumenting import instrument
from .probes import Map, Recorder
from .sandbox import Fence


class ProbedModule(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finder and loader of one module; everything else is left to the others."""

    def __init__(self, name: str, path: str, recorder: Recorder, fence: Fence) -> None:
        self.name = name
        self.path = os.path.realpath(path)
        self.recorder = recorder
        self._fence = fence
        self.refused = ""  # what importing the module tried and must not do
        with open(path, encoding="utf-8-sig") as file:
            self.source = file.read()
        self._broken: SyntaxError | None = None  # raised when it is imported: that is told in plain words
        try:
            tree = ast.parse(self.source, os.path.basename(path))
        except SyntaxError as error:
            self._broken, tree = error, ast.Module(body=[], type_ignores=[])
        self.map: Map = instrument(tree)
        self._tree = tree
        self.import_goals: frozenset[int] = frozenset()

    def install(self) -> None:
        """Be asked first from now on."""
        self.recorder.install()
        sys.meta_path.insert(0, self)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol of finders
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for the target, None for every other module."""
        if fullname != self.name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None or os.path.realpath(spec.origin) != self.path:
            return None
        spec.loader = self
        return spec

    def why_not(self, module: ModuleType) -> str:
        """Say why what was imported is not the target with probes in it; empty when it is."""
        if module.__spec__ is not None and module.__spec__.loader is self:
            return ""
        present = os.path.realpath(getattr(module, "__file__", None) or "")
        if present == self.path:
            return "was imported before it could be watched: pytest itself uses it"
        return f"is not what `import {self.name}` gives: that is {present}"

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the protocol of loaders
        """Return the compiled tree with probes."""
        if self._broken is not None:
            raise self._broken
        return compile(self._tree, self.path, "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - as above
        """Return the source as it is in the file."""
        return self.source

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 - as above
        """Say whether the target is the `__init__` of a package."""
        return os.path.basename(self.path) == "__init__.py"

    def exec_module(self, module: ModuleType) -> None:
        """Run the module behind the fence, and remember which goals importing it reaches."""
        before = set(self.recorder.goals)
        try:
            with self._fence.importing():
                exec(self.get_code(self.name), module.__dict__)  # noqa: S102 - what a loader is for
        except BaseException:  # whatever a foreign module raises, it goes on
            self.refused = next(iter(self._fence.attempts), "")
            raise
        if sys.modules.get(self.name) is module:  # a test may import it once more, beside the one that is there
            self.import_goals = self.import_goals | frozenset(self.recorder.goals - before)
