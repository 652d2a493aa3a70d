"""One attempt: what handlers do, and what is left of it on the tree."""

import asyncio
import contextlib
import signal
from typing import Any

import pytest
from engine_plans import CHECK, plan, task
from engine_stage import MemoryTree, Stage, never
from msgspec.structs import replace

from orchestrator.contracts import LeftAlone, Outcome, TaskContext, changed, failed, unchanged
from orchestrator.engine.freshness import Freshness
from orchestrator.errors import Drift, ExitCode, PathRefused, TaskFailed, Unusable
from orchestrator.models.facts import AttemptStarted
from orchestrator.models.plan import PlannedTask, RetryPolicy, Targets
from orchestrator.models.record import LastSuccess, Measured
from orchestrator.models.status import FailureClass, OutcomeKind, TaskState


def writing(text: str = "new", then: Any = None) -> Any:
    async def act(context: TaskContext) -> Any:
        context.workspace.write_text("a.txt", text)
        if isinstance(then, BaseException):
            raise then
        return then or changed("wrote a.txt")

    return act


def staged(act: Any, *, tree: MemoryTree | None = None, of: PlannedTask | None = None, **more: Any) -> Stage:
    return Stage(plan([of or task("1")]), {"1": act}, tree=tree or MemoryTree({"a.txt": b"old"}), **more)


# ---------------------------------------------------------------- what handlers may do


def test_a_change_reaches_the_tree() -> None:
    stage = staged(writing())
    assert stage.play().exit_code == 0
    assert stage.tree.files == {"a.txt": b"new"}


@pytest.mark.parametrize(
    ("act", "kind", "summary"),
    [
        (failed("the tests fail"), "failed", "the tests fail"),
        (TaskFailed("no such key"), "failed", "no such key"),
        (ValueError("oops\nsecond line"), "errored", "ValueError: oops"),
        (SystemExit(3), "errored", "the handler called sys.exit(3)"),
        (KeyboardInterrupt(), "errored", "KeyboardInterrupt"),
        (asyncio.CancelledError(), "errored", "the handler cancelled itself"),
        (TimeoutError("its own"), "errored", "TimeoutError: its own"),
        ("done", "errored", "the handler returned str instead of an outcome"),
        (None, "errored", "the handler returned NoneType instead of an outcome"),
        (Outcome(kind="fine"), "errored", "the handler returned Outcome instead of an outcome"),  # type: ignore[arg-type]
        (
            Outcome(kind=OutcomeKind.CHANGED, outputs={"x": {1, 2}}),
            "errored",
            "TypeError: Object of type set is not JSON serializable",
        ),
        (
            BaseExceptionGroup("both", [SystemExit(1), ValueError()]),
            "errored",
            "BaseExceptionGroup: both (2 sub-exceptions)",
        ),
    ],
)
def test_whatever_a_handler_does_is_a_value_and_leaves_nothing_behind(act: Any, kind: str, summary: str) -> None:
    stage = staged(writing(then=act) if act is not None else lambda context: asyncio.sleep(0))
    assert stage.play().exit_code == ExitCode.FAILED
    end = stage.ledger.last_attempt("1")
    assert (end.kind.value, end.summary) == (kind, summary)
    assert stage.tree.files == {"a.txt": b"old"}
    assert stage.ledger.ended() == {"1": "failed"}


def test_the_traceback_of_a_broken_handler_is_its_detail() -> None:
    stage = staged(writing(then=ZeroDivisionError("x")))
    stage.play()
    assert "in act\n    raise then\n" in stage.ledger.last_attempt("1").detail


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")])
def test_what_the_machine_refuses_is_of_class_infra(error: Exception) -> None:
    stage = staged([error, changed("did it")], of=task("1", retry=RetryPolicy(attempts=2)))
    assert stage.play().exit_code == 0
    assert stage.ledger.attempts("1") == ["errored", "changed"]


def test_unchanged_with_changes_is_changed() -> None:
    stage = staged(writing(then=unchanged("nothing to do")))
    stage.play()
    assert stage.ledger.attempts("1") == ["changed"]


def test_params_that_do_not_fit_fail_the_task_before_its_attempt() -> None:
    stage = staged(changed("x"), of=task("1", params={"extra": 1}))
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.ledger.started() == []
    assert stage.ledger.reasons()["1"] == "the params are not valid: `extra` Extra inputs are not permitted"


# ---------------------------------------------------------------- verify


def test_a_post_condition_that_does_not_hold_takes_the_change_back() -> None:
    stage = staged(writing())
    stage.handler.verdicts["1"] = TaskFailed("a.txt does not parse")
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.tree.files == {"a.txt": b"old"}
    assert stage.ledger.last_attempt("1").summary == "a.txt does not parse"


def test_a_verify_entry_of_the_plan_must_hold() -> None:
    stage = staged(writing(), of=task("1", verify=CHECK), measurements={"task 1": False})
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.tree.files == {"a.txt": b"old"}
    assert stage.ledger.last_attempt("1").summary == "verify: probe: measured"
    (fact,) = [fact for fact in stage.ledger.committed if isinstance(fact, Measured)]
    assert (fact.scope, fact.ok) == ("task 1", False)


def test_a_verify_entry_that_holds_is_recorded() -> None:
    stage = staged(writing(), of=task("1", verify=CHECK))
    assert stage.play().exit_code == 0
    assert [fact.scope for fact in stage.ledger.committed if isinstance(fact, Measured)] == ["task 1"]


def test_a_dry_run_does_not_measure_verify_entries() -> None:
    stage = staged(writing(), of=task("1", verify=CHECK), measurements={"task 1": False}, dry_run=True)
    assert stage.play().exit_code == 0


# ---------------------------------------------------------------- taking back


def test_an_apply_that_is_refused_fails_the_task() -> None:
    tree = MemoryTree({"a.txt": b"old"})
    tree.refusal = Drift("a.txt was changed meanwhile", detail="theirs: x")
    stage = staged(writing(), tree=tree)
    assert stage.play().exit_code == ExitCode.DRIFT
    assert stage.ledger.last_attempt("1").detail == "theirs: x"


def test_a_failure_may_keep_its_changes() -> None:
    async def act(context: TaskContext) -> Outcome:
        context.workspace.write_text("a.txt", "for a look")
        await context.workspace.apply()
        return Outcome(kind=OutcomeKind.FAILED, summary="see a.txt", keep_changes=True)

    stage = staged(act)
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.tree.files == {"a.txt": b"for a look"}


def test_a_file_that_could_not_be_taken_back_is_named_and_decides_the_exit_code() -> None:
    tree = MemoryTree({"a.txt": b"old"})
    tree.left = (LeftAlone(path="a.txt", reason="was changed since"),)
    stage = staged(writing(then=failed("no", detail="why")), tree=tree)
    assert stage.play().exit_code == ExitCode.DRIFT
    assert stage.ledger.last_attempt("1").detail == "why\nleft as it is: a.txt (was changed since)"


@pytest.mark.parametrize("error", [Unusable("disk full"), RuntimeError("a bug")])
def test_a_tree_that_cannot_be_put_back_stops_the_run(error: Exception) -> None:
    tree = MemoryTree({"a.txt": b"old"})
    tree.rollback_refusal = error
    stage = Stage(plan([task("1"), task("2", after=["1"])]), {"1": writing(then=failed("no"))}, tree=tree)
    result = stage.play()
    assert result.exit_code == ExitCode.UNUSABLE
    assert isinstance(result.error, Unusable)


# ---------------------------------------------------------------- time limits


def test_an_attempt_that_takes_too_long_is_timed_out_and_taken_back() -> None:
    async def act(context: TaskContext) -> Outcome:
        context.workspace.write_text("a.txt", "half")
        await context.workspace.apply()
        await asyncio.Event().wait()
        raise AssertionError

    stage = staged(act, of=task("1", timeout=0.01))
    assert stage.play().exit_code == ExitCode.FAILED
    end = stage.ledger.last_attempt("1")
    assert (end.kind, end.failure, end.summary) == (
        OutcomeKind.TIMED_OUT,
        FailureClass.TIMEOUT,
        "timed out after 0.01 s",
    )
    assert stage.tree.files == {"a.txt": b"old"}


def test_a_timeout_may_be_worth_another_attempt() -> None:
    stage = staged([never(), changed("did it")], of=task("1", timeout=0.01, retry=RetryPolicy(attempts=2)))
    assert stage.play().exit_code == 0
    assert stage.ledger.attempts("1") == ["timed_out", "changed"]


def test_a_handler_that_swallows_its_timeout_is_timed_out_all_the_same() -> None:
    async def stubborn(context: TaskContext) -> Outcome:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return changed("did it all the same")

    stage = staged(stubborn, of=task("1", timeout=0.01))
    stage.play()
    assert stage.ledger.attempts("1") == ["timed_out"]


def test_zero_is_no_limit() -> None:
    async def slow(context: TaskContext) -> Outcome:
        for _ in range(100):
            await asyncio.sleep(0)
        return changed("slowly")

    assert staged(slow, of=task("1", timeout=0.0)).play().exit_code == 0


def test_the_last_output_of_what_was_stopped_is_kept() -> None:
    stage = staged(never(), of=task("1", timeout=0.01))
    stage.tools = type(stage.tools)(processes=None, log=lambda: "logs/1.1.log", last_output=lambda: "compiling…")  # type: ignore[arg-type]
    stage.play()
    end = stage.ledger.last_attempt("1")
    assert (end.detail, end.log) == ("compiling…", "logs/1.1.log")


# ---------------------------------------------------------------- cancelling


def test_a_stop_while_files_are_brought_to_the_tree_lets_that_end_and_takes_it_back() -> None:
    stage = staged(writing())

    async def go() -> Any:
        stage.tree.applying, stage.tree.go_on = asyncio.Event(), asyncio.Event()
        run = asyncio.ensure_future(stage.make().run())
        await stage.tree.applying.wait()
        for _ in range(3):
            stage.executor.request_stop(signal.SIGINT)
            await asyncio.sleep(0)
        assert not run.done()
        assert stage.tree.rolled_back == []
        stage.tree.go_on.set()
        return await run

    assert asyncio.run(go()).exit_code == ExitCode.SIGINT
    assert stage.tree.files == {"a.txt": b"old"}
    assert stage.tree.rolled_back == ["1"]
    assert stage.ledger.attempts("1") == ["cancelled"]


def test_a_handler_that_swallows_its_cancellation_is_cancelled_all_the_same() -> None:
    async def stubborn(context: TaskContext) -> Outcome:
        context.workspace.write_text("a.txt", "new")
        stage.executor.request_stop(signal.SIGINT)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return changed("did it all the same")

    stage = staged(stubborn)
    stage.play()
    assert stage.ledger.attempts("1") == ["cancelled"]
    assert stage.tree.files == {"a.txt": b"old"}


def test_an_unusable_workspace_outranks_the_cancellation_that_found_it() -> None:
    async def act(context: TaskContext) -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            raise Unusable("the log cannot be written")

    stage = Stage(plan([task("1"), task("2")]), {"1": act, "2": failed("no")}, keep_going=False)

    async def go() -> Any:
        executor = stage.make()
        appended = stage.ledger.appended(AttemptStarted)
        run = asyncio.ensure_future(executor.run())
        await appended
        await asyncio.sleep(0)
        executor.request_stop(signal.SIGTERM)
        return await run

    result = asyncio.run(go())
    assert isinstance(result.error, Unusable)
    assert result.exit_code == ExitCode.SIGTERM  # the first in precedence


# ---------------------------------------------------------------- up to date


def success(stage: Stage) -> dict[str, LastSuccess]:
    end = stage.ledger.last_attempt("1")
    definition = stage.plan.tasks[0].definition
    return {
        "1": LastSuccess(
            task="1", run="r0", definition=definition, fingerprint=end.fingerprint, seconds=1.0, outputs=end.outputs
        )
    }


def cached(definition: str = "d1") -> PlannedTask:
    targets = Targets(reads=("in.txt", "src/", "a.txt"), writes=("a.txt",))
    return replace(task("1", definition=definition), targets=targets)


FILES = {"a.txt": b"old", "in.txt": b"input", "src/b.ts": b"code"}


def second_run(
    tree: MemoryTree, first: Stage, *, of: PlannedTask | None = None, own_hash: str | None = "h", **more: Any
) -> Stage:
    freshness = Freshness(successes=success(first), **more)
    return staged(writing(), tree=tree, of=of or cached(), own_hash=own_hash, freshness=freshness)


def first_run(tree: MemoryTree, **more: Any) -> Stage:
    more.setdefault("own_hash", "h")
    stage = staged(writing(then=Outcome(kind=OutcomeKind.CHANGED, outputs={"n": 1})), tree=tree, of=cached(), **more)
    assert stage.play().exit_code == 0
    return stage


def test_a_task_whose_files_are_as_it_left_them_is_up_to_date_without_an_attempt() -> None:
    tree = MemoryTree(FILES)
    stage = second_run(tree, first_run(tree))
    result = stage.play()
    assert result.states == {"1": TaskState.UNCHANGED}
    assert stage.ledger.started() == []
    assert stage.ledger.reasons() == {"1": "up to date"}
    assert stage.attempts.outputs_of("1") == {"n": 1}


@pytest.mark.parametrize("path", ["a.txt", "in.txt", "src/b.ts", "src/new.ts"])
def test_a_file_that_changed_makes_it_run(path: str) -> None:
    tree = MemoryTree(FILES)
    first = first_run(tree)
    tree.files[path] = b"edited by hand"
    stage = second_run(tree, first)
    stage.play()
    assert stage.ledger.started() == ["1"]


def test_a_path_that_cannot_be_read_has_no_content_of_its_own() -> None:
    class WithLink(MemoryTree):
        def open_attempt(self, task: str, attempt: int) -> Any:
            files = super().open_attempt(task, attempt)
            plain = files.read_bytes

            def read_bytes(path: str) -> bytes:
                if path == "in.txt":
                    raise PathRefused("'in.txt' is a symbolic link")
                return plain(path)

            files.read_bytes = read_bytes  # type: ignore[method-assign]
            return files

    tree = WithLink(FILES)
    stage = second_run(tree, first_run(tree))
    stage.play()
    assert stage.ledger.reasons() == {"1": "up to date"}


def test_a_file_that_is_gone_makes_it_run() -> None:
    tree = MemoryTree(FILES)
    first = first_run(tree)
    del tree.files["in.txt"]
    stage = second_run(tree, first)
    stage.play()
    assert stage.ledger.started() == ["1"]


@pytest.mark.parametrize(
    "more", [{"own_hash": "other"}, {"of": cached(definition="d2")}, {"force": True}, {"own_hash": None}]
)
def test_another_template_or_definition_or_force_makes_it_run(more: dict[str, Any]) -> None:
    tree = MemoryTree(FILES)
    stage = second_run(tree, first_run(tree), **more)
    stage.play()
    assert stage.ledger.started() == ["1"]


def test_a_handler_that_cannot_tell_is_never_up_to_date() -> None:
    tree = MemoryTree(FILES)
    first = first_run(tree, own_hash=None)
    assert first.ledger.last_attempt("1").fingerprint is None
    stage = second_run(tree, first)
    stage.play()
    assert stage.ledger.started() == ["1"]


def test_a_failure_leaves_no_fingerprint() -> None:
    stage = staged(writing(then=failed("no")), of=cached(), own_hash="h")
    stage.play()
    assert stage.ledger.last_attempt("1").fingerprint is None


# ---------------------------------------------------------------- outputs


def test_outputs_are_made_from_the_result_and_handed_on() -> None:
    seen: list[Any] = []

    async def look(context: TaskContext) -> Outcome:
        seen.append(context.values["tasks"]["1"])
        return changed("looked")

    of = plan([task("1", outputs={"percent": "lines"}), task("2", after=["1"])])
    stage = Stage(of, {"1": changed("measured", lines=81, branches=70), "2": look})
    assert stage.play().exit_code == 0
    assert seen == [{"percent": 81}]
    assert stage.ledger.last_attempt("1").outputs == {"percent": 81}


def test_outputs_that_cannot_be_made_take_the_change_back() -> None:
    stage = staged(writing(), of=task("1", outputs={"percent": "missing"}))
    assert stage.play().exit_code == ExitCode.FAILED
    assert stage.tree.files == {"a.txt": b"old"}


def late_cached() -> PlannedTask:
    return replace(cached(), params={"text": "{{ run.id }}"}, late=("text",))


def test_a_value_that_was_rendered_before_the_attempt_and_is_another_now_makes_it_run() -> None:
    tree = MemoryTree(FILES)
    first = staged(writing(), tree=tree, of=late_cached(), own_hash="h")
    first.play()
    same = second_run(tree, first, of=late_cached())
    same.play()
    assert same.ledger.started() == []
    other = second_run(tree, first, of=late_cached())
    other.binding.word = "another"
    other.play()
    assert other.ledger.started() == ["1"]
