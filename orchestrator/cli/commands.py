"""The table of commands: where each lives, what it is for. One module per command; only the invoked one is imported."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One command of the command line; `supervised` ones start processes or write, and run under the supervisor."""

    module: str
    summary: str
    section: str
    supervised: bool = False


COMMANDS = {
    "init": Entry("init", "write the roadmap that this repository needs", "Start", supervised=True),
    "validate": Entry("validate", "check documents: every problem at once, with its place", "Start"),
    "plan": Entry("plan", "show what would run, in which order, and why", "Start"),
    "run": Entry("run", "carry the plan out (or preview it with --dry-run)", "Run", supervised=True),
    "resume": Entry("resume", "go on with an interrupted or waiting run", "Run", supervised=True),
    "approve": Entry("approve", "say yes to a task that waits for a person", "Run"),
    "reject": Entry("reject", "say no to a task that waits for a person", "Run"),
    "cancel": Entry("cancel", "stop the run that works on this repository", "Run"),
    "undo": Entry("undo", "take a run back, last change first", "Run", supervised=True),
    "edit": Entry("edit", "carry one config edit out: show its diff, or write it", "Run"),
    "measure": Entry("measure", "measure what the tests reach now, per folder and module", "Run", supervised=True),
    "status": Entry("status", "show how the last run stands", "Look"),
    "report": Entry("report", "tell a run as a page, as Markdown or as JUnit XML", "Look"),
    "logs": Entry("logs", "show a task's output; without a task, that of all failures", "Look"),
    "diff": Entry("diff", "show what a run changed", "Look"),
    "explain": Entry("explain", "say why a task runs or not, or what an error code means", "Look"),
    "history": Entry("history", "list the runs, newest first", "Look"),
    "tests": Entry("tests", "generate, verify or report on tests of a module, by hand", "Care", supervised=True),
    "doctor": Entry("doctor", "check tools, ledger, lock and permissions", "Care"),
    "clean": Entry("clean", "remove old logs, objects and crash files", "Care"),
    "pins": Entry("pins", "show the actions' pinned commits; --check compares the workflows", "Care"),
    "migrate": Entry("migrate", "rewrite a document in the older layout", "Care"),
    "schema": Entry("schema", "print the JSON Schema of phases.yaml", "Extend"),
    "actions": Entry("actions", "list the config edits and their params", "Extend"),
    "handlers": Entry("handlers", "list the task types and their params", "Extend"),
    "completion": Entry("completion", "print a completion script for your shell", "Extend"),
    "help": Entry("help", "explain a command or a topic (document, exit-codes, environment)", "Extend"),
}


def render_overview() -> str:
    """Return the text of `orchestrate --help`."""
    lines = ["Usage: orchestrate COMMAND [OPTIONS]", "", "Raise a repository's tests and CI phase by phase.", ""]
    width = max(map(len, COMMANDS))
    for section in dict.fromkeys(entry.section for entry in COMMANDS.values()):
        lines.append(f"{section}:")
        lines += [f"  {name:<{width}}  {entry.summary}" for name, entry in COMMANDS.items() if entry.section == section]
        lines.append("")
    lines += [
        "Examples:",
        "  orchestrate init                      write the roadmap of this repository",
        "  orchestrate run --phase 2 --dry-run   see the whole diff, change nothing",
        "  orchestrate run --phase 2 --group c   do it",
        "  orchestrate undo                      take the last run back",
        "",
        "`orchestrate COMMAND --help` shows the options of a command,",
        "`orchestrate help environment` the variables that set them.",
    ]
    return "\n".join(lines) + "\n"
