"""How readable an expression is, and how it is written as a statement of its own."""

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator, Sequence

from .known_forms import is_known_form
from .leftovers import of_leftovers
from .words import WELL_KNOWN, usual_word

_TWICE = re.compile(r"(.{3,}).*\1")
_CONSTANT = re.compile(r"[A-Z]{3,}(_[A-Z]+)+")
_UNEVEN = re.compile(r"\b[A-Z]{2,}_[A-Z][a-z]")  # "TO_To1word": nobody writes names so
_PLAIN_NUMBERS = frozenset({1, 2, 3, 4, 5, 7, 10, 12, 15, 20, 30, 50, 60, 100, 1000, 2023, 2024, 10**6})
_PLAIN_FRACTIONS = frozenset({0.5, 1.5, 2.5, 3.14})
_RUNS = {
    1: "1",
    2: "10",
    3: "100",
    4: "2024",
    5: "12345",
    6: "202410",
    7: "2024100",
    8: "20241005",
}  # digits that a reader takes for what they are
_OF_PATTERNS = re.compile(r"a-z|A-Z|0-9|\\[dswDSWb]|\(\?[:P=!<]|\[\^|[)\]][+*?]|^[\]),;:}]")
_OF_SAME_NUMBER = 0.4  # given twice: which of them went where cannot be told
_OF_SCRAPS = 4.0
_OF_KNOWN_FORM = 0.3
_NOTHING = frozenset(("datetime.timedelta(0)", "pathlib.Path('')", "pathlib.PurePosixPath('')"))
_OF_EMPTY_ITEM = 1.6  # what is found everywhere and stands for nothing
_OF_ALONE = 0.7  # a list of one number shows no order, no choice
_OF_MIXED_ITEMS = 0.8
_OF_LINES, _OF_CONTROL = 0.8, 3.5  # of text, where each says something; characters that nobody types
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OF_TRUTH = 0.5  # among others: what it has to do with them cannot be told
_OF_MIXTURE = 4.0  # of text with bytes that are none
_OF_DIGITS = 0.7  # that are not usual
_LARGE = 10**12
_OF_LEAP_DAY = 0.5
_OF_MEMBER, _NEUTRAL = 0.1, "DEFAULT"  # of an enumeration
_LOOSE_NUMBER = re.compile(r"^0\d+$|\d\.(?=e|$)")  # "007", "1.e6"
_OF_CODE = frozenset(("True", "False", "None"))
_NATURAL = frozenset(("-", "_", ",", ", ", "/", ".", ":", ";", "|", "utf-8", "utf8", "ascii"))
_JOINED = re.compile(r"[A-Z]?[a-z]+([-_][A-Z]?[a-z]+)+")  # words
_GLUED = re.compile(r"[A-Z]{2,}[a-z]|\b\d+(?!st\b|nd\b|rd\b|th\b)[A-Za-z]")  # to other words, or to numbers
_FIRST_YEAR, _LAST_YEAR = 1900, 2100  # that nobody wonders about
_LOOSE = (ast.Compare, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp, ast.Lambda)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_WORDS = re.compile(r"^[\w .,:/@#%+=<>()\[\]{}'\"!?*;&$|^~-]*$")


@functools.lru_cache(maxsize=20_000)
def oddness(expression: str) -> float:
    """Say how strange the literals of an expression look to a reader; 0 is natural."""
    try:
        tree = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return 0.0
    return sum(_of_node(node) for node in ast.walk(tree))


def _of_node(node: ast.AST) -> float:
    if isinstance(node, ast.UnaryOp):
        is_zero = isinstance(node.operand, ast.Constant) and node.operand.value == 0
        return 2.0 if is_zero else 0.2  # -0
    if isinstance(node, ast.Lambda):
        return 1.2
    if isinstance(node, ast.Attribute):
        return _OF_MEMBER * (node.attr.isupper() and node.attr != _NEUTRAL)
    if isinstance(node, ast.BinOp):
        return 0.6 if isinstance(node.op, ast.BitOr) else 1.0
    if isinstance(node, ast.Call):
        return _of_call(node)
    if isinstance(node, ast.Set):
        return _OF_ALONE * (len(node.elts) == 1)
    if isinstance(node, ast.List | ast.Dict | ast.Tuple):
        items = node.keys if isinstance(node, ast.Dict) else node.elts
        is_alone = isinstance(node, ast.List) and len(items) == 1 and _is_number(items[0])
        mixed = _of_mixture(items) if isinstance(node, ast.List) else 0.0
        return 0.4 * (not items) + _OF_ALONE * is_alone + mixed + sum(_of_item(each) for each in items)
    return _of_constant(node.value) if isinstance(node, ast.Constant) else 0.0


def _of_mixture(items: Sequence[ast.expr | None]) -> float:
    """Say how strange it looks that a list holds values of several kinds."""
    values = [each.value for each in items if isinstance(each, ast.Constant) and not isinstance(each.value, bool)]
    kinds: set[type] = {float if isinstance(each, int) else type(each) for each in values}
    return 0.0 if len(kinds) <= 1 else _OF_MIXED_ITEMS * (1 + (type(None) in kinds) + (bytes in kinds))


def _is_number(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _of_item(node: ast.expr | None) -> float:
    value = node.value if isinstance(node, ast.Constant) else ...
    return _OF_EMPTY_ITEM * (value in ("", b"")) + _OF_TRUTH * isinstance(value, bool)


def _of_call(node: ast.Call) -> float:
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("date", "datetime"):
        year = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else _FIRST_YEAR
        is_leap_day = [each.value for each in node.args[1:3] if isinstance(each, ast.Constant)] == [2, 29]
        return 2.0 if isinstance(year, int) and year < _FIRST_YEAR else _OF_LEAP_DAY * is_leap_day
    if isinstance(node.func, ast.Name) and node.func.id == "float":
        return 1.0  # what is no number, or without end
    is_encoded = isinstance(node.func, ast.Attribute) and node.func.attr == "encode"
    if not (node.args or node.keywords or is_encoded) or ast.unparse(node) in _NOTHING:
        return 0.9  # what is empty or does nothing shows little
    given = [*node.args, *(each.value for each in node.keywords)]
    numbers = [each.value for each in given if isinstance(each, ast.Constant) and _is_number(each) and each.value]
    same = _OF_SAME_NUMBER * (len(numbers) - len(set(numbers)))
    return 3.0 if ast.unparse(node.func) == "types.SimpleNamespace" else 0.2 * max(0, len(node.keywords) - 1) + same


def _of_constant(value: object) -> float:
    if value is None:
        return 0.6
    if isinstance(value, str):
        return _of_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    if isinstance(value, bytes):
        return _of_text(value.decode()) if value.isascii() else 1.0 + _OF_MIXTURE * _is_broken(value)
    return 0.0


def _of_number(number: float) -> float:
    """Say how strange a number looks: few digits that count, and no great length."""
    digits = repr(number).replace(".", "").strip("-0")
    if number == 0:
        return 0.6  # what does nothing shows little
    if number in _PLAIN_NUMBERS | _PLAIN_FRACTIONS:
        return 0.0
    return 0.15 + 0.25 * max(0, len(digits) - 2) + 0.6 * (abs(number) > _LARGE)


def _of_text(text: str) -> float:
    if not text:
        return 0.4
    if text in _OF_CODE:
        return 1.2
    if text in _NATURAL:
        return 2.0
    if _CONTROL.search(text):
        return _of_lines(text)
    if is_known_form(text):
        return _OF_KNOWN_FORM
    if not _WORDS.match(text):
        return 2.0 + _OF_SCRAPS * is_scrap(text)
    joints = len(re.findall("[-_]", text)) if _JOINED.fullmatch(text) else 0
    letters = sum(each.isalnum() or each == " " for each in text) + joints
    switches = len(re.findall(r"[a-z][A-Z](?![a-z])|[A-Z]{2,}[a-z]+[A-Z]", text))
    switches += len(_GLUED.findall(text))
    switches += max(0, len(re.findall(r"[A-Za-z]\d|\d[A-Za-z]", text)) - 1)
    blanks = (text != text.lstrip()) + (text != text.rstrip())
    edges = (0, 2.0, 1.5)[blanks] + 2.0 * text.endswith(",") + (_TWICE.search(text) is not None)
    loud = len(re.findall(r"\b[A-Z]{3,}\b", text)) + (_CONSTANT.fullmatch(text) is not None)
    switches += 2 * (_UNEVEN.search(text) is not None)
    letters_alone = len(re.findall(r"(?<=[a-z] )[B-HJ-Zb-hj-z]\b(?!\.)|\b[B-HJ-Zb-hj-z](?= [a-z])", text))
    strangers = sum(each.lower() not in WELL_KNOWN for each in re.findall(r"[^\W\d_]{2,}", text))
    no_word = not re.search(r"[A-Za-z]{3}|^\d+$|^[\d:.T-]+Z?$", text)
    return (
        3.0 * (1 - letters / len(text))
        + 0.5 * switches
        + 0.4 * min(strangers, 4)
        + 0.5 * letters_alone
        + 0.6 * (loud + (not text.isascii() and strangers > 0))
        + 0.8 * edges
        + of_leftovers(text)
        + _of_digits(text)
        + 1.2 * (_LOOSE_NUMBER.search(text) is not None)
        + (0.6 if len(text) == 1 else 0.4 * no_word)
        + 0.02 * max(0, len(text) - 12)
        + _OF_SCRAPS * is_scrap(text)
    )


def _of_digits(text: str) -> float:
    """Say how strange the runs of digits in a text look."""
    runs: list[str] = re.findall(r"\d+", text)
    return sum(_OF_DIGITS * (not _is_usual(each)) + 0.4 * (each[0] == "0" and len(each) > 2) for each in runs)


def _of_lines(text: str) -> float:
    """Say how strange a text with line breaks or the like looks: plain lines are natural, single letters are not."""
    lines = [each.strip() for each in text.rstrip("\n").split("\n")]
    if any(_CONTROL.search(each) or len(each) == 1 for each in lines) or not any(lines):
        return _OF_CONTROL
    return _OF_LINES + sum(_of_text(each) for each in dict.fromkeys(lines) if each)


def _is_usual(digits: str) -> bool:
    """Say whether a reader takes digits for what they are: a small number, a year of these times, a run."""
    is_year = len(digits) == 4 and _FIRST_YEAR <= int(digits) < _LAST_YEAR
    return is_year or len(digits) == 1 or digits == _RUNS.get(len(digits)) or (len(digits) == 2 and int(digits) < 60)


def _is_broken(value: bytes) -> bool:
    """Say whether bytes are a text in which some are none of it."""
    text = value.decode("ascii", "ignore")
    return value.decode("utf-8", "ignore").encode() != value and len(text) > len(value) / 2 and text.isprintable()


def is_scrap(text: str) -> bool:
    """Say whether a text looks like a piece of code or of a pattern: brackets left open, ranges, classes."""
    if len(text) < 2:
        return False
    return _OF_PATTERNS.search(text) is not None or any(
        text.count(first) != text.count(last) for first, last in _BRACKETS
    )


def with_usual_digits(text: str) -> str:
    """Return a text in which every run of digits is one that is as long and that a reader knows."""
    return re.sub(r"\d+", lambda found: _RUNS.get(len(found[0]), found[0]), text)


def with_one_usual_number(text: str) -> Iterator[str]:
    """Yield a text with one run of digits that a reader wonders about as one that is as long and known."""
    for found in re.finditer(r"\d+", text):
        if not _is_usual(found[0]) and (usual := _RUNS.get(len(found[0]))):
            yield text[: found.start()] + usual + text[found.end() :]


def with_usual_words(text: str) -> str:
    """Return a text in which every word that a reader does not know is one that is as long and known."""
    return re.sub(r"[^\W\d_]+", lambda found: usual_word(found[0]), text)


def with_usual_references(text: str) -> str:
    """Return a text in which every reference to a character, as HTML has them, is one that a reader knows."""
    text = re.sub(r"&#[xX][0-9a-fA-F]+;", "&#x41;", re.sub(r"&#\d+;", "&#65;", text))
    return re.sub(r"&[A-Za-z]\w*;", "&eacute;", text)


def as_statement(text: str) -> str:
    """Return a call that stands for an assignment or a deletion as that statement; anything else as it is."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return text
    if not isinstance(node, ast.Call):
        return text
    function, written = ast.unparse(node.func), [ast.get_source_segment(text, each) or "" for each in node.args]
    name = node.args[1].value if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) else None
    if function == "setattr" and isinstance(name, str) and name.isidentifier():
        return f"{written[0]}.{name} = {written[2]}"
    if function == "operator.setitem":
        return f"{written[0]}[{written[1]}] = {written[2]}"
    if function == "operator.delitem":
        return f"del {written[0]}[{written[1]}]"
    return text


def truth(expression: str, value: bool) -> str:
    """Return the claim that an expression is true or false; a comparison stands for itself."""
    node = ast.parse(expression, mode="eval").body
    if not isinstance(node, ast.Compare):
        return f"assert {expression} is {value}"
    if value:
        return f"assert {expression}"
    if isinstance(node.ops[0], ast.In):
        left, right = (ast.get_source_segment(expression, each) for each in (node.left, node.comparators[0]))
        return f"assert {left} not in {right}"
    return f"assert not {expression}"


def in_brackets(expression: str) -> str:
    """Return an expression that can stand before `is`: a comparison in brackets."""
    return f"({expression})" if isinstance(ast.parse(expression, mode="eval").body, ast.Compare) else expression


def followed(expression: str, by: str) -> str:
    """Return an expression with what is put behind it, an attribute or a call: what has an operator in brackets."""
    is_loose = by != "" and isinstance(ast.parse(expression, mode="eval").body, _LOOSE)
    return f"({expression}){by}" if is_loose else expression + by


def renamed(text: str, old: str, new: str) -> str:
    """Return source in which a name is another; texts and attributes stay."""
    if old not in text:
        return text
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, IndentationError):
        return text
    lines = text.splitlines(keepends=True)
    for before, token in reversed(list(zip([None, *tokens], tokens, strict=False))):
        if token.type == tokenize.NAME and token.string == old and (before is None or before.string != "."):
            row, (first, last) = token.start[0] - 1, (token.start[1], token.end[1])
            lines[row] = lines[row][:first] + new + lines[row][last:]
    return "".join(lines)
