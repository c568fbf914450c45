"""A screen that takes its keys one by one, in the order they were typed."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.screen import Screen

from precode.review.app.pane import Pane

T = TypeVar("T")


class Layer(Screen[T], inherit_bindings=False):
    """The main screen, or one that covers it.

    The application hands every key to the layer on top, at once. Textual's own way, by focus and
    queues, lets a key that follows quickly reach the wrong place: over a slow connection the first
    letters of a memo would have been commands.
    """

    AUTO_FOCUS = ""

    def press(self, event: events.Key) -> None:
        """Do what the key says."""
        raise NotImplementedError

    def paste(self, text: str) -> None:
        """Pasted text: nothing is done with it, least of all key by key."""

    def pane(self, name: str) -> Pane:
        """The pane called ``name``."""
        return self.query_one(f"#{name}", Pane)
