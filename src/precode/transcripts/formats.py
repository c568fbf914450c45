"""Which reader makes a draft of which file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from precode.errors import InputError, Problem, quoted
from precode.files.text import decode
from precode.settings import Limits
from precode.transcripts.drafts import Draft, blank_before, draft_lines, lines_of, within
from precode.transcripts.speakers import find_marks

# Of other programs; also a folder of QualCoder ends so.
_PROJECTS = frozenset({".sqlite3", ".sqlite", ".qda", ".qdpx"})


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is to be read. ``patterns`` are the study's patterns of labels; the columns are
    those that the user named for tables.
    """

    path: Path
    data: bytes
    limits: Limits
    patterns: tuple[str, ...]
    speaker_column: str | None = None
    text_column: str | None = None

    @property
    def name(self) -> str:
        """How messages call it."""
        return str(self.path)


def read_draft(opened: Opened) -> Draft:
    """The draft of ``opened``. Raises :class:`InputError` for an unknown suffix, and for whatever
    its reader refuses.
    """
    reader = READERS.get(opened.path.suffix.lower())
    if reader is None:
        raise unknown_type(opened.path)
    draft = reader(opened)
    within(draft.text, name=opened.name, limits=opened.limits)
    return draft


def unknown_type(path: Path) -> InputError:
    """The refusal of a file whose suffix precode does not read, with what to do instead."""
    suffix = path.suffix.lower()
    if suffix in _PROJECTS:
        return _project(path)
    mend = {
        ".doc": "open it in Word or LibreOffice and save it as .docx",
        ".pages": "export it from Pages as Word (.docx)",
        ".mht": "save the page again as .html",
        ".mhtml": "save the page again as .html",
        ".xls": "open it in Excel or LibreOffice and save it as .xlsx",
        ".ods": "open it in LibreOffice or Excel and save it as .xlsx",
    }.get(suffix, f"precode reads {', '.join(READERS)}")
    what = f"{path.suffix} files are not read" if path.suffix else "the file has no known suffix"
    return InputError(f"{path}: {what}", mend=mend, problems=[Problem(str(path), what, mend)])


def _project(path: Path) -> InputError:
    inside = path.suffix.lower() == ".qda" == path.parent.suffix.lower()
    project = path.parent if inside else path  # of QualCoder the folder is the project
    what = f"{project.suffix} is a project of another program, not a transcript"
    mend = (
        f"keep it out of what is added; by its own name it is read: precode add {quoted(project)} "
        f"for its texts, precode codes {quoted(project)} for its codings"
    )
    return InputError(f"{path}: {what}", mend=mend, problems=[Problem(str(path), what, mend)])


def _text(opened: Opened) -> Draft:
    decoded = decode(opened.data, opened.name)
    within(decoded.text, name=opened.name, limits=opened.limits)
    lines = lines_of(decoded.text)
    parted = blank_before(decoded.text, lines)
    heads = [decoded.text[a:b] for a, b in lines]
    marks, notes = find_marks(heads, patterns=opened.patterns, parted=parted)
    return draft_lines(decoded.text, lines, marks, (*decoded.notes, *notes))


def _captions(opened: Opened) -> Draft:
    from precode.transcripts.captions import read_captions

    decoded = decode(opened.data, opened.name)
    within(decoded.text, name=opened.name, limits=opened.limits)
    draft = read_captions(decoded.text, name=opened.name, patterns=opened.patterns)
    return replace(draft, notes=(*decoded.notes, *draft.notes))


def _rows(opened: Opened) -> Draft:
    from precode.transcripts.rows import read_rows

    return read_rows(
        opened.path,
        max_megabytes=opened.limits.megabytes,
        speaker_column=opened.speaker_column,
        text_column=opened.text_column,
    )


def _word(opened: Opened) -> Draft:
    from precode.transcripts.word import read_word

    return read_word(opened.path, limits=opened.limits, patterns=opened.patterns)


def _opendocument(opened: Opened) -> Draft:
    from precode.transcripts.opendocument import read_opendocument

    return read_opendocument(opened.path, limits=opened.limits, patterns=opened.patterns)


def _rich_text(opened: Opened) -> Draft:
    from precode.transcripts.rich_text import read_rich_text

    return read_rich_text(
        opened.data, name=opened.name, limits=opened.limits, patterns=opened.patterns
    )


def _web(opened: Opened) -> Draft:
    from precode.transcripts.web import read_web

    return read_web(opened.data, name=opened.name, limits=opened.limits, patterns=opened.patterns)


def _pdf(opened: Opened) -> Draft:
    from precode.transcripts.pdf import read_pdf

    return read_pdf(opened.path, limits=opened.limits, patterns=opened.patterns)


# The order is that of messages.
READERS: Mapping[str, Callable[[Opened], Draft]] = {
    ".txt": _text, ".md": _text, ".text": _text, ".docx": _word, ".odt": _opendocument,
    ".rtf": _rich_text, ".pdf": _pdf, ".html": _web, ".htm": _web, ".vtt": _captions,
    ".srt": _captions, ".csv": _rows, ".tsv": _rows, ".xlsx": _rows,
}  # fmt: skip
