"""The layout of a study folder, and the way in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from precode.errors import StudyError, quoted
from precode.study.trouble import restoring


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths of a study. Nothing is created by asking for one."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "precode.toml"

    @property
    def codebook(self) -> Path:
        return self.root / "codebook.toml"

    @property
    def database(self) -> Path:
        return self.root / "study.db"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def exports(self) -> Path:
        return self.root / "exports"


def find(path: Path) -> Folder:
    """The study at ``path``. Raises :class:`StudyError` if the folder is not one."""
    folder = Folder(path)
    if path.is_file():
        raise StudyError(f"{path} is a file", mend="name the study's folder: --study FOLDER")
    if not path.is_dir():
        raise StudyError(
            f"{path} is not a folder",
            mend=f'make a study: precode init {quoted(path)} --behaviour "…"',
        )
    missing = [
        p.name for p in (folder.settings, folder.codebook, folder.database) if not p.exists()
    ]
    if len(missing) == 3:
        inner = [p.parent for p in sorted(path.glob("*/study.db"))]
        mend = (
            f"did you mean --study {quoted(inner[0])}?"
            if inner
            else f'go to your study folder, or make one: precode init {quoted(path)} --behaviour "…"'
        )
        raise StudyError(f"{path.resolve()} is not a study: it has no precode.toml", mend=mend)
    if missing:
        raise StudyError(
            f"{path.resolve()} is a damaged study: {', '.join(missing)} missing",
            mend=restoring(folder.database)
            if folder.database.name in missing
            else "put it back, or copy that of a new study: precode init NEW_FOLDER",
        )
    return folder
