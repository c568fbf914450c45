"""Promises of precision and recall, kept or broken on transcripts held out; and calibration.

    python scripts/benchmarks/guarantee.py --json guarantee.json
    python scripts/benchmarks/guarantee.py --only promises --quick

Three sets of ``../shared/data``. Client talk (AnnoMI): transcripts; a third is coded. Questions
(TREC): no transcripts exist, so questions are put by lot into a hundred; a fifth is coded. Comments
(NHS, several codes each): respondents are the transcripts; a quarter is coded. By 200 seeds, all
of the coded part goes through validation, promise and final fit as in ``train``, and the rest, which
is larger so as to tell the long run, judges. The settings of the features are the starting point's:
choosing them anew in every split would take five times as long. No starter takes part.

A promise is kept if the share on the rest, every sentence counted, is not below the target. What a
confidence speaks of are draws of coded transcripts, and one that abstains breaks nothing: their share
has the bar. So has the share of the promises made, where one was made for a code in twenty or more;
where hardly any code can reach the target, the few made are mistakes, and rare is all they can be.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from _active_sets import Coded, annomi, nhs, raw_of, trec
from _bench import Figure, arguments, finish
from _guarantee_splits import Judged, learned, split

from precode.model.features import Raw
from precode.model.guarantee import Guarantee
from precode.model.predictions import Verdict

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

TARGETS = (0.8, 0.9)
KEPT = 0.93  # of the promises
OFTEN = 0.05  # promises made for a smaller share of draws and codes are not judged by themselves
ACCEPT = 0.8  # confidence that settles what no promise is about
LABELS = (200, 500, 1000)
JUDGED_AT, ECE = 500, 0.06  # the bar, and the labels it is for
BINS = 10


# -- promises --------------------------------------------------------------------------------------


@dataclass
class Tally:
    """Over seeds and codes: promises made, kept; codes tried; what they saved."""

    tried: int = 0
    made: int = 0
    kept: int = 0
    given: int = 0
    accepted: int = 0
    right: int = 0
    sentences: int = 0
    settled: int = 0
    whole: int = 0  # accepted codes in sentences accepted as a whole, and of these the right ones
    whole_right: int = 0


def promises(sets: Sequence[tuple[Coded, Raw]], *, seeds: int) -> list[Figure]:
    out: list[Figure] = []
    for coded, raw in sets:
        tallies: dict[tuple[str, float], Tally] = defaultdict(Tally)
        for seed in ticking(coded.name, seeds):
            promise, rest, _ = learned(split(coded, raw, seed), seed)
            for target in TARGETS:
                _precision(
                    tallies["precision", target], promise(precision=target), rest, coded, target
                )
                _recall(tallies["recall", target], promise(recall=target), rest, target)
        for (kind, target), t in sorted(tallies.items()):
            out += _figures(
                f"{coded.name}, {kind} {target:g}", kind, t, many=coded.choice == "many"
            )
    return out


def _figures(name: str, kind: str, t: Tally, *, many: bool) -> list[Figure]:
    whole = 1 - (t.made - t.kept) / t.tried
    share = t.kept / max(t.made, 1)
    judge = t.made >= OFTEN * t.tried
    out = [
        Figure(
            f"{name}: not broken, of {t.tried:,} draws and codes",
            f"{whole:.3f}",
            f"≥ {KEPT}",
            whole >= KEPT,
        ),
        Figure(
            f"{name}: kept, of {t.made:,} promises made ({t.made / t.tried:.0%})",
            f"{share:.3f}" if t.made else "none made",
            f"≥ {KEPT}" if judge else "",
            share >= KEPT if judge else None,
        ),
    ]
    if kind == "recall":
        below = f"{t.accepted / t.given:.1%}" if t.given else "none"
        return [*out, Figure(f"{name}: below a promised code's threshold, sentences", below)]
    right = f", right {t.right / t.accepted:.3f}" if t.accepted else ""
    out.append(
        Figure(f"{name}: codes accepted, of those given", f"{t.accepted / t.given:.1%}{right}")
    )
    out.append(Figure(f"{name}: sentences settled", f"{t.settled / t.sentences:.1%}"))
    if t.whole and many:
        found = f"{t.whole_right / t.whole:.3f} of {t.whole:,}"
        out.append(Figure(f"{name}: right, of codes in sentences accepted whole", found))
    return out


def _precision(t: Tally, g: Guarantee, r: Judged, coded: Coded, target: float) -> None:
    accepted = g.accepted(r.sureness, r.decision)
    for j, promise in enumerate(g.precise):
        t.tried += 1
        t.given += int(r.decision[:, j].sum())
        if promise.promised:
            got = r.truth[accepted[:, j], j]
            t.made += 1
            t.kept += bool(not len(got) or got.mean() >= target)
            t.accepted += len(got)
            t.right += int(got.sum())
    verdict = _settle(t, g, r, coded)
    both = accepted & (verdict == Verdict.ACCEPT)[:, None]
    t.whole += int(both.sum())
    t.whole_right += int((both & r.truth).sum())


def _recall(t: Tally, g: Guarantee, r: Judged, target: float) -> None:
    for j, promise in enumerate(g.complete):
        t.tried += 1
        if promise.promised:
            above = r.sureness[:, j] >= promise.cut
            got = above[r.truth[:, j]]
            t.made += 1
            t.kept += bool(not len(got) or got.mean() >= target)
            t.given += len(above)
            t.accepted += int((~above).sum())


def _settle(t: Tally, g: Guarantee, r: Judged, coded: Coded) -> npt.NDArray[np.str_]:
    """Verdicts where precision alone was asked for."""
    verdict = np.array(
        g.verdicts(r.p, r.sureness, r.decision, accept=ACCEPT, calibrated=True, choice=coded.choice)
    )
    t.sentences += len(verdict)
    t.settled += int((verdict != Verdict.REVIEW).sum())
    return verdict


# -- calibration -----------------------------------------------------------------------------------


def class_ece(p: Floats, y: Bools, *, edges: str) -> float:
    """Expected calibration error by code, then the mean: ten bins, of equal width or equally full."""
    out = []
    for j in range(p.shape[1]):
        if edges == "width":
            at = np.minimum((p[:, j] * BINS).astype(int), BINS - 1)
        else:
            at = np.argsort(np.argsort(p[:, j], kind="stable"), kind="stable") * BINS // len(p)
        n = np.bincount(at, minlength=BINS)
        gap = np.abs(np.bincount(at, p[:, j], BINS) - np.bincount(at, y[:, j], BINS))
        out.append(gap.sum() / n.sum())
    return float(np.mean(out))


def nll(p: Floats, y: Bools, choice: str) -> float:
    """Nats a sentence (one of k), or a sentence and code (many)."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    if choice == "one":
        return float(-np.log(p[y]).mean())
    return float(-np.where(y, np.log(p), np.log(1 - p)).mean())


def risk_area(p: Floats, decision: Bools, y: Bools) -> float:
    """Area under risk over coverage: codes given, the most confident first; 0 is best."""
    order = np.argsort(-p[decision], kind="stable")
    wrong = ~y[decision][order]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())


def calibration(sets: Sequence[tuple[Coded, Raw]], *, seeds: int) -> list[Figure]:
    out: list[Figure] = []
    for coded, raw in sets:
        for labels in LABELS:
            rows = []
            for seed in ticking(f"{coded.name} {labels}", seeds):
                _, fitted, plain = learned(split(coded, raw, seed, labels=labels), seed)
                known = ~np.isnan(fitted.p[0])
                y, given = fitted.truth[:, known], fitted.decision[:, known]
                p, before = fitted.p[:, known], plain.p[:, known]
                use = y.any(1) if coded.choice == "one" else np.ones(len(y), dtype=bool)
                rows.append(
                    (
                        class_ece(p[use], y[use], edges="width"),
                        class_ece(before[use], y[use], edges="width"),
                        class_ece(p[use], y[use], edges="full"),
                        nll(p[use], y[use], coded.choice),
                        nll(before[use], y[use], coded.choice),
                        risk_area(p, given, y),
                    )
                )
            ece, ece_raw, full, loss, loss_raw, area = np.mean(rows, axis=0)
            spread = np.std([r[0] for r in rows])
            name = f"{coded.name}, {labels} labels"
            bar = labels == JUDGED_AT
            out += [
                Figure(
                    f"{name}: class-wise ECE (SD); raw; bins equally full",
                    f"{ece:.3f} ({spread:.3f}); {ece_raw:.3f}; {full:.3f}",
                    f"≤ {ECE}" if bar else "",
                    bool(ece <= ECE) if bar else None,
                ),
                Figure(
                    f"{name}: NLL; raw",
                    f"{loss:.3f}; {loss_raw:.3f}",
                    "< raw",
                    bool(loss < loss_raw),
                ),
                Figure(f"{name}: area under risk and coverage", f"{area:.3f}"),
            ]
    return out


def quick() -> list[Coded]:
    """Every third question, every fifth comment: few enough to be read in seconds."""
    out = []
    for coded, step in ((trec(), 3), (nhs(), 5)):
        out.append(
            replace(
                coded, passages=coded.passages[::step], y=coded.y[::step],
                groups=coded.groups[::step],
            )
        )  # fmt: skip
    return out


def ticking(name: str, seeds: int) -> Iterator[int]:
    for seed in range(seeds):
        print(f"\r… {name} {seed + 1}/{seeds}  ", end="", file=sys.stderr, flush=True)
        yield seed
    print(file=sys.stderr)


PARTS = {"promises": (promises, 200, 3), "calibration": (calibration, 20, 1)}


def main() -> None:
    options = arguments(__doc__, only=tuple(PARTS))
    sets = [(c, raw_of(c)) for c in quick() if options.quick] or [
        (c, raw_of(c)) for c in (annomi(), trec(), nhs())
    ]
    out: list[Figure] = []
    for name in options.only or PARTS:
        part, seeds, few = PARTS[name]
        out += part(sets, seeds=few if options.quick else seeds)
    finish(out, options)


if __name__ == "__main__":
    main()
