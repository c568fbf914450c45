"""Planted errors: a few wrong suggestions, to learn how often wrong ones are accepted.

Only where the team has agreed to it. They stand on audit sentences that this coder has decided
without a suggestion, so that the right answer is known and nothing is learned or lost: decisions on
them code nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from precode.codebook import Codebook
from precode.domain import Polarity
from precode.review.values import Item, Suggested, Suggestion

MODEL = "planted"
WHY = "the model is unsure here"  # word for word what other sentences say
AFTER = 5  # items before the first one
APART = 4  # and at least between two
_WORD = re.compile(r"[^\W\d_]{5,}")
_USUAL = (0.45, 0.9)  # confidences, where the machine has suggested nothing yet


@dataclass(frozen=True, slots=True)
class Probe:
    """A planted error on ``sentence_id``, shown from the item ``slot`` of the session on."""

    sentence_id: str
    slot: int
    codes: tuple[Suggested, ...]


def plan(
    answers: Mapping[str, Mapping[str, Polarity]],
    audit: Sequence[str],
    *,
    codebook: Codebook,
    n: int,
    rng: np.random.Generator,
    usual: Sequence[float] = (),
) -> tuple[Probe, ...]:
    """Up to ``n`` probes on sentences of ``audit`` in ``answers`` (sentence id → this coder's codes
    with their polarity), those decided longest ago first. ``usual`` are confidences that the
    machine's true suggestions have: a planted one takes its own from among them.
    """
    known = [i for i in audit if i in answers][:n]
    slot, out = AFTER, []
    for sentence_id in known:
        out.append(Probe(sentence_id, slot, _wrong(answers[sentence_id], codebook, rng, usual)))
        slot += APART + int(rng.integers(0, APART))
    return tuple(out)


def _wrong(
    answer: Mapping[str, Polarity],
    codebook: Codebook,
    rng: np.random.Generator,
    usual: Sequence[float],
) -> tuple[Suggested, ...]:
    """A suggestion that differs from ``answer`` in its code: another one, or one where nothing
    applies; a sibling of the right code, where there is one, for that is how machines err.
    """
    others = [leaf for leaf in codebook.leaves if leaf.id not in answer]
    if not others:  # every code was given: then that nothing applies is wrong
        return ()
    parents = {codebook[code].parent for code in answer if code in codebook.leaf_ids}
    near = [leaf for leaf in others if leaf.parent and leaf.parent in parents] or others
    leaf = near[int(rng.integers(len(near)))]
    polarity = next(iter(answer.values()), Polarity.NONE)
    if leaf.polarity and polarity in (Polarity.NONE, Polarity.UNCLEAR):
        polarity = (Polarity.BARRIER, Polarity.FACILITATOR)[int(rng.integers(2))]
    given = polarity if leaf.polarity else Polarity.NONE
    sure = usual[int(rng.integers(len(usual)))] if usual else round(float(rng.uniform(*_USUAL)), 2)
    return (Suggested(leaf.id, given, sure),)


def planted(item: Item, probe: Probe) -> Item:
    """``item`` with the wrong suggestion; nothing on the screen tells it from others, which have a
    line of evidence as well.
    """
    told = _evidence(item.sentence.text, given=bool(probe.codes))
    return replace(
        item, why=WHY, suggestion=Suggestion(probe.codes, told, model=MODEL, planted=True)
    )


def _evidence(text: str, *, given: bool) -> str:
    """A line like those of true suggestions: the longest words of the sentence."""
    long = sorted({w.lower() for w in _WORD.findall(text)}, key=lambda w: (-len(w), w))[:2]
    said = ", ".join(f'"{w}"' for w in long) or "no single word"
    return f"{said} {'speak' if len(long) > 1 else 'speaks'} {'for' if given else 'against'} it"
