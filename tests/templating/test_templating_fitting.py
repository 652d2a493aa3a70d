"""Evaluated params and the models of their handlers."""

import pytest
from pydantic import Field, ValidationError

from orchestrator.contracts import Params
from orchestrator.templating.fitting import fit
from orchestrator.templating.visible import visible_environment


class Serve(Params):
    command: list[str]
    port: int = 0
    title: str | None = None
    labels: dict[str, str] = Field(default={})


def test_a_number_that_an_expression_gave_becomes_text_where_text_is_taken():
    written = {"command": ["serve", "{{ params.port }}"], "port": "{{ params.port }}", "labels": {"p": "{{ x }}"}}
    given = {"command": ["serve", 8080], "port": 8080, "labels": {"p": True}}
    model, params = fit(Serve, given, written)
    assert model == Serve(command=["serve", "8080"], port=8080, labels={"p": "true"})
    assert params == {"command": ["serve", "8080"], "port": 8080, "labels": {"p": "true"}}
    assert given["command"] == ["serve", 8080]


def test_a_number_that_was_written_as_a_number_stays_an_error():
    with pytest.raises(ValidationError, match=r"command\.1"):
        fit(Serve, {"command": ["serve", 8080]}, {"command": ["serve", 8080]})


def test_a_list_never_becomes_text():
    with pytest.raises(ValidationError):
        fit(Serve, {"command": [["a"]]}, {"command": ["{{ params.list }}"]})


def test_union_members_in_a_location_are_stepped_over():
    model, _ = fit(Serve, {"command": [], "title": 3}, {"command": [], "title": "{{ x }}"})
    assert model.title == "3"


def test_only_a_few_variables_of_the_environment_are_seen():
    environ = {"PATH": "/bin", "LC_ALL": "C", "AWS_SECRET_ACCESS_KEY": "x", "CI": "true"}
    assert visible_environment(environ, {"NODE_ENV": "test", "CI": "no"}) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "CI": "no",
        "NODE_ENV": "test",
    }
