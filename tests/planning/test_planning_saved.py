"""Saved plans: carried out as they are, or refused with what has changed."""

import json

import pytest
from msgspec.structs import replace
from planning_samples import Shop, group, phase, plan_of, task

from orchestrator.errors import Drift, UsageError
from orchestrator.planning.saved_plan import (
    Basis,
    SavedPlan,
    check_saved,
    load_saved,
    refuse_changed,
    save_plan,
    take_basis,
)
from orchestrator.templating.folders import TemplateFolders

PLAN = plan_of(
    phase("1", group("a", task("x", source="in", target="out"), task("y", words=["mail.txt", "no template"])))
)


@pytest.fixture
def templates(tmp_path):
    (tmp_path / "mail.txt.j2").write_text("hello")
    (tmp_path / "unused.txt.j2").write_text("other")
    return TemplateFolders(str(tmp_path), ["."], tmp_path)


def basis(templates, *, document="d1", files=None, version="1"):
    files = files or {"in": "h1"}
    return take_basis(
        PLAN,
        document_hash=document,
        templates=templates,
        handler_version=lambda name: Shop(version).handler(name).version,
        hash_target=files.get,
    )


def test_the_basis_is_all_that_the_plan_was_made_from(templates):
    found = basis(templates)
    assert found.document == "d1"
    assert list(found.templates) == ["mail.txt"]
    assert found.handlers == {"copy": "1"}
    assert found.targets == {"in": "h1", "out": None}


def test_a_saved_plan_comes_back_as_it_was(templates):
    saved = SavedPlan(plan=PLAN, basis=basis(templates), proposed=({"path": "out", "before": None, "after": "x"},))
    assert load_saved(json.loads(json.dumps(save_plan(saved)))) == saved
    assert check_saved(saved, basis(templates)) == ()
    refuse_changed(saved, basis(templates))


def test_everything_that_has_changed_is_named(templates, tmp_path):
    saved = SavedPlan(plan=PLAN, basis=basis(templates))
    (tmp_path / "mail.txt.j2").write_text("good day")
    now = basis(templates, document="d2", files={"in": "h2", "out": "h3"}, version="2")
    assert check_saved(saved, now) == (
        "the document has changed",
        "template mail.txt has changed",
        "handler copy has changed",
        "file in has changed",
        "file out is there now",
    )
    with pytest.raises(Drift) as caught:
        refuse_changed(saved, now)
    assert caught.value.message.startswith("the plan is out of date: the document has changed; template mail.txt")
    assert int(caught.value.exit_code) == 11


def test_a_file_that_is_gone_is_named(templates):
    before, now = basis(templates), basis(templates, files={"out": None})
    assert check_saved(SavedPlan(plan=PLAN, basis=before), now) == ("file in is gone",)


def test_long_lists_are_cut(templates):
    many = replace(basis(templates), targets={f"f{number:02}": "1" for number in range(20)})
    with pytest.raises(Drift, match="and 10 more"):
        refuse_changed(SavedPlan(plan=PLAN, basis=many), replace(many, targets={}))


@pytest.mark.parametrize(
    "content", [None, [], {}, {"kind": "orchestrate-plan", "format": 99}, {"kind": "other", "format": 1}]
)
def test_another_file_is_refused(content):
    with pytest.raises(UsageError, match="no saved plan"):
        load_saved(content)


def test_an_edited_plan_is_refused(templates):
    content = save_plan(SavedPlan(plan=PLAN, basis=Basis(document="d")))
    content["plan"]["tasks"][0]["params"]["target"] = "elsewhere"
    with pytest.raises(Drift, match="was edited"):
        load_saved(content)
