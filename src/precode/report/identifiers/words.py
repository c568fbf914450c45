"""Words by which names are told from other words, in English."""

from __future__ import annotations

# Before a name
TITLES = frozenset([
    "mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "sir", "dame",
    "nurse", "sister", "matron", "uncle", "auntie", "aunty", "aunt", "nan", "nanny",
    "grandma", "grandpa", "father", "reverend", "rev", "pastor", "imam", "rabbi",
])  # fmt: skip

# Before a place's name
AT = frozenset([
    "in", "at", "from", "near", "to", "around", "outside", "towards", "via", "through",
])  # fmt: skip

# The end of a place's name
PLACES = frozenset([
    "road", "street", "lane", "avenue", "close", "drive", "crescent", "terrace", "square",
    "hill", "park", "hospital", "infirmary", "surgery", "clinic", "practice", "ward",
    "school", "college", "university", "academy", "church", "chapel", "mosque", "centre",
    "center", "library", "station", "council", "town", "city", "village", "county",
    "bridge", "court", "house", "estate",
])  # fmt: skip

# Written with a capital by everybody
CAPITALS = frozenset([
    "i", "i'm", "i've", "i'd", "i'll", "i’m", "i’ve", "i’d", "i’ll", "english", "welsh",
    "irish", "scottish", "british", "polish", "french", "german", "spanish", "italian",
    "european", "american", "african", "asian", "indian", "chinese", "christian", "muslim",
    "jewish", "hindu", "sikh", "catholic", "christmas", "easter", "ramadan", "eid",
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january",
    "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december", "internet", "google", "facebook", "whatsapp", "zoom", "teams",
    "email", "covid", "god",
])  # fmt: skip

# Names that are words too: at the start of a sentence only what follows can tell
BOTH = frozenset([
    "will", "mark", "grace", "joy", "hope", "may", "june", "april", "rose", "bill", "rob",
    "frank", "jack", "dawn", "faith", "art", "sue", "pat", "gene", "ray", "max", "dean",
    "drew", "grant", "heather", "holly", "ivy", "iris", "jasmine", "olive", "penny",
    "pearl", "ruby", "summer", "victor", "chase", "don", "bob", "nick", "rich", "josh",
    "harry", "daisy", "amber", "crystal", "sandy", "guy", "miles", "peg", "bell", "young",
])  # fmt: skip

# What people do, after their name
DOES = frozenset([
    "said", "says", "told", "tells", "was", "is", "has", "had", "came", "comes", "went",
    "goes", "asked", "asks", "thinks", "thought", "and", "got", "gets", "wants", "wanted",
    "gave", "rang", "called", "phoned",
])  # fmt: skip

# What people are in a study, as their labels say
ROLES = frozenset([
    "interviewer", "interviewee", "participant", "participants", "speaker", "facilitator",
    "moderator", "researcher", "respondent", "patient", "clinician", "carer", "member", "male",
    "female", "unknown", "unidentified", "inaudible", "voice", "person", "public", "professional",
    "observer", "client", "therapist", "parent", "staff", "manager", "midwife", "physio",
    "pharmacist", "paramedic", "volunteer", "student", "teacher", "user", "int", "res", "hcp",
])  # fmt: skip

# What transcripts' files are called
FILES = frozenset([
    "interview", "interviews", "focus", "group", "groups", "transcript", "transcripts", "note",
    "notes", "field", "fieldnotes", "fieldnote", "diary", "pilot", "session", "meeting", "visit",
    "workshop", "recording", "audio", "video", "zoom", "teams", "verbatim", "draft", "final",
    "copy", "version", "clean", "cleaned", "checked", "anon", "anonymised", "anonymized", "redacted",
    "coded", "study", "site", "case", "participant", "round", "wave", "time", "baseline", "follow",
    "part", "file", "text", "data", "txt", "docx", "doc", "rtf", "odt", "pdf", "vtt", "srt", "csv",
    "xlsx", "tsv", "html", "inputs", "primary", "secondary", "care", "ward", "clinic", "online",
])  # fmt: skip
