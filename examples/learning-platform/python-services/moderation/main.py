"""Moderation: judging messages by rules, and deciding appeals."""

import re
from enum import StrEnum

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel, Field

from shared.auth import require_service_token
from shared.scoring import cautious_share, clamp
from shared.text import plain, shouting, words

app = FastAPI(title="moderation", version="1.4.0")

INSULTS = frozenset({"idiot", "moron", "loser", "stupid"})
BAIT = ("buy now", "free money", "click here", "earn cash")
LINK = re.compile(r"https?://([\w.-]+)", re.IGNORECASE)
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|\+?\d[\d ()-]{8,}\d")


class Verdict(StrEnum):
    """What happens to a message."""

    ALLOW = "allow"
    REVIEW = "review"
    HIDE = "hide"
    BLOCK = "block"


class Message(BaseModel):
    """A message with what is known of its author."""

    id: str
    author_id: str
    text: str = Field(min_length=1, max_length=10_000)
    author_trust: float = Field(default=0, ge=0)
    reports: int = Field(default=0, ge=0)
    readers: int = Field(default=0, ge=0)


class Finding(BaseModel):
    """One rule that a message broke, and how much that weighs."""

    rule: str
    weight: float


class Decision(BaseModel):
    """The verdict on a message with its reasons."""

    message_id: str
    verdict: Verdict
    score: float
    findings: list[Finding]


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    ASSIGNED = "assigned"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    WITHDRAWN = "withdrawn"


APPEAL_MOVES: dict[AppealState, dict[str, AppealState]] = {
    AppealState.OPEN: {"assign": AppealState.ASSIGNED, "withdraw": AppealState.WITHDRAWN},
    AppealState.ASSIGNED: {
        "uphold": AppealState.UPHELD,
        "overturn": AppealState.OVERTURNED,
        "release": AppealState.OPEN,
        "withdraw": AppealState.WITHDRAWN,
    },
}


class AppealStep(BaseModel):
    """An appeal, what is to happen to it, and who does that."""

    state: AppealState
    event: str
    actor_id: str
    author_id: str
    decided_by: str


def findings(message: Message) -> list[Finding]:
    """Return every rule that a message breaks."""
    found: list[Finding] = []
    text = plain(message.text)
    insults = [word for word in words(text) if word in INSULTS]
    if insults:
        found.append(Finding(rule="insult", weight=clamp(0.4 + 0.2 * (len(insults) - 1))))
    if any(phrase in text for phrase in BAIT):
        found.append(Finding(rule="bait", weight=0.5))
    domains = {domain.lower() for domain in LINK.findall(message.text)}
    if len(domains) > 2 or (domains and message.author_trust < 10):
        found.append(Finding(rule="links", weight=0.3 if len(domains) <= 2 else 0.6))
    if CONTACT.search(message.text):
        found.append(Finding(rule="contact", weight=0.35))
    if shouting(message.text) > 0.7:
        found.append(Finding(rule="shouting", weight=0.15))
    spoken = words(message.text)
    if len(spoken) >= 10 and len(set(spoken)) / len(spoken) < 0.3:
        found.append(Finding(rule="repetition", weight=0.3))
    if message.reports:
        share = cautious_share(
            min(message.reports, max(message.readers, message.reports)), max(message.readers, message.reports)
        )
        found.append(Finding(rule="reported", weight=round(clamp(share * 2), 3)))
    return found


def verdict_for(score: float) -> Verdict:
    """Return the verdict for a score."""
    if score >= 0.9:
        return Verdict.BLOCK
    if score >= 0.6:
        return Verdict.HIDE
    return Verdict.REVIEW if score >= 0.3 else Verdict.ALLOW


def judge(message: Message) -> Decision:
    """Judge a message; the trust of its author takes up to a third off, but never from a block."""
    found = findings(message)
    raw = clamp(sum(finding.weight for finding in found))
    discount = clamp(message.author_trust / 400) / 3
    score = raw if raw >= 0.9 else raw * (1 - discount)
    return Decision(message_id=message.id, verdict=verdict_for(score), score=round(score, 3), findings=found)


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the service is alive."""
    return {"status": "ok", "service": "moderation"}


@app.post("/moderate", dependencies=[Depends(require_service_token)])
def moderate(message: Message) -> Decision:
    """Judge one message."""
    return judge(message)


@app.post("/moderate/batch", dependencies=[Depends(require_service_token)])
def moderate_batch(messages: list[Message]) -> dict[str, list[Decision]]:
    """Judge up to a hundred messages, sorted by verdict."""
    if len(messages) > 100:
        raise HTTPException(status_code=413, detail="at most 100 messages at a time")
    result: dict[str, list[Decision]] = {verdict.value: [] for verdict in Verdict}
    for message in messages:
        decision = judge(message)
        result[decision.verdict.value].append(decision)
    return result


@app.post("/appeals/step", dependencies=[Depends(require_service_token)])
def appeal_step(step: AppealStep) -> dict[str, AppealState]:
    """Move an appeal on; nobody decides about their own message or their own decision."""
    moves = APPEAL_MOVES.get(step.state, {})
    if step.event not in moves:
        raise HTTPException(
            status_code=409, detail=f"an appeal that is {step.state.value} cannot {step.event}"
        )
    if step.event == "withdraw":
        if step.actor_id != step.author_id:
            raise HTTPException(status_code=403, detail="only the author withdraws an appeal")
    elif step.actor_id in (step.author_id, step.decided_by):
        raise HTTPException(status_code=403, detail="someone else must decide this appeal")
    return {"state": moves[step.event]}
