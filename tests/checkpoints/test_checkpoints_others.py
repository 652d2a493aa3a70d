import pytest
from pydantic import ValidationError

from orchestrator.checkpoints.command import CommandCheckpoint, CommandParams
from orchestrator.checkpoints.file_exists import FileExists, FileExistsParams
from orchestrator.checkpoints.tasks_done import TasksDone, TasksDoneParams
from orchestrator.models.plan import PlannedTask
from orchestrator.models.status import Priority


def test_a_command_that_ends_well_holds(gauge):
    checkpoint = CommandCheckpoint()
    found = gauge.measure(checkpoint, {"command": ["sh", "-c", "echo fine"]})
    assert (found.ok, found.message, found.value, found.limit) == (True, "ended with exit code 0", 0.0, 0.0)
    assert checkpoint.title(CommandParams(command=["npm", "run", "type check"])) == "npm run 'type check'"


def test_a_command_that_fails_shows_its_output(gauge):
    found = gauge.measure(CommandCheckpoint(), {"command": ["sh", "-c", "echo no; exit 2"]})
    assert (found.ok, found.message, found.value) == (False, "ended with exit code 2", 2.0)
    assert (found.unit, found.source, found.details) == ("exit code", "sh -c 'echo no; exit 2'", {"output": "no"})


def test_exit_codes_folder_and_environment_can_be_chosen(gauge):
    (gauge.root / "sub").mkdir()
    script = '[ "$(basename "$PWD") $WORD" = "sub x" ] && exit 3'
    params = {"command": ["sh", "-c", script], "exit_codes": [0, 3], "cwd": "sub", "env": {"WORD": "x"}}
    assert gauge.measure(CommandCheckpoint(), params).ok


def test_a_command_that_cannot_start_measures_nothing(gauge):
    found = gauge.measure(CommandCheckpoint(), {"command": ["no-such-program"]})
    assert (found.ok, found.value) == (False, None)
    assert found.message.startswith("cannot be measured: ")


def test_a_command_ended_by_a_signal_says_which(gauge):
    found = gauge.measure(CommandCheckpoint(), {"command": ["sh", "-c", "kill -9 $$"]})
    assert (found.ok, found.message) == (False, "ended by signal 9")


@pytest.fixture
def four(gauge):
    priorities = [Priority.CRITICAL, Priority.CRITICAL, Priority.HIGH, Priority.LOW]
    gauge.tasks = tuple(
        PlannedTask(id=f"1.{n}", name="x", handler="x", phase="1", group="1.a", priority=priority)
        for n, priority in enumerate(priorities)
    )
    gauge.states = {"1.0": "changed", "1.1": "unchanged", "1.2": "skipped"}
    return gauge


def test_a_skipped_task_and_one_that_never_ran_are_not_done(four):
    found = four.measure(TasksDone(), {})
    assert (found.ok, found.message) == (False, "not done: 1.2 (skipped), 1.3 (pending)")
    assert (found.value, found.limit, found.unit, found.source) == (2.0, 4.0, "tasks", "phase 1")


@pytest.mark.parametrize(("priority", "ok"), [("critical", True), ("high", False), ("low", False)])
def test_only_tasks_of_the_priority_and_above_count(four, priority, ok):
    assert four.measure(TasksDone(), {"priority": priority}).ok is ok


def test_other_states_can_count_as_done(four):
    assert four.measure(TasksDone(), {"priority": "high", "states": ["changed", "unchanged", "skipped"]}).ok


def test_no_task_at_all_measures_nothing(four):
    four.tasks = four.tasks[2:]
    found = four.measure(TasksDone(), {"priority": "critical"})
    expected = "cannot be measured: phase 1 has no task of priority critical and above"
    assert (found.ok, found.message) == (False, expected)


def test_the_title_says_which_tasks():
    checkpoint = TasksDone()
    assert checkpoint.title(TasksDoneParams()) == "every task is done"
    critical = TasksDoneParams.model_validate({"priority": "critical"})
    assert checkpoint.title(critical) == "every task of priority critical and above is done"


@pytest.mark.parametrize(
    ("params", "ok", "message"),
    [
        ({"path": "a.txt"}, True, "1 of 1 there"),
        ({"path": ["a.txt", "docs/"]}, True, "2 of 2 there"),
        ({"path": "*.txt"}, True, "1 of 1 there"),
        ({"path": "docs/**/*.md"}, True, "1 of 1 there"),
        ({"path": ["a.txt", "b.txt", "*.rst"]}, False, "there is no file b.txt; nothing matches *.rst"),
        ({"path": "docs"}, False, "docs is a folder"),
        ({"path": "a.txt/"}, False, "there is no folder a.txt/"),
        ({"path": "a.txt", "min_size": 5}, True, "1 of 1 there"),
        ({"path": "a.txt", "min_size": 6}, False, "a.txt is smaller than 6 bytes"),
        ({"path": "*.txt", "min_size": 6}, False, "a.txt is smaller than 6 bytes"),
    ],
)
def test_files_are_looked_for_by_path_glob_and_size(gauge, params, ok, message):
    gauge.write("a.txt", "12345")
    gauge.write("docs/runbooks/deploy.md", "x")
    found = gauge.measure(FileExists(), params)
    assert (found.ok, found.message) == (ok, message)
    assert found.limit == (len(params["path"]) if isinstance(params["path"], list) else 1)


def test_a_path_that_is_not_ours_to_read_is_a_plain_no(gauge):
    (gauge.root / "link").symlink_to("/etc/passwd")
    found = gauge.measure(FileExists(), {"path": ["link", ".git/config"]})
    assert (found.ok, found.value) == (False, 0.0)


def test_the_title_names_the_first_paths():
    params = FileExistsParams.model_validate({"path": ["a", "b", "c", "d"]})
    assert FileExists().title(params) == "there: a, b and 2 more"


@pytest.mark.parametrize(
    ("model", "params"),
    [
        (CommandParams, {"command": []}),
        (CommandParams, {"command": "npm test"}),
        (CommandParams, {"command": ["x"], "exit_codes": []}),
        (CommandParams, {"command": ["x"], "exit_codes": [256]}),
        (TasksDoneParams, {"priority": "urgent"}),
        (TasksDoneParams, {"states": []}),
        (TasksDoneParams, {"states": ["fine"]}),
        (FileExistsParams, {"path": []}),
        (FileExistsParams, {"path": "../x"}),
        (FileExistsParams, {"path": "x", "min_size": -1}),
    ],
)
def test_params_that_make_no_sense_are_refused(model, params):
    with pytest.raises(ValidationError):
        model.model_validate(params)
