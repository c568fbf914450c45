"""What covers the main screen, by the effect that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from precode.codebook import Codebook
from precode.domain import EventKind
from precode.review.app import codes
from precode.review.app.bars import others
from precode.review.app.keyhelp import all_keys
from precode.review.app.layer import Layer
from precode.review.app.over import Choosing, Reading
from precode.review.app.rows import Page, paragraph
from precode.review.app.talk import whole
from precode.review.commands import Command, GoBack, Open
from precode.review.desk import Desk
from precode.review.effects import (
    Effect,
    ShowCodes,
    ShowEarlier,
    ShowEvidence,
    ShowFound,
    ShowHelp,
    ShowOthers,
    ShowProgress,
    ShowWhole,
)
from precode.review.source import Source
from precode.review.tally import Progress
from precode.review.values import Done, Item
from precode.review.wording import names


def covering(
    effect: Effect,
    desk: Desk,
    source: Source,
    *,
    cursor: int,
    obey: Callable[[Sequence[Command]], None],
) -> Layer[None] | None:
    """The layer that ``effect`` asks for, if it asks for one. The codebook opens at the code under
    the ``cursor`` (from 0); a choice from a list is given to ``obey``.
    """
    book, facing = desk.state.setup.codebook, desk.state.facing
    layer: Layer[None] | None = None
    match effect:
        case ShowHelp():
            layer = Reading("All keys", lambda width: all_keys(book, width), key="tab")
        case ShowCodes(shown):
            title = f"{book.name}, version {book.version}"
            here = cursor + 1
            layer = Reading(title, lambda w: codes.definitions(book, shown, here, w), key="c")
        case ShowProgress():
            now, agreement = desk.progress(), source.agreement()
            layer = Reading("Progress", lambda w: _progress(now, agreement, book, w), key="p")
        case ShowEvidence(suggestion):
            lines = source.evidence(facing.item) if facing else ()
            told = tuple(lines) or (suggestion.evidence or "there is no evidence",)
            layer = Reading("Why the machine suggests this", lambda w: _lines(told, w), key="e")
        case ShowOthers(item):
            layer = Reading("What the coders said", lambda w: others(item.others, book, w), key="e")
        case ShowWhole(item):
            talk, text = source.whole(item), item.sentence.text
            title = item.source or "The whole transcript"
            layer = Reading(title, lambda width: whole(talk, text, width), key="t")
        case ShowEarlier(done) if done:
            rows = [_earlier(d, book) for d in done]
            layer = Choosing("Go back to", rows, choose=lambda n: obey((GoBack(n),)))
        case ShowFound(items) if items:
            rows = [_found(i) for i in items]
            layer = Choosing("Found", rows, choose=lambda n: obey((Open(n),)))
        case _:
            pass  # ShowSelection: the main screen shows the codes anew in any case
    return layer


def _lines(lines: tuple[str, ...], width: int) -> Page:
    return Page([row for text in lines for row in (*paragraph(text, width), ())])


def _progress(now: Progress, agreement: str, book: Codebook, width: int) -> Page:
    goal = f" of {now.goal}" if now.goal is not None else ""
    pace = f", {now.per_hour:.0f} an hour" if now.per_hour is not None else ""
    told = f"{now.decided} decided{goal}, {now.skipped} skipped{pace}."
    rows = [*paragraph(told, width), ()]
    for code, count in now.codes:
        rows += paragraph(names.code_name(book, code), width, label=f"{count:4}")
    return Page([*rows, (), *paragraph(agreement, width)])


def _earlier(done: Done, book: Codebook) -> tuple[str, str]:
    skip = done.event.kind is EventKind.SKIP
    did = "skipped" if skip else names.given(done.event.codes, book)
    talk = _speech(done.item)
    memo = f"  Memo: {done.event.memo}" if done.event.memo else ""
    return f"{did} - {talk}", f"{did}: {talk}{memo}"


def _found(item: Item) -> tuple[str, str]:
    talk = _speech(item)
    return (f"{item.source}: {talk}" if item.source else talk), talk


def _speech(item: Item) -> str:
    return names.speech(item.speaker, item.sentence.text)
