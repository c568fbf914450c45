"""``predict --precision`` and ``--recall``, in a study and on files."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import fakes
import numpy as np
import pytest
import studies
from running import run

from precode.codebook import Codebook
from precode.model.bundle_files import load, save
from precode.model.guarantee import Promise
from precode.steps.learnt.promising import facts, words
from precode.steps.opening import open_study
from precode.study.runs import read_run, runs

CODES = ("physical_opportunity", "social_opportunity", "reflective_motivation")


@pytest.fixture(scope="module")
def promising(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of sixteen interviews, all but the last coded, and a model of it."""
    root = tmp_path_factory.mktemp("promising")
    interviews = studies.write_interviews(root / "interviews", count=16, replies=30)
    study = root / "study"
    with pytest.MonkeyPatch.context() as patch:
        fakes.install(patch.setattr)
        done = run("init", study, "--behaviour", studies.BEHAVIOUR)
        assert done.code == 0, done.err
        settings = study / "precode.toml"
        text = settings.read_text(encoding="utf-8")
        for name, slow, quick in (("bootstrap", 1000, 100), ("folds", 5, 3)):
            text = text.replace(f"\n{name} = {slow}\n", f"\n{name} = {quick}\n")
        settings.write_text(text, encoding="utf-8")
        for arguments in (
            ("add", "--study", study, interviews),
            ("codes", "--study", study, root / "codings.csv", "--complete-all"),
            ("train", "--study", study),
        ):
            done = run(*arguments)
            assert done.code == 0, done.err
    return study


@pytest.fixture
def study(promising: Path, tmp_path: Path, fake_encoder: None) -> Path:
    shutil.copytree(promising, tmp_path / "study")
    return tmp_path / "study"


def newest(study: Path):  # type: ignore[no-untyped-def]
    return read_run(runs(study / "runs")[-1])


def test_a_run_keeps_its_targets_thresholds_and_evidence(study: Path) -> None:
    done = run("predict", "--study", study, "--precision", 0.8, "--recall", 0.8, "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)["promised"]
    kept = newest(study).about["guarantee"]
    assert (kept["precision"], kept["recall"], kept["confidence"]) == (0.8, 0.8, 0.95)
    made = {
        line["code"] for line in said["lines"] if line["kind"] == "precision" and line["promised"]
    }
    assert made == {c for c, p in kept["precision_codes"].items() if p["promised"]}
    assert made & set(CODES)
    for code in made:
        p = kept["precision_codes"][code]
        assert p["bound"] >= 0.8
        assert 0 < p["threshold_p"] < 1
        assert p["transcripts"] <= 15


def test_codes_are_accepted_only_where_promised_and_verdicts_follow(study: Path) -> None:
    assert run("predict", "--study", study, "--precision", 0.8, "--recall", 0.8).code == 0
    found = newest(study)
    kept, columns = found.about["guarantee"], found.columns
    verdict = np.array(columns["verdict"])
    codes = found.about["codes"]
    accepted = np.array([columns[f"{c}.accepted"] for c in codes]).T
    given = np.array([columns[f"{c}.decision"] for c in codes]).T
    assert accepted.any()
    assert not (accepted & ~given).any()
    for j, code in enumerate(codes):
        assert kept["precision_codes"][code]["promised"] or not accepted[:, j].any()
    assert (given == accepted)[verdict == "accept"].all()
    assert not given[verdict == "none"].any()
    assert {"accept", "none"} <= set(verdict)


def test_without_targets_a_run_is_what_it_was(study: Path) -> None:
    assert run("predict", "--study", study).code == 0
    found = newest(study)
    assert "guarantee" not in found.about
    assert not any(name.endswith(".accepted") for name in found.columns)


def test_the_table_says_threshold_evidence_or_what_it_would_take(study: Path) -> None:
    done = run("predict", "--study", study, "--precision", 0.8)
    assert "Precision 0.8: at least 80% of the codes accepted are right, 95% sure" in done.out
    assert "or more; seen" in done.out
    assert "abstains" in done.out
    assert "on transcripts like those the model was trained on" in done.out
    hard = run("predict", "--study", study, "--precision", 0.99, "--confidence", 0.99)
    assert "more coded sentences with this code are needed" in hard.out


def test_on_bare_files_too(study: Path, promising: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    new = promising.parent / "interviews" / "interview-16.txt"
    model = study / "models" / "main"
    done = run("predict", "--model", model, new, "--precision", 0.8, "--recall", 0.8, "--out", out)
    assert done.code == 0, done.err
    assert "Need not be read" in done.out
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for code in CODES:
        assert {row[f"{code}.accepted"] for row in rows} <= {"0", "1"}
        assert all(row[f"{code}.decision"] == "1" for row in rows if row[f"{code}.accepted"] == "1")
    assert any(row[f"{code}.accepted"] == "1" for row in rows for code in CODES)
    plain = run("predict", "--model", model, new)
    assert ".accepted" not in plain.out


def test_a_model_without_held_out_scores_is_refused_before_anything_is_written(
    study: Path,
) -> None:
    folder = study / "models" / "main"
    save(replace(load(folder), held_out=None), folder, "# Card\n")
    before = studies.state(study)
    run("predict", "--study", study, "--precision", 0.9).refused(3, "held out", "precode train")
    assert studies.state(study) == before


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--precision", "1.2"), "1.2"),
        (("--precision", "0.3"), "0.3"),
        (("--confidence", "0.9"), "--confidence goes with --precision or --recall"),
    ],
)
def test_targets_that_cannot_be_are_refused(
    study: Path, options: tuple[str, ...], says: str
) -> None:
    done = run("predict", "--study", study, *options)
    assert done.code == 2
    assert says in done.err


def test_a_run_tells_the_methods_section_what_was_promised(study: Path) -> None:
    assert run("predict", "--study", study, "--precision", 0.8).code == 0
    with open_study(study, verb="test", write=False) as opened:
        book: Codebook = opened.codebook
    lines = dict(facts(newest(study).about, book))
    assert "at least 80%" in lines["Promise of precision"]
    assert "95% sure" in lines["Promise of precision"]
    assert any(book[c].label in lines["Made for"] for c in CODES)
    assert facts({}, book) == ()


def test_words_for_each_way_to_abstain() -> None:
    p = Promise("a", np.inf, False, 0.0, 0.4, 30, 6, 12, 88)
    assert "about 88 more coded sentences with this code are needed" in words("precision", p)
    assert "right too seldom" in words("precision", replace(p, more=None))
    assert "too few coded sentences" in words("recall", replace(p, more=None))
    assert "too few sentences carry it" in words("recall", replace(p, positives=0))
