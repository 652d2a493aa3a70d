"""The filters: each test has to show in fresh processes that it holds, repeats, touches nothing and adds something."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from orchestrator.testgen.filters import (
    CLOCK,
    ENVIRONMENT,
    NOT_COMPILED,
    NOT_PASSED,
    NOT_PROVEN,
    NOT_REPEATED,
    NOT_RUN,
    THREADS,
    TOUCHES,
)
from orchestrator.testgen.foreign import foreign_environment
from orchestrator.testgen.python.complaints import what_went_wrong
from orchestrator.testgen.python.running import Answer, Site, run_order
from orchestrator.testgen.results import Proof

REPEATS = 5
ROUNDS = 6  # of all tests, one after the other: alone, so again without those that did not hold, repeats, elsewhere
FEWEST_ROUNDS = 5  # where nothing is run again
_SECONDS = 120.0
_NO_TURN = "no turn"  # what a child says of a test that did not begin in time
_AT_ONCE = 2  # repeats
# A leap day, the turn of a year, the second billion of seconds, a day after 2038; the last repeat lives today.
_MOMENTS = (1_835_438_400.0, 1_924_991_997.0, 1_000_000_000.0, 2_177_452_800.0, None)
_SIDES = (0, 1, 0, 1, None)  # what chance leans to; tests of other people may count on many honest draws
_ZONES = ("UTC", "America/St_Johns", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/Madrid")


async def prove(
    site: Site,
    text: str,
    names: Sequence[str] | None = None,
    *,
    repeats: int = REPEATS,
    test_seconds: float | None = None,
) -> Proof:
    """Run a test file once in order and `repeats` times shuffled with other hash seeds, time zones, clocks and chances.

    `names` are the test functions that are expected, others in the file are somebody else's; None takes what is there
    and leaves chance as it is. Tests that do not begin within `test_seconds` are dropped.
    """
    proof = Proof()
    expected = names or ("the file",)
    if problem := _why_not_compiled(text):
        proof.dropped = dict.fromkeys(expected, NOT_COMPILED)
        proof.messages = dict.fromkeys(expected, problem)
        return proof
    at_once = asyncio.Semaphore(_AT_ONCE)

    async def run(number: int) -> Answer:
        async with at_once:
            order, place = _order(site, number, is_ours=names is not None), site.target.test_file
            order["test_seconds"] = None if number else test_seconds
            return await run_order(site, order, place, text, seconds=_SECONDS, env=_surroundings(number))

    ours = None if names is None else frozenset(names)
    if not _takes(proof, await run(0), ours, expected):
        return proof
    unseen = [name for name in names or () if name not in proof.goals and name not in proof.dropped]
    proof.dropped.update(dict.fromkeys(unseen, NOT_RUN))
    if proof.dropped and names:  # chosen anew without them: the repeats would be for nothing
        return proof
    for answer in await together([run(number) for number in range(1, repeats + 1)]):
        if not _takes(proof, answer, ours):
            break
        _drop_missing(proof, answer, site.root)
    return proof


def _why_not_compiled(text: str) -> str:
    try:
        compile(text, "<test>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return str(error)
    return ""


def _takes(proof: Proof, answer: Answer, ours: frozenset[str] | None, expected: Sequence[str] = ()) -> bool:
    """Judge the tests of a run, of the first one where it is told what is expected; False where nothing was run."""
    if answer.content is None:
        proof.dropped.update(dict.fromkeys(expected or proof.goals, NOT_RUN))
        proof.messages["the file"] = answer.tail
        proof.goals = {}
        return False
    _judge(proof, answer.content, ours, first=bool(expected))
    return True


async def prove_elsewhere(site: Site, text: str, proof: Proof, variables: Sequence[str]) -> None:
    """Drop the tests that fail where somebody has set these variables.

    A module that refuses these values when it is imported says nothing about its tests: it gets numbers and flags only.
    """
    every = foreign_environment(variables)
    plain = {name: value for name, value in every.items() if value.isdigit() or value == "true"}
    order = {**_order(site, 0, is_ours=True), "watch_clock": False}
    tests: Mapping[str, Any] = {}
    for env in (every, *([plain] if plain != every else [])):
        if env and proof.goals and not tests:
            surroundings = {**_surroundings(0), **env}
            answer = await run_order(site, order, site.target.test_file, text, seconds=_SECONDS, env=surroundings)
            tests = (answer.content or {}).get("tests", {})
    for node, result in tests.items():
        if result["outcome"] == "failed" and proof.goals.pop(name := test_name(node), None) is not None:
            proof.dropped[name] = ENVIRONMENT
            proof.messages[name] = result.get("message", "")


async def together(works: Sequence[Coroutine[Any, Any, Answer]]) -> list[Answer]:
    """Return what all of them answer; whatever ends this ends only when each of them has ended its processes."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return list(await asyncio.gather(*tasks))
    except BaseException:
        for task in tasks:
            if not task.cancelling():  # a second time would cut its ending short
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


def _order(site: Site, number: int, *, is_ours: bool) -> dict[str, Any]:
    return {
        "mode": "proving",
        "probe": {"module": site.target.module, "path": f"{site.root}/{site.target.path}"},
        "shuffle": number if number else None,
        "watch_clock": number == 0,
        "moment": _MOMENTS[(number - 1) % REPEATS] if number else None,
        "chance": _SIDES[(number - 1) % REPEATS] if number and is_ours else None,
    }


def _surroundings(number: int) -> dict[str, str]:
    return {"PYTHONHASHSEED": str(number * 7919), "TZ": _ZONES[(number or 1) - 1]}


def _judge(proof: Proof, content: Mapping[str, Any], names: frozenset[str] | None, *, first: bool) -> None:
    if first:
        proof.imported = frozenset(content.get("imported", ()))
        proof.statements = {int(goal): line for goal, line in content.get("statements", {}).items()}
        proof.branches = {int(goal): line for goal, line in content.get("branches", {}).items()}
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for node, result in content["tests"].items():
        by_name.setdefault(test_name(node), []).append(result)
    for name, results in by_name.items():
        reason = _reason(results, first=first)
        if names is not None and name not in names:
            proof.others.update({name: reason} if reason else {})
        elif reason:
            proof.dropped.setdefault(name, reason)
            if reason == NOT_PROVEN:
                proof.rows[name] = sum(each["outcome"] != _NO_TURN for each in results)
            proof.messages.setdefault(name, next((each["message"] for each in results if "message" in each), ""))
            proof.goals.pop(name, None)
        elif first:
            proof.goals[name] = frozenset(goal for each in results for goal in each["goals"])


def _drop_missing(proof: Proof, answer: Answer, root: str) -> None:
    """Drop what ran once and is missing in a repeat, as when the file cannot be imported at another moment."""
    ran = {test_name(node) for node in (answer.content or {}).get("tests", ())}
    for name in [each for each in proof.goals if each not in ran]:
        proof.dropped[name] = NOT_REPEATED
        proof.messages[name] = what_went_wrong(answer.tail, root)
        del proof.goals[name]


def test_name(node: str) -> str:
    """Return a test's name out of pytest's node id, without the row of its table."""
    return node.partition("::")[2].partition("[")[0]


test_name.__test__ = False  # type: ignore[attr-defined]  # pytest must not collect it


def _reason(results: Sequence[Mapping[str, Any]], *, first: bool) -> str:
    if any(each["outcome"] == _NO_TURN for each in results if first):
        return NOT_PROVEN
    if any(each["touched"] for each in results):
        return TOUCHES
    if any(each["outcome"] == "failed" for each in results):
        return NOT_PASSED if first else NOT_REPEATED
    if any(each["threads"] for each in results):
        return THREADS
    return CLOCK if any(each["clock"] for each in results) else ""
