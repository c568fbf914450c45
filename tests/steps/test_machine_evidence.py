"""What a report says of the machine: from arrays made by hand, and from a study with an audit sample."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import fakes
import numpy as np
import pytest
import studies
from running import run

from precode.codebook import parse_codebook
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Sentence
from precode.model.predictions import Predictions, Verdict
from precode.report.evidence import Evidence
from precode.steps.evidence.confidence import STEPS, reliability, risk
from precode.steps.evidence.counting import Machine, counts
from precode.steps.evidence.grouping import Talk, group_errors, holm, permuted
from precode.steps.evidence.held_out import FILE, HeldOut, packed, read_held_out, unpacked
from precode.steps.evidence.learning import learnt
from precode.steps.loop.auditing import keep_audit
from precode.steps.opening import open_study
from precode.steps.reporting.view import view_of

BOOK = parse_codebook(
    'name = "B"\nversion = "1"\n[[code]]\nid = "a"\nlabel = "A"\ndefinition = "a"\n'
)


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


# -- the record ------------------------------------------------------------------------------------


def record(n: int = 5) -> HeldOut:
    p = rng().random((n, 2))
    p[:, 1] = np.nan
    ids = tuple(f"t{i % 2}:{i}-{i + 1}" for i in range(n))
    return HeldOut(ids, ("a", "b"), p > 0.5, np.arange(n) > 0, p, p > 0.4,
                   rng().random((n, 2, 2)), True)  # fmt: skip


def test_the_record_is_read_back_as_it_was_to_three_decimals() -> None:
    before, after = record(), unpacked(packed(record()))
    assert after.sentence_ids == before.sentence_ids
    assert (after.truth == before.truth).all()
    assert (after.gold == before.gold).all()
    np.testing.assert_allclose(after.p, before.p, atol=1e-3)
    np.testing.assert_allclose(after.polarity, before.polarity, atol=1e-3)
    assert after.calibrated


def test_a_record_that_is_damaged_absent_or_of_other_codes_is_none(tmp_path: Path) -> None:
    assert read_held_out(tmp_path, ("a", "b")) is None
    (tmp_path / FILE).write_bytes(packed(record()))
    assert read_held_out(tmp_path, ("a", "b")) is not None
    assert read_held_out(tmp_path, ("a", "c")) is None
    (tmp_path / FILE).write_bytes(packed(record())[:-40])
    assert read_held_out(tmp_path, ("a", "b")) is None


# -- confidence ------------------------------------------------------------------------------------


def confident(n: int = 3000, slope: float = 1.0) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Confidences of two codes, right as often as they say (``slope`` 1) or less often."""
    r = rng()
    p = r.random((n, 2)) ** 3
    return p, r.random((n, 2)) < p * slope, [f"t{i % 15}" for i in range(n)]


def test_confidences_that_are_right_lie_on_the_diagonal() -> None:
    p, truth, clusters = confident()
    found = reliability(p, truth, clusters, where="x", over="transcripts", rng=rng(), draws=400)
    assert len(found.bins) == 11
    assert sum(b.n for b in found.bins) == found.n == p.size
    assert sum(b.low <= b.said <= b.high for b in found.bins) >= 9
    sizes = [b.n for b in found.bins[1:]]
    assert max(sizes) - min(sizes) <= 2
    assert isinstance(found.ece, tuple)
    assert found.ece[0] < 0.03


def test_confidences_twice_too_high_lie_below_it() -> None:
    p, truth, clusters = confident(slope=0.5)
    found = reliability(p, truth, clusters, where="x", over="transcripts", rng=rng(), draws=400)
    assert all(b.high < b.said for b in found.bins[3:])
    assert isinstance(found.ece, tuple)
    expected = abs(np.nanmean(p) - truth.mean())  # all off to the same side
    assert found.ece[0] == pytest.approx(expected, abs=0.02)


def test_few_confidences_are_no_diagram() -> None:
    p, truth, clusters = confident(40)
    found = reliability(p, truth, clusters, where="x", over="transcripts", rng=rng(), draws=100)
    assert found.bins == ()
    assert "100 are needed" in found.why_not


def test_a_bin_in_which_all_are_wrong_still_has_an_interval() -> None:
    p = np.concatenate([np.full((200, 1), 0.2), np.full((200, 1), 0.7)])
    truth = p > 0.5
    clusters = [f"t{i % 10}" for i in range(400)]
    found = reliability(p, truth, clusters, where="x", over="transcripts", rng=rng(), draws=200)
    none, every = found.bins
    assert (none.right, none.low) == (0, 0)
    assert 0.01 < none.high < 0.1
    assert (every.right, every.high) == (1, 1)
    assert 0.9 < every.low < 0.99


def test_error_grows_with_the_share_accepted_and_ends_at_that_of_all() -> None:
    p, truth, clusters = confident()
    found = risk(p, p > 0.5, truth, clusters, bar=0.8, ranks=False, rng=rng(), draws=200)
    assert found is not None
    wrong = ((p > 0.5) != truth).any(1).mean()
    assert len(found.line.x) == STEPS
    assert found.line.x[-1] == 1
    assert found.line.mean[-1] == pytest.approx(wrong)
    assert found.line.mean[5] < 0.5 * wrong
    assert isinstance(found.area, tuple)
    assert found.area[0] == pytest.approx(np.mean(found.line.mean), abs=0.01)
    sure = np.where(p > 0.5, p, 1 - p).min(1) >= 0.8
    assert found.accepted == pytest.approx(sure.mean())


def test_random_confidence_gains_nothing() -> None:
    _, truth, clusters = confident()
    p = np.random.default_rng(6).random(truth.shape)
    found = risk(
        p, np.zeros_like(truth), truth, clusters, bar=0.8, ranks=True, rng=rng(), draws=200
    )
    assert found is not None
    low, high = found.line.low[STEPS // 2], found.line.high[STEPS // 2]
    assert low <= found.line.mean[-1] <= high


# -- groups ----------------------------------------------------------------------------------------


def talk(people: int = 24, each: int = 30, **values: list[str]) -> Talk:
    """``people`` interviews, each with a value of its own for every attribute."""
    who = [f"p{i}" for i in range(people) for _ in range(each)]
    spread = {
        name: tuple(v[i] for i in range(people) for _ in range(each)) for name, v in values.items()
    }
    return Talk(tuple(who), tuple(f"s{w}" for w in who), spread)


def test_errors_on_one_group_alone_are_seen() -> None:
    gender = ["woman", "man"] * 12
    t = talk(gender=gender)
    truth = np.zeros((len(t.people), 1), dtype=bool)
    often = np.array([0.5 if g == "man" else 0.1 for g in t.values["gender"]])
    decision = rng().random((len(truth), 1)) < often[:, None]
    (found,) = group_errors(t, truth, decision, rng=rng(), draws=200)
    assert found.p < 0.001
    men = next(r for r in found.rows if r.group == "man")
    assert (men.people, men.sources, men.sentences) == (12, 12, 360)
    assert isinstance(men.error, tuple)
    assert men.error[1] < 0.5 < men.error[2]
    assert men.missed == "not estimable: 0 codes given by people, 20 are needed"


def test_people_who_differ_among_themselves_are_no_difference_between_groups() -> None:
    """Each person has an error rate of their own: sentences as units would "find" differences."""
    r = rng()
    p = []
    for _ in range(60):
        t = talk(people=12, gender=["woman", "man"] * 6)
        own = np.repeat(r.beta(1, 1, 12), 30)
        error = np.stack([r.random(360) < own, np.ones(360)], -1).astype(float)
        units, gender = (
            np.unique(v, return_inverse=True)[1] for v in (t.people, t.values["gender"])
        )
        p.append(permuted(units, gender, error, r, permutations=199))
    assert np.mean(np.array(p) < 0.05) < 0.15
    assert 0.35 < np.mean(p) < 0.65


def test_where_groups_do_not_meet_in_a_source_whole_sources_change_groups() -> None:
    """Two focus groups of six: with people as units 924 deals, with sources only two."""
    who = [f"g{i // 180}\np{i // 30}" for i in range(360)]
    sources = tuple(w.split("\n")[0] for w in who)
    kinds = tuple("focus group" if s == "g0" else "interview" for s in sources)
    truth = np.zeros((360, 1), dtype=bool)
    decision = np.array([k == "interview" for k in kinds])[:, None]
    assert group_errors(Talk(tuple(who), sources, {"kind": kinds}), truth, decision,
                        rng=rng(), draws=100) == ()  # one source a kind: nothing to compare  # fmt: skip


def test_groups_of_one_and_ids_are_left_out() -> None:
    names = [f"n{i}" for i in range(24)]
    t = talk(name=names, town=["x"] * 23 + ["y"], blank=[""] * 24)
    truth = np.zeros((len(t.people), 1), dtype=bool)
    assert group_errors(t, truth, truth, rng=rng(), draws=50) == ()


def test_holms_correction_is_that_of_his_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


# -- learning --------------------------------------------------------------------------------------


def logged(sentences: int, score: object) -> dict[str, object]:
    return {
        "verb": "train",
        "at": "2026-01-01",
        "detail": {"sentences": sentences, "macro_f1": score},
    }


def test_without_replays_the_trainings_with_a_score_make_the_curve(tmp_path: Path) -> None:
    log = [
        logged(100, [0.2, 0.1, 0.3]), logged(300, "not estimable: no code has 10 sentences"),
        logged(200, [0.4, None, None]), {"verb": "train", "detail": {"sentences": 5}},
    ]  # fmt: skip
    found = learnt(tmp_path, log)
    assert found is not None
    assert found.replays == 0
    assert found.lines[0].x == (100.0, 200.0)
    assert found.lines[0].mean == (0.2, 0.4)
    assert found.lines[0].low == (0.1, 0.4)
    assert learnt(tmp_path, log[:2]) is None


def test_a_broken_replay_in_the_cache_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / "simulate" / "key"
    place.mkdir(parents=True)
    (place / "default-0.json").write_text("{")
    (place / "full-0.json").write_text(json.dumps({"f1": [0.5, None, 0.7]}))
    assert learnt(tmp_path, []) is None


# -- counts ----------------------------------------------------------------------------------------


def test_without_an_audit_sample_no_count_is_corrected() -> None:
    """One sentence that nobody has read, and a machine that gives it a code."""
    s = Sentence("t:0-2", "t", 0, 0, 2, "Oh")
    run_ = Predictions(
        ("t:0-2",), ("a",), np.array([[0.9]]), np.array([[True]]), np.array([["barrier"]]),
        np.array([[[0.9, 0.1]]]), (Verdict.ACCEPT,), "b", True,
    )  # fmt: skip
    none = HumanCodes((), frozenset())
    found = counts(BOOK, [s], {}, none, [], None, Machine(run_, None, own=True))
    whole, barrier, facilitator = found.rows
    assert (whole.machine, barrier.machine, facilitator.machine) == (1, 1, 0)
    assert isinstance(whole.total, str)
    assert "audit sample has not been drawn" in whole.total
    assert found.unframed == 1


# -- a study ---------------------------------------------------------------------------------------


def said_in(text: str) -> tuple[CodePolarity, ...]:
    return tuple(
        CodePolarity(code, Polarity(side))
        for (code, side), words in studies.SAID.items()
        if text.startswith(words)
    )


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine interviews, four of them coded and learned from; an audit sample of the others, all of
    it answered, and a run.
    """
    folder = tmp_path_factory.mktemp("audited")
    talk_ = studies.write_interviews(folder / "interviews", count=9, replies=40)
    table = folder / "codings.csv"
    with table.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    first = {f"interview-{i}" for i in range(1, 5)}
    studies.write_table(table, head, *(r for r in rows if r[0] in first))
    study = folder / "study"
    for arguments in (
        ("init", study, "--behaviour", studies.BEHAVIOUR),
        ("add", "--study", study, talk_),
        ("codes", "--study", study, table, *(a for n in sorted(first) for a in ("--complete", n))),
    ):
        ran = run(*arguments)
        assert ran.code == 0, ran.err
    with open_study(study, verb="test", write=True) as opened:
        sentences = opened.store.sentences()
        human = opened.human_codes(sentences)
        assert keep_audit(opened, sentences, {s for s, _ in human.read}, ())
        sample = set(opened.store.audit_sample())
        opened.store.append(
            [
                Event(EventKind.DECISION, "ANNA", s.transcript_id, s.start, s.end,
                      codes=said_in(s.text), reason="audit")
                for s in sentences if s.id in sample
            ],
            [],
        )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        fakes.install(patch.setattr)
        for arguments in (("train", "--study", study), ("predict", "--study", study)):
            ran = run(*arguments)
            assert ran.code == 0, ran.err
    return study


def evidence(study: Path) -> Evidence:
    with open_study(study, verb="test", write=False) as opened:
        found = view_of(opened).evidence
    assert found is not None
    return found


def test_the_corrected_counts_hold_what_is_really_there(audited: Path) -> None:
    """Everything is known of invented talk: of 18 intervals at most two may miss it."""
    found = evidence(audited).counts
    assert found is not None
    assert found.sharpened
    assert found.answered == found.drawn > 30
    with open_study(audited, verb="test", write=False) as opened:
        really = [c for s in opened.store.sentences() if s.codable for c in said_in(s.text)]
    missed = shown = 0
    for row in found.rows:
        if isinstance(row.total, str):
            continue
        there = sum(c.code == row.code and row.polarity in (None, c.polarity) for c in really)
        shown += 1
        missed += not row.total[1] - 1e-9 <= there <= row.total[2] + 1e-9
    assert shown >= 6
    assert missed <= 2


def test_a_model_keeps_what_validation_said_and_the_report_shows_it(audited: Path) -> None:
    found = evidence(audited)
    assert found.held_out is not None
    assert found.held_out.sentences == 160
    assert found.risk is not None
    assert found.checked is not None
    assert len(found.checked.rows) >= 3


def test_a_model_of_an_older_precode_still_reports(audited: Path, tmp_path: Path) -> None:
    study = Path(shutil.copytree(audited, tmp_path / "old"))
    (study / "models" / "main" / FILE).unlink()
    found = evidence(study)
    assert found.held_out is None
    assert found.risk is None
    assert any("Train again to see it" in line for line in found.untold)
    assert found.counts is not None
    assert any(not isinstance(r.total, str) for r in found.counts.rows)
    ran = run("report", "--study", study)
    assert ran.code == 0, ran.err
    page = (study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "Train again to see it" in page


def test_a_sample_hardly_begun_is_said_in_words(audited: Path, tmp_path: Path) -> None:
    """All answers but four are taken back."""
    study = Path(shutil.copytree(audited, tmp_path / "begun"))
    with open_study(study, verb="test", write=True) as opened:
        kept = 0
        for e in opened.store.events():
            if e.reason == "audit":
                kept += 1
                if kept > 4:
                    opened.store.append(
                        [
                            Event(
                                EventKind.UNDO,
                                e.coder,
                                e.transcript_id,
                                e.start,
                                e.end,
                                undoes=e.seq,
                            )
                        ],
                        [],
                    )
        assert kept > 10
    found = evidence(study)
    assert found.checked is None
    assert found.counts is not None
    assert all(isinstance(r.total, str) for r in found.counts.rows)
