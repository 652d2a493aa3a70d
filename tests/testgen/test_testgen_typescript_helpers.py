"""The small parts of what explores TypeScript, tried alone under Node."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from by_hand import answer_of

import orchestrator.testgen.typescript as package
from orchestrator.testgen.typescript import doubles

NODE = Path(package.__file__).parent / "node"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")


def test_the_file_of_doubles_is_known_again_by_the_functions_that_it_offers() -> None:
    """Written in another way, they would be taken for somebody else's file, and scripts could not require them."""
    text = (NODE / "doubles.ts").read_text()
    found = set(re.findall(r"^export (?:async )?function (\w+)", text, re.MULTILINE))
    assert found == set(doubles._OFFERED)
    assert not re.search(r"^export (?!(async )?function )", doubles._as_script(text), re.MULTILINE)


@pytest.mark.parametrize(("steps", "expected"), [(9, "settled"), (11, "too late")])
def test_patience_is_counted_in_turns_however_late_they_come(steps, expected) -> None:
    script = f"""
        const {{ settled }} = require({str(NODE / "patience.cjs")!r});
        const waiting = [];
        const clock = {{ set: (turn) => waiting.push(turn), clear: () => undefined }};
        let done;
        const work = new Promise((resolve) => {{ done = resolve; }});
        settled(work, 100, () => 'too late', clock).then((text) => console.log(JSON.stringify(text)), (text) => console.log(JSON.stringify(text)));
        const late = (step) => {{
          if (step === {steps}) done('settled');
          waiting.shift()?.();
          if (step < 20) setTimeout(late, 0, step + 1);
        }};
        late(1);
    """  # noqa: E501 - one script
    assert answer_of(script) == expected


def test_what_never_settles_is_given_up() -> None:
    script = f"""
        const {{ settled }} = require({str(NODE / "patience.cjs")!r});
        const clock = {{ set: setTimeout, clear: clearTimeout }};
        const told = (text) => console.log(JSON.stringify(text));
        settled(new Promise(() => undefined), 30, () => 'too late', clock).then(told, told);
    """
    assert answer_of(script) == "too late"


WAITING = f"""
    const {{ Patience }} = require({str(NODE / "patience.cjs")!r});
    const {{ buildRecorder, runTest }} = require({str(NODE / "measure/recorder.cjs")!r});
    let turns = 0;
    const clock = {{ set: (turn) => {{ turns += 1; return setImmediate(turn); }}, clear: clearImmediate }};
    const never = () => new Promise(() => undefined);
    const after = (steps) => new Promise((resolve) => {{
      const until = turns + steps;
      const look = () => (turns >= until ? resolve() : setImmediate(look));
      look();
    }});
    const waited = async (work) => {{
      turns = 0;
      await work().catch(() => undefined);
      return turns * 10;
    }};
"""


@pytest.mark.parametrize(("healthy", "expected"), [(None, 5000), (3, 500), (90, 900), (800, 5000)])
def test_a_start_that_a_mutant_changes_is_waited_for_ten_times_as_long_as_a_healthy_one(healthy, expected) -> None:
    script = f"""{WAITING}
        (async () => {{
          const starts = new Patience(5000, 500);
          const healthy = {json.dumps(healthy)};
          if (healthy !== null) await starts.settled(after(healthy / 10), false, () => new Error('late'), clock);
          const mutated = await waited(() => starts.settled(never(), true, () => new Error('late'), clock));
          const usual = await waited(() => starts.settled(never(), false, () => new Error('late'), clock));
          console.log(JSON.stringify([mutated, usual]));
        }})();
    """
    mutated, usual = answer_of(script)
    assert usual == 5000
    assert expected <= mutated <= expected + 200  # the turn in which something settles is not always the same


def test_a_test_whose_start_never_ends_with_a_mutant_does_not_wait_as_long_as_for_a_healthy_one() -> None:
    script = f"""{WAITING}
        (async () => {{
          let starting = () => after(2);
          const recorder = buildRecorder();
          const collect = () => {{
            recorder.reset();
            recorder.globals.beforeAll(() => starting());
            recorder.globals.it('answers', () => after(1));
            return recorder.tests[0];
          }};
          await runTest(collect(), false, clock);
          starting = never;
          console.log(JSON.stringify([await waited(async () => {{ throw await runTest(collect(), true, clock); }})]));
        }})();
    """
    [mutated] = answer_of(script)
    assert mutated == 500


@pytest.mark.parametrize("kind", ["Public", "Private"])
def test_whether_a_text_is_a_key_is_asked_of_node_once(kind: str) -> None:
    encoding = {"Public": "spki", "Private": "pkcs8"}[kind]
    script = f"""
        const crypto = require('node:crypto');
        const {{ rememberKeys }} = require({str(NODE / "keys.cjs")!r});
        let asked = 0;
        const real = crypto.create{kind}Key;
        const counting = (given) => {{ asked += 1; return real(given); }};
        crypto.create{kind}Key = counting;
        const restore = rememberKeys(crypto);
        const tried = (text) => {{ try {{ return crypto.create{kind}Key(text).type; }} catch (error) {{ return error.name; }} }};
        const pem = crypto.generateKeyPairSync('ed25519').{kind.lower()}Key.export({{ type: {encoding!r}, format: 'pem' }});
        const answers = [tried('a secret'), tried('a secret'), tried(pem), tried(pem)];
        restore();
        console.log(JSON.stringify([answers, asked, crypto.create{kind}Key === counting]));
    """  # noqa: E501 - one script
    assert answer_of(script) == [["Error", "Error", kind.lower(), kind.lower()], 2, True]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("no such port\nat all", "no such port"),
        (json.dumps([{"code": "too_big", "path": ["PORT"], "message": "at most 65535"}]), "at most 65535"),
        (json.dumps([{"code": "odd", "path": "PORT", "message": 'say "yes" or\tnothing more'}]), "nothing more"),
        (
            json.dumps([{"code": "empty", "path": None, "message": ""}]),
            json.dumps([{"code": "empty", "path": None, "message": ""}]),
        ),
        ("[]", "[]"),
        ('"words"', '"words"'),
    ],
)
def test_the_words_of_a_refusal_stand_in_its_message_and_are_some(message: str, words: str) -> None:
    """Whatever a package writes as JSON: an empty text would be in every message."""
    script = f"""
        const {{ reasonOf, wordsOf }} = require({str(NODE / "explorer/refusals.cjs")!r});
        const error = {{ message: {json.dumps(message)} }};
        console.log(JSON.stringify([wordsOf(error), typeof reasonOf(error)]));
    """
    assert answer_of(script) == [words, "string"]
    assert words in message


NOT_FOUND = "Cannot find module 'slugs' from 'src/posts.ts'"
NOT_READ = "SyntaxError: Unexpected token 'export'\\n    at /p/node_modules/slugs/index.js:1"


@pytest.mark.parametrize("message", [NOT_FOUND, NOT_READ])
@pytest.mark.parametrize(
    ("details", "is_named"),
    [
        ({"type": "module", "exports": {"import": "./index.js"}}, True),
        ({"exports": {".": {"import": "./index.mjs"}}}, True),
        ({"exports": {"import": "./index.mjs", "require": "./index.cjs"}}, False),
        ({"main": "index.js"}, False),
    ],
)
def test_a_package_without_a_form_for_scripts_is_named(tmp_path, message, details, is_named) -> None:
    (tmp_path / "node_modules/slugs").mkdir(parents=True)
    (tmp_path / "node_modules/slugs/package.json").write_text(json.dumps(details))
    script = f"""
        const {{ importProblem }} = require({str(NODE / "explorer/importing.cjs")!r});
        const told = importProblem({{ stack: "{message}" }}, {str(tmp_path / "src/posts.ts")!r});
        console.log(JSON.stringify(told));
    """
    begin = 'cannot be imported: the package "slugs" is an ES module only, and Jest loads scripts here'
    assert answer_of(script).startswith(begin) is is_named


@pytest.mark.parametrize("kind", ["late", "endless", "astray"])
def test_two_runs_without_an_end_have_nothing_in_common(kind) -> None:
    script = f"""
        const {{ steady }} = require({str(NODE / "explorer/search.cjs")!r});
        console.log(JSON.stringify(steady({{ kind: '{kind}', clients: [] }}, {{ kind: '{kind}', clients: [] }}) ?? 'nothing'));
    """  # noqa: E501 - one script
    assert answer_of(script) == "nothing"


def test_what_a_call_gave_goes_into_no_constructor_and_into_no_case_that_does_not_make_the_call() -> None:
    script = """
      const { Cases } = require('%s/explorer/cases.cjs');
      const { Scene } = require('%s/explorer/scene.cjs');
      const { make } = require('%s/explorer/nodes.cjs');
      const number = { t: 'value', v: 1, shape: { k: 'number' } };
      const steps = [{ member: 'add', args: [] }];
      const leaves = [[0, [], 'number']];
      const item = { args: [], ctor: [number], answers: new Map([['0:0', number]]), steps, leaves };
      const cases = new Cases({ pick: (options) => options[0] }, [], () => 0);
      const taken = [item, { ...item, args: [number] }].map((each) => cases.withResult(each));
      const made = [[], [7]].map((results) => {
        const scene = new Scene({ packages: [] }, () => undefined);
        scene.results = results;
        return [make({ t: 'result', step: 0, path: [] }, scene) ?? null, Boolean(scene.isAstray)];
      });
      console.log(JSON.stringify([taken.map(({ args, ctor }) => [...args, ...ctor].map(({ t }) => t)), made]));
    """
    assert answer_of(script.replace("%s", str(NODE))) == [[["value"], ["result", "value"]], [[None, True], [7, False]]]


@pytest.mark.parametrize(
    ("milliseconds", "source"),
    [(1000, "1000"), (900_000, "15 * 60 * 1000"), (86_400_000, "24 * 60 * 60 * 1000"), (1500, "1500")],
)
def test_time_that_passes_is_written_in_the_unit_in_which_one_counts_it(milliseconds: int, source: str) -> None:
    script = f"console.log(JSON.stringify(require('{NODE}/explorer/passing.cjs').spanOf({milliseconds})));"
    assert answer_of(script) == source


@pytest.mark.parametrize(
    ("name", "first"), [("windowMs", 60_000), ("ttl_ms", 60_000), ("delayMs", 1), ("ms", 1), ("lockSeconds", 60)]
)
def test_what_holds_for_a_while_holds_for_a_minute_and_nobody_waits_a_minute(name: str, first: int) -> None:
    script = f"console.log(JSON.stringify(require('{NODE}/explorer/numbers.cjs').numbersFor('{name}', [])));"
    assert answer_of(script)[0] == first


def test_a_clock_in_the_options_of_a_class_goes_on_between_two_calls() -> None:
    script = """
      const { sequencesOf } = require('NODE/explorer/sequences.cjs');
      const { Cases } = require('NODE/explorer/cases.cjs');
      const clock = { t: 'fn', takes: 0, returns: { t: 'value', v: 1706704200000 } };
      const other = { t: 'fn', takes: 0, returns: { t: 'value', v: 5 } };
      const options = { t: 'object', props: [['now', clock], ['size', other]] };
      const key = { name: 'key', shape: { k: 'string' } };
      const subject = { kind: 'method', export: 'Limiter', member: 'hit', params: [key], ctor: [{ name: 'options' }] };
      const cases = new Cases({ of: () => [{ t: 'value', v: 'key' }] }, [subject], () => 0);
      const base = { subject, args: [], ctor: [options], steps: [], answers: new Map() };
      const found = [...sequencesOf(cases, subject, base)];
      const times = found.map(({ ctor }) => JSON.stringify(ctor[0].props.map(([, node]) => node.later?.v)));
      console.log(JSON.stringify([...new Set(times)].map((each) => JSON.parse(each))));
    """
    found = answer_of(script.replace("NODE", str(NODE)))
    assert found[:2] == [[None, None], [1706704260000, None]]


def test_a_defect_is_known_again_by_where_it_is_raised() -> None:
    script = """
      const { placeOf } = require('NODE/explorer/search.cjs');
      const read = (text) => { try { return JSON.parse(text); } catch (error) { return placeOf(error); } };
      const places = ['get', 'Hello World', ''].map((each) => read(each));
      console.log(JSON.stringify([new Set(places).size, placeOf({ message: 'no stack' }), places[0] === read.name]));
    """
    assert answer_of(script.replace("NODE", str(NODE))) == [1, "no stack", False]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("x" * 255, "'x'.repeat(255)"),
        ("'" * 30, '"\'".repeat(30)'),
        ("x" * 24, f"'{'x' * 24}'"),
        ("ab" * 20, f"'{'ab' * 20}'"),
    ],
)
def test_a_long_text_of_one_letter_is_written_by_its_length(text: str, source: str) -> None:
    script = f"console.log(JSON.stringify(require('{NODE}/explorer/nodes.cjs').literal({json.dumps(text)})));"
    assert answer_of(script) == source


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("", "() => now"),
        ("isAsync: true", "async () => now"),
        ("spy: true", "jest.fn(() => now)"),
        ("isAsync: true, spy: true", "jest.fn(async () => now)"),
    ],
)
def test_a_clock_that_goes_on_is_written_as_what_it_is(kind: str, source: str) -> None:
    script = """
      const { Writer } = require('NODE/explorer/writer.cjs');
      const time = (v) => ({ t: 'value', v });
      const item = { args: [], ctor: [], answers: new Map(), steps: [] };
      const writer = new Writer({ api: 'jest', subjects: [], isTyped: true }, item, {}, true);
      writer.isHolding = true;
      const source = writer.callable({ t: 'fn', returns: time(1706704200000), later: time(1706704260000), KIND });
      console.log(JSON.stringify([source, [...writer.lines], writer.passing, [...writer.uses]]));
    """
    found = answer_of(script.replace("NODE", str(NODE)).replace("KIND", kind))
    begun = "let now = Date.parse('2024-01-31T12:30:00.000Z');"
    assert found == [source, [begun], ["now += 60 * 1000;"], ["spy"] if "spy" in kind else []]


def test_inputs_that_differ_from_run_to_run_tell_no_mutant_apart() -> None:
    script = f"""
        const {{ steady }} = require({str(NODE / "explorer/search.cjs")!r});
        const {{ tellsApart }} = require({str(NODE / "explorer/verdicts.cjs")!r});
        const text = (v) => ({{ t: 'value', v }});
        const seen = (id) => ({{ kind: 'value', value: text(1), clients: [], args: [text(id)], spies: [{{ calls: [{{ t: 'list', items: [text(id)] }}] }}] }});
        console.log(JSON.stringify(tellsApart(steady(seen('7f3a'), seen('c01d')), seen('9b2e'))));
    """  # noqa: E501 - one script
    assert answer_of(script) == {"value": False, "calls": False}


def test_files_are_laid_out_by_biome_where_a_project_has_it_and_no_prettier(tmp_path) -> None:
    package = tmp_path / "node_modules/@biomejs/biome"
    (package / "bin").mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@biomejs/biome"}')
    (package / "bin/biome").write_text(
        "const [, , command] = process.argv;\nconst name = process.argv.at(-1);\n"
        "const text = require('node:fs').readFileSync(0, 'utf8');\n"
        "if (text.includes('bad')) process.exit(1);\n"
        "process.stdout.write(`${command} ${name.split('/').at(-1)} in ${process.cwd().split('/').at(-1)}: ${text}`);\n"
    )
    (tmp_path / "web/src").mkdir(parents=True)
    (tmp_path / "web/biome.json").write_text("{}")
    (tmp_path / "package.json").write_text("{}")
    order, result = tmp_path / "order.json", tmp_path / "result.json"
    files = {"web/src/a.test.ts": "one\n", "web/src/b.test.ts": "bad\n"}
    order.write_text(json.dumps({"root": str(tmp_path), "folder": ".", "files": files}))
    subprocess.run(["node", str(NODE / "format.cjs"), str(order), str(result)], check=True)
    expected = {"web/src/a.test.ts": "check a.test.ts in web: one\n", "web/src/b.test.ts": "bad\n"}
    assert json.loads(result.read_text()) == expected


def test_a_file_is_laid_out_until_prettier_takes_it_for_laid_out(tmp_path) -> None:
    package = tmp_path / "node_modules/prettier"
    package.mkdir(parents=True)
    (package / "index.js").write_text(
        "exports.resolveConfig = () => ({});\nexports.format = (text) => (text.endsWith('!!') ? text : `${text}!`);\n"
    )
    (tmp_path / "package.json").write_text("{}")
    order, result = tmp_path / "order.json", tmp_path / "result.json"
    order.write_text(json.dumps({"root": str(tmp_path), "folder": ".", "files": {"a.test.ts": "one"}}))
    subprocess.run(["node", str(NODE / "format.cjs"), str(order), str(result)], check=True)
    assert json.loads(result.read_text()) == {"a.test.ts": "one!!"}
