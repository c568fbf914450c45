"""What ``review`` and ``status`` are made of: asking, learning beside it, and judging by the audit."""
