"""What must hold for any study: nothing lost, nothing counted twice, nobody quoted too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from precode.domain import Kind, Polarity, Role
from precode.report.export import NOTHING, export_columns, export_rows
from precode.report.tables.excerpts import human_excerpts, machine_excerpts
from precode.report.tables.findings import findings, shown_polarities
from precode.report.tables.index import make_index
from precode.report.tables.make import make_tables
from precode.report.tables.matrix import framework_matrix
from precode.report.tables.quotes import choose_quotes
from precode.report.view import StudyView

MakeView = Callable[..., StudyView]

CODES = ("knowing", "body", "topic", "dropped_code")
WORDS = ("No.", "I never knew how that was done, nobody told me.", "=1+1", "אני לא יודע", "😀 yes")

turn = st.tuples(
    st.sampled_from(["P1", "P2", "I", ""]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
).map(
    lambda t: (
        t[0],
        {"I": Role.INTERVIEWER, "": Role.OTHER}.get(t[0], Role.PARTICIPANT),
        t[1],
    )
)


@st.composite
def studies(draw: st.DrawFn) -> dict[str, list[object]]:
    """Arguments of ``make_view``: up to three sources, coded and read at random."""
    spoken = draw(st.lists(st.lists(turn, min_size=1, max_size=5), min_size=1, max_size=3))
    sources = [(f"s{i}", draw(st.sampled_from(Kind)), turns) for i, turns in enumerate(spoken)]
    places = [
        (i, j) for i, turns in enumerate(spoken) for j in range(sum(len(t[2]) for t in turns))
    ]
    one = st.tuples(
        st.sampled_from(places),
        st.sampled_from(["Ana", "Rhys"]),
        st.sampled_from(CODES),
        st.sampled_from(Polarity),
    ).map(lambda c: (*c[0], *c[1:]))
    reading = st.tuples(st.sampled_from(places), st.sampled_from(["Ana", "Bo"]))
    return {
        "sources": sources,
        "codes": draw(st.lists(one, max_size=25, unique=True)),
        "read": [(*p, c) for p, c in draw(st.lists(reading, max_size=8, unique=True))],
    }


def brute_force_excerpts(view: StudyView, code: str, polarity: Polarity) -> int:
    """Connected parts of the graph whose nodes are (coder, coded sentence), joined to the next
    sentence of the same turn by the same coder, and to the same sentence by other coders.
    """
    of = {s.id: s for s in view.sentences}
    by_turn: dict[tuple[str, int], list[str]] = {}
    for s in sorted(view.sentences, key=lambda s: s.start):
        by_turn.setdefault((s.transcript_id, s.turn), []).append(s.id)
    left = {
        (c.coder, c.sentence_id)
        for c in view.human.codings
        if c.code == code and c.polarity is polarity
    }
    parts = 0
    while left:
        parts += 1
        todo = [left.pop()]
        while todo:
            coder, sentence_id = todo.pop()
            s = of[sentence_id]
            mates = by_turn[s.transcript_id, s.turn]
            here = mates.index(sentence_id)
            near = {(coder, mates[n]) for n in (here - 1, here + 1) if 0 <= n < len(mates)}
            joined = {n for n in left if n in near or n[1] == sentence_id}
            left -= joined
            todo += joined
    return parts


@given(studies())
@settings(max_examples=150, deadline=None)
def test_excerpts_in_the_findings_equal_a_brute_force_count(
    make_view: MakeView, study: dict[str, list[object]]
) -> None:
    """Every code and polarity has as many excerpts as the graph of its codings has parts."""
    view = make_view(**study)
    index = make_index(view)
    human = human_excerpts(index)
    table = findings(index, human, None)
    counted = {
        (row.code, polarity): (m.excerpts, m.people)
        for row in table.rows
        if row.code
        for polarity, m in zip(table.polarities, row.human, strict=True)
    }
    for code, polarity in {(c.code, c.polarity) for c in view.human.codings}:
        mine = [c for c in view.human.codings if (c.code, c.polarity) == (code, polarity)]
        people = {index.person(index.sentence(c.sentence_id)) for c in mine} - {None}
        assert counted[code, polarity] == (brute_force_excerpts(view, code, polarity), len(people))
    assert sum(n for n, _ in counted.values()) == sum(
        brute_force_excerpts(view, *key) for key in counted
    )


@given(studies())
@settings(max_examples=150, deadline=None)
def test_every_human_coding_is_exported_exactly_once(
    make_view: MakeView, study: dict[str, list[object]]
) -> None:
    """Codings, and "read, nothing applies" decisions, map one to one to rows."""
    view = make_view(**study)
    rows = list(export_rows(view))
    given_codes = Counter(
        (c.sentence_id, c.coder, c.code, str(c.polarity)) for c in view.human.codings
    )
    coded = {(c.sentence_id, c.coder) for c in view.human.codings}
    nothing = Counter((s, c, "", "") for s, c in view.human.read - coded)
    exported = Counter((r["sentence_id"], r["coder"], r["code"], r["polarity"]) for r in rows)
    assert exported == given_codes + nothing
    for row in rows:
        assert tuple(row) == export_columns(view)
        assert (row["label"] == NOTHING) == (row["code"] == "")
        text = next(t.text for t in view.transcripts if t.name == row["transcript"])
        assert text[row["start"] : row["end"]] == row["text"]


@given(studies(), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_nobody_is_quoted_twice_while_others_who_spoke_are_not(
    make_view: MakeView, study: dict[str, list[object]], each: int
) -> None:
    """In every cell the quotes come from as many different speakers as there can be."""
    view = make_view(**study)
    index = make_index(view)
    human = human_excerpts(index)
    shown = shown_polarities(index, human, None)
    cells = choose_quotes(index, human, None, shown, each=each)
    assert len(cells) == len(shown) * sum(len(b.codes) for b in index.branches)
    for cell in cells:
        pool = human.get((cell.code, cell.polarity), ())
        speakers = {e.person or e.transcript_id for e in pool}
        quoted = [
            index.person(index.sentence(q.sentence_ids[0])) or q.transcript_id for q in cell.quotes
        ]
        assert len(cell.quotes) == min(each, len(pool))
        assert len(set(quoted)) == min(len(quoted), len(speakers))
        assert max(Counter(quoted).values(), default=0) <= 1 or set(quoted) == speakers


@given(studies())
@settings(max_examples=60, deadline=None)
def test_groups_of_a_table_add_up_to_the_findings(
    make_view: MakeView, study: dict[str, list[object]]
) -> None:
    """Excerpts and people by kind of source sum to those of the whole, code by code."""
    tables = make_tables(make_view(**study))
    by_kind = tables.groups[0]
    people: Counter[str] = Counter()
    excerpts: Counter[str] = Counter()
    for row in by_kind.rows:
        excerpts[row.group] += sum(cell.excerpts for cell in row.cells[1:])
        people[row.group] += sum(cell.people for cell in row.cells[1:])
    for row in tables.findings.rows:
        if row.code:
            assert excerpts[row.label] == sum(m.excerpts for m in row.human)
            assert people[row.label] == sum(m.people for m in row.human)


@given(studies(), st.data())
@settings(max_examples=60, deadline=None)
def test_the_machine_is_counted_only_where_nobody_has_read(
    make_view: MakeView, study: dict[str, list[object]], data: st.DataObject
) -> None:
    """Accepted and to-review excerpts hold exactly the unread sentences with a decision."""
    places = [
        (i, j)
        for i, (_, _, turns) in enumerate(study["sources"])
        for j in range(sum(len(t[2]) for t in turns))
    ]
    cell = st.tuples(st.just(0.7), st.booleans(), st.sampled_from(["barrier", "facilitator"]))
    machine = {p: data.draw(st.lists(cell, min_size=3, max_size=3)) for p in places}
    verdicts = {p: data.draw(st.sampled_from(["accept", "review"])) for p in places}
    view = make_view(**study, machine=machine, verdicts=verdicts)
    index = make_index(view)
    pre = machine_excerpts(index)
    assert pre is not None and view.machine is not None
    for side, verdict in ((pre.accepted, "accept"), (pre.to_review, "review")):
        found = Counter(
            (code, s) for (code, _), es in side.items() for e in es for s in e.sentence_ids
        )
        wanted = Counter(
            (leaf, s)
            for i, s in enumerate(view.machine.sentence_ids)
            for j, leaf in enumerate(view.codebook.leaf_ids)
            if view.machine.decision[i, j]
            and view.machine.verdict[i] == verdict
            and s not in index.read
        )
        assert found == wanted


@given(studies(), st.sampled_from(["participant", "source"]))
@settings(max_examples=80, deadline=None)
def test_every_excerpt_stands_in_one_cell_of_the_matrix(
    make_view: MakeView, study: dict[str, list[object]], by: str
) -> None:
    """Cases share nothing and leave nothing out, and nobody is quoted in another’s row."""
    view = make_view(**study)
    index = make_index(view)
    human = human_excerpts(index)
    shown = shown_polarities(index, human, None)
    matrix = framework_matrix(index, human, shown, (), by=by, quotes_each=9)
    for k, (code, _, _) in enumerate(matrix.codes):
        for i, polarity in enumerate(shown):
            counted = sum(r.cells[k].counts[i] for r in matrix.rows)
            assert counted == len(human.get((code, polarity), ()))
    for row in matrix.rows:
        quotes = [q for cell in row.cells for q in cell.quotes]
        assert len({(q.transcript_id, q.speaker) for q in quotes if by == "participant"}) <= (
            1 if row.people else 9
        )
        assert len({q.transcript_id for q in quotes}) <= 1
    assert len({r.key for r in matrix.rows}) == len(matrix.rows)
