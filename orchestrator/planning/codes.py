"""The error codes and what they mean; `orchestrate explain E203` prints an entry.

Codes are stable API: E0xx syntax, E1xx shape, E2xx graph, E3xx plug-ins and their params, E4xx files, W5xx style.
"""

from msgspec import Struct

from orchestrator.errors import UsageError
from orchestrator.planning.suggest import did_you_mean


class CodeText(Struct, frozen=True, kw_only=True):
    """One code: a title of a few words, and what to know and do."""

    code: str
    title: str
    text: str


_TEXTS = {
    "E001": (
        "the file is not UTF-8",
        "Documents are UTF-8, with or without a byte order mark. Save the file as UTF-8; `iconv -f latin1 -t "
        "utf-8` converts most old ones.",
    ),
    "E002": (
        "YAML syntax",
        "The YAML parser cannot read on at this place. Common causes: a missing `:` or quote, a wrong "
        "indentation, a tab, text that starts with one of @ ` % * & ! | > without quotes. Nothing behind this"
        " place was looked at.",
    ),
    "E003": (
        "control character",
        "Control characters and characters that change the direction of text make a file look different from "
        "what it says. Remove the character; in a quoted string, also its escape.",
    ),
    "E004": (
        "key used twice",
        "A map holds each key once. YAML readers keep the last one silently; here it is an error.",
    ),
    "E005": ("tags are not allowed", "Remove the tag (`!name`, `!!type`). Quotes decide what is text."),
    "E006": (
        "a key that is not text",
        "Keys are text. Numbers, `true`, `null`, lists and maps are not; put the key in quotes if text is meant.",
    ),
    "E007": (
        "merge keys are not supported",
        "`<<` is not part of YAML 1.2. Repeat the keys, or use an anchor and an alias for a whole value.",
    ),
    "E008": (
        "more than one document",
        "A file holds one YAML document. Put the others into files of their own and `include:` them.",
    ),
    "E009": (
        "a limit is exceeded",
        "Documents are bounded so that no file can exhaust the machine: size in bytes, nesting, number of "
        "values, number of aliases and what they expand to, length of a text.",
    ),
    "E010": (
        "unknown alias",
        "An alias (`*name`) stands for a value that was marked with an anchor (`&name`) before it.",
    ),
    "E011": ("not a map", "A document is a map with the keys `version`, `project` and `phases`."),
    "E101": (
        "unknown key",
        "No such key exists at this place. Keys without effect are refused, because they are usually misspelt.",
    ),
    "E102": ("value not allowed", "The key takes one of a few words; the hint names them."),
    "E103": ("missing key", "A key that is needed does not stand here."),
    "E104": (
        "wrong kind of value",
        "The key takes another kind of value: text, whole number, list, map. Quotes make text of a number.",
    ),
    "E105": ("out of range", "The number is smaller or larger than the key allows. 0 means off for every limit."),
    "E106": (
        "wrong form",
        "The text does not have the form that the key needs. Ids: letters, digits, `.`, `_`, `-`, starting "
        "with a letter or digit, 64 at most. Durations: seconds, or text like `30s`, `5m`, `1h30m`.",
    ),
    "E107": ("too short or too long", "The list or text has fewer or more entries than the key allows."),
    "E108": (
        "a parameter's default does not fit",
        "`default` and `choices` must fit the declared type, `minimum` and `maximum`.",
    ),
    "E109": ("keys that exclude each other", "Of these keys exactly one is needed, or they cannot stand together."),
    "E110": (
        "name that is not declared",
        "A profile sets params that stand under `params:`, and locks those and settings.",
    ),
    "E201": ("task id used twice", "Task ids are unique in the whole document, files that are included too."),
    "E202": ("group id used twice", "Group ids are unique within their phase, without regard to case."),
    "E203": (
        "dependency does not exist",
        "`depends_on` names tasks (`1.2`), groups (`a`, `group_a`, `1.a`) or phases (`1`, `phase_1`) of this document.",
    ),
    "E204": (
        "dependency cycle",
        "These wait for each other, so none of them could ever start. Besides `depends_on`, order comes from "
        "sequential groups (list order) and from phases (file order, unless `parallel_with` says otherwise). "
        "Remove one step of the cycle.",
    ),
    "E205": ("phase id used twice", "Phase ids are unique; `1` and `phase_1` are the same id."),
    "E206": ("ambiguous group", "Several phases have a group with this letter. Name the phase too: `2.c`."),
    "E207": (
        "wrong kind of dependency",
        "Phases depend on phases; groups on groups and phases; tasks on tasks, groups and phases.",
    ),
    "E301": ("unknown task type", "No handler of this name is known. `orchestrate handlers` lists what is installed."),
    "E302": (
        "unknown checkpoint type",
        "No checkpoint of this name is known. `orchestrate handlers` lists what is installed.",
    ),
    "E303": (
        "unknown guard type",
        "No guard of this name is installed. Guards come from packages (entry points `orchestrate.guards`).",
    ),
    "E304": ("unknown key for this type", "Neither tasks in general nor this type know the key."),
    "E305": ("missing param", "The type needs a param that stands neither under `with:` nor on the task."),
    "E306": ("param does not fit", "The value is not what the type expects."),
    "E307": ("param given twice", "A param stands under `with:` or directly on the task, never in both places."),
    "E308": ("broken plug-in", "The plug-in for this type is installed but cannot be used; the message says why."),
    "E309": ("refused by the handler", "The handler of this type says that the task cannot work as it is written."),
    "E401": (
        "included file cannot be read",
        "The file does not exist or cannot be read. Paths start at the document's folder.",
    ),
    "E402": (
        "include leads out of the folder",
        "Included files lie beneath the folder of the document; `..` and links out of it are refused.",
    ),
    "E403": ("files include each other", "A file is included once; a cycle could never be read to its end."),
    "E404": (
        "not an include file",
        "An included file holds `phases:` (a list), or one phase: a map with `id` and `groups`.",
    ),
    "E405": (
        "expression cannot be evaluated",
        "What stands between `{{` and `}}`, or in `when`, is wrong or reads something that does not exist. Known "
        "before the run are `params`, `project`, `env`, `task` and the name of `foreach`; during it also `tasks`, "
        "`previous` and `run`.",
    ),
    "E406": (
        "the repository does not exist",
        "`project.root` names the repository, relative to the document's own folder; without it that folder is the "
        "repository, or the one above `config/`. `--project PATH` comes first.",
    ),
    "W501": (
        "id without quotes",
        "YAML reads this id as a number, and `1.10` and `1.1` are the same number. It was taken as it is "
        "written; put it in quotes so that every other tool reads the same.",
    ),
    "W502": (
        "two writers of one file",
        "Tasks of one parallel group write the same file. They never run at the same time: a lock on the file"
        " makes them follow each other.",
    ),
    "W503": (
        "manual task in profile ci",
        "Nobody answers there: the run ends as waiting (exit code 7) or needs `--approve TASK`.",
    ),
    "W504": ("task that never runs", "Its condition is never true, or it is repeated over an empty list."),
    "W505": (
        "looks like a misspelt key",
        "The key is taken as a param of the handler, but it nearly is a key that every task has.",
    ),
    "W506": (
        "plug-in name used twice",
        "Two packages offer a plug-in of the same name; the first one of the hint is used.",
    ),
    "W507": (
        "key without effect",
        "The key stands where it changes nothing; the hint says what would give it an effect.",
    ),
    "W508": (
        "an expression of GitHub with names of ours",
        "`${{ … }}` is left as it stands, so that tasks can write workflows. Names like `params` mean nothing to "
        "GitHub: without the `$` the expression is evaluated here.",
    ),
    "W510": (
        "no handler for this type is installed",
        "The type is known, but this version has no handler for it. The task is checked as far as possible "
        "and can be planned; `run` refuses it before anything starts.",
    ),
    "W511": (
        "mistake in a file that a task edits",
        "The file has it as it is now, whatever the task does; `validate --deep` tells it once for all tasks that edit "
        "the file.",
    ),
    "W512": (
        "tool that generated tests need is missing",
        "The interpreter of the project has no pytest. A task before may install it: `validate --deep` looks at the "
        "machine as it is now.",
    ),
    "W513": (
        "file that a task needs is missing",
        "The file is not in the repository, and no task of the document names it among what it writes; the task will "
        "fail. If a command makes it, say so with `produces`.",
    ),
    "W599": ("more problems", "The list was cut. Mend what it shows and validate again."),
}

CODES = {code: CodeText(code=code, title=title, text=text) for code, (title, text) in _TEXTS.items()}


def explain(code: str) -> CodeText:
    """Return what a code means; UsageError with the nearest one when there is no such code."""
    found = CODES.get(code.upper())
    if found is None:
        message = f"no error code {code!r}"
        raise UsageError(message, hint=did_you_mean(code.upper(), CODES) or "codes look like E203 or W501")
    return found
