"""The reference pages are made from what they describe, and are current."""

import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from orchestrator.edits.registry import action_names, find_action
from orchestrator.models.document import Document
from orchestrator.plugins import BUILT_IN, Catalogue

PROJECT = Path(__file__).parents[2]
GENERATE = runpy.run_path(str(PROJECT / "docs/generate.py"), run_name="docs")


@pytest.mark.parametrize("name", list(GENERATE["PAGES"]))
def test_the_page_is_current(name: str) -> None:
    assert (PROJECT / "docs" / name).read_text(encoding="utf-8") == GENERATE["PAGES"][name](), "python docs/generate.py"


def test_every_action_has_a_section() -> None:
    page = (PROJECT / "docs/actions.md").read_text(encoding="utf-8")
    assert [name for name in action_names() if f"### {name}\n" not in page] == []


def models() -> Iterator[type[BaseModel]]:
    catalogue = Catalogue(scan=False)
    yield from GENERATE["models_below"](Document)
    for kind, find in (("handlers", catalogue.handler), ("checkpoints", catalogue.checkpoint)):
        for name in BUILT_IN[kind]:
            yield from GENERATE["models_below"](find(name).params_model)
    yield from (find_action(name).params_model for name in action_names())


def test_every_key_says_what_it_means() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for model in models()
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert silent == []
