"""The tables of ``precode agree``, in wide terminals and narrow ones."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from precode.agreement.estimate import Estimate, Figure
from precode.cli.console import say, table

if TYPE_CHECKING:
    from precode.agreement.reliability import Reliability, SetAgreement
    from precode.agreement.units import Unit
    from precode.steps.agree import Agreed, Agreement, Machine

_FIGURES = ("observed", "kappa", "alpha", "ac1", "pabak")
_COLUMNS = ("share with it", "agreement", "Cohen’s κ", "Krippendorff’s α", "Gwet’s AC1", "PABAK")
_SHORT = ("share", "agree", "κ", "α", "AC1", "PABAK")
_WIDE = 130


def agreement_table(one: Agreement, done: Agreed, title: str) -> None:
    """One table of coders, with the reasons below for what is not estimable."""
    from precode.agreement.labels import About

    rows: list[tuple[object, ...]] = []
    whys: dict[str, str] = {}
    for about in About:
        mine = [r for r in one.rows if r.about is about]
        rows += [_row(r.label, r.figures, whys) for r in mine]
        if about is About.CODE:
            few = (
                f"{one.averaged} of the {len(mine)} codes"
                if one.averaged < len(mine)
                else "the codes"
            )
            label = f"mean of {few}" if one.averaged else "mean of the codes"
            rows.append(_row(label, one.mean_of_codes, whys))
        if mine and about in (About.CODE, About.CODE_POLARITY, About.DOMAIN, About.ANY):
            rows.append(("",) * (2 + len(_COLUMNS)))
    rows.append(_set_row("whole set of codes (α: MASI)", one.sets, whys))
    rows.append(_set_row("whole set, with polarity (α: MASI)", one.sets_with_polarity, whys))
    head = (
        f"{title}: {one.units:,} {units(done.unit, one.units)} read by two, "
        f"{one.transcripts} transcripts"
    )
    if _narrow():  # the number stands in the title; where it is another, beside the label
        rows = [
            (f"{r[0]} (n {r[1]})" if r[1] not in ("", f"{one.units:,}") else r[0], *r[2:])
            for r in rows
        ]
        table(("", *_SHORT), rows, title=head)
    else:
        table(("", "n", *_COLUMNS), rows, title=head)
    for why, names in _grouped(whys).items():
        say(f"–: not estimable, {why} ({names})")


def _row(label: str, r: Reliability, whys: dict[str, str]) -> tuple[object, ...]:
    figures = [_figure(getattr(r, name), label, whys) for name in _FIGURES]
    share = "" if r.prevalence is None else _figure(r.prevalence, label, whys, interval=False)
    return (label, f"{r.units:,}", share, *figures)


def _set_row(label: str, s: SetAgreement, whys: dict[str, str]) -> tuple[object, ...]:
    same, alpha = (_figure(f, label, whys) for f in (s.same, s.alpha))
    return (label, f"{s.units:,}", "", same, "", alpha, "", "")


def _figure(f: Figure, label: str, whys: dict[str, str], *, interval: bool = True) -> str:
    """``0.71 (.62–.78)``; the reason is kept where there is none."""
    if not isinstance(f, Estimate):
        whys.setdefault(label, f.why)
        return "–"
    if not interval or f.low is None or f.high is None:
        return _value(f.value)
    between = f"{_short(f.low)}–{_short(f.high)}"
    return f"{_value(f.value)}\n{between}" if _narrow() else f"{_value(f.value)} ({between})"


def _value(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")


def _narrow() -> bool:
    """Whether intervals have to stand below their figures."""
    return sys.stdout.isatty() and shutil.get_terminal_size().columns < _WIDE


def _short(value: float) -> str:
    if abs(value) >= 0.995:
        return "1" if value > 0 else "−1"
    return f"{value:.2f}".replace("0.", ".", 1).replace("-", "−")


def _grouped(whys: dict[str, str]) -> dict[str, str]:
    """Reason → the rows it holds for."""
    out: dict[str, list[str]] = {}
    for label, why in whys.items():
        out.setdefault(why, []).append(label)
    return {why: "; ".join(labels) for why, labels in out.items()}


def units(unit: Unit, n: int) -> str:
    """The word for ``n`` units."""
    return ("sentence" if unit == "sentence" else "passage") + "s" * (n != 1)


def machine_table(m: Machine) -> None:
    """People and machine side by side, code by code."""
    whys: dict[str, str] = {}
    rows = [
        (
            c.label,
            c.passages,
            _figure(c.people.kappa, c.label, {}),
            _figure(c.people_on_audit, c.label, {}),
            _figure(c.machine.kappa, c.label, whys),
            _figure(c.f1, c.label, whys),
            _figure(c.machine.observed, c.label, whys),
            _figure(c.machine.ac1, c.label, whys),
        )
        for c in m.codes
    ]
    table(
        ("", "in sample", "κ, people", "κ, people on the sample", "κ, machine",
         "F1, machine", "agreement, machine", "AC1, machine"),
        rows,
        title=f"Machine and people, on {m.sentences:,} sentences of the audit sample: {m.name}",
    )  # fmt: skip
    for why, names in _grouped(whys).items():
        say(f"–: not estimable, {why} ({names})")
