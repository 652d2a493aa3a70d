import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.models.events import Event, EventType
from orchestrator.reporters.ndjson import NdjsonReporter, event_line


def test_an_event_is_one_line_with_the_common_fields_first(news):
    line = event_line(news("task.finished", "1.1", group="1.a", attempt=2, state="changed", seconds=2.0))
    assert line == (
        '{"v":1,"seq":1,"t":"2026-11-20T12:00:01.000Z","run":"r7f3a","type":"task.finished","group":"1.a","task":"1.1",'
        '"attempt":2,"data":{"state":"changed","seconds":2.0}}\n'
    )


def test_times_are_utc_whatever_zone_they_came_in():
    time = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    event = Event(seq=1, time=time, run="r", type=EventType.WARNING)
    assert json.loads(event_line(event))["t"] == "2025-12-31T23:00:00.000Z"


def test_what_json_cannot_hold_becomes_something_it_can(news):
    line = event_line(news("warning", value=float("nan"), other=float("inf"), odd={1: (2, {3})}, date=datetime.min))
    assert json.loads(line)["data"] == {
        "value": None,
        "other": None,
        "odd": {"1": [2, "{3}"]},
        "date": "0001-01-01 00:00:00",
    }


def test_every_event_is_flushed_and_an_owned_file_is_closed(tmp_path, news, plan):
    path = tmp_path / "events.ndjson"
    reporter = NdjsonReporter(path.open("w", encoding="utf-8"), owned=True)
    reporter.start(plan)
    reporter.handle(news("run.started"))
    assert [json.loads(row)["type"] for row in path.read_text().splitlines()] == ["run.started"]
    reporter.handle(news("run.finished"))
    reporter.close()
    assert [json.loads(row)["seq"] for row in path.read_text().splitlines()] == [1, 2]


@given(st.dictionaries(st.text(), st.text() | st.floats() | st.none() | st.lists(st.text())))
def test_a_line_is_ascii_and_one_line_whatever_is_in_it(data):
    event = Event(seq=1, time=datetime.now(UTC), run="r", type=EventType.TASK_OUTPUT, data=data)
    line = event_line(event)
    assert line.isascii()
    assert line.isprintable() is False and line[:-1].isprintable()
    assert json.loads(line)["v"] == 1
