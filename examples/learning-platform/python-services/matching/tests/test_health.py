"""The service starts and keeps strangers out."""

from fastapi.testclient import TestClient

from matching.main import app


def test_it_is_alive() -> None:
    reply = TestClient(app).get("/health")
    assert reply.json() == {"status": "ok", "service": "matching"}


def test_it_is_closed_to_strangers() -> None:
    reply = TestClient(app).post("/match", json={})
    assert reply.status_code == 401
