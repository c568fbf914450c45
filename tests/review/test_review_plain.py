"""The line-by-line terminal: what it shows, and what it stores whatever happens to it."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.domain import EventKind
from precode.review.wrap import cells

Bench = Any  # tests/review/conftest.py, which cannot be imported by name


def items(bench: Bench, n: int = 3, reason: str = "random") -> list[Any]:
    return [bench.item(i, reason) for i in range(1, n + 1)]


# -- what it shows ---------------------------------------------------------------------------------


def test_an_item_is_shown_with_all_a_coder_needs(bench: Bench) -> None:
    """Progress and reason, turns before, the sentence marked, turns after, codes, keys."""
    played = bench.play("q", items(bench))
    assert played.lines[1:7] == [
        "Decided 0, skipped 0. Picked at random.",
        "   INT: Question 1?",
        "   P1: Well …",
        ">> P1: Sentence number 1.",
        "   INT: I see.",
        "Codes: 1 Heat; 2 Rain; 3 Fog",
    ]
    assert played.lines[7].startswith("Keys: 1-3 code")


def test_progress_counts_what_is_done(bench: Bench) -> None:
    """Skipped ones are told apart from decided ones; undo counts back."""
    played = bench.play("n|s|u|u", items(bench))
    progress = [line for line in played.lines if line.startswith("Decided")]
    assert [p.split(". ")[0] for p in progress] == [
        "Decided 0, skipped 0",
        "Decided 1, skipped 0",
        "Decided 1, skipped 1",
        "Decided 1, skipped 0",
        "Decided 0, skipped 0",
    ]


def test_a_goal_is_told_and_its_reaching_too(bench: Bench) -> None:
    """Once; the session goes on as long as the coder likes."""
    played = bench.play("n|n|u|n|n|q", items(bench), setup=bench.setup(goal=2))
    progress = [line.split(",")[0] for line in played.lines if line.startswith("Decided")]
    assert progress == [f"Decided {n} of 2" for n in (0, 1, 2, 1, 2)]
    told = [line for line in played.lines if "goal of this session is reached" in line]
    assert len(told) == 2, "the second time after an undo"
    assert played.summary.decided == 3


def test_why_a_sentence_is_asked_is_said(bench: Bench) -> None:
    """In the queue's own words, and else by the reason; a probe looks like any other."""
    it = replace(bench.item(1), why="the model wavers between Rain and nothing")
    assert "The model wavers between Rain and nothing." in bench.play("q", [it]).lines[1]
    unsure = bench.play("q", [bench.item(1)]).text
    assert "Picked because the model is unsure." in unsure
    assert bench.play("q", [bench.item(1, "probe", bench.suggestion(planted=True))]).text == unsure


def test_the_transcript_is_named_if_the_item_names_it(bench: Bench) -> None:
    played = bench.play("q", [replace(bench.item(1), source="interview-07")])
    assert "Source: interview-07." in played.text


def test_the_suggestion_comes_after_the_commit_and_not_before(bench: Bench) -> None:
    """With code, polarity, confidence and evidence; then the way to keep or revise."""
    hint = bench.suggestion("wet f")
    played = bench.play("1b||q", [bench.item(1, suggestion=hint)])
    stored = played.store.log.index("STORED shown")
    assert played.store.log[stored - 1] == "STORED decision"
    assert not any("suggests" in line for line in played.store.log[:stored])
    assert played.store.log[stored + 1 :][:4] == [
        "Stored: 1 Heat, barrier.",
        "The machine suggests: 2 Rain, facilitator (0.87).",
        "  near: something else",
        "Enter keeps your decision; or change the codes, then Enter.",
    ]


@pytest.mark.parametrize("policy", ["after", "before", "never"])
def test_random_items_show_no_suggestion_at_any_time(bench: Bench, policy: str) -> None:
    """Not at first, not after the commit, not after going back."""
    queue = [bench.item(n, "random", bench.suggestion("wet f")) for n in (1, 2)]
    played = bench.play("1b||n|u|u|1b|", queue, setup=bench.setup(policy))
    assert "suggests" not in played.text
    assert not any(e.assisted for e in played.store.events)


def test_before_shows_the_suggestion_with_the_item(bench: Bench) -> None:
    played = bench.play(
        "n", [bench.item(1, suggestion=bench.suggestion())], setup=bench.setup("before")
    )
    assert "The machine suggests: nothing applies." in played.text
    shown = played.store.log.index("STORED shown")
    assert not any("suggests" in line for line in played.store.log[:shown])
    assert played.store.events[-1].assisted


def test_the_codebook_is_a_key_away(bench: Bench) -> None:
    """Definition and boundary rule, of one code or of all."""
    played = bench.play("c1", items(bench))
    assert "1 Heat: It is hot." in played.lines
    assert "  Rule: against Rain: Sweat is heat." in played.lines
    assert not any("It rains" in line for line in played.lines)
    assert "2 Rain: It rains." in bench.play("c", items(bench)).lines


def test_help_names_every_key(bench: Bench) -> None:
    lines = bench.play("h", items(bench)).lines
    for key in (
        "number", "b f x o", "Enter", "n", "s", "[ ]", "{ }", "u", "U", "g, g 3", "/words", "= 3",
        "e", "t", "m words", "?", "c, c 2", "p", "h", "q",
    ):  # fmt: skip
        assert any(line.startswith(f"{key} ") for line in lines), key


def test_one_line_with_several_codes_shows_the_selection_once(bench: Bench) -> None:
    played = bench.play("1b 2f 3", items(bench))
    assert [line for line in played.lines if line.startswith("Chosen")] == [
        "Chosen: 1 Heat, barrier; 2 Rain, facilitator; 3 Fog"
    ]


def test_more_than_nine_codes(bench_of_twelve: Bench) -> None:
    """Numbers of two digits, typed as such."""
    played = bench_of_twelve.play("12b 1f|", items(bench_of_twelve, 1))
    assert "1-12 code" in played.text
    assert [c.code for c in played.store.events[0].codes] == ["c1", "c12"]


@pytest.mark.parametrize("width", [0, 20, 41, 80])
def test_every_line_fits_the_terminal(bench: Bench, width: int) -> None:
    """In any script, labels with emoji, long words, and nothing of the text is lost."""
    text = "شكرا جزيلا 👩🏽‍⚕️ " + "天気がいいですね" * 12 + " https://example.org/" + "x" * 90
    it = bench.item(1)
    queue = [replace(it, speaker="P🤷🏽‍♀️ (ליאור)", sentence=replace(it.sentence, text=text))]
    store = bench.play("q", []).store
    store.hits = queue
    keys = "1b|m " + "word " * 60 + "|h|c|?|||g|g 1|e|t|/x|p|q|q"
    queue = [replace(q, suggestion=bench.suggestion("wet f", "fog")) for q in queue]
    played = bench.play(keys, queue, width=width, store=store)
    assert all(cells(line) <= max(width, 20) for line in played.lines)
    squeezed = "".join(line.removeprefix(">> ") for line in played.lines).replace(" ", "")
    assert text.replace(" ", "") in squeezed
    assert "P🤷🏽‍♀️(ליאור):" in squeezed


def test_a_transcript_cannot_command_the_terminal(bench: Bench) -> None:
    """Escape sequences are shown, not obeyed."""
    it = bench.item(1)
    queue = [replace(it, sentence=replace(it.sentence, text="hi \x1b[2J there"), speaker="P\x07")]
    assert not any(c in bench.play("q", queue).text for c in "\x1b\x07")


# -- looking around --------------------------------------------------------------------------------


def test_the_selection_is_shown_as_it_grows(bench: Bench) -> None:
    """The sentences that the decision will cover, marked, and nothing else again."""
    queue = [bench.item(n, "random", among=(1, 2, 3)) for n in (2, 1, 3)]
    played = bench.play("]|[]|{|}|1b|", queue)
    at = played.lines.index("Selected: 2 sentences.")
    assert played.lines[at : at + 4] == [
        "Selected: 2 sentences.", ">> P1: Sentence number 2.", ">> P1: Sentence number 3.",
        "Chosen: nothing yet",
    ]  # fmt: skip
    assert "Selected: this sentence." in played.lines
    assert any("no sentence after" in line for line in played.lines)


def test_what_was_done_is_listed_to_go_back_to(bench: Bench) -> None:
    """A line each, by number; the item gone back to says that its decision stands."""
    queue = [bench.item(n, "random", among=(2, 3)) for n in (1, 2, 3)]
    played = bench.play("s|]|1b||g|g 1|g 2|", queue)
    at = played.lines.index("1. 1 Heat, barrier (2 sentences): Sentence number 2.")
    assert played.lines[at + 1] == "2. skipped: Sentence number 1."
    assert "Back at a sentence that is decided" in played.text
    assert "Your decision stands: 1 Heat, barrier." in played.lines
    assert "You skipped this; Enter leaves it so." in played.lines
    assert [e.kind for e in played.store.events] == [EventKind.SKIP, EventKind.DECISION]


def test_a_long_list_says_how_to_reach_the_rest(bench: Bench) -> None:
    """Twenty lines are enough to listen to."""
    queue = [bench.item(n, "random") for n in range(1, 26)]
    store = bench.play("q", []).store
    store.hits = queue
    found = bench.play("/sentence|= 25", queue, store=store).lines
    assert "And 5 more, = 21 to = 25; more words find fewer." in found
    assert ">> P1: Sentence number 25." in found
    played = bench.play(["n"] * 25 + ["g", "g 25"], queue)
    assert "20. nothing applies: Sentence number 6." in played.lines
    assert "And 5 before these: g 21 to g 25." in played.lines
    assert ">> P1: Sentence number 1." in played.lines[-20:]


def test_words_are_looked_for_and_opened(bench: Bench) -> None:
    """With who says it, where, and what was decided on it."""
    store = bench.play("q", []).store
    store.hits = [replace(bench.item(1), source="INT03"), bench.item(8)]
    played = bench.play("1b||/number|= 2|1f|", items(bench), store=store)
    assert "FIND number" in store.log
    at = played.lines.index("2 sentences found.")
    assert played.lines[at + 1 : at + 4] == [
        "1. P1: Sentence number 1. (Source: INT03) (Decided: 1 Heat, barrier)",
        "2. P1: Sentence number 8.",
        "= and a number opens one, such as = 1.",
    ]
    assert "You looked it up." in played.text
    assert store.events[-1].start == 800 or store.events[-1].start == 100
    assert "no sentence has these words" in bench.play("/x", items(bench)).text


def test_evidence_is_read_out(bench: Bench) -> None:
    """The suggestion's own line and the study's; before it was seen there is none."""
    hint = bench.suggestion("wet f")
    played = bench.play("e|1b||e", [bench.item(1, suggestion=hint)])
    assert "none is on show here" in played.text
    at = [n for n, line in enumerate(played.lines) if line.startswith("The machine suggests")][-1]
    assert played.lines[at : at + 3] == [
        "The machine suggests: 2 Rain, facilitator (0.87).",
        "  near: something else",
        "  for it: a neighbour of Sentence number 1.",
    ]


def test_the_whole_transcript_is_read_out(bench: Bench) -> None:
    """Turn by turn, with roles, and its end is said; the place is marked."""
    lines = bench.play("t|q", [replace(bench.item(1), source="INT03")]).lines
    at = lines.index("The whole transcript INT03:")
    assert lines[at + 1 : at + 4] == [
        "   INT, interviewer: A question?",
        ">> P1, participant: Sentence number 1.",
        "The transcript ends here. >> marks the sentence asked about.",
    ]


def test_progress_is_a_key_away(bench: Bench) -> None:
    """Done and to come, the rate, the codes of this session, machine and coder."""
    store = bench.play("q", []).store
    store.told = "machine and coder agree on 8 of 10"
    played = bench.play("1b||n|p|q", items(bench), store=store, seconds=6.0)
    at = played.lines.index("Decided 2, skipped 0. 400 an hour.")
    assert played.lines[at + 1 : at + 3] == [
        "In this session 1 Heat: 1; 2 Rain: 0; 3 Fog: 0.",
        "machine and coder agree on 8 of 10",
    ]


# -- what it stores --------------------------------------------------------------------------------


def test_each_decision_is_stored_before_the_next_item_is_shown(bench: Bench) -> None:
    played = bench.play("1b||n|s", items(bench))
    kept = [x for x in played.store.log if x.startswith(("STORED", ">>", "The queue"))]
    assert [x.split(". ")[0] for x in kept] == [
        ">> P1: Sentence number 1.", "STORED decision", ">> P1: Sentence number 2.",
        "STORED decision", ">> P1: Sentence number 3.", "STORED skip", "The queue is done",
    ]  # fmt: skip


def test_the_time_of_each_decision_is_measured(bench: Bench) -> None:
    """From the showing of the item to the commit, a revision from the reveal on; not for undo."""
    hint = bench.suggestion("wet f")
    played = bench.play(
        "1b||2f||n|u|q", [bench.item(1, suggestion=hint), bench.item(2, "random")], seconds=3.0
    )
    timed = [(e.kind, e.seconds) for e in played.store.events]
    assert timed == [
        (EventKind.DECISION, 6.0), (EventKind.SHOWN, None), (EventKind.DECISION, 6.0), (EventKind.DECISION, 3.0),
        (EventKind.UNDO, None),
    ]  # fmt: skip
    assert played.summary.seconds == 15.0


def test_the_summary_counts_what_stands(bench: Bench) -> None:
    summary = bench.play("1b||n|s|u|q", items(bench)).summary
    assert (summary.decided, summary.skipped, summary.left) == (2, 0, 1)
    assert (summary.stored, summary.ended, summary.discarded) == (4, "quit", ())


def test_the_end_of_input_quits_and_says_what_was_open(bench: Bench) -> None:
    """A script that runs out, or a closed window: the selection is named, not silently gone."""
    played = bench.play("n|1b|m important", items(bench))
    assert played.summary.ended == "end of input"
    assert played.summary.decided == 1
    assert played.summary.discarded == ('"Sentence number 2.": 1 Heat, barrier; memo: important',)
    assert "Discarded, for it was not committed" in played.text


def test_an_empty_queue_is_said(bench: Bench) -> None:
    played = bench.play("", [])
    assert "The queue is done." in played.text
    assert played.summary.stored == 0


def test_resuming_goes_on_where_it_stopped(bench: Bench) -> None:
    """The second session asks only what is left; undo walks back into the first."""
    first = bench.play("n|1b|", items(bench))
    second = bench.play("u|u|", items(bench), store=first.store)
    faced = [line for line in second.lines if line.startswith(">>")]
    assert faced == [f">> P1: Sentence number {n}." for n in (3, 2, 1)]
    assert bench.stands(second.store.events) == {}


def test_the_other_coders_decisions_are_not_undone(bench: Bench) -> None:
    first = bench.play("n", items(bench), setup=bench.setup(coder="BEN"))
    second = bench.play("u", items(bench), store=first.store)
    assert "nothing to undo" in second.text
    assert len(bench.stands(second.store.events, "BEN")) == 1


# -- Ctrl-C ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(5))
def test_ctrl_c_while_reading_keeps_all_that_was_committed(bench: Bench, place: int) -> None:
    """At each prompt: the decisions so far are stored and counted, the open codes are named."""
    script: list[Any] = ["n", "1b", "", "2f", "s"][:place]
    played = bench.play([*script, KeyboardInterrupt], items(bench))
    assert played.summary.ended == "interrupted"
    assert (
        played.summary.decided == len(bench.stands(played.store.events)) == [0, 1, 1, 2, 2][place]
    )
    assert len(played.summary.discarded) == (place in (2, 4))
    assert "Stopped. Stored in this session: " in played.text


def test_ctrl_c_while_writing(bench: Bench) -> None:
    """At every line that is written: what was acknowledged is in the store, and is counted."""
    whole = bench.play("n|1b||s|q", items(bench)).lines
    for stop in range(1, len(whole) - 1):  # the last two are the farewell
        written = 0

        def write(line: str, stop: int = stop) -> None:
            nonlocal written
            written += 1
            if written == stop:
                raise KeyboardInterrupt

        played = bench.play("n|1b||s|q", items(bench), write=write)
        assert played.summary.ended == "interrupted"
        assert played.summary.decided == len(bench.stands(played.store.events))
        assert played.summary.stored == len(played.store.events)


def test_a_second_ctrl_c_does_not_hide_the_farewell(bench: Bench) -> None:
    """A real signal while the last lines are written: they are written, then it takes effect."""
    lines: list[str] = []

    def write(line: str) -> None:
        if line.startswith("Stopped"):
            signal.raise_signal(signal.SIGINT)
        lines.append(line)

    with pytest.raises(KeyboardInterrupt):
        bench.play(["n", "1b", KeyboardInterrupt], items(bench), write=write)
    assert lines[-2].startswith("Stopped. Stored in this session: 1 sentence decided")
    assert lines[-1].startswith("Discarded")


@pytest.mark.parametrize("side", ["before", "after"])
def test_ctrl_c_while_storing_takes_effect_once_it_is_stored(bench: Bench, side: str) -> None:
    """A real signal in the middle of the store's work: the decision is stored and counted."""
    played_store = bench.play("q", []).store
    setattr(played_store, side, lambda: signal.raise_signal(signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    played = bench.play("1b||n", items(bench), store=played_store)
    assert signal.getsignal(signal.SIGINT) is before
    assert played.summary.ended == "interrupted"
    assert (played.summary.decided, played.summary.discarded) == (1, ())
    assert len(played.store.events) == 1


@pytest.mark.parametrize(("side", "kept"), [("before", 0), ("after", 1)])
def test_a_store_that_breaks_off_is_not_counted(bench: Bench, side: str, kept: int) -> None:
    """If it gave no answer, the session says so; the next one sees whether it was kept."""
    store = bench.play("q", []).store

    def stop() -> None:
        raise KeyboardInterrupt

    setattr(store, side, stop)
    played = bench.play("n", items(bench), store=store)
    assert played.summary.ended == "interrupted"
    assert played.summary.decided == 0
    assert played.summary.discarded == ("a decision that the store did not confirm",)
    assert len(store.events) == kept
    setattr(store, side, lambda: None)
    again = bench.play("q", items(bench), store=store)
    assert again.summary.left == 3 - kept


def test_a_store_that_fails_ends_the_session_with_its_own_error(bench: Bench) -> None:
    """A full disk: what is stored is said, then the error goes on to the one who shows errors."""
    store, lines = bench.play("q", []).store, []

    def fail() -> None:
        if store.events:
            raise OSError("disk full")

    store.before = fail
    with pytest.raises(OSError, match="disk full"):
        bench.play("n|1b|", items(bench), store=store, write=lines.append)
    assert (
        "The review broke off. Stored in this session: 1 sentence decided, 0 skipped."
        in "".join(lines)
    )
    assert any("1 Heat, barrier" in line for line in lines)


LINES = st.sampled_from(
    ["1b", "2f", "3", "n", "s", "u", "U", "?", "m note", "h", "q", "", "", "zzz", "1b 2f", "]", "[",
     "g 1", "g 2", "t", "p"]
)  # fmt: skip
STOPS = st.sampled_from(["read", "write", "before", "after", "none"])


@given(st.lists(st.tuples(st.lists(LINES, max_size=15), STOPS), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_any_keys_broken_off_anywhere_lose_nothing(
    bench: Bench, sessions: list[tuple[list[str], str]]
) -> None:
    """Session after session on one store, each stopped by Ctrl-C somewhere: the next asks exactly
    the sentences that the events, folded naively, leave undecided.
    """
    queue = [
        bench.item(n, "random" if n % 2 else "uncertain", bench.suggestion("hot b"),
                   among=(1, 2, 3, 4))
        for n in range(1, 5)
    ]  # fmt: skip
    store = bench.play("q", []).store
    for lines, stop in sessions:
        store.log.clear()
        written = 0

        def write(line: str, limit: int = len(lines) if stop == "write" else -1) -> None:
            nonlocal written
            written += line.startswith((">>", "   ", "Keys", "Chosen", "Stored:"))
            if written == limit:
                written += 1  # once only: the farewell is another test's
                raise KeyboardInterrupt

        def interrupt(limit: int = len(lines) // 4 + 1) -> None:
            if len(store.log) >= limit:
                signal.raise_signal(signal.SIGINT)

        store.before = interrupt if stop == "before" else lambda: None
        store.after = interrupt if stop == "after" else lambda: None
        script = [*lines, KeyboardInterrupt] if stop == "read" else lines
        played = bench.play(script, queue, store=store, write=write)
        assert played.summary.stored == len(store.log)
        store.before = store.after = lambda: None
        undecided = len(queue) - len(bench.stands(store.events))
        assert bench.play("q|q", queue, store=store).summary.left == undecided
