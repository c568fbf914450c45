"""The starter model: on real talk that it never saw, on behaviours that it never saw, and what it is
worth to a team that codes.

    python scripts/benchmarks/starter.py --json starter.json
    python scripts/benchmarks/starter.py --only talk --starter comb-starter-mpnet

Real talk ("talk"): ../shared/data/comb-talk, 360 sentences of public dialogues, coded blind by two AI
coders (not human gold); scored where both gave the same sub-domains. Physical capability is too rare
there to score. It is small: look at it seldom, and choose by validation elsewhere, on the invented
corpus and on other real talk ("dialogues": 480 sentences of AnnoMI, coded likewise for this project;
half of the dialogues' mistakes have been read).

Behaviours: conversations of the invented corpus, families of behaviours left out whole; does it
still get better with more behaviours; and how a team's own model does with the starter as prior and
without, on studies made of a family's conversations (by a starter that knows nothing of it).

With --starter, real talk is coded by the one that reads with a larger encoder, if that is here:
precode models fetch comb-starter-mpnet --from FOLDER.
"""

from __future__ import annotations

import numpy as np
from _bench import Figure, arguments, finish
from _starter_talk import comb_talk, dialogues, figures, pre_coded
from _starter_unseen import (
    LABELS,
    SHARES,
    Corpus,
    alone_on,
    curve,
    held_out,
    scored,
    studies,
    worth,
)

from precode.model.bundle_files import load
from precode.resources import starters

FEW = 100  # labels
BARS = {
    "comb-starter": {"top": 0.65, "polarity": 0.80, "nothing": 0.60},
    "comb-starter-mpnet": {"top": 0.70, "polarity": 0.85, "nothing": 0.60},
}


def main() -> None:
    options = arguments(__doc__, only=("talk", "dialogues", "unseen", "worth"), starter=tuple(BARS))
    parts = options.only or ["talk", "dialogues", "unseen", "worth"]
    rows = []
    if "talk" in parts:
        talk = comb_talk()
        said = pre_coded(options.starter, talk)
        rows += figures(talk, said, "real talk", BARS[options.starter])
    if "dialogues" in parts:
        talk = dialogues()
        said = pre_coded(options.starter, talk)
        rows += figures(talk, said, "other real talk")
        unread = [i for i, t in enumerate(talk) if not t["read"]]
        rows += figures(
            [talk[i] for i in unread], [said[i] for i in unread], "the dialogues not read"
        )
    if {"unseen", "worth"} & set(parts):
        c = held_out(quick=options.quick)
        rows += unseen(c, quick=options.quick) if "unseen" in parts else []
        rows += labels_saved(c, quick=options.quick) if "worth" in parts else []
    finish(rows, options)


def unseen(c: Corpus, *, quick: bool) -> list[Figure]:
    """By code, and by how many behaviours were learned from."""
    out = [Figure(f"unseen behaviours, {n}", f"{v:.3f}") for n, v in scored(c).items()]
    told = load(starters()["comb-starter"]).about.get("validation")
    for name, value in told.items() if isinstance(told, dict) else ():
        if name.startswith("conversations") and ("macro" in name or "nothing" in name):
            out.append(Figure(f"as shipped (recorded when made), {name}", str(value)))
    found = curve(c, seeds=1 if quick else 5)
    for share, values in found.items():
        out.append(Figure(f"learning curve, {share:.0%} of the behaviours", f"{values.mean():.3f}"))
    last, before = found[SHARES[-1]], found[SHARES[-2]]
    gain = f"{(last - before).mean():+.3f}"
    out.append(Figure("what the last doubling of behaviours brought", gain))
    return out


def labels_saved(c: Corpus, *, quick: bool) -> list[Figure]:
    """Curves with the starter as prior and without."""
    every = list(studies(c))[: 1 if quick else None]
    seeds = range(1 if quick else 4)
    sizes = LABELS[1:3] if quick else LABELS
    none = np.mean([alone_on(s, given, seed=i) for _, s, given in every for i in seeds])
    out = [Figure("studies", ", ".join(f for f, _, _ in every))]
    out.append(Figure("the starter alone, macro-F1", f"{none:.3f}"))
    better = []
    for n in sizes:
        found = [worth(s, labels=n, seed=i) for _, s, _ in every for i in seeds]
        with_, without = (np.array([f[w][0] for f in found]) for w in ("with", "without"))
        weight = np.mean([f["with"][1] for f in found])
        half = 1.96 * (with_ - without).std(ddof=1) / np.sqrt(len(found)) if len(found) > 1 else 0
        better.append((n, float((with_ - without).mean()), float(with_.mean())))
        value = f"{with_.mean():.3f} with, {without.mean():.3f} without; "
        value += f"{(with_ - without).mean():+.3f} ± {half:.3f}, weight {weight:.2f}"
        out.append(Figure(f"a team's model of {n} labels", value))
    few = [gain for n, gain, _ in better if n <= FEW]
    least = min(gain for _, gain, _ in better)
    out.append(
        Figure("gain with few labels", f"{np.mean(few):+.3f}", "> 0", bool(np.mean(few) > 0))
    )
    out.append(Figure("least gain", f"{least:+.3f}", "≥ -0.01", bool(least >= -0.01)))
    return out


if __name__ == "__main__":
    main()
