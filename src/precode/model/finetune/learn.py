"""Learning itself: AdamW over length-sorted batches, stopped by transcripts held out.

On a processor with bf16 arithmetic, and on a GPU, products are taken in bf16 (autocast); weights,
optimiser and loss stay in single precision.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.utils.rnn import pad_sequence

from precode.model.finetune import checkpoint
from precode.model.finetune.checkpoint import Standing
from precode.model.finetune.network import Network, groups
from precode.model.finetune.plan import Plan, fingerprint
from precode.model.finetune.reading import Reader, Tokens, batches, padded, table, tokens_of
from precode.model.finetune.tuned import Heads, digest
from precode.model.heads import Choice
from precode.model.passages import Passage
from precode.model.runtime import core
from precode.model.weights import Weights

Floats = npt.NDArray[np.floating]
# (done, total) batches
Tick = Callable[[int, int], None]

# Of a score on n held-out sentences, at least, and times 1/√n: within it a later pass, at a lower
# rate, is the better choice (the usual one-standard-error rule; on 60 sentences an error is .04).
NOISE, ERROR = 0.005, 0.3
PASS = 20  # batches at least between two looks at the held-out transcripts
TAIL = 10  # the mean that is kept spans about a TAIL-th of the steps
KEPT_EVERY = 60.0  # seconds between checkpoints inside an epoch
READ_TOKENS = 8192  # of a batch that is only read
MOST_KEPT = 4 * 2**30  # bytes of memory for what layers say that do not learn


@dataclass(frozen=True, slots=True)
class Lines:
    """Passages with what was coded: ``y (n, k)`` shares of coders, ``polarity (n, k, 2)`` with NaN
    where none is known.
    """

    passages: Sequence[Passage]
    y: Floats
    polarity: Floats

    def __len__(self) -> int:
        return len(self.passages)

    def take(self, rows: npt.NDArray[np.intp]) -> Lines:
        """The lines with these positions."""
        return Lines([self.passages[i] for i in rows], self.y[rows], self.polarity[rows])


class Learner:
    """An encoder and its heads, while they are adapted and after. ``start``: the file of a model that
    was adapted over the same encoder, and from which learning goes on; ``heads``: its heads, where it
    knew the same codes.
    """

    def __init__(
        self,
        weights: Weights,
        plan: Plan,
        *,
        codes: int,
        choice: Choice,
        seed: int,
        start: Path | None = None,
        heads: Heads | None = None,
    ) -> None:
        self._weights, self._plan, self._choice, self._seed = weights, plan, choice, seed
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(seed)
        self._start: tuple[object, ...] = () if start is None else (digest(start),)
        network = Network(weights.folder, plan, codes=codes, start=start)
        if heads is not None:
            network.begin_with(heads)
            self._start += tuple(part.tobytes() for part in astuple(heads))
        self._network = network.to(self._device)
        self._reader = Reader(weights.folder, plan.reading, most=weights.max_tokens)
        self._half = _half(self._device)

    def learn(
        self,
        lines: Lines,
        held: Lines | None,
        *,
        folder: Path,
        epochs: int = 0,
        tick: Tick = lambda done, total: None,
    ) -> Standing:
        """Adapt to ``lines``: until ``held`` gets worse, and back to the best; without ``held``
        for exactly ``epochs``. What is judged and kept is the weights' mean over the last steps.
        What stands in ``folder`` from an interrupted call is gone on with, and Ctrl-C leaves it
        there. Raises ValueError without lines.
        """
        plan, network = self._plan, self._network
        most = epochs or plan.epochs
        rows_of = table(self._reader.tokens(lines.passages))
        lengths = rows_of["length"][:]
        losses = _Losses(lines, self._choice, self._device)
        total = most * len(self._order(lengths, 0))
        learned = network.learned()
        # fused: of a whole encoder's step a third of the time otherwise goes to the optimiser
        optimiser = torch.optim.AdamW(groups(network, plan), fused=True)
        rates = [g["lr"] for g in optimiser.param_groups]
        key = fingerprint(
            plan, self._seed, most, held is not None, self._weights.sha256, lines.y.tobytes(),
            self._reader.seen(lines.passages), *self._start,
        )  # fmt: skip
        mean = _copied(learned)
        found = checkpoint.load(folder, key, learned, optimiser, mean)
        at, best = found or (Standing(), {})
        below = None if at.done else self._below(rows_of, lengths)
        kept = time.monotonic()

        def keep() -> None:
            checkpoint.save(folder, key, at, learned, optimiser, mean, best)

        try:
            while at.epoch < most and not at.done:
                network.train()
                order = self._order(lengths, at.epoch)
                for rows in order[at.batch :]:
                    share = _rate(at.steps, total, plan)
                    for group, rate in zip(optimiser.param_groups, rates, strict=True):
                        group["lr"] = rate * share
                    loss = self._step(tokens_of(rows_of[rows]), rows, losses, optimiser, below)
                    at.batch, at.steps = at.batch + 1, at.steps + 1
                    _average(mean, learned, at.steps)
                    at.losses.append(round(loss, 5))
                    tick(at.steps, total)
                    if time.monotonic() - kept > KEPT_EVERY:
                        keep()
                        kept = time.monotonic()
                at.epoch, at.batch = at.epoch + 1, 0
                if held is not None:
                    now = _copied(learned)
                    _put(learned, mean)
                    at.scores.append(self.quality(held))
                    noise = max(NOISE, ERROR / np.sqrt(len(held)))
                    if at.scores[-1] >= max(at.scores) - noise:
                        at.best = at.epoch
                        best = _copied(learned)
                    _put(learned, now)
                    at.done = at.epoch - at.best >= plan.patience
                at.done = at.done or at.epoch == most
                keep()
                kept = time.monotonic()
        except KeyboardInterrupt:
            keep()
            raise
        _put(learned, best or mean)
        return at

    def _step(
        self,
        tokens: Sequence[Tokens],
        rows: Sequence[int],
        losses: _Losses,
        optimiser: torch.optim.Optimizer,
        below: Sequence[torch.Tensor] | None,
    ) -> float:
        """Learn from one batch; its loss. ``below``: as of :meth:`_below`, of all rows."""
        if below is not None:
            self._network.still.known = pad_sequence([below[i] for i in rows], batch_first=True)
        with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
            codes, polarity = self._network(*self._tensors(tokens))
        self._network.still.known = None
        loss = losses(codes.float(), polarity.float(), rows)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.learned().values(), 1.0)
        optimiser.step()
        return float(loss.detach())

    def _below(self, rows_of: Any, lengths: Sequence[int]) -> list[torch.Tensor] | None:
        """Of each row, what the layers that do not learn say of its tokens ``(t, width)``: read once,
        where that is not nothing and has room. None: each pass reads all layers.
        """
        width = self._network.codes.in_features
        kind = torch.bfloat16 if self._half else torch.float32
        if not self._network.still.count or self._device != "cpu":
            return None
        if sum(lengths) * width * kind.itemsize > MOST_KEPT:
            return None
        self._network.eval()
        out = [torch.empty(0)] * len(lengths)
        order = sorted(range(len(lengths)), key=lengths.__getitem__)
        with torch.no_grad():
            for rows in batches(lengths, order, most=256, tokens=READ_TOKENS):
                with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
                    found = self._network.below(*self._tensors(tokens_of(rows_of[rows])))
                for i, hidden in zip(rows, found, strict=True):
                    out[i] = hidden[: lengths[i]].to(kind).clone()
        return out

    def vectors(self, passages: Sequence[Passage]) -> Floats:
        """``(n, width)`` what the heads see of ``passages``."""
        with torch.no_grad():
            return self._vectors(passages)

    def _vectors(self, passages: Sequence[Passage]) -> Floats:
        self._network.eval()
        tokens = self._reader.tokens(passages)
        lengths = [len(t) for t in tokens]
        out = np.zeros((len(tokens), self._network.codes.in_features), dtype=np.float32)
        order = sorted(range(len(tokens)), key=lengths.__getitem__)
        for rows in batches(lengths, order, most=256, tokens=READ_TOKENS):
            with torch.autocast(self._device, torch.bfloat16, enabled=self._half):
                found = self._network.pooled(*self._tensors([tokens[i] for i in rows]))
            out[rows] = found.float().cpu().numpy()
        return out

    def heads(self) -> Heads:
        """The heads as plain numbers."""
        found: Heads = self._network.heads()
        return found

    def quality(self, held: Lines) -> float:
        """What stops the learning: mean over the codes of average precision on ``held``, and of the
        two polarities, if known, with half the weight.
        """
        from sklearn.metrics import average_precision_score

        vectors, heads = self.vectors(held.passages), self.heads()
        truth = held.y >= 0.5
        scores = heads.codes(vectors)
        each = [
            float(average_precision_score(truth[:, j], scores[:, j]))
            for j in range(truth.shape[1])
            if truth[:, j].any()
        ]
        quality = float(np.mean(each)) if each else 0.0
        share = held.polarity
        row, code = np.nonzero(np.abs(share[:, :, 0] - share[:, :, 1]) == 1)
        barrier = share[row, code, 0] == 1
        if not (barrier.any() and (~barrier).any()):
            return quality
        lean = heads.polarities(vectors)[row, code]
        lean = lean[:, 0] - lean[:, 1]
        both = [
            float(average_precision_score(b, s)) for b, s in ((barrier, lean), (~barrier, -lean))
        ]
        return (quality + 0.5 * float(np.mean(both))) / 1.5

    def save(self, folder: Path) -> None:
        """Put into ``folder`` what was learned of the encoder: a whole one, or LoRA's matrices."""
        folder.mkdir(parents=True, exist_ok=True)
        self._network.save_encoder(folder, self._weights.folder / "tokenizer.json")

    def _order(self, lengths: Sequence[int], epoch: int) -> list[list[int]]:
        """One pass's batches: of like length, in an order drawn anew each time. Few sentences are
        gone through again and again, until there are :data:`PASS` batches.
        """
        rng = np.random.default_rng([self._seed, epoch])
        plan = self._plan
        out: list[list[int]] = []
        while len(out) < PASS:
            near = np.array(lengths) + rng.random(len(lengths)) * 12
            order = np.argsort(near).tolist()
            found = batches(lengths, order, most=plan.batch, tokens=plan.batch_tokens)
            out += [found[i] for i in rng.permutation(len(found))]
        return out

    def _tensors(self, tokens: Sequence[Tokens]) -> list[torch.Tensor]:
        return [torch.from_numpy(a).to(self._device) for a in padded(tokens)]


class _Losses:
    """Loss of a batch: rare codes weigh more (by the square root of the odds against them), and
    the polarity of the codes that were given counts as much as the codes.
    """

    def __init__(self, lines: Lines, choice: Choice, device: str) -> None:
        self._choice, self._device = choice, device
        if not len(lines):
            raise ValueError("there is no sentence to learn from")
        y = lines.y.astype(np.float32)
        if choice == "one":
            y = y / np.maximum(y.sum(1, keepdims=True), 1e-9)
            mass = np.maximum(y.sum(0), 1e-9)
            weight = np.where(y.sum(0) > 0, np.sqrt(y.sum() / mass), 0.0)
            weight /= (weight * mass).sum() / max(y.sum(), 1e-9)
        else:
            share = np.clip(y.mean(0), 1 / (len(y) + 1), 1 - 1 / (len(y) + 1))
            weight = np.sqrt((1 - share) / share)
        self._y = torch.from_numpy(y).to(device)
        self._weight = torch.from_numpy(weight.astype(np.float32)).to(device)
        self._polarity = torch.from_numpy(lines.polarity.astype(np.float32)).to(device)

    def __call__(
        self, codes: torch.Tensor, polarity: torch.Tensor, rows: Sequence[int]
    ) -> torch.Tensor:
        y = self._y[list(rows)]
        if self._choice == "one":
            each = -(y * self._weight * codes.log_softmax(1)).sum(1)
            loss = each.mean()
        else:
            loss = cross_entropy(codes, y, pos_weight=self._weight)
        share = self._polarity[list(rows)]
        known = ~torch.isnan(share)
        if known.any():
            loss = loss + cross_entropy(polarity[known], share[known])
        return loss


def _rate(step: int, total: int, plan: Plan) -> float:
    """Share of the highest rate: up in a straight line, then down to ``plan.lowest``."""
    rise = max(1.0, plan.warmup * total)
    left = max(0.0, (total - step) / max(total - rise, 1.0))
    return min((step + 1) / rise, plan.lowest + (1 - plan.lowest) * left)


def _average(
    mean: dict[str, torch.Tensor], learned: Mapping[str, torch.nn.Parameter], steps: int
) -> None:
    """Take the weights after ``steps`` steps into their ``mean``, in which older ones count ever less
    (polynomial decay; Shamir and Zhang 2013, "Stochastic gradient descent for non-smooth optimization").
    """
    with torch.no_grad():
        for name, parameter in learned.items():
            mean[name].lerp_(parameter, TAIL / (steps + TAIL))


def _copied(learned: Mapping[str, torch.nn.Parameter]) -> dict[str, torch.Tensor]:
    return {n: p.detach().clone() for n, p in learned.items()}


def _put(learned: Mapping[str, torch.nn.Parameter], weights: Mapping[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, parameter in learned.items():
            parameter.copy_(weights[name])


def _half(device: str) -> bool:
    """Whether bf16 is native here; where it is not, it would be slower than single precision."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return "BF16" in core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
