"""Random Dockerfiles: read as BuildKit reads them, edited without touching another byte."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.dockerfile.scanner import scan
from orchestrator.edits.patch import is_untouched_outside
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action

PIECES = [
    "RUN make",
    "RUN make \\\n  && make install",
    "RUN a \\\n# between\n\n  && b",
    "RUN <<EOF\nUSER root\n# no comment\nEOF",
    "RUN <<-'A' cat <<B\n\tCMD no\n\tA\nFROM no\nB",
    "COPY a b /c/",
    "COPY <<EOF /x\n${Y}\nEOF",
    "# a comment",
    "",
    "ENV A=1 \\\n    B=2",
    "WORKDIR /app",
    "  EXPOSE 80",
    'CMD ["x", "y"]',
    "ENTRYPOINT x",
    "USER app",
    "HEALTHCHECK NONE",
    "LABEL a='b c'",
    "FROM alpine:3 AS two",
    "from two",
    "\tARG\tX=1",
]
documents = st.tuples(
    st.sampled_from(["FROM node:22", "# c\nFROM python:3.12-slim AS one", "# syntax=x\n\nARG A\nFROM scratch"]),
    st.lists(st.sampled_from(PIECES), max_size=8),
    st.sampled_from(["", "\n"]),
    st.sampled_from(["\n", "\r\n"]),
).map(lambda parts: ("\n".join([parts[0], *parts[1]]) + parts[2]).replace("\n", parts[3]))


@settings(max_examples=150, deadline=None)
@given(documents)
def test_the_same_instructions_are_found_as_by_buildkit(text: str) -> None:
    parser: Any = pytest.importorskip("dockerfile")

    found = [(one.keyword, one.line) for one in scan(text)]

    assert found == [(one.cmd.upper(), one.start_line) for one in parser.parse_string(text)]


@settings(max_examples=100, deadline=None)
@given(
    documents, st.sampled_from([("add_nonroot_user", {"replace": True}), ("add_healthcheck", {"command": ["true"]})])
)
def test_an_edit_is_proven_or_refused_with_a_reason(text: str, what: tuple[str, dict[str, Any]]) -> None:
    action = find_action(what[0])

    result = propose(action, Scene("Dockerfile", TextTree({"Dockerfile": text})), read_params(action, what[1]))

    assert result.reason
    assert result.code in (None, "E_CONFLICT"), result.reason
    for edit in result.edits:
        assert is_untouched_outside(text, edit.after, edit.patches)
        assert edit.after.count("\r\n") in (0, edit.after.count("\n"))
        assert all(not item.old for item in edit.patches)
