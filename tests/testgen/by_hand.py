"""What a person does in a project of TypeScript or JavaScript: has tests written, and runs them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

JEST = "node_modules/jest/bin/jest.js"


def generate(target: str, *options: str, budget: int, root: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Write the tests of modules with the command of the product, whatever comes of it."""
    command = [sys.executable, "-m", "orchestrator", "tests", "generate", target, "--write", "--budget", str(budget)]
    return subprocess.run([*command, *options], cwd=root, capture_output=True, text=True, check=False)


def generated(target: str, *options: str, budget: int, root: Path | None = None) -> str:
    """Write the tests of modules, which has to go well; return the reports as JSON."""
    made = generate(target, "--json", *options, budget=budget, root=root)
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout


def reports_of(target: str, *options: str, budget: int, root: Path | None = None) -> dict[str, dict[str, Any]]:
    """Write the tests of modules, which has to go well; return the reports by module."""
    text = generated(target, *options, budget=budget, root=root)
    found, at = {}, 0
    while at < len(text):
        report, end = json.JSONDecoder().raw_decode(text, at)
        found[report["module"]] = report
        at = end + 1  # a line each
    return found


def report_of(target: str, *options: str, budget: int) -> dict[str, Any]:
    """Write the tests of one module, which has to go well; return the report."""
    report: dict[str, Any] = json.loads(generated(target, *options, budget=budget))
    return report


def run_node(*arguments: str, root: Path | None = None) -> None:
    """Run the project's own tests with a script of its packages, which has to go well."""
    done = subprocess.run(["node", *arguments], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def answer_of(script: str) -> Any:
    """Return what a script prints, as JSON."""
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def run_jest(root: Path | None = None) -> None:
    """Run the project's own tests in Jest, which has to go well."""
    run_node(JEST, root=root)


def let_default_imports_be(project: Path) -> None:
    """Let modules import by default what packages of CommonJS export."""
    options = json.loads((project / "tsconfig.json").read_text())
    options["compilerOptions"]["esModuleInterop"] = True
    (project / "tsconfig.json").write_text(json.dumps(options))
