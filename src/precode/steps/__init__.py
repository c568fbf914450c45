"""The walk of the data, one file a verb: init → add → codes → train → predict → review → status →
report → export. A step composes rooms, holds the study's lock while it writes, and returns a value;
it neither parses options nor prints.
"""
