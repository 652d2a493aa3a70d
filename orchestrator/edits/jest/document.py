"""A Jest configuration under edit, wherever it stands: jest.config.js, .ts, .json, or `jest` in package.json."""

import posixpath
from collections.abc import Sequence

from orchestrator.edits.action import Scene
from orchestrator.edits.javascript.editor import JsEditor
from orchestrator.edits.jest.globs import UnknownGlob, counted, static_folder
from orchestrator.edits.jsonc.editor import JsonEditor
from orchestrator.edits.jsonc.scanner import scan
from orchestrator.edits.kinds import JAVASCRIPT, JSON, kind_of
from orchestrator.edits.literals.editor import LiteralEditor
from orchestrator.edits.literals.tree import Kind, Literal, Path
from orchestrator.edits.result import EditCode, Refusal
from orchestrator.models.json import Json

KINDS = frozenset((JAVASCRIPT, JSON))
_NAMES = tuple(f"jest.config.{end}" for end in ("js", "ts", "mjs", "cjs", "json", "cts", "mts"))
PLACES = (*_NAMES, "package.json")
_IGNORED = frozenset(("node_modules", ".git", ".orchestrate", "coverage"))


class JestDocument:
    """The configuration (or one of its `projects`) as an editor and the path of the object in it."""

    def __init__(self, scene: Scene, *, project: str | int | None = None, trust_spreads: bool = False) -> None:
        self.scene = scene
        self.folder = posixpath.dirname(scene.target)
        name = posixpath.basename(scene.target)
        self.editor: LiteralEditor
        if kind_of(scene.target) == JSON:
            self.editor = JsonEditor(scene.target, scene.text)
        else:
            self.editor = JsEditor(scene.target, scene.text, trusted=trust_spreads)
        self.prefix: Path = ("jest",) if name == "package.json" else ()
        whole = self.editor.find(self.prefix)
        if whole is None:
            raise Refusal(EditCode.NOT_FOUND, f"{scene.target} has no key `jest`")
        self._refuse_second()
        if whole.kind is not Kind.OBJECT:
            raise Refusal(EditCode.CONFLICT, f"the config in {scene.target} is no object")
        if project is not None:
            self.prefix = (*self.prefix, "projects", self._project(project))

    def find(self, *path: str) -> Literal | None:
        """Return the literal at a path of the configuration, or None."""
        return self.editor.find((*self.prefix, *path))

    def get(self, *path: str) -> Json:
        """Return the value at a path of the configuration, or None."""
        return self.editor.get(*self.prefix, *path)

    def base(self) -> str:
        """Return the folder that globs are relative to: `rootDir`, else that of the file."""
        found = self.find("rootDir")
        if found is None:
            return self.folder
        if found.kind is not Kind.SCALAR:
            return self.folder if found.source in ("__dirname", "import.meta.dirname") else self._unknown_root(found)
        given = posixpath.normpath(posixpath.join(self.folder, str(found.plain()).replace("<rootDir>/", "")))
        if given.startswith(("..", "/")):
            raise Refusal(EditCode.PRECONDITION, f"rootDir {found.plain()!r} lies outside of the repository")
        return "" if given == "." else given

    def patterns(self) -> list[str] | None:
        """Return `collectCoverageFrom`, None when there is none; Refusal when it is no list of texts."""
        found = self.find("collectCoverageFrom")
        if found is None:
            return None
        value = found.plain()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refusal(EditCode.PRECONDITION, "collectCoverageFrom is no list of texts")
        return value

    def counted(self, patterns: Sequence[str]) -> frozenset[str] | None:
        """Return the files that a list of globs counts, relative to the base; None when that cannot be told."""
        try:
            return counted(patterns, self.files(patterns))
        except (UnknownGlob, Refusal):
            return None

    def files(self, patterns: Sequence[str]) -> list[str]:
        """Return the repository's files below the folders that positive globs begin with, relative to the base."""
        base = self.base()
        lead = base + "/" if base else ""
        found: set[str] = set()
        for folder in {static_folder(one) for one in patterns if not one.startswith("!")}:
            where = posixpath.normpath(lead + folder) if lead + folder else ""
            found.update(self.scene.tree.glob(f"{where}/**/*" if where not in ("", ".") else "**/*"))
        return sorted(path.removeprefix(lead) for path in found if not _IGNORED.intersection(path.split("/")))

    def _unknown_root(self, found: Literal) -> str:
        raise Refusal(EditCode.DYNAMIC, f"rootDir is computed: `{found.source}`")

    def _refuse_second(self) -> None:
        """Refuse when Jest itself would: two configurations in one folder."""
        lead = self.folder + "/" if self.folder else ""
        if posixpath.basename(self.scene.target) not in (*_NAMES, "package.json"):
            return
        others = [
            lead + name for name in _NAMES if lead + name != self.scene.target and self.scene.tree.exists(lead + name)
        ]
        package = lead + "package.json"
        if package != self.scene.target and '"jest"' in (text := self.scene.read_if_there(package) or ""):
            try:
                others += [f"{package}#jest"] if scan(text).index_of("jest") is not None else []
            except Refusal:
                others += []  # npm will say that it cannot be read
        if others:
            raise Refusal(EditCode.AMBIGUOUS, f"Jest takes one configuration, and there is also {', '.join(others)}")

    def _project(self, wanted: str | int) -> int:
        projects = self.find("projects")
        if projects is None or projects.kind is not Kind.ARRAY:
            raise Refusal(EditCode.NOT_FOUND, "the config has no list of projects")
        if isinstance(wanted, int):
            if projects.index_of(wanted) is None:
                raise Refusal(EditCode.NOT_FOUND, f"there is no project {wanted}, only {len(projects.members)}")
            return wanted
        names = [self._project_name(at) for at in range(len(projects.members))]
        if names.count(wanted) != 1:
            known = ", ".join(name for name in names if name) or "none has a displayName"
            code = EditCode.AMBIGUOUS if wanted in names else EditCode.NOT_FOUND
            raise Refusal(code, f"{names.count(wanted)} projects are called {wanted}", hint=f"projects: {known}")
        return names.index(wanted)

    def _project_name(self, at: int) -> str | None:
        path = (*self.prefix, "projects", at)
        try:
            if (entry := self.editor.find(path)) is None or entry.kind is not Kind.OBJECT:
                return None
            name = self.editor.get(*path, "displayName")
        except Refusal:
            return None
        return str(name.get("name")) if isinstance(name, dict) else name
