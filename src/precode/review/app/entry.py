"""A line to write in: the memo, or the words to look for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from textual import events
from textual.widgets import Input

Purpose = Literal["memo", "search"]
PROMPTS: Mapping[Purpose, str] = {
    "memo": "Memo on this sentence:",
    "search": "Find sentences with these words (nothing: what was found last):",
}


class Entry(Input):
    """Takes the keys while it is open. Pasted lines are joined, never dropped."""

    def __init__(self, *, name: str) -> None:
        super().__init__(id=name, select_on_focus=False)  # typing adds to a memo
        self.display = False
        self.purpose: Purpose = "memo"
        self.before = ""

    def open(self, purpose: Purpose, text: str) -> None:
        """Show the line, beginning with ``text``, and take the keys."""
        self.purpose, self.before = purpose, text
        self.value = text
        self.cursor_position = len(text)
        self.display = True
        self.focus()

    def close(self) -> None:
        """Give the keys back."""
        self.display = False
        self.screen.set_focus(None)

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()  # Textual's own keeps the first line only
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))
