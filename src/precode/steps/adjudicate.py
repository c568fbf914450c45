"""``adjudicate``: what coders have coded differently, one sentence at a time, until it is settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from precode.codings.consensus import CONSENSUS
from precode.codings.disagreements import Kind, disagreements, readings
from precode.domain import Event, HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError
from precode.review.values import Done, Item, Setup, undoable
from precode.steps.loop.pools import skips
from precode.steps.opening import Study, open_study
from precode.steps.packets.record import outstanding
from precode.steps.review import within_of
from precode.steps.together.differing import Differing, Found
from precode.steps.together.rounds import shown, told


@dataclass(frozen=True, slots=True)
class Count:
    """``n`` sentences on which coders differ over ``code`` in this way."""

    kind: Kind
    code: str
    label: str
    n: int


@dataclass(frozen=True, slots=True)
class Open:
    """``open`` disagreements, ``settled`` ones, and those that are ``out``: a coder still has the
    sentence in a spreadsheet. A sentence may stand in several of ``rows``; ``notes`` say what is left
    out.
    """

    coders: tuple[str, ...]
    double_read: int
    open: int
    settled: int
    out: int
    rows: tuple[Count, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjudication:
    """All that a terminal needs; as :class:`precode.steps.review.Session`."""

    setup: Setup
    items: tuple[Item, ...]
    past: tuple[Done, ...]
    seen: frozenset[str]
    source: Differing


def listed(path: Path, *, code: str = "", transcripts: Sequence[str] = ()) -> Open:
    """What is open in the study at ``path``: all, or what is about ``code`` (its id or label), or in
    ``transcripts``. Reads only.
    """
    with open_study(path, verb="adjudicate", write=False) as study:
        found = _find(study, code, transcripts)
        rows = Counter((d.kind, d.code) for one in found.open for d in one.differences)
        settled = sum(d.settled for d in found.every)
        return Open(
            tuple(sorted({r.coder for said in found.said.values() for r in said})),
            sum(len(said) > 1 for said in found.said.values()),
            len(found.open),
            settled,
            len(found.every) - len(found.open) - settled,
            tuple(
                Count(kind, c, study.codebook[c].label, n)
                for (kind, c), n in sorted(rows.items(), key=lambda row: (-row[1], *row[0]))
                if found.code in ("", c)
            ),
            told(study),
        )


def count_open(
    study: Study, sentences: Sequence[Sentence], human: HumanCodes, events: Sequence[Event]
) -> int:
    """How many disagreements may be settled now."""
    found = disagreements(
        events, shown(study, human), sentences, study.codebook,
        overlap=study.settings.codings.overlap,
    )  # fmt: skip
    out = frozenset().union(*outstanding(study.store).values())
    return sum(not d.settled and d.sentence.id not in out for d in found)


@contextmanager
def adjudicating(
    path: Path,
    *,
    names: bool = False,
    code: str = "",
    transcripts: Sequence[str] = (),
    n: int | None = None,
) -> Iterator[Adjudication]:
    """The open disagreements of the study at ``path``, up to ``n``, in the order of the talk, those
    skipped before last. ``names`` shows who said what; else coders are numbered, in an order drawn
    anew for each sentence. ``code`` and ``transcripts``: :func:`listed`. Holds the write lock.

    Raises :class:`TooLittleError` where no two coders have read the same, or nothing is open and
    nothing was ever decided.
    """
    with open_study(path, verb="adjudicate", write=True) as study:
        found = _find(study, code, transcripts)
        events = study.store.events()
        source = Differing(study, found, names=names)
        skipped = skips(events, CONSENSUS)
        asked = sorted(found.open, key=lambda d: skipped.get(d.sentence.id, 0))
        items = tuple(source.item(d) for d in asked[:n])
        past = source.past(undoable(events, CONSENSUS))
        if not items and not past:
            double = any(len(said) > 1 for said in found.said.values())
            if double:
                none = "; ".join(["no disagreement is open", *told(study)])
                raise TooLittleError(none, mend="precode adjudicate --list")
            raise TooLittleError(
                "no two coders have read the same sentence", mend="precode review --coder OTHER"
            )
        study.store.keep_codebook(study.codebook)
        # what was coded with a suggestion in view carries it into what is decided here
        seen = frozenset(i for i, said in found.said.items() if any(r.assisted for r in said))
        setup = Setup(CONSENSUS, study.codebook, "never", n)
        last = study.store.last_event()
        yield Adjudication(setup, items, past, seen, source)
        if study.store.last_event() > last:
            left = len(_find(study, "", ()).open)
            acts = study.store.last_event() - last
            study.store.log("adjudicate", names=names, acts=acts, open=left)


def _find(study: Study, code: str, transcripts: Sequence[str]) -> Found:
    wanted, within = _code(study, code), within_of(study, transcripts)
    sentences, events = study.store.sentences(), study.store.events()
    human = shown(study, study.human_codes(sentences))
    found = disagreements(
        events, human, sentences, study.codebook, overlap=study.settings.codings.overlap
    )
    every = tuple(
        d
        for d in found
        if (not wanted or any(x.code == wanted for x in d.differences))
        and (not within or d.sentence.transcript_id in within)
    )
    out = frozenset().union(*outstanding(study.store).values())
    waiting = tuple(d for d in every if not d.settled and d.sentence.id not in out)
    return Found(sentences, every, waiting, readings(human, study.codebook), wanted)


def _code(study: Study, word: str) -> str:
    """The id of the code called ``word``; "" for none."""
    if not word:
        return ""
    found = study.codebook.find(word)
    if found is None or found not in study.codebook.leaf_ids:
        raise UsageError(
            f"no code is called {word!r}", mend=f"codes: {', '.join(study.codebook.leaf_ids)}"
        )
    return found
