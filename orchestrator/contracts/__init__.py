"""The waist of the house: what plug-ins, stores, views and the engine may expect of each other.

All contracts but `Handler`, `Checkpoint` and `Params` are structural (`Protocol`): an implementation does not have
to import this package. Those three are classes to derive from, because they come from other packages.
`Params` and `RelativePath` are imported on first use: they need pydantic, which commands that only look do without.
"""

from typing import TYPE_CHECKING

from orchestrator.contracts.checkpoints import CheckContext, Checkpoint, Guard, Measurement
from orchestrator.contracts.children import Finished, Processes
from orchestrator.contracts.files import AttemptFiles, LeftAlone, TakenBack, Workspace, Workspaces
from orchestrator.contracts.handlers import CheckScene, Handler, TaskContext, Templates
from orchestrator.contracts.outcomes import Outcome, changed, failed, skipped, unchanged, waiting
from orchestrator.contracts.people import Answer, Interaction, answers_of
from orchestrator.contracts.stores import Ledger, Reporter, Runner, Source

if TYPE_CHECKING:
    from orchestrator.contracts.params import Params, RelativePath

__all__ = [
    "Answer",
    "AttemptFiles",
    "CheckContext",
    "CheckScene",
    "Checkpoint",
    "Finished",
    "Guard",
    "Handler",
    "Interaction",
    "Ledger",
    "LeftAlone",
    "Measurement",
    "Outcome",
    "Params",
    "Processes",
    "RelativePath",
    "Reporter",
    "Runner",
    "Source",
    "TakenBack",
    "TaskContext",
    "Templates",
    "Workspace",
    "Workspaces",
    "answers_of",
    "changed",
    "failed",
    "skipped",
    "unchanged",
    "waiting",
]


def __getattr__(name: str) -> object:
    if name in ("Params", "RelativePath"):
        from orchestrator.contracts import params

        return getattr(params, name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
