"""AnnoMI as a study: real counselling talk through add, codes and train, beside plain baselines.

    python scripts/benchmarks/annomi.py --json annomi.json

Reads ``../shared/data/annomi``: 133 dialogues, client talk coded change, neutral or sustain; the
label of a row is the majority's. The unit is the client's turn, as in the published work. Nothing
here was used to choose precode's settings but what ``train`` chooses itself, inside its folds.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from _bench import Figure, arguments, finish
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from precode.agreement.estimate import Estimate
from precode.agreement.pairs import human_agreement
from precode.cli.console import Progress
from precode.files.tables import write_csv
from precode.model.bundle_files import load
from precode.model.thresholds import macro_f1
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.init import init
from precode.steps.opening import open_study
from precode.steps.train import train

DATA = Path(__file__).parents[3] / "shared" / "data" / "annomi" / "AnnoMI-full.csv"
CLASSES = ("change", "neutral", "sustain")
BAR = 0.538  # MODELLING.md: frozen encoder, layer 4 with TF-IDF, balanced logistic regression
BOOK = """
name = "Client talk"
version = "1"
choice = "one"
note = "Talk about changing a behaviour, as motivational interviewing codes it."
""" + "".join(
    f'[[code]]\nid = "{c}"\nlabel = "{c.title()}"\ndefinition = "{d}"\npolarity = false\n'
    for c, d in zip(
        CLASSES,
        (
            "Talk towards changing.",
            "Talk that leans to neither side.",
            "Talk for staying the same.",
        ),
        strict=True,
    )
)
ANNOTATORS = 10
PUBLISHED = "published machines .55 to .66 (the last with ten utterances of context)"


def utterances() -> dict[int, list[dict[str, Any]]]:
    """Transcript → its utterances in order: who, text, and each annotator's label."""
    found: dict[tuple[int, int], dict[str, Any]] = {}
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (int(row["transcript_id"]), int(row["utterance_id"]))
            u = found.setdefault(
                key, {"who": row["interlocutor"], "text": row["utterance_text"], "labels": {}}
            )
            if row["client_talk_type"] != "n/a":
                u["labels"][row["annotator_id"]] = row["client_talk_type"]
    out: dict[int, list[dict[str, Any]]] = {}
    for (transcript, _), u in sorted(found.items()):
        out.setdefault(transcript, []).append(u)
    return out


def majority(labels: dict[str, str]) -> str:
    """The label most annotators gave; of equals the one met first."""
    return Counter(labels.values()).most_common(1)[0][0]


def study(folder: Path, talk: dict[int, list[dict[str, Any]]]) -> Path:
    """The data set as files, read into a study as a team would read them."""
    path = folder / "study"
    book = folder / "client-talk.toml"
    book.write_text(BOOK, encoding="utf-8")
    init(path, behaviour="changing the behaviour talked about", codebook=str(book), title="AnnoMI")
    settings = (path / "precode.toml").read_text(encoding="utf-8")
    unit = settings.replace('unit = "sentence"', 'unit = "turn"')
    assert unit != settings
    (path / "precode.toml").write_text(unit, encoding="utf-8")
    sources = folder / "transcripts"
    sources.mkdir()
    for transcript, spoken in talk.items():
        rows = [(u["who"], u["text"]) for u in spoken]
        write_csv(sources / f"annomi-{transcript:03}.csv", ("speaker", "text"), rows)
    add(path, [sources], interviewers=["therapist"])
    return path


def coded(path: Path, talk: dict[int, list[dict[str, Any]]], *, people: bool) -> int:
    """The labels as coded tables in the order of the talk: the majority's, or with ``people`` each
    annotator's own. Returns how many rows found no place (texts repeat: "Mm-hmm.").
    """
    tables: dict[str, list[tuple[str, str, str, str]]] = {}
    for transcript, spoken in talk.items():
        for u in spoken:
            if u["who"] != "client":
                continue
            labels = u["labels"] if people else {"majority": majority(u["labels"])}
            for who, label in labels.items():
                row = (f"annomi-{transcript:03}", u["text"], label, who)
                tables.setdefault(who, []).append(row)
    files = []
    for who, rows in tables.items():
        files.append(path.parent / f"codings-{who}.csv")
        write_csv(files[-1], ("source", "excerpt", "code", "coder"), rows)
    return len(import_codes(path, files).unplaced)


def baselines(path: Path, folds: dict[str, int]) -> dict[str, float]:
    """Mean macro-F1 over the very folds of ``train``: most frequent class; words 1–2 with TF-IDF
    and balanced logistic regression (C = 10).
    """
    with open_study(path, verb="benchmark", write=False) as opened:
        sentences = {s.id: s for s in opened.store.sentences()}
        names = {t.id: t.name for t in opened.store.transcripts()}
        human = opened.human_codes(tuple(sentences.values()))
    texts = [sentences[c.sentence_id].text for c in human.codings]
    y = np.array([CLASSES.index(c.code) for c in human.codings])
    fold = np.array([folds[names[sentences[c.sentence_id].transcript_id]] for c in human.codings])
    out: dict[str, list[float]] = {"majority class": [], "TF-IDF + logistic regression": []}
    for f in sorted(set(fold.tolist())):
        train_rows, held = np.flatnonzero(fold != f), np.flatnonzero(fold == f)
        words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
        x = words.fit_transform([texts[i] for i in train_rows])
        head = LogisticRegression(C=10, class_weight="balanced", max_iter=2000)
        given = head.fit(x, y[train_rows]).predict(words.transform([texts[i] for i in held]))
        common = np.full(len(held), np.bincount(y[train_rows]).argmax())
        for name, guess in zip(out, (common, given), strict=True):
            columns = np.arange(len(CLASSES))
            out[name].append(macro_f1(y[held][:, None] == columns, guess[:, None] == columns))
    return {name: float(np.mean(scores)) for name, scores in out.items()}


def main() -> None:
    options = arguments(__doc__)
    if not DATA.exists():
        raise SystemExit(f"no data at {DATA}: this benchmark needs it")
    talk = utterances()
    many = {t: u for t, u in talk.items() if any(len(x["labels"]) == ANNOTATORS for x in u)}
    if options.quick:  # a third of the dialogues, every class among them
        talk = {t: u for t, u in talk.items() if t % 3 == 0}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "machine").mkdir()
        path = study(root / "machine", talk)
        left = coded(path, talk, people=False)
        done = train(path, progress=Progress())
        bundle = load(Path(done.folder))
        folds = {t["transcript"]: t["fold"] for t in bundle.about["trained_on"]}
        plain = baselines(path, folds)
        (root / "people").mkdir()
        people = study(root / "people", many)
        coded(people, many, people=True)
        with open_study(people, verb="benchmark", write=False) as opened:
            sentences = opened.store.sentences()
            human = human_agreement(
                opened.human_codes(sentences), sentences, opened.codebook,
                rng=np.random.default_rng(1), draws=1000, floor=10,
            ).macro_f1  # fmt: skip
    validation: dict[str, Any] = done.validation
    point, low, high = validation["macro_f1"]
    by_fold = validation["macro_f1_by_fold"]
    ours = float(np.mean(by_fold))
    spread = float(np.std(by_fold, ddof=1))
    assert isinstance(human, Estimate)
    bar = 0.40 if options.quick else BAR  # a third of the data: that it learns, not how well
    finish(
        [
            Figure("client turns, transcripts", f"{done.sentences}, {done.transcripts}"),
            Figure("rows of the coded table without a place", f"{left}", "≤ 60", left <= 60),
            Figure("majority class, macro-F1", f"{plain['majority class']:.3f}"),
            Figure("TF-IDF + logistic regression", f"{plain['TF-IDF + logistic regression']:.3f}"),
            Figure(
                "precode, mean of 5 folds (SD)",
                f"{ours:.3f} ({spread:.3f})",
                f"≥ {bar:.3f}",
                ours >= bar,
            ),
            Figure("precode, pooled, 95 % interval", f"{point:.3f} ({low:.3f} to {high:.3f})"),
            Figure("two people, mean of pairs", str(human)),
            Figure("for comparison", PUBLISHED),
        ],
        options,
    )


if __name__ == "__main__":
    main()
