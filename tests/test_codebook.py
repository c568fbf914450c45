"""The codebook format, and the three codebooks that ship."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.codebook import (
    Codebook,
    find_polarity,
    parse_codebook,
    plain,
    read_codebook,
)
from precode.domain import Polarity
from precode.errors import InputError, Problem
from precode.resources import codebooks

GOOD = """\
name = "Weather"
version = "2"

[[code]]
id = "sky"
label = "Sky"
definition = "What is above."

[[code]]
id = "sun"
label = "Sunshine"
definition = "It shines."
parent = "sky"
aliases = ["S", "Ray-light"]
[[code.boundary]]
against = "rain"
rule = "Dry is sun."

[[code]]
id = "rain"
label = "Rainfall"
definition = "It falls."
parent = "sky"
polarity = false
"""


def test_good_codebook_is_read() -> None:
    """Leaves are the codes without children, in file order; parents group them."""
    book = parse_codebook(GOOD)
    assert book.leaf_ids == ("sun", "rain")
    assert [(p.id if p else None, [c.id for c in cs]) for p, cs in book.parents()] == [
        ("sky", ["sun", "rain"])
    ]
    assert book["sun"].boundary[0].against == "rain"
    assert [c.polarity for c in book.leaves] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "mend"),
    [
        ('name = "Weather"', "", "line 1, field name", "is missing", 'add name = "…"'),
        ('"2"', "2", "line 2, field version", "text in quotes, not 2", 'version = "…"'),
        ('"2"', '"  "', "line 2, field version", "should not be empty", 'version = "…"'),
        ('"2"', '"2"\nchoice = "any"', "line 3, field choice", '"many" or "one"', '"many"'),
        ('"2"', '"2"\nchoise = "one"', "line 3, field choise", "not a field", '"choice"'),
        ('id = "sun"', 'id = "The Sun"', "line 10, field code.2.id", "small letters", "id"),
        ('id = "sun"', "", "line 9, field code.2.id", "is missing", 'add id = "…"'),
        ('"It falls."', '""', "line 22, field code.3.definition", "not be empty", "definition"),
        ("polarity = false", "polarty = false", "line 24, field code.3.polarty", "not a field",
         '"polarity"'),
        ("false", '"perhaps"', "line 24, field code.3.polarity", "true or false", "true"),
        ('rule = "Dry is sun."', "", "line 15, field code.2.boundary.1.rule", "is missing", "rule"),
        ('against = "rain"', 'against = "rian"', "line 16, field code.2.boundary.1.against",
         '"rian" is the id of no code', 'did you mean "rain"?'),
        ('against = "rain"', 'against = "sun"', "line 16, field code.2.boundary.1.against",
         "names the code itself", "name another"),
        ('"Ray-light"', "3", "line 14, field code.2.aliases.2", "text in quotes", "text in quotes"),
        ('"Ray-light"', '" "', "line 14, field code.2.aliases.2", "not be empty", "text in quotes"),
        ('"Ray-light"', '"!?"', "line 14, field code.2.aliases.2", "no letter or digit", "a word"),
        ('"Ray-light"', '"rainfall."', "line 21, field code.3.label",
         '"Rainfall" names "sun" as well as "rain"', "change one"),
        ('"sky"\npolarity', '"ski"\npolarity', "line 23, field code.3.parent",
         '"ski" is the id of no code', 'did you mean "sky"?'),
        ('"sky"\npolarity', '"rain"\npolarity', "line 23, field code.3.parent",
         "names the code itself", "delete it"),
        ('"What is above."', '"Up."\nparent = "sun"', "line 8, field code.1.parent",
         'the parents of "sky" lead back to itself', "no parent"),
        ('"What is above."', '"Up."\nbcio = "6009"', "line 8, field code.1.bcio",
         'like "BCIO:006009"', "bcio"),
    ],
)  # fmt: skip
def test_each_mistake_is_refused(old: str, new: str, where: str, what: str, mend: str) -> None:
    """A single slip in a good file is named with its field and line, and how to mend it."""
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    (found,) = refused(text)
    assert found.where == f"codebook, {where}"
    assert what in found.what
    assert mend in found.mend


def refused(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        parse_codebook(text)
    assert "precode init" in caught.value.mend
    return caught.value.problems


def test_two_codes_with_one_id_are_refused() -> None:
    """The second of the two is named, and so is the reference that now leads nowhere."""
    wrong_rule, second = refused(GOOD.replace('id = "rain"', 'id = "sun"'))
    assert "boundary" in wrong_rule.where
    assert second.where == "codebook, line 20, field code.3.id"
    assert second.what == '"sun" is the id of an earlier code too'


def test_only_the_slip_is_refused() -> None:
    """No mistake brings a second, made-up one with it (a bad code is not also "no code")."""
    (problem,) = refused(GOOD.replace('label = "Sky"', "label = 1"))
    assert problem.where == "codebook, line 6, field code.1.label"


def test_all_inconsistencies_are_shown_together() -> None:
    """Several wrong references in one file are one list, in the order of the file."""
    text = GOOD.replace('against = "rain"', 'against = "snow"').replace(
        'parent = "sky"\npolarity', 'parent = "hail"\npolarity'
    )
    assert [p.where for p in refused(text)] == [
        "codebook, line 16, field code.2.boundary.1.against",
        "codebook, line 23, field code.3.parent",
    ]


def test_codebook_without_codes_is_refused() -> None:
    """An empty codebook says how a code is headed."""
    (problem,) = refused('name = "x"\nversion = "1"\n')
    assert problem.mend == "add a section headed [[code]]"


def test_one_section_for_all_codes_is_refused() -> None:
    """[code] instead of [[code]]: the commonest slip of a first own codebook."""
    (problem,) = refused('name = "x"\nversion = "1"\n[code]\nid = "a"\nlabel = "A"')
    assert problem.where == "codebook, line 3, field code"
    assert "[[code]]" in problem.mend


def test_file_name_stands_in_the_message(tmp_path: Path) -> None:
    """With several codebooks about, the message says which."""
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('"Sky"', "Sky"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_codebook(path)
    assert caught.value.problems[0].where == f"{path}, line 6, field label"


def test_names_are_found_however_they_are_typed() -> None:
    """Id, label and alias, whatever the case and punctuation; nothing else."""
    book = parse_codebook(GOOD)
    for word in ("sun", " SUNSHINE ", "sun-shine", "s", "ray light", "Ray_Light!"):
        assert book.find(word) == ("sun" if word != "sun-shine" else None)
    assert book.nearest("sunshin") == "sun"
    assert book.nearest("snow") is None
    assert book.find("") is None
    assert book.find("??") is None


def test_other_scripts_keep_their_vowels() -> None:
    """Two Hindi words that differ in vowel signs only are two names; accents may be composed."""
    assert plain("कि") != plain("की")
    assert plain("Autonomie\u0301") == plain("autonomié")


@given(st.text())
def test_folding_twice_changes_nothing(word: str) -> None:
    """A folded name is a stable key."""
    assert plain(plain(word)) == plain(word)


def test_hash_changes_with_content_and_not_with_layout() -> None:
    """A remark in the file is no new version; an edited rule is."""
    book = parse_codebook(GOOD)
    assert parse_codebook(f"# a remark\n{GOOD}\n\n").hash == book.hash
    assert parse_codebook(GOOD.replace("Dry", "Warm")).hash != book.hash
    assert Codebook.model_validate_json(book.model_dump_json(by_alias=True)).hash == book.hash


@pytest.mark.parametrize(
    ("word", "polarity"),
    [
        ("Barrier", Polarity.BARRIER), (" b ", Polarity.BARRIER), ("-", Polarity.BARRIER),
        ("Enablers", Polarity.FACILITATOR), ("+", Polarity.FACILITATOR),
        ("Barrier/Facilitator", Polarity.BOTH), ("barrier and  facilitator", Polarity.BOTH),
        ("?", Polarity.UNCLEAR), ("", Polarity.NONE), ("bariier", None), ("strong", None),
    ],
)  # fmt: skip
def test_polarity_words(word: str, polarity: Polarity | None) -> None:
    """The words teams use for polarity; a misspelling is not guessed at."""
    assert find_polarity(word) is polarity


# -- what ships ----------------------------------------------------------------------------------

SIX = (
    "physical_capability", "psychological_capability", "physical_opportunity",
    "social_opportunity", "reflective_motivation", "automatic_motivation",
)  # fmt: skip


@pytest.fixture(params=["comb", "tdf", "four-cos"])
def shipped(request: pytest.FixtureRequest) -> Codebook:
    """Each codebook that ships, in turn."""
    return read_codebook(codebooks()[request.param])


def test_three_codebooks_ship() -> None:
    assert set(codebooks()) >= {"comb", "tdf", "four-cos"}


def test_shipped_leaves_tell_a_coder_all_they_need(shipped: Codebook) -> None:
    """Every leaf has a definition, when to use it and when not, a rule, and an example."""
    for code in shipped.leaves:
        assert code.definition
        assert code.use
        assert code.avoid
        assert code.boundary
        assert code.examples
        assert code.parent


def test_shipped_boundary_rules_stand_on_both_sides(shipped: Codebook) -> None:
    """Whichever of two neighbours a coder looks up, the rule between them is there."""
    pairs = {(c.id, b.against) for c in shipped.leaves for b in c.boundary}
    assert pairs == {(b, a) for a, b in pairs}


def test_shipped_files_say_what_they_are(shipped: Codebook) -> None:
    """Each begins with a remark on what it is and where its facts come from."""
    path = next(p for p in codebooks().values() if read_codebook(p) == shipped)
    rows = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(itertools.takewhile(lambda row: row.startswith("#"), rows))
    assert "What this is" in head
    assert "Where it comes from" in head
    assert shipped.source


def test_comb_is_the_published_model() -> None:
    """Six sub-domains under three domains, with their ontology ids; all take polarity."""
    book = read_codebook(codebooks()["comb"])
    assert book.leaf_ids == SIX
    assert {c.id: (c.parent, c.bcio) for c in book.codes} == {
        "capability": ("", "BCIO:050215"),
        "opportunity": ("", "BCIO:006086"),
        "motivation": ("", "BCIO:006133"),
        "physical_capability": ("capability", "BCIO:006009"),
        "psychological_capability": ("capability", "BCIO:050325"),
        "physical_opportunity": ("opportunity", "BCIO:006089"),
        "social_opportunity": ("opportunity", "BCIO:006090"),
        "reflective_motivation": ("motivation", "BCIO:050318"),
        "automatic_motivation": ("motivation", "BCIO:006134"),
    }
    assert all(c.polarity for c in book.leaves)
    assert "elf-efficacy" in book.note


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("psychological_capability", "reflective_motivation"),
        ("physical_opportunity", "social_opportunity"),
        ("reflective_motivation", "automatic_motivation"),
        ("physical_capability", "automatic_motivation"),
        ("physical_opportunity", "reflective_motivation"),
        ("physical_capability", "reflective_motivation"),
    ],
)
def test_comb_rules_between_the_codes_that_coders_confuse(a: str, b: str) -> None:
    """The boundaries that published studies disagree on are all there."""
    assert b in {r.against for r in read_codebook(codebooks()["comb"])[a].boundary}


@pytest.mark.parametrize(
    "word",
    ["C-Ph", "PhysCap", "physical capability", "capability - physical", "Capability (Physical)",
     "Capability\\Physical capability", "C_PH", "Phys. capability", "physical_capability"],
)  # fmt: skip
def test_comb_knows_what_teams_type(word: str) -> None:
    """One code, as spreadsheets and node names really spell it."""
    assert read_codebook(codebooks()["comb"]).find(word) == "physical_capability"


def test_comb_does_not_guess_at_ambiguous_names() -> None:
    """ "PC" and "physical" could be two codes: they name none."""
    book = read_codebook(codebooks()["comb"])
    assert [book.find(w) for w in ("PC", "physical", "capability", "C", "motivation")] == [None] * 5


def test_every_comb_code_has_short_and_path_names() -> None:
    """No sub-domain has fewer ways of being typed than its siblings."""
    book = read_codebook(codebooks()["comb"])
    for code in book.leaves:
        domain = code.parent.capitalize()
        (kind,) = re.findall(r"^\w+", code.label)
        for word in (
            f"{domain}: {code.label}",
            f"{domain} - {kind.lower()}",
            f"COM-B {code.label}",
        ):
            assert book.find(word) == code.id
        assert any(re.fullmatch(r"[COM]-\w\w", alias) for alias in code.aliases)


def test_tdf_maps_onto_comb() -> None:
    """Fourteen domains (skills in two halves), each placed in COM-B as published."""
    tdf = read_codebook(codebooks()["tdf"])
    placed = {c.id: c.maps_to for c in tdf.leaves}
    assert {c.parent for c in tdf.leaves} == {"capability", "opportunity", "motivation"}
    assert len(placed) == 14 + 1
    assert set(itertools.chain.from_iterable(placed.values())) == set(SIX)
    assert all(len(m) == 1 for m in placed.values())
    domain = {c.id: c.parent for c in read_codebook(codebooks()["comb"]).leaves}
    assert all(domain[placed[c.id][0]] == c.parent for c in tdf.leaves)
    assert [c for c, m in placed.items() if m == ("reflective_motivation",)] == [
        "role_identity", "beliefs_about_capabilities", "optimism", "beliefs_about_consequences",
        "intentions", "goals",
    ]  # fmt: skip
    assert [c for c, m in placed.items() if m == ("automatic_motivation",)] == [
        "reinforcement", "emotion",
    ]  # fmt: skip
    assert tdf.find("Skills") is None


def test_four_cos_take_polarity_and_the_rest_do_not() -> None:
    """What hinders or helps at a stage has a direction; whose effort or gain it is has none."""
    book = read_codebook(codebooks()["four-cos"])
    assert {c.id for c in book.leaves if c.polarity} == {
        "co_commissioning", "co_design", "co_delivery", "co_assessment",
    }  # fmt: skip
    assert {c.id for c in book.leaves if not c.polarity} == {
        "individual_input", "collective_input", "individual_benefit", "collective_benefit",
    }  # fmt: skip
    assert book.find("Co-design") == book.find("codesign") == "co_design"
