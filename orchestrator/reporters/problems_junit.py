"""Problems of documents as JUnit XML: a suite per document, for CI that shows test results."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from orchestrator.errors import Problem, Severity
from orchestrator.reporters.xml_text import as_xml, xml_text


def render_problems_junit(documents: Mapping[str, Sequence[Problem]]) -> str:
    """Return a failure for each error, what a warning says as output, and a case that passes for a valid document."""
    root = ElementTree.Element("testsuites", name="orchestrate validate")
    for file, problems in documents.items():
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        cases = max(1, len(errors))
        suite = ElementTree.SubElement(
            root, "testsuite", name=xml_text(file), tests=str(cases), failures=str(len(errors)), errors="0", skipped="0"
        )
        for problem in errors:
            _failure(suite, file, problem)
        if not errors:
            ElementTree.SubElement(suite, "testcase", classname=xml_text(file), name="the document is valid")
        warnings = [_sentence(problem) for problem in problems if problem.severity is Severity.WARNING]
        if warnings:
            ElementTree.SubElement(suite, "system-out").text = xml_text("\n".join(warnings))
    return as_xml(root)


def _failure(suite: ElementTree.Element, file: str, problem: Problem) -> None:
    place = problem.place
    where = {"file": xml_text(place.file), "line": str(place.line)} if place else {}
    name = f"{problem.code} {place}" if place else problem.code
    case = ElementTree.SubElement(suite, "testcase", {"classname": xml_text(file), "name": xml_text(name), **where})
    failure = ElementTree.SubElement(case, "failure", message=xml_text(problem.message), type=problem.code)
    failure.text = xml_text(_sentence(problem))


def _sentence(problem: Problem) -> str:
    where = f"{problem.place}: " if problem.place else ""
    return f"{where}{problem.code} {problem.message}" + (f" ({problem.hint})" if problem.hint else "")
