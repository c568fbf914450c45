"""Text as it compares: quotes, dashes, spaces, ellipses, case and Unicode forms made equal.

Every character keeps its place in the original, so that a hit maps back to the true passage.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

_GONE = "\u00ad\u200b-\u200f\u2060\ufeff"  # soft hyphens, zero-width characters
_DASH = r"\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_TICKS = "'\u2019"
_TOKEN = re.compile(
    rf"""
    (?P<plain> [0-9A-Za-z,;:!?()\[\]/&%$\#@*+=<>{{}}|\\^~_]+ )
  | (?P<ellipsis> \s* (?: … | \. \s? \. ) [\s.…]* )
  | (?P<dash> \s* [{_DASH}] [{_DASH}\s]* )
  | (?P<gone> [{_GONE}]+ | \s+ (?= [?!;:,.»] ) )
  | (?P<space> \s [\s{_GONE}]* )
  | (?P<quote> «\s* | \s*» | ["\u201c-\u201f\u2033] | '' | \u2018\u2018 | \u2019\u2019 )
  | (?P<tick> ['`\u2018-\u201b\u00b4\u2032\u02bc] )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_STANDS_FOR = {"ellipsis": "…", "dash": "-", "space": " ", "quote": '"', "tick": "'"}
_MARKS = re.escape("!\"#$%&'()*+,./:;<=>?@[\\]^_`{|}~¡¿…") + "\u2000-\u206f"
_BARE = re.compile(rf"(?P<break>[ \-…/]+)|(?P<mark>[{_MARKS}]+)|(?P<word>[^ \-{_MARKS}]+)")
# What people leave out or add at the ends of a quotation.
_OUTER = " .…\"'-,;:()[]"

_WORD = r"[^\W_](?:[^\s:.,;?!…—–\"“”]{0,28}[\w)\]])?"
_TITLE = r"(?:Dr|Mr|Mrs|Ms|Prof)\.?\x20"
# Further words only with a capital or a figure: "Interviewer 1:", not "well he said: ".
_NAME = rf"(?:{_TITLE})?{_WORD}(?:\x20(?=[A-Z\d]){_WORD}){{0,2}}"
_TIME = r"(?:[\[(]?\d+:[\d:.]+[\])]?\s+)?"
LABEL = re.compile(rf"^[^\S\n]*{_TIME}(?P<label>{_NAME})[^\S\n]?:[^\S\n]+", re.MULTILINE)
"""A speaker's label at the start of a line, with a time before it."""
_INSIDE = re.compile(r"(?<=[.?!…—–-]\s)[^\W\d_a-z][\w.]{0,19}(?: ?\d{1,3})?:\s+")


@dataclass(frozen=True)
class Normal:
    """``text`` is comparable; its character ``i`` stands for ``original[starts[i]:ends[i]]``."""

    original: str
    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in ``original`` of ``text[start:end]`` (not empty), without outer space."""
        first, last = self.starts[start], self.ends[end - 1]
        passage = self.original[first:last]
        lead = len(passage) - len(passage.lstrip())
        tail = len(passage) - len(passage.rstrip())
        return first + lead, max(last - tail, first + lead)

    @cached_property
    def bare(self) -> Normal:
        """Without punctuation, which people retype as they like; words are one space apart."""
        kept: list[tuple[int, str]] = []
        for m in _BARE.finditer(self.text):
            if m.lastgroup == "word":
                kept.extend(enumerate(m[0], m.start()))
            elif m.lastgroup == "break" and kept and kept[-1][1] != " ":
                kept.append((m.start(), " "))
        return Normal(
            self.original,
            "".join(c for _, c in kept),
            [self.starts[i] for i, _ in kept],
            [self.ends[i] for i, _ in kept],
        )

    @cached_property
    def unlabelled(self) -> Normal:
        """Without the labels of speakers at the starts of lines ("P1: ", "00:12 Interviewer: "), as far
        as they come again and again: an excerpt over several turns is often typed without them.
        """
        labels = [m for m in LABEL.finditer(self.original) if m[0].strip()]
        often = Counter(m["label"].casefold() for m in labels)
        spans = [m.span() for m in labels if often[m["label"].casefold()] > 1]
        if not spans:
            return self
        lows = [start for start, _ in spans]
        kept = []
        for i, at in enumerate(self.starts):
            n = bisect_right(lows, at) - 1
            # of the space that stands for a line end and a label together, the line end stays
            if n < 0 or at >= spans[n][1]:
                kept.append(i)
        return Normal(
            self.original,
            "".join(self.text[i] for i in kept),
            [self.starts[i] for i in kept],
            [self.ends[i] for i in kept],
        )

    @cached_property
    def words(self) -> tuple[list[int], list[int]]:
        """Starts and ends of the runs without a space in ``text``."""
        spans = [m.span() for m in re.finditer(r"[^ ]+", self.text)]
        return [s for s, _ in spans], [e for _, e in spans]


def normalise(original: str) -> Normal:
    """``original`` made comparable. Time grows with its length: about a second for 2 MB."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _TOKEN.finditer(original):
        kind, (start, end) = match.lastgroup, match.span()
        if kind == "plain":
            pieces.append(match[0].lower())
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        elif kind != "gone":
            text = _STANDS_FOR.get(kind or "") or _folded(match[0])
            pieces.append(text)
            starts.extend([start] * len(text))
            ends.extend([end] * len(text))
    return Normal(original, "".join(pieces), starts, ends)


def needle(text: str) -> str:
    """An excerpt as :func:`normalise` would write it inside a transcript."""
    return normalise(text).text.strip()


def bare_needle(text: str) -> str:
    """An excerpt as :attr:`Normal.bare` would write it inside a transcript."""
    return normalise(text).bare.text.strip()


def without_labels(excerpt: str) -> str:
    """An excerpt without what may be labels of speakers: at the start of a line, and after the end of
    a sentence.
    """
    return _INSIDE.sub("", LABEL.sub("", excerpt))


def trimmed(text: str) -> str:
    """A normalised excerpt without the punctuation that people add or leave out at its ends."""
    return text.strip(_OUTER)


@lru_cache(maxsize=65536)
def _folded(character: str) -> str:
    # Decomposition is free of context, so that it needs no look at the neighbours.
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())


def places(text: str, wanted: str, *, whole_words: bool = False) -> list[int]:
    """Where ``wanted`` (not empty) starts in ``text``: at word bounds if anywhere, else, unless
    ``whole_words``, inside words too ("he" is not looked for in "the" while there is a "he").
    """
    hits = list(_hits(text, wanted))
    bounded = [h for h in hits if not cuts(text, h) and not cuts(text, h + len(wanted))]
    return bounded if bounded or whole_words else hits


def _hits(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def cuts(text: str, at: int) -> bool:
    """Whether ``at`` lies inside a word, or between a letter and its accent."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if unicodedata.combining(after):
        return True
    if before in _TICKS and at > 1:
        before = text[at - 2]
    elif after in _TICKS and at + 1 < len(text):
        after = text[at + 1]
    return (before.isalnum() or unicodedata.combining(before) > 0) and after.isalnum()
