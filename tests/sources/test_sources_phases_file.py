from pathlib import Path

import pytest

from orchestrator.errors import DocumentInvalid, UsageError
from orchestrator.sources.phases_file import SEARCHED, PhasesFile, find_document, project_root, read_root

GOOD = (
    "version: 1\nproject: {name: x%s}\n"
    "phases: [{id: '1', groups: [{id: a, tasks: [{id: '1', name: x, type: manual}]}]}]\n"
)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/src/deep").mkdir(parents=True)
    return tmp_path / "repo"


def put(folder: Path, name: str, root: str = "") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(GOOD % root)
    return path


@pytest.mark.parametrize("name", SEARCHED)
def test_a_document_is_found_from_below(repository: Path, name: str) -> None:
    path = put(repository, name)
    assert find_document(repository / "src/deep") == path


def test_the_order_within_a_folder_is_fixed(repository: Path) -> None:
    for name in SEARCHED:
        put(repository, name)
    assert find_document(repository) == repository / "phases.yaml"


def test_the_nearest_folder_wins(repository: Path) -> None:
    put(repository, "phases.yaml")
    near = put(repository / "src", "phases.yaml")
    assert find_document(repository / "src/deep") == near


def test_nothing_above_the_repository_is_looked_at(repository: Path) -> None:
    put(repository.parent, "phases.yaml")
    with pytest.raises(UsageError, match=r"no phases\.yaml in") as caught:
        find_document(repository / "src")
    assert caught.value.exit_code == 2
    assert caught.value.hint is not None
    assert "orchestrate init" in caught.value.hint


def test_without_a_repository_only_the_folder_itself_is_searched(tmp_path: Path) -> None:
    put(tmp_path, "phases.yaml")
    (tmp_path / "below").mkdir()
    assert find_document(tmp_path) == tmp_path / "phases.yaml"
    with pytest.raises(UsageError):
        find_document(tmp_path / "below")


def test_a_document_where_everybody_may_write_has_to_be_named(tmp_path: Path) -> None:
    put(tmp_path, "phases.yaml")
    tmp_path.chmod(0o777)
    with pytest.raises(UsageError, match="everybody may write"):
        find_document(tmp_path)


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("phases.yaml", "", "repo"),
        ("config/phases.yaml", "", "repo"),
        (".orchestrate/phases.yaml", "", "repo"),
        ("src/phases.yaml", "", "repo/src"),
        ("config/phases.yaml", "..", "repo"),
        ("config/phases.yaml", "../src", "repo/src"),
        ("phases.yaml", ".", "repo"),
    ],
)
def test_the_root_is_the_declared_one_or_the_natural_one(
    repository: Path, name: str, declared: str, expected: str
) -> None:
    path = put(repository, name, f", root: '{declared}'" if declared else "")
    assert project_root(path, declared or None) == repository.parent / expected
    assert read_root(path) == repository.parent / expected


def test_the_command_line_overrides_the_root(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(repository, "phases.yaml", ", root: missing")
    monkeypatch.chdir(repository)
    assert project_root(path, "missing", "src") == repository / "src"
    with pytest.raises(UsageError, match=r"project\.root: .*/missing does not exist"):
        project_root(path, "missing")


def test_the_root_is_read_from_a_document_with_mistakes(repository: Path) -> None:
    path = repository / "phases.yaml"
    path.write_text("version: 7\nproject: {root: src}\nphases: 3\n")
    assert read_root(path) == repository / "src"


def test_the_source_gives_the_document_or_all_problems(repository: Path) -> None:
    path = put(repository, "phases.yaml")
    document = PhasesFile().load(str(path)).document
    assert document is not None
    assert document.project.name == "x"
    path.write_text("version: 2\nproject: {nam: x}\nphases: []\n")
    with pytest.raises(DocumentInvalid) as caught:
        PhasesFile().load(str(path))
    assert [problem.code for problem in caught.value.problems] == ["E102", "E103", "E101", "E107"]
