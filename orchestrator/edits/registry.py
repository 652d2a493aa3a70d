"""The actions by name, imported one at a time: the table costs nothing, an action its module and grammar."""

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from orchestrator.edits.action import Action
from orchestrator.edits.result import EditCode, Refusal

ACTIONS: Mapping[str, str] = {}


def action_names() -> tuple[str, ...]:
    """Return the names of all actions, sorted."""
    return tuple(sorted(ACTIONS))


def find_action(name: str) -> Action[Any]:
    """Return an action; Refusal E_PARAM with the nearest name when there is none."""
    target = ACTIONS.get(name)
    if target is None:
        near = get_close_matches(name, ACTIONS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`orchestrate actions` lists them"
        raise Refusal(EditCode.PARAM, f"there is no action {name}", hint=hint)
    module, _, attribute = target.partition(":")
    made: Action[Any] = getattr(importlib.import_module(module), attribute)()
    return made
