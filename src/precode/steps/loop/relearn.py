"""Learn again and rank again, on a copy: what a review does in the background.

``python -m precode.steps.loop.relearn STUDY CODER`` reads the study, writes into its cache alone, and
never touches what people decided. It ends when its standard input closes, so that it does not
outlive the review that started it.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from precode.domain import HumanCodes, Sentence
from precode.errors import PrecodeError, TooLittleError
from precode.files.atomic import replacing_folder
from precode.files.offline import offline
from precode.model.bundle import Bundle
from precode.model.bundle_files import save
from precode.model.features import Embed
from precode.model.passages import Passage
from precode.model.predictions import Predictions
from precode.model.validate import cross_validate
from precode.steps.learnt.card import card
from precode.steps.learnt.embedding import embedding, embedding_of
from precode.steps.learnt.learning import borrowing, bundle_of, lesson
from precode.steps.learnt.starting import starter_of
from precode.steps.loop.auditing import reached
from precode.steps.loop.explaining import explained
from precode.steps.loop.pools import not_to_ask, of_colleagues
from precode.steps.loop.ranking import Ranked, ground, rank, with_suggestions
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.together.rounds import apart
from precode.study.folder import Folder
from precode.study.store import now

STOP_SET = 1000  # sentences on which successive models are compared
ABOUT = {
    "name": "loop",
    "trained_on": [],
    "notes": [],
    "validation": {"why_not": "it is the working model of a review; precode train validates"},
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the machine has learned, and the order that follows.

    ``model`` is the id of the bundle, "" without one, ``own`` whether it is the study's;
    ``last_event`` what it had read. ``items`` come most worth asking first; sentences of the audit
    sample stand among them, to note when they would have been asked. ``given`` are the codes of the
    machine for the audit sample's sentences and the stop set, by sentence id: what agreement and
    stopping are judged by. Of the ``pool`` unread sentences ranked among it ``gives`` each code to
    so many.
    """

    model: str
    own: bool
    made_at: str
    last_event: int
    items: tuple[Ranked, ...]
    given: Mapping[str, tuple[str, ...]]
    stop_set: tuple[str, ...]
    pool: int
    gives: Mapping[str, int]


def place(folder: Folder, coder: str, within: Collection[str] = ()) -> Path:
    """Where the ranking for ``coder`` lies. One of the transcripts ``within`` alone lies apart, in
    ``some``: taken up elsewhere it would ask for what nobody wanted, and no figure on the whole
    study (:func:`newest`) may rest on it.
    """
    told = "\n".join([coder, *sorted(within)])
    name = hashlib.sha256(told.encode("utf-8")).hexdigest()[:12]
    loop = folder.cache / "loop"
    return loop / "some" / name if within else loop / name


def relearn(
    path: Path, *, coder: str, within: Collection[str] = (), progress: Progress = silent
) -> Ranking:
    """Learn from all codes there are, rank what ``coder`` may be asked, and keep both in the cache.

    Without enough codes to learn from, the shipped starter model takes the place of the study's
    own, if it knows the study's codes; without that the order follows from the talk alone.
    """
    with open_study(path, verb="review", write=False) as study:
        rng = np.random.default_rng([study.settings.train.seed, study.store.last_event()])
        sentences = study.store.sentences()
        bundle, own = _learned(study, progress)
        audit = study.store.audit_sample()
        human = study.human_codes(sentences)
        taken = not_to_ask(study, human, coder=coder, own_only=bool(within))
        taken = (taken - set(audit)) | reached(study)
        on = ground(study, sentences, taken=taken, within=within, rng=rng)
        stop_set = _stop_set(sentences, study.settings.train.seed)
        with _embedding(study, bundle, progress) as embed:
            queue, found = rank(study, on, bundle, embed, coder=coder, apart=set(audit), rng=rng)
            ranked = with_suggestions(queue, found)
            given: dict[str, tuple[str, ...]] = {}
            if bundle is not None:
                with _embedding(study, bundle, silent, kept=False) as variants:
                    ranked = explained(
                        study, human, sentences, on.passages, bundle, embed, ranked,
                        own=own, hidden=_hidden(study, human, audit, coder), variants=variants,
                    )  # fmt: skip
                judged = [on.passages[i] for i in dict.fromkeys([*audit, *stop_set])]
                given = _given(study, judged, bundle, embed)
        out = Ranking(
            bundle.id if bundle else "",
            own,
            now(),
            study.store.last_event(),
            tuple(ranked),
            given,
            tuple(stop_set),
            *_gives(found, frozenset(audit)),
        )
        _keep(place(study.folder, coder, within), out)
        return out


def _learned(study: Study, progress: Progress) -> tuple[Bundle | None, bool]:
    """(A model, whether it is the study's own); None where there is none that knows the codes."""
    try:
        learned = lesson(study, progress=progress)
    except TooLittleError:
        return starter_of(study), False
    settings = study.settings.train
    out = cross_validate(
        learned.data,
        folds=settings.folds,
        seed=settings.seed,
        progress=lambda done, total: progress("learning", done, total),
    )
    learned, out = borrowing(study, learned, out)
    bundle = bundle_of(study, learned, out, about=ABOUT)
    folder = study.folder.cache / "loop" / "model"
    return replace(bundle, id=save(bundle, folder, card(bundle))), True


@contextmanager
def _embedding(
    study: Study, bundle: Bundle | None, progress: Progress, *, kept: bool = True
) -> Iterator[Embed]:
    cache, encoder = study.folder.cache if kept else None, study.settings.encoder
    with (
        embedding(encoder.model, encoder.precision, cache=cache, progress=progress)
        if bundle is None
        else embedding_of(bundle, cache=cache, progress=progress)
    ) as embed:
        yield embed


def _gives(found: Predictions | None, audit: frozenset[str]) -> tuple[int, dict[str, int]]:
    if found is None:
        return 0, {}
    apart = np.array([i not in audit for i in found.sentence_ids], dtype=bool)
    counts = found.decision[apart].sum(0)
    return int(apart.sum()), {c: int(n) for c, n in zip(found.codes, counts, strict=True)}


def _hidden(study: Study, human: HumanCodes, audit: Sequence[str], coder: str) -> frozenset[str]:
    """Sentences never quoted as evidence to ``coder``, who may have to code them unaided: those of
    the audit sample, what colleagues have decided and ``coder`` has not, what is coded apart.
    """
    rng = np.random.default_rng(0)  # their order does not matter here
    theirs = of_colleagues(study.store.events(), audit, coder=coder, rng=rng)
    own = {s for s, who in human.read if who == coder}
    return frozenset(audit).union((i for i in theirs if i not in own), apart(study, human))


def _stop_set(sentences: Sequence[Sentence], seed: int) -> list[str]:
    """Codable sentences drawn once: the same ones as long as no transcript comes or goes."""
    ids = sorted(s.id for s in sentences if s.codable)
    if len(ids) <= STOP_SET:
        return ids
    chosen = np.random.default_rng(seed).choice(len(ids), STOP_SET, replace=False)
    return [ids[i] for i in np.sort(chosen)]


def _given(
    study: Study, judged: Sequence[Passage], bundle: Bundle, embed: Embed
) -> dict[str, tuple[str, ...]]:
    """Sentence id → the codes that ``bundle`` gives it."""
    found = bundle.predict(judged, embed, accept=study.settings.predict.accept)
    codes = np.array(found.codes)
    return {
        i: tuple(codes[row].tolist())
        for i, row in zip(found.sentence_ids, found.decision, strict=True)
    }


def _keep(folder: Path, ranking: Ranking) -> None:
    content = asdict(ranking)
    with replacing_folder(folder) as temporary:
        (temporary / "ranking.json").write_text(json.dumps(content), encoding="utf-8")


def newest(folder: Folder) -> Ranking | None:
    """The ranking made last of the whole study, for whichever coder; None if there is none."""
    found = (kept(p.parent) for p in (folder.cache / "loop").glob("[!.]*/ranking.json"))
    return max((r for r in found if r is not None), key=lambda r: r.made_at, default=None)


def kept(folder: Path) -> Ranking | None:
    """The ranking in ``folder``; None if there is none that can be read: it is a cache."""
    try:
        found: dict[str, Any] = json.loads((folder / "ranking.json").read_text(encoding="utf-8"))
        return Ranking(
            str(found["model"]),
            found["own"] is True,
            str(found["made_at"]),
            int(found["last_event"]),
            tuple(Ranked.from_json(r) for r in found["items"]),
            {str(i): tuple(map(str, codes)) for i, codes in found["given"].items()},
            tuple(map(str, found["stop_set"])),
            int(found["pool"]),
            {str(code): int(n) for code, n in found["gives"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None


def main(arguments: Sequence[str]) -> int:
    """The process that a review starts; see the module's docstring. Returns the exit code."""
    offline()
    path, coder, *within = arguments
    threading.Thread(target=_end_with_the_review, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(19)  # the coder's keys come first
    try:
        relearn(Path(path), coder=coder, within=within)
    except PrecodeError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _end_with_the_review() -> None:
    sys.stdin.read()
    os._exit(1)  # at once: everything it writes is replaced whole or not at all


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
