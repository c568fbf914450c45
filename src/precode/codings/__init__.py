"""Human codes: read from tables, found in transcripts, kept as a history, folded into labels."""
