from orchestrator.checkpoints.workflows_valid import WorkflowsValid

GOOD = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n"


def test_sound_workflows_pass_and_warnings_are_counted(gauge) -> None:
    gauge.write(".github/workflows/a.yml", GOOD)
    gauge.write(".github/workflows/b.yaml", GOOD)
    measured = gauge.measure(WorkflowsValid(), {})
    assert measured.ok
    assert measured.message == "2 workflows valid, 2 warnings: 2 unpinned-use"
    assert len(measured.details["findings"]) == 2


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
