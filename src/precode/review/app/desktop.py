"""The main screen: the sentence in its talk, the codes, and what is told about them.

A key becomes commands, the desk carries them out, and its effects become rows. Nothing is decided
here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from precode.review.app import bars, codes, covers
from precode.review.app.entry import PROMPTS, Entry, Purpose
from precode.review.app.keyhelp import MAIN, WRITING
from precode.review.app.layer import Layer
from precode.review.app.pane import Pane
from precode.review.app.presses import Presses
from precode.review.app.rows import Page
from precode.review.app.talk import talk
from precode.review.commands import Act, Command, Give, Memo, Search, Toggle
from precode.review.desk import Desk
from precode.review.effects import Effect, Ended, Notice, ShowItem, ShowSuggestion
from precode.review.facing import visible
from precode.review.source import Source

Obey = Callable[[Command], Sequence[Effect]]

ROOM_FOR_ALL = 110
"""Columns that hold the whole header in one row."""

_PASTED = "pasted text is not taken for keys; m or / opens a line to paste into"


class Desktop(Layer[None], inherit_bindings=False):
    """``obey`` carries a command out and returns what to show; ``finish`` ends the session."""

    def __init__(
        self, desk: Desk, source: Source, *, obey: Obey, finish: Callable[[], None]
    ) -> None:
        super().__init__()
        self._desk, self._source, self._obey, self._finish = desk, source, obey, finish
        self._book = desk.state.setup.codebook
        self._presses = Presses(len(self._book.leaves))
        self._now = desk.progress()
        self._cursor, self._notice, self._agreement = 0, "", ""
        self.talk = Pane(self._talk, name="talk")
        self._entry: Entry | None = None

    def compose(self) -> ComposeResult:
        yield Pane(self._header, name="header")
        with Container(id="body"):
            with Container(id="left"):
                yield self.talk
                yield Pane(lambda width: bars.hidden(*self.talk.hidden, width), name="hidden")
            with Container(id="right"):
                yield Pane(self._codes, name="codes", more="  ▼ more codes")
                yield Pane(self._details, name="details", more="… c shows all of it")
        yield Pane(self._suggestion, name="suggestion", more="… e shows all of it")
        yield Pane(lambda w: bars.status(self._now, self._book, self._agreement, w), name="status")
        yield Pane(lambda w: bars.notice(self._notice, self._presses.pending, w), name="notice")
        yield Pane(lambda w: self._entry.page(w) if self._entry else Page(()), name="entry")
        yield Pane(lambda w: bars.footer(WRITING if self._entry else MAIN, w), name="keys")

    def on_mount(self) -> None:
        self._agreement = self._source.agreement()

    def on_resize(self) -> None:
        self.call_after_refresh(self._renew, "hidden")

    # From keys to commands

    def press(self, event: events.Key) -> None:
        if self._entry is None:
            self._press(event)
        elif event.key == "enter":
            self.take_entry()
        elif event.key == "escape":
            self._close_entry()
        else:
            self._entry.press(event)
            self._renew("entry")

    def _press(self, event: events.Key) -> None:
        match event.key:
            case "enter":
                self._carry_out(self._presses.settle() or (Act.COMMIT,))
            case "escape" | "backspace":
                self._drop(every=event.key == "escape")
            case "up" | "k":
                self._move(-1)
            case "down" | "j":
                self._move(1)
            case "pageup" | "pagedown":
                self.talk.turn(-1 if event.key == "pageup" else 1)
                self._renew("hidden")
            case "home":
                self.talk.settle()
                self._renew("hidden")
            case "space":
                self._carry_out((*self._presses.settle(), Toggle(self._cursor + 1)))
            case "tab":
                self._carry_out(self._presses.press("\t"))
            case "m" | "M":
                self._open_memo()
            case "slash":
                self._carry_out(self._presses.settle())
                self._open_entry("search", "")
            case _ if event.character is not None and event.is_printable:
                self._carry_out(self._presses.press(event.character))
            case _:
                pass

    def paste(self, text: str) -> None:
        if self._entry is None:
            self._tell(_PASTED)
        else:
            self._entry.write(text)
            self._renew("entry")

    def take_entry(self) -> None:
        """Close the line that is open, if one is, and carry out what it says."""
        if self._entry is None:
            return
        purpose = self._entry.purpose
        text, before = self._entry.text.strip(), self._entry.before.strip()
        self._close_entry()
        if purpose == "search":
            self._carry_out((Search(text),))
        elif text != before:
            self._carry_out((Memo(text) if text else Act.ERASE,))

    def keep_memo(self) -> None:
        """Before an end that was not asked for: a memo being written is kept among what is told to
        be discarded.
        """
        if self._entry is not None and self._entry.purpose == "memo":
            self.take_entry()

    def _open_memo(self) -> None:
        self._carry_out(self._presses.settle())
        facing = self._desk.state.facing
        if facing is None:
            self._tell("there is no sentence to write a memo on")
        else:
            self._open_entry("memo", facing.memo)

    def _carry_out(self, commands: Sequence[Command]) -> None:
        """Obey ``commands`` and show what comes of them; without any, show the number pending."""
        self._notice = ""
        for command in commands:
            if isinstance(command, Toggle | Give):
                self._cursor = self._within(command.number - 1)
            self.show_effects(self._obey(command))
        if not commands:
            self._renew("notice")

    # From effects to rows

    def show_effects(self, effects: Sequence[Effect]) -> None:
        """Show ``effects``, and where the session stands now."""
        fresh = acted = False
        told = [self._notice] if self._notice else []
        for effect in effects:
            match effect:
                case ShowItem():
                    fresh = acted = True
                case Notice(text):
                    told.append(text)
                case ShowSuggestion():
                    acted = True
                    told.append(bars.revealed(effect, self._book))
                case Ended():
                    self._finish()
                    return
                case _:
                    self._open_on_top(effect)
        self._notice = " ".join(told)
        self._now = self._desk.progress()
        faced = self._desk.state.facing
        self.set_class(faced is not None and bool(faced.item.others), "-others")
        self.talk.renew(stay=not fresh)
        self._renew("header", "codes", "details", "suggestion", "status", "notice")
        self.call_after_refresh(self._tell_later, acted=acted)

    def _open_on_top(self, effect: Effect) -> None:
        layer = covers.covering(
            effect, self._desk, self._source, cursor=self._cursor, obey=self._carry_out
        )
        if layer is not None:
            self.app.push_screen(layer)

    def _tell_later(self, *, acted: bool) -> None:
        """What may wait until the sentence is on the screen."""
        if acted:
            self._agreement = self._source.agreement()
            self._renew("status")
        self._renew("hidden")

    def _renew(self, *panes: str) -> None:
        for name in panes:
            self.pane(name).renew()

    def _tell(self, text: str) -> None:
        self._notice = text
        self._renew("notice")

    def _move(self, by: int) -> None:
        self._cursor = self._within(self._cursor + by)
        self._renew("codes", "details")

    def _within(self, place: int) -> int:
        return max(0, min(place, len(self._book.leaves) - 1))

    def _drop(self, *, every: bool) -> None:
        """Escape and backspace: take digits back, or the notice away."""
        self._presses.pending = "" if every else self._presses.pending[:-1]
        self._tell("")

    def _open_entry(self, purpose: Purpose, text: str) -> None:
        self._set_entry(Entry.open(purpose, text), PROMPTS[purpose])

    def _close_entry(self) -> None:
        self._set_entry(None, "")

    def _set_entry(self, entry: Entry | None, told: str) -> None:
        self._entry, self._notice = entry, told
        self._renew("entry", "keys", "notice")

    # The panes

    def _header(self, width: int) -> Page:
        state = self._desk.state
        rows = 2 if width < ROOM_FOR_ALL and not self.has_class("-low") else 1
        return bars.header(state.setup, state.facing, self._now, width, rows=rows)

    def _talk(self, width: int) -> Page:
        return talk(self._desk.state.facing, width)

    def _codes(self, width: int) -> Page:
        return codes.choices(self._book, self._desk.state.facing, self._cursor, width)

    def _details(self, width: int) -> Page:
        code = self._book.leaves[self._cursor]
        return Page(codes.explained(self._book, code, width))

    def _suggestion(self, width: int) -> Page:
        state = self._desk.state
        if state.facing and state.facing.item.others:
            return bars.others(state.facing.item.others, self._book, width)
        shown = visible(state.facing, state.setup) if state.facing else None
        return bars.suggestion(shown, self._book, width)
