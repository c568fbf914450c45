"""An encoder is adapted to codes, by a tiny one whose weights were drawn by chance."""

from __future__ import annotations

import sys
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
import tiny
import torch

from precode.errors import InputError
from precode.model.finetune import learn, network
from precode.model.finetune.graph import PairEncoder
from precode.model.finetune.learn import Learner, Lines
from precode.model.finetune.plan import Adapt, Plan, Reading
from precode.model.finetune.reading import Reader, batches
from precode.model.finetune.tuned import Heads, Shares, Tuned, begins_with, files_of
from precode.model.passages import Passage
from precode.model.weights import Weights

PLAN = Plan(epochs=4, rate=5e-3, head_rate=2e-2, batch=8, dropout=0.0, patience=9)
TOLD = ("alpha", "beta")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """A tiny encoder of six layers."""
    return tiny.weights(tmp_path_factory.mktemp("tiny") / "encoder")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Matrices this small are not worth two."""
    import torch

    torch.set_num_threads(1)


def lines(n: int = 48, *, seed: int = 1) -> Lines:
    """A word tells the code, except that "yes" leans on the question; another tells the polarity."""
    rng = np.random.default_rng(seed)
    y = np.zeros((n, 2))
    polarity = np.full((n, 2, 2), np.nan)
    talk = []
    for i in range(n):
        j, helps = int(rng.integers(2)), bool(rng.integers(2))
        about, lean = TOLD[j], "cheers" if helps else "laughs"
        y[i, j] = 1
        polarity[i, j] = (0, 1) if helps else (1, 0)
        if rng.random() < 0.3:
            talk.append(Passage(f"s{i}", f"yes {lean}", (f"the {about}",), "coming", (False,)))
        else:
            talk.append(Passage(f"s{i}", f"the {about} {lean}", ("tea",), "coming", (True,)))
    return Lines(talk, y, polarity)


def learner(weights: Weights, plan: Plan = PLAN, start: Path | None = None) -> Learner:
    return Learner(weights, plan, codes=2, choice="many", seed=1, start=start)


@pytest.mark.parametrize("adapt", ["lora", "last", "whole"])
def test_what_was_told_is_learned_and_only_what_may_change_does(
    weights: Weights, adapt: Adapt, tmp_path: Path
) -> None:
    """Codes and polarities of passages not seen, some told by the question alone."""
    from safetensors.numpy import load_file

    plan = replace(PLAN, adapt=adapt, epochs=12)
    made = learner(weights, plan)
    before = made.quality(lines(40, seed=2))
    standing = made.learn(lines(), lines(40, seed=3), folder=tmp_path / "state")
    assert made.quality(lines(40, seed=2)) > max(0.8, before)
    assert standing.losses[-1] < standing.losses[0] / 2
    made.save(tmp_path / "encoder")
    old = load_file(weights.folder / "model.safetensors")
    new = (
        load_file(tmp_path / "encoder" / "model.safetensors")
        if adapt != "lora"
        else merged(weights, tmp_path / "encoder")
    )
    assert old.keys() == new.keys()
    changed = {n.split(".")[2] for n in old if "layer." in n and not np.allclose(old[n], new[n])}
    assert changed == set("45" if adapt == "last" else "012345")
    words = "embeddings.word_embeddings.weight"
    assert np.allclose(old[words], new[words]) == (adapt != "whole")


def read_through(made: Learner) -> list[int]:
    """How often the lowest layer is gone through, counted from now on."""
    times = [0]
    (lowest, *_) = (m for m in made._network.modules() if isinstance(m, torch.nn.ModuleList))
    query = lowest[0].attention.self.query

    def count(*_: object) -> None:
        times[0] += 1

    query.register_forward_hook(count)
    return times


@pytest.mark.parametrize("adapt", ["lora", "last"])
def test_layers_that_do_not_learn_are_read_once(
    weights: Weights, adapt: Adapt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is learned is the same as when each pass reads them, where there is no room."""
    monkeypatch.setattr(learn, "_half", lambda device: False)  # bf16 rounds what is kept
    plan = replace(PLAN, adapt=adapt, layers=2)
    some = lines(9, seed=2).passages
    kept, read = learner(weights, plan), learner(weights, plan)
    for made, room in ((kept, 2**30), (read, 0)):
        monkeypatch.setattr(learn, "MOST_KEPT", room)
        times = read_through(made)
        torch.manual_seed(7)  # what the layers above drop
        made.learn(lines(), None, folder=tmp_path / str(room), epochs=3)
        # one pass is learn.PASS batches or more, of the whole encoder or of what is above
        assert (times[0] < learn.PASS) == bool(room)
    assert kept.vectors(some) == pytest.approx(read.vectors(some), abs=1e-3)
    assert np.abs(kept.vectors(some) - learner(weights, plan).vectors(some)).max() > 0.1
    kept.save(tmp_path / "encoder")
    old = dict(learner(weights, replace(PLAN, adapt="whole"))._network.encoder.state_dict())
    if adapt == "lora":
        new = merged(weights, tmp_path / "encoder")
    else:
        from safetensors.numpy import load_file

        new = load_file(tmp_path / "encoder" / "model.safetensors")
    changed = {n.split(".")[2] for n in old if "layer." in n and not np.allclose(old[n], new[n])}
    assert changed == set("45")


@pytest.mark.parametrize(("of", "layers"), [(0, 0), (0, 2), (2, 0), (2, 2)])
@pytest.mark.parametrize("adapt", ["lora", "last", "whole"])
def test_learning_goes_on_from_another_adaptation(
    weights: Weights, tmp_path: Path, adapt: Adapt, of: int, layers: int
) -> None:
    """It begins with what that one reads; with LoRA, what comes of it lies over the same encoder, and
    has that one's rank. A checkpoint of another beginning is not taken up.
    """
    told, some = lines(), lines(9, seed=2).passages
    first = learner(weights, replace(PLAN, rank=4, layers=of))
    first.learn(told, None, folder=tmp_path / "a", epochs=3)
    first.save(tmp_path / "first")
    start = tmp_path / "first" / "adapter.safetensors"
    plan = replace(PLAN, adapt=adapt, layers=layers)
    second, plain = learner(weights, plan, start), learner(weights, plan)
    assert second.vectors(some) == pytest.approx(first.vectors(some), abs=0.02)  # bf16
    assert np.abs(plain.vectors(some) - first.vectors(some)).max() > 0.1
    plain.learn(told, None, folder=tmp_path / "b", epochs=1)
    second.learn(told, None, folder=tmp_path / "b", epochs=1)
    for other in (first, plain):
        assert np.abs(second.vectors(some) - other.vectors(some)).max() > 0.03
    if adapt == "lora":
        second.save(tmp_path / "second")
        over = merged(weights, tmp_path / "second")
        mine = dict(second._network.encoder.merge_and_unload().state_dict())
        assert all(np.allclose(over[n], t.numpy(), atol=1e-5) for n, t in mine.items())


@pytest.mark.parametrize(
    ("like", "talk", "begins"),
    [((-1, 2), 0, True), ((-1, -1), 0, False), ((-1, -1), 4, False), ((-1, -1), 5, True), (None, 8, True), (None, 0, False)],
)  # fmt: skip
def test_learning_begins_with_a_shipped_model_where_codes_are_known_or_most_is_talk(
    weights: Weights, tmp_path: Path, like: tuple[int, ...] | None, talk: int, begins: bool
) -> None:
    """Of eight passages: sentences that stand alone, with other codes, are another matter."""
    some = [Passage(f"s{i}", "yes", ("tea",) if i < talk else ()) for i in range(8)]
    known = None if like is None else np.array(like, dtype=np.intp)
    shipped = tuned_over(str(weights.folder), tmp_path)
    found = begins_with(shipped, known, some, weights)
    assert found == (tmp_path / "adapter.safetensors" if begins else None)


def test_learning_begins_with_no_adaptation_of_another_encoder(
    weights: Weights, tmp_path: Path
) -> None:
    """Nor with one that was adapted whole, nor without a shipped model."""
    other = tiny.weights(tmp_path / "other", width=24)
    some, known = [Passage("s", "yes", ("tea",))], np.zeros(2, dtype=np.intp)
    assert begins_with(tuned_over(str(other.folder), tmp_path), known, some, weights) is None
    assert begins_with(tuned_over("", tmp_path), known, some, weights) is None
    assert begins_with(None, known, some, weights) is None
    assert begins_with(tuned_over(str(weights.folder), tmp_path), known, some, weights)


def tuned_over(base: str, folder: Path) -> Tuned:
    heads = Heads(np.zeros((16, 2)), np.zeros(2), np.zeros((16, 2, 2)), np.zeros((2, 2)))
    return Tuned(folder, base, "key", Reading(), heads, Shares(), Shares())


def test_learning_goes_on_with_the_heads_of_before(weights: Weights, tmp_path: Path) -> None:
    """Of the same codes it begins by saying the same, and a checkpoint of other heads is not taken up."""
    told, some = lines(), lines(9, seed=2).passages
    first = learner(weights)
    first.learn(told, None, folder=tmp_path / "a", epochs=3)
    first.save(tmp_path / "first")
    start, heads = tmp_path / "first" / "adapter.safetensors", first.heads()
    second, fresh = (
        Learner(weights, PLAN, codes=2, choice="many", seed=1, start=start, heads=given)
        for given in (heads, None)
    )
    vectors = first.vectors(some)
    for one, other in zip(astuple(second.heads()), astuple(heads), strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    assert np.abs(fresh.heads().codes(vectors) - heads.codes(vectors)).max() > 0.1
    fresh.learn(told, None, folder=tmp_path / "b", epochs=1)
    seen: list[int] = []
    second.learn(told, None, folder=tmp_path / "b", epochs=1, tick=lambda at, _: seen.append(at))
    assert seen[:1] == [1]


def merged(weights: Weights, folder: Path) -> dict[str, object]:
    """The tiny encoder's tensors with LoRA's matrices laid over it."""
    encoder = network.encoder_in(weights.folder)
    network.lay_over(encoder, folder / "adapter.safetensors")
    return {n: t.numpy() for n, t in encoder.state_dict().items()}


def test_ctrl_c_keeps_what_was_learned_and_the_next_call_goes_on_as_if_nothing_was(
    weights: Weights, tmp_path: Path
) -> None:
    """To the last digit: parameters, optimiser, order and chance are all taken up."""
    plan = replace(PLAN, dropout=0.3)
    whole = learner(weights, plan)
    whole.learn(lines(), lines(20, seed=3), folder=tmp_path / "whole")

    def stop(done: int, total: int) -> None:
        if done == 9:  # in the second epoch
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learner(weights, plan).learn(lines(), lines(20, seed=3), folder=tmp_path / "cut", tick=stop)
    seen: list[int] = []
    again = learner(weights, plan)
    again.learn(
        lines(), lines(20, seed=3), folder=tmp_path / "cut", tick=lambda done, _: seen.append(done)
    )
    assert seen[0] == 10
    todo = lines(10, seed=4).passages
    assert np.array_equal(whole.vectors(todo), again.vectors(todo))
    assert np.array_equal(whole.heads().codes_weights, again.heads().codes_weights)
    files = {p.name for p in (tmp_path / "cut").iterdir()}
    assert files == {"state.json", "state.safetensors"}


def test_dropout_inside_the_encoder_is_drawn_quickly_and_from_torchs_chance(
    weights: Weights,
) -> None:
    """As often as the encoder says, the rest as much larger; none where weights of attention are."""
    found = network.Network(weights.folder, replace(PLAN, adapt="last"), codes=2)
    inside = [m for m in found.encoder.modules() if isinstance(m, torch.nn.Dropout)]
    assert inside
    assert all(isinstance(m, network.QuickDropout) for m in inside)
    assert not any(m.training for m in inside)  # as the encoder came
    rate = network.encoder_in(weights.folder).config.hidden_dropout_prob
    assert rate == pytest.approx(0.1)
    drop, values = inside[0], torch.full((200, 50), 2.0, requires_grad=True)
    assert drop.eval()(values) is values
    drop.train()
    torch.manual_seed(5)
    once, other = drop(values), drop(values)
    torch.manual_seed(5)
    assert torch.equal(once, drop(values))
    assert not torch.equal(once, other)
    assert float((once == 0).float().mean()) == pytest.approx(rate, abs=0.015)
    assert float(once.detach().mean()) == pytest.approx(2.0, abs=0.04)
    once.sum().backward()
    assert torch.equal(values.grad == 0, once == 0)
    assert inside[0].p == 0  # what attention asks for


@pytest.mark.parametrize("spoil", ["other codes", "other talk before", "cut short"])
def test_a_checkpoint_that_does_not_fit_is_not_taken_up(
    weights: Weights, tmp_path: Path, spoil: str
) -> None:
    data = lines(16)
    learner(weights).learn(data, None, folder=tmp_path / "state", epochs=1)
    if spoil == "cut short":
        file = tmp_path / "state" / "state.safetensors"
        file.write_bytes(file.read_bytes()[:100])
    elif spoil == "other talk before":
        said = [replace(p, window=("milk", *p.window[1:])) for p in data.passages]
        data = replace(data, passages=said)
    else:
        data = replace(data, y=1 - data.y)
    seen: list[int] = []
    learner(weights).learn(
        data, None, folder=tmp_path / "state", epochs=1, tick=lambda d, _: seen.append(d)
    )
    assert seen[0] == 1


def test_nothing_to_learn_from_is_refused(weights: Weights, tmp_path: Path) -> None:
    """And not gone through for ever."""
    with pytest.raises(ValueError, match="no sentence to learn from"):
        learner(weights).learn(lines(4).take(np.arange(0)), None, folder=tmp_path, epochs=1)


def test_learning_stops_when_held_out_passages_get_worse(weights: Weights, tmp_path: Path) -> None:
    """And what stays is the best pass, or a later one about as good."""
    plan = replace(PLAN, epochs=30, patience=2, rate=0.3, head_rate=0.5)
    made = learner(weights, plan)
    held = lines(20, seed=3)
    standing = made.learn(lines(), held, folder=tmp_path / "state")
    assert standing.epoch == standing.best + 2 < 30
    assert made.quality(held) == pytest.approx(standing.scores[standing.best - 1], abs=1e-6)
    noise = max(learn.NOISE, learn.ERROR / np.sqrt(len(held)))
    assert made.quality(held) >= max(standing.scores) - noise


def test_the_rate_rises_and_falls_to_its_lowest() -> None:
    plan = replace(PLAN, warmup=0.1, lowest=0.5)
    rates = [learn._rate(step, 100, plan) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[9] == 1.0 == max(rates)
    assert rates[55] == pytest.approx(0.75)
    assert rates[100] == 0.5
    assert learn._rate(100, 100, replace(plan, lowest=0.0)) == 0.0


def test_what_is_kept_is_the_mean_over_the_last_steps() -> None:
    """Of weights that are their step's number, the mean lies about a tenth of the steps back; of the
    first steps, all of which count, it lies among them.
    """
    weight = torch.nn.Parameter(torch.zeros(1))
    mean = {"w": torch.zeros(1)}
    lags = {}
    for step in range(1, 1001):
        with torch.no_grad():
            weight.fill_(float(step))
        learn._average(mean, {"w": weight}, step)
        lags[step] = 1 - float(mean["w"]) / step
    assert lags[1000] == pytest.approx(1 / (learn.TAIL + 1), abs=0.01)
    assert all(0 < lag <= 0.15 for lag in lags.values())


@pytest.mark.parametrize("adapt", ["lora", "whole"])
def test_openvino_reads_what_torch_learned(weights: Weights, tmp_path: Path, adapt: Adapt) -> None:
    """The exported encoder gives the vectors that the heads were learned on."""
    made = learner(weights, replace(PLAN, adapt=adapt))
    made._half = False
    made.learn(lines(), None, folder=tmp_path / "state", epochs=1)
    todo = [*lines(9, seed=5).passages, Passage("x", ""), Passage("y", "beta " * 300)]
    expected = made.vectors(todo)
    made.save(tmp_path / "encoder")
    base = str(weights.folder) if adapt == "lora" else ""
    assert {p.name for p in (tmp_path / "encoder").iterdir()} == set(files_of(base))
    found = PairEncoder(tmp_path / "encoder", base, PLAN.reading, "f32").read(todo)
    assert np.abs(found - expected).max() < 1e-4
    assert [p.name for p in tmp_path.joinpath("encoder").glob("openvino-*/*.xml")] == ["model.xml"]


@pytest.mark.parametrize("fault", ["name", "shape", "alone", "cut"])
def test_matrices_of_another_encoder_are_refused(
    weights: Weights, tmp_path: Path, fault: str
) -> None:
    """In one sentence, with the model's folder; and nothing half converted is kept."""
    from safetensors.numpy import load_file, save_file

    folder = tmp_path / "model" / "encoder"
    folder.mkdir(parents=True)
    learner(weights).save(folder)
    file = folder / "adapter.safetensors"
    tensors = load_file(file)
    first = min(tensors).removesuffix(".a")
    if fault == "name":
        tensors |= {"nowhere.a": tensors[first + ".a"], "nowhere.b": tensors[first + ".b"]}
    elif fault == "shape":
        tensors |= {first + ".a": np.ones((1, 3)), first + ".b": np.ones((5, 1))}
    else:
        del tensors[first + ".b"]
    save_file(tensors, file)
    if fault == "cut":
        file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(InputError, match="damaged model") as error:
        PairEncoder(folder, str(weights.folder), PLAN.reading, "f32")
    assert str(folder.parent) in str(error.value)
    assert "precode train" in error.value.mend
    assert {p.name for p in folder.iterdir()} == {"adapter.safetensors"}


def test_an_adapted_encoder_is_converted_once_more_and_not_without_torch(
    weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conversion cut short is made anew; where that cannot be, it says what is needed."""
    learner(weights).save(tmp_path)
    base, todo = str(weights.folder), lines(3).passages
    expected = PairEncoder(tmp_path, base, PLAN.reading, "f32").read(todo)
    (kept,) = tmp_path.glob("openvino-*/model.bin")
    kept.write_bytes(kept.read_bytes()[:100])
    assert np.array_equal(PairEncoder(tmp_path, base, PLAN.reading, "f32").read(todo), expected)
    kept.unlink()
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(InputError, match="needs torch") as error:
        PairEncoder(tmp_path, base, PLAN.reading, "f32")
    assert "pip install torch transformers" in error.value.mend


def test_the_nearest_talk_is_read_as_far_as_it_fits_and_the_sentence_whole(
    weights: Weights,
) -> None:
    talk = tuple(f"alpha {w}" for w in ("tea", "dog", "day", "bus"))
    passage = Passage("s", "yes definitely", talk, "coming", (False, True, False, True))

    def read(reading: Reading) -> str:
        reader = Reader(weights.folder, reading, most=128)
        (tokens,) = reader.tokens([passage])
        words = [reader._tokenizer.id_to_token(i) for i in tokens.ids]
        own = [w for w, o in zip(words, tokens.own, strict=True) if o]
        assert own == ["yes", "definitely"]
        return " ".join(words)

    near = "coming . a : alpha dog q : alpha tea [SEP] yes definitely [SEP]"
    assert read(Reading(2, 128)) == "[CLS] " + near
    assert "bus" in read(Reading(10, 128))
    assert "coming" not in read(Reading(2, 128, behaviour=False))
    short = read(Reading(10, 14))
    assert short.endswith("alpha tea [SEP] yes definitely [SEP]")
    assert "bus" not in short
    assert read(Reading(0, 128)) == "[CLS] coming . [SEP] yes definitely [SEP]"


def test_batches_hold_every_row_once_within_their_budget() -> None:
    lengths = [3, 9, 5, 40, 2, 7, 7]
    found = batches(lengths, [4, 0, 2, 5, 6, 1, 3], most=3, tokens=20)
    assert sorted(i for b in found for i in b) == list(range(7))
    for b in found:
        assert len(b) <= 3
        assert len(b) == 1 or len(b) * max(lengths[i] for i in b) <= 20
