"""Migrations before the tests: every tool, and databases that hold nothing real."""

from collections.abc import Callable

from edits_repository import Repository, code, done, jobs, steps

from orchestrator.edits.result import EditCode, EditStatus

Make = Callable[..., Repository]


PLAIN = "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm ci\n      - run: npm test\n"


def test_typeorm_migrates_by_the_data_source_that_is_there(workflow: Make) -> None:
    source = {"src/data-source.ts": 'import { DataSource } from "typeorm"\n'}
    repository = workflow(PLAIN, **source)
    done(repository.edit("add_migration_step", roundtrip=True))
    command = "npx typeorm-ts-node-commonjs migration:run -d src/data-source.ts"
    undo = "npx typeorm-ts-node-commonjs migration:revert -d src/data-source.ts"
    assert steps(repository, "t")["Migrate the database"]["run"] == f"{command}\n{undo}\n{command}\n"
    repository = workflow(PLAIN, **source, **{"package.json": '{"type": "module"}'})
    done(repository.edit("add_migration_step"))
    assert steps(repository, "t")["Migrate the database"]["run"] == command.replace("commonjs", "esm")
    other = {"src/data-source.ts": "export const rows = []\n"}
    assert code(workflow(PLAIN, **other).edit("add_migration_step", tool="typeorm")) is EditCode.PRECONDITION
    assert code(workflow(PLAIN, **other).edit("add_migration_step")) is EditCode.PRECONDITION


def test_flyway_is_told_the_database_of_the_tests_in_its_own_words(workflow: Make) -> None:
    repository = workflow(PLAIN, **{"flyway.toml": ""})
    done(repository.edit("add_migration_step", database="mysql", db="shop", user="keeper", password="keeper"))
    step = steps(repository, "t")["Migrate the database"]
    assert step["env"] == {
        "FLYWAY_URL": "jdbc:mysql://localhost:3306/shop",
        "FLYWAY_USER": "keeper",
        "FLYWAY_PASSWORD": "keeper",
    }
    assert jobs(repository)["t"]["services"]["mysql"]["env"]["MYSQL_USER"] == "keeper"
    assert repository.edit("add_migration_step").status is EditStatus.ALREADY
    computed = PLAIN + "        env: {DATABASE_URL: '${{ secrets.URL }}'}\n"
    assert code(workflow(computed, **{"flyway.toml": ""}).edit("add_migration_step")) is EditCode.DYNAMIC
    contained = PLAIN.replace("    steps:", "    container: node:20\n    steps:")
    assert code(workflow(contained, **{"flyway.toml": ""}).edit("add_migration_step")) is EditCode.PRECONDITION


def test_a_new_database_takes_names_and_no_password_that_could_be_real(workflow: Make) -> None:
    repository = workflow(PLAIN, **{"knexfile.js": ""})
    given = {"db": "shop", "user": "keeper"}
    refused = repository.edit("add_migration_step", **given, password="xK29vQq7Lm")
    assert code(refused) is EditCode.PRECONDITION
    assert "xK29vQq7Lm" not in refused.reason + refused.hint
    done(repository.edit("add_migration_step", **given, password="keeper"))
    env = steps(repository, "t")["Migrate the database"]["env"]
    assert env == {"DATABASE_URL": "postgresql://keeper:keeper@localhost:5432/shop"}


def test_a_new_mysql_is_used_by_its_user_and_not_by_root(workflow: Make) -> None:
    repository = workflow(PLAIN, **{"knexfile.js": ""})
    done(repository.edit("add_migration_step", database="mysql"))
    env = steps(repository, "t")["Migrate the database"]["env"]
    assert env == {"DATABASE_URL": "mysql://test:test@localhost:3306/test"}
    assert jobs(repository)["t"]["services"]["mysql"]["env"]["MYSQL_USER"] == "test"


SERVED = PLAIN.replace(
    "    steps:",
    "    services: {db: {image: 'postgres:16', env: {POSTGRES_USER: keeper, POSTGRES_PASSWORD: keeper}}}\n    steps:",
)


def test_names_beside_a_database_that_has_others_are_a_conflict(workflow: Make) -> None:
    files = {"knexfile.js": ""}
    refused = workflow(SERVED, **files).edit("add_migration_step", db="shop")
    assert (code(refused), refused.reason) == (EditCode.CONFLICT, "the service postgres has the db keeper, not shop")
    assert code(workflow(SERVED, **files).edit("add_migration_step", password="test")) is EditCode.CONFLICT
    done(workflow(SERVED, **files).edit("add_migration_step", user="keeper", password="keeper", db="keeper"))
    known = PLAIN + "        env: {DATABASE_URL: 'postgresql://a:a@localhost:5432/a'}\n"
    refused = workflow(known, **files).edit("add_migration_step", user="b")
    assert refused.reason == "t has a DATABASE_URL, and `user` would be left out"
