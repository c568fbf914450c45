"""Studies that give a model little, or contradictory, to learn from: a clear line and what to do, or
a smaller honest model; never a warning or a traceback of a library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from running import Ran, run
from studies import BEHAVIOUR, NOTHING, SAID, state, write_table

pytestmark = [pytest.mark.usefixtures("fake_encoder"), pytest.mark.filterwarnings("error")]
HEAD = ["source", "excerpt", "code", "polarity", "coder"]
CODES = sorted({code for code, _ in SAID})
Row = tuple[str, str, str, str, str]


def quiet(ran: Ran, code: int = 0) -> Ran:
    """``ran`` ended with ``code``, without a word from inside a library."""
    assert ran.code == code, ran.err
    assert "Warning" not in ran.err
    assert "Traceback" not in ran.err
    return ran


def study_of(
    folder: Path,
    code_of: Callable[[int, int], Sequence[tuple[str, str, str]]],
    *,
    transcripts: int = 4,
    replies: int = 12,
    complete: bool = True,
    codebook: str = "",
) -> Path:
    """Transcripts of ``replies`` sentences; ``code_of(transcript, reply)`` gives (coder, code,
    polarity) of each, whose words fit the first of its codes.
    """
    study = folder / "study"
    book = ["--codebook", folder / "book.toml"] if codebook else []
    if codebook:
        (folder / "book.toml").write_text(codebook, encoding="utf-8")
    quiet(run("init", study, "--behaviour", BEHAVIOUR, *book))
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    for name, slow, quick in (("bootstrap", 1000, 100), ("floor", 10, 2)):
        text = text.replace(f"\n{name} = {slow}\n", f"\n{name} = {quick}\n")
    settings.write_text(text, encoding="utf-8")
    rows: list[Row] = []
    for t in range(transcripts):
        lines = []
        for i in range(replies):
            given = code_of(t, i)
            first = given[0][1:] if given else ("", "")
            what = SAID.get(first, f"{first[0].replace('_', ' ')} {NOTHING[i % 3]}".strip())
            sentence = f"{what}, in week {t * 100 + i}."
            lines += [f"INT: And then, {t}-{i}?", f"P{t}: {sentence}"]
            rows += [(f"t{t}", sentence, code, polarity, coder) for coder, code, polarity in given]
        (folder / f"t{t}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    quiet(run("add", "--study", study, *(folder / f"t{t}.txt" for t in range(transcripts))))
    flags = ["--complete-all"] if complete else []
    table = write_table(folder / "codings.csv", HEAD, *rows)
    quiet(run("codes", "--study", study, table, *flags))
    return study


def test_without_declared_negatives_there_is_a_model_and_a_warning(tmp_path: Path) -> None:
    """Only coded sentences are known; it says what that does, and which command mends it."""
    study = study_of(
        tmp_path,
        lambda t, i: [("ANNA", CODES[i % 3], "barrier")] if i < 9 else [],
        complete=False,
    )
    ran = quiet(run("train", "--study", study))
    assert "no sentence is known to carry no code" in ran.out
    assert "--complete NAME" in ran.out
    quiet(run("predict", "--study", study))


def test_codes_with_few_examples_are_left_out_by_name(tmp_path: Path) -> None:
    """1 to 4 sentences of a code teach nothing; 5 do, and its score is "not estimable" below the
    floor. What is left out is never given.
    """
    few = {0: "physical_capability", 1: "automatic_motivation", 2: "psychological_capability"}

    def codes(t: int, i: int) -> Sequence[tuple[str, str, str]]:
        if i == 0 and t in few:  # one each
            return [("ANNA", few[t], "barrier")]
        if i == 1 and t < 4:  # 4, and a fifth below
            return [("ANNA", "social_opportunity", "barrier")]
        if (t, i) == (0, 2):
            return [("ANNA", "social_opportunity", "facilitator")]
        return [("ANNA", "physical_opportunity", "barrier")] if i > 8 else []

    study = study_of(tmp_path, codes)
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    assert set(told["left_out"]) >= {"Physical capability", "Automatic motivation"}
    assert "Social opportunity" not in told["left_out"]
    assert "Physical capability: left out, 1 coded sentence (at least 5 needed)" in told["notes"]
    predicted = json.loads(quiet(run("predict", "--study", study, "--json")).out)
    given = {c["code"]: c["given"] for c in predicted["codes"]}
    assert given["physical_capability"] == given["automatic_motivation"] == 0
    assert given["physical_opportunity"] > 0


@pytest.mark.parametrize("only", ["barrier", "facilitator"])
def test_codes_of_one_polarity_have_no_score_of_polarity(tmp_path: Path, only: str) -> None:
    """Nothing was learned of it, so nothing is claimed; the machine calls it unclear."""
    study = study_of(
        tmp_path, lambda t, i: [("ANNA", CODES[i % 2], only)] if i < 8 else [], transcripts=5
    )
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    assert told["validation"]["polarity"] is None
    assert any(f"all codes with a polarity are {only}s" in n for n in told["notes"])
    quiet(run("predict", "--study", study))
    quiet(run("report", "--study", study))
    page = next((study / "reports").glob("*.html")).read_text(encoding="utf-8")
    assert "where a person gave the code" not in page


def test_a_shipped_models_name_is_no_name_for_a_teams(trained_study: Path) -> None:
    before = state(trained_study)
    ran = run("train", "--study", trained_study, "--name", "comb-starter")
    ran.refused(2, "ships with precode", "--name")
    assert state(trained_study) == before


def test_coders_who_contradict_each_other_in_everything(tmp_path: Path) -> None:
    """Where one gives a code the other gives another: there is a model, its figures say how poor
    it is, and the agreement between the coders beside them is none.
    """

    def codes(t: int, i: int) -> Sequence[tuple[str, str, str]]:
        one, other = CODES[i % 2], CODES[(i + 1) % 2]
        return [("ANNA", one, "barrier"), ("BEN", other, "facilitator")] if i < 10 else []

    study = study_of(tmp_path, codes)
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    human = told["validation"]["human"]["codes"]
    for code in CODES[:2]:
        assert isinstance(human[code]["kappa"], str) or human[code]["kappa"][0] <= 0
    quiet(run("predict", "--study", study))


BOOK = 'name = "Many"\nversion = "1"\nchoice = "{choice}"\n'
CODE = '[[code]]\nid = "{id}"\nlabel = "{id}"\ndefinition = "d"\n'


def test_two_hundred_codes(tmp_path: Path) -> None:
    """Few of them used: a model of these, the others named; the rest of the work goes on."""
    book = BOOK.format(choice="many") + "".join(CODE.format(id=f"code{j}") for j in range(200))
    study = study_of(
        tmp_path, lambda t, i: [("ANNA", f"code{i % 4}", "barrier")] if i < 8 else [],
        codebook=book,
    )  # fmt: skip
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    assert len(told["left_out"]) == 196
    predicted = json.loads(quiet(run("predict", "--study", study, "--json")).out)
    assert sum(c["given"] > 0 for c in predicted["codes"]) <= 4


def test_an_empty_branch_of_the_codebook(tmp_path: Path) -> None:
    """A domain with two sub-domains that nobody has ever used: left out, by name."""
    book = BOOK.format(choice="many") + "".join(
        CODE.format(id=i) + (f'parent = "{p}"\n' if p else "")
        for i, p in (("used", ""), ("a", "used"), ("b", "used"), ("empty", ""), ("c", "empty"),
                     ("d", "empty"))
    )  # fmt: skip
    study = study_of(
        tmp_path, lambda t, i: [("ANNA", "ab"[i % 2], "barrier")] if i < 8 else [], codebook=book
    )
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    assert told["left_out"] == ["c", "d"]
    quiet(run("predict", "--study", study))


@pytest.mark.parametrize("choice", ["many", "one"])
def test_one_class_only(choice: str, tmp_path: Path) -> None:
    """A codebook of one code, given to every sentence: exit 5, with counts and the mend."""
    book = BOOK.format(choice=choice) + CODE.format(id="only") + CODE.format(id="never")
    study = study_of(tmp_path, lambda t, i: [("ANNA", "only", "barrier")], codebook=book)
    before = state(study)
    ran = run("train", "--study", study)
    quiet(ran, 5)
    ran.refused(5, "only 48", "precode")
    assert state(study) == before


def test_labels_of_another_codebook_version(tmp_path: Path) -> None:
    """A code that the codebook has lost since: its sentences stay read, the code is named, and
    nothing is trained under its name.
    """
    book = BOOK.format(choice="many") + "".join(CODE.format(id=i) for i in ("old", "kept", "also"))
    study = study_of(
        tmp_path,
        lambda t, i: [("ANNA", ("old", "kept", "also")[i % 3], "barrier")] if i < 9 else [],
        codebook=book,
    )
    path = study / "codebook.toml"
    text = path.read_text(encoding="utf-8").replace('version = "1"', 'version = "2"')
    path.write_text(text.replace('"old"', '"new"'), encoding="utf-8")
    told = json.loads(quiet(run("train", "--study", study, "--json")).out)
    assert "codes that the codebook does not hold were left out: old" in told["notes"]
    assert told["left_out"] == ["new"]


# -- bundles that were tampered with ---------------------------------------------------------------


def forge(folder: Path, file: str, data: bytes) -> None:
    """Put ``data`` in a model's ``file`` and mend its hash, as one who knows the format could."""
    (folder / file).write_bytes(data)
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(data).hexdigest()
    if file in head["files"]:
        head["files"][file] = digest
    else:
        head["about"]["familiar"] = digest
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")


@pytest.mark.parametrize("worst", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("tensor", ["codes.weights", "thresholds", "calibration.slope", "idf"])
def test_weights_that_are_no_numbers(tensor: str, worst: float, trained_study: Path) -> None:
    """Refused in words, though the hashes are right."""
    from safetensors.numpy import load, save

    folder = trained_study / "models" / "main"
    tensors = load((folder / "tensors.safetensors").read_bytes())
    tensors[tensor] = tensors[tensor].copy()
    tensors[tensor].flat[0] = worst
    forge(folder, "tensors.safetensors", save(tensors))
    run("predict", "--study", trained_study).refused(3, "not finite", "precode train")


@pytest.mark.parametrize("how", ["changed", "gone", "forged rubbish"])
def test_a_changed_record_of_familiar_talk_is_refused(how: str, tmp_path: Path) -> None:
    """It would make false warnings, or silence true ones."""
    study = study_of(tmp_path, lambda t, i: [("A", CODES[i % 3], "barrier")] if i < 9 else [])
    quiet(run("train", "--study", study))
    folder = study / "models" / "main"
    file = folder / "familiar.safetensors"
    if how == "changed":
        file.write_bytes(file.read_bytes()[:-1] + b"\x01")
    elif how == "gone":
        file.unlink()
    else:
        forge(folder, file.name, b"rubbish")
    before = state(study)
    run("predict", "--study", study).refused(3, "familiar.safetensors", "precode train")
    ran = run("predict", "--model", folder, "-", stdin="I went there.\n")
    ran.refused(3, "familiar.safetensors", "precode train")
    assert state(study) == before


# -- talk that is unlike ---------------------------------------------------------------------------


def test_talk_unlike_the_models_own_is_warned_of(tmp_path: Path) -> None:
    """New words, another language: said with the share. The model's own transcripts, or more of the
    kind: nothing is said.
    """
    study = study_of(
        tmp_path, lambda t, i: [("A", CODES[i % 3], "barrier")] if i < 9 else [],
        transcripts=6, replies=15,
    )  # fmt: skip
    quiet(run("train", "--study", study))
    assert "note: " not in quiet(run("predict", "--study", study)).out
    german = [f"Der Hund und die Katze sind nicht mit dem Auto {i} in die Stadt." for i in range(9)]
    french = [f"Nous avons vu que les enfants ne sont pas dans la rue {i}." for i in range(9)]
    for name, said in (("deutsch", german), ("francais", french)):
        talk = "".join(f"INT: So?\nP9: {s}\n" for s in said)
        (tmp_path / f"{name}.txt").write_text(talk, encoding="utf-8")
        quiet(run("add", "--study", study, tmp_path / f"{name}.txt"))
    ran = quiet(run("predict", "--study", study))
    assert "2 of 2 new transcripts" in ran.out
    assert "German" in ran.out
    drift = json.loads(quiet(run("predict", "--study", study, "--json")).out)["drift"]
    assert drift["sentences"] == 18
    assert drift["strange"] > 9
    assert all(t["unlike"] and t["new_words"] for t in drift["transcripts"])
    model = study / "models" / "main"
    ran = quiet(run("predict", "--model", model, tmp_path / "deutsch.txt"))
    assert "unlike the talk" in ran.err
    assert "unlike" not in ran.out
    ran = quiet(run("predict", "--model", model, tmp_path / "t0.txt"))
    assert "unlike" not in ran.err


def test_an_older_model_says_that_it_cannot_warn(trained_study: Path) -> None:
    """Three transcripts are too few to keep a record; so are models of before."""
    ran = quiet(run("predict", "--study", trained_study))
    assert "train again to get this warning" in ran.out
