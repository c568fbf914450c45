"""What the audit sample says of a study: how common each code is, how well the machine does, what is
probably still unread, and whether to go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from precode.agreement.estimate import Figure
from precode.agreement.pairs import human_agreement
from precode.audit import stopping
from precode.audit.design import FEWEST, Interval
from precode.audit.estimates import Agreement, agreement, prevalence
from precode.audit.planner import more_answers
from precode.audit.stopping import Advice
from precode.audit.unread import missed, tally, unread
from precode.codings.consensus import independent, settled
from precode.codings.history import fold
from precode.domain import Event, HumanCodes, Sentence
from precode.steps.loop.answers import asked_of
from precode.steps.loop.machine import machine_of
from precode.steps.loop.settling import VERB, decisions
from precode.steps.opening import Study
from precode.steps.together.rounds import apart
from precode.study.store import AuditRow

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CodeJudged:
    """One code: ``passages`` of the audit sample that have it; ``human`` is the kappa between
    people on the sample. Without a machine its figures are not estimable.
    """

    code: str
    label: str
    passages: int
    prevalence: Interval
    kappa: Interval
    f1: Interval
    human: Figure
    unread: Interval
    missed: Interval


@dataclass(frozen=True, slots=True)
class Judgement:
    """The audit sample: ``drawn`` sentences of ``frame``, ``answered`` by somebody; of the others
    some ``skipped``, and some answered ``early``, before the sample's own order has come to them:
    these do not count yet. ``machine`` names what is judged, "" if nothing is. ``rules`` are what
    each rule for stopping says now, by its name.
    """

    frame: int
    drawn: int
    answered: int
    skipped: int
    early: int
    machine: str
    codes: tuple[CodeJudged, ...]
    macro_f1: Interval
    advice: Advice
    rules: Mapping[str, Advice]


def judge(
    study: Study, sentences: Sequence[Sentence], human: HumanCodes, events: Sequence[Event]
) -> Judgement | None:
    """What stands now; None before the audit sample was drawn."""
    rows = study.store.audit()
    if not rows:
        return None
    leaves, settings = study.codebook.leaves, study.settings
    # What was said of the sample before a suggestion was seen stays its answer: the revision of a
    # passage that takes in one of its sentences would else remove that answer for good.
    unaided = [e for e in events if not e.assisted]
    blind = fold(unaided, sentences, overlap=settings.codings.overlap)
    asked = asked_of(study, rows, sentences, blind, events)
    design, truth = asked.design, asked.truth
    machine = machine_of(study, {s for s, _ in human.read})
    given = decisions(
        machine.given if machine else {},
        [r.sentence_id for r in asked.rows],
        study.codebook.leaf_ids,
    )
    rng = np.random.default_rng(settings.train.seed)
    judged = agreement(design, truth, given, rng=rng) if machine else None
    found, left = _found(study, rows, settled(human))
    gives = machine.gives if machine else np.zeros(len(leaves))
    not_given = np.round(left * (1 - gives)).astype(np.int64)
    still = unread(design, truth, found=found, left=left, reached=asked.reached)
    lost = missed(design, truth, given, left_not_given=not_given, reached=asked.reached)
    alone = fold(
        [e for e in independent(events) if not e.assisted],
        sentences, overlap=settings.codings.overlap,
    )  # fmt: skip
    people = human_agreement(
        _on(alone, asked.drawn - apart(study, human)), sentences, study.codebook,
        rng=rng, draws=settings.train.bootstrap, floor=settings.train.floor,
    )  # fmt: skip
    unknown = Interval.unknown(len(truth), "there is no model yet")
    common = prevalence(design, truth)
    codes = tuple(
        CodeJudged(
            leaf.id,
            leaf.label,
            int(truth[:, j].sum()),
            common[j],
            judged.kappa[j] if judged else unknown,
            judged.f1[j] if judged else unknown,
            people.codes[leaf.id].kappa,
            still[j],
            lost[j] if machine else unknown,
        )
        for j, leaf in enumerate(leaves)
    )
    why_not = design.why or ("" if machine else "there is no model yet")
    readers = {s for s, _ in human.read}
    if all(s.id in readers for s in sentences if s.codable):
        words = "every sentence has been read: there is nothing left to find"
        recall = Advice(True, 1.0, settings.audit.recall, words)
    elif why_not and len(truth) == len(asked.drawn) < FEWEST:
        words = f"a sample of {len(truth)} cannot speak for so small a study: read it to its end"
        recall = Advice(False, None, settings.audit.recall, words)
    elif why_not:
        recall = Advice(False, None, settings.audit.recall, why_not)
    else:
        tallies = tally(
            design, truth, given, found=found, left_not_given=not_given, reached=asked.reached
        )
        recall = stopping.lewis_yang_frieder_2021(
            {leaf.label: t for leaf, t in zip(leaves, tallies, strict=True)},
            answered=len(truth),
            drawn=len(asked.drawn),
            target=settings.audit.recall,
            confidence=settings.audit.confidence,
        )
    rules = {"lewis_yang_frieder_2021": recall, **_stability(study)}
    advice = stopping.advise(
        recall,
        settled=rules["bloodgood_vijay_shanker_2009"],
        unread={c.label: c.unread for c in codes},
        halving=_halving(judged, study, len(truth), len(asked.drawn), len(rows)),
    )
    return Judgement(
        len(rows),
        len(asked.drawn),
        len(truth),
        asked.skipped,
        asked.early,
        machine.name if machine else "",
        codes,
        judged.macro_f1 if judged else unknown,
        advice,
        rules,
    )


def log_advice(study: Study) -> None:
    """Keep in the study's log what was advised, and what each rule for stopping said."""
    sentences = study.store.sentences()
    now = judge(study, sentences, study.human_codes(sentences), study.store.events())
    if now is not None:
        study.store.log(
            "advice",
            advice=asdict(now.advice),
            rules={name: asdict(rule) for name, rule in now.rules.items()},
            answered=now.answered,
            drawn=now.drawn,
            machine=now.machine,
        )


def _found(study: Study, rows: Sequence[AuditRow], human: HumanCodes) -> tuple[Ints, int]:
    """(k,) passages that people found in the frame outside the sample, and how many sentences of it
    outside the sample nobody has read.
    """
    outside = {r.sentence_id for r in rows if r.position is None}
    read = {s for s, _ in human.read if s in outside}
    given: dict[tuple[str, str], set[str]] = {}
    for c in human.codings:
        if c.sentence_id in outside:
            given.setdefault((c.sentence_id, c.code), set()).add(c.coder)
    readers = Counter(s for s, _ in human.read if s in outside)
    found = np.zeros(len(study.codebook.leaves), dtype=np.int64)
    column = {code: j for j, code in enumerate(study.codebook.leaf_ids)}
    for (sentence_id, code), coders in given.items():
        if code in column and len(coders) >= 0.5 * readers[sentence_id]:
            found[column[code]] += 1
    return found, len(outside) - len(read)


def _on(human: HumanCodes, ids: frozenset[str]) -> HumanCodes:
    return HumanCodes(
        tuple(c for c in human.codings if c.sentence_id in ids),
        frozenset(r for r in human.read if r[0] in ids),
        frozenset(r for r in human.assisted if r[0] in ids),
    )


def _stability(study: Study) -> dict[str, Advice]:
    """What the rules on the movement of predictions say of the models logged so far."""
    kappas: list[float] = []
    changes: list[float] = []
    for entry in study.store.logged():
        detail = entry["detail"]
        if entry["verb"] == VERB and isinstance(detail, dict) and "kappa" in detail:
            kappas.append(float(detail["kappa"]))
            changes.append(float(detail["changed"]))
    return {
        "bloodgood_vijay_shanker_2009": stopping.bloodgood_vijay_shanker_2009(kappas),
        "zhu_wang_hovy_2008": stopping.zhu_wang_hovy_2008(changes),
    }


def _halving(
    judged: Agreement | None, study: Study, answered: int, drawn: int, frame: int
) -> dict[str, int]:
    """The code with the widest interval of kappa, with the reviews that would halve it: only every
    so manieth is an audit answer. Where the sample still holds so many answers.
    """
    if judged is None or not answered:
        return {}
    wide = {
        leaf.label: i.high - i.low
        for leaf, i in zip(study.codebook.leaves, judged.kappa, strict=True)
        if i.low is not None and i.high is not None
    }
    more = more_answers(answered, frame)
    if not wide or more > drawn - answered:
        return {}
    return {max(wide, key=lambda name: wide[name]): more * study.settings.audit.every}
