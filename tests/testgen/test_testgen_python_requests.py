"""What the source of a view says about the requests that it reads, and what is pinned of replies."""

import ast
import types

import pytest

from orchestrator.testgen.python.explorer import facts
from orchestrator.testgen.python.explorer.calling import Outcome, Program
from orchestrator.testgen.python.explorer.corpus import Try
from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.literals import Literals
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.replies import reply_body
from orchestrator.testgen.python.explorer.request_reading import headers_read, keys_read, numbers_read, parts_of_path
from orchestrator.testgen.python.explorer.subjects import Subject


def _view(body: str) -> ast.FunctionDef:
    node = ast.parse("def view():\n" + "".join(f"    {line}\n" for line in body.splitlines())).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("return request.args['a'] + request.args.get('b')", ["a", "b"]),
        ("pairs = request.args.items()\nfound = Insensitive(pairs)\nreturn 'n' in found and found['m']", ["n", "m"]),
        ("other = make(request.args['a'])\nreturn other['b']", ["b", "a"]),
        ("return show(request.args)", ["a"]),
        ("return 1", []),
    ],
)
def test_keys_are_found_behind_variables(body, keys):
    assert sorted(keys_read(_view(body), "args")) == sorted(keys)


def test_what_is_turned_into_a_number_is_sent_numbers_that_the_view_knows():
    view = _view("code = int(request.args['code'])\nreturn code >= 300")
    assert numbers_read(view) == {"code": [5, 1, 300, 301, 299]}


def test_parts_of_a_path_are_its_own_name_what_the_view_knows_and_lists():
    view = _view("return [part.split(':') for part in codes.split(',')] or kind == 'auth'")
    found = list(parts_of_path("codes", view))
    assert {"codes", "auth", "200,404", "200:404", "200:1,404:2"} <= set(found)
    assert found[:3] == ["1", "a", "missing"]


def test_a_view_that_asks_who_somebody_is_is_told_so():
    view = _view("return check_basic_auth(user, password)")
    assert {"Authorization": "Basic dXNlcjpwYXNzd2Q="} in list(headers_read(view, facts.Literals()))
    assert list(headers_read(_view("return 1"), facts.Literals())) == []


@pytest.mark.parametrize(
    ("headers", "claim"),
    [
        ({"content-type": "image/png"}, "response.headers[\"content-type\"] == 'image/png'"),
        (
            {"content-type": "application/json", "content-encoding": "gzip"},
            "response.headers[\"content-encoding\"] == 'gzip'",
        ),
    ],
)
def test_pictures_and_packed_bodies_are_pinned_by_what_they_say_they_are(headers, claim):
    names = Names(types.ModuleType("shop"), read_facts(""))
    reply = types.SimpleNamespace(status_code=200, headers=headers)  # asking it for its text fails, as of a picture
    route = Subject("get_picture", "route", [], None, template="client.get('/picture'")
    made = Try(route, (), "", Program("client.get('/picture')"), Outcome("value", value=reply))
    assert reply_body(made, Literals(names)).lines[1:] == (
        "assert response.status_code == 200",
        f"assert {claim}",
    )


SLEEPS = """
import time


def nap(seconds):
    if seconds > 0:
        time.sleep(seconds)
        return "rested"
    return "awake"
"""


def test_no_test_sleeps(workbench):
    workbench.write("naps.py", SLEEPS)
    text = workbench.generate("naps.py", budget=30).text
    assert '"awake"' in text and '"rested"' not in text
