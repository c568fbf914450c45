"""A scripted coder: lines in, lines out, and a store in memory that can be made to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest

from precode.codebook import Codebook, parse_codebook
from precode.domain import CodePolarity, Event, EventKind, Polarity, Sentence
from precode.review.plain import Summary, run
from precode.review.values import (
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


class FakeStore:
    """Appends like the study's store. ``before`` and ``after`` run around each append."""

    def __init__(self, log: list[str] | None = None) -> None:
        self.events: list[Event] = []
        self.log: list[str] = [] if log is None else log
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    def append(self, events: Sequence[Event]) -> Sequence[Event]:
        self.before()
        stored = [replace(e, seq=len(self.events) + i) for i, e in enumerate(events, 1)]
        self.events += stored
        self.log += [f"STORED {e.kind}" for e in stored]
        self.after()
        return stored


@dataclass
class Played:
    """What a scripted session left behind."""

    summary: Summary
    lines: list[str]
    store: FakeStore

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


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

    def suggestion(self, *given: str) -> Suggestion:
        codes = tuple(Suggested(c.code, c.polarity, 0.87) for c in self.codes(*given))
        return Suggestion(codes, evidence="near: something else")

    def item(
        self, number: int, reason: str = "uncertain", suggestion: Suggestion | None = None
    ) -> Item:
        """Sentence ``number``, between two turns."""
        text, start = f"Sentence number {number}.", number * 100
        end = start + len(text)
        sentence = Sentence(
            Sentence.make_id(TRANSCRIPT, start, end), TRANSCRIPT, 2, start, end, text
        )
        before = (("INT", f"Question {number}?"), ("P1", "Well …"))
        return Item(sentence, "P1", before, (("INT", "I see."),), reason, suggestion)

    def setup(self, policy: Policy = "after", coder: str = "ANNA") -> Setup:
        return Setup(coder, self.book, policy)

    def past(self, events: Sequence[Event], items: Iterable[Item], coder: str) -> list[Done]:
        """As steps would compose it: the acts that stand, with their items and their reasons."""
        by_place = {(i.sentence.start, i.sentence.end): i for i in items}
        return [
            Done(e, replace(by_place[e.start, e.end], reason=e.reason))
            for e in undoable(events, coder)
        ]

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
        settled = {d.item.sentence.id for d in past if d.event.kind is EventKind.DECISION}
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
            seen=seen_before(store.events, setup),
            read_line=read_line,
            write=write or record,
            store=store.append,
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
        decisions = [e for e in live if e.kind is EventKind.DECISION]
        return {Sentence.make_id(e.transcript_id, e.start, e.end): e.codes for e in decisions}


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
