"""``precode models``: list, show, compare, delete, export, import."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from running import run
from studies import BEHAVIOUR, state

pytestmark = pytest.mark.usefixtures("fake_encoder")


@pytest.fixture
def two_models(trained_study: Path) -> Path:
    """A study with the models "main" (of both coders, which made the newest run) and "again"."""
    assert run("train", "--study", trained_study, "--name", "again").code == 0
    return trained_study


def test_the_list_tells_whose_codes_each_model_learned(two_models: Path) -> None:
    """The newest first, then the shipped; in words and as JSON."""
    ran = run("models", "--study", two_models)
    assert ran.code == 0, ran.err
    assert ran.out.index("again") < ran.out.index("main") < ran.out.index("comb-starter")
    assert "made the newest run" in ran.out
    (again, main, *shipped) = json.loads(run("models", "--study", two_models, "--json").out)
    assert (again["name"], again["newest"], again["in_use"]) == ("again", True, False)
    assert (main["name"], main["in_use"], main["coders"]) == ("main", True, ["ANNA", "BEN"])
    assert main["transcripts"] == 3
    assert len(main["macro_f1"]) == 3
    assert all(m["shipped"] for m in shipped)
    (comb,) = [m for m in shipped if m["name"] == "comb-starter"]
    assert comb["coders"] == []
    assert comb["macro_f1"].endswith("), invented talk")


def test_a_damaged_model_is_listed_as_such(two_models: Path) -> None:
    (two_models / "models" / "again" / "terms.json").write_text("[]", encoding="utf-8")
    ran = run("models", "--study", two_models)
    assert ran.code == 0
    assert "damaged" in ran.out
    run("models", "show", "again", "--study", two_models).refused(3, "terms.json", "precode train")


def test_show_prints_the_card(two_models: Path) -> None:
    """The study may be named before or after the verb of the group."""
    for arguments in (
        ["--study", two_models, "show", "main"],
        ["show", "main", "--study", two_models],
    ):
        ran = run("models", *arguments)
        assert ran.code == 0, ran.err
        assert "# Model 'main'" in ran.out
        assert str(two_models / "models" / "main") in ran.out
    told = json.loads(run("models", "show", "main", "--study", two_models, "--json").out)
    assert told["about"]["behaviour"] == BEHAVIOUR
    assert "tensors.safetensors" in told["files"]
    run("models", "show", "mian", "--study", two_models).refused(3, "no model 'mian'", "main")


def test_without_a_model_the_one_that_ships_is_named_where_it_fits(
    empty_study: Path, tmp_path: Path
) -> None:
    """COM-B has one; the four Co's have none."""
    run("predict", "--study", empty_study).refused(
        4, "no model yet", "precode train, or", "precode predict --model comb-starter"
    )
    other = tmp_path / "other"
    assert run("init", other, "--behaviour", BEHAVIOUR, "--codebook", "four-cos").code == 0
    ran = run("predict", "--study", other)
    ran.refused(4, "no model yet", "precode train")
    assert "comb-starter" not in ran.err


# -- compare ---------------------------------------------------------------------------------------


def test_a_model_is_as_good_as_itself(two_models: Path) -> None:
    """The same codes, the same folds: a difference of exactly 0, from the stored records."""
    ran = run("models", "compare", "main", "again", "--study", two_models, "--json")
    assert ran.code == 0, ran.err
    done = json.loads(ran.out)
    assert [m["how"] for m in done["models"]] == ["its own validation"] * 2
    (difference,) = done["differences"]
    assert difference["macro_f1"] == [0.0, 0.0, 0.0]
    assert not difference["clear"]
    assert done["transcripts"] == 3
    assert "no difference" in run("models", "compare", "main", "again", "--study", two_models).out


def test_models_of_other_coders_are_validated_anew(two_models: Path) -> None:
    """One coder's model has other targets: both settings are judged on what is coded now."""
    train = run("train", "--study", two_models, "--name", "anna", "--coder", "ANNA")
    assert train.code == 0, train.err
    (two_models / "models" / "main" / "held_out.safetensors").unlink()
    before = state(two_models)
    done = json.loads(run("models", "compare", "main", "anna", "--study", two_models, "--json").out)
    assert [m["how"] for m in done["models"]] == ["validated anew"] * 2
    assert any("validated anew" in n for n in done["notes"])
    assert state(two_models) == before


def test_the_starter_is_judged_on_what_it_never_saw(two_models: Path) -> None:
    """Its encoder is another one here, and that is refused in words; nothing is guessed."""
    ran = run("models", "compare", "main", "comb-starter", "--study", two_models)
    ran.refused(3, "another encoder")


def test_a_model_of_another_study_is_judged_on_all_rows(two_models: Path, tmp_path: Path) -> None:
    """It has seen none of these transcripts."""
    folder = tmp_path / "theirs"
    shutil.copytree(two_models / "models" / "main", folder)
    (folder / "held_out.safetensors").unlink()
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    for t in head["about"]["trained_on"]:
        t["sha256"] = "0" * 64
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    done = json.loads(run("models", "compare", "main", folder, "--study", two_models, "--json").out)
    assert [m["how"] for m in done["models"]] == [
        "its own validation", "never saw these transcripts"
    ]  # fmt: skip
    assert done["models"][1]["macro_f1"][0] == 1  # it had seen these sentences, in truth


@pytest.mark.parametrize(
    ("names", "code", "words"),
    [
        (["main"], 2, ["takes two models"]),
        (["main", "main"], 2, ["takes two models"]),
        (["main", "mian"], 3, ["no model 'mian'"]),
    ],
)
def test_comparing_takes_two_models(
    names: list[str], code: int, words: list[str], two_models: Path
) -> None:
    run("models", "compare", *names, "--study", two_models).refused(code, *words)


# -- delete ----------------------------------------------------------------------------------------


def test_delete_asks_and_keeps_a_copy(two_models: Path) -> None:
    """ "n" changes nothing; "y" moves the folder to backups/, whole."""
    before = state(two_models)
    assert run("models", "delete", "again", "--study", two_models, stdin="n\n").code == 0
    assert state(two_models) == before
    ran = run("models", "delete", "again", "--study", two_models, stdin="y\n")
    assert ran.code == 0, ran.err
    assert not (two_models / "models" / "again").exists()
    (kept,) = (two_models / "backups").glob("model-again-*")
    assert (kept / "tensors.safetensors").is_file()
    assert run("predict", "--study", two_models).code == 0


def test_the_model_of_the_newest_run_is_not_deleted_unawares(two_models: Path) -> None:
    before = state(two_models)
    ran = run("models", "delete", "main", "--study", two_models, stdin="y\n")
    ran.refused(2, "made the newest run", "--yes")
    assert state(two_models) == before
    assert run("models", "delete", "main", "--yes", "--study", two_models).code == 0
    assert not (two_models / "models" / "main").exists()
    run("models", "delete", "main", "--yes", "--study", two_models).refused(2, "no model 'main'")
    run("models", "delete", "comb-starter", "--yes", "--study", two_models).refused(2, "ships")


# -- export, import --------------------------------------------------------------------------------


def test_a_model_survives_export_and_import(two_models: Path, tmp_path: Path) -> None:
    """The same files, the same id; it says that the model is confidential."""
    file = tmp_path / "main.zip"
    ran = run("models", "export", "main", file, "--study", two_models)
    assert ran.code == 0, ran.err
    assert "confidential" in ran.out
    ran = run("models", "import", file, "--name", "back", "--study", two_models)
    assert ran.code == 0, ran.err
    ours, back = (two_models / "models" / n for n in ("main", "back"))
    assert {p.name: p.read_bytes() for p in back.iterdir()} == {
        p.name: p.read_bytes() for p in ours.iterdir()
    }
    ran = run("predict", "--study", two_models, "--model", "back")
    assert ran.code == 0, ran.err
    run("models", "import", file, "--study", two_models).refused(2, "already", "--name")


def changed(file: Path, to: Path, **parts: bytes) -> Path:
    """``file`` with ``parts`` (by name, "__" for a dot) replaced or added."""
    new = {name.replace("__", "."): data for name, data in parts.items()}
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(to, "w") as target:
        for member in source.namelist():
            if member not in new:
                target.writestr(member, source.read(member))
        for name, data in new.items():
            target.writestr(name, data)
    return to


def test_a_model_that_was_unpacked_and_packed_again_is_taken_in(
    two_models: Path, tmp_path: Path
) -> None:
    """Other programs write entries for folders too; those of a model are passed over."""
    good = tmp_path / "main.zip"
    assert run("models", "export", "main", good, "--study", two_models).code == 0
    again = changed(good, tmp_path / "again.zip", **{"prior/": b"", "prior/encoder/": b""})
    ran = run("models", "import", again, "--name", "back", "--study", two_models)
    assert ran.code == 0, ran.err
    ours, back = (two_models / "models" / n for n in ("main", "back"))
    assert {p.name for p in back.iterdir()} == {p.name for p in ours.iterdir()}


def test_no_model_takes_the_name_of_one_that_ships(two_models: Path, tmp_path: Path) -> None:
    """Whether by --name or by the name in the archive."""
    mine, theirs = tmp_path / "main.zip", tmp_path / "theirs.zip"
    assert run("models", "export", "main", mine, "--study", two_models).code == 0
    assert run("models", "export", "comb-starter", theirs, "--study", two_models).code == 0
    before = state(two_models)
    for given in ([mine, "--name", "comb-starter"], [mine, "--name", "Comb-Starter"], [theirs]):
        ran = run("models", "import", *given, "--study", two_models)
        ran.refused(2, "ships with precode", "--name OTHER")
        assert state(two_models) == before
    ran = run("models", "import", theirs, "--name", "first look", "--study", two_models)
    assert ran.code == 0, ran.err


def test_an_archive_that_is_no_whole_model_changes_nothing(
    two_models: Path, tmp_path: Path
) -> None:
    """No zip, another zip, a changed or strange part, a name that leads outside, a bomb."""
    good = tmp_path / "main.zip"
    assert run("models", "export", "main", good, "--study", two_models).code == 0
    text = tmp_path / "text.zip"
    text.write_text("no archive", encoding="utf-8")
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("a.json", "{}")
    bad = [
        (tmp_path / "gone.zip", "does not exist"),
        (text, "no model"),
        (other, "no bundle.json"),
        (changed(good, tmp_path / "1.zip", terms__json=b'["x"]'), "terms.json"),
        (changed(good, tmp_path / "2.zip", **{"../evil.json": b"{}"}), "parts that no model has"),
        (changed(good, tmp_path / "3.zip", run__py=b"print()"), "parts that no model has"),
        (changed(good, tmp_path / "6.zip", **{"other/": b""}), "parts that no model has"),
        (changed(good, tmp_path / "7.zip", **{"Terms.json": b"[]"}), "repeated parts"),
        (changed(good, tmp_path / "5.zip", bundle__json=b"[" * 100_000), "damaged"),
    ]
    bomb = tmp_path / "4.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bundle.json", b"0" * 30_000_000)
    before = state(two_models)
    for file, words in [*bad, (bomb, "unpacks to")]:
        run("models", "import", file, "--name", "new", "--study", two_models).refused(
            3, words, "export it again where it was trained"
        )
        assert state(two_models) == before
    run("models", "import", good, "--name", "../x", "--study", two_models).refused(2, "name")
    assert state(two_models) == before


# -- other codebooks, other behaviours -------------------------------------------------------------


def edit(study: Path, file: str, old: str, new: str) -> None:
    path = study / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("precode.toml", BEHAVIOUR, "leaving the clinic", "another target behaviour"),
        ("codebook.toml", 'version = "1.0"', 'version = "2.0"', "another version of the codebook"),
        (
            "codebook.toml",
            "[[code]]",
            '[[code]]\nid = "luck"\nlabel = "Luck"\ndefinition = "d"\n\n[[code]]',
            "only the codebook has luck",
        ),
    ],
)
def test_a_model_that_no_longer_fits_is_refused(
    file: str, old: str, new: str, words: str, trained_study: Path
) -> None:
    """With the reason and the mend, by predict and compare; the list says it too."""
    edit(trained_study, file, old, new)
    run("predict", "--study", trained_study).refused(3, words, "precode train")
    ran = run("models", "compare", "main", "comb-starter", "--study", trained_study)
    ran.refused(3, words)
    listed = " ".join(run("models", "--study", trained_study).out.split())  # it wraps
    assert "cannot be used here" in listed


def test_new_words_in_the_codebook_are_a_note(trained_study: Path) -> None:
    """A definition may be made clearer without training again, but it is said."""
    edit(trained_study, "codebook.toml", 'definition = "', 'definition = "Clearer: ')
    ran = run("predict", "--study", trained_study)
    assert ran.code == 0, ran.err
    assert "note: the words of the codebook" in ran.out


def test_a_behaviour_that_is_only_spelt_otherwise_is_the_same(trained_study: Path) -> None:
    edit(trained_study, "precode.toml", BEHAVIOUR, f" {BEHAVIOUR.title()}.")
    assert run("predict", "--study", trained_study).code == 0


def test_bare_files_for_another_behaviour_are_refused(trained_study: Path) -> None:
    """Polarity is relative to the behaviour."""
    model = trained_study / "models" / "main"
    ran = run("predict", "--model", model, "--behaviour", "smoking", "-", stdin="I went.\n")
    ran.refused(2, "'coming to the clinic'", "'smoking'")
    ran = run("predict", "--model", model, "--behaviour", BEHAVIOUR, "-", stdin="I went.\n")
    assert ran.code == 0, ran.err
