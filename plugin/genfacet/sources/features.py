"""What the ranker knows of an attribute: figures of the probe, and the words of its label."""

import re
from math import log, log1p

from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import is_discrete
from genfacet.sources.ranking import coverage, evenness, shown_parts, words

_DIGIT = re.compile(r"\d")
VALUES = 6
"""Values that a facet shows; features describe the attribute as it would be shown."""
FEATURES = (
    "log_coverage",  # natural logarithm of the share of the sampled results that carry it, one in a hundred added
    "coverage",  # that share (0 to 1)
    "coverage_of_many",  # that share times the logarithm of the number of results, over 8
    "evenness",  # entropy of its values, cut at four even parts (0 to 1)
    "largest",  # share of its most frequent value (0 to 1)
    "head",  # share of the documents with a value that have a shown one (0 to 1)
    "range",  # 1: numbers that would become ranges
    "number",  # 1: numbers that would be shown one by one
    "lists",  # share of its values that hold a comma (0 to 1)
    "digits",  # share of its texts that hold a digit (0 to 1); 0 for numbers
    "length",  # mean length of its values over 40 characters (0 to 1)
    "asked",  # 1: its label and the query share a word
    "label",  # words of its label over 4
)
"""The names of the features, in the order of `features`. Weights are stored by these names."""


def features(seen: AttributeProbe, view: View) -> tuple[float, ...]:
    """The figures of `FEATURES` for one attribute of a view."""
    parts = [part for part in shown_parts(seen) if part > 0]
    share = coverage(seen, view)
    discrete = is_discrete(seen, VALUES)
    lists, digits, length = _look_at_texts(seen)
    label = words(seen.attribute.label)
    return (
        log(share + 0.01),
        share,
        share * log1p(view.probe.total) / 8,
        evenness(parts),
        max(parts, default=0.0) / (sum(parts) or 1.0),
        min(1.0, sum([docs for _, docs in seen.values[:VALUES]]) / seen.docs) if discrete and seen.docs else 1.0,
        0.0 if discrete else 1.0,
        1.0 if discrete and seen.is_numeric else 0.0,
        lists,
        digits,
        length,
        0.0 if label.isdisjoint(words(view.query or "")) else 1.0,
        len(label) / 4,
    )


def _look_at_texts(seen: AttributeProbe) -> tuple[float, float, float]:
    """Shares of values with a comma and with a digit, and their mean length; see `FEATURES`."""
    texts = [value for value, _ in seen.values]
    if not texts:
        return 0.0, 0.0, 0.0
    count = len(texts)
    lists = len([text for text in texts if "," in text])
    digits = 0 if seen.is_numeric else len([text for text in texts if _DIGIT.search(text)])
    return lists / count, digits / count, min(40.0, len("".join(texts)) / count) / 40
