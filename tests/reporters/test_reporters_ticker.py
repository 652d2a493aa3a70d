import logging
import threading

from orchestrator.reporters.ticker import ThreadTicker


def test_it_calls_until_it_is_stopped():
    calls, third = [], threading.Event()

    def call():
        calls.append(threading.current_thread().name)
        if len(calls) == 3:
            third.set()

    ticker = ThreadTicker(0.001)
    ticker.start(call)
    assert third.wait(10)
    ticker.stop()
    count = len(calls)
    assert set(calls) == {"reporter-ticker"}
    assert not [thread for thread in threading.enumerate() if thread.name == "reporter-ticker"]
    assert len(calls) == count


def test_a_display_that_breaks_is_not_called_again_and_ends_nothing_else(caplog):
    broke = threading.Event()

    def call():
        broke.set()
        raise RuntimeError("no terminal")

    ticker = ThreadTicker(0.001)
    with caplog.at_level(logging.ERROR):
        ticker.start(call)
        assert broke.wait(10)
        ticker.stop()
    assert [record.message for record in caplog.records] == ["a display broke; the run goes on without it"]


def test_it_can_be_stopped_before_it_began_and_from_its_own_call():
    ThreadTicker(1).stop()
    ticker, ended = ThreadTicker(0.001), threading.Event()

    def call():
        ticker.stop()
        ended.set()

    ticker.start(call)
    assert ended.wait(10)
