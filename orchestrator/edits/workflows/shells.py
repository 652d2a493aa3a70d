"""Which shell reads a step's script, and where in it a variable is read as one.

An expression that moves from a script to `env` becomes `${NAME}`: that is the same only in sh and bash, and only where
the shell expands variables: not between single quotes, and not in a document that another program runs.
"""

import re

from orchestrator.edits.workflows.shape import matrix_of
from orchestrator.models.json import Json, JsonObject

POSIX = frozenset(("bash", "sh"))
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_COMMENT = re.compile(r"(?<![^\s;])#[^\n]*")
_DOCUMENT = re.compile(r"<<(?:<|(?P<tabs>-?)[ \t]*[\\'\"]?(?P<word>[\w.-]+)['\"]?)")  # `<<<` opens none
_CODE = re.compile(
    r"\b(?:eval\b|(?:bash|sh|zsh)[ \t]+-\w*c\b"
    r"|(?:python3?|node|ruby|perl|php|deno|bun|pwsh)\b(?:[^\n|;&]|\\\n)*[ \t]-\w*[cer]\b)"
)


def shell_of(workflow: JsonObject, job: JsonObject, step: JsonObject) -> str | None:
    """Return the name of the shell that runs a step, None when it is not certain."""
    for owner in (step, _run_defaults(job), _run_defaults(workflow)):
        if owner.get("shell") is not None:
            words = str(owner["shell"]).split()
            return words[0].rsplit("/", 1)[-1] if words and "${{" not in words[0] else None
    if job.get("container") is not None:
        return "sh"
    runners = _runners(job).lower()
    if "windows" in runners:
        return "pwsh" if "ubuntu" not in runners and "macos" not in runners else None
    return "bash" if "${{" not in runners or "ubuntu" in runners or "macos" in runners else None


def runs_on_linux(job: JsonObject) -> bool:
    """Say whether a job certainly runs on Linux, in every entry of its matrix."""
    runners = _runners(job).lower()
    return not ("windows" in runners or "macos" in runners or ("${{" in runners and "ubuntu" not in runners))


def _run_defaults(owner: JsonObject) -> JsonObject:
    defaults = owner.get("defaults")
    run = defaults.get("run") if isinstance(defaults, dict) else None
    return run if isinstance(run, dict) else {}


def _runners(job: JsonObject) -> str:
    """Return the text of `runs-on`, with the whole matrix where that decides."""
    value: Json = job.get("runs-on")
    text = str(value)
    return f"{text} {matrix_of(job)}" if "matrix." in text else text


def is_code(script: str, at: int) -> bool:
    """Say whether an offset lies in text that the shell hands to an interpreter as a program."""
    start = script.rfind("\n", 0, at) + 1
    while start > 1 and script[: start - 1].endswith("\\"):
        start = script.rfind("\n", 0, start - 1) + 1
    return _CODE.search(script, start, at) is not None


def unexpanded(script: str) -> list[tuple[int, int]]:
    """Return the spans in which the shell reads no variables, and all documents (`<<EOF`): who reads those decides."""
    found: list[tuple[int, int]] = []
    documents: list[re.Match[str]] = []
    inside = [""]  # what is open: a double quote, `$(` or `$((`
    at = 0
    while at < len(script):
        span = _EXPRESSION.match(script, at) or _ESCAPE.match(script, at)
        is_quoted = inside[-1] == '"'
        if span is None and not is_quoted:
            span = _COMMENT.match(script, at) or (_DOCUMENT.match(script, at) if inside[-1] != "$((" else None)
            documents += [span] if span is not None and span.re is _DOCUMENT and span["word"] else []
        character = script[at]
        if span is not None:
            at = span.end()
        elif character == "'" and not is_quoted:
            end = _end_of_quote(script, at)
            found.append((at, end))
            at = end
        elif character == "\n" and documents:
            end = _end_of_document(script, at + 1, documents.pop(0))
            found.append((at + 1, end))
            at = end - 1 if documents and end > at + 1 else end
        else:
            at += _step(script, at, inside)
    return found


def _step(script: str, at: int, inside: list[str]) -> int:
    """Open or close what one sign opens or closes; return its length."""
    opened = next((sign for sign in ("$((", "$(") if script.startswith(sign, at)), None)
    if opened is not None:
        inside.append(opened)
        return len(opened)
    closed = {"$((": "))", "$(": ")", '"': '"'}.get(inside[-1])
    if closed is not None and script.startswith(closed, at):
        inside.pop()
        return len(closed)
    if script[at] == '"':
        inside.append('"')
    return 1


def _end_of_quote(script: str, at: int) -> int:
    r"""Return the offset behind the closing quote; `$'…'` knows `\'`."""
    is_ansi = at > 0 and script[at - 1] == "$"
    end = at + 1
    while end < len(script):
        expression = _EXPRESSION.match(script, end)
        if expression is not None:
            end = expression.end()
        elif is_ansi and script[end] == "\\":
            end += 2
        elif script[end] == "'":
            return end + 1
        else:
            end += 1
    return len(script)


def _end_of_line(script: str, at: int) -> int:
    end = script.find("\n", at)
    return len(script) if end < 0 else end


def _end_of_document(script: str, at: int, document: re.Match[str]) -> int:
    """Return the offset behind the line that ends a document."""
    while at < len(script):
        end = _end_of_line(script, at)
        line = script[at:end]
        if (line.lstrip("\t") if document["tabs"] else line) == document["word"]:
            return min(end + 1, len(script))
        at = end + 1
    return len(script)
