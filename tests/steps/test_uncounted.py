"""A file in which only the moderator is labelled: nothing in it can be coded, every verb says so, and
``add --update --kind`` mends it in place.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run
from studies import SAID, state, write_table

from precode.study.store import AuditRow, Store

pytestmark = pytest.mark.usefixtures("fake_encoder")
SENTENCES = [f"{said}, time {i}." for i in range(4) for said in SAID.values()]
CODES = [code for _ in range(4) for code in SAID]


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """Questions with a label, answers without one."""
    lines = []
    for i, sentence in enumerate(SENTENCES):
        lines += [f"MODERATOR: And what then, {i}?", "", sentence, ""]
    lines += ["MODERATOR: Thank you.", "", "We had tea.", "It rained all day."]
    out = tmp_path / "talks" / "talk one.txt"
    out.parent.mkdir()
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


@pytest.fixture
def codings(tmp_path: Path) -> Path:
    rows = [("talk one", s, *c, "ANNA") for s, c in zip(SENTENCES, CODES, strict=True)]
    head = ["source", "excerpt", "code", "polarity", "coder"]
    return write_table(tmp_path / "codings.csv", head, *rows)


def test_from_the_trap_to_a_model(empty_study: Path, talk: Path, codings: Path) -> None:
    """``add``, ``codes``, ``status``, ``train`` and ``export`` name what is wrong and the command that
    mends it; that command, as it is printed, does, and no coding is lost.
    """
    mend = f'precode add --study "{empty_study}" --update "{talk}" --kind "field notes"'
    added = run("add", "--study", empty_study, talk)
    assert added.code == 0 and f"next: {mend}\n" in added.err
    assert "NOTHING can be coded: every turn is the interviewer's (MODERATOR)" in added.out

    coded = run("codes", "--study", empty_study, codings)
    assert coded.code == 0 and f"Stored {len(SENTENCES)} codes" in coded.out
    assert f"next: {mend}\n" in coded.err and "precode train" not in coded.err

    truth = f"{len(SENTENCES)} passages are coded, but none covers a sentence that can be coded"
    assert truth in coded.out
    for verb in ("train", "export", "simulate"):
        run(verb, "--study", empty_study).refused(5, truth, "in talk one every turn", mend)
    assert f"next: {mend}: {truth}" in run("status", "--study", empty_study).err

    with Store(empty_study / "study.db") as store:
        before = store.events()
    again = run(
        "add", "--study", empty_study, "--update", talk, "--kind", "field notes", "--dry-run"
    )
    assert "would be read anew as field notes" in again.out
    done = run("add", "--study", empty_study, "--update", talk, "--kind", "field notes")
    assert done.code == 0, done.err
    assert f"on which {len(SENTENCES)} coded passages count (0 before)" in done.out
    with Store(empty_study / "study.db") as store:
        assert store.events() == before
        assert [t.kind.value for t in store.transcripts()] == ["field notes"]
        assert not store.check() and not store.versions()
    assert list((empty_study / "backups").glob("*before-add.db"))

    ran = run("export", "--study", empty_study, "--format", "csv", "--json")
    assert json.loads(ran.out)["human"] == len(SENTENCES)
    again = run("codes", "--study", empty_study, codings, "--complete-all")
    assert again.code == 0 and "Stored 0 codes" in again.out
    assert "next: precode train" in again.err
    trained = run("train", "--study", empty_study)
    assert trained.code == 0, trained.err


def test_beside_a_file_that_can_be_coded_it_is_named(
    empty_study: Path, talk: Path, codings: Path
) -> None:
    """``add`` goes on to the codings, but names the file; ``codes`` ends with its mend."""
    other = talk.with_name("other.txt")
    other.write_text("INT: So?\nP1: The bus was late again.\n", encoding="utf-8")
    added = run("add", "--study", empty_study, talk.parent)
    assert "In talk one nothing can be coded" in added.out and "--update" in added.out
    assert "codes" in added.err.splitlines()[-1]
    with codings.open("a", encoding="utf-8") as file:
        file.write("other,The bus was late again.,physical_opportunity,barrier,ANNA\n")
    coded = run("codes", "--study", empty_study, codings)
    assert f"{len(SENTENCES)} passages are coded where no sentence can be: in talk one" in coded.out
    assert '--kind "field notes"' in coded.err.splitlines()[-1]


def test_a_dry_run_of_add_names_the_command_without_update(empty_study: Path, talk: Path) -> None:
    ran = run("add", "--study", empty_study, talk, "--dry-run")
    last = ran.err.splitlines()[-1]
    assert last.endswith(f'"{talk}" --kind "field notes"') and "--update" not in last


# -- reading anew ----------------------------------------------------------------------------------


def reread(study: Path, *arguments: object) -> dict[str, object]:
    ran = run("add", "--study", study, "--update", "--json", *arguments)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_without_options_a_folder_given_again_keeps_its_roles(
    empty_study: Path, talk: Path
) -> None:
    """Files added as field notes stay field notes, and the user hears that they would not be."""
    ran = run("add", "--study", empty_study, talk, "--kind", "field notes")
    assert ran.code == 0, ran.err
    before = state(empty_study)
    done = reread(empty_study, talk.parent)
    assert state(empty_study) == before
    assert not done["reread"] and done["unchanged"] == [str(talk)]
    assert "--kind" in str(done["notes"])


def test_the_same_roles_again_change_nothing(coded_study: Path, interviews: Path) -> None:
    before = state(coded_study)
    done = reread(coded_study, interviews, "--kind", "interview")
    assert state(coded_study) == before
    assert not done["reread"] and len(done["unchanged"]) == 4  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "verb",
    ["status", "train", "predict", "report", "export --format csv", "export --format qdpx", "agree",
     "agree --doubts", "doctor"],
)  # fmt: skip
def test_every_verb_goes_on_after_a_participant_became_the_interviewer(
    trained_study: Path, interviews: Path, verb: str
) -> None:
    """P1's codings count no more; the log keeps what was known of P1."""
    with Store(trained_study / "study.db") as store:
        people = store.participants()
        store.set_attributes([type(p)(p.transcript_id, p.label, {"age": "40"}) for p in people])
    done = reread(trained_study, interviews / "interview-1.txt", "--interviewer", "P1")
    (told,) = done["reread"]  # type: ignore[misc]
    assert told["codable"] == told["counted"] == 0 and told["counted_before"] > 0
    assert told["notes"] == ["P1 was a participant and is none now (age 40)"]
    with Store(trained_study / "study.db") as store:
        assert [p.label for p in store.participants()] == ["P2", "P3", "P4"]
        (kept,) = (e["detail"] for e in store.logged() if e["verb"] == "read anew")
        assert kept["participants gone"] == {"P1": {"age": "40"}}  # type: ignore[index]
        assert not store.check()
    ran = run(*verb.split(), "--study", trained_study)
    assert ran.code == 0, ran.err + ran.out


def test_there_and_back_is_as_it_was(coded_study: Path, interviews: Path) -> None:
    file = interviews / "interview-1.txt"
    with Store(coded_study / "study.db") as store:
        before = store.turns(), store.sentences(), store.participants(), store.events()
    reread(coded_study, file, "--kind", "field notes")
    with Store(coded_study / "study.db") as store:
        assert store.turns() != before[0] and store.sentences() != before[1]
    reread(coded_study, file, "--kind", "interview")
    with Store(coded_study / "study.db") as store:
        assert (store.turns(), store.sentences(), store.participants(), store.events()) == before


def test_attributes_come_with_it(empty_study: Path, tmp_path: Path) -> None:
    """Who is a participant only now can be described in the same command."""
    file = tmp_path / "two.txt"
    file.write_text("INT: So?\nANN: I go by bus.\n" * 3, encoding="utf-8")
    assert run("add", "--study", empty_study, file, "--interviewer", "ANN").code == 0
    people = write_table(tmp_path / "p.csv", ("source", "label", "age"), ("two", "ANN", "30"))
    reread(empty_study, file, "--kind", "interview", "--attributes", people)
    with Store(empty_study / "study.db") as store:
        (person,) = store.participants()
        assert (person.label, person.attributes) == ("ANN", {"age": "30"})


def test_what_the_audit_was_drawn_from_is_not_read_anew(
    coded_study: Path, interviews: Path
) -> None:
    """The sample is frozen: it would not speak for other sentences. Nothing is stored."""
    with Store(coded_study / "study.db") as store:
        frame = [s for s in store.sentences() if s.codable]
        store.freeze_audit(
            [AuditRow(s.id, s.transcript_id, i if i < 4 else None) for i, s in enumerate(frame)]
        )
    before = state(coded_study)
    ran = run("add", "--study", coded_study, "--update", interviews, "--kind", "field notes")
    ran.refused(3, "audit sample was drawn")
    assert state(coded_study) == before


def test_other_sentences_are_not_read_anew(empty_study: Path, tmp_path: Path) -> None:
    """With another unit than before, what was decided has no sentence: the setting has to go back."""
    file = tmp_path / "long.txt"
    file.write_text("INT: So? And then?\nP9: I went. I came back.\n", encoding="utf-8")
    assert run("add", "--study", empty_study, file).code == 0
    settings = empty_study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    assert '\nunit = "sentence"' in text
    settings.write_text(text.replace('\nunit = "sentence"', '\nunit = "turn"'), encoding="utf-8")
    before = state(empty_study)
    ran = run("add", "--study", empty_study, "--update", file, "--kind", "field notes")
    ran.refused(3, "cut into other sentences", "put unit, pipeline and language")
    assert state(empty_study) == before
