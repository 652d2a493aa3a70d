"""Other inputs for a call that a reader takes in at a glance: fewer, shorter, and such as a person would think of."""

import ast
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from .arguments import is_strange
from .corpus import INSTANCE, Try, answers_alike, is_own
from .fitting import suggested
from .known_forms import plain_forms
from .members import fewer_flags
from .pools import Pools
from .receivers import shows_parts, with_numbers_apart
from .search import Search
from .shrinking import shorter
from .subjects import Argument, Parameter, Subject
from .wording import oddness, with_one_usual_number, with_usual_digits, with_usual_references, with_usual_words
from .words import PLAINLY_WRONG, in_case_of, known_words, numbers_for, words_for

_FROM_POOL = 14  # values of a parameter's own that are tried
_FROM_EXAMPLES = 8
_SHORTER = 24  # variants of one argument
_BETTER = 0.15  # of cost, at least
_MOST_INSTANCES = 6
_LONGEST_TOLD = 60  # characters
_FUNCTIONS = ("str", "len", "str.upper", "abs")
_KEYS = ("len", "str.lower", "abs")
_ITEMS = ("['b', 'a', 'c']", "['hello', 'word', 'to']", "[3, 1, 2]", "['Word', 'word', 'a']")
_WRONG = tuple(ast.literal_eval(each) for each in PLAINLY_WRONG)
_WORDS = re.compile(r"[^\W\d_]{2,}")
_USUAL, _USUAL_LINES = "hello world", "one\ntwo\n"


class _Text(ast.Constant):
    """A constant that is a text."""

    value: str


class Plainer:
    """Propose plainer calls in place of one."""

    def __init__(self, search: Search, pools: Pools) -> None:
        self._search = search
        self._pools = pools

    def of(self, made: Try, most: int, until: float = float("inf")) -> list[Try]:
        """Carry out plainer calls that end in the same way, none after `until`; return them, the plainest first."""
        if made.subject.kind not in ("function", "method", "static", "classmethod", "class", "property", "setter"):
            return []
        found: dict[int, Try] = {}
        least = self._with_less(made, found)
        for base in dict.fromkeys((least, made)):
            for arguments, owner in itertools.islice(self._variants(base), most):
                if self._search.caller.stopwatch.now() > until:
                    break
                variant = self._attempt(base, arguments, owner)
                if variant is not None and variant.cost <= made.cost - _BETTER:
                    found.setdefault(id(variant), variant)
        return sorted(found.values(), key=lambda each: (each.cost, each.program.call))

    def _attempt(self, made: Try, arguments: tuple[Argument, ...], owner: str) -> Try | None:
        """Carry out a variant; None when it ends in another way."""
        setup = made.program.setup
        start = (f"{INSTANCE} = {owner}",) if owner and setup else ()
        variant = self._search.attempt(made.subject, arguments, made.instance, (*start, *setup[len(start) :]))
        is_good = variant is not None and variant.outcome.is_usable and variant.outcome.kind == made.outcome.kind
        return variant if is_good and variant is not None and variant.is_accident <= made.is_accident else None

    def _with_less(self, made: Try, found: dict[int, Try]) -> Try:
        """Leave out one argument after another as long as the result is the same, and note each form."""
        best = made
        for position, parameter in enumerate(made.subject.parameters):
            if made.arguments[position] is None or parameter.is_required:
                continue
            variant = self._attempt(best, _put(best.arguments, position, None), _owner(best))
            if variant is not None and self._search.told(variant.outcome) == self._search.told(made.outcome):
                best = variant
                found.setdefault(id(variant), variant)
                made.note_idle()
        for position, argument in enumerate(best.arguments):
            for text in fewer_flags(argument) if isinstance(argument, str) else ():
                variant = self._attempt(best, _put(best.arguments, position, text), _owner(best))
                if variant is not None and self._search.told(variant.outcome) == self._search.told(made.outcome):
                    best = variant
                    found.setdefault(id(variant), variant)
                    break
        for owner in itertools.islice(shorter(_owner(made)), _SHORTER):
            if len(owner) < len(_owner(best)):
                variant = self._attempt(best, best.arguments, owner)
                if variant is not None and self._search.told(variant.outcome) == self._search.told(made.outcome):
                    best = variant
                    found.setdefault(id(variant), variant)
        return best

    def _variants(self, made: Try) -> Iterator[tuple[tuple[Argument, ...], str]]:
        """Yield arguments and how the object is made: first with less, then with other values."""
        owner = _owner(made)
        yield in_known_words(made.arguments), owner
        yield from ((arguments, owner) for arguments in self._with_telling_keys(made))
        yield from ((arguments, owner) for arguments in without_lambdas(made.arguments))
        pairs = zip(made.arguments, made.subject.parameters, strict=True)
        yield tuple(self._suggested(suggested(*each)) for each in pairs), str(self._suggested(owner))
        yield made.arguments, self._with_numbers_apart(made, owner)
        yield tuple(self._told(each, made) for each in made.arguments), owner
        if made.outcome.kind == "raised":
            yield from ((arguments, owner) for arguments in plainly_wrong(made.arguments))
            yield from ((made.arguments, text) for text in plainly_wrong_texts(owner))
        for position, (parameter, argument) in enumerate(zip(made.subject.parameters, made.arguments, strict=True)):
            if argument is not None and not parameter.is_required:
                yield _put(made.arguments, position, None), owner
        turns = [self._in_place(made, n, owner) for n, each in enumerate(made.arguments) if isinstance(each, str)]
        if owner:
            turns.append((made.arguments, text) for text in self._owners(made, owner))
        for each in itertools.chain.from_iterable(itertools.zip_longest(*turns)):
            if each is not None:
                yield each

    def _suggested(self, owner: Argument) -> Argument:
        """Return the call that makes an object with what the names of its parameters suggest, where any would do."""
        subject, arguments = self._search.makers.made_by(owner) if isinstance(owner, str) else (None, ())
        if subject is None:
            return owner
        pairs = zip(arguments, subject.parameters, strict=True)
        return (
            subject.write(tuple(suggested(each, parameter) for each, parameter in pairs), self._search.names) or owner
        )

    def _with_numbers_apart(self, made: Try, owner: str) -> str:
        """Return the call that makes an object with other numbers, where a method tells what it is made of."""
        maker, arguments = self._search.makers.made_by(owner) if owner else (None, ())
        apart = with_numbers_apart(maker, arguments) if shows_parts(made.subject, made.outcome) else None
        return owner if maker is None or apart is None else maker.write(apart, self._search.names) or owner

    def _told(self, argument: Argument, made: Try) -> Argument:
        """Return what an object gives as a literal, where a call is given that; what it makes of a value says more."""
        if not isinstance(argument, str) or not is_own(argument):
            return argument
        namespace = self._search.caller.run((*made.program.setup, f"held = {argument}"))
        text = self._search.written(namespace["held"]) if namespace is not None else None
        return text if text is not None and len(text) < _LONGEST_TOLD else argument

    def _with_telling_keys(self, made: Try) -> Iterator[tuple[Argument, ...]]:
        """Yield the call with keys that tell items apart, and items that they know, for a function that tells none."""
        dumb = [at for at, each in enumerate(made.arguments) if answers_alike(each)]
        lists = [at for at, each in enumerate(made.arguments) if isinstance(each, str) and each.startswith("[")]
        if len(dumb) != 1 or len(lists) != 1:
            return
        for items in (made.arguments[lists[0]], *_ITEMS):
            for key in _KEYS:
                yield _put(_put(made.arguments, dumb[0], key), lists[0], items)

    def _in_place(self, made: Try, position: int, owner: str) -> Iterator[tuple[tuple[Argument, ...], str]]:
        argument, parameter = made.arguments[position], made.subject.parameters[position]
        assert isinstance(argument, str)
        for text in dict.fromkeys((*self._simpler(argument), *self._others(made.subject, parameter))):
            if text != argument and not is_strange(text, parameter):
                yield _put(made.arguments, position, text), owner

    def _simpler(self, argument: str) -> Iterator[str]:
        limit = oddness(argument) + len(argument) / 25
        variants = itertools.chain(plainer_literals(argument), itertools.islice(shorter(argument), _SHORTER))
        return (each for each in variants if oddness(each) + len(each) / 25 < limit)

    def _others(self, subject: Subject, parameter: Parameter) -> Iterator[str]:
        """Yield what examples, and then what a person, would give for a parameter."""
        at = subject.parameters.index(parameter)
        examples = [each[at] for each in self._search.examples_of(subject)]
        yield from [each for each in examples if isinstance(each, str)][:_FROM_EXAMPLES]
        yield from map(repr, parameter.choices)
        yield from subject.documented[:_FROM_EXAMPLES] if "str" in parameter.weights else ()
        yield from map(repr, words_for(parameter.name)) if "str" in parameter.weights else ()
        yield from map(repr, numbers_for(parameter.name)) if "int" in parameter.weights else ()
        pool = [text for text, _ in self._pools.expressions(subject, parameter)]
        yield from sorted(pool, key=lambda text: (round(oddness(text) + len(text) / 25, 1), pool.index(text)))[
            :_FROM_POOL
        ]

    def _owners(self, made: Try, owner: str) -> Iterator[str]:
        yield from self._simpler(owner)
        yield from [each for each in self._search.instances_of(made.subject) if each != owner][:_MOST_INSTANCES]


def in_known_words(arguments: Sequence[Argument]) -> tuple[Argument, ...]:
    """Return arguments in whose texts what no reader knows is a known word, the same one wherever it stands."""
    trees = [ast.parse(each, mode="eval") if isinstance(each, str) else None for each in arguments]
    nodes = [each for tree in trees if tree is not None for each in ast.walk(tree) if _is_text(each)]
    known = known_words(word for node in nodes for word in _WORDS.findall(node.value))

    def plain(found: re.Match[str]) -> str:
        return in_case_of(known.get(found[0].lower(), found[0]), found[0])

    for node in nodes:
        node.value = _WORDS.sub(plain, node.value)
    pairs = zip(arguments, trees, strict=True)
    return tuple(each if tree is None else ast.unparse(tree) for each, tree in pairs)


def without_lambdas(arguments: Sequence[Argument]) -> Iterator[tuple[Argument, ...]]:
    """Yield arguments with a function that everybody knows in place of each that is written there."""
    if any(_is_lambda(each) for each in arguments):
        for function in _FUNCTIONS:
            yield tuple(function if _is_lambda(each) else each for each in arguments)


def plainly_wrong(arguments: Sequence[Argument]) -> Iterator[tuple[Argument, ...]]:
    """Yield arguments with a word that says that it is wrong in place of a text, in one after the other."""
    for position, argument in enumerate(arguments):
        for text in plainly_wrong_texts(argument) if isinstance(argument, str) else ():
            yield _put(arguments, position, text)


def plainly_wrong_texts(expression: str) -> Iterator[str]:
    """Yield an expression with a word that says that it is wrong in place of one of its texts."""
    tree = ast.parse(expression, mode="eval") if expression else ast.Expression(ast.Constant(None))
    for node in [each for each in ast.walk(tree) if _is_text(each)]:
        before = node.value
        for node.value in _WRONG:
            yield ast.unparse(tree)
        node.value = before


def _is_lambda(argument: Argument) -> bool:
    return isinstance(argument, str) and argument.startswith("lambda")


def _is_text(node: ast.AST) -> TypeGuard[_Text]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def plainer_literals(expression: str) -> Iterator[str]:
    """Yield the expression with one of its literals in a plainer form."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant):
            continue
        before = node.value
        for value in _plainer(before):
            node.value = value  # type: ignore[assignment]  # of the same plain type
            yield ast.unparse(tree)
        node.value = before


def _plainer(value: object) -> Iterator[object]:
    if isinstance(value, str):
        yield from _texts(value)
    elif isinstance(value, bytes):
        text = value.decode("ascii", "ignore")
        yield from (each.encode() for each in dict.fromkeys((text, *_texts(text))) if each.isascii())
    elif type(value) is int and abs(value) > 1:
        yield from dict.fromkeys(each for each in _numbers(abs(value)) if each < abs(value))
    elif type(value) is float:
        yield from (float(round(value, places)) for places in (0, 1) if round(value, places) != value)


def _numbers(number: int) -> Iterator[int]:
    yield from (1, 2, 3, 5, 10, 100)
    yield from (number // base * base for base in (1000, 100, 10) if number > base)


def _texts(text: str) -> Iterator[str]:
    """Yield what anybody would write, parts of a text, and the text with plainer letters and digits."""
    length = len(text)
    usual = _USUAL_LINES if "\n" in text else _USUAL
    if length > len(usual):
        yield usual
    yield from plain_forms(text)
    for size in (length // 2, length // 4):
        if size > 1:
            yield from (text[:at] + text[at + size :] for at in range(0, length, size))
    yield text.strip()
    if text != text.strip():
        yield f" {text.strip()} "
    if "&" in text:
        yield with_usual_references(text)
    yield with_usual_words(text.strip())
    yield with_usual_words(text)
    yield with_usual_digits(text)
    yield from with_one_usual_number(text)
    yield re.sub(r"\d+", "1", text)
    yield re.sub(r"\d", "1", text)
    yield re.sub(r"\b0+(?=\d)", "", text)
    yield re.sub(r"[^\x20-\x7e]+", "a", text)
    yield re.sub(r"[A-Za-z]+", "word", text)
    yield text.lower()
    yield from (text[:at] + text[at + 1 :] for at in range(length if length <= 20 else 0))


def _owner(made: Try) -> str:
    setup = made.program.setup
    return setup[0].partition(" = ")[2] if made.instance == INSTANCE and setup else ""


def _put(arguments: Sequence[Argument], position: int, value: Argument) -> tuple[Argument, ...]:
    return (*arguments[:position], value, *arguments[position + 1 :])
