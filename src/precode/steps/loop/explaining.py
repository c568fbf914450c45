"""Why the machine suggests what it does, for the sentences a coder will see next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from precode.codings.targets import targets
from precode.domain import HumanCodes, Sentence
from precode.model.bundle import Bundle
from precode.model.evidence import Explainer, Explanation
from precode.model.evidence_line import ALIKE, one_line, phrases
from precode.model.features import Embed
from precode.model.nearest import Neighbour, coded_of
from precode.model.passages import Passage
from precode.steps.loop.ranking import Ranked
from precode.steps.opening import Study

OCCLUDED = 40  # items explained by leaving words out; those after them by the words' weights
CHANCE = (
    "In brackets: the chance that the code is right, as far as validation can tell. A code is "
    "suggested from a threshold of its own (for rare codes that is below one half), if enough speaks "
    "for any code at all."
)
UNSEEN = (
    "In brackets: the chance that the code is right, on the invented talk that the starter was "
    "validated on; on yours nobody has measured it yet."
)
STARTER = "by the starter model, which knows none of your codings"


def explained(
    study: Study,
    human: HumanCodes,
    sentences: Sequence[Sentence],
    passages: Mapping[str, Passage],
    bundle: Bundle,
    embed: Embed,
    ranked: Sequence[Ranked],
    *,
    own: bool,
    hidden: Collection[str],
    variants: Embed,
) -> list[Ranked]:
    """``ranked``, each with a line of evidence on its suggestion and more lines behind it.

    ``own``: the model is the study's, not the shipped starter. ``hidden`` sentences are never
    quoted: the coder may still have to code them unaided.
    """
    rows = targets(human, sentences, study.codebook)
    use = [
        i
        for i, s in enumerate(rows.sentence_ids)
        if s in passages and s not in hidden and rows.known[i]
    ]
    readers: dict[str, list[str]] = {}
    for sentence_id, coder in sorted(human.read):
        readers.setdefault(sentence_id, []).append(coder)
    ids = [rows.sentence_ids[i] for i in use]
    coded = coded_of(
        bundle.scaling,
        [passages[i] for i in ids],
        rows.y[use],
        [", ".join(readers[i]) for i in ids],
        embed,
    )
    names = {t.id: t.name for t in study.store.transcripts()}
    sources = {s.id: names[s.transcript_id] for s in sentences}
    explainer = Explainer(bundle, coded, embed, variants=variants)
    return [
        _explain(explainer, r, passages[r.sentence_id], study, sources, own, occlude=n < OCCLUDED)
        for n, r in enumerate(ranked)
    ]


def _explain(
    explainer: Explainer,
    ranked: Ranked,
    passage: Passage,
    study: Study,
    sources: Mapping[str, str],
    own: bool,
    *,
    occlude: bool,
) -> Ranked:
    if ranked.suggestion is None:
        return ranked
    codes = [c.code for c in ranked.suggestion.codes] or [ranked.nearest]
    found = [explainer.explain(passage, code, occlude=occlude) for code in codes if code]
    if not found:
        return ranked
    labels = {leaf.id: leaf.label for leaf in study.codebook.leaves}
    line = one_line(found[0], sources=sources) if own else STARTER
    if len(found) > 1 or not ranked.suggestion.codes:
        line = f"{labels[found[0].code]}: {line}"
    lines = [row for e in found for row in _lines(e, labels[e.code], sources)]
    return replace(
        ranked,
        suggestion=replace(ranked.suggestion, evidence=line),
        evidence=(*([] if own else [f"Suggested {STARTER}."]), *lines, CHANCE if own else UNSEEN),
    )


def _lines(found: Explanation, label: str, sources: Mapping[str, str]) -> list[str]:
    """All there is on one code, a line each."""
    given = "suggested" if found.given else "not suggested"
    if found.outvoted:
        given += ": in all too little speaks for any code"
    out = [
        f"{label} ({given}): {found.score - found.threshold:+.1f} log-odds from the threshold, "
        f"{found.context_share:.0%} of what moved it was said before the sentence"
    ]
    if word := found.parts.get("starter"):  # 0 for a code that it does not know
        out.append(f"  the starter model's word: {word:+.1f} log-odds")
    if reading := found.parts.get("reading"):
        out.append(f"  how its encoder reads the sentence in its talk: {reading:+.1f} log-odds")
    for way, against in (("for it", False), ("against it", True)):
        if said := phrases(found, against=against):
            out.append(f"  words {way}: " + ", ".join(f'"{p}"' for p in said))
    for how, near in (("coded so", found.for_), ("read and not coded so", found.against)):
        out += [_neighbour(how, n, sources) for n in near if n.similarity >= ALIKE]
    return out


def _neighbour(how: str, n: Neighbour, sources: Mapping[str, str]) -> str:
    where = "; ".join(x for x in (sources.get(n.sentence_id, ""), f"read by {n.coder}") if x)
    return f'  {how} ({where}; likeness {np.round(n.similarity, 2):.2f}): "{n.text}"'
