"""From a passage to tokens: what was said before as first segment, the sentence as second."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from precode.files.offline import offline
from precode.model.finetune.plan import Reading
from precode.model.passages import Passage

LEAST_BEFORE = 4  # tokens: less of an utterance than this tells nothing
OTHER, SAME = "q: ", "a: "  # somebody else said it; who speaks now said it


@dataclass(frozen=True, slots=True)
class Tokens:
    """One passage, tokenised: ``ids``, ``kinds`` the segment of each token (0 or 1), and ``own``,
    True for those of the sentence itself, which are pooled.
    """

    ids: tuple[int, ...]
    kinds: tuple[int, ...]
    own: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.ids)


def seen_of(passage: Passage, reading: Reading) -> str:
    """All of ``passage`` that a :class:`Reader` with ``reading`` looks at, in one text: two passages
    that differ in none of it have the same vector.
    """
    behaviour = passage.behaviour if reading.behaviour else ""
    before, mine = passage.window[: reading.utterances], passage.mine[: reading.utterances]
    return json.dumps([behaviour, before, mine, passage.text], ensure_ascii=False)


class Reader:
    """The tokenizer in ``folder``, reading as ``reading`` says. Sentences are cut only at the
    encoder's own limit ``most``; of what was said before the far end is left out first.
    """

    def __init__(self, folder: Path, reading: Reading, *, most: int) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._reading, self._most = reading, most
        self._room = self._tokenizer.num_special_tokens_to_add(True)
        self._long: dict[str, int] = {}

    def seen(self, passages: Sequence[Passage]) -> list[str]:
        """:func:`seen_of` each."""
        return [seen_of(p, self._reading) for p in passages]

    def tokens(self, passages: Sequence[Passage]) -> list[Tokens]:
        """Each passage's tokens, in order."""
        return [self._pair(p) for p in passages]

    def _pair(self, passage: Passage) -> Tokens:
        own = self._tokenizer.encode(passage.text, add_special_tokens=False)
        own.truncate(self._most - self._room)
        spare = min(self._reading.tokens, self._most) - self._room - len(own.ids)
        before = self._before(passage, spare)
        first = self._tokenizer.encode(before, add_special_tokens=False)
        first.truncate(max(self._most - self._room - len(own.ids), 0), direction="left")
        both = self._tokenizer.post_process(first, own)
        mine = tuple(s == 1 for s in both.sequence_ids)
        if not any(mine):  # nothing but spaces: the markers stand for it
            mine = (True,) * len(both.ids)
        return Tokens(tuple(both.ids), tuple(both.type_ids), mine)

    def _before(self, passage: Passage, spare: int) -> str:
        """The talk before, oldest first, in at most about ``spare`` tokens."""
        parts: list[str] = []
        if self._reading.behaviour and passage.behaviour:
            parts.append(passage.behaviour + ".")
            spare -= self._length(parts[0])
        heard: list[str] = []
        said = passage.window[: self._reading.utterances]
        mine = passage.mine or (False,) * len(said)
        for text, same in zip(said, mine, strict=False):
            if spare < LEAST_BEFORE:
                break
            line = (SAME if same else OTHER) + text
            length = self._length(line)
            if length > spare:
                line = self._end_of(line, spare)
            heard.append(line)
            spare -= length
        return " ".join([*parts, *reversed(heard)])

    def _length(self, text: str) -> int:
        if text not in self._long:
            self._long[text] = len(self._tokenizer.encode(text, add_special_tokens=False).ids)
        return self._long[text]

    def _end_of(self, line: str, tokens: int) -> str:
        offsets = self._tokenizer.encode(line, add_special_tokens=False).offsets
        return line[offsets[-tokens][0] :]


def batches(
    lengths: Sequence[int], order: Sequence[int], *, most: int, tokens: int
) -> list[list[int]]:
    """Consecutive runs of ``order`` of at most ``most`` rows and ``tokens`` tokens with padding."""
    out: list[list[int]] = []
    current: list[int] = []
    longest = 0
    for i in order:
        wide = max(longest, lengths[i])
        if current and (len(current) == most or (len(current) + 1) * wide > tokens):
            out.append(current)
            current, wide = [], lengths[i]
        current.append(i)
        longest = wide
    return [*out, current] if current else out


def table(tokens: Sequence[Tokens]) -> Any:
    """``tokens`` as a ``datasets.Dataset``: one row a passage, held as Arrow columns, of which only
    the batch at work becomes Python objects.
    """
    offline()
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "ids": [t.ids for t in tokens],
            "kinds": [t.kinds for t in tokens],
            "own": [t.own for t in tokens],
            "length": [len(t) for t in tokens],
        }
    )


def tokens_of(rows: Mapping[str, Sequence[Any]]) -> list[Tokens]:
    """The rows that a table gave for a list of positions."""
    columns = (rows["ids"], rows["kinds"], rows["own"])
    return [Tokens(tuple(i), tuple(k), tuple(o)) for i, k, o in zip(*columns, strict=True)]


def padded(rows: Sequence[Tokens]) -> tuple[npt.NDArray[np.int64], ...]:
    """``ids``, ``mask``, ``kinds`` and ``own``, each ``(n, longest)``."""
    longest = max(len(r) for r in rows)
    ids, mask, kinds, own = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(4))
    for i, row in enumerate(rows):
        n = len(row)
        ids[i, :n], mask[i, :n], kinds[i, :n], own[i, :n] = row.ids, 1, row.kinds, row.own
    return ids, mask, kinds, own
