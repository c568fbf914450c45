"""What a report says in words: one file a section, around the tables."""
