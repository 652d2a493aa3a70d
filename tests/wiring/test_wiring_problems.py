"""Every problem code: a document with the mistake has it, the same document without has none."""

import json

import pytest
from wiring_registry import wires
from wiring_world import Make, document, group, phase, task, tasks

GOOD = """\
version: 1
project: {name: wired}
params: {p: {type: integer, default: 1, maximum: 9}}
phases:
  - id: "1"
    groups:
      - id: a
        tasks:
          - {id: "1.1", name: one, type: command, command: ["true"]}
          - {id: "1.2", name: two, type: command, command: ["true"]}
  - id: "2"
    groups:
      - id: b
        execution: parallel
        tasks:
          - {id: "2.1", name: three, type: manual, instructions: look}
"""

# code -> (what stands in GOOD, what stands there instead)
MISTAKES = {
    "E001": ("name: wired", "name: \udce9"),
    "E002": ("name: one, type", 'name: "one, type'),
    "E003": ("name: wired", "name: wired\u202e"),
    "E004": ("version: 1\n", "version: 1\nversion: 1\n"),
    "E005": ("name: wired", "name: !!str wired"),
    "E006": ("version: 1\n", "version: 1\n3: x\n"),
    "E007": ("version: 1\n", "version: 1\n<<: {}\n"),
    "E008": ('  - id: "2"\n', '---\n  - id: "2"\n'),
    "E009": ("name: wired", f"name: {'[' * 200}{']' * 200}"),
    "E010": ("name: wired", "name: *nobody"),
    "E011": (GOOD, "- just a list\n"),
    "E101": ("version: 1\n", "version: 1\nfases: []\n"),
    "E102": ("execution: parallel", "execution: both"),
    "E103": ("project: {name: wired}\n", ""),
    "E104": ("params: {p: {type: integer, default: 1, maximum: 9}}", "params: []"),
    "E105": ("project: {name: wired}\n", "project: {name: wired}\nsettings: {max_parallel_tasks: -1}\n"),
    "E106": ('id: "2"', 'id: "2 2"'),
    "E107": ("name: one", 'name: ""'),
    "E108": ("default: 1, maximum: 9", "default: 10, maximum: 9"),
    "E109": ("name: one,", "name: one, foreach: {},"),
    "E110": ("version: 1\n", "version: 1\nprofiles: {ci: {lock: [nothing]}}\n"),
    "E201": ('id: "1.2"', 'id: "1.1"'),
    "E202": (
        "      - id: a\n",
        '      - {id: A, tasks: [{id: "9", name: x, type: command, command: ["true"]}]}\n      - id: a\n',
    ),
    "E203": ("name: one,", "name: one, depends_on: nobody,"),
    "E204": ("name: one,", 'name: one, depends_on: "1.2",'),
    "E205": ('id: "2"', 'id: "1"'),
    "E206": (
        '  - id: "2"\n    groups:\n      - id: b\n',
        '  - {id: "8", groups: [{id: a, tasks: [{id: "8.1", name: x, type: manual, instructions: x}]}]}\n'
        '  - id: "2"\n    groups:\n      - id: b\n        depends_on: a\n',
    ),
    "E207": ('  - id: "2"\n', '  - id: "2"\n    depends_on: "1.1"\n'),
    "E301": ("name: one, type: command", "name: one, type: comand"),
    "E302": ("      - id: a\n", "      - id: a\n        checkpoint: [{type: nothing}]\n"),
    "E303": ("      - id: a\n", "      - id: a\n        guards: [{type: nothing}]\n"),
    "E304": ("name: one, type: command", "name: one, zzz: 1, type: command"),
    "E305": ("instructions: look", "evidence: none"),
    "E306": ("instructions: look", "instructions: look, evidence: maybe"),
    "E307": ("instructions: look", "instructions: look, with: {instructions: look}"),
    "E309": ("name: one, type: command", "name: one, produces: ['*.txt'], type: command"),
    "E401": ("version: 1\n", "version: 1\ninclude: [missing.yaml]\n"),
    "E402": ("version: 1\n", "version: 1\ninclude: [../outside.yaml]\n"),
    "E403": ("version: 1\n", "version: 1\ninclude: [three.yaml, three.yaml]\n"),
    "E404": ("version: 1\n", "version: 1\ninclude: [words.yaml]\n"),
    "E406": ("name: wired", "name: wired, root: nowhere"),
    "W501": ('id: "2.1"', "id: 2.10"),
    "W502": (
        "instructions: look}\n",
        "instructions: look}\n"
        + "".join(
            f'          - {{id: "2.{n}", name: x, type: command, command: ["true"], produces: [made]}}\n'
            for n in (2, 3)
        ),
    ),
    "W504": ("name: one,", "name: one, when: false,"),
    "W505": ("name: one, type: command", "name: one, timeot: 3, type: agent"),
    "W507": ("      - id: a\n", "      - id: a\n        max_parallel: 2\n"),
    "W508": ('["true"]', '["echo", "${{ params.p }}"]'),
    "W513": (
        'name: one, type: command, command: ["true"]',
        "name: one, type: config_edit, action: add_timeouts, minutes: 9, target: .github/workflows/x.yml",
    ),
    "W510": ("name: one, type: command", "name: one, type: agent"),
}
FILES = {
    "three.yaml": '{id: "3", groups: [{id: c, tasks: [{id: "3.1", name: x, type: manual, instructions: x}]}]}',
    "words.yaml": "[words]",
}


def codes(make: Make, text: str, *flags: str) -> list[str]:
    repository = make(None, **FILES)
    (repository.root / "phases.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    return [problem["code"] for problem in repository.problems(*flags)]


@wires(*(f"problem:{code}" for code in MISTAKES))
@pytest.mark.parametrize("code", MISTAKES)
def test_a_mistake_has_its_code(make: Make, code: str) -> None:
    right, wrong = MISTAKES[code]
    assert right in GOOD
    assert code in codes(make, GOOD.replace(right, wrong, 1))


def test_the_document_without_mistakes_has_no_problem(make: Make) -> None:
    assert codes(make, GOOD) == []


@wires("problem:W503")
def test_a_manual_task_in_ci_is_told(make: Make) -> None:
    text = GOOD.replace("version: 1\n", "version: 1\nprofiles: {ci: {}}\n")
    assert codes(make, text, "--profile", "ci") == ["W503"]
    assert codes(make, text) == []


@wires("problem:W511")
def test_a_mistake_in_an_edited_file_is_told_once_by_a_deep_check(make: Make) -> None:
    target = ".github/workflows/ci.yml"
    work = {"name": "x", "type": "config_edit", "target": target, "action": "add_timeouts"}
    edits = [{"id": number, **work} for number in ("1.1", "1.2")]
    repository = make(tasks(*edits))
    repository.write(
        target, "on: push\njobs:\n  a:\n    if: github.ref == 'x'\n    runs-on: u\n    steps: [{run: a}]\n"
    )
    assert [each["code"] for each in repository.problems()] == []
    assert [each["code"] for each in repository.problems("--deep")] == ["W511"]


@wires("problem:W512")
def test_an_interpreter_without_pytest_is_told_once_by_a_deep_check_and_by_doctor(make: Make) -> None:
    work = {"name": "x", "type": "test_generation", "target": "shop.py"}
    repository = make(tasks({"id": "1.1", **work}, {"id": "1.2", **work, "test_file": "tests/test_other.py"}))
    repository.write("shop.py", "def total():\n    return 1\n")
    python = repository.write(".venv/bin/python", "#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    assert repository.problems() == []
    (problem,) = repository.problems("--deep")
    said = f"{python} has no pytest, which the generated tests need"
    assert (problem["code"], problem["message"]) == ("W512", said)
    told = repository.orchestrate("doctor")
    assert f"pytest: {python} has none; 1.1, 1.2 need it\n    {python} -m pip install pytest\n" in told.out
    assert told.code == 1
    python.write_text("#!/bin/sh\nexit 0\n")
    assert repository.problems("--deep") == []
    assert "✗" not in repository.orchestrate("doctor").out


@wires("problem:W599")
def test_a_rule_about_several_keys_is_told_at_the_one_that_it_names(make: Make) -> None:
    (problem,) = make(tasks(task("1.1", command="echo hi | cat"))).problems()
    assert problem["code"] == "E306"
    assert problem["message"].startswith("`command` has to be a list of words")
    assert problem["end_column"] - problem["column"] == len('"echo hi | cat"')


def test_a_long_list_is_cut(make: Make) -> None:
    found = codes(make, GOOD + "".join(f"x{number}: 1\n" for number in range(2_000)))
    assert found.count("E101") < 2_000
    assert found.count("W599") == 1


@wires("problem:E405")
def test_an_expression_that_cannot_be_evaluated_is_told(make: Make) -> None:
    for expression, code in (("{{ params.p }}", 0), ("{{ params.q }}", 3)):
        repository = make(tasks(task("1.1", env={"A": expression}), params={"p": {"default": "x"}}))
        answer = repository.orchestrate("plan")
        assert (answer.code, "E405" in answer.err) == (code, code == 3)


@pytest.fixture
def broken(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install two packages: one offers types that break, both the same name."""
    for package in ("one", "two"):
        folder = tmp_path / package
        info = folder / f"{package}_broken-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / f"{package}_broken.py").write_text("raise ImportError('no library')\n")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}-broken\nVersion: 1.0\n")
        points = "".join(f"[orchestrate.{kind}]\nodd = {package}_broken:Odd\n" for kind in ("handlers", "guards"))
        (info / "entry_points.txt").write_text(points)
        monkeypatch.syspath_prepend(folder)


@wires("problem:E308", "problem:W506")
@pytest.mark.usefixtures("broken")
def test_broken_plugins_are_told(make: Make) -> None:
    whole = tasks({"id": "1.1", "name": "x", "type": "odd"})
    assert sorted(problem["code"] for problem in make(whole).problems()) == ["E308", "W506"]
    whole = document(phase(group(task("1.1"), guards=[{"type": "odd"}])))
    assert "E308" in [problem["code"] for problem in make(whole).problems()]


def test_every_code_is_explained(make: Make) -> None:
    from orchestrator.planning.codes import CODES

    repository = make()
    for code, entry in CODES.items():
        assert repository.orchestrate("explain", code).out.startswith(f"{code}: {entry.title}")


def test_problems_are_json_lines_of_the_same_shape(make: Make) -> None:
    [problem] = json.loads(make(tasks(task("1.1", tpye=1))).orchestrate("validate", "--format", "json").out)["problems"]
    assert set(problem) == {"code", "severity", "message", "file", "line", "column", "end_column", "hint"}
