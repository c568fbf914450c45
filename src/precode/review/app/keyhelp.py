"""Every key with what it does."""

from __future__ import annotations

from precode.codebook import Codebook
from precode.review.app.rows import Page, paragraph
from precode.review.keys import DIGITS
from precode.review.wording.help import directed

MAIN = (
    ("Enter", "commit"), ("n", "nothing"), ("bfxo", "polarity"), ("s", "skip"), ("u", "undo"),
    ("m", "memo"), ("?", "flag"), ("t", "whole talk"), ("e", "evidence"), ("g", "go back"),
    ("/", "search"), ("[ ]", "more sentences"), ("c", "codebook"), ("q", "quit"),
    ("Tab", "all keys"),
)  # fmt: skip
READING = (("PgUp PgDn", "scroll"), ("Home", "to the place"), ("Esc", "back"))
CHOOSING = (("Up Down", "move"), ("Enter", "open"), ("digits", "to a number"), ("Esc", "back"))
WRITING = (("Enter", "done"), ("Esc", "leave it"))


def all_keys(book: Codebook, width: int) -> Page:
    """The keys of the main screen, a paragraph each."""
    last = len(book.leaves)
    polarity = (
        ("b f x o", "polarity of the code given last: barrier, facilitator, both, unclear"),
    )
    rows = [
        (f"1 to {last}", "gives a code, or takes it off again" + (
            "; a number is complete with the next key, or Enter" if last > DIGITS else "")),
        ("up down, j k", "moves along the codes; Space gives the one at the cursor"),
        *(polarity if directed(book) else ()),
        ("Enter", "commits what is chosen; where a decision stands, keeps it"),
        ("n", "commits that nothing applies"),
        ("s", "skips the sentence for now"),
        ("[ and ]", "takes the sentence before, or after, into the selection"),
        ("{ and }", "takes it out again"),
        ("?", "flags the sentence for discussion, or takes the flag off"),
        ("m", "a memo, stored with the decision"),
        ("u and U", "takes back the last act, also of earlier sessions; brings it back"),
        ("g", "goes back to an earlier sentence, from a list"),
        ("/", "looks for sentences with some words"),
        ("e", "the evidence for a suggestion that you have seen; in adjudication, all codings"),
        ("t", "the whole transcript"),
        ("c", "the whole codebook"),
        ("p", "progress: counts by code, sentences an hour, agreement with the machine"),
        ("PgUp PgDn", "scrolls the talk; Home goes back to the sentence"),
        ("Tab, h", "this list"),
        ("q", "quits; every committed decision is stored already. So does Ctrl-C"),
    ]  # fmt: skip
    return Page(
        [row for key, does in rows for row in paragraph(does, width, label=f"{key:13}", indent=14)]
    )
