"""The pages for readers name only commands, options and places that exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.completion import parameters_of

PROJECT = Path(__file__).parents[2]
NAMES = ("README.md", "QUICKSTART.md", "CONTRIBUTING.md", "examples/README.md")
PAGES = [*NAMES, *(f"docs/{page.name}" for page in sorted((PROJECT / "docs").glob("*.md")))]
_LINE = re.compile(r"^(?:\$ |\s*- (?:run: )?)?(orchestrate [a-z].*)$", re.MULTILINE)
_SPAN = re.compile(r"`(orchestrate [a-z][^`]*)`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
_ENDS = re.compile(r"\s#\s|\s{3,}|&&|\|\||[>|;)]")  # a comment, the next column, the next command


def lines_of(text: str) -> Iterator[str]:
    """Yield every command line of `orchestrate` in a page, without what stands behind it."""
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    outside = re.sub(r"^```\w*\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for found in (*_LINE.findall(blocks), *_SPAN.findall(outside)):
        yield _ENDS.split(found, maxsplit=1)[0].strip()


def mistake_in(line: str) -> str:
    """Return what a command line names that does not exist, "" for nothing."""
    _, command, *words = shlex.split(line)
    if command not in COMMANDS:
        return "" if command.isupper() else f"no command {command}"
    known = {name for each in parameters_of(command) for name in each.opts} | {"--help", "-h"}
    options = [word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)]
    return ", ".join(f"no option {each}" for each in options if each not in known)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_line_of_a_page_is_one(page: str) -> None:
    lines = list(lines_of((PROJECT / page).read_text(encoding="utf-8")))
    assert {line: wrong for line in lines if (wrong := mistake_in(line))} == {}


def test_a_wrong_command_line_is_noticed() -> None:
    page = "```\norchestrate run --al   everything\n$ orchestrate plann\n```\nor `orchestrate undo --merge`\n"
    assert [mistake_in(line) for line in lines_of(page)] == ["no option --al", "no command plann", ""]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    lost = []
    for path, heading in _LINK.findall(text):
        target = (PROJECT / page).parent / path if path else PROJECT / page
        if not target.exists() or (heading and heading not in anchors_of(target)):
            lost.append(f"{path}#{heading}")
    assert lost == []


def anchors_of(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}
