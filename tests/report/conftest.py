"""Small studies built by hand, for the tests of tables, report and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pytest

from precode.codebook import parse_codebook
from precode.domain import (
    Coding,
    HumanCodes,
    Kind,
    Participant,
    Polarity,
    Role,
    Sentence,
    Transcript,
    Turn,
)
from precode.report.view import MachineCodes, StudyView

CODEBOOK = """
name = "Test book"
version = "1"
[[code]]
id = "capability"
label = "Capability"
definition = "parent"
[[code]]
id = "knowing"
label = "Knowing"
parent = "capability"
definition = "knowing how"
use = ["says how"]
[[code]]
id = "body"
label = "Body"
parent = "capability"
definition = "the body"
[[code]]
id = "topic"
label = "Topic"
definition = "no direction"
polarity = false
"""

# A source is (name, kind, turns); a turn is (speaker, role, its sentences).
Source = tuple[str, Kind, Sequence[tuple[str, Role, Sequence[str]]]]
# A code is (source number, sentence number in the source, coder, code, polarity).
Given = tuple[int, int, str, str, Polarity]

MakeView = Callable[..., StudyView]


def build(
    sources: Sequence[Source],
    codes: Iterable[Given] = (),
    *,
    read: Iterable[tuple[int, int, str]] = (),
    assisted: Iterable[tuple[int, int, str]] = (),
    attributes: Mapping[tuple[int, str], Mapping[str, str | None]] | None = None,
    machine: Mapping[tuple[int, int], Sequence[tuple[float, bool, str]]] | None = None,
    verdicts: Mapping[tuple[int, int], str] | None = None,
    **fields: object,
) -> StudyView:
    """A view in which sentence ``j`` of source ``i`` is ``(i, j)``.

    ``machine`` gives each pre-coded sentence (p, decision, polarity) for every leaf; "accept" is
    the verdict unless ``verdicts`` says otherwise.
    """
    book = parse_codebook(CODEBOOK)
    transcripts: list[Transcript] = []
    turns: dict[str, tuple[Turn, ...]] = {}
    placed: dict[tuple[int, int], Sentence] = {}
    people: list[Participant] = []
    for number, (name, kind, spoken) in enumerate(sources):
        text, spans = f"{name}\n", []
        for speaker, role, sentences in spoken:
            text += f"{speaker}: "
            places = []
            for said in sentences:
                places.append((len(text), len(text) + len(said)))
                text += said + " "
            spans.append((speaker, role, places))
            text += "\n"
        transcript = Transcript.make(name, text, kind)
        transcripts.append(transcript)
        made = []
        for index, (speaker, role, places) in enumerate(spans):
            made.append(Turn(index, speaker, role, places[0][0], places[-1][1]))
            for start, end in places:
                sentence = Sentence(
                    Sentence.make_id(transcript.id, start, end), transcript.id, index, start, end,
                    text[start:end], role is not Role.INTERVIEWER,
                )  # fmt: skip
                placed[number, sum(n == number for n, _ in placed)] = sentence
        turns[transcript.id] = tuple(made)
        for speaker in sorted({s for s, role, _ in spoken if s and role is Role.PARTICIPANT}):
            given = dict((attributes or {}).get((number, speaker), {}))
            people.append(Participant(transcript.id, speaker, given))  # type: ignore[arg-type]
    codings = tuple(
        Coding(
            placed[i, j].id, coder, code, polarity, (i, j, coder) in set(assisted), "import", "h1"
        )
        for i, j, coder, code, polarity in codes
    )
    was_read = {(placed[i, j].id, c) for i, j, c in read} | {
        (c.sentence_id, c.coder) for c in codings
    }
    run = None
    if machine is not None:
        cells = list(machine.values())
        run = MachineCodes(
            "run-1", "model-1", "bundle-1",
            tuple(placed[place].id for place in machine),
            np.array([[c[0] for c in row] for row in cells], dtype=float).reshape(-1, 3),
            np.array([[c[1] for c in row] for row in cells], dtype=bool).reshape(-1, 3),
            np.array([[c[2] for c in row] for row in cells], dtype=str).reshape(-1, 3),
            np.array([(verdicts or {}).get(place, "accept") for place in machine], dtype=str),
        )  # fmt: skip
    given_fields: dict[str, object] = {
        "title": "A study",
        "behaviour": "taking part",
        "sources": {t.id: (f"{t.name}.txt", t.sha256) for t in transcripts},
        "events_count": len(codings),
        "coders": tuple(sorted({c for _, c in was_read})),
        "version": "9.9",
        "made_at": "2026-03-04T05:06:07+00:00",
        **fields,
    }
    return StudyView(
        codebook=book, transcripts=tuple(transcripts), turns=turns,
        sentences=tuple(placed.values()), participants=tuple(people),
        human=HumanCodes(
            codings, frozenset(was_read), frozenset((placed[i, j].id, c) for i, j, c in assisted)
        ),
        machine=run, **given_fields,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture(scope="session")
def make_view() -> MakeView:
    """:func:`build`, for tests that cannot import their neighbours."""
    return build
