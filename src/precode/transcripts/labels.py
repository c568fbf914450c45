"""What the head of one line could be: a label, set off by a colon, tab, time, dash or bold type."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,:]\d{1,3})?"
_TIME = rf"[\[(<{{#]?\s*{_CLOCK}(?:\s*(?:-->|[-\u2013])\s*{_CLOCK})?(?:-\d)?\s*[\])>}}#]?"
_LEADING_TIME = re.compile(rf"\s*({_TIME})(?=[\s:])\s*[-\u2013]?\s*|\s*(\[{_CLOCK}\])\s*")
_TRAILING_TIME = re.compile(rf"[\s,]*(?:[-\u2013]\s*)?({_TIME})\s*$")
_ONLY_TIME = re.compile(rf"\s*({_TIME})\s*")
_COLON = re.compile(r"(?<!\d)[:\uff1a]|[:\uff1a](?!\d)")
WRAP = "*_[]<>{}"
# "P1 - speech", "Q. speech"
_DASHED = re.compile(
    r"\s*([^\s\u2013\u2014.-][^\u2013\u2014.-]{0,39}?)(?:\s[-\u2013\u2014]+|(?<=^[A-Z])\.)\s+"
)
_TIMED = re.compile(
    rf"\s*([A-Z][\w-]{{0,15}}(?:\s\d{{1,3}})?)\s+([\[(<]{_CLOCK}[\])>]|{_CLOCK})\s+(?=\S)"
)
_NUMBERED = re.compile(r"([A-Z]{1,4}\d{1,3}|INT|[A-Z]\w{3,11} \d{1,2})\s+(?=\S)")
_INSIDE = re.compile(r"[.?!\u2026\"\]]\s+([A-Z][\w.-]{0,15}(?: \d{1,3})?):\s")
_LINE_NUMBER = re.compile(r"^\d{1,4}[.)]?\s+(?=\D)")
_MAX_LABEL, _MAX_WORDS = 40, 5

# Labels that researchers use, whatever else the file holds. Anchored; case matters for letters.
_KNOWN = re.compile(
    r"""(?x)
    (?: (?:FG|IDI|INT|KI|S|G|C)\s?\d{0,3} [-_./ ]? )?              # FG2-P3
    (?: [IPMRQA] | IV | IR | IE | IQ | AQ | PT | MOD | Mod | INT | Int | FAC | Fac | RES | Res
      | F | C | S | B | T | HCP | GP | PPT | RESP | Resp )
    [\s.#_-]? \d{0,3} [a-z]?
    | [A-Z]{1,4}\d{1,4}
    | (?i: interviewer | interviewr | interviewee | participant | respondent | moderator
      | facilitator | researcher | speaker | patient | parent | carer | clinician | doctor | nurse
      | therapist | counsellor | counselor | client | male | female | man | woman | observer
      | informant | subject | member | unknown | all | several | group | unidentified | voice
      | enqu[eê]t(?:eur|rice) | interview[eé](?:e|r)?s? | befragter? | entrevistadora?
      | entrevistad[oa] )
    (?: \s\w+ )? \s? [\s.#_-]? \d{0,3}
    """
)
_TITLED = re.compile(
    r"(?:Dr|Mrs|Mr|Ms|Miss|Mx|Prof|Professor|Sister|Nurse|Doctor|Mme|M|Frau|Herr)\.?"
    r" [A-Z\u00c0-\u00de]"
)
# Words that make a head part of a sentence ("And then I thought: …"), never a name.
_PROSE = frozenset(
    str.split(
        """
    a an the this that these those it its is are was were be been am do does did has have had
    and but or so because if then when where what why how which who whom as at by for from in into
    on to with about like just only also even said says say saying thought think asked ask told
    goes went know knew mean means meant see he she they we you i'm he's she's it's that's there
    there's here my your his our their not no yes yeah okay ok well right now one two three thing
    things point example question answer reason result problem however anyway basically obviously
    first second third next last finally firstly secondly remember note notes ps nb eg ie warning
    https http ftp mailto www monday tuesday wednesday thursday friday saturday sunday january
    february july september october november december"""
    )
)
METADATA = re.compile(
    r"""(?xi) (?: date | time | place | location | venue | setting | site | duration | length
    | title | project | study | recording | audio | file | filename | language | version | page
    | topic | consent | key | legend | attendees | present | pseudonym | age | gender | sex
    | occupation
    | profession | id | (?:interview|participant|transcript|recording|file|study)\s(?:id|no\.?
    | number|date|name|code|title|type|length) | date\sof\s\w+ | years\sof\s\w+
    | (?:transcribed|recorded|interviewed|checked|conducted)\s(?:by|on|from) | transcriber
    | start(?:\stime)? | end(?:\stime)? | source | url | link | subject | re | from | to )"""
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A label that opens a turn. ``speech`` is the offset in the line at which speech begins."""

    label: str
    speech: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A head that could be a label. ``sure`` if it is set off so that prose rarely is."""

    mark: Mark
    sure: bool  # by a colon, tab or time; else only known or bold labels count


def seconds(clock: str) -> float | None:
    """ "00:03:12.5" → 192.5; of a range its start; None if it is no time."""
    match = re.search(_CLOCK, clock)
    if not match:
        return None
    parts = re.split(r":", match[0].replace(",", "."))
    total = 0.0
    for part in parts[:3]:
        total = total * 60 + float(part)
    return total


def is_time_only(line: str) -> float | None:
    """The time, in seconds, of a line that holds nothing else; None for any other line."""
    match = _ONLY_TIME.fullmatch(line)
    return seconds(match[1]) if match else None


def is_known(label: str, patterns: Sequence[str]) -> bool:
    if _KNOWN.fullmatch(label) or _TITLED.match(label):
        return True
    if label[-1].isdigit() and _KNOWN.fullmatch(label.upper()):
        return True
    return label.casefold() not in _PROSE and any(
        fnmatchcase(label.casefold(), p.casefold()) for p in patterns
    )


def _is_label(label: str) -> bool:
    """Whether ``label`` could be one at all."""
    words = label.split()
    if not 1 <= len(words) <= _MAX_WORDS or len(label) > _MAX_LABEL:
        return False
    if not any(c.isalpha() for c in label) or re.search(
        r"[!?;\"\u201c\u201d=/\\|]|\.\.|\u2026", label
    ):
        return False
    if re.search(r"(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z]{2})(?<!Prof)\.", label):
        return False
    if METADATA.fullmatch(label):
        return False
    if _KNOWN.fullmatch(label) or _KNOWN.fullmatch(label.upper()):
        return True
    if words[0] == "I" and words[1][:1].islower():
        return False  # "10:30 I got up"
    if words[0][0].islower() or not (words[0][0].isalnum() or words[0][0] == "("):
        return False
    plain = [w.strip("(),.'\u2019").casefold() for w in words]
    return not any(w in _PROSE for w in plain)


def beside_times(lines: Sequence[str]) -> dict[int, Mark]:
    """Labels that stand alone on the line before each time, or after it: services write so. Nothing
    unless nearly all the times of ``lines`` have one there, and few people share them.
    """
    times = [i for i, line in enumerate(lines) if is_time_only(line) is not None]
    for step in (-1, 1):
        marks = {
            i + step: Mark(label, len(lines[i + step]))
            for i in times
            if 0 <= i + step < len(lines)
            and len(lines[i + step]) <= 2 * _MAX_LABEL
            and (label := _clean(lines[i + step]))
        }
        people = {m.label.casefold() for m in marks.values()}
        if len(times) >= 4 and len(marks) >= 0.8 * len(times) and 2 * len(people) <= len(marks):
            return marks
    return {}


def labels_inside(line: str) -> list[str]:
    """Labels of the kinds that researchers use which stand in the middle of ``line``."""
    leading = _LEADING_TIME.match(line)
    found = _INSIDE.findall(line, leading.end() if leading else 0)
    return [label for label in found if _KNOWN.fullmatch(label)]


def candidate(line: str, bold: int = 0) -> Candidate | None:
    """The head of ``line`` that could be a label, set off by a colon, tab, time, dash or bold."""
    leading = _LEADING_TIME.match(line)
    offset = leading.end() if leading else 0
    time = seconds(leading[0]) if leading else None
    rest = line[offset:]
    colon = _COLON.search(rest, 0, _MAX_LABEL + 24)
    if colon and not rest.startswith("//", colon.end()):
        mark = _headed(rest[: colon.start()], rest, colon.end(), offset, time)
        if mark:
            return Candidate(mark, sure=True)
    tab = rest.find("\t", 1, _MAX_LABEL + 24)
    if tab > 0:
        after = re.match(rf"\s*({_TIME})\s+", rest[tab:])
        when = seconds(after[1]) if after else time
        mark = _headed(rest[:tab], rest, tab + (after.end() if after else 1), offset, when)
        if mark:
            return Candidate(mark, sure=True)
    # "P1 (00:03:12) speech" or "[00:03:12] P1 speech": labels that are no word of prose only.
    timed = _TIMED.match(rest)
    if timed and _KNOWN.fullmatch(timed[1]) and (timed[1][-1].isdigit() or timed[1][1:].isupper()):
        return Candidate(Mark(timed[1], offset + timed.end(), seconds(timed[2])), sure=True)
    numbered = _NUMBERED.match(rest) if leading else None
    if numbered:
        return Candidate(Mark(numbered[1], offset + numbered.end(), time), sure=False)
    # "Name  00:03:12" or "00:03:12 Name", the speech on the lines below.
    if len(rest) > 2 * _MAX_LABEL:
        rest = rest[: 2 * _MAX_LABEL] + "\u2026"  # too long for what follows; never a label
    trailing = _TRAILING_TIME.search(rest)
    if trailing and trailing.start() > 0 and (label := _clean(rest[: trailing.start()])):
        return Candidate(Mark(label, len(line), seconds(trailing[1])), sure=True)
    # "[P1] speech", "P1 - speech", and a label alone on its line: known or bold labels only.
    bracketed = re.match(r"\s*[\[<(]([^\])>]{1,40})[\])>]\s*", rest)
    if bracketed and _KNOWN.fullmatch(bracketed[1].strip()):
        return Candidate(Mark(bracketed[1].strip(), offset + bracketed.end(), time), sure=False)
    dashed = _DASHED.match(rest)
    if dashed and _KNOWN.fullmatch(dashed[1]):
        return Candidate(Mark(dashed[1], offset + dashed.end(), time), sure=False)
    alone = _clean(rest)
    if alone and (_KNOWN.fullmatch(alone) or bold >= len(line.rstrip()) or leading):
        return Candidate(Mark(alone, len(line), time), sure=False)
    if 0 < bold < len(line) and (label := _clean(line[:bold])):
        return Candidate(Mark(label, bold, time), sure=False)
    return None


def _headed(head: str, rest: str, end: int, offset: int, time: float | None) -> Mark | None:
    trailing = _TRAILING_TIME.search(head)
    if trailing and trailing.start() > 0:
        head, time = head[: trailing.start()], seconds(trailing[1])
    label = _clean(head)
    if not label:
        return None
    if rest[end - 1] in ":\uff1a" and rest[end : end + 1].isdigit() and not _KNOWN.fullmatch(label):
        return None
    closing = re.match(r"[*_]{0,3}[\])>]?\s*", rest[end:])
    return Mark(label, offset + end + (closing.end() if closing else 0), time)


def _clean(head: str) -> str | None:
    label = head.strip().strip(WRAP).strip().rstrip(":\uff1a").rstrip()
    label = _LINE_NUMBER.sub("", re.sub(r"\s+", " ", label))
    label = re.sub(r"^\(([^()]*)\)$", r"\1", label)
    return label if label and _is_label(label) else None
