"""``add --update``: a changed transcript is a new version, and what was coded moves to it."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from running import run

from precode.domain import EventKind
from precode.study.store import Store


@pytest.fixture
def mended(interviews: Path, tmp_path: Path) -> Path:
    """interview-1 with a typo mended, a line put in, one rewritten and one deleted."""
    lines = (interviews / "interview-1.txt").read_text(encoding="utf-8").splitlines()
    said = [i for i, line in enumerate(lines) if line.startswith("P1:")]
    lines[said[0]] = lines[said[0]].replace(", week", " week")
    lines[said[2]] = "P1: Something else altogether is written here."
    lines[said[4]] = ""
    lines.insert(0, "INT: Is it recording?")
    out = tmp_path / "mended" / "interview-1.txt"
    out.parent.mkdir()
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


def _update(study: Path, *files: Path, dry: bool = False) -> dict[str, object]:
    ran = run(
        "add", "--study", study, *files, "--update", "--json", *(["--dry-run"] if dry else [])
    )
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_codings_move_and_what_cannot_is_listed(coded_study: Path, mended: Path) -> None:
    with Store(coded_study / "study.db") as store:
        before, texts = store.events(), {t.id: t for t in store.transcripts()}
        old = next(t for t in texts.values() if t.name == "interview-1")
        people = [p for p in store.participants() if p.transcript_id == old.id]
        store.set_attributes([type(p)(p.transcript_id, p.label, {"age": "40"}) for p in people])
    done = _update(coded_study, mended)
    (told,) = done["updated"]
    assert told["left"] and told["changed"] and told["exact"]
    with Store(coded_study / "study.db") as store:
        new = next(t for t in store.transcripts() if t.name == "interview-1")
        assert new.id != old.id and old.id not in {t.id for t in store.transcripts()}
        assert [t.id for t in store.superseded()] == [old.id]
        assert [(v.old, v.new, v.name) for v in store.versions()] == [
            (old.id, new.id, "interview-1")
        ]
        after, every = store.events(), {e.seq: e for e in store.events(superseded=True)}
        assert {e.seq for e in before} <= set(every)
        assert {e.transcript_id for e in after} <= {t.id for t in store.transcripts()}
        assert [p.attributes for p in store.participants() if p.transcript_id == new.id] == [
            {"age": "40"} for _ in people
        ]
        moved = {c.seq: c for c in store.carried()}
        for e in after:
            if e.seq in moved:
                was, note = every[moved[e.seq].source], moved[e.seq].note
                assert (e.coder, e.at, e.origin, e.memo, e.assisted, e.codes) == (
                    was.coder, was.at, was.origin, was.memo, was.assisted, was.codes
                )  # fmt: skip
                words = old.text[was.start : was.end]
                if e.kind is EventKind.EXCERPT:
                    assert new.text[e.start : e.end] == words or words in note
        order = [moved[e.seq].source if e.seq in moved else e.seq for e in after]
        assert list(dict.fromkeys(order)) == [
            e.seq for e in before if e.seq not in store.left_behind()
        ]
        assert not store.check()
    with (coded_study / "reports" / "not-carried.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(told["left"]) + len(told["changed"])


def test_a_dry_run_says_the_same_and_stores_nothing(coded_study: Path, mended: Path) -> None:
    bytes_before = (coded_study / "study.db").read_bytes()
    dry = _update(coded_study, mended, dry=True)
    assert (coded_study / "study.db").read_bytes() == bytes_before
    assert dry["updated"] == _update(coded_study, mended)["updated"]


def test_without_update_the_file_is_refused_and_the_message_names_it(
    coded_study: Path, mended: Path
) -> None:
    ran = run("add", "--study", coded_study, mended)
    assert ran.code != 0 and "precode add --update" in ran.err


def test_files_as_they_are_are_left_alone_and_new_ones_added(
    coded_study: Path, interviews: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "all"
    shutil.copytree(interviews, folder)
    (folder / "interview-9.txt").write_text("INT: So?\nP9: I walk there.\n", encoding="utf-8")
    done = _update(coded_study, folder)
    assert [f["name"] for f in done["files"]] == ["interview-9"]
    assert len(done["unchanged"]) == 4 and not done["updated"]


def test_the_earlier_text_cannot_come_back_by_accident(
    coded_study: Path, interviews: Path, mended: Path
) -> None:
    _update(coded_study, mended)
    ran = run("add", "--study", coded_study, interviews / "interview-1.txt", "--update")
    assert ran.code != 0 and "earlier version" in ran.err and "backups" in ran.err


def test_a_second_update_carries_what_the_first_carried(coded_study: Path, mended: Path) -> None:
    _update(coded_study, mended)
    with Store(coded_study / "study.db") as store:
        first = store.events()
    mended.write_text(mended.read_text(encoding="utf-8") + "INT: Thank you.\n", encoding="utf-8")
    (told,) = _update(coded_study, mended)["updated"]
    assert not told["left"]
    with Store(coded_study / "study.db") as store:
        acts = EventKind.EXCERPT
        assert sum(e.kind is acts for e in store.events()) == sum(e.kind is acts for e in first)
        assert len(store.versions()) == 2 and not store.check()


def test_a_crash_in_the_middle_leaves_the_study_as_it_was(
    coded_study: Path, mended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(coded_study / "study.db") as store:
        before = store.events(), store.transcripts()

    def dies(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(Store, "give_way", dies)
    with pytest.raises(sqlite3.OperationalError):
        run("add", "--study", coded_study, mended, "--update")
    with Store(coded_study / "study.db") as store:
        assert (store.events(), store.transcripts()) == before
    assert list((coded_study / "backups").glob("study-*-before-add.db"))


def test_the_audit_keeps_its_unchanged_sentences_and_tells_what_left(
    trained_study: Path, mended: Path
) -> None:
    from precode.study.store import AuditRow

    with Store(trained_study / "study.db") as store:
        old = next(t for t in store.transcripts() if t.name == "interview-1")
        frame = [s for s in store.sentences() if s.transcript_id == old.id and s.codable]
        store.freeze_audit(
            [AuditRow(s.id, old.id, i if i < 6 else None) for i, s in enumerate(frame)]
        )
    (told,) = _update(trained_study, mended)["updated"]
    with Store(trained_study / "study.db") as store:
        rows = store.audit()
        texts = {s.id: s.text for s in store.sentences()}
        new = next(t for t in store.transcripts() if t.name == "interview-1")
        assert (told["frame"], told["sample"]) == (3, 3)
        assert {r.stratum for r in rows} == {new.id}
        assert [texts[r.sentence_id] for r in rows if r.position is not None] == [
            frame[i].text for i in (1, 3, 5)
        ]
        assert {texts[r.sentence_id] for r in rows} == {
            s.text for i, s in enumerate(frame) if i not in (0, 2, 4)
        }

    for command in ("report", "status"):
        ran = run(command, "--study", trained_study)
        assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("report",), ("export", "--format", "csv"), ("export", "--format", "qdpx"),
        ("agree",), ("train",), ("predict",), ("doctor",), ("agree", "--doubts"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_verb_goes_on_with_the_new_version(
    trained_study: Path, mended: Path, command: tuple[str, ...]
) -> None:
    _update(trained_study, mended)
    ran = run(*command, "--study", trained_study)
    assert ran.code == 0, ran.err + ran.out
    if command == ("doctor",):
        assert "earlier versions" in ran.out


def test_copies_merge_only_with_the_same_versions(
    coded_study: Path, mended: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(coded_study, tmp_path / "other"))
    _update(coded_study, mended)
    ran = run("merge", "--study", coded_study, other)
    assert ran.code != 0 and "add --update" in ran.err
    _update(other, mended)
    ran = run("merge", "--study", coded_study, other, "--json")
    assert ran.code == 0, ran.err
    with Store(coded_study / "study.db") as store:
        assert len(store.versions()) == 1


def test_what_a_colleague_did_on_the_earlier_text_is_not_lost_in_a_merge(
    coded_study: Path, mended: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copytree(coded_study, tmp_path / "other"))
    with Store(other / "study.db") as store:
        e = next(e for e in store.events() if e.kind is EventKind.EXCERPT)
        store.append([replace(e, seq=0, at="", coder="CARA")])
    _update(coded_study, mended)
    _update(other, mended)
    ran = run("merge", "--study", coded_study, other)
    assert ran.code != 0 and "merge copies before" in ran.err
