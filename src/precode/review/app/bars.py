"""The one-line panes around the talk: where one is, what the machine says, how it goes, the keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len

from precode.codebook import Codebook
from precode.review.app.rows import Page, Row, Span, clip, filled, paragraph
from precode.review.effects import ShowSuggestion
from precode.review.facing import Facing
from precode.review.tally import Progress
from precode.review.values import Said, Setup, Suggestion
from precode.review.wording import names
from precode.review.wording.items import reason

BAR = "reverse"
GAP = "  ·  "


def header(setup: Setup, facing: Facing | None, now: Progress, width: int, *, rows: int) -> Page:
    """Coder, position and source; why this sentence; in one row or two."""
    aim = f", goal {now.goal}" if now.goal is not None else ""
    place = f"{setup.coder}{GAP}{now.decided} done{aim}"
    why = ""
    if facing is not None:
        place += f"{GAP}{facing.item.source}" if facing.item.source else ""
        why = "; ".join([reason(facing.item.why, facing.item.reason), *_marks(facing)])
    if rows == 1 and why:
        place += f"{GAP}{why}"
    top = filled(clip([Span(place, BAR)], width), width)
    return Page((top,) if rows == 1 else (top, clip([Span(why, "italic")], width)))


def _marks(facing: Facing) -> Iterable[str]:
    if facing.standing is not None:
        nothing = "" if facing.standing.codes else " that nothing applies"
        yield f"DECIDED{nothing}: Enter keeps it"
    elif facing.skipped is not None:
        yield "SKIPPED: Enter leaves it so"
    if facing.flag is not None:
        yield "FLAGGED"
    if facing.memo:
        yield "MEMO"


def suggestion(shown: Suggestion | None, book: Codebook, width: int) -> Page:
    """What the machine suggests, with its confidence, and one line on why; nothing if not seen."""
    if shown is None:
        return Page(())
    rows = paragraph(names.suggested(shown, book), width, label="Machine:", indent=2)
    if shown.evidence:
        rows.append(clip([Span("  because ", "bold"), Span(shown.evidence)], width))
    return Page(rows)


def others(said: Sequence[Said], book: Codebook, width: int) -> Page:
    """What colleagues gave the sentence, with their memos."""
    rows: list[Row] = []
    for one in said:
        rows += paragraph(names.given(one.codes, book), width, label=f"{one.who}:", indent=2)
        if one.memo:
            rows += paragraph(one.memo, width, label="  memo:", indent=2)
    return Page(rows)


def revealed(shown: ShowSuggestion, book: Codebook) -> str:
    """What is told when the suggestion is revealed after the coder's own decision."""
    if shown.agrees:
        return f"Stored. The machine suggests the same: {names.given(shown.decided, book)}."
    return "Stored. The machine differs: Enter keeps yours, or change the codes, then Enter."


def status(now: Progress, book: Codebook, agreement: str, width: int) -> Page:
    """How the session goes, on one row if there is room for the agreement, else on two."""
    pace = f"{now.per_hour:.0f} an hour" if now.per_hour is not None else "no rate yet"
    given = " ".join(f"{book.leaf_ids.index(c) + 1}:{n}" for c, n in _numbered(now, book) if n)
    did = f"{now.decided} decided, {now.skipped} skipped{GAP}{pace}{GAP}codes {given or 'none yet'}"
    if not agreement:
        return Page((clip([Span(did)], width),))
    if cell_len(did) + len(GAP) + cell_len(agreement) <= width:
        return Page((clip([Span(f"{did}{GAP}{agreement}")], width),))
    return Page((clip([Span(did)], width), clip([Span(agreement)], width)))


def _numbered(now: Progress, book: Codebook) -> Iterable[tuple[str, int]]:
    return ((c, n) for c, n in now.codes if c in book.leaf_ids)


def notice(text: str, pending: str, width: int) -> Page:
    """One thing to tell, or the number being typed."""
    if pending:
        text = f"Code {pending}… (Enter takes it, Escape drops it)"
    rows: list[Row] = paragraph(text, width, style="bold") if text else [()]
    return Page(rows)


def hidden(above: int, below: int, width: int) -> Page:
    """How much of the talk is out of view."""
    told = [f"▲ {above} more above"] * bool(above) + [f"▼ {below} more below"] * bool(below)
    keys = ["PgUp"] * bool(above) + ["PgDn"] * bool(below)
    text = f"  {'  '.join(told)}: {' '.join(keys)}" if told else ""
    return Page((clip([Span(text, "italic")], width),))


def footer(keys: Iterable[tuple[str, str]], width: int) -> Page:
    """The keys that fit, whole ones only; the last is always there."""
    *most, last = keys
    spans: list[Span] = []
    left = width - _size(last)
    for key in most:
        if _size(key) > left:
            break
        left -= _size(key)
        spans += [Span(key[0], "bold reverse"), Span(f" {key[1]}  ")]
    return Page((clip([*spans, Span(last[0], "bold reverse"), Span(f" {last[1]}")], width),))


def _size(key: tuple[str, str]) -> int:
    return cell_len(key[0]) + cell_len(key[1]) + 3
