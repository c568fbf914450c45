"""``precode status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.agreement.estimate import Estimate, Figure
from precode.cli.console import emit_json, json_option, say, study_option, table, then

if TYPE_CHECKING:
    from precode.audit.design import Interval
    from precode.steps.loop.judging import Judgement

SETTLED = 0.95  # kappa between two models' decisions on a code from which it is called settled
EXAMPLE = "Example: precode status --study my-study"


@click.command(epilog=EXAMPLE)
@study_option
@json_option
def status(study: Path, as_json: bool) -> None:
    """Show where the study stands and what to do next."""
    from precode.steps.status import status as step

    s = step(study)
    if as_json:
        emit_json(s)
        return
    say(f"{s.title}: {s.behaviour}")
    say(f"Codebook {s.codebook}")
    sources = ", ".join(f"{n} × {kind}" for kind, n in s.sources.items()) or "no transcripts yet"
    say(
        f"{sources}; {s.participants} participants; "
        f"{s.codable:,} of {s.sentences:,} sentences are to be coded; the others are context"
    )
    say(f"Read by people: {s.read:,} sentences, {s.double_read:,} by two or more")
    if s.coders:
        # a row for each code: coders are few, codes may be fifteen
        table(
            ("sentences", *(c.name for c in s.coders)),
            [
                ("read", *(c.read for c in s.coders)),
                *(
                    [("coded apart, not shown", *(c.apart for c in s.coders))]
                    if any(c.apart for c in s.coders)
                    else []
                ),
                ("with a code", *(c.coded for c in s.coders)),
                ("after a suggestion", *(c.assisted for c in s.coders)),
                *((label, *(c.codes.get(k, 0) for c in s.coders)) for k, label in s.labels.items()),
            ],
            title="Human codes, in sentences",
        )
    if s.unplaced:
        was = "excerpt was" if s.unplaced == 1 else "excerpts were"
        say(f"{s.unplaced:,} {was} not placed: reports/unplaced.csv")
    if s.flagged:
        say(f"{s.flagged} sentences are flagged for discussion")
    for who, n in s.outstanding.items():
        say(f"{n} sentences are out in a spreadsheet with {who}")
    if s.set_aside:
        say(f"{s.set_aside} answers of spreadsheets are kept apart: reports/set-aside.csv")
    for name, how_far in s.rounds.items():
        say(f"Coded apart, {name}: {how_far}; nobody sees the codes until all are done")
    if s.disagreements:
        say(f"{s.disagreements:,} disagreements are open: precode adjudicate")
    if s.run:
        verdicts = ", ".join(f"{k} {n:,}" for k, n in sorted(s.verdicts.items()))
        say(
            f"Machine pre-codes (run {s.run}): {verdicts}"
            + ("; people have coded since" if s.stale else "")
        )
    if s.judgement:
        _audit(s.judgement)
    if s.moves:
        settled = [s.labels[c] for c, kappa in s.moves.items() if kappa >= SETTLED]
        moving = [f"{s.labels[c]} (kappa {k:.2f})" for c, k in s.moves.items() if k < SETTLED]
        say("From the last model but one to the last of the review:")
        say(f"  settled: {', '.join(settled) or 'no code'}")
        say(f"  still moving: {', '.join(moving) or 'no code'}")
    then(s.next)


def _audit(j: Judgement) -> None:
    say(
        f"Audit sample: {j.answered} of {j.drawn} sentences answered, drawn from {j.frame:,}"
        + (f"; {j.skipped} skipped" if j.skipped else "")
        + (
            f"; {j.early} more came with longer passages or whole transcripts, and count when it "
            "is their turn"
            if j.early
            else ""
        )
        + (f". Judged on it: {j.machine}" if j.machine else "")
    )
    if any(c.prevalence.value is not None for c in j.codes):
        _tables(j)
    say(f"Advice: {j.advice.words}.")


def _tables(j: Judgement) -> None:
    table(
        ("code", "passages in it", "share of sentences", "still unread"),
        [(c.label, c.passages, _share(c.prevalence), _count(c.unread)) for c in j.codes],
        title="What the audit sample tells of the study, with 95 % intervals",
    )
    table(
        ("code", "kappa, machine", "kappa, people", "F1, machine"),
        [(c.label, _figure(c.kappa), _human(c.human), _figure(c.f1)) for c in j.codes],
        title="Agreement on it, with 95 % intervals",
    )
    for why in dict.fromkeys(i.why for c in j.codes for i in (c.kappa,) if i.value is None):
        say(f"–: not estimable, {why}")


def _figure(i: Interval) -> str:
    return "–" if i.value is None else f"{i.value:.2f} ({i.low:.2f} to {i.high:.2f})"


def _share(i: Interval) -> str:
    if i.value is None or i.low is None or i.high is None:
        return "–"
    return f"{100 * i.value:.0f} % ({100 * i.low:.0f} to {100 * i.high:.0f})"


def _count(i: Interval) -> str:
    return "–" if i.value is None else f"{i.value:.0f} ({i.low:.0f} to {i.high:.0f})"


def _human(figure: Figure) -> str:
    return str(figure) if isinstance(figure, Estimate) else "–"
