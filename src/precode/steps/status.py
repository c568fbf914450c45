"""``status``: where the study stands, and what the sensible next step is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from precode.codings.history import flags
from precode.domain import HumanCodes, Sentence
from precode.steps.adjudicate import count_open
from precode.steps.learnt.learning import enough_to_learn
from precode.steps.learnt.shipped import starter_for
from precode.steps.loop.judging import Judgement, judge
from precode.steps.loop.settling import moves
from precode.steps.models import names
from precode.steps.opening import Study, open_study
from precode.steps.packets.record import outstanding
from precode.steps.predict import latest_run
from precode.steps.together.rounds import shown, states, summary
from precode.steps.uncounted import uncounted
from precode.study.runs import runs


@dataclass(frozen=True, slots=True)
class Coder:
    """What one coder has done. ``read`` counts sentences, ``apart`` those of them whose codes nobody
    sees yet; ``codes`` sentences given each code.
    """

    name: str
    read: int
    apart: int
    coded: int
    assisted: int
    codes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Status:
    """A study in numbers; ``next`` is the command that makes sense now. ``moves``: code → kappa
    between the last two models that a review learned.
    """

    folder: str
    title: str
    behaviour: str
    codebook: str
    sources: Mapping[str, int]
    participants: int
    sentences: int
    codable: int
    read: int
    double_read: int
    coders: tuple[Coder, ...]
    labels: Mapping[str, str]
    unplaced: int
    flagged: int
    models: tuple[str, ...]
    run: str
    verdicts: Mapping[str, int]
    stale: bool
    judgement: Judgement | None
    moves: Mapping[str, float]
    outstanding: Mapping[str, int]
    set_aside: int
    disagreements: int
    rounds: Mapping[str, str]
    next: str


def status(path: Path) -> Status:
    """The state of the study at ``path``. Reads only."""
    with open_study(path, verb="status", write=False) as study:
        transcripts = study.store.transcripts()
        sentences = study.store.sentences()
        human = study.human_codes(sentences)
        events = study.store.events()
        readers = Counter(s for s, _ in human.read)
        coded: dict[str, set[str]] = {}
        counts: dict[str, Counter[str]] = {}
        going = states(study, human)
        seen = shown(study, human)
        for c in seen.codings:
            coded.setdefault(c.coder, set()).add(c.sentence_id)
            counts.setdefault(c.coder, Counter())[c.code] += 1
        coders = tuple(
            Coder(
                name,
                sum(c == name for _, c in human.read),
                sum(c == name for _, c in human.read - seen.read),
                len(coded.get(name, ())),
                sum(c == name for _, c in human.assisted),
                counts.get(name, Counter()),
            )
            for name in sorted({c for _, c in human.read})
        )
        models = tuple(names(study))
        found = latest_run(study) if runs(study.folder.runs) else None
        made_at = str(found[0].about["made_at"]) if found else ""
        newer = sum(e.at > made_at for e in events) if found else 0
        return Status(
            str(path),
            study.settings.study.title,
            study.settings.study.behaviour,
            f"{study.codebook.name} {study.codebook.version}",
            Counter(t.kind.value for t in transcripts),
            len(study.store.participants()),
            len(sentences),
            sum(s.codable for s in sentences),
            len(readers),
            sum(n > 1 for n in readers.values()),
            coders,
            {leaf.id: leaf.label for leaf in study.codebook.leaves},
            len(study.store.unplaced()),
            len(flags(events)),
            models,
            found[0].id if found else "",
            Counter(v.value for v in found[1].verdict) if found else {},
            newer > 0,
            judge(study, sentences, human, events),
            moves(study),
            {who: len(ids) for who, ids in outstanding(study.store).items() if ids},
            len(study.store.aside()),
            count_open(study, sentences, human, events),
            summary(going),
            _next(study, sentences, human, bool(models), bool(found), newer),
        )


def _next(
    study: Study,
    sentences: tuple[Sentence, ...],
    human: HumanCodes,
    models: bool,
    run: bool,
    newer: int,
) -> str:
    if not sentences:
        return "precode add FILES"
    if not human.read and (idle := uncounted(study, sentences, study.store.events())):
        return f"{idle.command}: {idle.what}"
    if not human.read:
        first = "precode codes CODINGS.csv, or precode review --coder YOU"
        starter = "" if run else starter_for(study.codebook, study.settings.train.starter)
        look = f"; for a first look, precode predict --model {starter}"
        return first + look * bool(starter)
    if not models:
        if enough_to_learn(study, sentences, human):
            return "precode train"
        return "precode review --coder YOU: too little is coded yet to learn from"
    if not run:
        return "precode predict"
    if newer >= 20:
        return "precode train, then precode predict: there are new decisions to learn from"
    return "precode review --coder YOU, or precode report"
