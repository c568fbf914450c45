"""English words that tell whether a full stop ends a sentence. Elsewhere they do no harm."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Abbreviations that always have their word after them.
NEVER_ENDS = _words(
    "dr mr mrs ms mx messrs prof rev hon e.g i.e eg ie viz cf vs approx fig vol pp ca"
)
# These end a sentence only before a word that usually begins one.
MAY_END = _words("""
    a.m p.m am pm st rd ave jr sr ltd inc co dept min mins hr hrs sec secs tel ext est
    mon tue tues wed weds thu thur thurs fri sat sun jan feb aug sep sept oct nov dec
    ph.d b.sc m.sc""")
# Of those, the ones that are words when written small: "where she sat. Then".
CAPITALISED = _words("mon tue wed thu fri sat sun jan aug sep oct nov dec")
# Words that usually begin a sentence when they follow an abbreviation.
STARTERS = _words("""
    i i'm i've i'd i'll he he's he'd she she's she'd it it's it'd we we're we've we'd they
    they're they've you you're you've the a an and but so then this that that's there there's these
    those what when where why how who if because cos my our his her their your yes yeah yep no nope
    well oh um umm er erm uh ah mm not in on at for from after before now okay ok right some all
    everyone everybody nobody people just with even also or until maybe most every to""")
# Before a single capital: "by K. Jones", but "vitamin B. She".
BEFORE_INITIAL = _words("by with and or called named from to of at saw see")
