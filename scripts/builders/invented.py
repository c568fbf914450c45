"""The invented corpus of the starter model, as something to learn from."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

from precode.codebook import Codebook
from precode.domain import Polarity
from precode.model.encoder import load_encoder
from precode.model.features import LAYERS, measure, vocabulary
from precode.model.passages import Passage, passages_from_texts
from precode.model.training import Training, domains_of
from precode.resources import shipped

Row = dict[str, Any]

# the numbers of the writers with whom the talk begins that was added to a finished starter
ADDED = (45, 68)
LONG = 6  # words: fewer may be said twice by chance

FOLDER = shipped("models") / "comb-starter"
SHARES = {Polarity.BARRIER: (1, 0), Polarity.FACILITATOR: (0, 1), Polarity.BOTH: (1, 1)}
# how words of a behaviour begin → its family; behaviours under which the same words stand are one too
FAMILIES = {
    "smoking": ("smok", "vap", "cigarettes", "tobacco"),
    "drinks": ("coffee", "caffeine", "energy drinks"),
    "alcohol": ("alcohol", "drinking", "sober"),
    "activity": (
        "exercis",
        "physically active",
        "walking",
        "cycling to",
        "sofa",
        "physiotherapy",
        "gym",
        "sport\\b",
        "fit\\b",
    ),
    "eating": (
        "eating",
        "healthy diet",
        "sugary",
        "ready meals",
        "fruit",
        "salt",
        "weight",
        "healthy meals",
    ),
    "cannabis": ("cannabis", "marijuana"),
    "drugs": ("drug", "heroin", "cocaine", "methamphetamine"),
    "offending": ("reoffending", "probation", "gang\\b", "knife", "steal", "violent matches"),
    "spending": ("budget", "debts", "shopping"),
    "vaccines": ("vaccin", "booster"),
    "open research": (
        "data",
        "prereg",
        "code public",
        "materials public",
        "results openly",
        "preprint",
        "negative results",
        "replication",
        "version control",
        "open textbooks",
    ),
    "asthma": ("asthma", "inhaler"),
    "HIV": ("HIV", "antiretroviral"),
    "blood pressure": ("blood pressure",),
    "cholesterol": ("statin", "cholesterol"),
    "insulin": ("insulin", "blood sugar", "diabetes"),
    "depression": ("depress", "antidepress", "low mood"),
    "memory": ("memory",),
    "gambling": ("gambling", "betting"),
    "screens": ("screen time", "social media", "phone", "gaming"),
    "interpreters": ("interpreter",),
    "antenatal care": ("antenatal", "giving birth"),
    "breastfeeding": ("breastfe",),
    "teeth": ("teeth", "dentist", "floss", "retainer"),
    "organs": ("organ",),
    "blood": ("donating blood", "giving blood"),
    "cancer screening": ("bowel cancer", "cancer screening", "colonoscopy"),
    "hands": ("hands before",),
    "opioids": ("opioid", "painkillers"),
    "antibiotics": ("antibiotics", "antibiotic guideline"),
    "sun": ("sunscreen",),
    "noise": ("hearing protection", "ear protection"),
    "waste": ("recycl", "compost"),
    "driving": ("driving", "public transport"),
    "coproduction": (
        "coproduc",
        "research partners",
        "involving patients",
        "sharing decisions",
        "on behalf",
    ),
    # of talk that was added: what is called otherwise before
    "practising safer sex": ("practising safe sex",),
    "controlling anger without shouting": (
        "controlling anger$",
        "staying out of fights",
    ),
    "taking antipsychotic medication as prescribed": ("taking antipsychotic medication$",),
    "taking contraceptive pills every day": ("using contraception",),
    "going for cervical screening": ("attending cervical screening",),
    "going for mammography": ("attending breast screening",),
    "attending cardiac rehabilitation": ("going to cardiac rehabilitation",),
    "using a hearing aid": ("wearing hearing aids",),
    "wearing a CPAP mask at night": ("using a CPAP machine",),
    "attending NHS health checks": ("taking part in health checks",),
    "leaving a violent partner's house": (
        "leaving a violent partner$",
        "after a separation",
    ),
    "stopping benzodiazepine sleeping tablets": ("sleeping without tablets",),
    "wearing protective masks and gowns correctly": ("wearing protective masks$",),
    "following the new sepsis guideline": ("following the sepsis protocol",),
    "reporting medication errors": ("reporting errors",),
    "taking tuberculosis tablets every day": ("taking tuberculosis tablets$",),
    "studying regularly": ("doing homework", "self-confidence for an exam"),
    "speaking up in meetings despite anxiety": ("managing anxiety",),
    "stopping skin picking": ("self-harm",),
    "going to school regularly": (
        "going to class",
        "getting on with teachers",
    ),
    "using compression stockings": ("wearing compression stockings",),
    "joining a clinical trial": ("taking part in a research study",),
    "seeing a doctor about symptoms": ("going to a GP early",),
    "attending therapy appointments": ("attending mental health therapy",),
    "using an electronic prescribing system": ("using the electronic prescribing",),
    "returning to work after stroke": ("going back to work",),
    "offering end-of-life conversations in care homes": ("talking about dying",),
    "seeking respite care": ("referring carers",),
    "using online banking and health portals": ("using an online symptom checker",),
}


def corpus() -> list[Row]:
    """The invented excerpts, each with both coders' codes."""
    with (FOLDER / "corpus.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def additions(rows: list[Row]) -> npt.NDArray[np.intp]:
    """``(n,)``: with which addition to the corpus (:data:`ADDED`) a row came, from 1; 0: it was there."""
    writer = [r["id"].split("-")[0] for r in rows]
    number = [int(w[1:]) if w[0] == "c" else 0 for w in writer]
    return np.searchsorted(ADDED, number, side="right")


def families(rows: list[Row]) -> npt.NDArray[np.str_]:
    """``(n,)`` the family of each row's target behaviour."""
    known: dict[str, str] = {}
    for behaviour in sorted({r["behaviour"] for r in rows}):
        known[behaviour] = next(
            (
                name
                for name, words in FAMILIES.items()
                if any(re.search(rf"\b{word}", behaviour) for word in words)
            ),
            behaviour,
        )
    first: dict[str, str] = {}
    for row in rows:
        # the same excerpt under two behaviours; in conversations the same few words mean nothing
        if "conversation" in row or len(row["text"].split()) < LONG:
            continue
        one = known[first.setdefault(row["text"], row["behaviour"])]
        other = known[row["behaviour"]]
        if one != other:
            known = {b: one if f == other else f for b, f in known.items()}
    return np.array([known[r["behaviour"]] for r in rows])


def targets(rows: list[Row], codes: tuple[str, ...]) -> tuple[Any, Any]:
    """``y (n, k)``: share of the two coders; ``polarity (n, k, 2)``, NaN where none is definite."""
    y = np.zeros((len(rows), len(codes)))
    polarity = np.full((len(rows), len(codes), 2), np.nan)
    for i, row in enumerate(rows):
        for j, code in enumerate(codes):
            given = [Polarity(c[code]) for c in (row["first"], row["second"]) if code in c]
            y[i, j] = len(given) / 2
            definite = [SHARES[p] for p in given if p in SHARES]
            if definite:
                polarity[i, j] = np.mean(definite, axis=0)
    return y, polarity


def passages_of(rows: list[Row]) -> list[Passage]:
    """The excerpts in their talk."""
    return passages_from_texts(
        [r["text"] for r in rows],
        [r["before"] for r in rows],
        [r["behaviour"] for r in rows],
        [r["id"] for r in rows],
        [r.get("who", "") for r in rows],
    )


def training(
    rows: list[Row], book: Codebook, *, model: str = "minilm"
) -> tuple[Training, list[Passage], tuple[str, ...]]:
    """The corpus with features by the encoder ``model``; only conversations are judged by."""
    y, polarity = targets(rows, book.leaf_ids)
    todo = passages_of(rows)
    encoder = load_encoder(model, LAYERS, cache=user_cache_path("precode", appauthor=False))
    terms = vocabulary([p.text for p in todo])
    raw = measure(todo, terms, encoder.encode)
    whole = np.array(["conversation" in r for r in rows])
    data = Training(raw, y, polarity, families(rows), whole, "many", domains=domains_of(book))
    return data, todo, terms
