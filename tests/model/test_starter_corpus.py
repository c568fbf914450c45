"""The invented corpus holds what the starter's card says of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from precode.codebook import read_codebook
from precode.domain import Polarity
from precode.resources import codebooks, shipped

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    text = (shipped("models") / "comb-starter" / "corpus.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_it_is_as_large_and_as_wide_as_its_card_says(rows: list[Row]) -> None:
    """Excerpts, behaviours, conversations; every id once."""
    assert len(rows) == 38728 == len({r["id"] for r in rows})
    assert len({r["behaviour"] for r in rows}) == 430
    assert len({r["conversation"] for r in rows if "conversation" in r}) == 920
    card = (shipped("models") / "comb-starter" / "README.md").read_text(encoding="utf-8")
    assert "38,728" in card
    assert "invented" in card
    assert "Not a substitute for your own coding" in card


def test_both_coders_gave_codes_of_the_codebook(rows: list[Row]) -> None:
    """Twice coded, nothing but the six, nothing but the four polarities."""
    codes = set(read_codebook(codebooks()["comb"]).leaf_ids)
    for row in rows:
        for given in (row["first"], row["second"]):
            assert set(given) <= codes
            assert {Polarity(p) for p in given.values()} <= set(Polarity)


def test_every_code_has_both_polarities_many_times(rows: list[Row]) -> None:
    """Also sentences of two codes, and codes that work both ways or no way that is told."""
    cells = Counter(pair for r in rows for pair in r["first"].items())
    for code in read_codebook(codebooks()["comb"]).leaf_ids:
        assert min(cells[code, "barrier"], cells[code, "facilitator"]) >= 490
    assert sum(n for (_, p), n in cells.items() if p in ("both", "unclear")) >= 380
    assert sum(len(r["first"]) > 1 for r in rows) >= 900


def test_a_third_or_more_carries_nothing_and_length_does_not_tell_which(rows: list[Row]) -> None:
    """A cut by the number of words finds "nothing applies" hardly better than no cut."""
    nothing = np.array([not r["first"] for r in rows])
    words = np.array([len(r["text"].split()) for r in rows])
    assert 1 / 3 <= nothing.mean() <= 0.5
    single = np.array(["conversation" not in r for r in rows])
    for part, most in ((single, 0.58), (~single, 0.71)):  # a bare "No." carries nothing, as it does
        order = np.argsort(words[part])
        ranks = np.empty(len(order))
        ranks[order] = np.arange(len(order))
        n, m = nothing[part].sum(), (~nothing[part]).sum()
        area = (ranks[~nothing[part]].sum() - m * (m - 1) / 2) / (n * m)
        assert area <= most


def test_few_excerpts_are_alike(rows: list[Row]) -> None:
    """No two excerpts of one behaviour share most of their runs of five words: no templates."""
    seen: dict[tuple[str, str], str] = {}
    alike = Counter[tuple[str, str]]()
    pairs = {r["id"]: r["pair"] for r in rows}
    for row in rows:
        said = re.findall(r"\w+", row["text"].lower())
        for at in range(len(said) - 5):
            run = row["behaviour"], " ".join(said[at : at + 6])
            other = seen.setdefault(run, row["id"])
            if other != row["id"] and not (pairs[row["id"]] and pairs[row["id"]] == pairs[other]):
                alike[other, row["id"]] += 1
    lengths = {r["id"]: len(r["text"].split()) for r in rows}
    same = [p for p, n in alike.items() if n >= 0.5 * (min(lengths[i] for i in p) - 5)]
    assert len(same) <= 0.01 * len(rows), same[:5]


def test_the_same_words_come_back_under_the_opposite_behaviour(rows: list[Row]) -> None:
    """With the polarity turned: what helps the one hinders the other."""
    by_text: dict[str, list[Row]] = {}
    for row in rows:
        if row["pair"] and row["first"]:
            by_text.setdefault(row["text"], []).append(row)
    turned = [
        (a, b)
        for same in by_text.values()
        for a, b in pairwise(same)
        if a["behaviour"] != b["behaviour"]
        and any(
            {a["first"].get(c), b["first"].get(c)} == {"barrier", "facilitator"} for c in a["first"]
        )
    ]
    assert len(turned) >= 60
