"""Each small example is valid and does what it says."""

import re
import shutil
from pathlib import Path

import pytest
from docs_console import Shell

EXAMPLES = Path(__file__).parents[2] / "examples"
RUN = "orchestrate run --all --ui plain"


@pytest.fixture
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    """Return a shell in a copy of the example that the test is named for."""
    name = re.sub(r"^test_the_(\w+)_example.*", r"\1", request.node.name)
    shutil.copytree(EXAMPLES / name, tmp_path / name)
    shell = Shell(tmp_path / name)
    code, printed = shell.run("orchestrate validate")
    assert code == (3 if name == "guard" else 0), "\n".join(printed)
    return shell


def done(shell: Shell, command: str, code: int = 0) -> str:
    found, printed = shell.run(command)
    assert found == code, "\n".join(printed)
    return "\n".join(printed)


def test_the_retry_example_succeeds_at_the_third_attempt(shell: Shell) -> None:
    printed = done(shell, RUN)
    assert "attempt 1 of 3 failed" in printed
    assert "attempt 2 of 3 failed" in printed
    assert (shell.folder / "data.txt").read_text() == "the data, at attempt 3\n"


def test_the_parallel_example_takes_turns(shell: Shell) -> None:
    assert "W502" in done(shell, "orchestrate validate")
    assert "takes turns with 1.2" in done(shell, "orchestrate plan")
    done(shell, RUN)
    assert sorted((shell.folder / "report.txt").read_text().split()) == ["first", "second"]
    assert (shell.folder / "other.txt").exists()


def test_the_outputs_example_passes_a_value_on(shell: Shell) -> None:
    assert "skipped   1.2" in done(shell, f"{RUN} --param least=4")
    done(shell, RUN)
    assert (shell.folder / "said.txt").read_text() == "3 lines\n"


def test_the_foreach_example_sorts_every_file_once(shell: Shell) -> None:
    done(shell, RUN)
    assert (shell.folder / "lists/a.txt.sorted").read_text() == "apple\npear\n"
    (shell.folder / "lists/b.txt").write_text("d\nc\n")
    again = done(shell, RUN)
    assert "unchanged 1.1.a" in again
    assert "changed   1.1.b" in again


def test_the_approval_example_waits_for_a_person(shell: Shell) -> None:
    assert "notification target 1 is left out" in done(shell, RUN, 7)
    assert "task 1.2 needs evidence" in done(shell, "orchestrate approve 1.2 --note 'fine'", 2)
    done(shell, "orchestrate approve 1.2 --evidence 'read it aloud'")
    done(shell, "orchestrate resume")
    assert (shell.folder / "PUBLISHED").read_text() == "1.0\n"


def test_the_profiles_example_locks_what_it_says(shell: Shell) -> None:
    done(shell, f"{RUN} --param limit=5")
    assert (shell.folder / "limit.txt").read_text() == "5\n"
    done(shell, f"{RUN} --profile ci")
    assert (shell.folder / "limit.txt").read_text() == "60\n"
    assert "locks limit" in done(shell, f"{RUN} --profile ci --param limit=5", 2)


def test_the_guard_example_asks_its_package(shell: Shell) -> None:
    assert "E303" in done(shell, "orchestrate validate", 3)
    package = shell.folder / "package"
    info = package / "opening_hours-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: opening-hours\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[orchestrate.guards]\nopening_hours = opening_hours:OpeningHours\n")
    installed = f"PYTHONPATH={package}"
    done(shell, f"{installed} {RUN}")
    assert (shell.folder / "work.txt").exists()
    document = shell.folder / "phases.yaml"
    document.write_text(document.read_text().replace("from: 0, to: 24", "from: 24, to: 24"))
    assert "open from 24 to 24" in done(shell, f"{installed} {RUN}", 8)


def test_every_example_is_tested_and_listed() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()} - {"learning-platform"}
    tested = set(re.findall(r"def test_the_(\w+?)_example", Path(__file__).read_text()))
    assert tested == folders
    listed = set(re.findall(r"^\| `(\w+)/`", (EXAMPLES / "README.md").read_text(), re.MULTILINE))
    assert listed == folders
