"""``expand_coverage_collection``: more files count for coverage, and what was left out on purpose stays out.

Positive globs go before the first `!` glob: Jest reads the list in order, so one behind it would take the excluded
files back in. Without params the whole source folder counts, without tests, declarations, migrations and the like.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from orchestrator.edits.action import Action, EditParams, Scene
from orchestrator.edits.jest.document import KINDS, PLACES, JestDocument
from orchestrator.edits.jest.scope import Scope, is_no_code_under_test, whole_source
from orchestrator.edits.literals.style import line_start
from orchestrator.edits.literals.tree import clipped
from orchestrator.edits.result import EditCode, EditResult, Refusal, already, changed

KEY = "collectCoverageFrom"
Glob = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^/\s].*$")]


class ExpandParams(EditParams):
    """Which globs are added and removed; none at all means the whole source folder."""

    include: list[Glob] = Field(default=[], description="globs relative to rootDir whose files are to count")
    exclude: list[Glob] = Field(default=[], description="globs to leave out, with or without the leading `!`")
    remove: list[Glob] = Field(default=[], description="entries to take out of the list, as they are written")
    project: str | int | None = Field(default=None, description="displayName or index, in a config with projects")
    create: bool = Field(default=True, description="make the list when there is none")
    trust_spreads: bool = Field(default=False, description="spread objects do not hold the key")


class ExpandCoverageCollection(Action[ExpandParams]):
    """Let more files count."""

    name = "expand_coverage_collection"
    summary = "Let more files count for Jest's coverage, keeping exclusions in force"
    params_model = ExpandParams
    kinds = KINDS
    places = PLACES

    def plan(self, scene: Scene, params: ExpandParams) -> EditResult:
        """Insert globs where their order means what is wanted, and say how many files that adds."""
        document = JestDocument(scene, project=params.project, trust_spreads=params.trust_spreads)
        present = document.patterns()
        if present is None and not params.create:
            raise Refusal(EditCode.NOT_FOUND, f"the config has no {KEY}", hint="create: true makes one")
        wanted = _wanted(document, params, present or [])
        _refuse_contradictions(wanted, present or [])
        after = _listed(wanted, present or [])
        _refuse_shadowed(document, params.include, after)
        notes = _notes(document, wanted, after)
        effect = _effect(document, present, after)
        if after == present:
            return already(f"{KEY} has all of it ({effect})", warnings=notes)
        _edit(document, wanted, present)
        notes += _side_effects(document, present, scene.text)
        return changed(f"{KEY} {_words(after, present)}: {effect}", [document.editor.finish()], warnings=notes)


def _wanted(document: JestDocument, params: ExpandParams, present: Sequence[str]) -> Scope:
    if not (params.include or params.exclude or params.remove):
        return whole_source(document, present)
    negative = [one if one.startswith("!") else f"!{one}" for one in params.exclude]
    positive = [one for one in params.include if not one.startswith("!")]
    negative += [one for one in params.include if one.startswith("!")]
    return Scope(tuple(dict.fromkeys(positive)), tuple(dict.fromkeys(negative)), tuple(params.remove))


def _refuse_contradictions(wanted: Scope, present: Sequence[str]) -> None:
    left = [one for one in present if one not in wanted.remove]
    for one in wanted.include:
        if f"!{one}" in (*left, *wanted.exclude):
            raise Refusal(EditCode.CONFLICT, f"{KEY} excludes `{one}`", hint=f"remove: ['!{one}'] takes that out")
    for one in wanted.exclude:
        if one[1:] in left:
            raise Refusal(
                EditCode.CONFLICT, f"{KEY} includes `{one[1:]}`", hint=f"remove: ['{one[1:]}'] takes that out"
            )


def _refuse_shadowed(document: JestDocument, include: Sequence[str], after: Sequence[str]) -> None:
    """Raise Refusal E_CONFLICT for a wanted glob of which other entries leave no file: it would count nothing."""
    now = document.counted(after)
    for one in include if now is not None else ():
        own = document.counted([one])
        if not own or own & (now or frozenset()):
            continue
        culprit = next((other for other in after if _takes_all(document, own, one, other)), None)
        by = f"`{culprit}` takes" if culprit else "other entries take"
        raise Refusal(
            EditCode.CONFLICT,
            f"`{one}` matches {len(own)} file{'s' if len(own) > 1 else ''}, and {by} all of them out again",
            hint=f"remove: ['{culprit}'] takes that out" if culprit else "",
        )


def _listed(wanted: Scope, present: Sequence[str]) -> list[str]:
    """Return the list as it is to be."""
    left = [one for one in present if one not in wanted.remove]
    first = next((at for at, one in enumerate(left) if one.startswith("!")), len(left))
    positive = [one for one in wanted.include if one not in left]
    return [*left[:first], *positive, *left[first:], *(one for one in wanted.exclude if one not in left)]


def _edit(document: JestDocument, wanted: Scope, present: Sequence[str] | None) -> None:
    editor, path = document.editor, (*document.prefix, KEY)
    if present is None:
        editor.set(path, _listed(wanted, []))
        return
    left = list(present)
    for at in range(len(left) - 1, -1, -1):
        if left[at] in wanted.remove:
            editor.delete((*path, at))
            del left[at]
    first = next((at for at, one in enumerate(left) if one.startswith("!")), len(left))
    editor.insert_items(path, len(left), [one for one in wanted.exclude if one not in left])
    editor.insert_items(path, first, [one for one in wanted.include if one not in left])


def _effect(document: JestDocument, present: Sequence[str] | None, after: Sequence[str]) -> str:
    now = document.counted(after)
    before = document.counted(present) if present is not None else frozenset()
    if now is None or before is None:
        return "which files that is cannot be told here"
    if present is None:
        return f"{len(now)} files count, so far only those that tests load"
    return f"+{len(now - before)} files, -{len(before - now)}"


def _notes(document: JestDocument, wanted: Scope, after: Sequence[str]) -> list[str]:
    notes = []
    now = document.counted(after)
    for one in wanted.include:
        own = document.counted([one])
        if own is not None and not own:
            notes.append(f"`{one}` matches nothing")
    if odd := sorted(path for path in now or () if is_no_code_under_test(path)):
        more = f" and {len(odd) - 1} more" if len(odd) > 1 else ""
        notes.append(f"{odd[0]}{more} would count although it looks like a test, a fixture or a declaration")
    return notes


def _takes_all(document: JestDocument, own: frozenset[str], include: str, other: str) -> bool:
    """Say whether another entry alone takes all files of a glob out again."""
    left = document.counted([include, other]) if other.startswith("!") else None
    return left is not None and not own & left


def _side_effects(document: JestDocument, present: Sequence[str] | None, text: str) -> list[str]:
    """Name what the change does elsewhere: thresholds that get harder, a comment that may be wrong now."""
    notes = []
    try:
        has_global = document.find("coverageThreshold", "global") is not None
    except Refusal:
        has_global = False
    if has_global:
        notes.append(
            "coverageThreshold.global now applies to more files and may fail: "
            "`add_directory_thresholds` with mode ratchet sets gates at what is measured"
        )
    above = _comment_above(text) if present is not None else None
    return [*notes, above] if above else notes


def _comment_above(text: str) -> str | None:
    """Return a warning about a comment right above the key."""
    at = text.find(KEY)
    start = line_start(text, at)
    if at < 0 or start == 0:
        return None
    previous = text[line_start(text, start - 1) : start].strip()
    if not previous.startswith(("//", "/*", "*")):
        return None
    return f"line {text.count(chr(10), 0, start)}: see whether the comment still holds: {clipped(previous, 80)}"


def _words(after: Sequence[str], present: Sequence[str] | None) -> str:
    gone = len([one for one in present or () if one not in after])
    new = len([one for one in after if one not in (present or ())])
    return f"gets {new} entries" + (f", loses {gone}" if gone else "")
