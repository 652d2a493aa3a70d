"""Which plug-ins there are, found by name and imported one at a time.

Our own stand in a table here, because scanning the installed packages costs 50 ms: that is done only for a name that
the table does not have, or for a list. A test keeps the table
and the entry points of `pyproject.toml` the same.
"""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, cast

from msgspec import Struct

from orchestrator.errors import MissingTool, Problem, Severity

if TYPE_CHECKING:  # both take longer to import than a whole command that only looks
    from importlib.metadata import EntryPoint

    from orchestrator.contracts import Checkpoint, Guard, Handler

OWN_PACKAGE = "orchestrate"
KINDS = ("handlers", "checkpoints", "guards")
BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "handlers": {
        "command": "orchestrator.handlers.command:Command",
        "config_edit": "orchestrator.handlers.config_edit:ConfigEdit",
        "file_generation": "orchestrator.handlers.file_generation:FileGeneration",
        "manual": "orchestrator.handlers.manual:Manual",
        "test_generation": "orchestrator.handlers.test_generation:TestGeneration",
    },
    "checkpoints": {
        "command": "orchestrator.checkpoints.command:CommandCheckpoint",
        "coverage": "orchestrator.checkpoints.coverage:CoverageCheckpoint",
        "tasks_done": "orchestrator.checkpoints.tasks_done:TasksDone",
        "file_exists": "orchestrator.checkpoints.file_exists:FileExists",
        "workflows_valid": "orchestrator.checkpoints.workflows_valid:WorkflowsValid",
    },
}


class Plugin(Struct, frozen=True, kw_only=True):
    """One plug-in that is installed: `target` is `module:attribute`, `package` the distribution that brings it."""

    name: str
    target: str
    package: str


class Catalogue:
    """All plug-ins by kind and name. Nothing is imported or scanned before somebody asks for it."""

    def __init__(self, built_in: Mapping[str, Mapping[str, str]] = BUILT_IN, *, scan: bool = True) -> None:
        """Start from a table of `module:attribute`; `scan` False knows nothing else."""
        self._known = {
            kind: {name: Plugin(name=name, target=target, package=OWN_PACKAGE) for name, target in names.items()}
            for kind, names in built_in.items()
        }
        self._scanned: set[str] = set() if scan else set(KINDS)
        self._made: dict[tuple[str, str], Any] = {}
        self._warnings: list[Problem] = []

    # ------------------------------------------------------------ handlers, checkpoints and guards

    def handlers(self) -> tuple[Plugin, ...]:
        """Return all installed task types, sorted by name."""
        return self.installed("handlers")

    def checkpoints(self) -> tuple[Plugin, ...]:
        """Return all installed checkpoint types, sorted by name."""
        return self.installed("checkpoints")

    def has_handler(self, name: str) -> bool:
        """Say whether there is a handler for a task type; imports nothing."""
        return self.find("handlers", name) is not None

    def handler(self, name: str) -> "Handler[Any]":
        """Return the handler for a task type, the same object every time; MissingTool when missing or broken."""
        made = self._made.get(("handlers", name))
        if made is None:
            from orchestrator.contracts import Handler

            made = self._make("handlers", name)
            if not isinstance(made, Handler):
                del self._made["handlers", name]
                self._broken("handlers", name, "it is not a Handler")
        return cast("Handler[Any]", made)

    def checkpoint(self, name: str) -> "Checkpoint[Any]":
        """Return the checkpoint of a type, the same object every time; MissingTool when missing or broken."""
        made = self._made.get(("checkpoints", name))
        if made is None:
            from orchestrator.contracts import Checkpoint

            made = self._make("checkpoints", name)
            if not isinstance(made, Checkpoint):
                del self._made["checkpoints", name]
                self._broken("checkpoints", name, "it is not a Checkpoint")
        return cast("Checkpoint[Any]", made)

    def guards(self) -> tuple[Plugin, ...]:
        """Return all installed guard types, sorted by name; none are our own."""
        return self.installed("guards")

    def guard(self, name: str) -> "Guard":
        """Return the guard of a type, the same object every time; MissingTool when missing or broken."""
        made = self._make("guards", name)
        if not callable(getattr(made, "ask", None)):
            self._broken("guards", name, "it has no method `ask`")
        return cast("Guard", made)

    # ------------------------------------------------------------ any kind

    def find(self, kind: str, name: str) -> Plugin | None:
        """Return what is known of a plug-in, or None; scans the installed packages for a name that is not ours."""
        found = self._known.get(kind, {}).get(name)
        if found is None and kind not in self._scanned:
            self._scan(kind)
            found = self._known.get(kind, {}).get(name)
        return found

    def installed(self, kind: str) -> tuple[Plugin, ...]:
        """Return all plug-ins of a kind, sorted by name; scans the installed packages."""
        if kind not in self._scanned:
            self._scan(kind)
        return tuple(sorted(self._known.get(kind, {}).values(), key=lambda plugin: plugin.name))

    def load(self, kind: str, name: str) -> Any:
        """Import one plug-in and return its class; MissingTool names the package when it is missing or broken."""
        plugin = self.find(kind, name)
        if plugin is None:
            message = f"no {kind[:-1]} for type {name} is installed"
            raise MissingTool(message, hint="`orchestrate handlers` lists what is installed")
        module, _, attribute = plugin.target.partition(":")
        try:
            loaded: Any = importlib.import_module(module)
            for part in attribute.split("."):
                loaded = getattr(loaded, part)
        except (Exception, SystemExit) as error:  # whatever a foreign package raises must not look like a bug of ours
            self._broken(kind, name, f"{type(error).__name__}: {error}", error)
        return loaded

    def _make(self, kind: str, name: str) -> object:
        if (kind, name) not in self._made:
            loaded = self.load(kind, name)
            try:
                self._made[kind, name] = loaded()
            except Exception as error:  # as in `load`
                self._broken(kind, name, f"{type(error).__name__}: {error}", error)
        return self._made[kind, name]

    def warnings(self) -> tuple[Problem, ...]:
        """Return what was found odd while scanning: names that two packages offer."""
        return tuple(self._warnings)

    # ------------------------------------------------------------ scanning

    def _scan(self, kind: str) -> None:
        from importlib.metadata import entry_points

        self._scanned.add(kind)
        known = self._known.setdefault(kind, {})
        for point in sorted(entry_points(group=f"orchestrate.{kind}"), key=_package):
            plugin = Plugin(name=point.name, target=point.value, package=_package(point))
            present = known.setdefault(plugin.name, plugin)
            if present.target != plugin.target:
                self._warnings.append(_duplicate(kind, present, plugin))

    def _broken(self, kind: str, name: str, reason: str, cause: BaseException | None = None) -> NoReturn:
        plugin = self._known[kind][name]
        message = f"the {kind[:-1]} {name} of package {plugin.package} is broken: {reason}"
        raise MissingTool(message, hint=f"reinstall it: pip install --force-reinstall {plugin.package}") from cause


def _package(point: "EntryPoint") -> str:
    return point.dist.name if point.dist is not None else "unknown"


def _duplicate(kind: str, used: Plugin, ignored: Plugin) -> Problem:
    return Problem(
        code="W506",
        message=f"{kind[:-1]} {used.name} is offered by {used.package} and by {ignored.package}",
        hint=f"the one of {used.package} is used; uninstall one of them",
        severity=Severity.WARNING,
    )
