"""Sentences as a coder sees them: in their talk, with what may be selected around them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from precode.domain import Event, Sentence, Turn
from precode.review.source import Line
from precode.review.values import Done, Item, Suggestion
from precode.steps.opening import Study

CONTEXT_WORDS = 60  # of a turn before or after: three fill half a small terminal
NEIGHBOURS = 10  # sentences to either side that a selection may take in
MOST_FOUND = 50  # sentences shown of a search
_WORD = re.compile(r"\w+")


class Scene:
    """The talk of a study, read once. Items are made when they are asked for: a study may hold a
    hundred thousand sentences, and a coder sees a few hundred.
    """

    def __init__(self, study: Study, sentences: Sequence[Sentence]) -> None:
        self._turns: Mapping[str, Sequence[Turn]] = study.store.turns()
        self._transcripts = {t.id: t for t in study.store.transcripts()}
        self._sentences = sentences
        self._by_id = {s.id: i for i, s in enumerate(sentences)}
        self._by_start = {(s.transcript_id, s.start): i for i, s in enumerate(sentences)}
        self._context = study.settings.review.context

    def __contains__(self, sentence_id: object) -> bool:
        return sentence_id in self._by_id

    def item(
        self,
        sentence_id: str,
        reason: str,
        *,
        read: Collection[str],
        spare: Collection[str] = (),
        kept: Collection[str] = (),
        why: str = "",
        suggestion: Suggestion | None = None,
    ) -> Item:
        """The sentence with its turn, the turns before and after, and the neighbours not in
        ``read`` (or in ``spare``), nor in ``kept``: the audit sample, whose sentences are asked one
        by one. Raises :class:`KeyError` if there is no such sentence.
        """
        place = self._by_id[sentence_id]
        sentence = self._sentences[place]
        turns = self._turns[sentence.transcript_id]
        text = self._transcripts[sentence.transcript_id].text
        own = turns[sentence.turn]
        before = [
            (t.speaker, _last_words(text[t.start : t.end]))
            for t in turns[max(0, sentence.turn - self._context) : sentence.turn]
        ]
        after = [
            (t.speaker, _first_words(text[t.start : t.end]))
            for t in turns[sentence.turn + 1 : sentence.turn + 1 + self._context]
        ]
        head, tail = text[own.start : sentence.start].strip(), text[sentence.end : own.end].strip()
        before += [(own.speaker, _last_words(head))] if head else []
        after = ([(own.speaker, _first_words(tail))] if tail else []) + after
        return Item(
            sentence,
            own.speaker,
            tuple(before),
            tuple(after),
            reason,
            suggestion,
            self._transcripts[sentence.transcript_id].name,
            why,
            own.role.value,
            self._neighbours(place, -1, read, spare, kept),
            self._neighbours(place, 1, read, spare, kept),
        )

    def _neighbours(
        self,
        place: int,
        step: int,
        read: Collection[str],
        spare: Collection[str],
        kept: Collection[str],
    ) -> tuple[Sentence, ...]:
        """Codable sentences of the same speaker from ``place`` on, nearest first, up to the first
        by another participant or in ``read``. What an interviewer puts in between is no break.
        """
        own = self._sentences[place]
        speaker = self._speaker(own)
        found: list[Sentence] = []
        at = place + step
        while 0 <= at < len(self._sentences) and len(found) < NEIGHBOURS:
            s = self._sentences[at]
            if s.transcript_id != own.transcript_id:
                break
            if s.codable:
                closed = s.id in kept or (s.id in read and s.id not in spare)
                if closed or self._speaker(s) != speaker:
                    break
                found.append(s)
            at += step
        return tuple(found)

    def _speaker(self, sentence: Sentence) -> str:
        return self._turns[sentence.transcript_id][sentence.turn].speaker

    def done(self, event: Event, *, read: Collection[str]) -> Done | None:
        """An earlier act with its item; None if its sentence is no more (a changed transcript)."""
        place = self._by_start.get((event.transcript_id, event.start))
        if place is None:
            return None
        # a decision on several sentences may be taken up as a whole again
        item = self.item(
            self._sentences[place].id, event.reason, read=read, spare=self.inside(event)
        )
        return Done(event, item, earlier=True)

    def inside(self, event: Event) -> list[str]:
        """Ids of the codable sentences from where ``event`` begins to where it ends."""
        first = self._by_start.get((event.transcript_id, event.start))
        out: list[str] = []
        for s in islice(self._sentences, first, None) if first is not None else ():
            if s.transcript_id != event.transcript_id or s.start >= event.end:
                break
            if s.codable:
                out.append(s.id)
        return out

    def whole(self, item: Item) -> tuple[Line, ...]:
        """The transcript of ``item``, turn by turn; the turn it stands in is marked."""
        transcript = self._transcripts[item.sentence.transcript_id]
        return tuple(
            Line(
                t.speaker,
                t.role.value,
                transcript.text[t.start : t.end],
                t.index == item.sentence.turn,
            )
            for t in self._turns[transcript.id]
        )

    def find(self, text: str) -> tuple[str, ...]:
        """Ids of the codable sentences that hold the words of ``text``, those first that hold them
        side by side, then those with words that begin so; each in the order of the study.
        """
        wanted = _WORD.findall(text.casefold())
        if not wanted:
            return ()
        phrase = re.compile(r"\b" + r"\W+".join(map(re.escape, wanted)) + r"\b")
        begins = [re.compile(r"\b" + re.escape(w)) for w in wanted]
        exact: list[str] = []
        rest: list[str] = []
        for s in self._sentences:
            low = s.text.casefold()
            if s.codable and all(w in low for w in wanted):
                if phrase.search(low):
                    exact.append(s.id)
                elif all(w.search(low) for w in begins):
                    rest.append(s.id)
        return tuple([*exact, *rest][:MOST_FOUND])


def _last_words(text: str) -> str:
    """The end of a long turn: what stands nearest to the sentence in question."""
    words = text.split()
    return text if len(words) <= CONTEXT_WORDS else "… " + " ".join(words[-CONTEXT_WORDS:])


def _first_words(text: str) -> str:
    """The beginning of a long turn."""
    words = text.split()
    return text if len(words) <= CONTEXT_WORDS else " ".join(words[:CONTEXT_WORDS]) + " …"
