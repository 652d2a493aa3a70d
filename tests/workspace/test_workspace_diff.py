"""Diffs: git itself applies them and gets the same tree."""

import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workspace_world import NOON, RUN

from orchestrator.models.record import Change, RecordedChange, RunRecord
from orchestrator.models.status import RunState
from orchestrator.workspace.diff import diff_of_changes, difference, diffs_of
from orchestrator.workspace.node import Node, digest_of
from orchestrator.workspace.objects import NotKept
from orchestrator.workspace.unified import hunks


def file(data: bytes, mode: int = 0o644) -> Node:
    return Node(data=data, mode=mode)


def test_a_changed_line_is_shown_with_its_surroundings() -> None:
    before = file(b"1\n2\n3\n4\n5\n6\n7\n8\n9\n")
    (diff,) = diffs_of("src/a.txt", before, file(b"1\n2\n3\n4\nfive\n6\n7\n8\n9\n"))
    assert diff.text == (
        "diff --git a/src/a.txt b/src/a.txt\n"
        "--- a/src/a.txt\n"
        "+++ b/src/a.txt\n"
        "@@ -2,7 +2,7 @@\n"
        " 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
    )
    assert (diff.status, diff.added, diff.removed, diff.binary) == ("modified", 1, 1, False)


def test_a_missing_last_line_end_is_marked() -> None:
    assert difference("a", file(b"x"), file(b"x\n")) == (
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "status", "text"),
    [
        pytest.param(None, file(b""), "new", "new file mode 100644\n", id="new and empty"),
        pytest.param(
            None,
            file(b"x\n", 0o755),
            "new",
            "new file mode 100755\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n",
            id="new",
        ),
        pytest.param(
            file(b"x\n"),
            None,
            "deleted",
            "deleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n",
            id="deleted",
        ),
        pytest.param(file(b"x"), file(b"x", 0o755), "mode", "old mode 100644\nnew mode 100755\n", id="mode"),
        pytest.param(file(b"\0"), file(b"\1\0"), "modified", "Binary files a/a and b/a differ\n", id="binary"),
        pytest.param(
            None, file(b"\xff"), "new", "new file mode 100644\nBinary files /dev/null and b/a differ\n", id="no text"
        ),
        pytest.param(
            None,
            Node(kind="link", data=b"to"),
            "new",
            "new file mode 120000\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+to\n\\ No newline at end of file\n",
            id="link",
        ),
    ],
)
def test_headers_say_what_happened(before: Node | None, after: Node | None, status: str, text: str) -> None:
    (diff,) = diffs_of("a", before, after)
    assert diff.text == f"diff --git a/a b/a\n{text}"
    assert diff.status == status


def test_a_file_that_becomes_a_link_is_deleted_and_made() -> None:
    diffs = diffs_of("a", file(b"x\n"), Node(kind="link", data=b"to"))
    assert [diff.status for diff in diffs] == ["deleted", "new"]


def test_folders_are_named() -> None:
    (diff,) = diffs_of("a/b", None, Node(kind="folder"))
    assert diff.text == "new folder a/b/\n"


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", "line\nbreak", "\x1b[2J", "ba\uefffd"])
def test_no_name_reaches_a_terminal_raw(name: str) -> None:
    text = difference(name, None, file(b"x\n"))
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("\n") == 6


LINES = st.lists(st.sampled_from(["a", "b", "", "c\r", "\ufeff", "d\x0ce", "\u2028"]), max_size=12)
TEXTS = st.builds(lambda lines, end: ("\n".join(lines) + end).encode(), LINES, st.sampled_from(["", "\n"]))
MODES = st.sampled_from([0o644, 0o755])
NODES = st.one_of(st.none(), st.builds(file, TEXTS, MODES))
NAMES = st.sampled_from(["a.txt", "with space", "deep/er/b", 'quo"te', "ünï", "tab\there"])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, st.tuples(NODES, NODES), min_size=1, max_size=4))
def test_git_applies_our_diffs(cases: dict[str, tuple[Node | None, Node | None]]) -> None:
    patch = "".join(difference(name, *nodes) for name, nodes in cases.items() if nodes[0] != nodes[1])
    with tempfile.TemporaryDirectory() as folder:
        ours, wanted = Path(folder) / "ours", Path(folder) / "wanted"
        for root, side in ((ours, 0), (wanted, 1)):
            root.mkdir()
            for name, nodes in cases.items():
                if (node := nodes[side]) is not None:
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_bytes(node.data)
                    (root / name).chmod(node.mode or 0)
        if patch:
            done = subprocess.run(
                ["git", "apply", "--unidiff-zero", "-"], cwd=ours, input=patch.encode(), capture_output=True
            )
            assert done.returncode == 0, done.stderr.decode()
        assert files(ours) == files(wanted)


def files(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mode, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file()
    }


def test_a_long_file_with_one_change_is_compared_quickly() -> None:
    lines = [f"line {number}\n" for number in range(200_000)]
    after = [*lines[:100_000], "inserted\n", *lines[100_000:]]
    found = list(hunks("".join(lines), "".join(after)))
    assert found[0] == "@@ -99998,6 +99998,7 @@\n"
    assert len(found) == 8


def test_two_long_files_with_nothing_in_common_are_shown_as_replaced() -> None:
    found = list(hunks("a\n" * 6_000, "b\n" * 6_000))
    assert found[0] == "@@ -1,6000 +1,6000 @@\n"


class Kept:
    """Contents in a dictionary."""

    def __init__(self, *contents: bytes) -> None:
        self.contents = {digest_of(data): data for data in contents}

    def get(self, sha: str) -> bytes:
        if sha not in self.contents:
            raise NotKept(f"the content {sha[:12]} is not kept")
        return self.contents[sha]


def record_of(*changes: tuple[str, bytes | None, bytes | None, str]) -> RunRecord:
    return RunRecord(
        id=RUN,
        kind="run",
        started=NOON,
        state=RunState.SUCCEEDED,
        command=(),
        plan={},
        tasks=(),
        changes=tuple(
            RecordedChange(
                seq=seq,
                task="1.1",
                attempt=1,
                state=state,
                change=Change(
                    path=path,
                    before=None if before is None else digest_of(before),
                    after=None if after is None else digest_of(after),
                    mode_before=None if before is None else 0o644,
                    mode_after=None if after is None else 0o644,
                ),
            )
            for seq, (path, before, after, state) in enumerate(changes)
        ),
    )


def test_the_diff_of_a_run_goes_from_the_first_state_to_the_last() -> None:
    record = record_of(
        ("z", None, b"1\n", "made"),
        ("a", b"1\n", b"2\n", "made"),
        ("a", b"2\n", b"3\n", "made"),
        ("back", b"1\n", b"2\n", "made"),
        ("back", b"2\n", b"1\n", "made"),
        ("failed", None, b"1\n", "rolled_back"),
    )
    diffs = diff_of_changes(record, Kept(b"1\n", b"2\n", b"3\n"))
    assert [(diff.path, diff.status) for diff in diffs] == [("a", "modified"), ("z", "new")]
    assert "-1\n+3\n" in diffs[0].text


def test_a_content_that_is_not_kept_is_said() -> None:
    (diff,) = diff_of_changes(record_of(("large.bin", b"1", b"2", "made")), Kept())
    assert diff.binary
    assert diff.text.startswith("diff --git a/large.bin b/large.bin\nthe content ")
    assert diff.text.endswith(" is not kept\n")
