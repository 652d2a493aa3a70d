"""Which config edits would do something here: each action is tried on the files, one after the other.

An action is proposed where it changes a file as the ones before it leave it. What it refuses is left out with its
reason, so no task is written that would be refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestrator.edits.action import Scene, TextTree, Tree
from orchestrator.edits.pins import OVERRIDES, Pins, is_pinned, split_uses
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditCode, EditResult, EditStatus, Refusal
from orchestrator.models.json import Json
from orchestrator.proposing.proposal import LeftOut, Proposal

# What is not there, and what a person decided otherwise, is nothing to talk about; a broken file or unknown form is.
_SILENT = frozenset((EditCode.NOT_FOUND, EditCode.PRECONDITION, EditCode.FILE_MISSING, EditCode.CONFLICT))
_PIN = "pin_actions"


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An action that is good for many repositories, and why; `given` are its params."""

    action: str
    name: str
    why: str
    given: Mapping[str, Json] = field(default_factory=dict)


BLOCKERS = (
    Candidate(
        action="remove_continue_on_error",
        name="Let failing checks fail the build",
        why="a check that may fail without failing the build protects nothing",
    ),
    Candidate(
        action="fix_template_injection",
        name="Keep foreign text out of scripts",
        why="text of a pull request that lands in a script is run as code",
    ),
)
HARDENING = (
    Candidate(
        action="set_permissions",
        name="Give the token the least permissions",
        why="without permissions of their own, jobs get a token that may write",
    ),
    Candidate(
        action="pin_actions",
        name="Pin actions to commits",
        why="a tag can be moved to other code after it was reviewed",
    ),
    Candidate(
        action="harden_checkout",
        name="Keep the token out of the checkout",
        why="a token that stays in .git/config can be read by every later step",
    ),
    Candidate(
        action="make_trivy_blocking",
        name="Let scan findings fail the build",
        why="a scan that only reports is not read",
    ),
    Candidate(
        action="upgrade_audit_level",
        name="Audit dependencies from low severity on",
        why="findings below the audit's level go unnoticed",
    ),
)
PIPELINE = (
    Candidate(action="add_timeouts", name="Limit the time of jobs", why="a job that hangs runs for six hours"),
    Candidate(
        action="add_concurrency",
        name="Stop outdated runs of a pull request",
        why="runs of commits that were replaced keep machines busy",
    ),
    Candidate(
        action="add_dependency_cache",
        name="Cache dependencies",
        why="every run downloads the same packages again",
    ),
    Candidate(
        action="parallelize_python_builds",
        name="Build services side by side",
        why="a loop builds one image after the other",
    ),
)
PRODUCTION = (
    Candidate(
        action="add_approval_gates",
        name="Ask before production",
        why="nobody is asked before the deployment to production",
    ),
    Candidate(
        action="add_health_checks", name="Probe after deploying", why="a deployment that does not answer counts as done"
    ),
    Candidate(
        action="add_sbom_generation",
        name="Say what images are made of",
        why="images are pushed without a bill of materials",
    ),
    Candidate(
        action="add_container_scanning",
        name="Scan images before they are pushed",
        why="images are pushed without a scan",
    ),
)
CONTAINERS = (
    Candidate(action="add_nonroot_user", name="Run containers as an ordinary user", why="the process runs as root"),
)
UPDATES = Candidate(
    action="add_dependabot",
    name="Keep dependencies up to date",
    why="nothing proposes updates of dependencies and actions",
)
COVERAGE = Candidate(
    action="expand_coverage_collection",
    name="Count the whole source",
    why="coverage is collected of a part of the sources only",
)


class Rehearsal:
    """The repository as the proposed edits leave it, so that each is tried on what it will meet."""

    def __init__(self, tree: Tree, pins: Pins) -> None:
        self._below = tree
        self._texts: dict[str, str] = {}
        self._pins = pins
        self.left_out: list[LeftOut] = []

    @property
    def tree(self) -> TextTree:
        """Return the repository with the edits so far."""
        return TextTree(dict(self._texts), self._below)

    def proposals(self, candidates: Iterable[Candidate], files: Sequence[str]) -> tuple[Proposal, ...]:
        """Return a task for each action that would do something, with the files that it would change."""
        found = []
        for candidate in candidates:
            hit = tuple(file for file in files if self._would_change(candidate, file))
            if hit:
                found.append(_proposal(candidate, hit))
        return tuple(found)

    def pinning(self, candidates: Iterable[Candidate], files: Sequence[str]) -> tuple[Candidate, ...]:
        """Return the candidates with what no commit is known for left on its tag, and say so."""
        named = {parts[0] for file in files for parts in _uses_of(self.tree.read_text(file))}
        unknown = sorted(name for name in named if self._pins.find(name) is None)
        if unknown:
            why = f"no commit is known; {OVERRIDES} can name one"
            self.left_out.append(LeftOut(what=f"pinning {', '.join(unknown)}", why=why))
        given = {"skip": list[Json](unknown)} if unknown else {}
        return tuple(replace(each, given=given) if each.action == _PIN else each for each in candidates)

    def _would_change(self, candidate: Candidate, file: str) -> bool:
        result = self._try(candidate, file)
        if result.status is EditStatus.CHANGED:
            self._texts |= {edit.path: edit.after for edit in result.edits}
            return True
        if result.status is not EditStatus.ALREADY and result.code not in _SILENT:
            self.left_out.append(LeftOut(what=f"{candidate.action} on {file}", why=result.reason))
        return False

    def _try(self, candidate: Candidate, file: str) -> EditResult:
        try:
            action = find_action(candidate.action)
            return propose(action, Scene(file, self.tree, self._pins), read_params(action, candidate.given))
        except Refusal as refusal:
            return EditResult(status=EditStatus.REFUSED, reason=refusal.reason, code=refusal.code)


_USES = re.compile(r"^\s*(?:-\s+)?[\"']?uses[\"']?:\s*[\"']?([^\s\"'#]+)", re.MULTILINE)


def _uses_of(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a workflow uses by a name that can be moved."""
    for found in _USES.finditer(text):
        parts = split_uses(found[1])
        if parts is not None and not is_pinned(found[1]):
            yield parts


def _proposal(candidate: Candidate, files: tuple[str, ...]) -> Proposal:
    several = len(files) > 1
    fields: dict[str, Json] = {
        "type": "config_edit",
        "target": "{{ file }}" if several else files[0],
        "action": candidate.action,
    }
    if candidate.given:
        fields["with"] = dict(candidate.given)
    fields["critical"] = False
    name = candidate.name + (": {{ file }}" if several else f": {files[0]}")
    return Proposal(name=name, why=candidate.why, fields=fields, files=files if several else ())
