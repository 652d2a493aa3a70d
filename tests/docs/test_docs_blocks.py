"""What README and QUICKSTART show is what happens."""

import re
import subprocess
from pathlib import Path

from docs_console import Shell, blocks_of, differences, steps_of

PROJECT = Path(__file__).parents[2]


def test_quickstart_goes_through_as_it_is_written(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for block in blocks_of(PROJECT / "QUICKSTART.md"):
        if block.language == "yaml":
            (shell.folder / "phases.yaml").write_text(block.text, encoding="utf-8")
            continue
        assert block.language == "console", f"QUICKSTART.md:{block.line}: nobody runs a block of {block.language!r}"
        for step in steps_of(block):
            code, printed = shell.run(step.command)
            place = f"QUICKSTART.md:{block.line}: $ {step.command}"
            assert code == step.code, f"{place}\n" + "\n".join(printed)
            found = differences(step.shown, printed)
            assert not found, f"{place}\n" + "\n".join(found)


def test_the_commands_of_the_readme_work_on_its_document(tmp_path: Path) -> None:
    _, document, commands = blocks_of(PROJECT / "README.md")[:3]
    (tmp_path / "README.md").write_text("# Hello\n")
    (tmp_path / "phases.yaml").write_text(document.text, encoding="utf-8")
    shell = Shell(tmp_path)
    rows = [re.split(r" {2,}", row, maxsplit=1)[0] for row in commands.text.splitlines()]
    assert all(row.startswith("orchestrate ") for row in rows)
    for row in rows:
        code, printed = shell.run(row)
        assert code == 0, f"$ {row}\n" + "\n".join(printed)
        if row == "orchestrate run --all":
            assert (tmp_path / "NOTE.md").read_text() == "# Hello\n"
    assert not (tmp_path / "NOTE.md").exists()


def test_the_readme_begins_with_commands_that_the_script_knows() -> None:
    first, *others = blocks_of(PROJECT / "README.md")
    words = [row.removeprefix("./setup.sh ") for row in first.text.splitlines()]
    assert words == ["demo", "test"]
    script = PROJECT / "setup.sh"
    subprocess.run(["bash", "-n", script], check=True)
    refused = subprocess.run([script, "nonsense"], capture_output=True, text=True, check=False)
    assert (refused.returncode, all(word in refused.stderr for word in words)) == (2, True)
    assert len(others) == 2, "a block of README.md that no test runs"


def test_every_file_that_the_pages_name_is_there() -> None:
    for page in ("README.md", "QUICKSTART.md"):
        text = (PROJECT / page).read_text(encoding="utf-8")
        for name in re.findall(r"`((?:docs|examples|config|bench)/[^` ]*|[A-Z]+\.md)`", text):
            assert (PROJECT / name).exists(), f"{page} names {name}"
