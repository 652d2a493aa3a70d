"""C1 to C12: what has to hold after every fault, looked at from outside.

The witnesses do not trust the product: what tasks did comes from a log that they append to themselves, what was
acknowledged from the events that the parent got, the tree from its bytes, the user's git state from git's own files.
The ledger is read by the product's reader, opened to read, and once more by SQLite itself.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reliability_scene import Called, Scene, git, tree_of, wait_until_gone

from orchestrator.errors import OrchestrateError
from orchestrator.ledger.sqlite import SqliteLedger
from orchestrator.models.record import RunRecord
from orchestrator.models.status import DONE

_TEMP = re.compile(r"\.orch-|\.new(-|$)|\.tmp$")
_KEPT = frozenset(
    {"backups", "ballast", "cache", "ledger.db", "lock", "logs", "objects", "proposed", "running", "timeline.json"}
)
_OF_THE_KILLED = frozenset({"ledger.db-wal", "ledger.db-shm", "lock.holder"})
_SETTLE = 1.0  # seconds after a kill


@dataclass(frozen=True, kw_only=True)
class Git:
    """What is the user's own in a repository, byte for byte."""

    index: bytes
    refs: str
    stash: str
    config: bytes
    head: bytes

    @classmethod
    def of(cls, root: Path) -> "Git":
        """Look at a repository."""
        folder = root / ".git"
        return cls(
            index=(folder / "index").read_bytes(),
            refs=git(root, "for-each-ref"),
            stash=git(root, "stash", "list"),
            config=(folder / "config").read_bytes(),
            head=(folder / "HEAD").read_bytes(),
        )


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is known beforehand: the tree at the start, and after a run that nobody disturbed."""

    before: dict[str, str]
    after: dict[str, str]
    rendered: frozenset[str]  # files that no command writes


class Checker:
    """Collects what does not hold; empty = all is well."""

    def __init__(self, scene: Scene, expected: Expected) -> None:
        self.scene = scene
        self.expected = expected
        self.problems: list[str] = []
        self._git = Git.of(scene.root)
        self._acknowledged: set[str] = set()
        self._effects = 0
        self._attempts: dict[str, int] = {}

    def claim(self, rule: str, holds: object, detail: object = "") -> None:
        """Note a rule that does not hold."""
        if not holds:
            self.problems.append(f"{rule} {detail}"[:600])

    # ------------------------------------------------------------ at the three moments

    def after_fault(self, called: Called | None, *, swept: bool = True) -> None:
        """Look right after the fault: nothing lost, nothing torn, nobody left."""
        if called is not None:
            self.speech(called)
        if swept:
            self.claim("C7 processes left after the fault:", not (left := wait_until_gone(self.scene, _SETTLE)), left)
        self._acknowledged = self.scene.acknowledged()
        self._effects = len(self.scene.effect_lines())
        record = self.record()
        done = {task.id for task in record.tasks if task.state in DONE} if record else set()
        self.claim("C1 acknowledged, not done:", self._acknowledged <= done, self._acknowledged - done)
        self._attempts = {task.id: len(task.attempts) for task in record.tasks} if record else {}
        self.whole_files()
        self.ledger_is_sound()

    def after_resume(self, called: Called) -> None:
        """Look when the run was continued: all done, once, and nothing lies about."""
        self.speech(called)
        self.claim("C10 resume ended with", called.code == 0, f"{called.code}: {called.err[-400:]}")
        self.no_repeats()
        now = tree_of(self.scene.root)
        self.claim(
            "C5 the tree is not as after an undisturbed run:",
            now == self.expected.after,
            differences(now, self.expected.after),
        )
        record = self.record()
        if record is None:
            self.claim("C10 no run in the ledger", holds=False)
            return
        self.claim("C10 ledger says", record.exit_code == called.code, f"{record.state} {record.exit_code}")
        said = "DONE" in called.err or "complete" in called.out
        self.claim("C10 last line says", said, called.last_line)
        self.claim("C5 not done:", not (open_ := [t.id for t in record.tasks if t.state not in DONE]), open_)
        self.tidy(called)

    def after_second_resume(self, called: Called, facts: int) -> None:
        """Look when there was nothing to resume: nothing happened."""
        self.speech(called)
        self.claim("C11 second resume ended with", called.code == 0, called.code)
        self.claim("C11 second resume wrote facts:", self.facts() == facts, (facts, self.facts()))
        self.claim("C11 second resume changed the tree", tree_of(self.scene.root) == self.expected.after)

    def after_undo(self, called: Called) -> None:
        """Look when the run was taken back: the tree as it was, byte for byte."""
        self.speech(called)
        self.claim("C6 undo ended with", called.code == 0, f"{called.code}: {called.err[-400:]}")
        now = tree_of(self.scene.root)
        self.claim(
            "C6 the tree is not as before the run:", now == self.expected.before, differences(now, self.expected.before)
        )
        self.tidy(called)

    # ------------------------------------------------------------ one rule each

    def speech(self, called: Called) -> None:
        """C12: a bug is told by a traceback or a crash file; so is a warning of Python's."""
        text = called.out + called.err
        for word in ("Traceback", "internal error", "Exception ignored", "Warning:"):
            self.claim("C12 said", word not in text, text[-600:])

    def no_repeats(self) -> None:
        """C2, C3: nothing acknowledged ran again, nothing ran twice at one time."""
        lines = self.scene.effect_lines()
        again = {task for kind, task, *_ in lines[self._effects :] if kind == "S"}
        self.claim("C2 acknowledged, ran again:", not again & self._acknowledged, again & self._acknowledged)
        self.claim("C3 ran twice at one time:", not (twice := [line for line in lines if line[0] == "X"]), twice)
        record = self.record()
        now = {task.id: len(task.attempts) for task in record.tasks} if record else {}
        more = {task for task in self._acknowledged if now.get(task) != self._attempts.get(task)}
        self.claim("C2 acknowledged, attempted again:", not more, more)

    def whole_files(self) -> None:
        """C4: what we write is at every instant the old content or the new one."""
        now = tree_of(self.scene.root)
        for path in self.expected.rendered:
            allowed = (self.expected.before.get(path), self.expected.after.get(path))
            self.claim("C4 torn:", now.get(path) in allowed, (path, now.get(path), allowed))

    def tidy(self, called: Called) -> None:
        """C7, C8: no process, no temporary file, no lock; the user's git state as it was."""
        root = self.scene.root
        self.claim("C7 processes left:", not (left := wait_until_gone(self.scene, _SETTLE)), left)
        paths = [path for path in root.rglob("*") if ".git" not in path.relative_to(root).parts[:1]]
        temps = [str(path.relative_to(root)) for path in paths if _TEMP.search(path.name)]
        did_nothing = "nothing to resume" in called.out
        if did_nothing:  # who found nothing to do cleaned nothing either: a copy of the ledger may be half made
            temps = [name for name in temps if not name.startswith(".orchestrate/backups/")]
        self.claim("C8 temporary files:", not temps, temps)
        listing = {path.name for path in (root / ".orchestrate").iterdir()}
        # Who found nothing to do wrote nothing, so what SQLite and the lock's holder left at the kill lies there still.
        allowed = _KEPT | (_OF_THE_KILLED if did_nothing else frozenset())
        self.claim("C8 in the state folder:", listing <= allowed, listing - allowed)
        locks = [str(path) for path in (root / ".git").rglob("*.lock")]
        self.claim("C8 git locks:", not locks, locks)
        self.claim("C8 the user's git state changed", Git.of(root) == self._git)
        self.claim("C8 git fsck:", not (said := git(root, "fsck", "--no-dangling")), said)
        self.claim("C8 worktrees:", len(git(root, "worktree", "list").splitlines()) == 1)
        self.claim("C8 not hidden from git:", ".orchestrate" not in git(root, "status", "--short", "-uall"))

    def ledger_is_sound(self) -> None:
        """C9: SQLite's own check and the checksum of every row."""
        path = self.scene.root / ".orchestrate/ledger.db"
        if not path.exists():
            return
        # Without a log beside it the file is read as it lies, so that looking leaves nothing behind.
        quiet = "" if path.with_name("ledger.db-wal").exists() else "&immutable=1"
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro{quiet}", uri=True)
        try:
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        finally:
            connection.close()
        self.claim("C9 integrity_check:", said == "ok", said)
        try:
            self.facts()
        except OrchestrateError as error:
            self.claim("C9 checksums:", holds=False, detail=error.message)

    # ------------------------------------------------------------ looking

    def record(self) -> RunRecord | None:
        """Return the last run that is no undo."""
        ledger = self._open()
        try:
            found = next((each for each in ledger.runs() if each.kind == "run"), None)
            return ledger.read_run(found.id) if found else None
        finally:
            ledger.close()

    def last_kind(self) -> str:
        """Return whether the newest run is a run or an undo."""
        ledger = self._open()
        try:
            return next((each.kind for each in ledger.runs(1)), "")
        finally:
            ledger.close()

    def facts(self) -> int:
        """Return how many facts there are; each is compared with its checksum."""
        ledger = self._open()
        try:
            return ledger.check()
        finally:
            ledger.close()

    def _open(self) -> SqliteLedger:
        return SqliteLedger.open_readonly(self.scene.root / ".orchestrate/ledger.db", is_alive=lambda _run: False)


def differences(now: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """Return the paths in which two trees differ."""
    return sorted(path for path in {*now, *wanted} if now.get(path) != wanted.get(path))


def rendered_files(scene: Scene) -> Iterator[str]:
    """Yield the targets of the renderings of the scene's document."""
    document = json.loads((scene.root / "phases.yaml").read_text())
    for group in document["phases"][0]["groups"]:
        for task in group["tasks"]:
            if task["type"] == "file_generation":
                yield task["with"]["target"]


def learn(reference: Scene) -> Expected:
    """Run a scene without a fault and return what is expected of its twins; the scene is used up."""
    before = tree_of(reference.root)
    called = reference.call("run", "--all", "--yes")
    assert called.code == 0, called.err
    rendered = frozenset(rendered_files(reference))
    return Expected(before=before, after=tree_of(reference.root), rendered=rendered)
