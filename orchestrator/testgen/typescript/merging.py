"""Bring new tests into a test file in which a person worked since it was written.

The file is taken as a row of blocks. A block whose text is not what we wrote is a person's and stays as it is; a test
of ours that is gone was removed by a person and does not come back, nor does a hook or a double of a package.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.models.json import JsonObject
from orchestrator.testgen.generator import Present
from orchestrator.testgen.typescript.blocks import Block, all_of, text_of
from orchestrator.testgen.typescript.import_merging import merge_imports

_UNNAMED = ("hook", "mock")  # what is known by its text alone
_DEFINING = ("test", "other", "mock")  # what is known by its name, and stands there only once


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """What a person did to a file: blocks that are theirs, and observations that they removed or took over."""

    text: str = ""
    blocks: tuple[Block, ...] = ()  # of the file as it is
    ours: frozenset[str] = frozenset()  # digests of the blocks that are as we wrote them
    gone: frozenset[str] = frozenset()  # digests of hooks and doubles that we wrote and that are not there any more
    removed: frozenset[str] = frozenset()
    taken_over: frozenset[str] = frozenset()

    @property
    def theirs(self) -> tuple[Block, ...]:
        """Return what a person wrote or edited."""
        return tuple(each for each in all_of(self.blocks) if each.digest not in self.ours)

    @property
    def tests(self) -> tuple[Block, ...]:
        """Return the tests that are a person's."""
        return tuple(each for each in self.theirs if each.kind == "test")

    @property
    def settled(self) -> frozenset[str]:
        """Return the observations that are not to be made again."""
        return self.removed | self.taken_over

    @property
    def is_touched(self) -> bool:
        """Say whether a person did something to the file."""
        return bool(self.theirs or self.gone)

    def titles(self, scope: str) -> frozenset[str]:
        """Return the titles that a person's tests have in a `describe`."""
        return frozenset(name for each in self.tests if each.scope == scope for name in each.names)


NOTHING = History()


def read_history(present: Present, blocks: Sequence[Block]) -> History:
    """Compare a file with what was remembered of it."""
    known = frozenset(_texts(present.memory.get("parts")))
    everything = list(all_of(blocks))
    there = {each.full_name for each in everything if each.kind == "test"}
    ours = frozenset(each.digest for each in everything) & known
    untouched = {each.full_name for each in everything if each.kind == "test" and each.digest in known}
    tests = present.memory.get("tests")
    observed = {name: _texts(given) for name, given in tests.items()} if isinstance(tests, Mapping) else {}
    lost = [one for name, given in observed.items() if name not in there for one in given]
    return History(
        text=present.text,
        blocks=tuple(blocks),
        ours=ours,
        gone=frozenset(_texts(present.memory.get("hooks"))) - ours,
        removed=frozenset([*_texts(present.memory.get("removed")), *lost]),
        taken_over=frozenset(one for name, given in observed.items() if name in there - untouched for one in given),
    )


def memory_of(blocks: Sequence[Block], history: History, observed: Callable[[str], Sequence[str]]) -> JsonObject:
    """Return what has to be remembered of a file that is written now.

    `observed` gives the observations in a test of ours by the name that runners report, none for a person's.
    """
    theirs = {each.digest for each in history.theirs}
    ours = [each for each in all_of(blocks) if each.digest not in theirs]
    tests = {each.full_name: sorted(observed(each.full_name)) for each in ours if each.kind == "test"}
    return {
        "parts": sorted({each.digest for each in ours}),
        "tests": {name: list(found) for name, found in tests.items()},
        "removed": sorted(history.settled),
        "hooks": sorted({each.digest for each in ours if each.kind in _UNNAMED} | history.gone),
    }


def merge(new: Sequence[Block], history: History) -> str:
    """Return a generated file with a person's blocks in it; the file as it is when nothing of ours would change."""
    if not history.is_touched:
        return text_of(new)
    wanted = _without_theirs(new, history)
    if _same_work(wanted, history):
        return history.text
    used = _source(history.theirs)
    rest = _merged(wanted, history.blocks, history, used)
    generated = {each.digest for each in all_of(wanted)}
    staying = [each for each in all_of(rest) if each.digest not in generated]
    imports = _imports(wanted, history, _source(staying))
    return text_of(_in_order(_doc(wanted, history), imports, rest))


def _imports(wanted: Sequence[Block], history: History, used: str) -> list[Block]:
    present = [each for each in history.blocks if each.kind == "import"]
    return merge_imports(
        [each for each in wanted if each.kind == "import"],
        [each for each in present if each.digest not in history.ours],
        [each for each in present if each.digest in history.ours],
        used,
    )


def _source(blocks: Iterable[Block]) -> str:
    return "\n".join(each.head if each.kind == "suite" else each.text for each in blocks)


def only_theirs(history: History) -> str:
    """Return a file of what is a person's, with its imports and helpers; empty when no test is theirs."""
    return merge((), history) if history.tests else ""


def _without_theirs(new: Iterable[Block], history: History) -> list[Block]:
    """Return what is generated without what a person removed, or wrote in another way."""
    replaced = {each.key for each in history.theirs if each.kind in _DEFINING and any(each.names)}
    kept = []
    for each in new:
        if each.kind in _UNNAMED and each.digest in history.gone:
            continue
        if each.key not in replaced:
            kept.append(replace(each, inner=tuple(_without_theirs(each.inner, history))))
    return kept


def _same_work(wanted: Iterable[Block], history: History) -> bool:
    """Say whether our blocks of the file are what would be written; imports may have been put in order since."""

    def work(blocks: Iterable[Block]) -> set[str]:
        return {each.digest for each in all_of(blocks) if each.kind not in ("import", "doc", "suite")}

    return work(wanted) == work(history.blocks) & history.ours


def _doc(wanted: Sequence[Block], history: History) -> list[Block]:
    """Return the comment at the head of the file: a person's where they changed it."""
    present = [each for each in history.blocks if each.kind == "doc"]
    return present or [each for each in wanted if each.kind == "doc"]


def _in_order(doc: Sequence[Block], imports: Sequence[Block], rest: Sequence[Block]) -> list[Block]:
    """Return the file: what doubles packages stands above the imports where it was written there."""
    is_script = any(each.imported is not None and each.imported.form.startswith("require") for each in imports)
    above = [each for each in rest if each.kind == "mock" and is_script]
    below = [each for each in rest if each not in above]
    first = [replace(below[0], gap="\n\n")] if below else []
    runner = [each for each in imports if above and each.imported is not None and each.imported.spec == "@jest/globals"]
    return [*doc, *runner, *above, *(each for each in imports if each not in runner), *first, *below[1:]]


def _merged(wanted: Sequence[Block], present: Sequence[Block], history: History, used: str) -> list[Block]:
    """Return the blocks of one scope: ours in their order, a person's behind what they stood behind."""
    rest = [each for each in wanted if each.kind not in ("doc", "import")]
    found = [_suite(each, present, history, used) if each.kind == "suite" else each for each in rest]
    before: Block | None = None
    for each in present:
        if each.kind in ("doc", "import"):
            continue
        stays = _staying(each, wanted, history, used)
        if stays is not None:
            found.insert(_place(found, before, stays), stays)
        before = each
    return found


def _place(found: Sequence[Block], before: Block | None, block: Block) -> int:
    """Return where a block goes: behind what it stood behind, else tests to the end and what they need to the top."""
    places = [number for number, each in enumerate(found) if before is not None and each.key == before.key]
    if places:
        return places[-1] + 1
    return len(found) if block.kind in ("test", "suite") else 0


def _staying(each: Block, wanted: Sequence[Block], history: History, used: str) -> Block | None:
    """Return what is left of a block of the file as it is beside what is generated anew; None when nothing is."""
    if each.kind == "suite":
        if any(one.key == each.key for one in wanted):
            return None  # it was put together with the new one
        inner = _merged((), each.inner, history, used)
        return replace(each, inner=tuple(inner)) if any(one.kind == "test" for one in inner) else None
    if each.digest not in history.ours:
        return each
    if each.kind == "test" or any(one.digest == each.digest or one.key == each.key for one in wanted):
        return None
    if each.kind == "mock":
        return each if history.tests else None
    if each.kind == "hook":  # it may make what a person's tests use
        return each if any(_mentions(each.text, name) for name in _lent(history, wanted, used)) else None
    return each if any(_mentions(used, name) for name in each.names) else None


def _suite(new: Block, present: Sequence[Block], history: History, used: str) -> Block:
    """Return a `describe` with what a person has in it."""
    there = next((each for each in present if each.key == new.key), None)
    if there is None:
        return new
    inner = _merged(new.inner, there.inner, history, used)
    return replace(new, head=there.head, tail=there.tail, inner=tuple(inner))


def _lent(history: History, wanted: Sequence[Block], used: str) -> list[str]:
    """Return the names that a person's blocks use, that we declared, and that are not declared anew."""
    ours = [each for each in all_of(history.blocks) if each.kind == "other" and each.digest in history.ours]
    declared = {name for each in ours for name in each.names}
    anew = {name for each in all_of(wanted) if each.kind == "other" for name in each.names}
    return [name for name in declared - anew if _mentions(used, name)]


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else []
