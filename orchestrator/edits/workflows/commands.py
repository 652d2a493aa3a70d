"""Shell scripts of `run`: logical lines, tools that judge (auditors, tests, linters), and what lets them pass."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

TEST = re.compile(
    r"\b(?:npm (?:run )?test\b|npm t\b|yarn (?:run )?test\b|pnpm (?:run )?test\b|(?:npx )?(?:jest|vitest|mocha)\b"
    r"|(?:python3? -m )?pytest\b|tox\b|nox\b|manage\.py test\b|go test\b|cargo test\b|phpunit\b|rspec\b"
    r"|gradlew? test\b)"
)
AUDITORS = (
    "safety", "pip-audit", "npm audit", "pnpm audit", "yarn audit", "yarn npm audit", "trivy", "grype", "snyk",
    "bandit", "semgrep", "gitleaks", "cargo audit", "govulncheck", "checkov", "tfsec", "hadolint",
    "eslint", "mypy", "tsc", "flake8", "ruff", "black --check", "isort --check", "pylint", "prettier --check",
    "npm run lint", "npm run typecheck", "npm run type-check", "npm run test", "npm test", "yarn test", "yarn lint",
    "pnpm test", "pnpm lint", "jest", "vitest", "pytest", "tox", "go test", "go vet", "cargo test", "phpunit",
)  # fmt: skip
Excuse = Literal["|| true", "|| echo", "|| :", "|| exit 0", "; true", "set +e"]
_FLAGS = re.compile(
    r"(?:[ \t]*\\\n[ \t]*|[ \t]+)"
    r"(?:--continue-on-error(?:=true)?|--exit-zero|--soft-fail|--exit-code[= ]['\"]?0['\"]?)(?=[ \t\\;|&]|$)"
)
_SAID = r"(?:echo|printf)\b(?:[^|&;\n\"'{}()#]|(?<=\S)#|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|\$\{[^}\n]*\}+)*"
_IDLE = rf"(?:true|:|exit[ \t]+0|{_SAID})"
_GROUP = rf"\{{[ \t]*(?:{_IDLE};[ \t]*)+\}}|\([ \t]*{_IDLE}(?:;[ \t]*{_IDLE})*[ \t]*\)"
_EXCUSE = re.compile(rf"[ \t\\\n]*(?:\|\|[ \t\\\n]*(?:{_IDLE}|{_GROUP})|;[ \t]*true)[ \t]*(?P<note>#[^\n]*)?\Z")
EXCUSES: tuple[Excuse, ...] = ("|| true", "|| echo", "|| :", "|| exit 0", "; true", "set +e")
_HEAD = r"(?:^|[;&|({][ \t]*|\b(?:npx|poetry run|uv run|uvx|pipx run|python3? -m|sudo|time|if|then|do|!)[ \t]+)"
PLACEHOLDER = re.compile(r"(?:echo|printf|true|:|sleep|exit[ \t]+0|#)(?:[ \t].*)?\Z", re.DOTALL)
_UNSAFE_ECHO = re.compile(r"\$\(|`|>>?|\|")


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: physical ones that a backslash joins; `start` and `end` are its span in the script."""

    start: int
    end: int
    text: str


def logical_lines(script: str) -> Iterator[Line]:
    """Yield the logical lines of a script."""
    at = 0
    while at < len(script):
        end = at
        while True:
            stop = script.find("\n", end)
            stop = len(script) if stop < 0 else stop
            if stop >= len(script) or not script[at:stop].endswith("\\"):
                break
            end = stop + 1
        yield Line(at, stop, script[at:stop])
        at = stop + 1


def runs_tool(line: str, tools: tuple[str, ...] = AUDITORS) -> bool:
    """Say whether a logical line starts one of the tools; comments and the installing of it do not."""
    text = line.strip()
    if text.startswith("#"):
        return False
    return _starting(tools).search(text) is not None


@lru_cache(maxsize=32)
def _starting(tools: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{_HEAD}(?:{'|'.join(map(re.escape, tools))})(?![\\w-])", re.MULTILINE)


def without_excuses(
    script: str, tools: tuple[str, ...] = AUDITORS, excuses: Collection[Excuse] = frozenset(EXCUSES)
) -> str:
    """Return the script in which no named tool is let pass: no `|| true`, no `--exit-zero`, no `--continue-on-error`.

    An excuse counts only at the end of a line whose last command is the tool: a `|| true` behind anything else stays.
    """
    changed = _without_plus_e(script, tools) if "set +e" in excuses else script
    for line in reversed(list(logical_lines(changed))):
        if not runs_tool(line.text, tools):
            continue
        text = _FLAGS.sub("", line.text)
        found = _EXCUSE.search(text)
        while (
            found is not None
            and _kind_of(found[0]) in excuses
            and runs_tool(_last_command(text[: found.start()]), tools)
        ):
            note = f"  {found['note']}" if found["note"] else ""
            text = text[: found.start()].rstrip(" \t\\\n") + note
            found = _EXCUSE.search(text)
        changed = changed[: line.start] + text + changed[line.end :]
    return changed


def _kind_of(excuse: str) -> str:
    """Return which excuse a match of the pattern is; a group counts as what it says, or else does."""
    text = excuse.strip(" \t\\\n")
    if text.startswith(";"):
        return "; true"
    said = re.search(r"\b(?:echo|printf|true|exit)\b|:", text.removeprefix("||"))
    return {"echo": "|| echo", "printf": "|| echo", "exit": "|| exit 0", ":": "|| :"}.get(
        said[0] if said else "", "|| true"
    )


def _without_plus_e(script: str, tools: tuple[str, ...]) -> str:
    """Take `set +e` away ahead of a tool where nothing looks at an exit code or turns the option on again."""
    if re.search(r"\$\?|PIPESTATUS|^\s*set -\w*e", script, re.MULTILINE):
        return script
    lines = list(logical_lines(script))
    for at, line in enumerate(lines):
        if line.text.strip() == "set +e" and any(runs_tool(other.text, tools) for other in lines[at + 1 :]):
            return script[: line.start] + script[min(line.end + 1, len(script)) :]
    return script


def _last_command(text: str) -> str:
    return re.split(r"&&|;|\|\|", text)[-1].strip()


def is_placeholder(script: str) -> bool:
    """Say whether a script does nothing but talk: echo, true, sleep, exit 0, comments."""
    lines = [line.text.strip() for line in logical_lines(script) if line.text.strip()]
    return all(PLACEHOLDER.match(line) and not _UNSAFE_ECHO.search(line.split("#", 1)[0]) for line in lines)


def pipes_without_pipefail(step_shell: str | None, script: str, tools: tuple[str, ...] = AUDITORS) -> bool:
    """Say whether a tool's exit code is lost in a pipe: without `shell: bash` there is no pipefail."""
    if step_shell is not None or "pipefail" in script:
        return False
    return any(
        runs_tool(line.text, tools) and re.search(r"(?<!\|)\|(?!\|)", line.text) for line in logical_lines(script)
    )
