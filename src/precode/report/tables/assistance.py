"""Suggestions and the coders: what was shown, what they did then, and how long it took."""

from __future__ import annotations

from precode.report.grid import Cell, Column, Form, Grid, Row
from precode.report.shown import Assistance, PaceRow, ShiftRow
from precode.report.tables.index import Index, code_labels

ALL = "All coders"

_BY_TRANSCRIPT = (
    "In brackets, 95% intervals over transcripts; there is none from fewer than three, or where "
    "every draw of them gives the same."
)


def assistance(index: Index) -> tuple[Grid, ...]:
    """The section's tables; none where nothing was shown."""
    a = index.view.assistance
    if a is None:
        return ()
    grids = (_shown(a), _in_view(a), _bands(a), _codes(a, index), _shifts(a), _pace(a), _probes(a))
    return tuple(g for g in grids if g is not None)


def method(index: Index) -> str:
    """A paragraph for the methods: what the rule was, what was shown, and that it was kept apart.

    Empty where the view does not know.
    """
    a = index.view.assistance
    if a is None:
        return ""
    said = {
        "after": "a coder decides first, then sees the machine’s suggestion and may revise; both "
        "decisions are stored",
        "before": "the machine’s suggestion is in view while a coder decides",
        "never": "coders are not shown the machine’s suggestions",
    }
    parts = [f"By the study’s setting (“{a.policy}”), {said.get(a.policy, 'as set')}."]
    own = [r for r in a.shown if r.coder] or list(a.shown)
    start = [r for r in a.in_view if r.coder] or list(a.in_view)
    after, before = sum(r.shown for r in own), sum(r.shown for r in start)
    if after or before:
        names = {r.coder for r in own} | {r.coder for r in start}
        parts.append(
            f"{len(names)} {'coder was' if len(names) == 1 else 'coders were'} shown "
            f"{_n(after + before, 'suggestion')}: {after:,} after their own decision, {before:,} "
            "in view from the start."
        )
    else:
        parts.append("No suggestion of the machine’s has been shown so far.")
    decided = {0: "none was", 1: "1 was"}.get(a.assisted, f"{a.assisted:,} were")
    parts.append(
        f"Of the {_n(a.readings, 'reading')} that stand (a sentence read by a coder), {decided} "
        "decided with a suggestion in view. Such readings are marked, and enter neither the "
        "machine’s validation nor the agreement between coders."
    )
    if planted := sum(r.shown for r in ([r for r in a.probes if r.coder] or a.probes)):
        parts.append(
            f"Beside these, {_n(planted, 'suggestion')} {'was' if planted == 1 else 'were'} wrong "
            "on purpose (probes); what was decided on them codes nothing."
        )
    if not a.audit:
        parts.append("No audit sample has been drawn yet.")
    elif not a.audit_shown:
        parts.append(
            f"None of the {_n(a.audit, 'sentence')} of the random audit sample was shown with a "
            f"suggestion of the machine’s{' (probes are not the machine’s)' if planted else ''}."
        )
    else:
        parts.append(
            f"Against the rule, {a.audit_shown:,} of the {_n(a.audit, 'sentence')} of the random "
            "audit sample were shown with a suggestion; claims that rest on the sample must leave "
            "them out."
        )
    return " ".join(parts)


def _shown(a: Assistance) -> Grid | None:
    rows = tuple(
        _row(r.coder, r.shown, r.agreed, r.differed, r.accepted, r.partly, r.otherwise, r.kept)
        for r in a.shown
    )
    notes = [
        "“Accepted” is no merit and “kept own” no fault: these shares do not say who was right. "
        "Equal means the same codes with the same polarities.",
        "Agreed at once: share of all. Of the suggestions that differed: accepted (the decision "
        "became the machine’s), partly (it came nearer to it), otherwise (it changed without "
        "coming nearer) and kept own (it stayed) add up to one. A decision counts as it stands "
        "now, after every undo.",
        f"{_BY_TRANSCRIPT} Where all are alike (0 or 1), the exact binomial interval stands in: "
        "it takes sentences as independent. With a dozen transcripts or fewer, intervals are "
        "somewhat too narrow.",
    ]
    notes += _left_out(sum(r.undecided for r in a.shown if r.coder or len(a.shown) == 1))
    return _grid(
        "suggestions-shown", "What became of suggestions revealed after a decision", rows, notes,
        Column("Coder"), Column("Revealed", Form.COUNT), Column("Agreed at once", Form.SCORE),
        Column("Differed", Form.COUNT), Column("Accepted", Form.SCORE),
        Column("Partly", Form.SCORE), Column("Otherwise", Form.SCORE),
        Column("Kept own", Form.SCORE),
    )  # fmt: skip


def _in_view(a: Assistance) -> Grid | None:
    rows = tuple(_row(r.coder, r.shown, r.same) for r in a.in_view)
    notes = [
        "What these coders would have decided alone is not known, so that no share of accepted "
        "suggestions can be given.",
        *_left_out(sum(r.undecided for r in a.in_view if r.coder or len(a.in_view) == 1)),
    ]
    return _grid(
        "suggestions-in-view", "Suggestions in view before the decision", rows, notes,
        Column("Coder"), Column("Shown", Form.COUNT), Column("Decided as suggested", Form.SCORE),
    )  # fmt: skip


def _bands(a: Assistance) -> Grid | None:
    several = len({r.in_view for r in a.bands}) > 1
    # a coder with too few codes in every band would be a column of words
    told = {(r.coder, r.in_view) for r in a.bands if not str(r.taken).startswith("not estimable")}
    first = {r.in_view: r.coder for r in reversed(a.bands)}  # all coders, or the only one
    kept = [r for r in a.bands if r.coder == first[r.in_view] or (r.coder, r.in_view) in told]
    rows = tuple(
        Row(
            (r.label, r.offered, r.taken),
            (r.coder or ALL)
            + (
                (", in view from the start" if r.in_view else ", revealed after") if several else ""
            ),
        )
        for r in kept
    )
    notes = [
        "Units are single codes that the machine suggested with this confidence and the coder had "
        "not given (with that polarity); taken up are those that the decision holds now. In the "
        "last row units are sentences to which the coder had given a code, and the machine none.",
    ]
    if any(r.in_view for r in a.bands):
        notes.append("Where the suggestion was in view from the start, every code counts.")
    if silent := sorted({r.coder for r in a.bands} - {r.coder for r in kept}):
        notes.append(f"Too few in every row to stand alone: {', '.join(silent)}.")
    return _grid(
        "suggestions-by-confidence", "Suggested codes taken up, by the machine’s confidence",
        rows, notes, Column("Confidence"), Column("Suggested", Form.COUNT),
        Column("Taken up", Form.SCORE), groups="Coder",
    )  # fmt: skip


def _codes(a: Assistance, index: Index) -> Grid | None:
    labels = code_labels(index)
    rows = tuple(
        Row((labels.get(r.code, (r.code, ""))[0], r.n, r.positives, r.before, r.after, r.change),
            labels.get(r.code, (r.code, ""))[1])
        for r in a.codes
    )  # fmt: skip
    notes = [
        "All coders together. These are sentences that the queue chose, not a random sample: the "
        "table shows what the reveal did, not how good the machine is.",
        "With the code: given by coder or machine, before or after. "
        f"{_BY_TRANSCRIPT} Change: after minus before, on the same sentences.",
    ]
    return _grid(
        "suggestions-codes", "Agreement of coder and machine before and after the reveal, by code",
        rows, notes, Column("Code"), Column("Decisions", Form.COUNT),
        Column("With the code", Form.COUNT),
        Column("κ before", Form.SCORE), Column("κ after", Form.SCORE),
        Column("Change", Form.SCORE), groups="Domain",
    )  # fmt: skip


def _shifts(a: Assistance) -> Grid | None:
    def both(r: ShiftRow) -> tuple[Row, Row]:
        other = "With a colleague who decided unaided" if r.colleagues else "With the machine"
        same = (r.same_before, r.same_after, r.same_change, r.towards, r.away)
        f1 = (r.f1_before, r.f1_after, r.f1_change, None, None)
        name = r.coder or ALL
        return (
            Row((name, r.n, *same), f"{other}: the same codes and polarities"),
            Row((name, r.n, *f1), f"{other}: positive agreement on codes (F1)"),
        )

    rows = tuple(
        pair[which]
        for colleagues in (False, True)
        for pairs in [[both(r) for r in a.shifts if r.colleagues is colleagues]]
        for which in (0, 1)
        for pair in pairs
    )
    notes = [
        f"All codes together. {_BY_TRANSCRIPT} Change: after minus before, on the same sentences. "
        "Nearer and farther count the revised decisions that came nearer to the other side’s, or "
        "went farther from it.",
    ]
    if any(r.colleagues for r in a.shifts):
        notes.append(
            "A colleague’s decision is the one made before any suggestion was revealed to them. "
            "With several colleagues a sentence counts with each."
        )
    else:
        notes.append("No colleague has decided any of these sentences unaided.")
    return _grid(
        "suggestions-shift", "Agreement before and after the reveal, by coder", rows, notes,
        Column("Coder"), Column("Decisions", Form.COUNT), Column("Before", Form.SCORE),
        Column("After", Form.SCORE), Column("Change", Form.SCORE), Column("Nearer", Form.COUNT),
        Column("Farther", Form.COUNT), groups="Compared",
    )  # fmt: skip


def _pace(a: Assistance) -> Grid | None:
    def quartiles(r: PaceRow) -> tuple[Cell, Cell]:
        if r.median is None or r.lower is None or r.upper is None:
            return "–", "–"
        return _seconds(r.median), f"{_seconds(r.lower)} to {_seconds(r.upper)}"

    rows = tuple(
        Row((r.what, r.n, *quartiles(r), r.breaks, r.untimed), r.coder or ALL) for r in a.pace
    )
    notes = [
        "From the sentence on show to Enter; a revision adds the time from the suggestion on show "
        "to the second Enter. Decisions with more than five minutes were breaks, and are left out. "
        "Which sentences get a suggestion is not random, so the rows do not compare like with like.",
    ]
    return _grid(
        "suggestions-pace", "Time per decision", rows, notes,
        Column("Decision"), Column("Timed", Form.COUNT), Column("Median"),
        Column("Quartiles"), Column("Breaks left out", Form.COUNT),
        Column("Not timed", Form.COUNT), groups="Coder",
    )  # fmt: skip


def _probes(a: Assistance) -> Grid | None:
    rows = tuple(
        _row(r.coder, r.shown, r.matched, r.differed, r.accepted, r.partly, r.share)
        for r in a.probes
    )
    notes = [
        "Probes are suggestions that are wrong on purpose, which the team opted for. Matched: the "
        "coder’s own answer said the same, so that nothing can be told. Of those that differed, the "
        "share accepted whole, with the exact interval of Clopper and Pearson (1934), which takes "
        "probes as independent; partly: the decision came nearer to the wrong suggestion.",
    ]
    own = [r for r in a.probes if r.coder or len(a.probes) == 1]
    notes += _left_out(sum(r.undecided for r in own))
    if unknown := sum(r.unknown for r in own):
        notes.append(f"{unknown:,} lack an unaided answer to compare with, and are left out.")
    return _grid(
        "suggestions-probes", "Planted wrong suggestions", rows, notes,
        Column("Coder"), Column("Shown", Form.COUNT), Column("Matched", Form.COUNT),
        Column("Differed", Form.COUNT), Column("Accepted", Form.COUNT),
        Column("Partly", Form.COUNT), Column("Share accepted", Form.SCORE),
    )  # fmt: skip


def _grid(
    name: str,
    caption: str,
    rows: tuple[Row, ...],
    notes: list[str],
    *columns: Column,
    groups: str = "Group",
) -> Grid | None:
    return Grid(name, caption, columns, rows, tuple(notes), groups) if rows else None


def _row(coder: str, *cells: Cell) -> Row:
    return Row((coder or ALL, *cells))


def _left_out(undecided: int) -> list[str]:
    if not undecided:
        return []
    return [f"On {undecided:,} of them no decision stands; they are in no share."]


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"


def _n(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
