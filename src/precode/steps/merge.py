"""``merge``: what coders did on other copies of the study, brought into this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import read_codebook
from precode.codings.merging import identities
from precode.errors import Problem, StudyError, UsageError
from precode.settings import read_settings
from precode.steps.opening import Study, open_study
from precode.steps.together.bringing import Bringing, Conflict, Copy, From
from precode.steps.together.rounds import forget_quotes
from precode.study.folder import find
from precode.study.lock import resting
from precode.study.store import AuditRow, Store


@dataclass(frozen=True, slots=True)
class Merged:
    """What came (or with ``dry_run`` would come), and every conflict. ``backup`` is the copy of the
    database made before, "" if nothing was stored.
    """

    dry_run: bool
    sources: tuple[From, ...]
    conflicts: tuple[Conflict, ...]
    backup: str


def merge(
    path: Path, others: Sequence[Path], *, keep_both: bool = False, dry_run: bool = False
) -> Merged:
    """Bring into the study at ``path`` all that was coded on its copies ``others``: every act once,
    in the order of time, with the transcripts, rounds and spreadsheets that only they have. Nothing
    is written in them. Done again, it changes nothing.

    A transcript of the same name with another text stays out with its acts, unless ``keep_both``: it
    then comes under a name of its own. Raises :class:`StudyError` with every reason against it
    (another target behaviour, another audit sample, a copy that is being written or is newer); then
    nothing is stored.
    """
    if not others:
        raise UsageError("name the folders of the copies", mend="precode merge OTHER-COPY")
    with (
        open_study(path, verb="merge", write=not dry_run) as study,
        _copies(study, others) as copies,
    ):
        with Store.snapshot(study.folder.database) as rehearsal:
            _refuse(study, rehearsal, copies)
            out = _bring(study, rehearsal, copies, keep_both)
        if dry_run or not any(s.new for s in out[0]):
            return Merged(dry_run, *out, "")
        backup = study.store.backup("before-merge")
        with study.store.together():
            out = _bring(study, study.store, copies, keep_both)
            study.store.log(
                "merge",
                folders=[c.name for c in copies],
                acts=dict(sum((Counter(s.acts) for s in out[0]), Counter())),
                transcripts=[t for s in out[0] for t in s.transcripts],
                conflicts=dict(Counter(c.kind for c in out[1])),
            )
        if any(s.rounds for s in out[0]):
            forget_quotes(study)
        return Merged(False, *out, str(backup))


@contextmanager
def _copies(study: Study, others: Sequence[Path]) -> Iterator[list[Copy]]:
    """The copies, each with writers kept away. Raises :class:`StudyError` with all that cannot be
    looked into.
    """
    problems: list[Problem] = []
    out: list[Copy] = []
    met = {study.folder.root.resolve()}
    with ExitStack() as stack:
        for path in others:
            try:
                folder = find(path)
                if path.resolve() in met:
                    raise StudyError(f"{path} is named twice, or this study itself")
                met.add(path.resolve())
                stack.enter_context(resting(folder.root))
                settings, book = read_settings(folder.settings), read_codebook(folder.codebook)
                store = stack.enter_context(Store.snapshot(folder.database))
            except StudyError as error:
                problems.append(Problem(str(path), error.what, error.mend))
                continue
            out.append(Copy(folder, path.resolve().name, settings, book, store))
        if problems:
            raise StudyError("nothing was merged", problems=problems)
        yield out


def _refuse(study: Study, store: Store, copies: Sequence[Copy]) -> None:
    """Raise :class:`StudyError` for copies whose acts mean something else than those here."""
    problems = []
    audit = store.audit()
    for c in copies:
        here, there = study.settings.study.behaviour, c.settings.study.behaviour
        if " ".join(here.split()) != " ".join(there.split()):
            problems.append(
                Problem(
                    str(c.folder.root),
                    f"is about {there!r}, and this study about {here!r}: barrier and facilitator "
                    "do not mean the same",
                    "if it is one behaviour in other words, use the same words in both precode.toml",
                )
            )
        problems += _other_versions(store, c)
        theirs = c.store.audit()
        one, other = _bare(audit), _bare(theirs)
        if one <= other or other <= one:
            audit = audit if other <= one else theirs
            continue
        problems.append(
            Problem(
                str(c.folder.root),
                f"has another audit sample ({_drawn(theirs)}) than this study ({_drawn(audit)}): "
                "figures would rest on two samples drawn apart",
                "make copies after the sample is drawn (the first review of new transcripts draws "
                "it). Codings made so far: precode export --human-only there, precode codes here",
            )
        )
    if problems:
        raise StudyError("nothing was merged", problems=problems)


def _other_versions(store: Store, c: Copy) -> list[Problem]:
    """A transcript that has a newer version in one copy only: its acts would stand on two texts."""
    here, there = ({v.old: v for v in s.versions()} for s in (store, c.store))
    problems = []
    for old in sorted(here.keys() | there.keys()):
        one, other = here.get(old), there.get(old)
        if one and other and one.new == other.new:
            continue
        where = str(c.folder.root)
        name = (one or other).name  # type: ignore[union-attr]
        if one and other:
            what, mend = f"has another new version of {name!r}", "settle on one text first"
        elif one:
            what = f"holds {name!r} as it was before it was updated here"
            mend = "there first: precode add --update FILE, with the same file"
        else:
            what = f"holds a newer version of {name!r} than this study"
            mend = "here first: precode add --update FILE, with the same file"
        problems.append(Problem(where, what, mend))
    if problems:
        return problems
    mine, theirs = (
        set(identities([e for e in s.events(superseded=True) if e.transcript_id in here]))
        for s in (store, c.store)
    )
    if lost := len(theirs - mine):
        what = f"has {lost:,} acts on earlier versions of transcripts that are not here"
        mend = "merge copies before their transcripts are updated: restore from backups/ and merge"
        problems.append(Problem(str(c.folder.root), what, mend))
    return problems


def _bare(rows: Sequence[AuditRow]) -> set[tuple[object, ...]]:
    return {(r.sentence_id, r.stratum, r.position, r.batch) for r in rows}


def _drawn(rows: Sequence[AuditRow]) -> str:
    """Each drawing: when, how many, from how many."""
    drawings: dict[tuple[int, str], list[AuditRow]] = {}
    for r in rows:
        drawings.setdefault((r.batch, r.at), []).append(r)
    return "; ".join(
        f"{at[:16].replace('T', ' ')}: {sum(r.position is not None for r in mine)} of "
        f"{len(mine):,} sentences of {len({r.stratum for r in mine})} transcripts"
        for (_, at), mine in sorted(drawings.items())
    )


def _bring(
    study: Study, store: Store, copies: Sequence[Copy], keep_both: bool
) -> tuple[tuple[From, ...], tuple[Conflict, ...]]:
    """Everything of ``copies`` into ``store``, this study's or a rehearsal's."""
    sources: list[From] = []
    conflicts: list[Conflict] = []
    for c in copies:
        source, found = Bringing(study, store, c).all(keep_both)
        sources.append(source)
        conflicts += found
    return tuple(sources), tuple(conflicts)
