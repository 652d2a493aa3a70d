"""What the timeline does not look at: in a repository what git ignores, elsewhere what tools rebuild by themselves."""

from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.workspace.git_tree import GitFailed, GitTree
from orchestrator.workspace.walk import Ignored

REBUILT = frozenset(
    {
        ".cache",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "venv",
    }
)
"""Folders that are left out where there is no git to ask: large, and made again by the tool that they belong to."""


def ignore_rule(root: Path, warn: Callable[[str], None]) -> tuple[Ignored, GitTree | None]:
    """Return the rule for this tree, and git's view of it where there is one."""
    git = GitTree.at(root)
    if git is None:
        return _is_rebuilt, None

    def ask(paths: Sequence[str]) -> set[str]:
        try:
            return git.ignored(paths)
        except GitFailed as error:
            # Left out is the safe side: what is not recorded is never deleted.
            warn(f"git cannot say what it ignores ({error}): {len(paths)} new paths are not recorded")
            return set(paths)

    return ask, git


def _is_rebuilt(paths: Sequence[str]) -> set[str]:
    return {path for path in paths if path.endswith("/") and path.rstrip("/").rpartition("/")[2] in REBUILT}
