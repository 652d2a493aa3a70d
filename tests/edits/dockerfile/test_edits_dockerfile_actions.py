"""Dockerfiles: digests, users and probes, and what is refused."""

from typing import Any

import pytest

from orchestrator.edits.action import Scene, TextTree
from orchestrator.edits.propose import propose, read_params
from orchestrator.edits.registry import find_action
from orchestrator.edits.result import EditResult, Refusal

DIGEST = f"sha256:{'a' * 64}"
OTHER = f"sha256:{'b' * 64}"
NODE = """# syntax=docker/dockerfile:1
FROM --platform=linux/amd64 node:22-alpine AS build
WORKDIR /app
COPY . .
RUN npm ci \\
    # only what is locked
    && npm run build

FROM node:22-alpine
COPY --from=build /app/dist ./dist

# how it runs
EXPOSE 3000
CMD ["node", "dist/index.js"]
"""


def act(action: str, text: str, **params: Any) -> EditResult:
    found = find_action(action)
    return propose(found, Scene("Dockerfile", TextTree({"Dockerfile": text})), read_params(found, params))


def after(action: str, text: str, **params: Any) -> str:
    result = act(action, text, **params)
    assert result.status == "changed", result.reason
    return result.edits[0].after


# ---------------------------------------------------------------- pin_base_digest


def test_every_use_of_an_image_is_pinned_and_keeps_its_tag() -> None:
    text = after("pin_base_digest", NODE, digests={"node:22-alpine": DIGEST})

    assert text == NODE.replace("node:22-alpine", f"node:22-alpine@{DIGEST}")
    assert act("pin_base_digest", text, digests={"node:22-alpine": DIGEST}).status == "already"


def test_another_digest_is_replaced_only_on_demand() -> None:
    pinned = NODE.replace("node:22-alpine", f"node:22-alpine@{OTHER}")

    assert act("pin_base_digest", pinned, digests={"node:22-alpine": DIGEST}).code == "E_CONFLICT"
    assert OTHER not in after("pin_base_digest", pinned, digests={"node:22-alpine": DIGEST}, replace=True)


def test_an_image_that_is_not_there_names_those_that_are() -> None:
    result = act("pin_base_digest", NODE, digests={"node:20": DIGEST})

    assert (result.code, result.hint) == ("E_NOT_FOUND", "the base images are node:22-alpine")


def test_what_stays_movable_is_named() -> None:
    text = "ARG V=1\nFROM python:$V AS a\nFROM debian:12\nFROM a\n"

    result = act("pin_base_digest", text, digests={"debian:12": DIGEST})

    assert result.warnings == ("line 2: python:$V is computed, pin the value of its ARG",)


def test_a_digest_has_to_be_one() -> None:
    with pytest.raises(Refusal, match="it has to fit"):
        act("pin_base_digest", NODE, digests={"node:22-alpine": "latest"})


# ---------------------------------------------------------------- add_nonroot_user


@pytest.mark.parametrize(
    ("image", "lines"),
    [
        ("node:22", "USER node\n"),
        ("python:3.12-alpine", "RUN addgroup -S -g 10001 app && adduser -S -D -H -u 10001 -G app app\nUSER app\n"),
        (
            "python:3.12-slim",
            "RUN groupadd --system --gid 10001 app && useradd --system --no-create-home -u 10001 -g 10001 app\n"
            "USER app\n",
        ),
        ("gcr.io/distroless/static-debian12", "USER nonroot\n"),
        ("scratch", "USER 10001:10001\n"),
        ("ghcr.io/acme/base:1", "USER 10001:10001\n"),
    ],
)
def test_the_user_fits_the_image_and_stands_behind_what_needs_root(image: str, lines: str) -> None:
    text = f'FROM {image}\nCOPY . /app\n\nEXPOSE 8000\nCMD ["x"]\n'

    assert after("add_nonroot_user", text) == text.replace("/app\n", f"/app\n{lines}")


def test_a_user_of_an_earlier_stage_counts_when_the_last_one_is_built_on_it() -> None:
    text = 'FROM node:22 AS base\nUSER node\nFROM alpine AS tools\nUSER 5\nFROM base\nCMD ["x"]\n'

    result = act("add_nonroot_user", text)

    assert (result.status, result.reason) == ("already", "it runs as node")


def test_an_explicit_root_is_a_conflict_and_a_computed_user_cannot_be_told() -> None:
    root = "FROM node:22\nUSER root\nRUN x\n"

    assert act("add_nonroot_user", root).code == "E_CONFLICT"
    assert after("add_nonroot_user", root, replace=True) == root + "USER node\n"
    assert act("add_nonroot_user", "FROM node:22\nUSER $WHO\n").code == "E_DYNAMIC"
    assert act("add_nonroot_user", "FROM mcr.microsoft.com/windows/servercore:1\n").code == "E_PRECONDITION"


def test_low_ports_and_files_of_root_are_warned_of() -> None:
    result = act("add_nonroot_user", "FROM nginx\nCOPY a /b\nEXPOSE 80 8080\n")

    assert result.warnings == (
        "line 2: what is copied belongs to root; --chown lets the user write to it",
        "line 3: a port below 1024 may need root: EXPOSE 80 8080",
    )


# ---------------------------------------------------------------- add_healthcheck


def test_the_probe_stands_above_the_command_and_its_comments() -> None:
    text = NODE.replace("EXPOSE 3000\n", "EXPOSE 3000\n# start it\n")

    made = after("add_healthcheck", text, command=["node", "probe.js"], retries=5)

    probe = 'HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=5 CMD ["node", "probe.js"]\n'
    assert made == text.replace("# start it\n", f"{probe}# start it\n")


def test_the_probe_is_made_of_what_the_image_has() -> None:
    for image, program in (("node:22", "node"), ("python:3.13-slim", "python"), ("alpine:3", "wget")):
        assert f'CMD ["{program}", ' in after("add_healthcheck", f"FROM {image}\n", url="http://127.0.0.1:80/health")
    assert act("add_healthcheck", "FROM debian:12\n", url="http://127.0.0.1/").code == "E_PRECONDITION"
    assert act("add_healthcheck", "FROM node:22\n").code == "E_PARAM"


def test_another_probe_is_replaced_only_on_demand() -> None:
    text = "FROM node:22\nHEALTHCHECK \\\n  CMD x\nCMD y\n"

    assert act("add_healthcheck", text, command=["z"]).code == "E_CONFLICT"
    assert "\\" not in after("add_healthcheck", text, command=["z"], replace=True)


# ---------------------------------------------------------------- how a Dockerfile is read


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_small_letters_line_ends_and_a_missing_last_newline_stay(end: str) -> None:
    text = end.join(["from alpine:3", "run echo a", "run <<EOF", "CMD no", "USER root", "EOF"])

    assert after("add_nonroot_user", text) == end.join(
        [text, "run addgroup -S -g 10001 app && adduser -S -D -H -u 10001 -G app app", "user app"]
    )


def test_another_escape_character_continues_lines() -> None:
    text = "# escape=`\nFROM scratch\nCOPY a `\n  b c\\\nCMD x\n"

    assert after("add_nonroot_user", text) == text.replace("c\\\n", "c\\\nUSER 10001:10001\n")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("RUN x\n", "there is no FROM instruction"),
        ("FROM a\nRNU x\n", "line 2: 'RNU' is no instruction"),
        ("FROM a\nRUN <<E\nx\n", "line 2: the heredoc E does not end"),
        ("# escape=x\nFROM a\n", "the escape character cannot be x"),
        ("FROM a b c\n", "line 1: this FROM cannot be read"),
    ],
)
def test_what_is_no_dockerfile_is_refused(text: str, reason: str) -> None:
    result = act("add_nonroot_user", text)

    assert (result.code, result.reason) == ("E_PARSE", reason)
