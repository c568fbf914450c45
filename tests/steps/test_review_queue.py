"""What a review asks, of whom and in which order: the audit sample, colleagues' sentences, the
machine's wishes, planted errors; and what the study keeps of it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import studies
from running import run

from precode.codings.history import fold
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Reason
from precode.errors import TooLittleError
from precode.model.bundle import Bundle
from precode.review.values import BLIND, Item
from precode.steps.add import add
from precode.steps.learnt.learning import bundle_of, lesson
from precode.steps.loop import background
from precode.steps.loop import relearn as relearning
from precode.steps.loop.auditing import reached
from precode.steps.loop.relearn import kept, newest, place, relearn
from precode.steps.opening import Study, open_study, silent
from precode.steps.review import Session, reviewing
from precode.study.folder import find
from precode.study.store import AuditRow

CODES = (CodePolarity("physical_opportunity", Polarity.BARRIER),)


@pytest.fixture
def study(coded_study: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """Three interviews coded by two people, five that nobody has read: 70 sentences."""
    more = studies.write_interviews(tmp_path / "more" / "later", count=9, replies=14)
    for n in range(1, 5):
        (more / f"interview-{n}.txt").unlink()
    (more / "interview-9.txt").unlink()
    add(coded_study, [more])
    return coded_study


@contextmanager
def session(path: Path, coder: str = "CERI", **options: object) -> Iterator[Session]:
    with reviewing(path, coder=coder, background=False, **options) as opened:  # type: ignore[arg-type]
        yield opened


def _set(study: Path, line: str, other: str) -> None:
    """Another setting in ``precode.toml``."""
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    assert f"\n{line}\n" in text
    settings.write_text(text.replace(f"\n{line}\n", f"\n{other}\n"), encoding="utf-8")


def drawn_ids(rows: Sequence[AuditRow]) -> list[str]:
    return [r.sentence_id for r in rows if r.position is not None]


def decide(session: Session, items: Sequence[Item], codes: Sequence[CodePolarity] = CODES) -> None:
    """A decision on each of ``items``, as the review's machine makes it."""
    for item in items:
        s = item.sentence
        event = Event(
            EventKind.DECISION, session.setup.coder, s.transcript_id, s.start, s.end,
            codes=tuple(codes), reason=item.reason, codebook=session.setup.codebook.hash,
        )  # fmt: skip
        session.source.store((event,))


def all_items(session: Session) -> list[Item]:
    items = list(session.items)
    while more := session.source.further(1000):
        items += more
    return items


def human(study: Study) -> HumanCodes:
    return study.human_codes(study.store.sentences())


# -- the audit sample -----------------------------------------------------------------------------


def test_the_audit_sample_is_drawn_once_from_what_nobody_has_read(study: Path) -> None:
    with open_study(study, verb="test", write=False) as opened:
        read = {s for s, _ in human(opened).read}
    with session(study) as first:
        assert first.drawn is not None
        assert first.drawn.sample == 17  # a quarter of 70: the planner would want more
        rows = first.study.store.audit()
    assert not read & {r.sentence_id for r in rows}
    assert len(rows) == first.drawn.frame == 70
    with session(study, "DAI") as second:
        assert second.drawn is None
        assert second.study.store.audit() == rows


def test_transcripts_that_come_later_are_drawn_from_on_their_own(
    study: Path, tmp_path: Path
) -> None:
    with session(study) as opened:
        before = opened.study.store.audit()
    more = studies.write_interviews(tmp_path / "late" / "talk", count=12, replies=30)
    for n in range(1, 11):
        (more / f"interview-{n}.txt").unlink()
    add(study, [more])
    with session(study) as opened:
        assert opened.drawn is not None
        assert opened.drawn.transcripts == 2
        after = opened.study.store.audit()
    assert [r for r in after if r.batch == 1] == list(before)
    later = drawn_ids([r for r in after if r.batch == 2])
    assert drawn_ids(after) == drawn_ids(before) + later
    assert len(later) == opened.drawn.sample == 15  # the same quarter


def test_the_model_never_learns_from_the_audit_sample_until_it_is_released(study: Path) -> None:
    with session(study) as opened:
        decide(opened, all_items(opened))
        sample = set(opened.study.store.audit_sample())
    with open_study(study, verb="test", write=False) as opened:
        learned = set(lesson(opened, progress=silent).rows.sentence_ids)
        assert not learned & sample
        everything = {s for s, _ in human(opened).read}
        assert learned == everything - sample
    _set(study, "released = false", "released = true")
    with open_study(study, verb="test", write=False) as opened:
        assert set(lesson(opened, progress=silent).rows.sentence_ids) == everything


def test_every_third_item_is_of_the_sample_and_none_of_it_shows_a_suggestion(study: Path) -> None:
    with session(study) as opened:
        items = all_items(opened)
    audit = [i for i, item in enumerate(items) if item.reason == Reason.AUDIT]
    assert audit[:8] == [0, 3, 6, 9, 12, 15, 18, 21]
    assert len(audit) == 17
    assert len({i.sentence.id for i in items}) == len(items) == 70
    assert all(i.suggestion is None for i in items if i.reason in BLIND)
    suggested = [i for i in items if i.suggestion is not None]
    assert suggested
    assert all(i.suggestion and i.suggestion.model for i in suggested)


def test_a_search_finds_no_audit_sentence_before_its_turn(study: Path) -> None:
    with session(study) as opened:
        sample = set(opened.study.store.audit_sample())
        found = opened.source.find("week")
        assert found
        assert not sample & {i.sentence.id for i in found}
        audit = [i for i in all_items(opened) if i.reason == Reason.AUDIT][:1]
        decide(opened, audit)
        again = opened.source.find(audit[0].sentence.text)
        assert [i.sentence.id for i in again] == [audit[0].sentence.id]


def test_audit_sentences_that_the_queue_would_have_asked_are_noted(study: Path) -> None:
    """They stay in the pool that the queue chooses from; what it chooses of them is no item, but
    tells how far the queue has come.
    """
    with session(study) as opened:
        sample = set(opened.study.store.audit_sample())
        ranked = kept(place(opened.study.folder, "CERI"))
        assert ranked is not None
        inside = [r.sentence_id for r in ranked.items if r.sentence_id in sample]
        assert inside
        assert not reached(opened.study) - sample
        all_items(opened)
        assert reached(opened.study) == set(inside)


def test_an_export_keeps_the_machines_codes_for_unanswered_audit_sentences(
    study: Path, tmp_path: Path
) -> None:
    """Who is to answer them without the machine could read them there."""
    with session(study) as opened:
        items = [i for i in all_items(opened) if i.reason == Reason.AUDIT]
        decide(opened, items[:5])
        answered = {i.sentence.id for i in items[:5]}
        sample = set(opened.study.store.audit_sample())
    for verb in (["train"], ["predict"]):
        ran = run(*verb, "--study", study)
        assert ran.code == 0, ran.err
    out = tmp_path / "codes.jsonl"
    ran = run("export", "--study", study, "--machine-only", "--out", out)
    assert ran.code == 0, ran.err
    assert "12 sentences that are still to be answered without it" in ran.err
    told = {json.loads(line)["sentence_id"] for line in out.read_text("utf-8").splitlines()}
    assert told & sample == answered
    assert told - sample


def test_a_selection_stops_at_the_audit_sample(study: Path) -> None:
    with session(study) as opened:
        sample = set(opened.study.store.audit_sample())
        near = [s.id for i in all_items(opened) for s in (*i.earlier, *i.later)]
    assert near
    assert not sample & set(near)


def test_evidence_quotes_nothing_the_coder_may_have_to_code_unaided(study: Path) -> None:
    """Neither the audit sample nor what a colleague has decided in review."""
    with session(study) as opened:
        items = all_items(opened)
        decide(opened, items)
        sample = set(opened.study.store.audit_sample())
    text = {i.sentence.id: i.sentence.text for i in items}
    more = studies.write_interviews(study.parent / "extra" / "talk", count=13, replies=14)
    for n in range(1, 13):
        (more / f"interview-{n}.txt").unlink()
    add(study, [more])
    for coder, may_see in (("CERI", True), ("DAI", False)):
        with session(study, coder) as opened:
            lines = [line for i in all_items(opened) for line in opened.source.evidence(i)]
        assert any("coded so" in line for line in lines)
        for sentence_id, words in text.items():
            quoted = any(words in line for line in lines)
            if sentence_id in sample or not may_see:
                assert not quoted
    assert sample


def test_a_code_that_the_whole_sentence_speaks_against_is_said_to_be_held_back(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over its own threshold and not suggested: the evidence says why."""

    def strict(*args: Any, **options: Any) -> Bundle:
        made = bundle_of(*args, **options)
        return replace(made, least=np.where(made.modelled, 9.0, 0.0))

    held = "(not suggested: in all too little speaks for any code)"
    for ours, says in ((bundle_of, False), (strict, True)):
        monkeypatch.setattr(relearning, "bundle_of", ours)
        relearn(study, coder="CERI")
        ranked = kept(place(find(study), "CERI"))
        assert ranked is not None
        lines = [line for r in ranked.items for line in r.evidence if "from the threshold" in line]
        over = [line for line in lines if held in line]
        assert bool(over) == says
        assert all(": +" in line for line in over)
        assert any("(suggested)" in line for line in lines) != says


# -- the order ---------------------------------------------------------------------------------


def test_the_same_study_asks_the_same_in_the_same_order(study: Path) -> None:
    twin = Path(shutil.copytree(study, study.with_name("twin")))
    orders = []
    for path in (study, twin):
        with session(path) as opened:
            orders.append([(i.sentence.id, i.reason, i.why) for i in all_items(opened)])
    assert orders[0] == orders[1]


def test_n_is_how_many_are_asked(study: Path) -> None:
    with session(study, n=7) as opened:
        assert len(all_items(opened)) == 7
        decide(opened, opened.items)
        assert opened.source.more() == ()


def test_no_reason_names_a_code_before_the_coder_has_decided(study: Path) -> None:
    _set(study, "cold_start = 60", "cold_start = 10")
    with session(study) as opened:
        labels = [leaf.label for leaf in opened.setup.codebook.leaves]
        assert not [i.why for i in all_items(opened) for x in labels if x in i.why]
    _set(study, 'suggestion = "after"', 'suggestion = "before"')
    with session(study) as opened:
        assert [i.why for i in all_items(opened) for x in labels if x in i.why]


def test_what_was_skipped_twice_comes_last(study: Path) -> None:
    with session(study) as opened:
        victim = next(i for i in all_items(opened) if i.reason not in BLIND)
    for _ in range(2):
        with session(study) as opened:
            s = victim.sentence
            skip = Event(EventKind.SKIP, "CERI", s.transcript_id, s.start, s.end)
            opened.source.store((skip,))
            assert s.id not in {i.sentence.id for i in opened.source.further(1000)}
    with session(study) as opened:
        order = [i.sentence.id for i in all_items(opened) if i.reason != Reason.AUDIT]
    assert order[-1] == victim.sentence.id


def test_the_machine_learns_beside_the_review_and_its_order_is_swapped_in(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many decisions learning starts; while it runs nothing changes; then what comes next
    follows from it, and the log says how far the two models differ.
    """
    started: list[str] = []

    class Beside:
        """Learns when it is looked at, as a process would have by then."""

        def __init__(self, path: Path, coder: str, within: Sequence[str] = ()) -> None:
            self.path, self.coder, self.within = path, coder, within
            self.ready = False

        busy = property(lambda self: False)

        def start(self) -> None:
            started.append(self.coder)
            self.ready = True

        def finished(self) -> int | None:
            if not self.ready:
                return None
            self.ready = False
            relearn(self.path, coder=self.coder)
            return 0

        def stop(self) -> None:
            pass

    monkeypatch.setattr("precode.steps.review.Background", Beside)
    with reviewing(study, coder="CERI") as opened:
        assert started == ["CERI"]  # codes have come since it learned last
        assert {i.reason for i in opened.items} == {Reason.AUDIT, Reason.RANDOM}
        decide(opened, opened.items[:1])
        first = opened.source.refill()
        assert first
        assert {i.reason for i in first} > {Reason.AUDIT}
        asked = {i.sentence.id for i in first}
        assert opened.items[0].sentence.id not in asked
        decide(opened, first[:20])
        assert opened.source.refill()
        assert started == ["CERI", "CERI"]
        logged = [e["detail"] for e in opened.study.store.logged() if e["verb"] == "learned"]
    assert len(logged) == 2
    assert isinstance(logged[1], dict)
    assert 0 < logged[1]["kappa"] <= 1
    assert 0 <= logged[1]["changed"] < 1
    assert set(logged[1]["codes"]) == {leaf.id for leaf in opened.setup.codebook.leaves}
    spoken = run("status", "--study", study).out
    assert "settled: " in spoken
    assert "still moving: " in spoken


def test_a_background_that_fails_leaves_the_review_as_it_is(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background.sys, "executable", "/bin/false")
    with reviewing(study, coder="CERI") as opened:
        helper = opened.source._background
        assert helper is not None
        assert helper._process is not None
        helper._process.wait(10)
        decide(opened, opened.items[:1])
        assert opened.source.refill() is None
        assert opened.source.more()


# -- two coders ------------------------------------------------------------------------------------


def test_a_second_coder_gets_the_whole_sample_and_some_of_the_firsts_sentences(study: Path) -> None:
    with session(study) as opened:
        items = all_items(opened)
        decide(opened, items[:40])
        sample = set(opened.study.store.audit_sample())
    mine = {i.sentence.id for i in items[:40]} - sample
    with session(study, "DAI") as opened:
        theirs = all_items(opened)
    assert sample == {i.sentence.id for i in theirs if i.reason == Reason.AUDIT}
    again = [i for i in theirs if i.reason == Reason.OVERLAP]
    assert mine == {i.sentence.id for i in again}
    first = next(i for i, item in enumerate(theirs) if item.reason == Reason.OVERLAP)
    assert 10 <= first <= 16  # one in ten
    assert {i.why for i in again} == {"picked at random"}  # that a colleague has it is no hint
    assert all(i.suggestion is None for i in again)


def test_whole_transcripts_can_be_coded_again_by_name(study: Path) -> None:
    with session(study, transcripts=["interview-1"]) as opened:
        items = all_items(opened)
        assert {i.source for i in items} == {"interview-1"}
        assert len(items) == 14


def test_a_session_about_some_transcripts_and_one_about_all_keep_to_their_own_order(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was ranked for the one is not taken up by the other before it has been ranked anew."""
    with session(study):
        pass  # ranks the whole study
    monkeypatch.setattr("precode.steps.review.Background.start", lambda self: None)
    with reviewing(study, coder="CERI", transcripts=["interview-8"]) as opened:
        assert {i.source for i in all_items(opened)} == {"interview-8"}
    with session(study, "DAI", transcripts=["interview-8"]):
        pass  # ranks one transcript
    with reviewing(study, coder="DAI") as opened:
        asked = all_items(opened)
        whole = newest(opened.study.folder)
    assert {i.reason for i in asked} == {Reason.AUDIT, Reason.RANDOM}
    assert whole is not None
    assert whole.pool == 53  # that of the whole study, made for CERI


def test_nobody_is_asked_for_what_a_spreadsheet_holds(study: Path) -> None:
    ran = run(
        "review", "--study", study, "--coder", "BEN", "--packet", study / "ben.csv", "-n", "20"
    )
    assert ran.code == 0, ran.err
    with session(study) as opened:
        out = {r["id"] for _, c in opened.study.store.packets().values() for r in c["sentences"]}  # type: ignore[attr-defined]
        asked = {i.sentence.id for i in all_items(opened)}
        audit = set(opened.study.store.audit_sample())
    assert len(out) == 20
    assert not (out - audit) & asked
    ran = run("review", "--study", study, "--coder", "BEN", "--packet-lost")
    assert ran.code == 0, ran.err
    with session(study) as opened:
        assert out <= {i.sentence.id for i in all_items(opened)}


# -- planted errors ----------------------------------------------------------------------------


def test_planted_errors_are_wrong_and_code_nothing(study: Path) -> None:
    with session(study) as opened:
        audit = [i for i in all_items(opened) if i.reason == Reason.AUDIT]
        decide(opened, audit)
        right = {i.sentence.id for i in audit}
    with session(study, probes=3) as opened:
        assert opened.probes == 3
        planted = [i for i in all_items(opened) if i.reason == Reason.PROBE]
        assert {i.sentence.id for i in planted} < right
        for item in planted:
            assert item.suggestion is not None
            assert item.suggestion.planted
            assert {c.code for c in item.suggestion.codes} != {c.code for c in CODES}
        before = human(opened.study)
        decide(opened, planted, ())
        assert human(opened.study) == before


def test_planting_needs_audit_answers(study: Path) -> None:
    with (
        pytest.raises(TooLittleError, match="answered no audit sentence"),
        session(study, probes=3),
    ):
        pass


# -- what the study then says ----------------------------------------------------------------------


def test_status_speaks_from_the_audit_sample(study: Path) -> None:
    """What it says of prevalence and of the machine are those of the sample's answers."""
    with session(study) as opened:
        audit = [i for i in all_items(opened) if i.reason == Reason.AUDIT]
        decide(opened, audit[:9])
        decide(opened, audit[9:], ())
    ran = run("status", "--study", study, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)["judgement"]
    assert (told["drawn"], told["answered"], told["frame"]) == (17, 17, 70)
    code = next(c for c in told["codes"] if c["code"] == "physical_opportunity")
    assert code["passages"] == 9
    assert code["prevalence"]["value"] == pytest.approx(9 / 17)
    assert code["prevalence"]["low"] < 9 / 17 < code["prevalence"]["high"]
    assert code["kappa"]["value"] is not None
    assert told["advice"]["words"].startswith(("go on", "you may stop"))
    assert set(told["rules"]) == {
        "lewis_yang_frieder_2021", "bloodgood_vijay_shanker_2009", "zhu_wang_hovy_2008",
    }  # fmt: skip
    spoken = run("status", "--study", study)
    assert "Audit sample: 17 of 17 sentences answered" in spoken.out
    assert "Advice: " in spoken.out


def test_assisted_readings_of_the_sample_do_not_count(study: Path) -> None:
    with session(study) as opened:
        audit = next(i for i in all_items(opened) if i.reason == Reason.AUDIT)
        s = audit.sentence
        opened.source.store(
            (Event(EventKind.DECISION, "CERI", s.transcript_id, s.start, s.end, assisted=True),)
        )
    told = json.loads(run("status", "--study", study, "--json").out)["judgement"]
    assert told["answered"] == 0


def test_the_history_is_what_the_source_says_the_coder_answered(study: Path) -> None:
    """Undoing in a session, also what a former one did, is seen at once by what is asked next."""
    with session(study) as opened:
        items = all_items(opened)[:4]
        decide(opened, items)
    with session(study) as opened:
        last = opened.past[-1].event
        undo = Event(
            EventKind.UNDO, "CERI", last.transcript_id, last.start, last.end, undoes=last.seq
        )
        opened.source.store((undo,))
        codes = fold(
            opened.study.store.events(), opened.study.store.sentences(),
            overlap=opened.study.settings.codings.overlap,
        )  # fmt: skip
        stands = {s for s, who in codes.read if who == "CERI"}
        assert stands == set(opened.source._answers)
