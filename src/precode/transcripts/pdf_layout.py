"""Where the letters of a PDF's pages stand → lines in the order in which they are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_PAGE_NUMBER = re.compile(
    r"(?i)\W*(?:page|p|pg|seite|pagina|página)?\W*(?:\d{1,4}|[ivxl]{1,7})"
    r"(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?\W*"
)
# Heads and feet stand in these shares of the page's height ...
_TOP, _BOTTOM = 0.88, 0.12
# ... on this share of the pages, or half as many where left and right pages differ.
_RECURS = 0.4
_SAME = 4.0  # points


@dataclass(frozen=True, slots=True)
class Segment:
    """Letters in a row: ``baseline`` counts from the bottom of the page, in points like all else."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    bold: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is drawn. ``picture``: the share of it under its largest picture. ``turned``:
    letters that do not stand upright, which are no lines.
    """

    width: float
    height: float
    segments: tuple[Segment, ...]
    picture: float = 0.0
    turned: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text. ``gap`` is the distance to the line before, in points, None on top of a page
    or column. ``ends_early``: the next line's first word would have had room in it. ``shifted``: it
    begins further to the right or left than the line before.
    """

    text: str
    bold: int
    gap: float | None
    ends_early: bool = False
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a file in reading order; ``heads`` are running heads and feet, by their text;
    ``numbered`` counts the pages whose number was found, ``numbers`` the lines that had one.
    """

    lines: tuple[Line, ...]
    heads: tuple[str, ...] = ()
    numbered: int = 0
    numbers: int = 0
    columns: int = 0


Row = tuple[Segment, ...]


def lay_out(pages: Sequence[Page]) -> Layout:
    """``pages`` in reading order, without running heads, page numbers and line numbers."""
    rows = [_rows(page.segments) for page in pages]
    heads, numbered = _furniture(pages, rows)
    rows = [[r for r in of if r not in gone] for of, gone in zip(rows, heads, strict=True)]
    texts = dict.fromkeys(_plain(r) for gone in heads for r in gone if not _is_number(r))
    rows, numbers = _without_numbers(rows)
    lines: list[Line] = []
    columns = 0
    for of in rows:
        parts = list(_ordered(of))
        columns += any(part.column for part in parts)
        for part in parts:
            lines += _lines(part.rows)
    return Layout(tuple(lines), tuple(texts), numbered, numbers, columns)


def _rows(segments: Sequence[Segment]) -> list[Row]:
    """Segments on one baseline, from the top of the page to its bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-s.baseline, s.left)):
        last = rows[-1][0] if rows else None
        if last and last.baseline - segment.baseline < 0.35 * min(last.size, segment.size):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [_once(sorted(row, key=lambda s: s.left)) for row in rows]


def _once(row: Sequence[Segment]) -> Row:
    """Bold type is often the same words drawn twice, a hair apart."""
    kept: list[Segment] = []
    for segment in row:
        if not any(
            k.text == segment.text and abs(k.left - segment.left) < 0.4 * k.size for k in kept
        ):
            kept.append(segment)
    return tuple(kept)


def _plain(row: Row) -> str:
    return " ".join(" ".join(s.text for s in row).replace("\xad", "-").split())


def _is_number(row: Row) -> bool:
    return _PAGE_NUMBER.fullmatch(_plain(row)) is not None


def _furniture(pages: Sequence[Page], rows: Sequence[Sequence[Row]]) -> tuple[list[set[Row]], int]:
    """For each page its running heads, feet and page number; and how many pages have a number."""
    edges = [_edges(page, of) for page, of in zip(pages, rows, strict=True)]
    margins = [[row for side in of for row, _ in side] for of in edges]
    needed = max(3, 0.5 * _RECURS * len(pages)) if len(pages) > 4 else 2
    seen: Counter[tuple[str, int]] = Counter()
    for rows_there in margins:
        seen.update({(_shape(row), step) for row in rows_there for step in _steps(row)})
    word_for_word = Counter(text for of in margins for text in {_plain(row) for row in of})
    changing = Counter(s for s, _ in {(_shape(r), _plain(r)) for of in margins for r in of})
    found: list[set[Row]] = []
    numbered = 0
    for of in edges:
        gone: set[Row] = set()
        for side in of:
            for row, apart in side:
                times = max(seen[_shape(row), step] for step in _steps(row))
                recurs = times >= needed or _is_number(row)
                everywhere = len(pages) > 4 and word_for_word[_plain(row)] > 0.8 * len(pages)
                if not (apart and recurs) and not everywhere:
                    break  # what lies further in is text
                gone.add(row)
        numbered += any(_is_number(r) or changing[_shape(r)] > 1 for r in gone)
        found.append(gone)
    return found, numbered


def _edges(page: Page, rows: Sequence[Row]) -> list[list[tuple[Row, bool]]]:
    """The rows nearest to the top edge, and to the bottom edge, while they lie in the margins, from
    the edge inwards, each with whether it or one further in stands apart from the text.
    """
    sides: list[list[tuple[Row, bool]]] = []
    gaps = [a[0].baseline - b[0].baseline for a, b in pairwise(rows)]
    usual = median(gaps) if gaps else 0.0
    for ordered, between in ((rows, gaps), (rows[::-1], gaps[::-1])):
        most = [r for r in ordered[:4] if not _BOTTOM < r[0].baseline / page.height < _TOP]
        apart = [any(g > 1.3 * usual for g in between[i : len(most)]) for i in range(len(most))]
        alone = len(rows) <= len(most)
        sides.append([(row, far or alone) for row, far in zip(most, apart, strict=True)])
    return sides


def _shape(row: Row) -> str:
    return re.sub(r"\d+", "9", _plain(row))


def _steps(row: Row) -> tuple[int, int]:
    """The place on the page, coarsely: two steps, of which neighbours share one."""
    step = int(row[0].baseline / _SAME)
    return step, step + 1


def _without_numbers(rows: Sequence[list[Row]]) -> tuple[list[list[Row]], int]:
    """Without the numbers that stand before the lines, where they count up."""
    firsts = [
        (int(row[0].text), row[0].left)
        for of in rows
        for row in of
        if len(row) > 1 and re.fullmatch(r"\d{1,5}", row[0].text)
    ]
    alone = sum(len(row) == 1 and row[0].text.isdecimal() for of in rows for row in of)
    steps = Counter(b - a for (a, _), (b, _) in pairwise(firsts))
    step, n = steps.most_common(1)[0] if steps else (0, 0)
    if len(firsts) < 10 or alone > len(firsts) or step not in (1, 2, 5, 10):
        return list(rows), 0
    on_pages = sum(len(of) for of in rows if any(len(r) > 1 and r[0].text.isdecimal() for r in of))
    if n < 0.8 * (len(firsts) - 1 - len(rows)) or len(firsts) * step < 0.6 * on_pages:
        return list(rows), 0
    kept = [
        [r[1:] if len(r) > 1 and re.fullmatch(r"\d{1,5}", r[0].text) else r for r in of]
        for of in rows
    ]
    return [[r for r in of if not (len(r) == 1 and r[0].text.isdecimal())] for of in kept], len(
        firsts
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows that are read one after the other."""

    rows: tuple[Row, ...]
    column: bool = False


def _ordered(rows: Sequence[Row], depth: int = 0) -> Iterator[_Part]:
    """Columns one after the other, between the lines that run over all of them."""
    segments = [s for row in rows for s in row]
    gutter = _gutter(segments) if depth < 3 else None
    if gutter is None:
        if rows:
            yield _Part(tuple(rows), depth > 0)
        return
    band: list[Row] = []
    for row in [*rows, None]:
        crossing = row is not None and any(s.left < gutter < s.right for s in row)
        if row is not None and not crossing:
            band.append(row)
            continue
        for side in (0, 1):
            half = (tuple(s for s in r if (s.left >= gutter) == bool(side)) for r in band)
            yield from _ordered([r for r in half if r], depth + 1)
        band = []
        if row is not None:
            yield _Part((row,), False)


def _gutter(segments: Sequence[Segment]) -> float | None:
    """Where a strip of white parts two columns of running text; None where there is one column, or
    the left one is too narrow for text: labels, times.
    """
    if len(segments) < 12:
        return None
    width = max(s.right for s in segments) - min(s.left for s in segments)
    best: tuple[int, float] | None = None
    for x in sorted({round(s.left) - 3.0 for s in segments}):
        left = [s for s in segments if s.right <= x]
        right = [s for s in segments if s.left > x]
        crossing = len(segments) - len(left) - len(right)
        if min(len(left), len(right)) < 0.25 * len(segments) or crossing > 0.15 * len(segments):
            continue
        wide = [median(s.right - s.left for s in side) for side in (left, right)]
        if min(wide) > 0.2 * width and (best is None or crossing < best[0]):
            best = (crossing, x)
    return best[1] if best else None


def _lines(rows: Sequence[Row]) -> Iterator[Line]:
    """The rows of one column as lines; the parts of a row are parted by tabs."""
    edge = sorted(row[-1].right for row in rows)[int(0.95 * (len(rows) - 1))]
    for index, row in enumerate(rows):
        text = "\t".join(s.text.strip() for s in row)
        first, last = row[0], row[-1]
        gap = rows[index - 1][0].baseline - first.baseline if index else None
        early = False
        if index + 1 < len(rows):
            following = rows[index + 1][0]
            letter = (following.right - following.left) / max(1, len(following.text))
            word = following.text.split()[0] if following.text.split() else ""
            early = last.right + letter * (len(word) + 1.5) < edge
        shifted = index > 0 and abs(rows[index - 1][0].left - first.left) > first.size
        yield Line(text, min(first.bold, len(first.text)), gap, early, shifted)


def usual_gap(lines: Sequence[Line]) -> float:
    """The distance between most lines, in points."""
    gaps = Counter(round(line.gap) for line in lines if line.gap)
    return float(gaps.most_common(1)[0][0]) if gaps else 12.0


def joined_hyphens(lines: Sequence[Line]) -> Mapping[int, bool]:
    """For each line that ends in a hyphen, whether the hyphen goes when the next line is joined to
    it: by how the file writes the word elsewhere, and by whether it breaks words at all.
    """
    words = Counter(
        w.casefold() for line in lines for w in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text)
    )
    broken = [i for i, line in enumerate(lines[:-1]) if line.text.endswith("\xad")]
    breaks_words = len(broken) > 0.02 * len(lines)
    found: dict[int, bool] = {}
    for i in broken:
        before = re.search(r"([\w-]*)\xad$", lines[i].text)
        after = re.match(r"[^\W\d_]+", lines[i + 1].text)
        head = before[1].casefold() if before else ""
        tail = after[0].casefold() if after else ""
        if not head or not tail or after is None or not after[0][0].islower() or "-" in head:
            found[i] = False
        elif words[head + tail] != words[f"{head}-{tail}"]:
            found[i] = words[head + tail] > words[f"{head}-{tail}"]
        else:
            found[i] = breaks_words
    return found
