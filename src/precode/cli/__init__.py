"""Doors: one small file a verb, which parses options, calls one step and prints what it returns."""
