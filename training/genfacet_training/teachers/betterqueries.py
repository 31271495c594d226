"""A better query for what is selected, found by trying: the teacher of rewrites where no expert wrote one.

Candidates are the query with words of the value, with a phrase of its meaning, and with the title words that tell the
results that satisfy it from the others. The one whose first results satisfy the selection the most is the rewrite.
"""

import re
from collections import Counter
from collections.abc import Iterator
from math import log

from genfacet.facets import Facet
from genfacet.sources.definitions import WORDS
from genfacet.values import TEXT, read_open, read_range
from genfacet_training.evaluation.shop import Shop
from genfacet_training.teachers.execution import expected, satisfied

LOOKED_AT = 200
"""Results whose titles are compared."""
GAIN = 1.5
"""Results of the first ten by which a rewrite must be better to teach anything."""
MORE = 0.5
"""By how much a later candidate must be better: the first ones are what a shopper would say."""
KEPT = 0.5
"""Share of a rewrite's first results that are results of the query too, at least: the intent is kept."""
_WORD = re.compile(r"[^\W\d_][\w-]{2,}")
TELLING = 3
"""Words of titles that are tried."""


def better_query(shop: Shop, query: str, facet: Facet) -> str | None:
    """The best of the candidates for a facet of one value; None where none is clearly better. Raises ShopError."""
    before = satisfied(shop, query, [facet])
    whole = set(shop.ranking(query)[0])
    best, score = None, before + GAIN
    for candidate in dict.fromkeys(_candidates(shop, query, facet)):
        after = satisfied(shop, candidate, [facet])
        if after > score and _keeps(shop, candidate, whole):
            best, score = candidate, after + MORE
    return best


def _keeps(shop: Shop, candidate: str, results: set[str]) -> bool:
    first = shop.scored(candidate, LOOKED_AT)
    return expected(((id_ in results, score) for id_, score in first), 10) >= KEPT * min(10, len(first))


def _candidates(shop: Shop, query: str, facet: Facet) -> Iterator[str]:
    value = facet.values[0].value
    for words in (*_said(facet, value), *_telling(shop, query, facet)):
        if not set(words.casefold().split()) <= set(query.casefold().split()):
            yield f"{query} {words}"


def _said(facet: Facet, value: str) -> Iterator[str]:
    """Words of a value: a closed one's text, the phrases and alternatives of an open one's meaning."""
    if not facet.name.startswith("~"):
        if read_range(value) is None and value.casefold() not in WORDS:
            yield value.casefold()
        return
    for constraint in read_open(value).constraints:
        worded = constraint.name == TEXT or constraint.range is None
        yield from (one.casefold() for one in constraint.alternatives[:2] if worded and one.casefold() not in WORDS)


def _telling(shop: Shop, query: str, facet: Facet) -> Iterator[str]:
    """The words that titles of satisfying results have more often than those of the others, by log odds."""
    matches = shop.matches(query, [facet], LOOKED_AT)
    good = matches.values[facet.name, facet.values[0].value]
    counted: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for id_, document in shop.documents(matches.results).items():
        counted[id_ in good].update(set(_WORD.findall(document.title.casefold())))
    sizes = {True: len(good) + 1, False: len(matches.results) - len(good) + 1}

    def odds(word: str) -> float:
        ours, theirs = ((counted[side][word] + 0.5) / sizes[side] for side in (True, False))
        return log(ours / theirs) * min(1.0, counted[True][word] / sizes[True] + 0.2)

    known = [word for word, count in counted[True].items() if count >= 3]
    best = sorted(known, key=lambda word: (-odds(word), word))[:TELLING]
    yield from best
    if len(best) > 1:
        yield " ".join(best[:2])
