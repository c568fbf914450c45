"""``agree`` on small studies: who counts, what is printed, what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import studies
from running import run

from precode.agreement.estimate import Estimate
from precode.agreement.labels import About
from precode.agreement.pairs import human_agreement
from precode.cli.agree_tables import _figure
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.errors import TooLittleError
from precode.steps.add import add
from precode.steps.agree import Agreed, agree
from precode.steps.confused import confused
from precode.steps.double_coding import STEPS, plan_double_coding
from precode.steps.opening import open_study
from precode.steps.review import reviewing

BUS = (CodePolarity("physical_opportunity", Polarity.BARRIER),)
PLAN = (CodePolarity("reflective_motivation", Polarity.FACILITATOR),)


def say(
    path: Path,
    coder: str,
    on: Sequence[Sentence],
    codes: Sequence[CodePolarity] = (),
    *,
    assisted: bool = False,
) -> None:
    """Store a decision of ``coder`` on each sentence."""
    with open_study(path, verb="review", write=True) as study:
        study.store.append([
            Event(EventKind.DECISION, coder, s.transcript_id, s.start, s.end, codes=tuple(codes),
                  assisted=assisted, codebook=study.codebook.hash)
            for s in on
        ])  # fmt: skip


def unread(path: Path) -> list[Sentence]:
    """The codable sentences of the interview that nobody has coded."""
    with open_study(path, verb="review", write=False) as study:
        read = {i for i, _ in study.human_codes(study.store.sentences()).read}
        return [s for s in study.store.sentences() if s.codable and s.id not in read]


def kappa_of(done: Agreed, code: str) -> Estimate:
    row = next(r for r in done.overall.rows if r.about is About.CODE and r.id == code)
    assert isinstance(row.figures.kappa, Estimate)
    return row.figures.kappa


def test_the_table_of_two_coders(coded_study: Path) -> None:
    """42 sentences in three interviews; kappa is the one that train reports."""
    done = agree(coded_study)
    assert done.overall.coders == ("ANNA", "BEN")
    assert (done.overall.units, done.overall.transcripts) == (42, 3)
    assert [p.coders for p in done.pairs] == [("ANNA", "BEN")]
    assert done.machine is None
    with open_study(coded_study, verb="x", write=False) as study:
        sentences = study.store.sentences()
        known = human_agreement(
            study.human_codes(sentences), sentences, study.codebook,
            rng=np.random.default_rng(1), draws=100, floor=2,
        )  # fmt: skip
    found = kappa_of(done, "physical_opportunity")
    reported = known.codes["physical_opportunity"].kappa
    assert isinstance(reported, Estimate)
    assert found.value == pytest.approx(reported.value)
    assert found.low is not None
    assert found.low < found.value
    labels = [r.label for r in done.overall.rows]
    assert "Opportunity" in labels
    assert "Physical opportunity, barrier" in labels
    assert labels[-2:] == ["any code", "polarity where both gave the code"]


def test_what_agrees_with_itself_and_what_is_printed(coded_study: Path) -> None:
    """Every coefficient of the page is in the terminal's table; the study stays as it was."""
    before = studies.state(coded_study)
    ran = run("agree", "--study", coded_study)
    assert ran.code == 0, ran.err
    for words in (
        "ANNA and BEN: 42 sentences read by two, 3 transcripts",
        "Krippendorff’s α",
        "Gwet’s AC1",
        "PABAK",
        "Social opportunity, facilitator",
        "whole set of codes",
    ):
        assert words in ran.out
    assert "two coders share 3 transcripts" in ran.err
    assert ran.err.splitlines()[-1].startswith("next: precode agree --study")
    assert studies.state(coded_study) == before


def test_the_same_seed_gives_the_same_page(coded_study: Path) -> None:
    first, second = (run("agree", "--study", coded_study, "--json") for _ in range(2))
    assert first.out == second.out
    told: dict[str, Any] = json.loads(first.out)
    figures = told["overall"]["rows"][0]["figures"]
    assert set(figures) >= {"units", "prevalence", "observed", "kappa", "alpha", "ac1", "pabak"}


def test_a_third_coder_makes_pairs_and_missing_overlap(coded_study: Path) -> None:
    say(coded_study, "CERI", unread(coded_study), BUS)
    say(coded_study, "ANNA", unread_by(coded_study, "ANNA")[:5], BUS)
    done = agree(coded_study)
    assert done.overall.coders == ("ANNA", "BEN", "CERI")
    assert done.overall.units == 47
    assert [(p.coders, p.units) for p in done.pairs] == [
        (("ANNA", "BEN"), 42), (("ANNA", "CERI"), 5),
    ]  # fmt: skip
    only = agree(coded_study, coders=("ANNA", "CERI"))
    assert only.overall.coders == ("ANNA", "CERI")
    assert only.overall.units == 5


def unread_by(path: Path, coder: str) -> list[Sentence]:
    with open_study(path, verb="review", write=False) as study:
        read = {i for i, c in study.human_codes(study.store.sentences()).read if c == coder}
        return [s for s in study.store.sentences() if s.codable and s.id not in read]


def test_what_was_said_before_the_suggestion_counts_and_what_was_said_after_does_not(
    coded_study: Path,
) -> None:
    """ANNA and BEN said nothing applies; BEN then revised two with a suggestion in view. CERI only
    ever decided with one.
    """
    new = unread(coded_study)
    for coder in ("ANNA", "BEN"):
        say(coded_study, coder, new)
    before = agree(coded_study)
    say(coded_study, "BEN", new[:2], BUS, assisted=True)
    say(coded_study, "CERI", new, BUS, assisted=True)
    assert agree(coded_study) == before
    assert before.overall.units == 56


def test_passages_are_fewer_than_sentences(coded_study: Path) -> None:
    done = agree(coded_study, unit="excerpt")
    assert done.unit == "excerpt"
    assert 0 < done.overall.units <= 42
    assert "passages read by two" in run("agree", "--study", coded_study, "--unit", "excerpt").out


def test_confusions_come_with_their_sentences(coded_study: Path) -> None:
    new = unread(coded_study)[:3]
    say(coded_study, "ANNA", new, BUS)
    say(coded_study, "BEN", new, PLAN)
    done = confused(coded_study)
    swapped = next(s for s in done.swaps if s.kind == "codes swapped")
    assert (swapped.first, swapped.second, swapped.n) == (
        "Physical opportunity", "Reflective motivation", 3,
    )  # fmt: skip
    assert [c.text for c in swapped.cases] == [s.text for s in new]
    assert swapped.cases[0].coder_gave == BUS
    assert {c.transcript for c in swapped.cases} == {"interview-4"}
    ran = run("agree", "--study", coded_study, "--confusions")
    assert "Physical opportunity / Reflective motivation: 3 sentences" in ran.out
    assert new[0].text in ran.out
    told = json.loads(run("agree", "--study", coded_study, "--confusions", "--json").out)
    assert sum(s["n"] == len(s["cases"]) for s in told["swaps"]) == len(told["swaps"])


def test_the_machine_stands_beside_the_people_on_the_audit_sample_alone(
    trained_study: Path, tmp_path: Path
) -> None:
    """70 unread sentences join; CERI answers the audit sample; kappa is that of status."""
    more = studies.write_interviews(tmp_path / "more" / "later", count=9, replies=14)
    for n in (1, 2, 3, 4, 9):
        (more / f"interview-{n}.txt").unlink()
    add(trained_study, [more])
    assert run("predict", "--study", trained_study).code == 0
    with reviewing(trained_study, coder="CERI", background=False) as session:
        items = list(session.items)
        while further := session.source.further(1000):
            items += further
        asked = [i for i in items if i.reason == Reason.AUDIT]
        for item in asked:
            s = item.sentence
            session.source.store((
                Event(EventKind.DECISION, "CERI", s.transcript_id, s.start, s.end,
                      codes=BUS if "bus" in s.text or "clinic car" in s.text else (),
                      reason=item.reason, codebook=session.setup.codebook.hash),
            ))  # fmt: skip
    done = agree(trained_study)
    assert done.machine is not None
    assert done.machine.sentences == len(asked) > 10
    told = json.loads(run("status", "--study", trained_study, "--json").out)["judgement"]
    for mine, theirs in zip(done.machine.codes, told["codes"], strict=True):
        assert mine.passages == theirs["passages"]
        value = mine.machine.kappa.value if isinstance(mine.machine.kappa, Estimate) else None
        assert value == theirs["kappa"]["value"]
    assert any(isinstance(c.machine.observed, Estimate) for c in done.machine.codes)
    assert "Machine and people, on" in run("agree", "--study", trained_study).out


def test_nobody_has_read_anything(empty_study: Path) -> None:
    run("agree", "--study", empty_study).refused(5, "no two coders", "precode codes CODINGS.csv")


def test_one_coder_alone_is_told_how_a_second_reads_the_same(
    interviews: Path, empty_study: Path, tmp_path: Path
) -> None:
    add(empty_study, [interviews])
    with open_study(empty_study, verb="x", write=False) as study:
        every = [s for s in study.store.sentences() if s.codable]
    say(empty_study, "ANNA", every, BUS)
    with pytest.raises(TooLittleError) as told:
        agree(empty_study)
    assert "--complete interview-" in told.value.mend
    assert run("agree", "--study", empty_study, "--confusions").code == 5
    assert json.loads(run("agree", "--study", empty_study, "--json").out)["exit"] == 5


def test_readings_that_all_hold_a_code_are_remarked_on(interviews: Path, empty_study: Path) -> None:
    """Imported without saying that whole transcripts were read: only coded sentences are known."""
    add(empty_study, [interviews])
    codings = interviews.parent / "codings.csv"
    assert run("codes", "--study", empty_study, codings).code == 0
    assert any("--complete" in note for note in agree(empty_study).notes)


def test_a_plan_without_codings_goes_by_stated_defaults(
    interviews: Path, empty_study: Path
) -> None:
    add(empty_study, [interviews])
    found = plan_double_coding(empty_study, width=0.3)
    assert [p.of.prevalence for p in found.plans] == list(STEPS)
    assert any("assumed" in note for note in found.notes)
    needed = [p.transcripts or 400 for p in found.plans]
    assert needed == sorted(needed, reverse=True)
    ran = run("agree", "--study", empty_study, "--plan", "--width", ".3", "--prevalence", ".2")
    assert ran.code == 0, ran.err
    assert "a code of 0.2" in ran.out


def test_a_plan_for_a_study_without_transcripts(empty_study: Path) -> None:
    run("agree", "--study", empty_study, "--plan").refused(5, "precode add FILES")


def test_a_plan_goes_by_what_the_study_is_like(coded_study: Path, tmp_path: Path) -> None:
    """With eight interviews read, clustering and prevalence are the study's own."""
    more = studies.write_interviews(tmp_path / "more" / "later", count=9, replies=14)
    for n in (1, 2, 3, 4):
        (more / f"interview-{n}.txt").unlink()
    add(coded_study, [more])
    say(coded_study, "ANNA", unread(coded_study)[::3], BUS)
    say(coded_study, "ANNA", unread(coded_study))
    found = plan_double_coding(coded_study, width=0.4, kappa=0.6)
    assert {p.label for p in found.plans} >= {"Physical opportunity", "Reflective motivation"}
    assert all("assumed" not in n for n in found.notes[:2])
    assert "assumed" in found.notes[2]  # three interviews read twice cannot tell
    assert (found.transcripts, found.double) == (9, 42)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--width", ".2"], "add --plan"),
        (["--plan", "--confusions"], "leave these out"),
        (["--coder", "NOBODY"], "ANNA, BEN"),
    ],
)
def test_options_that_do_not_go_together(coded_study: Path, options: list[str], words: str) -> None:
    run("agree", "--study", coded_study, *options).refused(2, words)


def test_the_mean_of_the_codes_is_of_those_with_a_kappa(coded_study: Path) -> None:
    """Three of six codes were given: the others, which everybody left out always, would lift the
    share agreed and PABAK of the mean. Every figure is of the same codes.
    """
    done = agree(coded_study)
    rows = [r.figures for r in done.overall.rows if r.about is About.CODE]
    given = [f for f in rows if isinstance(f.kappa, Estimate)]
    assert (done.overall.averaged, len(given), len(rows)) == (3, 3, 6)
    for name in ("observed", "kappa", "alpha", "ac1", "pabak"):
        mean = getattr(done.overall.mean_of_codes, name)
        each = [getattr(f, name).value for f in given]
        assert mean.value == pytest.approx(np.mean(each))
    assert "mean of 3 of the 6 codes" in run("agree", "--study", coded_study).out
    run("report", "--study", coded_study)
    page = (coded_study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "Mean over codes (3 of 6)" in page


def test_no_intervals_are_claimed_where_there_are_none(tmp_path: Path) -> None:
    """Two transcripts are too few to draw from: neither the table nor the report speaks of draws."""
    study = tmp_path / "study"
    talk = studies.write_interviews(tmp_path / "talk", count=3)
    (talk / "interview-3.txt").unlink()
    assert run("init", study, "--behaviour", studies.BEHAVIOUR).code == 0
    assert run("add", "--study", study, talk).code == 0
    assert run("codes", "--study", study, tmp_path / "codings.csv", "--complete-all").code == 0
    ran = run("agree", "--study", study)
    assert "No intervals: 2 transcripts are too few" in ran.out
    assert "draws of whole transcripts" not in ran.out
    assert "no intervals over so few" in ran.err and "are rough" not in ran.err
    assert run("report", "--study", study).code == 0
    page = (study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "too few to draw from" in page and "draws of whole transcripts" not in page


@pytest.mark.parametrize(
    "typed",
    [
        ("agree", "--plan", "--width", "nan"),
        ("agree", "--plan", "--kappa", "nan"),
        ("agree", "--plan", "--prevalence", "nan"),
        ("assign", "--coders", "A,B", "--share", "nan"),
    ],
)
def test_a_number_that_is_none_is_refused(typed: tuple[str, ...], coded_study: Path) -> None:
    """It would pass every comparison with the ends of the range."""
    run(*typed, "--study", coded_study).refused(2, "'nan' is not a number")


def test_a_negative_figure_has_the_same_minus_as_its_interval() -> None:
    """−0.05 (−.07–.25), not -0.05 (−.07–.25); and no negative nought."""
    assert _figure(Estimate(-0.05, -0.07, 0.25), "x", {}) == "−0.05 (−.07–.25)"
    assert _figure(Estimate(-0.001), "x", {}) == "0.00"


def test_a_swap_of_three_coders_counts_sentences_and_readings_apart(coded_study: Path) -> None:
    """One sentence on which one of three went another way is one sentence, read so twice."""
    left = unread(coded_study)[:12]
    say(coded_study, "ANNA", left, BUS)
    say(coded_study, "BEN", left, BUS)
    say(coded_study, "CERI", left[:1], PLAN)
    say(coded_study, "CERI", left[1:], BUS)
    ran = run("agree", "--study", coded_study, "--confusions")
    swapped = next(line for line in ran.out.splitlines() if "sentence, 2 times" in line)
    assert "Physical opportunity / Reflective motivation: 1 sentence, 2 times" in swapped
    assert "1 sentence" in run(
        "agree", "--study", coded_study, "--confusions", "--coder", "ANNA", "--coder", "CERI"
    ).out.replace("1 sentence, 2 times", "")
    run("report", "--study", coded_study)
    page = (coded_study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "Readings of two coders" in page


def test_double_coding_is_in_the_methods_without_a_model(coded_study: Path) -> None:
    """The paragraph, COREQ's item 24 and the table of agreement have one number of sentences; what
    was read in from tables is not said to have been coded blind.
    """
    done = agree(coded_study)
    run("report", "--study", coded_study)
    page = (coded_study / "reports" / "report.html").read_text(encoding="utf-8")
    assert f"{done.overall.units} sentences in 3 sources were read by two or more coders" in page
    assert f"{done.overall.units} sentences read by two or more, apart" in page
    assert "say whether each coder worked without sight of the others’ codes there" in page
    assert "read in from tables or other programs, precode cannot know" in page
