"""The whole-screen review with someone at the keys, and its screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from precode.domain import Event, Polarity
from precode.review.app.application import ReviewApp
from precode.review.desk import Desk
from precode.review.source import Line, Source
from precode.review.values import Item, Setup

NAMED = {"enter": "\r", "tab": "\t", "space": " ", "escape": "\x1b", "backspace": "\x7f"}


@dataclass
class Study:
    """What the app asks of a study, in memory. ``before`` runs ahead of each append, ``after``
    behind it; ``hits`` are what any search finds.
    """

    events: list[Event] = field(default_factory=list)
    before: Callable[[Event], None] = lambda event: None
    after: Callable[[Event], None] = lambda event: None
    hits: Sequence[Item] = ()
    looked_for: list[str] = field(default_factory=list)
    agreed: str = ""
    talk: Sequence[Line] = ()

    def store(self, events: Sequence[Event]) -> Sequence[Event]:
        for event in events:
            self.before(event)
            self.events.append(replace(event, seq=len(self.events) + 1))
            self.after(event)
        return self.events[-len(events) :]

    def find(self, text: str) -> Sequence[Item]:
        self.looked_for.append(text)
        return self.hits

    def refill(self) -> Sequence[Item] | None:
        return None

    def more(self) -> Sequence[Item]:
        return ()

    def whole(self, item: Item) -> Sequence[Line]:
        here = Line(item.speaker, "participant", item.sentence.text, here=True)
        return self.talk or [Line("INT", "interviewer", "A question?", here=False), here]

    def evidence(self, item: Item) -> Sequence[str]:
        return [f"for it: a neighbour of {item.sentence.text}"]

    def agreement(self) -> str:
        return self.agreed


class Table:
    """The app on a screen of 80 by 24, with someone at the keys."""

    def __init__(self, pilot: Pilot[None], app: ReviewApp) -> None:
        self.pilot, self.app, self.desk = pilot, app, app.desk

    async def press(self, *keys: str) -> None:
        """All at once, as a slow connection delivers what was typed."""
        for key in keys:
            character = NAMED.get(key, key if len(key) == 1 else None)
            named = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(events.Key(named, character))
        await self.pilot.pause()
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()

    @property
    def screen(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    @property
    def chosen(self) -> list[tuple[str, Polarity | None]]:
        facing = self.desk.state.facing
        return [(c.code, c.polarity) for c in facing.choices] if facing else []


def at(
    setup: Setup,
    items: Sequence[Item],
    source: Source,
    script: Callable[[Table], Awaitable[None]],
    *,
    size: tuple[int, int] = (80, 24),
) -> ReviewApp:
    """The app after ``script`` has been played on it."""

    async def play() -> ReviewApp:
        desk = Desk(setup, items, past=(), seen=frozenset(), source=source)
        app = ReviewApp(desk, source)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await script(Table(pilot, app))
        return app

    return asyncio.run(play())
