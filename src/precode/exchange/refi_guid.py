"""GUIDs that follow from what they stand for: exporting twice gives the same file, and what comes
back from another program is known again.
"""

from __future__ import annotations

import re
import uuid

# Made once, for this purpose; never to be changed.
_OURS = uuid.UUID("5d3d1a0e-6a4e-5c0b-9d57-8e2c1f7b4a90")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def guid_of(kind: str, *parts: object) -> str:
    """The GUID of the ``kind`` of thing that ``parts`` identify: always the same."""
    return str(uuid.uuid5(_OURS, "\x1f".join([kind, *map(str, parts)])))


def as_guid(kind: str, identity: str) -> str:
    """``identity`` if it is a GUID already, else that which follows from it."""
    return identity if _GUID.fullmatch(identity) else guid_of(kind, identity)
