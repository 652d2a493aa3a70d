"""What is pinned of a run of a program: the exit code, what it printed, what it returned."""

from .attributes import has
from .body import Body, slug
from .corpus import Try
from .literals import Literals, is_stable_text

_WITHOUT = "_without_words"


def run_body(made: Try, literals: Literals) -> Body | None:
    """Pin the end of a program and its output; of a text that is long or differs only the exit code."""
    outcome, call = made.outcome, made.program.call
    if has(outcome.value, "exit_code"):
        return _of_runner(made)
    printed = outcome.printed
    told = [f"assert capsys.readouterr().out == {printed!r}"] if printed and is_stable_text(printed) else []
    if outcome.kind == "ended":
        code = getattr(outcome.error, "code", None)
        text = literals.write(code)
        if text is None:
            return None
        sign = "is" if code is None else "=="
        lines = ("with pytest.raises(SystemExit) as end:", f"    {call}", f"assert end.value.code {sign} {text}", *told)
        label = f"exits_with_{slug(text)}" if isinstance(code, int) else f"exits{_WITHOUT * call.endswith(', [])')}"
        return Body(lines, label=label, more=slug(printed) or slug(call.partition(",")[2]))
    text = literals.write(outcome.value)
    if outcome.value is None:
        return Body((call, *told), label="prints", more=slug(printed)) if told else None
    if text is None:
        return Body((call, *told), label="prints", more=slug(printed)) if told else None
    lines = (f"result = {call}", f"assert result == {text}", *told)
    says = f"prints_{slug(printed)}" if told else f"returns_{slug(text)}" if outcome.value else ""
    return Body(lines, label=says, more=slug(call.partition(",")[2]))


def _of_runner(made: Try) -> Body | None:
    result, call = made.outcome.value, made.program.call
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return None
    lines = [f"result = {call}", f"assert result.exit_code == {result.exit_code}"]
    if is_stable_text(result.output) and result.output:
        lines.append(f"assert result.output == {result.output!r}")
    label = f"exits_with_{result.exit_code}" if result.exit_code else f"prints_{slug(result.output)}"
    return Body(tuple(lines), label=label, more=slug(call.partition(",")[2]))
