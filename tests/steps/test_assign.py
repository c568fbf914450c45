"""Blind double-coding: given, asked first and unaided, hidden until all are done, shown then."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fakes
import openpyxl
import pytest
import studies
from running import run

from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Reason
from precode.errors import TooLittleError, UsageError
from precode.review.values import Item
from precode.steps.add import add
from precode.steps.adjudicate import listed as disagreements
from precode.steps.agree import agree
from precode.steps.assign import assign, close, listed
from precode.steps.confused import confused
from precode.steps.export import export
from precode.steps.loop.relearn import relearn
from precode.steps.opening import Study, open_study
from precode.steps.reporting.view import view_of
from precode.steps.review import Session, reviewing
from precode.steps.together.rounds import apart, shown

BARRIER = (CodePolarity("physical_opportunity", Polarity.BARRIER),)
FACILITATOR = (CodePolarity("physical_opportunity", Polarity.FACILITATOR),)


@pytest.fixture(scope="module")
def _drawn(_coded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    path = Path(shutil.copytree(_coded, folder / "study"))
    more = studies.write_interviews(folder / "more" / "later", count=9, replies=14)
    for n in (1, 2, 3, 4, 9):
        (more / f"interview-{n}.txt").unlink()
    add(path, [more])
    with pytest.MonkeyPatch.context() as patch:
        fakes.install(patch.setattr)
        with session(path, "ZOE", n=1):
            pass  # the first review draws the audit sample
    return path


@pytest.fixture
def study(_drawn: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """Three interviews coded by ANNA and BEN, five that nobody has read: 70 sentences, some of them
    the audit sample.
    """
    return Path(shutil.copytree(_drawn, tmp_path / "my stüdy"))


@contextmanager
def session(path: Path, coder: str, **options: Any) -> Iterator[Session]:
    with reviewing(path, coder=coder, background=False, **options) as opened:
        yield opened


@contextmanager
def opened(path: Path) -> Iterator[Study]:
    with open_study(path, verb="test", write=False) as study:
        yield study


def all_items(session: Session) -> list[Item]:
    items = list(session.items)
    while more := session.source.further(1000):
        items += more
    return items


def decide(session: Session, item: Item, codes: Sequence[CodePolarity] = ()) -> None:
    s = item.sentence
    made = Event(
        EventKind.DECISION, session.setup.coder, s.transcript_id, s.start, s.end,
        codes=tuple(codes), reason=item.reason, codebook=session.setup.codebook.hash,
    )  # fmt: skip
    session.source.store((made,))


def work(path: Path, coder: str, codes: Sequence[CodePolarity] = (), n: int | None = None) -> int:
    """``coder`` decides (the first ``n`` of) what she was given; returns how many."""
    with session(path, coder) as s:
        given = {i for r in s.study.store.rounds() if coder in r.coders for i in r.sentences}
        mine = [i for i in all_items(s) if i.sentence.id in given][:n]
        for item in mine:
            decide(s, item, codes)
        return len(mine)


def human(path: Path) -> HumanCodes:
    with opened(path) as study:
        return study.human_codes(study.store.sentences())


# -- giving ------------------------------------------------------------------------------------


def test_random_sentences_are_spread_and_unread_and_not_of_the_audit_sample(study: Path) -> None:
    """10 of what ANNA and BEN have not read, about two of each of the five interviews."""
    given = assign(study, coders=["ANNA", "BEN"], sentences=10)
    assert (given.round.name, given.round.state, given.round.sentences) == ("round1", "open", 10)
    with opened(study) as s:
        (made,) = s.store.rounds()
        drawn = made.sentences
        assert not set(drawn) & set(s.store.audit_sample())
        assert not {i for i, _ in human(study).read} & set(drawn)
        assert s.store.logged()[-1]["detail"] == {
            "name": "round1", "coders": ["ANNA", "BEN"], "sentences": 10, "kind": "sentences",
            "asked": 10, "seed": 1, "round": 0,
        }  # fmt: skip
        names = {t.id: t.name for t in s.store.transcripts()}
        frame = {x.transcript_id for x in s.store.sentences() if x.codable} - {
            i for i, n in names.items() if n in ("interview-1", "interview-2", "interview-3")
        }
    per = [sum(i.startswith(t) for i in drawn) for t in frame]
    assert sum(per) == 10
    assert min(per) >= 1


def test_the_same_seed_draws_the_same_and_another_another(study: Path, tmp_path: Path) -> None:
    drawn = []
    for n, seed in enumerate((None, 1, 2)):
        copy = Path(shutil.copytree(study, tmp_path / f"copy-{n}"))
        assign(copy, coders=["ANNA", "BEN"], sentences=10, seed=seed)
        with opened(copy) as s:
            drawn.append(s.store.rounds()[0].sentences)
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_second_round_draws_others(study: Path) -> None:
    assign(study, coders=["ANNA", "BEN"], sentences=20)
    assign(study, coders=["BEN", "CERI"], sentences=20)
    with opened(study) as s:
        one, other = s.store.rounds()
        assert (one.name, other.name) == ("round1", "round2")
        assert not set(one.sentences) & set(other.sentences)


def test_a_share_is_of_transcripts_that_none_of_them_has_begun(study: Path) -> None:
    """30 % of eight, rounded up: three whole interviews, none that ANNA or BEN has coded."""
    given = assign(study, coders=["ANNA", "BEN"], share=0.3)
    assert given.round.transcripts == 3
    names = given.round.how["transcripts"]
    assert isinstance(names, list)
    assert not {"interview-1", "interview-2", "interview-3"} & set(names)


def test_whole_transcripts_are_asked_in_the_order_of_the_talk(study: Path) -> None:
    """Those of the audit sample among them, as such; audit slots in between keep their place."""
    assign(study, coders=["CERI", "DORA"], transcripts=["interview-6", "interview-5"])
    with session(study, "CERI") as s:
        items = all_items(s)
    mine = [i for i in items if "coded apart" in i.why]
    assert sorted((i.source for i in mine), reverse=True) == [i.source for i in mine]
    for name in ("interview-6", "interview-5"):
        starts = [i.sentence.start for i in mine if i.source == name]
        assert starts == sorted(starts)
    asked = [i.sentence.id for i in items]
    assert len(asked) == len(set(asked))
    with opened(study) as st:
        sample = set(st.store.audit_sample())
        every = {x.id for x in st.store.sentences() if x.codable}
        given = set(st.store.rounds()[0].sentences)
    assert given <= set(asked) <= every
    assert {i.reason for i in items if i.sentence.id in sample} == {Reason.AUDIT}
    assert {i.reason for i in mine if i.sentence.id not in sample} == {Reason.ASSIGNED}
    last = max(n for n, i in enumerate(items) if "coded apart" in i.why)
    assert all(i.reason == Reason.AUDIT for i in items[:last] if "coded apart" not in i.why)


def test_what_was_decided_is_not_asked_again_and_what_was_skipped_comes_last(study: Path) -> None:
    assign(study, coders=["CERI", "DORA"], transcripts=["interview-6"])
    with session(study, "CERI") as s:
        first, second, *_ = [i for i in all_items(s) if "coded apart" in i.why]
        decide(s, first)
        e = Event(EventKind.SKIP, "CERI", second.sentence.transcript_id, second.sentence.start,
                  second.sentence.end)  # fmt: skip
        s.source.store((e,))
    with session(study, "CERI") as s:
        mine = [i for i in all_items(s) if "coded apart" in i.why]
    assert first.sentence.id not in {i.sentence.id for i in mine}
    assert mine[-1].sentence.id == second.sentence.id
    assert [(x.coder, x.decided, x.skipped, x.of) for x in listed(study)[0].shares] == [
        ("CERI", 1, 1, 14), ("DORA", 0, 0, 14),
    ]  # fmt: skip


def test_a_limit_to_transcripts_holds_for_what_was_given_too(study: Path) -> None:
    assign(study, coders=["CERI", "DORA"], transcripts=["interview-6", "interview-5"])
    with session(study, "CERI", transcripts=["interview-5"]) as s:
        assert {i.source for i in all_items(s)} == {"interview-5"}


def test_no_suggestion_comes_with_what_was_given_even_where_it_stands_beside(
    trained_study: Path,
) -> None:
    """The study shows suggestions before: not here, and no passage beside one takes these in."""
    settings = trained_study / "precode.toml"
    text = settings.read_text(encoding="utf-8").replace(
        'suggestion = "after"', 'suggestion = "before"'
    )
    settings.write_text(text, encoding="utf-8")
    assign(trained_study, coders=["CERI", "DORA"], sentences=5)
    with session(trained_study, "CERI") as s:
        items = all_items(s)
    mine = [i for i in items if i.reason == Reason.ASSIGNED]
    assert len(mine) == 5
    assert all(i.suggestion is None for i in mine)
    given = {i.sentence.id for i in mine}
    others = [i for i in items if i.suggestion is not None]
    assert not given & {x.id for i in others for x in (*i.earlier, *i.later)}


def test_a_packet_holds_what_was_given_without_suggestions(trained_study: Path) -> None:
    study = trained_study
    assign(study, coders=["CERI", "DORA"], sentences=5)
    packet = study.parent / "ceri.xlsx"
    ran = run("review", "--coder", "CERI", "--packet", packet, "--with-suggestions", "-n", 12,
              "--study", study)  # fmt: skip
    assert ran.code == 0, ran.err
    with opened(study) as s:
        ((_, content),) = s.store.packets().values()
        rows = content["sentences"]
        assert isinstance(rows, list)
        asked = {r["id"]: r["suggested"] for r in rows}
        given = s.store.rounds()[0].sentences
        assert not any(asked[i] for i in given)
    assert openpyxl.load_workbook(packet).sheetnames
    with session(study, "CERI") as s:  # it is out: asked when it comes back
        assert not {i.sentence.id for i in all_items(s)} & set(given)


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"coders": ["ANNA"], "sentences": 5}, "two coders or more"),
        ({"coders": ["ANNA", "anna"], "sentences": 5}, "two coders or more"),
        ({"coders": ["anna", "BEN"], "sentences": 5}, "ANNA has"),
        ({"coders": ["ANNA", "Consensus"], "sentences": 5}, "keeps the name"),
        ({"coders": ["ANNA", "BEN"]}, "whole transcripts, of a share"),
        (
            {"coders": ["ANNA", "BEN"], "sentences": 5, "share": 0.5},
            "whole transcripts, of a share",
        ),
        ({"coders": ["ANNA", "BEN"], "transcripts": ["nowhere"]}, "no transcript is called"),
    ],
)
def test_what_cannot_be_given(study: Path, options: dict[str, Any], words: str) -> None:
    before = studies.state(study)
    with pytest.raises(UsageError, match=words):
        assign(study, **options)
    assert studies.state(study).tables["log"] == before.tables["log"]
    assert listed(study) == ()


def test_too_little_is_left(study: Path) -> None:
    with pytest.raises(TooLittleError, match="are left that neither ANNA nor BEN has read"):
        assign(study, coders=["ANNA", "BEN"], sentences=500)
    with pytest.raises(TooLittleError, match="are 8; those that neither"):
        assign(study, coders=["ANNA", "BEN"], share=1)
    with pytest.raises(TooLittleError, match="have read all of it"):
        assign(study, coders=["ANNA", "BEN"], transcripts=["interview-1"])


def test_one_name_one_round(study: Path) -> None:
    assign(study, coders=["ANNA", "BEN"], sentences=5, name="pilot")
    with pytest.raises(UsageError, match="a round called 'pilot' already"):
        assign(study, coders=["ANNA", "CERI"], sentences=5, name="pilot")
    with pytest.raises(UsageError, match="no round called 'round1' is there") as caught:
        close(study, "round1")
    assert caught.value.mend == "open rounds: pilot"


def test_one_person_under_two_names_is_told_in_review_too(study: Path) -> None:
    """CERI was given a round and has coded nothing yet: "ceri" would be somebody else."""
    assign(study, coders=["CERI", "DORA"], sentences=5)
    with pytest.raises(UsageError, match="CERI was given a round"), session(study, "ceri"):
        pass


# -- what nobody sees --------------------------------------------------------------------------


def test_nobody_sees_anothers_codes_until_all_are_done(study: Path) -> None:
    """agree, its confusions, adjudicate, the report's view, export, and evidence: without the round
    while BEN has one sentence to go, with it when he has none.
    """
    assign(study, coders=["ANNA", "BEN"], sentences=12)
    with opened(study) as s:
        ids = set(s.store.rounds()[0].sentences)
    units = agree(study).overall.units
    differ = disagreements(study).open
    assert work(study, "ANNA", BARRIER) == 12
    assert work(study, "BEN", FACILITATOR, n=11) == 11
    told = (
        "12 sentences are being coded apart (round1): they are shown once BEN is done, or after "
        "precode assign --close round1"
    )
    with opened(study) as s:
        assert apart(s) == ids
    found = agree(study)
    assert found.overall.units == units
    assert told in found.notes
    swaps = confused(study)
    assert told in swaps.notes
    assert not ids & {i for w in swaps.swaps for c in w.cases for i in c.sentences}
    assert disagreements(study).open == differ
    assert told in disagreements(study).notes
    with opened(study) as s:
        view = view_of(s)
    assert not ids & ({c.sentence_id for c in view.human.codings} | {i for i, _ in view.human.read})
    for options in ({}, {"coders": ["ANNA"]}):
        done = export(study, form="csv", out=study / "exports" / "codes.csv", **options)  # type: ignore[arg-type]
        with Path(done.file).open(encoding="utf-8-sig", newline="") as file:
            assert not ids & {r["sentence_id"] for r in csv.DictReader(file)}
        assert done.notes == (told,)
    assert {i for i, c in human(study).read if c == "ANNA"} >= ids  # it is all there, only hidden
    assert work(study, "BEN", FACILITATOR) == 1
    with opened(study) as s:
        assert apart(s) == frozenset()
        assert shown(s, human(study)) == human(study)
        assert ids <= {c.sentence_id for c in view_of(s).human.codings}
    assert agree(study).overall.units == units + 12
    assert disagreements(study).open == differ + 12
    assert not any("apart" in line for line in agree(study).notes)
    assert listed(study)[0].state == "done"


def test_evidence_never_quotes_what_is_coded_apart(study: Path) -> None:
    """ANNA's and BEN's hand-coded interviews are quoted, until they are given to be coded apart."""

    def quoted(path: Path) -> str:
        ranking = relearn(path, coder="CERI")
        return json.dumps(
            [(r.evidence, r.suggestion and r.suggestion.evidence) for r in ranking.items]
        )

    names = [f"interview-{n}" for n in (1, 2, 3)]
    before = quoted(study)
    assert any(f"({n}; read by" in before for n in names)
    kept = list((study / "cache" / "loop").rglob("ranking.json"))
    assert kept
    assign(study, coders=["CERI", "DORA"], transcripts=names)
    assert not any(p.exists() for p in kept)  # what a review would have taken up quotes them
    after = quoted(study)
    assert not any(n in after for n in names)
    close(study, "round1")
    assert any(f"({n}; read by" in quoted(study) for n in names)


def test_closing_shows_what_was_hidden_and_asks_no_more(study: Path) -> None:
    assign(study, coders=["CERI", "DORA"], sentences=6)
    work(study, "CERI", BARRIER)
    row = close(study, "round1")
    assert (row.state, [x.decided for x in row.shares]) == ("closed", [6, 0])
    with opened(study) as s:
        assert apart(s) == frozenset()
        last = s.store.logged()[-1]
    assert (last["verb"], last["detail"]) == (
        "assign closed", {"name": "round1", "undecided": {"DORA": 6}},
    )  # fmt: skip
    with session(study, "DORA") as again:
        assert not [i for i in all_items(again) if "coded apart" in i.why]
    with pytest.raises(UsageError, match="no round called 'round1' is open"):
        close(study, "round1")


def test_the_audit_sample_of_a_round_is_judged_by_its_own_rules(study: Path) -> None:
    """Whole transcripts coded apart: answers ahead of the sample's order wait for their turn."""
    assign(study, coders=["CERI", "DORA"], transcripts=["interview-6", "interview-7"])
    work(study, "CERI", BARRIER)
    told = json.loads(run("status", "--study", study, "--json").out)
    judged = told["judgement"]
    assert judged["answered"] + judged["early"] > 0
    assert told["rounds"] == {"round1": "CERI done, DORA 0 of 28"}
    ids = {e.reason for e in _events(study) if e.coder == "CERI"}
    assert ids == {Reason.AUDIT, Reason.ASSIGNED}


def _events(path: Path) -> tuple[Event, ...]:
    with opened(path) as s:
        return s.store.events()


# -- the door ----------------------------------------------------------------------------------


def test_at_the_command_line(study: Path) -> None:
    ran = run("assign", "--coders", "CERI, DORA", "--transcripts", "interview-5,interview-6",
              "--name", "pilot", "--study", study)  # fmt: skip
    assert ran.code == 0, ran.err
    assert ran.out.startswith("pilot: 28 sentences of 2 transcripts for CERI and DORA, each alone")
    ran = run("review", "--plain", "--coder", "CERI", "--study", study, stdin="n\nn\nn\nq\n")
    assert "Given to you and DORA, coded apart." in " ".join(ran.out.split())
    (row,) = json.loads(run("assign", "--list", "--json", "--study", study).out)
    assert row["name"] == "pilot"
    assert {x["coder"] for x in row["shares"]} == {"CERI", "DORA"}
    assert "CERI" in run("assign", "--list", "--study", study).out
    assert "Coded apart, pilot: CERI" in run("status", "--study", study).out
    ran = run("export", "--format", "csv", "--study", study)
    assert "being coded apart (pilot)" in ran.err
    ran = run("assign", "--close", "pilot", "--study", study)
    assert ran.code == 0
    assert "is closed" in ran.out
    run("assign", "--study", study).refused(2, "--coders")
    run("assign", "--list", "--close", "pilot", "--study", study).refused(2, "--close")


def test_status_says_how_much_of_what_was_read_is_hidden(study: Path) -> None:
    """Else what is read and not counted as coded would pass for "nothing applies"."""
    assign(study, coders=("ANNA", "BEN"), transcripts=("interview-5",))
    with session(study, "ANNA") as s:
        for item in all_items(s)[:3]:
            decide(s, item, BARRIER)
    told = json.loads(run("status", "--study", study, "--json").out)
    assert {c["name"]: c["apart"] for c in told["coders"]}["ANNA"] == 3
    assert "coded apart, not shown" in run("status", "--study", study).out


def test_a_row_without_a_place_shows_nothing_of_what_is_coded_apart(
    study: Path, tmp_path: Path
) -> None:
    """The report lists rows that no transcript held, with their codes: not those of an open round."""
    assign(study, coders=("ANNA", "BEN"), transcripts=("interview-5",))
    header = ["source", "excerpt", "code", "polarity", "coder"]
    lost = "Nobody ever said this at all, on no day whatever."
    rows = [[name, lost, "physical_opportunity", "barrier", "ANNA"] for name in
            ("interview-1", "interview-5")]  # fmt: skip
    table = studies.write_table(tmp_path / "more.csv", header, *rows)
    assert run("codes", "--study", study, table).code == 0
    with opened(study) as s:
        shown, kept = sorted(view_of(s).unplaced, key=lambda r: str(r["source"]))
    assert shown["text"] == lost and shown["code"]
    assert kept["source"] == "interview-5" and kept["coder"] == "ANNA"
    assert not {"text", "code", "polarity", "memo"} & kept.keys()
    assert lost not in json.dumps(kept)


def test_the_report_itself_says_what_is_being_coded_apart(study: Path) -> None:
    """Whoever gets the page did not see the terminal: what coders have read there is not "read by
    no person" without a word.
    """
    run("report", "--study", study)
    page = study / "reports" / "report.html"
    assert "being coded apart" not in page.read_text(encoding="utf-8")
    assign(study, coders=("ANNA", "BEN"), transcripts=("interview-5",))
    with session(study, "ANNA") as s:
        for item in all_items(s)[:3]:
            decide(s, item, BARRIER)
    run("report", "--study", study)
    told = page.read_text(encoding="utf-8")
    assert "Not the whole:" in told and "round1" in told
    assert "Sentences that no person has read, or that are being coded apart" in told
