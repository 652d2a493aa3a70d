"""Generate the tests of one module with our own generator."""

from pathlib import Path

from bench.testgen.children import Children
from orchestrator.testgen.generator import Project, Settings
from orchestrator.testgen.python.generator import PythonGenerator
from orchestrator.testgen.results import Generated


async def write_tests(project: Path, module: str, test_file: str, budget: float) -> Generated:
    """Return what was generated; the text is in it, nothing is written."""
    generator = PythonGenerator()
    targets = generator.find_targets(str(project), module, test_file)

    async def as_it_is(_file: str, text: str) -> str:
        return text

    place = Project(root=str(project), processes=Children(), say=lambda _: None, finish=as_it_is)
    async for _, made in generator.generate(place, targets, Settings(budget=budget)):
        return made
    raise AssertionError(module)
