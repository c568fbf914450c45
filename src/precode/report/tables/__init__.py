"""What a report says in numbers: every table, made once from a view of the study."""
