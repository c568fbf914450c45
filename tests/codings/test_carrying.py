"""Acts carried from one version of a transcript to the next."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codings.carrying import Carried, carry
from precode.codings.history import fold, standing
from precode.codings.versions import Alignment
from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Kind,
    ReadTranscript,
    Role,
    Sentence,
    Transcript,
    Turn,
)

WORDS = ("the", "bus", "is", "late", "I", "no", "yes", "okay", "clinic", "e\u0301té", "\U0001f642")


def read(text: str) -> ReadTranscript:
    """Each line a turn of P1 (of the interviewer if it ends in "?"), each full stop ends a sentence."""
    t = Transcript.make("talk", text, Kind.INTERVIEW)
    turns, sentences = [], []
    for i, line in enumerate(re.finditer(r"[^\n]+", text)):
        asks = line[0].rstrip().endswith("?")
        role = Role.INTERVIEWER if asks else Role.PARTICIPANT
        turns.append(Turn(i, "INT" if asks else "P1", role, *line.span()))
        for s in re.finditer(r"\S[^.\n]*(?:\.|$)", line[0]):
            start, end = line.start() + s.start(), line.start() + len(s[0].rstrip()) + s.start()
            i_d = Sentence.make_id(t.id, start, end)
            sentences.append(Sentence(i_d, t.id, i, start, end, text[start:end], not asks))
    return ReadTranscript(t, tuple(turns), tuple(sentences), "", "")


def act(kind: EventKind, text: str, words: str, *codes: str, seq: int = 1, **more: object) -> Event:
    start = text.index(words)
    given = tuple(CodePolarity(c) for c in codes)
    return Event(kind, "ANNA", Transcript.make("talk", text, Kind.INTERVIEW).id, start,
                 start + len(words), given, seq=seq, at=f"2024-01-01T00:00:{seq:02}", **more)  # type: ignore[arg-type] # fmt: skip


def carried(old: str, new: str, *events: Event) -> Carried:
    return carry(events, read(old), read(new), least=90.0)


OLD = "How was it?\nI took the early bus to teh clinic. It was fine.\nAnd then?\nNo. I was never told.\n"


def test_unchanged_words_move_exactly_past_what_was_put_in_before() -> None:
    new = "Thank you for coming.\n" + OLD
    e = act(EventKind.EXCERPT, OLD, "early bus", "bus", memo="hm", assisted=True, batch="b")
    (move,) = carried(OLD, new, e).moves
    assert new[move.event.start : move.event.end] == "early bus"
    assert (move.note, move.source) == ("", 1)
    assert (move.event.memo, move.event.assisted, move.event.at) == ("hm", True, e.at)


def test_a_mended_word_is_carried_with_the_old_words_in_a_note() -> None:
    new = OLD.replace("teh clinic", "the clinic")
    e = act(EventKind.EXCERPT, OLD, "took the early bus to teh clinic", "bus")
    (move,) = carried(OLD, new, e).moves
    assert new[move.event.start : move.event.end] == "took the early bus to the clinic"
    assert "the passage was: took the early bus to teh clinic" in move.note


def test_a_rewritten_or_deleted_passage_stays_and_says_why() -> None:
    new = OLD.replace("I took the early bus to teh clinic.", "My sister drove me there, as always.")
    e = act(EventKind.EXCERPT, OLD, "took the early bus to teh clinic", "bus")
    out = carried(OLD, new, e)
    assert out.moves == ()
    assert [x.event for x in out.left] == [e]
    assert out.left[0].stood and "not in the new text" in out.left[0].why


def test_one_of_several_like_passages_is_not_guessed() -> None:
    old = "Well?\nOkay.\nOkay.\n"
    e = act(EventKind.EXCERPT, old, "Okay.", "yes")
    assert carried(old, "Well?\nOkay.\n", e).moves == ()


def test_a_decision_on_a_sentence_that_grew_by_much_is_not_carried() -> None:
    """The coder has not read the new words, and "nothing applies" would speak of them."""
    new = OLD.replace("It was fine.", "It was fine but they shouted at me until I cried.")
    out = carried(OLD, new, act(EventKind.DECISION, OLD, "It was fine."))
    assert out.moves == () and len(out.left) == 1


def test_an_undo_goes_with_the_act_that_it_takes_back() -> None:
    first = act(EventKind.EXCERPT, OLD, "early bus", "bus", seq=1)
    lost = act(EventKind.DECISION, OLD, "It was fine.", "time", seq=2)
    undo = act(EventKind.UNDO, OLD, "early bus", seq=3, undoes=1)
    stays = act(EventKind.UNDO, OLD, "It was fine.", seq=4, undoes=2)
    out = carried(
        OLD, OLD.replace("It was fine.", "Awful, the whole of it."), first, lost, undo, stays
    )
    assert [(m.source, m.event.undoes) for m in out.moves] == [(1, None), (3, 1)]
    assert [(x.event.seq, x.stood) for x in out.left] == [(2, False), (4, False)]


def test_what_is_new_in_a_transcript_read_to_the_end_is_not_read() -> None:
    new = OLD.replace("It was fine.", "It was fine. Then it snowed for days on end.")
    e = act(EventKind.READ, OLD, OLD)
    out = carried(OLD, new, e)
    human = fold([m.event for m in out.moves], read(new).sentences, overlap=0.5)
    texts = {s.id: s.text for s in read(new).sentences}
    assert {texts[i] for i, _ in human.read} == {
        "I took the early bus to teh clinic.", "It was fine.", "No.", "I was never told.",
    }  # fmt: skip
    assert all("one stretch" in m.note for m in out.moves)


def test_a_moved_paragraph_takes_its_codes_along() -> None:
    lines = OLD.splitlines(keepends=True)
    new = "".join([*lines[2:], *lines[:2]])
    e = act(EventKind.EXCERPT, OLD, "took the early bus to teh clinic", "bus")
    (move,) = carried(OLD, new, e).moves
    assert new[move.event.start : move.event.end] == "took the early bus to teh clinic"


def test_sentences_word_for_word_keep_their_place_and_changed_ones_have_none() -> None:
    new = "Hello?\n" + OLD.replace("I was never told.", "I was never told so.")
    became = carried(OLD, new).became
    one, other = read(OLD), read(new)
    texts = {s.id: s.text for s in (*one.sentences, *other.sentences)}
    assert {texts[a]: texts.get(b, "") for a, b in became.items()} == {
        "I took the early bus to teh clinic.": "I took the early bus to teh clinic.",
        "It was fine.": "It was fine.", "No.": "No.", "I was never told.": "",
    }  # fmt: skip


# -- any text, any edits ---------------------------------------------------------------------------

_line = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
_text = st.lists(
    st.tuples(_line, st.sampled_from((".", "?", ". Well.", ""))).map("".join),
    min_size=1,
    max_size=9,
).map("\n".join)


@st.composite
def edited(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and the same after a few edits anywhere."""
    old = draw(_text)
    new = old
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(new)))
        length = draw(st.sampled_from((0, 0, 1, 4, 12, 40)))
        put = draw(
            st.sampled_from(("", "x", " late", ".\n", "\n", "I took the bus again. ", "the "))
        )
        new = new[:at] + put + new[at + length :]
    return old, new or "."


@st.composite
def history(draw: st.DrawFn, old: str) -> list[Event]:
    r = read(old)
    out: list[Event] = []
    for seq in range(1, draw(st.integers(1, 8)) + 1):
        kind = draw(st.sampled_from(list(EventKind)))
        start = draw(st.integers(0, len(old) - 1))
        end = draw(st.integers(start + 1, len(old)))
        if kind in (EventKind.DECISION, EventKind.SKIP, EventKind.SHOWN):
            s = draw(st.sampled_from(r.sentences))
            start, end = s.start, s.end
        undoes = None
        if kind is EventKind.UNDO:
            if not out:
                continue
            back = draw(st.sampled_from(out))
            undoes, start, end = back.seq, back.start, back.end
        codes = () if kind in (EventKind.READ, EventKind.UNDO) else (CodePolarity("a"),)
        out.append(
            Event(kind, draw(st.sampled_from(("ANNA", "BEN"))), r.transcript.id, start, end, codes,
                  undoes=undoes, seq=seq, at=str(seq), memo="m" * seq)
        )  # fmt: skip
    return out


@settings(max_examples=300)
@given(st.data(), edited())
def test_every_act_moves_with_its_text_or_is_listed(
    data: st.DataObject, texts: tuple[str, str]
) -> None:
    old, new = texts
    if not read(old).sentences:
        return
    events = data.draw(history(old))
    out = carry(events, read(old), read(new), least=90.0)
    by_number = {e.seq: e for e in events}
    moved = {m.source for m in out.moves}
    assert sorted(moved | {x.event.seq for x in out.left}) == sorted(by_number)
    assert not moved & {x.event.seq for x in out.left}
    assert [m.source for m in out.moves] == sorted(m.source for m in out.moves)
    for m in out.moves:
        e, was = m.event, by_number[m.source]
        assert (e.kind, e.coder, e.codes, e.memo, e.at, e.undoes) == (
            was.kind, was.coder, was.codes, was.memo, was.at, was.undoes
        )  # fmt: skip
        words, now = old[was.start : was.end], new[e.start : e.end]
        if e.kind in (EventKind.READ, EventKind.UNDO):
            assert (
                m.note or now == words or e.kind is EventKind.UNDO or "\n" in words or now in words
            )
        elif now != words:
            assert f"the passage was: {words}" in m.note
        if was.kind is EventKind.UNDO:
            assert was.undoes in moved


@settings(max_examples=150)
@given(st.data(), _text)
def test_the_same_text_again_moves_everything_as_it_is(data: st.DataObject, text: str) -> None:
    r = read(text)
    if not r.sentences:
        return
    events = data.draw(history(text))
    out = carry(events, r, r, least=90.0)
    acts = [e for e in events if e.kind is not EventKind.READ]
    assert {x.event.kind for x in out.left} <= {EventKind.READ, EventKind.UNDO}
    kept = [m for m in out.moves if m.event.kind not in (EventKind.READ, EventKind.UNDO)]
    assert [(m.event.start, m.event.end) for m in kept] == [
        (e.start, e.end) for e in acts if e.kind is not EventKind.UNDO
    ]
    assert all(out.became[i] == i for i in out.became)
    numbers = {(m.source, m.part): i for i, m in enumerate(out.moves, 1)}
    again = [
        Event(
            m.event.kind, m.event.coder, m.event.transcript_id, m.event.start, m.event.end,
            m.event.codes, undoes=numbers.get((m.event.undoes or 0, m.part)),
            seq=numbers[m.source, m.part], at=m.event.at, memo=m.event.memo,
        )
        for m in out.moves
    ]  # fmt: skip
    one, other = (fold(h, r.sentences, overlap=0.5) for h in (events, again))
    assert one.codings == other.codings and one.read == other.read
    assert len(standing(again)) >= len(standing(events)) - sum(
        e.kind is EventKind.READ for e in events
    )


@settings(max_examples=200)
@given(edited(), st.data())
def test_a_span_is_found_where_its_words_are_kept(
    texts: tuple[str, str], data: st.DataObject
) -> None:
    """Blocks hold the same words, and what is before an edit or behind it keeps its distance."""
    old, new = texts
    start = data.draw(st.integers(0, max(len(old) - 1, 0)))
    end = data.draw(st.integers(start, len(old)))
    span = Alignment(old, new).span(start, end)
    assert span is None or 0 <= span[0] < span[1] <= len(new)
