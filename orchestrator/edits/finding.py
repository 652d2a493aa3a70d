"""What a checker found in a file."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.errors import Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One mistake: the rule's id, a sentence, and where (line and column count from 1; `path` is the YAML path)."""

    rule: str
    message: str
    severity: Severity = Severity.ERROR
    line: int = 1
    column: int = 1
    path: str = ""

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.severity}: {self.message} [{self.rule}]"


def new_findings(before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the findings that were not there before.

    Lines and positions in lists may have moved and jobs may have another name, so the rule and the message without
    them count.
    """
    known = Counter(_identity(finding) for finding in before)
    fresh = []
    for finding in after:
        key = _identity(finding)
        if known[key] > 0:
            known[key] -= 1
        else:
            fresh.append(finding)
    return tuple(fresh)


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.rule, re.sub(r"\[\d+\]|(?<=jobs\.)[\w-]+", "…", finding.message)
