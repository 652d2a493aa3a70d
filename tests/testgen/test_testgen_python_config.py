"""Configuration is tested under changed environments, and only by tests that notice when these do not arrive."""

import ast

from orchestrator.testgen.python.explorer.environment import Variable, variables_of

CONFIG = """\
import os

PORT = int(os.environ.get("PORT", "8000"))
DEBUG = os.getenv("DEBUG", "no") == "yes"
LEVEL = "debug" if DEBUG else "info"
"""


def test_variables_are_found_with_what_they_should_be():
    assert variables_of(ast.parse(CONFIG)) == (
        Variable(name="PORT", owner="", line=3, kind="int"),
        Variable(name="DEBUG", owner="", line=4, choices=("yes",)),
    )


def test_a_settings_class_names_its_variables_by_prefix_and_field():
    source = (
        "class Web(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='web_')\n"
        "    workers: int = 2\n"
        "    token: str\n"
        "    mode: Literal['a', 'b'] = Field('a', alias='MODE')\n"
    )
    assert variables_of(ast.parse(source)) == (
        Variable(name="WEB_WORKERS", owner="Web", line=3, kind="int", attribute="workers"),
        Variable(name="WEB_TOKEN", owner="Web", line=4, is_required=True, attribute="token"),
        Variable(name="MODE", owner="Web", line=5, choices=("a", "b"), attribute="mode"),
    )


def test_each_variable_is_set_and_left_out(workbench):
    workbench.write("config.py", CONFIG)
    made = workbench.generate("config.py", budget=120, parts=("config",))
    for step, claim in (
        ('setenv("PORT", "8080")', "PORT == 8080"),
        ('delenv("PORT", raising=False)', "PORT == 8000"),
        ('setenv("DEBUG", "yes")', "DEBUG is True"),
    ):
        assert f'monkeypatch.{step}\n    module = imported_anew("config")\n    assert module.{claim}' in made.text
