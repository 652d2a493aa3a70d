"""Generate the tests of one module: explore, choose, write, prove, and choose again without what did not hold."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from orchestrator.errors import TaskFailed
from orchestrator.testgen.filters import ACCIDENT, ENVIRONMENT, NOT_JUDGED, NOT_RUN, WEAK, too_little
from orchestrator.testgen.generator import Format, Settings
from orchestrator.testgen.python.both_answers import with_other_answers
from orchestrator.testgen.python.candidates import Candidate, Exploration
from orchestrator.testgen.python.emission import TestFile, emit
from orchestrator.testgen.python.existing import read_existing
from orchestrator.testgen.python.explore import Explored, explore
from orchestrator.testgen.python.merging import History, memory_of, merge, only_theirs, read_history
from orchestrator.testgen.python.needs import told_slow_start
from orchestrator.testgen.python.proof import FEWEST_ROUNDS, ROUNDS, prove, prove_elsewhere
from orchestrator.testgen.python.proposing import Proposals, propose
from orchestrator.testgen.python.running import Site, data_files, with_stand_ins
from orchestrator.testgen.python.shielding import can_be_shielded
from orchestrator.testgen.results import Before, Generated, Proof, Share
from orchestrator.testgen.selection import Settled, select

_ROUNDS = 3
_LAST_ROUNDS = 5  # of what held so far, without choosing anew
_FOR_PROVING = 0.5  # seconds besides, once something was found: more would be beyond what a budget may be overdrawn by
_LEAST_ROUND = 0.5  # seconds
_NO_FILE = TestFile(text="", tests=())


async def generate(site: Site, settings: Settings, *, finish: Format) -> Generated:
    """Return the tests for the site's target; TaskFailed when the module cannot be explored.

    `finish` formats the file.
    """
    history = read_history(site.target.present, site.target.test_file)
    site, explored = await _explored(site, settings)
    exploration = explored.exploration
    site.patience.extend(_FOR_PROVING)
    existing = await read_existing(site, only_theirs(history), settings)
    proposals = await propose(site, settings, exploration)
    making = _Making(
        site=site,
        settings=settings,
        finish=finish,
        history=history,
        explored=explored,
        existing=existing,
        proposals=proposals,
    )
    return await making.make()


async def _explored(site: Site, settings: Settings) -> tuple[Site, Explored]:
    """Explore in an empty folder; a module that cannot be imported there, among the data of the project.

    The last try has values for the variables of the project's `.env`, which nobody sees.
    """
    sites = [site, *([replace(site, has_data=True)] if data_files(site) else [])]
    last = with_stand_ins(sites[-1])
    sites += [last] if last is not sites[-1] else []
    begun = site.own_time()
    for each in sites[:-1]:
        with suppress(TaskFailed):
            return each, await explore(each, settings, lost=site.own_time() - begun)
    return sites[-1], await explore(sites[-1], settings, lost=site.own_time() - begun)


@dataclass(kw_only=True, slots=True)
class _Making:
    """All that the tests of one module are made of; `left` shrinks as tests turn out not to hold."""

    site: Site
    settings: Settings
    finish: Format
    history: History
    explored: Explored
    existing: Settled | None
    proposals: Proposals
    left: list[Candidate] = field(default_factory=list)
    settled: Settled = field(default_factory=Settled)
    dropped: Counter[str] = field(default_factory=Counter)
    apart: set[int] = field(default_factory=set)  # rows of tables that did not hold
    anew: set[int] = field(default_factory=set)  # what has modules loaded anew, in an environment of its own
    asked_again: bool = False  # as a process did not answer
    unknown: frozenset[str] = frozenset()  # tests of which it is not known whether they hold
    in_time: set[int] = field(default_factory=set)  # rows of tables of which others got no turn
    is_late: bool = False  # there was no time for all tests: no other is tried in their place

    @property
    def exploration(self) -> Exploration:
        """Return what exploring gave, with the names that proposals need."""
        found = self.explored.exploration
        return replace(
            found,
            names={**self.proposals.names, **found.names},
            helpers={**self.proposals.helpers, **found.helpers},
        )

    async def make(self) -> Generated:
        """Choose, write and prove until everything that is in the file holds."""
        self._begin()
        file, proof = _NO_FILE, Proof()
        for turn in range(_ROUNDS + _LAST_ROUNDS):
            is_chosen = turn < _ROUNDS and not self.is_late
            file = self._emit(self._chosen() if is_chosen else self._held(file, proof))
            if not file.tests:
                return self._result(only_theirs(self.history), _NO_FILE, Proof())
            text, proof = await self._prove(file)
            if not proof.dropped:
                return self._result(text, file, proof)
            self._forget(file, proof)
        message = f"the tests of {self.site.target.path} do not come to rest: {', '.join(proof.reasons)}"
        raise TaskFailed(message, hint="something in the module depends on order or time")

    def _chosen(self) -> Sequence[Candidate]:
        """Return the fewest of what is left that reach and kill what all of it does."""
        least = max(1, self.settings.min_gain)
        chosen = select(self.left, settled=self.settled, min_gain=least)
        both = with_other_answers(chosen, self.left, settled=self.settled, min_gain=least)
        return sorted(both, key=lambda each: each.place)

    def _held(self, file: TestFile, proof: Proof) -> Sequence[Candidate]:
        """Return what the tests of a file are made of that held, or of which it is not known."""
        held = self.unknown.union(proof.goals)
        numbers = {c.number for each in file.tests if each.name in held for c in each.candidates}
        return sorted(
            (each for each in self.left if each.number in numbers.union(self.apart, self.anew, self.in_time)),
            key=lambda each: each.place,
        )

    def _begin(self) -> None:
        """Part what may be chosen from what asserts nothing, and from what a person removed or took over."""
        wanted = {"doctest": True, "builtin": False}
        allowed = {wanted[each] for each in self.settings.proposers if each in wanted}
        found = [each for each in self.exploration.candidates if each.is_example in allowed]
        everything = [*found, *self.proposals.candidates]
        theirs = [each for each in everything if each.observation in self.history.settled]
        self.settled = (self.existing or Settled()).including(
            self.exploration.imported.union(*(each.goals for each in theirs)),
            frozenset[int]().union(*(each.kills for each in theirs)),
        )
        rest = [each for each in everything if each.observation not in self.history.settled]
        self.dropped = Counter(self.proposals.dropped)
        meant = [each for each in rest if not each.is_accident]
        self.dropped[ACCIDENT] += len(rest) - len(meant)
        for each in meant:
            self.dropped[WEAK if each.is_judged else NOT_JUDGED] += not each.kills
        self.left = [each for each in meant if each.kills]

    async def _prove(self, file: TestFile) -> tuple[str, Proof]:
        if self.site.patience.left() < FEWEST_ROUNDS * (self.exploration.start + _LEAST_ROUND):
            message, hint = told_slow_start(self.exploration.start, self.settings.budget)
            raise TaskFailed(f"{self.site.target.path} {message}", hint=hint)
        text = await self.finish(merge(file.text, self.history))
        seconds = None if self.is_late else self._seconds_of_a_round()
        proof = await prove(self.site, text, [each.name for each in file.tests], test_seconds=seconds)
        if not proof.dropped:
            await prove_elsewhere(self.site, text, proof, self.exploration.variables.names)
        return text, proof

    def _seconds_of_a_round(self) -> float:
        """Return how long the tests may take so that there is time for all rounds of them."""
        return max(self.site.patience.left() / ROUNDS - self.exploration.start, _LEAST_ROUND)

    def _forget(self, file: TestFile, proof: Proof) -> None:
        """Drop what did not hold; of a table each row stands alone once, as one that does not hold took all along.

        Where a process did not answer, nothing is known about the tests that it ran: they are proven once more.
        """
        is_new = not self.asked_again
        self.unknown = frozenset(name for name, why in proof.dropped.items() if why == NOT_RUN and is_new)
        self.asked_again = self.asked_again or bool(self.unknown)
        self.is_late = self.is_late or bool(proof.rows)
        lost: set[int] = set()
        apart: set[int] = set()
        for each in file.tests:
            if each.name in proof.dropped and each.name not in self.unknown:
                in_time = {c.number for c in each.candidates[: proof.rows.get(each.name, 0)]}
                self.in_time |= in_time
                numbers = {c.number for c in each.candidates} - in_time
                if proof.dropped[each.name] == ENVIRONMENT and self._shielded(file, numbers):
                    continue
                if len(numbers) > 1 and not numbers & self.apart and each.name not in proof.rows:
                    apart |= numbers
                    continue
                lost |= numbers
                self.dropped[ENVIRONMENT if numbers & self.anew else proof.dropped[each.name]] += len(numbers)
        self.apart = apart | (self.apart if self.unknown else set())
        self.left = [each for each in self.left if each.number not in lost]

    def _shielded(self, file: TestFile, numbers: set[int]) -> bool:
        """Say whether tests that depend on the environment get one of their own from now on; they do so once."""
        known = [c for each in file.tests for c in each.candidates if c.number not in self.anew]
        if numbers & self.anew or not can_be_shielded(known, self.exploration.variables):
            return False
        self.anew |= numbers
        return True

    def _emit(self, chosen: Sequence[Candidate]) -> TestFile:
        folder, module = Path(self.site.target.import_root), self.site.target.module
        local = {module.partition(".")[0]}

        def is_local(name: str) -> bool:
            return name in local or (folder / name).is_dir() or (folder / f"{name}.py").is_file()

        chosen = [replace(each, table="", wide="") if each.number in self.apart else each for each in chosen]
        return emit(module, chosen, self.exploration, is_local, self.history.names, frozenset(self.anew))

    def _result(self, text: str, file: TestFile, proof: Proof) -> Generated:
        found, existing = self.exploration, self.existing
        chosen = [each for test in file.tests for each in test.candidates]
        done = existing or Settled()
        reached = found.imported.union(done.goals, *proof.goals.values())
        killed = done.kills.union(*(each.kills for each in chosen))
        self.dropped[too_little(self.settings.min_gain)] += len(self.left) - len(chosen)
        observations = {each.name: [c.observation for c in each.candidates] for each in file.tests}
        return Generated(
            text=text,
            tests=tuple(each.name for each in file.tests),
            cases=len(chosen),
            statements=_share(found.statements, reached),
            branches=_share(found.branches, reached),
            mutants=_mutants(found, killed),
            dropped=+self.dropped,
            defects=found.defects,
            calls=found.calls,
            cut_short=(*found.cut_short, *(("proving",) if self.is_late else ())),
            avoided=self.explored.avoided,
            notes=(
                *found.notes,
                *_told_of(self.site),
                *self.proposals.notes,
                *(f"{name}, which a person wrote, {why}" for name, why in proof.others.items()),
            ),
            before=_before(found, existing) if existing is not None else None,
            kept=tuple(part.name for _, part in self.history.theirs if part.kind == "test"),
            removed=len(self.history.removed),
            memory=memory_of(text, self.history, observations),
        )


def _told_of(site: Site) -> tuple[str, ...]:
    names = ", ".join(site.stand_ins.first)
    return (f"what .env sets was made up while these tests were made: {names}",) if names else ()


def _before(found: Exploration, existing: Settled) -> Before:
    reached = found.imported | existing.goals
    return Before(
        statements=_share(found.statements, reached),
        branches=_share(found.branches, reached),
        mutants=_mutants(found, existing.kills),
    )


def _mutants(found: Exploration, killed: frozenset[int]) -> Share:
    tried = [number for number, (_, kind, _) in enumerate(found.mutants) if kind != "gone"]
    return Share(reached=sum(number in killed for number in tried), total=len(tried))


def _share(goals: object, reached: frozenset[int]) -> Share:
    known = set(goals)  # type: ignore[call-overload]
    return Share(reached=len(known & reached), total=len(known))
