"""What ``precode agree --doubts`` prints and writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precode.cli.console import Progress, emit_json, note, say, table, then

if TYPE_CHECKING:
    from precode.domain import CodePolarity
    from precode.files.cells import Cell
    from precode.steps.doubting.alike import Pair, Side
    from precode.steps.doubting.mistakes import Doubt, Mistake
    from precode.steps.doubting.over_time import OverTime

COLUMNS = (
    "list", "rank", "coder", "transcript", "sentence_id", "before", "sentence", "gave", "doubt",
    "probability", "others_gave",
    "compare_1_id", "compare_1", "compare_1_gave", "compare_2_id", "compare_2", "compare_2_gave",
)  # fmt: skip


def show_doubts(
    study: Path,
    coders: Sequence[str],
    codes: Sequence[str],
    n: int,
    csv: Path | None,
    *,
    as_json: bool,
) -> None:
    """Print the three lists, or all of them as JSON; the first and the last as a table in ``csv``."""
    from precode.files.tables import write_csv
    from precode.steps.doubts import doubts
    from precode.steps.target import file_target

    target = csv and file_target(csv, Path("doubts.csv"), suffixes=(".csv",), option="--csv")
    done = doubts(study, coders=coders, codes=codes, n=n, progress=Progress())
    if target:
        rows = [
            *(_mistake_row(i, m, done.labels) for i, m in enumerate(done.mistakes, 1)),
            *(_pair_row(i, p, done.labels) for i, p in enumerate(done.pairs, 1)),
        ]
        write_csv(target, COLUMNS, rows)
    if as_json:
        emit_json(done)
        return
    say(
        f"{done.readings:,} readings of {done.sentences:,} sentences in {done.transcripts} transcripts. "
        f"This is {done.notes[0]}."
    )
    say(
        f"\n1. Likely slips: {_of(len(done.mistakes), done.mistakes_found)}. The percentage is what a "
        "machine gives the other reading that has not seen the transcript; the order counts what "
        "colleagues gave, too."
    )
    for i, m in enumerate(done.mistakes, 1):
        _mistake(i, m, done.labels)
    say("\n2. Drift: does a coder give a code more readily, or less, as time goes on?")
    _over_time(done.over_time, done.labels)
    say(f"\n3. Nearly the same words, coded differently: {_of(len(done.pairs), done.pairs_found)}")
    for i, p in enumerate(done.pairs, 1):
        _pair(i, p, done.labels)
    for line in done.notes[1:]:
        note(f"note: {line}")
    if target:
        note(f"lists 1 and 3 as a table: {target}")
    then("precode agree --confusions")


def _of(shown: int, found: int) -> str:
    if not found:
        return "none found"
    return f"{found:,}" if shown == found else f"the first {shown:,} of {found:,}"


def _mistake(rank: int, m: Mistake, labels: Mapping[str, str]) -> None:
    say(f"\n  {rank}. {m.transcript}, {' and '.join(m.coders)}: {_codes(m.gave, labels)}")
    if m.before:
        say(f"     … {m.before[-90:]}")
    say(f"     “{m.text}”  [{m.sentence}]")
    for d in m.doubts:
        say(f"     ? {_why(d, labels)} ({d.p:.0%})")
    for coder, gave in m.others_gave:
        say(f"       {coder} gave it: {_codes(gave, labels)}")
    for e in m.examples:
        say(f"       compare “{e.text}”  [{e.sentence}] {e.coders}: {_codes(e.gave, labels)}")


def _why(d: Doubt, labels: Mapping[str, str]) -> str:
    code = labels[d.code]
    return {
        "given, looks unlike the others": f"{code} given, but it looks unlike the others",
        "not given, looks like it": f"{code} not given, but it looks like it",
        "another code looks likelier": f"looks more like {labels.get(d.other, d.other)}",
        "looks like the other direction": f"{code}: looks more like a {d.other}",
    }[d.kind]


def _over_time(found: OverTime, labels: Mapping[str, str]) -> None:
    from precode.agreement.estimate import Estimate

    told = [r for r in found.codes if isinstance(r.drift.change, Estimate) and r.p is not None]
    if told:
        table(
            ("coder", "code", "given", "first third", "last third", "change", "p (Holm)", ""),
            [
                (r.coder, labels[r.code], r.drift.given, _points(r.drift.early),
                 _points(r.drift.late), _change(r.drift.change), f"{r.p:.3f}",
                 "drifts" if r.drifts else "")
                for r in told
            ],
            title="Given more (+) or less (−) often than the machine expects, in points of a hundred",
        )  # fmt: skip
        say(
            "  What is marked would be marked by chance in one such table in twenty. What is not may "
            "drift all the same: where transcripts were coded one after another, only large changes show."
        )
    whys: dict[tuple[str, str], list[str]] = {}
    for r in found.codes:
        if r not in told:
            whys.setdefault((r.coder, _reason(r.drift.change)), []).append(labels[r.code])
    per_coder = Counter(r.coder for r in found.codes)
    for (coder, why), codes in whys.items():
        which = "" if len(codes) == per_coder[coder] else f" ({', '.join(codes)})"
        say(f"  {coder}: not estimable, {why}{which}")
    few: dict[frozenset[str], str] = {}
    for a in found.agreement:
        if isinstance(a.kappa.change, Estimate):
            say(
                f"  {a.coder} with {a.other}, {a.kappa.n:,} sentences: κ {a.kappa.early} in "
                f"{a.coder}’s first half, {a.kappa.late} in the second; change {a.kappa.change}"
            )
        else:
            few[frozenset((a.coder, a.other))] = f"{a.coder} and {a.other} {a.kappa.n:,}"
    if few:
        say(
            "  Agreement over time: not estimable, too few sentences that two have read: "
            + ", ".join(few.values())
        )
    if found.untimed:
        say(
            f"  {', '.join(found.untimed)}: not estimable. Imported codings, and packets, have no times of "
            "their own, and cannot show drift"
        )


def _points(share: float | None) -> str:
    return "" if share is None else f"{100 * share:+.1f}".replace("-", "−")


def _change(figure: object) -> str:
    from precode.agreement.estimate import Estimate

    assert isinstance(figure, Estimate)
    if figure.low is None or figure.high is None:
        return _points(figure.value)
    return f"{_points(figure.value)} ({_points(figure.low)} to {_points(figure.high)})"


def _reason(figure: object) -> str:
    return str(getattr(figure, "why", "")) or "no p"


def _pair(rank: int, p: Pair, labels: Mapping[str, str]) -> None:
    say(
        f"\n  {rank}. {' and '.join(p.coders)} ({p.who}), {p.words:.0%} of the words in common, "
        f"cosine {p.cosine:.2f}"
    )
    for side in (p.first, p.second):
        _side(side, labels)


def _side(side: Side, labels: Mapping[str, str]) -> None:
    more = len(side.sentences) - 1
    times = f" and {more} more of the same words" if more else ""
    say(f"     {side.transcript}: “{side.text}”  [{side.sentences[0]}]{times}")
    for coder, gave in side.said:
        say(f"       {coder}: {_codes(gave, labels)}")


def _codes(given: Sequence[CodePolarity], labels: Mapping[str, str]) -> str:
    said = [
        labels.get(c.code, c.code) + (f" ({c.polarity.value})" if c.polarity else "") for c in given
    ]
    return ", ".join(said) or "nothing applies"


def _mistake_row(rank: int, m: Mistake, labels: Mapping[str, str]) -> list[Cell]:
    row: list[Cell] = [
        "likely slip", rank, ", ".join(m.coders), m.transcript, m.sentence, m.before, m.text,
        _codes(m.gave, labels), "; ".join(_why(d, labels) for d in m.doubts),
        round(m.doubts[0].p, 3),
        "; ".join(f"{coder}: {_codes(gave, labels)}" for coder, gave in m.others_gave),
    ]  # fmt: skip
    for e in m.examples:
        row += [e.sentence, e.text, _codes(e.gave, labels)]
    return row + [""] * (len(COLUMNS) - len(row))


def _pair_row(rank: int, p: Pair, labels: Mapping[str, str]) -> list[Cell]:
    def said(side: Side) -> str:
        return "; ".join(f"{coder}: {_codes(gave, labels)}" for coder, gave in side.said)

    row: list[Cell] = [
        "nearly alike, coded differently", rank, ", ".join(p.coders), p.first.transcript,
        p.first.sentences[0], "", p.first.text, said(p.first),
        f"{p.who}: {p.words:.0%} of the words in common", "", "",
        p.second.sentences[0], p.second.text, said(p.second),
    ]  # fmt: skip
    return row + [""] * (len(COLUMNS) - len(row))
