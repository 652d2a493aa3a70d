"""Mutants that do not hear the environment: what is set for a variable does not arrive, or what is there stays.

A test of a configuration that still passes then says nothing about it.
"""

import ast
from typing import Any

import pytest

from .environment import variables_of
from .mutants import Mutant

_SET, _UNSET = 1, 2
_STRAY = "left over"  # what a variable holds that a test should have removed


def find_deaf(source: str) -> list[Mutant]:
    """Return two mutants for each variable that importing the module or one of its settings classes reads."""
    tree = ast.parse(source)
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    found = [each for each in variables_of(tree) if each.owner not in functions]
    return [Mutant(-1, change, each.line, "gone", each.name) for each in found for change in (_SET, _UNSET)]


def make_deaf(mutant: Mutant) -> None:
    """Let pytest's `monkeypatch` change nothing about the variable; meant for a forked child."""
    patch: Any = pytest.MonkeyPatch
    sets, removes = patch.setenv, patch.delenv

    def setting(self: Any, name: str, *more: Any, **options: Any) -> None:
        if name != mutant.function:
            sets(self, name, *more, **options)

    def removing(self: Any, name: str, *more: Any, **options: Any) -> None:
        if name == mutant.function:
            sets(self, name, _STRAY)
        else:
            removes(self, name, *more, **options)

    if mutant.change == _SET:
        patch.setenv = setting
    else:
        patch.delenv = removing
