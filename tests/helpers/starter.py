"""A stand-in for the shipped starter: a model of other invented interviews, by the fake encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import studies
from fakes import FakeEncoder
from running import run
from safetensors.numpy import save as dump

from precode.codebook import Codebook
from precode.model.bundle import Bundle
from precode.model.bundle_files import load, save
from precode.model.finetune.plan import Reading
from precode.model.finetune.tuned import ADAPTER, Heads, Shares, Tuned, key_of
from precode.model.passages import Passage

NAME = "made-up-starter"
HIDDEN, HEARD = 384, 4  # as wide as the real one, of which the heads hear the first numbers


def study(root: Path, *, count: int, replies: int, folds: int) -> Path:
    """A study in ``root`` with all but the last of ``count`` interviews coded; quick to train on."""
    made = root / "study"
    studies.write_interviews(root / "interviews", count=count, replies=replies)
    assert run("init", made, "--behaviour", studies.BEHAVIOUR).code == 0
    settings = made / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (
        ("bootstrap = 1000", "bootstrap = 100"), ("folds = 5", f"folds = {folds}"),
        ("floor = 10", "floor = 2"), ("min_positives = 5", "min_positives = 3"),
    ):  # fmt: skip
        assert text.count(f"\n{old}\n") == 1
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    settings.write_text(text, encoding="utf-8")
    assert run("add", "--study", made, root / "interviews").code == 0
    done = run("codes", "--study", made, root / "codings.csv", "--complete-all")
    assert done.code == 0, done.err
    return made


def plain(model: Path, folder: Path) -> Path:
    """The trained ``model`` as a starter in ``folder``."""
    return _shipped(load(model), folder)


def adapted(model: Path, folder: Path) -> Path:
    """The same with an adapted encoder, which :func:`vectors` stands in for."""
    encoder = folder.parent / f"{folder.name}-encoder"
    encoder.mkdir(parents=True)
    matrices = {"layer.a": np.ones((1, 2)), "layer.b": np.ones((2, 1))}
    (encoder / ADAPTER).write_bytes(dump(matrices))
    rng, bundle = np.random.default_rng(1), load(model)
    k = len(bundle.codebook.leaves)
    weights = np.zeros((HIDDEN, k))
    weights[:HEARD] = 0.02 * rng.standard_normal((HEARD, k))
    heads = Heads(
        weights,
        np.zeros(k),
        np.zeros((HIDDEN, k, 2)),
        np.zeros((k, 2)),
    )
    shares = Shares(0.8, 0.4)
    key = key_of(encoder, "minilm", Reading(), "f32")
    tuned = Tuned(encoder, "minilm", key, Reading(), heads, shares, shares)
    return _shipped(replace(bundle, tuned=tuned), folder)


def over(model: Path, folder: Path, encoder: str, *, width: int) -> Path:
    """The ``model`` as a starter that also reads with the tiny encoder called ``encoder``, adapted."""
    matrices = folder.parent / f"{folder.name}-encoder"
    matrices.mkdir(parents=True)
    layer = "encoder.layer.5.attention.output.dense"
    rng, bundle = np.random.default_rng(1), load(model)
    pair = {f"{layer}.a": rng.standard_normal((2, width)), f"{layer}.b": np.ones((width, 2))}
    (matrices / ADAPTER).write_bytes(dump({n: t.astype(np.float32) for n, t in pair.items()}))
    k = len(bundle.codebook.leaves)
    heads = Heads(
        rng.standard_normal((width, k)), np.zeros(k), np.zeros((width, k, 2)), np.zeros((k, 2))
    )
    key = key_of(matrices, encoder, Reading(), "f32")
    shares = Shares(0.5, 0.5)
    tuned = Tuned(matrices, encoder, key, Reading(), heads, shares, shares)
    return _shipped(replace(bundle, tuned=tuned), folder, name=folder.name)


def of_other_codes(model: Path, folder: Path) -> Path:
    """The adapted one, of codes that no study has."""
    bundle = load(adapted(model, folder.parent / f"{folder.name}-known"))
    text = bundle.codebook.model_dump_json(by_alias=True)
    for code in bundle.codebook.leaf_ids:
        text = text.replace(f'"{code}"', f'"other_{code}"')
    return _shipped(replace(bundle, codebook=Codebook.model_validate_json(text)), folder)


def noisy(model: Path, folder: Path) -> Path:
    """One that is sure of anything: its weights are drawn by chance."""
    bundle, rng = load(model), np.random.default_rng(2)
    weights = 30 * rng.standard_normal(bundle.codes.weights.shape)
    return _shipped(replace(bundle, codes=replace(bundle.codes, weights=weights)), folder)


def _shipped(bundle: Bundle, folder: Path, *, name: str = NAME) -> Path:
    about = {"name": name, "behaviour": "", "trained_on": "invented"}
    save(replace(bundle, encoder_model="minilm", about=about, held_out=None), folder, "# Made up\n")
    return folder


def vectors(passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
    """``(n, HIDDEN)``: what stands in for the adapted encoder makes of passages."""
    said = [" ".join([p.text, *p.window]) for p in passages]
    return FakeEncoder().encode(said)[:, :HIDDEN]
