"""``review --packet`` and ``--packet-in``: spreadsheets for coders who are elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from precode.errors import UsageError
from precode.files.tables import write_csv
from precode.steps.opening import Progress, open_study, silent
from precode.steps.packets.record import close_all, close_packet, outstanding
from precode.steps.packets.returning import PacketIn, read_packet
from precode.steps.packets.sending import PacketOut, write_packet
from precode.steps.review import reviewing

ASIDE = "set-aside.csv"


def send(
    path: Path,
    *,
    coder: str,
    file: Path,
    n: int,
    transcripts: Sequence[str] = (),
    suggestions: bool = False,
    progress: Progress = silent,
) -> PacketOut:
    """Write the ``n`` sentences that ``coder`` would be asked next to the spreadsheet ``file``.

    They are then not asked elsewhere until the spreadsheet comes back.
    """
    with reviewing(
        path, coder=coder, n=n, transcripts=transcripts, background=False, progress=progress
    ) as session:
        items = list(session.items)
        while more := session.source.further(n - len(items)):
            items += more
        return write_packet(
            session.study, items[:n], coder=session.setup.coder, path=file, suggestions=suggestions
        )


def receive(path: Path, file: Path, *, coder: str = "") -> PacketIn:
    """Read the spreadsheet ``file`` back. Answers that stand against what was decided otherwise are
    kept apart, and listed in ``reports/set-aside.csv`` with all that were kept before.
    """
    with open_study(path, verb="review", write=True) as study:
        study.store.keep_codebook(study.codebook)
        found = read_packet(study, file, coder=coder)
        close_packet(study.store, found.packet, "read back")
        if aside := study.store.aside():
            columns = list(dict.fromkeys(name for row in aside for name in row))
            rows = [[str(row.get(name, "")) for name in columns] for row in aside]
            write_csv(study.folder.reports / ASIDE, columns, rows)
        return found


def give_up(path: Path, *, coder: str) -> int:
    """Wait no longer for the spreadsheets that ``coder`` has: their sentences are asked again.
    Returns how many those were. Raises :class:`UsageError` if there was none.
    """
    with open_study(path, verb="review", write=True) as study:
        count = close_all(study.store, coder)
        if not count:
            waiting = sorted(outstanding(study.store))
            raise UsageError(
                f"no spreadsheet is out with {coder}",
                mend=f"spreadsheets are out with: {', '.join(waiting) or 'nobody'}",
            )
        return count
