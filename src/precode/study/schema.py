"""The database's tables, as named migrations run in order, each in its own transaction.

History is append-only: triggers refuse to change or delete an event, whoever asks.
"""

from __future__ import annotations

APPLICATION_ID = 0x50434F44  # "PCOD": other SQLite files are told apart by it

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "0001 first tables",
        """
        CREATE TABLE transcript (
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
            sha256 TEXT NOT NULL, kind TEXT NOT NULL, source TEXT NOT NULL,
            source_sha256 TEXT NOT NULL, notes TEXT NOT NULL, added_at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE turn (
            transcript_id TEXT NOT NULL REFERENCES transcript(id), idx INTEGER NOT NULL,
            speaker TEXT NOT NULL, role TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
            time REAL, PRIMARY KEY (transcript_id, idx)
        ) STRICT;
        CREATE TABLE sentence (
            id TEXT PRIMARY KEY, transcript_id TEXT NOT NULL REFERENCES transcript(id),
            turn INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
            codable INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX sentence_place ON sentence (transcript_id, start);
        CREATE TABLE participant (
            transcript_id TEXT NOT NULL REFERENCES transcript(id), label TEXT NOT NULL,
            attributes TEXT NOT NULL, PRIMARY KEY (transcript_id, label)
        ) STRICT;
        CREATE TABLE codebook (hash TEXT PRIMARY KEY, json TEXT NOT NULL, added_at TEXT NOT NULL)
            STRICT;
        CREATE TABLE event (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
            coder TEXT NOT NULL, transcript_id TEXT NOT NULL REFERENCES transcript(id),
            start INTEGER NOT NULL, end INTEGER NOT NULL, codes TEXT NOT NULL,
            assisted INTEGER NOT NULL, codebook TEXT NOT NULL, origin TEXT NOT NULL,
            reason TEXT NOT NULL, memo TEXT NOT NULL, seconds REAL, undoes INTEGER, batch TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER event_kept BEFORE DELETE ON event
            BEGIN SELECT RAISE(ABORT, 'coding events are never deleted'); END;
        CREATE TRIGGER event_fixed BEFORE UPDATE ON event
            BEGIN SELECT RAISE(ABORT, 'coding events are never changed'); END;
        CREATE TABLE unplaced (
            batch TEXT NOT NULL, row TEXT NOT NULL, json TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE log (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, verb TEXT NOT NULL,
            version TEXT NOT NULL, detail TEXT NOT NULL
        ) STRICT;
        """,
    ),
    (
        "0002 the loop",
        """
        ALTER TABLE event ADD COLUMN model TEXT NOT NULL DEFAULT '';
        ALTER TABLE event ADD COLUMN confidence TEXT NOT NULL DEFAULT '[]';
        CREATE TABLE audit (
            sentence_id TEXT PRIMARY KEY REFERENCES sentence(id), stratum TEXT NOT NULL,
            position INTEGER, batch INTEGER NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_position ON audit (position) WHERE position IS NOT NULL;
        CREATE TRIGGER audit_kept BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit sample is frozen'); END;
        CREATE TRIGGER audit_fixed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit sample is frozen'); END;
        CREATE TABLE packet (
            id TEXT PRIMARY KEY, coder TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL
        ) STRICT;
        CREATE TABLE aside (
            key TEXT PRIMARY KEY, packet TEXT NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL
        ) STRICT;
        """,
    ),
    (
        "0003 blind double-coding, and acts that come from other copies",
        """
        CREATE TABLE round (
            name TEXT PRIMARY KEY, coders TEXT NOT NULL, how TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE assignment (
            round TEXT NOT NULL REFERENCES round(name), position INTEGER NOT NULL,
            sentence_id TEXT NOT NULL REFERENCES sentence(id), PRIMARY KEY (round, sentence_id)
        ) STRICT;
        CREATE TABLE closing (round TEXT PRIMARY KEY REFERENCES round(name), at TEXT NOT NULL)
            STRICT;
        CREATE TRIGGER round_kept BEFORE DELETE ON round
            BEGIN SELECT RAISE(ABORT, 'a round is frozen'); END;
        CREATE TRIGGER round_fixed BEFORE UPDATE ON round
            BEGIN SELECT RAISE(ABORT, 'a round is frozen'); END;
        CREATE TRIGGER assignment_kept BEFORE DELETE ON assignment
            BEGIN SELECT RAISE(ABORT, 'a round is frozen'); END;
        CREATE TRIGGER assignment_fixed BEFORE UPDATE ON assignment
            BEGIN SELECT RAISE(ABORT, 'a round is frozen'); END;
        CREATE TRIGGER closing_kept BEFORE DELETE ON closing
            BEGIN SELECT RAISE(ABORT, 'a round stays closed'); END;
        CREATE TRIGGER closing_fixed BEFORE UPDATE ON closing
            BEGIN SELECT RAISE(ABORT, 'a round stays closed'); END;
        CREATE TABLE standing_before (
            seq INTEGER PRIMARY KEY REFERENCES event(seq),
            before INTEGER NOT NULL REFERENCES event(seq)
        ) STRICT;
        CREATE TRIGGER standing_before_kept BEFORE DELETE ON standing_before
            BEGIN SELECT RAISE(ABORT, 'the order of coding events is never changed'); END;
        CREATE TRIGGER standing_before_fixed BEFORE UPDATE ON standing_before
            BEGIN SELECT RAISE(ABORT, 'the order of coding events is never changed'); END;
        """,
    ),
    (
        "0004 summaries",
        """
        CREATE TABLE summary (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, file TEXT NOT NULL,
            row TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER summary_kept BEFORE DELETE ON summary
            BEGIN SELECT RAISE(ABORT, 'summaries are never deleted'); END;
        CREATE TRIGGER summary_fixed BEFORE UPDATE ON summary
            BEGIN SELECT RAISE(ABORT, 'summaries are never changed'); END;
        """,
    ),
    (
        "0005 versions of transcripts",
        """
        CREATE TABLE version (
            transcript_id TEXT PRIMARY KEY REFERENCES transcript(id),
            superseded_by TEXT NOT NULL REFERENCES transcript(id),
            name TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT;
        CREATE TABLE carried (
            seq INTEGER PRIMARY KEY REFERENCES event(seq),
            source INTEGER NOT NULL REFERENCES event(seq), note TEXT NOT NULL
        ) STRICT;
        CREATE TABLE left_behind (
            seq INTEGER PRIMARY KEY REFERENCES event(seq), why TEXT NOT NULL
        ) STRICT;
        CREATE TABLE became (
            sentence_id TEXT PRIMARY KEY REFERENCES sentence(id), became TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER version_kept BEFORE DELETE ON version
            BEGIN SELECT RAISE(ABORT, 'versions are never deleted'); END;
        CREATE TRIGGER version_fixed BEFORE UPDATE ON version
            BEGIN SELECT RAISE(ABORT, 'versions are never changed'); END;
        CREATE TRIGGER carried_kept BEFORE DELETE ON carried
            BEGIN SELECT RAISE(ABORT, 'where an act comes from is never deleted'); END;
        CREATE TRIGGER carried_fixed BEFORE UPDATE ON carried
            BEGIN SELECT RAISE(ABORT, 'where an act comes from is never changed'); END;
        CREATE TRIGGER left_behind_kept BEFORE DELETE ON left_behind
            BEGIN SELECT RAISE(ABORT, 'what was not carried is never deleted'); END;
        CREATE TRIGGER left_behind_fixed BEFORE UPDATE ON left_behind
            BEGIN SELECT RAISE(ABORT, 'what was not carried is never changed'); END;
        CREATE TRIGGER became_kept BEFORE DELETE ON became
            BEGIN SELECT RAISE(ABORT, 'where a sentence went is never deleted'); END;
        CREATE TRIGGER became_fixed BEFORE UPDATE ON became
            BEGIN SELECT RAISE(ABORT, 'where a sentence went is never changed'); END;
        """,
    ),
)
