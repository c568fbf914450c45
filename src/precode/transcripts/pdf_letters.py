"""Whether a page's letters are the words that were said: some programs write them scattered
("T h i s"), twice ("TThhiiss"), or as numbers of a font that nobody can read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# In talk, 4 to 8 words in a hundred are one letter long ("I", "a").
_MOST_SINGLES = 0.45
_SCATTERED_LINE = 0.6
_SCATTERED_PAGE = 0.2
_MOST_DOUBLED = 0.2
_MOST_UNREADABLE = 0.1
# Fewer words than this prove nothing.
_FEWEST = 12


def unfit(lines: Sequence[str]) -> str:
    """What is wrong with the letters of a page of ``lines``, in a few words; "" if nothing is."""
    signs = [c for line in lines for c in line if not c.isspace()]
    odd = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cc", "Cn") for c in signs)
    if signs and odd > _MOST_UNREADABLE * len(signs):
        return "letters that cannot be read"
    words = [_words(line) for line in lines]
    every = [w for line in words for w in line]
    long = [w for w in every if len(w) >= 4]
    if len(long) >= _FEWEST / 2 and sum(map(_is_doubled, long)) > _MOST_DOUBLED * len(long):
        return "doubled letters"
    if len(every) < _FEWEST:
        return ""
    if sum(len(w) == 1 for w in every) > _MOST_SINGLES * len(every):
        return "scattered letters"
    letters = sum(map(len, every))
    scattered = sum(sum(map(len, line)) for line in words if _is_scattered(line))
    return "scattered letters" if scattered > _SCATTERED_PAGE * letters else ""


def _words(line: str) -> list[str]:
    """Words of letters that have capitals: other scripts may well put spaces between letters."""
    bare = (re.sub(r"^\W+|\W+$", "", word) for word in line.split())
    return [w for w in bare if w.lower() != w.upper()]


def _is_scattered(words: Sequence[str]) -> bool:
    return len(words) >= 6 and sum(len(w) == 1 for w in words) > _SCATTERED_LINE * len(words)


def _is_doubled(word: str) -> bool:
    return len(word) % 2 == 0 and word[::2] == word[1::2]
