"""Transcripts that were read and are not stored yet: on the disk, so that memory does not grow with
their number, and nothing is in the study before all of them are known to be good.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, overload

from precode.domain import Kind, ReadTranscript, Role, Sentence, Transcript, Turn

# Bytes kept in memory before the disk is used: a handful of interviews.
_IN_MEMORY = 4_000_000


class Staged(Sequence[ReadTranscript]):
    """A sequence that reads each of its transcripts anew. Use as a context manager; the file, in
    ``folder``, has no name and is gone when the block ends, or the process dies.
    """

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - closed with the block
            max_size=_IN_MEMORY, dir=str(folder)
        )
        self._places: list[tuple[int, int]] = []
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> ReadTranscript: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReadTranscript]: ...
    def __getitem__(self, index: int | slice) -> ReadTranscript | list[ReadTranscript]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        start, length = self._places[index]
        self._file.seek(start)
        return _loaded(json.loads(self._file.read(length)))

    def add(self, read: ReadTranscript) -> None:
        """Put ``read`` at the end."""
        data = json.dumps(_row(read), ensure_ascii=False).encode("utf-8", "surrogatepass")
        self._file.seek(self._end)
        self._file.write(data)
        self._places.append((self._end, len(data)))
        self._end += len(data)

    def extend(self, read: Iterable[ReadTranscript]) -> None:
        """Put all of ``read`` at the end."""
        for one in read:
            self.add(one)

    def keep(self, wanted: Callable[[ReadTranscript], bool]) -> None:
        """Leave out all but those that are ``wanted``."""
        self._places = [
            place for place, one in zip(list(self._places), self, strict=True) if wanted(one)
        ]


def _row(r: ReadTranscript) -> list[Any]:
    t = r.transcript
    return [
        [t.id, t.name, t.text, t.sha256, t.kind.value],
        [[u.index, u.speaker, u.role.value, u.start, u.end, u.time] for u in r.turns],
        [[s.turn, s.start, s.end, s.codable] for s in r.sentences],
        r.source, r.source_sha256, r.notes,
    ]  # fmt: skip


def _loaded(row: list[Any]) -> ReadTranscript:
    (identity, name, text, sha256, kind), turns, sentences, source, source_sha256, notes = row
    return ReadTranscript(
        Transcript(identity, name, text, sha256, Kind(kind)),
        tuple(Turn(i, speaker, Role(role), a, b, time) for i, speaker, role, a, b, time in turns),
        tuple(
            Sentence(Sentence.make_id(identity, a, b), identity, turn, a, b, text[a:b], codable)
            for turn, a, b, codable in sentences
        ),
        source,
        source_sha256,
        tuple(notes),
    )
