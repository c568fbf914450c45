"""Who asks and who answers, and what kind of source it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from fnmatch import fnmatchcase

from precode.domain import Kind, Role
from precode.settings import Transcripts
from precode.transcripts.drafts import Draft

# "FG2-M" is the moderator of the second focus group.
_GROUP_PREFIX = re.compile(r"(?i)(?:fg|focus group|group|int|idi)\s?\d+\s?[-_./ ]\s?(?=\w)")
_FIELD_NOTES = re.compile(r"(?i)field[\s_-]*notes?|observation[\s_-]*notes?")
_FOCUS_GROUP = re.compile(r"(?i)focus[\s_-]*group|(?<![a-z])fg(?![a-z])")


def role_of(label: str, settings: Transcripts) -> Role:
    """The role that the study's patterns give to ``label``; whoever else speaks takes part."""
    bare = _GROUP_PREFIX.sub("", label, count=1)
    names = {label.casefold(), bare.casefold()}
    for patterns, role in (
        (settings.interviewers, Role.INTERVIEWER),
        (settings.others, Role.OTHER),
    ):
        if any(fnmatchcase(n, p.casefold()) for n in names for p in patterns):
            return role
    return Role.PARTICIPANT


def kind_of(name: str, draft: Draft, settings: Transcripts) -> Kind | None:
    """The kind of a source by its name and speakers; None if it is neither notes nor labelled."""
    if draft.kind is not None:
        return draft.kind
    if _FIELD_NOTES.search(name):
        return Kind.FIELD_NOTES
    if not draft.labelled:
        return None
    speakers = {s.speaker for s in draft.spans if s.speaker}
    participants = [s for s in speakers if role_of(s, settings) is Role.PARTICIPANT]
    if len(participants) >= 3 or _FOCUS_GROUP.search(name):
        return Kind.FOCUS_GROUP
    return Kind.INTERVIEW


def role_notes(draft: Draft, settings: Transcripts) -> Sequence[str]:
    """What looks odd about who asks and who answers, with the option that puts it right."""
    turns: Counter[str] = Counter()
    questions: Counter[str] = Counter()
    for span in draft.spans:
        if span.speaker:
            turns[span.speaker] += 1
            questions[span.speaker] += "?" in draft.text[span.start : span.end]
    roles = {label: role_of(label, settings) for label in turns}
    if not roles:
        return ()
    if Role.PARTICIPANT not in roles.values():
        return (
            "every speaker counts as an interviewer or observer, so nothing here can be coded: "
            "see interviewers under [transcripts] in precode.toml; where only questions have a label "
            'and answers none, add --kind "field notes"',
        )
    if Role.INTERVIEWER not in roles.values() and len(turns) > 1:
        asks = max(turns, key=lambda label: (questions[label] / turns[label], turns[label]))
        return (
            f"nobody counts as the interviewer; if {asks!r} is, add: --interviewer {_shell(asks)}",
        )
    return ()


def _shell(label: str) -> str:
    return label if re.fullmatch(r"[\w.-]+", label) else '"' + label.replace('"', "") + '"'
