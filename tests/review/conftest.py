"""A scripted coder: lines in, lines out, and a study in memory that can be made to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from precode.codebook import Codebook, parse_codebook
from precode.codings.history import fold
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.review.commands import Command, Stored
from precode.review.desk import Summary
from precode.review.effects import Commit, Effect, Notice
from precode.review.keys import read_keys
from precode.review.plain import run
from precode.review.session import begin, step
from precode.review.source import Line
from precode.review.state import State
from precode.review.values import (
    BLIND,
    Done,
    Item,
    Policy,
    Setup,
    Suggested,
    Suggestion,
    seen_before,
    undoable,
)

TRANSCRIPT = "0123456789abcdef"


@dataclass
class FakeStore:
    """A study in memory. ``before`` and ``after`` run around each append.

    ``refills`` and ``batches`` are handed out one by one; ``hits`` are what any search finds.
    """

    log: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    refills: list[Sequence[Item]] = field(default_factory=list)
    batches: list[Sequence[Item]] = field(default_factory=list)
    hits: Sequence[Item] = ()
    told: str = ""

    def store(self, events: Sequence[Event]) -> Sequence[Event]:
        self.before()
        stored = [replace(e, seq=len(self.events) + i) for i, e in enumerate(events, 1)]
        self.events += stored
        self.log += [f"STORED {e.kind}" for e in stored]
        self.after()
        return stored

    def find(self, text: str) -> Sequence[Item]:
        self.log.append(f"FIND {text}")
        return self.hits

    def refill(self) -> Sequence[Item] | None:
        return self.refills.pop(0) if self.refills else None

    def more(self) -> Sequence[Item]:
        return self.batches.pop(0) if self.batches else ()

    def whole(self, item: Item) -> Sequence[Line]:
        return [
            Line("INT", "interviewer", "A question?", here=False),
            Line(item.speaker, "participant", item.sentence.text, here=True),
        ]

    def evidence(self, item: Item) -> Sequence[str]:
        return [f"for it: a neighbour of {item.sentence.text}"]

    def agreement(self) -> str:
        return self.told


@dataclass
class Played:
    """What a scripted session left behind."""

    summary: Summary
    lines: list[str]
    store: FakeStore

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class Driver:
    """Obeys lines; stores what is committed; keeps the effects of the last line."""

    def __init__(self, start: tuple[State, tuple[Effect, ...]], events: Sequence[Event]) -> None:
        self.state, effects = start
        self.events = list(events)
        self.effects: list[Effect] = []
        self._keep(effects)

    def obey(self, *commands: Command) -> Driver:
        for command in commands:
            self.state, effects = step(self.state, command)
            self.effects = []
            self._keep(effects)
        return self

    def _keep(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Commit):
                self.store(effect.event)
            else:
                self.effects.append(effect)

    def store(self, event: Event) -> None:
        stored = replace(event, seq=len(self.events) + 1, at="2026-01-01T00:00:00.000+00:00")
        self.events.append(stored)
        self.state, more = step(self.state, Stored(stored))
        self._keep(more)

    def type(self, lines: str) -> Driver:
        for line in lines.split("|"):
            self.obey(*read_keys(line, codes=len(self.state.setup.codebook.leaves)))
        return self

    @property
    def facing(self) -> str:
        assert self.state.facing is not None
        return self.state.facing.item.sentence.text

    @property
    def notice(self) -> str:
        (text,) = [e.text for e in self.effects if isinstance(e, Notice)]
        return text

    @property
    def chosen(self) -> list[tuple[str, Polarity | None]]:
        assert self.state.facing is not None
        return [(c.code, c.polarity) for c in self.state.facing.choices]

    @property
    def selected(self) -> list[str]:
        """Numbers of the sentences selected."""
        assert self.state.facing is not None
        return [s.text.split()[-1].rstrip(".") for s in self.state.facing.selected]

    @property
    def kinds(self) -> list[EventKind]:
        return [e.kind for e in self.events]

    @property
    def decisions(self) -> list[Event]:
        return [e for e in self.events if e.kind is EventKind.DECISION]


@dataclass
class Bench:
    """Makes items and plays sessions on them."""

    book: Codebook
    letters: dict[str, Polarity] = field(
        default_factory=lambda: {
            "b": Polarity.BARRIER, "f": Polarity.FACILITATOR, "x": Polarity.BOTH,
            "o": Polarity.UNCLEAR, "": Polarity.NONE,
        }
    )  # fmt: skip

    def codes(self, *given: str) -> tuple[CodePolarity, ...]:
        """``codes("hot b", "wet f")``."""
        pairs = [(*g.split(), "")[:2] for g in given]
        return tuple(CodePolarity(code, self.letters[letter]) for code, letter in pairs)

    def suggestion(self, *given: str, planted: bool = False) -> Suggestion:
        codes = tuple(Suggested(c.code, c.polarity, 0.87) for c in self.codes(*given))
        return Suggestion(codes, "near: something else", "model-1", planted)

    def sentence(self, number: int) -> Sentence:
        """Sentence ``number``. All are one speaker's, one after another."""
        text, start = f"Sentence number {number}.", number * 100
        end = start + len(text)
        identity = Sentence.make_id(TRANSCRIPT, start, end)
        return Sentence(identity, TRANSCRIPT, 2, start, end, text)

    def item(
        self,
        number: int,
        reason: str = "uncertain",
        suggestion: Suggestion | None = None,
        *,
        among: Sequence[int] = (),
    ) -> Item:
        """Sentence ``number``, between two turns; the selection may extend over those ``among``."""
        before = (("INT", f"Question {number}?"), ("P1", "Well …"))
        return Item(
            self.sentence(number), "P1", before, (("INT", "I see."),), reason, suggestion,
            earlier=tuple(self.sentence(n) for n in reversed(among) if n < number),
            later=tuple(self.sentence(n) for n in among if n > number),
        )  # fmt: skip

    def setup(
        self, policy: Policy = "after", coder: str = "ANNA", goal: int | None = None
    ) -> Setup:
        return Setup(coder, self.book, policy, goal)

    def past(self, events: Sequence[Event], items: Iterable[Item], coder: str) -> list[Done]:
        """As steps would compose it: the acts that stand, with their items and their reasons. A
        sentence of a blind sample has no suggestion, whatever the act's reason.
        """
        by_start = {
            i.sentence.start: replace(i, suggestion=None) if i.reason in BLIND else i for i in items
        }
        return [
            Done(e, replace(by_start[e.start], reason=e.reason)) for e in undoable(events, coder)
        ]

    def drive(
        self,
        items: Sequence[Item],
        policy: Policy = "after",
        *,
        past: Sequence[Done] = (),
        seen: frozenset[str] = frozenset(),
        events: Sequence[Event] = (),
        goal: int | None = None,
    ) -> Driver:
        """A session at its start."""
        return Driver(begin(self.setup(policy, goal=goal), items, past=past, seen=seen), events)

    def play(
        self,
        keys: str | Sequence[str | type[BaseException]],
        items: Sequence[Item],
        *,
        store: FakeStore | None = None,
        setup: Setup | None = None,
        width: int = 100,
        seconds: float = 2.0,
        queue: Sequence[Item] | None = None,
        write: Callable[[str], None] | None = None,
    ) -> Played:
        """A session fed with lines ("1b|" is a code and an Enter). Without more, the input ends.

        Exceptions among the lines are raised instead. The clock moves ``seconds`` at each line.
        Sentences of ``items`` that a decision stands on are not asked again, unless ``queue`` says.
        """
        store = store or FakeStore()
        setup = setup or self.setup()
        past = self.past(store.events, items, setup.coder)
        settled = self.stands(store.events, setup.coder)
        script = iter(keys.split("|") if isinstance(keys, str) else keys)
        lines: list[str] = []
        now = 0.0

        def read_line(prompt: str) -> str:
            nonlocal now
            now += seconds
            line = next(script, EOFError)
            if not isinstance(line, str):
                raise line
            return line

        def record(line: str) -> None:
            lines.append(line)
            store.log.append(line)

        summary = run(
            setup,
            [i for i in items if i.sentence.id not in settled] if queue is None else queue,
            past=past,
            seen=seen_before(store.events, setup.coder),
            read_line=read_line,
            write=write or record,
            source=store,
            width=lambda: width,
            clock=lambda: now,
        )
        return Played(summary, lines, store)

    def stands(
        self, events: Iterable[Event], coder: str = "ANNA"
    ) -> dict[str, tuple[CodePolarity, ...]]:
        """A second, naive fold: take away what is undone, then let the last decision count."""
        live: list[Event] = []
        for e in events:
            if e.coder == coder and e.kind is EventKind.UNDO:
                (gone,) = [x for x in live if x.seq == e.undoes]
                live.remove(gone)
            elif e.coder == coder:
                live.append(e)
        return {
            s.id: e.codes
            for e in live
            if e.kind is EventKind.DECISION and e.reason != Reason.PROBE
            for s in map(self.sentence, range(1, 10))
            if e.start <= s.start and s.end <= e.end
        }

    def folded(
        self, events: Sequence[Event], coder: str = "ANNA"
    ) -> dict[str, tuple[CodePolarity, ...]]:
        """What the study says of the same events."""
        human = fold(events, [self.sentence(n) for n in range(1, 10)], overlap=0.5)
        return {
            s: tuple(
                CodePolarity(c.code, c.polarity)
                for code in self.book.leaf_ids
                for c in human.codings
                if (c.sentence_id, c.coder, c.code) == (s, coder, code)
            )
            for s, who in human.read
            if who == coder
        }


BOOK = """
name = "Weather"
version = "1"
[[code]]
id = "hot"
label = "Heat"
definition = "It is hot."
[[code.boundary]]
against = "wet"
rule = "Sweat is heat."
[[code]]
id = "wet"
label = "Rain"
definition = "It rains."
[[code]]
id = "fog"
label = "Fog"
definition = "One sees nothing."
polarity = false
"""


@pytest.fixture(scope="session")
def bench() -> Bench:
    """Three codes, the last without polarity: 1 Heat, 2 Rain, 3 Fog."""
    return Bench(parse_codebook(BOOK))


@pytest.fixture(scope="session")
def bench_of_one(bench: Bench) -> Bench:
    """The same codes, but one a sentence."""
    return Bench(parse_codebook('choice = "one"\n' + BOOK))


@pytest.fixture(scope="session")
def bench_of_twelve() -> Bench:
    """More codes than digits."""
    codes = "\n".join(
        f'[[code]]\nid = "c{n}"\nlabel = "Code {n}"\ndefinition = "d"' for n in range(1, 13)
    )
    return Bench(parse_codebook(f'name = "Many"\nversion = "1"\n{codes}'))


@pytest.fixture
def source() -> FakeStore:
    """An empty study."""
    return FakeStore()
