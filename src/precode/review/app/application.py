"""The application: one desk, one main screen, and a clean end whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Sequence
from typing import Any

from textual import events
from textual.app import App

from precode.review.app.desktop import Desktop
from precode.review.app.layer import Layer
from precode.review.commands import Command
from precode.review.desk import Desk, Ending, Summary
from precode.review.effects import Effect
from precode.review.source import Source
from precode.review.values import Done, Item, Setup

Breakpoints = list[tuple[int, str]] | None


def run(
    setup: Setup,
    items: Sequence[Item],
    *,
    past: Sequence[Done],
    seen: frozenset[str],
    source: Source,
    clock: Callable[[], float] = time.monotonic,
) -> Summary:
    """Review ``items`` on the whole terminal screen until the coder quits or presses Ctrl-C.

    ``past`` and ``seen``: :func:`precode.review.session.begin`. ``clock`` is in seconds. What
    ``source`` raises ends the session, gives the terminal back and is passed on; everything it
    acknowledged before is stored.
    """
    app = ReviewApp(Desk(setup, items, past=past, seen=seen, source=source, clock=clock), source)
    app.run(mouse=False)  # so that the terminal's own selecting and copying work
    if app.failure is not None:
        raise app.failure
    return app.desk.summary(app.ending)


class ReviewApp(App[None], inherit_bindings=False):
    """``ending`` says how the session ended, ``failure`` is what broke it off, if anything did."""

    CSS_PATH = "review.tcss"
    TITLE = "precode review"
    ENABLE_COMMAND_PALETTE = False
    # Textual declares these two in a way that forbids ClassVar
    HORIZONTAL_BREAKPOINTS: Breakpoints = [(0, "-narrow"), (72, "-medium"), (130, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS: Breakpoints = [(0, "-low"), (20, "-high")]  # noqa: RUF012

    def __init__(self, desk: Desk, source: Source) -> None:
        super().__init__(ansi_color=True)
        self.features = frozenset()  # no developer's console, whatever the environment says
        self.animation_level = "none"
        self.desk = desk
        self.ending: Ending = "failed"
        self.failure: Exception | None = None
        self._open_for_keys = False
        self.desktop = Desktop(desk, source, obey=self.obey, finish=lambda: self.finish("quit"))

    def on_mount(self) -> None:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            # `kill -INT`; the key Ctrl-C is a key here. Windows has none, tests run in threads
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self.interrupt)
        opening = self._safely(self.desk.begin)
        self.push_screen(self.desktop)
        self.desktop.call_after_refresh(self._open, opening)

    def _open(self, opening: Sequence[Effect]) -> None:
        self.desktop.show_effects(opening)
        self._open_for_keys = True

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted text go straight to the layer on top; the rest is Textual's."""
        match event:
            case events.Key(key="ctrl+c"):
                self.interrupt()
            case events.Key() | events.Paste():
                top = self.screen_stack[-1] if self._open_for_keys and not self._over else None
                if isinstance(top, Layer):
                    _hand(event, top)
            case _:
                await super().on_event(event)

    def obey(self, command: Command) -> Sequence[Effect]:
        """Carry out ``command``; returns what to show."""
        return self._safely(lambda: self.desk.obey(command))

    def interrupt(self) -> None:
        """Ctrl-C: everything acknowledged is stored, and what is not is listed at the end."""
        if self._open_for_keys:
            self.desktop.keep_memo()
        self.finish("interrupted")

    def finish(self, ending: Ending) -> None:
        """End the session, once."""
        if not self._over:
            self.ending = ending
            self.exit()

    @property
    def _over(self) -> bool:
        return self.ending != "failed" or self.failure is not None

    def _safely(self, act: Callable[[], Sequence[Effect]]) -> Sequence[Effect]:
        try:
            return act()
        except KeyboardInterrupt:  # pressed while storing, which the desk finishes first
            self.finish("interrupted")
        except Exception as failure:
            # kept, and raised again by run(): Textual would print it, with the variables around
            # it, over the coder's screen
            self.failure = failure
            self.exit()
        return ()


def _hand(event: events.Key | events.Paste, layer: Layer[Any]) -> None:
    if isinstance(event, events.Key):
        layer.press(event)
    else:
        layer.paste(event.text)
