"""`safety check` is not supported any more, and its successor wants an account: pip-audit does the same without one."""

import re

from orchestrator.edits.workflows.commands import logical_lines

_CHECK = re.compile(
    r"(?P<runner>\b(?:poetry run|uv run|python3? -m)[ \t]+)?\bsafety[ \t]+check\b(?P<rest>(?:\\\n|[^\n|;&])*)"
)
_REQUIREMENTS = re.compile(r"(?:-r|--file|--requirement)[= \t]+(\S+)")
_INSTALL = re.compile(r"\b(pip3? install[^\n]*?)\bsafety\b(?:[=<>~!]=?[\w.]+)?")
_BROUGHT = re.compile(r"\b(?:install|add|uvx|pipx run)\b[^\n]*\bpip-audit\b")
_RUN = re.compile(r"\bpip[-_]audit\b")


def checks_safety(script: str) -> bool:
    """Say whether a script runs `safety check`."""
    return _CHECK.search(script) is not None


def with_pip_audit(script: str) -> str:
    """Return a script with pip-audit in the place of safety, on the same requirements, and installed ahead of it."""
    first = _CHECK.search(script)
    if first is None:
        return script
    changed = _INSTALL.sub(r"\1pip-audit", _CHECK.sub(_audit, script))
    if _BROUGHT.search(changed):
        return changed
    line = next(line for line in logical_lines(changed) if _RUN.search(line.text))
    indent = line.text[: len(line.text) - len(line.text.lstrip())]
    runner = first["runner"] or ""
    install = "uv pip install pip-audit" if runner.startswith("uv") else f"{runner}pip install pip-audit"
    return f"{changed[: line.start]}{indent}{install}\n{changed[line.start :]}"


def _audit(found: re.Match[str]) -> str:
    runner = found["runner"] or ""
    program = "pip_audit" if runner.startswith("python") else "pip-audit"
    rest = found["rest"]
    files = _REQUIREMENTS.findall(rest.replace("\\\n", " "))
    return runner + " ".join([program, *(f"-r {name}" for name in files)]) + rest[len(rest.rstrip(" \t")) :]
