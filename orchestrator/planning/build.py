"""From a validated document to the plan that `plan` shows and `run` carries out."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from orchestrator.models.document import Document, Settings
from orchestrator.models.json import Json
from orchestrator.models.plan import Plan
from orchestrator.planning.expand import expand
from orchestrator.planning.params import apply_profile, refuse_locked, resolve_params
from orchestrator.planning.places import Places, nowhere
from orchestrator.planning.resolve import resolve
from orchestrator.planning.select import Selection, select
from orchestrator.planning.targets import Plugins
from orchestrator.planning.waits import refuse_cycles


def build_plan(
    document: Document,
    *,
    root: str,
    catalogue: Plugins,
    selection: Selection | None = None,
    successes: AbstractSet[str] | Mapping[str, object] = frozenset(),
    params: Mapping[str, str] | None = None,
    settings: Mapping[str, Json] | None = None,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    list_files: Callable[[str], Sequence[str]] = lambda _: (),
    path: str = "",
    document_hash: str = "",
    places: Places = nowhere,
) -> Plan:
    """Return the plan of a selection of the document.

    `params` are the values of `--param`, `settings` those of flags (`{"fail_fast": True}`); a profile may lock both.
    `successes` are the ids of the tasks that the ledger has as done (`Ledger.last_successes()` will do). `list_files`
    returns the files of the repository that match a pattern, sorted. `path`, `document_hash` and `places` say where the
    document was read from.

    DocumentInvalid tells all problems that only show now; UsageError and NothingSelected are about the selection.
    """
    document = _with_flags(apply_profile(document, profile), settings or {}, profile)
    draft = expand(
        document,
        params=resolve_params(document, params, profile),
        environ=environ or {},
        list_files=list_files,
        places=places,
    )
    plan = resolve(draft, root=root, plugins=catalogue, document=path, document_hash=document_hash, profile=profile)
    refuse_cycles(plan)
    return select(plan, selection or Selection(), successes)


def _with_flags(document: Document, flags: Mapping[str, Json], profile: str | None) -> Document:
    if not flags:
        return document
    refuse_locked(document, profile, flags)
    own = document.settings.model_dump(mode="json", exclude_unset=True)
    return document.model_copy(update={"settings": Settings.model_validate({**own, **flags})})
