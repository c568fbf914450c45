"""Who speaks: labels at the head of lines, found by evidence over the whole file.

No transcriber follows a standard, so a line's head is first a *candidate* ("I:", "P1 [00:03]:",
"Dr Jones (GP):", "Name  00:03:12"; see :mod:`.labels`), and a label only if the file as a whole
speaks for it: it is of a kind that researchers use, or it recurs, or it is built like labels that
do.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from precode.transcripts.labels import (
    METADATA,
    WRAP,
    Candidate,
    Mark,
    beside_times,
    candidate,
    is_known,
    labels_inside,
)


def find_marks(
    lines: Sequence[str],
    *,
    patterns: Sequence[str] = (),
    bold: Sequence[int] = (),
    parted: Sequence[bool] = (),
) -> tuple[dict[int, Mark], list[str]]:
    """Which of ``lines`` open a turn, by line index, and notes on what was assumed.

    ``patterns`` are the study's own label patterns (:class:`settings.Transcripts`). Where the
    format knows: ``bold[i]`` is how many characters at the head of line ``i`` are bold, and
    ``parted[i]`` is whether a blank line stands before it.
    """
    found = {
        index: head
        for index, line in enumerate(lines)
        if (head := candidate(line, bold[index] if bold else 0)) is not None
    }
    for index in range(_preamble(lines, found)):
        found.pop(index, None)
    beside = {i: Candidate(m, sure=True) for i, m in beside_times(lines).items() if i not in found}
    found = _without_asides(found | beside)
    accepted = _accept(found, lines, patterns, parted) | set(beside)
    spellings: dict[str, Counter[str]] = {}
    for index in accepted:
        label = found[index].mark.label
        spellings.setdefault(_key(label), Counter())[label] += 1
    marks: dict[int, Mark] = {}
    for index in sorted(accepted):
        mark = found[index].mark
        usual = spellings[_key(mark.label)].most_common(1)[0][0]
        marks[index] = Mark(usual, mark.speech, mark.time)
    inside = [label for line in lines for label in labels_inside(line)] if marks else []
    return marks, [*_notes(spellings), *_inside_note(inside)]


def _inside_note(inside: Sequence[str]) -> Iterator[str]:
    if inside:
        yield (
            f"{len(inside)} label{'s' * (len(inside) > 1)} in the middle of lines, as "
            f"'{inside[0]}:', not read as turns: begin each turn on a line of its own"
        )


def _without_asides(found: Mapping[int, Candidate]) -> dict[int, Candidate]:
    """ "Bob (laughing)" is Bob, where Bob speaks too."""
    labels = {_key(c.mark.label) for c in found.values()}
    plain: dict[int, Candidate] = {}
    for index, head in found.items():
        mark = head.mark
        base = re.sub(r"\s*\((?=[a-z])[^)]*\)$", "", mark.label)
        if base and base != mark.label and _key(base) in labels:
            mark = Mark(base, mark.speech, mark.time)
        plain[index] = Candidate(mark, head.sure)
    return plain


def _key(label: str) -> str:
    return re.sub(r"[\s._-]+", "", label).casefold()


def _shape(label: str) -> str:
    return re.sub(r"\d+", "9", label)


def _preamble(lines: Sequence[str], found: Mapping[int, Candidate]) -> int:
    """How many lines at the top are a block of "Date: …", "Interviewer: Jane Smith"."""
    last = -1
    for index, line in enumerate(lines[:40]):
        head, colon, value = line.partition(":")
        if colon and METADATA.fullmatch(head.strip().strip(WRAP)):
            last = index
        elif index in found and not _is_value(lines[index][found[index].mark.speech :]):
            break
    if last < 0:
        return 0
    while last + 1 < len(lines) and last + 1 in found:
        mark = found[last + 1].mark
        if not (value := lines[last + 1][mark.speech :].strip()) or not _is_value(value):
            break
        last += 1
    return last + 1


def _is_value(text: str) -> bool:
    """A name, date or number rather than speech."""
    return (
        len(text.split()) <= 5 and not re.search(r"[.?!\u2026,-]\s*$", text) and text.strip() != ""
    )


def _accept(
    found: Mapping[int, Candidate],
    lines: Sequence[str],
    patterns: Sequence[str],
    parted: Sequence[bool],
) -> set[int]:
    times = Counter(_key(c.mark.label) for c in found.values())
    shapes: Counter[str] = Counter()
    for key, n in times.items():
        shapes[_shape(key)] += n
    timed = sum(c.mark.time is not None for c in found.values())
    accepted: set[int] = set()
    once: list[int] = []
    for index, head in found.items():
        label = head.mark.label
        key = _key(label)
        n, known = times[key], is_known(label, patterns)
        needed = 2 if len(label.split()) <= 3 else 3
        single = len(label) == 1 and label not in "IP"
        usual = head.sure and known and (not single or n > 1)
        alike = any(c.isdigit() for c in key) and shapes[_shape(key)] > n
        if usual or alike or n >= needed or (timed > 1 and head.mark.time is not None):
            accepted.add(index)
        else:
            once.append(index)
    if len(accepted) >= 3:
        accepted |= _fitting(found, lines, accepted, once)
        accepted -= _misplaced(found, accepted, times, parted)
    return accepted


def _fitting(
    found: Mapping[int, Candidate], lines: Sequence[str], accepted: set[int], once: Sequence[int]
) -> set[int]:
    """Heads seen once that stand as the labels of this file do: a speaker who spoke once.

    Either nearly every line is labelled, or labels stand alone on their lines.
    """

    def alone(index: int) -> bool:
        return not lines[index][found[index].mark.speech :].strip()

    everywhere = len(accepted) >= 0.7 * (len(lines) - len(once))
    all_alone = sum(map(alone, accepted)) >= 0.8 * len(accepted)
    return {
        index
        for index in once
        if found[index].sure
        and len(found[index].mark.label.split()) <= 2
        and (everywhere or (all_alone and alone(index)))
    }


def _misplaced(
    found: Mapping[int, Candidate],
    accepted: set[int],
    times: Mapping[str, int],
    parted: Sequence[bool],
) -> set[int]:
    """Labels seen once in the middle of a paragraph, where blank lines part all other turns."""
    rare = {i for i in accepted if times[_key(found[i].mark.label)] == 1}
    usual = accepted - rare
    if not parted or len(usual) < 5 or sum(parted[i] for i in usual) < 0.9 * len(usual):
        return set()
    return {i for i in rare if not parted[i]}


def _notes(spellings: Mapping[str, Counter[str]]) -> Iterator[str]:
    for counts in spellings.values():
        usual, *others = [label for label, _ in counts.most_common()]
        if others:
            yield f"{', '.join(map(repr, others))} taken as {usual!r}"
    if len(spellings) > 2:
        rare = [label for c in spellings.values() if c.total() == 1 for label in c]
        if rare:
            names = ", ".join(map(repr, rare[:8])) + (" …" if len(rare) > 8 else "")
            yield f"speaks only once, check that it is a speaker: {names}"
