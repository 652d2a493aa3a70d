import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.edits.patch import (
    Patch,
    PatchMismatch,
    apply,
    compose,
    invert,
    is_untouched_outside,
    patch,
    unified_diff,
)


@st.composite
def texts_with_patches(draw: st.DrawFn) -> tuple[str, list[Patch]]:
    text = draw(st.text(alphabet="ab\r\n# é", max_size=60))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2], strict=False))
    return text, [patch(text, start, end, draw(st.text(alphabet="xy\n", max_size=6))) for start, end in spans]


@given(texts_with_patches())
def test_inverting_patches_brings_the_text_back(made: tuple[str, list[Patch]]) -> None:
    text, patches = made
    after = apply(text, patches)
    assert apply(after, invert(patches)) == text
    assert is_untouched_outside(text, after, patches)


@given(st.data())
def test_steps_compose_to_patches_of_the_first_text(data: st.DataObject) -> None:
    first = now = data.draw(st.text(alphabet="abc\n", max_size=40))
    steps = []
    for _ in range(data.draw(st.integers(0, 5))):
        start = data.draw(st.integers(0, len(now)))
        end = data.draw(st.integers(start, len(now)))
        step = [patch(now, start, end, data.draw(st.text(alphabet="xyz\n", max_size=5)))]
        steps.append(step)
        now = apply(now, step)
    composed = compose(steps, first)
    assert apply(first, composed) == now
    assert all(item.old != item.new for item in composed)


def test_overlapping_patches_are_refused() -> None:
    with pytest.raises(PatchMismatch, match="overlap"):
        apply("abcdef", [patch("abcdef", 0, 3, "x"), patch("abcdef", 2, 4, "y")])


def test_a_patch_of_another_text_is_refused() -> None:
    with pytest.raises(PatchMismatch, match="not what the patch replaces"):
        apply("abXdef", [patch("abcdef", 2, 3, "y")])


def test_text_that_changed_outside_of_the_patches_is_noticed() -> None:
    patches = [patch("one two", 4, 7, "three")]
    assert is_untouched_outside("one two", "one three", patches)
    assert not is_untouched_outside("one two", "One three", patches)


def test_the_diff_names_the_file_and_says_when_the_last_newline_is_missing() -> None:
    assert unified_diff("a.yml", "x: 1", "x: 2") == (
        "--- a/a.yml\n+++ b/a.yml\n@@ -1 +1 @@\n-x: 1\n\\ No newline at end of file\n+x: 2\n"
        "\\ No newline at end of file\n"
    )
    assert unified_diff("new.yml", None, "x: 1\n").startswith("--- /dev/null\n+++ b/new.yml\n")
