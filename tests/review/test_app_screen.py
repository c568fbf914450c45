"""What the whole-screen review shows, when, and on which screens."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from table import Study, Table, at

from precode.domain import EventKind

K = EventKind
WORDS = " ".join(f"word{n}" for n in range(300))
HOSTILE = "[bold]no[/bold] [laughs] \x1b[31mred\x1b[0m \x07 \u202eback\u202c [link=x]y"
SCRIPTS = "אני לא חושבת שיש לי זמן לזה 忙しくて時間がありません 👨‍👩‍👧‍👦❤️🇫🇷 é́ नमस्ते हम " * 12
SIZES = [(80, 24), (200, 50), (40, 12), (24, 8)]


@pytest.fixture
def store() -> Study:
    """A study in memory, empty."""
    return Study()


def saying(bench, text: str, **options):
    """An item whose sentence is ``text``."""
    item = bench.item(1, **options)
    return replace(item, sentence=replace(item.sentence, text=text))


def test_the_screen_at_80_by_24(bench, store):
    """Who, how far, what, why, the talk, the codes with marks, the counts and the keys."""
    store.agreed = "κ .61 so far"
    first = replace(
        bench.item(1), source="interview_03", why="the model is unsure", role="participant"
    )

    async def script(table: Table) -> None:
        lines = table.screen.splitlines()
        assert len(lines) == 24
        assert lines[0] == "ANNA  ·  0 done, goal 40  ·  interview_03"
        assert lines[1] == "the model is unsure"
        assert "  INT: Question 1?" in lines[2] and "│ >1 [ ] Heat" in lines[2]
        assert "  P1 (participant): Well …" in lines[3]
        assert "> Sentence number 1." in lines[4]
        assert "  INT: I see." in lines[5]
        assert "no rate yet" in lines[21] and "κ .61 so far" in lines[21]
        assert lines[23].startswith("Enter commit") and lines[23].endswith("Tab all keys")
        await table.press("1", "b", "enter")
        assert "1 decided, 0 skipped" in table.screen and "codes 1:1" in table.screen
        assert "an hour" in table.screen

    at(bench.setup("never", goal=40), [first, bench.item(2)], store, script)


def test_nothing_is_shown_before_it_is_stored(bench, store):
    """Neither the next sentence, nor the suggestion, nor that the machine agrees."""
    screens: list[str] = []
    items = [bench.item(n, suggestion=bench.suggestion("hot b")) for n in (1, 2)]

    async def script(table: Table) -> None:
        store.before = lambda event: screens.append(table.screen)
        store.after = lambda event: screens.append(table.screen)
        await table.press("2", "b", "enter")
        assert "Machine: 1 Heat, barrier (0.87)" in table.screen
        assert "because near: something else" in table.screen
        assert "The machine differs" in table.screen
        await table.press("enter")
        assert "> Sentence number 2." in table.screen and "Machine:" not in table.screen
        await table.press("1", "b", "enter")
        assert "The machine suggests the same: 1 Heat, barrier." in table.screen

    at(bench.setup(), items, store, script)
    assert [e.kind for e in store.events] == [K.DECISION, K.SHOWN, K.DECISION, K.SHOWN]
    assert len(screens) == 8
    assert all("Machine:" not in s and "suggests the same" not in s for s in screens)
    assert all("> Sentence number 1." in s for s in screens[:4])
    assert all("> Sentence number 2." in s for s in screens[4:])


def test_where_the_study_says_so_the_suggestion_is_there_from_the_start(bench, store):
    """It is on record as shown before it is on the screen; a blind sentence shows none."""
    suggestion = bench.suggestion("hot b")
    items = [bench.item(1, suggestion=suggestion), bench.item(2, "audit", suggestion)]

    async def script(table: Table) -> None:
        assert [e.kind for e in store.events] == [K.SHOWN]
        assert "Machine: 1 Heat, barrier (0.87)" in table.screen
        await table.press("1", "b", "enter")
        assert "> Sentence number 2." in table.screen and "Machine:" not in table.screen
        await table.press("1", "b", "enter")
        assert "Machine" not in table.screen

    at(bench.setup("before"), items, store, script)


def test_a_planted_suggestion_looks_like_any_other(bench, store):
    item = bench.item(1, "probe", bench.suggestion("wet b", planted=True))

    async def script(table: Table) -> None:
        await table.press("1", "b", "enter")
        assert "Machine: 2 Rain, barrier (0.87)" in table.screen
        assert "probe" not in table.screen.lower() and "planted" not in table.screen.lower()

    at(bench.setup(), [item], store, script)


@pytest.mark.parametrize("size", SIZES)
def test_the_sentence_is_on_every_size_of_screen(bench, store, size):
    """Also with the suggestion and a notice beside it; rows are never wider than the screen."""
    items = [bench.item(n, suggestion=bench.suggestion("hot b")) for n in (1, 2)]

    async def script(table: Table) -> None:
        assert "Sentence" in table.screen
        await table.press("2", "b", "enter")
        assert "Sentence" in table.screen
        await table.press("s")
        assert "> Sentence" in table.screen
        assert all(cell_len(line) <= size[0] for line in table.screen.splitlines())

    at(bench.setup(), items, store, script, size=size)


def test_resizing_keeps_sentence_choices_and_what_is_being_written(bench, store):
    async def script(table: Table) -> None:
        await table.press("1", "b", "m", *"a memo")
        for width, height in [(40, 12), (200, 50), (10, 4), (3, 2), (80, 24)]:
            await table.pilot.resize_terminal(width, height)
            await table.pilot.pause()
            if width >= 40:
                assert "> Sentence number 1." in table.screen and "a memo" in table.screen
                assert "[x] Heat  barrier" in table.screen
        await table.press("enter", "enter")

    at(bench.setup("never"), [bench.item(1)], store, script)
    assert store.events[0].memo == "a memo"


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_a_sentence_of_300_words_begins_in_view_and_scrolls_to_its_end(bench, store, size):
    async def script(table: Table) -> None:
        assert "word0 " in table.screen and "word299" not in table.screen
        assert "more below" in table.screen
        await table.press(*["pagedown"] * 60)
        assert "I see." in table.screen
        await table.press("home")
        assert "word0 " in table.screen

    at(bench.setup(), [saying(bench, WORDS)], store, script, size=size)


def test_hostile_text_is_shown_as_it_is_and_steers_nothing(bench, store):
    """Brackets are no markup, escape sequences are visible, nothing turns the row round."""
    store.talk = ()

    async def script(table: Table) -> None:
        for keys in ([], ["t"], ["escape", "g"], ["escape", "m"]):
            await table.press(*keys)
            joined = " ".join(table.screen.replace("│", " ").split())
            assert "[bold]no[/bold]" in joined or keys[1:] == ["g"]
            assert not set(joined) & set("\x1b\x07\u202e\u202c\r\t")

    item = saying(bench, HOSTILE)
    item = replace(item, before=(("[b]INT", HOSTILE),), source=HOSTILE, why=HOSTILE)
    at(bench.setup(), [item], store, script)


def test_a_memo_holds_brackets_and_escapes_too(bench, store):
    async def script(table: Table) -> None:
        await table.press("m")
        await table.paste(HOSTILE)
        assert "[bold]no[/bold]" in table.screen and "\x1b" not in table.screen
        await table.press("enter", "m", "left", "home", "x", "end", "ctrl+w", "enter", "n")

    at(bench.setup("never"), [bench.item(1)], store, script)
    assert store.events[0].memo.startswith("x[bold]no[/bold]")
    assert "link" not in store.events[0].memo


@pytest.mark.parametrize("size", SIZES)
def test_all_scripts_keep_to_their_rows(bench, store, size):
    """Right-to-left, wide, marks and joined emoji: no row is wider or narrower than the screen."""

    async def script(table: Table) -> None:
        for keys in ([], ["pagedown"], ["t"], ["pagedown"], ["escape", "n", "g"]):
            await table.press(*keys)
            strips = table.app.screen._compositor.render_strips()
            assert {cell_len(s.text) for s in strips} == {size[0]}
            assert "\u200d" not in table.screen

    at(bench.setup("never"), [saying(bench, SCRIPTS), bench.item(2)], store, script, size=size)


@pytest.mark.parametrize("no_color", [False, True])
def test_nothing_is_told_by_colour(bench, store, monkeypatch, no_color):
    """With or without NO_COLOR every cell has the terminal's own two colours."""
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    else:
        monkeypatch.delenv("NO_COLOR", raising=False)

    async def script(table: Table) -> None:
        await table.press("1", "b", "enter", "m", *"note")
        colours = set()
        for strip in table.app.screen._compositor.render_strips():
            for segment in strip:
                if segment.style is not None:
                    colours |= {segment.style.color, segment.style.bgcolor}
        assert {c.name for c in colours if c is not None} <= {"default"}
        assert "[x] Heat  barrier" in table.screen

    item = bench.item(1, suggestion=bench.suggestion("wet b"))
    at(bench.setup(), [item], store, script)


def test_a_long_codebook_scrolls_with_the_cursor(bench_of_twelve, store):
    async def script(table: Table) -> None:
        await table.press(*["down"] * 11)
        assert ">12 [ ] Code 12" in table.screen
        await table.press(*["up"] * 11)
        assert "> 1 [ ] Code 1" in table.screen

    at(bench_of_twelve.setup(), [bench_of_twelve.item(1)], store, script, size=(40, 12))


def test_a_transcript_of_10_000_words_opens_at_the_sentence(bench, store):
    """The sentence is marked inside its turn."""
    from precode.review.source import Line

    turn = " ".join(["word"] * 50)
    here = Line("P1", "participant", f"Before. {bench.sentence(1).text} After.", here=True)
    talk = [Line("INT", "interviewer", f"{n} {turn}", here=False) for n in range(200)]
    store.talk = [*talk[:120], here, *talk[120:]]

    async def script(table: Table) -> None:
        start = time.perf_counter()
        await table.press("t")
        assert time.perf_counter() - start < 1.5
        assert "> Sentence number 1." in table.screen
        assert "P1 (participant): Before." in table.screen and "  After." in table.screen

    at(bench.setup(), [bench.item(1)], store, script)


@pytest.mark.skipif(sys.platform == "win32", reason="pexpect drives a Unix terminal")
@pytest.mark.parametrize("way", ["q", "kill", "fails"])
def test_on_a_real_terminal_it_ends_with_a_summary(way):
    """q, a signal, and a store that breaks: the terminal is given back each time."""
    import pexpect

    child = pexpect.spawn(
        sys.executable,
        [str(Path(__file__).parent.parent / "helpers" / "reviewing.py"), way],
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=15,
    )
    child.expect("Sentence number 1")
    child.expect("Tab")
    time.sleep(0.3)
    child.send("n")
    if way == "fails":
        child.expect("OSError: the disk is full")
    else:
        child.expect("Sentence number 2|umber 2|2 ")
        time.sleep(0.3)
        if way == "kill":
            import signal

            child.kill(signal.SIGINT)
        else:
            child.send("q")
        child.expect(r"1049l")
        child.expect("ENDED (quit|interrupted) 1")
        assert child.match.group(1) == {"q": "quit", "kill": "interrupted"}[way]
    child.expect(pexpect.EOF)
