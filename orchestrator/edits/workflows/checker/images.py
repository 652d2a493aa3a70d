"""Rule unpushed-image: a job names an image by the whole commit, and what pushes it tags it otherwise.

docker/metadata-action shortens `type=sha` to seven characters and puts `sha-` ahead: what asks for `:${{ github.sha }}`
finds nothing, but only when it is deployed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.edits.finding import Finding
from orchestrator.edits.workflows.checker.checked import Checked
from orchestrator.edits.workflows.shape import steps_of, texts_of
from orchestrator.errors import Severity
from orchestrator.models.json import JsonObject

_BUILD, _METADATA = "docker/build-push-action@", "docker/metadata-action@"
_SPAN = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_CERTAIN = re.compile(r"type=(?:sha|ref|semver|raw,value=[\w.-]+$)")
_COMMIT = r":(?:\$\{\{ github\.sha \}\}|\$\{?GITHUB_SHA\}?)"


@dataclass(frozen=True)
class _Pushed:
    """What a job pushes: the image's name, its expressions evenly spaced, and the tags as they are written."""

    job: str
    image: str
    tags: tuple[str, ...]

    @property
    def is_tagged_by_commit(self) -> bool:
        return any("github.sha" in tag or ("type=sha" in tag and "format=long" in tag) for tag in self.tags)

    @property
    def is_certain(self) -> bool:
        """Say whether the tags are all of the kinds that follow from the workflow alone."""
        return bool(self.tags) and all(_CERTAIN.match(tag) for tag in self.tags)


def check(checked: Checked) -> Iterator[Finding]:
    """Yield images that are named by a tag that is never pushed."""
    for pushed in _all_pushed(checked):
        if pushed.is_tagged_by_commit or not pushed.is_certain:
            continue
        name = _SPAN.sub(lambda found: "\0" if found[1].startswith("matrix.") else found[0], pushed.image)
        pattern = re.compile(re.escape(name).replace("\0", r"[\w.-]+") + _COMMIT)
        for job, item in checked.jobs.items():
            for path, text in texts_of(item, ("jobs", job)) if job != pushed.job else ():
                found = pattern.search(_evenly(text))
                if found is not None:
                    message = f"`{found[0]}` is never pushed: the tags of {pushed.job} are {', '.join(pushed.tags)}"
                    yield checked.finding("unpushed-image", message, path, Severity.WARNING)


def _all_pushed(checked: Checked) -> Iterator[_Pushed]:
    for job, item in checked.jobs.items():
        steps = steps_of(item)
        for step in steps:
            given = _inputs(step)
            if not str(step.get("uses", "")).startswith(_BUILD) or str(given.get("push", "false")).lower() == "false":
                continue
            found = re.search(r"steps\.([\w-]+)\.outputs\.tags", str(given.get("tags", "")))
            meta = next((_inputs(one) for one in steps if found and one.get("id") == found[1] and _is_meta(one)), None)
            if meta is not None:
                tags = tuple(line.strip() for line in str(meta.get("tags", "")).splitlines() if line.strip())
                images = (name.strip() for name in str(meta.get("images", "")).splitlines())
                yield from (_Pushed(job, _evenly(name), tags) for name in images if name)


def _is_meta(step: JsonObject) -> bool:
    return str(step.get("uses", "")).startswith(_METADATA)


def _inputs(step: JsonObject) -> JsonObject:
    given = step.get("with")
    return given if isinstance(given, dict) else {}


def _evenly(text: str) -> str:
    return _SPAN.sub(lambda found: f"${{{{ {found[1]} }}}}", text)
