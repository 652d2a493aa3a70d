"""Three-way merges: both changes are there, or none."""

import pytest

from orchestrator.workspace.merging import merged

BASE = b"a\nb\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (b"A\nb\nc\nd\ne\n", b"a\nb\nc\nd\nE", b"A\nb\nc\nd\nE"),
        (b"a\nc\nd\ne\n", b"a\nb\nc\nd\nx\ne\n", b"a\nc\nd\nx\ne\n"),
        (b"x\na\nb\nc\nd\ne\n", b"a\nb\nc\nd\ne\ny\n", b"x\na\nb\nc\nd\ne\ny\n"),
        (BASE, b"z\n", b"z\n"),
        (b"a\nB\nc\nd\ne\n", b"a\nX\nc\nd\ne\n", None),
        (b"a\nB\nc\nd\ne\n", b"a\nb\nC\nd\ne\n", None),
        (b"x\na\nb\nc\nd\ne\n", b"y\na\nb\nc\nd\ne\n", None),
        (b"\0" + BASE, BASE + b"y\n", None),
    ],
)
def test_changes_of_both_are_there_unless_they_touch(one: bytes, other: bytes, wanted: bytes | None) -> None:
    assert merged(BASE, one, other) == wanted
    assert merged(BASE, other, one) == wanted
