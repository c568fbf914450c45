"""Rich Text (.rtf).

Read here rather than by striprtf, the only kept library for it: that one puts deleted and hidden
text among what was said, drops footnotes and headers without a word, writes link targets into the
talk, knows nothing of bold labels and tables, and its patterns take quadratic time on hostile files.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from precode.errors import InputError
from precode.settings import Limits
from precode.transcripts.blocks import Block, Grid, Paragraph, draft_blocks
from precode.transcripts.drafts import Draft, count, listed

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)",
    re.DOTALL,
)
_WORDS = {
    "tab": "\t", "line": "\n", "emdash": "\u2014", "endash": "\u2013", "emspace": " ",
    "enspace": " ", "qmspace": " ", "bullet": "\u2022", "lquote": "\u2018", "rquote": "\u2019",
    "ldblquote": "\u201c", "rdblquote": "\u201d", "softline": "\n", "lbr": "\n",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "_": "-", "-": "", "{": "{", "}": "}", "\\": "\\"}
# Groups that hold no speech; those with a name are told of in the notes.
_DESTINATIONS = dict.fromkeys(
    ["fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "themedata", "datastore", "colorschememapping", "latentstyles", "listtable", "listoverridetable", "rsidtbl", "generator", "fldinst", "xe", "tc", "bkmkstart", "bkmkend", "filetbl", "revtbl", "template", "pgdsctbl", "pgdsc", "background", "shpinst", "sp", "sn", "sv", "nonshppict", "pn", "pntext", "listtext", "atnid", "atnauthor", "atntime", "atnref", "atndate", "atnparent", "atrfstart", "atrfend", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "mmathPr", "xmlnstbl", "wgrffmtfilter", "userprops", "docvar", "formfield", "do", "falt", "panose", "blipuid", "upr"],
    "",
) | {
    "footnote": "footnote", "annotation": "comment", "shptxt": "text box", "dptxbxtext": "text box",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "head"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "head"),
}  # fmt: skip
_ENDS = {"par", "sect", "page", "cell", "nestcell", "row", "nestrow"}
_CHARSETS = {
    0: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_MAX_DEPTH = 2000


def read_rich_text(data: bytes, *, name: str, limits: Limits, patterns: Sequence[str]) -> Draft:
    """The draft of an .rtf. Headers, footers, footnotes, comments, deleted and hidden text are left
    out, and the notes say so. Raises :class:`InputError` for a file that is no RTF or holds no text.
    """
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise InputError(
            f"{name} is not an .rtf file, despite its name",
            mend="open it in Word or LibreOffice and save it again",
        )
    reader = _Reader()
    blocks = list(reader.read(_without_binary(data).decode("latin-1"), name))
    counts = reader.counts
    notes = list(listed("headers and footers left out", map(str.strip, reader.heads)))
    if counts["insertion"] or counts["deletion"]:
        notes.append("tracked changes: insertions were kept, deletions left out")
    for what in ("comment", "footnote", "text box"):
        if counts[what]:
            notes.append(f"{count(counts[what], what)} left out")
    if counts["hidden"]:
        notes.append(f"hidden text left out in {count(counts['hidden'], 'place')}")
    if counts["unreadable"]:
        notes.append(
            f"{count(counts['unreadable'], 'character')} unreadable in its code page, "
            "kept as \ufffd: check"
        )
    return draft_blocks(blocks, name=name, limits=limits, patterns=patterns, notes=notes)


def _without_binary(data: bytes) -> bytes:
    """Without the raw bytes that ``\\bin`` announces: they may look like anything."""
    pieces: list[bytes] = []
    at = 0
    for match in re.finditer(rb"\\bin(\d{1,9}) ?", data):
        if match.start() >= at:
            pieces.append(data[at : match.start()])
            at = match.end() + int(match[1])
    return b"".join([*pieces, data[at:]])


@dataclass(frozen=True, slots=True)
class _State:
    """What holds inside a group. ``skip``: "" for text of the body, else what the group is."""

    skip: str = ""
    silent: bool = False
    bold: bool = False
    hidden: bool = False
    deleted: bool = False
    font: int = -1
    fallback: int = 1  # characters after \\u that stand in for it


@dataclass
class _Reader:
    """Reads tokens into blocks. ``counts`` says what was met and left out."""

    counts: Counter[str] = field(default_factory=Counter)
    heads: list[str] = field(default_factory=list)
    codepage: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    default: int = -1
    state: _State = field(default_factory=_State)
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)
    cell: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    rows: list[tuple[str, ...]] = field(default_factory=list)
    in_table: bool = False
    left: int = 0  # of the fallback characters
    font_read: int = -1

    def read(self, text: str, name: str) -> Iterator[Block]:
        """The blocks of the whole file."""
        stack: list[_State] = []
        star = False
        for match in _TOKEN.finditer(text):
            word, number, byte, sign, brace, run = match.groups()
            if byte is not None:
                self._byte(int(byte, 16))
                continue
            if run is None or not self.left:
                self._flush()
            if brace == "{":
                if len(stack) >= _MAX_DEPTH:
                    raise InputError(
                        f"{name} is damaged: it is nested deeper than any document",
                        mend="open it in Word or LibreOffice and save it again",
                    )
                stack.append(self.state)
                star, self.left = False, 0
            elif brace == "}":
                if not stack:
                    break
                self.state, self.left = stack.pop(), 0
                if not stack:
                    break
            elif sign is not None:
                if sign == "*":
                    star = True
                elif sign in _SIGNS:
                    self._say(_SIGNS[sign])
                elif sign in "\r\n":
                    yield from self._end("par")
            elif word is not None:
                yield from self._word(word, number, star)
                star = False
            elif run is not None:
                self._run(run)
        self._flush()
        yield from self._end("par")
        yield from self._close_table()

    def _word(self, word: str, number: str | None, star: bool) -> Iterator[Block]:
        value = int(number) if number else None
        state = self.state
        if word in _DESTINATIONS or (star and word not in ("shppict", "fldrslt", "nesttableprops")):
            what = _DESTINATIONS.get(word, "")
            self.counts[what] += not state.silent or what == "text box"
            if what == "head" and not state.silent:
                self.heads.append("")
            self.state = replace(state, silent=True, skip=what if not state.silent else state.skip)
            if word == "fonttbl":
                self.state = replace(self.state, skip="fonts")
        elif word == "u" and value is not None:
            self._say(chr(value % 0x10000))
            self.left = state.fallback
        elif word in _WORDS:
            self._say(_WORDS[word])
        elif word in _ENDS and not state.silent:
            yield from self._end(word)
        elif word == "b":
            self.state = replace(state, bold=value != 0)
        elif word == "v":
            self.state = replace(state, hidden=value != 0)
        elif word == "deleted":
            self.state = replace(state, deleted=value != 0)
            self.counts["deletion"] += value != 0
        elif word == "revised":
            self.counts["insertion"] += value != 0
        elif word == "plain":
            self.state = replace(state, bold=False, hidden=False, deleted=False, font=self.default)
        elif word == "pard":
            self.in_table = False
        elif word == "intbl":
            self.in_table = True
        elif value is not None:
            self._number(word, value)

    def _number(self, word: str, value: int) -> None:
        if word == "uc":
            self.state = replace(self.state, fallback=min(max(value, 0), 8))
        elif word == "f" and self.state.skip == "fonts":
            self.font_read = value
        elif word == "f":
            self.state = replace(self.state, font=value)
        elif word == "fcharset" and value in _CHARSETS:
            self.fonts.setdefault(self.font_read, _CHARSETS[value])
        elif word == "deff":
            self.default = value
        elif word == "ansicpg":
            try:
                self.codepage = codecs.lookup(f"cp{value}").name
            except LookupError:
                self.codepage = "cp1252"

    def _byte(self, byte: int) -> None:
        if self.left:
            self.left -= 1
        else:
            self.raw.append(byte)

    def _flush(self) -> None:
        """Bytes are decoded together: in East Asian code pages two are one character."""
        if not self.raw:
            return
        font = self.state.font if self.state.font >= 0 else self.default
        page = self.fonts.get(font, self.codepage)
        if page == "cp1252":
            page = self.codepage
        text = self.raw.decode(page, "replace")
        self.raw.clear()
        if not self.state.silent:
            self.counts["unreadable"] += text.count("\ufffd")
        self._say(text)

    def _run(self, run: str) -> None:
        skipped = min(self.left, len(run))
        self.left -= skipped
        rest = run[skipped:]
        if rest and not rest.isascii():
            self.raw += rest.encode("latin-1")
            self._flush()
        elif rest:
            self._say(rest)

    def _say(self, text: str) -> None:
        state = self.state
        if state.silent:
            if state.skip == "head":
                self.heads[-1] += text
        elif state.deleted or state.hidden:
            self.counts["hidden"] += state.hidden and bool(text.strip())
        elif text:
            self.pieces.append((text, state.bold))

    def _end(self, word: str) -> Iterator[Block]:
        text = "".join(piece for piece, _ in self.pieces)
        # characters beyond the first 65,536 come in halves
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        bold = 0
        for piece, is_bold in self.pieces:
            if not is_bold and piece.strip():
                break
            bold += len(piece)
        self.pieces.clear()
        if word in ("cell", "nestcell"):
            self.row.append("\n".join([*self.cell, text]) if self.cell else text)
            self.cell.clear()
        elif word in ("row", "nestrow"):
            self.rows.append(tuple(self.row))
            self.row.clear()
        elif self.in_table or self.row:
            self.cell += [text] if text.strip() else []
        else:
            yield from self._close_table()
            yield Paragraph(text, min(bold, len(text)) if text[:bold].strip() else 0)

    def _close_table(self) -> Iterator[Block]:
        if self.row or self.cell:  # a table cut off in the middle
            self.rows.append((*self.row, *self.cell))
            self.row.clear()
            self.cell.clear()
        if self.rows:
            yield Grid(tuple(self.rows))
            self.rows.clear()
