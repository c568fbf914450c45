"""Files → transcripts → turns → sentences.

:mod:`.read` is the doorway for files, :mod:`.attributes` for the table of participants. Inside,
each format (:mod:`.word`, :mod:`.captions`, :mod:`.rows`, plain text) becomes a
:class:`.drafts.Draft`; :mod:`.labels` knows what a label can look like, :mod:`.speakers` finds them
by evidence over the whole file, :mod:`.roles` says who asks and what kind of source it is, and
:mod:`.sentences` cuts turns into the units that are coded.
"""
