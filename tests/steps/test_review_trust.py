"""What keeps the audit sample honest, and a review going, whatever a team does around it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
import studies
from running import run

from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason
from precode.errors import UsageError
from precode.review.values import Item
from precode.steps.add import add
from precode.steps.loop import background
from precode.steps.loop.asking import _TELLS_NOTHING
from precode.steps.loop.auditing import in_turn
from precode.steps.loop.relearn import kept, place
from precode.steps.review import Session, reviewing
from precode.study.folder import find
from precode.study.store import AuditRow

BARRIER = (CodePolarity("physical_opportunity", Polarity.BARRIER),)


@pytest.fixture
def study(coded_study: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """Three interviews coded by two people, five that nobody has read: 70 sentences."""
    more = studies.write_interviews(tmp_path / "more" / "later", count=9, replies=14)
    for n in (1, 2, 3, 4, 9):
        (more / f"interview-{n}.txt").unlink()
    add(coded_study, [more])
    return coded_study


@contextmanager
def session(path: Path, coder: str = "CERI", **options: Any) -> Iterator[Session]:
    with reviewing(path, coder=coder, background=False, **options) as opened:
        yield opened


def all_items(session: Session) -> list[Item]:
    items = list(session.items)
    while more := session.source.further(1000):
        items += more
    return items


def decision(session: Session, item: Item, codes: Sequence[CodePolarity] = BARRIER) -> Event:
    s = item.sentence
    return Event(
        EventKind.DECISION, session.setup.coder, s.transcript_id, s.start, s.end,
        codes=tuple(codes), reason=item.reason, codebook=session.setup.codebook.hash,
    )  # fmt: skip


def decide(session: Session, items: Sequence[Item], codes: Sequence[CodePolarity] = ()) -> None:
    for item in items:
        session.source.store((decision(session, item, codes),))


def audit_of(session: Session) -> list[Item]:
    return [i for i in all_items(session) if i.reason == Reason.AUDIT]


def judged(study: Path) -> dict[str, Any]:
    ran = run("status", "--study", study, "--json")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)["judgement"]
    return told


# -- what counts as an answer ----------------------------------------------------------------------


def test_a_revision_after_the_suggestion_leaves_the_blind_answer_standing(study: Path) -> None:
    """A passage may take in an audit sentence. Revised with the suggestion in view, the codes are
    the new ones; the audit keeps what was said before.
    """
    with session(study) as opened:
        first = audit_of(opened)[0]
        passage = replace(decision(opened, first), reason=Reason.UNCERTAIN)
        opened.source.store((passage,))
        opened.source.store((replace(passage, codes=(), assisted=True),))
    told = judged(study)
    assert told["answered"] == 1
    assert sum(c["passages"] for c in told["codes"]) == 1


def test_the_sample_counts_as_far_as_its_own_order_has_come() -> None:
    rows = [AuditRow(f"s{n}", "t", n, 1) for n in range(20)]
    rows += [AuditRow("left", "t", None, 1), AuditRow("later", "u", 20, 2)]
    ahead = {f"s{n}" for n in range(9, 20)}
    assert in_turn(rows, ahead) == frozenset()
    assert in_turn(rows, {"s0", "s1", *ahead}) == {"s0", "s1"}
    assert in_turn(rows, {f"s{n}" for n in range(20)} - {"s9"}) == {f"s{n}" for n in range(20)}
    assert in_turn(rows, {"later"}) == {"later"}  # each drawing has an order of its own


def test_a_transcript_coded_as_a_whole_does_not_speak_for_the_others(study: Path) -> None:
    """Its audit sentences are answered before their turn, and say so; they count in their turn."""
    with session(study) as opened:
        order = audit_of(opened)
        name = order[-1].source
    with session(study, transcripts=[name]) as opened:
        mine = all_items(opened)
        decide(opened, mine)
    early = [i.reason for i in mine].count(Reason.AUDIT)
    told = judged(study)
    assert early > 1
    assert told["answered"] + told["early"] == early
    assert told["early"] >= early - 1
    assert "count when it is their turn" in " ".join(run("status", "--study", study).out.split())
    with session(study) as opened:
        decide(opened, all_items(opened))
    told = judged(study)
    assert (told["answered"], told["early"]) == (told["drawn"], 0)


def test_when_everything_is_read_there_is_nothing_to_go_on_for(study: Path) -> None:
    with session(study) as opened:
        decide(opened, all_items(opened))
    advice = judged(study)["advice"]
    assert advice["stop"]
    assert "every sentence has been read" in advice["words"]


def test_the_agreement_on_show_moves_only_when_the_machine_has_learned(study: Path) -> None:
    """Moving with each answer it would tell what the machine says of that very sentence."""
    with session(study) as opened:
        audit = audit_of(opened)
        for item in audit:
            decide(opened, [item])
            assert opened.source.agreement() == ""
    with session(study) as opened:
        assert f"of {len(audit)}" in opened.source.agreement()


# -- what a team does around it --------------------------------------------------------------------


def test_the_codebook_may_change_between_two_reviews(study: Path) -> None:
    """Suggestions of codes that are no more are not shown, and nothing breaks off."""
    with session(study) as opened:
        decide(opened, audit_of(opened))
    codebook = study / "codebook.toml"
    text = codebook.read_text(encoding="utf-8")
    codebook.write_text(text.replace('"social_opportunity"', '"people"'), encoding="utf-8")
    ranking = kept(place_of(study))
    assert ranking is not None
    everything = dict.fromkeys(ranking.given, ("social_opportunity",))
    _rewrite(study, given=everything)
    assert judged(study)["answered"] == 17
    with reviewing(study, coder="CERI") as opened:  # with the order of before
        told = [i.suggestion for i in opened.items if i.suggestion]
        assert all(c.code in opened.setup.codebook.leaf_ids for s in told for c in s.codes)


def place_of(study: Path) -> Path:
    return place(find(study), "CERI")


def _rewrite(study: Path, **changes: object) -> None:
    file = place_of(study) / "ranking.json"
    ranking = kept(file.parent)
    assert ranking is not None
    file.write_text(json.dumps({**asdict(ranking), **changes}), encoding="utf-8")


@pytest.mark.parametrize(
    "changes",
    [{"pool": float("inf")}, {"items": None}, {"items": [{}]}, {"gives": {"unknown": 3}}],
)
def test_a_damaged_ranking_is_no_ranking(study: Path, changes: dict[str, object]) -> None:
    with session(study):
        pass
    _rewrite(study, **changes)
    with reviewing(study, coder="CERI") as opened:
        assert opened.items
    assert run("status", "--study", study).code == 0


def test_a_ranking_of_sentences_that_are_no_more_is_passed_over(study: Path) -> None:
    with session(study):
        pass
    ranking = kept(place_of(study))
    assert ranking is not None
    gone = [{**asdict(r), "sentence_id": f"gone:{n}-9"} for n, r in enumerate(ranking.items)]
    _rewrite(study, items=gone)
    with reviewing(study, coder="CERI") as opened:
        assert len(opened.items) > 10


def test_that_the_machine_cannot_learn_is_told_with_the_reason(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background.sys, "executable", "/bin/false")
    with reviewing(study, coder="CERI") as opened:
        helper = opened.source._background
        assert helper is not None
        assert helper._process is not None
        helper._process.wait(10)
        helper.log.write_text("Traceback\n\nthe encoder is not there\n", encoding="utf-8")
        decide(opened, opened.items[:1])
        assert opened.source.refill() is None
        assert opened.source.trouble == "the encoder is not there"
        assert "cannot learn" in opened.source.agreement()


def test_a_cache_that_cannot_be_written_is_no_reason_not_to_code(study: Path) -> None:
    with session(study):
        pass
    cache = study / "cache"
    cache.rename(study / "elsewhere")
    cache.write_text("in the way", encoding="utf-8")
    with reviewing(study, coder="CERI") as opened:
        decide(opened, opened.items[:2])
        assert opened.source.refill() is None
        assert "cannot be written" in opened.source.trouble


def test_one_person_is_not_taken_for_two(study: Path) -> None:
    with session(study) as opened:
        decide(opened, opened.items[:1])
    with pytest.raises(UsageError, match="CERI has") as raised, session(study, "Ceri"):
        pass
    assert raised.value.mend.startswith("--coder CERI")


def test_a_planted_error_looks_like_any_suggestion(study: Path) -> None:
    with session(study) as opened:
        decide(opened, audit_of(opened))
    with session(study, probes=3) as opened:
        items = all_items(opened)
    planted = [i for i in items if i.reason == Reason.PROBE]
    assert planted
    for item in planted:
        assert item.why == _TELLS_NOTHING[Reason.UNCERTAIN]
        assert item.suggestion is not None
        assert item.suggestion.evidence
    ranking = kept(place_of(study))
    assert ranking is not None
    usual = {c.confidence for r in ranking.items if r.suggestion for c in r.suggestion.codes}
    assert usual
    assert {c.confidence for i in planted if i.suggestion for c in i.suggestion.codes} <= usual


def test_undo_of_a_revision_of_an_earlier_session_leaves_what_was_decided_first(
    study: Path,
) -> None:
    with session(study) as opened:
        item = opened.items[0]
        decide(opened, [item], BARRIER)
        decide(opened, [item], ())
    with session(study) as opened:
        last = opened.past[-1].event
        undo = Event(
            EventKind.UNDO, "CERI", last.transcript_id, last.start, last.end, undoes=last.seq
        )
        opened.source.store((undo,))
        assert opened.source._answers[item.sentence.id] == {"physical_opportunity"}
