"""How coders work on the same study: apart, on copies, and on what they differ in."""
