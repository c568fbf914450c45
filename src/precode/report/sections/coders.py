"""How far coders agree, and what suggestions did to them."""

from __future__ import annotations

from precode.report.document import Block, Section
from precode.report.sections.phrases import Numbers, tables, words
from precode.report.tables.make import Tables


def agreement(number: Numbers, t: Tables) -> Section:
    blocks: tuple[Block, ...] = tuple(tables(number, t.agreement))
    return Section(
        "coders-agree",
        "Do the coders agree?",
        blocks
        or (
            words(
                "No sentence was read by two coders independently, so agreement cannot be shown. "
                "Journals ask for it: give two coders the same few transcripts."
            ),
        ),
    )


def suggestions(number: Numbers, t: Tables) -> Section:
    blocks: tuple[Block, ...] = (
        words(
            "No suggestion of the machine’s has been shown to a coder, so none can have swayed one."
        ),
    )
    if t.assistance:
        blocks = (
            words(
                "What coders decided before they saw the machine’s suggestion, and after. A "
                "suggestion can show coders what they missed, or carry them along; these figures "
                "alone cannot say which."
            ),
            *tables(number, t.assistance),
        )
    return Section("suggestions", "Suggestions and the coders", blocks)
