"""Every key of the whole-screen review, pressed for real; the study is in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest
from table import Study, Table, at

from precode.domain import EventKind, Polarity

K = EventKind


@pytest.fixture
def store() -> Study:
    """A study in memory, empty."""
    return Study()


def kinds(store) -> list[str]:
    return [e.kind for e in store.events]


def test_digits_and_polarity_keys_choose_and_enter_stores(bench, store):
    """1 b 2 f Enter is one decision with two codes, and the next sentence is asked."""

    async def script(table: Table) -> None:
        await table.press("1", "b", "2", "f")
        assert "[x] Heat  barrier" in table.screen
        assert "[x] Rain  facilitator" in table.screen
        await table.press("enter")
        assert "> Sentence number 2." in table.screen
        await table.press("1", "x", "2", "o", "enter")

    at(bench.setup("never"), [bench.item(1), bench.item(2)], store, script)
    first, second = store.events
    assert first.codes == bench.codes("hot b", "wet f")
    assert second.codes == bench.codes("hot x", "wet o")


def test_a_digit_again_takes_the_code_off(bench, store):
    async def script(table: Table) -> None:
        await table.press("1", "1")
        assert table.chosen == []
        assert "[x]" not in table.screen

    at(bench.setup(), [bench.item(1)], store, script)


@pytest.mark.parametrize(("down", "up"), [("down", "up"), ("j", "k")])
def test_the_cursor_moves_and_space_gives_the_code_under_it(bench, store, down, up):
    """The cursor is a ``>``, and the code under it is explained."""

    async def script(table: Table) -> None:
        assert "│ >1 [ ] Heat" in table.screen and "It is hot." in table.screen
        await table.press(down)
        assert "│ >2 [ ] Rain" in table.screen and "It rains." in table.screen
        await table.press(down, down, down, up, "space")
        assert table.chosen == [("wet", None)]
        assert "which? b f x o" in table.screen

    at(bench.setup(), [bench.item(1)], store, script)


def test_the_boundary_rule_stands_under_the_definition(bench, store):
    async def script(table: Table) -> None:
        await table.press("down", "up")
        assert "against Rain: Sweat is heat." in " ".join(table.screen.replace("│", "").split())

    at(bench.setup(), [bench.item(1)], store, script, size=(200, 50))


def test_n_s_and_question_mark_are_stored(bench, store):
    """n: nothing applies; ?: flag, on and off; s: skip."""

    async def script(table: Table) -> None:
        await table.press("n")
        await table.press("?")
        assert "FLAGGED" in table.screen
        await table.press("?")
        assert "FLAGGED" not in table.screen
        await table.press("s")

    at(bench.setup("never"), [bench.item(n) for n in (1, 2, 3)], store, script)
    assert kinds(store) == [K.DECISION, K.FLAG, K.UNDO, K.SKIP]
    assert store.events[0].codes == ()


def test_u_and_U_undo_and_redo(bench, store):
    async def script(table: Table) -> None:
        await table.press("n", "u")
        assert "> Sentence number 1." in table.screen
        assert "undone: decision" in table.screen
        await table.press("U")
        assert "> Sentence number 2." in table.screen

    at(bench.setup("never"), [bench.item(1), bench.item(2)], store, script)
    assert kinds(store) == [K.DECISION, K.UNDO, K.DECISION]


def test_m_opens_a_line_and_enter_keeps_the_memo(bench, store):
    """While the line is open, keys write; the memo stands there to be changed the next time."""

    async def script(table: Table) -> None:
        await table.press("m", *"no bus")
        assert "Memo on this sentence:" in table.screen
        await table.press("enter", "m")
        assert "no bus" in table.screen
        await table.press(*"es", "enter")
        assert "MEMO" in table.screen
        await table.press("n")

    at(bench.setup("never"), [bench.item(1)], store, script)
    (event,) = store.events
    assert (event.kind, event.memo) == (K.DECISION, "no buses")


def test_escape_leaves_the_memo_as_it_was_and_an_emptied_one_is_taken_off(bench, store):
    async def script(table: Table) -> None:
        await table.press("m", *"one", "enter", "m", *"two", "escape")
        assert table.desk.state.facing.memo == "one"
        await table.press("m", "backspace", "backspace", "backspace", "enter")
        assert table.desk.state.facing.memo == ""

    at(bench.setup(), [bench.item(1)], store, script)
    assert store.events == []


def test_brackets_extend_the_selection_and_braces_take_it_back(bench, store):
    """Selected neighbours have a + before them; the decision spans all of them."""
    item = bench.item(2, among=(1, 3))

    async def script(table: Table) -> None:
        await table.press("[", "]")
        assert "+ Sentence number 1." in table.screen
        assert "+ Sentence number 3." in table.screen
        await table.press("{")
        assert "+ Sentence number 1." not in table.screen
        await table.press("}")
        assert "+" not in table.screen
        await table.press("]", "n")

    at(bench.setup("never"), [item], store, script)
    (event,) = store.events
    assert (event.start, event.end) == (item.sentence.start, bench.sentence(3).end)


def test_g_lists_what_was_done_and_enter_goes_back(bench, store):
    """Newest first; Escape changes nothing; nothing is undone by going back."""

    async def script(table: Table) -> None:
        await table.press("1", "b", "enter", "s", "g")
        assert ">1 skipped - P1: Sentence number 2." in table.screen
        assert " 2 1 Heat, barrier - P1: Sentence number 1." in table.screen
        await table.press("escape")
        assert "> Sentence number 3." in table.screen
        await table.press("g", "down", "enter")
        assert "> Sentence number 1." in table.screen
        assert "DECIDED" in table.screen and "[x] Heat  barrier" in table.screen
        await table.press("g", "1", "enter")
        assert "> Sentence number 2." in table.screen and "SKIPPED" in table.screen

    at(bench.setup("never"), [bench.item(n) for n in (1, 2, 3)], store, script)
    assert kinds(store) == [K.DECISION, K.SKIP]


def test_keys_that_follow_a_choice_quickly_are_for_what_was_chosen(bench, store):
    """Over a slow connection keys come in bunches; each still meets what it was typed for."""

    async def script(table: Table) -> None:
        await table.press("n", "g", "enter", "1", "b", "m", *"nsq", "enter", "enter", "t", "escape")
        await table.press("t", "t", "h", "h", "g", "2", "escape", "/", *"u", "escape", "s")

    at(bench.setup("never"), [bench.item(n) for n in (1, 2, 3)], store, script)
    assert [(e.kind, e.start, e.memo) for e in store.events] == [
        (K.DECISION, bench.sentence(1).start, ""),
        (K.DECISION, bench.sentence(1).start, "nsq"),
        (K.SKIP, bench.sentence(2).start, ""),
    ]


def test_slash_searches_and_enter_opens_what_was_found(bench, store):
    store.hits = [bench.item(7), bench.item(8)]

    async def script(table: Table) -> None:
        await table.press("/", *"number", "enter")
        assert ">1 P1: Sentence number 7." in table.screen
        await table.press("down", "up", "end", "enter")
        assert "> Sentence number 8." in table.screen
        await table.press("/", "enter")
        assert ">1 P1: Sentence number 7." in table.screen
        await table.press("escape", "/", *"n", "escape", "n")

    at(bench.setup("never"), [bench.item(1)], store, script)
    assert store.looked_for == ["number"]
    assert store.events[0].start == bench.sentence(8).start


def test_e_shows_the_evidence_only_once_the_suggestion_was_seen(bench, store):
    async def script(table: Table) -> None:
        await table.press("e")
        assert "a neighbour of" not in table.screen
        await table.press("2", "b", "enter", "e")
        assert "for it: a neighbour of Sentence number 1." in table.screen
        await table.press("e")
        assert "a neighbour of" not in table.screen

    at(bench.setup(), [bench.item(1, suggestion=bench.suggestion("hot b"))], store, script)


def test_t_shows_the_whole_transcript_and_escape_comes_back(bench, store):
    async def script(table: Table) -> None:
        await table.press("t")
        assert "INT (interviewer): A question?" in table.screen
        assert "> P1 (participant): Sentence number 1." in table.screen
        await table.press("pagedown", "pageup", "down", "up", "home", "escape")
        assert "[ ] Heat" in table.screen

    at(bench.setup(), [bench.item(1)], store, script)


@pytest.mark.parametrize("key", ["tab", "h"])
def test_tab_shows_all_keys_and_gives_them_back(bench, store, key):
    async def script(table: Table) -> None:
        await table.press(key)
        assert "commits that nothing applies" in table.screen
        await table.press("n", "1")  # says, does not do
        await table.press("tab" if key == "tab" else "escape")
        assert "[ ] Heat" in table.screen

    at(bench.setup(), [bench.item(1)], store, script)
    assert store.events == []


def test_c_shows_the_codebook_and_p_the_progress(bench, store):
    store.agreed = "agreement is fair"

    async def script(table: Table) -> None:
        await table.press("down", "down", "c")  # opens at the code under the cursor
        assert "Weather, version 1" in table.screen and "One sees nothing." in table.screen
        await table.press("c", "p")
        assert "0 decided" in table.screen and "agreement is fair" in table.screen

    at(bench.setup(), [bench.item(1)], store, script)


def test_the_talk_scrolls_and_home_goes_back_to_the_sentence(bench, store):
    item = replace(bench.item(1), after=(("INT", "and so on " * 200), ("P1", "The very end.")))

    async def script(table: Table) -> None:
        assert "more below: PgDn" in table.screen
        await table.press(*["pagedown"] * 9)
        assert "The very end." in table.screen and "Sentence number 1." not in table.screen
        await table.press("pageup", "home")
        assert "> Sentence number 1." in table.screen

    at(bench.setup(), [item], store, script)


def test_numbers_of_two_digits_are_gathered_and_shown(bench_of_twelve, store):
    """1 waits for more; 12 cannot go on and counts at once; Enter takes a waiting 1 without
    committing; a polarity key completes it; Escape and Backspace drop it; 5 needs no waiting.
    """

    async def script(table: Table) -> None:
        await table.press("1")
        assert "Code 1…" in table.screen and table.chosen == []
        await table.press("2")
        assert table.chosen == [("c12", None)]
        await table.press("1", "enter")
        assert table.chosen == [("c12", None), ("c1", None)]
        await table.press("1", "b", "1", "2", "1", "2", "f")
        assert table.chosen == [("c1", Polarity.BARRIER), ("c12", Polarity.FACILITATOR)]
        await table.press("1", "escape", "1", "backspace", "5", "b")
        assert table.chosen[-1] == ("c5", Polarity.BARRIER)
        await table.press("1", "2", "1", "j")  # a cursor key leaves the number waiting
        assert "Code 1…" in table.screen

    at(bench_of_twelve.setup("never"), [bench_of_twelve.item(1)], store, script)
    assert store.events == []


def test_q_warns_once_of_codes_not_committed_then_quits(bench, store):
    async def script(table: Table) -> None:
        await table.press("1", "q")
        assert "q again discards" in table.screen
        await table.press("q")

    app = at(bench.setup(), [bench.item(1)], store, script)
    assert app.ending == "quit"
    assert len(app.desk.summary(app.ending).discarded) == 1


def test_enter_ends_when_the_queue_is_done(bench, store):
    async def script(table: Table) -> None:
        await table.press("n")
        assert "The queue is done." in table.screen
        await table.press("m", "enter")

    app = at(bench.setup("never"), [bench.item(1)], store, script)
    assert app.ending == "quit"


@pytest.mark.parametrize("before", [[], ["t"], ["g"], ["m", *"draft"]])
def test_ctrl_c_ends_cleanly_from_anywhere(bench, store, before):
    """What was stored is stored; a memo in the open line is told as discarded, not lost."""

    async def script(table: Table) -> None:
        await table.press("n", *before, "ctrl+c")

    app = at(bench.setup("never"), [bench.item(1), bench.item(2)], store, script)
    summary = app.desk.summary(app.ending)
    assert (summary.ended, summary.decided) == ("interrupted", 1)
    assert [("draft" in line) for line in summary.discarded] == [True] * ("m" in before)


def test_ctrl_c_while_storing_waits_for_the_store(bench, store):
    """The desk raises after the store has answered; the app ends, and the decision counts."""

    async def script(table: Table) -> None:
        obey = table.desk.obey

        def obey_and_interrupt(command):
            obey(command)
            raise KeyboardInterrupt

        table.desk.obey = obey_and_interrupt
        await table.press("n")

    app = at(bench.setup("never"), [bench.item(1), bench.item(2)], store, script)
    assert (app.ending, app.desk.summary(app.ending).decided) == ("interrupted", 1)


def test_a_store_that_fails_ends_the_session_and_is_passed_on(bench, store):
    def full(_event) -> None:
        raise OSError("the disk is full")

    store.before = full

    async def script(table: Table) -> None:
        await table.press("n")

    app = at(bench.setup("never"), [bench.item(1), bench.item(2)], store, script)
    assert isinstance(app.failure, OSError)
    assert app.ending == "failed"


def test_pasted_text_is_not_carried_out(bench, store):
    """In a memo it is written, all lines of it; elsewhere it does nothing."""

    async def script(table: Table) -> None:
        await table.paste("nnss\nq")
        assert "pasted text is not taken for keys" in table.screen
        await table.press("m")
        await table.paste("one\ntwo")
        await table.press("enter", "g")
        assert table.desk.state.facing.memo == "one two"

    at(bench.setup(), [bench.item(1)], store, script)
    assert store.events == []


def test_a_key_that_means_nothing_says_so(bench, store):
    async def script(table: Table) -> None:
        await table.press("z")
        assert '"z" means nothing here' in table.screen
        await table.press("f5", "ctrl+q", "ctrl+p", "left")

    at(bench.setup(), [bench.item(1)], store, script)


def test_capitals_mean_the_same_except_U(bench, store):
    async def script(table: Table) -> None:
        await table.press("1", "B", "enter", "N", "G")
        assert "Go back to" in table.screen

    at(bench.setup("never"), [bench.item(n) for n in (1, 2, 3)], store, script)
    assert kinds(store) == [K.DECISION, K.DECISION]
