import asyncio
import gc
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.errors import TaskFailed
from orchestrator.processes.attempt import ProcessFactory
from orchestrator.processes.environment import absolute_path, find_program
from orchestrator.processes.redact import Redactor

OURS = {
    "PATH": f"relative::{os.environ['PATH']}:.",
    "HOME": "/home/nobody",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "CI": "true",
    "GIT_DIR": "/elsewhere/.git",
    "GIT_INDEX_FILE": "/elsewhere/index",
    "AWS_SECRET_ACCESS_KEY": "not-for-children",
    "PYTHONPATH": "/elsewhere",
    "LD_PRELOAD": "/elsewhere/evil.so",
    "DATABASE_URL": "postgres://user:secret@host/db",
}


def seen_by_a_child(root: Path, env: dict[str, str], **options: object) -> dict[str, str]:
    factory = ProcessFactory(str(root), str(root / "logs"), Redactor({}), environ=OURS)
    try:
        attempt = factory.for_attempt("r", "1.1", 2, env, **options)
        asyncio.run(attempt.run(["sh", "-c", "env -0 > seen"], env={"FROM_HANDLER": "yes"}))
    finally:
        factory.close()
    return dict(entry.split("=", 1) for entry in (root / "seen").read_text().split("\0") if entry)


def test_a_child_sees_the_short_list_and_what_was_asked_for(root: Path) -> None:
    seen = seen_by_a_child(root, {"NODE_ENV": "test"})
    seen.pop("PWD", None)  # set by the shell itself
    seen.pop("_", None)
    seen.pop("SHLVL", None)
    seen.pop("OLDPWD", None)
    assert seen == {
        "PATH": absolute_path(os.environ["PATH"]),
        "HOME": "/home/nobody",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "CI": "true",
        "NODE_ENV": "test",
        "FROM_HANDLER": "yes",
        "ORCHESTRATE_TASK": "r/1.1/2",
        "ORCHESTRATE_ROOT": str(root),
    }


def test_a_named_secret_is_given(root: Path) -> None:
    assert seen_by_a_child(root, {}, secrets=["DATABASE_URL"])["DATABASE_URL"] == OURS["DATABASE_URL"]


def test_a_secret_is_kept_in_the_form_that_a_child_gets_by_nobody(root: Path) -> None:
    seen_by_a_child(root, {}, secrets=["DATABASE_URL"])
    everything = gc.get_referents(*gc.get_objects())
    assert [each for each in everything if isinstance(each, bytes) and each.startswith(b"DATABASE_URL=")] == []


def test_a_secret_that_is_not_set_is_named(make_factory: Callable[..., ProcessFactory]) -> None:
    with pytest.raises(TaskFailed, match="secret API_TOKEN not set in the environment") as caught:
        make_factory().for_attempt("r", "t", 1, {}, secrets=["API_TOKEN"])
    assert caught.value.hint == "export API_TOKEN=… and run again"


def test_a_secret_that_may_be_missing_is_given_when_it_is_set(root: Path) -> None:
    seen = seen_by_a_child(root, {}, secrets=["DATABASE_URL?", "API_TOKEN?"])
    assert (seen["DATABASE_URL"], "API_TOKEN" in seen) == (OURS["DATABASE_URL"], False)


def test_secrets_of_an_attempt_are_masked_even_if_the_run_did_not_know_them(root: Path) -> None:
    factory = ProcessFactory(str(root), str(root / "logs"), Redactor({}), environ=OURS)
    attempt = factory.for_attempt("r", "t", 1, {}, secrets=["DATABASE_URL"])
    finished = asyncio.run(attempt.run(["sh", "-c", "echo $DATABASE_URL"]))
    factory.close()
    assert finished.tail == "***"
    assert attempt.redact({"x": OURS["DATABASE_URL"]}) == {"x": "***"}


def test_programs_are_found_in_absolute_folders_of_path_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    (tmp_path / "tool").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    assert find_program("tool", ".:", str(tmp_path)) is None
    assert find_program("tool", f".:{tmp_path}", str(tmp_path)) == f"{tmp_path}/tool"
    assert find_program("./tool", "", str(tmp_path)) == f"{tmp_path}/./tool"


def test_a_folder_and_a_file_without_the_bit_are_no_programs(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").touch()
    assert find_program("folder", str(tmp_path), "/") is None
    assert find_program("text", str(tmp_path), "/") is None
