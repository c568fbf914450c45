"""``precode agree``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click

from precode.agreement.estimate import Estimate, Figure
from precode.cli.console import emit_json, json_option, note, say, study_option, table, then
from precode.errors import UsageError

if TYPE_CHECKING:
    from precode.agreement.planner import Plan
    from precode.agreement.reliability import Reliability, SetAgreement
    from precode.agreement.units import Unit
    from precode.domain import CodePolarity
    from precode.steps.agree import Agreed, Agreement, Machine, Swap
    from precode.steps.double_coding import Planned

EXAMPLE = """Examples:

\b
  precode agree
  precode agree --unit excerpt --coder ANNA --coder BEN
  precode agree --confusions
  precode agree --plan --width .2 --prevalence .1"""
SHOWN = 10
CASES = 3
WIDTH = 0.2
KAPPA = 0.7
_FIGURES = ("observed", "kappa", "alpha", "ac1", "pabak")
_COLUMNS = ("share with it", "agreement", "Cohen’s κ", "Krippendorff’s α", "Gwet’s AC1", "PABAK")
_SHORT = ("share", "agree", "κ", "α", "AC1", "PABAK")
_WIDE = 130


@click.command(epilog=EXAMPLE)
@click.option(
    "--unit", type=click.Choice(["sentence", "excerpt"]), default="sentence", show_default=True,
    help="What counts once: a sentence, or a run of sentences of one reply that a coder coded alike.",
)  # fmt: skip
@click.option("--coder", "coders", multiple=True, help="Only these coders; repeat it for each.")
@click.option(
    "--confusions", is_flag=True,
    help=f"Which codes coders swap, with sentences: the {SHOWN} most frequent; with --json all.",
)  # fmt: skip
@click.option("--plan", "planned", is_flag=True, help="How much to double-code instead.")
@click.option(
    "--width", type=click.FloatRange(0, 2, min_open=True, max_open=True),
    help=f"With --plan: the interval of κ from end to end.  [default: {WIDTH}]",
)  # fmt: skip
@click.option(
    "--prevalence", type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="With --plan: the share of sentences with the code.  [default: each code of the study]",
)  # fmt: skip
@click.option(
    "--kappa", type=click.FloatRange(0, 1, max_open=True),
    help=f"With --plan: the κ to expect.  [default: {KAPPA}]",
)  # fmt: skip
@study_option
@json_option
def agree(
    unit: str,
    coders: tuple[str, ...],
    confusions: bool,
    planned: bool,
    width: float | None,
    prevalence: float | None,
    kappa: float | None,
    study: Path,
    as_json: bool,
) -> None:
    """Show how well coders agree with one another, and the machine with them.

    Counts sentences that two coders have read without a suggestion, never what nobody read. 95 %
    intervals stand in brackets; they rest on drawing whole transcripts.
    """
    if not planned and (width, prevalence, kappa) != (None, None, None):
        raise UsageError("--width, --prevalence and --kappa are for a plan", mend="add --plan")
    if planned and (confusions or coders or unit != "sentence"):
        raise UsageError(
            "--plan takes neither --confusions nor --coder nor --unit", mend="leave these out"
        )
    if planned:
        _plan(study, WIDTH if width is None else width, prevalence, kappa, as_json)
    elif confusions:
        _confusions(study, cast("Unit", unit), coders, as_json)
    else:
        _tables(study, cast("Unit", unit), coders, as_json)


def _tables(study: Path, unit: Unit, coders: tuple[str, ...], as_json: bool) -> None:
    from precode.steps.agree import agree as step

    done = step(study, unit=unit, coders=coders)
    if as_json:
        emit_json(done)
        return
    several = len(done.overall.coders) > 2
    shown = [t for t in done.pairs if t.units >= done.floor]
    if several:
        _agreement(done.overall, done, "All coders: " + ", ".join(done.overall.coders))
    for one in shown:
        _agreement(one, done, " and ".join(one.coders))
    for few in done.pairs:
        if few not in shown:
            say(
                f"{' and '.join(few.coders)}: {few.units} {_units(done.unit, few.units)} read by both, "
                f"{done.floor} are needed"
            )
    if done.machine:
        _machine(done.machine)
    say(
        f"(95 % intervals) from {done.draws:,} draws of whole transcripts. κ: mean over pairs of "
        "coders, by what they share. α: nominal. A rare code has high agreement and PABAK by itself: "
        "look at κ, α and AC1."
    )
    for line in done.notes:
        note(f"note: {line}")
    then("precode agree --confusions")


def _agreement(one: Agreement, done: Agreed, title: str) -> None:
    from precode.agreement.labels import About

    rows: list[tuple[object, ...]] = []
    whys: dict[str, str] = {}
    for about in About:
        mine = [r for r in one.rows if r.about is about]
        rows += [_row(r.label, r.figures, whys) for r in mine]
        if about is About.CODE:
            rows.append(_row("mean of the codes", one.mean_of_codes, whys))
        if mine and about in (About.CODE, About.CODE_POLARITY, About.DOMAIN, About.ANY):
            rows.append(("",) * (2 + len(_COLUMNS)))
    rows.append(_set_row("whole set of codes (α: MASI)", one.sets, whys))
    rows.append(_set_row("whole set, with polarity (α: MASI)", one.sets_with_polarity, whys))
    head = (
        f"{title}: {one.units:,} {_units(done.unit, one.units)} read by two, "
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
        return f"{f.value:.2f}"
    between = f"{_short(f.low)}–{_short(f.high)}"
    return f"{f.value:.2f}\n{between}" if _narrow() else f"{f.value:.2f} ({between})"


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


def _units(unit: Unit, n: int) -> str:
    return ("sentence" if unit == "sentence" else "passage") + "s" * (n != 1)


def _machine(m: Machine) -> None:
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


def _confusions(study: Path, unit: Unit, coders: tuple[str, ...], as_json: bool) -> None:
    from precode.agreement.confusions import Kind
    from precode.steps.agree import confused

    done = confused(study, unit=unit, coders=coders)
    if as_json:
        emit_json(done)
        return
    say(
        f"{', '.join(done.coders)}: {done.units:,} {_units(done.unit, done.units)} read by two, "
        f"{len(done.swaps)} kinds of disagreement"
    )
    more = False
    for kind in get_args(Kind):
        mine = [s for s in done.swaps if s.kind == kind]
        if mine:
            say(f"\n{kind.capitalize()}:" + (f" the {SHOWN} most frequent" * (len(mine) > SHOWN)))
        for swap in mine[:SHOWN]:
            _swap(swap, unit, done.labels)
        more |= len(mine) > SHOWN or any(s.n > CASES for s in mine)
    then("precode agree --confusions --json" if more else "precode agree")


def _swap(swap: Swap, unit: Unit, labels: Mapping[str, str]) -> None:
    what = "those with the code" if len(swap.codes) == 1 else "those with either"
    say(
        f"  {swap.first} / {swap.second}: {swap.n:,} {_units(unit, swap.n)}, "
        f"{swap.n / swap.either:.0%} of {what}"
    )
    for case in swap.cases[:CASES]:
        say(f"    {case.transcript}: “{case.text}”")
        say(f"      {case.coder}: {_codes(case.coder_gave, labels)}")
        say(f"      {case.other}: {_codes(case.other_gave, labels)}")
    if swap.n > CASES:
        say(f"    … and {swap.n - CASES:,} more")


def _codes(given: tuple[CodePolarity, ...], labels: Mapping[str, str]) -> str:
    said = [
        labels.get(c.code, c.code) + (f" ({c.polarity.value})" if c.polarity else "") for c in given
    ]
    return ", ".join(said) or "nothing applies"


def _plan(
    study: Path, width: float, prevalence: float | None, kappa: float | None, as_json: bool
) -> None:
    from precode.steps.double_coding import plan_double_coding

    done = plan_double_coding(
        study, width=width, prevalence=prevalence, kappa=KAPPA if kappa is None else kappa
    )
    if as_json:
        emit_json(done)
        return
    table(
        ("", "share with it", "transcripts, read whole", "or sentences, drawn from all transcripts",
         f"interval of κ with all {done.sentences:,} sentences"),
        [
            (p.label, f"{100 * p.of.prevalence:.1f} %", _whole(p, done), _scattered(p),
             "not estimable" if p.all_width is None else f"{p.all_width:.2f} wide")
            for p in done.plans
        ],
        title=f"To double-code for an interval {done.width:g} wide, if κ is {done.kappa:g}",
    )  # fmt: skip
    say(
        f"The study has {done.sentences:,} sentences to code in {done.transcripts} transcripts; two "
        f"coders have read {done.double:,}."
    )
    for line in done.notes:
        note(f"note: {line}")
    then("precode agree" if done.double else "precode review --coder OTHER")


def _whole(p: Plan, done: Planned) -> str:
    if p.transcripts is None:
        return "more than 400"
    more = "" if p.transcripts <= done.transcripts else ", more than the study has"
    return f"{p.transcripts} (about {p.sentences:,} sentences{more})"


def _scattered(p: Plan) -> str:
    return "all are too few" if p.scattered is None else f"{p.scattered:,}"
