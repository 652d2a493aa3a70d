"""Functions that take a path get a temporary folder, and what they leave in it is looked at."""

STORE = """\
import json
from pathlib import Path


def save(path: Path, orders: list[str]) -> None:
    if not orders:
        raise ValueError("nothing to save")
    path.write_text(json.dumps({"orders": orders, "count": len(orders)}))


def load(path: Path) -> list[str]:
    if not path.exists():
        return []
    kept = json.loads(path.read_text())
    if "orders" not in kept:
        raise ValueError("no orders in it")
    return kept["orders"][: kept["count"]]
"""
LINES = """\
def count_lines(filename: str) -> int:
    total = 0
    with open(filename) as file:
        for line in file:
            if line.strip():
                total += 1
    return total
"""


def test_what_is_saved_is_looked_at_and_loaded_again(workbench) -> None:
    workbench.write("store.py", STORE)
    made = workbench.generate("store.py", budget=30)
    assert made.statements.reached == made.statements.total
    assert "def test_" in made.text
    assert "(tmp_path" in made.text
    assert 'save(tmp_path / "a.json", ' in made.text
    assert 'load(tmp_path / "a.json")' in made.text
    assert workbench.files() == ["store.py"]


def test_a_file_is_there_to_be_read_by_its_name(workbench) -> None:
    workbench.write("lines.py", LINES)
    made = workbench.generate("lines.py", budget=30)
    assert made.statements.reached == made.statements.total
    assert "count_lines(str(file_with(tmp_path / " in made.text


PLAIN = """\
def shortened(path: str) -> str:
    head, _, name = path.rpartition("/")
    return f".../{name}" if head else name
"""


def test_a_path_that_nobody_opens_stays_a_text(workbench) -> None:
    workbench.write("plain.py", PLAIN)
    assert "tmp_path" not in workbench.generate("plain.py", budget=20).text
