"""How much there is in all, and how good the machine is."""

from __future__ import annotations

from collections.abc import Iterator

from precode.report.document import Block, Part, Section
from precode.report.sections.phrases import Numbers, drawing, note, strong, tables, words
from precode.report.tables.findings import UNVERIFIED
from precode.report.tables.machine import MachineTables, Picture
from precode.report.tables.make import Tables


def corrected(number: Numbers, t: Tables) -> tuple[Section, ...]:
    """The machine's counts, corrected by the audit sample; no section where there are neither."""
    m = t.machine
    if m is None or m.counts is None:
        return ()
    return (
        Section(
            "corrected",
            "How much there is in all",
            (
                words(
                    "What people have coded so far, what the machine gives to the rest, and what "
                    "both come to once the machine’s errors are ",
                    strong("corrected by the audit sample"),
                    ". Only the last column may be reported for the whole study. Where it says ",
                    strong(UNVERIFIED), " there is no such figure.",
                ),
                *tables(number, [m.counts]),
            ),
        ),
    )  # fmt: skip


def machine(number: Numbers, t: Tables) -> Section:
    blocks = tuple(_blocks(number, t))
    return Section(
        "machine",
        "How good is the machine?",
        blocks
        or (
            words(
                "No model has been validated on this study yet: ", Part("precode train", "code"),
                " does it, once coders have read a few transcripts in full.",
            ),
        ),
    )  # fmt: skip


def _blocks(number: Numbers, t: Tables) -> Iterator[Block]:
    if t.validation:
        yield from tables(number, [t.validation])
    if t.machine is not None:
        yield from _more(number, t.machine)


def _more(number: Numbers, m: MachineTables) -> Iterator[Block]:
    if m.checked:
        yield from tables(number, [m.checked])
    for picture in (m.scores, *m.reliability, m.risk):
        if picture:
            yield from _drawn(number, picture)
    if m.groups:
        yield from tables(number, [m.groups])
    if m.learning:
        yield from _drawn(number, m.learning)
    yield from (note(line) for line in m.untold)


def _drawn(number: Numbers, picture: Picture) -> Iterator[Block]:
    yield drawing(number, picture.plot, picture.caption)
    if picture.note:
        yield note(picture.note)
