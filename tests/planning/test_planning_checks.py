"""Names, dependencies, cycles and writers beyond the planted mistakes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planning_scene import HEAD, problems_of, told

from orchestrator.errors import Severity
from orchestrator.planning.codes import CODES, explain
from orchestrator.planning.suggest import distance, nearest


def document(*phases: str) -> str:
    return HEAD + "phases:\n" + "".join(f"  - {phase}\n" for phase in phases)


def phase(id_: str, *groups: str, more: str = "") -> str:
    return f"{{id: '{id_}', {more}groups: [{', '.join(groups)}]}}"


def group(id_: str, *tasks: str, more: str = "") -> str:
    return f"{{id: '{id_}', {more}tasks: [{', '.join(tasks)}]}}"


def task(id_: str, more: str = "") -> str:
    return f"{{id: '{id_}', name: x, type: manual{more}}}"


@pytest.mark.parametrize("reference", ["a", "A", "group_a", "1.a", "1.A", "phase_1.group_a", "1", "phase_1", "1.1"])
def test_a_task_depends_on_tasks_groups_and_phases_by_all_their_names(reference: str) -> None:
    text = document(
        phase("1", group("a", task("1.1"))), phase("2", group("b", task("2.1", f", depends_on: ['{reference}']")))
    )
    assert problems_of(text) == ()


@pytest.mark.parametrize("reference", ["1", "phase_1", "PHASE_1"])
def test_a_phase_depends_on_phases_by_all_their_names(reference: str) -> None:
    text = document(
        phase("phase_1", group("a", task("1.1"))),
        phase("2", group("b", task("2.1")), more=f"depends_on: {reference}, "),
    )
    assert problems_of(text) == ()


def test_a_letter_means_the_group_of_the_own_phase_first() -> None:
    text = document(
        phase("1", group("a", task("1.1")), group("b", task("1.2"), more="depends_on: [a], ")),
        phase("2", group("a", task("2.1")), group("b", task("2.2"), more="depends_on: [a], ")),
    )
    assert problems_of(text) == ()


def test_a_letter_of_several_other_phases_is_ambiguous() -> None:
    text = document(
        phase("1", group("a", task("1.1"))),
        phase("2", group("a", task("2.1"))),
        phase("3", group("b", task("3.1"), more="depends_on: [a], ")),
    )
    (problem,) = problems_of(text)
    assert (problem.code, problem.message, problem.hint) == (
        "E206",
        "group `a` is in several phases",
        "write `1.a` or `2.a`",
    )


@pytest.mark.parametrize(("first", "second"), [("1", "phase_1"), ("a", "A")], ids=["phases", "groups"])
def test_two_forms_of_one_id_are_the_same_id(first: str, second: str) -> None:
    if first == "1":
        text = document(phase(first, group("a", task("1.1"))), phase(second, group("b", task("2.1"))))
        assert [p.code for p in problems_of(text)] == ["E205"]
    else:
        text = document(phase("1", group(first, task("1.1")), group(second, task("1.2"))))
        assert [p.code for p in problems_of(text)] == ["E202"]


@pytest.mark.parametrize(
    ("text", "way", "hint"),
    [
        (
            document(
                phase("1", group("a", task("1.1")), more="depends_on: ['2'], "),
                phase("2", group("b", task("2.1")), more="depends_on: ['1'], "),
            ),
            "phase `1` → phase `2` → phase `1`",
            "remove one of these dependencies",
        ),
        (
            document(
                phase(
                    "1",
                    group("a", task("1.1"), more="depends_on: [c], "),
                    group("b", task("1.2"), more="depends_on: [a], "),
                    group("c", task("1.3"), more="depends_on: [b], "),
                )
            ),
            "group `1.a` → group `1.c` → group `1.b` → group `1.a`",
            "remove one of these dependencies",
        ),
        (
            document(phase("1", group("a", task("1.1", ", depends_on: ['2.1']"))), phase("2", group("b", task("2.1")))),
            "`1.1` → `2.1` → group `2.b` → phase `2` → phase `1` → group `1.a` → `1.1`",
            "phase 2 follows phase 1; `1.a` is part of phase 1",
        ),
        (
            document(phase("1", group("a", task("1.1", ", depends_on: [a]")))),
            "`1.1` → group `1.a` → `1.1`",
            "`1.1` is part of group 1.a",
        ),
        (document(phase("1", group("a", task("1.1", ", depends_on: ['1.1']")))), "`1.1` → `1.1`", "remove it"),
    ],
    ids=["phases", "groups", "against file order", "own group", "itself"],
)
def test_a_cycle_is_printed_as_a_way(text: str, way: str, hint: str) -> None:
    (problem,) = problems_of(text)
    assert (problem.code, problem.message, problem.hint) == ("E204", f"dependency cycle: {way}", hint)


def test_phases_that_may_overlap_may_depend_on_each_other_s_tasks() -> None:
    text = document(
        phase("1", group("a", task("1.1", ", depends_on: ['2.1']"))),
        phase("2", group("b", task("2.1")), more="parallel_with: ['1'], "),
    )
    assert problems_of(text) == ()


def test_a_phase_that_depends_on_a_later_one_comes_after_it() -> None:
    text = document(
        phase("1", group("a", task("1.1", ", depends_on: ['2.1']")), more="depends_on: ['2'], "),
        phase("2", group("b", task("2.1"))),
    )
    assert problems_of(text) == ()


def test_every_cycle_is_told_at_once() -> None:
    tasks = [task(f"{n}.{k}", f", depends_on: ['{n}.{3 - k}']") for n in (1, 2, 3) for k in (1, 2)]
    text = document(phase("1", group("a", *tasks, more="execution: parallel, ")))
    assert [p.message for p in problems_of(text)] == [
        f"dependency cycle: `{n}.{a}` → `{n}.{b}` → `{n}.{a}`" for n in (1, 2, 3) for a, b in [(1, 2)]
    ]


def test_a_long_chain_is_no_cycle_and_needs_no_recursion() -> None:
    tasks = [task(f"t{n}", f", depends_on: [t{n + 1}]" if n < 3_000 else "") for n in range(3_001)]
    assert problems_of(document(phase("1", group("a", *tasks, more="execution: parallel, ")))) == ()


def test_manual_tasks_are_a_warning_in_the_profile_for_ci() -> None:
    text = document(phase("1", group("a", task("1.1"))))
    assert problems_of(text) == ()
    (problem,) = problems_of(text, profile="ci")
    assert (problem.code, problem.severity) == ("W503", Severity.WARNING)


def test_strict_makes_errors_of_warnings() -> None:
    text = document(phase("1", group("a", task("1.1", ", when: false"))))
    assert [p.severity for p in problems_of(text)] == [Severity.WARNING]
    assert [p.severity for p in problems_of(text, strict=True)] == [Severity.ERROR]


# ---------------------------------------------------------------- writers


def write(id_: str, target: str, more: str = "") -> str:
    return f"{{id: '{id_}', name: x, type: write, target: '{target}'{more}}}"


@pytest.mark.parametrize(
    ("tasks", "pairs"),
    [
        ([write("1", "x"), write("2", "y")], []),
        ([write("1", "x"), write("2", "x")], ["1 2"]),
        ([write("1", "x"), write("2", "x", ", depends_on: ['1']")], []),
        ([write("1", "d/"), write("2", "d/x")], ["1 2"]),
        ([write("1", "d/x"), write("2", "d/"), write("3", "dx")], ["1 2"]),
        ([write("1", "x"), write("2", "x"), write("3", "x")], ["1 2", "2 3"]),
        ([write("1", "{{ params.x }}"), write("2", "{{ params.x }}")], []),
    ],
)
def test_two_writers_of_one_file_in_a_parallel_group_are_a_warning(tasks: list[str], pairs: list[str]) -> None:
    found = [p.message for p in problems_of(document(phase("1", group("a", *tasks, more="execution: parallel, "))))]
    assert [f"{m.split('`')[1]} {m.split('`')[3]}" for m in found] == pairs
    assert problems_of(document(phase("1", group("a", *tasks)))) == ()


# ---------------------------------------------------------------- params


def test_a_value_that_is_an_expression_is_judged_when_it_is_known() -> None:
    text = document(
        phase("1", group("a", write("1", "x", ", times: '{{ params.n }}', with: {mode: '{{ params.m }}'}")))
    )
    assert problems_of(text) == ()


def test_other_params_are_judged_beside_an_expression() -> None:
    text = document(phase("1", group("a", write("1", "../x", ", times: '{{ params.n }}'"))))
    assert [p.code for p in problems_of(text)] == ["E306"]


def test_a_key_that_is_nearly_one_of_every_task_is_told_where_no_handler_can_judge_it() -> None:
    text = document(phase("1", group("a", "{id: '1', name: x, type: agent, promt: y, depend_on: [z], timout: 3}")))
    assert [p.message for p in problems_of(text) if p.code == "W505"] == [
        "`depend_on` is taken as a param of the handler",
        "`timout` is taken as a param of the handler",
    ]


def test_a_verify_entry_without_a_type_is_a_command() -> None:
    text = document(phase("1", group("a", task("1", ", verify: [{min: 3}]"))))
    assert told(problems_of(text)) == ["4:84 E302 unknown checkpoint type `command`"]


def test_max_parallel_has_no_effect_on_a_sequential_group() -> None:
    text = document(phase("1", group("a", task("1"), more="max_parallel: 3, ")))
    assert [p.code for p in problems_of(text)] == ["W507"]


# ---------------------------------------------------------------- codes and names


def test_every_code_has_a_text() -> None:
    for code, entry in CODES.items():
        assert explain(code.lower()) is entry
        assert entry.title
        assert entry.text.endswith((".", ").")), code


def test_the_nearest_code_is_offered() -> None:
    with pytest.raises(Exception, match="no error code 'E1O1'") as caught:
        explain("E1O1")
    assert getattr(caught.value, "hint", None) == "did you mean `E101`?"


def test_codes_in_the_sources_and_in_the_table_are_the_same() -> None:
    import re
    from pathlib import Path

    import orchestrator

    sources = [path for path in Path(orchestrator.__file__).parent.rglob("*.py") if path.name != "codes.py"]
    used = {code for path in sources for code in re.findall(r'"([EW][0-9]{3})"', path.read_text())}
    assert used - CODES.keys() == set(), "codes without a text"
    assert CODES.keys() - used == set(), "texts without a use"


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_the_distance_is_symmetric_and_zero_only_for_equals(left: str, right: str) -> None:
    assert distance(left, right, 9) == distance(right, left, 9)
    assert (distance(left, right, 9) == 0) == (left == right)


@given(st.text("abc", max_size=6), st.text("abc", max_size=6), st.integers(0, 6))
def test_the_limit_cuts_the_distance_off_and_changes_nothing_else(left: str, right: str, limit: int) -> None:
    assert distance(left, right, limit) == min(distance(left, right, 20), limit + 1)


def test_the_nearest_name_is_found_among_few_and_many() -> None:
    assert nearest("comand", ["manual", "command"]) == "command"
    assert nearest("xyz", ["manual", "command"]) is None
    assert nearest("9", ["a", "1.9"]) is None
    assert nearest("A", ["b", "a"]) == "a"
    assert nearest("t4l", {f"t{n}": None for n in range(1_000)}) == "t4"


def test_a_misspelt_key_is_told_beside_an_unknown_type() -> None:
    text = document(phase("1", group("a", "{id: '1', name: x, type: shell, command: ls, depend_on: [z]}")))
    assert [(p.code, p.message, p.hint) for p in problems_of(text)] == [
        ("E301", "unknown task type `shell`", "task types: `manual`, `write`"),
        ("W505", "`depend_on` is taken as a param of the handler", "did you mean `depends_on`?"),
    ]
