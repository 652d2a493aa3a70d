"""The programs that a document's tasks and checkpoints start, and whether they are there."""

import os
from collections.abc import Iterator
from pathlib import Path

from orchestrator.models.json import JsonObject
from orchestrator.models.plan import Plan
from orchestrator.processes.environment import base_environment, find_program
from orchestrator.testgen.python.needs import has_pytest, pythons_of


def programs_of(plan: Plan) -> dict[str, list[str]]:
    """Return each program that the plan names with who needs it, in the order of the plan."""
    needed: dict[str, list[str]] = {}
    for who, params in _commands(plan):
        words = params.get("command")
        if isinstance(words, list | tuple) and words and isinstance(words[0], str) and "{{" not in words[0]:
            needed.setdefault(_from_root(words[0], str(params.get("cwd") or ".")), []).append(who)
    return {program: list(dict.fromkeys(users)) for program, users in needed.items()}


def where_is(program: str, root: Path) -> str | None:
    """Return the path of a program as a task would start it, None when there is none."""
    return find_program(program, base_environment(os.environ)["PATH"], str(root))


def pythons_without_pytest(plan: Plan, root: Path) -> dict[str, list[str]]:
    """Return each interpreter that has no pytest with the tasks whose generated tests need it."""
    env, needed = base_environment(os.environ), dict[str, list[str]]()
    for task in plan.tasks:
        if task.handler == "test_generation" and task.skip_reason is None:
            modules = [path for path in task.targets.reads if path.endswith(".py")]
            for python in pythons_of(str(root), modules, lambda name: where_is(name, root)):
                needed.setdefault(python, []).append(task.id)
    return {python: users for python, users in needed.items() if not has_pytest(python, str(root), env)}


def _from_root(program: str, cwd: str) -> str:
    is_relative = "/" in program and not os.path.isabs(program)
    return os.path.join(cwd, program.removeprefix("./")) if is_relative and cwd != "." else program


def _commands(plan: Plan) -> Iterator[tuple[str, JsonObject]]:
    for task in plan.tasks:
        if task.skip_reason is None:
            yield task.id, task.params
            yield from ((task.id, check.params) for check in task.verify)
    for scope, kind in ((plan.groups, "group"), (plan.phases, "phase")):
        for each in scope:
            yield from ((f"the checkpoint of {kind} {each.id}", check.params) for check in each.checkpoint)
