"""Precode: pre-coding of interview and focus-group transcripts, offline.

Start reading at :mod:`precode.steps`: one file a verb, in the order of the work.
"""

__version__ = "0.1.0"
INTERRUPTED = "precode: interrupted; what was stored before stays stored"
"""What Ctrl-C is answered with, from the first import on."""
