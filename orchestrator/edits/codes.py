"""What each code of an edit that was not made means, and what helps: `orchestrate explain E_CONFLICT`."""

from collections.abc import Mapping

from orchestrator.edits.result import EditCode

MEANINGS: Mapping[EditCode, str] = {
    EditCode.FILE_MISSING: (
        "The target is not there, or is no file that may be edited (a link, a folder, protected). Check the path; "
        "`on_missing: skip` leaves the task out where the file may be absent."
    ),
    EditCode.PARSE: (
        "The file cannot be read as what its name says: the message has the line. Nothing is edited blindly; mend "
        "the file first."
    ),
    EditCode.MULTIDOC: (
        "The YAML file holds several documents (`---`), and which one is meant is not said. Part the file."
    ),
    EditCode.DUP_KEY: ("A key stands twice in one mapping. Readers disagree on which one counts; remove one."),
    EditCode.ALIAS: (
        "The place is an anchor that is used elsewhere, or an alias: the edit would change several places. Write "
        "the value out where it is meant to change."
    ),
    EditCode.AMBIGUOUS: (
        "More than one place fits (two jobs, two configurations): the message lists them. Name one in the params."
    ),
    EditCode.NOT_FOUND: (
        "The job, step, key or path that the params name is not there. The message names the nearest; `on_missing: "
        "skip` takes its absence for done."
    ),
    EditCode.CONFLICT: (
        "Something else stands where the edit belongs, and may be meant: a real command, another value, a stricter "
        "threshold. Decide by hand, or set the param that the hint names."
    ),
    EditCode.DYNAMIC: (
        "The value is computed when the file is loaded (a call, a spread, a preset), so that its text cannot be "
        "edited. The message names what computes it."
    ),
    EditCode.UNREACHABLE: (
        "The job could never run with the workflow's triggers and its own condition: an edit of it would be a "
        "success in name only. `fix_trigger: true` adds the trigger where that is possible."
    ),
    EditCode.UNPINNED: (
        "No commit is known for the action that would be written, and tags can be moved. Add it to the pins "
        "(`orchestrate pins --refresh` asks for it)."
    ),
    EditCode.PRECONDITION: (
        "Something that the edit builds on is missing: the message says what, the hint how to add it."
    ),
    EditCode.STALE: (
        "The file was changed between the plan of the edit and its writing. Nothing was written; run it again."
    ),
    EditCode.VERIFY: (
        "The result was not what was intended, or a second edit would have changed it again. Nothing was written. "
        "This is a defect of the action: please report it with the file."
    ),
    EditCode.VALIDATOR: (
        "A checker (ours, or zizmor, actionlint, check-jsonschema where installed) finds something in the result "
        "that it did not find before. Nothing was written; the message has the finding."
    ),
    EditCode.PARAM: ("A param is unknown, missing or of the wrong kind. `orchestrate actions NAME` lists the params."),
}


def find_code(text: str) -> EditCode | None:
    """Return the code that a text spells, in any case; None when it is none."""
    return next((code for code in EditCode if code.value == text.upper()), None)
