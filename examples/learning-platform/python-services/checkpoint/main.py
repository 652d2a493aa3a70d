"""Checkpoint: evaluating what learners hand in against criteria, and planning when to repeat it."""

from datetime import date, timedelta
from typing import Literal

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field, model_validator

from shared.auth import require_service_token
from shared.scoring import percentile, weighted_mean

app = FastAPI(title="checkpoint", version="1.4.0")

FIRST_INTERVAL = 1
SECOND_INTERVAL = 6
MIN_EASE = 1.3


class Criterion(BaseModel):
    """Something that is looked at, and how much it counts."""

    name: str = Field(min_length=1, max_length=80)
    weight: float = Field(default=1, gt=0, le=10)
    required: bool = False


class Checkpoint(BaseModel):
    """A checkpoint with its criteria."""

    id: str
    pass_score: float = Field(default=70, ge=1, le=100)
    criteria: list[Criterion] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def names_differ(self) -> "Checkpoint":
        """Refuse two criteria of one name."""
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise ValueError("the criteria must have different names")
        return self


class EvaluationRequest(BaseModel):
    """The marks that each reviewer gave, from 0 to 100 for each criterion."""

    checkpoint: Checkpoint
    marks: dict[str, dict[str, float]]


class Evaluation(BaseModel):
    """The result with what it is made of."""

    checkpoint_id: str
    status: Literal["passed", "failed", "incomplete", "disputed"]
    score: float
    by_criterion: dict[str, float]
    missing: list[str]


class Review(BaseModel):
    """How well something was remembered (0 to 5), and what the plan was until now."""

    quality: int = Field(ge=0, le=5)
    repetitions: int = Field(default=0, ge=0)
    interval_days: int = Field(default=0, ge=0)
    ease: float = Field(default=2.5, ge=MIN_EASE, le=4)
    today: date


class Plan(BaseModel):
    """When to repeat, and how easy it has become."""

    repetitions: int
    interval_days: int
    ease: float
    due: date


def criterion_marks(request: EvaluationRequest) -> dict[str, list[float]]:
    """Collect the marks of each criterion over all reviewers."""
    known = {criterion.name for criterion in request.checkpoint.criteria}
    collected: dict[str, list[float]] = {name: [] for name in known}
    for reviewer, marks in request.marks.items():
        for name, mark in marks.items():
            if name not in known:
                raise HTTPException(
                    status_code=422, detail=f"{reviewer} marked {name}, which is no criterion"
                )
            if not 0 <= mark <= 100:
                raise HTTPException(status_code=422, detail=f"the mark {mark:g} is not between 0 and 100")
            collected[name].append(mark)
    return collected


def is_disputed(marks: list[float]) -> bool:
    """Say whether reviewers are too far apart for a median to mean anything."""
    return len(marks) >= 2 and max(marks) - min(marks) > 40


def evaluate(request: EvaluationRequest) -> Evaluation:
    """Judge by the median of each criterion; a required one below 50 fails the whole."""
    collected = criterion_marks(request)
    criteria = request.checkpoint.criteria
    missing = [criterion.name for criterion in criteria if not collected[criterion.name]]
    medians = {name: round(percentile(marks, 0.5), 1) for name, marks in collected.items() if marks}
    pairs = [
        (medians[criterion.name], criterion.weight) for criterion in criteria if criterion.name in medians
    ]
    total = round(weighted_mean(pairs), 1)
    status: Literal["passed", "failed", "incomplete", "disputed"]
    if missing:
        status = "incomplete"
    elif any(is_disputed(marks) for marks in collected.values()):
        status = "disputed"
    elif any(criterion.required and medians[criterion.name] < 50 for criterion in criteria):
        status = "failed"
    else:
        status = "passed" if total >= request.checkpoint.pass_score else "failed"
    return Evaluation(
        checkpoint_id=request.checkpoint.id,
        status=status,
        score=total,
        by_criterion=medians,
        missing=missing,
    )


def plan_repetition(review: Review) -> Plan:
    """Plan the next repetition: longer pauses for what is remembered, back to the start for what is not."""
    miss = 5 - review.quality
    ease = max(MIN_EASE, review.ease + 0.1 - miss * (0.08 + miss * 0.02))
    if review.quality < 3:
        repetitions, interval = 0, FIRST_INTERVAL
    elif review.repetitions == 0:
        repetitions, interval = 1, FIRST_INTERVAL
    elif review.repetitions == 1:
        repetitions, interval = 2, SECOND_INTERVAL
    else:
        repetitions, interval = review.repetitions + 1, round(review.interval_days * ease)
    due = review.today + timedelta(days=interval)
    return Plan(repetitions=repetitions, interval_days=interval, ease=round(ease, 2), due=due)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is alive."""
    return {"status": "ok", "service": "checkpoint"}


@app.post("/evaluate", dependencies=[Depends(require_service_token)])
def post_evaluate(request: EvaluationRequest) -> Evaluation:
    """Evaluate a submission."""
    return evaluate(request)


@app.post("/repetition", dependencies=[Depends(require_service_token)])
def post_repetition(review: Review) -> Plan:
    """Plan when to repeat."""
    return plan_repetition(review)
