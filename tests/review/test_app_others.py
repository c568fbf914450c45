"""What colleagues said of a sentence, when a session is there to settle it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table import Study, Table, at

from precode.review.values import Said


@pytest.fixture
def disputed(bench):
    """Sentence 1, on which three differ, one at length."""
    said = (
        Said("First coder", bench.codes("hot b")),
        Said("Second coder", (), "not about the weather at all " * 20 + "END"),
        Said("Third coder", bench.codes("wet f", "fog")),
    )
    return replace(bench.item(1, reason="disagreement"), others=said)


def test_the_whole_screen_shows_it_from_the_start(bench, disputed):
    """As much as fits below the talk, where a suggestion would be; all of it with e. The next
    sentence, on which nobody has said anything, shows none of it.
    """

    async def script(table: Table) -> None:
        assert "coders differ" in table.screen
        assert "> Sentence number 1." in table.screen
        assert "First coder: 1 Heat, barrier" in table.screen
        assert "… e shows all of it" in table.screen and "END" not in table.screen
        await table.press("e")
        assert "What the coders said" in table.screen and "END" in table.screen
        assert "Third coder: 2 Rain, facilitator; 3 Fog" in table.screen
        await table.press("e", "1", "b", "enter")
        assert "> Sentence number 2." in table.screen and "coder:" not in table.screen

    at(bench.setup("never"), [disputed, bench.item(2)], Study(), script)


def test_line_by_line_it_is_there_before_the_codes(bench, disputed):
    played = bench.play("e|1b||q", [disputed], setup=bench.setup("never"))
    first, _, rest = played.text.partition("Codes:")
    assert "First coder: 1 Heat, barrier.\nSecond coder: nothing applies.\n  Memo: not" in first
    assert "END\nThird coder: 2 Rain, facilitator; 3 Fog." in first
    assert rest.count("END") == 1  # e once more
