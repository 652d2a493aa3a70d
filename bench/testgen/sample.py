"""A sample of generated tests for a reader: `python -m bench.testgen.sample ROWS FOLDER [--count 40] [--seed 1]`.

ROWS is a results file of `python -m bench.testgen`. Tests are drawn by chance from all its packages alike; FOLDER gets
one file per test, with the imports and fixtures of the file in which it stands, and the question for the reader.
"""

import argparse
import ast
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

QUESTION = """You review a pull request as the maintainer of these packages. The sources lie beside this file.
Judge every test by itself, strictly: would you keep it as it is? Answer `NUMBER yes` or `NUMBER no: REASON`.
"""


def main() -> int:
    """Write the sample."""
    parser = argparse.ArgumentParser(prog="python -m bench.testgen.sample", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", type=Path, help="results of bench.testgen")
    parser.add_argument("folder", type=Path, help="where the sample goes")
    parser.add_argument("--count", type=int, default=40, help="how many tests")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other tests")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in arguments.rows.read_text().splitlines()]
    arguments.folder.mkdir(parents=True, exist_ok=True)
    (arguments.folder / "QUESTION.txt").write_text(QUESTION)
    for number, (module, text) in enumerate(draw(rows, arguments.count, arguments.seed), 1):
        (arguments.folder / f"{number:02}.py").write_text(f"# {module}\n{text}")
    return 0


def draw(rows: list[dict[str, Any]], count: int, seed: int) -> list[tuple[str, str]]:
    """Return (module, test) for tests of all packages in turn."""
    rng = random.Random(seed)
    by_package: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        tests = by_package.setdefault(row["package"], [])
        tests += [(row["module"], each) for each in tests_of(row["ours"]["text"])]
    for tests in by_package.values():
        rng.shuffle(tests)
    longest = max(map(len, by_package.values()), default=0)
    in_turn = [tests[n] for n in range(longest) for tests in by_package.values() if n < len(tests)]
    return in_turn[:count]


def tests_of(text: str) -> Iterator[str]:
    """Yield each test of a file with everything beside tests."""
    nodes = ast.parse(text).body
    lines = text.splitlines()
    tests = [each for each in nodes if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]
    rest = [each for each in nodes if each not in tests]
    head = "\n".join(_source(each, lines) for each in rest)
    for each in tests:
        yield f"{head}\n\n\n{_source(each, lines)}\n"


def _source(node: ast.stmt, lines: list[str]) -> str:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    return "\n".join(lines[first - 1 : node.end_lineno])


if __name__ == "__main__":
    sys.exit(main())
