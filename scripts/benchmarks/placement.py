"""Are excerpts found where they stand, however people altered them? Planted in real transcripts.

    python scripts/benchmarks/placement.py --json placement.json

Excerpts of one to four sentences from ``../shared/data`` (interviews, AnnoMI's dialogues, Taguette's
.odt transcripts) are altered one kind of change at a time, and by three at once, then placed as
``precode codes`` does. Decoys are excerpts of other transcripts, altered alike: whatever is placed of
them is wrong. A place is right if it shares nine tenths with the true passage, or differs from it by no more
than a word at each end ("[name] agreed" for "She agreed"). ``codings/align.py``
was developed on other draws (:data:`DEVELOPMENT`).
"""

from __future__ import annotations

import csv
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from _bench import Figure, arguments, finish

from precode.codings.align import place
from precode.codings.normal import bare_needle
from precode.domain import CodedExcerpt, Polarity, ReadTranscript, Role, Transcript
from precode.settings import Limits, Transcripts
from precode.transcripts.read import read_transcript

DATA = Path(__file__).parents[3] / "shared" / "data"
SEED, DEVELOPMENT = 20_240_613, 7
PRECISION, SAME, SCORE = 0.995, 0.9, 90.0
FILLERS = re.compile(r"\b(?:um+|uh+|erm?|hmm?|you know|I mean|like|sort of|kind of),?\s+", re.I)


@dataclass(frozen=True)
class Planted:
    """``text`` is what somebody typed for ``[start, end)`` of its transcript; a decoy stands nowhere
    in ``source`` (start -1).
    """

    kind: str
    source: str
    text: str
    start: int
    end: int


# -- what people do to excerpts --------------------------------------------------------------------


def same(text: str, _: random.Random) -> str:
    return text


def case(text: str, rng: random.Random) -> str:
    return rng.choice((text.lower(), text.upper(), text[:1].swapcase() + text[1:]))


def spaces(text: str, rng: random.Random) -> str:
    out = re.sub(r" ", lambda _: rng.choice((" ", " ", "  ", "\u00a0")), text)
    return re.sub(r"\s+([.,?!])|([.,?!])\s+", lambda m: (m[1] or m[2]) + rng.choice(("", " ")), out)


def line_breaks(text: str, rng: random.Random) -> str:
    return re.sub(r" ", lambda _: "\n" if rng.random() < 0.12 else " ", text)


def quotes(text: str, rng: random.Random) -> str:
    if rng.random() < 0.5:
        text = text.replace("'", "\u2019").replace('"', "\u201d").replace(" - ", " \u2013 ")
    else:
        text = text.replace("\u2019", "'").replace("\u201c", '"').replace("\u2013", "-")
    left, right = rng.choice((("\u201c", "\u201d"), ('"', '"'), ("'", "'"), ("«", "»"), ("", "")))
    return left + text + right


def ends(text: str, rng: random.Random) -> str:
    before, after = rng.choice((("… ", ""), ("", "..."), ("[...] ", " [...]"), ("... ", " (…)")))
    return before + text.rstrip(".") + after


def left_out(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    if len(words) < 9:
        return text
    drop = rng.randint(1, min(12, len(words) - 8))
    at = rng.randint(4, len(words) - drop - 4)
    return " ".join(
        [*words[:at], rng.choice(("...", "[...]", "…", "(…)", "[…]")), *words[at + drop :]]
    )


def brackets(text: str, rng: random.Random) -> str:
    words = text.split(" ")
    at = rng.randrange(len(words))
    said = rng.choice(("[the clinic]", "[laughs]", "[my sister]", "[sic]", "[name]"))
    if rng.random() < 0.5 and words[at].lower() in (
        "it",
        "they",
        "he",
        "she",
        "that",
        "this",
        "we",
    ):
        words[at] = said
    else:
        words.insert(at, said)
    return " ".join(words)


def typos(text: str, rng: random.Random) -> str:
    """One letter in about forty lost, doubled, changed or swapped with the next."""
    out = list(text)
    for at in [i for i, c in enumerate(out[:-1]) if c.isalpha() and rng.random() < 1 / 40]:
        how = rng.randrange(4)
        if how == 0:
            out[at] = ""
        elif how == 1:
            out[at] *= 2
        elif how == 2:
            out[at] = rng.choice("aeinorst")
        else:
            out[at], out[at + 1] = out[at + 1], out[at]
    return "".join(out)


def fillers(text: str, _: random.Random) -> str:
    """Without hesitations, and words that were said twice, but for those it begins or ends with:
    without them it would be another passage.
    """
    words = text.split(" ")
    if len(words) < 9:
        return text
    inner = FILLERS.sub("", " ".join(words[3:-3]))
    inner = re.sub(r"\b(\w+),? \1\b", r"\1", inner, flags=re.I)
    return " ".join([*words[:3], inner, *words[-3:]])


def joined(text: str, rng: random.Random) -> str:
    """Sentences run into one."""

    def one(m: re.Match[str]) -> str:
        return rng.choice((", ", "; ", " ", " - ", "... ")) + m[1].lower()

    return re.sub(r"[.?!]\s+(\w)", one, text)


def labels(text: str, rng: random.Random) -> str:
    """Turns with another label than the transcript's, or none, on one line."""
    who = rng.choice(("P1: ", "R: ", "", "Participant: ", "Interviewer: "))
    return re.sub(r"\s*\n\s*(?:[^:\n]{1,30}:\s*)?", lambda _: rng.choice((" ", "\n")) + who, text)


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "as it stands": same, "case": case, "spaces": spaces, "line breaks": line_breaks,
    "quotation marks": quotes, "ellipsis at the ends": ends, "words left out, with …": left_out,
    "brackets put in": brackets, "typos": typos, "hesitations left out": fillers,
    "sentences joined": joined, "labels of speakers": labels,
}  # fmt: skip


def three(text: str, rng: random.Random) -> str:
    for change in rng.sample([c for c in CHANGES.values() if c is not same], 3):
        text = change(text, rng)
    return text


# -- transcripts and excerpts ----------------------------------------------------------------------


def transcripts(quick: bool) -> Iterator[ReadTranscript]:
    few = 1 if quick else 3
    files = sorted((DATA / "interviews-txt").glob("*.txt"))[: 2 * few]
    files += sorted((DATA / "taguette" / "transcripts").glob("*.odt"))[: 2 * few]
    for file in files:
        yield read_transcript(file, settings=Transcripts(), limits=Limits(), language="en")
    talks: dict[str, dict[int, str]] = {}
    with (DATA / "annomi" / "AnnoMI-full.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            line = f"{row['interlocutor'].title()}: {row['utterance_text']}"
            talks.setdefault(row["transcript_id"], {})[int(row["utterance_id"])] = line
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in sorted(talks.items(), key=lambda t: int(t[0]))[: 10 * few]:
            file = Path(folder) / f"annomi {name}.txt"
            file.write_text("\n".join(lines[i] for i in sorted(lines)) + "\n", encoding="utf-8")
            yield read_transcript(file, settings=Transcripts(), limits=Limits(), language="en")


def excerpts(read: ReadTranscript, rng: random.Random, *, turns: bool) -> Iterator[tuple[int, int]]:
    """Passages of one to four sentences, inside a turn, or (``turns``) over its end."""
    while True:
        count = rng.randint(2, 4) if turns else rng.randint(1, 4)
        first = rng.randrange(len(read.sentences))
        chosen = read.sentences[first : first + count]
        if (len({s.turn for s in chosen}) > 1) is not turns:
            continue
        start, end = chosen[0].start, chosen[-1].end
        said = any(read.turns[s.turn].role is not Role.INTERVIEWER for s in chosen)
        if said and 4 <= len(read.transcript.text[start:end].split()) <= 250:
            yield start, end


def planted(everything: Sequence[ReadTranscript], seed: int, each: int) -> list[Planted]:
    """``each`` excerpts of every kind of change, and as many decoys."""
    rng = random.Random(seed)
    plain = {r.transcript.name: bare_needle(r.transcript.text) for r in everything}
    out: list[Planted] = []
    for kind, change in {**CHANGES, "three at once": three}.items():
        made = decoys = 0
        while made < each or decoys < each:
            read = rng.choice(everything)
            t = read.transcript
            start, end = next(excerpts(read, rng, turns=kind == "labels of speakers"))
            text = change(t.text[start:end], rng)
            if made < each:
                out.append(Planted(kind, t.name, text, start, end))
                made += 1
            elsewhere = rng.choice(everything).transcript.name
            bare = bare_needle(t.text[start:end])
            if decoys < each and elsewhere != t.name and bare not in plain[elsewhere]:
                out.append(Planted(kind, elsewhere, text, -1, -1))
                decoys += 1
    return out


# -- placing ---------------------------------------------------------------------------------------


def outcome(p: Planted, text: str, place: tuple[int, int]) -> str:
    """Up to punctuation at the ends."""
    (a, b), (c, d) = _words(text, *place), _words(text, p.start, p.end)
    near = len(text[min(a, c) : max(a, c)].split()) <= 1 >= len(text[min(b, d) : max(b, d)].split())
    alike = min(b, d) - max(a, c) >= SAME * (max(b, d) - min(a, c))
    return "right" if alike or (near and max(a, c) < min(b, d)) else "wrong"


def _words(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end


def outcomes(all_: Sequence[Planted], texts: Sequence[Transcript]) -> list[str]:
    rows = [
        CodedExcerpt(str(i), p.source, p.text, f"c{i}", Polarity.NONE, "ANNA")
        for i, p in enumerate(all_)
    ]
    # one by one: the order of a table is no help here
    found = [place([row], texts, fuzzy_score=SCORE)[0] for row in rows]
    by_id = {t.id: t.text for t in texts}
    return [
        outcome(p, by_id[f.transcript_id], (f.start, f.end)) if f.placed else "not placed"
        for p, f in zip(all_, found, strict=True)
    ]


def main() -> None:
    options = arguments(__doc__)
    everything = list(transcripts(options.quick))
    texts = [r.transcript for r in everything]
    all_ = planted(everything, SEED, 30 if options.quick else 300)
    began = time.monotonic()
    said = outcomes(all_, texts)
    seconds = time.monotonic() - began
    figures = [
        Figure("transcripts, excerpts, decoys", f"{len(texts)}, {len(all_) // 2}, {len(all_) // 2}")
    ]
    tally = Counter(
        (p.kind, "decoy" if p.start < 0 else "true", s) for p, s in zip(all_, said, strict=True)
    )
    for kind in dict.fromkeys(p.kind for p in all_):
        right, wrong = tally[kind, "true", "right"], tally[kind, "true", "wrong"]
        lured = tally[kind, "decoy", "wrong"]
        of = right + wrong + tally[kind, "true", "not placed"]
        placed = right + wrong + lured
        precision = right / placed if placed else 1.0
        value = (
            f"recall {right / of:.3f}, precision {precision:.4f} ({wrong} wrong, {lured} decoys)"
        )
        figures.append(Figure(kind, value))
    right = sum(n for (_, _, s), n in tally.items() if s == "right")
    wrong = sum(n for (_, _, s), n in tally.items() if s == "wrong")
    precision = right / (right + wrong)
    figures += [
        Figure("recall, all", f"{right / (len(all_) / 2):.3f}"),
        Figure("precision, all, with decoys", f"{precision:.4f}", f">= {PRECISION}", precision >= PRECISION),
        Figure("seconds for all", f"{seconds:.0f}"),
    ]  # fmt: skip
    finish(figures, options)


if __name__ == "__main__":
    main()
