"""``precode agree``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast, get_args

import click

from precode.cli.agree_doubts import show_doubts
from precode.cli.agree_tables import agreement_table, machine_table, units
from precode.cli.console import Number, emit_json, json_option, note, say, study_option, table, then
from precode.errors import UsageError

if TYPE_CHECKING:
    from precode.agreement.planner import Plan
    from precode.agreement.units import Unit
    from precode.domain import CodePolarity
    from precode.steps.confused import Swap
    from precode.steps.double_coding import Planned

EXAMPLE = """Examples:

\b
  precode agree
  precode agree --unit excerpt --coder ANNA --coder BEN
  precode agree --confusions
  precode agree --doubts --coder ANNA -n 20 --csv doubts.csv
  precode agree --plan --width .2 --prevalence .1"""
SHOWN = 10
CASES = 3
WIDTH = 0.2
DOUBTS = 50
KAPPA = 0.7


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
@click.option(
    "--doubts", is_flag=True,
    help="What to read again: likely slips, drift over time, sentences nearly alike but coded "
    "differently. A list, not a verdict.",
)  # fmt: skip
@click.option(
    "--code", "codes", multiple=True, help="With --doubts: only this code; repeat it for each."
)
@click.option(
    "-n", "n", type=click.IntRange(1), help=f"With --doubts: how many of each list.  [default: {DOUBTS}]"
)  # fmt: skip
@click.option(
    "--csv", "csv", type=click.Path(path_type=Path), help="With --doubts: write the lists here too."
)
@click.option("--plan", "planned", is_flag=True, help="How much to double-code instead.")
@click.option(
    "--width", type=Number(0, 2, min_open=True, max_open=True),
    help=f"With --plan: the interval of κ from end to end.  [default: {WIDTH}]",
)  # fmt: skip
@click.option(
    "--prevalence", type=Number(0, 1, min_open=True, max_open=True),
    help="With --plan: the share of sentences with the code.  [default: each code of the study]",
)  # fmt: skip
@click.option(
    "--kappa", type=Number(0, 1, max_open=True),
    help=f"With --plan: the κ to expect.  [default: {KAPPA}]",
)  # fmt: skip
@study_option
@json_option
def agree(
    unit: str,
    coders: tuple[str, ...],
    confusions: bool,
    doubts: bool,
    codes: tuple[str, ...],
    n: int | None,
    csv: Path | None,
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
    if not doubts and (codes or n is not None or csv is not None):
        raise UsageError("--code, -n and --csv are for a list of doubts", mend="add --doubts")
    if doubts and (planned or confusions or unit != "sentence"):
        raise UsageError(
            "--doubts takes neither --plan nor --confusions nor --unit", mend="leave these out"
        )
    if planned and (confusions or coders or unit != "sentence"):
        raise UsageError(
            "--plan takes neither --confusions nor --coder nor --unit", mend="leave these out"
        )
    if doubts:
        show_doubts(study, coders, codes, DOUBTS if n is None else n, csv, as_json=as_json)
    elif planned:
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
        agreement_table(done.overall, done, "All coders: " + ", ".join(done.overall.coders))
    for one in shown:
        agreement_table(one, done, " and ".join(one.coders))
    for few in done.pairs:
        if few not in shown:
            say(
                f"{' and '.join(few.coders)}: {few.units} {units(done.unit, few.units)} read by both, "
                f"{done.floor} are needed"
            )
    if done.machine:
        machine_table(done.machine)
    drawn = f"(95 % intervals) from {done.draws:,} draws of whole transcripts"
    none = f"No intervals: {done.overall.transcripts} transcripts are too few to draw from"
    say(
        f"{drawn if done.overall.intervals else none}. κ: mean over pairs of "
        "coders, by what they share. α: nominal. A rare code has high agreement and PABAK by itself: "
        "look at κ, α and AC1."
    )
    for line in done.notes:
        note(f"note: {line}")
    then("precode agree --confusions")


def _confusions(study: Path, unit: Unit, coders: tuple[str, ...], as_json: bool) -> None:
    from precode.agreement.confusions import Kind
    from precode.steps.confused import confused

    done = confused(study, unit=unit, coders=coders)
    if as_json:
        emit_json(done)
        return
    say(
        f"{', '.join(done.coders)}: {done.units:,} {units(done.unit, done.units)} read by two, "
        f"{len(done.swaps)} kinds of disagreement"
    )
    more = False
    for kind in get_args(Kind):
        mine = [s for s in done.swaps if s.kind == kind]
        if mine:
            say(f"\n{kind.capitalize()}:" + (f" the {SHOWN} most frequent" * (len(mine) > SHOWN)))
        for swap in mine[:SHOWN]:
            _swap(swap, unit, done.labels, several=len(done.coders) > 2)
        more |= len(mine) > SHOWN or any(s.n > CASES for s in mine)
    for line in done.notes:
        note(f"note: {line}")
    then("precode agree --confusions --json" if more else "precode agree")


def _swap(swap: Swap, unit: Unit, labels: Mapping[str, str], *, several: bool) -> None:
    what = "those with the code" if len(swap.codes) == 1 else "those with either"
    found = f"{swap.n:,} {units(unit, swap.n)}"
    if several:  # a sentence that three have read is read by two thrice
        here = len({case.sentences for case in swap.cases})
        found = f"{here:,} {units(unit, here)}, {swap.n:,} times between two coders"
    say(f"  {swap.first} / {swap.second}: {found}, {swap.n / swap.either:.0%} of {what}")
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
