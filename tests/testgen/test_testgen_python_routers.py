"""Routes that a module declares for an application elsewhere, and parameters that the framework fills in."""

import random
import types

import pytest
from fastapi import APIRouter, Depends, Query

from orchestrator.testgen.python.explorer.facts import read_facts
from orchestrator.testgen.python.explorer.finding import SubjectFinder
from orchestrator.testgen.python.explorer.names import Names
from orchestrator.testgen.python.explorer.routes import find_applications

SOURCE = """
router = APIRouter(prefix="/carts")

@router.get("/{number}")
def read(number: int, page: int = Query(1), user: str = Depends(who)):
    return number

def plain(number: int, page: int = 1):
    return number
"""


def shop() -> tuple[types.ModuleType, Names]:
    module = types.ModuleType("shop")
    vars(module).update(APIRouter=APIRouter, Depends=Depends, Query=Query, who=lambda: "me")
    exec(compile(SOURCE, "shop.py", "exec"), vars(module))
    return module, Names(module, read_facts(SOURCE))


@pytest.mark.filterwarnings("ignore:Using `httpx`")  # of the framework's own client, about its own future
def test_a_router_is_asked_in_an_application_of_its_own() -> None:
    module, names = shop()
    (found,) = find_applications(names, random.Random(1))
    (route,) = found.subjects((), {})
    assert (route.name, route.template) == ("get_carts_number", "client.get('/carts/{0}'")
    assert route.function is module.read
    assert "app.include_router(router)" in found.install()
    client = names.made_anew["client"]()
    assert client.get("/carts/7").json() == 7
    assert client.get("/carts/x").status_code == 422


def test_what_the_framework_puts_in_is_no_default() -> None:
    _, names = shop()
    subjects = {each.name: each for each in SubjectFinder(names, read_facts(SOURCE)).find()}
    assert {each.name: each.is_required for each in subjects["read"].parameters} == {
        "number": True,
        "page": True,
        "user": True,
    }
    assert {each.name: each.is_required for each in subjects["plain"].parameters} == {"number": True, "page": False}
