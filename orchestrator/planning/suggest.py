"""The nearest known name, for "did you mean" hints."""

from collections.abc import Collection, Iterable

_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789_-."
MOST_SCANNED = 300  # more options than this are asked for neighbours instead of being compared one by one
LONGEST_WORD = 64
# So many letters may be wrong in a word of so many; of a single one nothing would be left.
_REACH = ((1, 0), (4, 1), (9, 2), (LONGEST_WORD, 3))


def nearest(word: str, options: Collection[str]) -> str | None:
    """Return the option that `word` was most likely meant to be, or None when none is near."""
    if not word or len(word) > LONGEST_WORD:
        return None
    folded = word.casefold()
    if len(options) > MOST_SCANNED:
        return next((option for option in _neighbours(folded) if option in options), None)
    reach = next(near for longest, near in _REACH if len(word) <= longest)
    best: str | None = None
    for option in options:
        far = distance(folded, option.casefold(), reach)
        if far <= reach and option != word:
            best, reach = option, far - 1
            if reach < 0:
                break
    return best


def did_you_mean(word: str, options: Collection[str]) -> str | None:
    """Return the hint with the nearest option, or None."""
    found = nearest(word, options)
    return f"did you mean `{found}`?" if found is not None else None


def one_of(word: str, options: Collection[str], kind: str) -> str:
    """Return a hint for a word out of a few: the nearest one, and all of them as long as they fit on a line."""
    near = did_you_mean(word, options)
    listed = ", ".join(f"`{option}`" for option in options)
    if near:
        return near if len(options) > 8 else f"{near} {kind}: {listed}"
    return f"{kind}: {listed}"


def distance(left: str, right: str, limit: int) -> int:
    """Return how many letters have to be changed, added, removed or swapped; `limit` + 1 when it is more than that.

    Optimal string alignment distance, cut off at `limit`.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def _neighbours(word: str) -> Iterable[str]:
    """Yield every word one letter away: swaps first, they are the commonest slip, then losses, changes, additions."""
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    yield from (a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1)
    yield from (a + b[1:] for a, b in cuts if b)
    yield from (a + letter + b[1:] for a, b in cuts if b for letter in _ALPHABET)
    yield from (a + letter + b for a, b in cuts for letter in _ALPHABET)
