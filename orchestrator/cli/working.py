"""From a plan and the state that we hold to a run and its exit code."""

import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial

from orchestrator.cli.beginning import on_record
from orchestrator.cli.carrying import carry_out
from orchestrator.cli.cautions import Cautions
from orchestrator.cli.expecting import expect
from orchestrator.cli.options import Working
from orchestrator.cli.present import look_of, show_error
from orchestrator.cli.questions import approvals, has_person
from orchestrator.cli.showing import Audience, Display, choose_audience
from orchestrator.cli.streams import output_files, tell
from orchestrator.cli.up_to_date import Place, find_up_to_date
from orchestrator.cli.wiring import Beginning, Materials
from orchestrator.cli.work_state import WorkingState
from orchestrator.contracts import Interaction, Templates
from orchestrator.engine.outcome import RunResult
from orchestrator.errors import ExitCode, OrchestrateError
from orchestrator.models.plan import Plan
from orchestrator.models.status import TaskState
from orchestrator.plugins import Catalogue
from orchestrator.workspace.workspace import TreeWorkspace


def work_on(
    state: WorkingState,
    plan: Plan,
    beginning: Beginning,
    *,
    common: Working,
    display: Display,
    templates: Templates,
    catalogue: Catalogue,
    approved: Sequence[str] = (),
    force: bool = False,
    keep_going: bool = False,
) -> ExitCode:
    """Carry the plan out on the tree and return how it ended."""
    display.refuse_unwritable()
    state.announce(beginning.run)
    successes = state.ledger.last_successes()
    place = Place(root=state.root, templates=templates, catalogue=catalogue)
    up_to_date = partial(find_up_to_date, place, plan, successes, state.ledger, force=force)
    expected = expect(plan, state.ledger, up_to_date, beginning.done)
    audience = choose_audience(display, common, plan, expected.durations)
    with closing(_workspace(state, plan, beginning.run, display, cautions := Cautions())) as workspace:
        materials = Materials(
            root=state.root,
            plan=plan,
            ledger=state.ledger,
            workspaces=workspace,
            templates=templates,
            catalogue=catalogue,
            reporters=audience.reporters,
            successes=successes,
            durations=expected.durations,
            effective=expected.effective,
            measured=state.ledger.last_measurements(),
            tree=workspace.tree_contents,
            person=_person(common, audience),
            decided=approvals(approved) if approved else {},
            cautions=cautions,
            force=force,
            keep_going=keep_going,
        )
        result = carry_out(materials, on_record(beginning, state.ledger))
    return _concluded(state, display, beginning, result)


def _concluded(state: WorkingState, display: Display, beginning: Beginning, result: RunResult) -> ExitCode:
    """Write the copy and the files that are wanted, then say how it ended; a file that cannot be changes the code."""
    _back_up(state, result)
    code = display.write_files(state.ledger, beginning.run, result.exit_code)
    conclude(result)
    return code


def _workspace(state: WorkingState, plan: Plan, run: str, display: Display, cautions: Cautions) -> TreeWorkspace:
    return TreeWorkspace(
        state.root,
        ledger=state.ledger,
        run=run,
        durability=plan.durability,
        tracking=plan.snapshot,
        own_output=output_files(state.root, *display.files),
        warn=cautions,
    )


def _back_up(state: WorkingState, result: RunResult) -> None:
    """Keep a copy of the ledger after a run that changed something; a copy that fails takes nothing away."""
    if TaskState.CHANGED not in result.states.values():
        return
    try:
        state.back_up()
    except OrchestrateError as error:
        tell(f"warning: the ledger was not backed up: {error.message}\n")


def conclude(result: RunResult) -> ExitCode:
    """Show what ended a run early, if anything did, and return its exit code."""
    if isinstance(result.error, OrchestrateError):
        show_error(result.error)
    elif result.error is not None:
        raise result.error
    return result.exit_code


def _person(common: Working, audience: Audience) -> Interaction | None:
    if not has_person(common):
        return None
    from orchestrator.reporters.terminal_interaction import TerminalInteraction

    return TerminalInteraction(sys.stderr, look_of(sys.stderr), hold=audience.held)
