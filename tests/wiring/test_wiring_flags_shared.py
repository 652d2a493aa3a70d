"""Options that many commands share: which document, which folder, which repository, how it looks."""

import shutil
from pathlib import Path

import pytest
from wiring_inventory import parameters
from wiring_registry import wires
from wiring_world import Answer, Make, Repository, document, group, phase, task

from orchestrator.cli.commands import COMMANDS

# A command line that does something in `used`, and the exit code there.
WORKING = {
    "init": (["--dry-run", "--force"], 0),
    "validate": ([], 0),
    "plan": ([], 0),
    "run": (["--all", "--ui", "none"], 7),
    "resume": (["--ui", "none"], 7),
    "approve": (["1.2"], 0),
    "reject": (["1.2"], 0),
    "cancel": (["--wait", "0"], 2),
    "measure": (["--history"], 0),
    "undo": (["--ui", "none"], 0),
    "status": ([], 0),
    "report": ([], 0),
    "logs": (["1.1"], 0),
    "diff": ([], 0),
    "explain": (["1.1"], 0),
    "history": ([], 0),
    "doctor": ([], 0),
    "clean": (["--dry-run"], 0),
    "migrate": ([], 2),  # it is in the native layout already
}


HARDENABLE = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"
_WITHOUT_DOCUMENT = {"init", "measure"}  # they work where there is none


def having(option: str) -> list[str]:
    """Return the commands that take an option of this table."""
    return [name for name in WORKING if any(option in parameter.opts for parameter in parameters(name))]


def claims(option: str, *shorts: str, twin: bool = True) -> list[str]:
    found = [f"flag:{name} {spelling}" for name in having(option) for spelling in (option, *shorts)]
    return found + ([f"twin:{name} {_twin(option)}" for name in having(option)] if twin else [])


def _twin(option: str) -> str:
    return f"ORCHESTRATE_{option[2:].upper().replace('-', '_')}"


def given(how: str, value: str) -> tuple[list[str], dict[str, str]]:
    """Return arguments and environment that give an option in one of its spellings."""
    return ([], {how: value}) if how.startswith("ORCHESTRATE_") else ([how, value], {})


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("used") / "repository"
    root.mkdir()
    manual = {"id": "1.2", "name": "look", "type": "manual", "instructions": "look"}
    repository = Repository(root)
    repository.plant(document(phase(group(task("1.1", "echo x > made"), manual)), profiles={"ci": {}}))
    assert repository.run().code == 7
    return root


@pytest.fixture
def used(_prepared: Path, tmp_path: Path) -> Repository:
    """Return a repository with a run in which one task is done and one waits."""
    shutil.copytree(_prepared, tmp_path / "used")
    return Repository(tmp_path / "used")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere").mkdir()
    return tmp_path / "elsewhere"


def _nothing_here(name: str, used: Repository, elsewhere: Path) -> None:
    answer = used.orchestrate(name, *WORKING[name][0], cwd=elsewhere)
    if name == "doctor":  # looks at the machine before there is a document
        assert f"repository: {elsewhere}\n" in answer.out
        return
    assert (answer.code, "no phases.yaml in" in answer.err) == (2, True)


def _is_there(name: str, answer: Answer, root: Path) -> bool:
    """Say whether a command found the repository."""
    return name != "doctor" or f"repository: {root}\n" in answer.out


@wires(*(f"command:{name}" for name in WORKING))
@pytest.mark.parametrize("name", WORKING)
def test_the_command_lines_of_this_table_work(used: Repository, name: str) -> None:
    arguments, code = WORKING[name]
    assert used.orchestrate(name, *arguments).code == code


@wires(*(claim for claim in claims("--config", "-c") if not _WITHOUT_DOCUMENT & set(claim.replace(":", " ").split())))
@pytest.mark.parametrize("how", ["--config", "-c", "ORCHESTRATE_CONFIG"])
@pytest.mark.parametrize("name", [name for name in having("--config") if name not in _WITHOUT_DOCUMENT])
def test_config_names_the_document(used: Repository, elsewhere: Path, name: str, how: str) -> None:
    _nothing_here(name, used, elsewhere)
    flags, env = given(how, str(used.root / "phases.yaml"))
    answer = used.orchestrate(name, *WORKING[name][0], *flags, env=env, cwd=elsewhere)
    assert (answer.code, "no phases.yaml in" in answer.err) == (WORKING[name][1], False)
    assert _is_there(name, answer, used.root)


@wires("flag:init --config", "flag:init -c", "twin:init ORCHESTRATE_CONFIG")
@pytest.mark.parametrize("how", ["--config", "-c", "ORCHESTRATE_CONFIG"])
def test_init_writes_the_document_that_config_names(make: Make, how: str) -> None:
    flags, env = given(how, "other.yaml")
    repository = make(**{".github/workflows/ci.yml": HARDENABLE})
    assert repository.orchestrate("init", *flags, env=env).code == 0
    assert (repository.has("other.yaml"), repository.has("phases.yaml")) == (True, False)


@wires(*claims("--directory", "-C"))
@pytest.mark.parametrize("how", ["--directory", "-C", "ORCHESTRATE_DIRECTORY"])
@pytest.mark.parametrize("name", having("--directory"))
def test_directory_is_where_a_command_works(used: Repository, elsewhere: Path, name: str, how: str) -> None:
    flags, env = given(how, str(used.root))
    arguments, code = WORKING[name]
    if name == "init":
        assert "elsewhere/phases.yaml" in used.orchestrate(name, *arguments, cwd=elsewhere).err
        assert "used/phases.yaml" in used.orchestrate(name, *arguments, *flags, env=env, cwd=elsewhere).err
        return
    if name == "measure":
        return  # test_wiring_measure
    _nothing_here(name, used, elsewhere)
    answer = used.orchestrate(name, *arguments, *flags, env=env, cwd=elsewhere)
    assert (answer.code, "no phases.yaml in" in answer.err) == (code, False)
    assert _is_there(name, answer, used.root)


_OF_DOCUMENT = ("validate", "plan", "explain", "run")


@wires(*claims("--project"))
@pytest.mark.parametrize("how", ["--project", "ORCHESTRATE_PROJECT"])
@pytest.mark.parametrize("name", having("--project"))
def test_project_is_the_repository(used: Repository, elsewhere: Path, name: str, how: str) -> None:
    arguments, code = WORKING[name]
    flags, env = given(how, str(elsewhere / "nowhere"))
    refused = used.orchestrate(name, *arguments, *flags, env=env)
    assert (refused.code, "nowhere " in refused.err) == (2, True)
    flags, env = given(how, str(used.root))
    if name not in (*_OF_DOCUMENT, *_WITHOUT_DOCUMENT):
        _nothing_here(name, used, elsewhere)
        answer = used.orchestrate(name, *arguments, *flags, env=env, cwd=elsewhere)
        assert (answer.code, _is_there(name, answer, used.root)) == (code, True)


@wires("flag:run --project", "flag:plan --project", "flag:explain --project", "flag:validate --project")
def test_another_repository_is_worked_on_with_this_document(used: Repository, elsewhere: Path) -> None:
    there = ["--project", str(elsewhere)]
    assert used.plan(*there)["root"] == str(elsewhere)
    assert "it has not been done yet" in used.orchestrate("explain", "1.1", *there).out
    assert "it has not been done yet" not in used.orchestrate("explain", "1.1").out
    used.orchestrate("run", *WORKING["run"][0], *there)
    assert (elsewhere / "made").exists()


COLOURS = [
    (["--color", "always"], {}, True),
    ([], {"ORCHESTRATE_COLOR": "always"}, True),
    (["--color", "never"], {"FORCE_COLOR": "1"}, False),
    (["--color", "auto"], {"FORCE_COLOR": "1"}, True),
    (["--color", "auto"], {}, False),
    ([], {}, False),
]


@wires(*claims("--color"))
@wires(*(f"choice:{name} --color={word}" for name in having("--color") for word in ("auto", "always", "never")))
@pytest.mark.parametrize(("flags", "env", "coloured"), COLOURS)
@pytest.mark.parametrize("name", having("--color"))
def test_color(used: Repository, name: str, flags: list[str], env, coloured: bool) -> None:
    """Of errors, which every command has."""
    answer = used.orchestrate(name, *WORKING[name][0], "--directory", "nowhere", *flags, env=env)
    assert (answer.code, "\x1b[" in answer.err) == (2, coloured)


@wires(*claims("--ascii"))
@pytest.mark.parametrize(
    ("flags", "env", "plain"), [([], {}, False), (["--ascii"], {}, True), ([], {"ORCHESTRATE_ASCII": "1"}, True)]
)
@pytest.mark.parametrize("name", having("--ascii"))
def test_ascii(used: Repository, name: str, flags: list[str], env, plain: bool) -> None:
    if name == "undo":
        used.write("made", "edited since\n")  # what is refused has a glyph
    arguments = [word for word in WORKING[name][0] if word not in ("--ui", "none")]
    assert used.orchestrate(name, *arguments, *flags, env=env).text.isascii() is plain


# ---------------------------------------------------------------- profiles and params

GIVEN = {
    "--profile": [(["--profile", "ci"], {}), ([], {"ORCHESTRATE_PROFILE": "ci"})],
    "--param": [(["--param", "p=ci"], {}), (["-D", "p=ci"], {})],
}


@wires(*claims("--profile"), *claims("--param", "-D", twin=False))
@pytest.mark.parametrize(("option", "flags", "env"), [(option, *way) for option, ways in GIVEN.items() for way in ways])
@pytest.mark.parametrize("name", ["plan", "run", "explain", "resume"])
def test_profiles_and_params_decide(make: Make, name: str, option: str, flags: list[str], env) -> None:
    work = task("1.1", "[ -e go ]", when="params.p == 'ci'")
    whole = document(phase(group(work)), params={"p": {"default": "x"}}, profiles={"ci": {"params": {"p": "ci"}}})
    repository = make(whole)

    def chosen(*flags: str, env=None) -> bool:
        """Say whether the task takes part."""
        if name == "plan":
            return "skip_reason" not in repository.plan(*flags, env=env)["tasks"][0]
        if name == "explain":
            return "1.1: runs" in repository.orchestrate("explain", "1.1", *flags, env=env).out
        if name == "run":
            return repository.run(*flags, env=env).started == ["1.1"]
        whole["phases"][0]["groups"][0]["tasks"][0]["when"] = True
        repository.plant(whole)
        repository.run()
        whole["phases"][0]["groups"][0]["tasks"][0]["when"] = "params.p == 'ci'"
        repository.plant(whole)
        return '"task.started"' in repository.orchestrate("resume", "--json", *flags, env=env).out

    assert not chosen()
    assert chosen(*flags, env=env)


@wires("flag:validate --profile", "twin:validate ORCHESTRATE_PROFILE")
@pytest.mark.parametrize(
    ("flags", "env", "told"),
    [([], {}, False), (["--profile", "ci"], {}, True), ([], {"ORCHESTRATE_PROFILE": "ci"}, True)],
)
def test_validate_knows_who_answers_in_a_profile(used: Repository, flags, env, told: bool) -> None:
    assert ("W503" in used.orchestrate("validate", *flags, env=env).out) is told
    assert used.orchestrate("validate", "--profile", "nope").code == 2


def test_every_command_is_in_a_table() -> None:
    alone = {"schema", "handlers", "completion", "help", "edit", "pins", "actions", "tests"}
    assert set(WORKING) | alone == set(COMMANDS)
