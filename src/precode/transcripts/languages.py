"""Whether talk is in the study's language, by its commonest words.

The evidence is the share of words that are stop words of a language ("the", "und", "que"), by the
lists that come with spaCy: in speech that share is a third to a half in the right language, and
under a tenth in nearly all others. It names a language only where the lists differ clearly.
"""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from precode.transcripts.drafts import count

_NAMES = dict(
    part.split("=")
    for part in [
        "af=Afrikaans",
        "ar=Arabic",
        "bg=Bulgarian",
        "bn=Bengali",
        "ca=Catalan",
        "cs=Czech",
        "cy=Welsh",
        "da=Danish",
        "de=German",
        "el=Greek",
        "en=English",
        "es=Spanish",
        "et=Estonian",
        "eu=Basque",
        "fa=Persian",
        "fi=Finnish",
        "fr=French",
        "ga=Irish",
        "gd=Gaelic",
        "he=Hebrew",
        "hi=Hindi",
        "hr=Croatian",
        "hu=Hungarian",
        "id=Indonesian",
        "is=Icelandic",
        "it=Italian",
        "ja=Japanese",
        "ko=Korean",
        "lt=Lithuanian",
        "lv=Latvian",
        "ms=Malay",
        "nb=Norwegian",
        "nl=Dutch",
        "no=Norwegian",
        "pl=Polish",
        "pt=Portuguese",
        "ro=Romanian",
        "ru=Russian",
        "sk=Slovak",
        "sl=Slovenian",
        "sq=Albanian",
        "sr=Serbian",
        "sv=Swedish",
        "th=Thai",
        "tl=Tagalog",
        "tr=Turkish",
        "uk=Ukrainian",
        "ur=Urdu",
        "vi=Vietnamese",
        "zh=Chinese",
    ]
)
# Too short or too broad to be evidence: nine words, or every second word of a neighbour language.
_UNUSED = frozenset(("ml", "bo", "ko", "ms", "gd", "ht", "la", "lg", "tn", "yo"))
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST = 25  # words of a turn below which nothing is said of it
_ENOUGH = 0.28  # of words, to name a language
_CLEAR = 2.0  # times as many as in the study's own
_APART = 1.15  # times as many as in the next language, to name it
_SEVERAL = 2  # turns, below which nothing is said


def language_notes(turns: Sequence[str], *, language: str) -> Iterator[str]:
    """A note if ``turns``, or some of them, seem to be in another language than ``language``."""
    words = [Counter(_WORD.findall(t.casefold())) for t in turns]
    whole: Counter[str] = sum(words, Counter())
    other = _other(whole, language)
    own = _NAMES.get(language, language)
    if other:
        yield f"seems to be in {other}, but the study's language is {own}"
        return
    found = Counter(
        name
        for counts in words
        if counts.total() >= _SHORTEST and (name := _other(counts, language))
    )
    for name, n in found.most_common(3):
        if n >= _SEVERAL:
            yield f"{count(n, 'turn')} seem to be in {name}; the study's language is {own}"


def _other(words: Counter[str], language: str) -> str:
    """The name of the language or script that ``words`` seem to be in, "" if it is ``language``."""
    total = words.total()
    if total < _SHORTEST:
        return ""
    lists = _lists()
    mine = _share(words, lists.get(language, frozenset())) if language in lists else 0.0
    if mine >= _ENOUGH / 2 and mine * total >= 5:
        return ""
    shares = sorted(
        ((_share(words, stops), c) for c, stops in lists.items() if c not in (language, *_UNUSED)),
        reverse=True,
    )
    (share, best), (next_share, _) = shares[:2]
    if share >= _ENOUGH and share >= _CLEAR * mine:
        return _NAMES.get(best, best) if share >= _APART * next_share else "another language"
    script, own = _script(words), _scripts_of(language)
    return f"{script.capitalize()} script" if script and own and script not in own else ""


def _share(words: Counter[str], stops: frozenset[str]) -> float:
    return sum(n for word, n in words.items() if word in stops) / max(1, words.total())


def _script(words: Counter[str]) -> str:
    """The script of most letters, as Unicode names it ("LATIN", "HANGUL"), "" if none has most."""
    scripts: Counter[str] = Counter()
    for word, n in words.most_common(500):
        name = unicodedata.name(word[0], "").split(" ")[0]
        scripts[name] += n * len(word)
    name, most = scripts.most_common(1)[0]
    return name if most > 0.6 * scripts.total() else ""


def _scripts_of(language: str) -> frozenset[str]:
    """The scripts in which the stop words of ``language`` are written; none if there are no words."""
    if language in ("ja", "zh"):
        return frozenset(("CJK", "HIRAGANA", "KATAKANA"))
    stops = _lists().get(language, frozenset())
    scripts = Counter(unicodedata.name(w[0], "").split(" ")[0] for w in stops)
    return frozenset(s for s, n in scripts.items() if n > 0.2 * len(stops))


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    """Stop words by language. The files are run on their own: a language's package would bring its
    whole grammar, 3 seconds of imports for all of them.
    """
    spec = importlib.util.find_spec("spacy")
    found: dict[str, frozenset[str]] = {}
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder, "lang").glob("??/stop_words.py")):
            module_spec = importlib.util.spec_from_file_location(f"_stop_{path.parent.name}", path)
            if module_spec is None or module_spec.loader is None:
                continue
            module = importlib.util.module_from_spec(module_spec)
            module_spec.loader.exec_module(module)
            words = getattr(module, "STOP_WORDS", ())
            found[path.parent.name] = frozenset(
                w.casefold() for word in words for w in _WORD.findall(word)
            )
    return found
