"""What goes one after another becomes a matrix, in whatever form it is written."""

from collections.abc import Callable

import pytest
from edits_repository import Repository, jobs

from orchestrator.edits.result import EditCode, EditStatus

Make = Callable[..., Repository]
HEAD = "on: push\njobs:\n  build:\n    name: Build\n    runs-on: ubuntu-latest\n    steps:\n"
CHECKOUT = "      - uses: actions/checkout@v4\n"
STRATEGY = {"fail-fast": False, "matrix": {"service": ["mail", "stock"]}}


def parallel(repository: Repository, **params: object) -> dict:
    result = repository.edit("parallelize_python_builds", **params)
    assert result.status is EditStatus.CHANGED, (result.code, result.reason, result.hint)
    return jobs(repository)


def test_steps_that_differ_in_one_word_become_one(workflow: Make) -> None:
    step = """\
      # the {0}
      - name: Build {0}
        uses: docker/build-push-action@v6
        with:
          context: services/{0}
          push: true
          tags: ghcr.io/shop/{0}:1
          cache-to: type=gha,mode=max
"""
    job = parallel(workflow(HEAD + CHECKOUT + step.format("mail") + step.format("stock")))["build"]
    assert (job["name"], job["strategy"]) == ("Build (${{ matrix.service }})", STRATEGY)
    assert job["steps"][1:] == [
        {
            "name": "Build ${{ matrix.service }}",
            "uses": "docker/build-push-action@v6",
            "with": {
                "context": "services/${{ matrix.service }}",
                "push": True,
                "tags": "ghcr.io/shop/${{ matrix.service }}:1",
                "cache-to": "type=gha,mode=max,scope=${{ matrix.service }}",
            },
        }
    ]


def test_a_pair_of_steps_for_each_goes_to_a_job_of_its_own_when_others_stand_beside(workflow: Make) -> None:
    pair = "      - run: docker build -t {0} services/{0}\n      - run: docker push {0}\n"
    text = HEAD + CHECKOUT + "      - run: npm test\n" + pair.format("mail") + pair.format("stock")
    text += "  ship:\n    needs: build\n    runs-on: ubuntu-latest\n    steps: [{run: ./ship}]\n"
    made = parallel(workflow(text), new_job="images")
    assert [step.get("run") for step in made["build"]["steps"]] == [None, "npm test"]
    env = {"SERVICE": "${{ matrix.service }}"}
    assert made["images"]["steps"][1:] == [
        {"env": env, "run": "docker build -t ${SERVICE} services/${SERVICE}"},
        {"env": env, "run": "docker push ${SERVICE}"},
    ]
    assert made["ship"]["needs"] == ["build", "images"]


JOB = """\
  # builds {0}
  build-{0}:
    needs: [{1}]
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t {0} services/{0}  # of {0}
"""
TEST = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: [{run: npm test}]\n"
SHIP = "  ship:\n    needs: [build-mail, build-stock]\n    runs-on: ubuntu-latest\n    steps: [{run: ./ship}]\n"


def test_jobs_that_differ_in_one_word_become_one_and_wait_for_each_other_no_more(workflow: Make) -> None:
    text = TEST + JOB.format("mail", "test") + JOB.format("stock", "test, build-mail") + SHIP
    repository = workflow(text)
    result = repository.edit("parallelize_python_builds")
    assert list(jobs(repository)) == ["test", "build", "ship"]
    assert (jobs(repository)["build"]["needs"], jobs(repository)["ship"]["needs"]) == (["test"], ["build"])
    assert jobs(repository)["build"]["strategy"] == STRATEGY
    assert result.warnings[0] == "build-mail, build-stock waited for each other and run at the same time now"


def test_jobs_whose_results_are_read_or_that_differ_where_no_matrix_reaches_stay(workflow: Make) -> None:
    both = TEST + JOB.format("mail", "test") + JOB.format("stock", "test")
    read = both + SHIP.replace("./ship", "'echo ${{ needs.build-mail.result }}'")
    outputs = both.replace("    runs-on", "    outputs: {a: b}\n    runs-on")
    conditional = TEST + "".join(
        JOB.format(name, "test").replace("    runs-on", f"    if: github.actor == '{name}'\n    runs-on")
        for name in ("mail", "stock")
    )
    for text in (read, outputs, conditional):
        assert workflow(text).edit("parallelize_python_builds").code is EditCode.PRECONDITION


@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("tox -e mail,stock -- -v", 'tox -e "${SERVICE}" -- -v'),
        ("nox -s mail stock", 'nox -s "${SERVICE}"'),
        ("pytest -q mail stock", 'pytest -q "${SERVICE}"'),
    ],
)
def test_a_list_for_a_test_runner_becomes_a_matrix(workflow: Make, command: str, body: str) -> None:
    setup = CHECKOUT + "      - run: pip install tox nox pytest\n"
    job = parallel(workflow(f"{HEAD}{setup}      - run: {command}\n"))["build"]
    assert job["strategy"] == STRATEGY
    assert job["steps"][-1] == {"run": body, "env": {"SERVICE": "${{ matrix.service }}"}}


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("      - run: pytest mail stock --cov --cov-fail-under=80\n", EditCode.PRECONDITION),
        ("      - run: make 'mail'\n      - run: make 'stock'\n", EditCode.PRECONDITION),
        ("      - run: make mail\n      - run: make stock\n      - run: ls dist\n", EditCode.PRECONDITION),
        ("      - run: make mail\n      - run: make stock --fast\n", EditCode.NOT_FOUND),
        ("      - run: tox -e mail\n", EditCode.NOT_FOUND),
        ("      - run: ./fetch.sh\n      - run: make mail\n      - run: make stock\n", EditCode.PRECONDITION),
        ("      - run: make\n      - run: make check\n      - run: make distcheck\n", EditCode.NOT_FOUND),
        ("      - run: npm run build\n      - run: npm run format-check\n", EditCode.NOT_FOUND),
    ],
)
def test_what_a_matrix_cannot_do_is_refused(workflow: Make, steps: str, code: EditCode) -> None:
    assert workflow(HEAD + CHECKOUT + steps).edit("parallelize_python_builds").code is code


def test_what_only_prepares_ahead_of_the_last_steps_is_repeated_for_each(workflow: Make) -> None:
    repository = workflow(
        HEAD + CHECKOUT + "      - run: ./configure\n      - run: make mail\n      - run: make stock\n"
    )
    result = repository.edit("parallelize_python_builds")
    made = jobs(repository)["build"]
    assert made["strategy"] == STRATEGY
    assert [step.get("run") for step in made["steps"]] == [None, "./configure", "make ${SERVICE}"]
    assert result.warnings[0] == "the steps ahead are repeated for each service, on its own machine"


def test_a_computed_list_is_refused_and_the_way_to_a_computed_matrix_named(workflow: Make) -> None:
    result = workflow(HEAD + "      - run: for s in $(ls); do make $s; done\n").edit("parallelize_python_builds")
    assert result.code is EditCode.DYNAMIC
    assert "fromJSON" in result.hint
