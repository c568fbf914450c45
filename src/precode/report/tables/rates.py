"""Excerpts for every 1,000 words, interviews against focus groups: who talks more is not who says
more. People's codes only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, log, nan, sqrt

from precode.domain import Kind, Polarity
from precode.report.grid import Cell, Column, Form, Grid, Row, title
from precode.report.score import Score
from precode.report.tables.excerpts import Excerpt, Key
from precode.report.tables.groups import SINGULAR, lines_of
from precode.report.tables.index import Index
from precode.report.tables.proportions import rate

_KINDS = (Kind.INTERVIEW, Kind.FOCUS_GROUP)
_PER = 1000
# A rate of fewer excerpts gets no interval: its logarithm is nowhere near normal.
_FEWEST = 5


def rates(
    index: Index, human: Mapping[Key, tuple[Excerpt, ...]], shown: Sequence[Polarity]
) -> Grid | None:
    """For each code and polarity the rate in interviews and in focus groups, and their ratio; None
    without both kinds.

    Words are those that participants spoke in sentences that coders have read; excerpts those that
    participants speak.
    """
    words: dict[Kind, dict[str, float]] = {k: {} for k in _KINDS}
    for sentence_id in index.read:
        s = index.sentence(sentence_id)
        kind = index.kind(s.transcript_id)
        if kind in words and index.person(s) is not None:
            mine = words[kind]
            mine[s.transcript_id] = mine.get(s.transcript_id, 0.0) + index.length(s.id)
    words = {k: {t: n for t, n in of.items() if n} for k, of in words.items()}
    if not all(words.values()):
        return None
    rows = []
    for label, polarity, excerpts in lines_of(index, human, shown):
        counts: dict[str, int] = {}
        for e in excerpts:
            if e.person is not None:
                counts[e.transcript_id] = counts.get(e.transcript_id, 0) + 1
        told = [_rate(counts, words[k]) for k in _KINDS]
        cells: tuple[Cell, ...] = (SINGULAR[polarity], *(t[0] for t in told), _ratio(told, words))
        rows.append(Row(cells, label))
    columns = [
        Column(
            title(k), Form.SCORE, f"{len(words[k])} sources, {sum(words[k].values()):,.0f} words"
        )
        for k in _KINDS
    ]
    return Grid(
        "by-kind-rates",
        "Excerpts per 1,000 words that participants spoke, interviews against focus groups",
        (Column("As"), *columns, Column("Ratio", Form.SCORE, "focus group / interview")),
        tuple(rows),
        (
            "Intervals of rates take sources as the unit (ratio estimate, variance by "
            f"linearisation, on the logarithm); none from fewer than {_FEWEST} excerpts or three "
            "sources.",
        ),
        groups="Code",
    )


def _rate(counts: Mapping[str, int], words: Mapping[str, float]) -> tuple[Score, float | None]:
    """(rate with its interval, standard error of its logarithm)."""
    mine = [counts.get(t, 0) for t in words]
    found = rate(mine, list(words.values())) if sum(mine) >= _FEWEST else None
    value = _PER * sum(mine) / sum(words.values())
    if found is None:
        return (value, nan, nan), None
    reach = _t(len(words) - 1) * found[1]
    return (value, value * exp(-reach), value * exp(reach)), found[1]


def _ratio(
    told: Sequence[tuple[Score, float | None]], words: Mapping[Kind, Mapping[str, float]]
) -> Score:
    """The second rate in units of the first, with as many degrees of freedom as the fewer sources
    give.
    """
    (one, error), (other, another) = told
    if error is None or another is None:
        return None
    assert isinstance(one, tuple), one
    assert isinstance(other, tuple), other
    middle = log(other[0] / one[0])
    reach = _t(min(map(len, words.values())) - 1) * sqrt(error**2 + another**2)
    return exp(middle), exp(middle - reach), exp(middle + reach)


def _t(freedom: int) -> float:
    """Student's 97.5 % point."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
