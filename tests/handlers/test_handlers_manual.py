import hashlib

import pytest
from pydantic import ValidationError

from orchestrator.contracts import Answer
from orchestrator.handlers.manual import Manual, ManualParams
from orchestrator.models.status import FailureClass, OutcomeKind

STEP = {"instructions": "Create the environments.\n"}


@pytest.fixture
def manual() -> Manual:
    return Manual()


def test_without_a_terminal_the_task_waits_with_its_question(bench, manual):
    outcome = bench.run(manual, STEP)
    assert (outcome.kind, outcome.question) == (OutcomeKind.WAITING, "Create the environments.")


@pytest.mark.parametrize(
    ("answer", "kind", "summary"),
    [
        (Answer(decision="done", by="ada"), OutcomeKind.CHANGED, "approved by ada"),
        (Answer(decision="approved", by="ada", note="ok"), OutcomeKind.CHANGED, "approved by ada: ok"),
        (Answer(decision="approve"), OutcomeKind.CHANGED, "approved"),
        (Answer(decision="skip", by="ada", note="not ours"), OutcomeKind.SKIPPED, "skipped by ada: not ours"),
        (Answer(decision="skipped"), OutcomeKind.SKIPPED, "skipped"),
        (Answer(decision="rejected", by="bob", note="no"), OutcomeKind.FAILED, "rejected by bob: no"),
        (Answer(decision="abort", by="bob"), OutcomeKind.FAILED, "rejected by bob"),
        (Answer(decision="maybe"), OutcomeKind.FAILED, "nobody knows the decision `maybe`"),
    ],
)
def test_a_decision_that_was_given_elsewhere_is_applied(bench, manual, answer, kind, summary):
    outcome = bench.run(manual, STEP, decision=answer)
    assert (outcome.kind, outcome.summary) == (kind, summary)


def test_a_rejection_is_no_reason_to_try_again(bench, manual):
    outcome = bench.run(manual, STEP, decision=Answer(decision="reject"))
    assert outcome.failure is FailureClass.FAILED


def test_a_person_at_the_terminal_is_asked(bench, manual, somebody):
    person = somebody(Answer(decision="done", by="ada"))
    outcome = bench.run(manual, STEP, person=person)
    assert outcome.summary == "approved by ada"
    assert person.questions == [("1.1", "tried alone", "Create the environments.")]


def test_later_leaves_the_task_waiting(bench, manual, somebody):
    outcome = bench.run(manual, STEP, person=somebody(Answer(decision="later")))
    assert (outcome.kind, outcome.question) == (OutcomeKind.WAITING, "Create the environments.")


def test_a_decision_comes_before_the_terminal(bench, manual, somebody):
    person = somebody()
    bench.run(manual, STEP, person=person, decision=Answer(decision="approve"))
    assert person.questions == []


def test_evidence_that_is_a_file_is_kept_with_its_hash(bench, manual):
    bench.write("docs/secrets.txt", "names only\n")
    outcome = bench.run(manual, STEP, decision=Answer(decision="approve", by="ada", evidence="docs/secrets.txt"))
    digest = hashlib.sha256(b"names only\n").hexdigest()
    assert outcome.outputs == {
        "by": "ada",
        "note": "",
        "evidence": {"file": "docs/secrets.txt", "sha256": digest},
    }
    assert outcome.result == outcome.outputs


@pytest.mark.parametrize(
    "evidence", ["see run 17", "/etc/passwd", "../../etc/passwd", ".git/config", "a\0b", "x" * 5000]
)
def test_evidence_that_is_no_file_of_the_tree_is_a_text(bench, manual, evidence):
    outcome = bench.run(manual, STEP, decision=Answer(decision="approve", evidence=evidence))
    assert outcome.outputs["evidence"] == {"text": evidence}


@pytest.mark.parametrize("evidence", [None, "", "  "])
def test_required_evidence_cannot_be_left_out(bench, manual, evidence):
    params = {**STEP, "evidence": "required"}
    outcome = bench.run(manual, params, decision=Answer(decision="approve", evidence=evidence))
    assert outcome.kind is OutcomeKind.WAITING
    assert outcome.question.startswith("It was approved without the evidence that is required. ")
    given = bench.run(manual, params, decision=Answer(decision="approve", evidence="run 17"))
    assert given.kind is OutcomeKind.CHANGED


@pytest.mark.parametrize(("evidence", "kind"), [("run 17", OutcomeKind.CHANGED), (None, OutcomeKind.WAITING)])
def test_required_evidence_is_asked_for_once(bench, manual, somebody, evidence, kind):
    person = somebody(Answer(decision="approved", evidence=evidence))
    assert bench.run(manual, {**STEP, "evidence": "required"}, person=person).kind is kind
    assert person.questions[0][2].endswith("Evidence is required: a text, or the path of a file.")


def test_unwanted_evidence_is_not_kept(bench, manual):
    answer = Answer(decision="approve", evidence="a secret")
    assert bench.run(manual, {**STEP, "evidence": "none"}, decision=answer).outputs["evidence"] is None


def test_a_dry_run_asks_nobody(bench, manual, somebody):
    person = somebody()
    outcome = bench.run(manual, STEP, person=person, dry_run=True)
    assert (outcome.kind, outcome.summary) == (OutcomeKind.SKIPPED, "dry run: a person would be asked")


@pytest.mark.parametrize("params", [{}, {"instructions": ""}, {**STEP, "evidence": "some"}, {**STEP, "timeout": 3}])
def test_params_that_make_no_sense_are_refused(params):
    with pytest.raises(ValidationError):
        ManualParams.model_validate(params)
