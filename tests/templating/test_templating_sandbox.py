"""Expressions: what they give, what they cannot reach, what they may cost."""

import operator
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import TaskFailed
from orchestrator.templating.meter import Meter, TooMuch
from orchestrator.templating.sandbox import Sandbox

VALUES = {
    "params": {"n": 3, "text": "a{{ b }}", "items": [1, 2], "deep": {"x": [{"y": 5}]}},
    "file": "src/auth.service.ts",
}


@pytest.fixture(scope="module")
def sandbox():
    return Sandbox()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ params.n }}", 3),
        ("{{params.n + 1}}", 4),
        ("n is {{ params.n }}", "n is 3"),
        ("{{ params.n > 2 and 'x' in ['x'] }}", True),
        ("{{ params.items }}", [1, 2]),
        ("is {{ true }}, {{ none }}, {{ params.items }}, {{ {'a': 'ä'} }}", 'is true, null, [1, 2], {"a": "ä"}'),
        ("{{ params.deep.x[0].y }}", 5),
        ("{{ params['items'] | map('string') | join('-') }}", "1-2"),
        ("{{ file | stem }}.test.ts in {{ file | dirname }}", "auth.service.test.ts in src"),
        ("{{ params.missing | default(7) }}", 7),
        ("{{ params.items | sum }}", 3),
        ("{{ 'a' ~ 1 ~ true }}", "a1true"),
        ("{{ params.deep | tojson }}", '{"x": [{"y": 5}]}'),
        ("{{ 'a,b'.split(',') | reverse | list }}", ["b", "a"]),
        ("{{ 2.5 | round }}/{{ 2.345 | round(2) }}", "2/2.35"),
        ("no expression", "no expression"),
    ],
)
def test_an_expression_gives_its_value(sandbox, text, value):
    given_value = sandbox.interpolate(text, VALUES)
    assert given_value == value
    assert type(given_value) is type(value)


def test_what_comes_out_is_never_evaluated_again(sandbox):
    assert sandbox.interpolate("{{ params.text }}", VALUES) == "a{{ b }}"
    assert sandbox.fill({"k": ["{{ params.text }}", 1, "${{ x }}"]}, VALUES) == {"k": ["a{{ b }}", 1, "${{ x }}"]}


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("nope", "'nope' is undefined"),
        ("params.nope", "there is no 'nope' (there is: n, text, items, deep)"),
        ("nope.x", "'nope' is undefined"),
        ("params.n.real", "'int object' has no attribute 'real'"),
        ("1 +", "unexpected 'end of template'"),
        ("1 2", "unexpected '2'"),
        ("1 / 0", "division by zero"),
        ("file | attr('upper')", "no filter named 'attr'"),
        ("file is callable", "no test named 'callable'"),
        ("'%99999d' % 1", "`text % values` is not available; use `~`"),
        ("range", "a method is no JSON value"),
        ("file.upper", "a builtin_function_or_method is no JSON value"),
    ],
)
def test_an_expression_without_value_says_why(sandbox, expression, reason):
    with pytest.raises(TaskFailed) as caught:
        sandbox.evaluate(expression, VALUES, "task 1.1")
    assert caught.value.message == f"task 1.1: `{expression}` cannot be evaluated: {reason}"


@pytest.mark.parametrize(
    "expression",
    [
        "''.__class__.__mro__",
        "''|attr('__class__')",
        "'{0.__class__}'.format(1)",
        "'{x.__class__}'.format_map({'x': 1})",
        "('{0}'|attr('format'))(1)",
        "['']|map(attribute='__class__')|list",
        "params.__class__",
        "params['__class__']",
        "params.items.append(5)",
        "params.update({'x': 1})",
        "params.pop('n')",
        "lipsum(10)",
        "cycler.__init__.__globals__",
        "joiner()",
        "namespace()",
        "self.__init__",
        "range.__class__",
        "file.upper.__self__",
    ],
)
def test_nothing_but_values_can_be_reached(sandbox, expression):
    with pytest.raises(TaskFailed):
        sandbox.evaluate(expression, VALUES)
    assert VALUES["params"]["n"] == 3


@pytest.mark.parametrize(
    "expression",
    [
        "(10**10)**(10**8)",
        "10**(10**8)",
        "(1,)*10**9",
        "'a'*10**10",
        "[1]*10**9",
        "'a'|indent(10**9)|length and range(10**9)",
        "range(2000)|list",
        "1.5|round(10**9)",
        "'aaaa'|replace('a', 'b'*9000000)",
        "['x'*9000000, 'y'*9000000]|join('')",
        "'a'.center(10**10)",
        "(" * 3000 + "1" + ")" * 3000,
        "[" * 500 + "]" * 500,
        " + ".join(["1"] * 30_000),
        "'x'*9000000 ~ 'x'*9000000",
    ],
)
def test_heavy_work_is_refused_at_once(sandbox, expression):
    started = time.monotonic()
    with pytest.raises(TaskFailed):
        sandbox.evaluate(expression, VALUES)
    assert time.monotonic() - started < 10  # the work itself would take minutes, or all memory


def test_a_rendering_ends_when_its_time_is_over():
    now = iter([0.0, 1.0, 6.0])
    meter = Meter(clock=lambda: next(now))
    meter.charge()
    with pytest.raises(TooMuch, match="longer than 5 seconds"):
        meter.charge()


def test_objects_never_get_in(sandbox, tmp_path):
    with pytest.raises(TypeError, match="no JSON value"):
        sandbox.evaluate("p.write_text('x') or 1", {"p": tmp_path / "x"})
    assert list(tmp_path.iterdir()) == []


def test_the_names_of_an_expression_are_known_before_it_is_evaluated(sandbox):
    names = sandbox.names("tasks['1.1'].outputs.x > params.y and run.id in file")
    assert names.free == {"tasks", "params", "run", "file"}
    assert names.paths == ("tasks['1.1'].outputs.x", "params.y", "run.id", "file")
    assert names.tasks == {"1.1"}
    assert sandbox.names_used(["{{ a }}", {"k": "{{ b.c }} {{ d[0] }}"}]) == {"a", "b", "d"}
    assert sandbox.check("{{ a + }}") is not None
    assert sandbox.check("{{ a + b }}") is None


def test_a_mere_path_needs_no_jinja():
    code = (
        "import sys; from orchestrator.templating.sandbox import Sandbox; s = Sandbox(); "
        "assert s.render_text('{{ params.a }}!', {'params': {'a': 1}}) == '1!'; assert 'jinja2' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ---------------------------------------------------------------- against Python

_SIGNS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "<": operator.lt, "==": operator.eq}


@st.composite
def arithmetic(draw, depth=0):
    """Draw an expression over small numbers with its value."""
    if depth > 3 or draw(st.booleans()):
        number = draw(st.integers(0, 50))
        return (f"params.v{number}", number) if draw(st.booleans()) else (str(number), number)
    left, right = draw(arithmetic(depth=depth + 1)), draw(arithmetic(depth=depth + 1))
    sign = draw(st.sampled_from(list(_SIGNS)))
    return f"({left[0]} {sign} {right[0]})", _SIGNS[sign](left[1], right[1])


@given(arithmetic())
def test_arithmetic_is_that_of_python(sandbox, expression):
    source, expected = expression
    values = {"params": {f"v{number}": number for number in range(51)}}
    assert sandbox.evaluate(source, values) == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(_JSON)
def test_a_value_goes_through_unchanged(sandbox, value):
    assert sandbox.interpolate("{{ params.v }}", {"params": {"v": value}}) == value
    assert sandbox.evaluate("params['v']", {"params": {"v": value}}) == value


@given(st.text(max_size=60))
def test_any_text_as_an_expression_gives_a_value_or_one_kind_of_error(sandbox, text):
    try:
        sandbox.evaluate(text, VALUES)
    except TaskFailed as error:
        assert "\n" not in error.message.partition("cannot be evaluated")[2]
