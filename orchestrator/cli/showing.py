"""Who shows a run: the display that fits the terminal, an event stream, and whoever is to be notified."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

from msgspec import Struct

from orchestrator.cli.contradictions import Pair
from orchestrator.cli.next_command import program_name
from orchestrator.cli.options import Section, Working, option
from orchestrator.cli.present import look_of
from orchestrator.errors import ExitCode, TaskFailed, Unusable
from orchestrator.models.plan import Notification, Plan
from orchestrator.reporters.flags import flags_of

if TYPE_CHECKING:  # a command line is read before anybody is told anything
    from orchestrator.contracts import Ledger, Reporter
    from orchestrator.reporters.live import LiveReporter
    from orchestrator.reporters.ndjson import NdjsonReporter
    from orchestrator.reporters.plain import PlainReporter

_FRAME, _LOOK_FOR_SILENCE = 0.1, 5.0  # seconds between the ticks of the live and the plain display


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Display:
    """How a run is shown."""

    ui: Annotated[
        Literal["auto", "live", "plain", "json", "none"],
        option("--ui", value="WAY", section=Section.SHOW, help="how the run is shown"),
    ] = "auto"
    json: Annotated[bool, option("--json", section=Section.SHOW, help="events as JSON lines on stdout (--ui json)")] = (
        False
    )
    events: Annotated[
        str | None,
        option(
            "--events", value="FILE", section=Section.SHOW, help="write events as JSON lines to this file, - = stdout"
        ),
    ] = None

    @property
    def contradictions(self) -> Iterable[Pair]:
        """Return the options that do not go together; two streams of events on one output would be mixed."""
        yield self.json and self.ui not in ("auto", "json"), "--json", f"--ui {self.ui}"
        is_json = self.json or self.ui == "json"
        yield is_json and self.events == "-", "--json" if self.json else "--ui json", "--events -"

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files that news of the run goes to."""
        return (self.events,) if self.events is not None else ()

    def refuse_unwritable(self) -> None:
        """Do nothing: the file of events is opened at once."""

    def write_files(self, ledger: "Ledger", run: str, code: ExitCode) -> ExitCode:  # noqa: ARG002 - there are none
        """Return the run's exit code after writing what tells the run as a whole."""
        return code


class Audience(Struct, frozen=True, kw_only=True):
    """The reporters of a run; `held` keeps the display off the terminal while a person is asked."""

    reporters: "Sequence[Reporter]"
    display: "PlainReporter | LiveReporter | None" = None

    def held(self) -> AbstractContextManager[None]:
        """Return what to be in while the terminal is somebody else's."""
        return self.display.hold() if self.display is not None else nullcontext()


def choose_audience(
    display: Display, common: Working, plan: Plan, expected: Mapping[str, float], *, notify: bool = True
) -> Audience:
    """Return who is to be told about a run of the plan."""
    from orchestrator.reporters.ui import choose_ui

    chosen = "json" if display.json else choose_ui(display.ui, os.environ, is_terminal=sys.stderr.isatty())
    reporters: list[Reporter] = []
    screen = _screen(chosen, common, expected)
    if screen is not None:
        reporters.append(screen)
    if chosen == "json":
        from orchestrator.reporters.ndjson import NdjsonReporter

        reporters.append(NdjsonReporter(sys.stdout))
    if display.events is not None:
        reporters.append(_event_file(display.events))
    for notification in plan.notifications if notify else ():
        reporters += _webhooks(notification)
    return Audience(reporters=reporters, display=screen)


def _screen(chosen: str, common: Working, expected: Mapping[str, float]) -> "PlainReporter | LiveReporter | None":
    from orchestrator.reporters.plain import PlainReporter
    from orchestrator.reporters.ticker import ThreadTicker

    make: type[PlainReporter | LiveReporter] = PlainReporter
    if chosen == "live":
        from orchestrator.reporters import live

        make = live.LiveReporter
    elif chosen != "plain":
        return None
    return make(
        sys.stderr,
        look_of(sys.stderr),
        verbose=common.verbose,
        quiet=common.quiet,
        expected=expected,
        flags=flags_of(sys.argv[1:], program_name()),
        ticker=ThreadTicker(_FRAME if chosen == "live" else _LOOK_FOR_SILENCE),
    )


def _webhooks(notification: Notification) -> "Iterator[Reporter]":
    """Yield who tells each target; one that cannot be told is said, and keeps nothing from running."""
    from orchestrator.reporters.webhook import WebhookReporter
    from orchestrator.templating.dynamic import read_environment

    for number, target in enumerate(notification.to, start=1):
        try:
            yield WebhookReporter(read_environment(target, os.environ), notification.on)
        except (TaskFailed, ValueError) as error:  # the URL itself is a secret: it stands in no message
            sys.stderr.write(f"warning: notification target {number} is left out: {error}\n")


def _event_file(name: str) -> "NdjsonReporter":
    from orchestrator.reporters.ndjson import NdjsonReporter

    if name == "-":
        return NdjsonReporter(sys.stdout)
    try:
        stream: TextIO = Path(name).open("w", encoding="utf-8")  # noqa: SIM115 - the reporter closes it
    except OSError as error:
        message = f"--events {name}: {error.strerror}"
        raise Unusable(message, hint="name a file in a folder that can be written") from error
    return NdjsonReporter(stream, owned=True)
