"""Analytics: how learners get on, who comes back, and who may need help."""

from collections import defaultdict
from datetime import date, datetime
from typing import Literal

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field

from shared.auth import require_service_token
from shared.scoring import clamp, percentile, smoothed, weighted_mean

app = FastAPI(title="analytics", version="1.4.0")

Kind = Literal["lesson_started", "lesson_completed", "checkpoint_passed", "checkpoint_failed"]


class Event(BaseModel):
    """Something that a learner did."""

    user_id: str
    kind: Kind
    at: datetime
    minutes: int = Field(default=0, ge=0, le=24 * 60)


class EventBatch(BaseModel):
    """Events, and the day as of which they are judged."""

    events: list[Event] = Field(max_length=10_000)
    today: date | None = None


class Summary(BaseModel):
    """The progress of one learner."""

    user_id: str
    minutes: int
    active_days: int
    completed: int
    completion_rate: float
    trend: Literal["rising", "steady", "falling"]


class Risk(BaseModel):
    """How likely a learner is to give up, from 0 to 1, and why."""

    user_id: str
    risk: float
    reasons: list[str]


def by_user(events: list[Event]) -> dict[str, list[Event]]:
    """Group events by learner, in the order of time."""
    grouped: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event.at):
        grouped[event.user_id].append(event)
    return dict(grouped)


def minutes_per_day(events: list[Event]) -> dict[date, int]:
    """Add up the minutes of each day."""
    days: dict[date, int] = defaultdict(int)
    for event in events:
        days[event.at.date()] += event.minutes
    return dict(days)


def trend(minutes: list[float]) -> Literal["rising", "steady", "falling"]:
    """Compare the smoothed end of a series with its smoothed beginning."""
    if len(minutes) < 3:
        return "steady"
    line = smoothed(minutes)
    change = line[-1] - line[0]
    if abs(change) <= 0.1 * max(line[0], 1):
        return "steady"
    return "rising" if change > 0 else "falling"


def summarize(user_id: str, events: list[Event]) -> Summary:
    """Sum up the events of one learner."""
    started = sum(event.kind == "lesson_started" for event in events)
    completed = sum(event.kind == "lesson_completed" for event in events)
    days = minutes_per_day(events)
    return Summary(
        user_id=user_id,
        minutes=sum(days.values()),
        active_days=len(days),
        completed=completed,
        completion_rate=round(clamp(completed / started), 2) if started else 0.0,
        trend=trend([float(days[day]) for day in sorted(days)]),
    )


def judge_risk(user_id: str, events: list[Event], today: date) -> Risk:
    """Weigh idle days, failed checkpoints and lessons that were not finished."""
    reasons: list[str] = []
    idle = (today - events[-1].at.date()).days
    if idle > 7:
        reasons.append(f"{idle} days without activity")
    passed = sum(event.kind == "checkpoint_passed" for event in events)
    failed = sum(event.kind == "checkpoint_failed" for event in events)
    failing = failed / (passed + failed) if passed + failed else 0.0
    if failing > 0.5:
        reasons.append("more checkpoints failed than passed")
    rate = summarize(user_id, events).completion_rate
    started = any(event.kind == "lesson_started" for event in events)
    if started and rate < 0.5:
        reasons.append("most lessons are not finished")
    unfinished = 1 - rate if started else 0.0
    risk = weighted_mean([(clamp(idle / 21), 3), (failing, 2), (unfinished, 1)])
    return Risk(user_id=user_id, risk=round(risk, 2), reasons=reasons)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is alive."""
    return {"status": "ok", "service": "analytics"}


@app.post("/summary", dependencies=[Depends(require_service_token)])
def summary(batch: EventBatch) -> list[Summary]:
    """Sum up each learner."""
    return [summarize(user_id, events) for user_id, events in by_user(batch.events).items()]


@app.post("/retention", dependencies=[Depends(require_service_token)])
def retention(batch: EventBatch) -> dict[str, float]:
    """Return the share of learners who came back within one, two and four weeks of their first day."""
    grouped = by_user(batch.events)
    if not grouped:
        raise HTTPException(status_code=422, detail="there are no events")
    result: dict[str, float] = {}
    for weeks in (1, 2, 4):
        back = 0
        for events in grouped.values():
            first = events[0].at.date()
            later = [(event.at.date() - first).days for event in events]
            back += any((weeks - 1) * 7 < days <= weeks * 7 for days in later)
        result[f"week_{weeks}"] = round(back / len(grouped), 2)
    return result


@app.post("/risk", dependencies=[Depends(require_service_token)])
def risk(batch: EventBatch) -> list[Risk]:
    """Return the learners by risk, the highest first."""
    today = batch.today or date.today()
    risks = [judge_risk(user_id, events, today) for user_id, events in by_user(batch.events).items()]
    return sorted(risks, key=lambda one: (-one.risk, one.user_id))


@app.post("/distribution", dependencies=[Depends(require_service_token)])
def distribution(batch: EventBatch) -> dict[str, float]:
    """Return quartiles of the minutes that learners spent."""
    spent = [float(one.minutes) for one in summary(batch)]
    if not spent:
        raise HTTPException(status_code=422, detail="there are no events")
    return {f"p{share}": round(percentile(spent, share / 100), 1) for share in (25, 50, 75, 90)}
