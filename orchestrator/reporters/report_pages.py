"""A report as a page (one file of HTML, nothing loaded), as Markdown, and for CI as JUnit XML.

All of the page can be read where scripts are forbidden; its one script filters tasks, and no other can run.
"""

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from orchestrator.models.status import DONE, TaskState
from orchestrator.reporters.coverage_progress import Moment, percent
from orchestrator.reporters.durations import took
from orchestrator.reporters.outline import CheckLine
from orchestrator.reporters.report import Report, TaskRow
from orchestrator.reporters.report_format import Format
from orchestrator.reporters.style import Look
from orchestrator.reporters.xml_text import as_xml, xml_text
from orchestrator.sanitize import block, line

_PAGES = Path(__file__).with_name("pages")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")
_MOST_OPEN = 400  # tasks; the graph of more is shown when it is asked for
_GLYPHS = {state: Look().of_state(state)[0] for state in TaskState}
_BAD = frozenset({TaskState.FAILED, TaskState.BLOCKED, TaskState.CANCELLED, TaskState.INTERRUPTED})


def render_report(report: Report, format: Format) -> str:
    """Return the report as text."""
    return _RENDERERS[format](report)


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_PAGES),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "line": line,
        "block": block,
        "percent": _percent,
        "md": _md,
        "covered": _covered,
        "check": _check,
        "took": took,
        "tone": _tone,
    }
    made.globals |= {"bad": _BAD, "glyphs": _GLYPHS, "most_open": _MOST_OPEN}
    return made


def _html(report: Report) -> str:
    script = (_PAGES / "report.js").read_bytes()
    seal = b64encode(sha256(script).digest()).decode()
    return _environment().get_template("report.html.j2").render(report=report, seal=seal)


def _markdown(report: Report) -> str:
    return _environment().get_template("report.md.j2").render(report=report)


def _md(text: str) -> str:
    """Return text that Markdown shows as it is, within a cell of a table too."""
    return _MARKDOWN.sub(r"\\\1", line(text))


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{percent(value)} %"


def _covered(moment: Moment | None) -> str:
    if moment is None:
        return "-"
    counts = f" ({moment.covered} of {moment.total})" if moment.covered is not None and moment.total is not None else ""
    return f"{percent(moment.value)} %{counts}"


def _tone(state: TaskState) -> str:
    """Return the class of a state on the page."""
    if state in _BAD:
        return "bad"
    return "wait" if state is TaskState.WAITING else "good" if state in DONE else "dim"


def _check(check: CheckLine) -> str:
    """Return what was measured, beside what was asked for."""
    if check.value is None or (check.unit != "%" and check.message):
        return check.message
    unit = f" {check.unit}" if check.unit else ""
    return f"{percent(check.value)}{unit}" + (
        f", limit {percent(check.limit)}{unit}" if check.limit is not None else ""
    )


def _junit(report: Report) -> str:
    """Return one suite per group and one for the checkpoints: a task is a case."""
    root = ElementTree.Element("testsuites", name=xml_text(report.project or "orchestrate"))
    for group in report.groups:
        suite = ElementTree.SubElement(root, "testsuite", name=xml_text(group.title))
        for task in group.tasks:
            _case(suite, group.title, task)
        _count(suite)
    if report.checks:
        suite = ElementTree.SubElement(root, "testsuite", name="checkpoints")
        for check in report.checks:
            case = ElementTree.SubElement(
                suite, "testcase", classname=xml_text(check.scope), name=xml_text(check.title)
            )
            if not check.ok:
                failure = ElementTree.SubElement(case, "failure", message=xml_text(_check(check)))
                failure.text = xml_text(check.said) or None
        _count(suite)
    return as_xml(root)


def _case(suite: ElementTree.Element, title: str, task: TaskRow) -> None:
    seconds = task.ended.seconds if task.ended is not None and task.ended.seconds is not None else 0.0
    name = xml_text(f"{task.id} {task.name}".strip())
    case = ElementTree.SubElement(suite, "testcase", classname=xml_text(title), name=name, time=f"{seconds:.3f}")
    if task.state in _BAD:
        kind = "failure" if task.state is TaskState.FAILED else "error"
        what = ElementTree.SubElement(
            case, kind, message=xml_text(task.said or task.state.value), type=task.state.value
        )
        what.text = xml_text(task.detail)
    elif task.state not in (TaskState.CHANGED, TaskState.UNCHANGED):
        ElementTree.SubElement(case, "skipped", message=xml_text(task.said or task.state.value))


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite):.3f}")


_RENDERERS: dict[Format, Callable[[Report], str]] = {
    Format.MD: _markdown,
    Format.HTML: _html,
    Format.JUNIT: _junit,
}
