"""Hostile paths: every form, with every method; and names that are no UTF-8."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspace_world import tree_hash

from orchestrator.errors import PathRefused
from orchestrator.workspace.paths import check_path, check_recorded, from_bytes, is_protected, to_bytes
from orchestrator.workspace.workspace import TreeWorkspace

FORMS = (
    "..",
    "../out/x",
    "../../etc/passwd",
    "a/../../out/x",
    "a/b/../../../out/x",
    "/etc/passwd",
    "//etc/passwd",
    "~/x",
    "~root/x",
    "a//x",
    "a/./x",
    "./x",
    "x/",
    "/",
    "",
    ".",
    "a/..",
    "..\\out\\x",
    "a\\..\\..\\out",
    "C:\\x",
    "C:/x",
    "\\\\host\\share\\x",
    "folder-link/x",
    "folder-link/secret",
    "relative-link/x",
    "file-link",
    "a/root-link/etc/passwd",
    "a/up/../out/x",
    "a/up/x",
    "loop",
    "loop/x",
    "pipe",
    "magic/etc/passwd",
    "cwd/x",
    "git-link/config",
    "fd-link/0",
    "dangling",
    "dangling-out",
    ".git/config",
    ".git/hooks/post-checkout",
    ".GIT/config",
    ".Git/x",
    ".git./x",
    ".git /x",
    "GIT~1/x",
    "a/.git/config",
    ".g\u200cit/config",
    ".git::$INDEX_ALLOCATION/config",
    ".orchestrate/ledger.db",
    ".ORCHESTRATE/x",
    ".orchestrate./x",
    "ORCHES~1/x",
    "x\0y",
    "x\ny",
    "x\x1b[2Jy",
    "x\u202ey",
    "x\x9by",
    "x\udc80y",
    "a/" + "y" * 300,
    "y/" * 2100 + "z",
    "a/b/",
    "ok.txt ",
    "ok.txt.",
    " lead",
    "a/ /x",
    "%2e%2e/%2e%2e/etc/passwd/..",
    "..%2f/..",
    "....//....//out",
    ".../../out",
    "a/b/../../..",
    "folder-link/../out/x",
    "relative-link/../../out/x",
    "magic/../x",
    "a/root-link/tmp/x",
    "a/up/up/up/out/x",
    "\ufeff../x/..",
    "x/../..",
    "a/\u2028/x",
)
HOSTILE = tuple(dict.fromkeys((*FORMS, *(f"{form}/zz" for form in FORMS))))

METHODS = {
    "read_bytes": lambda attempt, path: attempt.read_bytes(path),
    "read_text": lambda attempt, path: attempt.read_text(path),
    "exists": lambda attempt, path: attempt.exists(path),
    "is_folder": lambda attempt, path: attempt.is_folder(path),
    "stamp": lambda attempt, path: attempt.stamp(path),
    "glob": lambda attempt, path: attempt.glob(path),
    "write_bytes": lambda attempt, path: attempt.write_bytes(path, b"evil"),
    "write_text": lambda attempt, path: attempt.write_text(path, "evil"),
    "remove": lambda attempt, path: attempt.remove(path),
    "make_folder": lambda attempt, path: attempt.make_folder(path),
}
# Looking at these may answer "nothing there" instead of refusing: they lie below a pipe or a link to nowhere.
LOOKS = frozenset({"exists", "is_folder", "stamp", "glob", "remove"})


@pytest.fixture
def traps(root: Path, tmp_path: Path) -> Path:
    outside = tmp_path / "out"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    (root / "a" / "b").mkdir(parents=True)
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / ".git" / "config").write_text("[core]\n")
    for name, target in {
        "folder-link": str(outside),
        "relative-link": "../out",
        "file-link": str(outside / "secret"),
        "a/root-link": "/",
        "a/up": "..",
        "loop": "loop",
        "magic": "/proc/self/root",
        "cwd": "/proc/self/cwd",
        "git-link": str(root / ".git"),
        "fd-link": "/dev/fd",
        "dangling": "nowhere",
        "dangling-out": str(outside / "new"),
    }.items():
        os.symlink(target, root / name)
    os.mkfifo(root / "pipe")
    return outside


def test_there_are_enough_hostile_forms() -> None:
    assert len(HOSTILE) >= 144


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("portable", [False, True], ids=["openat2", "by steps"])
def test_no_hostile_path_is_answered(
    workspace: TreeWorkspace, root: Path, traps: Path, method: str, portable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if portable:
        from orchestrator.workspace.confined import open_by_steps

        monkeypatch.setattr(workspace._tree, "_open", open_by_steps)
    start = tree_hash(root), tree_hash(traps), (root / ".git/config").read_bytes()
    answered = []
    for path in HOSTILE:
        attempt = workspace.open_attempt("1.1", 1)
        try:
            answer = METHODS[method](attempt, path)
        except (PathRefused, FileNotFoundError) as error:
            if isinstance(error, FileNotFoundError) and not method.startswith("read"):
                answered.append((path, error))
            continue
        if method not in LOOKS or answer:
            answered.append((path, answer))
    assert answered == []
    assert (tree_hash(root), tree_hash(traps), (root / ".git/config").read_bytes()) == start


@pytest.mark.parametrize("path", ["a", "src/app.ts", "ä/ü.txt", "a b/c", ".github/x", ".gitignore", "git/x", "a.git/x"])
def test_ordinary_paths_are_fine(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize("path", ["aux.", " lead", "x\ny", "x\x1by", "a\\b", "C:x"])
def test_a_recorded_path_may_have_any_name(path: str) -> None:
    assert check_recorded(path) == path


@pytest.mark.parametrize("path", ["", "..", "a/../b", "/etc", "a//b", ".git/x", "a/.GIT/x", ".orchestrate", "x\0y"])
def test_a_recorded_path_may_not_lead_out(path: str) -> None:
    with pytest.raises(PathRefused):
        check_recorded(path)


@given(st.binary(min_size=1).filter(lambda name: b"\0" not in name))
def test_every_file_name_has_a_text_form_of_its_own(name: bytes) -> None:
    text = from_bytes(name)
    assert to_bytes(text) == name
    text.encode()  # no lone surrogates: JSON and SQLite can carry it


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_form_comes_back_as_itself_or_as_the_name_it_stands_for(text: str) -> None:
    assert to_bytes(from_bytes(to_bytes(text))) == to_bytes(text)


@pytest.mark.parametrize("name", [".git", ".GIT", ".git.", ".git ", "git~1", ".g\u200dit", ".git:x", ".Orchestrate"])
def test_a_protected_folder_is_known_by_all_its_names(name: str) -> None:
    assert is_protected(name)
