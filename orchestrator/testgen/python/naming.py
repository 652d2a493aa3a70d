"""Names of tests: what is called, and what is special about this call."""

import ast
import re
from collections import Counter

from orchestrator.testgen.python.candidates import Candidate
from orchestrator.testgen.python.explorer.body import MISSING_KEY, OF_VALUE, signs_in_words, snake

_LONGEST = 86
_MOST_OPTIONS = 3  # that a name tells
_PICKLED = "survives_pickling"
_OPERATORS = {
    "__eq__": "equals", "__ne__": "differs", "__lt__": "is_less", "__le__": "is_at_most", "__gt__": "is_greater",
    "__ge__": "is_at_least", "__add__": "plus", "__radd__": "is_added", "__sub__": "minus", "__rsub__": "is_subtracted",
    "__mul__": "times", "__rmul__": "is_multiplied", "__neg__": "negated", "__hash__": "has_the_hash_of_its_copy",
    "__str__": "as_text", "__repr__": "is_represented", "__len__": "has_length", "__contains__": "contains",
    "__getitem__": "item", "__setitem__": "sets_item", "__delitem__": "deletes_item", "__iter__": "iterates",
    "__bool__": "truth", "__getstate__": _PICKLED, "__setstate__": _PICKLED, "__reduce__": _PICKLED,
    "__copy__": "is_copied", "__deepcopy__": "is_copied", "__getattr__": "attribute",
}  # fmt: skip
_SAYS = re.compile(
    r"(?=.*[a-z]{3})(an?_)?[a-z]{2}[a-z0-9]*(_(a|[a-z]{2}[a-z0-9]*))*"
)  # in words, not in single letters and digits
_IN_DIGITS = re.compile(r"^[\d_]*$|_x[0-9a-f]{2}")  # or in bytes
_MEMBER = re.compile(r"(?<![\w.\"'])\w+\.([A-Z][A-Z0-9_]+)\b(?![(.])")
_LITERALS = (
    ("['\"]", "text"),
    (r"-?\d", "number"),
    (r"\[", "list"),
    (r"\{", "mapping"),
    ("None", "none"),
    ("b['\"]", "bytes"),
)
_OF_PRESENT = frozenset(("now", "today", "utcnow"))  # what comes of it tells more
_FURTHER = "in_further_cases"
_OF_TABLES = frozenset(("finds", "makes_function"))
_OFF = frozenset(("None", "False"))
_ANSWERS = frozenset(("None", "True", "False"))
_NEGATED = {
    "equals": "does_not_equal",
    "differs": "does_not_differ",
    "contains": "does_not_contain",
    "truth": "is_false",
}
_BLANKS = {(True, True): "blanks_around", (True, False): "leading_blank", (False, True): "trailing_blank"}
_EMPTY = frozenset(("''", '""', "[]", "{}", "()", "set()"))


class Namer:
    """Give each test of a file a name of its own."""

    def __init__(self, taken: frozenset[str] = frozenset()) -> None:
        self._used = Counter(dict.fromkeys(taken, 1))

    def single(self, candidate: Candidate) -> str:
        """Return the name of a test of one call."""
        words = [_subject(candidate, is_false=candidate.label == "not"), *_words(candidate)]
        if candidate.label.startswith("raises_"):
            start = [_subject(candidate), candidate.label]
            why = f"because_{candidate.more}" if _says_why(candidate) else ""
            is_whole = len("_".join([*start, why])) <= _LONGEST
            missing = candidate.more * (candidate.more == MISSING_KEY)
            reasons = [each for each in (why * is_whole, missing, _given_kind(candidate)) if each]
            if reasons:
                return self._unique([*start, reasons[0]], *reasons[1:])
        more = [candidate.more] * (not _IN_DIGITS.search(candidate.more))
        if candidate.kind in ("route", "program"):
            return self._unique(words, *more)
        made_with = _made_with(candidate)
        if any(each.startswith("with_") for each in words):
            made_with = made_with and f"made_{made_with}"
        told = (_claimed(candidate), _last_step(candidate), _kind_that_tells(candidate))
        others = [made_with, _members_given(candidate), *told]
        return self._unique(words, *([*more, *others] if _SAYS.fullmatch(candidate.more) else [*others, *more]))

    def table(self, candidates: list[Candidate]) -> str:
        """Return the name of a table of calls."""
        first = candidates[0]
        given = Counter(name for each in candidates for name in each.options_given)
        options = [name for name in given if given[name] == len(candidates)]
        off = {name for name in options if {text for each in candidates for text in each.given(name)} <= _OFF}
        labels = {each.label for each in candidates}
        words = [
            _subject(first, is_false=labels == {"not"}),
            *_together([f"with{'out' * (each in off)}_{snake(each)}" for each in options[:_MOST_OPTIONS]]),
        ]
        said = labels - {"not"} if len(labels) == 1 and (labels <= _OF_TABLES or same_answer(candidates)) else set()
        of_all = [each for each in _of_all(candidates) if each not in words]
        more = (*of_all, _kind_that_tells(first), _members_given(first), _FURTHER)
        return self._unique([words[0], *said, *words[1:]], *more)

    def given(self, name: str) -> str:
        """Return a name that somebody chose, with a number when it is taken."""
        return self._unique([name.removeprefix("test_")])

    def _unique(self, words: list[str], *more: str) -> str:
        """Return a name of these words, with the first of `more` that tells it from the others."""
        name = _joined(words)
        others = (_joined([*words, each]) for each in more if each)
        if self._used[name]:
            name = next((each for each in others if not self._used[each]), name)
        self._used[name] += 1
        if self._used[name] == 1:
            return name
        numbered = f"{name}_{self._used[name]}"
        self._used[numbered] += 1
        return numbered


def same_answer(candidates: list[Candidate]) -> str:
    """Return what all rows of a table expect where that is one of few words: the claim says it then."""
    answers = {each.expected for each in candidates}
    return next(iter(answers)) if len(answers) == 1 and answers <= _ANSWERS else ""


def _of_all(candidates: list[Candidate]) -> list[str]:
    """Return what is said of all rows of a table: which arguments are nothing or empty in each."""
    words = [set(_words(each)) for each in candidates]
    common = set[str]().union(*words[:1]).intersection(*words)
    return [each for each in dict.fromkeys(_words(candidates[0])) if each in common and each != candidates[0].label]


def _joined(words: list[str]) -> str:
    name = re.sub(r"_+", "_", "_".join(word for word in words if word)).strip("_")
    if len(name) > _LONGEST:  # cut between words
        name = name[:_LONGEST].rpartition("_")[0] or name[:_LONGEST]
    return f"test_{name.rstrip('_')}"


def _words(candidate: Candidate) -> list[str]:
    is_obvious = candidate.label.endswith("s_empty") and any(text in _EMPTY for _, text, _ in candidate.arguments)
    words = [] if is_obvious or candidate.label == "not" else [candidate.label]
    is_inner = _OPERATORS.get(candidate.subject.rpartition(".")[2]) == _PICKLED  # what that is given nobody writes
    for name, text, required in candidate.arguments:
        if candidate.kind in ("route", "program") or is_inner:
            break
        if text in _EMPTY:
            before = "with" if not required else "for" if candidate.label.startswith("raises") else "of"
            words.append(f"{before}_empty_{snake(name)}")
        elif text in _OFF and not required:
            words.append(f"without_{snake(name)}")
        elif text in _OFF:
            words.append(f"for_{text.lower()}")
        elif text == "True" and required:
            words.append(snake(name))
        elif re.fullmatch(r"-\d[\d.]*", text):
            words.append(f"for_negative_{snake(name)}")
        elif not required:
            words.append(f"with_{snake(name)}")
        elif found := re.fullmatch(r"""(['"])(\s?)\S(?:.*\S)?(\s?)\1""", text):
            where = _BLANKS.get((bool(found[2]), bool(found[3])))
            words += [f"of_{snake(name)}_with_{where}"] * (where is not None)
    return _together([word for word in dict.fromkeys(words) if word][:3])


def _together(words: list[str]) -> list[str]:
    """Return `with_a_and_b` for `with_a` and `with_b`."""
    found: list[str] = []
    for word in words:
        start = word.partition("_")[0]
        is_more = start in ("with", "without") and found and found[-1].startswith(f"{start}_")
        found[len(found) - bool(is_more) :] = [f"{found[-1]}_and_{word.removeprefix(start + '_')}" if is_more else word]
    return found


def _subject(candidate: Candidate, *, is_false: bool = False) -> str:
    """Return the name of what is tested; of an operator what it does."""
    owner, _, name = candidate.subject.rpartition(".")
    if name not in _OPERATORS:
        return snake(candidate.subject)
    does = _OPERATORS[name]
    if is_false:
        does = _NEGATED.get(does) or re.sub("^is_", "is_not_", does)
    return snake(f"{owner}_{does}")


def _given_kind(candidate: Candidate) -> str:
    """Return what an operator was given that it refuses."""
    return _kind_given(candidate) if candidate.subject.rpartition(".")[2] in _OPERATORS else ""


def _kind_given(candidate: Candidate) -> str:
    """Return of what kind the first argument is, empty where its text does not show it."""
    if not candidate.arguments:
        return ""
    text = candidate.arguments[0][1]
    found = re.match(r"(?:\w+\.)*(\w+)\(", text)
    kind = found.group(1) if found else next((word for start, word in _LITERALS if re.match(start, text)), "")
    return f"for_{snake(kind)}" if kind and kind not in _OF_PRESENT else ""


def _kind_that_tells(candidate: Candidate) -> str:
    """Return of what kind the first argument is, empty for a text: that is what most calls are given."""
    found = _kind_given(candidate)
    return "" if found == "for_text" else found


def _claimed(candidate: Candidate) -> str:
    """Return what a test claims of its result besides what that is equal to, empty where there is no such claim."""
    claims = [each for each in candidate.lines if each.startswith("assert ")]
    if any(each.startswith("assert str(result) ") for each in claims):
        return "as_text"
    found = [match[1] for each in claims if (match := re.match(r"assert result\.([a-z]\w*) (?:is|==) ", each))]
    return f"and_its_{snake(found[0])}" if found else ""


def _last_step(candidate: Candidate) -> str:
    """Return what is done with the object last before it is asked, empty where nothing is."""
    nodes = ast.parse("\n".join(candidate.lines)).body[1:]
    steps = [
        each for each in nodes if not isinstance(each, (ast.Assert, ast.With, ast.AsyncWith)) and not _is_result(each)
    ]
    match steps[-1:]:
        case [ast.Delete()]:
            return "after_deleting_item"
        case [ast.Assign(targets=[ast.Subscript(), *_])]:
            return "after_setting_item"
        case [ast.Expr(value=ast.Subscript())]:
            return "after_getting_item"
        case [ast.Expr(value=ast.Call(func=ast.Attribute(attr=name)))]:
            return f"after_{snake(name)}"
    return ""


def _is_result(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "result"


def _made_with(candidate: Candidate) -> str:
    """Return what the object, or the function that is decorated, is made with by name; the value where it is a word."""
    start = candidate.lines[0] if candidate.lines else ""
    if re.fullmatch(r"\w+ = [A-Z]\w*\(\)", start):
        return "without_arguments"
    maker = re.fullmatch(r"\w+ = ([A-Z]\w*\(.*\)|[a-z]\w*\(.*\)\(.*\))", start)
    if not maker:
        return ""
    call = ast.parse(maker[1], mode="eval").body
    call = call.func if isinstance(call, ast.Call) and isinstance(call.func, ast.Call) else call
    words = []
    for each in call.keywords if isinstance(call, ast.Call) else ():
        value = each.value.value if isinstance(each.value, ast.Constant) else None
        words.append(f"{each.arg}_{snake(value)}" if isinstance(value, str) and value.isidentifier() else f"{each.arg}")
    return f"with_{'_and_'.join(map(snake, words[:2]))}" if words else ""


def _members_given(candidate: Candidate) -> str:
    """Return the members of enumerations and the constants that a call is given, empty where there are none."""
    given = "\n".join(each for each in candidate.lines if not each.lstrip().startswith("assert "))
    found = dict.fromkeys(_MEMBER.findall(f"{given}\n{candidate.call}"))
    return f"for_{'_and_'.join(map(snake, found))}" if found else ""


def _says_why(candidate: Candidate) -> bool:
    """Say whether the words of an error are the project's own, so that they are pinned, and tell something."""
    first = candidate.more.removeprefix(OF_VALUE).split("_")[:2]  # of a long message only the beginning is pinned
    matches = [line.partition("match=")[2].lower() for line in candidate.lines if "match=" in line]
    pinned = [re.findall("[a-z]+", signs_in_words(each)) for each in matches]
    is_said = len(first) > 1 and any(set(first) <= set(words) for words in pinned)
    return is_said and not re.search(r"\d", candidate.more)
