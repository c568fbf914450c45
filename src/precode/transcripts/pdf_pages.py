"""The letters of a PDF and where they stand: the only user of pypdfium2, run as a process of its own.

    python -m precode.transcripts.pdf_pages FILE PAGES CHARACTERS

A PDF is a program that draws, and PDFium a large one in C++ that runs it: what hangs, crashes or
fills the memory then does so in a process that can be ended, and the study never notices. It
prints one JSON object: ``{"pages": [{"height", "width", "picture", "turned", "segments": [[text, left,
right, baseline, size, bold], …]}, …]}`` with sizes in points, baselines from the bottom and
``picture`` the share of the page under its largest picture, or ``{"refused": [what, mend]}``.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

# Memory that reading may take, where the system can hold it to that.
_MAX_MEMORY = 1_500_000_000
# A gap of so many letter heights parts table cells, columns, or a label from its speech.
_GAP = 1.5
# A hyphen at the end of a line, after which PDFium goes on with the next line without a blank.
_HYPHENS = (0x02, 0xFFFE)
_BLANK = frozenset((0x09, 0x0A, 0x0D, 0x20, 0xA0))
_FORCE_BOLD = 1 << 18  # among the flags of a font, PDF 32000-1, table 123


@dataclass(slots=True)
class _Segment:
    """Letters in a row without a wide gap."""

    left: float
    right: float
    baseline: float
    size: float
    pieces: list[str] = field(default_factory=list)
    bold: int = 0  # letters at its head that are bold
    plain: bool = False

    def row(self) -> list[Any]:
        text = "".join(self.pieces)
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        bold = min(self.bold, len(text))
        return [
            text,
            *(round(v, 1) for v in (self.left, self.right, self.baseline, self.size)),
            bold,
        ]


def read_pages(path: Path, *, pages: int, characters: int) -> dict[str, Any]:
    """What the module prints. Nothing is raised for a bad file: it is refused in the answer."""
    import pypdfium2
    from pypdfium2 import PdfiumError, raw

    try:
        document = pypdfium2.PdfDocument(path)
    except PdfiumError as error:
        if "assword" in str(error):
            return {"refused": ["has a password", "save it without a password"]}
        return _refused(f"is damaged: {error}")
    if len(document) > pages:
        mend = "split it, or raise pages under [limits] in precode.toml"
        return {"refused": [f"has {len(document):,} pages; above {pages:,} none is read", mend]}
    found: list[dict[str, Any]] = []
    left = characters
    for number in range(len(document)):
        try:
            page = document[number]
            text = page.get_textpage()
        except PdfiumError as error:
            return _refused(f"is damaged at page {number + 1}: {error}")
        letters = raw.FPDFText_CountChars(text)
        left -= letters
        if left < 0:
            mend = "split it, or raise characters under [limits] in precode.toml"
            return {"refused": [f"holds more than {characters:,} characters of text", mend]}
        width, height = page.get_size()
        segments, turned = _segments(raw, text, letters)
        found.append(
            {"width": width, "height": height, "picture": _picture(raw, page, width * height),
             "turned": turned,
             "segments": [s.row() for s in segments]}
        )  # fmt: skip
        text.close()
        page.close()
    return {"pages": found}


def _picture(raw: Any, page: Any, area: float) -> float:
    shares = [0.0]
    for picture in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        shares.append(abs((right - left) * (top - bottom)) / max(area, 1.0))
    return round(max(shares), 2)


def _refused(what: str) -> dict[str, Any]:
    return {"refused": [what, "open it and save or print it as a PDF again, or save it as .docx"]}


class _Word(NamedTuple):  # many thousands of them: half the time of a dataclass
    text: str
    left: float
    right: float
    baseline: float
    size: float
    turned: bool
    bold: bool


def _segments(raw: Any, text: Any, letters: int) -> tuple[list[_Segment], int]:
    """The segments in the order in which the page draws them, and how many letters are turned."""
    found: list[_Segment] = []
    now: _Segment | None = None
    turned = 0
    for word in _words(raw, text, letters):
        if word.turned:
            turned += len(word.text)
            continue
        if now is None or not _goes_on(now, word):
            now = _Segment(word.left, word.right, word.baseline, word.size)
            found.append(now)
        else:
            now.pieces.append(" ")
            now.bold += not now.plain
        now.pieces.append(word.text)
        now.right = max(now.right, word.right)
        now.size = max(now.size, word.size)
        now.plain = now.plain or not word.bold
        now.bold += 0 if now.plain else len(word.text)
    return found, turned


def _goes_on(now: _Segment, word: _Word) -> bool:
    """On the same line, neither before what is there nor far behind it. Raised letters are on it."""
    near = abs(word.baseline - now.baseline) < 0.5 * max(now.size, word.size)
    return near and -0.6 * word.size < word.left - now.right < _GAP * word.size


def _words(raw: Any, text: Any, letters: int) -> Iterator[_Word]:
    """Letters between blanks. PDFium puts a blank wherever letters are apart, and a line break
    wherever the next ones stand elsewhere; asking where each letter stands takes three times as long.
    """
    x, y = ctypes.c_double(), ctypes.c_double()
    box = raw.FS_RECTF()
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    codes = [raw.FPDFText_GetUnicode(text, i) for i in range(letters)]
    start = 0
    for last, code in enumerate([*codes, 0x20]):
        if code not in _BLANK and code not in _HYPHENS:
            continue
        first, end, start = start, last + (code in _HYPHENS), last + 1
        if first >= end:
            continue
        said = "".join("\xad" if c in _HYPHENS else chr(c) for c in codes[first:end])
        # the loose box is the letter's advance: the tight one of "1" leaves gaps like spaces
        raw.FPDFText_GetLooseCharBox(text, first, box)
        left, right, height = box.left, box.right, abs(box.top - box.bottom)
        if end - first > 1:
            raw.FPDFText_GetLooseCharBox(text, end - 1, box)
            right = max(right, box.right)
        raw.FPDFText_GetCharOrigin(text, first, x, y)
        size = raw.FPDFText_GetFontSize(text, first)
        # the size of some fonts is 1, scaled by the page: then what is drawn says more
        size = size if size > 2 else max(height, 1.0)
        turned = 0.1 <= raw.FPDFText_GetCharAngle(text, first) <= 6.18
        raw.FPDFText_GetFontInfo(text, first, name, len(name), flags)
        bold = b"bold" in name.value.lower() or bool(flags.value & _FORCE_BOLD)
        yield _Word(said, left, right, y.value, size, turned, bold)


def _hold_memory() -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def main() -> None:
    """The command."""
    _hold_memory()
    path, pages, characters = sys.argv[1:]
    try:
        answer = read_pages(Path(path), pages=int(pages), characters=int(characters))
    except MemoryError:
        answer = _refused("needs more memory than a transcript should")
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
