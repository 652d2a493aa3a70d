"""A recorded plan is read when somebody looks into it, and no further than he looks."""

import json

import pytest

from orchestrator.models.plan_text import PlanPart, PlanText
from orchestrator.reporters.news import texts_by_id

PLAN = {
    "phases": [{"id": "1", "name": "first"}],
    "groups": [{"id": "1.a", "name": "tests", "phase": "1"}],
    "tasks": [{"id": "1.1", "name": "café", "phase": "1", "group": "1.a", "params": {"deep": [1.5]}}],
}


class Counting:
    """Counts how often a text is read and parsed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reads = self.parses = 0

    def read(self) -> str:
        self.reads += 1
        return self.text

    def parse(self, text: str) -> object:
        self.parses += 1
        return json.loads(text)


def test_names_are_read_without_the_whole() -> None:
    counting = Counting(json.dumps(PLAN))
    plan = PlanText(counting.read, counting.parse)
    assert counting.reads == 0
    assert plan.parts("tasks") == (PlanPart(id="1.1", name="café", phase="1", group="1.a"),)
    assert texts_by_id(plan, "tasks", "group") == {"1.1": "1.a"}
    assert texts_by_id(plan, "tasks", "name", {"2.1"}) == {}
    assert (counting.reads, counting.parses) == (1, 0)
    assert (plan["groups"], plan["groups"], counting.parses) == (PLAN["groups"], PLAN["groups"], 1)
    assert (dict(plan), counting.reads, counting.parses) == (PLAN, 1, len(PLAN))


@pytest.mark.parametrize("odd", ['"caf\\udce9"', "7"])
def test_what_cannot_be_read_in_part_is_read_as_a_whole(odd: str) -> None:
    text = json.dumps(PLAN).replace('"caf\\u00e9"', odd)
    plan = PlanText(lambda: text, json.loads)
    assert plan.parts("tasks") is None
    assert texts_by_id(plan, "tasks", "name") == {"1.1": str(json.loads(odd))}
    assert texts_by_id(plan, "phases", "name") == {"1": "first"}


@pytest.mark.parametrize("text", ["{}", '{"tasks": []}'])
def test_a_plan_without_parts_has_none(text: str) -> None:
    plan = PlanText(lambda: text, json.loads)
    assert texts_by_id(plan, "tasks", "name") == texts_by_id(plan, "groups", "name") == {}
    assert plan.parts("limits") is None
