"""The words that TAB offers for a value: ids of the document, runs of the ledger, names of what is installed."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from orchestrator.cli.options import Common, Planning
from orchestrator.errors import OrchestrateError

if TYPE_CHECKING:
    from orchestrator.models.plan import Plan

# Which words the value of an option can be, and the arguments of a command.
OF_OPTIONS: Mapping[str, str] = {
    "--phase": "phases",
    "-p": "phases",
    "--group": "groups",
    "-g": "groups",
    "--task": "tasks",
    "-t": "tasks",
    "--only": "tasks",
    "--skip": "tasks",
    "--from": "tasks",
    "--until": "tasks",
    "--approve": "tasks",
    "--tag": "tags",
    "--profile": "profiles",
    "--run": "runs",
}
OF_ARGUMENTS: Mapping[str, str] = {
    "resume": "runs",
    "undo": "runs",
    "status": "runs",
    "diff": "runs",
    "report": "runs",
    "approve": "tasks",
    "reject": "tasks",
    "logs": "tasks",
    "history": "tasks",
    "explain": "topics",
    "edit": "actions",
    "actions": "actions",
    "handlers": "handlers",
    "help": "commands",
}


def words(kind: str, common: Planning) -> list[str]:
    """Return the words of a kind, in the order of the document; none when there is no valid document or no run."""
    try:
        return list(dict.fromkeys(_KINDS[kind](common)))
    except OrchestrateError:
        return []


def _phases(common: Planning) -> list[str]:
    return [phase.id for phase in _plan(common).phases]


def _groups(common: Planning) -> list[str]:
    return [group.id for group in _plan(common).groups]


def _tasks(common: Planning) -> list[str]:
    return [task.id for task in _plan(common).tasks]


def _tags(common: Planning) -> list[str]:
    return sorted({tag for task in _plan(common).tasks for tag in task.tags})


def _topics(common: Planning) -> list[str]:
    from orchestrator.planning.codes import CODES

    return [*_tasks(common), *sorted(CODES)]


def _plan(common: Planning) -> "Plan":
    from orchestrator.cli.opening import open_plan

    return open_plan(common).plan


def _profiles(common: Planning) -> list[str]:
    from orchestrator.cli.document import open_document
    from orchestrator.cli.places import document_path

    document = open_document(document_path(common), common).loaded.document
    return list(document.profiles) if document is not None else []


def _runs(common: Common) -> list[str]:
    from orchestrator.cli.places import find_root
    from orchestrator.cli.state import reading

    with reading(find_root(common)) as ledger:
        return [run for run, _ in ledger.run_kinds()]


def _actions(_: Common) -> list[str]:
    from orchestrator.edits.registry import action_names

    return list(action_names())


def _handlers(_: Common) -> list[str]:
    from orchestrator.plugins import Catalogue

    catalogue = Catalogue()
    return [each.name for each in (*catalogue.handlers(), *catalogue.checkpoints(), *catalogue.guards())]


def _commands(_: Common) -> list[str]:
    from orchestrator.cli.commands import COMMANDS

    return list(COMMANDS)


_KINDS: Mapping[str, Callable[[Planning], list[str]]] = {
    "phases": _phases,
    "groups": _groups,
    "tasks": _tasks,
    "tags": _tags,
    "topics": _topics,
    "profiles": _profiles,
    "runs": _runs,
    "actions": _actions,
    "handlers": _handlers,
    "commands": _commands,
}
KINDS = tuple(_KINDS)
