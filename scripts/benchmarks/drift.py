"""Does the warning that new talk is unlike a model's own come where it should, and only there?

    python scripts/benchmarks/drift.py --json drift.json

Reads ``../shared/data``: AnnoMI's client turns are the model's talk, by turns all dialogues, those on
one behaviour, and a few. Held-out dialogues should pass the bar about as often as promised; other
dialogues on other behaviours may; NHS patients' comments (30 at a time) and interviews with software
engineers should. Nothing is coded: the warning reads words alone.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _bench import Figure, arguments, finish
from annomi import DATA, utterances
from sklearn.metrics import roc_auc_score

from precode.cli.console import Progress
from precode.model.drift import NOMINAL, Familiar, fit_familiar
from precode.steps.learnt.drift import words_of
from precode.steps.learnt.embedding import embedding

NHS = DATA.parents[1] / "nhs-fft" / "datasets__v6framework_230831.csv"
INTERVIEWS = DATA.parents[1] / "interviews-txt"
SEED = 7
FEW = 12
TOGETHER = 30  # comments: about a transcript's sentences
SHARE, FALSE, OTHER, AUC = 0.10, 0.05, 0.30, 0.80


@dataclass(frozen=True)
class Talk:
    """Sentences, the transcript of each, and their embeddings ``(n, d)``."""

    texts: list[str]
    group: npt.NDArray[np.str_]
    vectors: npt.NDArray[np.float32]

    def of(self, groups: Sequence[str]) -> Talk:
        rows = np.flatnonzero(np.isin(self.group, list(groups)))
        return Talk([self.texts[i] for i in rows], self.group[rows], self.vectors[rows])


def topics() -> dict[str, str]:
    """Dialogue → the behaviour that it is about."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return {row["transcript_id"]: row["topic"].strip() for row in csv.DictReader(file)}


def comments(rng: np.random.Generator, count: int) -> list[tuple[str, str]]:
    with NHS.open(encoding="utf-8", newline="") as file:
        said = [t for row in csv.DictReader(file) if (t := row["FFT answer"].strip())]
    chosen = rng.permutation(len(said))[:count].tolist()
    return [(f"nhs-{i // TOGETHER}", said[j]) for i, j in enumerate(chosen)]


def interviews(most: int) -> list[tuple[str, str]]:
    """Lines of interviews about software, without the speaker's name."""
    out = []
    for path in sorted(INTERVIEWS.glob("*.txt")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        bare = [re.sub(r"^\s*[\w ]{1,25}:\s*", "", line).strip() for line in lines]
        out += [(path.stem, line) for line in bare if len(line) > 3][:most]
    return out


def familiar(talk: Talk, rng: np.random.Generator) -> Familiar:
    """What training on ``talk`` would keep, with 5 folds of whole transcripts."""
    names = np.unique(talk.group)
    fold_of = dict(zip(rng.permutation(names).tolist(), np.arange(len(names)) % 5, strict=True))
    fold = np.array([fold_of[g] for g in talk.group])
    made = fit_familiar(talk.vectors, [words_of(t) for t in talk.texts], talk.group, fold)
    assert made is not None
    return made


def judged(made: Familiar, talk: Talk) -> tuple[float, npt.NDArray[np.float64], float]:
    """Share of strange sentences, mean strangeness by transcript, and the share of transcripts warned of."""
    strangeness = made.strangeness(talk.vectors)
    each = [strangeness[talk.group == g] for g in np.unique(talk.group)]
    warned = np.mean([made.unlike(s) for s in each])
    return float((strangeness > made.bar).mean()), np.array([s.mean() for s in each]), float(warned)


def trial(
    label: str,
    own: Talk,
    others: dict[str, Talk],
    rng: np.random.Generator,
    times: int,
    *,
    most: int = 10_000,
) -> list[Figure]:
    """``most`` transcripts of ``own`` are drawn and a fifth of them held out, ``times`` over; means
    of all draws.
    """
    every = np.unique(own.group)
    shares: dict[str, list[float]] = {}
    warned: dict[str, list[float]] = {}
    areas: dict[str, list[float]] = {}
    for _ in range(times):
        names = rng.permutation(every)[:most]
        held = rng.permutation(names)[: max(2, len(names) // 5)].tolist()
        made = familiar(own.of([n for n in names if n not in held]), rng)
        share, known, alarm = judged(made, own.of(held))
        shares.setdefault("held", []).append(share)
        warned.setdefault("held", []).append(alarm)
        for name, talk in others.items():
            share, each, alarm = judged(made, talk)
            shares.setdefault(name, []).append(share)
            warned.setdefault(name, []).append(alarm)
            truth = [0] * len(known) + [1] * len(each)
            areas.setdefault(name, []).append(
                float(roc_auc_score(truth, np.concatenate([known, each])))
            )
    mean = {k: float(np.mean(v)) for k, v in shares.items()}
    alarm = {k: float(np.mean(v)) for k, v in warned.items()}
    figures = [
        Figure(
            f"{label}: held-out dialogues, strange sentences ({NOMINAL:.0%} promised)",
            f"{mean['held']:.3f}", f"≤ {SHARE:.2f}", mean["held"] <= SHARE,
        ),
        Figure(
            f"{label}: held-out dialogues warned of",
            f"{alarm['held']:.3f}", f"≤ {FALSE:.2f}", alarm["held"] <= FALSE,
        ),
    ]  # fmt: skip
    for name in others:
        area = float(np.mean(areas[name]))
        barred = name != "other behaviours"
        figures.append(
            Figure(
                f"{label}: {name}, strange sentences; AUC by transcript; warned of",
                f"{mean[name]:.2f}; {area:.2f}; {alarm[name]:.2f}",
                f"≥ {OTHER:.2f} or AUC ≥ {AUC:.2f}" if barred else "",
                (mean[name] >= OTHER or area >= AUC) if barred else None,
            )
        )
    return figures


def main() -> None:
    options = arguments(__doc__)
    rng = np.random.default_rng(SEED)
    said = [
        (f"annomi-{t}", u["text"]) for t, us in utterances().items() for u in us
        if u["who"] == "client"
    ]  # fmt: skip
    topic = topics()
    if options.quick:
        said = [(g, t) for g, t in said if int(g.partition("-")[2]) % 3 == 0]
    parts = {
        "annomi": said,
        "NHS comments": comments(rng, 300 if options.quick else 1200),
        "interviews on software": interviews(50 if options.quick else 150),
    }
    talks: dict[str, Talk] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        embedding("minilm", "f32", cache=Path(folder), progress=Progress()) as embed,
    ):
        for name, rows in parts.items():
            texts = [t for _, t in rows]
            talks[name] = Talk(texts, np.array([g for g, _ in rows]), np.asarray(embed(texts)))
    own = talks.pop("annomi")
    names = np.unique(own.group).tolist()
    one = [n for n in names if topic[n.partition("-")[2]] == "reducing alcohol consumption"]
    other = {"other behaviours": own.of([n for n in names if n not in one])}
    times = 3 if options.quick else 10
    finish(
        [
            *trial(f"{len(names)} dialogues", own, talks, rng, times),
            *trial(f"{len(one)} on drinking", own.of(one), {**other, **talks}, rng, times),
            *trial(f"{FEW} dialogues", own, talks, rng, 3 * times, most=FEW),
        ],
        options,
    )


if __name__ == "__main__":
    main()
