"""What the hostile-files benchmark reads: a format, a sound file of it, and its reader.

To add one, append a :class:`Format` to :data:`FORMATS`: ``seed`` makes the bytes of a small sound file,
``read`` is handed the path of a mutation and either returns or raises :class:`InputError`; it runs in
a process of its own, so it must be a function of a module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from _formats import MAKERS
from _hostile_codings import commented, qualcoder, read_codings, summary, taguette

TALK = [
    ("INT", "How did you get to the clinic, and who came with you?"),
    ("P1", "I took the bus — my sister-in-law was at work. [pause] It takes an hour & a half…"),
    ("INT", "Why was that?"),
    ("P1", "There is nobody at the front desk. “Wait,” they said. So I went home (laughs)."),
] * 6


@dataclass(frozen=True)
class Format:
    """A kind of file. ``zipped``: its bytes are a zip archive whose parts are mutated too.
    ``addable``: ``precode add`` reads it, so that a refusal by a study is tried as well.
    """

    suffix: str
    seed: Callable[[], bytes]
    read: Callable[[Path], object]
    zipped: bool = False
    addable: bool = True


def read_talk(path: Path) -> None:
    """Read a transcript, and check of what is read that it holds together."""
    from precode.domain import Kind
    from precode.settings import Transcripts
    from precode.transcripts.read import read_transcript

    found = read_transcript(path, settings=Transcripts(), kind=Kind.FIELD_NOTES)
    text, at = found.transcript.text, 0
    text.encode("utf-8")
    for sentence in found.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        assert sentence.start >= at
        at = sentence.end


def _talk(suffix: str, *, zipped: bool = False) -> Format:
    return Format(f".{suffix}", lambda: MAKERS[suffix](TALK), read_talk, zipped=zipped)


def read_project(path: Path) -> None:
    """Read a REFI-QDA file, and check that what it says lies in its texts."""
    from precode.exchange.refi_read import read_refi

    made = read_refi(path)
    texts = {s.id: s.text for s in made.sources}
    for s in made.selections:
        assert 0 <= s.start < s.end <= len(texts[s.source])
    assert all(made.path(c.id) for c in made.codes)
    assert all(place[0] in texts for case in made.cases for place in case.places)


def _project(suffix: str) -> Callable[[], bytes]:
    """The bytes of the talk as a coded project (.qdpx) or its codebook (.qdc)."""

    def seed() -> bytes:
        import tempfile

        from precode.exchange.project import Case, Coder, Project, ProjectCode, Selection, Source
        from precode.exchange.refi_write import write_codebook, write_project

        text = "".join(f"{who}: {said}\n" for who, said in TALK)
        made = Project(
            "elsewhere 1", "Talk", (Source("s", "Talk", text),),
            (ProjectCode("o", "Opportunity"), ProjectCode("b", "Barrier", "o", "What hinders.")),
            (Coder("a", "Anna"),),
            tuple(Selection("s", i, i + 30, "b", "a", note="Sure.") for i in range(0, 600, 20)),
            cases=(Case("P1", {"Age": "42"}, (("s", 0, 50),)),),
        )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"seed.{suffix}"
            (write_project if suffix == "qdpx" else write_codebook)(path, made)
            return path.read_bytes()

    return seed


FORMATS = {
    f.suffix: f
    for f in (
        _talk("docx", zipped=True), _talk("odt", zipped=True), _talk("xlsx", zipped=True),
        _talk("pdf"), _talk("rtf"), _talk("html"), _talk("vtt"),
        Format(".qdpx", _project("qdpx"), read_project, zipped=True),
        Format(".qdc", _project("qdc"), read_project, addable=False),
        Format(".sqlite3", taguette, read_codings),
        Format(".qda", qualcoder, read_codings),
        Format(".comments.docx", commented, read_codings, zipped=True, addable=False),
        Format(".txt", summary, read_codings, addable=False),
    )
}  # fmt: skip
