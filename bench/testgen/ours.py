"""Generate the tests of one module with our own generator."""

from pathlib import Path
from unittest.mock import patch

from bench.testgen.children import Children
from orchestrator.testgen.generator import Project, Settings
from orchestrator.testgen.python import explore
from orchestrator.testgen.python.generator import PythonGenerator
from orchestrator.testgen.results import Generated


async def write_tests(project: Path, module: str, test_file: str, budget: float, patience: float = 1.0) -> Generated:
    """Return what was generated; the text is in it, nothing is written.

    On a machine that others use too, `patience` times the seconds are given to the same number of calls and mutants.
    """
    generator = PythonGenerator()
    targets = generator.find_targets(str(project), module, test_file)

    async def as_it_is(_file: str, text: str) -> str:
        return text

    place = Project(root=str(project), processes=Children(), say=lambda _: None, finish=as_it_is)
    calls, mutants = explore._CALLS_PER_SECOND / patience, explore._MUTANTS_PER_SECOND / patience
    with patch.multiple(explore, _CALLS_PER_SECOND=calls, _MUTANTS_PER_SECOND=mutants):
        async for _, made in generator.generate(place, targets, Settings(budget=budget * patience)):
            return made
    raise AssertionError(module)
