"""Templates in folders."""

import pytest

from orchestrator.errors import PathRefused, TaskFailed
from orchestrator.templating.folders import TemplateFolders

VALUES = {"project": {"name": "demo"}, "params": {"coverage_target": 80}, "xs": [1, 2], "big": "y" * 1000}


@pytest.fixture
def shelf(tmp_path):
    """Return a function that writes templates and gives the folders: `own/` first, `shipped/` second."""
    (tmp_path / "own").mkdir()
    (tmp_path / "shipped").mkdir()

    def make(own=None, shipped=None):
        for folder, files in (("own", own or {}), ("shipped", shipped or {})):
            for name, source in files.items():
                path = tmp_path / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(source)
        return TemplateFolders(str(tmp_path), ["own"], tmp_path / "shipped")

    return make


def test_the_projects_own_template_comes_before_the_shipped_one(shelf):
    folders = shelf(own={"a.txt.j2": "own"}, shipped={"a.txt": "shipped", "b/c.py.j2": "{{ project.name }}"})
    assert folders.names() == ("a.txt", "b/c.py")
    assert folders.render("a.txt", VALUES) == "own"
    assert folders.render("b/c.py", VALUES) == "demo"
    assert folders.has("b/c.py")
    assert not folders.has("c.py")


def test_a_line_with_a_statement_leaves_no_line_and_the_last_newline_stays(shelf):
    folders = shelf(own={"a": "{% for x in xs %}\n  {% if x > 1 %}\n  - {{ x }}\n  {% endif %}\n{% endfor %}\nend\n"})
    assert folders.render("a", VALUES) == "  - 2\nend\n"


def test_every_shipped_template_is_sound_and_renders(tmp_path):
    folders = TemplateFolders(str(tmp_path))
    assert len(folders.names()) >= 15
    for name in folders.names():
        assert folders.check(name) is None
        assert "{%" not in folders.render(name, VALUES)


def test_what_belongs_to_github_goes_through_raw_blocks(tmp_path):
    rendered = TemplateFolders(str(tmp_path)).render("rollback-workflow.yml", VALUES)
    assert "${{ inputs.environment }}" in rendered


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../secret", "link", "", ".", "a\\b", "x" * 300, "a\0b", "folder"]
)
def test_a_folder_gives_no_file_from_outside(shelf, tmp_path, name):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "own" / "folder").mkdir()
    (tmp_path / "own" / "link").symlink_to(tmp_path / "secret")
    folders = shelf()
    assert not folders.has(name)
    with pytest.raises(TaskFailed, match="there is no template"):
        folders.render(name, VALUES)
    assert folders.names() == ()


@pytest.mark.parametrize("folder", ["..", "/etc", "own/../.."])
def test_a_template_folder_outside_the_repository_is_refused(tmp_path, folder):
    with pytest.raises(PathRefused, match="outside the repository"):
        TemplateFolders(str(tmp_path), [folder])


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": "1\n{{ nope }}"}, "template a:2: 'nope' is undefined"),
        ({"a": "1\n2\n{% if %}"}, "template a:3: Expected an expression, got 'end of statement block'"),
        ({"a": "1\n{% include 'b' %}", "b": "\n\n{{ x.y }}"}, "template b:3: 'x' is undefined"),
        ({"a": "{% include 'none' %}"}, "there is no template 'none'"),
        ({"a": "{% include big %}"}, "template a:1: the name of a template has to be written out"),
        ({"a": "{% include 'a' %}{% include 'a' %}"}, "template a: it is nested too deeply, or includes itself"),
        ({"a": "{{ xs|shuffle }}"}, "template a:1: no filter named 'shuffle'"),
    ],
)
def test_an_error_names_template_and_line(shelf, files, message):
    with pytest.raises(TaskFailed) as caught:
        shelf(own=files).render("a", VALUES)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in range(999) %}{% for b in range(999) %}{% for c in xs %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(999) %}{% for b in range(999) %}{{ big }}{% endfor %}{% endfor %}",
        "{% for a in range(999) %}" + "x" * 20_000 + "{% endfor %}",
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% set a='x' %}" + "{% set a=a~a %}" * 60 + "{{ a }}",
        "{% set a=['x'] %}" + "{% set a=a+a %}" * 60 + "{{ a }}",
        "{% set a=[1] %}" + "{% set a=[a,a] %}" * 60 + "{{ a }}",
        "{% set a=[1] %}{% set b=[1] %}" + "{% set a=[a,a] %}{% set b=[b,b] %}" * 50 + "{{ a == b }}",
        "{% set a %}{{ big }}{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
        "{% for a in range(999) %}{% filter replace('x', big * 999) %}x{% endfilter %}{% endfor %}",
        "{% for x in xs recursive %}{{ loop(xs) }}{% endfor %}",
        "{% call m() %}{% endcall %}",
        "{{ {(1, (2, 3)): 4} }}",
        "{{ loop }}{% do xs.append(1) %}",
        "{% set n = namespace() %}",
    ],
)
def test_a_template_that_never_ends_or_grows_without_bound_is_stopped(shelf, source):
    with pytest.raises(TaskFailed):
        shelf(own={"a": source}).render("a", VALUES)


def test_odd_names_and_links_that_lead_to_themselves_find_nothing(shelf, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    assert not any(shelf().has(name) for name in ("y/" * 2100 + "z", "a\0b", "y" * 300))
    assert TemplateFolders(str(tmp_path), ["loop", "y" * 300]).has("conftest.py")
    with pytest.raises(PathRefused):
        TemplateFolders(str(tmp_path), ["a\0b"])


def test_html_is_escaped_and_code_is_not(shelf):
    folders = shelf(own={"page.html.j2": "{{ '<' }}{{ '<'|e }}", "code.ts.j2": "{{ '<' }}"})
    assert folders.render("page.html", VALUES) == "&lt;&lt;"
    assert folders.render("code.ts", VALUES) == "<"


def test_blocks_macros_and_inheritance_work(shelf):
    files = {
        "base": "[{% block b %}x{% endblock %}]",
        "a": "{% extends 'base' %}{% import 'm' as m %}{% block b %}{{ super() }}{{ m.twice('y') }}{% endblock %}",
        "m": "{% macro twice(t) %}{{ t }}{{ t }}{% endmacro %}",
    }
    assert shelf(own=files).render("a", VALUES) == "[xyy]"


def test_the_hash_covers_what_is_included(shelf):
    folders = shelf(own={"a": "{% include 'b' %}", "b": "1", "c": "x"})
    before = folders.source_hash("a"), folders.source_hash("c")
    folders = shelf(own={"b": "2"})
    assert folders.source_hash("a") != before[0]
    assert folders.source_hash("c") == before[1]


def test_check_tells_syntax_errors_of_what_is_included(shelf):
    folders = shelf(own={"a": "{% include 'b' %}", "b": "\n{% endif %}", "good": "{{ anything }}"})
    assert (folders.check("a") or "").startswith("b:2: ")
    assert folders.check("good") is None
    assert folders.check("none") == "there is no template 'none'"


def test_a_template_is_utf8_text_of_a_sane_size(shelf, tmp_path):
    folders = shelf(own={"big": "x" * 1_000_001})
    (tmp_path / "own" / "bytes").write_bytes(b"\xff\xfe")
    for name, reason in (("big", "larger than"), ("bytes", "not UTF-8")):
        with pytest.raises(TaskFailed, match=reason):
            folders.render(name, VALUES)
