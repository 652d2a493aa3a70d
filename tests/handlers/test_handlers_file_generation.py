import asyncio
import os
import re
import shlex
import stat
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from orchestrator.errors import TaskFailed
from orchestrator.handlers.file_generation import FileGeneration, FileGenerationParams
from orchestrator.models.status import OutcomeKind
from orchestrator.templating.folders import TemplateFolders

TASK = {"templates": ["users.ts"], "target": "src/test/"}


@pytest.fixture
def handler() -> FileGeneration:
    return FileGeneration()


def test_a_template_becomes_a_file_in_a_folder_that_did_not_exist(bench, handler):
    bench.write("templates/users.ts.j2", "// users of {{ project.name }}\nexport const x = {{ count }};")
    outcome = bench.run(handler, {**TASK, "values": {"count": 3}})
    assert (outcome.kind, outcome.summary) == (OutcomeKind.CHANGED, "wrote src/test/users.ts")
    assert bench.read("src/test/users.ts") == "// users of bench\nexport const x = 3;\n"


def test_nested_names_keep_their_folder(bench, handler):
    for name in ("conftest.py", "fixtures/common.py"):
        bench.write(f"templates/{name}.j2", "X = 1\n")
    outcome = bench.run(handler, {"templates": ["conftest.py", "fixtures/common.py"], "target": "python-services/"})
    assert outcome.summary == "wrote 2 files"
    assert bench.read("python-services/fixtures/common.py") == "X = 1\n"


def test_one_template_and_a_target_without_slash_name_the_file_itself(bench, handler):
    bench.write("templates/rollback-workflow.yml.j2", "on: push\njobs: {}\n")
    bench.run(handler, {"templates": ["rollback-workflow.yml"], "target": ".github/workflows/rollback.yml"})
    assert bench.read(".github/workflows/rollback.yml") == "on: push\njobs: {}\n"


@pytest.mark.parametrize("target", [".", "./", "there", "there/", "./there"])
def test_a_target_that_is_a_folder_gets_the_file_into_it(bench, handler, target):
    bench.write("templates/a.txt.j2", "a")
    (bench.root / "there").mkdir()
    bench.run(handler, {"templates": ["a.txt"], "target": target})
    assert bench.read("there/a.txt" if "there" in target else "a.txt") == "a\n"


def test_a_second_run_changes_nothing(bench, handler):
    bench.write("templates/users.ts.j2", "export {};\n")
    bench.run(handler, TASK)
    before = (bench.root / "src/test/users.ts").stat().st_mtime_ns
    outcome = bench.run(handler, TASK)
    assert (outcome.kind, outcome.summary) == (OutcomeKind.UNCHANGED, "1 file is as rendered")
    assert (bench.root / "src/test/users.ts").stat().st_mtime_ns == before


class TestAFileThatIsThereAlready:
    """The three ways of `overwrite`."""

    PERSON = "# written by a person\n"

    def run_over(self, bench, handler, overwrite, previous=None):
        bench.write("templates/conftest.py.j2", "X = 1\n")
        values = {"project": {"name": "demo"}} | ({"previous": previous} if previous else {})
        params = {"templates": ["conftest.py"], "target": "services/"} | ({"overwrite": overwrite} if overwrite else {})
        return bench.run(handler, params, values=values)

    @pytest.mark.parametrize("overwrite", [None, "if_unchanged"])
    def test_stays_when_this_task_did_not_write_it(self, bench, handler, overwrite):
        bench.write("services/conftest.py", self.PERSON)
        outcome = self.run_over(bench, handler, overwrite)
        assert (outcome.kind, outcome.summary) == (
            OutcomeKind.UNCHANGED,
            "kept services/conftest.py: it is there already and this task did not write it",
        )
        assert outcome.outputs == {"files": {}, "kept": ["services/conftest.py"]}
        assert bench.read("services/conftest.py") == self.PERSON

    def test_is_written_anew_when_it_is_as_this_task_left_it(self, bench, handler):
        first = self.run_over(bench, handler, None)
        bench.write("templates/conftest.py.j2", "X = 2\n")
        values = {"previous": dict(first.outputs)}
        outcome = bench.run(handler, {"templates": ["conftest.py"], "target": "services/"}, values=values)
        assert outcome.kind is OutcomeKind.CHANGED
        assert bench.read("services/conftest.py") == "X = 2\n"

    def test_stays_when_it_was_edited_since_this_task_wrote_it(self, bench, handler):
        first = self.run_over(bench, handler, None)
        bench.write("services/conftest.py", self.PERSON)
        outcome = self.run_over(bench, handler, "if_unchanged", previous=dict(first.outputs))
        assert outcome.summary == "kept services/conftest.py: it was edited since this task wrote it"
        assert bench.read("services/conftest.py") == self.PERSON

    def test_is_always_written_anew_when_that_was_asked_for(self, bench, handler):
        bench.write("services/conftest.py", self.PERSON)
        assert self.run_over(bench, handler, "always").kind is OutcomeKind.CHANGED
        assert bench.read("services/conftest.py") == "X = 1\n"

    def test_is_never_touched_when_that_was_asked_for(self, bench, handler):
        first = self.run_over(bench, handler, None)
        bench.write("templates/conftest.py.j2", "X = 2\n")
        params = {"templates": ["conftest.py"], "target": "services/", "overwrite": "never"}
        outcome = bench.run(handler, params, values={"previous": dict(first.outputs)})
        assert (outcome.kind, outcome.summary) == (
            OutcomeKind.UNCHANGED,
            "kept services/conftest.py: it is there already",
        )
        assert bench.read("services/conftest.py") == "X = 1\n"

    @pytest.mark.parametrize("previous", ["x", {"files": 3}, {"files": {"services/conftest.py": "h"}}, {"files": {}}])
    def test_stays_whatever_odd_record_there_is(self, bench, handler, previous):
        bench.write("services/conftest.py", self.PERSON)
        assert self.run_over(bench, handler, None, previous=previous).kind is OutcomeKind.UNCHANGED

    def test_does_not_keep_the_others_from_being_written(self, bench, handler):
        bench.write("services/conftest.py", self.PERSON)
        for name in ("conftest.py", "fixtures/common.py"):
            bench.write(f"templates/{name}.j2", "X = 1\n")
        outcome = bench.run(handler, {"templates": ["conftest.py", "fixtures/common.py"], "target": "services/"})
        assert (outcome.kind, outcome.summary) == (
            OutcomeKind.CHANGED,
            "wrote services/fixtures/common.py; "
            "kept services/conftest.py: it is there already and this task did not write it",
        )

    def test_is_refused_when_it_is_a_folder(self, bench, handler):
        (bench.root / "services/conftest.py").mkdir(parents=True)
        with pytest.raises(TaskFailed, match=r"services/conftest\.py is a folder"):
            self.run_over(bench, handler, None)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.py", "x = (\n", "line 1: '(' was never closed"),
        ("a.py", "x = 1\0\n", "null bytes"),
        ("a.json", '{"a": 1,}', "line 1: "),
        ("a.yml", "a: \x01\n", "control characters are not allowed"),
        ("a.json", '{"a": NaN}', "NaN is not JSON"),
        ("a.toml", "a = \n", "Invalid value"),
        ("a.yml", "a: [\n", "line 2: "),
        ("a.yml", "a: 1\nb: 2\na: 3\n", "line 3: the key `a` stands here twice"),
        ("a.yml", "[" * 200, "nested deeper than 100 levels"),
        ("a.ts", "const x: = 1;\n", "line 1: syntax error"),
        ("a.js", "function (\n", "line 1: syntax error"),
    ],
)
def test_what_would_not_parse_is_never_written(bench, handler, name, text, problem):
    bench.write(f"templates/{name}.j2", text)
    bench.write("templates/good.txt.j2", "good")
    outcome = bench.run(handler, {"templates": ["good.txt", name], "target": "out/"})
    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.summary.startswith(f"out/{name} would not parse: ")
    assert problem in outcome.summary
    assert not (bench.root / "out").exists()


def test_a_failure_to_parse_shows_the_lines_around(bench, handler):
    bench.write("templates/a.py.j2", "a = 1\nb = 2\nc = = 3\nd = 4\ne = 5\nf = 6\n")
    outcome = bench.run(handler, {"templates": ["a.py"], "target": "out/"})
    assert outcome.detail == "    1 | a = 1\n    2 | b = 2\n    3 | c = = 3\n    4 | d = 4\n    5 | e = 5"


def test_without_the_extra_scripts_are_written_unchecked_and_that_is_told(bench, handler, monkeypatch):
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    bench.write("templates/users.ts.j2", "export {};\n")
    outcome = bench.run(handler, TASK)
    assert outcome.kind is OutcomeKind.CHANGED
    note = "src/test/users.ts: its syntax was not checked (pip install 'orchestrate[edits]')"
    assert outcome.detail == note


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.js", "const a = <b>JSX in plain JavaScript</b>;\n"),
        ("a.tsx", "export const A = () => <p>x</p>;\n"),
        ("tsconfig.json", "// comments are allowed here\n{}\n"),
        ("a.yaml", "a: &x 1\nb: *x\nc: [1, {d: 2}]\n---\nsecond: document\n"),
        ("a.md", "{{ '{{' }} anything"),
        ("a.py", "x = '\\d'\n"),
    ],
)
def test_what_is_right_for_its_kind_is_written(bench, handler, name, text):
    bench.write(f"templates/{name}.j2", text)
    assert bench.run(handler, {"templates": [name], "target": "out/"}).kind is OutcomeKind.CHANGED


@pytest.mark.parametrize(
    ("text", "missing"), [("name: x\n", "on and jobs"), ("on: push\n", "jobs"), ("- 1\n", "on and jobs")]
)
def test_a_workflow_needs_triggers_and_jobs(bench, handler, text, missing):
    bench.write("templates/w.yml.j2", text)
    outcome = bench.run(handler, {"templates": ["w.yml"], "target": ".github/workflows/"})
    assert outcome.summary == (
        f".github/workflows/w.yml would not parse: a workflow needs `on` and `jobs` at the top; {missing} is missing"
    )


def test_a_value_that_the_template_needs_and_nobody_gave_fails_with_its_name(bench, handler):
    bench.write("templates/users.ts.j2", "{{ nobody }}\n")
    with pytest.raises(TaskFailed, match="nobody"):
        bench.run(handler, TASK)
    assert not (bench.root / "src").exists()


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.ts", "x;\n", "// Generated by orchestrate: task 1.1, template a.ts.\nx;\n"),
        ("a.md", "# T\n", "<!-- Generated by orchestrate: task 1.1, template a.md. -->\n# T\n"),
        (
            "b.md",
            "---\nt: 1\n---\nx\n",
            "---\nt: 1\n---\n<!-- Generated by orchestrate: task 1.1, template b.md. -->\nx\n",
        ),
        ("a.sh", "#!/bin/sh\nx\n", "#!/bin/sh\n# Generated by orchestrate: task 1.1, template a.sh.\nx\n"),
        (
            "a.py",
            "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nx = 1\n",
            "#!/usr/bin/python\n# -*- coding: utf-8 -*-\n# Generated by orchestrate: task 1.1, template a.py.\nx = 1\n",
        ),
        ("a.css", "p {}\n", "/* Generated by orchestrate: task 1.1, template a.css. */\np {}\n"),
        ("a.sql", "SELECT 1;\n", "-- Generated by orchestrate: task 1.1, template a.sql.\nSELECT 1;\n"),
        ("a.json", "{}\n", "{}\n"),
        ("Dockerfile", "FROM x\n", "# Generated by orchestrate: task 1.1, template Dockerfile.\nFROM x\n"),
    ],
)
def test_the_header_is_a_comment_of_the_files_kind(bench, handler, name, text, expected):
    bench.write(f"templates/{name}.j2", text)
    bench.run(handler, {"templates": [name], "target": "out/", "header": True})
    assert bench.read(f"out/{name}") == expected


def test_permission_bits_are_set_and_mended(bench, handler):
    bench.write("templates/a.sh.j2", "#!/bin/sh\n")
    params = {"templates": ["a.sh"], "target": "bin/", "mode": "0755"}
    bench.run(handler, params)
    place = bench.root / "bin/a.sh"
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    place.chmod(0o644)
    assert bench.run(handler, params).kind is OutcomeKind.CHANGED
    assert stat.S_IMODE(place.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "params",
    [
        {"templates": [], "target": "x/"},
        {"templates": ["../a"], "target": "x/"},
        {"templates": ["a"], "target": "/etc/passwd"},
        {"templates": ["a"], "target": "a/../../b"},
        {"templates": ["a"], "target": "x", "mode": "0999"},
        {"templates": ["a"], "target": "x", "mode": "4755"},
        {"templates": ["a"], "target": "x", "overwrite": "sometimes"},
        {"templates": ["a"], "target": "x", "unknown": 1},
        {"templates": "a", "target": "x"},
    ],
)
def test_params_that_make_no_sense_are_refused(params):
    with pytest.raises(ValidationError):
        FileGenerationParams.model_validate(params)


def test_the_targets_are_all_output_files(bench, handler):
    def writes(**params):
        return handler.targets(FileGenerationParams.model_validate(params), str(bench.root)).writes

    (bench.root / "there").mkdir()
    assert writes(templates=["a.ts", "b/c.ts"], target="x/") == ("x/a.ts", "x/b/c.ts")
    assert writes(templates=["a.ts"], target="x") == ("x",)
    assert writes(templates=["a.ts"], target="there") == ("there/a.ts",)
    assert writes(templates=["a.ts.j2"], target="./x/") == ("x/a.ts",)


def test_the_check_tells_missing_and_broken_templates_and_impossible_targets(bench, handler):
    bench.write("templates/users.ts.j2", "x")
    bench.write("templates/broken.ts.j2", "{% if %}")
    bench.write("file.ts", "x")

    def problems(templates, target):
        params = FileGenerationParams(templates=templates, target=target)
        return [(found.message, found.hint) for found in handler.check(params, bench.scene())]

    assert problems(["users.ts"], "x/") == []
    assert problems(["user.ts"], "x/") == [
        ("`templates` names user.ts, and there is no such template", "did you mean `users.ts`?")
    ]
    (message, _), *rest = problems(["broken.ts"], "x/")
    assert message.startswith("`templates` names broken.ts, which does not parse: ")
    assert rest == []
    assert problems(["users.ts", "users.ts"], "file.ts") == [
        ("`target` is a file, but 2 templates need a folder", "end the target with `/`"),
        ("`templates` has two templates that become file.ts/users.ts", "leave one of them out"),
    ]


def test_the_fingerprint_follows_template_and_values_and_nothing_else(bench, handler):
    bench.write("templates/users.ts.j2", "// {{ project.name }}\n")
    params = FileGenerationParams.model_validate(TASK)

    def fingerprint(**values):
        return handler.fingerprint(params, bench.context(handler, values={"project": {"name": "demo"}} | values))

    first = fingerprint()
    assert first == fingerprint(other="value") == fingerprint(run={"id": "r2"})
    assert first != fingerprint(project={"name": "other"})
    bench.write("templates/users.ts.j2", "// changed {{ project.name }}\n")
    assert first != fingerprint()
    bench.write("templates/users.ts.j2", "{{ nobody }}\n")
    assert fingerprint() is None


def test_a_dry_run_shows_the_change_and_writes_nothing(bench, handler):
    bench.write("templates/users.ts.j2", "export {};\n")
    outcome = bench.run(handler, TASK, dry_run=True)
    assert outcome.kind is OutcomeKind.CHANGED
    assert [str(diff.path) for diff in bench.previews.diff()] == ["src/test/users.ts"]
    assert not (bench.root / "src").exists()


def test_the_post_condition_is_looked_at_on_the_tree(bench, handler):
    bench.write("templates/users.ts.j2", "export {};\n")
    params = FileGenerationParams.model_validate({**TASK, "overwrite": "always"})

    async def scene(damage):
        context = bench.context(handler)
        await handler.run(params, context)
        await context.workspace.apply()
        damage(bench.root / "src/test/users.ts")
        await handler.verify(params, context)

    with pytest.raises(TaskFailed, match=r"src/test/users\.ts is not as it was rendered"):
        asyncio.run(scene(lambda place: place.write_text("something else")))
    with pytest.raises(TaskFailed, match=r"src/test/users\.ts is not there after it was written"):
        asyncio.run(scene(Path.unlink))


def test_another_process_that_verifies_at_least_sees_that_the_files_parse(bench, handler):
    bench.write("templates/a.py.j2", "x = 1\n")
    params = {"templates": ["a.py"], "target": "out/"}
    bench.run(handler, params)
    checked = FileGenerationParams.model_validate(params)
    asyncio.run(FileGeneration().verify(checked, bench.context(handler)))
    bench.write("out/a.py", "x = (\n")
    with pytest.raises(TaskFailed, match=r"out/a\.py does not parse: line 1"):
        asyncio.run(FileGeneration().verify(checked, bench.context(handler)))


class TestTheProjectsFormatter:
    """Small programs stand in for prettier and ruff; they read stdin and know the file's name, as the real ones do."""

    PRETTIER = '#!/bin/sh\n[ "$1" = --stdin-filepath ] || exit 9\necho "// formatted as $2"\ncat\n'

    def install(self, bench, name, script):
        bench.write(name, script)
        (bench.root / name).chmod(0o755)

    def test_formats_what_is_written_and_nothing_twice(self, bench, handler):
        bench.write("templates/users.ts.j2", "export {};\n")
        bench.write(".prettierrc", "{}")
        self.install(bench, "node_modules/.bin/prettier", self.PRETTIER)
        first = bench.run(handler, TASK)
        assert bench.read("src/test/users.ts") == "// formatted as src/test/users.ts\nexport {};\n"
        assert bench.said == ["formatting src/test/users.ts by prettier"]
        again = bench.run(handler, TASK, values={"previous": dict(first.outputs)})
        assert again.kind is OutcomeKind.UNCHANGED
        assert len(bench.said) == 1
        preview = bench.run(handler, TASK, values={"previous": dict(first.outputs)}, dry_run=True)
        assert preview.kind is OutcomeKind.UNCHANGED

    def test_formats_anew_when_its_configuration_changed(self, bench, handler):
        bench.write("templates/users.ts.j2", "export {};\n")
        bench.write("package.json", '{"prettier": {"tabWidth": 2}}')
        self.install(bench, "node_modules/.bin/prettier", self.PRETTIER)
        first = bench.run(handler, TASK)
        bench.write("package.json", '{"prettier": {"tabWidth": 4}}')
        bench.run(handler, TASK, values={"previous": dict(first.outputs)})
        assert len(bench.said) == 2

    @pytest.mark.parametrize(
        ("config", "text", "program"),
        [
            ("pyproject.toml", "[tool.ruff]\n", ".venv/bin/ruff"),
            ("pyproject.toml", "[tool.black]\n[tool.ruff]\n", ".venv/bin/black"),
            ("ruff.toml", "", ".venv/bin/ruff"),
        ],
    )
    def test_is_the_one_that_is_configured_for_python(self, bench, handler, config, text, program):
        bench.write("templates/a.py.j2", "x = 1\n")
        bench.write(config, text)
        self.install(bench, program, '#!/bin/sh\necho "# $0 $*"\ncat\n')
        bench.run(handler, {"templates": ["a.py"], "target": "out/"})
        options = "--quiet --stdin-filename" if "black" in program else "format --quiet --stdin-filename"
        assert re.fullmatch(rf"# \S*{re.escape(program)} {options} out/a\.py -\nx = 1\n", bench.read("out/a.py"))

    def test_is_called_as_the_real_one_wants_it(self, bench, handler):
        bench.write("templates/a.py.j2", "x = {  'a':1 }\n")
        bench.write("ruff.toml", "line-length = 100\n")
        self.install(bench, ".venv/bin/ruff", f'#!/bin/sh\nexec {shlex.quote(sys.prefix)}/bin/ruff "$@"\n')
        outcome = bench.run(handler, {"templates": ["a.py"], "target": "out/"})
        assert (bench.read("out/a.py"), outcome.detail) == ('x = {"a": 1}\n', "")

    def test_is_not_started_in_a_dry_run(self, bench, handler):
        bench.write("templates/users.ts.j2", "export {};\n")
        bench.write(".prettierrc", "{}")
        self.install(bench, "node_modules/.bin/prettier", f"#!/bin/sh\ntouch {bench.root}/started\n")
        outcome = bench.run(handler, TASK, dry_run=True)
        assert outcome.detail == "src/test/users.ts: would be formatted by prettier"
        assert not (bench.root / "started").exists()

    @pytest.mark.parametrize(
        ("script", "note"),
        [
            ("#!/bin/sh\nexit 2\n", "not formatted: prettier ended with exit code 2"),
            ("#!/bin/sh\n", "not formatted: prettier gave a text that does not parse"),
            ("#!/bin/sh\necho 'const ='\n", "not formatted: prettier gave a text that does not parse"),
            ("#!/bin/sh\nprintf '\\377'\n", "not formatted: prettier gave no usable text"),
            (None, "not formatted: prettier is configured, but not installed"),
        ],
    )
    def test_that_breaks_leaves_the_text_as_rendered_and_is_told(self, bench, handler, script, note):
        bench.write("templates/users.ts.j2", "export {};\n")
        bench.write(".prettierrc", "{}")
        if script:
            self.install(bench, "node_modules/.bin/prettier", script)
        outcome = bench.run(handler, TASK)
        assert outcome.detail.startswith(f"src/test/users.ts: {note}")
        assert bench.read("src/test/users.ts") == "export {};\n"

    @pytest.mark.parametrize(
        ("config", "text"),
        [("package.json", "{"), ("package.json", "[]"), ("pyproject.toml", "["), ("pyproject.toml", "[tool.mypy]\n")],
    )
    def test_is_not_looked_for_in_files_that_do_not_name_one(self, bench, handler, config, text):
        bench.write(config, text)
        for name in ("a.py", "a.ts"):
            bench.write(f"templates/{name}.j2", "x = 1\n")
        outcome = bench.run(handler, {"templates": ["a.py", "a.ts"], "target": "out/"})
        assert (outcome.summary, outcome.detail) == ("wrote 2 files", "")

    def test_is_left_alone_when_that_was_asked_for(self, bench, handler):
        bench.write("templates/users.ts.j2", "export {};\n")
        bench.write(".prettierrc", "{}")
        self.install(bench, "node_modules/.bin/prettier", self.PRETTIER)
        bench.run(handler, {**TASK, "format": "none"})
        assert bench.read("src/test/users.ts") == "export {};\n"


def test_every_shipped_template_of_the_roadmap_renders_and_parses(bench, handler):
    project = Path(__file__).parents[2]
    bench.templates = lambda: TemplateFolders(str(bench.root), shipped=project / "templates")
    document = yaml.safe_load((project / "config" / "phases.yaml").read_text())
    params = {name: param["default"] for name, param in document["params"].items()}
    tasks = [
        task
        for phase in document["phases"]
        for group in phase["groups"]
        for task in group["tasks"]
        if task["type"] == "file_generation"
    ]
    assert len(tasks) == 7
    bench.write("python-services/conftest.py", "# written by a person\n")
    for task in tasks:
        values = {"project": {"name": "learning-platform"}, "params": params}
        given = {"templates": task["templates"], "target": task["target"], "header": True}
        outcome = bench.run(handler, given, values=values)
        assert outcome.kind is OutcomeKind.CHANGED, outcome.summary
    assert bench.read("python-services/conftest.py") == "# written by a person\n"
    assert os.path.isfile(bench.root / "tests/load/scenarios/api-load.js")
    assert os.path.isfile(bench.root / ".github/workflows/rollback.yml")
