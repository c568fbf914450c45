"""``adjudicate`` on a small study: what is shown, what is stored, what counts afterwards."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import studies
from running import Ran, finished, run, spawn

from precode.codings.consensus import CONSENSUS
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Sentence
from precode.errors import TooLittleError, UsageError
from precode.steps.adjudicate import adjudicating, listed
from precode.steps.agree import agree
from precode.steps.opening import open_study
from precode.steps.reporting.view import view_of

BUS = (CodePolarity("physical_opportunity", Polarity.BARRIER),)
CAR = (CodePolarity("physical_opportunity", Polarity.FACILITATOR),)
TALKS = (CodePolarity("social_opportunity", Polarity.BARRIER),)


def say(
    path: Path,
    coder: str,
    on: Sequence[Sentence],
    codes: Sequence[CodePolarity] = (),
    *,
    assisted: bool = False,
    memo: str = "",
) -> None:
    """Store a decision of ``coder`` on each sentence."""
    with open_study(path, verb="review", write=True) as study:
        study.store.append([
            Event(EventKind.DECISION, coder, s.transcript_id, s.start, s.end, codes=tuple(codes),
                  assisted=assisted, memo=memo, codebook=study.codebook.hash)
            for s in on
        ])  # fmt: skip


@pytest.fixture
def talk(empty_study: Path, tmp_path: Path) -> tuple[Path, list[Sentence]]:
    """A study of one interview: ANNA and BEN differ on its first three sentences and agree on the
    next. The second and third are of one reply.
    """
    lines = ["INT: And?", "P1: One was late.", "INT: Then?", "P1: Two laughed. Three laughed too.",
             "INT: And then?", "P1: Four was fine. Five was nobody's."]  # fmt: skip
    (tmp_path / "visit.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run("add", tmp_path / "visit.txt", "--study", empty_study).code == 0
    with open_study(empty_study, verb="test", write=False) as study:
        sentences = [s for s in study.store.sentences() if s.codable]
    assert [s.text.split()[0] for s in sentences] == ["One", "Two", "Three", "Four", "Five"]
    say(empty_study, "ANNA", sentences[:1], BUS, memo="the bus again")
    say(empty_study, "BEN", sentences[:1], CAR)
    say(empty_study, "ANNA", sentences[1:3], TALKS)
    say(empty_study, "BEN", sentences[1:3])
    for coder in ("ANNA", "BEN"):
        say(empty_study, coder, sentences[3:4], BUS)
    return empty_study, sentences


def plain(path: Path, keys: str, *options: object) -> Ran:
    """A session fed with lines ("1b|" is a code and an Enter)."""
    ran = run("adjudicate", "--study", path, *options, stdin=keys.replace("|", "\n"))
    assert ran.code == 0, ran.err
    return ran


def stands(path: Path) -> HumanCodes:
    with open_study(path, verb="test", write=False) as study:
        return study.human_codes(study.store.sentences())


def agreed(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Sentence id → what the consensus says of it."""
    human = stands(path)
    out: dict[str, list[tuple[str, str]]] = {s: [] for s, c in human.read if c == CONSENSUS}
    for c in human.codings:
        if c.coder == CONSENSUS:
            out[c.sentence_id].append((c.code, str(c.polarity)))
    return out


# -- the session -----------------------------------------------------------------------------------


def test_a_walk_from_the_first_disagreement_to_the_last(talk: tuple[Path, list[Sentence]]) -> None:
    """A code with a memo and a flag, a skip, nothing; the coders' own codes are as they were."""
    path, (one, two, three, *_) = talk
    before = stands(path)
    ran = plain(path, "m we looked at it again|?|3f||s|n||")
    assert ">> P1, participant: One was late." in ran.out
    assert "2 coders differ in polarity." in ran.out
    assert "2 coders differ in whether a code applies" in ran.out
    assert "decided, 1 skipped" in ran.out and "1 disagreement is open" in ran.out
    assert agreed(path) == {one.id: [("physical_opportunity", "facilitator")], three.id: []}
    after = stands(path)
    assert [c for c in after.codings if c.coder != CONSENSUS] == list(before.codings)
    assert {r for r in after.read if r[1] != CONSENSUS} == before.read
    with open_study(path, verb="test", write=False) as study:
        flag, event, *_ = [e for e in study.store.events() if e.coder == CONSENSUS]
        assert flag.kind is EventKind.FLAG
        assert (event.memo, event.reason) == ("we looked at it again", "disagreement")
    again = plain(path, "|")
    assert "Two laughed" in again.out and ">> P1, participant: One" not in again.out
    assert two.id not in agreed(path)


def test_names_are_hidden_unless_they_are_asked_for(talk: tuple[Path, list[Sentence]]) -> None:
    path, _ = talk
    hidden = plain(path, "|").out
    assert "ANNA" not in hidden and "BEN" not in hidden
    lines = [line for line in hidden.splitlines() if line.startswith(("First", "Second"))]
    assert {line.partition(": ")[2] for line in lines} == {
        "3 Physical opportunity, barrier.", "3 Physical opportunity, facilitator.",
    }  # fmt: skip
    assert "Memo: the bus again" in hidden
    shown = plain(path, "|", "--names").out
    assert "ANNA: 3 Physical opportunity, barrier.\n  Memo: the bus again\nBEN: 3" in shown


def test_the_order_of_hidden_coders_changes_and_holds(coded_study: Path) -> None:
    """From sentence to sentence, and not from session to session."""
    with open_study(coded_study, verb="test", write=False) as study:
        sentences = [s for s in study.store.sentences() if s.codable][:24]
    say(coded_study, "ANNA", sentences, BUS)
    say(coded_study, "BEN", sentences, CAR)

    def first() -> list[bool]:
        with adjudicating(coded_study) as session:
            mine = [i for i in session.items if i.sentence in sentences]
            return [item.others[0].codes == BUS for item in mine]

    assert first() == first()
    assert 4 < sum(first()) < 20


def test_one_decision_for_neighbours_that_were_coded_alike(
    talk: tuple[Path, list[Sentence]],
) -> None:
    """The second sentence may take in the third, but the first nothing."""
    path, (one, two, three, *_) = talk
    ran = plain(path, "]|s|]|4b||")
    assert "no sentence after can be taken in" in ran.out
    assert "coded alike: the next sentence (])" in " ".join(ran.out.split())
    assert "Selected: 2 sentences." in ran.out
    social = [("social_opportunity", "barrier")]
    assert agreed(path) == {two.id: social, three.id: social}
    assert listed(path).open == 1
    plain(path, "u|")
    assert agreed(path) == {}
    assert one.id not in agreed(path)


def test_undo_and_going_back_reach_earlier_sessions(talk: tuple[Path, list[Sentence]]) -> None:
    path, (one, *_) = talk
    plain(path, "n|")
    ran = plain(path, "g|g 1|3b||")
    assert "1. nothing applies: One was late." in ran.out
    assert agreed(path)[one.id] == [("physical_opportunity", "barrier")]
    plain(path, "u|u|q|q|")
    assert agreed(path) == {}


def test_only_a_code_a_transcript_or_so_many(talk: tuple[Path, list[Sentence]]) -> None:
    path, (one, two, *_) = talk

    def asked(**options: object) -> list[str]:
        with adjudicating(path, **options) as session:  # type: ignore[arg-type]
            return [i.sentence.id for i in session.items]

    assert asked(n=1) == [one.id]
    assert asked(code="Social opportunity", n=1) == [two.id]
    assert len(asked(transcripts=["visit"])) == 3
    with pytest.raises(UsageError, match="no code is called 'bus'"):
        asked(code="bus")
    with pytest.raises(UsageError, match="no transcript is called 'vist'"):
        asked(transcripts=["vist"])


def test_what_changed_since_is_asked_again_with_what_was_agreed(
    talk: tuple[Path, list[Sentence]],
) -> None:
    """Enter alone does not keep it: it is to be decided anew."""
    path, (one, *_) = talk
    plain(path, "3f||q|q|")
    say(path, "BEN", [one], TALKS)
    assert listed(path).open == 3
    ran = plain(path, "|3b||")
    assert "Agreed before it changed: 3 Physical opportunity, facilitator." in ran.out
    assert "choose a code by its number" in ran.out
    assert agreed(path)[one.id] == [("physical_opportunity", "barrier")]
    assert listed(path).open == 2


def test_nothing_to_settle_is_said(talk: tuple[Path, list[Sentence]]) -> None:
    path, _ = talk
    plain(path, "3b||n|n|")
    assert "0 disagreements are open" in plain(path, "|").out
    with open_study(path, verb="test", write=False) as study:
        assert len([e for e in study.store.logged() if e["verb"] == "adjudicate"]) == 1
    empty = path.parent / "alone"
    assert run("init", empty, "--behaviour", studies.BEHAVIOUR).code == 0
    run("adjudicate", "--study", empty).refused(5, "no two coders", "precode review --coder OTHER")


def test_kill_9_loses_nothing_that_was_acknowledged(talk: tuple[Path, list[Sentence]]) -> None:
    path, (one, *_) = talk
    with spawn("adjudicate", "--study", path, stdin=subprocess.PIPE) as process:
        process.stdin.write("3f\n\n")
        process.stdin.flush()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            if process.stdout.readline().startswith(">> P1, participant: Two laughed."):
                break
        process.send_signal(signal.SIGKILL)
    assert agreed(path) == {one.id: [("physical_opportunity", "facilitator")]}
    assert plain(path, "|").out.count("Two laughed") == 1


def test_ctrl_c_says_what_is_stored(talk: tuple[Path, list[Sentence]]) -> None:
    path, _ = talk
    process = spawn("adjudicate", "--study", path, stdin=subprocess.PIPE)
    while not process.stdout.readline().startswith("Keys"):
        pass
    process.send_signal(signal.SIGINT)
    ran = finished(process)
    assert ran.code == 130, ran.err
    assert "Stopped. Stored in this session: 0 sentences decided" in ran.out


# -- the list --------------------------------------------------------------------------------------


def test_the_list_counts_by_kind_and_code(talk: tuple[Path, list[Sentence]]) -> None:
    path, _ = talk
    ran = run("adjudicate", "--list", "--json", "--study", path)
    told = json.loads(ran.out)
    assert (told["double_read"], told["open"], told["settled"]) == (4, 3, 0)
    assert [(r["kind"], r["code"], r["n"]) for r in told["rows"]] == [
        ("only some gave the code", "social_opportunity", 2),
        ("polarity differs", "physical_opportunity", 1),
    ]
    table = run("adjudicate", "--list", "--study", path)
    assert re.search(r"polarity differs\s+Physical opportunity\s+1", table.out)
    assert "next: precode adjudicate" in table.err
    assert "3 disagreements are open" in run("status", "--study", path).out
    run("adjudicate", "--json", "--study", path).refused(2, "add --list")
    run("adjudicate", "--list", "--names", "--study", path).refused(2, "leave these out")


def test_what_is_out_in_a_spreadsheet_waits(talk: tuple[Path, list[Sentence]]) -> None:
    """A third coder has the sentence: the codes of the others are not laid open before."""
    path, _ = talk
    ran = run("review", "--coder", "CERI", "--packet", path.parent / "c.csv",
              "--transcript", "visit", "--study", path)  # fmt: skip
    assert ran.code == 0, ran.err
    now = listed(path)
    assert (now.open, now.out) == (0, 3)


# -- what counts afterwards ------------------------------------------------------------------------


def test_agreement_is_that_of_before(coded_study: Path) -> None:
    """Neither the consensus counts, nor that BEN takes it over, however often it is settled."""
    before = agree(coded_study)
    opened = listed(coded_study).open
    assert opened > 0
    plain(coded_study, "n|" * opened)
    with adjudicating(coded_study) as session:
        assert not session.items
    human = stands(coded_study)
    decided = {s for s, c in human.read if c == CONSENSUS}
    with open_study(coded_study, verb="test", write=False) as study:
        sentences = [s for s in study.store.sentences() if s.id in decided]
    say(coded_study, "ANNA", sentences)
    after = agree(coded_study)
    assert after.overall == before.overall
    assert after.overall.coders == ("ANNA", "BEN")
    run("agree", "--coder", "consensus", "--coder", "BEN", "--study", coded_study).refused(
        2, "no independent reading"
    )


def test_reports_and_exports_go_by_the_consensus(talk: tuple[Path, list[Sentence]]) -> None:
    path, (one, *_) = talk
    plain(path, "3x||q|q|")
    with open_study(path, verb="test", write=False) as study:
        view = view_of(study)
        assert {c for s, c in view.human.read if s == one.id} == {CONSENSUS}
        assert [str(c.polarity) for c in view.human.codings if c.sentence_id == one.id] == ["both"]

    def exported(*options: str) -> set[tuple[str, str]]:
        out = path.parent / "codes.csv"
        ran = run("export", "--out", out, "--human-only", "--study", path, *options)
        assert ran.code == 0, ran.err
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = [r for r in csv.DictReader(file) if r["sentence_id"] == one.id]
        return {(r["coder"], r["polarity"]) for r in rows}

    assert exported() == {(CONSENSUS, "both")}
    assert exported("--coder", "ANNA", "--coder", "BEN") == {
        ("ANNA", "barrier"), ("BEN", "facilitator"),
    }  # fmt: skip


def test_what_rests_on_suggestions_stays_assisted(talk: tuple[Path, list[Sentence]]) -> None:
    """BEN had seen the machine's word on the first: so has what is agreed on it, but not the next."""
    path, (one, two, *_) = talk
    say(path, "BEN", [one], TALKS, assisted=True)
    plain(path, "3b||4b||q|q|")
    human = stands(path)
    assert (one.id, CONSENSUS) in human.assisted
    assert (two.id, CONSENSUS) in human.read - human.assisted


def test_no_person_may_be_called_consensus(
    talk: tuple[Path, list[Sentence]], tmp_path: Path
) -> None:
    path, _ = talk
    run("review", "--coder", "Consensus", "--study", path).refused(2, "precode adjudicate")
    table = studies.write_table(
        tmp_path / "c.csv", ["source", "excerpt", "code", "polarity", "coder"],
        ["visit", "Five was nobody's.", "social opportunity", "barrier", "consensus"],
    )  # fmt: skip
    run("codes", table, "--study", path).refused(3, "keeps the name", "TEAM")
    run("codes", table, "--coder", "consensus", "--study", path).refused(2, "keeps the name")


def test_training_goes_by_it(trained_study: Path) -> None:
    """Every disagreement settled as "nothing applies": what train learns from has no half codes."""
    copy = Path(shutil.copytree(trained_study, trained_study.parent / "copy"))
    opened = listed(copy).open
    plain(copy, "n|" * opened)
    ran = run("train", "--study", copy, "--json")
    assert ran.code == 0, ran.err
    with open_study(copy, verb="test", write=False) as study:
        from precode.codings.targets import targets

        sentences = study.store.sentences()
        rows = targets(study.human_codes(sentences), sentences, study.codebook)
    assert opened and set(rows.y.ravel().tolist()) == {0.0, 1.0}


def test_nothing_open_and_nothing_decided_is_too_little(talk: tuple[Path, list[Sentence]]) -> None:
    path, _ = talk
    with (
        pytest.raises(TooLittleError, match="no disagreement is open"),
        adjudicating(path, code="automatic_motivation"),
    ):
        pass
