"""The way into a study: settings, codebook, database and lock, checked once for every verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import Codebook, read_codebook
from precode.codings.consensus import independent
from precode.codings.history import fold
from precode.codings.themes import with_sub_domains
from precode.domain import HumanCodes, Sentence
from precode.files.atomic import tidy
from precode.settings import Settings, read_settings
from precode.study.folder import Folder, find
from precode.study.lock import writing
from precode.study.store import Store

# (what is being done, how much is done, out of how much)
Progress = Callable[[str, int, int], None]


def silent(_what: str, _done: int, _total: int) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Study:
    """An open study."""

    folder: Folder
    settings: Settings
    codebook: Codebook
    store: Store

    def human_codes(self, sentences: tuple[Sentence, ...]) -> HumanCodes:
        """What stands of the coders' history on ``sentences``."""
        return fold(self.store.events(), sentences, overlap=self.settings.codings.overlap)

    def independent_codes(self, sentences: tuple[Sentence, ...]) -> HumanCodes:
        """The same without adjudication: what agreement between coders may be counted on. A
        code counts its themes.
        """
        events = independent(self.store.events())
        codes = fold(events, sentences, overlap=self.settings.codings.overlap)
        return with_sub_domains(codes, self.codebook)


@contextmanager
def open_study(path: Path, *, verb: str, write: bool) -> Iterator[Study]:
    """The study at ``path``; with ``write``, nobody else writes to it until the block ends.

    Raises :class:`StudyError` (no study, damaged, open elsewhere) or :class:`InputError` (a
    mistake in its settings or codebook).
    """
    folder = find(path)
    settings = read_settings(folder.settings)
    codebook = read_codebook(folder.codebook)
    if write:
        with writing(folder.root, verb), Store(folder.database) as store:
            for place in (
                folder.models,
                folder.runs,
                folder.reports,
                folder.exports,
                folder.backups,
            ):
                tidy(place)
            yield Study(folder, settings, codebook, store)
    else:
        with Store(folder.database) as store:
            yield Study(folder, settings, codebook, store)
