"""The text of end-to-end specs, and what is read off a project before its application is started."""

import json
from pathlib import Path

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.testgen.e2e.application import find_application
from orchestrator.testgen.e2e.emission import Naming, emit, titles_of, without
from orchestrator.testgen.e2e.generator import words_of
from orchestrator.testgen.e2e.proof import read_proof
from orchestrator.testgen.e2e.results import read_walk
from orchestrator.testgen.e2e.runner import collecting_config
from orchestrator.testgen.e2e.source import expectation, literal, path_of
from orchestrator.testgen.generator import Target

NAMING = Naming(title="Sign up", database="DATABASE_URL", secret="JWT_SECRET", header="Sign up, end to end.")
RUNS = ({"run": "a1", "userId": "u-1"}, {"run": "b2", "userId": "u-2"})


class Programs:
    """Finds what it was told."""

    def __init__(self, **found: str) -> None:
        self.found = found

    def find(self, program: str) -> str | None:
        return self.found.get(program)


def step(key: str, status: int, **more: object) -> dict[str, object]:
    method, url = key.split(" ")
    where = [{"$": "postId"} if each == ":id" else each for each in url.strip("/").split("/")]
    plain = {"what": "as it should be", "needsDatabase": True, "captures": [], "seen": [{}, {}]}
    return {**plain, "method": method, "url": url, "where": where, "status": status, **more}


def walk(*steps: dict[str, object], pages: list[dict[str, str]] | None = None):
    return read_walk(
        {"steps": list(steps), "pages": pages or [], "defects": [], "notes": [], "isSeen": True, "routes": 3}
    )


MAKE = step(
    "POST /posts",
    201,
    data={"title": {"$": "run", "before": "Post "}},
    seen=[{"id": "x"}, {"id": "y"}],
    captures=[{"name": "postId", "path": ["id"]}],
)


def test_values_of_earlier_steps_stand_in_a_request_as_variables() -> None:
    assert literal({"a": {"$": "token"}, "b": [1, None, "it's"]}) == "{ a: token, b: [1, null, 'it\\'s'] }"
    assert path_of(("posts", {"$": "run", "before": "p-"}, "likes")) == "`/posts/p-${run}/likes`"
    assert path_of(("posts", "1")) == "'/posts/1'"


def test_what_differs_between_two_walks_is_expected_by_its_kind() -> None:
    first = {"id": "u-1", "slug": "post-a1", "n": 1, "at": "2024-01-01", "same": 2, "who": "x", "list": [1] * 6}
    second = {"id": "u-2", "slug": "post-b2", "n": 3, "at": "2024-01-01", "same": 2, "who": "y", "list": [1] * 6}
    assert expectation((first, second), RUNS) == (
        "{ id: userId, slug: `post-${run}`, n: expect.any(Number), at: expect.any(String), same: 2, "
        "who: expect.any(String), list: expect.any(Array) }"
    )


def test_a_flow_carries_ids_from_one_step_to_the_next() -> None:
    text = emit(walk(MAKE, step("GET /posts/:id", 200)), NAMING, with_browser=True)
    assert "postId = body.id;" in text
    assert "request.get(`/posts/${postId}`)" in text
    assert "test.skip(!process.env.DATABASE_URL, 'needs a migrated database: set DATABASE_URL');" in text


def test_a_step_whose_values_no_step_gives_any_more_goes_too() -> None:
    flow = walk(MAKE, step("GET /posts/:id", 200), pages=[{"url": "/", "type": "text/html"}])
    left = without(flow, frozenset({"POST /posts answers 201"}))
    assert titles_of(left, with_browser=True) == ("opens in a browser",)
    assert "await expect(page).toHaveTitle(/./);" in emit(left, NAMING, with_browser=True)


def test_an_application_that_cannot_be_asked_is_told() -> None:
    with pytest.raises(TaskFailed, match="no Fastify routes"):
        read_walk({"problem": "no Fastify routes were registered"})


def test_the_file_says_which_routes_are_meant_else_the_task() -> None:
    assert words_of(Target(path="e2e", test_file="e2e/mentor-matching.spec.ts"), "x") == ("mentor", "matching")
    assert words_of(Target(path="e2e", test_file="e2e/flow.spec.ts"), "User registration flow") == ("registration",)


def test_only_what_passed_every_time_counts(tmp_path: Path) -> None:
    def spec(title: str, *ends: str) -> dict[str, object]:
        return {"title": title, "tests": [{"status": "x", "results": [{"status": each} for each in ends]}]}

    specs = [spec("good", "passed", "passed"), spec("flaky", "passed", "failed"), spec("later", "skipped")]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"suites": [{"suites": [{"specs": specs}]}]}))
    proof = read_proof(report, "")
    assert (proof.passed, set(proof.failed), proof.skipped) == ({"good"}, {"flaky"}, {"later"})
    assert read_proof(tmp_path / "none.json", "it broke").problem == "it broke"


def test_jest_has_to_leave_specs_out_unless_it_does(tmp_path: Path) -> None:
    (tmp_path / "node_modules/jest").mkdir(parents=True)
    (tmp_path / "jest.config.js").write_text("module.exports = {};\n")
    assert collecting_config(str(tmp_path), "tests/e2e/a.spec.ts") == "jest.config.js"
    (tmp_path / "jest.config.js").write_text("module.exports = { testPathIgnorePatterns: ['tests/e2e'] };\n")
    assert collecting_config(str(tmp_path), "tests/e2e/a.spec.ts") == ""


def test_how_an_application_is_started_is_read_off_its_files(tmp_path: Path) -> None:
    for name in ("@playwright/test/cli.js", "typescript/x", "tsx/x"):
        path = tmp_path / "node_modules" / name
        path.parent.mkdir(parents=True)
        path.write_text("")
    (tmp_path / "src/test").mkdir(parents=True)
    (tmp_path / "src/server.ts").write_text("")
    (tmp_path / "src/test/setup.ts").write_text("process.env.JWT_SECRET = 'for tests';\ndelete process.env.CACHE;\n")
    (tmp_path / ".env.example").write_text("APP_PORT=1\nDATABASE_URL=postgres://127.0.0.1:1/x\nCACHE=a\nJWT_SECRET=b\n")
    (tmp_path / "package.json").write_text('{"scripts": {"db:migrate": "x"}}')
    app = find_application(str(tmp_path), Programs(node="/node", chromium="/chromium"))  # type: ignore[arg-type]  # it only finds
    assert (app.command, app.port, app.database, app.secret) == (
        "node --import tsx src/server.ts", "APP_PORT", "DATABASE_URL", "JWT_SECRET",
    )  # fmt: skip
    assert (app.migrate, app.env["JWT_SECRET"], "CACHE" in app.env) == (
        "npm run --silent db:migrate",
        "for tests",
        False,
    )
