import asyncio
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contracts import Outcome, TaskContext
from orchestrator.errors import MissingTool, PathRefused, TaskFailed
from orchestrator.handlers.command import Command
from orchestrator.handlers.command_params import CommandParams
from orchestrator.ledger.memory import MemoryLedger
from orchestrator.models.facts import RunStarted
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import Durability, FailureClass, OutcomeKind
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.redact import Redactor
from orchestrator.workspace.workspace import TreeWorkspace

RUN = "run-1"
NO_TEMPLATES = None


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    (folder / "src").mkdir(parents=True)
    (folder / "src/app.ts").write_text("one\n")
    (folder / "package.json").write_text("{}\n")
    return folder


@pytest.fixture
def scene(tree: Path) -> Iterator[Callable[..., TaskContext]]:
    ledger = MemoryLedger()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ledger.append([RunStarted(run=RUN, kind="run", time=now, command=(), plan={}, tasks=())]).result()
    workspace = TreeWorkspace(tree, ledger=ledger, run=RUN, durability=Durability.NORMAL)
    environ = {"PATH": os.environ["PATH"]}
    factory = ProcessFactory(str(tree), str(tree / ".orchestrate/logs"), Redactor({}), grace=0.2, environ=environ)
    numbers = iter(range(1, 1_000))

    def make(*, dry_run: bool = False, **fields: object) -> TaskContext:
        number = next(numbers)
        task = PlannedTask(id="1.1", name="a command", handler="command", phase="1", group="1.a", **fields)
        return TaskContext(
            task=task,
            run=RUN,
            attempt=number,
            dry_run=dry_run,
            workspace=workspace.open_attempt("1.1", number),
            processes=factory.for_attempt(RUN, "1.1", number, task.env, idle_timeout=task.idle_timeout),
            templates=NO_TEMPLATES,
            values={},
            say=lambda text: None,
        )

    yield make
    factory.close()
    workspace.close()
    ledger.close()


def params(command: object, **fields: object) -> CommandParams:
    return CommandParams.model_validate({"command": command, **fields})


def shell(line: str, **fields: object) -> CommandParams:
    return params(line, shell=True, **fields)


def run(given: CommandParams, context: TaskContext) -> Outcome:
    return asyncio.run(Command().run(given, context))


def said(outcome: Outcome) -> tuple[OutcomeKind, str]:
    return outcome.kind, outcome.summary


# ------------------------------------------------------------ outcomes


def test_a_command_that_writes_has_changed_something(scene: Callable[..., TaskContext]) -> None:
    context = scene()
    outcome = run(shell("echo two > src/app.ts; echo new > src/new.ts"), context)
    line = "echo two > src/app.ts; echo new > src/new.ts"
    assert said(outcome) == (OutcomeKind.CHANGED, f"{line}: 2 files changed")
    assert [change.path for change in context.workspace.staged()] == ["src/app.ts", "src/new.ts"]


def test_a_command_that_writes_what_is_there_has_changed_nothing(scene: Callable[..., TaskContext]) -> None:
    assert said(run(shell("echo one > src/app.ts"), scene())) == (
        OutcomeKind.UNCHANGED,
        "echo one > src/app.ts: exit code 0",
    )


def test_what_a_command_said_is_its_result(scene: Callable[..., TaskContext]) -> None:
    outcome = run(params(["echo", "1.2.3"]), scene())
    assert (outcome.exit_code, outcome.result["exit_code"], outcome.result["output"]) == (0, 0, "1.2.3")
    assert outcome.result["log"] == "logs/run-1/1.1.1.log"


def test_a_failure_shows_code_and_last_lines(scene: Callable[..., TaskContext]) -> None:
    outcome = run(shell("echo oops >&2; exit 3"), scene())
    assert said(outcome) == (OutcomeKind.FAILED, "echo oops >&2; exit 3 ended with exit code 3")
    assert (outcome.detail, outcome.exit_code, outcome.failure) == ("oops", 3, FailureClass.FAILED)


@pytest.mark.parametrize(
    ("code", "kind", "failure"),
    [
        (0, OutcomeKind.CHANGED, None),
        (1, OutcomeKind.UNCHANGED, None),
        (2, OutcomeKind.CHANGED, None),
        (3, OutcomeKind.FAILED, FailureClass.TRANSIENT),
        (4, OutcomeKind.FAILED, FailureClass.FAILED),
        (5, OutcomeKind.UNCHANGED, None),
    ],
)
def test_exit_codes_have_the_meaning_that_is_listed(
    scene: Callable[..., TaskContext], code: int, kind: OutcomeKind, failure: FailureClass | None
) -> None:
    meanings = {"ok": [0, 5], "unchanged": [1], "changed": [2], "transient": [3]}
    # 0 writes something and 5 does not: for both, the tree decides.
    line = f"{'echo x > x;' if code == 0 else ''} exit {code}"
    outcome = run(shell(line, exit_codes=meanings), scene())
    assert (outcome.kind, outcome.failure, outcome.exit_code) == (kind, failure, code)


@pytest.mark.parametrize(
    ("line", "summary", "failure"),
    [
        ("kill -KILL $$", "was ended by SIGKILL, likely because memory ran out", FailureClass.INFRA),
        ("exit 137", "was ended by SIGKILL, likely because memory ran out", FailureClass.INFRA),
        ("exit 143", "was ended by SIGTERM from outside", FailureClass.INFRA),
        ("kill -SEGV $$", "was ended by SIGSEGV", FailureClass.FAILED),
        ("exit 170", "was ended by signal 42", FailureClass.FAILED),
        ("exit 127", "ended with exit code 127", FailureClass.FAILED),
        ("exit 255", "ended with exit code 255", FailureClass.FAILED),
    ],
)
def test_signals_are_told_from_exit_codes(
    scene: Callable[..., TaskContext], line: str, summary: str, failure: FailureClass
) -> None:
    outcome = run(shell(line), scene())
    assert (outcome.summary, outcome.failure) == (f"{line} {summary}", failure)


def test_silence_is_a_timeout(scene: Callable[..., TaskContext]) -> None:
    outcome = run(params(["sleep", "300.7"]), scene(idle_timeout=0.2))
    assert (outcome.summary, outcome.failure) == (
        "sleep 300.7 said nothing for 0.2 s and was ended",
        FailureClass.TIMEOUT,
    )


def test_processes_that_were_left_behind_are_told(scene: Callable[..., TaskContext]) -> None:
    outcome = run(shell("sleep 300.7 & exit 0"), scene())
    assert (outcome.detail, outcome.result["leftovers"]) == ("1 process that it left behind was ended", 1)


def test_a_missing_program_is_an_error_of_its_own(scene: Callable[..., TaskContext]) -> None:
    with pytest.raises(MissingTool, match="no-such-tool is not installed"):
        run(params(["no-such-tool"]), scene())


def test_folder_input_and_variables_reach_the_program(scene: Callable[..., TaskContext]) -> None:
    given = shell('cat; echo " $WORD"; ls', cwd="src", stdin="hello")
    assert run(given, scene(env={"WORD": "; exit 1"})).result["output"] == "hello ; exit 1\napp.ts"


@pytest.mark.parametrize("rollback", [True, False])
def test_a_failed_command_may_keep_what_it_changed(scene: Callable[..., TaskContext], rollback: bool) -> None:
    outcome = run(shell("echo x > x; exit 1", rollback=rollback), scene())
    assert outcome.keep_changes is not rollback


def test_a_read_only_command_is_not_looked_after(scene: Callable[..., TaskContext]) -> None:
    context = scene()
    assert run(params(["true"], read_only=True), context).kind is OutcomeKind.UNCHANGED
    assert context.workspace.staged() == ()


# ------------------------------------------------------------ creates, dry run, verify


def test_a_command_whose_files_are_there_is_not_run(scene: Callable[..., TaskContext], tree: Path) -> None:
    outcome = run(shell("touch was-run", creates=["package.json", "src/*.ts"]), scene())
    assert said(outcome) == (OutcomeKind.UNCHANGED, "is there already: package.json, src/*.ts")
    assert not (tree / "was-run").exists()


def test_a_link_that_is_there_counts(scene: Callable[..., TaskContext], tree: Path) -> None:
    (tree / "tool").symlink_to("package.json")
    assert run(shell("touch was-run", creates="tool"), scene()).kind is OutcomeKind.UNCHANGED


def test_a_place_that_nobody_may_name_is_never_there(scene: Callable[..., TaskContext]) -> None:
    with pytest.raises(PathRefused):
        run(params(["true"], creates=".git/hooks/pre-commit"), scene())


def test_a_command_with_one_file_missing_is_run(scene: Callable[..., TaskContext], tree: Path) -> None:
    run(shell("touch was-run", creates=["package.json", "src/*.js"]), scene())
    assert (tree / "was-run").exists()


def test_a_dry_run_says_what_would_be_run(scene: Callable[..., TaskContext], tree: Path) -> None:
    context = scene(dry_run=True, env={"WORD": "x"}, secrets=("TOKEN",))
    outcome = run(params(["touch", "a file"], cwd="src"), context)
    assert said(outcome) == (
        OutcomeKind.SKIPPED,
        "dry run: would run touch 'a file' in src with TOKEN, WORD set",
    )
    assert not (tree / "src/a file").exists()


def test_files_that_were_promised_have_to_be_there(scene: Callable[..., TaskContext]) -> None:
    given = params(["true"], produces=["dist/app.js", "package.json"], creates=["out/*.txt"])
    with pytest.raises(TaskFailed, match=r"true ended well, but out/\*.txt, dist/app.js is not there"):
        asyncio.run(Command().verify(given, scene()))


# ------------------------------------------------------------ up to date


def fingerprint(given: CommandParams, context: TaskContext) -> str | None:
    return Command().fingerprint(given, context)


def test_a_command_that_declares_no_files_is_never_up_to_date(scene: Callable[..., TaskContext]) -> None:
    assert fingerprint(params(["true"]), scene()) is None


def test_one_that_says_it_reads_nothing_hangs_on_its_definition_alone(
    scene: Callable[..., TaskContext], tree: Path
) -> None:
    given = params(["true"], inputs=[])
    before = fingerprint(given, scene())
    (tree / "src/app.ts").write_text("two\n")
    assert before is not None
    assert fingerprint(given, scene()) == before


@pytest.mark.parametrize(
    ("path", "differs"), [("src/app.ts", True), ("src/new.ts", True), ("src/new.js", False), ("other.ts", False)]
)
def test_it_runs_again_when_a_matching_file_differs(
    scene: Callable[..., TaskContext], tree: Path, path: str, differs: bool
) -> None:
    given = params(["true"], inputs=["src/**/*.ts"])
    before = fingerprint(given, scene())
    (tree / path).write_text("two\n")
    assert (fingerprint(given, scene()) != before) is differs


def test_what_it_writes_itself_is_no_input(scene: Callable[..., TaskContext], tree: Path) -> None:
    given = params(["true"], inputs=["src/**"], produces=["src/made.ts", "src/gen"])
    before = fingerprint(given, scene())
    (tree / "src/gen").mkdir()
    for path in ("src/made.ts", "src/gen/deep.ts"):
        (tree / path).write_text("made\n")
    assert fingerprint(given, scene()) == before


def test_the_names_of_its_variables_count(scene: Callable[..., TaskContext]) -> None:
    given = params(["true"], inputs=[])
    assert fingerprint(given, scene(env={"A": "1"})) != fingerprint(given, scene())
