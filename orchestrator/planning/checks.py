"""All checks of a document in one call: what `validate` reports, and what `plan` and `run` refuse to go on with."""

from msgspec.structs import replace

from orchestrator.collector import paused_collector
from orchestrator.contracts import CheckScene
from orchestrator.errors import Problem, Severity
from orchestrator.planning.checks_github import check_github
from orchestrator.planning.checks_graph import check_graph
from orchestrator.planning.checks_missing import check_missing
from orchestrator.planning.checks_types import TypeChecks
from orchestrator.planning.checks_writers import check_writers
from orchestrator.planning.document_loader import LoadedDocument, in_order
from orchestrator.planning.outline import make_outline
from orchestrator.plugins import Catalogue


def check_document(
    loaded: LoadedDocument, catalogue: Catalogue, scene: CheckScene, strict: bool = False
) -> tuple[Problem, ...]:
    """Return every problem of a document by file and position; `strict` makes errors of warnings.

    The sound parts of a document are checked whatever is wrong with the others.
    """
    with paused_collector():
        return _all_problems(loaded, catalogue, scene, strict)


def _all_problems(loaded: LoadedDocument, catalogue: Catalogue, scene: CheckScene, strict: bool) -> tuple[Problem, ...]:
    problems = list(loaded.problems)
    if loaded.root is not None:
        outline = make_outline(loaded.root)
        problems += check_graph(outline, scene.profile)
        problems += check_github(outline)
        types = TypeChecks(outline, loaded.root, catalogue, scene)
        problems += types.problems
        problems += check_writers(outline, types.targets)
        problems += check_missing(types.missing, types.targets)
        problems += catalogue.warnings()
    if strict:
        problems = [replace(problem, severity=Severity.ERROR) for problem in problems]
    return in_order(problems)
