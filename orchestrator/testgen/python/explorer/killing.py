"""Find out which tests notice which mutants: every mutant lives in a forked child of its own."""

import ast
import contextlib
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .mutants import Mutant, Swapper, find_gone, find_mutants, mutated_tree

_LONGEST = 6.0  # seconds per mutant
_MOST_TESTS = 80


@dataclass(frozen=True, slots=True)
class Verdict:
    """One mutant, and the numbers of the tests that fail because of it."""

    mutant: Mutant
    killers: tuple[int, ...]
    tried: int

    def as_json(self) -> dict[str, Any]:
        """Describe the mutant and the tests that kill it."""
        return {
            "line": self.mutant.line,
            "kind": self.mutant.kind,
            "killers": self.killers,
            "tried": self.tried,
        }


Fails = Callable[[int], bool]  # whether the test of this number fails now


class MutantRunner:
    """Try mutants of one module's source against tests that pass on the original."""

    def __init__(self, source: str, path: str, fails: Fails, fork: Callable[[], int]) -> None:
        self._source = source
        self._path = path
        self._fails = fails
        self._fork = fork
        self._starts = _statement_starts(source)
        self.cut_short = False

    def run(self, reaches: Sequence[frozenset[int]], *, limit: int, seconds: float) -> list[Verdict]:
        """Return a verdict for each mutant.

        `reaches` are the source lines of each test; `limit` bounds the mutants, the clock only in an emergency.
        """
        by_line: dict[int, list[int]] = {}
        for number, lines in enumerate(reaches):
            for line in lines:
                by_line.setdefault(line, []).append(number)
        until = time.monotonic() + seconds
        verdicts = []
        swapper = Swapper(self._path)
        for mutant in [*find_gone(self._source), *find_mutants(self._source, limit=limit)]:
            if time.monotonic() > until:
                self.cut_short = True
                break
            numbers = self._relevant(mutant, by_line)
            killers = self._try(mutant, swapper, numbers) if numbers else ()
            verdicts.append(Verdict(mutant, killers, len(numbers)))
        return verdicts

    def _relevant(self, mutant: Mutant, by_line: dict[int, list[int]]) -> list[int]:
        first, last = self._starts.get(mutant.line, (mutant.line, mutant.line))
        found = {number for line in range(first, last + 1) for number in by_line.get(line, ())}
        return sorted(found)[:_MOST_TESTS] if mutant.kind != "gone" else sorted(found)

    def _try(self, mutant: Mutant, swapper: Swapper, tests: list[int]) -> tuple[int, ...]:
        try:
            tree = mutated_tree(self._source, mutant)
            compile(tree, self._path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return ()
        reading, writing = os.pipe()
        child = self._fork()
        if child == 0:
            _in_child(swapper, tree, tests, self._fails, writing)
        os.close(writing)
        answer = _read_all(reading, _LONGEST)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        killed = {int(each) for each in answer.decode().split(",") if each.lstrip("-").isdigit()}
        if -1 not in killed:  # it did not come to its end: the test at which it hung noticed
            unanswered = [number for number in tests if number not in killed and -number - 2 not in killed]
            killed.update(unanswered[:1])
        return tuple(sorted(number for number in killed if number >= 0))


_leave = os._exit  # before the fence replaces it


def _in_child(swapper: Swapper, tree: ast.Module, tests: list[int], fails: Fails, writing: int) -> None:
    """Answer the numbers of tests that fail, -2 - number for those that pass, -1 at the end."""
    try:
        os.setpgid(0, 0)
        swapper.apply(tree)
        for number in tests:
            failed = fails(number)
            os.write(writing, f"{number if failed else -number - 2},".encode())
        os.write(writing, b"-1,")
    finally:
        _leave(0)


def _read_all(reading: int, seconds: float) -> bytes:
    until, data = time.monotonic() + seconds, b""
    try:
        while (left := until - time.monotonic()) > 0 and select.select([reading], [], [], left)[0]:
            block = os.read(reading, 1 << 16)
            if not block:
                break
            data += block
    finally:
        os.close(reading)
    return data


def _statement_starts(source: str) -> dict[int, tuple[int, int]]:
    """Return for each line the first and last line of the head of the innermost statement that it belongs to."""
    starts: dict[int, tuple[int, int]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            last = body[0].lineno - 1 if isinstance(body, list) and body and not is_function else node.end_lineno
            last = max(last or node.lineno, node.lineno)
            for line in range(node.lineno, last + 1):
                if line not in starts or starts[line][0] <= node.lineno:
                    starts[line] = (node.lineno, last)
    return starts
