"""What a session shows, as lines of plain text: no colour, no drawing, one thing after another."""
