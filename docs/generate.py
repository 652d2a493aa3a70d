"""Write `document.md`, `commands.md` and `actions.md` from what defines them: models, plug-ins, commands, actions.

python docs/generate.py           write them
python docs/generate.py --check   exit with 1 when one of them is not current
"""

import importlib
import inspect
import sys
import types
from collections.abc import Container, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from orchestrator.cli.commands import COMMANDS
from orchestrator.cli.completion import parameters_of
from orchestrator.cli.help import MEANINGS
from orchestrator.edits.action import Action, WorkflowParams
from orchestrator.edits.registry import action_names, find_action
from orchestrator.errors import PRECEDENCE
from orchestrator.models.document import Document, parse_duration
from orchestrator.plugins import BUILT_IN, Catalogue
from orchestrator.templating.filters import FILTERS
from orchestrator.templating.visible import VISIBLE

HERE = Path(__file__).parent
DOCUMENT_HEAD = """\
# phases.yaml

Every key, its type, its default and what it means. Made by `python docs/generate.py` from the models that the loader
validates with; `orchestrate schema` prints the same as JSON Schema for editors. Unknown keys are errors. A first
document: `orchestrate help document`; small ones with one idea each: `examples/`.

```
version, project, settings, params, profiles, include, guards
phases                     run in file order
  groups                   of a phase start together, unless `depends_on` orders them
    tasks                  of a group run one after the other, or with `execution: parallel` together
    checkpoint             measured when the group is done; what follows waits for it
  checkpoint               the same for the phase
```

* Task types: [command](#type-command), [config_edit](#type-config_edit), [file_generation](#type-file_generation),
  [manual](#type-manual), [test_generation](#type-test_generation). What `config_edit` can do: [actions.md](actions.md).
* A handler's params stand under `with:` or directly on the task, never one key in both.
* Ids are text; write them in quotes. Groups are named by letter (`a`), in full (`1.a`) or as `group_a`; phases as `1`
  or `phase_1`.
* Paths are relative to the root of the repository (`project.root`), and may not leave it.
* A *duration* is a number of seconds or text like `90s`, `5m`, `1h30m`. 0 means off, for every limit.
* A checkpoint is measured when work is done. A guard is asked before it starts. Either can stop what follows.

## Expressions

`{{ … }}` is an expression in Jinja's language. It may stand in the params of handlers, checkpoints and guards, in
`env`, `name` and `outputs`. `when` is one, with or without the braces.

| name | is |
|---|---|
| `params.NAME` | a param of the document |
| `project.name` | as in the document |
| `env.NAME` | a variable: those of `settings.env` and `env:`, and of the environment only VISIBLE and `LC_*` |
| `task.id`, `.name`, `.phase`, `.group`, `.attempt` | the task itself |
| `item`, or the name in `as:` | the file or item of `foreach` |
| `tasks["1.1"].outputs.NAME` | what an earlier task of the run put out |
| `previous.NAME` | the outputs of this task's last success |
| `run.id`, `run.dry_run` | the run |
| `result` | in `outputs:` only: what the attempt gave |

A name that is missing is an error. Where it may be missing, ask: `env.CI is defined`, `env.CI | default('')`.
Filters: FILTERS.
"""
COMMANDS_HEAD = """\
# Commands

Made by `python docs/generate.py` from the commands themselves; `orchestrate COMMAND --help` shows the same. An option
with a variable can also be set in the environment (`orchestrate help environment`); the command line wins. What a
command ends with: [exit codes](#exit-codes).
"""
CHOOSING_HEAD = """\
`plan` and `run` take the same selection. Without one, `plan` shows everything and `run` asks; `--all` answers.

* The values of one option add up: `--task 1.1 --task 1.2` selects both tasks.
* Different options narrow each other: `--phase 2 --group c` selects group c of phase 2, `--phase 2 --failed` what
  failed there.
* What a selected task depends on has to be done already. If it is not, the command ends with exit code 2 and names it:
  `--with-deps` adds it, `--only` takes it as done.
* An empty selection ends with exit code 5; `--allow-empty` makes it 0.
"""
ACTIONS_HEAD = """\
# Actions

What `type: config_edit` and `orchestrate edit` can do to a file, and the params of each. Made by
`python docs/generate.py` from the actions themselves; `orchestrate actions NAME` shows the same in a terminal.

In a document the params stand beside `action` and `target`, or under `with:`:

```yaml
- {id: "1.1", name: limits, type: config_edit, action: add_timeouts, target: .github/workflows/ci.yml, minutes: 20}
```

By hand: `orchestrate edit add_timeouts .github/workflows/ci.yml --with minutes=20` shows the diff, `--write` makes it.

Without a target an action looks where its files usually are (workflows, Jest's configuration, `package.json`,
`pyproject.toml`, Dockerfiles) and takes the one in which it has something to do; if several fit, it names them and
edits none. The actions at a path (`yaml_set`, `json_merge`, ...) always need one.
"""
# The kinds of file that actions edit, in the order in which a reader looks for them; the first kind decides.
KINDS = {
    "workflow": "Workflows",
    "yaml": "YAML",
    "json": "JSON and package.json",
    "javascript": "JavaScript and TypeScript configuration",
    "toml": "TOML and pyproject.toml",
    "dockerfile": "Dockerfiles",
}
SIMPLE = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): ""}


# ---------------------------------------------------------------- the document


def document_md() -> str:
    """Return the text of document.md."""
    names = {"VISIBLE": sorted(VISIBLE), "FILTERS": sorted(FILTERS)}
    head = DOCUMENT_HEAD
    for word, found in names.items():
        head = head.replace(word, ", ".join(f"`{name}`" for name in found))
    parts = [head]
    parts += [section(model, "##") for model in models_below(Document)]
    catalogue = Catalogue(scan=False)
    for kind, find in (("handlers", catalogue.handler), ("checkpoints", catalogue.checkpoint)):
        parts.append("## Params of handlers\n" if kind == "handlers" else "## Params of checkpoints\n")
        for name in BUILT_IN[kind]:
            found = find(name)
            about = "\n".join(row.strip() for row in (type(found).__doc__ or "").strip().split("\n"))
            parts.append(f"### `type: {name}`\n\n{about}\n\n{table(found.params_model)}")
            parts += [section(model, "####") for model in models_below(found.params_model)[1:]]
    return "\n".join(parts)


def models_below(model: type[BaseModel]) -> list[type[BaseModel]]:
    """Return a model and those of its fields, each once, in the order in which a reader meets them."""
    found: dict[type[BaseModel], None] = {model: None}
    for field in model.model_fields.values():
        for leaf in leaves(field.annotation):
            if isinstance(leaf, type) and issubclass(leaf, BaseModel):
                found |= dict.fromkeys(models_below(leaf))
    return list(found)


def leaves(annotation: Any) -> Iterator[Any]:
    """Yield the plain types that a type is made of."""
    if get_origin(annotation) is None or get_origin(annotation) is Literal:
        yield annotation
    else:
        for part in get_args(annotation):
            yield from leaves(part)


def section(model: type[BaseModel], level: str) -> str:
    """Return the heading, the meaning and the table of one model."""
    about = " ".join((model.__doc__ or "").split())
    return f"{level} {model.__name__}\n\n{about}\n\n{table(model)}"


def table(model: type[BaseModel], without: Container[str] = ()) -> str:
    """Return a row per key."""
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for name, field in model.model_fields.items():
        if name in without:
            continue
        default = "needed" if field.is_required() else shown_default(field)
        rows.append(f"| `{field.alias or name}` | {type_of(field)} | {default} | {cell(field.description or '')} |")
    return "\n".join(rows) + "\n"


def cell(text: str) -> str:
    """Return the text as it may stand in a cell."""
    return text.replace("|", "\\|")


def shown_default(field: FieldInfo) -> str:
    """Return a default as one would write it; nothing where the key then simply has no effect."""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, list):
        return f"`[{', '.join(map(plain, value))}]`" if value else "none"
    if value is None or value in ("", {}) or isinstance(value, BaseModel):
        return "none" if value is None or value in ("", {}) else "see there"
    return f"`{plain(value)}`"


def plain(value: Any) -> str:
    """Return a value as YAML has it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def type_of(field: FieldInfo) -> str:
    """Return the type in words, with its bounds."""
    if _is_duration(field.metadata):
        return "duration"
    return words_of(field.annotation) + _bounds(field.metadata)


def words_of(annotation: Any) -> str:
    """Return a type in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return "duration" if _is_duration(parts[1:]) else words_of(parts[0])
    if origin is Literal:
        return " \\| ".join(f"`{part}`" for part in parts)
    if origin in (Union, types.UnionType):
        return " or ".join(filter(None, map(words_of, parts)))
    if origin is list:
        return f"list of {words_of(parts[0])}"
    if origin is dict:
        return f"map of {words_of(parts[1])}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " \\| ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return SIMPLE.get(annotation, "any value")


def _is_duration(metadata: Any) -> bool:
    return any(isinstance(entry, BeforeValidator) and entry.func is parse_duration for entry in metadata)


def _bounds(metadata: Any) -> str:
    found = {type(entry): entry for entry in metadata}
    least, most = found.get(Ge), found.get(Le)
    if least and most:
        return f", {least.ge:g} to {most.le:g}"
    if least or most:
        return f", at least {least.ge:g}" if least else f", at most {most.le:g}"
    fewest, longest = found.get(MinLen), found.get(MaxLen)
    if fewest and fewest.min_length and longest:
        return f", {fewest.min_length} to {longest.max_length:,}"
    return ""


# ---------------------------------------------------------------- the commands

Option = Any  # one of click, of which typer says no type
_COMMON = 4  # commands; an option that so many have is told once for all of them


def commands_md() -> str:
    """Return the text of commands.md."""
    common, choosing = shared_options()
    parts = [COMMANDS_HEAD, *(f"* {group}: {_links(group)}" for group in _groups()), ""]
    for group in _groups():
        parts.append(f"## {group}\n")
        parts += [command_section(name, common, choosing) for name, each in COMMANDS.items() if each.section == group]
    parts += [
        f"## Selecting tasks\n\n{CHOOSING_HEAD}\n{option_table(choosing.values())}",
        f"## Common options\n\nA command lists those that it has.\n\n{option_table(common.values())}",
        "## Exit codes\n\n| code | meaning |\n|---|---|",
    ]
    parts[-1] += "".join(f"\n| {int(code)} | {meaning} |" for code, meaning in sorted(MEANINGS.items()))
    order = ", ".join(str(int(code)) for code in PRECEDENCE)
    parts.append(f"\nWith several causes the first of these is reported: {order}.\n")
    return "\n".join(parts)


def _groups() -> list[str]:
    return list(dict.fromkeys(entry.section for entry in COMMANDS.values()))


def _links(group: str) -> str:
    return ", ".join(f"[{name}](#orchestrate-{name})" for name, entry in COMMANDS.items() if entry.section == group)


def options_of(name: str) -> list[Option]:
    """Return the options of a command that help shows."""
    shown = [each for each in parameters_of(name) if not getattr(each, "hidden", False)]
    return [each for each in shown if each.param_type_name == "option"]


def shared_options() -> tuple[dict[str, Option], dict[str, Option]]:
    """Return the rows that many commands have, and those by which `plan` and `run` select tasks."""
    found: dict[str, tuple[Option, list[str]]] = {}
    for name in COMMANDS:
        for each in options_of(name):
            found.setdefault(option_row(each), (each, []))[1].append(name)
    common = {row: each for row, (each, names) in found.items() if len(names) >= _COMMON}
    return common, {row: each for row, (each, names) in found.items() if names == ["plan", "run"]}


def command_section(name: str, common: Container[str], choosing: Container[str]) -> str:
    """Return what one command does and takes."""
    arguments = [each for each in parameters_of(name) if each.param_type_name == "argument"]
    arguments = [each for each in arguments if not getattr(each, "hidden", False)]
    usage = " ".join(each.name.upper() if each.required else f"[{each.name.upper()}]" for each in arguments)
    lines = [f"### orchestrate {name}", "", *_about(name), ""]
    lines += [f"`orchestrate {name} {usage} [OPTIONS]`", ""] if usage else []
    lines += [f"* `{each.name.upper()}`: {each.help}{_choices(each)}" for each in arguments]
    lines += [""] if arguments else []
    rows = {option_row(each): each for each in options_of(name)}
    own = [each for row, each in rows.items() if row not in common and row not in choosing]
    lines += [option_table(own)] if own else []
    for title, told in (("Selecting tasks", choosing), ("Common options", common)):
        names = ", ".join(f"`{_long(each)}`" for row, each in rows.items() if row in told)
        lines += [f"[{title}](#{title.lower().replace(' ', '-')}): {names}.", ""] if names else []
    return "\n".join(lines)


def _about(name: str) -> Iterator[str]:
    """Yield what `--help` says about a command; examples become a block."""
    command = importlib.import_module(f"orchestrator.cli.{COMMANDS[name].module}").command
    for number, paragraph in enumerate(inspect.cleandoc(command.__doc__ or "").split("\n\n")):
        if number:
            yield ""
        yield f"```\n{paragraph}\n```" if paragraph.startswith("orchestrate ") else paragraph


def _long(option: Option) -> str:
    return next(text for text in option.opts if text.startswith("--"))


def option_table(options: Iterable[Option]) -> str:
    """Return the rows of some options."""
    return "\n".join(["| option | meaning | variable |", "|---|---|---|", *map(option_row, options), ""])


def option_row(option: Option) -> str:
    """Return the row of one option."""
    value = "" if option.is_flag or _choices(option) else f" {_value(option)}"
    names = ", ".join(f"`{text}{value if text.startswith('--') else ''}`" for text in option.opts)
    variable = f"`{option.envvar}`" if option.envvar else ""
    return f"| {names} | {cell(option.help or '')}{_choices(option)}{_default(option)} | {variable} |"


def _value(option: Option) -> str:
    kind = option.type.name.upper()
    return str(
        option.metavar or {"PATH": "FILE", "INT RANGE": "N", "INTEGER": "N", "INTEGER RANGE": "N"}.get(kind, kind)
    )


def _choices(parameter: Option) -> str:
    words = [str(word) for word in getattr(parameter.type, "choices", ())]
    is_told = all(word in (parameter.help or "") for word in words)
    return "" if is_told else f": {', '.join(f'`{word}`' for word in words)}"


def _default(option: Option) -> str:
    value = option.default
    is_told = value is None or value in ("", 0, False) or "default" in (option.help or "") or not plain(value)
    return "" if is_told or isinstance(value, list | tuple) or callable(value) else f" (default: `{plain(value)}`)"


# ---------------------------------------------------------------- the actions


def actions_md() -> str:
    """Return the text of actions.md."""
    found = [find_action(name) for name in action_names()]
    by_kind = {kind: [each for each in found if next(k for k in KINDS if k in each.kinds) == kind] for kind in KINDS}
    parts = [ACTIONS_HEAD, "## All actions\n\n| action | does |\n|---|---|"]
    for kind, title in KINDS.items():
        parts.append(f"| **{title}** | |")
        parts += [f"| [{each.name}](#{each.name}) | {cell(each.summary)} |" for each in by_kind[kind]]
    parts.append(f"\n## Params of every action on a workflow\n\n{table(WorkflowParams)}")
    for kind, title in KINDS.items():
        parts += [f"## {title}\n", *map(action_section, by_kind[kind])]
    return "\n".join(parts)


def action_section(action: Action[Any]) -> str:
    """Return what one action does, and its params."""
    shared = WorkflowParams.model_fields if issubclass(action.params_model, WorkflowParams) else ()
    own = [name for name in action.params_model.model_fields if name not in shared]
    params = table(action.params_model, shared) if own else "It has no params of its own.\n"
    return f"### {action.name}\n\n{action.summary}.\n\n{params}"


# ---------------------------------------------------------------- all

PAGES = {"document.md": document_md, "commands.md": commands_md, "actions.md": actions_md}


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are not current."""
    stale = []
    for name, render in PAGES.items():
        page, text = HERE / name, render()
        if arguments == ["--check"]:
            stale += [] if page.is_file() and page.read_text("utf-8") == text else [name]
        else:
            page.write_text(text, "utf-8")
    for name in stale:
        sys.stderr.write(f"docs/{name} is not current: python docs/generate.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
