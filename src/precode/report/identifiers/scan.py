"""Looks for identifiers in speech: names, places, dates, phone numbers, e-mail, NHS numbers.

Numbers and addresses have forms, and libraries or patterns that know them. Names have none: a word
is taken for one that begins with a capital where ordinary words do not, or that is written so at the
start of a sentence and in small letters nowhere. This masks too much rather than too little; what it
masks is listed, and words can be named that are to be kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from precode.report.identifiers.words import AT, BOTH, CAPITALS, DOES, FILES, PLACES, ROLES, TITLES


class Kind(StrEnum):
    """What something found looks like; the word that masks it."""

    NAME = "name"
    PLACE = "place"
    DATE = "date"
    PHONE = "phone"
    EMAIL = "e-mail"
    NHS_NUMBER = "NHS number"
    NUMBER = "number"
    WEB = "web address"
    POSTCODE = "postcode"


@dataclass(frozen=True, slots=True)
class Found:
    """``text[start:end]`` of what was scanned, which looks like a ``kind``."""

    start: int
    end: int
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``common`` are words written in small letters somewhere: no names, unless the place they stand
    in says so. ``names`` are known from the study (speakers), ``keep`` is never masked; all three in
    small letters.
    """

    common: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    keep: frozenset[str] = frozenset()
    region: str = "GB"


_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:[0-3]?\d(?:st|nd|rd|th)?)"
_YEAR = r"(?:(?:19|20)\d\d|['’]\d\d)"
_DATES = re.compile(
    rf"\b(?:{_DAY}\s+(?:of\s+)?{_MONTH}\b(?:,?\s+{_YEAR})?"
    rf"|{_MONTH}\s+(?:the\s+)?{_DAY}(?!\s*(?:%|per|mg|ml|people|weeks?|months?|years?))\b(?:,?\s+{_YEAR})?"
    rf"|{_MONTH}\s+{_YEAR}"
    r"|[0-3]?\d[/.\-][01]?\d[/.\-](?:\d{4}|\d\d)|(?:19|20)\d\d-[01]\d-[0-3]\d"
    r"|(?<=born in )(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_MAIL = re.compile(
    r"[\w.+'\-]+@[\w\-]+(?:\.[\w\-]+)+|\b[\w.+\-]+ at [\w\-]+ dot (?:co dot uk|com|org|net)\b"
)
_WEB = re.compile(r"\b(?:https?://|www\.)\S+|(?<![\w@])@\w{3,}")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d[\d\s()\-]{5,}\d(?!\w)")
_INSURANCE = re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d\d\s?\d\d\s?\d\d\s?[A-D]\b")

_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_AFTER_STOP = re.compile(r"(?:^|[.!?…:;“”\"‘(\[\]—–\-]|\n)\s*[“\"‘'(]?\s*$")


def scan(text: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """What in ``text`` looks like an identifier, in order; nothing overlaps."""
    taken: list[Found] = []
    for found in (*_forms(text, lexicon.region), *_names(text, lexicon)):
        if found.text.casefold() in lexicon.keep:
            continue
        if all(found.end <= f.start or f.end <= found.start for f in taken):
            taken.append(found)
    return tuple(sorted(taken, key=lambda f: f.start))


def _forms(text: str, region: str) -> Iterator[Found]:
    """What has a form of its own, the surest first."""
    for pattern, kind in (
        (_MAIL, Kind.EMAIL), (_WEB, Kind.WEB), (_DATES, Kind.DATE), (_POSTCODE, Kind.POSTCODE),
        (_INSURANCE, Kind.NUMBER),
    ):  # fmt: skip
        for m in pattern.finditer(text):
            yield Found(m.start(), m.end(), m.group(), kind)
    digits = list(_DIGITS.finditer(text))
    for m in digits:
        if number := _number(m.group(), region):
            yield Found(m.start(), m.end(), m.group(), number)


def _number(written: str, region: str) -> Kind | None:
    import phonenumbers
    from nhs_number.validate import is_valid

    bare = re.sub(r"\D", "", written)
    if len(bare) == 10 and is_valid(bare):
        return Kind.NHS_NUMBER
    try:
        if phonenumbers.is_possible_number(phonenumbers.parse(written, region)) and (
            len(bare) >= 9 or written.startswith(("0", "+"))
        ):
            return Kind.PHONE
    except phonenumbers.NumberParseException:
        pass
    return Kind.NUMBER if len(bare) >= 8 else None


def _names(text: str, lexicon: Lexicon) -> Iterator[Found]:
    """Runs of words that are written like names ("Mrs Ann O'Neill", "Ysbyty Gwynedd")."""
    words = list(_WORD.finditer(text))
    i = 0
    while i < len(words):
        if not _named(text, words, i, lexicon):
            i += 1
            continue
        first = last = i
        while last + 1 < len(words) and _runs_on(text, words, last, lexicon):
            last += 1
        yield _found(text, words, first, last)
        i = last + 1


def _found(text: str, words: list[re.Match[str]], first: int, last: int) -> Found:
    start, end = words[first].start(), words[last].end()
    # of "Mary's car" only the name is masked
    if (bare := re.sub(r"['’]s$", "", text[start:end])) and len(bare) < end - start:
        end = start + len(bare)
    before = words[first - 1].group().casefold() if first else ""
    after = words[last + 1].group().casefold() if last + 1 < len(words) else ""
    ending = words[last].group().casefold()
    place = before in AT or ending in PLACES or (last > first and ending in PLACES)
    place = place or (after in PLACES and text[words[last].end() : words[last + 1].start()] == " ")
    return Found(start, end, text[start:end], Kind.PLACE if place else Kind.NAME)


def _named(text: str, words: list[re.Match[str]], i: int, lexicon: Lexicon) -> bool:
    """Whether the word at ``i`` looks like (the beginning of) a name."""
    written = words[i].group()
    low = bare(written)
    if text[words[i].end() : words[i].end() + 1].isdigit():  # HbA1c, FG2
        return False
    if low in lexicon.keep:
        return False
    if low in lexicon.names and (written[0].isupper() or low not in lexicon.common):
        return True  # someone called May or Will, too
    if low in CAPITALS or not written[0].isupper():
        return False
    before = words[i - 1].group().casefold() if i else ""
    if before in TITLES and text[words[i - 1].end() : words[i].start()].strip(" .") == "":
        return True
    if (
        low in TITLES or written.isupper()
    ):  # NHS, GP: letters stand for an organisation's or a trade's words
        return False
    if _AFTER_STOP.search(text, 0, words[i].start()):
        if low in BOTH and i + 1 < len(words):
            follows = words[i + 1].group()
            return follows.casefold() in DOES or _runs_on(text, words, i, lexicon)
        return low not in lexicon.common and len(low) > 2
    return True


def _runs_on(text: str, words: list[re.Match[str]], last: int, lexicon: Lexicon) -> bool:
    gap = text[words[last].end() : words[last + 1].start()]
    written = words[last + 1].group()
    low = written.casefold()
    return (
        gap in (" ", "-", ". ")
        and written[0].isupper()
        and low not in lexicon.keep
        and low not in CAPITALS
        and (not written.isupper() or len(written) == 1)
        and not (gap == ". " and len(words[last].group()) > 1)
    )


def named_in(label: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """The known names in a speaker's label, however they are written: "gwen_2", "MAY"."""
    return tuple(
        Found(m.start(), m.end(), m.group(), Kind.NAME)
        for m in _WORD.finditer(label)
        if (low := bare(m.group())) in lexicon.names and low not in lexicon.keep
    )


def named_in_file(name: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """What may point at somebody in the name of a file or transcript: dates, and every word that talk
    does not hold and files are not called by. Short words in capitals stand for groups ("HCP").
    """
    found = [f for f in _forms(name, lexicon.region) if f.kind is Kind.DATE]
    for m in _WORD.finditer(name.replace("_", " ").replace("-", " ")):
        low = bare(m.group())
        known = low in lexicon.common or low in FILES or low in ROLES or low in CAPITALS
        short = len(low) < 3 or (m.group().isupper() and len(low) < 5)
        if low not in lexicon.keep and (low in lexicon.names or not (known or short)):
            own = re.sub(r"['’][sS]$", "", m.group())
            found.append(Found(m.start(), m.start() + len(own), own, Kind.NAME))
    apart: list[Found] = []
    for f in sorted(found, key=lambda f: f.start):
        if not apart or apart[-1].end <= f.start:
            apart.append(f)
    return tuple(apart)


def names_of(labels: Iterable[str], common: frozenset[str]) -> frozenset[str]:
    """The names that speakers' ``labels`` hold. Words of talk ("Midwife") and what people are in a
    study ("Participant 2") are none, but for those that are names as well ("May", "Will").
    """
    out = set()
    for label in labels:
        for m in _WORD.finditer(label):
            low, written = bare(m.group()), m.group()
            long = len(low) > 2 or (len(low) == 2 and written == written.title() != written.upper())
            word = (low in common or low in CAPITALS) and low not in BOTH
            if long and not word and low not in ROLES and low not in TITLES:
                out.add(low)
    return frozenset(out)


def bare(word: str) -> str:
    """``word`` in small letters, without the ending of "Mary's"."""
    return re.sub(r"['’]s$", "", word.casefold())


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Every word that ``texts`` write in small letters."""
    return frozenset(
        w.group() for text in texts for w in _WORD.finditer(text) if w.group().islower()
    )
