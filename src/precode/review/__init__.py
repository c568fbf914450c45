"""People decide: a session as a pure state machine, and the terminals on top of it."""
