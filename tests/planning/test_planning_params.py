from pathlib import Path

import pytest
from planning_scene import HEAD

from orchestrator.errors import UsageError
from orchestrator.models.document import Document
from orchestrator.planning.document_loader import load_bytes
from orchestrator.planning.params import apply_profile, parse_param, refuse_locked, resolve_params

TEXT = (
    HEAD
    + """
settings: {max_parallel_tasks: 4, retry: {attempts: 3, delay: 5s}}
params:
  cover: {type: integer, default: 80, minimum: 1, maximum: 100, help: percent}
  ratio: {type: number, default: 0.5}
  deep: {type: boolean, default: false}
  color: {type: string, default: red, choices: [red, blue]}
  token: {type: string, help: given by the owner}
profiles:
  ci: {settings: {max_parallel_tasks: 2, retry: {attempts: 1}}, params: {cover: 90}, lock: [max_parallel_tasks, cover]}
phases: [{id: '1', groups: [{id: a, tasks: [{id: '1', name: x, type: manual}]}]}]
"""
)


@pytest.fixture(scope="module")
def document() -> Document:
    loaded = load_bytes(TEXT.encode(), Path("phases.yaml"))
    assert loaded.problems == ()
    assert loaded.document is not None
    return loaded.document


def test_defaults_are_taken_where_nothing_is_given(document: Document) -> None:
    assert resolve_params(document, {"token": "x"}) == {
        "cover": 80,
        "ratio": 0.5,
        "deep": False,
        "color": "red",
        "token": "x",
    }


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ({"cover": "70"}, 70),
        ({"ratio": "1"}, 1),
        ({"ratio": "1e-1"}, 0.1),
        ({"deep": "TRUE"}, True),
        ({"color": "blue"}, "blue"),
        ({"token": "007"}, "007"),
    ],
)
def test_the_command_line_gives_text_and_the_declaration_its_type(
    document: Document, given: dict[str, str], value: object
) -> None:
    (name,) = given
    assert resolve_params(document, {"token": "x", **given})[name] == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"cover": "many"}, "--param cover=many: cover must be a whole number"),
        ({"cover": "0"}, "--param cover=0: cover must be at least 1"),
        ({"cover": "101"}, "--param cover=101: cover must be at most 100"),
        ({"cover": "1.5"}, "--param cover=1.5: cover must be a whole number"),
        ({"deep": "yes"}, "--param deep=yes: deep must be true or false"),
        ({"color": "green"}, "--param color=green: color must be one of red, blue"),
        ({"colour": "red"}, "there is no param 'colour'"),
        ({}, "param 'token' has no value"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(document: Document, given: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_params(document, {"token": "x", **given} if given else {})
    assert caught.value.message == message


def test_an_unknown_param_gets_the_nearest_name(document: Document) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_params(document, {"colour": "red"})
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("did you mean `color`?")


def test_a_profile_lays_its_settings_over_those_of_the_file(document: Document) -> None:
    settings = apply_profile(document, "ci").settings
    assert (settings.max_parallel_tasks, settings.retry.attempts, settings.retry.delay) == (2, 1, 5.0)
    assert apply_profile(document, None) is document


def test_a_profile_changes_params_and_locks_them(document: Document) -> None:
    assert resolve_params(document, {"token": "x"}, "ci")["cover"] == 90
    with pytest.raises(UsageError, match="profile 'ci' locks cover"):
        resolve_params(document, {"token": "x", "cover": "70"}, "ci")


def test_a_locked_setting_cannot_be_changed_by_a_flag(document: Document) -> None:
    with pytest.raises(UsageError, match="locks max_parallel_tasks"):
        refuse_locked(document, "ci", ["timeout", "max_parallel_tasks"])
    refuse_locked(document, None, ["max_parallel_tasks"])


def test_an_unknown_profile_gets_the_nearest_name(document: Document) -> None:
    with pytest.raises(UsageError, match="there is no profile 'cy'") as caught:
        apply_profile(document, "cy")
    assert caught.value.hint == "did you mean `ci`? profiles: `ci`"


@pytest.mark.parametrize(("text", "parsed"), [("a=b", ("a", "b")), ("a=", ("a", "")), (" a=b=c", ("a", "b=c"))])
def test_a_param_is_split_at_its_first_equals_sign(text: str, parsed: tuple[str, str]) -> None:
    assert parse_param(text) == parsed


@pytest.mark.parametrize("text", ["a", "=b", ""])
def test_a_param_without_name_or_value_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        parse_param(text)
