"""What test files do for their modules: goals reached and mutants noticed, measured by running them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.scratch_tests import measured_name, measuring_test, recorded


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """For each test the goals that it reaches and the mutants that it kills, by number."""

    imported: frozenset[int]
    goals: Mapping[str, frozenset[int]]
    kills: Mapping[str, frozenset[int]]
    failures: Mapping[str, str]
    tried: frozenset[int]
    is_cut_short: bool

    @property
    def reached(self) -> frozenset[int]:
        """Return the goals that importing the module or any test reaches."""
        return self.imported.union(*self.goals.values())

    @property
    def killed(self) -> frozenset[int]:
        """Return the mutants that any test notices."""
        return frozenset().union(*self.kills.values())


async def measure(
    bench: Bench,
    modules: Mapping[str, Mapping[str, object]],
    texts: Mapping[str, str],
    *,
    seconds: float,
    likely: Mapping[str, Mapping[int, Sequence[str]]] | None = None,
) -> dict[str, Measured | str]:
    """Run test files on instrumented modules; the answer for a file that cannot be measured is the reason.

    The mappings go by test file: the analysis of the module that it tests, its text, and for each mutant the names of
    the tests that are likely to notice it; with these, one test that notices a mutant is enough.
    """
    results = {}
    for number, file in enumerate(texts):
        results[file] = bench.scratch / f"measured-{number}.json"
        results[file].unlink(missing_ok=True)
        order = {"result": str(results[file]), "seconds": seconds, **({"likely": likely[file]} if likely else {})}
        _prepare(bench, modules[file], file, texts[file], bench.scratch / f"measure-{number}.json", order)
    files = [measured_name(file) for file in texts]
    report = await bench.run_files(files, seconds=seconds * len(texts) * 6 + 120)
    found: dict[str, Measured | str] = {}
    for file, result in results.items():
        content = json.loads(result.read_text()) if result.exists() else {"problem": report.tail}
        found[file] = content["problem"] if "problem" in content else _measured(content)
    return found


def _prepare(
    bench: Bench, module: Mapping[str, object], file: str, text: str, plan: Path, order: Mapping[str, object]
) -> None:
    """Put an instrumented module, its tests and what measures them into the copy of the project."""
    rewritten = module["texts"]
    assert isinstance(rewritten, dict)
    for name, source in rewritten.items():
        bench.overlay.write(name, source)
    bench.overlay.write(file, recorded(text))
    bench.overlay.write(measured_name(file), measuring_test(bench.tools, str(plan)))
    test = str(bench.overlay.path(file).resolve())
    plan.write_text(json.dumps({"path": str(module["path"]), "test": test, "packages": _kept(module), **order}))


def _kept(module: Mapping[str, object]) -> Sequence[str]:
    """Return the packages that servers are made of: loading them takes longer than all tests."""
    server = module.get("server")
    return tuple(server["externals"]) if isinstance(server, dict) else ()


def _measured(content: Mapping[str, object]) -> Measured:
    tests = content["tests"]
    imported, tried = content["imported"], content["tried"]
    assert isinstance(tests, dict)
    assert isinstance(imported, list)
    assert isinstance(tried, list)
    return Measured(
        imported=frozenset(imported),
        goals={name: frozenset(each["goals"]) for name, each in tests.items()},
        kills={name: frozenset(each["kills"]) for name, each in tests.items()},
        failures={name: each["failure"] for name, each in tests.items() if each["failure"]},
        tried=frozenset(tried),
        is_cut_short=bool(content["isCutShort"]),
    )
