"""Turns → the units that are coded. The only module that imports spaCy.

spaCy's tokeniser says what is a word, an abbreviation or a decimal; the rules for speech are ours,
because rules for edited text split inside ``[pause]``, after "Tues.", and at every hesitation.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np

# thinc, below spaCy, imports torch if it is there: 1.4 s for arithmetic that no tokeniser needs
_HIDDEN = "torch" not in sys.modules
if _HIDDEN:
    sys.modules["torch"] = None  # type: ignore[assignment]
import spacy
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import compile_infix_regex

if _HIDDEN:
    del sys.modules["torch"]

from precode.domain import Role, Sentence, Turn
from precode.errors import InputError
from precode.transcripts.english import BEFORE_INITIAL, CAPITALISED, MAY_END, NEVER_ENDS, STARTERS
from precode.transcripts.pauses import inside, pause_cuts

# The settings' word for the rules below.
SPEECH = "speech"
# An end, what closes around it, space, and what follows. Look-behinds keep long runs linear.
_END = re.compile(
    r"(?<![.?!\u2026])(?P<end>[.?!\u2026\u061f\u06d4\u0964]+)(?P<close>[\"'\u201d\u2019\u00bb)\]]*)(?P<gap>\s+)(?=\S)"
    r"|(?P<cjk>[\u3002\uff01\uff1f]+[\u300d\u300f\u201d]*)(?:\s*)(?=\S)"
)
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*(?=\S)|\n\s*(?=[-*\u2022]\s)")
_FIRST_WORD = re.compile(r"[^\w\s]*\s*(?P<word>[^\W_][\w'\u2019.]*)")
_BRACKETED = re.compile(r"(?:\[[^\]]{0,400}\]|\([^)]{0,400}\))\s*")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_MAX_BRACKET = 400
_ENDLESS = re.compile(r"(?<!\S)\S{500}")


@Language.component("precode_speech")  # type: ignore[untyped-decorator]
def _speech_rules(doc: Doc) -> Doc:
    """Sets sentence starts by the rules for speech."""
    starts: list[int] = doc.to_array("IDX").tolist()
    if not starts:
        return doc
    marks = [1] + [-1] * (len(starts) - 1)
    brackets = _brackets(doc.text)
    cuts = _ends(doc, starts, brackets)
    for cut in sorted({*cuts, *pause_cuts(doc.text, cuts, brackets)}):
        token = bisect_left(starts, cut)
        if token < len(starts) and starts[token] == cut:
            marks[token] = 1
    return doc.from_array("SENT_START", np.array(marks).astype(np.uint64))


def _ends(doc: Doc, starts: Sequence[int], brackets: Sequence[tuple[int, int]]) -> set[int]:
    """Offsets at which a new sentence begins."""
    text = doc.text
    # Where capitals are not used at all, a small letter says nothing.
    caseless = not any(c.isupper() for c in text)
    cuts: set[int] = set()
    for match in _BLANK_LINE.finditer(text):
        if not inside(match.start(), brackets):
            cuts.add(match.end())
    for match in _END.finditer(text):
        cut = match.end()
        if inside(match.end("gap") - 1 if match["gap"] else match.start(), brackets):
            continue
        if match["cjk"] or _ends_here(doc, starts, match, text, caseless):
            cuts.add(cut)
    return cuts


def _ends_here(
    doc: Doc,
    starts: Sequence[int],
    match: re.Match[str],
    text: str,
    caseless: bool,
) -> bool:
    end, after = match["end"], match.end()
    if text[after] in ".?!\u2026,;:":
        return False
    hesitating = end == "\u2026" or (len(end) > 1 and set(end) <= {".", "\u2026"})
    if hesitating:
        while bracket := _BRACKETED.match(text, after):
            after = bracket.end()
        if text.startswith(("--", "\u2013", "\u2014"), after):
            return False
    elif text[after] in "[(":
        return True
    following = _FIRST_WORD.match(text, after)
    word = following["word"] if following else ""
    if word[:1].islower() and not caseless:
        return False
    if hesitating and word in ("I", "I'm", "I\u2019m", "I've", "I\u2019ve", "I'd", "I\u2019d"):
        return False  # "I" is always a capital: it says nothing after a hesitation
    return end != "." or not _is_abbreviation(doc, starts, text, match.start("end"), word)


def _is_abbreviation(
    doc: Doc,
    starts: Sequence[int],
    text: str,  # of the doc, which takes long to make it
    stop: int,
    following: str,
) -> bool:
    """Whether the full stop at ``stop`` belongs to its word and does not end the sentence."""
    index = bisect_right(starts, stop) - 1
    written = doc[index].text
    if written == "." and index and starts[index - 1] + len(doc[index - 1]) == stop:
        index -= 1
        written = doc[index].text + "."
    bare = written.rstrip(".")
    word = bare.casefold()
    starter = following.casefold().replace("\u2019", "'") in STARTERS
    if word in NEVER_ENDS:
        return not (starter and bare.isupper())  # "a woman with MS. And she" is no title
    if word in ("no", "nos", "p", "tel") and following[:1].isdigit():
        return True
    if word in ("am", "pm") and not (index and doc[index - 1].text[-1:].isdigit()):
        return False
    if word in MAY_END:
        return not starter and (word not in CAPITALISED or bare[:1].isupper())
    if len(bare) > 1 and _DOTTED.fullmatch(written):
        return not starter
    if len(bare) == 1 and _opens_line(text, stop - 1):
        return True  # "a. the bus" is an item of a list
    if len(bare) == 1 and bare.isupper() and bare != "I":
        before = doc[index - 1].text if index else ""
        named = not before.isalpha() or before[0].isupper() or before in BEFORE_INITIAL
        return named and not starter
    return False


def _opens_line(text: str, at: int) -> bool:
    """Whether only white space stands between ``at`` and the line break or beginning before it."""
    while at and text[at - 1] in " \t":
        at -= 1
    return not at or text[at - 1] == "\n"


def _brackets(text: str) -> list[tuple[int, int]]:
    """(start, end) of every outermost closed bracket that is short enough to be meant as one."""
    found: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for match in re.finditer(r"[\[\]()]", text):
        if match[0] in "[(":
            stack.append((match[0], match.start()))
        elif stack and stack[-1][0] + match[0] in ("[]", "()"):
            start = stack.pop()[1]
            if match.start() - start <= _MAX_BRACKET:
                while found and found[-1][0] > start:
                    found.pop()
                found.append((start, match.start()))
    return found


@lru_cache(maxsize=4)
def _pipeline(language: str, name: str) -> Language:
    if name != SPEECH:
        return _named(name)
    try:
        nlp = spacy.blank(language)
    except (ImportError, OSError, ValueError):
        # Unknown, or a language whose tokeniser needs another package.
        nlp = spacy.blank("xx")
    if isinstance(nlp.tokenizer, Tokenizer):
        # Chinese and Japanese have no space after a full stop.
        infixes = [*(nlp.Defaults.infixes or ()), "[\u3002\uff01\uff1f]+"]
        nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    nlp.add_pipe("precode_speech")
    nlp.max_length = 10**9  # the limit protects parsers; there is none here
    return nlp


def _named(name: str) -> Language:
    """The pipeline called ``name``, without the parts that do not find sentences. One that finds
    none (a blank one, say) lends its tokeniser to the rules for speech.
    """
    try:
        nlp = spacy.load(name, exclude=["ner", "lemmatizer", "textcat"])
    except (OSError, ImportError, ValueError, AttributeError, TypeError, KeyError) as error:
        installed = ", ".join(spacy.util.get_installed_models()) or "none"
        here = "is not installed" if isinstance(error, OSError) else f"does not load: {error}"
        raise InputError(
            f"the spaCy pipeline {name!r} (pipeline under [transcripts] in precode.toml) "
            f"{' '.join(here.split())[:160]}",
            mend=f'python -m spacy download {name}; or pipeline = "{SPEECH}". Installed: {installed}',
        ) from error
    if not any(p in nlp.pipe_names for p in ("parser", "senter", "sentencizer")):
        nlp.add_pipe("precode_speech")
        nlp.max_length = 10**9
    return nlp


def segment(
    transcript_id: str,
    text: str,
    turns: Sequence[Turn],
    *,
    unit: Literal["sentence", "turn"] = "sentence",
    language: str = "en",
    pipeline: str = SPEECH,
) -> tuple[Sentence, ...]:
    """The units of ``turns``, in order: they tile each turn up to white space.

    ``language`` is a two-letter code, of which only the tokeniser depends. ``pipeline`` names the
    spaCy pipeline whose sentences are taken instead of the rules for speech. Interviewers' and
    others' units, and units without a word outside brackets, are not codable. Raises
    :class:`InputError` for a pipeline that is not installed or cannot be loaded.
    """
    sentences: list[Sentence] = []
    for turn, spans in zip(turns, _spans(text, turns, unit, language, pipeline), strict=True):
        for first, last in spans:
            piece = text[first:last]
            start = last - len(piece.lstrip())
            end = first + len(piece.rstrip())
            if start >= end:
                continue
            said = text[start:end]
            sentences.append(
                Sentence(
                    id=Sentence.make_id(transcript_id, start, end),
                    transcript_id=transcript_id,
                    turn=turn.index,
                    start=start,
                    end=end,
                    text=said,
                    codable=turn.role is Role.PARTICIPANT and has_words(said),
                )
            )
    return tuple(sentences)


def _spans(
    text: str, turns: Sequence[Turn], unit: str, language: str, pipeline: str
) -> Iterator[list[tuple[int, int]]]:
    if unit == "turn":
        yield from ([(turn.start, turn.end)] for turn in turns)
        return
    nlp = _pipeline(language, pipeline)
    speeches = ((_tokenisable(nlp, text[t.start : t.end]), t.start) for t in turns)
    for doc, offset in nlp.pipe(speeches, as_tuples=True, batch_size=256):
        yield [(offset + s.start_char, offset + s.end_char) for s in doc.sents]


def _tokenisable(nlp: Language, speech: str) -> str | Doc:
    """``speech``, or a Doc of what stands between spaces where a "word" is absurdly long: on such,
    spaCy's tokeniser takes time quadratic in its length.
    """
    if not _ENDLESS.search(speech):
        return speech
    pieces = re.findall(r"\S+|\s+", speech)
    return Doc(nlp.vocab, words=pieces, spaces=[False] * len(pieces))


_NOT_SPEECH = re.compile(
    r"\[[^\]]{0,400}\]|\{[^}]{0,400}\}|#\d[\d:.,-]{0,20}#|\((?:[^\s()]{1,30}\s?){0,4}\)|\d{1,2}:\d{2}:\d{2}"
)


def has_words(text: str) -> bool:
    """Whether anything is said outside brackets: False for "[laughs]", "(long pause)", "…"."""
    return any(c.isalnum() for c in _NOT_SPEECH.sub(" ", text))
