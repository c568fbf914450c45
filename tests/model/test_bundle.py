"""A model on disk: what goes in comes out, and what was changed is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from coded_talk import book, bundle, embed, passages, training
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as undump
from safetensors.numpy import save as dump

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.bundle_files import MORE, PLAIN, PRIOR, load, save
from precode.model.features import Embed, tokens
from precode.model.finetune.plan import Reading
from precode.model.finetune.tuned import Heads, Shares, Tuned, key_of
from precode.model.passages import Passage
from precode.model.predictions import Predictions, Verdict
from precode.model.train import fit_bundle
from precode.model.training import counterparts
from precode.model.validate import cross_validate

FILES = {"README.md", "bundle.json", "codebook.json", "tensors.safetensors", "terms.json"}


@pytest.fixture(scope="module")
def made() -> Bundle:
    return bundle(np.random.default_rng(1))


@pytest.fixture
def folder(made: Bundle, tmp_path: Path) -> Path:
    save(made, tmp_path / "model", "# Card\n")
    return tmp_path / "model"


def predict(model: Bundle, talk: list[Passage]) -> Predictions:
    return model.predict(talk, embed, accept=0.8)


def same(a: Predictions, b: Predictions) -> bool:
    """To the bit; NaN equals NaN."""
    return (
        np.array_equal(a.p, b.p, equal_nan=True)
        and np.array_equal(a.decision, b.decision)
        and np.array_equal(a.polarity, b.polarity)
        and np.array_equal(a.polarity_p, b.polarity_p)
        and (a.verdict, a.codes, a.sentence_ids) == (b.verdict, b.codes, b.sentence_ids)
    )


# -- there and back --------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(12, 50),
    k=st.integers(2, 4),
    transcripts=st.integers(1, 5),
    choice=st.sampled_from(["many", "one"]),
    polarities=st.booleans(),
)
def test_what_is_saved_predicts_the_same(
    seed: int, n: int, k: int, transcripts: int, choice: str, polarities: bool
) -> None:
    """Any small model, on talk it has not seen: the same to the bit after loading."""
    rng = np.random.default_rng(seed)
    model = bundle(rng, n=n, k=k, transcripts=transcripts, choice=choice, polarities=polarities)  # type: ignore[arg-type]
    talk = [*passages(rng, np.eye(k)), Passage("x", ""), Passage("y", "Ünknown 🙂 words?!")]
    with tempfile.TemporaryDirectory() as parent:
        identity = save(model, Path(parent) / "m", "card")
        back = load(Path(parent) / "m")
    assert back.id == identity
    assert (back.calibration.fitted, back.about) == (model.calibration.fitted, model.about)
    assert same(predict(model, talk), predict(back, talk))


def test_a_folder_holds_plain_files_alone(folder: Path) -> None:
    """Numbers, words, codebook, head and card; the same model has the same id wherever it is put."""
    assert {p.name for p in folder.iterdir()} == FILES
    assert set(undump((folder / "tensors.safetensors").read_bytes())) >= {"codes.weights", "idf"}
    for name in ("bundle.json", "codebook.json", "terms.json"):
        json.loads((folder / name).read_text(encoding="utf-8"))
    assert (folder / "README.md").read_text(encoding="utf-8") == "# Card\n"


def test_the_id_is_the_models(made: Bundle, tmp_path: Path) -> None:
    """The same training gives the same id, twice and elsewhere; another one another."""
    first = save(made, tmp_path / "a", "card")
    assert first == save(made, tmp_path / "b", "another card")
    assert first == save(made, tmp_path / "a", "card")
    assert first == save(bundle(np.random.default_rng(1)), tmp_path / "c", "card")
    assert first != save(bundle(np.random.default_rng(2)), tmp_path / "d", "card")
    assert first != save(replace(made, about={"name": "x"}), tmp_path / "e", "card")


def test_other_files_beside_it_do_not_matter(made: Bundle, folder: Path) -> None:
    """Notes that somebody put there, and a card that somebody rewrote."""
    before = load(folder).id
    (folder / "notes.txt").write_text("ours")
    (folder / "README.md").write_text("ours")
    (folder / ".DS_Store").write_bytes(b"\0")
    assert load(folder).id == before


def test_words_of_one_sentence_are_not_written_down() -> None:
    """A name that a single training sentence holds is nowhere in the folder."""
    rng = np.random.default_rng(3)
    _, _, talk = training(rng, n=60)
    model = bundle(np.random.default_rng(3), n=60, transcripts=6)
    with tempfile.TemporaryDirectory() as parent:
        save(model, Path(parent) / "m", "card")
        kept = json.loads((Path(parent) / "m" / "terms.json").read_text(encoding="utf-8"))
    seen = [set(tokens(p.text)) for p in talk]
    assert kept
    assert all(sum(term in s for s in seen) >= 2 for term in kept)
    once = {t for s in seen for t in s if sum(t in other for other in seen) == 1}
    assert once
    assert not once & set(kept)


def test_terms_of_no_training_sentence_stay_out(made: Bundle, tmp_path: Path) -> None:
    """However they came into the vocabulary; predictions do not change."""
    wider = replace(
        made,
        terms=(*made.terms, "ariadne"),
        scaling=replace(made.scaling, idf=np.append(made.scaling.idf, np.float32(0))),
        codes=replace(
            made.codes, weights=np.vstack([made.codes.weights, np.full((1, 3), 9, np.float32)])
        ),
        polarity=None,
    )
    save(wider, tmp_path / "m", "card")
    assert "ariadne" not in (tmp_path / "m" / "terms.json").read_text(encoding="utf-8")
    talk = [Passage("0", "ariadne knows about0")]
    assert np.array_equal(
        predict(load(tmp_path / "m"), talk).p, predict(replace(made, polarity=None), talk).p,
        equal_nan=True,
    )  # fmt: skip


# -- what it predicts ------------------------------------------------------------------------------


def test_a_code_that_is_not_modelled_is_never_given(made: Bundle) -> None:
    """Its probability is unknown, not 0; the others are probabilities."""
    rng = np.random.default_rng(4)
    found = predict(made, passages(rng, rng.integers(0, 2, (40, 3)).astype(float)))
    assert np.isnan(found.p[:, 2]).all()
    assert not found.decision[:, 2].any()
    assert ((found.p[:, :2] > 0) & (found.p[:, :2] < 1)).all()
    assert found.decision[:, :2].any()


def test_without_polarity_it_is_unclear() -> None:
    model = bundle(np.random.default_rng(5), polarities=False)
    found = predict(model, [Passage("0", "about0 about1")])
    assert set(found.polarity.ravel().tolist()) == {"unclear"}
    assert not found.polarity_p.any()


def test_without_anything_held_out_a_person_looks() -> None:
    """One transcript: codes are given, but nothing is accepted unread."""
    model = bundle(np.random.default_rng(6), transcripts=1)
    rng = np.random.default_rng(7)
    found = predict(model, passages(rng, rng.integers(0, 2, (40, 3)).astype(float)))
    assert not found.calibrated
    assert set(found.verdict) == {Verdict.REVIEW}
    assert found.decision.any()


def test_no_passages_no_predictions(made: Bundle) -> None:
    found = predict(made, [])
    assert (found.p.shape, found.polarity.shape, found.verdict) == ((0, 3), (0, 3), ())


def test_codes_are_not_given_where_too_few_are_expected(made: Bundle, tmp_path: Path) -> None:
    """By the sum of the probabilities of what is modelled; the number is saved with the model, and what
    reads only the former format does not pass over it.
    """
    rng = np.random.default_rng(4)
    talk = passages(rng, rng.integers(0, 2, (60, 3)).astype(float))
    plain = replace(made, least=np.zeros(3))
    before = predict(plain, talk)
    expected = np.nansum(before.p, axis=1)
    cut = float(np.median(expected[before.decision.any(1)]))
    few = expected < cut
    assert (few & before.decision.any(1)).any()
    gated = replace(made, least=np.where(made.modelled, cut, 0))
    save(gated, tmp_path / "m", "card")
    found = predict(load(tmp_path / "m"), talk)
    assert np.array_equal(found.decision, before.decision & ~few[:, None])
    assert np.array_equal(found.p, before.p, equal_nan=True)
    assert found.margin is not None
    assert np.array_equal(np.nan_to_num(found.margin) > 0, found.decision)
    formats = []
    for model in (plain, gated):
        save(model, tmp_path / "n", "card")
        formats.append(json.loads((tmp_path / "n" / "bundle.json").read_text())["format"])
    assert formats == [PLAIN, PLAIN + MORE]
    rows, log_odds = gated.scores(talk, embed)
    assert np.array_equal(gated.given(rows), found.decision)
    assert log_odds.shape == (60, 3, 2)


def test_of_one_code_each_what_rare_ones_need_is_kept(tmp_path: Path) -> None:
    """The model decides by it before and after loading; only then its format is another one."""
    rng = np.random.default_rng(5)
    plain = replace(
        bundle(rng, k=3, choice="one"), thresholds=np.zeros(3), modelled=np.ones(3, bool)
    )
    talk = passages(rng, np.eye(3)[rng.integers(0, 3, 80)])
    leaning = replace(plain, thresholds=np.array([0.0, 0.8, 3.0]))
    scores, _ = plain.scores(talk, embed)
    formats = []
    for model in (plain, leaning):
        save(model, tmp_path / "m", "card")
        formats.append(json.loads((tmp_path / "m" / "bundle.json").read_text())["format"])
        found = predict(load(tmp_path / "m"), talk)
        assert same(found, predict(model, talk))
        assert found.decision.argmax(1).tolist() == (scores - model.thresholds).argmax(1).tolist()
        assert found.margin is not None
        assert found.margin.argmax(1).tolist() == found.decision.argmax(1).tolist()
    assert formats == [PLAIN, PLAIN + MORE]
    before, now = (predict(m, talk) for m in (plain, leaning))
    assert np.array_equal(before.p, now.p)
    assert before.decision[:, 2].sum() > now.decision[:, 2].sum()


def test_evidence_of_promises_is_what_the_model_gives() -> None:
    """To the same scores, where a code is not modelled and too few of the others are expected."""
    data, terms, _ = training(np.random.default_rng(3), n=600, rate=0.15, transcripts=8)
    out = cross_validate(data, folds=4, seed=1)
    assert out is not None
    modelled = np.array([True, True, False])
    found = fit_bundle(
        data, out, codebook=book(3), terms=terms, encoder_model="made up",
        encoder_key="made-up-4.6-f32", modelled=modelled, about={},
    )  # fmt: skip
    assert out.least.all()
    assert found.least.tolist() == [out.least[0], out.least[0], 0]
    assert found.held_out is not None
    given_ = found.given(out.scores)
    assert np.array_equal(found.held_out.given, given_)
    assert (given_ < ((out.scores > out.thresholds) & modelled)).any()


@pytest.mark.parametrize(
    "least",
    [
        None, [0.5], [-0.5, 0.5, 0], [np.nan, 0.5, 0], [np.inf, 0.5, 0], [0.5, 0.4, 0],
        [0.5, 0.5, 0.5], [1e-300, 1e-300, 0], [0, 0, 0],
    ],
)  # fmt: skip
def test_a_least_that_does_not_fit_is_refused(
    made: Bundle, tmp_path: Path, least: list[float] | None
) -> None:
    """Missing, of other codes, no number, two numbers, of a code that is not modelled, none at all."""
    save(replace(made, least=np.array([0.5, 0.5, 0])), tmp_path / "m", "card")
    file = tmp_path / "m" / "tensors.safetensors"
    tensors = undump(file.read_bytes())
    del tensors["least"]
    if least is not None:
        tensors["least"] = np.array(least, dtype=np.float64)
    file.write_bytes(dump(tensors))
    rehash(tmp_path / "m")
    refused(tmp_path / "m", "damaged")


# -- what is refused -------------------------------------------------------------------------------

HASHED = ("tensors.safetensors", "terms.json", "codebook.json")


def rehash(folder: Path) -> None:
    """Make the head say what the files are: as one who builds a bad bundle on purpose would."""
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    head["files"] = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in HASHED}
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")


def refused(folder: Path, match: str = ".") -> None:
    with pytest.raises(InputError, match=match) as error:
        load(folder)
    assert str(folder) in str(error.value)
    assert error.value.mend


@pytest.mark.parametrize("name", HASHED)
@pytest.mark.parametrize("place", [0, 0.5, -1])
def test_one_changed_byte_is_refused(folder: Path, name: str, place: float) -> None:
    """At the beginning, in the middle, at the end of any file."""
    data = bytearray((folder / name).read_bytes())
    data[int(place * len(data)) if place > 0 else int(place)] ^= 1
    (folder / name).write_bytes(data)
    refused(folder, f"{name} is not the file")


@pytest.mark.parametrize("name", [*HASHED, "bundle.json"])
def test_a_missing_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    refused(folder)


def test_no_folder_at_all_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nothing", "has no bundle.json")


# -- starting from a shipped model -----------------------------------------------------------------


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A model of the codes c0 to c2 and one more, that starts from a model of c0 to c2."""
    folder = tmp_path_factory.mktemp("shipped") / "starter"
    save(
        replace(bundle(np.random.default_rng(8)), about={"name": "starter"}), folder, "# Starter\n"
    )
    prior = load(folder)
    found = started_from(prior, embed)
    assert found.prior is prior
    return found


def started_from(prior: Bundle, embed: Embed) -> Bundle:
    """A model of the codes c0 to c3 that starts from ``prior``, of c0 to c2."""
    data, terms, talk = training(np.random.default_rng(9), n=80, k=4, transcripts=4)
    like = counterparts(book(4), prior.codebook)
    assert like.tolist() == [0, 1, 2, -1]
    data = replace(data, raw=replace(data.raw, prior=prior.as_prior(talk, embed, like)), like=like)
    return fit_bundle(
        data, None, codebook=book(4), terms=terms, encoder_model="made up",
        encoder_key="made-up-4.6-f32", modelled=np.ones(4, dtype=bool), about={"name": "ours"},
        prior=prior,
    )  # fmt: skip


@pytest.fixture
def ours(started: Bundle, tmp_path: Path) -> Path:
    save(started, tmp_path / "ours", "# Ours\n")
    return tmp_path / "ours"


def unseen() -> list[Passage]:
    rng = np.random.default_rng(10)
    return [*passages(rng, rng.integers(0, 2, (30, 4)).astype(float)), Passage("x", "")]


def test_a_model_and_its_start_are_saved_together(started: Bundle, ours: Path) -> None:
    """It predicts the same to the bit, wherever the shipped model is by then; its start is whole."""
    back = load(ours)
    assert json.loads((ours / "bundle.json").read_text())["format"] == PRIOR
    assert same(predict(started, unseen()), predict(back, unseen()))
    assert back.prior is not None and started.prior is not None
    assert back.prior.id == started.prior.id
    assert same(predict(started.prior, unseen()), predict(back.prior, unseen()))
    assert {p.name for p in (ours / "prior").iterdir()} == FILES
    again = save(back, ours.parent / "again", "# Ours\n")
    assert again == back.id
    assert back.polarity is not None
    assert back.polarity.lean.any()


def test_what_the_start_says_counts(started: Bundle) -> None:
    """Another starter's word, or none at all, gives other scores."""
    raw = replace(started, prior=bundle(np.random.default_rng(11)))
    ours, other = (b.scores(unseen(), embed) for b in (started, raw))
    assert np.abs(ours[0] - other[0]).max() > 0.1
    assert np.abs(ours[1] - other[1]).max() > 0.1


def test_what_it_says_is_bounded_and_knows_at_least_the_lean(started: Bundle) -> None:
    """Of a code that it lacks, how the sentence leans on average over its own; never surer than 6."""
    assert started.prior is not None
    surely = replace(
        started.prior, codes=replace(started.prior.codes, weights=99 * started.prior.codes.weights)
    )
    said = surely.as_prior(unseen(), embed, np.array([2, -1]))
    assert said.codes.shape == (31, 3)
    assert said.lean.shape == (31, 2, 2)
    assert np.abs(said.codes).max() == 6
    every = surely.as_prior(unseen(), embed, np.arange(3)).lean
    assert np.array_equal(said.lean[:, 0], every[:, 2])
    assert said.lean[:, 1] == pytest.approx(every.mean(1))


def test_of_codes_that_nobody_has_its_word_is_not_asked(started: Bundle) -> None:
    """Its columns are there and say nothing, and no share rests on them; the lean is still told."""
    assert started.prior is not None
    said = started.prior.as_prior(unseen(), embed, np.array([-1, 1, -1]))
    assert said.codes.shape == (31, 3)
    assert (said.codes != 0).any(0).tolist() == [False, True, False]
    assert np.abs(said.lean).min(1).max() > 0


def test_it_says_what_rests_on_its_start(started: Bundle) -> None:
    """By code, and where it was tried and helped nothing, nothing rests on it and nothing is kept."""
    told = started.about["prior"]
    assert isinstance(told, dict) and started.prior is not None
    assert (told["name"], told["id"], told["weight"]) == ("starter", started.prior.id, 1.0)
    assert list(told["share"]) == ["c0", "c1", "c2", "c3"]
    assert all(0 <= s <= 1 for s in told["share"].values())
    assert max(told["share"].values()) > 0.2


def test_a_start_that_was_left_is_told_and_not_kept(started: Bundle, tmp_path: Path) -> None:
    """Weight 0: the model of the team's codes alone, in the plain format."""
    prior, rng = started.prior, np.random.default_rng(9)
    assert prior is not None
    data, terms, talk = training(rng, n=80, k=4, transcripts=4)
    like = counterparts(book(4), prior.codebook)
    with_it = replace(
        data, raw=replace(data.raw, prior=prior.as_prior(talk, embed, like)), like=like
    )
    out = cross_validate(data, folds=4, seed=1)
    assert out is not None
    out = replace(out, spec=replace(out.spec, prior=0.0))
    found, alone = (
        fit_bundle(
            d, out, codebook=book(4), terms=terms, encoder_model="made up",
            encoder_key="made-up-4.6-f32", modelled=np.ones(4, dtype=bool), about={}, prior=p,
        )
        for d, p in ((with_it, prior), (data, None))
    )  # fmt: skip
    told = found.about["prior"]
    assert isinstance(told, dict)
    assert (told["weight"], set(told["share"].values())) == (0.0, {0.0})
    assert found.prior is None
    assert "prior" not in alone.about
    save(found, tmp_path / "left", "card")
    assert not (tmp_path / "left" / "prior").exists()
    assert json.loads((tmp_path / "left" / "bundle.json").read_text())["format"] == PLAIN
    assert same(predict(load(tmp_path / "left"), talk), predict(alone, talk))


@pytest.mark.parametrize("name", ["bundle.json", *HASHED])
def test_a_changed_file_of_its_start_is_refused(ours: Path, name: str) -> None:
    data = bytearray((ours / "prior" / name).read_bytes())
    data[len(data) // 2] ^= 1
    (ours / "prior" / name).write_bytes(data)
    refused(ours, f"{name} is not the file")


def test_another_start_that_is_whole_is_refused(ours: Path, made: Bundle) -> None:
    """A newer starter in its place would be another model."""
    shutil.rmtree(ours / "prior")
    save(made, ours / "prior", "card")
    refused(ours, r"bundle\.json is not the file")


@pytest.mark.parametrize("name", ["", "bundle.json", "terms.json", "codebook.json"])
def test_a_start_that_is_missing_is_refused(ours: Path, name: str) -> None:
    if name:
        (ours / "prior" / name).unlink()
    else:
        shutil.rmtree(ours / "prior")
    refused(ours, "damaged")


@pytest.mark.parametrize("fault", ["missing", "longer", "nan"])
def test_a_lean_that_does_not_fit_is_refused(ours: Path, fault: str) -> None:
    """Without it the polarities would quietly be others."""
    path = ours / "tensors.safetensors"
    tensors = undump(path.read_bytes())
    lean = tensors.pop("polarity.lean")
    if fault == "longer":
        tensors["polarity.lean"] = np.vstack([lean, lean[:1]])
    elif fault == "nan":
        tensors["polarity.lean"] = np.full_like(lean, np.nan)
    path.write_bytes(dump(tensors))
    head = json.loads((ours / "bundle.json").read_text(encoding="utf-8"))
    head["files"]["tensors.safetensors"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (ours / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    refused(ours, "damaged")


@pytest.mark.parametrize("before", [1, 2, 3])
def test_a_model_of_other_features_is_no_damaged_one(folder: Path, before: int) -> None:
    """An earlier precode made it: that is said, and what to do."""
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    (folder / "bundle.json").write_text(json.dumps({**head, "format": before}), encoding="utf-8")
    refused(folder, f"is a model of format {before}; this precode reads {PLAIN} to {PRIOR + MORE}")


# -- with an adapted encoder -----------------------------------------------------------------------

WIDTH = 384  # of the encoder "minilm"
MATRICES = {"one.a": np.ones((2, WIDTH)), "one.b": np.ones((WIDTH, 2))}


def adapted(made: Bundle, beside: Path, *, width: int = WIDTH) -> Bundle:
    """``made`` with an encoder adapted over the one that is installed; its heads read the mean."""
    beside.mkdir()
    (beside / "adapter.safetensors").write_bytes(dump(MATRICES))
    k = len(made.codebook.leaves)
    mean = np.full((width, k), 1 / width)
    heads = Heads(mean, np.zeros(k), np.zeros((width, k, 2)), np.zeros((k, 2)))
    key = key_of(beside, "minilm", Reading(), "f32")
    return replace(made, tuned=Tuned(beside, "minilm", key, Reading(), heads, Shares(), Shares()))


@pytest.fixture
def tuned(made: Bundle, tmp_path: Path) -> Path:
    save(adapted(made, tmp_path / "learned"), tmp_path / "tuned", "# Card\n")
    return tmp_path / "tuned"


def mended(folder: Path, **told: object) -> None:
    """The head's hashes and its key are those of the files: as one who means harm would have it."""
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    head["tuned"] |= told
    for name in head["files"]:
        head["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    if "key" not in told:
        reading = Reading(**head["tuned"]["reading"])
        head["tuned"]["key"] = key_of(folder / "encoder", "minilm", reading, "f32")
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")


def test_an_adapted_encoder_comes_back(tuned: Path) -> None:
    mended(tuned)
    back = load(tuned)
    assert back.tuned is not None
    assert (back.tuned.folder, back.tuned.reading) == (tuned / "encoder", Reading())


@pytest.mark.parametrize(
    "matrices",
    [
        {**MATRICES, "one.a": np.full((2, WIDTH), np.nan)},
        {**MATRICES, "one.b": np.full((WIDTH, 2), np.inf)},
        {**MATRICES, "one.a": np.ones((3, WIDTH))},
        {**MATRICES, "one.a": np.ones(2)},
        {**MATRICES, "one.a": np.ones((2, WIDTH), dtype=np.int32)},
        {**MATRICES, "two.a": np.ones((2, WIDTH))},
        {**MATRICES, "one.c": np.ones((2, WIDTH))},
        {"one": np.ones((2, WIDTH))},
        {},
        None,
    ],
    ids=["nan", "inf", "ranks", "flat", "whole", "alone", "named", "unnamed", "empty", "cut"],
)
@pytest.mark.parametrize("of_the_start", [False, True])
def test_matrices_that_are_none_are_refused(
    made: Bundle, tuned: Path, tmp_path: Path, matrices: dict[str, np.ndarray] | None,
    of_the_start: bool,
) -> None:  # fmt: skip
    """At loading, whatever hashes the head has, and those of the model that it starts from too."""
    inner = tuned
    if of_the_start:
        tuned = tmp_path / "ours"
        save(replace(made, prior=load(inner)), tuned, "card")
        inner = tuned / "prior"
    content = b"\x08" if matrices is None else dump(matrices)
    (inner / "encoder" / "adapter.safetensors").write_bytes(content)
    mended(inner)
    if of_the_start:
        head = json.loads((tuned / "bundle.json").read_text(encoding="utf-8"))
        whole = hashlib.sha256((inner / "bundle.json").read_bytes()).hexdigest()
        head["files"]["prior/bundle.json"] = whole
        (tuned / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    refused(tuned, f"{inner} is a damaged model")


@pytest.mark.parametrize(
    "key", ["", "f32", "0123456789abcdef-012345-f32", "another-f32", "{learned}-{told}-f16"]
)
def test_a_key_that_is_another_models_is_refused(tuned: Path, key: str) -> None:
    """What was read before is kept under it, and would be taken for this one's."""
    learned, told, _ = load(tuned).tuned.key.split("-")  # type: ignore[union-attr]
    mended(tuned, key=key.format(learned=learned, told=told))
    refused(tuned, "damaged.*key")


def test_another_encoder_below_or_another_reading_is_refused(tuned: Path) -> None:
    """The key is that of ten utterances before."""
    key = load(tuned).tuned.key  # type: ignore[union-attr]
    mended(tuned, key=key, reading={"utterances": 3, "tokens": 128, "behaviour": True})
    refused(tuned, "another encoder")


@pytest.mark.parametrize(
    ("utterances", "tokens"), [(-1, 128), (11, 128), (10, 7), (10, 513), (10, 10**9)]
)
def test_a_reading_out_of_bounds_is_refused(tuned: Path, utterances: int, tokens: int) -> None:
    mended(tuned, reading={"utterances": utterances, "tokens": tokens, "behaviour": True})
    refused(tuned, "damaged.*reading")


def test_heads_of_another_width_are_refused(made: Bundle, tmp_path: Path) -> None:
    save(adapted(made, tmp_path / "learned", width=8), tmp_path / "m", "card")
    refused(tmp_path / "m", "damaged.*8 numbers.*384")


class Reads:
    """An encoder, and an adapted one that gives ``value`` of everything."""

    def __init__(self, value: float) -> None:
        self._value = value

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return embed(texts)

    def passages(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        return np.full((len(passages), WIDTH), self._value, dtype=np.float32)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("of_the_start", [False, True])
def test_scores_that_are_not_finite_are_never_told(
    tuned: Path, value: float, of_the_start: bool
) -> None:
    """One sentence of the model's folder, no empty cells, and no warning of the libraries'."""
    model = load(tuned)
    if of_the_start:
        model = started_from(model, Reads(1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = model.predict(unseen(), Reads(1.0), accept=0.8)
        assert np.isfinite(found.p[:, model.modelled]).all()
        with pytest.raises(InputError, match="not finite") as error:
            model.predict(unseen(), Reads(value), accept=0.8)
    assert str(tuned) in str(error.value)
    assert "precode train" in error.value.mend


# -- newer, broken, strange ------------------------------------------------------------------------


def test_a_newer_format_says_so(folder: Path) -> None:
    """Before anything else of it is understood."""
    (folder / "bundle.json").write_text(json.dumps({"format": PRIOR + MORE + 1, "new": True}))
    refused(folder, f"format {PRIOR + MORE + 1}")


@pytest.mark.parametrize(
    "text",
    ["", "not JSON", "[]", "3", "null", "{}", '{"format": 4}', "[" * 100_000, "\ud800".encode("utf-8", "surrogatepass")],
)  # fmt: skip
def test_a_head_that_is_none_is_refused(folder: Path, text: str | bytes) -> None:
    (folder / "bundle.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    refused(folder)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda h: h.pop("encoder"),
        lambda h: h.update(encoder="minilm"),
        lambda h: h.update(spec={"lexical": 1}),
        lambda h: h["spec"].update(lexical="much"),
        lambda h: h["spec"].update(context=float("nan")),
        lambda h: h["spec"].update(more=1),
        lambda h: h.update(spec=[]),
        lambda h: h.update(about=3),
        lambda h: h.update(files=[]),
        lambda h: h["files"].pop("terms.json"),
        lambda h: h["spec"].update(context=0.0 if h["spec"]["context"] else 0.7),
    ],
)
def test_a_head_that_was_spoilt_is_refused(
    folder: Path, spoil: Callable[[dict[str, object]], object]
) -> None:
    """What it says is checked here, and does not break predicting later."""
    head = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    spoil(head)
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    refused(folder)


@pytest.mark.parametrize("cut", [0, 1, 7, 9, 100, -1])
def test_half_a_tensor_file_is_refused(folder: Path, cut: int) -> None:
    path = folder / "tensors.safetensors"
    path.write_bytes(path.read_bytes()[:cut])
    rehash(folder)
    refused(folder, "damaged")


TENSORS = (
    "idf", "codes.weights", "codes.intercept", "thresholds", "modelled", "calibration.slope",
    "calibration.offset", "polarity.slope", "polarity.offset", "polarity.weights",
    "polarity.intercept", "polarity.codes", "means.early", "means.late", "means.window", "held_out.sureness", "held_out.truth", "held_out.given", "held_out.transcript",
)  # fmt: skip


@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize("fault", ["missing", "longer", "flat", "nan", "text"])
def test_tensors_that_do_not_fit_are_refused(folder: Path, name: str, fault: str) -> None:
    """Gone, of another shape, not finite, or bytes: at loading, not at the first prediction."""
    path = folder / "tensors.safetensors"
    tensors = undump(path.read_bytes())
    old = tensors.pop(name)
    if fault == "longer":
        tensors[name] = np.concatenate([old, old[:1]])
    elif fault == "flat":
        tensors[name] = old[..., None]
    elif fault == "nan":
        tensors[name] = np.full(old.shape, np.nan, dtype=np.float32)
    elif fault == "text":
        tensors[name] = np.frombuffer(b"precode", dtype=np.uint8)
    path.write_bytes(dump(tensors))
    rehash(folder)
    refused(folder, "damaged")


def test_the_tensors_above_are_all(folder: Path) -> None:
    assert set(undump((folder / "tensors.safetensors").read_bytes())) == set(TENSORS)


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t[1:],
        lambda t: [*t, "more"],
        lambda t: [t[0], *t[:-1]],  # twice the same
        lambda t: [1, *t[1:]],
        lambda t: {"terms": t},
        lambda t: None,
    ],
)
def test_terms_that_do_not_fit_are_refused(
    folder: Path, change: Callable[[list[str]], object]
) -> None:
    path = folder / "terms.json"
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))))
    rehash(folder)
    refused(folder, "damaged")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "x", "version": "1", "code": []}'])
def test_a_codebook_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "codebook.json").write_text(text)
    rehash(folder)
    refused(folder, "damaged")


def test_a_codebook_of_other_codes_is_refused(folder: Path) -> None:
    path = folder / "codebook.json"
    book = json.loads(path.read_text(encoding="utf-8"))
    book["code"].pop()
    path.write_text(json.dumps(book))
    rehash(folder)
    refused(folder, "damaged")


def test_a_failed_save_leaves_the_old_model(made: Bundle, folder: Path) -> None:
    """Something that JSON cannot hold: the model that was there is there."""
    before = load(folder).id
    with pytest.raises(TypeError):
        save(replace(made, about={"name": object()}), folder, "card")
    assert load(folder).id == before
    assert {p.name for p in folder.parent.iterdir()} == {"model"}
