"""``agree --doubts`` on small studies: what is listed, what is left out, what is refused."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import studies
from running import run

from precode.agreement.shares import Sampling
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.errors import UsageError
from precode.steps.doubting.mistakes import given
from precode.steps.doubting.over_time import over_time, own_times
from precode.steps.doubts import doubts, learned_of
from precode.steps.opening import open_study

BUS = CodePolarity("physical_opportunity", Polarity.BARRIER)
PLAN = CodePolarity("reflective_motivation", Polarity.FACILITATOR)


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doubts")
    interviews = studies.write_interviews(folder / "interviews", count=9)
    path = folder / "study"
    for command in (
        ("init", path, "--behaviour", studies.BEHAVIOUR),
        ("add", "--study", path, interviews),
        ("codes", "--study", path, folder / "codings.csv", "--complete-all"),
    ):
        ran = run(*command)
        assert ran.code == 0, ran.err
    settings = path / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("\nbootstrap = 1000\n", "\nbootstrap = 100\n"), "utf-8")
    return path


@pytest.fixture
def study(_made: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """Nine interviews of 14 replies. All but the last are coded: by ANNA, and by BEN, who forgets a
    fifth of the codes.
    """
    return Path(shutil.copytree(_made, tmp_path / "mine" / "my stüdy"))


def decide(
    path: Path, coder: str, on: Sequence[Sentence], codes: Sequence[CodePolarity], **more: Any
) -> None:
    with open_study(path, verb="review", write=True) as opened:
        opened.store.append([
            Event(EventKind.DECISION, coder, s.transcript_id, s.start, s.end, codes=tuple(codes),
                  codebook=opened.codebook.hash, **more)
            for s in on
        ])  # fmt: skip


def saying(path: Path, words: str) -> list[Sentence]:
    """Sentences with ``words`` that somebody has read."""
    with open_study(path, verb="x", write=False) as opened:
        sentences = opened.store.sentences()
        read = {i for i, _ in opened.human_codes(sentences).read}
        return [s for s in sentences if words in s.text and s.id in read]


def test_a_planted_slip_is_the_first_of_the_list(study: Path) -> None:
    """ANNA calls a late bus a plan. BEN's code, and two other late buses, stand beside it."""
    with open_study(study, verb="x", write=False) as opened:
        ben = given(opened.human_codes(opened.store.sentences()))
    bus = next(s for s in saying(study, "The bus is late") if ben[s.id, "BEN"])
    decide(study, "ANNA", [bus], [PLAN])
    done = doubts(study, coders=("ANNA",), n=3)
    first = done.mistakes[0]
    assert (first.sentence, first.coders, first.gave) == (bus.id, ("ANNA",), (PLAN,))
    assert first.others_gave == (("BEN", (BUS,)),)
    assert {d.code: d.kind for d in first.doubts} == {
        BUS.code: "not given, looks like it",
        PLAN.code: "given, looks unlike the others",
    }
    assert all(d.p > 0.5 for d in first.doubts)
    assert len(done.mistakes) == min(3, done.mistakes_found)
    only = doubts(study, codes=(BUS.code,), coders=("ANNA",), n=1).mistakes[0]
    assert [d.code for d in only.doubts] == [BUS.code]
    assert [BUS in e.gave for e in only.examples] == [True, True]
    assert bus.id not in {e.sentence for e in only.examples}


def test_a_direction_that_was_turned_round_is_doubted(study: Path) -> None:
    bus = saying(study, "The bus is late")
    turned = CodePolarity(BUS.code, Polarity.FACILITATOR)
    decide(study, "BEN", bus[:1], [turned])
    done = doubts(study, coders=("BEN",))
    mine = next(m for m in done.mistakes if m.sentence == bus[0].id)
    assert [(d.kind, d.code, d.other) for d in mine.doubts] == [
        ("looks like the other direction", BUS.code, "barrier")
    ]
    assert all(BUS in e.gave for e in mine.examples)


def test_nearly_the_same_words_coded_differently_by_one_coder(study: Path) -> None:
    """ANNA finds nothing in one of the late buses, and something in all others."""
    bus = saying(study, "The bus is late")
    decide(study, "ANNA", bus[:1], [])
    done = doubts(study)
    own = [p for p in done.pairs if "ANNA" in p.coders]
    assert own
    for p in own:
        if bus[0].id in (*p.first.sentences, *p.second.sentences):
            assert p.who == "one coder"
            break
    else:
        pytest.fail("the pair is not listed")
    assert all("BEN" in p.coders for p in doubts(study, coders=("BEN",)).pairs)


def test_the_audit_sample_and_what_is_coded_apart_are_in_no_list(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from precode.steps import doubts as step

    bus = saying(study, "The bus is late")
    decide(study, "BEN", bus[:1], [PLAN])
    monkeypatch.setattr(step, "apart", lambda study, human=None: frozenset({bus[0].id}))
    done = doubts(study, n=10_000)
    quoted = {e.sentence for m in done.mistakes for e in m.examples}
    paired = {s for p in done.pairs for s in (*p.first.sentences, *p.second.sentences)}
    assert bus[0].id not in {m.sentence for m in done.mistakes} | quoted | paired
    assert any("coded apart" in line for line in done.notes)


def test_nothing_of_a_transcript_was_learned_from_for_its_own_doubts(study: Path) -> None:
    """Each sentence's probability comes from folds without its transcript: no fold cuts one."""
    with open_study(study, verb="x", write=False) as opened:
        _, learned = learned_of(opened)
    assert learned is not None
    folds: dict[str, set[int]] = {}
    for sentence, fold in zip(learned.ids, learned.out.fold.tolist(), strict=True):
        folds.setdefault(sentence.partition(":")[0], set()).add(fold)
    assert {len(f) for f in folds.values()} == {1}


def test_imported_codings_cannot_show_drift(study: Path) -> None:
    done = doubts(study)
    assert done.over_time.untimed == ("ANNA", "BEN")
    assert done.over_time.codes == ()
    ran = run("agree", "--doubts", "--study", study, "-n", 2)
    assert "ANNA, BEN: not estimable. Imported codings" in ran.out


def test_a_coders_own_order_shows_drift(study: Path) -> None:
    """CERI decides all eight interviews in a review: a late bus is a barrier at first, and from the
    middle on nothing. So her agreement with ANNA falls, too. Told only where she decided unaided.
    """
    with open_study(study, verb="x", write=False) as opened:
        sentences = opened.store.sentences()
        anna = {
            i: c for (i, who), c in given(opened.human_codes(sentences)).items() if who == "ANNA"
        }
    mine = [s for s in sentences if s.id in anna]
    with open_study(study, verb="review", write=True) as opened:
        opened.store.append([
            Event(EventKind.DECISION, "CERI", s.transcript_id, s.start, s.end,
                  codes=tuple(c for c in anna[s.id] if place < len(mine) / 2 or c.code != BUS.code),
                  at=f"2026-01-01T00:{place // 60:02}:{place % 60:02}")
            for place, s in enumerate(mine)
        ])  # fmt: skip
    decide(study, "BEN", mine[:2], [], reason=Reason.PACKET, batch="p1")
    with open_study(study, verb="x", write=False) as opened:
        events = opened.store.events()
        times = own_times(events, sentences)
        assert {coder for _, coder in times} == {"CERI"}
        assert [s for s, _ in sorted(times, key=times.__getitem__)] == [s.id for s in mine]
        _, learned = learned_of(opened)
        found = over_time(
            learned, opened.human_codes(sentences), times, sentences,
            leaves=opened.codebook.leaf_ids, codes=(), hidden=frozenset(),
            sampling=Sampling(np.random.default_rng(1), 100, 5),
        )  # fmt: skip
    drifting = [(r.coder, r.code) for r in found.codes if r.drifts]
    assert drifting == [("CERI", BUS.code)]
    told = next(r for r in found.codes if r.code == BUS.code)
    assert told.drift.early is not None and told.drift.late is not None
    assert told.drift.late < told.drift.early
    change = next(a.kappa.change for a in found.agreement if a.other == "ANNA")
    assert float(str(change).split()[0]) < -0.1
    page = run("agree", "--doubts", "--study", study, "-n", 1, "--coder", "CERI").out
    assert "drifts" in page


def test_the_page_says_that_it_is_no_verdict_and_changes_nothing(study: Path) -> None:
    before = studies.state(study)
    target = study.parent / "doubts.csv"
    ran = run("agree", "--doubts", "--study", study, "-n", 4, "--csv", target)
    assert ran.code == 0, ran.err
    assert "not a verdict" in ran.out
    for words in ("1. Likely slips", "2. Drift", "3. Nearly the same words"):
        assert words in ran.out
    assert "train reports will look better" in ran.err
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert {r["list"] for r in rows} <= {"likely slip", "nearly alike, coded differently"}
    assert studies.state(study) == before
    told = json.loads(run("agree", "--doubts", "--study", study, "-n", 4, "--json").out)
    assert len(told["mistakes"]) <= 4
    assert "verdict" in told["notes"][0]


def test_what_is_refused(study: Path, empty_study: Path) -> None:
    run("agree", "--study", study, "-n", 3).refused(2, "for a list of doubts", "--doubts")
    run("agree", "--study", study, "--doubts", "--plan").refused(2, "--doubts takes neither")
    run("agree", "--study", study, "--doubts", "--csv", "x.docx").refused(2, "--csv x.docx")
    run("agree", "--study", study, "--doubts", "--code", "bus").refused(2, "bus", "--code takes")
    run("agree", "--study", study, "--doubts", "--coder", "ZOE").refused(2, "ZOE", "ANNA, BEN")
    run("agree", "--study", empty_study, "--doubts").refused(5, "nobody has coded anything")
    with pytest.raises(UsageError):
        doubts(study, coders=("ZOE",))
