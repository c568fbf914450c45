"""Words of a sentence with their places, and the sentence without some of them."""

from __future__ import annotations

from precode.model.features import TOKEN

MOST_ALONE = 44  # words left out one by one: 44 readings of 43 words take 0.12 s on two cores
MOST_READ = MOST_ALONE**2  # words read in all; of longer sentences, windows are left out
FEWEST_WINDOWS = 8


def words_of(text: str) -> tuple[tuple[int, int, str], ...]:
    """(start, end, word) of the words that :func:`precode.model.features.tokens` sees in ``text``."""
    low = text.lower().replace("’", "'")
    # "İ" is two characters in lower case: places are counted back to the text as written
    written = [at for at, c in enumerate(text) for _ in c.lower()]
    return tuple(
        (written[m.start()], written[m.end() - 1] + 1, m.group()) for m in TOKEN.finditer(low)
    )


def windows(n: int) -> list[tuple[int, int]]:
    """[a, b) of ``n`` words to leave out together: each word alone while that is quick enough."""
    if n <= MOST_ALONE:
        return [(i, i + 1) for i in range(n)]
    wide = -(-n // max(FEWEST_WINDOWS, MOST_READ // n))
    return [(i, min(i + wide, n)) for i in range(0, n, wide)]


def leave_out(text: str, start: int, end: int) -> str:
    """``text`` without ``[start, end)``, single-spaced; "" if no word is left."""
    left = " ".join((text[:start] + text[end:]).split())
    return left if TOKEN.search(left) else ""
