"""``train``, ``predict`` and ``review`` where there is too little, or the wrong model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run
from studies import BEHAVIOUR, state, write_table

pytestmark = pytest.mark.usefixtures("fake_encoder")
HEAD = ["source", "excerpt", "code", "polarity", "coder"]


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        (["train"], ["nobody has coded anything", "precode codes"]),
        (["review", "--coder", "A"], ["no sentence to review", "precode add FILES"]),
        (["report"], ["the study is empty", "precode add FILES"]),
        (["export"], ["no codes to export", "precode codes"]),
    ],
)
def test_an_empty_study_is_too_little(verb: list[str], words: list[str], empty_study: Path) -> None:
    """Exit 5, and the verb that comes first."""
    before = state(empty_study)
    run(*verb, "--study", empty_study).refused(5, *words)
    assert state(empty_study) == before


def talk(study: Path, folder: Path, *replies: str, name: str = "a") -> None:
    """Add a transcript of ``replies`` to the study."""
    file = folder / f"{name}.txt"
    file.write_text("".join(f"INT: So?\nP1: {r}\n" for r in replies), encoding="utf-8")
    assert run("add", "--study", study, file).code == 0


REPLIES = [f"The bus was late in week {i}." for i in range(12)]


@pytest.mark.parametrize(
    ("coded", "complete", "words"),
    [
        (0, False, ["nobody has coded anything"]),
        (3, True, ["no code has 5 coded sentences", "Physical opportunity 3", "code more"]),
        (12, True, ["carries the same code", "Physical opportunity 12", "--complete NAME"]),
        (12, False, ["carries the same code", "Physical opportunity 12", "--complete NAME"]),
    ],
)
def test_too_little_to_learn_from(
    coded: int, complete: bool, words: list[str], empty_study: Path, tmp_path: Path
) -> None:
    """Nothing coded, too few of every code, everything alike: exit 5 with counts, and no model."""
    talk(empty_study, tmp_path, *REPLIES)
    if coded:
        rows = [["a", r, "physical opportunity", "barrier", "ANNA"] for r in REPLIES[:coded]]
        table = write_table(tmp_path / "c.csv", HEAD, *rows)
        flags = ["--complete-all"] if complete else []
        assert run("codes", "--study", empty_study, table, *flags).code == 0
    before = state(empty_study)
    run("train", "--study", empty_study).refused(5, *words)
    assert state(empty_study) == before


def test_one_transcript_trains_and_says_that_nothing_was_held_out(
    empty_study: Path, tmp_path: Path
) -> None:
    """There is a model, without scores, and nothing it says is accepted unread."""
    talk(empty_study, tmp_path, *REPLIES, *(f"We had tea number {i}." for i in range(8)))
    rows = [["a", r, "physical opportunity", "barrier", "ANNA"] for r in REPLIES]
    table = write_table(tmp_path / "c.csv", HEAD, *rows)
    assert run("codes", "--study", empty_study, table, "--complete-all").code == 0
    ran = run("train", "--study", empty_study)
    assert ran.code == 0, ran.err
    assert "Not validated: nothing could be held out." in ran.out
    ran = run("predict", "--study", empty_study)
    assert "nothing is accepted unread" in ran.out
    assert "accept" not in ran.out.partition("Verdicts: ")[2].splitlines()[0]


def test_train_on_a_coder_who_has_not_coded(coded_study: Path) -> None:
    before = state(coded_study)
    run("train", "--study", coded_study, "--coder", "ANA").refused(2, "'ANA'", "ANNA, BEN")
    assert state(coded_study) == before


# -- models ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 4, ["no model yet", "precode train"]),
        (["--model", "mian"], 3, ["no model 'mian'"]),
        (["--model", "mian", "-"], 3, ["no model 'mian'"]),
        (["-"], 2, ["FILES need a model", "--model"]),
    ],
)
def test_predict_without_a_model(
    arguments: list[str], code: int, words: list[str], coded_study: Path
) -> None:
    before = state(coded_study)
    ran = run("predict", "--study", coded_study, *arguments, stdin="I went there.\n")
    ran.refused(code, *words)
    assert state(coded_study) == before


def test_an_unknown_model_lists_the_known_ones(trained_study: Path) -> None:
    ran = run("predict", "--study", trained_study, "--model", "mian")
    ran.refused(3, "no model 'mian'", "models: main")


@pytest.mark.parametrize(
    "file", ["tensors.safetensors", "terms.json", "codebook.json", "bundle.json", "cut", "gone"]
)
def test_a_model_with_a_changed_file_is_refused(file: str, trained_study: Path) -> None:
    """One byte more, a file cut short, a file gone: never a prediction from it; doctor names it."""
    folder = trained_study / "models" / "main"
    if file == "gone":
        (folder / "terms.json").unlink()
    elif file == "cut":
        (folder / "bundle.json").write_bytes((folder / "bundle.json").read_bytes()[:500])
    elif file == "bundle.json":
        head = json.loads((folder / file).read_text(encoding="utf-8"))
        head["files"]["terms.json"] = "0" * 64
        (folder / file).write_text(json.dumps(head), encoding="utf-8")
    else:
        (folder / file).write_bytes((folder / file).read_bytes() + b" ")
    before = state(trained_study)
    run("predict", "--study", trained_study).refused(3, "main", "precode train")
    ran = run("predict", "--model", folder, "-", stdin="I went there.\n")
    ran.refused(3, "main", "precode train")
    assert state(trained_study) == before
    assert run("doctor", "--study", trained_study).code == 4


def test_the_model_of_another_codebook_is_refused(trained_study: Path, tmp_path: Path) -> None:
    """Its columns would mean other codes."""
    other = tmp_path / "other"
    assert run("init", other, "--behaviour", "x", "--codebook", "tdf").code == 0
    talk(other, tmp_path, *REPLIES)
    before = state(other)
    ran = run("predict", "--study", other, "--model", trained_study / "models" / "main")
    ran.refused(3, "trained with other codes", "COM-B", "precode train")
    assert state(other) == before


def test_predict_with_nothing_to_code(trained_study: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    assert run("init", other, "--behaviour", BEHAVIOUR).code == 0
    ran = run("predict", "--study", other, "--model", trained_study / "models" / "main")
    ran.refused(5, "no sentence to code", "precode add FILES")


def test_runs_of_the_same_second_stand_beside_each_other(trained_study: Path) -> None:
    """Two runs, one after the other: two files, both whole, the older one untouched."""
    before = state(trained_study).files
    assert run("predict", "--study", trained_study).code == 0
    assert run("predict", "--study", trained_study).code == 0
    after = state(trained_study).files
    runs = {n for n in after if n.startswith("runs/")}
    assert len(runs) == 3
    assert all(after[n] == before[n] for n in before if n.startswith("runs/"))
    assert run("doctor", "--study", trained_study).code == 0


# -- predict on files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["t.csv", "--text-column", "words"], 3, ["no column 'words'", "sentence, before"]),
        (["t.csv", "--text-column", "sentence", "--context-column", "ctx"], 3, ["no column 'ctx'"]),
        (["gone.docx"], 3, ["gone.docx", "does not exist"]),
        (["gone.csv", "--text-column", "x"], 3, ["gone.csv", "does not exist"]),
        (["t.csv", "a.csv"], 3, ["a.csv"]),
        (["-"], 3, ["standard input is empty"]),
        (["taken.csv", "--text-column", "sentence"], 3, ["column 'verdict'", "rename it"]),
        (["t.csv", "--text-column", "sentence", "--out", "nowhere.d"], 2, ["--out", "no"]),
        (["t.csv", "--text-column", "sentence", "--out", "t.csv"], 2, ["the input itself"]),
    ],
)
def test_predict_refuses_files_it_cannot_use(
    arguments: list[str],
    code: int,
    words: list[str],
    trained_study: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is written where the input is wrong, and the input stays as it was."""
    write_table(tmp_path / "t.csv", ["sentence", "before"], ["The bus was late.", "So?"])
    write_table(tmp_path / "taken.csv", ["sentence", "verdict"], ["The bus was late.", "x"])
    monkeypatch.chdir(tmp_path)
    files = {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()}
    ran = run("predict", "--model", trained_study / "models" / "main", *arguments)
    ran.refused(code, *words)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == files


def test_standard_input_may_be_in_any_encoding(trained_study: Path) -> None:
    """Windows-1252 is read rightly and said; no letter becomes a question mark."""
    typed = "Der Bus kam zu spät.\n".encode("cp1252")
    model = trained_study / "models" / "main"
    ran = run("predict", "--model", model, "-", stdin=typed)
    assert ran.code == 0, ran.err
    assert "zu spät" in ran.out
    assert "not UTF-8" in ran.err
    run("predict", "--model", model, "-", stdin=b"\x89PNG\r\n\x1a\n\0\0").refused(3, "picture")


# -- review ----------------------------------------------------------------------------------------


def test_review_with_nothing_left(trained_study: Path) -> None:
    """When a coder has read everything, there is nothing to ask: exit 5, and the next verb."""
    every = [f"--complete=interview-{i}" for i in range(1, 5)]
    assert run("codes", "--study", trained_study, *every, "--coder", "CERI").code == 0
    before = state(trained_study)
    ran = run("review", "--study", trained_study, "--coder", "CERI")
    ran.refused(5, "nothing is left to review for CERI", "precode report")
    assert state(trained_study) == before


def test_review_of_an_unknown_transcript(trained_study: Path) -> None:
    ran = run("review", "--study", trained_study, "--coder", "A", "--transcript", "interview-9")
    ran.refused(2, "'interview-9'", "interview-1")


def test_a_coder_is_the_same_with_spaces_around_the_name(trained_study: Path) -> None:
    """ " CERI " and "CERI" are one person."""
    review = ["review", "--study", trained_study, "-n", "1", "--coder"]
    assert run(*review, " CERI ", stdin="n\n\nq\n").code == 0
    assert {e[3] for e in state(trained_study).tables["event"]} == {"ANNA", "BEN", "CERI"}


def test_export_of_an_unknown_code_or_coder(trained_study: Path) -> None:
    before = state(trained_study)
    export = ["export", "--study", trained_study]
    run(*export, "--code", "luck").refused(2, "'luck'", "social_opportunity")
    run(*export, "--coder", "DAVE").refused(2, "'DAVE'", "ANNA, BEN")
    assert state(trained_study) == before


def test_report_of_an_unknown_attribute(trained_study: Path) -> None:
    before = state(trained_study)
    ran = run("report", "--study", trained_study, "--attribution", "age")
    ran.refused(2, "'age'", "precode add --attributes TABLE")
    assert state(trained_study) == before


def test_a_damaged_run_is_named(trained_study: Path) -> None:
    """A run cut short: the verbs that need it say which file, doctor too."""
    (file,) = (trained_study / "runs").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:-100])
    run("report", "--study", trained_study).refused(4, file.name, "precode predict")
    assert run("doctor", "--study", trained_study).code == 4
