"""What came out of calls as trees, by the helper that explores TypeScript."""

import shutil
import subprocess
from pathlib import Path

import pytest

import orchestrator.testgen.typescript as package

HELPER = Path(package.__file__).parent / "node/explorer/pictures.cjs"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_an_object_with_an_empty_key_is_compared_and_written_like_others() -> None:
    script = f"""
        const {{ common, expectation, pictureOf }} = require({str(HELPER)!r});
        const picture = () => pictureOf({{ '': 1, clock: Math.random() }}, () => false);
        const written = (pairs) => pairs.map(([key, text]) => JSON.stringify(key) + ': ' + text).join(', ');
        console.log(expectation(common(picture(), picture()), written));
    """
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == '"": 1, "clock": expect.any(Number)\n'


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_what_stands_under_a_symbol_is_not_asked_for() -> None:
    script = f"""
        const {{ expectation, pictureOf }} = require({str(HELPER)!r});
        const picture = pictureOf({{ host: 'a', [Symbol.for('mark')]: true }}, () => false);
        const written = (pairs) => '{{ ' + pairs.map(([key, text]) => key + ': ' + text).join(', ') + ' }}';
        console.log(expectation(picture, written));
    """
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "expect.objectContaining({ host: 'a' })\n"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_an_error_that_is_made_is_told_from_others_by_its_properties() -> None:
    script = f"""
        const {{ expectation, fits, pictureOf }} = require({str(HELPER)!r});
        class Refusal extends Error {{ constructor(status) {{ super('no'); this.name = 'Refusal'; this.status = status; }} }}
        const picture = (status) => pictureOf(new Refusal(status), () => false);
        const written = (pairs) => '{{ ' + pairs.map(([key, text]) => key + ': ' + text).join(', ') + ' }}';
        console.log(expectation(picture(403), written), fits(picture(403), picture(403)), fits(picture(403), picture(404)));
    """  # noqa: E501 - one script
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "expect.objectContaining({ message: 'no', name: 'Refusal', status: 403 }) true false\n"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_message_of_an_error_that_is_no_text_is_one_of_its_properties() -> None:
    script = f"""
        const {{ errorPicture, expectation, pictureOf }} = require({str(HELPER)!r});
        const refused = (message) => Object.assign(new Error(), {{ message, code: 422 }});
        const written = (pairs) => '{{ ' + pairs.map(([key, text]) => key + ': ' + text).join(', ') + ' }}';
        const refusal = refused({{ name: ['is empty'] }});
        const {{ message, props }} = errorPicture(refusal, (each) => pictureOf(each, () => false));
        console.log(JSON.stringify(message), written(props.map(([key, each]) => [key, expectation(each, written)])));
        console.log(expectation(pictureOf(refusal, () => false), written));
    """
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    thrown = "{ message: { name: ['is empty'] }, code: 422 }"
    assert answer.stdout == f'"" {thrown}\nexpect.objectContaining({thrown})\n'


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_of_a_stack_only_the_first_line_is_asked_for() -> None:
    script = f"""
        const {{ expectation, pictureOf }} = require({str(HELPER)!r});
        console.log(expectation(pictureOf(new TypeError('no').stack, () => false)));
        console.log(expectation(pictureOf('meet me\\n at 12:30:00', () => false)));
    """
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "expect.stringContaining('TypeError: no')\n'meet me\\n at 12:30:00'\n"


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_query_is_told_from_others_and_written_as_it_is() -> None:
    script = f"""
        const {{ expectation, fits, pictureOf }} = require({str(HELPER)!r});
        const picture = (text) => pictureOf(new URLSearchParams(text), () => false);
        console.log(expectation(picture('?a=1&b=x y')));
        console.log(fits(picture('a=1'), picture('a=1')), fits(picture('a=1'), picture('a=2')));
    """
    answer = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True)
    assert answer.stdout == "new URLSearchParams('a=1&b=x+y')\ntrue false\n"
