"""Problems of a document as text: `file:line:col` first, the line with a caret, and what to do.

Four formats: `full` for people, `concise` for editors and problem matchers, `github` for annotations, `json`.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence

from orchestrator.errors import OrchestrateError, Place, Problem, Severity
from orchestrator.reporters.cells import cells, clip
from orchestrator.reporters.style import Look
from orchestrator.sanitize import TAB, line

FORMATS = ("full", "concise", "github", "json")
# GitHub shows ten annotations of a kind per step and drops the rest without a word.
_GITHUB_MOST = 10
_ALIKE_MOST, _ALIKE_SHOWN = 5, 3  # up to five of a kind are shown in full; of more, three
_WIDEST = 200  # columns of a source line when the stream has no width of its own


def render_problems(problems: Sequence[Problem], look: Look, *, format: str = "full") -> str:
    """Return all problems in order of file and line; each text ends with a newline, no problem gives an empty text."""
    ordered = sorted(problems, key=_order)
    if format == "json":
        return json.dumps({"schema_version": 1, "problems": [problem_json(p) for p in ordered]}, indent=2) + "\n"
    if not ordered:
        return ""
    if format == "concise":
        return "".join(f"{_concise(problem)}\n" for problem in ordered)
    if format == "github":
        return "".join(f"{command}\n" for command in _github(ordered))
    return "\n".join(_in_full(ordered, look)) + f"\n{count_problems(ordered, look)}\n"


def render_error(error: OrchestrateError, look: Look) -> str:
    """Return an expected error that is not about a document: where, what, what next."""
    where = f"{line(str(error.place))}: " if error.place else ""
    first, *rest = error.message.split("\n")
    text = f"{where}{look.paint('error', 'error')}: {line(first)}\n"
    text += "".join(f"  {line(part)}\n" for part in rest)
    return text + (f"  {look.paint('accent', 'hint')}: {line(error.hint)}\n" if error.hint else "")


def count_problems(problems: Sequence[Problem], look: Look) -> str:
    """Return the last line of a listing: how many errors and warnings."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    warnings = len(problems) - errors
    parts = [look.paint("error", _plural(errors, "error"))] if errors else []
    parts += [look.paint("warning", _plural(warnings, "warning"))] if warnings else []
    return ", ".join(parts)


def problem_json(problem: Problem) -> dict[str, object]:
    """Return a problem as JSON; keys are public API of `validate --format json`."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "end_column": place.end_column if place else None,
        "hint": problem.hint,
    }


def _plural(number: int, word: str) -> str:
    return f"{number} {word}{'s' if number != 1 else ''}"


def _order(problem: Problem) -> tuple[str, int, int, str]:
    place = problem.place
    return (place.file, place.line, place.column, problem.code) if place else ("", 0, 0, problem.code)


def _in_full(ordered: Sequence[Problem], look: Look) -> Iterator[str]:
    """Yield each problem; of one that stands at many places the first few, then the other places in short.

    A key that is wrong in one task of a list is mostly wrong in all of them, and would bury the other problems.
    """
    alike: dict[tuple[str, Severity, str, str], list[Problem]] = {}
    for problem in ordered:
        alike.setdefault(_kind_of(problem), []).append(problem)
    for problem in ordered:
        same = alike[_kind_of(problem)]
        if len(same) <= _ALIKE_MOST or problem in same[: _ALIKE_SHOWN - 1]:
            yield _full(problem, look)
        elif problem is same[_ALIKE_SHOWN - 1]:
            yield _full(problem, look) + _elsewhere(same[_ALIKE_SHOWN:], look)


def _kind_of(problem: Problem) -> tuple[str, Severity, str, str]:
    return problem.code, problem.severity, problem.message, problem.place.file if problem.place else ""


def _elsewhere(problems: Sequence[Problem], look: Look) -> str:
    """Return the places of further problems of a kind, as `line:column`, wrapped."""
    places = [f"{problem.place.line}:{problem.place.column}" for problem in problems if problem.place]
    head = f"the same at {len(problems)} more places" + (": " if places else "")
    width = max(40, min(look.width or _WIDEST, _WIDEST) - 8)
    rows = textwrap.wrap(head + ", ".join(places), width, break_long_words=False)
    gutter = look.paint("accent", "      |" if problems[0].place and problems[0].place.text else "      ")
    return "".join(f"{gutter} {row}\n" for row in rows)


def _full(problem: Problem, look: Look) -> str:
    where = f"{look.paint('bold', line(str(problem.place)))}: " if problem.place else ""
    head = f"{where}{look.paint(problem.severity.value, f'{problem.severity.value}[{problem.code}]')}: "
    head += f"{line(problem.message)}\n"
    if problem.place is None or not problem.place.text:
        return head + (f"  {look.paint('accent', 'help')}: {line(problem.hint)}\n" if problem.hint else "")
    return head + _snippet(problem, problem.place, look)


def _snippet(problem: Problem, place: Place, look: Look) -> str:
    """Return the source line and its caret; the hint stands behind the caret when there is room."""
    number = f"{place.line:>5}"
    width = (look.width or _WIDEST) - len(number) - 3
    text, start, length = _window(place, width)
    gutter = look.paint("accent", f"{' ' * len(number)} |")
    caret = look.paint(problem.severity.value, "^" * length)
    rows = f"{look.paint('accent', f'{number} |')} {text}".rstrip() + f"\n{gutter} {' ' * start}{caret}"
    if not problem.hint:
        return rows + "\n"
    hint = line(problem.hint)
    if start + length + 1 + cells(hint) <= width:
        return f"{rows} {hint}\n"
    return f"{rows}\n{gutter} {look.paint('accent', 'help')}: {hint}\n"


def _window(place: Place, width: int) -> tuple[str, int, int]:
    """Return the part of the source line that fits, and where in it the caret begins and how long it is, in columns."""
    first = max(0, min(place.column - 1, len(place.text)))
    last = max(first, min(place.end_column - 1, len(place.text)))
    before, marked, after = (
        line(part.replace("\t", " " * TAB)) for part in (place.text[:first], place.text[first:last], place.text[last:])
    )
    length = min(max(1, cells(marked)), max(1, width))
    start = cells(before)
    if start + length > width:
        room = max(0, (width - length) // 2)
        before = "..." + _tail(before, room - 3) if room > 3 else ""
        start = cells(before)
    return clip((before + marked + after).rstrip(), width, "..."), start, length


def _tail(text: str, width: int) -> str:
    """Return the last characters of a text that fit into `width` columns."""
    kept = ""
    for char in reversed(text):
        if cells(char + kept) > width:
            break
        kept = char + kept
    return kept


def _concise(problem: Problem) -> str:
    where = f"{line(str(problem.place))}: " if problem.place else ""
    hint = f" ({line(problem.hint)})" if problem.hint else ""
    mark = "" if problem.severity is Severity.ERROR else f"{problem.severity.value}: "
    return f"{where}{problem.code} {mark}{line(problem.message)}{hint}"


def _github(problems: Sequence[Problem]) -> list[str]:
    """Return workflow commands; the tenth of a kind says how many more there are."""
    commands = []
    for severity in Severity:
        mine = [problem for problem in problems if problem.severity is severity]
        shown = mine if len(mine) <= _GITHUB_MOST else mine[: _GITHUB_MOST - 1]
        commands += [_annotation(problem) for problem in shown]
        if len(mine) > len(shown):
            commands.append(f"::{severity.value} title=orchestrate::and {len(mine) - len(shown)} more, see the log")
    return commands


def _annotation(problem: Problem) -> str:
    place = problem.place
    where = (
        f"file={_property(place.file)},line={place.line},col={place.column},endColumn={place.end_column},"
        if place
        else ""
    )
    message = f"{line(problem.message)}. {line(problem.hint)}" if problem.hint else line(problem.message)
    return f"::{problem.severity.value} {where}title=orchestrate {_property(problem.code)}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(line(text)).replace(":", "%3A").replace(",", "%2C")
