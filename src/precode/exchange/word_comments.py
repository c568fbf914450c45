"""Word documents whose comments are codes: the comment's author is the coder, its words are codes.

A comment says one or several codes, separated by ``;``, a line end or, where each part is short, a
comma. A reply is talk about the code, and becomes its note, as does whether it was resolved.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from precode.errors import InputError
from precode.exchange.project import Coder, Doubt, Project, ProjectCode, Selection, Source
from precode.exchange.word_text import WordText, read_word_parts, word_text
from precode.exchange.word_write import MEMO
from precode.files.xml_parts import attribute, below, local

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_COMMENTS = "word/comments.xml"
_EXTENDED = "word/commentsExtended.xml"
_NOBODY = frozenset(
    ("author", "unknown author", "unknown", "auteur", "autor", "microsoft office user")
)
_LONGEST = 12  # words of a code; what is longer is a remark
_SHORT = 6  # words of each part, for a comma to separate codes
_ON = ("1", "true", "on")


@dataclass(slots=True)
class _Comment:
    id: str
    author: str
    at: str
    lines: list[str]
    resolved: bool = False
    replies: list[str] = field(default_factory=list)


def read_word_comments(
    path: Path, *, known: Collection[str] = (), max_megabytes: float = 100
) -> Project:
    """The document in ``path`` as a source, and its comments as codings of what they are tied to.

    ``known`` are names of codes that may hold commas ("Memory, attention and decisions"), in any
    case. Comments that read like remarks, and those on no words, are left out and said. Raises
    :class:`InputError` for what is no Word document with comments, is damaged or too large.
    """
    parts = read_word_parts(path, max_megabytes=max_megabytes)
    if _COMMENTS not in parts:
        raise InputError(f"{path} has no comments", mend="save it in Word with its comments")
    document = word_text(parts)
    doubts: list[Doubt] = []
    comments = _threads(parts, doubts)
    spans = dict(_ranges(document))
    names = {k.casefold().strip() for k in known}
    codes: dict[str, ProjectCode] = {}
    selections: list[Selection] = []
    nobody = 0
    for c in comments:
        where = f"comment {int(c.id) + 1 if c.id.isdigit() else c.id} by {c.author or 'nobody'}"
        said = "\n".join(c.lines).strip()
        span = _trimmed(document.text, spans.get(c.id))
        lines, memo = _with_memo(c.lines)
        given, remarks = _codes(lines, names)
        for r in remarks:
            doubts.append(
                Doubt(where, f"reads like a remark, not a code: {_short(r)!r}", "left out")
            )
        if not said or span is None:
            what = "says nothing" if not said else f"is on no words: {_short(said)!r}"
            doubts.append(Doubt(where, what, "left out"))
            continue
        who = "" if c.author.casefold() in _NOBODY else c.author
        nobody += not who
        note = "\n".join([*memo, *c.replies, *(["resolved"] if c.resolved else [])])
        for name in given:
            key = name.casefold()
            codes.setdefault(key, ProjectCode(key, name))
            text = document.text[slice(*span)]
            selections.append(Selection("document", *span, key, who, c.at, note, text))
    if nobody:
        what = f"{nobody} comments have no author's name: Word took it away when it was saved"
        doubts.append(Doubt(path.name, what))
    people = dict.fromkeys(s.coder for s in selections if s.coder)
    return Project(
        "Word comments", path.stem, (Source("document", path.name, document.text),),
        tuple(codes.values()), tuple(Coder(p, p) for p in people), tuple(selections),
        doubts=tuple(doubts),
    )  # fmt: skip


def _threads(parts: dict[str, Element], doubts: list[Doubt]) -> list[_Comment]:
    """Comments in the order of the file, replies put into the one that they answer."""
    above: dict[str, str] = {}
    done: set[str] = set()
    for node in below(parts[_EXTENDED], "commentEx") if _EXTENDED in parts else ():
        paragraph = attribute(node, "paraId")
        if parent := attribute(node, "paraIdParent"):
            above[paragraph] = parent
        if attribute(node, "done") in _ON:
            done.add(paragraph)
    found: dict[str, _Comment] = {}  # by the id of its last paragraph, which the other part names
    order: list[tuple[str, _Comment]] = []
    for node in parts[_COMMENTS]:
        if local(node) != "comment":
            continue
        paragraphs = list(below(node, "p"))
        key = attribute(paragraphs[-1], "paraId") if paragraphs else ""
        c = _Comment(
            attribute(node, "id"), " ".join(attribute(node, "author").split()),
            attribute(node, "date"), [line for p in paragraphs for line in _said(p)], key in done,
        )  # fmt: skip
        order.append((key, c))
        if key:
            found[key] = c
    out = []
    replies = 0
    for key, c in order:
        top, seen = key, {key}
        while (up := above.get(top)) in found and up not in seen:
            top = str(up)
            seen.add(top)
        if top == key:
            out.append(c)
        else:
            words = " ".join("\n".join(c.lines).split())
            found[top].replies.append(f"reply by {c.author or 'nobody'}: {words}")
            replies += 1
    if replies:
        what = f"{replies} replies are kept as notes of the codes they answer, not as codes"
        doubts.append(Doubt("replies", what))
    return out


def _said(paragraph: Element) -> list[str]:
    words = []
    for n in paragraph.iter():
        name = local(n)
        if name == "t":
            words.append(n.text or "")
        elif name in ("br", "cr"):
            words.append("\n")
        elif name == "tab":
            words.append(" ")
    return "".join(words).split("\n")


def _ranges(document: WordText) -> Iterator[tuple[str, tuple[int, int]]]:
    """Comment id → the span that it is tied to; of one without a range the word before its sign."""
    starts: dict[str, int] = {}
    for m in document.marks:
        if m.kind == "commentRangeStart":
            starts.setdefault(m.id, m.at)
        elif m.kind == "commentRangeEnd" and m.id in starts:
            yield m.id, (starts[m.id], m.at)


def _trimmed(text: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
    if span is None:
        return None
    start, end = span
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None


def _with_memo(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines that say codes, and a memo, which stands below them as our own export writes it."""
    for i, line in enumerate(lines):
        if i and line.startswith(MEMO):
            return lines[:i], ["\n".join([line.removeprefix(MEMO), *lines[i + 1 :]])]
    return lines, []


def _codes(lines: list[str], known: Collection[str]) -> tuple[list[str], list[str]]:
    """The codes that a comment says, and what of it reads like a remark."""
    codes: list[str] = []
    remarks: list[str] = []
    for piece in re.split(r"[;\n]", "\n".join(lines)):
        bare = " ".join(piece.split()).strip(" .")
        if not bare:
            continue
        parts = [p.strip() for p in bare.split(",")]
        if bare.casefold() in known or bare.rpartition(":")[0].strip().casefold() in known:
            codes.append(bare)
        elif len(parts) > 1 and all(0 < len(p.split()) <= _SHORT for p in parts):
            codes += parts
        elif len(bare.split()) > _LONGEST or bare.endswith("?"):
            remarks.append(bare)
        else:
            codes.append(bare)
    return list(dict.fromkeys(codes)), remarks


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"
