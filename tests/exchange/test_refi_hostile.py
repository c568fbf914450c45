"""Project files that are broken or mean harm: refused in words, quickly, or read for what they hold."""

from __future__ import annotations

import random
import stat
import time
import zipfile
from pathlib import Path

import pytest
from projects import TALK, TEXT, packed, project, selection, source

from precode.errors import InputError
from precode.exchange.refi_read import read_refi

XML = project(source(selection(17, 20)))


def refused(path: Path, *words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_refi(path, max_megabytes=2)
    assert all(w in str(caught.value) for w in words), str(caught.value)
    assert caught.value.mend


def test_entities(tmp_path: Path) -> None:
    """Neither a billion laughs nor a file of this computer comes through the XML."""
    laughs = "".join(
        f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' if i else '<!ENTITY l0 "ha">' for i in range(9)
    )
    for declared, used in ((laughs, "&l8;"), ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;")):
        xml = XML.replace("?><", f"?><!DOCTYPE Project [{declared}]><").replace("Made", used)
        refused(packed(tmp_path / "e.qdpx", xml), "e.qdpx", "no tool writes")


@pytest.mark.parametrize(
    "name", ["../evil.txt", "sources/../../evil.txt", "/etc/evil", "C:\\evil.txt", "a\\..\\evil"]
)
def test_names_that_leave_the_file(name: str, tmp_path: Path) -> None:
    refused(packed(tmp_path / "n.qdpx", XML, {name: b"x"}), "outside the file")


def test_links_repeats_and_bombs(tmp_path: Path) -> None:
    """Links, two parts of one name, and what unpacks without measure."""
    linked = zipfile.ZipInfo("sources/link.txt")
    linked.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed(tmp_path / "l.qdpx", XML), "a") as archive:
        archive.writestr(linked, "/etc/passwd")
    refused(tmp_path / "l.qdpx", "links")
    packed(tmp_path / "r.qdpx", XML)
    with (
        pytest.warns(UserWarning, match="Duplicate"),
        zipfile.ZipFile(tmp_path / "r.qdpx", "a") as archive,
    ):
        archive.writestr("project.qde", XML)
    refused(tmp_path / "r.qdpx", "repeated")
    bomb = packed(tmp_path / "b.qdpx", XML, {f"sources/{TALK}.txt": bytes(30_000_000)})
    refused(bomb, "unpacks to 29 MB")


def test_what_says_less_than_it_holds(tmp_path: Path) -> None:
    """A part whose stated size lies is read to the limit, not to its end."""
    path = packed(tmp_path / "s.qdpx", XML, {f"sources/{TALK}.txt": b"a b " * 700_000})
    data = path.read_bytes()
    size = (2_800_000).to_bytes(4, "little")
    assert size in data
    path.write_bytes(data.replace(size, (9).to_bytes(4, "little")))
    made = read_refi(path, max_megabytes=2)
    assert made.sources[0].skipped


def test_depth(tmp_path: Path) -> None:
    """Elements without end, and trees of codes deeper than any team's."""
    refused(packed(tmp_path / "d.qdpx", "<a>" * 50_000 + "</a>" * 50_000), "nests without end")
    deep = "".join(f'<Code guid="{i}" name="c">' for i in range(150)) + "</Code>" * 150
    xml = project(before=f"<CodeBook><Codes>{deep}</Codes></CodeBook>")
    refused(packed(tmp_path / "c.qdpx", xml), "codes nest")


def test_selections_of_everything(tmp_path: Path) -> None:
    """Selections that hold more than memory does, each with a quotation to compare."""
    text = " ".join(map(str, range(1_000_000, 1_240_000))).encode()
    many = "".join(selection(0, 1_900_000 - i, n=i, name="1000000 1000001…") for i in range(200))
    path = packed(tmp_path / "m.qdpx", project(source(many)), {f"sources/{TALK}.txt": text})
    begun = time.perf_counter()
    refused(path, "its selections hold more")
    assert time.perf_counter() - begun < 5


def test_one_line_of_everything(tmp_path: Path) -> None:
    """A source of one long line is read, in time that grows with its length."""
    line = ("P1: " + "word " * 200_000 + "\U0001f600 end").encode()
    begun = time.perf_counter()
    xml = project(source("".join(selection(i * 5 + 4, i * 5 + 8, n=i) for i in range(2000))))
    made = read_refi(packed(tmp_path / "x.qdpx", xml, {f"sources/{TALK}.txt": line}))
    assert len(made.selections) == 2000
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("suffix", [".qdpx", ".qdc"])
def test_damage(suffix: str, tmp_path: Path) -> None:
    """Cut short or with bits turned over: read or refused, never anything else."""
    whole = packed(tmp_path / "whole.qdpx", XML).read_bytes() if suffix == ".qdpx" else XML.encode()
    rng = random.Random(5)
    read = 0
    path = tmp_path / f"damaged{suffix}"
    for i in range(400):
        data = bytearray(whole)
        if i % 3 == 0:
            data = data[: rng.randrange(len(data))]
        for _ in range(rng.randint(0, 3) if i % 3 == 0 else rng.randint(1, 6)):
            if data:
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(data))
        try:
            made = read_refi(path, max_megabytes=1)
        except InputError:
            continue
        else:
            read += 1
            texts = {s.id: s.text for s in made.sources}
            for s in made.selections:
                assert 0 <= s.start < s.end <= len(texts[s.source])
    assert read < 400


def test_the_made_project_is_sound(tmp_path: Path) -> None:
    """What the damage above begins from."""
    (s,) = read_refi(packed(tmp_path / "ok.qdpx", XML)).selections
    assert TEXT[s.start : s.end] == "P1:"
