"""Variables of the environment that sources cannot do without, with values that are made to be shown."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.edits.action import TextTree
from orchestrator.surveying.checkout import Checkout
from orchestrator.surveying.survey import survey

EXAMPLE = """\
# of the service
SECRET_KEY=changeme
export DATABASE_URL="postgresql://localhost/shop"   # yours
DEBUG=true
EMPTY=
TOKEN=<your token>
PATH=/somewhere
"""


def found(files: dict[str, str]) -> dict[str, str]:
    return {each.name: each.value for each in survey(TextTree(files), "app").variables}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/config.py", 'import os\nKEY = os.environ["SECRET_KEY"]\nDEBUG = os.environ.get("DEBUG", "")\n'),
        ("app/config.py", "class Settings(BaseSettings):\n    secret_key: str\n    debug: bool = False\n"),
        ("app/dev.py", "class DevSettings(AppSettings):\n    secret_key: str\n"),
        ("app/config.py", 'KEY = config("SECRET_KEY", cast=Secret)\nDEBUG = config("DEBUG", default=False)\n'),
        ("src/config.ts", "export const key = process.env.SECRET_KEY!;\nexport const debug = process.env.DEBUG;\n"),
        (
            "src/infra/env/env.ts",
            "z.object({\n  SECRET_KEY: z.string(),\n  DEBUG: z.string().default('')\n}).parse(process.env)\n",
        ),
    ],
)
def test_only_what_has_no_default_is_wanted(path: str, source: str) -> None:
    assert found({".env.example": EXAMPLE, path: source}) == {"SECRET_KEY": "changeme"}


def test_values_are_read_as_they_are_meant_and_an_env_is_never_read() -> None:
    names = ("DATABASE_URL", "EMPTY", "TOKEN", "PATH", "SECRET_KEY")
    source = "".join(f'{name} = os.environ["{name}"]\n' for name in names)
    wanted = {"DATABASE_URL": "postgresql://localhost/shop", "SECRET_KEY": "changeme"}
    assert found({".env.example": EXAMPLE, "app/config.py": source}) == wanted
    assert found({".env": EXAMPLE, "app/config.py": source}) == {}
    assert found({".env.example": EXAMPLE, ".env.test": "SECRET_KEY=tests\n", "app/config.py": source}) == {
        **wanted,
        "SECRET_KEY": "tests",
    }


def test_an_env_that_the_repository_keeps_is_read_after_the_examples(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "app.py").write_text('KEY = os.environ["SECRET_KEY"]\nURL = os.environ["DATABASE_URL"]\n')
    (tmp_path / ".env.example").write_text("SECRET_KEY=example\n")
    (tmp_path / ".env").write_text("SECRET_KEY=kept\nDATABASE_URL=postgresql://localhost/shop\n")
    (tmp_path / "backend/.env").write_text("DATABASE_URL=of a person\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", ".env", ".env.example", "app.py"], cwd=tmp_path, check=True)
    checkout = Checkout(tmp_path)
    variables = survey(checkout, "app", kept=checkout.kept_settings).variables
    assert {each.name: (each.value, each.source) for each in variables} == {
        "SECRET_KEY": ("example", ".env.example"),
        "DATABASE_URL": ("postgresql://localhost/shop", ".env"),
    }
