"""Questions that only what the module makes answers with yes are asked about that in generated tests."""

import re

import pytest

SOURCE = '''
import hashlib


class Seal:
    def __init__(self, secret: bytes):
        self.secret = secret

    def marked(self, value: bytes) -> bytes:
        return value + b"." + self.mark_of(value)

    def mark_of(self, value: bytes) -> bytes:
        return hashlib.sha256(self.secret + value).hexdigest()[:10].encode()

    def opened(self, marked: bytes) -> bytes:
        value, _, mark = marked.rpartition(b".")
        if not self.holds(value, mark):
            raise ValueError("no such mark")
        return value

    def wrapped(self, value: bytes, left: bytes, right: bytes) -> bytes:
        return left + value + right

    def padded(self, value: bytes, width: int, fill: bytes = b" ") -> bytes:
        return value.rjust(width, fill)

    def parts(self, value: bytes, separator: bytes) -> list:
        return value.split(separator)

    def joined(self, first: bytes, second: bytes) -> bytes:
        return first + b"-" + second

    def holds(self, content: bytes, mark: bytes) -> bool:
        """Say whether a mark is the one of some content."""
        try:
            number = int(mark, 16)
        except ValueError:
            return False
        return number == int(self.mark_of(content), 16)
'''


@pytest.fixture(scope="module")
def texts(workbench) -> list[str]:
    """Return what two runs gave that nothing but the number of calls limits."""
    workbench.write("seals.py", SOURCE)
    with workbench.counted_time():
        return [workbench.generate("seals.py", budget=30).text for _ in range(2)]


def test_what_a_method_makes_is_accepted_by_another_of_the_same_object(texts):
    assert re.search(r"assert seal\.holds\((.+), seal\.mark_of\(\1\)\) is True", texts[0]), texts[0]
    assert re.search(r"test_seal_holds_returns_false|, False\)", texts[0]), texts[0]


def test_the_same_questions_are_asked_every_time(texts):
    assert texts[0] == texts[1]
