"""Tests of what is drawn at random: what chance decides is not pinned, whatever often it comes."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from orchestrator.testgen.filters import NOT_REPEATED
from orchestrator.testgen.python.explorer import leaning_chance

EXPLORER = Path(leaning_chance.__file__).parent


def leaning(side: int, lines: str) -> list[str]:
    head = f"import random\nold = random.Random()\nimport leaning_chance\nleaning_chance.lean({side})\n"
    argv = [sys.executable, "-c", head + textwrap.dedent(lines)]
    done = subprocess.run(argv, env={"PYTHONPATH": str(EXPLORER)}, check=True, capture_output=True, text=True)
    return done.stdout.split()


DRAWS = {
    "random": "random.random()",
    "a generator": "random.Random().random()",
    "uniform": "random.uniform(0, 1)",
    "randrange": "random.randrange(100) / 100",
    "choice": "random.choice(range(100)) / 100",
    "choices": "random.choices(range(100))[0] / 100",
    "sample": "random.sample(range(100), 3)[0] / 100",
}


@pytest.mark.parametrize("draw", DRAWS)
def test_nearly_all_draws_lie_on_one_side(draw):
    lines = f"print(*({DRAWS[draw]} for _ in range(200)))"
    low, high = ([float(each) for each in leaning(side, lines)] for side in (0, 1))
    assert sum(each < 0.06 for each in low) > 140
    assert sum(each > 0.94 for each in high) > 140
    assert any(0.1 < each < 0.9 for each in low + high)  # those who draw until one suits them come to an end


def test_what_has_a_seed_or_a_state_is_drawn_as_always():
    lines = """
        print(random.Random(7).random(), random.Random("seed").randrange(1000))
        random.seed(7)
        print(random.random(), random.choice(range(1000)))
        free = random.Random()
        free.setstate(random.Random(7).getstate())
        print(free.random())
    """
    expected = subprocess.run(
        [sys.executable, "-c", "import random\n" + textwrap.dedent(lines)], check=True, capture_output=True, text=True
    ).stdout.split()
    assert leaning(0, lines) == leaning(1, lines) == expected


def test_classes_and_methods_of_others_go_on_working():
    lines = """
        import pickle
        class Half(random.Random):
            def random(self):
                return 0.5
        assert Half().choice("abc") == "b"
        assert isinstance(old, random.Random) and isinstance(random.SystemRandom(), random.Random)
        assert type(pickle.loads(pickle.dumps(random.Random(3)))) is random.Random
        letters = list("abcdefgh")
        random.shuffle(letters)
        print("".join(sorted(letters)), len(set(random.sample(range(10_000), 5_000))))
    """
    assert leaning(0, lines) == leaning(1, lines) == ["abcdefgh", "5000"]


MODULE = '''\
import random


def is_lucky():
    """Say whether most of many draws are high."""
    return sum(random.random() > 0.9 for _ in range(200)) > 100


def code(names, seed):
    """Return one of the names, always the same for a seed."""
    return random.Random(seed).choice(names)
'''


def test_what_comes_nearly_always_is_not_pinned_and_what_has_a_seed_is(workbench):
    workbench.write("draws.py", MODULE)
    made = workbench.generate("draws.py", budget=10)
    assert "code(" in made.text
    assert "is_lucky()" not in made.text
    assert made.dropped[NOT_REPEATED] == 1


def test_tests_that_a_person_wrote_may_count_on_many_draws(workbench):
    workbench.write("draws.py", MODULE)
    text = "from draws import is_lucky\n\n\ndef test_it():\n    assert is_lucky() is False\n"
    assert workbench.examine("draws.py", text).proof.dropped == {}
