"""Expressions, conditions, `foreach`, profiles: what is decided before the run."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_samples import group, one_task, phase, plan_of, task

from orchestrator.errors import DocumentInvalid, Place, UsageError
from orchestrator.models.document import ID_PATTERN
from orchestrator.planning.slugs import instance_ids

PARAMS = {"n": {"type": "integer", "default": 3}, "word": {"default": "hello"}}


def test_params_are_evaluated_before_the_run_with_their_type():
    only = one_task({"target": "{{ params.word }}.txt", "times": "{{ params.n }}"}, params=PARAMS)
    assert only.params == {"target": "hello.txt", "times": 3}
    assert only.late == ()
    assert only.targets.writes == ("hello.txt",)


def test_the_command_line_comes_before_the_profile_before_the_default():
    profiles = {"ci": {"params": {"n": 4, "word": "profile"}}}
    build = {"params": {"n": "5"}, "profile": "ci"}
    only = one_task(
        {"target": "{{ params.word }}", "times": "{{ params.n }}"}, params=PARAMS, profiles=profiles, build=build
    )
    assert only.params == {"target": "profile", "times": 5}


def test_a_number_fits_where_text_is_taken():
    only = one_task({"words": ["-n", "{{ params.n }}"]}, params=PARAMS)
    assert only.params == {"words": ["-n", "3"]}


def test_a_param_that_does_not_fit_once_it_is_known_is_told():
    with pytest.raises(DocumentInvalid) as caught:
        one_task({"times": "{{ params.word }}", "nope": "{{ params.n }}"}, params=PARAMS)
    problems = {(problem.code, problem.message) for problem in caught.value.problems}
    assert problems == {
        ("E306", 'task 1.1: `times` must be a whole number, not "hello"'),
        ("E304", "task 1.1: `nope` is not known"),
    }


def test_what_reads_outputs_is_left_for_later_as_a_whole():
    plan = plan_of(
        phase(
            "1",
            group(
                "a",
                "1.1",
                task("1.2", words=["{{ params.n }}", "{{ tasks['1.1'].outputs.x }}"], target="{{ params.word }}"),
                execution="parallel",
            ),
        ),
        params=PARAMS,
    )
    late = plan.task("1.2")
    assert late.params == {"words": ["{{ params.n }}", "{{ tasks['1.1'].outputs.x }}"], "target": "hello"}
    assert late.late == ("words",)
    assert late.depends_on == ("1.1",)


def test_what_is_left_for_later_never_holds_a_value():
    only = one_task(
        {"words": ["{{ params.word }} {{ run.id }}"]}, params=PARAMS, build={"params": {"word": "{{ run.id }}"}}
    )
    assert only.params == {"words": ["{{ params.word }} {{ run.id }}"]}
    done = one_task({"words": ["{{ params.word }}"]}, params=PARAMS, build={"params": {"word": "{{ run.id }}"}})
    assert done.params == {"words": ["{{ run.id }}"]}
    assert done.late == ()


@pytest.mark.parametrize(
    ("target", "writes", "alone"),
    [
        ("out/{{ run.id }}/x.txt", ("out/",), False),
        ("{{ run.id }}/x.txt", (), True),
        ("fixed.txt", ("fixed.txt",), False),
    ],
)
def test_a_path_that_is_not_known_yet_locks_its_folder_or_everything(target, writes, alone):
    only = one_task({"target": target, "words": ["{{ run.id }}"]})
    assert only.targets.writes == writes
    assert only.exclusive is alone


def test_params_that_fit_only_later_make_the_task_run_alone():
    only = one_task({"times": "{{ run.number }}", "target": "x"})
    assert only.exclusive
    assert only.late == ("times",)


@pytest.mark.parametrize("text", ["${{ secrets.TOKEN }}", "{% raw %}", "a {# b"])
def test_githubs_expressions_are_left_alone(text):
    assert one_task({"target": text}).params == {"target": text}


def test_every_expression_that_cannot_be_evaluated_is_told_at_its_place():
    places = {("phases", 0, "groups", 0, "tasks", 0, "target"): Place(file="p.yaml", line=9, column=3, end_column=5)}
    with pytest.raises(DocumentInvalid) as caught:
        one_task(
            {"target": "{{ params.wrod }}", "times": "{{ 1 + }}", "when": "nope > 1", "name": "{{ run.id }}"},
            params=PARAMS,
            build={"places": places.get},
        )
    told = [(problem.code, problem.message, problem.place and problem.place.line) for problem in caught.value.problems]
    assert told == [
        ("E405", "`nope > 1` cannot be evaluated: 'nope' is undefined", None),
        ("E405", "`run.id` cannot be evaluated: 'run' is undefined", None),
        ("E405", "`params.wrod` cannot be evaluated: there is no 'wrod' (there is: n, word)", 9),
        ("E405", "`1 +` cannot be evaluated: unexpected 'end of template'", None),
    ]


# ---------------------------------------------------------------- environment


def test_settings_env_is_for_every_task_and_a_tasks_own_comes_before_it():
    only = one_task(
        {"env": {"B": "own {{ env.A }} {{ params.n }}"}},
        params=PARAMS,
        settings={"env": {"A": "{{ params.word }}", "B": "x"}},
    )
    assert only.env == {"A": "hello", "B": "own hello 3"}
    assert only.late == ()


def test_settings_env_sees_the_machine_and_tasks_see_settings_env():
    settings = {"env": {"CI": "no", "WAS": "{{ env.CI }}"}}
    only = one_task({"target": "{{ env.CI }}"}, settings=settings, build={"environ": {"CI": "yes"}})
    assert (only.env["WAS"], only.params["target"]) == ("yes", "no")


def test_env_that_reads_outputs_is_left_for_later():
    only = one_task(
        {"env": {"X": "{{ run.id }}", "Y": "1"}}, settings={"env": {"Z": "{{ run.id }}", "Y": "{{ run.id }}"}}
    )
    assert only.late == ("env.X", "env.Z")
    assert only.env == {"X": "{{ run.id }}", "Y": "1", "Z": "{{ run.id }}"}


def test_secrets_of_the_environment_cannot_be_read():
    environ = {"TOKEN": "s3cret", "CI": "true"}
    assert one_task({"target": "{{ env.CI }}"}, build={"environ": environ}).params == {"target": "true"}
    with pytest.raises(DocumentInvalid) as caught:
        one_task({"target": "{{ env.TOKEN }}"}, build={"environ": environ})
    assert "s3cret" not in str(caught.value.problems)


def test_a_notification_target_is_kept_as_it_is_written():
    plan = plan_of(
        phase("1", group("a", "1.1")),
        settings={"notifications": {"on": ["failure"], "to": ["${{ env.HOOK }}"]}},
        build={"environ": {"HOOK": "https://secret"}},
    )
    assert plan.notifications[0].to == ("${{ env.HOOK }}",)


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (True, None),
        (False, "`when` is false"),
        ("params.n > 2", None),
        ("{{ params.n > 2 }}", None),
        (
            "params.n > 5 and params.word",
            '`when` is false: params.n > 5 and params.word (params.n is 3, params.word is "hello")',
        ),
        ("env.NOWHERE is defined", "`when` is false: env.NOWHERE is defined (env.NOWHERE is not there)"),
        ("task.group == '1.b'", "`when` is false: task.group == '1.b' (task.group is \"1.a\")"),
    ],
)
def test_a_condition_is_decided_before_the_run_where_it_can_be(when, reason):
    only = one_task({"when": when, "target": "x"}, params=PARAMS)
    assert only.when is None
    assert only.skip_reason == reason


def test_a_condition_on_outputs_is_left_for_later_and_waits_for_them():
    plan = plan_of(phase("1", group("a", "1.1"), group("b", task("1.2", when="{{ tasks['1.1'].outputs.x > 1 }}"))))
    assert plan.task("1.2").when == "tasks['1.1'].outputs.x > 1"
    assert plan.task("1.2").depends_on == ("1.1",)


def test_a_skipped_task_may_hold_expressions_that_mean_nothing_then():
    only = one_task({"when": "params.n > 5", "target": "{{ params.nope }}"}, params=PARAMS)
    assert only.skip_reason is not None
    assert only.targets.writes == ()


# ---------------------------------------------------------------- foreach


def test_foreach_makes_a_task_per_file_and_others_depend_on_all_of_them():
    plan = plan_of(
        phase(
            "1",
            group(
                "a",
                task(
                    "1.1",
                    name="Test {{ f | basename }}",
                    foreach={"glob": "src/*.{{ params.ext }}", "as": "f"},
                    source="{{ f }}",
                ),
                task("1.2", depends_on=["1.1"]),
                execution="parallel",
            ),
        ),
        params={"ext": {"default": "ts"}},
        build={"list_files": lambda pattern: {"src/*.ts": ("src/a.service.ts", "src/b.ts")}[pattern]},
    )
    assert [(one.id, one.name, one.params) for one in plan.tasks[:2]] == [
        ("1.1.a.service", "Test a.service.ts", {"source": "src/a.service.ts"}),
        ("1.1.b", "Test b.ts", {"source": "src/b.ts"}),
    ]
    assert plan.tasks[0].values == {"f": "src/a.service.ts"}
    assert plan.tasks[0].base == "1.1"
    assert plan.task("1.2").depends_on == ("1.1.a.service", "1.1.b")


def test_the_same_text_means_another_value_in_another_instance():
    item = {"items": ["a", "b"], "as": "it"}
    plan = plan_of(
        phase("1", group("a", task("1", foreach=item, words=["{{ it }}", "{{ task.id }}", "{{ params.word }}"]))),
        params=PARAMS,
    )
    assert [one.params["words"] for one in plan.tasks] == [["a", "1.a", "hello"], ["b", "1.b", "hello"]]


def test_foreach_goes_over_items_of_any_kind():
    items = ["x y", 3, {"name": "n", "k": 1}, {"k": 2}, "{{ params.word }}"]
    plan = plan_of(
        phase("1", group("a", task("1", foreach={"items": items}, words=["{{ item | tojson }}"]))), params=PARAMS
    )
    assert [one.id for one in plan.tasks][:3] == ["1.x-y", "1.3", "1.n"]
    assert plan.tasks[4].params == {"words": ['"hello"']}
    assert plan.tasks[3].values == {"item": {"k": 2}}


def test_foreach_over_nothing_leaves_nothing_to_wait_for():
    plan = plan_of(
        phase("1", group("a", task("1.1", foreach={"glob": "*.none"})), group("b", task("1.2", depends_on=["1.1"]))),
    )
    assert [one.id for one in plan.tasks] == ["1.2"]
    assert plan.task("1.2").depends_on == ()


@pytest.mark.parametrize(
    ("foreach", "message"),
    [
        (
            {"items": ["{{ tasks['1'].outputs.x }}"]},
            "`foreach` has to be known before the run; it cannot read `tasks` or `run`",
        ),
        ({"items": [1], "as": "params"}, "`as: params` would hide what `params` means in expressions"),
    ],
)
def test_foreach_that_cannot_work_is_told(foreach, message):
    with pytest.raises(DocumentInvalid) as caught:
        one_task({"foreach": foreach})
    assert [problem.message for problem in caught.value.problems] == [message]


def test_a_document_does_not_grow_without_bound():
    with pytest.raises(DocumentInvalid, match="1 problem"):
        plan_of(
            phase(
                "1",
                group(
                    "a",
                    task("1", foreach={"items": list(range(9_000))}),
                    task("2", foreach={"items": list(range(9_000))}),
                ),
            )
        )


_ITEMS = st.lists(
    st.text() | st.integers() | st.dictionaries(st.sampled_from(["id", "name", "k"]), st.text()), max_size=12
)


@given(st.from_regex(ID_PATTERN.replace("^", r"\A").replace("$", r"\Z")), _ITEMS, st.booleans())
def test_ids_of_instances_are_safe_and_unique(base, items, files):
    if files:
        items = [str(item) for item in items]
    ids = instance_ids(base, items, {base, f"{base}.x"}, files=files)
    assert len(set(ids)) == len(items)
    assert not {base, f"{base}.x"} & set(ids)
    assert all(re.match(ID_PATTERN, one) for one in ids)


def test_an_item_that_comes_or_goes_renames_no_other():
    before = instance_ids("t", ["a/x.ts", "b/y.ts"], (), files=True)
    assert instance_ids("t", ["a/x.ts", "b/y.ts", "c/z.ts"], (), files=True)[:2] == before
    assert instance_ids("t", ["3.11", "3.12"], ()) == ["t.3.11", "t.3.12"]


# ---------------------------------------------------------------- settings


def test_a_profile_lays_its_settings_over_those_of_the_file():
    plan = plan_of(
        phase("1", group("a", "1.1")),
        settings={"max_parallel_tasks": 4, "retry": {"attempts": 3, "delay": "5s"}},
        profiles={"ci": {"settings": {"max_parallel_tasks": 2, "retry": {"attempts": 1}}, "lock": ["fail_fast"]}},
        build={"profile": "ci", "settings": {"max_parallel_tasks": 1}},
    )
    assert plan.limits.max_parallel_tasks == 1
    assert (plan.tasks[0].retry.attempts, plan.tasks[0].retry.delay) == (1, 5.0)
    assert plan.profile == "ci"


def test_a_locked_setting_cannot_be_changed_by_a_flag():
    with pytest.raises(UsageError, match="locks fail_fast"):
        plan_of(
            phase("1", group("a", "1.1")),
            profiles={"ci": {"lock": ["fail_fast"]}},
            build={"profile": "ci", "settings": {"fail_fast": True}},
        )
