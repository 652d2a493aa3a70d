"""What git knows of the tree: which paths are ignored, and which contents it keeps already.

git is only asked, never told: no index, ref, object or lock of the user's is written. Its configuration comes with the
repository and may be hostile, so everything in it that could start a program is switched off for each call
(`ls-files`, `status` and `diff` run hooks and monitors otherwise; the two commands used here read no filter at all).
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from orchestrator.workspace.paths import to_bytes
from orchestrator.workspace.state_dir import find_git_dir

_SWITCHED_OFF = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.pager": "cat",
    "core.editor": "true",
    "core.sshCommand": "/bin/false",
    "core.askPass": "/bin/false",
    "credential.helper": "",
    "diff.external": "",
    "gpg.program": "/bin/false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "LC_ALL": "C",
}
_NONE_IGNORED = 1
_PATIENCE = 120.0  # seconds


class GitTree:
    """A work tree as git sees it, from `root` downwards."""

    def __init__(self, root: Path, program: str) -> None:
        self._root = root
        self._program = program
        self._excludes = self._excludes_file()
        self.hash_name = self._hash_name()

    @classmethod
    def at(cls, root: Path) -> "GitTree | None":
        """Return git's view of the tree; None when there is no repository, no git, or git does not trust it."""
        if find_git_dir(root) is None:
            return None
        program = shutil.which("git", path=_absolute_path())
        if program is None:
            return None
        try:
            return cls(root, program)
        except GitFailed:
            return None

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Return those of the paths that git ignores; a folder is named with a final `/`. A tracked file never is."""
        if not paths:
            return set()
        names = {to_bytes(path): path for path in paths}
        answer = self._run(["check-ignore", "-z", "--stdin"], stdin=b"\0".join(names) + b"\0", fine=(0, _NONE_IGNORED))
        return {names[name] for name in answer.split(b"\0") if name}

    def blob_name(self, data: bytes) -> str:
        """Return the name under which git would keep this content, byte for byte."""
        digest = hashlib.new(self.hash_name, b"blob %d\0" % len(data), usedforsecurity=False)
        digest.update(data)
        return digest.hexdigest()

    def kept(self, blobs: Iterable[str]) -> set[str]:
        """Return those of the blobs that git keeps."""
        question = "".join(f"{blob}\n" for blob in blobs).encode()
        if not question:
            return set()
        answer = self._run(["cat-file", "--batch-check=%(objectname) %(objecttype)"], stdin=question)
        lines = (line.split() for line in answer.decode().splitlines())
        return {name for name, kind in lines if kind == "blob"}

    def contents(self, blobs: Sequence[str]) -> Mapping[str, bytes]:
        """Return the contents of blobs; one that git does not keep is left out."""
        if not blobs:
            return {}
        answer = self._run(["cat-file", "--batch"], stdin="".join(f"{blob}\n" for blob in blobs).encode())
        found: dict[str, bytes] = {}
        at = 0
        while at < len(answer):
            end = answer.index(b"\n", at)
            name, *facts = answer[at:end].decode().split()
            at = end + 1
            if len(facts) == 2:  # type and size; else "missing"
                size = int(facts[1])
                found[name] = answer[at : at + size]
                at += size + 1
        return found

    # ------------------------------------------------------------ inside

    def _run(self, arguments: Sequence[str], *, stdin: bytes = b"", fine: tuple[int, ...] = (0,)) -> bytes:
        settings = [f"{key}={value}" for key, value in _SWITCHED_OFF.items()]
        if self._excludes:
            settings.append(f"core.excludesFile={self._excludes}")
        options = [part for setting in settings for part in ("-c", setting)]
        return self._call([*options, *arguments], _ENVIRONMENT, stdin, fine)

    def _call(self, arguments: Sequence[str], extra: Mapping[str, str], stdin: bytes, fine: tuple[int, ...]) -> bytes:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "XDG_CONFIG_HOME") if name in os.environ}
        try:
            with _memory(stdin) as questions:
                done = subprocess.run(
                    [self._program, "-C", str(self._root), "--no-pager", *arguments],
                    stdin=questions,
                    capture_output=True,
                    env={**kept, **extra},
                    check=False,
                    timeout=_PATIENCE,
                )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise GitFailed(str(error)) from error
        if done.returncode not in fine:
            raise GitFailed(done.stderr.decode("utf-8", "replace").strip())
        return done.stdout

    def _excludes_file(self) -> str:
        """Return the user's own ignore file: the one setting of the global configuration that matters here."""
        found = self._call(["config", "--type=path", "--get", "core.excludesFile"], {"LC_ALL": "C"}, b"", (0, 1))
        return os.fsdecode(found.rstrip(b"\n"))

    def _hash_name(self) -> str:
        return self._run(["rev-parse", "--show-object-format"]).decode().strip()


class GitFailed(Exception):
    """git did not answer; the caller does without."""


def _memory(data: bytes) -> BinaryIO:
    """Return a file in memory: a git that ends early must leave no broken pipe, whose signal would end a `plan`."""
    file = open(os.memfd_create("git-stdin"), "w+b")  # noqa: SIM115 - the caller closes it
    file.write(data)
    file.seek(0)
    return file


def _absolute_path() -> str:
    """Return PATH without relative folders: the repository must not bring its own git."""
    return os.pathsep.join(part for part in os.environ.get("PATH", "").split(os.pathsep) if os.path.isabs(part))
