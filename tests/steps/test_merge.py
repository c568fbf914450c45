"""Copies of a study that went on apart, brought together again, or refused with the reason."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import fakes
import openpyxl
import pytest
import studies
from forking import Crash, forked
from running import run
from studies import state, write_table

from precode.codings.merging import identities
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity
from precode.errors import InputError, StudyError, UsageError
from precode.review.packet_sheet import CODE_THESE
from precode.steps.add import add
from precode.steps.assign import assign, close, listed
from precode.steps.codes import import_codes
from precode.steps.merge import merge
from precode.steps.opening import Study, open_study
from precode.steps.packets.post import receive, send
from precode.steps.packets.record import outstanding
from precode.steps.review import reviewing
from precode.study.lock import writing
from precode.study.schema import MIGRATIONS

pytestmark = pytest.mark.usefixtures("fake_encoder")

BUS = CodePolarity("physical_opportunity", Polarity.BARRIER)
FAMILY = CodePolarity("social_opportunity", Polarity.FACILITATOR)


@pytest.fixture(scope="module")
def _drawn(_coded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = Path(shutil.copytree(_coded, tmp_path_factory.mktemp("drawn") / "study"))
    with pytest.MonkeyPatch.context() as patch:
        fakes.install(patch.setattr)
        with reviewing(path, coder="CERI", background=False):
            pass
    return path


@pytest.fixture
def here(_drawn: Path, tmp_path: Path) -> Path:
    """Three interviews coded by ANNA and BEN and one unread, its audit sample drawn."""
    return Path(shutil.copytree(_drawn, tmp_path / "my stüdy"))


@pytest.fixture
def there(here: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(here, tmp_path / "there"))


@contextmanager
def opened(path: Path, *, write: bool = False) -> Iterator[Study]:
    with open_study(path, verb="test", write=write) as study:
        yield study


def decide(
    path: Path, coder: str, place: int, *codes: CodePolarity, undo: bool = False, at: str = ""
) -> Event:
    """``coder`` decides the sentence with number ``place`` of the unread interview, or undoes it."""
    with opened(path, write=True) as study:
        unread = next(t for t in study.store.transcripts() if t.name == "interview-4")
        s = [x for x in study.store.sentences() if x.transcript_id == unread.id and x.codable][
            place
        ]
        e = Event(EventKind.DECISION, coder, s.transcript_id, s.start, s.end, codes,
                  codebook=study.codebook.hash, reason="found", at=at)  # fmt: skip
        (stored,) = study.store.append([e])
        if undo:
            study.store.append([
                Event(EventKind.UNDO, coder, s.transcript_id, s.start, s.end, undoes=stored.seq)
            ])  # fmt: skip
        return stored


def human(path: Path) -> HumanCodes:
    with opened(path) as study:
        return study.human_codes(study.store.sentences())


def history(path: Path) -> list[str]:
    with opened(path) as study:
        return identities(study.store.events())


def essence(path: Path) -> object:
    """Everything people did, without what may differ from copy to copy (numbers, names of copies)."""
    with opened(path) as study:
        s = study.store
        return (
            human(path), history(path), {t.id for t in s.transcripts()}, set(s.codebooks()),
            s.audit(), {p: c for p, (c, _) in s.packets().items()}, len(s.aside()),
            {r.identity for r in s.rounds()}, len(s.unplaced()),
        )  # fmt: skip


# -- what comes --------------------------------------------------------------------------------


def test_what_two_coders_did_apart_comes_together_either_way(here: Path, there: Path) -> None:
    decide(here, "CERI", 0, BUS)
    decide(there, "DORA", 0, FAMILY)
    decide(there, "DORA", 1, BUS, undo=True)
    before = {p.name for p in (here / "backups").iterdir()}
    untouched = state(there)
    found = merge(here, [there])
    (source,) = found.sources
    assert (source.acts, source.transcripts, source.left_out) == ({"DORA": 3}, (), 0)
    assert found.conflicts == ()
    assert state(there) == untouched
    (new,) = {p.name for p in (here / "backups").iterdir()} - before
    assert found.backup.endswith(new)
    assert new.endswith("before-merge.db")
    coders = {c for i, c in human(here).read} - {"ANNA", "BEN"}
    assert coders == {"CERI", "DORA"}
    assert sum(c == "DORA" for _, c in human(here).read) == 1
    merge(there, [here])
    assert essence(here) == essence(there)
    with opened(here) as study:
        detail = study.store.logged()[-1]["detail"]
    assert detail == {
        "folders": ["there"], "acts": {"DORA": 3}, "transcripts": [], "conflicts": {},
    }  # fmt: skip


def test_merging_again_changes_nothing(here: Path, there: Path) -> None:
    """Not a row, not a file, not a backup; nor after the copy was brought up to date itself."""
    decide(there, "DORA", 0, FAMILY)
    merge(here, [there])
    before = state(here)
    again = merge(here, [there])
    assert not any(s.new for s in again.sources)
    assert again.backup == ""
    assert state(here) == before
    merge(there, [here])
    merge(here, [there])
    assert state(here) == before


def test_a_rehearsal_shows_what_would_come_and_stores_nothing(here: Path, there: Path) -> None:
    decide(there, "DORA", 0, FAMILY)
    before = state(here), state(there)
    found = merge(here, [there], dry_run=True)
    assert found.dry_run
    assert found.sources[0].acts == {"DORA": 1}
    assert (state(here), state(there)) == before


def test_several_copies_at_once(here: Path, there: Path, tmp_path: Path) -> None:
    third = Path(shutil.copytree(here, tmp_path / "third"))
    decide(there, "DORA", 0, FAMILY)
    decide(third, "EVE", 1, BUS)
    found = merge(here, [there, third])
    assert [s.acts for s in found.sources] == [{"DORA": 1}, {"EVE": 1}]
    merge(third, [there, here])
    assert essence(here) == essence(third)


def test_the_later_decision_of_one_coder_stands_and_is_listed(here: Path, there: Path) -> None:
    """CERI decided at home first, then in the office, otherwise: the office stands in both."""
    decide(there, "CERI", 0, FAMILY, at="2100-01-01T00:00:00.000+00:00")
    decide(here, "CERI", 0, BUS, at="2100-01-01T00:00:01.000+00:00")
    for mine, other in ((here, there), (there, here)):
        copy = Path(shutil.copytree(mine, mine.parent / f"{mine.name}-copy"))
        (told,) = merge(copy, [other]).conflicts
        assert (told.kind, told.other) == ("decision", other.name)
        assert told.where.startswith("CERI in interview-4: ")
        assert {told.here, told.there} == {
            "Physical opportunity, barrier", "Social opportunity, facilitator",
        }  # fmt: skip
        assert told.done == "both are kept; the later stands: Physical opportunity, barrier"
        mine_now = [c for c in human(copy).codings if c.coder == "CERI"]
        assert [c.code for c in mine_now] == ["physical_opportunity"]
        with opened(copy) as study:
            both = [e.codes for e in study.store.events() if e.coder == "CERI"]
        assert both == [(FAMILY,), (BUS,)]


def test_transcripts_of_the_other_copy_come_along(here: Path, there: Path, tmp_path: Path) -> None:
    """With turns, sentences, people with their attributes, source, and the codes on them; what an
    import there could not place, too.
    """
    (tmp_path / "new.txt").write_text("INT: So?\nP1: I went by bus.\nP1: It was late.\n")
    write_table(tmp_path / "people.csv", ["source", "label", "ward"], ["new", "P1", "A"])
    add(there, [tmp_path / "new.txt"], attributes=tmp_path / "people.csv")
    write_table(
        tmp_path / "codes.csv", ["source", "excerpt", "code", "polarity", "coder"],
        ["new", "It was late.", "physical opportunity", "barrier", "DORA"],
        ["new", "Nobody said this ever", "physical opportunity", "barrier", "DORA"],
    )  # fmt: skip
    import_codes(there, [tmp_path / "codes.csv"])
    found = merge(here, [there])
    (source,) = found.sources
    assert (source.transcripts, source.acts, source.unplaced) == (("new",), {"DORA": 1}, 1)
    with opened(here) as one, opened(there) as other:
        assert one.store.transcripts() == other.store.transcripts()
        assert one.store.turns() == other.store.turns()
        assert one.store.sentences() == other.store.sentences()
        assert one.store.participants() == other.store.participants()
        assert one.store.sources() == other.store.sources()
        assert {"add", "codes", "merge"} <= {e["verb"] for e in one.store.logged()}
        assert one.store.check() == []
    assert "physical_opportunity" in {c.code for c in human(here).codings if c.coder == "DORA"}


def test_the_same_name_with_another_text_is_told_and_left_out(
    here: Path, there: Path, tmp_path: Path
) -> None:
    """Or taken under a name of its own, with its acts, if asked; once."""
    for folder, words in ((here, "I went."), (there, "I stayed at home.")):
        (tmp_path / "new.txt").write_text(f"INT: So?\nP1: {words}\n")
        add(folder, [tmp_path / "new.txt"])
    with opened(there, write=True) as study:
        t = next(t for t in study.store.transcripts() if t.name == "new")
        study.store.append([Event(EventKind.READ, "DORA", t.id, 0, len(t.text))])
    decide(there, "DORA", 0, BUS)
    found = merge(here, [there])
    (told,) = found.conflicts
    assert (told.kind, told.where) == ("transcript", "new")
    assert "left out with 1 acts" in told.done
    assert (found.sources[0].left_out, found.sources[0].acts) == (1, {"DORA": 1})
    found = merge(here, [there], keep_both=True)
    assert found.conflicts[0].done == "taken as 'new (there)'"
    assert found.sources[0].acts == {"DORA": 1}
    before = state(here)
    assert merge(here, [there], keep_both=True).conflicts == ()
    assert state(here) == before


def test_people_are_described_from_both(here: Path, there: Path, tmp_path: Path) -> None:
    """What is noted there only comes; what is noted otherwise here stands, and is told."""
    head = ["source", "label"]
    write_table(tmp_path / "one.csv", [*head, "ward"], ["interview-1", "P1", "A"])
    write_table(tmp_path / "other.csv", [*head, "ward", "age"], ["interview-1", "P1", "B", "40"])
    add(here, [], attributes=tmp_path / "one.csv")
    add(there, [], attributes=tmp_path / "other.csv")
    found = merge(here, [there])
    (told,) = found.conflicts
    assert (told.kind, told.where, told.here, told.there) == (
        "participant", "interview-1, P1: ward", "A", "B",
    )  # fmt: skip
    assert found.sources[0].described == 1
    with opened(here) as study:
        (person,) = [p for p in study.store.participants() if p.attributes]
    assert person.attributes == {"ward": "A", "age": "40"}


def test_acts_keep_the_codebook_they_were_made_under(here: Path, there: Path) -> None:
    """Another version there: told, and known here from now on."""
    book = there / "codebook.toml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace('version = "', 'version = "new-', 1), encoding="utf-8")
    with opened(there, write=True) as study:
        version = study.store.keep_codebook(study.codebook)
    decide(there, "DORA", 0, BUS)
    found = merge(here, [there])
    assert [c.kind for c in found.conflicts] == ["codebook"]
    with opened(here) as study:
        assert version in study.store.codebooks()
        assert study.store.events()[-1].codebook == version != study.codebook.hash


def test_settings_that_differ_are_told(here: Path, there: Path) -> None:
    settings = there / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("\noverlap = 0.5\n", "\noverlap = 0.6\n"), encoding="utf-8")
    (told,) = merge(here, [there]).conflicts
    assert (told.kind, told.where, told.here, told.there) == (
        "settings", "[codings] overlap", "0.5", "0.6",
    )  # fmt: skip


# -- rounds and spreadsheets -------------------------------------------------------------------


def test_coders_apart_on_copies_end_a_round_together(here: Path, tmp_path: Path) -> None:
    """Given in one copy, coded in two: open in each, done where they come together."""
    assign(here, coders=["CERI", "DORA"], transcripts=["interview-4"])
    there = Path(shutil.copytree(here, tmp_path / "there"))
    for place in range(14):
        decide(here, "CERI", place, BUS)
        decide(there, "DORA", place, FAMILY)
    assert [r.state for p in (here, there) for r in listed(p)] == ["open", "open"]
    merge(here, [there])
    assert [(r.name, r.state) for r in listed(here)] == [("round1", "done")]


def test_rounds_given_apart_both_stay(here: Path, there: Path) -> None:
    """Two called round1: the other's comes under a name of its own, once; a closing comes too."""
    assign(here, coders=["CERI", "DORA"], transcripts=["interview-4"])
    assign(there, coders=["CERI", "EVE"], transcripts=["interview-4"])
    (told,) = merge(here, [there]).conflicts
    assert (told.kind, told.where, told.done) == ("round", "round1", "taken as 'round1 (there)'")
    assert {r.name for r in listed(here)} == {"round1", "round1 (there)"}
    assert merge(here, [there]).conflicts == ()
    close(there, "round1")
    merge(here, [there])
    assert {r.name: r.state for r in listed(here)} == {"round1": "open", "round1 (there)": "closed"}
    merge(there, [here])
    assert essence(here) == essence(there)


def filled(file: Path, answer: str = "yes") -> Path:
    """``file`` with "nothing applies" in its first row."""
    book = openpyxl.load_workbook(file)
    sheet = book[CODE_THESE]
    (column,) = (c.column for c in sheet[1] if c.value == "nothing applies")
    sheet.cell(2, column).value = answer
    book.save(file)
    return file


def test_a_spreadsheet_of_one_copy_is_read_into_another(here: Path, there: Path) -> None:
    """Unknown there until the copy is brought in; then its answers count, once in all."""
    out = send(there, coder="DORA", file=there.parent / "dora.xlsx", n=3)
    file = filled(out.path)
    with pytest.raises(InputError, match="has not sent out") as caught:
        receive(here, file)
    assert "precode merge" in caught.value.mend
    found = merge(here, [there])
    assert found.sources[0].packets == 1
    with opened(here) as study:
        assert len(outstanding(study.store)["DORA"]) == 3
    read = receive(here, file)
    assert (read.stored, read.unanswered, read.problems) == (1, 2, ())
    assert receive(here, file).stored == 0
    merge(there, [here])
    assert receive(there, file).stored == 0  # it is known there as well by now
    with opened(there) as study:
        assert outstanding(study.store) == {}
    assert sum(c == "DORA" for _, c in human(there).read) == 1


def test_a_spreadsheet_read_into_both_copies_is_one_coding(here: Path, there: Path) -> None:
    """Two acts, alike: both are kept, nothing differs, and the sentence is read once."""
    out = send(there, coder="DORA", file=there.parent / "dora.xlsx", n=3)
    merge(here, [there])
    file = filled(out.path)
    receive(here, file)
    receive(there, file)
    assert merge(here, [there]).conflicts == ()
    assert sum(c == "DORA" for _, c in human(here).read) == 1


def test_a_sentence_decided_since_is_not_waited_for(here: Path, there: Path) -> None:
    """Sent out there, decided here before they came together: not out any more."""
    with reviewing(there, coder="DORA", background=False, n=1) as session:
        s = session.items[0].sentence
    send(there, coder="DORA", file=there.parent / "dora.xlsx", n=1)
    with opened(here, write=True) as study:
        study.store.append([Event(EventKind.DECISION, "DORA", s.transcript_id, s.start, s.end)])
    merge(here, [there])
    with opened(here) as study:
        assert outstanding(study.store) == {"DORA": frozenset()}


def test_what_is_coded_apart_is_not_told_by_a_merge_either(here: Path, tmp_path: Path) -> None:
    """CERI decided otherwise in each copy while DORA has still to decide: listed, without codes."""
    assign(here, coders=["CERI", "DORA"], transcripts=["interview-4"])
    there = Path(shutil.copytree(here, tmp_path / "there"))
    decide(here, "CERI", 0, BUS)
    decide(there, "CERI", 0, FAMILY)
    (told,) = merge(here, [there]).conflicts
    assert (told.kind, told.here, told.there) == ("decision", "coded apart", "coded apart")
    assert "opportunity" not in str(told)


# -- refusals ----------------------------------------------------------------------------------


def refused(here: Path, others: Sequence[Path], *words: str) -> None:
    before = state(here)
    with pytest.raises(StudyError, match="nothing was merged") as caught:
        merge(here, others)
    told = " ".join(str(p) for p in caught.value.problems)
    for word in words:
        assert word in told, told
    assert state(here) == before


def test_another_target_behaviour(here: Path, there: Path) -> None:
    settings = there / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(studies.BEHAVIOUR, "staying away"), encoding="utf-8")
    refused(here, [there], "is about 'staying away'", studies.BEHAVIOUR)


def test_another_audit_sample(coded_study: Path, tmp_path: Path) -> None:
    """Drawn after the copies parted, from other sentences: each is named, with its date and size."""
    there = Path(shutil.copytree(coded_study, tmp_path / "there"))
    decide(there, "DORA", 0, BUS)
    for path in (coded_study, there):
        with reviewing(path, coder="CERI", background=False):
            pass
    refused(coded_study, [there], "another audit sample", "of 13 sentences", "of 14 sentences")


def test_a_sample_drawn_in_one_copy_only_comes_along(coded_study: Path, tmp_path: Path) -> None:
    there = Path(shutil.copytree(coded_study, tmp_path / "there"))
    with reviewing(there, coder="CERI", background=False):
        pass
    merge(coded_study, [there])
    with opened(coded_study) as one, opened(there) as other:
        assert one.store.audit() == other.store.audit() != ()
    with reviewing(coded_study, coder="CERI", background=False) as session:
        assert session.drawn is None


def test_a_copy_that_is_being_written(here: Path, there: Path) -> None:
    with writing(there, "review"):
        refused(here, [there], "open for writing by `precode review`", "would be missed")


def test_a_newer_copy(here: Path, there: Path) -> None:
    db = sqlite3.connect(there / "study.db")
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    db.close()
    refused(here, [there], "was written by a newer precode", "pip install")


def test_all_reasons_are_told_at_once(here: Path, there: Path, tmp_path: Path) -> None:
    (there / "study.db").write_bytes(b"x" * 9999)
    refused(here, [there, here, tmp_path / "nowhere", tmp_path],
            "no database", "this study itself", "is not a folder", "is not a study")  # fmt: skip


def test_no_copy_named(here: Path) -> None:
    with pytest.raises(UsageError, match="name the folders"):
        merge(here, [])


# -- whole or not at all -----------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "win32", reason="needs fork")
def test_kill_9_at_every_point(here: Path, there: Path, tmp_path: Path) -> None:
    """Before or after, never between; it then runs to its end. Struck at every fifth thing that it
    does to the disk, and around each commit.
    """
    decide(there, "DORA", 0, FAMILY)
    decide(there, "DORA", 1, BUS, undo=True)
    assign(there, coders=["DORA", "EVE"], sentences=3)
    arguments = ["merge", there, "--study"]
    done = Path(shutil.copytree(here, tmp_path / "done"))
    log = tmp_path / "log"
    ran = forked(*arguments, done, prepare=Crash(done, log=log))
    assert ran.code == 0, ran.err
    points = log.read_text(encoding="utf-8").splitlines()
    assert len(points) > 10
    before, after = essence(here), essence(done)
    near = {n + d for n, p in enumerate(points) if p.startswith("COMMIT") for d in (-1, 0, 1)}
    for k in sorted({*range(0, len(points), 5), *near} & set(range(len(points)))):
        study = Path(shutil.copytree(here, tmp_path / f"struck-{k}"))
        assert forked(*arguments, study, prepare=Crash(study, k=k, log=log)).code == -9
        assert essence(study) in (before, after), points[k]
        assert run(*arguments, study).code == 0
        assert essence(study) == after, points[k]
        shutil.rmtree(study)


def test_every_table_is_brought(here: Path) -> None:
    """A new table must be thought of here: nothing that people did may be lost in a merge."""
    tables = {n for n in state(here).tables if not n.startswith("sqlite_")}
    assert tables == {
        "transcript", "turn", "sentence", "participant", "codebook", "event", "unplaced", "log",
        "audit", "packet", "aside", "round", "assignment", "closing", "standing_before", "summary",
        # of versions nothing is brought: copies merge only where all of it is in both
        "version", "carried", "left_behind", "became",
    }  # fmt: skip


# -- the door ----------------------------------------------------------------------------------


def test_at_the_command_line(here: Path, there: Path) -> None:
    decide(there, "CERI", 0, FAMILY)
    decide(here, "CERI", 0, BUS)
    ran = run("merge", there, "--dry-run", "--study", here)
    assert ran.code == 0, ran.err
    assert "1 acts (CERI 1) would come" in ran.out
    assert re.search(r"What differs", ran.out)
    told = json.loads(run("merge", there, "--json", "--study", here).out)
    assert told["conflicts"][0]["kind"] == "decision"
    assert told["sources"][0]["acts"] == {"CERI": 1}
    assert "nothing that is not here already" in run("merge", there, "--study", here).out
    run("merge", there / "nowhere", "--study", here).refused(4, "nothing was merged")
