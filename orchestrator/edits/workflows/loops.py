"""Shell loops over a list of names, and `docker build` commands as inputs of build-push-action."""

import re
import shlex
import textwrap
from dataclasses import dataclass
from typing import Any

from orchestrator.edits.result import EditCode, Refusal

_LOOP = re.compile(
    r"\A(?P<before>(?:[ \t]*(?:#[^\n]*|set -\S+(?: \S+)?)?\n)*)for[ \t]+(?P<variable>[A-Za-z_]\w*)[ \t]+in[ \t]+"
    r"(?P<values>[^;\n]+?)[ \t]*(?:;[ \t]*|\n[ \t]*)do\b[ \t]*\n?(?P<body>.*?)\n?[ \t]*(?:;[ \t]*)?\bdone[ \t]*\n?\Z",
    re.DOTALL,
)
BUILDS = re.compile(r"\b(?:docker (?:buildx )?build|python3? -m build|pip wheel|poetry build|make|npm run build)\b")
_FLAGS = {
    "-f": "file",
    "--file": "file",
    "-t": "tags",
    "--tag": "tags",
    "--target": "target",
    "--platform": "platforms",
}


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop that is the whole of a script: its variable, the values, the body without the loop's indentation."""

    variable: str
    values: tuple[str, ...]
    body: str


def find_loop(script: str) -> Loop | None:
    """Return the building loop that a script consists of, or None; Refusal E_DYNAMIC when its list is computed."""
    found = _LOOP.match(script)
    if found is None or not BUILDS.search(found["body"]):
        return None
    values = found["values"].split()
    if any(not re.fullmatch(r"[\w./-]+", value) for value in values):
        reason = f"the list of the loop is computed: {found['values']}"
        hint = "a job that prints the list as JSON can feed the matrix: `${{ fromJSON(needs.list.outputs.services) }}`"
        raise Refusal(EditCode.DYNAMIC, reason, hint=hint)
    body = textwrap.dedent(found["body"]).strip("\n") + "\n"
    return Loop(found["variable"], tuple(values), body)


_LISTS = (
    re.compile(r"(?P<head>(?:python3? -m )?tox(?:[ \t]+-(?!e\b)\S+)*[ \t]+-e[ \t=]*)(?P<values>[\w.,-]+)(?P<tail>.*)"),
    re.compile(
        r"(?P<head>(?:python3? -m )?nox(?:[ \t]+-(?![se]\b)\S+)*[ \t]+(?:-s|-e|--sessions?)[ \t]+)"
        r"(?P<values>[\w.-]+(?:[ \t]+[\w.][\w.-]*)+)(?P<tail>.*)"
    ),
    re.compile(
        r"(?P<head>(?:python3? -m )?pytest(?:[ \t]+-\S+)*[ \t]+)"
        r"(?P<values>[\w.][\w./-]*(?:[ \t]+[\w.][\w./-]*)+)(?P<tail>(?:[ \t]+-\S+)*[ \t]*)"
    ),
)
_ADDS_UP = re.compile(r"--cov-fail-under|--cov-append|--junit-?xml|;|&|\||>")


def find_list(script: str, variable: str) -> Loop | None:
    """Return the values that one command of tox, nox or pytest does one after another, as a loop over them.

    Refusal E_PRECONDITION where the command adds something up over all of them.
    """
    command = script.strip()
    found = next((match for pattern in _LISTS if (match := pattern.fullmatch(command)) is not None), None)
    values = tuple(re.split(r"[,\s]+", found["values"].strip(","))) if found is not None else ()
    if found is None or len(set(values)) < 2 or len(set(values)) != len(values):
        return None
    if _ADDS_UP.search(found["head"] + found["tail"]):
        raise Refusal(EditCode.PRECONDITION, f"`{command}` judges all of its list together")
    return Loop(variable, values, f'{found["head"]}"${{{variable}}}"{found["tail"]}')


def docker_build(loop: Loop, value: str) -> dict[str, Any] | None:
    """Return the inputs of build-push-action for a body that is one plain `docker build`, else None."""
    command = loop.body.replace("\\\n", " ").strip()
    if "\n" in command or re.search(r"[;&|<>`]|\$\(", re.sub(r"\$\{\{.*?\}\}", "", command)):
        return None
    spelled = re.sub(rf"\$\{{{loop.variable}\}}|\${loop.variable}\b", value, command)
    try:
        words = shlex.split(
            re.sub(r"\$\{\{\s*(.*?)\s*\}\}", lambda found: "${{" + found[1].replace(" ", "\x00") + "}}", spelled)
        )
    except ValueError:
        return None
    words = [
        re.sub(r"\$\{\{(.*?)\}\}", lambda found: "${{ " + found[1].replace("\x00", " ") + " }}", word) for word in words
    ]
    if words[:2] == ["docker", "build"]:
        words = words[2:]
    elif words[:3] == ["docker", "buildx", "build"]:
        words = words[3:]
    else:
        return None
    if any("$" in re.sub(r"\$\{\{.*?\}\}", "", word) for word in words):
        return None  # other variables of the shell are not known to an action
    return _inputs(words)


def _inputs(words: list[str]) -> dict[str, Any] | None:
    lists: dict[str, list[str]] = {"build-args": [], "tags": []}
    single: dict[str, str] = {}
    at = 0
    while at < len(words):
        name, equals, given = words[at].partition("=")
        if not name.startswith("-"):
            if "context" in single:
                return None
            single["context"] = words[at]
        elif name in _FLAGS or name == "--build-arg":
            if not equals:
                at += 1
                given = words[at] if at < len(words) else ""
            target = _FLAGS.get(name, "build-args")
            if target in lists:
                lists[target].append(given)
            else:
                single[target] = given
        else:
            return None
        at += 1
    if "context" not in single:
        return None
    inputs: dict[str, Any] = {key: single[key] for key in ("context", "file", "target", "platforms") if key in single}
    for key in ("build-args", "tags"):
        if lists[key]:
            inputs[key] = lists[key][0] if len(lists[key]) == 1 else "\n".join(lists[key]) + "\n"
        if key == "build-args":
            inputs["push"] = False
    return inputs
