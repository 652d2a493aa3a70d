"""Runs in the environment of the peers: edits with ruamel.yaml at its best settings, texts in and out as JSON."""

import io
import json
import re
import sys

from ruamel.yaml import YAML


def loader(text: str) -> YAML:
    """Return a round-trip loader with the indentation of the file."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    dash = re.search(r"^( *)[^\s#-][^\n]*:[ \t]*\n(?:[ \t]*#[^\n]*\n)*( *)- ", text, re.MULTILINE)
    offset = len(dash[2]) - len(dash[1]) if dash else 2
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


def edit(kind: str, text: str) -> str | None:
    """Return the edited text, or None when it cannot be read."""
    yaml = loader(text.replace("\r\n", "\n"))
    try:
        data = yaml.load(text)
        jobs = data["jobs"]
        if kind == "remove":
            for job in jobs.values():
                for owner in (job, *job.get("steps", ())):
                    if owner.get("continue-on-error") is True:
                        del owner["continue-on-error"]
        elif kind == "add":
            jobs["bench-job"] = {"runs-on": "ubuntu-latest", "steps": [{"run": "make"}]}
        out = io.StringIO()
        yaml.dump(data, out)
    except Exception:
        return None
    return out.getvalue()


json.dump([edit(kind, text) for kind, text in json.load(sys.stdin)], sys.stdout)
