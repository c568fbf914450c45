"""An explanation in one plain line, for the screen on which people code."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from precode.model.evidence import CONTEXT, Explanation, Word
from precode.model.nearest import Neighbour

# parts that are of the sentence itself, or of it and the talk before at once
SPOKEN = ("sentence", "words", "adapted", "starter", "reading")
LONGEST = 140  # characters: two lines of a small terminal
SHORTEST_QUOTE = 20  # characters; of less, nobody can tell what was said
MOST_PHRASES = 3
MOST_WORDS = 5  # that the phrases are made of
AUDIBLE = 0.2  # log-odds below which a word is not worth naming
BESIDE = 0.4  # of what the first word moved, from which another is named beside it
ALIKE = 0.3  # cosine from which a neighbour is "like" the sentence; below it says nothing
LONGEST_PHRASE = 40  # characters of one phrase
# They move scores, but to a reader "for" on its own says nothing. Negations are not among them.
_FUNCTION_WORDS = """
a an the this that these those it it's its i i'm i'd i've i'll me my mine you you're your he she his
her him we we're we've us our they they're them their there there's is are was were be been has have
had do does did will would to of in on at for from with by as so and or than then just what which
who when while till up out
"""
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())


def one_line(found: Explanation, *, sources: Mapping[str, str], longest: int = LONGEST) -> str:
    """At most ``longest`` characters: what speaks for the decision, and the nearest coded alike.

    ``sources``: sentence id → the name of its transcript; one that is missing is left out. Plain
    text without markup; control characters become spaces. A code that was not given is explained
    by what speaks against it.
    """
    said = (_clean(_reason(found, most=n)) for n in range(MOST_PHRASES, -1, -1))
    reason = next((r for r in said if len(r) <= longest), "")
    side = found.for_ if found.given or not found.modelled else found.against
    for n in side[:1]:
        if n.similarity < ALIKE:
            break
        how = "like" if side is found.for_ else "read without it:"
        where = _clean(
            ", ".join(x for x in (sources.get(n.sentence_id, ""), n.coder, _score(n)) if x)
        )
        room = longest - len(f'{reason}; {how} "" ({where})')
        whole = _clean(n.text).replace('"', "'")
        quote = _cut(whole, room)
        if quote and len(quote) >= min(SHORTEST_QUOTE, len(whole)):
            return f'{reason}; {how} "{quote}" ({where})'
    return reason


def phrases(
    found: Explanation, *, against: bool = False, most: int = MOST_PHRASES
) -> tuple[str, ...]:
    """The words that moved the score most, up (or down, if ``against``), as they were written;
    those side by side as one phrase; strongest first. Function words stand alone only where
    nothing else moved it; ``Explanation.words`` has them all.
    """
    sign = -1 if against else 1
    ranked = sorted(found.words, key=lambda w: -sign * w.total)
    floor = max(AUDIBLE, BESIDE * sign * ranked[0].total) if ranked else 0.0
    chosen = {w.start for w in ranked[:MOST_WORDS] if sign * w.total >= floor}
    runs: list[list[Word]] = []
    before: Word | None = None
    for word in found.words:
        if word.start in chosen:
            if before is not None and before.start in chosen and _touch(found.text, before, word):
                runs[-1].append(word)
            else:
                runs.append([word])
        before = word
    runs.sort(key=lambda run: -sign * sum(w.total for w in run))
    runs = [run for run in runs if any(map(_tells, run))] or runs
    out = dict.fromkeys(found.text[run[0].start : run[-1].end].lower() for run in runs)
    return tuple(out)[:most]


def _tells(word: Word) -> bool:
    return word.text.lower().replace("’", "'") not in FUNCTION_WORDS


def _touch(text: str, first: Word, second: Word) -> bool:
    """Nothing but a space stands between them: a comma ends a phrase."""
    return not text[first.end : second.start].strip()


def _reason(found: Explanation, *, most: int) -> str:
    """What moved the decision, with at most ``most`` phrases."""
    if not found.modelled:
        return "too few coded examples for the machine to judge"
    if found.outvoted:
        return "it would be given, but in all too little speaks for any code here"
    way = "for" if found.given else "against"
    sign = 1 if found.given else -1
    named = [f'"{_phrase(p)}"' for p in phrases(found, against=not found.given, most=most)]
    many = len(named) > 1
    before = sign * sum(found.parts.get(name, 0.0) for name in CONTEXT)
    rest = sign * sum(found.parts.get(name, 0.0) for name in SPOKEN)
    if before >= max(AUDIBLE, rest):  # "Yes, definitely" hangs on what was asked
        many = bool(named)
        named = [" and ".join(["the talk before it", *named[:1]]), *named[1:]]
    starter = sign * found.parts.get("starter", 0.0)
    if starter >= max(AUDIBLE, rest / 2):  # its own words are not asked for, but it is named
        many = bool(named)
        named = [" and ".join(["the starter model", *named[:1]]), *named[1:]]
    said = ", ".join(named) or "no single word"
    return f"{said} {'speak' if many else 'speaks'} {way} it"


def _phrase(text: str) -> str:
    text = text.replace('"', "'")
    if len(text) <= LONGEST_PHRASE:
        return text
    return _cut(text, LONGEST_PHRASE) or text[: LONGEST_PHRASE - 1] + "…"


def _score(n: Neighbour) -> str:
    """.81, as statistics are written."""
    return f"{n.similarity:.2f}".removeprefix("0")


# marks that would turn round the rest of the line, not only the words of somebody who is quoted
_TURNS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def _clean(text: str) -> str:
    """On one line, without characters that could steer a terminal."""
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    seen = seen.translate(_TURNS)
    return " ".join(seen.split())


def _cut(text: str, room: int) -> str:
    """``text``, or as many of its words as fit with " …" behind; "" if none does."""
    if len(text) <= max(room, 0):
        return text
    kept = text[: max(0, room - 1)].rpartition(" ")[0].rstrip(" ,;:-–")
    return f"{kept} …" if kept and len(kept) + 2 <= room else ""
