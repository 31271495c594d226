"""Queries that shoppers of a catalogue might type, made of the catalogue itself and of plans for it."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from genfacet.memory.plan import Plan
from genfacet.values import TEXT, read_open
from genfacet_training.evaluation.documents import Document

Origin = Literal["type", "brand", "attribute", "title", "need", "misspelt", "log"]
SHARES: dict[Origin, int] = {"type": 6, "brand": 4, "attribute": 4, "title": 3, "need": 2, "misspelt": 1}
"""How often each kind comes, of twenty."""
FEWEST = 3
"""Products that share the words of a type."""
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class MadeQuery:
    """A query, and what it was made of."""

    text: str
    origin: Origin


def made_queries(
    products: Sequence[Document], plans: Iterable[Plan], brand: str | None, count: int, seed: int
) -> list[MadeQuery]:
    """At most ``count`` queries, each once, all kinds mixed by `SHARES`. ``brand`` names the attribute of brands."""
    drawing = random.Random(seed)  # noqa: S311  (a drawing, no secret)
    types = _types(products)
    makers: dict[Origin, Callable[[], Iterator[str]]] = {
        "type": lambda: _shuffled(types, drawing),
        "brand": lambda: _with_value(products, types, brand, drawing),
        "attribute": lambda: _with_value(products, types, None, drawing),
        "title": lambda: _title_pieces(products, drawing),
        "need": lambda: _needs(list(plans), drawing),
        "misspelt": lambda: _misspelt(types, drawing),
    }
    kinds = {kind: _distinct(make()) for kind, make in makers.items()}
    found: dict[str, Origin] = {}
    while kinds and len(found) < count:
        for kind in [name for name in SHARES for _ in range(SHARES[name])]:
            text = next(kinds[kind], None) if kind in kinds else None
            if text is None:
                kinds.pop(kind, None)
            elif len(found) < count:
                found.setdefault(text, kind)
    return [MadeQuery(text, origin) for text, origin in found.items()]


def _types(products: Sequence[Document]) -> list[str]:
    """One to three words that stand together in several titles."""
    counted = Counter(phrase for one in products for phrase in set(_phrases(one.title)))
    return sorted(phrase for phrase, count in counted.items() if count >= FEWEST)


def _phrases(title: str) -> Iterator[str]:
    words = title.casefold().split()
    for length in (1, 2, 3):
        for start in range(len(words) - length + 1):
            phrase = words[start : start + length]
            if all(_WORD.fullmatch(word) for word in phrase):
                yield " ".join(phrase)


def _shuffled(texts: Sequence[str], drawing: random.Random) -> Iterator[str]:
    yield from drawing.sample(texts, len(texts))


def _with_value(
    products: Sequence[Document], types: Sequence[str], attribute: str | None, drawing: random.Random
) -> Iterator[str]:
    """A value of an attribute (any but numbers, where none is named) with the type of a product that has it."""
    known = set(types)
    for product in drawing.sample(products, len(products)):
        names = [attribute] if attribute else [n for n in product.values if n != "brand"]
        values = [v.casefold() for name in names for v in product.values.get(name or "", ()) if _is_wordy(v)]
        phrases = [phrase for phrase in _phrases(product.title) if phrase in known]
        if values and phrases:
            value, phrase = drawing.choice(values), drawing.choice(phrases)
            if value not in phrase and phrase not in value:
                yield f"{value} {phrase}"


def _is_wordy(value: str) -> bool:
    return (
        len(value) <= 24
        and len(value.split()) <= 2
        and value.casefold() not in {"yes", "no"}
        and bool(_WORD.search(value))
    )


def _title_pieces(products: Sequence[Document], drawing: random.Random) -> Iterator[str]:
    """Three to five words in a row of a title, as people paste them."""
    for product in drawing.sample(products, len(products)):
        words = product.title.casefold().split()
        length = drawing.randint(3, 5)
        if len(words) > length:
            start = drawing.randrange(len(words) - length)
            yield " ".join(words[start : start + length])


def _needs(plans: Sequence[Plan], drawing: random.Random) -> Iterator[str]:
    """What somebody needs: the words of an open value, or a phrase that they stand for, and a thing."""
    for plan in drawing.sample(plans, len(plans)):
        thing = plan.query.split()[-1]
        for value in (value for facet in plan.facets if facet.is_open for value in facet.values):
            try:
                meaning = read_open(value)
            except ValueError:
                continue
            phrases = [p for c in meaning.constraints if c.name == TEXT for p in c.alternatives]
            for said in (meaning.words.partition(",")[0], *phrases[:1]):
                if thing not in said.split() and len(said.split()) <= 4:
                    yield f"{thing} {said}" if said.startswith(("for ", "with ", "in ", "to ")) else f"{said} {thing}"


def _misspelt(types: Sequence[str], drawing: random.Random) -> Iterator[str]:
    """Types with two letters exchanged, one left out or one doubled, in their longest word."""
    for text in drawing.sample(types, len(types)):
        words = text.split()
        longest = max(words, key=len)
        if len(longest) < 6:
            continue
        at = drawing.randrange(1, len(longest) - 2)
        wrong = drawing.choice(
            (
                longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :],
                longest[:at] + longest[at + 1 :],
                longest[:at] + longest[at] + longest[at:],
            )
        )
        yield " ".join(wrong if word == longest else word for word in words)


def _distinct(texts: Iterator[str]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        if text not in seen and 2 < len(text) <= 80:
            seen.add(text)
            yield text
