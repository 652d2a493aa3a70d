"""`orchestrate plan`: what would run, in which order, and why. Writes nothing, starts nothing."""

import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Struct

from orchestrator.cli.contradictions import refuse
from orchestrator.cli.next_command import next_command
from orchestrator.cli.opening import OpenedPlan, open_plan, refuse_unhandled
from orchestrator.cli.options import Choice, Drawing, Planning, Section, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.present import look_of
from orchestrator.cli.state import reading
from orchestrator.errors import ExitCode, NothingSelected

if TYPE_CHECKING:
    from orchestrator.cli.expecting import Expected
    from orchestrator.contracts import Ledger
    from orchestrator.models.diff import FileDiff
    from orchestrator.models.plan import Plan
    from orchestrator.models.record import LastSuccess


@as_command
def command(
    common: Planning,
    _drawing: Drawing,
    choice: Choice,
    format: Annotated[
        Literal["tree", "table", "json", "mermaid", "dot"],
        option("--format", value="FORMAT", help="how the plan is shown", envvar=None),
    ] = "tree",
    as_json: Annotated[bool, option("--json", help="the same as --format json", envvar=None)] = False,
    out: Annotated[Path | None, option("--out", "-o", help="save the plan for `run --plan`")] = None,
    diff: Annotated[bool, option("--diff", help="also show (and save) the changes that it would make")] = False,
    up_to_date: Annotated[
        bool,
        option("--up-to-date", help="mark tasks that are up to date (takes longer)"),
    ] = False,
    allow_empty: Annotated[
        bool, option("--allow-empty", section=Section.CHOICE, help="end with 0 where nothing is selected")
    ] = False,
) -> int:
    """Show the plan: tasks in order, their dependencies and locks, expected times.

    orchestrate plan --from 2.1 --until 3.4          a stretch of it
    orchestrate plan --phase 2 --diff -o plan.json   saved with its diff
    """
    refuse((as_json and format not in ("tree", "json"), "--json", f"--format {format}"))
    try:
        opened = open_plan(common)
        found = _found(opened, choice, with_successes=diff or up_to_date, up_to_date=up_to_date)
    except NothingSelected:
        if allow_empty:
            return ExitCode.OK
        raise
    chosen = "json" if as_json else format
    _show(found, chosen)
    proposed = _proposed(found, opened, is_shown=chosen != "json") if diff else []
    if out is not None:
        _save(out, found.plan, opened, proposed)
    return ExitCode.OK


class _Found(Struct, frozen=True, kw_only=True, eq=False):
    """The chosen part of the plan, and what earlier runs tell of it."""

    plan: "Plan"
    expected: "Expected"
    checkpoints: Mapping[str, float]  # seconds, by scope
    successes: "Mapping[str, LastSuccess]"
    fresh: tuple[str, ...] | None  # tasks that a run would find up to date; None when nobody asked


def _found(opened: OpenedPlan, choice: Choice, *, with_successes: bool, up_to_date: bool) -> _Found:
    with reading(opened.root) as ledger:
        plan = opened.part(choice, ledger)
        successes = ledger.last_successes() if with_successes else {}
        fresh = _up_to_date(opened, plan, successes, ledger) if up_to_date else None
        expected = _expected(opened, plan, ledger, fresh)
        return _Found(
            plan=plan,
            expected=expected,
            checkpoints=ledger.checkpoint_durations(plan.checks),
            successes=successes,
            fresh=fresh,
        )


def _proposed(found: _Found, opened: OpenedPlan, *, is_shown: bool) -> "list[FileDiff]":
    """Return the changes that the plan would make, after showing them."""
    from orchestrator.cli.preview import no_change, proposed_changes
    from orchestrator.reporters.diff_view import render_diffs

    refuse_unhandled(found.plan, opened.catalogue)
    proposed = proposed_changes(found.plan, opened.root, opened.templates, opened.catalogue, successes=found.successes)
    if is_shown:
        sys.stdout.write(render_diffs(proposed, look_of(sys.stdout), nothing=no_change(found.plan, opened.catalogue)))
    return proposed


def _expected(opened: OpenedPlan, plan: "Plan", ledger: "Ledger", fresh: tuple[str, ...] | None) -> "Expected":
    """Return what earlier runs let expect, as a run judges it."""
    from orchestrator.cli.expecting import expect

    def up_to_date() -> tuple[str, ...]:
        return _up_to_date(opened, plan, ledger.last_successes(), ledger) if fresh is None else fresh

    return expect(plan, ledger, up_to_date)


def _up_to_date(
    opened: OpenedPlan, plan: "Plan", successes: "Mapping[str, LastSuccess]", ledger: "Ledger"
) -> tuple[str, ...]:
    """Return the tasks that a run would find done; what asks the engine is loaded for them alone."""
    from orchestrator.cli.up_to_date import Place, find_up_to_date

    place = Place(root=opened.root, templates=opened.templates, catalogue=opened.catalogue)
    return find_up_to_date(place, plan, successes, ledger)


def _show(found: _Found, format: str) -> None:
    """Print the plan; the scheduler's own rules foretell its end when earlier runs say how long tasks take."""
    plan, expected, fresh = found.plan, found.expected, found.fresh
    if format == "json":
        from orchestrator.planning.plan_json import plan_to_json

        content = {"schema_version": 1, "command": "plan", "plan": plan_to_json(plan)}
        content |= {"up_to_date": fresh} if fresh is not None else {}
        sys.stdout.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
        return
    from orchestrator.reporters.plan_view import PlanNotes, render_plan

    makespan = None
    if expected.durations:
        from orchestrator.engine.simulate import simulate

        durations = {**expected.durations, **dict.fromkeys(fresh or (), 0.0)}
        makespan = simulate(plan, durations, found.checkpoints, expected.effective)
    remarks = dict.fromkeys(fresh or (), "up to date")
    notes = PlanNotes(expected=expected.measured, remarks=remarks, makespan=makespan, effective=expected.effective)
    sys.stdout.write(render_plan(plan, look_of(sys.stdout), format=format, notes=notes))


def _save(out: Path, plan: "Plan", opened: OpenedPlan, proposed: "list[FileDiff]") -> None:
    from orchestrator.cli.saved import write_plan

    write_plan(out, plan, opened, proposed)
    sys.stderr.write(f"saved: {out}\nnext: {next_command(f'run --plan {shlex.quote(str(out))}')}\n")
