"""Does new talk look like what a model was trained on? The record of that talk, and the warning."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from precode.domain import Transcript
from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.drift import NOMINAL, Familiar, fit_familiar, packed, unpacked
from precode.model.features import tokens
from precode.model.validate import OutOfFold
from precode.resources import starters
from precode.steps.learnt.learning import Lesson
from precode.transcripts.languages import language_notes

FILE = "familiar.safetensors"
KEY = "familiar"  # of what a bundle says about itself: the record's hash
SHOWN = 3
_RETRAIN = "train it again: precode train"


@dataclass(frozen=True, slots=True)
class Unlike:
    """One transcript, or table, of new talk: how many of its sentences look strange, which share of
    its words the model does not know, whether either is more than chance, and its language if that
    seems to be another ("" otherwise).
    """

    name: str
    sentences: int
    strange: int
    unknown_words: float
    unlike: bool
    new_words: bool
    language: str

    @property
    def any(self) -> bool:
        """Whether there is anything to say of it."""
        return self.unlike or self.new_words or bool(self.language)


@dataclass(frozen=True, slots=True)
class Drift:
    """New talk beside the training's. ``strange`` of ``sentences`` are above the bar that a share
    ``usual`` of familiar ones pass; ``known`` is False where the model keeps no record of its talk.
    """

    known: bool
    sentences: int
    strange: int
    usual: float
    transcripts: tuple[Unlike, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class Listening:
    """Notes how strange each text is that an encoder was given: no text is embedded twice."""

    familiar: Familiar | None
    heard: dict[str, float] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str], vectors: npt.NDArray[np.floating]) -> None:
        if self.familiar is not None and len(texts):
            found = self.familiar.strangeness(vectors)
            self.heard.update(zip(texts, found.tolist(), strict=True))


def record_of(learned: Lesson, out: OutOfFold | None) -> bytes | None:
    """The record of the talk of a training, to be stored beside its model; None with too little."""
    if out is None:
        return None
    blocks = learned.data.raw.blocks
    vectors = np.hstack([blocks["early"], blocks["late"]])
    text = {s.id: s.text for s in learned.sentences}
    said = [words_of(text[i]) for i in learned.ids]
    familiar = fit_familiar(vectors, said, learned.data.groups, out.fold)
    return None if familiar is None else packed(familiar)


def sign(record: bytes) -> str:
    """What the bundle says of ``record``, so that a changed one is noticed."""
    return hashlib.sha256(record).hexdigest()


def familiar_of(bundle: Bundle, folder: Path) -> Familiar | None:
    """The record beside the model in ``folder``; None if it was trained without.

    Raises :class:`InputError` if it is gone or not the one that the model was saved with.
    """
    wanted = bundle.about.get(KEY)
    if not wanted:
        return None
    path = folder / FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", mend=_RETRAIN) from error
    if sign(data) != wanted:
        raise InputError(f"{path} is not the file the model was saved with", mend=_RETRAIN)
    try:
        return unpacked(data)
    except ValueError as error:
        raise InputError(f"{path} is damaged: {error}", mend=_RETRAIN) from error


def unseen(bundle: Bundle, transcripts: Sequence[Transcript]) -> list[Transcript]:
    """Those of ``transcripts`` whose words ``bundle`` was not trained on."""
    trained = bundle.about.get("trained_on")
    seen = {t.get("sha256") for t in trained if isinstance(t, dict)} if isinstance(
        trained, list
    ) else set()  # fmt: skip
    return [t for t in transcripts if t.sha256 not in seen]


def drift_of(
    bundle: Bundle, listening: Listening, talk: Mapping[str, Sequence[str]], *, what: str
) -> Drift:
    """``talk``: the new sentences by the name of their transcript, all of which ``listening`` has
    heard. ``what`` they come from, in words: "new transcripts".
    """
    known = {t for t in bundle.terms if " " not in t}
    found = tuple(
        _unlike(bundle, listening, name, texts, known) for name, texts in talk.items() if texts
    )
    return Drift(
        listening.familiar is not None,
        sum(u.sentences for u in found),
        sum(u.strange for u in found),
        NOMINAL,
        found,
        tuple(_notes(bundle, listening.familiar, found, what)),
    )


def _unlike(
    bundle: Bundle, listening: Listening, name: str, texts: Sequence[str], known: set[str]
) -> Unlike:
    familiar = listening.familiar
    words = [w for t in texts for w in words_of(t)]
    unknown = sum(w not in known for w in words)
    strangeness = np.array([listening.heard.get(t, 0.0) for t in texts])
    strange = 0 if familiar is None else int((strangeness > familiar.bar).sum())
    language = next(language_notes(texts, language=bundle.codebook.language), "")
    return Unlike(
        name,
        len(texts),
        strange,
        unknown / max(1, len(words)),
        familiar is not None and familiar.unlike(strangeness),
        familiar is not None and familiar.new_words(unknown, len(words)),
        language,
    )


def _notes(
    bundle: Bundle, familiar: Familiar | None, found: Sequence[Unlike], what: str
) -> Iterator[str]:
    if not found:
        return
    for u in [u for u in found if u.language][:SHOWN]:
        yield f"{u.name} {u.language}"
    if familiar is None:
        if bundle.about.get("name") not in starters():
            yield (
                "nothing is known of how unlike the model's own talk these are: it was trained "
                "without a record of it, or on too few transcripts; train again to get this "
                "warning: precode train"
            )
        return
    odd = [u for u in found if u.unlike]
    if odd:
        strange, sentences = sum(u.strange for u in odd), sum(u.sentences for u in odd)
        yield (
            f"{_which(odd, len(found), what)} unlike the talk that the model was trained on, on the "
            f"whole or in many sentences: {strange:,} of {sentences:,} are strange to it "
            f"({strange / sentences:.0%}; {NOMINAL:.0%} would be usual). Its scores and confidences may not hold there: code "
            "some of them and train again"
        )
    wordy = [u for u in found if u.new_words]
    if wordy:
        share = float(np.mean([u.unknown_words for u in wordy]))
        yield (
            f"{_which(wordy, len(found), what)} full of words that the model does not know: "
            f"{share:.0%} of them ({familiar.words[0]:.0%} would be usual)"
        )


def _which(some: Sequence[Unlike], of: int, what: str) -> str:
    """ "3 of 5 new transcripts (a, b, c) are"."""
    names = ", ".join(u.name for u in some[:SHOWN]) + (" …" if len(some) > SHOWN else "")
    if of == 1:
        return f"{names} is"
    return f"{len(some)} of {of} {what} ({names}) {'is' if len(some) == 1 else 'are'}"


def words_of(text: str) -> list[str]:
    """Single words, lower case, as the model counts them."""
    return [t for t in tokens(text) if " " not in t and t not in "?!"]
