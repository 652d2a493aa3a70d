"""`orchestrate run`: carry the plan out, or preview it."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orchestrator.cli.contradictions import Pair, refuse
from orchestrator.cli.opening import OpenedPlan, open_plan, refuse_unhandled
from orchestrator.cli.options import Choice, Drawing, Running, Section, option
from orchestrator.cli.options import command as as_command
from orchestrator.cli.present import look_of
from orchestrator.cli.questions import confirm, refuse_unknown_approvals
from orchestrator.cli.state import reading
from orchestrator.cli.telling import Telling
from orchestrator.errors import ExitCode, NothingSelected, UsageError
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan

if TYPE_CHECKING:  # reads documents: only `--plan` needs it when the plan of the document is kept
    from orchestrator.cli.saved import OpenedSaved
    from orchestrator.contracts import Ledger

# Ends after which nobody waits for the prompt: no signal, no full disk.
_LEISURELY = (ExitCode.OK, ExitCode.FAILED, ExitCode.WAITING, ExitCode.REFUSED)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Way:
    """How the plan is carried out."""

    dry_run: Annotated[
        bool, option("--dry-run", "-n", section=Section.WAY, help="show the diff; write nothing, start no commands")
    ] = False
    sequential: Annotated[bool, option("--sequential", section=Section.WAY, help="one task at a time")] = False
    jobs: Annotated[
        int | None,
        option("--max-parallel", "-j", section=Section.WAY, help="at most N tasks at a time, 0 = no limit", min=0),
    ] = None
    keep_going: Annotated[
        bool, option("--keep-going", "-k", section=Section.WAY, help="go on after failures: ignore `fail_fast`")
    ] = False
    fail_fast: Annotated[bool, option("--fail-fast", section=Section.WAY, help="stop at the first failure")] = False
    force: Annotated[bool, option("--force", section=Section.CHOICE, help="also run what is up to date")] = False
    everything: Annotated[bool, option("--all", section=Section.CHOICE, help="everything, without asking")] = False
    yes: Annotated[bool, option("--yes", "-y", section=Section.WAY, help="start without asking")] = False
    approve: Annotated[
        list[str] | None,
        option("--approve", value="ID", section=Section.WAY, help="approve this manual task (repeatable)", envvar=None),
    ] = None
    saved: Annotated[
        Path | None,
        option(
            "--plan",
            section=Section.CHOICE,
            help="carry out this saved plan; refuse if anything changed since",
            envvar=None,
        ),
    ] = None
    allow_empty: Annotated[
        bool, option("--allow-empty", section=Section.CHOICE, help="end with 0 where nothing is selected")
    ] = False

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together."""
        jobs = f"--max-parallel {self.jobs}"
        yield self.keep_going and self.fail_fast, "--keep-going", "--fail-fast"
        yield self.sequential and self.jobs not in (None, 1), "--sequential", jobs
        for is_said, option_ in ((self.sequential, "--sequential"), (self.jobs is not None, jobs)):
            yield self.saved is not None and is_said, "--plan", option_
        yield self.saved is not None and self.fail_fast, "--plan", "--fail-fast"

    @property
    def settings(self) -> dict[str, Json]:
        """Return what the flags say about the document's settings; only what was said."""
        settings: dict[str, Json] = {}
        if self.jobs is not None or self.sequential:
            settings["max_parallel_tasks"] = 1 if self.sequential else self.jobs
        if self.fail_fast:
            settings["fail_fast"] = True
        return settings


@as_command
def command(common: Running, _drawing: Drawing, choice: Choice, display: Telling, way: Way) -> int:
    """Carry the plan out: in order, measured at checkpoints, every change recorded.

    orchestrate run --phase 2 --dry-run         the whole diff of a phase
    orchestrate run --phase 2 --group c         one group of it
    orchestrate run --task +2.7 -j 2            a task with what it needs
    orchestrate run --all --report run.html     everything, told as a page
    """
    refuse((way.dry_run and display.report is not None, "--dry-run", "--report"))
    refuse((way.dry_run and display.junit is not None, "--dry-run", "--junit"))
    if way.saved is not None and choice.narrows:
        message = "--plan carries out exactly the saved plan; it cannot be narrowed"
        raise UsageError(
            message, hint="leave the selectors out, or save the smaller plan: orchestrate plan … --out FILE"
        )
    try:
        # Looking forks nothing.
        opened = (
            _open_saved(way.saved, common)
            if way.saved is not None
            else open_plan(common, way.settings, None if way.dry_run else _load_engine)
        )
        with reading(opened.root) as ledger:
            plan = opened.part(choice, ledger)
            refuse_unhandled(plan, opened.catalogue)
            if way.dry_run:
                return _previewed(opened, plan, ledger, common, display, way.force)
        if not (way.yes or way.everything or way.saved or choice.narrows) and not _agreed(plan, common):
            return ExitCode.OK
        return _carried_out(opened, plan, choice, common, display, way)
    except NothingSelected:
        if way.allow_empty:
            return ExitCode.OK
        raise


def _carried_out(
    opened: "OpenedPlan | OpenedSaved", plan: Plan, choice: Choice, common: Running, display: Telling, way: Way
) -> ExitCode:
    """Take the lock, look again at all that decides the plan, and work on it."""
    from orchestrator.cli.beginning import begin_anew
    from orchestrator.cli.work_state import open_to_work
    from orchestrator.cli.working import work_on

    with open_to_work(opened.root, sys.argv[1:], plan.durability) as state:
        opened = opened.renewed()
        plan = opened.part(choice, state.ledger)
        refuse_unhandled(plan, opened.catalogue)
        refuse_unknown_approvals(plan, way.approve or ())
        opened.keep()
        code = work_on(
            state,
            plan,
            begin_anew(plan, sys.argv[1:]),
            common=common,
            display=display,
            templates=opened.templates,
            catalogue=opened.catalogue,
            approved=way.approve or (),
            force=way.force,
            keep_going=way.keep_going,
        )
        if code in _LEISURELY:
            opened.keep_anew()
        return code


def _load_engine() -> None:
    """Import what carries a plan out, and what nearly every plan has: commands."""
    from orchestrator.cli.pydantic_alone import load_pydantic

    load_pydantic()
    import orchestrator.cli.work_state
    import orchestrator.cli.working
    import orchestrator.handlers.command
    import orchestrator.ledger.writer
    import orchestrator.templating.folders  # noqa: F401


def _open_saved(saved: Path, common: Running) -> "OpenedSaved":
    from orchestrator.cli.saved import open_saved

    return open_saved(saved, common)


def _previewed(
    opened: "OpenedPlan | OpenedSaved", plan: Plan, ledger: "Ledger", common: Running, display: Telling, force: bool
) -> ExitCode:
    from orchestrator.cli.preview import preview

    return preview(
        plan,
        opened.root,
        opened.templates,
        opened.catalogue,
        common=common,
        display=display,
        successes=ledger.last_successes(),
        durations=ledger.durations(plan.definitions),
        force=force,
        past=ledger,
    )


def _agreed(plan: Plan, common: Running) -> bool:
    """Show the whole plan and ask; nothing was selected, so everything would run."""
    from orchestrator.reporters.plan_view import render_plan

    if not common.no_input and sys.stdin.isatty():
        sys.stderr.write(render_plan(plan, look_of(sys.stderr)))
    count = len(plan.tasks)
    return confirm(common, f"run all {count} task{'s' if count != 1 else ''}?", flag="--all or --yes")
