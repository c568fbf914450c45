"""Taguette figures: a real project read from its database and its exports, found in its transcripts.

Data: navarral/swj2022-usability-paper (GPL-3), 17 transcripts, one coder.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from _bench import Figure

from precode.domain import Kind
from precode.exchange.project import Project
from precode.exchange.taguette import read_taguette
from precode.steps.add import add
from precode.steps.codes import import_codes
from precode.steps.init import init

DATA = Path(__file__).parents[3] / "shared" / "data" / "taguette"
FILES = ("all_tags_20220303.csv", "all_tags_20220303.docx", "SERDIF_P2_ThematicAnalysis.sqlite3")
USES = 1930


def figures(*, quick: bool) -> Iterator[Figure]:
    if not DATA.is_dir():
        yield Figure(f"real Taguette project: not at {DATA}", "left out")
        return
    made = [read_taguette(DATA / name) for name in FILES]
    sets = [coded(p) for p in made]
    for name, found in zip(FILES, sets, strict=True):
        n = found.total()
        yield Figure(f"Taguette {Path(name).suffix}: tag uses", str(n), str(USES), n == USES)
    same = sets[0] == sets[1] == sets[2]
    yield Figure("Taguette: the same set from each", "yes" if same else "no", "yes", same)
    at = len(made[2].selections)
    yield Figure("Taguette .sqlite3: at their offsets", str(at), str(USES), at == USES)
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "study"
        init(study, behaviour="using the dashboard")
        add(study, [DATA / "transcripts"], kind=Kind.FIELD_NOTES)
        tags = {c.name for c in made[0].codes}
        target = Path(folder) / "map.toml"
        target.write_text("".join(f"[[code]]\ntheirs = {json.dumps(t)}\n" for t in sorted(tags)))
        for name in FILES[-1:] if quick else FILES:
            done = import_codes(study, [DATA / name], map_file=target, coder="A", dry_run=True)
            (t,) = done.tallies
            placed = t.exact + t.normalised + t.fuzzy
            yield Figure(
                f"Taguette {Path(name).suffix}: placed in the .odt transcripts (exact, up to "
                "spaces, similar, ambiguous, not found)",
                f"{placed / USES:.1%} ({t.exact}, {t.normalised}, {t.fuzzy}, {t.ambiguous}, {t.not_found})",
                "99 %",
                placed >= 0.99 * USES,
            )


def coded(p: Project) -> Counter[tuple[str, str, str]]:
    """(document, tag, words without white space)."""
    names, texts = {s.id: s.name for s in p.sources}, {s.id: s.text for s in p.sources}
    tags = {c.id: c.name for c in p.codes}
    given = [(names[s.source], s.code, texts[s.source][s.start : s.end]) for s in p.selections]
    given += [(q.source, q.code, q.text) for q in p.quotes]
    return Counter((source, tags[code], "".join(text.split())) for source, code, text in given)
