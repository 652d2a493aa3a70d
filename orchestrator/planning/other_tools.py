"""What people write who come from other tools: their keys, and ours that mean the same.

Who knows go-task, Ansible or GitHub Actions writes `needs:` or `cmds:` first; no letter of it is near to ours.
"""

from collections.abc import Collection, Iterable

# Their key, and ours: the first of these that exists at the place is meant.
_OURS: dict[str, tuple[str, ...]] = {
    "after": ("depends_on",),
    "allow_failure": ("critical",),
    "chdir": ("cwd",),
    "checks": ("checkpoint",),
    "cmd": ("command",),
    "cmds": ("command",),
    "commands": ("command",),
    "concurrency": ("max_parallel_tasks", "max_parallel"),
    "condition": ("when",),
    "continue_on_error": ("critical",),
    "dependencies": ("depends_on",),
    "deps": ("depends_on",),
    "desc": ("description",),
    "dir": ("cwd",),
    "environment": ("env",),
    "gate": ("checkpoint",),
    "generates": ("produces", "creates"),
    "handler": ("type",),
    "if": ("when",),
    "ignore_errors": ("critical",),
    "jobs": ("groups", "tasks", "max_parallel_tasks"),
    "kind": ("type",),
    "labels": ("tags",),
    "loop": ("foreach",),
    "matrix": ("foreach",),
    "max_attempts": ("attempts", "retry"),
    "module": ("type",),
    "needs": ("depends_on",),
    "only_if": ("when",),
    "parallel": ("execution", "max_parallel_tasks"),
    "requires": ("depends_on",),
    "retries": ("attempts", "retry"),
    "run": ("command",),
    "script": ("command",),
    "sources": ("inputs",),
    "stages": ("phases", "groups"),
    "steps": ("tasks",),
    "summary": ("description",),
    "timeout_minutes": ("timeout",),
    "title": ("name",),
    "uses": ("type",),
    "variables": ("env", "params"),
    "vars": ("env", "params"),
    "with_items": ("foreach",),
    "workdir": ("cwd",),
    "workers": ("max_parallel_tasks", "max_parallel"),
    "working_directory": ("cwd",),
}
# Ours need another value than theirs had.
_WRITTEN = {
    ("critical", "allow_failure"): "critical: false",
    ("critical", "continue_on_error"): "critical: false",
    ("critical", "ignore_errors"): "critical: false",
    ("execution", "parallel"): "execution: parallel",
    ("foreach", "loop"): "foreach: {items: [...]}",
    ("foreach", "matrix"): "foreach: {items: [...]}",
    ("foreach", "with_items"): "foreach: {items: [...]}",
}
# Types of tasks and checkpoints by the names that they have elsewhere.
_TYPES = {
    "approval": "manual",
    "bash": "command",
    "copy": "file_generation",
    "exec": "command",
    "exists": "file_exists",
    "file": "file_generation",
    "gate": "manual",
    "lineinfile": "config_edit",
    "pause": "manual",
    "run": "command",
    "script": "command",
    "sh": "command",
    "shell": "command",
    "template": "file_generation",
    "test": "test_generation",
}
# A key that only one type of task has says which one is meant.
_TYPE_OF = {"command": "command", "action": "config_edit", "templates": "file_generation", "instructions": "manual"}


def ours_for(key: str, known: Collection[str]) -> str | None:
    """Return the key that `key` of another tool is here, if it exists at this place."""
    return next((each for each in _OURS.get(_folded(key), ()) if each in known), None)


def advice_for(key: str, known: Collection[str]) -> str | None:
    """Return what to write in place of another tool's key."""
    ours = ours_for(key, known)
    if ours is None:
        return None
    written = _WRITTEN.get((ours, _folded(key)))
    if written:
        return f"write `{written}`"
    return f"did you mean `{ours}`?" + (" five minutes are 5m" if _folded(key) == "timeout_minutes" else "")


def theirs_for(missing: str, written: Iterable[str]) -> str | None:
    """Return the written key that means in another tool what is missing here."""
    return next((key for key in written if missing in _OURS.get(_folded(key), ())), None)


def advice_for_type(name: str, known: Collection[str]) -> str | None:
    """Return the type that is called `name` elsewhere, if it is one of the known ones."""
    ours = _TYPES.get(_folded(name))
    return f"did you mean `{ours}`?" if ours in known else None


def type_by_keys(written: Iterable[str]) -> str | None:
    """Return the task type that the other keys of a task speak of."""
    for key in written:
        meant = key if key in _TYPE_OF else ours_for(key, _TYPE_OF)
        if meant is not None:
            return _TYPE_OF[meant]
    return None


def _folded(key: str) -> str:
    return key.casefold().replace("-", "_")
