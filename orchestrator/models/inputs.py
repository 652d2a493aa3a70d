"""What a measurement depended on, in one text that can say later whether it would still come out the same.

It covers the definition of the check, all files of the tree that no task writes (one hash), and those that tasks write
(a hash each): the roadmap itself takes these further, and what it made of them since is no change.
"""

import json
from collections.abc import Mapping, Sequence

from orchestrator.models.fingerprint import ABSENT, Step

_EXECUTABLE = 0o111


def content_in_tree(kind: str, sha: str | None, mode: int | None) -> str:
    """Return what stands at a path as one text: kind, content and executable bit; `ABSENT` for nothing."""
    return f"{kind}:{sha}:{bool((mode or 0) & _EXECUTABLE)}" if sha is not None else ABSENT


def inputs_of(definition: str, others: str, written: Mapping[str, str]) -> str:
    """Return the text that is kept with a measurement."""
    parts = {"definition": definition, "others": others, "written": dict(written)}
    return json.dumps(parts, sort_keys=True, separators=(",", ":"))


def still_holds(kept: str, now: str, steps: Mapping[str, Sequence[Step]]) -> bool:
    """Say whether nothing has changed but what the last successes of tasks (`steps`) made of their own files."""
    if kept == now:
        return True
    try:
        old, new = json.loads(kept), json.loads(now)
        if old["definition"] != new["definition"] or old["others"] != new["others"]:
            return False
        was, is_ = old["written"], new["written"]
    except (ValueError, KeyError, TypeError):
        return False
    return all(
        _taken_further(was.get(path, ABSENT), steps.get(path, ())) == is_.get(path, ABSENT) for path in {*was, *is_}
    )


def _taken_further(content: str, steps: Sequence[Step]) -> str:
    """Follow the tasks that found a file as the one before had left it; an edit of a person breaks the chain."""
    further = {step.found: step.left for step in steps}
    for _ in range(len(further)):
        content = further.get(content, content)
    return content
