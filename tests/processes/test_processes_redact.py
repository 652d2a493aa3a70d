import base64
import json
import logging
import shlex
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.processes.redact import Redactor

CANARIES = [
    "hunter2-hunter2",
    "p@ss w/rd+&=?#",
    'it\'s "quoted" \\ and $HOME',
    "grüße-aus-köln",
    "-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\n-----END KEY-----",
    "aaaaaaaaaa",
    "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB",
]


def spellings(secret: str) -> list[str]:
    raw = secret.encode()
    return [
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote(secret, safe="").lower() if secret.islower() else quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret),
        json.dumps(secret, ensure_ascii=False),
        json.dumps({"k": secret}).replace("/", "\\/"),
        shlex.quote(secret),
        repr(secret),
        raw.hex(),
        raw.hex().upper(),
        *(base64.b64encode(b"x" * shift + raw + b"yz").decode() for shift in range(3)),
        *(base64.urlsafe_b64encode(b"x" * shift + raw + b"yz").decode() for shift in range(3)),
    ]


@pytest.mark.parametrize("secret", CANARIES)
def test_every_spelling_is_masked_wherever_it_is_cut(secret: str) -> None:
    redactor = Redactor({"S": secret})
    needles = [needle.decode() for needle in redactor.needles]
    for spelling in spellings(secret):
        data = f"before {spelling} after".encode()
        whole = redactor.redact(data)
        assert b"***" in whole
        assert not [needle for needle in needles if needle.encode() in whole]
        for cut in range(len(data) + 1):
            stream = redactor.stream()
            assert stream.feed(data[:cut]) + stream.feed(data[cut:]) + stream.finish() == whole


def test_a_text_without_secrets_is_as_it_was() -> None:
    redactor = Redactor({"S": "hunter2-hunter2"})
    assert redactor.redact(b"hunter2-hunter and hunter2-") == b"hunter2-hunter and hunter2-"


def test_the_text_around_a_secret_stays() -> None:
    redactor = Redactor({"A": "secret-one", "B": "secret-two"})
    assert redactor.text("x secret-one,secret-twosecret-one y") == "x ***,****** y"


def test_overlapping_secrets_leave_nothing_of_either() -> None:
    redactor = Redactor({"A": "abcdef123", "B": "xyzabcdef"})
    assert redactor.text("<xyzabcdef123>") == "<***>"


def test_of_two_secrets_with_one_beginning_the_longer_is_masked_whole() -> None:
    redactor = Redactor({"A": "token-1", "B": "token-1234567"})
    stream = redactor.stream()
    assert stream.feed(b"token-1") == b""
    assert stream.feed(b"234567 token-1 ") + stream.finish() == b"*** *** "


def test_each_line_of_a_key_is_masked_on_its_own() -> None:
    redactor = Redactor({"KEY": "first-line\nsecond-line\n"})
    assert redactor.text("second-line / first-line\r\nsecond-line") == "*** / ***"


def test_only_what_may_become_a_secret_is_held_back() -> None:
    stream = Redactor({"S": "hunter2-hunter2"}).stream()
    assert stream.feed(b"a line\nand hun") == b"a line\nand "
    assert stream.feed(b"gry people\n") == b"hungry people\n"


def test_texts_inside_of_json_are_redacted_keys_too() -> None:
    redactor = Redactor({"S": "hunter2-hunter2"})
    value = {"hunter2-hunter2": ["x hunter2-hunter2", 1, None, {"a": True}], "b": ("hunter2-hunter2",)}
    assert redactor.json(value) == {"***": ["x ***", 1, None, {"a": True}], "b": ["***"]}


def test_a_short_secret_is_not_masked_and_that_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        redactor = Redactor({"PIN": "1234"})
    assert redactor.text("1234") == "1234"
    assert caplog.messages == ["secret PIN is shorter than 6 characters and cannot be masked"]


def test_including_more_secrets_keeps_the_ones_that_are_known() -> None:
    first = Redactor({"A": "secret-one"})
    assert first.including({"A": "secret-one"}) is first
    assert first.including({"B": "secret-two"}).text("secret-one secret-two") == "*** ***"


# A small alphabet makes overlaps, repeats and near misses frequent.
words = st.text(alphabet="ab", min_size=6, max_size=10)


@given(
    secrets=st.lists(words, min_size=1, max_size=3),
    text=st.lists(st.one_of(st.text(alphabet="abc", max_size=9), words), max_size=8).map("".join),
    cuts=st.lists(st.integers(min_value=0, max_value=80), max_size=8),
)
def test_where_a_stream_is_cut_makes_no_difference(secrets: list[str], text: str, cuts: list[int]) -> None:
    redactor = Redactor({str(number): secret for number, secret in enumerate(secrets)})
    data = text.encode()
    stream = redactor.stream()
    places = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    pieces = [stream.feed(data[start:end]) for start, end in pairwise(places)]
    assert b"".join(pieces) + stream.finish() == expected(redactor, data)


def expected(redactor: Redactor, data: bytes) -> bytes:
    """Mask byte by byte: the plain meaning, without any stream."""
    spans = [
        (at, at + len(needle)) for needle in redactor.needles for at in range(len(data)) if data.startswith(needle, at)
    ]
    result, end = b"", 0
    for start, stop in sorted(spans):
        if start >= end:
            result += data[end:start] + b"***"
        end = max(end, stop)
    return result + data[end:]
