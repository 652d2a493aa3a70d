"""The table of commands: where each lives, what it is for. One module per command; only the invoked one is imported."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One command of the command line; `supervised` ones start processes or write, and run under the supervisor."""

    module: str
    summary: str
    section: str
    supervised: bool = False


COMMANDS = {
    "init": Entry("init", "write a phases.yaml that fits this repository", "Start", supervised=True),
    "validate": Entry("validate", "check phases.yaml: every problem at once, with its line", "Start"),
    "plan": Entry("plan", "show what would run, in which order, and why", "Start"),
    "run": Entry("run", "run the plan; --dry-run shows the diff instead", "Run", supervised=True),
    "resume": Entry("resume", "go on with a run that failed, waits or was interrupted", "Run", supervised=True),
    "approve": Entry("approve", "approve a task that waits for a person", "Run"),
    "reject": Entry("reject", "reject a task that waits for a person", "Run"),
    "cancel": Entry("cancel", "stop the run that works on this repository", "Run"),
    "undo": Entry("undo", "take a run back, last change first", "Run", supervised=True),
    "edit": Entry("edit", "make one config edit: show its diff, or write it", "Run"),
    "measure": Entry("measure", "measure test coverage, per folder and module", "Run", supervised=True),
    "tests": Entry("tests", "generate tests of a module, or check those it has", "Run", supervised=True),
    "status": Entry("status", "show how the last run stands and what to do next", "Inspect"),
    "report": Entry("report", "write a run as HTML, Markdown or JUnit XML", "Inspect"),
    "logs": Entry("logs", "show the output of a task, or of all that failed", "Inspect"),
    "diff": Entry("diff", "show what a run changed", "Inspect"),
    "explain": Entry("explain", "say why a task runs or not; explain an error code", "Inspect"),
    "history": Entry("history", "list the runs, newest first", "Inspect"),
    "doctor": Entry("doctor", "check tools, ledger, lock and permissions", "Maintain"),
    "clean": Entry("clean", "remove old logs, objects and crash files", "Maintain"),
    "pins": Entry("pins", "list pinned commits of GitHub Actions; check workflows", "Maintain"),
    "migrate": Entry("migrate", "convert a document from the older layout", "Maintain"),
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
        "  orchestrate init                      write a phases.yaml to begin with",
        "  orchestrate run --phase 2 --dry-run   see the diff, change nothing",
        "  orchestrate run --phase 2             do it",
        "  orchestrate undo                      take the last run back",
        "",
        "`orchestrate COMMAND --help` shows the options of a command.",
        "`orchestrate help document` shows a first phases.yaml, `help exit-codes` the",
        "exit codes, `help environment` the variables that set options.",
    ]
    return "\n".join(lines) + "\n"
