"""Matching: which mentor fits which learner, and which learners make a good study group."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field

from shared.auth import require_service_token
from shared.scoring import clamp, weighted_mean

app = FastAPI(title="matching", version="1.4.0")
Offset = Annotated[int, Field(ge=-12, le=14)]

WEIGHTS = {"skills": 5.0, "time": 2.0, "room": 1.5, "rating": 1.5}
MAX_HOURS_APART = 8


class Learner(BaseModel):
    """Who looks for a mentor or a group."""

    id: str
    goals: list[str] = Field(min_length=1, max_length=10)
    level: int = Field(default=1, ge=1, le=5)
    languages: list[str] = Field(min_length=1)
    timezone_offset: Offset = 0


class Mentor(BaseModel):
    """Who can help, how well, and how many more."""

    id: str
    skills: dict[str, int]
    languages: list[str]
    timezone_offset: Offset = 0
    capacity: int = Field(ge=0, le=20)
    active_mentees: int = Field(default=0, ge=0)
    rating: float = Field(default=0, ge=0, le=5)


class MatchRequest(BaseModel):
    """A learner and the mentors to choose from."""

    learner: Learner
    mentors: list[Mentor] = Field(max_length=500)
    limit: int = Field(default=5, ge=1, le=50)


class Match(BaseModel):
    """A mentor with the share of what would be perfect."""

    mentor_id: str
    score: float
    shared_goals: list[str]


class GroupRequest(BaseModel):
    """Learners who are to be divided into groups."""

    learners: list[Learner] = Field(min_length=2, max_length=200)
    size: int = Field(default=4, ge=2, le=8)


def hours_apart(first: int, second: int) -> int:
    """Return the hours between two places, the short way round the globe."""
    distance = abs(first - second) % 24
    return min(distance, 24 - distance)


def obstacle(learner: Learner, mentor: Mentor) -> str | None:
    """Return why a mentor is out of the question, or None."""
    if mentor.id == learner.id:
        return "same person"
    if mentor.active_mentees >= mentor.capacity:
        return "no room"
    if not set(mentor.languages) & set(learner.languages):
        return "no common language"
    if hours_apart(learner.timezone_offset, mentor.timezone_offset) > MAX_HOURS_APART:
        return "too far apart"
    return None


def score(learner: Learner, mentor: Mentor) -> Match:
    """Rate a pair between 0 and 1; a mentor two levels above the learner teaches best."""
    goals = [goal for goal in learner.goals if goal in mentor.skills]
    fits = [clamp(1 - abs(mentor.skills[goal] - min(5, learner.level + 2)) / 4) for goal in goals]
    parts = {
        "skills": sum(fits) / len(learner.goals),
        "time": 1 - hours_apart(learner.timezone_offset, mentor.timezone_offset) / 12,
        "room": 1 - mentor.active_mentees / mentor.capacity,
        "rating": mentor.rating / 5,
    }
    value = weighted_mean([(parts[name], weight) for name, weight in WEIGHTS.items()])
    return Match(mentor_id=mentor.id, score=round(value, 3), shared_goals=goals)


def divide(learners: list[Learner], size: int) -> list[list[str]]:
    """Make groups whose members share goals and whose levels are mixed."""
    left = sorted(learners, key=lambda learner: (-learner.level, learner.id))
    groups: list[list[str]] = []
    while left:
        seed = left.pop(0)
        by_fit = sorted(
            left,
            key=lambda other: (
                -len(set(other.goals) & set(seed.goals)),
                hours_apart(other.timezone_offset, seed.timezone_offset),
                other.level,
                other.id,
            ),
        )
        chosen = by_fit[: size - 1]
        left = [learner for learner in left if learner not in chosen]
        groups.append([seed.id, *(learner.id for learner in chosen)])
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2].extend(groups.pop())
    return groups


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is alive."""
    return {"status": "ok", "service": "matching"}


@app.post("/match", dependencies=[Depends(require_service_token)])
def match(request: MatchRequest) -> list[Match]:
    """Return the best mentors, best first."""
    possible = [mentor for mentor in request.mentors if obstacle(request.learner, mentor) is None]
    matches = [found for mentor in possible if (found := score(request.learner, mentor)).shared_goals]
    matches.sort(key=lambda found: (-found.score, found.mentor_id))
    return matches[: request.limit]


@app.post("/groups", dependencies=[Depends(require_service_token)])
def groups(request: GroupRequest) -> dict[str, list[list[str]]]:
    """Divide learners into study groups."""
    ids = [learner.id for learner in request.learners]
    if len(set(ids)) != len(ids):
        raise HTTPException(status_code=422, detail="a learner is named twice")
    return {"groups": divide(request.learners, request.size)}
