"""Build stages: which image each one is based on, and which instructions are its own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.edits.dockerfile.scanner import Instruction
from orchestrator.edits.result import EditCode, Refusal

_FROM = re.compile(r"(?:--platform=\S+\s+)?(?P<image>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: its FROM instruction and what follows, with their indexes among all instructions."""

    image: str
    name: str | None
    first: int
    instructions: Sequence[Instruction]

    def last_of(self, *keywords: str) -> int | None:
        """Return the index (among all) of the last instruction of these kinds, or None."""
        found = [at for at, one in enumerate(self.instructions) if one.keyword in keywords]
        return self.first + found[-1] if found else None

    def first_of(self, *keywords: str) -> int | None:
        """Return the index (among all) of the first instruction of these kinds, or None."""
        found = [at for at, one in enumerate(self.instructions) if one.keyword in keywords]
        return self.first + found[0] if found else None


def stages_of(instructions: Sequence[Instruction]) -> list[Stage]:
    """Return the stages in order; Refusal E_PARSE for a FROM that cannot be read."""
    starts = [at for at, one in enumerate(instructions) if one.keyword == "FROM"]
    stages = []
    for start, end in zip(starts, [*starts[1:], len(instructions)], strict=True):
        found = _FROM.fullmatch(instructions[start].text)
        if found is None:
            raise Refusal(EditCode.PARSE, f"line {instructions[start].line}: this FROM cannot be read")
        stages.append(Stage(found["image"], found["name"], start, instructions[start:end]))
    return stages


def final_lineage(stages: Sequence[Stage]) -> list[Stage]:
    """Return the last stage and the stages that it is built on, nearest first."""
    line = [stages[-1]]
    while True:
        at = stages.index(line[-1])
        below = next((one for one in reversed(stages[:at]) if (one.name or "").lower() == line[-1].image.lower()), None)
        if below is None:
            return line
        line.append(below)


def base_image(stages: Sequence[Stage]) -> str:
    """Return the image that the last stage comes from in the end."""
    return final_lineage(stages)[-1].image


def family(image: str) -> str:
    """Return what kind of system an image is: alpine, debian, distroless, scratch, windows, or unknown."""
    plain = image.split("@", maxsplit=1)[0].lower()
    name, _, tag = plain.rpartition(":") if ":" in plain.rsplit("/", 1)[-1] else (plain, "", "")
    short = name.rsplit("/", 1)[-1]
    if "windows" in name or short in ("nanoserver", "servercore"):
        return "windows"
    if plain == "scratch":
        return "scratch"
    if "distroless" in name or name.startswith("cgr.dev/"):
        return "distroless"
    is_official = "/" not in name.removeprefix("docker.io/").removeprefix("library/")
    if is_official and (short == "alpine" or "alpine" in tag):
        return "alpine"
    if is_official and short in _DEBIAN:
        return "debian"
    return "unknown"


# Official images whose tags without `alpine` are built on Debian or Ubuntu.
_DEBIAN = frozenset(
    [
        "debian",
        "ubuntu",
        "buildpack-deps",
        "python",
        "node",
        "golang",
        "rust",
        "ruby",
        "php",
        "perl",
        "openjdk",
        "eclipse-temurin",
    ]
)
