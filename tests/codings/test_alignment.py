"""Excerpts are found where they stand, and nothing is guessed."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from precode.codings.align import place
from precode.codings.normal import normalise
from precode.codings.sources import unknown_sources
from precode.domain import CodedExcerpt, Kind, Match, Placement, Polarity, Transcript

TALK = """\
I: How did that go?

P1: I couldn't get an appointment… they said “ring at eight”. So I rang at eight, and I rang again \
[laughs], and I gave up – honestly. My daughter's well-being comes first.

I: And then?

P1: Then nothing. I rang again in May. The café nurse was brilliant, she explained every tablet.
"""


def transcript(text: str, name: str = "interview 1") -> Transcript:
    return Transcript.make(name, text, Kind.INTERVIEW)


def excerpt(
    text: str,
    *,
    source: str = "interview 1",
    code: str = "c",
    coder: str = "AB",
    row: str = "row 2",
) -> CodedExcerpt:
    return CodedExcerpt(row, source, text, code, Polarity.BARRIER, coder)


def find(wanted: str, text: str = TALK, *, score: float = 90) -> Placement:
    return place([excerpt(wanted)], [transcript(text)], fuzzy_score=score)[0]


def passage(p: Placement, text: str = TALK) -> str:
    return text[p.start : p.end]


def between(first: str, after: str) -> str:
    """The talk from ``first`` up to ``after``."""
    start = TALK.index(first)
    return TALK[start : TALK.index(after, start)]


# -- ways to find ------------------------------------------------------------------------------


def test_word_for_word() -> None:
    p = find("I gave up – honestly.")
    assert (p.match, p.score, passage(p)) == (Match.EXACT, 100, "I gave up – honestly.")


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("I couldn’t get an appointment", "I couldn't get an appointment"),
        ("get an appointment... they said", "get an appointment… they said"),
        ('they said "ring at eight".', "they said “ring at eight”."),
        ("GAVE UP -- HONESTLY", "gave up – honestly"),
        ("gave\u00a0up  –\n honestly", "gave up – honestly"),
        ("well\u2011being comes first", "well-being comes first"),
        ("The cafe\u0301 nurse", "The café nurse"),
        ("an app\u00adoint\u00adment", "an appointment"),
        ("“... I gave up ...”", "I gave up"),
        ("explained every tablet . ", "explained every tablet."),
        ("I couldn't get an appointment […] and I gave up", between("I could", " – hon")),
        ("Then nothing ... she explained", between("Then no", " every")),
        ("[The service] couldn't get an appointment", "couldn't get an appointment"),
        ("INT: And then?\nPart. 1: Then nothing.", "And then?\n\nP1: Then nothing"),
    ],
)
def test_up_to_the_ways_in_which_people_retype(wanted: str, there: str) -> None:
    """The span is the passage as the transcript has it, not as it was retyped."""
    p = find(wanted)
    assert (p.match, passage(p)) == (Match.NORMALISED, there)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("I coudn't get an apointment they said", "I couldn't get an appointment… they said"),
        ("The cafe nurse was brilliant, explaned every tablet.", between("The café", "\n")),
        ("my daughters wellbeing comes frist", "My daughter's well-being comes first."),
        ("I couldnt get an apointment […] I gave up honesty", between("I could", " My")),
    ],
)
def test_retyped_excerpts_are_found_by_similarity_and_end_at_words(wanted: str, there: str) -> None:
    p = find(wanted, score=85)
    assert (p.match, passage(p)) == (Match.FUZZY, there)
    assert 85 <= p.score < 100


def test_the_score_decides() -> None:
    wanted = "I coudn't get an apointment they say"
    assert find(wanted, score=80).placed
    p = find(wanted, score=99)
    assert p.match is Match.NOT_FOUND
    assert p.score < 99
    assert passage(p).startswith("I couldn't get an appointment…")


def test_short_excerpts_are_never_taken_by_similarity() -> None:
    """14 letters with one typo: a candidate, not a placement."""
    p = find("Then nothink.")
    assert p.match is Match.NOT_FOUND
    assert "Then nothing" in passage(p)


def test_a_long_excerpt_with_slips_is_found_whole() -> None:
    """Some six thousand characters with a slip in every hundred."""
    said = [f"In week {i} I rang the surgery {i} times and then I waited." for i in range(200)]
    wanted = " ".join(said[40:150]).replace("surgery", "sugery").replace("week 77 I", "week 77")
    p = find(wanted, " ".join(said))
    assert p.match is Match.FUZZY
    assert passage(p, " ".join(said)) == " ".join(said[40:150])


def test_what_is_not_there_is_not_found() -> None:
    p = find("My bicycle was stolen outside the library on Thursday evening")
    assert p.match is Match.NOT_FOUND
    assert p.score < 60


def test_parts_of_an_omission_may_not_lie_far_apart() -> None:
    """More than a thousand characters lie between the two parts."""
    text = "we tried the leaflets first. " + "and so on we went " * 80 + "nobody came in the end."
    assert find("we tried the leaflets first ... nobody came in the end", text).placed is False


def test_a_word_is_not_looked_for_inside_another() -> None:
    p = find("he", "The theatre. Then he left. The end.")
    assert (p.match, p.start) == (Match.EXACT, 18)


# -- nothing is guessed ------------------------------------------------------------------------


def test_more_than_one_place_is_ambiguous_and_counted() -> None:
    p = find("I rang")
    assert (p.match, p.places, p.start) == (Match.AMBIGUOUS, 3, TALK.index("I rang"))


def test_a_second_similar_passage_makes_a_similar_match_ambiguous() -> None:
    text = "I never had the time to ask her. Well. I never had the time to ask him. Yes."
    p = find("I nevr had the time to ask them", text, score=80)
    assert p.match is Match.AMBIGUOUS
    assert p.places == 2


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_a_passage_said_twice_is_never_placed_by_similarity(seed: int) -> None:
    """Whatever the typos, both places are equally good."""
    rng = random.Random(seed)
    said = "we had to wait for the results until the end of the summer"
    letters = list(said)
    for _ in range(3):
        letters[rng.randrange(len(letters))] = rng.choice("xyzq")
    p = find("".join(letters), f"Well, {said}. Which is long, you know. And {said}, really.")
    assert not p.placed


def test_repeated_rows_are_placed_one_to_one_when_they_are_as_many_as_the_places() -> None:
    """Three rows, three places; a row with another code stays ambiguous."""
    rows = [excerpt("I rang", row=f"row {i}") for i in (2, 3, 4)]
    found = place([*rows, excerpt("I rang", code="d")], [transcript(TALK)], fuzzy_score=90)
    at = [m.start() for m in re.finditer("I rang", TALK)]
    assert [(p.match, p.start) for p in found[:3]] == [(Match.EXACT, a) for a in at]
    assert found[3].match is Match.AMBIGUOUS


def test_fewer_rows_than_places_stay_ambiguous() -> None:
    found = place([excerpt("I rang")] * 2, [transcript(TALK)], fuzzy_score=90)
    assert {p.match for p in found} == {Match.AMBIGUOUS}


# -- sources -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source", ["interview 1", "Interview_1.docx", "INTERVIEW-1", "Files\\\\round 2\\interview1.TXT"]
)
def test_a_source_is_known_however_it_is_written(source: str) -> None:
    both = [transcript(TALK), transcript("Something else.", "interview 11")]
    (p,) = place([excerpt("I gave up", source=source)], both, fuzzy_score=90)
    assert p.placed
    assert p.transcript_id == both[0].id
    assert unknown_sources([p.excerpt], both) == []


def test_an_excerpt_is_looked_for_in_its_own_transcript_only() -> None:
    both = [transcript(TALK), transcript("Something else was said here.", "interview 2")]
    (p,) = place([excerpt("I gave up", source="interview 2")], both, fuzzy_score=90)
    assert p.match is Match.NOT_FOUND


def test_an_unknown_source_is_one_problem_with_the_nearest_names() -> None:
    rows = [excerpt("I gave up", source="intervew 1", row=f"codes.csv, row {i}") for i in (2, 3)]
    (problem,) = unknown_sources(rows, [transcript(TALK)])
    assert problem.where == "codes.csv, row 2 and 1 more"
    assert "'intervew 1'" in problem.what
    assert "'interview 1'" in problem.mend
    (p, _) = place(rows, [transcript(TALK)], fuzzy_score=90)
    assert (p.match, p.transcript_id, p.start) == (Match.NOT_FOUND, "", -1)


def test_a_source_that_may_be_two_transcripts_is_a_problem() -> None:
    both = [transcript(TALK, "FG 1.docx"), transcript("Else.", "fg_1.txt")]
    (problem,) = unknown_sources([excerpt("x", source="FG1")], both)
    assert "'FG 1.docx', 'fg_1.txt'" in problem.what


# -- properties --------------------------------------------------------------------------------

plain_words = ["yes", "no", "time", "the", "nurse", "a", "b", "P1:", "STRASSE", "straße", "İ"]
odd_words = [
    "[laughs]",
    "“well”",
    "don't",
    "and\n",
    "I\u00a0rang",
    "cafe\u0301",
    "co\u00adop",
    "😀",
]
marks = ["–", "…", "...", ",", ".", "?", "'", "-", "--"]
words = st.one_of(*map(st.sampled_from, (plain_words, odd_words, marks)))
texts = st.one_of(
    st.lists(words, min_size=1, max_size=60).map(" ".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=80),
)


@settings(deadline=None)
@given(texts, st.data())
def test_an_exact_slice_is_found_as_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assume(text[start:end].strip())
    p = find(text[start:end], text)
    assert p.match in (Match.EXACT, Match.AMBIGUOUS)
    assert passage(p, text) == text[start:end]


@settings(deadline=None)
@given(texts, texts)
def test_a_span_lies_within_its_transcript(text: str, wanted: str) -> None:
    p = find(wanted, text)
    assert p.start == p.end == -1 or 0 <= p.start <= p.end <= len(text)
    assert 0 <= p.score <= 100
    if p.placed:
        assert p.start < p.end
        assert p.places == 1


alterations = st.sampled_from(
    [
        str,
        str.upper,
        lambda t: "“… " + t + "”",
        lambda t: re.sub(r"\s", "\n ", t),
        lambda t: t[: len(t) // 3] + " [...] " + t[len(t) // 2 :],
        lambda t: t.replace("n", "m", 1).replace(" ", "", 1),
        lambda t: "P2: " + t,
    ]
)


@settings(deadline=None)
@given(texts, alterations, st.data())
def test_placing_a_placed_passage_again_gives_the_same_place(
    text: str, altered: Callable[[str], str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    p = find(altered(text[start:end]), text)
    if p.placed:
        again = find(passage(p, text), text)
        assert (again.match, again.start, again.end) == (Match.EXACT, p.start, p.end)


@settings(deadline=None)
@given(texts)
def test_every_normalised_character_maps_to_a_place_in_the_original(text: str) -> None:
    for form in (normalise(text), normalise(text).bare):
        assert len(form.text) == len(form.starts) == len(form.ends)
        assert all(0 <= s < e <= len(text) for s, e in zip(form.starts, form.ends, strict=True))
        assert form.starts == sorted(form.starts)
        assert form.ends == sorted(form.ends)


# -- real talk, and speed ----------------------------------------------------------------------


def test_excerpts_altered_as_people_alter_them_are_found_in_real_transcripts(shared: Path) -> None:
    """Planted in real interviews: of those placed, all but a few in a thousand stand right."""
    rng = random.Random(7)
    files = sorted((shared / "interviews-txt").glob("*.txt"))
    read = [transcript(f.read_text("utf-8").replace("\r\n", "\n"), f.name) for f in files]
    rows: list[CodedExcerpt] = []
    truth: list[tuple[int, int]] = []
    while len(rows) < 400:
        t = rng.choice(read)
        start = rng.randrange(len(t.text) - 400)
        said = re.compile(r"\b[^\s][^.?!\n]{40,250}[.?!]").search(t.text, start)
        if said is None:
            continue
        text = said[0]
        letters = list(text.replace("’", "'"))
        for _ in range(len(text) // 60):
            letters[rng.randrange(len(letters))] = rng.choice(["", "e", "tt"])
        part = text.split()
        cut = rng.randrange(2, len(part) - 2) if len(part) > 12 else 0
        retyped = rng.choice(
            [
                "“" + text.upper() + "”",
                "".join(letters),
                "  ".join(part),
                " ".join(part[:cut]) + " [...] " + " ".join(part[cut + 2 :]) if cut > 2 else text,
            ]
        )
        rows.append(excerpt(retyped, source=t.name))
        truth.append(said.span())
    found = place(rows, read, fuzzy_score=90)
    right = [
        p.placed and abs(p.start - start) <= 12 and abs(p.end - end) <= 12
        for p, (start, end) in zip(found, truth, strict=True)
    ]
    placed = sum(p.placed for p in found)
    assert sum(right) / placed >= 0.99
    assert placed / len(found) >= 0.93


def test_two_thousand_excerpts_in_twenty_long_transcripts_take_seconds() -> None:
    rng = random.Random(3)
    lexicon = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(1, 9))) for _ in range(3000)]
    read = [
        transcript(" ".join(rng.choices(lexicon, k=10_000))[:60_000], f"t{i}") for i in range(20)
    ]
    rows: list[CodedExcerpt] = []
    for i in range(2000):
        t = rng.choice(read)
        start = rng.randrange(59_000)
        text = t.text[start : start + rng.choice([40, 100, 300])]
        if i % 4 == 0:
            text = text[:20] + "#" + text[21:]
        rows.append(excerpt(text, source=t.name))
    begun = time.process_time()
    found = place(rows, read, fuzzy_score=90)
    assert sum(p.placed for p in found) > 1950
    assert time.process_time() - begun < 10
