"""The action for GitHub: its script is run as a job would run it."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


class Job(NamedTuple):
    """What a step left."""

    code: int
    out: str
    outputs: dict[str, str]
    summary: str


def work(folder: Path, args: str, *commands: list[str], **inputs: str) -> Job:
    """Run the script in a repository whose tasks are these commands."""
    tasks = [{"id": f"1.{n}", "name": "x", "type": "command", "command": each} for n, each in enumerate(commands, 1)]
    document = {
        "version": 1,
        "project": {"name": "x"},
        "phases": [{"id": "1", "groups": [{"id": "a", "tasks": tasks}]}],
    }
    (folder / "phases.yaml").write_text(json.dumps(document, indent=1))
    (folder / "temp").mkdir(exist_ok=True)
    files = {name: folder / "temp" / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for file in files.values():
        file.write_text("")
    defaults = {name.upper(): spec["default"] for name, spec in ACTION["inputs"].items()}
    environment = {
        **os.environ,
        **defaults,
        **{name.upper(): value for name, value in inputs.items()},
        **{name: str(file) for name, file in files.items()},
        "ARGS": args,
        "RUNNER_TEMP": str(folder / "temp"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    script = ["bash", str(ROOT / ".ci/action.sh")]
    done = subprocess.run(script, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return Job(done.returncode, done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text())


def test_findings_become_annotations(tmp_path: Path) -> None:
    job = work(tmp_path, "validate", ["{{ nope }}"])
    assert (job.code, job.outputs) == (3, {"exit-code": "3"})
    assert job.out.startswith("::error file=phases.yaml,line=")


def test_a_format_that_is_asked_for_is_kept(tmp_path: Path) -> None:
    assert work(tmp_path, "validate --format concise", ["{{ nope }}"]).out.startswith("phases.yaml:")


def test_a_run_becomes_a_summary_and_files(tmp_path: Path) -> None:
    job = work(tmp_path, "run --all --no-input", ["true"], ["false"])
    assert (job.code, job.outputs["exit-code"]) == (1, "1")
    assert f"run `{job.outputs['run-id']}`" in job.summary
    report = Path(job.outputs["report"])
    assert {each.name for each in report.iterdir()} == {"report.html", "report.xml"}


def test_what_makes_no_run_tells_of_none(tmp_path: Path) -> None:
    work(tmp_path, "run --all", ["true"])
    for args in ("run --all --dry-run", "run --task 9.9", "status"):
        job = work(tmp_path, args, ["true"])
        assert (set(job.outputs), job.summary) == ({"exit-code"}, ""), args


def test_a_report_can_be_left_out_and_a_document_be_named(tmp_path: Path) -> None:
    job = work(tmp_path, "run --all", ["true"], report="false")
    assert (set(job.outputs), job.summary) == ({"exit-code", "run-id"}, "")
    assert work(tmp_path, "validate", ["true"], config="nope.yaml").code == 2


def test_the_script_gets_every_input_and_gives_every_output() -> None:
    *_, step = ACTION["runs"]["steps"]
    assert set(step["env"]) == {name.upper() if name != "args" else "ARGS" for name in ACTION["inputs"]}
    said = set(re.findall(r"say ([a-z-]+) ", (ROOT / ".ci/action.sh").read_text()))
    assert said == set(ACTION["outputs"])
    for name, output in ACTION["outputs"].items():
        assert output["value"] == f"${{{{ steps.work.outputs.{name} }}}}"


@pytest.mark.parametrize("page", ["docs/ci.md"])
def test_the_page_names_every_input_and_output(page: str) -> None:
    text = (ROOT / page).read_text()
    assert all(f"| `{name}` |" in text for name in (*ACTION["inputs"], *ACTION["outputs"]))
