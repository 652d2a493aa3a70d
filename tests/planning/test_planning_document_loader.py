import hashlib
import os
import resource
from pathlib import Path

import pytest
from effort import lines_run
from planning_scene import HEAD, catalogue, scene, told

from orchestrator.errors import UsageError
from orchestrator.planning.checks import check_document
from orchestrator.planning.document_loader import LoadedDocument, load_bytes, load_document

TASK = "tasks: [{id: '%s', name: x, type: manual}]"
SHIPPED = Path(__file__).parents[2] / "config/phases.yaml"


def write(folder: Path, **files: str) -> LoadedDocument:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return load_document(folder / "phases.yaml")


def phase(id_: str, task: str) -> str:
    return f"id: '{id_}'\ngroups: [{{id: a, {TASK % task}}}]\n"


def test_the_shipped_roadmap_is_a_valid_document() -> None:
    loaded = load_document(SHIPPED)
    assert loaded.problems == ()
    assert loaded.document is not None
    assert len(loaded.document.phases) == 6
    assert sum(len(group.tasks) for phase in loaded.document.phases for group in phase.groups) == 61


def test_the_shipped_roadmap_has_no_errors_beside_types_that_are_to_come() -> None:
    problems = check_document(load_document(SHIPPED), catalogue(), scene())
    assert {p.code for p in problems} <= {"W510", "E301", "E302", "E304", "E305"}, told(problems)
    coming = [p for p in problems if p.code == "W510"]
    assert [p.message for p in coming] == [
        "no handler for type config_edit is installed (18 tasks, this is the first)",
        "no handler for type test_generation is installed (35 tasks, this is the first)",
    ]
    assert coming[0].hint is not None
    assert coming[0].hint.startswith("`run` refuses 1.1, 1.2, 1.3, 1.4, 4.1, ")


def test_ids_and_references_keep_their_text() -> None:
    text = HEAD + (
        "phases:\n  - id: 1\n    parallel_with: 2\n    groups:\n      - id: a\n        tasks:\n"
        "          - {id: 1.10, name: x, type: manual, tags: [1.0]}\n"
        "          - {id: 1.2, name: x, type: manual, depends_on: [1.10]}\n"
        "  - {id: 2, groups: [{id: a, tasks: [{id: 010, name: x, type: manual}]}]}\n"
    )
    loaded = load_bytes(text.encode(), Path("phases.yaml"))
    assert loaded.document is not None
    one, two = loaded.document.phases
    tasks = one.groups[0].tasks
    assert (one.id, one.parallel_with, two.groups[0].tasks[0].id) == ("1", ["2"], "010")
    assert [(task.id, task.depends_on, task.tags) for task in tasks] == [("1.10", [], ["1.0"]), ("1.2", ["1.10"], [])]
    assert [problem.code for problem in loaded.problems] == ["W501", "W501", "W501"]


def test_params_stand_under_with_or_on_the_task() -> None:
    text = HEAD + (
        "phases: [{id: '1', groups: [{id: a, tasks: ["
        "{id: '1', name: x, type: write, target: t, with: {id: 1.10, times: 2}}]}]}]\n"
    )
    loaded = load_bytes(text.encode(), Path("phases.yaml"))
    assert loaded.document is not None
    assert loaded.document.phases[0].groups[0].tasks[0].params == {"target": "t", "id": 1.1, "times": 2}


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    text = f"{HEAD}phases:\n  - {{id: '1', groups: [{{id: a, {TASK % '1.1'}}}]}}\n"
    loaded = write(tmp_path, phases_yaml=text)
    assert loaded.is_valid
    assert loaded.hash == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("text", ["", "# nothing\n", "~\n"])
def test_an_empty_file_is_told_as_such(text: str) -> None:
    loaded = load_bytes(text.encode(), Path("phases.yaml"))
    assert told(loaded.problems) == ["1:1 E011 the file is empty"]
    assert loaded.document is None


def test_a_list_is_no_document() -> None:
    loaded = load_bytes(b"- a\n", Path("phases.yaml"))
    assert told(loaded.problems) == ["1:1 E011 a document is a map with `version`, `project` and `phases`"]


# ---------------------------------------------------------------- files that cannot be read


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        load_document(tmp_path / "phases.yaml")


def test_a_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: it is a folder"):
        load_document(tmp_path)


def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "phases.yaml")
    with pytest.raises(UsageError, match="it is not a regular file"):
        load_document(tmp_path / "phases.yaml")


def test_a_name_with_a_null_byte_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_document("a\0b")


def test_an_endless_file_is_refused() -> None:
    with pytest.raises(UsageError, match="it is not a regular file"):
        load_document("/dev/zero")


def test_a_file_of_seventeen_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "phases.yaml"
    path.write_bytes(b"#" * (17 * 1024 * 1024))
    assert [problem.message for problem in load_document(path).problems] == ["the file is larger than 16 MB"]


# ---------------------------------------------------------------- include


def test_included_phases_follow_those_of_the_file(tmp_path: Path) -> None:
    loaded = write(
        tmp_path,
        phases_yaml=f"{HEAD}include: [more/two.yaml, three.yaml]\n"
        f"phases: [{{id: '1', groups: [{{id: a, {TASK % '1.1'}}}]}}]\n",
        more__two_yaml=phase("2", "2.1"),
        three_yaml=f"include: [four.yaml]\nphases:\n  - {{id: '3', groups: [{{id: a, {TASK % '3.1'}}}]}}\n",
        four_yaml=phase("4", "4.1"),
    )
    assert loaded.problems == ()
    assert loaded.document is not None
    assert [phase.id for phase in loaded.document.phases] == ["1", "2", "3", "4"]
    assert [Path(name).name for name in loaded.files] == ["phases.yaml", "two.yaml", "three.yaml", "four.yaml"]


def test_a_document_may_consist_of_included_phases_alone(tmp_path: Path) -> None:
    loaded = write(tmp_path, phases_yaml=f"{HEAD}include: [one.yaml]\n", one_yaml=phase("1", "1.1"))
    assert loaded.is_valid


def test_a_mistake_in_an_included_file_points_into_it(tmp_path: Path) -> None:
    loaded = write(
        tmp_path,
        phases_yaml=f"{HEAD}include: [one.yaml]\n",
        one_yaml="id: '1'\nnmae: x\ngroups: [{id: a, tasks: []}]\n",
    )
    places = [(Path(p.place.file).name, p.place.line, p.place.column, p.code) for p in loaded.problems if p.place]
    assert places == [("one.yaml", 2, 1, "E101"), ("one.yaml", 3, 25, "E107")]
    assert loaded.problems[0].place is not None
    assert loaded.problems[0].place.text == "nmae: x"


def test_the_hash_changes_with_an_included_file(tmp_path: Path) -> None:
    first = write(tmp_path, phases_yaml=f"{HEAD}include: [one.yaml]\n", one_yaml=phase("1", "1.1"))
    second = write(tmp_path, one_yaml=phase("1", "1.2"))
    assert first.hash != second.hash


def test_files_that_include_each_other_are_refused_with_the_way(tmp_path: Path) -> None:
    loaded = write(
        tmp_path,
        phases_yaml=f"{HEAD}include: [one.yaml]\nphases: [{{id: '1', groups: [{{id: a, {TASK % '1.1'}}}]}}]\n",
        one_yaml="include: [two.yaml]\n",
        two_yaml="include: [one.yaml]\n",
    )
    assert [p.message for p in loaded.problems] == ["files include each other: one.yaml → two.yaml → one.yaml"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../outside.yaml", "E402"),
        ("/etc/passwd", "E402"),
        ("~/x.yaml", "E402"),
        ("link.yaml", "E402"),
        ("missing.yaml", "E401"),
        ("folder", "E401"),
        ("empty.yaml", "E404"),
        ("list.yaml", "E404"),
        ("other.yaml", "E404"),
        ("one.yaml", None),
    ],
)
def test_only_files_beneath_the_folder_that_hold_phases_are_included(
    tmp_path: Path, name: str, code: str | None
) -> None:
    (tmp_path / "outside.yaml").write_text(phase("2", "2.1"))
    home = tmp_path / "config"
    (home / "folder").mkdir(parents=True)
    (home / "link.yaml").symlink_to("../outside.yaml")
    for file, text in {"empty": "", "list": "[1]", "other": "a: 1", "one": phase("1", "1.1")}.items():
        (home / f"{file}.yaml").write_text(text)
    loaded = write(
        home, phases_yaml=f"{HEAD}include: ['{name}']\nphases: [{{id: '9', groups: [{{id: a, {TASK % '9.1'}}}]}}]\n"
    )
    assert [p.code for p in loaded.problems] == ([code] if code else [])


def test_a_file_is_included_once(tmp_path: Path) -> None:
    loaded = write(tmp_path, phases_yaml=f"{HEAD}include: [one.yaml, ./one.yaml]\n", one_yaml=phase("1", "1.1"))
    assert [p.message for p in loaded.problems] == ["`./one.yaml` is included twice"]


# ---------------------------------------------------------------- size


def big_document(tasks: int) -> str:
    lines = [HEAD + "phases:"]
    for number in range(tasks):
        if number % 1_000 == 0:
            lines += [f"  - id: 'p{number}'", "    groups:"]
        if number % 100 == 0:
            lines += [f"      - id: g{number}", "        execution: parallel", "        tasks:"]
        lines += [
            f"          - id: 't{number}'",
            f"            name: Task number {number}",
            "            type: write",
            f"            target: out/{number}.txt",
            "            priority: high",
            "            timeout: 10m",
            f"            depends_on: ['t{number - 1}']" if number else "            depends_on: []",
            "            retry: {attempts: 2, delay: 1s}",
        ]
    return "\n".join(lines) + "\n"


def test_ten_thousand_tasks_are_loaded_and_checked_in_bounded_memory() -> None:
    data = big_document(10_000).encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    loaded = load_bytes(data, Path("phases.yaml"))
    problems = check_document(loaded, catalogue(), scene())
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert problems == ()
    assert grown < 250


def test_ten_times_the_tasks_cost_ten_times_the_work_to_load_and_check() -> None:
    def effort(tasks: int) -> int:
        data = big_document(tasks).encode()
        return lines_run(lambda: check_document(load_bytes(data, Path("phases.yaml")), catalogue(), scene()))

    assert effort(500) < 11 * effort(50)


def test_ten_thousand_mistakes_are_cut_to_a_list_that_can_be_read() -> None:
    text = big_document(10_000).replace("priority: high", "priority: hihg")
    problems = check_document(load_bytes(text.encode(), Path("phases.yaml")), catalogue(), scene())
    assert len(problems) <= 501
    assert problems[0].hint == "did you mean `high`? allowed: `critical`, `high`, `medium`, `low`"
