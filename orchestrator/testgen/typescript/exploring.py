"""Explore modules in the project's runner, again without the subject that ended the process when one did."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.testgen.generator import Settings, Target
from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.candidates import Exploration, read_exploration
from orchestrator.testgen.typescript.complaints import what_went_wrong
from orchestrator.testgen.typescript.scratch_tests import exploring_test

_CALLS_PER_SECOND = 1000  # of the budget: a number of calls, so that the result does not depend on the machine
_RESTARTS = 4
_PARTS = {"routes": "api", "handler": "api", "hook": "api", "reader": "api", "config": "config"}  # by kind of subject


async def explore(
    bench: Bench, targets: Sequence[Target], modules: Mapping[str, Mapping[str, Any]], helper: str, settings: Settings
) -> tuple[dict[str, Exploration | str], dict[str, list[str]]]:
    """Return for each module what was found, or why it cannot be explored; and the subjects that ended the process."""
    found: dict[str, Exploration | str] = {}
    avoid: dict[str, list[str]] = {each.path: [] for each in targets}
    waiting = list(targets)
    for _ in range(_RESTARTS):
        orders = {each.path: _order(bench, number, each, modules[each.path], helper, settings, avoid[each.path])
                  for number, each in enumerate(waiting)}  # fmt: skip
        _write_modules(bench, [modules[each.path] for each in waiting])
        report = await bench.run_files(
            [each.test_file for each in waiting], seconds=settings.budget * len(waiting) * 6 + 120
        )
        left = []
        for each in waiting:
            result, journal = orders[each.path]
            if result.exists():
                content = json.loads(result.read_text())
                module = modules[each.path]
                found[each.path] = content["problem"] if "problem" in content else read_exploration(module, content)
                continue
            last = _last(journal)
            if last and last not in avoid[each.path]:
                avoid[each.path].append(last)
                left.append(each)
            elif not last and len(waiting) > 1:
                left.append(each)  # another module ended the process before this one's turn
            else:
                found[each.path] = f"could not be explored: {_told(report, bench, each.test_file)}"
        waiting = left
        if not waiting:
            break
    for each in waiting:
        found.setdefault(each.path, "ends the runner's process again and again")
    return found, avoid


def _order(
    bench: Bench,
    number: int,
    target: Target,
    module: Mapping[str, Any],
    helper: str,
    settings: Settings,
    avoid: Sequence[str],
) -> tuple[Path, Path]:
    result, journal = bench.scratch / f"explored-{number}.json", bench.scratch / f"journal-{number}"
    result.unlink(missing_ok=True)
    journal.unlink(missing_ok=True)
    plan = bench.scratch / f"plan-{number}.json"
    place = bench.overlay.place.resolve()
    order = {
        **{key: value for key, value in module.items() if key not in ("texts", "used")},
        "root": f"{place}/",
        "absolute": str(place / target.path),
        "helper": str(place / helper),
        "result": str(result),
        "journal": str(journal),
        "cache": str(bench.scratch / "cache"),
        "avoid": list(avoid),
        "seed": settings.seed,
        "calls": int(settings.budget * _CALLS_PER_SECOND),
        "seconds": settings.budget,
        "api": bench.tools.api,
        "isScript": bench.tools.is_script,
        "isSync": bench.tools.is_script or bench.tools.keeps_imports,
        "load": _load(bench, target),
        "isTyped": target.test_file.endswith((".ts", ".tsx", ".mts", ".cts")),
        "subjects": _asked_for(module["subjects"], settings),
    }
    plan.write_text(json.dumps(order))
    bench.overlay.write(target.test_file, exploring_test(bench.tools, str(plan)))
    return result, journal


def _load(bench: Bench, target: Target) -> str:
    """Return how a test loads the module while it runs; `'<module>'` stands for its name."""
    if bench.tools.is_script:
        return "require('<module>')"
    if not bench.tools.keeps_imports:
        return "import('<module>')"
    kind = "<typeof import('<module>')>" if target.test_file.endswith(("ts", "tsx")) else ""
    return f"jest.requireActual{kind}('<module>')"


def _asked_for(subjects: Sequence[Mapping[str, Any]], settings: Settings) -> list[Mapping[str, Any]]:
    """Return the subjects of the kinds of tests that are wanted."""
    return [each for each in subjects if _PARTS.get(each["kind"], "unit") in settings.parts]


def _write_modules(bench: Bench, modules: Sequence[Mapping[str, Any]]) -> None:
    """Write what is explored over what is only used: a module may be both."""
    for key in ("used", "texts"):
        for module in modules:
            for path, text in module[key].items():
                bench.overlay.write(path, text)


def _last(journal: Path) -> str:
    try:
        return journal.read_bytes().partition(b"\0")[0].decode(errors="replace")
    except OSError:
        return ""


def _told(report: Any, bench: Bench, file: str) -> str:
    found = report.files.get(str(bench.overlay.path(file).resolve()))
    return what_went_wrong(found.message or "\n".join(found.tests.values()) if found else report.tail)
