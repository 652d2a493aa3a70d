"""Problems of documents as SARIF 2.1.0 (OASIS), which code scanning of GitHub and many editors read."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import TypeAlias
from urllib.parse import quote

from orchestrator.errors import Place, Problem
from orchestrator.models.json import Json, JsonObject
from orchestrator.sanitize import line

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_PRINT = "problemInDocument/v1"
Rules: TypeAlias = Mapping[str, tuple[str, str]]  # title and explanation of each code


def render_sarif(problems: Sequence[Problem], rules: Rules, version: str) -> str:
    """Return one run with a result for each problem and a rule for each code that occurs."""
    codes = sorted({problem.code for problem in problems})
    driver: JsonObject = {
        "name": "orchestrate",
        "version": version,
        "rules": [_rule(code, *rules.get(code, (code, ""))) for code in codes],
    }
    seen: dict[str, int] = {}
    run: JsonObject = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code), seen) for problem in problems],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str, title: str, text: str) -> Json:
    rule: JsonObject = {
        "id": code,
        "shortDescription": {"text": title},
        "help": {"text": f"{text}\n\norchestrate explain {code}".strip()},
        "defaultConfiguration": {"level": "warning" if code.startswith("W") else "error"},
    }
    return rule


def _result(problem: Problem, rule: int, seen: dict[str, int]) -> Json:
    text = line(problem.message) + (f". {line(problem.hint)}" if problem.hint else "")
    place = problem.place
    result: JsonObject = {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity.value,
        "message": {"text": text},
        "locations": [_location(place)] if place else [],
        "partialFingerprints": {_PRINT: _fingerprint(problem, seen)},
    }
    return result


def _location(place: Place) -> Json:
    region: JsonObject = {
        "startLine": max(1, place.line),
        "startColumn": max(1, place.column),
        "endColumn": max(1, place.column, place.end_column),
    }
    return {"physicalLocation": {"artifactLocation": _artifact(place.file), "region": region}}


def _artifact(file: str) -> Json:
    """Return where a file is: below the repository that is scanned, or anywhere on this machine."""
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}


def _fingerprint(problem: Problem, seen: dict[str, int]) -> str:
    """Return what stays the same when lines above are added: code, message and line, and which of several alike."""
    place = problem.place
    parts = [problem.code, problem.message, place.file if place else "", place.text.strip() if place else ""]
    same = sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[same] = seen.get(same, 0) + 1
    return f"{same}:{seen[same]}"
