"""Values that somebody else may have in variables of the environment."""

import pytest

from orchestrator.testgen.foreign import foreign_environment, foreign_value, is_left_alone


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://elsewhere.example:5432/other"),
        ("REDIS_URL", "redis://elsewhere.example:6379/1"),
        ("CORS_ORIGINS", "https://elsewhere.example"),
        ("POOL_SIZE", "61"),
        ("TRUST_PROXY", "true"),
        ("JWT_SECRET", "a-value-of-somebody-else-that-is-long-enough"),
        ("LOG_LEVEL", "error"),
        ("HOST", "elsewhere.example"),
        ("BCRYPT_SALT_ROUNDS", "5"),
        ("HASH_COST", "5"),
        ("JWT_EXPIRES_IN", "36610"),
        ("JWT_REFRESH_EXPIRES_SECONDS", "36610"),
    ],
)
def test_a_variable_holds_what_its_name_lets_expect(name, value):
    assert foreign_value(name) == value


def test_what_runners_set_themselves_is_left_alone():
    assert foreign_environment(["NODE_ENV", "PORT", "PATH", "PORT"]) == {"PORT": "61"}


def test_what_the_runner_itself_needs_gets_no_value_of_somebody_else():
    names = ["TMPDIR", "TERM", "USER", "LD_PRELOAD", "GIT_DIR", "ORCHESTRATE_CLOCK", "PORT"]
    assert foreign_environment(names) == {"PORT": "61"}


def test_what_interpreters_and_tools_need_is_taken_from_nobody():
    names = ["PATH", "HOME", "PYTHONPATH", "LC_ALL", "TZ", "TMPDIR", "DATABASE_URL", "USER_LIMIT"]
    assert [each for each in names if not is_left_alone(each)] == ["DATABASE_URL", "USER_LIMIT"]
