import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from orchestrator.errors import MissingTool
from orchestrator.plugins import BUILT_IN, Catalogue

PROJECT = Path(__file__).parents[1]
PLUGIN = """
from orchestrator.contracts import Handler, Params, changed


class Greet(Handler[Params]):
    type = "greet"
    params_model = Params

    async def run(self, params, context):
        return changed("hello")
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Install a package that exists only for this test."""

    def make(package: str, module: str, source: str, entries: str) -> None:
        (tmp_path / f"{module}.py").write_text(source)
        info = tmp_path / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(entries)

    monkeypatch.syspath_prepend(tmp_path)
    return make


def test_the_table_and_the_entry_points_say_the_same() -> None:
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert {name.removeprefix("orchestrate."): points for name, points in declared.items()} == BUILT_IN


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in BUILT_IN.items() for name in names])
def test_every_built_in_plug_in_is_of_the_type_it_is_listed_under(kind: str, name: str) -> None:
    found = Catalogue().handler(name) if kind == "handlers" else Catalogue().checkpoint(name)
    assert found.type == name


def test_asking_for_a_built_in_name_neither_scans_nor_imports() -> None:
    program = (
        "import sys\n"
        "from orchestrator.plugins import Catalogue\n"
        "assert Catalogue().has_handler('manual')\n"
        "print([name for name in sys.modules if name.startswith('orchestrator.handlers')])\n"
        "import importlib.metadata as m\n"
        "m.Distribution.discover = None\n"
        "assert Catalogue().find('checkpoints', 'coverage')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=True)
    assert done.stdout == "[]\n"


def test_a_plug_in_of_another_package_is_found_by_name(install) -> None:
    install("greeting", "greeting_one", PLUGIN, "[orchestrate.handlers]\ngreet = greeting_one:Greet\n")
    catalogue = Catalogue()
    assert catalogue.handler("greet").type == "greet"
    assert catalogue.handler("greet") is catalogue.handler("greet")
    assert ("greet", "greeting") in [(plugin.name, plugin.package) for plugin in catalogue.handlers()]


def test_a_name_that_nobody_offers_is_missing() -> None:
    with pytest.raises(MissingTool, match="no handler for type nothing is installed"):
        Catalogue().handler("nothing")
    assert not Catalogue().has_handler("nothing")


@pytest.mark.parametrize(
    ("source", "attribute", "reason"),
    [
        ("import no_such_module\n", "Greet", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("raise SystemExit(3)\n", "Greet", "SystemExit: 3"),
        ("x = 1\n", "Greet", "AttributeError: module 'broken_%d' has no attribute 'Greet'"),
        ("class Greet:\n    pass\n", "Greet", "it is not a Handler"),
        ("class Greet:\n    def __init__(self, x): pass\n", "Greet", "TypeError: "),
    ],
)
def test_a_broken_plug_in_is_told_with_its_package_and_its_error(
    install, request, source: str, attribute: str, reason: str
) -> None:
    number = abs(hash(request.node.name)) % 10**6
    install("brittle", f"broken_{number}", source, f"[orchestrate.handlers]\ngreet = broken_{number}:{attribute}\n")
    with pytest.raises(MissingTool) as caught:
        Catalogue().handler("greet")
    expected = reason % number if "%d" in reason else reason
    assert caught.value.message.startswith(f"the handler greet of package brittle is broken: {expected}")
    assert caught.value.exit_code == 12


def test_our_own_plug_in_wins_over_one_of_the_same_name(install) -> None:
    install("greedy", "greedy_one", PLUGIN, "[orchestrate.handlers]\nmanual = greedy_one:Greet\n")
    catalogue = Catalogue()
    listed = {plugin.name: plugin.package for plugin in catalogue.handlers()}
    assert listed["manual"] == "orchestrate"
    assert [problem.message for problem in catalogue.warnings()] == [
        "handler manual is offered by orchestrate and by greedy"
    ]


def test_a_catalogue_that_does_not_scan_knows_its_table_alone(install) -> None:
    install("greeting", "greeting_two", PLUGIN, "[orchestrate.handlers]\ngreet = greeting_two:Greet\n")
    assert Catalogue({}, scan=False).handlers() == ()
    assert not Catalogue({}, scan=False).has_handler("greet")
