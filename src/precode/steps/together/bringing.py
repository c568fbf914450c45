"""One copy of a study, and all of it on its way into this one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precode.codebook import Codebook
from precode.codings.merging import Brought, Differing, differing, identities, union
from precode.domain import CodePolarity, Event, Participant, Polarity, Transcript
from precode.settings import Settings
from precode.steps.opening import Study
from precode.steps.packets.record import CLOSED
from precode.steps.together.rounds import apart
from precode.study import bringing
from precode.study.folder import Folder
from precode.study.store import Store

# Steps of the log that say how the codings came about, or on which the study goes on. What a copy
# trained, predicted and reported stays there, with its models, runs and reports.
_STEPS = (
    "add", "attributes", "codes", "audit", "reached", "packet", "packet-in", CLOSED, "assign",
    "assign closed", "adjudicate", "summaries",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where ``other`` differs from this study, and what was ``done`` about it. ``kind`` is one of
    decision, transcript, sentences, participant, codebook, settings, round, summary.
    """

    kind: str
    other: str
    where: str
    here: str
    there: str
    done: str


@dataclass(frozen=True, slots=True)
class From:
    """What came from one copy. ``acts`` counts acts by coder; ``left_out`` acts on transcripts that
    were not taken.
    """

    folder: str
    transcripts: tuple[str, ...]
    acts: Mapping[str, int]
    left_out: int
    rounds: tuple[str, ...]
    packets: int
    unplaced: int
    aside: int
    described: int
    summaries: int
    new: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """Another copy of the study, as it was when it was looked into."""

    folder: Folder
    name: str
    settings: Settings
    codebook: Codebook
    store: Store


class Bringing:
    """One copy's content on its way into ``store``."""

    def __init__(self, study: Study, store: Store, copy: Copy) -> None:
        self._study, self._store, self._copy = study, store, copy
        self._other = copy.store
        self.conflicts: list[Conflict] = []

    def all(self, keep_both: bool) -> tuple[From, list[Conflict]]:
        """Bring everything; returns what came, and what differs."""
        self._settings()
        before = {t.id for t in self._store.transcripts()}
        added = self._transcripts(keep_both)
        described = self._participants(before)
        books = bringing.bring_codebooks(self._store, self._other)
        drawn = bringing.bring_audit(self._store, self._other)
        known = {t.id for t in self._store.transcripts()}
        mine = self._store.events()
        every = self._other.events()
        theirs = [e for e in every if e.transcript_id in known]
        ids = identities(mine), identities(theirs)
        overlap = self._study.settings.codings.overlap
        acts = union(mine, theirs, ids=ids)
        told = differing(mine, theirs, self._store.sentences(), overlap=overlap, ids=ids)
        seqs = self._append({i: e.seq for i, e in zip(ids[0], mine, strict=True)}, acts)
        here = {e.seq: seqs[i] for i, e in zip(ids[1], theirs, strict=True)}
        self._decisions(told)
        packets = bringing.bring_packets(self._store, self._other, self._after(every, here))
        aside = bringing.bring_aside(self._store, self._other)
        unplaced = bringing.bring_unplaced(self._store, self._other)
        rounds, closed = self._rounds()
        summaries = self._summaries()
        steps = bringing.bring_log(self._store, self._other, _STEPS)
        new = (added, acts, packets, aside, unplaced, rounds, closed, described, summaries, drawn,
               books, steps)  # fmt: skip
        return From(
            str(self._copy.folder.root), tuple(added), dict(Counter(b.event.coder for b in acts)),
            len(every) - len(theirs), tuple(rounds), packets, unplaced, aside, described,
            summaries, any(new),
        ), self.conflicts  # fmt: skip

    def _differs(self, kind: str, where: str, here: str, there: str, done: str) -> None:
        self.conflicts.append(Conflict(kind, self._copy.name, where, here, there, done))

    def _settings(self) -> None:
        here, there = self._study.settings.model_dump(), self._copy.settings.model_dump()
        for section, values in here.items():
            for name, value in values.items():
                if (other := there[section][name]) != value and name != "title":
                    self._differs("settings", f"[{section}] {name}", str(value), str(other),
                                  "this study's stand")  # fmt: skip
        one, other_book = self._study.codebook, self._copy.codebook
        if one.hash != other_book.hash:
            gone = sorted(set(other_book.leaf_ids) - set(one.leaf_ids))
            lacks = f"; this codebook lacks {', '.join(gone)}" if gone else ""
            self._differs("codebook", "codebook.toml", f"{one.name} {one.version} ({one.hash[:8]})",
                          f"{other_book.name} {other_book.version} ({other_book.hash[:8]})",
                          f"acts keep the version they were made under{lacks}")  # fmt: skip

    def _transcripts(self, keep_both: bool) -> list[str]:
        """Bring transcripts that are only there; returns their names here."""
        here = {t.id: t for t in self._store.transcripts()}
        names = {t.name.casefold(): t for t in here.values()}
        counts = Counter(e.transcript_id for e in self._other.events())
        sentences, theirs = self._store.sentences(), self._other.sentences()
        cut = ({(s.id, s.codable) for s in which} for which in (sentences, theirs))
        torn = {i.partition(":")[0] for i, _ in set.symmetric_difference(*cut)} & here.keys()
        new: dict[str, str] = {}
        for t in self._other.transcripts():
            if t.id in here:
                if t.id in torn:
                    self._differs("sentences", t.name, *self._cut(t), "cut as here; acts keep "
                                  "their place in the text")  # fmt: skip
                continue
            if (same := names.get(t.name.casefold())) is None:
                new[t.id] = t.name
            elif keep_both:
                new[t.id] = self._free(t.name, names, new)
                self._differs("transcript", t.name, _size(same), _size(t),
                              f"taken as {new[t.id]!r}")  # fmt: skip
            else:
                self._differs("transcript", t.name, _size(same), _size(t),
                              f"left out with {counts[t.id]:,} acts; --keep-both takes it under "
                              "another name")  # fmt: skip
        bringing.bring_transcripts(self._store, self._other, new)
        return list(new.values())

    def _cut(self, t: Transcript) -> tuple[str, str]:
        one, other = (
            sum(s.transcript_id == t.id and s.codable for s in store.sentences())
            for store in (self._store, self._other)
        )
        return f"{one:,} sentences to code", f"{other:,} sentences to code"

    def _free(self, name: str, names: dict[str, Transcript], new: dict[str, str]) -> str:
        taken = names.keys() | {n.casefold() for n in new.values()}
        n, out = 1, f"{name} ({self._copy.name})"
        while out.casefold() in taken:
            n, out = n + 1, f"{name} ({self._copy.name} {n + 1})"
        return out

    def _participants(self, before: set[str]) -> int:
        """Attributes that are only there; returns how many people have gained some."""
        here = {(p.transcript_id, p.label): p for p in self._store.participants()}
        names = {t.id: t.name for t in self._store.transcripts()}
        gained = []
        for p in self._other.participants():
            own = here.get((p.transcript_id, p.label))
            if own is None or p.transcript_id not in before:
                continue
            for key in sorted(own.attributes.keys() & p.attributes.keys()):
                if own.attributes[key] != p.attributes[key]:
                    self._differs("participant", f"{names[p.transcript_id]}, {p.label}: {key}",
                                  own.attributes[key], p.attributes[key], "this study's stands")  # fmt: skip
            if p.attributes.keys() - own.attributes.keys():
                both = {**p.attributes, **own.attributes}
                gained.append(Participant(p.transcript_id, p.label, both))
        if gained:
            self._store.set_attributes(gained)
        return len(gained)

    def _append(self, known: Mapping[str, int], acts: Sequence[Brought]) -> dict[str, int]:
        """Append ``acts``; returns the number here of every act, by identity. ``known``: of those
        that are here.
        """
        seqs = dict(known)
        for b in acts:
            event = replace(b.event, seq=0, undoes=seqs.get(b.undoes))
            (stored,) = self._store.append([event], before=seqs.get(b.before, 0))
            seqs[b.identity] = stored.seq
        return seqs

    def _decisions(self, told: Sequence[Differing]) -> None:
        """List what a coder has decided differently in both, with what stands now."""
        if not told:
            return
        sentences = self._store.sentences()
        human = replace(self._study, store=self._store).human_codes(sentences)
        wanted = {(d.sentence_id, d.coder): d for d in told}
        stands: dict[tuple[str, str], list[CodePolarity]] = {
            r: [] for r in human.read if r in wanted
        }
        for code in human.codings:
            if (key := (code.sentence_id, code.coder)) in stands:
                stands[key].append(CodePolarity(code.code, code.polarity))
        by_id = {s.id: s for s in sentences}
        names = {t.id: t.name for t in self._store.transcripts()}
        hidden = apart(replace(self._study, store=self._store))
        for key, d in wanted.items():
            s, now = by_id[d.sentence_id], stands.get(key)
            if s.id in hidden:  # whoever merges may be the colleague
                self._differs("decision", f"{d.coder} in {names[s.transcript_id]}: {s.text}",
                              "coded apart", "coded apart", "both are kept; the later stands")  # fmt: skip
                continue
            self._differs(
                "decision", f"{d.coder} in {names[s.transcript_id]}: {s.text}", self._words(d.mine),
                self._words(d.theirs), f"both are kept; the later stands: "
                f"{self._words(None if now is None else tuple(sorted(now)))}",
            )  # fmt: skip

    def _words(self, codes: Sequence[CodePolarity] | None) -> str:
        if codes is None:
            return "taken back"
        book = self._study.codebook
        return "; ".join(
            (book[c.code].label if c.code in book.leaf_ids else c.code)
            + (f", {c.polarity}" if c.polarity is not Polarity.NONE else "")
            for c in codes
        ) or "nothing applies"  # fmt: skip

    def _after(self, every: Sequence[Event], here: Mapping[int, int]) -> dict[str, int]:
        """Packet → the number here of its coder's last act before it went out there. ``here``: the
        numbers of acts, by those that they have there.
        """
        out: dict[str, int] = {}
        for packet, (coder, content) in self._other.packets().items():
            after = content["after"]
            assert isinstance(after, int)
            before = (e.seq for e in every if e.coder == coder and e.seq <= after)
            out[packet] = max((here[seq] for seq in before if seq in here), default=0)
        return out

    def _summaries(self) -> int:
        """Bring what was typed into the framework matrix there; returns how many summaries came."""
        mine, theirs = self._store.summary_history(), self._other.summary_history()
        here, there = ({(s.row, s.code): s for s in typed} for typed in (mine, theirs))
        for key, one in here.items():
            other = there.get(key, one)
            if other.text != one.text and one not in theirs and other not in mine:
                self._differs("summary", f"{one.row}: {one.code}", one.text, other.text,
                              "both are kept; the later stands")  # fmt: skip
        return bringing.bring_summaries(self._store, self._other)

    def _rounds(self) -> tuple[list[str], bool]:
        """Bring rounds that are only there; returns their names here, and whether one known here
        was ended there.
        """
        here = {r.identity: r for r in self._store.rounds()}
        taken = {r.name for r in here.values()}
        known = {s.id for s in self._store.sentences()}
        names: list[str] = []
        closed = False
        for r in self._other.rounds():
            own = here.get(r.identity)
            if own is not None:
                if r.closed and not own.closed:
                    self._store.close_round(own.name, at=r.closed)
                    closed = True
            elif lost := len(set(r.sentences) - known):
                self._differs("round", r.name, "", f"{len(r.sentences):,} sentences",
                              f"left out: {lost:,} of its sentences are not here")  # fmt: skip
            else:
                name, n = r.name, 1
                while name in taken:
                    n, name = n + 1, f"{r.name} ({self._copy.name}{f' {n}' if n > 1 else ''})"
                if name != r.name:
                    one = next(x for x in here.values() if x.name == r.name)
                    self._differs("round", r.name, _given(one.coders, len(one.sentences)),
                                  _given(r.coders, len(r.sentences)), f"taken as {name!r}")  # fmt: skip
                self._store.add_round(replace(r, name=name))
                taken.add(name)
                names.append(name)
        return names, closed


def _size(t: Transcript) -> str:
    return f"{len(t.text.split()):,} words ({t.sha256[:8]})"


def _given(coders: Sequence[str], sentences: int) -> str:
    return f"{sentences:,} sentences for {' and '.join(coders)}"
