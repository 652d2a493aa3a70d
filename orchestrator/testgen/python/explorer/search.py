"""Look for calls that reach what none before reached: seeded, and counted in calls, so that it ends alike everywhere.

The clock is a safety net only; when it ends a search, `cut_short` says so and the result may differ between machines.
"""

import inspect
import itertools
import random
import re
from collections.abc import Callable, Sequence

from .attributes import has
from .beginnings import Beginnings, replaced
from .calling import Caller, Outcome, Program
from .corpus import INSTANCE, Corpus, Lead, Leads, Try
from .evolve import Evolver, splice
from .facts import ModuleFacts
from .left_out import fill_in
from .literals import Literals
from .makers import Makers, count_strange
from .names import Names
from .openness import Openness, Sides
from .operators import BINARY
from .pools import Pools
from .receivers import of_alike_numbers, shows_parts
from .subjects import Argument, Arguments, Parameter, Subject
from .telling import Teller

_NOT_SUPPORTED = re.compile(r"^unsupported operand|not supported between instances")
_SPLICES = 32
_OPEN_SPLICES = 96
_MOST_OPEN = 80  # comparisons of one call
_MOST_SLOW = 6  # calls of one subject that hang or leave threads: more of them show nothing
_FIRST, _MOST_OWNERS = 6, 3  # arguments that are tried on several objects, and on how many
_PASSED_ON = (str, bytes, dict, list, tuple)


class Search:
    """Explore the subjects of one module."""

    def __init__(
        self,
        names: Names,
        facts: ModuleFacts,
        pools: Pools,
        caller: Caller,
        rng: random.Random,
        avoid: Callable[[Program], bool],
        sides: Sides,
    ) -> None:
        """`sides` are the ways that each comparison can send the code."""
        self.corpus = Corpus()
        self._openness = Openness(sides, self.corpus.touched)
        self.cut_short = False
        self.keeps_rows = False  # a request that was accepted may have changed a database
        self._fitness: dict[str, tuple[int, int]] = {}  # instance → calls that came through, and that broke
        self._touched: dict[str, set[int]] = {}  # what each subject went through, whether or not it came to an end
        self._slow: dict[str, int] = {}  # calls of a subject that did not end, or left something running
        self.makers = Makers(names)
        self.names = names
        self._pools = pools
        self.caller = caller
        self._rng = rng
        self._avoid = avoid  # a program that ended the process before
        self._literals = Literals(names)
        self.written = self._literals.write
        self.told = Teller(self._literals).told
        self._evolver = Evolver(rng, self._arguments_of)
        self._beginnings = Beginnings(names, facts, pools, self._random)

    # ------------------------------------------------------------ one call

    def attempt(
        self, subject: Subject, arguments: Arguments, instance: str = "", setup: Sequence[str] = ()
    ) -> Try | None:
        """Carry out one call unless it was before; None when it cannot be written or is to be avoided."""
        steps = tuple(setup)
        receiver = instance
        if instance and instance != INSTANCE and (len(instance) > 24 or "(" in instance):
            steps = (f"{INSTANCE} = {instance}", *steps)
            receiver = INSTANCE
        call = subject.write(arguments, self.names, receiver)
        if call is None:
            return None
        program = Program(call, steps)
        known = self.corpus.tries.get(program)
        if known is not None:
            known.is_new = known.leads_on = False
            return known
        if self._avoid(program):
            return None
        try:
            outcome = self.caller.observe(program)
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # the expression cannot be compiled
            return None
        made_by = steps[0].partition(" = ")[2] if receiver == INSTANCE and steps else instance
        strange = count_strange(subject, arguments) + self.makers.strange_in(made_by)
        unfit = sum(self.makers.unfit_in(each) for each in (made_by, *arguments) if isinstance(each, str))
        if receiver == INSTANCE and shows_parts(subject, outcome):
            unfit += of_alike_numbers(*self.makers.made_by(made_by))
        passed_on = frozenset(each for each in arguments if isinstance(each, str) and self._pools.is_result(each))
        made = Try(subject, arguments, receiver, program, outcome, strange=strange, unfit=unfit, passed_on=passed_on)
        self._note(made)
        if instance and not isinstance(made.outcome.error, StopIteration | LookupError):
            fit, unfit = self._fitness.get(instance, (0, 0))
            is_broken = made.outcome.kind == "raised" and not made.outcome.is_explicit
            self._fitness[instance] = (fit + (not is_broken), unfit + is_broken)
        return made

    def _note(self, made: Try) -> None:
        outcome = made.outcome
        if outcome.kind == "slow" or outcome.left_threads:
            self._slow[made.subject.name] = self._slow.get(made.subject.name, 0) + 1
        outcome.is_program = made.subject.kind == "program"
        if made.subject.short in BINARY and isinstance(outcome.error, TypeError):
            # The interpreter says it for a method that returned NotImplemented.
            said = str(outcome.error)
            is_ours = made.subject.owner is not None and f"'{made.subject.owner.__name__}'" in said
            outcome.is_explicit = outcome.is_explicit or (is_ours and _NOT_SUPPORTED.search(said) is not None)
        outcome.is_crash = made.subject.kind == "route" and not outcome.is_explicit
        if outcome.is_usable:
            goals: set[object] = {*outcome.goals, (made.subject.name, *_shape(outcome))}
            made.is_new = not goals <= self.corpus.reached
            self.corpus.reached |= goals
        if made.is_new and outcome.kind == "value" and type(outcome.value) in _PASSED_ON:
            text = self._literals.write(outcome.value)
            if text is not None:
                self._pools.note_result(made.subject, outcome.value, text)
        touched = self._touched.setdefault(made.subject.name, set())
        made.leads_on = made.is_new or not outcome.goals <= touched
        touched |= outcome.goals
        self.corpus.touched |= outcome.goals
        for _, first, second in outcome.compared:
            self._pools.learn(made.subject, first)
            self._pools.learn(made.subject, second)
        if not made.leads_on:
            outcome.compared = []
        self.corpus.tries[made.program] = made

    # ------------------------------------------------------------ one subject

    def explore(self, subject: Subject, calls: int, seconds: float) -> None:
        """Try up to `calls` calls of a subject."""
        instances = self.instances_of(subject)
        if not instances:
            return
        started, until = self.caller.count, self.caller.stopwatch.now() + seconds
        leads = Leads()

        def is_over(share: float) -> bool:
            if self._slow.get(subject.name, 0) >= _MOST_SLOW:
                return True
            if self.caller.stopwatch.now() > until:
                self.cut_short = True
                return True
            return self.caller.count - started >= calls * share

        for arguments in self._beginnings.examples(subject):  # all before what their comparisons suggest
            for instance in instances[: 0 if is_over(0.55) else _MOST_OWNERS]:
                self._follow(subject, arguments, instance, leads, "example")
        for number, arguments in enumerate(self._beginnings.systematic(subject)):
            if is_over(0.55):
                break
            chosen = instances[:_MOST_OWNERS] if number < _FIRST else [instances[number % len(instances)]]
            for instance in chosen:
                self._follow(subject, arguments, instance, leads)
            while leads.unsolved and not is_over(0.75):
                self._solve(subject, leads)
        idle = 0
        while (subject.parameters or "(" in instances[0]) and not is_over(1.0) and idle < calls * 0.4:
            if leads.unsolved:
                self._solve(subject, leads)
                continue
            arguments, instance = self._next(subject, leads.all, instances)
            idle = 0 if self._follow(subject, arguments, instance, leads) else idle + 1

    def _follow(self, subject: Subject, arguments: Arguments, instance: str, leads: Leads, origin: str = "") -> bool:
        """Try a call; one that reached something new is varied later, and what its comparisons suggest is tried."""
        made = self.attempt(subject, arguments, instance)
        if made is not None and origin:
            made.origin = origin
        if made is None or not made.leads_on:
            return False
        leads.add((made, instance))
        return True

    def _solve(self, subject: Subject, leads: Leads) -> None:
        """Try what the comparisons of the next call suggest that nobody looked at yet."""
        made, instance = leads.unsolved.popleft()
        parts = (*made.arguments, instance) if "(" in instance else made.arguments
        for position, expression in self._spliced(parts, made.outcome):
            if position == len(made.arguments):
                self._follow(subject, made.arguments, expression, leads)
            else:
                self._follow(subject, replaced(made.arguments, position, expression), instance, leads)

    def _spliced(self, parts: Sequence[Argument], outcome: Outcome) -> list[tuple[int, str]]:
        """Return what comparisons suggest: where one never went the other way all of it, of the others a sample."""
        opened, others = self._openness.parted(outcome.compared)
        by_comparison = [
            [*fill_in(parts, [each], self.makers.parameters_of), *splice(parts, [each], self._rng)]
            for each in opened[:_MOST_OPEN]
        ]
        in_turn = itertools.chain.from_iterable(itertools.zip_longest(*by_comparison))
        first = list(dict.fromkeys(each for each in in_turn if each is not None))[:_OPEN_SPLICES]
        rest = splice(parts, others, self._rng)
        if len(rest) > _SPLICES:  # of a long chain of comparisons those that stand last count as much
            rest = [rest[number] for number in sorted(self._rng.sample(range(len(rest)), _SPLICES))]
        return list(dict.fromkeys([*first, *rest]))

    def _next(self, subject: Subject, queue: list[Lead], instances: list[str]) -> tuple[Arguments, str]:
        instance = self._rng.choice(instances)
        if queue and self._rng.random() < 0.85:
            base, owner = queue[-1] if self._rng.random() < 0.4 else self._rng.choice(queue)
            arguments = base.arguments
            for _ in range(self._rng.choice((1, 1, 2)) if arguments else 0):
                arguments = self.vary(subject, arguments)
            return arguments, self._vary_instance(owner, instance)
        return tuple(self._random(subject, each) for each in subject.parameters), instance

    def _vary_instance(self, present: str, other: str) -> str:
        """Return the instance as it is, another, or a changed one."""
        way = self._rng.random()
        if not present or way < 0.45:
            return present
        changed = self._evolver.change(present) if way < 0.7 and "(" in present else None
        return changed or other

    def examples_of(self, subject: Subject) -> list[Arguments]:
        """Return the arguments of calls in docstrings."""
        return list(self._beginnings.examples(subject))

    def vary_text(self, expression: str) -> str:
        """Return a variant of an expression, the same when there is none."""
        return self._evolver.change(expression) or expression

    def vary(self, subject: Subject, arguments: Arguments) -> Arguments:
        """Return arguments of which one is another, or was changed a little."""
        position = self._rng.randrange(len(arguments))
        parameter, present = subject.parameters[position], arguments[position]
        if isinstance(present, str) and self._rng.random() < 0.6:
            changed = self._evolver.change(present, self._pools.learned_texts(subject))
            if changed is not None:
                return replaced(arguments, position, changed)
        if not parameter.is_required and self._rng.random() < 0.15:
            return replaced(arguments, position, None)
        return replaced(arguments, position, self._random(subject, parameter, always=True))

    def _random(self, subject: Subject, parameter: Parameter, *, always: bool = False) -> Argument:
        pool = self._pools.expressions(subject, parameter)
        if not pool:
            return "None" if parameter.is_required else None
        if not parameter.is_required and not always and self._rng.random() < 0.5:
            return None
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return tuple(self._rng.choice(pool)[0] for _ in range(self._rng.randint(1, 3)))
        return pool[min(int(self._rng.expovariate(0.12)), len(pool) - 1)][0]

    def instances_of(self, subject: Subject) -> list[str]:
        """Return expressions to call a subject on, one empty one when it needs none."""
        if not subject.needs_object:
            return [""]
        found = self._pools.instances.of(subject.owner or object)
        return sorted(found, key=self._is_unfit)[:10]

    def _is_unfit(self, instance: str) -> bool:
        """Say whether most calls on an instance end with an error of its insides."""
        fit, unfit = self._fitness.get(instance, (0, 0))
        return unfit > 2 * fit + 2

    def _arguments_of(self, name: str) -> Sequence[tuple[str, list[str]]]:
        subject = self.makers.classes.get(name)
        if subject is None:
            return ()
        usable = [each for each in subject.parameters if not each.is_variadic]
        return [(each.name, [text for text, _ in self._pools.expressions(subject, each)][:60]) for each in usable]


def _shape(outcome: Outcome) -> tuple[object, ...]:
    """Return what kind of behaviour this is, for diversity beyond coverage."""
    if outcome.kind == "raised":
        return (type(outcome.error).__name__,)
    if outcome.kind == "ended":
        return ("ended", str(getattr(outcome.error, "code", None))[:20])
    value = outcome.value
    if has(value, "exit_code"):
        return ("run", value.exit_code)
    is_full = bool(value) if type(value) in (int, str, list, dict, bool, tuple, set, float, bytes) else None
    return (type(value).__name__, is_full)
