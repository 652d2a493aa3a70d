"""The types of tests that can be asked for: what is explored for each, and who proposes."""

from collections.abc import Mapping

from orchestrator.testgen.generator import Generator

TOGETHER = "integration"  # the type for which the modules of a folder are one target
# test_type -> what is explored, and who proposes when that is not for the params to say
PARTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "all": (("unit", "api", "config"), ()),
    "unit": (("unit",), ()),
    "api": (("api",), ()),
    "config": (("config",), ()),
    "property": (("unit",), ("hypothesis",)),
    "integration": (("unit", "api"), ()),
    "e2e": (("e2e",), ()),
}


def offers(generator: Generator, test_type: str) -> bool:
    """Say whether a generator writes tests of a type."""
    return test_type == "all" or test_type in generator.test_types
