"""Files → transcripts → turns → sentences.

:mod:`.read` is the doorway for files, :mod:`.attributes` for the table of participants. Inside,
:mod:`.formats` knows the reader of each format (:mod:`.word`, :mod:`.opendocument`,
:mod:`.rich_text`, :mod:`.web`, :mod:`.captions`, :mod:`.rows`, plain text, and PDFs: :mod:`.pdf` over
:mod:`.pdf_layout`, :mod:`.pdf_letters` and, in a process of its own, :mod:`.pdf_pages`). Those with a
layout become :mod:`.blocks` first; all become a :class:`.drafts.Draft`. :mod:`.labels` knows what a
label can look like, :mod:`.speakers` finds them by evidence over the whole file, :mod:`.roles` says
who asks and what kind of source it is, :mod:`.languages` notices another language, and
:mod:`.sentences` cuts turns into the units that are coded.
"""
