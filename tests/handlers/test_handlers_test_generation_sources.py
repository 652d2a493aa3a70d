"""What generated tests depend on beside their module."""

from pathlib import Path
from typing import ClassVar

import pytest

from orchestrator.handlers.config_edit_tree import DiskTree
from orchestrator.handlers.test_generation_sources import _javascript_places, hash_of_sources

FILES = {
    "src/shop.ts": "import { rate } from './tax';\nexport { x } from '../lib';\n",
    "src/tax.ts": "import type { Rate } from './rates.js';\n",
    "src/rates.ts": "export type Rate = number;\n",
    "lib/index.ts": "export const x = 1;\n",
    "src/other.ts": "export {};\n",
    "src/top.ts": "import { all } from '..';\n",
    "index.ts": "export const all = 1;\n",
    "app/main.py": "from app import money, names\nfrom .deep import inner\nimport shared.times\n",
    "app/money.py": "",
    "app/names.py": "",
    "app/deep/__init__.py": "",
    "app/deep/inner.py": "",
    "shared/times.py": "",
    "app/other.py": "",
}


@pytest.mark.parametrize(
    ("module", "changed", "matters"),
    [
        ("src/shop.ts", "src/rates.ts", True),
        ("src/shop.ts", "lib/index.ts", True),
        ("src/shop.ts", "src/other.ts", False),
        ("src/top.ts", "index.ts", True),
        ("app/main.py", "app/names.py", True),
        ("app/main.py", "app/deep/inner.py", True),
        ("app/main.py", "shared/times.py", True),
        ("app/main.py", "app/other.py", False),
    ],
)
def test_what_a_module_imports_however_far_decides_and_nothing_else(
    tmp_path: Path, module: str, changed: str, matters: bool
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = hash_of_sources(DiskTree(str(tmp_path)), [module])  # type: ignore[arg-type]  # it only reads
    (tmp_path / changed).write_text("// something else\n")
    assert (hash_of_sources(DiskTree(str(tmp_path)), [module]) != before) is matters  # type: ignore[arg-type]


class Counting(DiskTree):
    """A tree that notes what it is asked for."""

    asked: ClassVar[list[str]] = []

    def exists(self, path: str) -> bool:
        self.asked.append(path)
        return super().exists(path)


def test_no_place_is_looked_at_twice(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    for number in range(20):
        text = "import os\nfrom typing import Any, Callable, Iterator\n"
        text += "".join(f"from shop.part{other} import f\n" for other in range(20))
        (tmp_path / f"shop/part{number}.py").write_text(text)
    tree = Counting(str(tmp_path))
    tree.asked.clear()
    hash_of_sources(tree, ["shop/part0.py"])  # type: ignore[arg-type]  # it only reads
    assert len(tree.asked) == len(set(tree.asked))
    assert len(tree.asked) < 20 * 22, "20 modules have so many imports, and each could be in eight places"


def test_the_top_is_named_as_the_workspace_takes_it():
    """`./index.ts` is refused there: it could lead out of the repository."""
    [places] = _javascript_places("src", "import { all } from '..';\n")
    assert "index.ts" in places
    assert not any(each.startswith("./") for each in places)
