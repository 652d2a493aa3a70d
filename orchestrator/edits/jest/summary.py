"""What was measured: Istanbul's coverage-summary.json, by file, so that any part of it can be added up."""

import json
import math
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from orchestrator.edits.action import Scene
from orchestrator.edits.result import EditCode, Refusal

METRICS = ("branches", "functions", "lines", "statements")
REPORT = "coverage/coverage-summary.json"


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by file (path in the repository) and metric: covered and total."""

    files: Mapping[str, Mapping[str, tuple[int, int]]]

    def percent(self, paths: Iterable[str], metric: str) -> float | None:
        """Return the percentage over some files, as Istanbul computes it; None when none of them was measured."""
        counts = [self.files[path][metric] for path in paths if path in self.files]
        if not counts:
            return None
        covered, total = (sum(column) for column in zip(*counts, strict=True))
        return 100.0 if total == 0 else 100.0 * covered / total

    def floor(self, paths: Iterable[str], metric: str) -> int | None:
        """Return the percentage rounded down: a gate that the measured state just passes."""
        found = self.percent(paths, metric)
        return None if found is None else math.floor(found + 1e-9)

    def below(self, folder: str) -> list[str]:
        """Return the measured files whose path begins with a text, as Jest compares them."""
        return [path for path in self.files if path.startswith(folder)]


def read_summary(scene: Scene, path: str) -> Summary | None:
    """Read a report of the repository, None when there is none; Refusal E_PRECONDITION when it is no such report."""
    text = scene.read_if_there(path)
    if text is None:
        return None
    try:
        data = json.loads(text)
        counts = {
            name: {metric: (int(entry[metric]["covered"]), int(entry[metric]["total"])) for metric in METRICS}
            for name, entry in data.items()
            if name != "total"
        }
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refusal(EditCode.PRECONDITION, f"{path} is no coverage-summary.json: {error!r}") from error
    if not counts:
        raise Refusal(EditCode.PRECONDITION, f"{path} names no file: only totals were measured")
    return Summary(_in_repository(scene, counts))


def _in_repository(
    scene: Scene, counts: Mapping[str, Mapping[str, tuple[int, int]]]
) -> dict[str, Mapping[str, tuple[int, int]]]:
    """Take the folder that the measuring machine worked in off the paths."""
    root = next((root for name in counts if (root := _root_of(scene, name)) is not None), None)
    if root is None:
        raise Refusal(EditCode.PRECONDITION, "the coverage report names no file of this repository")
    plain = {name.replace("\\", "/"): entry for name, entry in counts.items()}
    return {name.removeprefix(root): entry for name, entry in plain.items() if name.startswith(root)}


def _root_of(scene: Scene, name: str) -> str | None:
    parts = name.replace("\\", "/").split("/")
    for at in range(len(parts)):
        rest = posixpath.join(*parts[at:])
        if not rest.startswith("/") and scene.tree.exists(rest):
            return "".join(part + "/" for part in parts[:at])
    return None
