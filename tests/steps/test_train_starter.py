"""A study's model starts from the starter that ships with precode: used, told, kept, left out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import starter
import studies
from fakes import FakeEncoder
from running import finished, run, spawn

from precode.codebook import Codebook
from precode.errors import TooLittleError
from precode.model import bundle as bundles
from precode.model.bundle import Bundle
from precode.model.bundle_files import load
from precode.model.finetune.plan import Plan
from precode.model.finetune.tuned import ADAPTER, Tuned
from precode.model.passages import Passage
from precode.model.validate import cross_validate
from precode.steps import finetune
from precode.steps.learnt import comparing, embedding, learning, starting
from precode.steps.learnt.resting import by_code, said, start_of
from precode.steps.loop.relearn import relearn
from precode.steps.opening import open_study, silent
from precode.study.runs import read_run, runs

pytestmark = pytest.mark.usefixtures("fake_encoder")
CODES = 6


@pytest.fixture(scope="session")
def _coded5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five interviews that two coders have coded, and one that nobody has."""
    return starter.study(tmp_path_factory.mktemp("started"), count=6, replies=9, folds=4)


@pytest.fixture(scope="session")
def other(_trained: Path) -> Path:
    """A model that learned from other interviews."""
    return _trained / "models" / "main"


@pytest.fixture
def study(_coded5: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_coded5, tmp_path / "my stüdy"))


@pytest.fixture
def ship(monkeypatch: pytest.MonkeyPatch) -> Ship:
    return Ship(monkeypatch)


class Ship:
    """Puts the starters in the folders given where precode looks for those that ship with it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._set = monkeypatch.setattr
        self.read: list[int] = []

    def __call__(self, *folders: Path) -> None:
        self._set(starting, "starters", lambda: {f.name: f for f in folders})

    def adapted(self, folder: Path) -> None:
        """… and its adapted encoder reads by counting; nobody reads past the study's cache."""
        self(folder)

        def reader_of(tuned: Tuned) -> object:
            def read(passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
                self.read.append(len(passages))
                return starter.vectors(passages)

            return read

        def never(tuned: Tuned) -> object:
            raise AssertionError("read past the cache")

        self._set(embedding, "reader_of", reader_of)
        self._set(bundles, "reader_of", never)


def trained(study: Path, *more: str) -> tuple[dict[str, Any], Bundle]:
    """What ``train --json`` says, and the model."""
    ran = run("train", "--study", study, "--json", *more)
    assert ran.code == 0, ran.err
    return json.loads(ran.out), load(study / "models" / "main")


def predicted(study: Path) -> npt.NDArray[np.floating]:
    """The probabilities of the newest run."""
    columns = read_run(runs(study / "runs")[-1]).columns
    names = [c for c in columns if c.endswith(".p")]
    assert len(names) == CODES
    return np.array([columns[c] for c in names], dtype=float)


def note(out: dict[str, Any]) -> str:
    """The one note on what the model starts from."""
    openings = (f"the model starts from {starter.NAME}", f"the starter model {starter.NAME} was")
    (found,) = [n for n in out["notes"] if n.startswith(openings)]
    return str(found)


def setting(study: Path, old: str, new: str) -> None:
    file = study / "precode.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(f"\n{old}\n") == 1
    file.write_text(text.replace(f"\n{old}\n", f"\n{new}\n"), encoding="utf-8")


# -- used and told ---------------------------------------------------------------------------------


def test_the_model_says_what_it_starts_from(study: Path, other: Path, tmp_path: Path, ship: Ship) -> None:  # fmt: skip
    """In what train prints, the bundle, the card, `models show` and the report: one and the same."""
    ship(starter.plain(other, tmp_path / "starter"))
    out, bundle = trained(study)
    told = bundle.about["prior"]
    assert isinstance(told, dict) and bundle.prior is not None
    assert told == out["prior"]
    assert (told["name"], told["id"]) == (starter.NAME, load(tmp_path / "starter").id)
    assert told["weight"] in (0.5, 1.0)
    assert set(told["share"]) == set(bundle.codebook.leaf_ids)
    assert len(out["validation"]["settings_chosen"]) == 4
    assert {"prior", "domain"} < set(out["validation"]["settings_chosen"][0])
    modelled = [c for c, m in zip(bundle.codebook.leaf_ids, bundle.modelled, strict=True) if m]
    shares = {c: told["share"][c] for c in modelled}
    mean, most = 100 * np.mean(list(shares.values())), max(shares, key=shares.__getitem__)
    line = note(out)
    assert f"starts from {starter.NAME} (weight {told['weight']:g}, chosen on held-out" in line
    assert f"on average {mean:.0f} % of what tells sentences apart rests on it" in line
    assert f"most for {bundle.codebook[most].label} ({100 * shares[most]:.0f} %)" in line
    assert line.endswith("; polarities start from it too")
    assert f"note: {line}" in run("train", "--study", study).out
    shown = run("models", "show", "main", "--study", study).out
    assert line[1:] in shown
    for code, share in shares.items():
        assert f"{bundle.codebook[code].label} {100 * share:.0f} %" in shown
    assert run("predict", "--study", study).code == 0
    page = study / "report.html"
    ran = run("report", "--study", study, "--out", page)
    assert ran.code == 0, ran.err
    text = page.read_text(encoding="utf-8")
    assert f"% that rests on {starter.NAME}" in text
    assert "did not start from nothing" in text
    assert f"({starter.NAME}, weight {told['weight']:g}, chosen by nested validation)" in text


def test_a_start_that_is_noise_is_tried_left_and_told(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    ship(starter.noisy(other, tmp_path / "starter"))
    out, bundle = trained(study)
    assert out["prior"]["weight"] == 0
    assert set(out["prior"]["share"].values()) == {0.0}
    assert bundle.prior is None
    assert note(out) == (
        f"the starter model {starter.NAME} was tried as a start and helped nothing on held-out "
        "transcripts: the model is the team's codes alone"
    )
    assert "helped nothing on held-out transcripts" in run("models", "show", "main", "--study", study).out  # fmt: skip
    assert not (study / "models" / "main" / "prior").exists()


def test_what_three_transcripts_could_not_choose_is_said(
    coded_study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    ship(starter.plain(other, tmp_path / "starter"))
    out, _ = trained(coded_study)
    assert out["prior"]["weight"] == 1
    assert "(weight 1, not chosen by validation, which takes four transcripts" in note(out)
    assert "chosen on held-out" not in note(out)


def test_a_fine_tuned_encoder_beside_it_is_named(other: Path, tmp_path: Path) -> None:
    """The share is of the part that it has no say in; codes that are not modelled do not count."""
    bundle = load(starter.adapted(other, tmp_path / "starter"))
    share = dict.fromkeys(bundle.codebook.leaf_ids, 0.2)
    unmodelled = [c for c, m in zip(share, bundle.modelled, strict=True) if not m]
    assert unmodelled
    share |= dict.fromkeys(unmodelled, 0.9)
    told = {"name": "s", "id": "1", "weight": 0.5, "known": 6, "share": share}
    about = {"prior": told, "validation": {"nested": True}}
    line = said(replace(bundle, about=about))
    assert "on average 20 % of what tells sentences apart, beside the fine-tuned encoder," in line
    assert "learned on" not in line
    began = {**about, "finetuned": {"began_with": "s"}}
    on = "beside the fine-tuned encoder, which learned on from the starter's, rests on it"
    assert on in said(replace(bundle, about=began))
    left = {**began, "prior": {**told, "weight": 0}}
    assert said(replace(bundle, about=left)).endswith(
        "codes alone, but for its fine-tuned encoder, which learned on from the starter's"
    )
    assert said(replace(bundle, about=left, tuned=None)).endswith("codes alone")
    assert "beside" not in said(replace(bundle, about=about, tuned=None))
    assert "polarities" not in said(replace(bundle, about=about, polarity=None))
    assert said(replace(bundle, about={})) == ""


@pytest.mark.parametrize("known", [True, False])
def test_fine_tuning_of_talk_goes_on_from_it_whatever_codes_it_knows(
    study: Path, other: Path, tmp_path: Path, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is one; the judge's folds and the final model begin alike (there is one job)."""
    bundle = load(starter.adapted(other, tmp_path / "starter"))
    assert bundle.tuned is not None
    begun: list[Path | None] = []

    def judged(data: object, out: object, tune: Any, **_: object) -> None:
        begun.append(tune.__self__._start)
        raise TooLittleError("enough is seen", mend="")

    monkeypatch.setattr(finetune, "judge", judged)
    with open_study(study, verb="test", write=False) as opened:
        learned = learning.lesson(opened, starter=False, progress=silent)
        out = cross_validate(learned.data, folds=2, seed=1)
        like = np.full(CODES, 0 if known else -1)
        learned = replace(learned, data=replace(learned.data, like=like))
        for prior in (bundle, None):
            with pytest.raises(TooLittleError, match="enough is seen"):
                finetune.finetune(
                    opened, replace(learned, prior=prior), out, Plan(), keep="better",
                    progress=silent,
                )  # fmt: skip
    assert begun == [bundle.tuned.folder / ADAPTER, None]


def test_of_polarities_nothing_is_said_where_the_codebook_has_none(
    other: Path, tmp_path: Path
) -> None:
    """Though the head would have some to give."""
    bundle = load(starter.adapted(other, tmp_path / "starter"))
    assert bundle.polarity is not None
    leaning = replace(bundle, polarity=replace(bundle.polarity, lean=np.eye(2)))
    text = bundle.codebook.model_dump_json(by_alias=True)
    assert '"polarity":true' in text
    without = Codebook.model_validate_json(text.replace('"polarity":true', '"polarity":false'))
    for known in (0, 6):
        share = dict.fromkeys(bundle.codebook.leaf_ids, 0.2)
        prior = {"name": "s", "id": "1", "weight": 1.0, "known": known, "share": share}
        made = replace(leaning, about={"prior": prior})
        assert "polarities start from" in said(made)
        assert "polarities" not in said(replace(made, codebook=without))


@pytest.mark.parametrize(
    "told",
    [{}, {"name": "s", "id": "1", "weight": 0.5, "share": []},
     {"name": "s", "id": "1", "weight": "much", "share": {}}],
)  # fmt: skip
def test_a_start_that_cannot_be_read_is_none(told: dict[str, object], other: Path) -> None:
    """A bundle's words may be anybody's: no traceback, and nothing said."""
    bundle = replace(load(other), about={"prior": told})
    assert start_of(bundle) is None
    assert said(bundle) == ""


@pytest.mark.parametrize("why", ["setting", "none shipped", "damaged", "another encoder"])
def test_without_a_starter_it_is_the_model_of_before(
    study: Path, other: Path, tmp_path: Path, ship: Ship, why: str
) -> None:
    """Not wanted, not there, damaged, or of another encoder: no word of it, and the same scores."""
    ship()
    before, alone = trained(study)
    assert "prior" not in alone.about
    folder = starter.plain(other, tmp_path / "starter")
    if why == "setting":
        setting(study, "starter = true", "starter = false")
    elif why == "damaged":
        (folder / "terms.json").write_text("[]", encoding="utf-8")
    elif why == "another encoder":
        head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        head["encoder"]["key"] = "other-f32"
        (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    ship(*[folder] * (why != "none shipped"))
    out, bundle = trained(study)
    assert "prior" not in bundle.about
    assert out["prior"] is None
    assert not any(starter.NAME in n for n in out["notes"])
    assert out["validation"] == before["validation"]
    assert np.array_equal(bundle.codes.weights, alone.codes.weights)


def test_a_starter_of_other_codes_is_no_start(tmp_path: Path, other: Path, ship: Ship) -> None:
    """The four Co's are none of COM-B's; the TDF's domains are."""
    folder = starter.plain(other, tmp_path / "starter")
    ship(folder)
    for book, known in (("four-cos", False), ("tdf", True), ("comb", True)):
        made = tmp_path / book
        assert run("init", made, "--behaviour", "x", "--codebook", book).code == 0
        with open_study(made, verb="test", write=False) as opened:
            assert (starting.prior_of(opened) is not None) == known
            assert (starting.starter_of(opened) is not None) == (book == "comb")


def test_a_starter_of_other_codes_still_reads_the_sentences(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """With an encoder of its own: what it makes of a sentence is a feature, its codes are none, and no
    share of the model is said to rest on its word.
    """
    ship.adapted(starter.of_other_codes(other, tmp_path / "starter"))
    out, bundle = trained(study)
    told = bundle.about["prior"]
    assert isinstance(told, dict)
    assert told["known"] == 0
    assert set(told["share"].values()) == {0.0}
    assert sum(ship.read) > 0
    (line,) = [n for n in out["notes"] if starter.NAME in n]
    if told["weight"]:
        assert bundle.prior is not None
        assert f"{starter.NAME} knows none of the codes, but reads each sentence" in line
        assert by_code(bundle) == ""
        assert "reading" in bundle.scaling.means
    else:
        assert "helped nothing" in line
    assert run("predict", "--study", study).code == 0
    report = tmp_path / "report.html"
    assert run("report", "--study", study, "--out", report).code == 0
    text = report.read_text(encoding="utf-8")
    assert "% that rests on" not in text
    assert ("knows none of the codes" in text) == bool(told["weight"])


def test_a_study_of_another_encoder_has_the_start_all_the_same(
    study: Path, other: Path, tmp_path: Path, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reads with its own: the study's model, its start, and the ranking of a review without
    enough codes.
    """
    ship(starter.plain(other, tmp_path / "starter"))

    def key_of(model: str, precision: str) -> str:
        return f"{'fake-4.6' if model == 'minilm' else 'another'}-{precision}"

    for module in (embedding, learning, starting):
        monkeypatch.setattr(module, "key_of", key_of)
    asked: list[str] = []

    def load_encoder(model: str, layers: object, **options: object) -> FakeEncoder:
        asked.append(model)
        return FakeEncoder()

    monkeypatch.setattr(embedding, "load_encoder", load_encoder)
    setting(study, 'model = "minilm"', 'model = "their-own"')
    _, bundle = trained(study)
    assert bundle.encoder_model == "their-own"
    assert bundle.prior is not None and bundle.prior.encoder_model == "minilm"
    assert set(asked) == {"minilm", "their-own"}
    assert run("predict", "--study", study).code == 0
    setting(study, "min_positives = 3", "min_positives = 900")
    shutil.rmtree(study / "cache")
    asked.clear()
    done = relearn(study, coder="CHRIS")
    assert (done.own, done.model) == (False, load(tmp_path / "starter").id)
    assert set(asked) == {"minilm"}


# -- kept ------------------------------------------------------------------------------------------


def test_another_process_predicts_the_same_without_the_shipped_one(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """The model holds what it needs; nothing is remembered from training."""
    folder = starter.plain(other, tmp_path / "starter")
    ship(folder)
    trained(study)
    assert run("predict", "--study", study).code == 0
    here = predicted(study)
    shutil.rmtree(folder)
    shutil.rmtree(study / "cache")
    ran = finished(spawn("predict", "--study", study, faked=True))
    assert ran.code == 0, ran.err
    assert len(runs(study / "runs")) == 2
    assert np.array_equal(predicted(study), here, equal_nan=True)
    assert np.nanmax(here) > 0.5


@pytest.mark.parametrize("kind", ["plain", "adapted"])
def test_it_is_exported_and_imported_with_its_start(
    study: Path, other: Path, tmp_path: Path, ship: Ship, kind: str
) -> None:
    """All files, the same id, the same predictions; a changed part is refused."""
    ship.adapted(getattr(starter, kind)(other, tmp_path / "starter"))
    _, bundle = trained(study)
    assert bundle.prior is not None
    assert run("predict", "--study", study).code == 0
    here = predicted(study)
    archive = tmp_path / "main.zip"
    assert run("models", "export", "main", archive, "--study", study).code == 0
    took = run("models", "import", archive, "--name", "taken", "--study", study)
    assert took.code == 0, took.err
    ours, back = ({p.relative_to(d): p.read_bytes() for p in d.rglob("*") if p.is_file()} for d in (study / "models" / n for n in ("main", "taken")))  # fmt: skip
    assert ours == back
    assert (Path("prior/encoder/adapter.safetensors") in ours) == (kind == "adapted")
    ran = run("predict", "--study", study, "--model", "taken")
    assert ran.code == 0, ran.err
    assert np.array_equal(predicted(study), here, equal_nan=True)
    part = study / "models" / "taken" / "prior" / "codebook.json"
    part.write_bytes(part.read_bytes() + b" ")
    run("predict", "--study", study, "--model", "taken").refused(
        3, "codebook.json", "precode train"
    )


def test_what_an_adapted_starter_read_is_not_read_again(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """Each passage once, in training or pre-coding; the second of either reads nothing anew."""
    ship.adapted(starter.adapted(other, tmp_path / "starter"))
    _, bundle = trained(study)
    assert bundle.prior is not None and bundle.prior.tuned is not None
    assert sum(ship.read) == 5 * 9
    trained(study)
    assert sum(ship.read) == 5 * 9
    assert run("predict", "--study", study).code == 0
    assert sum(ship.read) == 6 * 9
    first = predicted(study)
    assert run("predict", "--study", study).code == 0
    assert sum(ship.read) == 6 * 9
    assert np.array_equal(predicted(study), first, equal_nan=True)
    bare = run("predict", "--model", study / "models" / "main", "--behaviour", studies.BEHAVIOUR, "-", stdin="I went.\n")  # fmt: skip
    assert bare.code == 0, bare.err
    assert sum(ship.read) == 6 * 9 + 1


def test_a_model_and_its_start_share_an_encoder_that_is_the_same(
    study: Path, other: Path, tmp_path: Path, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a bare file each text is read once; where the study's arithmetic is another than the
    starter's, each is read with its own.
    """
    given: list[tuple[str, str]] = []

    class Counting(FakeEncoder):
        def __init__(self, precision: str) -> None:
            self._precision = precision

        def encode(self, texts: Sequence[str], **options: Any) -> npt.NDArray[np.float32]:
            given.extend((self._precision, t) for t in texts)
            return super().encode(texts, **options)

    def load_encoder(model: str, layers: object, *, precision: str, cache: Path) -> FakeEncoder:
        return Counting(precision)

    monkeypatch.setattr(embedding, "load_encoder", load_encoder)
    ship(starter.plain(other, tmp_path / "starter"))
    bare = ("--model", study / "models" / "main", "--behaviour", studies.BEHAVIOUR, "-")
    for precision, times in (("f32", 1), ("bf16", 2)):
        setting(study, 'precision = "f32"', f'precision = "{precision}"')
        assert trained(study)[1].prior is not None
        given.clear()
        ran = run("predict", *bare, stdin="The bus is late.\nI plan to stop.\n")
        assert ran.code == 0, ran.err
        assert len(given) == len(set(given)) == 2 * times
        assert {p for p, _ in given} == {"f32", precision}


# -- the other verbs -------------------------------------------------------------------------------


def test_a_review_learns_with_the_start_and_explains_by_it(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """The working model starts from it too, and every suggestion has its line of evidence."""
    ship.adapted(starter.adapted(other, tmp_path / "starter"))
    done = relearn(study, coder="CHRIS")
    assert done.own
    assert load(study / "cache" / "loop" / "model").prior is not None
    suggested = [r.suggestion for r in done.items if r.suggestion is not None]
    assert suggested
    assert all(s.evidence for s in suggested)


def test_doubts_are_those_of_the_model_that_train_makes(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """It goes on with a start as without, and reads only."""
    ship(starter.plain(other, tmp_path / "starter"))
    before = studies.state(study)
    ran = run("agree", "--study", study, "--doubts", "-n", 3, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)
    assert studies.state(study) == before


def test_models_are_compared_as_before(
    study: Path, other: Path, tmp_path: Path, ship: Ship
) -> None:
    """One with a start and one without, on the same held-out sentences."""
    ship(starter.plain(other, tmp_path / "starter"))
    trained(study)
    setting(study, "starter = true", "starter = false")
    trained(study, "--name", "alone")
    ran = run("models", "compare", "main", "alone", "--study", study, "--json")
    assert ran.code == 0, ran.err
    done = json.loads(ran.out)
    assert [m["how"] for m in done["models"]] == ["its own validation"] * 2


def test_a_model_validated_anew_has_its_start_again(
    study: Path, other: Path, tmp_path: Path, ship: Ship, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the settings say by now: "main" learns with the starter, "alone" without."""
    ship(starter.plain(other, tmp_path / "starter"))
    trained(study)
    setting(study, "starter = true", "starter = false")
    trained(study, "--name", "alone")
    for name in ("main", "alone"):
        (study / "models" / name / "held_out.safetensors").unlink()
    real, starts = comparing.lesson, []

    def noted(*given: Any, **options: Any) -> Any:
        learned = real(*given, **options)
        starts.append(learned.prior is not None)
        return learned

    monkeypatch.setattr(comparing, "lesson", noted)
    ran = run("models", "compare", "main", "alone", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert [m["how"] for m in json.loads(ran.out)["models"]] == ["validated anew"] * 2
    assert starts == [True, False]
