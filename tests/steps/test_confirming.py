"""Passages that are only similar to an excerpt are taken when a person says so, or listed."""

from __future__ import annotations

from pathlib import Path

import pytest
import studies
from running import run

from precode.errors import TooLittleError
from precode.steps.add import add
from precode.steps.agree import agree
from precode.steps.codes import import_codes
from precode.steps.exchange.confirming import Answer, Candidate
from precode.steps.init import init
from precode.steps.opening import open_study

TALK = (
    "INT: How is it?\n"
    "P1: I never have the time for all of these exercises in the mornings, really.\n"
    "P1: My wife keeps on telling me that I ought to walk a bit more every day.\n"
    "P1: The surgery is two buses away and the second one hardly ever turns up.\n"
)
ALIKE = (
    "I never had the time for all these exercises in the morning, really.",
    "My wife keeps telling me that I should walk a bit more every day.",
    "The surgery is two busses away and the second one hardly ever turned up.",
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "codes.csv"
    rows = [f'talk,"{words}",physical_opportunity,barrier,ANNA' for words in ALIKE]
    path.write_text("\n".join(["source,excerpt,code,polarity,coder", *rows, rows[0]]), "utf-8")
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study"
    init(path, behaviour="walking more")
    file = tmp_path / "talk.txt"
    file.write_text(TALK, encoding="utf-8")
    add(path, [file])
    return path


def asked(study: Path, table: Path, *answers: Answer) -> tuple[list[Candidate], int, int]:
    seen: list[Candidate] = []

    def ask(c: Candidate) -> Answer:
        seen.append(c)
        return answers[len(seen) - 1]

    done = import_codes(study, [table], similar="ask", ask=ask, fuzzy_score=70)
    return seen, done.new, len(done.unplaced)


def test_each_similar_passage_is_shown_once_and_taken_on_yes(study: Path, table: Path) -> None:
    """With the words around it; the repeated row is not asked again."""
    seen, new, unplaced = asked(study, table, "yes", "no", "yes")
    assert [c.number for c in seen] == [1, 2, 3] and {c.of for c in seen} == {3}
    assert seen[0].excerpt == ALIKE[0]
    assert "I never have the time" in seen[0].passage
    assert "P1: " in seen[0].before and "My wife" in seen[0].after
    assert (new, unplaced) == (2, 1)


def test_what_was_not_confirmed_is_listed_with_its_passage(study: Path, table: Path) -> None:
    """Nothing is lost: the row stands among the unplaced, and says why."""
    asked(study, table, "no", "none")
    with open_study(study, verb="status", write=False) as opened:
        assert opened.store.events() == ()
        left = opened.store.unplaced()
    assert len(left) == 3  # the repeated row is one
    assert all("was not confirmed" in str(row["why"]) for row in left)
    assert "I never have the time" in str(left[0]["candidate"])


def test_all_answers_for_those_to_come(study: Path, table: Path) -> None:
    """One key when the first ones were right."""
    seen, new, _ = asked(study, table, "no", "all")
    assert (len(seen), new) == (2, 2)


def test_accepted_passages_are_listed_in_a_file(study: Path, table: Path) -> None:
    """Taken without a look they can be looked at later; a second import adds no line twice."""
    import_codes(study, [table], similar="accept", fuzzy_score=70)
    file = study / "reports" / "similar.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 5 and "I never have the time" in lines[1]
    import_codes(study, [table], similar="accept", fuzzy_score=70)
    assert file.read_text(encoding="utf-8-sig").splitlines() == lines


def test_left_passages_wait_among_the_unplaced(study: Path, table: Path) -> None:
    """Nothing is guessed where nothing may be."""
    done = import_codes(study, [table], similar="leave", fuzzy_score=70)
    assert (done.new, len(done.unplaced)) == (0, 4)
    with pytest.raises(TooLittleError):
        agree(study)


def test_an_interrupted_question_stores_nothing(study: Path, table: Path) -> None:
    """Ctrl-C at the second question leaves the study as it was."""

    def ask(c: Candidate) -> Answer:
        if c.number == 2:
            raise KeyboardInterrupt
        return "yes"

    before = studies.state(study)
    with pytest.raises(KeyboardInterrupt):
        import_codes(study, [table], similar="ask", ask=ask, fuzzy_score=70)
    assert studies.state(study) == before


def test_the_terminal_asks_with_both_wordings(study: Path, table: Path) -> None:
    """An answer that is none is asked again."""
    ran = run(
        "codes", table, "--study", study, "--similar", "ask", "--fuzzy-score", "70",
        stdin="perhaps\ny\nn\nr\n",
    )  # fmt: skip
    assert ran.code == 0, ran
    assert "the table says" in ran.err and "[I never have the time" in ran.err
    assert "1 of 3" in ran.err and "3 of 3" in ran.err
    assert "Stored 1 codes" in ran.out or "Stored 2 codes" in ran.out
