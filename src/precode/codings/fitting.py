"""Whether a similar passage is the excerpt retyped, or another one that says nearly the same.

Similarity counts letters, and so a long excerpt may be very like a passage that ends in other words.
"""

from __future__ import annotations

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq, Levenshtein, Opcodes

_SAME = 60.0  # of a word retyped with a slip; "so" and "as", "me" and "maybe" have less
_SHORT = 8  # words: of fewer each one counts
_INSIDE, _AT_THE_ENDS = 4, 1  # words in a row of a longer excerpt that the passage may lack


def fits(excerpt: str, passage: str) -> bool:
    """Whether ``passage`` has the words of ``excerpt`` (both without punctuation): all of them, typing
    errors apart, in a short one; in a longer one all but few in a row, fewer at its ends.
    """
    one, other = excerpt.split(), passage.split()
    ids: dict[str, int] = {}
    rows = [[ids.setdefault(w, len(ids)) for w in side] for side in (one, other)]
    inside, ends = (_INSIDE, _AT_THE_ENDS) if len(one) >= _SHORT else (0, 0)
    for op in _replaced(LCSseq.opcodes(*rows)):
        a, b, c, d = op
        missing = _missing(one[a:b], other[c:d])
        most = ends if a == 0 or b == len(one) else inside
        if missing > most:
            return False
    return True


def _replaced(opcodes: Opcodes) -> list[tuple[int, int, int, int]]:
    """Stretches of both that differ, a deletion and an insertion side by side as one."""
    out: list[tuple[int, int, int, int]] = []
    for op in opcodes:
        if op.tag == "equal":
            continue
        span = (op.src_start, op.src_end, op.dest_start, op.dest_end)
        if out and out[-1][1] == span[0] and out[-1][3] == span[2]:
            out[-1] = (out[-1][0], span[1], out[-1][2], span[3])
        else:
            out.append(span)
    return out


def _missing(words: list[str], there: list[str]) -> int:
    """How many of ``words`` are not ``there``, retyped with a slip, cut in two or run together."""
    if words and there and fuzz.ratio("".join(words), "".join(there)) >= 2 * _SAME - 50:
        return 0
    left = list(there)
    missing = 0
    for w in words:
        best = max(left, key=lambda x: fuzz.ratio(w, x), default="")
        if best and _retyped(w, best):
            left.remove(best)
        else:
            missing += 1
    return missing


def _retyped(word: str, there: str) -> bool:
    if there.startswith(word) or there.endswith(word):  # selected from the middle of a word
        return True
    if fuzz.ratio(word, there) >= _SAME:
        return True
    short = min(len(word), len(there)) < 3
    return not short and word[0] == there[0] and Levenshtein.distance(word, there) <= 2
