"""A look at products in memory, in the form of the runtime's probe: for whoever wants more than a sample."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from genfacet.catalog import Attribute, Catalog
from genfacet.probe import PERCENTS, VALUES, AttributeProbe
from genfacet.values import read_number
from genfacet_training.evaluation.documents import Document


def look(documents: Sequence[Document], catalog: Catalog, values: int = VALUES) -> dict[str, AttributeProbe]:
    """Every attribute that may be offered and that some of the products carry; ``values`` most frequent values each."""
    carried: dict[str, list[tuple[str, ...]]] = {}
    for document in documents:
        for name, shown in document.values.items():
            carried.setdefault(name, []).append(shown)
    found = {}
    for name, lists in carried.items():
        attribute = catalog.attribute(name) if catalog.is_offered(name) else None
        if attribute is not None:
            found[name] = _look_at(attribute, lists, values)
    return found


def _look_at(attribute: Attribute, lists: Sequence[tuple[str, ...]], most: int) -> AttributeProbe:
    numbers = _numbers(attribute, lists)
    counted = Counter(value for shown in lists for value in _told(shown, only_numbers=bool(numbers)))
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    others = sum(docs for _, docs in ranked[most:])
    return AttributeProbe(attribute, len(lists), tuple(ranked[:most]), others, quantiles(numbers))


def _told(shown: Iterable[str], *, only_numbers: bool) -> set[str]:
    return {value for value in shown if not only_numbers or read_number(value) is not None}


def _numbers(attribute: Attribute, lists: Sequence[tuple[str, ...]]) -> list[float]:
    """The attribute's numbers, sorted; none where most of its values are no numbers, or it has no ranges."""
    if attribute.type == "boolean" or not attribute.ranges or (attribute.field and attribute.type != "number"):
        return []
    read = [read_number(value) for shown in lists for value in shown]
    numbers = sorted(float(number) for number in read if number is not None)
    return numbers if len(numbers) * 2 > len(read) else []


def quantiles(numbers: Sequence[float]) -> tuple[float, ...]:
    """The percentiles of the runtime's probe of sorted numbers, interpolated; none of no numbers."""
    if not numbers:
        return ()
    last = len(numbers) - 1
    places = [last * percent / 100 for percent in PERCENTS]
    lows = [int(place) for place in places]
    return tuple(
        numbers[low] + (numbers[min(low + 1, last)] - numbers[low]) * (place - low)
        for low, place in zip(lows, places, strict=True)
    )


def carriers(documents: Sequence[Document]) -> Mapping[str, list[int]]:
    """For every attribute the places of the products that carry it."""
    places: dict[str, list[int]] = {}
    for place, document in enumerate(documents):
        for name in document.values:
            places.setdefault(name, []).append(place)
    return places
