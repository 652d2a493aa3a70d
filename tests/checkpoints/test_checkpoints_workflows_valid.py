from orchestrator.checkpoints.workflows_valid import WorkflowsValid

GOOD = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"


def test_sound_workflows_pass_and_warnings_are_counted(gauge) -> None:
    gauge.write(".github/workflows/a.yml", GOOD)
    gauge.write(".github/workflows/b.yaml", GOOD)
    measured = gauge.measure(WorkflowsValid(), {})
    assert measured.ok
    places = ".github/workflows/a.yml:6, .github/workflows/b.yaml:6"
    assert measured.message == f"2 workflows valid, 2 warnings: 2 unpinned-use ({places})"
    assert len(measured.details["findings"]) == 2


def test_of_many_warnings_the_first_places_of_each_rule_are_told(gauge) -> None:
    gauge.write("a.yml", GOOD.replace("on: push", "on: pull_request_target") + "      - uses: a/b@v1\n" * 3)
    unpinned, trigger = "4 unpinned-use (a.yml:6, a.yml:7, a.yml:8 and 1 more)", "1 dangerous-trigger (a.yml:1)"
    told = f"1 workflow valid, 5 warnings: {unpinned}, {trigger}"
    assert gauge.measure(WorkflowsValid(), {"path": "a.yml"}).message == told


def test_a_mistake_fails_and_is_named_with_its_place(gauge) -> None:
    gauge.write(".github/workflows/a.yml", GOOD.replace("runs-on: x", "needs: b\n    runs-on: x"))
    measured = gauge.measure(WorkflowsValid(), {"path": ".github/workflows/a.yml"})
    assert not measured.ok
    told = ".github/workflows/a.yml:4:5: error: jobs.a.needs: there is no job `b` [needs-unknown]"
    assert measured.message == told
    assert (measured.value, measured.limit) == (1.0, 0.0)


def test_warnings_fail_when_that_is_asked_for(gauge) -> None:
    gauge.write(".github/workflows/a.yml", GOOD)
    assert not gauge.measure(WorkflowsValid(), {"warnings": True}).ok


def test_what_cannot_be_measured_fails(gauge) -> None:
    assert gauge.measure(WorkflowsValid(), {}).message.startswith("nothing matches .github/workflows/*.yml")
    missing = gauge.measure(WorkflowsValid(), {"path": ["x.yml"]})
    assert not missing.ok and missing.message.startswith("cannot be measured")
    gauge.write("x.yml", "a: [\n")
    assert "[readable]" in gauge.measure(WorkflowsValid(), {"path": ["x.yml"]}).message
