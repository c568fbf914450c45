"""Codings of other programs into a study: recognised, mapped, found, and told in a table."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import docx
import pytest
from running import run
from studies import CODERS, state, write_interviews, write_table

from precode.codebook import read_codebook
from precode.files.tables import read_table

# what the invented team calls the codes of its table
THEIRS = {
    "physical_opportunity": "Not enough time",
    "social_opportunity": "Social opportunity",
    "reflective_motivation": "People's plans",
}


@pytest.fixture
def team(empty_study: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """A study with four transcripts; ``theirs.csv`` codes three in the team's own words."""
    folder = write_interviews(tmp_path / "talks" / "interviews")
    with (folder.parent / "codings.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = list(csv.reader(file))
    sides = {"barrier": "Barriers", "facilitator": "Facilitators"}
    table = [head, *([s, e, f"{sides[p]}\\{THEIRS[c]}", "", who] for s, e, c, p, who in rows)]
    write_table(tmp_path / "theirs.csv", *table)
    assert run("add", "--study", empty_study, folder).code == 0
    return empty_study


def mapped(team: Path, *edits: tuple[str, str]) -> Path:
    """The mapping of theirs.csv, proposed and edited."""
    target = team.parent / "map.toml"
    ran = run("codes", "--study", team, team.parent / "theirs.csv", "--map", target)
    assert ran.code == 0, ran.err
    text = target.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    target.write_text(text, encoding="utf-8")
    return target


def applied(team: Path, target: Path, *more: str) -> dict[str, object]:
    ran = run(
        "codes", "--study", team, team.parent / "theirs.csv", "--map", target, "--json", *more
    )
    assert ran.code == 0, ran.err
    done: dict[str, object] = json.loads(ran.out)
    return done


def test_a_mapping_is_proposed_and_nothing_else_happens(team: Path) -> None:
    before = state(team)
    ran = run(
        "codes", "--study", team, team.parent / "theirs.csv", "--map", team.parent / "map.toml"
    )
    assert ran.code == 0, ran.err
    assert "Nothing was imported" in ran.out
    assert "Barriers > Not enough time" in ran.out
    assert "--map" in ran.err.splitlines()[-1]
    assert state(team) == before
    text = (team.parent / "map.toml").read_text(encoding="utf-8")
    assert 'to = "social_opportunity"  # Social opportunity\npolarity = "facilitator"' in text
    assert "week" not in text, "nobody's words are in it"


def test_applied_it_brings_every_coding_and_keeps_the_teams_own_codes(team: Path) -> None:
    old = read_codebook(team / "codebook.toml")
    done = applied(team, mapped(team))
    book = read_codebook(team / "codebook.toml")
    assert sorted(done["gained"]) == ["not_enough_time", "people_s_plans"]  # type: ignore[call-overload]
    assert book.leaf_ids == (*old.leaf_ids, *done["gained"])  # type: ignore[misc]
    assert book["not_enough_time"].parent == "inductive_codes"
    tallies = done["tallies"]
    by_code = done["by_code"]
    assert isinstance(tallies, list)
    assert isinstance(by_code, list)
    assert {t["coder"] for t in tallies} == set(CODERS)
    for t in tallies:
        own = [c for c in by_code if c["coder"] == t["coder"]]
        assert sum(c["excerpts"] for c in own) == t["excerpts"] == t["exact"] > 0
    assert {c["code"] for c in by_code} == {
        "social_opportunity",
        "not_enough_time",
        "people_s_plans",
    }
    given = {
        (c["code"], c["polarity"])
        for (codes,) in sqlite3.connect(team / "study.db").execute("SELECT codes FROM event")
        for c in _codes(codes)
    }
    assert ("not_enough_time", "barrier") in given
    assert ("not_enough_time", "facilitator") in given


def _codes(stored: str) -> list[dict[str, str]]:
    return [
        c if isinstance(c, dict) else {"code": c[0], "polarity": c[1]} for c in json.loads(stored)
    ]


def test_applied_twice_it_adds_nothing(team: Path) -> None:
    target = mapped(team, ('under = ""', 'under = "physical_opportunity"'))
    applied(team, target)
    before = (team / "codebook.toml").read_bytes()
    again = applied(team, target)
    assert (again["new"], again["gained"]) == (0, [])
    assert (team / "codebook.toml").read_bytes() == before


def test_a_dry_run_leaves_the_codebook_as_it_is(team: Path) -> None:
    target = mapped(team)
    before = state(team)
    assert len(applied(team, target, "--dry-run")["gained"]) == 2  # type: ignore[arg-type]
    assert state(team) == before


def test_skipped_codes_are_left_out_and_named(team: Path) -> None:
    target = mapped(
        team, ('theirs = "Barriers > Not enough time"', 'theirs = "Barriers > Not enough time"\n#')
    )
    text = target.read_text(encoding="utf-8")
    at = text.index('"Barriers > Not enough time"')
    target.write_text(text[:at] + text[at:].replace('to = ""', 'to = "skip"', 1), encoding="utf-8")
    done = applied(team, target)
    assert any(
        "Barriers > Not enough time" in str(n) and "as the mapping says" in str(n)
        for n in done["notes"]
    )  # type: ignore[union-attr]
    assert done["unmapped"] == []


def test_a_code_of_which_the_mapping_says_nothing_is_named(team: Path) -> None:
    target = team.parent / "map.toml"
    target.write_text(
        '[[code]]\ntheirs = "Barriers > Social opportunity"\nto = "skip"\n', encoding="utf-8"
    )
    done = applied(team, target)
    lost = {str(u["code"]) for u in done["unmapped"]}  # type: ignore[union-attr]
    assert lost == {
        f"{s} > {c}"
        for s in ("Barriers", "Facilitators")
        for c in ("Not enough time", "People's plans")
    }


def test_mistakes_in_a_mapping_leave_the_study_as_it_was(team: Path) -> None:
    target = mapped(team, ('to = "social_opportunity"', 'to = "social oportunity"'))
    before = state(team)
    run("codes", "--study", team, team.parent / "theirs.csv", "--map", target).refused(
        3, "map.toml, line", "'social oportunity' is no code", 'did you mean "social_opportunity"?'
    )
    assert state(team) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--map", "theirs.csv"], ["is no .toml file"]),
        (["--force"], ["go with --map"]),
        (["--examples"], ["go with --map"]),
        (["--from", "nvvo"], ["--from nvvo is not known", "taguette"]),
    ],
)
def test_options_that_make_no_sense(arguments: list[str], words: list[str], team: Path) -> None:
    run("codes", "--study", team, team.parent / "theirs.csv", *arguments).refused(2, *words)


def test_an_edited_mapping_is_made_anew_only_by_force(team: Path) -> None:
    target = mapped(team, ('to = "social_opportunity"', 'to = "skip"'))
    applied(team, target)
    assert 'to = "social_opportunity"' not in target.read_text(encoding="utf-8")
    ran = run(
        "codes",
        "--study",
        team,
        team.parent / "theirs.csv",
        "--map",
        target,
        "--force",
        "--examples",
    )
    assert ran.code == 0, ran.err
    text = target.read_text(encoding="utf-8")
    assert 'to = "social_opportunity"' in text
    assert "# “" in text, "with --examples, two excerpts of each"


def test_the_studys_own_model_reads_the_excerpts(trained_study: Path, tmp_path: Path) -> None:
    """What the team calls "Getting there" is what its coders have called physical opportunity."""
    said = "The bus is late and there is no money for a taxi, week"
    text = "".join(f"P1: {said} {n}.\n" for n in range(500, 506))
    (tmp_path / "new.txt").write_text(text, encoding="utf-8")
    rows = [["new", f"{said} {n}.", "Getting there", "ANNA"] for n in range(500, 506)]
    write_table(tmp_path / "t.csv", ["source", "excerpt", "code", "coder"], *rows)
    target = tmp_path / "map.toml"
    ran = run("codes", "--study", trained_study, tmp_path / "t.csv", "--map", target)
    assert ran.code == 0, ran.err
    text = target.read_text(encoding="utf-8")
    assert "# 6 excerpts by model main, mean probability: Physical opportunity 0." in text
    assert "were read by the model 'main'" in text


def test_rows_where_nothing_applies_stay_such_beside_a_mapping(team: Path) -> None:
    target = mapped(team)
    with (team.parent / "theirs.csv").open("a", encoding="utf-8") as file:
        file.write("interview-1,week 20,none,,ANNA\n")
    before = applied(team, target, "--dry-run")["tallies"]
    assert any(c["code"] == "" for c in applied(team, target)["by_code"])  # type: ignore[union-attr]
    assert sum(t["excerpts"] for t in before) > 0  # type: ignore[union-attr, index]


def test_themes_are_learnt_with_their_sub_domain_and_everything_goes_on(
    coded_study: Path, fake_encoder: None, tmp_path: Path
) -> None:
    """A study that was coded in COM-B gains a theme below one sub-domain: train, predict, agree,
    report and export take both.
    """
    rows = [
        ["source", "excerpt", "code", "coder"],
        ["interview-1", "week 20", "Late buses", "ANNA"],
    ]
    write_table(tmp_path / "t.csv", *rows)
    target = tmp_path / "map.toml"
    target.write_text(
        '[[code]]\ntheirs = "Late buses"\nunder = "physical_opportunity"\npolarity = "barrier"\n',
        encoding="utf-8",
    )
    assert run("codes", "--study", coded_study, tmp_path / "t.csv", "--map", target).code == 0
    assert read_codebook(coded_study / "codebook.toml").themes == {
        "late_buses": "physical_opportunity"
    }
    for verb in (["train"], ["predict"], ["agree"], ["status"], ["report"], ["export"], ["doctor"]):
        ran = run(*verb, "--study", coded_study)
        assert ran.code == 0, (verb, ran.err)
    assert "late buses" in run("agree", "--study", coded_study).out.lower()


# -- other programs --------------------------------------------------------------------------------


def taguette(path: Path, text: str, *highlights: str) -> Path:
    with sqlite3.connect(path) as db:
        for table, columns in {
            "projects": "id, name, description", "documents": "id, name, contents",
            "tags": "id, path, description", "highlight_tags": "highlight_id, tag_id",
            "highlights": "id, document_id, start_offset, end_offset, snippet",
        }.items():  # fmt: skip
            db.execute(f"CREATE TABLE {table} ({columns})")
        db.execute("INSERT INTO projects VALUES (1, 'Buses', '')")
        html = "".join(f"<p>{line}</p>\n" for line in text.splitlines())
        db.execute("INSERT INTO documents VALUES (1, 'talk.odt', ?)", [html])
        db.execute(
            "INSERT INTO tags VALUES (1, 'Physical opportunity', ''), (2, 'Buses', 'of them')"
        )
        for i, words in enumerate(highlights, 1):
            start = len(text[: text.index(words)].encode())
            db.execute(
                "INSERT INTO highlights VALUES (?, 1, ?, ?, ?)",
                [i, start, start + len(words.encode()), words],
            )
            db.execute("INSERT INTO highlight_tags VALUES (?, ?)", [i, 1 + i % 2])
    db.close()
    return path


TALK = "INT: Wie läuft's?\nP1: The bus is late. Yes.\nINT: Again?\nP1: Yes. The bus is full."


def test_a_taguette_project_brings_its_texts_and_its_codings(
    empty_study: Path, tmp_path: Path
) -> None:
    project = taguette(tmp_path / "p.sqlite3", TALK, "The bus is late.", "The bus is full.")
    run("codes", "--study", empty_study, project, "--coder", "ANNA").refused(
        3, "no transcript of the study", f"precode add {project.name}"
    )
    assert run("add", "--study", empty_study, project).code == 0
    ran = run("codes", "--study", empty_study, project, "--coder", "ANNA", "--json")
    assert ran.code == 0, ran.err
    done = json.loads(ran.out)
    assert [(t["coder"], t["exact"]) for t in done["tallies"]] == [("ANNA", 1)]
    assert done["unmapped"] == [{"code": "Buses", "codings": 1}]
    target = tmp_path / "map.toml"
    assert run("codes", "--study", empty_study, project, "--map", target).code == 0
    ran = run("codes", "--study", empty_study, project, "--map", target, "--coder", "ANNA")
    assert ran.code == 0, ran.err
    assert "Gained in codebook.toml: buses" in ran.out
    assert read_codebook(empty_study / "codebook.toml")["buses"].definition == "of them"


def test_who_coded_has_to_be_said_where_the_file_does_not(
    empty_study: Path, tmp_path: Path
) -> None:
    project = taguette(tmp_path / "p.sqlite3", TALK, "The bus is late.", "The bus is full.")
    assert run("add", "--study", empty_study, project).code == 0
    before = state(empty_study)
    run("codes", "--study", empty_study, project).refused(3, "name no coder", "--coder NAME")
    assert state(empty_study) == before


def test_words_said_twice_are_told_apart_by_what_is_around_them(
    empty_study: Path, tmp_path: Path
) -> None:
    """The transcript is not the project's text letter by letter: titles, times, other spaces."""
    (tmp_path / "talk.txt").write_text("Title\n" + TALK.replace(": ", ":  "), encoding="utf-8")
    assert run("add", "--study", empty_study, tmp_path / "talk.txt").code == 0
    project = taguette(tmp_path / "p.sqlite3", TALK, "bus", "Yes.")
    with sqlite3.connect(project) as db:
        at = len(TALK[: TALK.index("Yes. The bus")].encode())
        db.execute(
            "UPDATE highlights SET start_offset = ?, end_offset = ? WHERE id = 2", [at, at + 4]
        )
    db.close()
    ran = run("codes", "--study", empty_study, project, "--coder", "ANNA", "--json")
    assert ran.code == 0, ran.err
    (tally,) = json.loads(ran.out)["tallies"]
    assert (tally["excerpts"], tally["ambiguous"]) == (1, 0)


def test_word_comments_as_codes(empty_study: Path, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("INT: How is it?")
    paragraph = document.add_paragraph("P1: ")
    late = paragraph.add_run("The bus is late.")
    document.add_comment(
        late, text="Physical opportunity: barrier; Buses", author="Anna", initials="A"
    )
    document.save(str(tmp_path / "talk.docx"))
    assert run("add", "--study", empty_study, tmp_path / "talk.docx").code == 0
    ran = run("codes", "--study", empty_study, tmp_path / "talk.docx", "--json")
    assert ran.code == 0, ran.err
    done = json.loads(ran.out)
    assert [(t["coder"], t["code"], t["exact"]) for t in done["by_code"]] == [
        ("Anna", "physical_opportunity", 1)
    ]
    assert done["unmapped"] == [{"code": "Buses", "codings": 1}]


def test_bar_at_least_99_percent_of_a_real_project_are_placed_in_its_transcripts(
    empty_study: Path, shared: Path, tmp_path: Path
) -> None:
    """Taguette's database and its CSV, in the .odt files that were coded with it."""
    folder = shared / "taguette"
    run("add", "--study", empty_study, folder / "transcripts", "--kind", "field notes")
    target = tmp_path / "map.toml"
    lines = [r["tag"] for r in read_table(folder / "codebook_20220303_8.csv").rows]
    target.write_text(
        "".join(f"[[code]]\ntheirs = {json.dumps(t)}\n" for t in lines), encoding="utf-8"
    )
    for name in ("SERDIF_P2_ThematicAnalysis.sqlite3", "all_tags_20220303.csv"):
        ran = run(
            "codes",
            "--study",
            empty_study,
            folder / name,
            "--map",
            target,
            "--coder",
            "A",
            "--dry-run",
            "--json",
        )
        assert ran.code == 0, ran.err
        (t,) = json.loads(ran.out)["tallies"]
        assert t["excerpts"] == 1930
        assert t["exact"] + t["normalised"] >= 0.99 * 1930
