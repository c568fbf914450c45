"""Does ``agree --doubts`` find what was planted?

    python scripts/benchmarks/doubts.py --json doubts.json

Slips: in 5 % of the codings of the demo study (both coders, and one alone) and of AnnoMI
(``../shared/data/annomi``, where it is there) the code is swapped, left out, put on a sentence that
has none, or turned round; the study is then learned from and listed as any other. The
bar is for the ranking of all sentences; the list itself leaves out the shortest replies, on which
planted slips are easily found but real codes hang on what was asked. Drift: simulated
coders, 6 codes of 3 to 30 %, transcripts that differ in what the machine cannot see; and real talk
whose transcripts were put in a random order, where no drift can be. Nearly alike: sentences of the
demo study, a few words changed; and 50,000 invented ones for time and memory.
"""

from __future__ import annotations

import resource
import shutil
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import annomi
import numpy as np
import numpy.typing as npt
from _bench import Figure, arguments, finish

from precode.agreement.drift import LEVEL, drift, holm
from precode.agreement.estimate import Estimate
from precode.agreement.near import near
from precode.agreement.shares import Sampling
from precode.codings.consensus import settled
from precode.domain import CodePolarity, Event, EventKind, Polarity
from precode.resources import demo
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.demo import BEHAVIOUR
from precode.steps.doubting.alike import words_of
from precode.steps.doubting.mistakes import FEWEST_WORDS, Learned, given, mistakes
from precode.steps.doubts import doubts, learned_of
from precode.steps.init import init
from precode.steps.learnt.embedding import embedding
from precode.steps.opening import open_study, silent

SEED, RATE = 7, 0.05
FULL, QUICK = 5.0, 3.0  # times chance; with a sixth of AnnoMI there is less to learn from
ALARMS = 0.07
SECONDS, MEGABYTES = 20, 1024
TURNED = {Polarity.BARRIER: Polarity.FACILITATOR, Polarity.FACILITATOR: Polarity.BARRIER}
Rng = np.random.Generator


# -- slips -----------------------------------------------------------------------------------------


def demo_study(folder: Path, tables: str) -> Path:
    """The demo study, with the codings in the files ``tables`` (a pattern)."""
    path = folder / "study"
    init(path, behaviour=BEHAVIOUR)
    add(path, [demo() / "transcripts"], attributes=demo() / "participants.csv")
    import_codes(path, sorted(demo().glob(tables)), complete_all=True)
    return path


def plant(path: Path, rng: Rng) -> set[tuple[str, str]]:
    """Wrong decisions on :data:`RATE` of the codings, stored in the study → where."""
    with open_study(path, verb="benchmark", write=True) as study:
        sentences = {s.id: s for s in study.store.sentences()}
        readings = given(study.human_codes(tuple(sentences.values())))
        leaves, one = study.codebook.leaf_ids, study.codebook.choice == "one"
        codings = [(key, c) for key in sorted(readings) for c in readings[key]]
        bare = [key for key in sorted(readings) if not readings[key]]
        chosen = rng.permutation(len(codings))[: round(RATE * len(codings))]
        wrong: dict[tuple[str, str], tuple[CodePolarity, ...]] = {}
        for turn, at in enumerate(chosen.tolist()):
            key, c = codings[at]
            kept = tuple(x for x in readings[key] if x != c)
            free = [code for code in leaves if code not in {x.code for x in readings[key]}]
            way = 0 if one else turn % 4
            if way == 3 and c.polarity not in TURNED:
                way = 1
            if way == 0:
                wrong[key] = (*kept, CodePolarity(free[rng.integers(len(free))], c.polarity))
            elif way == 1:
                wrong[key] = kept
            elif way == 2:
                key = bare[rng.integers(len(bare))]
                wrong[key] = (CodePolarity(leaves[rng.integers(len(leaves))], Polarity.BARRIER),)
            else:
                wrong[key] = (*kept, CodePolarity(c.code, TURNED[c.polarity]))
        study.store.append([
            Event(EventKind.DECISION, coder, sentences[s].transcript_id, sentences[s].start,
                  sentences[s].end, codes=codes, codebook=study.codebook.hash)
            for (s, coder), codes in wrong.items()
        ])  # fmt: skip
    return set(wrong)


def self_confidence(learned: Learned, readings: dict[Any, Any]) -> list[tuple[str, str]]:
    """Readings by the lowest probability of what was given or not given, alone."""
    row = {s: i for i, s in enumerate(learned.ids)}
    keys = [k for k in sorted(readings) if k[0] in row]
    gave = np.array([
        [code in {c.code for c in readings[k]} for code in learned.codebook.leaf_ids] for k in keys
    ])  # fmt: skip
    p = learned.out.p[[row[s] for s, _ in keys]]
    if learned.data.choice == "one":
        score = (p * gave).sum(1)
    else:
        score = np.where(gave, p, 1 - p).min(1)
    return [keys[i] for i in np.argsort(score, kind="stable").tolist()]


def slips(name: str, path: Path, rng: Rng, times: float) -> list[Figure]:
    """What of the planted is in the first k of the list, k being as many as were planted."""
    planted = plant(path, rng)
    with open_study(path, verb="benchmark", write=False) as study:
        lesson, learned = learned_of(study)
        assert learned is not None
        readings = given(settled(lesson.human))
    plain = self_confidence(learned, readings)

    out = []
    for fewest, whom in (
        (1, "all sentences"),
        (FEWEST_WORDS, f"of {FEWEST_WORDS} words on, as listed"),
    ):
        long = {s for s, _ in readings if len(learned.sentences[s].text.split()) >= fewest}
        k, n = (sum(key[0] in long for key in keys) for keys in (planted, readings))
        listed, found = mistakes(
            learned, readings, coders=(), codes=(), n=max(k, 50), fewest_words=fewest
        )
        ours = [any((m.sentence, c) in planted for c in m.coders) for m in listed]
        theirs = [key in planted for key in plain if key[0] in long]
        precision, chance = float(np.mean(ours[:k])), k / n
        judged = fewest == 1
        out += [
            Figure(
                f"{name}, {whom}: precision in the first {k}",
                f"{precision:.3f}, {precision / chance:.1f} times chance",
                f"≥ {times:g} times chance" if judged else "",
                bool(precision >= times * chance) if judged else None,
            ),
            Figure("  plain self-confidence", f"{np.mean(theirs[:k]):.3f}"),
            Figure("  first 20; first 50", f"{np.mean(ours[:20]):.2f}; {np.mean(ours[:50]):.2f}"),
            Figure("  listed at all", f"{found:,} of {n:,} readings"),
        ]
    return out


# -- drift -----------------------------------------------------------------------------------------

CODES = 6


def simulated(
    rng: Rng, *, transcripts: int, prevalence: float, unseen: float, mixed: bool, to: float = 1.0
) -> tuple[Any, Any, list[int]]:
    """(given, expected, transcripts) of :data:`CODES` codes. The machine knows how likely a sentence
    is to have the code, but for a factor of each transcript (of variance ``unseen / prevalence``).
    The first code's rate goes evenly to ``to`` times what it was.
    """
    sizes = np.maximum(8, rng.lognormal(np.log(60), 0.5, transcripts)).astype(int)
    where = np.repeat(np.arange(transcripts), sizes)
    where = rng.permutation(where) if mixed else where
    n = len(where)
    expected = rng.beta(2, 2 / prevalence - 2, (n, CODES))
    shape = prevalence / unseen if unseen else 1.0
    factor = (
        rng.gamma(shape, 1 / shape, (transcripts, CODES))
        if unseen
        else np.ones((transcripts, CODES))
    )
    rate = expected * factor[where]
    rate[:, 0] *= np.linspace(1, to, n)
    return rng.random((n, CODES)) < rate, expected, where.tolist()


def told(gave: Any, expected: Any, where: list[Any], sampling: Sampling) -> list[bool] | None:
    """Which codes are said to drift; None where nothing is estimable."""
    found = [
        drift(gave[:, j], expected[:, j], where, sampling=sampling) for j in range(gave.shape[1])
    ]
    p = [f.p for f in found if f.p is not None]
    if not p:
        return None
    corrected = iter(holm(p))
    return [
        f.p is not None and next(corrected) <= LEVEL and isinstance(f.change, Estimate)
        for f in found
    ]


def drifting(rng: Rng, quick: bool) -> list[Figure]:
    sampling = Sampling(rng, 50, 10)
    alarms: list[bool] = []
    by: dict[int, list[bool]] = {}
    for transcripts, prevalence, unseen, mixed in product(
        (8, 12, 20), (0.03, 0.1, 0.3), (0.0, 0.1), (False, True)
    ):
        for _ in range(6 if quick else 60):
            world = simulated(
                rng, transcripts=transcripts, prevalence=prevalence, unseen=unseen, mixed=mixed
            )
            said = told(*world, sampling)
            if said is not None:
                alarms.append(any(said))
                by.setdefault(transcripts, []).append(any(said))
    share = float(np.mean(alarms))
    bar = ALARMS + (2 * np.sqrt(ALARMS * (1 - ALARMS) / len(alarms)) if quick else 0)
    out = [
        Figure(
            f"drift: false alarms in {len(alarms)} studies without drift, any of {CODES} codes",
            f"{share:.3f}", f"≤ {bar:.2f}", bool(share <= bar),
        ),
        *(
            Figure(f"  {t} transcripts", f"{np.mean(a):.3f}") for t, a in by.items()
        ),
    ]  # fmt: skip
    for transcripts, prevalence, mixed in product((12, 20), (0.1, 0.3), (False, True)):
        hits, falls = [], []
        for _ in range(8 if quick else 150):
            gave, expected, where = simulated(
                rng,
                transcripts=transcripts,
                prevalence=prevalence,
                unseen=0.02,
                mixed=mixed,
                to=0.25,
            )
            said = told(gave, expected, where, sampling)
            hits.append(bool(said and said[0]))
            falls.append(bool(said and any(said[1:])))
        way = "sentences of all mixed" if mixed else "one after another"
        out.append(
            Figure(
                f"drift: {prevalence:.0%} that falls to a quarter, {transcripts} transcripts, {way}",
                f"found {np.mean(hits):.2f} (another code {np.mean(falls):.2f})",
            )
        )
    return out


def shuffled(path: Path, rng: Rng, studies: int = 300) -> Figure:
    """Alarms on real talk in random orders of its transcripts, 12 at a time."""
    with open_study(path, verb="benchmark", write=False) as study:
        _, learned = learned_of(study)
    assert learned is not None
    gave = learned.data.y >= 0.5
    groups = learned.data.groups
    names = np.unique(groups)
    rows = {g: np.flatnonzero(groups == g) for g in names.tolist()}
    alarms = []
    for _ in range(studies):
        order = np.concatenate([rows[g] for g in rng.permutation(names)[:12].tolist()])
        said = told(
            gave[order], learned.out.p[order], groups[order].tolist(), Sampling(rng, 50, 10)
        )
        if said is not None:
            alarms.append(any(said))
    share = float(np.mean(alarms))
    return Figure(
        f"drift: false alarms, AnnoMI, 12 transcripts in {len(alarms)} random orders",
        f"{share:.3f}", f"≤ {ALARMS:.2f}", bool(share <= ALARMS),
    )  # fmt: skip


# -- nearly alike ----------------------------------------------------------------------------------


def altered(text: str, rng: Rng) -> str:
    """``text`` as the same person might say it again: a filler before it, a word less, or two
    neighbours turned round.
    """
    words = text.split()
    way = int(rng.integers(3))
    if way == 0:
        return "Well, " + text
    at = int(rng.integers(1, len(words) - 1))
    if way == 1:
        return " ".join(words[:at] + words[at + 1 :])
    return " ".join([*words[: at - 1], words[at], words[at - 1], *words[at + 1 :]])


def nearly_alike(path: Path, rng: Rng) -> list[Figure]:
    with open_study(path, verb="benchmark", write=False) as study:
        texts = [s.text for s in study.store.sentences() if s.codable]
        encoder = study.settings.encoder
        long = [t for t in dict.fromkeys(texts) if len(t.split()) >= 8]
        chosen = [long[i] for i in rng.permutation(len(long))[:100].tolist()]
        every = [*long, *(altered(t, rng) for t in chosen)]
        with embedding(
            encoder.model, encoder.precision, cache=study.folder.cache, progress=silent
        ) as embed:
            vectors = embed(every)
    last = vectors[:, vectors.shape[1] // 2 :]
    place = {t: i for i, t in enumerate(long)}
    wanted = {(place[t], len(long) + i) for i, t in enumerate(chosen)}
    found = near([words_of(t) for t in every], last)
    hit = [(p.first, p.second) in wanted for p in found]
    caught = sum(hit)
    return [
        Figure("nearly alike: planted repetitions found", f"{caught} of {len(chosen)}", "≥ 90", caught >= 90),
        Figure("  pairs found beside them", f"{len(found) - caught} among {len(long):,} sentences"),
        Figure(f"  planted among the first {len(chosen)} pairs", f"{sum(hit[: len(chosen)])}"),
    ]  # fmt: skip


def many(path: Path, rng: Rng, n: int) -> list[Figure]:
    """Time and memory of ``n`` sentences with the demo study's words, as often as they are there."""
    with open_study(path, verb="benchmark", write=False) as study:
        texts = [words_of(s.text) for s in study.store.sentences() if s.codable]
    count = Counter(w for t in texts for w in t)
    words, often = list(count), np.array(list(count.values()), dtype=float)
    sizes = np.array([len(t) for t in texts])[rng.integers(len(texts), size=n)]
    drawn = rng.choice(len(words), int(sizes.sum()), p=often / often.sum())
    ends = np.cumsum(sizes)
    sets = [frozenset(words[i] for i in drawn[e - s : e]) for s, e in zip(sizes, ends, strict=True)]
    vectors = rng.standard_normal((n, 384)).astype(np.float32)
    # in a process of its own: this one has trained models, and holds their encoders
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
        took, peak = apart.submit(alone, sets, vectors).result()
    return [
        Figure(f"nearly alike: {n:,} sentences", f"{took:.1f} s"),
        Figure("  memory of its process, at most", f"{peak:.0f} MB", f"≤ {MEGABYTES}", peak <= MEGABYTES),
    ]  # fmt: skip


def alone(sets: list[frozenset[str]], vectors: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Seconds that finding the pairs takes, and the most megabytes this process has held."""
    start = time.perf_counter()
    near(sets, vectors)
    took = time.perf_counter() - start
    # not ru_maxrss, in which a process that was begun by a larger one inherits its size
    status = Path("/proc/self/status")
    if not status.exists():
        return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM:"))
    return took, int(peak.split()[1]) / 1024


def figures(quick: bool) -> list[Figure]:
    """The table."""
    rng = np.random.default_rng(SEED)
    times = QUICK if quick else FULL
    out: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("both", "one", "annomi"):
            (root / name).mkdir()
        both = demo_study(root / "both", "codings-*")
        doubts(both, n=1)  # embeddings are there from now on, as in any study that was trained
        cache = shutil.copytree(both / "cache", root / "cache")
        start = time.perf_counter()
        done = doubts(both)
        took = time.perf_counter() - start
        out.append(
            Figure(f"the whole list, {done.sentences:,} sentences of two coders", f"{took:.1f} s",
                   f"≤ {SECONDS} s", took <= SECONDS)
        )  # fmt: skip
        out += nearly_alike(both, rng)
        out += slips("slips of two coders, demo study", both, rng, times)
        if not quick:
            one = demo_study(root / "one", "codings-anna*")
            shutil.copytree(cache, one / "cache", dirs_exist_ok=True)  # the same sentences
            out += slips("slips of one coder, demo study", one, rng, times)
        if annomi.DATA.exists():
            talk = annomi.utterances()
            if quick:
                talk = {t: u for t, u in talk.items() if t % 6 == 0}
            path = annomi.study(root / "annomi", talk)
            annomi.coded(path, talk, people=False)
            if not quick:  # a sixth of the dialogues is too few to judge by
                out.append(shuffled(path, rng))
            out += slips("slips, AnnoMI", path, rng, times)
        out += drifting(rng, quick)
        out += many(both, rng, 12_500 if quick else 50_000)
    return out


if __name__ == "__main__":
    options = arguments(__doc__)
    finish(figures(options.quick), options)
