"""Projects of other tools, in and out: REFI-QDA, Taguette, QualCoder, Word comments, NVivo summaries."""
