"""The templates that handlers render: `contracts.Templates` over folders, in the sandbox."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from orchestrator.errors import OrchestrateError, TaskFailed
from orchestrator.models.json import JsonObject
from orchestrator.templating.files import Folders, hash_text, own_folders, shipped_folder
from orchestrator.templating.sandbox import reason
from orchestrator.templating.values import plain

if TYPE_CHECKING:
    from orchestrator.templating.environment import MeteredEnvironment

_SIGNS = ("{{", "{%", "{#")


class TemplateFolders:
    """Reads a template when it is asked for and keeps it compiled; a source without expressions needs no Jinja2."""

    def __init__(self, root: str, own: Sequence[str] = (), shipped: Path | None = None) -> None:
        """Look in the `own` folders below `root` first; PathRefused when one of them lies elsewhere."""
        self._folders = Folders([*own_folders(root, own), shipped or shipped_folder()])
        self._made: MeteredEnvironment | None = None

    def names(self) -> tuple[str, ...]:
        """Return the names that can be rendered."""
        return self._folders.names()

    def has(self, name: str) -> bool:
        """Say whether there is such a template."""
        return self._folders.find(name) is not None

    def check(self, name: str) -> str | None:
        """Return what is wrong with the syntax of a template or of what it includes, or None."""
        try:
            for used, source in self._with_includes(name).items():
                if _is_template(source):
                    with self._environment.metered():
                        self._environment.get_template(used)
        except TaskFailed as error:
            return error.message
        except Exception as error:
            return _located(error, name)
        return None

    def source_hash(self, name: str) -> str:
        """Return the hash of the template's source and of what it includes; TaskFailed when one cannot be read."""
        return hash_text([text for item in sorted(self._with_includes(name).items()) for text in item])

    def render(self, name: str, values: JsonObject) -> str:
        """Return the rendered text. TaskFailed with template and line when it cannot be rendered."""
        source, _ = self._folders.read(name)
        if not _is_template(source):
            return source
        given = plain(values)
        environment = self._environment
        try:
            with environment.metered():
                template = environment.get_template(name)
                return "".join(template.root_render_func(template.new_context(given)))
        except OrchestrateError:
            raise
        except RecursionError as error:
            message = f"template {name}: it is nested too deeply, or includes itself"
            raise TaskFailed(message) from error
        except Exception as error:  # a template is foreign code and may fail in any way
            message = f"template {_located(error, name)}"
            raise TaskFailed(message) from error

    def _with_includes(self, name: str) -> dict[str, str]:
        """Return the sources of a template and of all that it includes, by name."""
        sources: dict[str, str] = {}
        waiting = [name]
        while waiting:
            one = waiting.pop()
            if one not in sources:
                sources[one] = self._folders.read(one)[0]
                if "{%" in sources[one]:
                    waiting.extend(self._referenced(one, sources[one]))
        return sources

    def _referenced(self, name: str, source: str) -> list[str]:
        try:
            return self._environment.referenced(source, name)
        except Exception as error:
            message = _located(error, name)
            raise TaskFailed(message) from error

    @property
    def _environment(self) -> "MeteredEnvironment":
        if self._made is None:
            from orchestrator.templating.environment import MeteredEnvironment, loader_of

            self._made = MeteredEnvironment(loader_of(_reader(self._folders)))
        return self._made


def _reader(folders: Folders) -> Callable[[str], tuple[str, str]]:
    def read(name: str) -> tuple[str, str]:
        source, path = folders.read(name)
        return source, str(path)

    return read


def _is_template(source: str) -> bool:
    return any(sign in source for sign in _SIGNS)


def _located(error: Exception, name: str) -> str:
    """Return `name:line: reason`; the line is that of the innermost template that was being rendered."""
    line = getattr(error, "lineno", None)
    name = str(getattr(error, "name", None) or name) if line else name
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            name, line = template.name or name, template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return f"{name}:{line}: {reason(error)}" if line else f"{name}: {reason(error)}"
