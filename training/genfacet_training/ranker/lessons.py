"""What the ranker learns from: queries, the attributes of their results, and which of them somebody chose.

Experts choose in plans; looking ahead chooses for judged queries, or for queries made of the catalogue's own titles,
whose first results are then as good as wanted.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from genfacet.facets import Facet
from genfacet.probe import AttributeProbe
from genfacet.sources import View
from genfacet.sources.definitions import define
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.gold import look_ahead
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.shop import Shop

VALUES = 6
WANTED = 50
"""First results that are wanted where nobody judged."""
SAMPLE = 3000
FEWEST = 3
"""Sampled products that share the words of a query made of titles."""
LOOKAHEAD_WEIGHT = 0.3
"""How much a list found by looking ahead counts beside one that an expert chose."""


@dataclass(frozen=True)
class Lesson:
    """One query: what could be shown (``candidates``), and the names of what was chosen, best first."""

    query: str
    view: View
    candidates: Sequence[AttributeProbe]
    chosen: Sequence[str]
    teacher: str
    weight: float


def plan_lessons(shop: Shop, plans: Mapping[str, Sequence[Facet]]) -> Iterator[Lesson]:
    """Lessons of the closed facets of plans, by query; raises ShopError."""
    for query, facets in plans.items():
        chosen = [facet.name for facet in facets if facet.kind != "open"]
        yield _lesson(shop, query, chosen, "plans", 1.0)


def lookahead_lessons(shop: Shop, targets: Mapping[str, Iterable[str]]) -> Iterator[Lesson]:
    """Lessons of looking ahead for queries and the ids of the products that are wanted; raises ShopError."""
    for query, wanted in targets.items():
        yield _lesson(shop, query, look_ahead(shop, query, wanted).names, "look-ahead", LOOKAHEAD_WEIGHT)


def judged_targets(judgments: Judgments) -> dict[str, frozenset[str]]:
    """The relevant products of judged queries."""
    return {query: judgments.relevant(query) for query in judgments.queries()}


def catalogue_targets(shop: Shop, count: int, seed: int, on_query: Callable[[], None]) -> dict[str, tuple[str, ...]]:
    """At most ``count`` queries made of titles, and their first results; raises ShopError."""
    found = {}
    for query in catalogue_queries(shop.sample(SAMPLE, seed), count, seed):
        found[query] = shop.ranking(query, WANTED)[0]
        on_query()
    return {query: ids for query, ids in found.items() if len(ids) > 1}


def catalogue_queries(sample: Sequence[Document], count: int, seed: int) -> list[str]:
    """One to three words that stand together in several titles, drawn with the seed."""
    counted = Counter(phrase for document in sample for phrase in set(_phrases(document.title)))
    known = sorted(phrase for phrase, products in counted.items() if products >= FEWEST)
    random.Random(seed).shuffle(known)  # noqa: S311  (a drawing, no secret)
    return known[:count]


def _phrases(title: str) -> Iterator[str]:
    words = title.casefold().split()
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            phrase = words[start : start + length]
            if all(word.isalpha() and len(word) > 2 for word in phrase):
                yield " ".join(phrase)


def _lesson(shop: Shop, query: str, chosen: Sequence[str], teacher: str, weight: float) -> Lesson:
    view = shop.view(query)
    seen = [seen for seen in view.probe.attributes.values() if define(seen, "ranker", VALUES) is not None]
    names = {attribute.attribute.name for attribute in seen}
    return Lesson(query, view, seen, [name for name in chosen if name in names], teacher, weight)
