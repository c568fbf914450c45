"""A team's codes and what they are in the codebook: proposed, written, edited, read, applied."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.codebook import Codebook, parse_codebook, read_codebook
from precode.codings.inductive import PARENT, grow
from precode.codings.mapping import Kept, missing, path_key, read_mapping, write_mapping
from precode.codings.proposing import Evidence, Proposal, Theirs, polarity_in, propose
from precode.codings.targets import targets
from precode.codings.themes import with_sub_domains
from precode.domain import CodePolarity, Coding, HumanCodes, Polarity, Sentence
from precode.errors import InputError
from precode.resources import codebooks

COMB = read_codebook(codebooks()["comb"])
TDF = read_codebook(codebooks()["tdf"])
TEXT = codebooks()["comb"].read_text(encoding="utf-8")
B, F, NONE, UNCLEAR = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.NONE, Polarity.UNCLEAR


def proposed(
    *path: str, known: CodePolarity | None = None, evidence: Evidence | None = None
) -> tuple[str, Polarity]:
    p = propose(Theirs(path, 9), COMB, known=known, others=[TDF], evidence=evidence)
    return p.to, p.polarity


def evidence(n: int = 10, p: float = 0.8, barrier: float = 0.9) -> Evidence:
    shares = {"physical_opportunity": p, "social_opportunity": 0.1}
    sides = {"physical_opportunity": (barrier, 0.1), "social_opportunity": (0.2, 0.9)}
    return Evidence(n, shares, sides, "model main")


# -- proposals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "to", "polarity"),
    [
        (("Physical opportunity", "Not enough time"), "physical_opportunity", NONE),
        (("Barriers", "Social opportunity", "Neighbours talk"), "social_opportunity", B),
        (("Knowledge",), "psychological_capability", NONE),
        (("Facilitators", "Social influences"), "social_opportunity", F),
        (("Emotion", "afraid"), "automatic_motivation", NONE),
        (("Opportunity (physical)",), "physical_opportunity", NONE),
        (("Enablers", "Something of our own"), "", F),
        (("Something of our own (barrier)",), "", B),
        (("Something of our own",), "", NONE),
        (("A positive experience",), "", NONE),
    ],
)
def test_names_places_and_names_of_the_tdf(
    path: tuple[str, ...], to: str, polarity: Polarity
) -> None:
    assert proposed(*path) == (to, polarity)


def test_a_name_that_is_a_codes_own_is_certain() -> None:
    p = propose(Theirs(("PO",), 3), COMB, known=CodePolarity("physical_opportunity", F))
    assert (p.to, p.polarity, p.score) == ("physical_opportunity", F, 1.0)


def test_excerpts_decide_where_names_say_nothing() -> None:
    p = propose(Theirs(("Ours",), 10), COMB, others=[TDF], evidence=evidence())
    assert (p.to, p.polarity, p.score) == ("physical_opportunity", B, 0.8)
    assert p.reasons[0] == "proposed (0.80): by its excerpts alone: look at some of them"
    assert p.reasons[1:] == (
        "barrier by its excerpts (0.90)",
        "10 excerpts by model main, mean probability: Physical opportunity 0.80, Social opportunity 0.10",
    )


def test_few_or_undecided_excerpts_decide_nothing_but_are_shown() -> None:
    for found in (evidence(n=2), evidence(p=0.4)):
        p = propose(Theirs(("Ours",), 10), COMB, evidence=found)
        assert (p.to, p.polarity) == ("", NONE)
        assert "mean probability" in p.reasons[-1]


def test_a_name_goes_before_the_excerpts_and_what_it_says_of_the_side_too() -> None:
    assert proposed("Facilitators", "Knowledge", evidence=evidence()) == (
        "psychological_capability",
        F,
    )


@pytest.mark.parametrize(
    ("name", "polarity"),
    [("Barriers", B), ("time (facilitator)", F), ("Enabler: money", F), ("barrier or facilitator", None),
     ("barn", None), ("b", None)],
)  # fmt: skip
def test_what_side_a_name_says(name: str, polarity: Polarity | None) -> None:
    assert polarity_in(name) is polarity


# -- the file --------------------------------------------------------------------------------------

names = st.lists(st.text(min_size=1, max_size=20).filter(lambda t: t.strip() and ">" not in t),
                 min_size=1, max_size=3)  # fmt: skip


@given(st.lists(names, min_size=1, max_size=4))
def test_any_names_can_be_written_and_read(paths: list[list[str]]) -> None:
    """Quotes, control characters and line ends in names or excerpts break nothing."""
    import tempfile

    unique = {
        path_key(p): Proposal(Theirs(tuple(p), 1, tuple(p)), "", B, 0.0, tuple(p)) for p in paths
    }
    unique = {k: v for k, v in unique.items() if k.strip(" >")}
    if not unique:
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "map.toml"
        write_mapping(
            file,
            list(unique.values()),
            COMB,
            files=paths[0],
            evidence="\n".join(paths[0]),
            examples=True,
        )
        meaning = read_mapping(file, COMB)
    assert set(meaning.kept) == {path_key(k.split(" > ")) for k in unique}
    assert all(said is B for _, said in meaning.kept.values())


def test_excerpts_are_in_the_file_only_if_they_are_asked_for(tmp_path: Path) -> None:
    """It may be shared: without --examples it holds nobody's words."""
    p = propose(Theirs(("Ours",), 2, ("my own words", "and more")), COMB, evidence=evidence())
    for examples in (False, True):
        write_mapping(
            tmp_path / "m.toml", [p], COMB, files=["a.csv"], evidence="", examples=examples
        )
        assert ("my own words" in (tmp_path / "m.toml").read_text(encoding="utf-8")) is examples


def test_the_file_says_what_was_proposed_and_why(tmp_path: Path) -> None:
    p = propose(Theirs(("Barriers", "Knowledge"), 31), COMB, others=[TDF])
    write_mapping(tmp_path / "m.toml", [p], COMB, files=["a.csv"], evidence="by names alone")
    text = (tmp_path / "m.toml").read_text(encoding="utf-8")
    assert "# proposed (0.85): 'Knowledge' of TDF" in text.replace(TDF.name, "TDF")
    assert tomllib.loads(text)["code"] == [
        {"theirs": "Barriers > Knowledge", "codings": 31, "to": "psychological_capability", "polarity": "barrier"}
    ]  # fmt: skip
    assert "by names alone" in text


def test_what_the_team_writes_is_understood(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(
        '[[code]]\ntheirs = "Time"\nto = "Physical opportunity"\npolarity = "barrier"\n'
        '[[code]]\ntheirs = "A >  B"\n'
        '[[code]]\ntheirs = "C"\nunder = "physical-opportunity"\npolarity = "both"\n'
        '[[code]]\ntheirs = "D"\nto = "Skip"\n',
        encoding="utf-8",
    )
    m = read_mapping(tmp_path / "m.toml", COMB)
    assert m.given == {"Time": CodePolarity("physical_opportunity", B)}
    assert m.kept == {
        "A > B": (Kept(("A", "B"), ""), NONE),
        "C": (Kept(("C",), "physical_opportunity"), Polarity.BOTH),
    }
    assert m.skipped == {"D"}
    assert missing(m, ["Time", "E", "D", "E"]) == ["E"]


@pytest.mark.parametrize(
    ("line", "where", "what", "mend"),
    [
        ('to = "physical oportunity"', "line 3", "no code of the codebook", "physical_opportunity"),
        ('to = "capability"', "line 3", "no code of the codebook", "physical_capability"),
        ('under = "time"', "line 3", "no code of the codebook", "codes:"),
        (
            'to = "social_opportunity"\nunder = "physical_opportunity"',
            "line 4",
            'to = "" only',
            "empty",
        ),
        ('polarity = "bad"', "line 3", "barrier", ""),
        ('too = "x"', "line 3", "not a field", "to"),
        ('[[code]]\ntheirs = "X"', "line 4", "stands twice", "keep one"),
    ],
)
def test_every_mistake_is_named_by_its_line(
    line: str, where: str, what: str, mend: str, tmp_path: Path
) -> None:
    (tmp_path / "m.toml").write_text(f'[[code]]\ntheirs = "X"\n{line}\n', encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_mapping(tmp_path / "m.toml", COMB)
    (problem,) = refused.value.problems
    assert where in problem.where
    assert what in problem.what
    assert mend in problem.mend


# -- codes of their own ----------------------------------------------------------------------------


def kept(*lines: tuple[str, str, Polarity]) -> dict[str, tuple[Kept, Polarity]]:
    """(path, under, polarity)."""
    return {key: (Kept(tuple(key.split(" > ")), under), said) for key, under, said in lines}


def test_the_codebook_gains_codes_and_what_stood_there_stays() -> None:
    g = grow(
        TEXT, COMB, kept(("Pride", "", NONE), ("Access > Parking", "", B)), name="codebook.toml"
    )
    assert g.text.startswith(TEXT.rstrip("\n"))
    assert g.added == ("pride", "parking")
    assert g.codebook.leaf_ids == (*COMB.leaf_ids, "pride", "parking")
    assert (g.codebook["pride"].parent, g.codebook["pride"].polarity) == (PARENT, False)
    assert g.codes == {
        "Pride": CodePolarity("pride"),
        "Access > Parking": CodePolarity("parking", B),
    }


def test_barriers_and_facilitators_of_one_name_are_one_code() -> None:
    lines = kept(
        ("Barriers > Parking", "", B),
        ("Helps > Parking (facilitator)", "", F),
        ("Parking", "", NONE),
    )
    g = grow(TEXT, COMB, lines, name="c")
    assert g.added == ("parking",)
    assert set(g.codes.values()) == {CodePolarity("parking", p) for p in (B, F, UNCLEAR)}


def test_codes_of_one_name_in_two_places_stay_two() -> None:
    g = grow(TEXT, COMB, kept(("Access > Other", "", NONE), ("People > Other", "", NONE)), name="c")
    assert [g.codebook[c].label for c in g.added] == ["Other", "People: Other"]


@pytest.mark.parametrize(
    ("name", "identity"),
    [("Not enough time!", "not_enough_time"), ("3rd sector", "code_3rd_sector"), ("Größe", "grosse"),
     ("時間", "code_"), ("Physical opportunity", "physical_opportunity_team"), ("?", "code_")],
)  # fmt: skip
def test_any_name_becomes_an_id(name: str, identity: str) -> None:
    """Of a name that is the framework's own, one beside it."""
    if name == "?":
        name = "? ?1"
    g = grow(TEXT, COMB, kept((name, "", NONE)), name="c")
    assert g.added[0].startswith(identity)


def test_a_second_import_finds_the_codes_of_the_first() -> None:
    lines = kept(
        ("Access > Other", "", NONE), ("People > Other", "", B), ("C", "physical_opportunity", NONE),
        ("Physical opportunity", "", NONE),
    )  # fmt: skip
    first = grow(TEXT, COMB, lines, name="c")
    again = grow(first.text, first.codebook, lines, name="c")
    assert (again.added, again.text, again.codes) == ((), first.text, first.codes)


@given(st.dictionaries(st.text(min_size=1, max_size=12).filter(lambda t: t.strip(" >\t\n") and " > " not in t),
                       st.sampled_from([B, F, NONE]), min_size=1, max_size=6))  # fmt: skip
def test_whatever_they_are_called_the_codebook_holds(paths: dict[str, Polarity]) -> None:
    lines = kept(*((path_key([p]) or "x", "", said) for p, said in paths.items()))
    g = grow(TEXT, COMB, lines, name="c")
    assert parse_codebook(g.text) == g.codebook
    assert set(g.codes) == set(lines)
    assert grow(g.text, g.codebook, lines, name="c").added == ()


@pytest.mark.parametrize(
    ("book", "lines", "what"),
    [
        (TEXT, kept(("Barriers > A", "social_opportunity", B), ("Facilitators > A", "", F)), "different under"),
        (TEXT.replace('choice = "many"', 'choice = "one"'),
         kept(("A", "social_opportunity", B)), "one code"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(
    book: str, lines: dict[str, tuple[Kept, Polarity]], what: str
) -> None:
    with pytest.raises(InputError) as refused:
        grow(book, parse_codebook(book), lines, name="codebook.toml")
    assert what in refused.value.problems[0].what


def test_a_codebook_written_another_way_is_refused_with_the_mend() -> None:
    text = 'name = "Mini"\nversion = "1"\ncode = [{id = "a", label = "A", definition = "x"}]\n'
    with pytest.raises(InputError, match="cannot be added to") as refused:
        grow(text, parse_codebook(text), kept(("B", "", NONE)), name="c")
    assert "[[code]]" in refused.value.mend


# -- themes ----------------------------------------------------------------------------------------


def with_theme() -> Codebook:
    g = grow(TEXT, COMB, kept(("Not enough time", "physical_opportunity", NONE)), name="c")
    return g.codebook


def test_a_theme_leaves_its_sub_domain_a_code() -> None:
    book = with_theme()
    assert book.leaf_ids == (*COMB.leaf_ids, "not_enough_time")
    assert book["not_enough_time"].parent == "physical_opportunity"
    assert book.themes == {"not_enough_time": "physical_opportunity"}
    assert COMB.themes == TDF.themes == {}


def coding(code: str, polarity: Polarity, sentence: str = "s", coder: str = "A") -> Coding:
    return Coding(sentence, coder, code, polarity, False, "import", "")


def test_a_sub_domain_counts_its_themes_once() -> None:
    codes = HumanCodes(
        (
            coding("not_enough_time", B),
            coding("not_enough_time", F, "t"), coding("physical_opportunity", B, "t"),
            coding("social_opportunity", B, "u"),
        ),
        frozenset({("s", "A"), ("t", "A"), ("u", "A")}),
    )  # fmt: skip
    counted = {
        (c.sentence_id, c.code): c.polarity for c in with_sub_domains(codes, with_theme()).codings
    }
    assert counted == {
        ("s", "not_enough_time"): B,
        ("s", "physical_opportunity"): B,
        ("t", "not_enough_time"): F,
        ("t", "physical_opportunity"): Polarity.BOTH,
        ("u", "social_opportunity"): B,
    }
    assert with_sub_domains(codes, COMB) is codes


def test_a_model_learns_the_sub_domain_from_its_themes() -> None:
    sentence = Sentence("s", "t", 0, 0, 5, "words")
    codes = HumanCodes((coding("not_enough_time", B),), frozenset({("s", "A"), ("s", "B")}))
    t = targets(codes, [sentence], with_theme())
    column = dict(zip(with_theme().leaf_ids, t.y[0], strict=True))
    assert column["physical_opportunity"] == column["not_enough_time"] == 0.5
    assert t.polarity[0][with_theme().leaf_ids.index("physical_opportunity")].tolist() == [1, 0]
