from pathlib import Path

import pytest
from planning_scene import told

from orchestrator.errors import DocumentInvalid, Place, Problem, Severity, UsageError
from orchestrator.models.document import Document
from orchestrator.planning.document_loader import load_bytes, load_document
from orchestrator.planning.migrate import dump_yaml, to_native_yaml
from orchestrator.planning.yaml_loader import load_yaml

FIXTURE = Path(__file__).parent.parent / "fixtures/documents/ancestor.yaml"
TASKS = "phase_1: {group_a: {tasks: [{id: '1.1', name: x, type: manual}]}}\n"


def read(text: str) -> tuple[Document | None, tuple[Problem, ...]]:
    loaded = load_bytes(text.encode(), Path("phases.yaml"))
    return loaded.document, loaded.problems


def settings(text: str) -> Document:
    document, problems = read(f"orchestrator: {{name: x, settings: {{{text}}}}}\n{TASKS}")
    assert problems == ()
    assert document is not None
    return document


def fixture() -> Document:
    document = load_document(FIXTURE).document
    assert document is not None
    return document


def test_the_layout_is_recognised() -> None:
    loaded = load_document(FIXTURE)
    assert loaded.layout == "ancestor"
    assert told(loaded.problems) == ["43:15 W501 the id `1.10` is the number 1.1 for YAML; it was taken as written"]


def test_name_and_root_become_the_project() -> None:
    assert (fixture().project.name, fixture().project.root) == ("learning-platform", "..")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("max_parallel_tasks: 4", lambda s: s.max_parallel_tasks == 4),
        ("retry_attempts: 3", lambda s: s.retry.attempts == 3),
        ("retry_attempts: 0", lambda s: s.retry.attempts == 1),
        ("retry_delay_seconds: 5", lambda s: s.retry.delay == 5),
        ("timeout_minutes: 30", lambda s: s.timeout == 1800),
        ("timeout_minutes: 0", lambda s: s.timeout == 0),
        ("fail_fast: true", lambda s: s.fail_fast),
        ("notifications: {on_phase_complete: true}", lambda s: s.notifications.on == ["phase_end"]),
        ("notifications: {on_failure: true, on_phase_complete: false}", lambda s: s.notifications.on == ["failure"]),
        ("notifications: {slack_webhook: 'https://x'}", lambda s: s.notifications.to == ["https://x"]),
        ("notifications: {slack_webhook: '${HOOK}'}", lambda s: s.notifications.to == ["${{ env.HOOK }}"]),
        ("notifications: {slack_webhook: ''}", lambda s: s.notifications.to == []),
    ],
)
def test_each_setting_does_what_it_says(written: str, read_as: object) -> None:
    assert callable(read_as)
    assert read_as(settings(written).settings)


def test_phases_and_groups_take_their_ids_from_their_keys() -> None:
    shape = [(phase.id, [group.id for group in phase.groups]) for phase in fixture().phases]
    assert shape == [("1", ["a", "b"]), ("2", ["c"])]
    assert fixture().phases[0].estimate == "1 week"
    assert fixture().phases[1].parallel_with == ["phase_1"]


def test_tasks_keep_their_params() -> None:
    tasks = {task.id: task for phase in fixture().phases for group in phase.groups for task in group.tasks}
    assert tasks["1.2"].params["thresholds"] == {"services": 70, "routes": 60}
    assert tasks["1.10"].priority == "high"
    assert tasks["1.3"].params == {
        "target": "src/auth.py",
        "test_file": "tests/test_auth.py",
        "estimated_cases": 40,
        "language": "python",
        "test_type": "unit",
    }


def test_a_task_that_requires_a_person_is_manual() -> None:
    task = fixture().phases[1].groups[0].tasks[0]
    assert task.type == "manual"
    assert task.params == {"instructions": "Configure secrets\nAdd the tokens: KUBE_CONFIG\naction: configure_secrets"}


def test_validations_become_checkpoints_that_measure() -> None:
    first, second = (phase.checkpoint for phase in fixture().phases)
    assert [(check.type, check.name) for check in first] == [
        ("coverage", "30 % covered"),
        ("workflows_valid", "Foundation done"),
        ("tasks_done", "Foundation done"),
    ]
    assert first[0].params["min"] == 30
    assert first[2].params == {"priority": "critical"}
    assert [check.type for check in second] == ["coverage", "workflows_valid", "command"]
    assert second[0].params["min"] == 70
    assert second[0].params["source"] == "python-services/coverage.json"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("orchestrator: {name: x, vesion: '1'}\n" + TASKS, "1:25 E101 unknown key `vesion`"),
        ("orchestrator: {name: x, version: '2'}\n" + TASKS, "1:34 E102 version `2` of the older layout is not known"),
        ("orchestrator: {name: x, settings: {retries: 2}}\n" + TASKS, "1:36 E101 unknown key `retries`"),
        ("orchestrator: {name: x}\nphasen_1: {}\n" + TASKS, "2:1 E101 unknown key `phasen_1`"),
        (
            "orchestrator: {name: x}\n" + TASKS + "checkpoints: {after_phase_9: {validations: []}}\n",
            "3:15 E101 unknown checkpoint `after_phase_9`",
        ),
        (
            "orchestrator: {name: x}\n" + TASKS + "checkpoints: {after_phase_1: {validations: [{type: coverage}]}}\n",
            "3:52 E302 no such validation",
        ),
        (
            "orchestrator: {name: x}\n"
            + TASKS
            + "checkpoints: {after_phase_1: {validations: [{type: ci_passing, target: 3}]}}\n",
            "3:64 E109 `target` means nothing for `ci_passing`",
        ),
        (
            "orchestrator: {name: x}\n"
            + TASKS
            + "checkpoints: {after_phase_1: {validations: [{type: python_coverage}]}}\n",
            "3:45 E103 missing key `target`",
        ),
        ("orchestrator: [1]\n" + TASKS, "1:15 E104 `orchestrator` must be a map"),
        ("orchestrator: {name: x}\nphase_1: {group_a: {taks: []}}\n", "2:21 E101 unknown key `taks`"),
        (
            "orchestrator: {name: x}\nphase_1: {group_a: {tasks: [{id: '1', name: x, type: m, priority: urgent}]}}\n",
            "2:67 E102 `priority` cannot be `urgent`",
        ),
    ],
)
def test_a_mistake_points_into_the_file_as_it_is_written(text: str, expected: str) -> None:
    _, problems = read(text)
    assert expected in told(problems)


def test_what_is_migrated_means_the_same() -> None:
    loaded = load_document(FIXTURE)
    text = to_native_yaml(loaded)
    again = load_bytes(text.encode(), Path("phases.yaml"))
    assert again.layout == "native"
    assert again.problems == ()
    assert again.document == loaded.document


def test_a_native_document_is_not_migrated() -> None:
    loaded = load_bytes(b"version: 1\n", Path("phases.yaml"))
    with pytest.raises(UsageError, match="is in the native layout already"):
        to_native_yaml(loaded)


def test_a_document_with_errors_is_not_migrated() -> None:
    loaded = load_bytes(b"orchestrator: {}\n", Path("phases.yaml"))
    with pytest.raises(DocumentInvalid) as caught:
        to_native_yaml(loaded)
    assert isinstance(caught.value.problems[0].place, Place)


def test_what_is_dumped_is_read_back() -> None:
    value = {
        "a": ["1.10", "no", "1e3", "0o17", "~", "", "a: b", "x" * 200],
        "b": {"c": "two\nlines\n", "d": None, "e": " x\n y "},
    }
    file = load_yaml(dump_yaml(value).encode(), "f")
    assert file.problems == ()
    assert file.root is not None
    assert file.root.value == value


ROADMAP = FIXTURE.with_name("ancestor-roadmap.yaml")
SHIPPED = FIXTURE.parents[3] / "config/phases.yaml"
SAME = ("action", "target", "templates", "test_file", "estimated_cases", "language", "test_type")


def described(path: Path) -> dict[str, object]:
    """Return what the tasks of a document do to what, by id."""
    loaded = load_document(path)
    assert loaded.document is not None, loaded.problems
    assert all(each.severity is not Severity.ERROR for each in loaded.problems)
    tasks = [task for phase in loaded.document.phases for group in phase.groups for task in group.tasks]
    return {
        task.id: (task.type, task.name, {name: task.params[name] for name in SAME if name in task.params})
        for task in tasks
    }


def test_the_whole_roadmap_of_the_older_layout_is_the_shipped_one() -> None:
    old, new = described(ROADMAP), described(SHIPPED)
    assert len(old) == 61
    assert old == new


def test_a_deployment_of_the_older_layout_is_to_work() -> None:
    """It cannot say how an edit is meant, and the job of a trigger that never comes would be refused."""
    document = load_document(ROADMAP).document
    assert document is not None
    tasks = {task.id: task for phase in document.phases for group in phase.groups for task in group.tasks}
    assert tasks["4.1"].params["fix_trigger"] is True
    own = "{id: '1.1', name: x, type: config_edit, action: implement_staging_deploy, target: d.yml, with: {kind: y}}"
    document = read(f"orchestrator: {{name: x}}\nphase_1: {{group_a: {{tasks: [{own}]}}}}\n")[0]
    assert document is not None
    assert document.phases[0].groups[0].tasks[0].with_ == {"kind": "y"}


def test_end_to_end_tests_of_the_older_layout_get_the_database_of_the_shell() -> None:
    """There everything that was started saw the whole environment; here a task names what it may see."""
    document = load_document(ROADMAP).document
    assert document is not None
    tasks = [task for phase in document.phases for group in phase.groups for task in group.tasks]
    assert [task.id for task in tasks if task.secrets == ["DATABASE_URL?"]] == ["6.5", "6.6", "6.7"]


def test_gates_of_the_older_layout_are_made_of_what_was_measured_first() -> None:
    document = load_document(ROADMAP).document
    assert document is not None
    tasks = {task.id: task for phase in document.phases for group in phase.groups for task in group.tasks}
    (check,) = tasks["1.1"].verify
    assert check.params["source"] == tasks["1.2"].params["report"] == "coverage/baseline/coverage-summary.json"
    alone = (
        "{id: '1.1', name: x, type: config_edit, action: add_directory_thresholds, target: j.js, thresholds: {a: 7}}"
    )
    other = read(f"orchestrator: {{name: x}}\nphase_1: {{group_a: {{tasks: [{alone}]}}}}\n")[0]
    assert other is not None
    assert "report" not in other.phases[0].groups[0].tasks[0].params
