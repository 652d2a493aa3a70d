"""What `orchestrate init` does: survey a repository, write its roadmap, and say what was left out and why."""

import sys
from pathlib import Path

from orchestrator.cli.init_document import NewText, adapted, new_text
from orchestrator.cli.init_evidence import gather
from orchestrator.cli.next_command import next_command
from orchestrator.cli.options import Look
from orchestrator.cli.places import enter_directory, existing_folder
from orchestrator.cli.writing import write_new_text
from orchestrator.errors import ExitCode
from orchestrator.proposing.proposal import LeftOut
from orchestrator.sanitize import line
from orchestrator.sources.finding import SEARCHED
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.survey import survey


def init(
    common: Look, path: Path | None, template: str | None, *, measure: bool, dry_run: bool, force: bool
) -> ExitCode:
    """Write the document (or print it), and return how that went."""
    here = enter_directory(common)
    root = existing_folder(path) if path is not None else here
    target = common.config or _document_in(root)
    checkout = Checkout(root)
    facts = survey(checkout, root.name, kept=checkout.kept_settings, below=checkout.below)
    evidence = gather(root, facts, checkout, measure=measure)
    if isinstance(evidence, ExitCode):
        return evidence
    if template is not None:
        text = adapted(root, template, checkout, facts)
    else:
        present = target.read_bytes() if target.exists() and not force else None
        text = new_text(root, target, present, facts, checkout, evidence)
    if dry_run:
        sys.stdout.write(text.document or "")
    elif text.document is not None:
        hint = "`orchestrate init --force` replaces it"
        write_new_text(target, text.document, replace=force or text.goes_on, hint=hint)
    sys.stderr.write("".join(f"missing: {line(each)}\n" for each in evidence.missing))
    sys.stderr.write(_told(text, target, there=path and (common.directory or Path()) / path, dry_run=dry_run))
    return ExitCode.OK


def _document_in(root: Path) -> Path:
    """Return the document of the repository where the other commands would find it; else where it is to be."""
    return next((root / name for name in SEARCHED if (root / name).is_file()), root / SEARCHED[0])


def _told(text: NewText, target: Path, *, there: Path | None, dry_run: bool) -> str:
    """Say what was written, what was left out and why, and what to type next."""
    lines = [f"found: {line(sentence)}" for sentence in text.found]
    lines += [f"left out: {line(each.what)}: {line(each.why)}" for each in _once(text.left_out)]
    if text.document is None:
        new = "new " if text.goes_on else ""
        lines.append(f"there is nothing {new}to do here: {target} is not written")
        lines += [] if text.goes_on else ["a roadmap of your own: `orchestrate help document` shows how one begins"]
        return "".join(f"{each}\n" for each in lines)
    counts = ((text.tasks, "task"), (text.checks, "coverage checkpoint"))
    told = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in counts if count]
    tasks = " and ".join(told)
    if dry_run:
        lines.append(f"{tasks} would be {'added to' if text.goes_on else 'written to'} {target}")
    else:
        lines.append(f"{'added' if text.goes_on else 'wrote'} {tasks}: {target}")
        lines.append(f"next: {next_command('validate', there)}")
        lines.append(f"      {next_command('run --all --dry-run', there)}")
    return "".join(f"{each}\n" for each in lines)


def _once(left_out: tuple[LeftOut, ...]) -> list[LeftOut]:
    return list(dict.fromkeys(left_out))
