"""Bad input and bad surroundings of every kind: one clear message, the right exit code, nothing lost, no traceback."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checker import Checker, Expected
from reliability_pty import Terminal
from reliability_scene import ORCHESTRATE, Called, Scene, build_scene, command_task, file_task, tree_of

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root: another user, a mount")
HEAD = "version: 1\nproject: {name: bad}\n"
TASK = '{id: "1.1", name: t, type: command, command: ["true"]}'


def one_phase(tasks: str, group: str = "id: a") -> str:
    return f'{HEAD}phases: [{{id: "1", groups: [{{{group}, tasks: [{tasks}]}}]}}]\n'


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return build_scene(
        tmp_path / "scene",
        [{"id": "a", "tasks": [file_task("1.1", "made/page.txt"), command_task("1.2", "out/new.txt")]}],
    )


def is_clear(called: Called) -> bool:
    """Say whether the message is one for people."""
    text = called.out + called.err
    return "error" in text and not any(word in text for word in ("Traceback", "internal error", "Errno"))


# ---------------------------------------------------------------- the document

DOCUMENTS: dict[str, tuple[bytes, int, str]] = {
    "empty": (b"", 3, "phases.yaml"),
    "wrong type": (one_phase('{id: "1.1", name: [], type: command, command: ["true"]}').encode(), 3, "name"),
    "a list": (b"- 1\n", 3, "phases.yaml"),
    "no YAML": (b"a: [\n", 3, "phases.yaml:"),
    "unknown key": (one_phase(TASK.replace("name: t", "name: t, nmae: x")).encode(), 3, "nmae"),
    "unknown type": (one_phase(TASK.replace("command,", "comand,")).encode(), 3, 'did you mean'),
    "unknown id": (one_phase(TASK.replace("name: t", 'name: t, depends_on: ["9.9"]')).encode(), 3, "9.9"),
    "twice the same id": (one_phase(f"{TASK}, {TASK}").encode(), 3, "1.1"),
    "cycle": (
        one_phase(
            '{id: "1.1", name: t, type: command, command: ["true"], depends_on: ["1.2"]}, '
            '{id: "1.2", name: t, type: command, command: ["true"], depends_on: ["1.1"]}'
        ).encode(),
        3,
        "1.1",
    ),
    "not UTF-8": (HEAD.encode() + b"# \xff\xfe\n", 3, "UTF-8"),
    "UTF-16": ("\ufeff" + one_phase(TASK)).encode("utf-16-le") and (one_phase(TASK).encode("utf-16"), 3, "UTF-8"),
    "NUL": (one_phase(TASK).encode() + b"\0", 3, "phases.yaml"),
    "huge": (b"# " + b"x" * 3_000_000, 3, "phases.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("word", ["validate", "plan", "run"])
def test_a_bad_document_is_told_and_nothing_is_made(scene: Scene, word: str, kind: str) -> None:
    content, code, named = DOCUMENTS[kind]
    (scene.root / "phases.yaml").write_bytes(content)
    before = tree_of(scene.root)
    called = scene.call(word, *(["--all", "--yes"] if word == "run" else []))
    assert called.code == code, called.err
    assert is_clear(called), called.err
    assert named in called.out + called.err
    assert tree_of(scene.root) == before
    assert not (scene.root / ".orchestrate").exists()


def test_a_missing_document_is_told(scene: Scene) -> None:
    (scene.root / "phases.yaml").unlink()
    for arguments in (["validate"], ["run", "--all"], ["validate", "-c", "nowhere.yaml"]):
        called = scene.call(*arguments)
        assert called.code == 2
        assert is_clear(called), called.err


def test_a_folder_or_a_pipe_is_no_document(scene: Scene) -> None:
    os.mkfifo(scene.root / "pipe")
    for name in ("src", "pipe", "/dev/zero"):
        called = scene.call("validate", "-c", name, timeout=20)
        assert called.code in (2, 3), (name, called.err)
        assert is_clear(called), called.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "--task", "9.9"], 2),
        (["run", "--phase", "nine"], 2),
        (["plan", "--task", "1.*.*"], 2),
        (["run", "--bogus"], 2),
        (["rnu"], 2),
        (["--bogus"], 2),
        (["status", "nothing-like-it"], 2),
        (["undo", "--yes"], 2),
        (["resume", "--yes"], 2),
        (["logs", "9.9"], 2),
        (["diff", "zzz"], 2),
        (["approve", "1.1"], 2),
        (["cancel"], 2),
        (["explain", "9.9"], 2),
        (["run", "--plan", "nowhere.json"], 2),
        (["validate", "--project", "nowhere"], 2),
        (["validate", "-C", "nowhere"], 2),
        (["run", "-j", "-1", "--all"], 2),
        (["run", "-j", "many", "--all"], 2),
        (["run", "--all", "-D", "nothing"], 2),
        (["run", "--all", "-D", "nothing=1"], 2),
        (["run", "--all", "--profile", "nothing"], 2),
        (["run"], 6),
    ],
    ids=str,
)
def test_a_bad_command_line_is_told(scene: Scene, arguments: list[str], code: int) -> None:
    before = tree_of(scene.root)
    called = scene.call(*arguments)
    assert called.code == code, called.err
    assert "rror" in called.err
    assert "Traceback" not in called.err
    assert "internal error" not in called.err
    assert tree_of(scene.root) == before
    assert not (scene.root / ".orchestrate").exists()


# ---------------------------------------------------------------- places that say no


@pytest.fixture
def as_nobody(scene: Scene, tmp_path: Path) -> Iterator[Callable[..., Called]]:
    """Run the command line as another user in a scene that belongs to him."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("another user needs root and setpriv")
    for folder in (tmp_path, *tmp_path.parents):
        if not folder.stat().st_mode & 1 and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)
    for path in (scene.home, *scene.home.rglob("*")):
        os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    scene.env = {"HOME": str(scene.home)}
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if subprocess.run([*prefix, ORCHESTRATE, "--version"], capture_output=True, check=False).returncode:
        pytest.skip("the other user cannot reach the installation")
    yield lambda *arguments: scene.call(*arguments, prefix=prefix)
    for path in (scene.home, *scene.home.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def test_another_user_can_do_all_of_it(scene: Scene, as_nobody: Callable[..., Called]) -> None:
    before = tree_of(scene.root)
    assert as_nobody("run", "--all", "--yes").code == 0
    assert as_nobody("undo", "--yes").code == 0
    assert tree_of(scene.root) == before


def test_a_read_only_tree_is_told_and_can_be_looked_at(scene: Scene, as_nobody: Callable[..., Called]) -> None:
    scene.root.chmod(0o555)
    before = tree_of(scene.root)
    called = as_nobody("run", "--all", "--yes")
    assert called.code == 10, called.err
    assert is_clear(called), called.err
    assert str(scene.root / ".orchestrate") in called.err
    for word in ("validate", "plan", "history"):
        assert as_nobody(word).code == 0
    assert tree_of(scene.root) == before


def test_an_unreadable_folder_or_document_is_told(scene: Scene, as_nobody: Callable[..., Called]) -> None:
    (scene.root / "phases.yaml").chmod(0)
    called = as_nobody("validate")
    assert called.code == 2, called.err
    assert is_clear(called), called.err
    (scene.root / "phases.yaml").chmod(0o644)
    (scene.root / "made").mkdir()
    os.chown(scene.root / "made", NOBODY, NOBODY)
    (scene.root / "made").chmod(0)
    called = as_nobody("run", "--all", "--yes")
    assert called.code in (1, 2, 10), called.err
    assert "made" in called.err
    assert "Traceback" not in called.err
    assert "internal error" not in called.err


@pytest.mark.parametrize("word", ["validate", "plan", "status", "run"])
def test_a_folder_that_may_not_be_searched_is_told(scene: Scene, as_nobody: Callable[..., Called], word: str) -> None:
    scene.root.chmod(0)
    called = as_nobody(word)
    assert called.code == 2, called.err
    assert is_clear(called), called.err
    assert str(scene.root) in called.err


@needs_root
def test_a_state_folder_of_somebody_else_is_refused(scene: Scene) -> None:
    state = scene.root / ".orchestrate"
    state.mkdir()
    os.chown(state, NOBODY, NOBODY)
    for arguments in (["run", "--all", "--yes"], ["undo", "--yes"], ["status"]):
        called = scene.call(*arguments)
        assert called.code in (2, 10), called.err
        assert is_clear(called), called.err
    assert list(state.iterdir()) == []


@pytest.mark.parametrize("name", ["ledger.db", "lock", "objects"])
def test_a_state_folder_with_links_in_it_is_not_followed(scene: Scene, name: str) -> None:
    outside = scene.home / "outside"
    outside.mkdir()
    (outside / "theirs").write_text("theirs")
    (scene.root / ".orchestrate").mkdir(mode=0o700)
    target = outside if name == "objects" else outside / "theirs"
    (scene.root / ".orchestrate" / name).symlink_to(target)
    called = scene.call("run", "--all", "--yes")
    assert called.code in (1, 2, 10), called.err
    assert is_clear(called) or "FAILED" in called.err, called.err
    assert tree_of(outside) == {"theirs": tree_of(outside)["theirs"]}
    assert (outside / "theirs").read_text() == "theirs"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system."""
    mounted: list[Path] = []

    def mount(size: str) -> Path:
        place = tmp_path / "disk"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("mounting needs root")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_ends_the_run_and_loses_nothing(small_disk: Callable[[str], Path]) -> None:
    scene = build_scene(
        small_disk("3m") / "scene",
        [{"id": "a", "tasks": [file_task(f"1.{number}", f"made/{number}.txt") for number in range(6)]}],
    )
    before = tree_of(scene.root)
    filler = scene.home / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(scene.home).free - 340_000))
    called = scene.call("run", "--all", "--yes")
    free = shutil.disk_usage(scene.home).free
    assert "Traceback" not in called.err
    assert called.code in (0, 10), called.err
    filler.write_bytes(b"x" * (filler.stat().st_size + free))
    again = scene.call("run", "--all", "--yes", "--force")
    assert again.code == 10, again.err
    assert is_clear(again), again.err
    assert "No space left" in again.err
    assert "orchestrate run --failed" not in again.out + again.err, "the hint says `resume`"
    assert scene.call("status").code in (0, 2)
    filler.unlink()
    last = scene.call("run", "--all", "--yes")
    assert last.code == 0, last.err
    for _ in range(3):
        if scene.call("undo", "--yes").code:
            break
        if tree_of(scene.root) == before:
            break
    assert not [path for path in tree_of(scene.root) if ".orch-" in path]


@pytest.mark.slow
@pytest.mark.parametrize("room", [0, 20_000, 60_000, 120_000, 200_000, 300_000])
def test_a_disk_that_fills_at_any_point_is_told_and_the_run_goes_on_when_there_is_room(
    small_disk: Callable[[str], Path], room: int
) -> None:
    scene = build_scene(
        small_disk("4m") / "scene",
        [{"id": "a", "tasks": [file_task(f"1.{number}", f"made/{number}.txt") for number in range(6)]}],
    )
    before = tree_of(scene.root)
    filler = scene.home / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(scene.home).free - 270_000 - room))
    checker = Checker(scene, Expected(before=before, after={}, rendered=frozenset()))
    called = scene.call("run", "--all", "--yes")
    assert called.code in (0, 10), called.err
    assert called.code == 0 or is_clear(called), called.err
    filler.unlink()
    checker.ledger_is_sound()
    assert checker.problems == []
    begun = checker.record() is not None
    resumed = scene.call("resume", "--yes") if begun else scene.call("run", "--all", "--yes")
    assert resumed.code == 0, resumed.err
    assert scene.call("undo", "--yes").code == 0
    assert tree_of(scene.root) == before


def test_a_file_that_grows_too_large_is_told(scene: Scene) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    called = scene.call("run", "--all", "--yes", preexec_fn=limited)
    assert called.code == 10, called.err
    assert is_clear(called), called.err


def test_few_descriptors_are_enough(scene: Scene) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))

    called = scene.call("run", "--all", "--yes", preexec_fn=limited)
    assert called.code == 0, called.err


# ---------------------------------------------------------------- odd surroundings


def test_without_git_everything_works(scene: Scene) -> None:
    shutil.rmtree(scene.root / ".git")
    folder = scene.home / "bin"
    folder.mkdir()
    for name in ("sh", "flock", "mkdir", "dirname", "env"):
        (folder / name).symlink_to(str(shutil.which(name)))
    scene.env = {"PATH": str(folder)}
    before = tree_of(scene.root)
    assert scene.call("run", "--all", "--yes").code == 0
    assert scene.call("undo", "--yes").code == 0
    assert tree_of(scene.root) == before


SURROUNDINGS: dict[str, dict[str, str]] = {
    "LANG=C": {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "no TERM": {"TERM": ""},
    "dumb terminal": {"TERM": "dumb"},
    "odd time zone": {"TZ": "Mars/Phobos"},
    "GIT_DIR": {"GIT_DIR": "/nowhere", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere"},
    "CI": {"CI": "true", "GITHUB_ACTIONS": "true"},
    "ascii output": {"PYTHONIOENCODING": "ascii"},
}


@pytest.mark.parametrize("kind", SURROUNDINGS)
def test_odd_variables_do_not_matter(scene: Scene, kind: str) -> None:
    (scene.root / "phases.yaml").write_text(
        (scene.root / "phases.yaml").read_text().replace("render 1.1", "Prüfung → ✓ 日本")
    )
    scene.env = SURROUNDINGS[kind]
    before = tree_of(scene.root)
    for arguments in (["validate"], ["plan"], ["run", "--all", "--yes"], ["status"], ["diff"], ["undo", "--yes"]):
        called = scene.call(*arguments)
        assert called.code == 0, (arguments, called.err)
        assert "Traceback" not in called.err
    assert tree_of(scene.root) == before


@pytest.mark.parametrize("name", ["HOME", "PATH", "TMPDIR", "everything"])
def test_missing_variables_do_not_matter(scene: Scene, name: str) -> None:
    environment = scene.environment()
    kept = {} if name == "everything" else {key: value for key, value in environment.items() if key != name}
    for arguments in (["validate"], ["run", "--task", "1.1", "--yes"], ["status"], ["undo", "--yes"]):
        called = scene.call(*arguments, env=kept)
        assert called.code == 0, (arguments, called.err)


def test_a_umask_of_077_keeps_new_files_private(scene: Scene) -> None:
    called = scene.call("run", "--all", "--yes", umask=0o077)
    assert called.code == 0, called.err
    assert (scene.root / "made/page.txt").stat().st_mode & 0o777 == 0o600
    assert (scene.root / "out/new.txt").stat().st_mode & 0o777 == 0o600


def test_a_working_folder_that_was_deleted_is_told(scene: Scene) -> None:
    gone = scene.home / "gone"
    line = f"mkdir {gone} && cd {gone} && rmdir {gone} && exec {ORCHESTRATE} "
    for word in ("validate", "run --all", "status", "undo --yes", "--help", "doctor"):
        done = subprocess.run(
            ["sh", "-c", line + word], env=scene.environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == (0 if word == "--help" else 2), (word, done.stderr)
        assert "Traceback" not in done.stderr
        assert "internal error" not in done.stderr


STREAMS = ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", ">/dev/full 2>&1"]


@pytest.mark.parametrize("streams", STREAMS)
def test_a_run_does_not_need_its_streams(scene: Scene, streams: str) -> None:
    before = tree_of(scene.root)
    for line in ("run --all --yes", "undo --yes"):
        done = subprocess.run(
            ["sh", "-c", f"exec {ORCHESTRATE} {line} {streams}"],
            cwd=scene.root,
            env=scene.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (line, done.stderr)
        assert "Traceback" not in done.stderr
        assert (scene.root / "made").exists() is line.startswith("run")
    assert tree_of(scene.root) == before


@pytest.mark.parametrize("word", ["status", "plan", "schema", "--help", "--version", "help exit-codes"])
@pytest.mark.parametrize("streams", ["<&-", ">&-", "2>&-", ">/dev/full"])
def test_a_look_tells_when_its_output_is_lost(scene: Scene, word: str, streams: str) -> None:
    scene.call("run", "--all", "--yes")
    done = subprocess.run(
        ["sh", "-c", f"exec {ORCHESTRATE} {word} {streams}"],
        cwd=scene.root,
        env=scene.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    if streams == ">/dev/full":
        assert done.returncode == (1 if word == "--version" else 10), done.stderr
    else:
        assert done.returncode in (0, 1), done.stderr


def test_file_names_that_are_not_utf8_are_recorded_and_undone(scene: Scene) -> None:
    odd = os.fsencode(scene.root) + b"/out/odd-\xff\xfe name\n"
    names = ("out/odd-\\377\\376 name\\nx", "src/\\351.txt")
    script = "mkdir -p out" + "".join(f" && printf x > \"$(printf '{name}')\"" for name in names)
    document = one_phase("PLACE").replace(
        "PLACE", '{id: "1.1", name: odd, type: command, shell: true, command: ' + repr_yaml(script) + "}"
    )
    (scene.root / "phases.yaml").write_text(document)
    before = os.listdir(os.fsencode(scene.root / "src"))
    called = scene.call("run", "--all", "--yes")
    assert called.code == 0, called.err
    assert any(b"\xff\xfe" in name for name in os.listdir(os.fsencode(scene.root / "out")))
    for word in ("status", "diff", "logs", "history"):
        assert scene.call(word).code == 0
    assert scene.call("undo", "--yes").code == 0
    assert sorted(os.listdir(os.fsencode(scene.root / "src"))) == sorted(before)
    assert not (scene.root / "out").exists()
    assert not os.path.exists(odd)


def repr_yaml(text: str) -> str:
    """Return a text as a single-quoted YAML scalar."""
    return "'" + text.replace("'", "''") + "'"


def test_output_that_is_not_utf8_is_shown_safely(scene: Scene) -> None:
    script = "printf '\\377\\376 \\033[2J\\033]0;title\\007 \\000 end\\n'"
    (scene.root / "phases.yaml").write_text(
        one_phase('{id: "1.1", name: odd, type: command, shell: true, command: ' + repr_yaml(script) + "}")
    )
    called = scene.call("run", "--all", "--yes", "--verbose")
    assert called.code == 0, called.err
    terminal = Terminal(scene, "logs", "1.1")
    assert terminal.ended() == 0
    terminal.close()
    for text in (called.err, terminal.shown.decode(errors="replace")):
        assert "\x1b[2J" not in text
        assert "\x1b]0" not in text


def test_what_a_run_says_about_itself_is_no_change_of_a_task(scene: Scene) -> None:
    before = tree_of(scene.root)
    line = f"exec {ORCHESTRATE} run --all --yes --json --events events.ndjson >run.json 2>logs.txt"
    subprocess.run(["sh", "-c", line], cwd=scene.root, env=scene.environment(), check=True)
    said = {"events.ndjson", "run.json", "logs.txt"}
    undone = scene.call("undo", "--yes")
    assert undone.code == 0, undone.err
    after = tree_of(scene.root)
    assert said <= set(after)
    assert {path: what for path, what in after.items() if path not in said} == before
