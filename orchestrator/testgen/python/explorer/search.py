"""Look for calls that reach what none before reached: seeded, and counted in calls, so that it ends alike everywhere.

The clock is a safety net only; when it ends a search, `cut_short` says so and the result may differ between machines.
"""

import ast
import inspect
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence

from .arguments import is_strange, match_call
from .calling import Caller, Outcome, Program
from .corpus import INSTANCE, Corpus, Lead, Try
from .evolve import Evolver, splice
from .facts import ModuleFacts
from .literals import Literals
from .names import Names
from .pools import Pools
from .subjects import Argument, Arguments, Parameter, Subject
from .telling import Teller

_MOST_EXAMPLES = 40
_SPLICES = 32
_MOST_SLOW = 6  # calls of one subject that hang or leave threads: more of them show nothing
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
    ) -> None:
        self.corpus = Corpus()
        self.cut_short = False
        self._slow: dict[str, int] = {}  # calls of a subject that did not end, or left something running
        self.classes: dict[str, Subject] = {}
        self.names = names
        self._facts = facts
        self._pools = pools
        self.caller = caller
        self._rng = rng
        self._avoid = avoid  # a program that ended the process before
        self._literals = Literals(names)
        self.told = Teller(self._literals).told
        self._evolver = Evolver(rng, self._arguments_of)

    # ------------------------------------------------------------ one call

    def attempt(
        self, subject: Subject, arguments: Arguments, instance: str = "", setup: Sequence[str] = ()
    ) -> Try | None:
        """Carry out one call unless it was before; None when it cannot be written or is to be avoided."""
        steps = tuple(setup)
        receiver = instance
        if instance and instance != INSTANCE and (len(instance) > 24 or ("(" in instance and subject.kind == "method")):
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
        made = Try(subject, arguments, receiver, program, outcome, strange=self._count_strange(subject, arguments))
        self._note(made)
        return made

    def _count_strange(self, subject: Subject, arguments: Arguments) -> int:
        pairs = zip(subject.parameters, arguments, strict=True)
        return sum(is_strange(argument, each.hinted) for each, argument in pairs if isinstance(argument, str))

    def _note(self, made: Try) -> None:
        outcome = made.outcome
        if outcome.kind == "slow" or outcome.left_threads:
            self._slow[made.subject.name] = self._slow.get(made.subject.name, 0) + 1
        outcome.is_program = made.subject.kind == "program"
        outcome.is_crash = made.subject.kind == "route" and not outcome.is_explicit
        if outcome.is_usable:
            goals: set[object] = {*outcome.goals, (made.subject.name, *_shape(outcome))}
            made.is_new = not goals <= self.corpus.reached
            self.corpus.reached |= goals
        if made.is_new and outcome.kind == "value" and type(outcome.value) in _PASSED_ON:
            text = self._literals.write(outcome.value)
            if text is not None:
                self._pools.note_result(made.subject, outcome.value, text)
        made.leads_on = made.is_new or not outcome.goals <= self.corpus.touched
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
        started, until = self.caller.count, time.monotonic() + seconds
        queue: list[Lead] = []

        def is_over(share: float) -> bool:
            if self._slow.get(subject.name, 0) >= _MOST_SLOW:
                return True
            if time.monotonic() > until:
                self.cut_short = True
                return True
            return self.caller.count - started >= calls * share

        examples = list(self._examples(subject))
        for number, arguments in enumerate(itertools.chain(examples, self._first(subject))):
            if is_over(0.55):
                break
            chosen = instances[:3] if number < 6 else [instances[number % len(instances)]]
            for instance in chosen:
                self._follow(subject, arguments, instance, queue, "example" if number < len(examples) else "")
        idle = 0
        while (subject.parameters or "(" in instances[0]) and not is_over(1.0) and idle < calls * 0.4:
            arguments, instance = self._next(subject, queue, instances)
            idle = 0 if self._follow(subject, arguments, instance, queue) else idle + 1

    def _follow(
        self, subject: Subject, arguments: Arguments, instance: str, queue: list[Lead], origin: str = ""
    ) -> bool:
        """Try a call and, when it reached something new, what its comparisons suggest."""
        made = self.attempt(subject, arguments, instance)
        if made is not None and origin:
            made.origin = origin
        if made is None or not made.leads_on:
            return False
        queue.append((made, instance))
        parts = (*made.arguments, instance) if "(" in instance else made.arguments
        spliced = splice(parts, made.outcome.compared, self._rng)
        if len(spliced) > _SPLICES:  # of a long chain of comparisons those that stand last count as much
            chosen = sorted(self._rng.sample(range(len(spliced)), _SPLICES))
            spliced = [spliced[number] for number in chosen]
        for position, expression in spliced:
            if position == len(made.arguments):
                changed, owner = made.arguments, expression
            else:
                changed, owner = _replace(made.arguments, position, expression), instance
            follower = self.attempt(subject, changed, owner)
            if follower is not None and follower.leads_on:
                queue.append((follower, owner))
        return True

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

    def vary_text(self, expression: str) -> str:
        """Return a variant of an expression, the same when there is none."""
        return self._evolver.change(expression) or expression

    def vary(self, subject: Subject, arguments: Arguments) -> Arguments:
        """Return arguments of which one is another, or was changed a little."""
        position = self._rng.randrange(len(arguments))
        parameter, present = subject.parameters[position], arguments[position]
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return arguments
        if isinstance(present, str) and self._rng.random() < 0.6:
            changed = self._evolver.change(present, self._pools.learned_texts(subject))
            if changed is not None:
                return _replace(arguments, position, changed)
        if not parameter.is_required and self._rng.random() < 0.15:
            return _replace(arguments, position, None)
        return _replace(arguments, position, self._random(subject, parameter, always=True))

    def _random(self, subject: Subject, parameter: Parameter, *, always: bool = False) -> Argument:
        pool = self._pools.expressions(subject, parameter)
        if not pool or parameter.kind is inspect.Parameter.VAR_KEYWORD:
            return "None" if parameter.is_required else None
        if not parameter.is_required and not always and self._rng.random() < 0.5:
            return None
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            return tuple(self._rng.choice(pool)[0] for _ in range(self._rng.randint(1, 3)))
        return pool[min(int(self._rng.expovariate(0.12)), len(pool) - 1)][0]

    # ------------------------------------------------------------ where to start

    def _first(self, subject: Subject) -> Iterator[Arguments]:
        """Yield the systematic part: least, one kind against another, then each parameter alone, then pairs."""
        parameters = subject.parameters
        pools = [[text for text, _ in self._pools.expressions(subject, each)] for each in parameters]
        base: Arguments = tuple(
            (pool[0] if pool else "None") if p.is_required else None for p, pool in zip(parameters, pools, strict=True)
        )
        yield base
        needed = [i for i, each in enumerate(parameters) if each.is_required]
        choices = [self._one_of_each_kind(subject, parameters[i]) for i in needed]
        for combination in itertools.islice(itertools.product(*choices), 40 if needed else 0):
            arguments = base
            for position, expression in zip(needed, combination, strict=True):
                arguments = _replace(arguments, position, expression)
            yield arguments
        for position, (parameter, pool) in enumerate(zip(parameters, pools, strict=True)):
            if parameter.kind is inspect.Parameter.VAR_KEYWORD:
                continue
            is_rest = parameter.kind is inspect.Parameter.VAR_POSITIONAL
            for expression in pool[:60]:
                yield _replace(base, position, (expression,) if is_rest else expression)
        for _ in range(40 if len(parameters) > 1 else 0):
            yield tuple(self._random(subject, each) for each in parameters)

    def _one_of_each_kind(self, subject: Subject, parameter: Parameter) -> list[str]:
        by_kind: dict[object, list[str]] = {}
        for text, kind in self._pools.expressions(subject, parameter):
            by_kind.setdefault(kind, []).append(text)
        return [texts[min(1, len(texts) - 1)] for texts in list(by_kind.values())[:6]]

    def _examples(self, subject: Subject) -> Iterator[Arguments]:
        """Yield the arguments of calls in docstrings."""
        for text in self._facts.examples.get(subject.short, ())[:_MOST_EXAMPLES]:
            call = ast.parse(text, mode="eval").body
            assert isinstance(call, ast.Call)
            arguments = match_call(subject, call, self.names)
            if arguments is not None:
                yield arguments

    def instances_of(self, subject: Subject) -> list[str]:
        """Return expressions to call a subject on, one empty one when it needs none."""
        if not subject.needs_object:
            return [""]
        return self._pools.instances.of(subject.owner or object)[:10]

    def _arguments_of(self, name: str) -> Sequence[tuple[str, list[str]]]:
        subject = self.classes.get(name)
        if subject is None:
            return ()
        usable = [each for each in subject.parameters if not each.is_variadic]
        return [(each.name, [text for text, _ in self._pools.expressions(subject, each)][:60]) for each in usable]


def _replace(arguments: Arguments, position: int, value: Argument) -> Arguments:
    return (*arguments[:position], value, *arguments[position + 1 :])


def _shape(outcome: Outcome) -> tuple[object, ...]:
    """Return what kind of behaviour this is, for diversity beyond coverage."""
    if outcome.kind == "raised":
        return (type(outcome.error).__name__,)
    if outcome.kind == "ended":
        return ("ended", str(getattr(outcome.error, "code", None))[:20])
    value = outcome.value
    if hasattr(value, "exit_code"):
        return ("run", value.exit_code)
    is_full = bool(value) if type(value) in (int, str, list, dict, bool, tuple, set, float, bytes) else None
    return (type(value).__name__, is_full)
