"""Gold facets of judged queries, found by looking ahead, in a file that one command makes again."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from genfacet.errors import SettingsError
from genfacet.facets import Facet, FacetValue
from genfacet_training.evaluation.judgments import Judgments
from genfacet_training.evaluation.lookahead import Choice, candidates, choose
from genfacet_training.evaluation.progress import progress
from genfacet_training.evaluation.shop import Shop, ShopError

VERSION = 1


@dataclass(frozen=True, slots=True)
class Gold:
    """The gold facets of one query, best first.

    ``gains`` are the halvings of a wanted product's rank that each facet adds; ``corrected`` counts values whose
    number of results in memory was not Elasticsearch's, which is the one that is kept.
    """

    query: str
    facets: tuple[Facet, ...]
    gains: tuple[float, ...]
    corrected: int = 0

    @property
    def names(self) -> list[str]:
        """Their names, best first."""
        return [facet.name for facet in self.facets]


def look_ahead(shop: Shop, query: str, relevant: Iterable[str]) -> Gold:
    """The gold facets of a query whose relevant products are known; raises ShopError."""
    ids, _ = shop.ranking(query)
    known = shop.documents(ids)
    ranked = [id_ for id_ in ids if id_ in known]
    wanted_ids = set(relevant)
    wanted = [place for place, id_ in enumerate(ranked) if id_ in wanted_ids]
    found = candidates([known[id_] for id_ in ranked], shop.catalog)
    chosen = choose(found, wanted, max(1, len(ranked)))
    return confirm(shop, query, chosen)


def confirm(shop: Shop, query: str, chosen: Sequence[Choice]) -> Gold:
    """The chosen facets with Elasticsearch's own counts; values that find nothing there, or facets of one value, go."""
    proposed = [_facet(choice) for choice in chosen]
    counts = shop.counts(query, proposed)
    corrected = 0
    facets, gains = [], []
    for choice, facet in zip(chosen, proposed, strict=True):
        counted = [FacetValue(v.value, v.label, counts[facet.name, v.value]) for v in facet.values]
        corrected += sum(new.count != old.count for new, old in zip(counted, facet.values, strict=True))
        living = tuple(value for value in counted if value.count)
        if len(living) > 1:
            facets.append(Facet(facet.name, facet.label, facet.kind, facet.source, facet.reason, living))
            gains.append(choice.gain)
    return Gold(query, tuple(facets), tuple(gains), corrected)


def _facet(choice: Choice) -> Facet:
    definition = choice.candidate.definition
    values = tuple(
        FacetValue(value, label, choice.candidate.masks[value].bit_count())
        for value, label in zip(definition.values, definition.labels, strict=True)
        if choice.candidate.masks[value]
    )
    reason = f"score {choice.score:.3f}, of which {choice.gain:.3f} bits nearer to a relevant product"
    return Facet(definition.name, definition.label, definition.kind, "lookahead", reason, values)


def fingerprint(shop: Shop, judgments: Judgments) -> str:
    """What gold facets depend on: the configuration of the index, the judgements, and how they are found."""
    judged = {query: sorted(ratings.items()) for query, ratings in sorted(judgments.ratings.items())}
    text = json.dumps([VERSION, shop.index, shop.configuration.model_dump(mode="json"), judgments.threshold, judged])
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def asked_of(shop: Shop, judgments: Judgments) -> dict[str, str]:
    """What a report tells of its inputs, so that two of them are not set against each other unawares."""
    return {"threshold": f"{judgments.threshold:g}", "judgements and index": fingerprint(shop, judgments)[:12]}


def write_gold(file: Path, found: Sequence[Gold], mark: str) -> None:
    """Writes a file: a first line with the fingerprint, then a query a line."""
    lines = [json.dumps({"gold": VERSION, "fingerprint": mark, "queries": len(found)})]
    lines += [json.dumps(_as_json(gold), ensure_ascii=False) for gold in found]
    file.parent.mkdir(parents=True, exist_ok=True)
    anew = file.with_name(f"{file.name}.new")  # so that an interruption here loses nothing either
    anew.write_text("\n".join(lines) + "\n", encoding="utf-8")
    anew.replace(file)


def read_gold(file: Path, mark: str | None = None) -> dict[str, Gold]:
    """The gold facets by query; raises SettingsError where the file is none, or another than ``mark`` asks for."""
    try:
        head, *lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        known = head["fingerprint"]
        found = {line["query"]: _from_json(line) for line in lines}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{file} is no file of gold facets ({type(error).__name__}): make it with `genfacet gold`"
        ) from None
    if mark is not None and known != mark:
        raise SettingsError(
            f"{file} was made for another configuration or other judgements: make it again with `genfacet gold`"
        )
    return found


def make_gold(
    shop: Shop, judgments: Judgments, on_query: Callable[[str, Gold | None], None] = lambda _, __: None
) -> list[Gold]:
    """Looks ahead for every judged query that has a relevant product.

    A query whose search fails has no gold facets and is left out; ``on_query`` gets None for it.
    """
    return list(_looked_ahead(shop, judgments, judgments.queries(), on_query))


def _looked_ahead(
    shop: Shop, judgments: Judgments, queries: Iterable[str], on_query: Callable[[str, Gold | None], None]
) -> Iterator[Gold]:
    for query in queries:
        try:
            gold = look_ahead(shop, query, judgments.relevant(query))
        except ShopError:
            on_query(query, None)
            continue
        yield gold
        on_query(query, gold)


def find_gold(shop: Shop, judgments: Judgments, file: Path, *, fresh: bool = False) -> list[Gold]:
    """Looks ahead for every judged query, with a progress bar, and keeps what was found in a file.

    What the file holds already, of the same configuration and judgements, is taken from there unless ``fresh``: a run
    that was interrupted goes on, and queries whose search failed are tried again.
    """
    mark = fingerprint(shop, judgments)
    queries = judgments.queries()
    found = {} if fresh else _kept(file, mark)
    left = [query for query in queries if query not in found]
    try:
        with progress("Looking ahead", len(queries), done=len(queries) - len(left)) as on_query:
            for gold in _looked_ahead(shop, judgments, left, lambda *_: on_query()):
                found[gold.query] = gold
    finally:  # an interruption loses nothing of a long search
        ordered = [found[query] for query in queries if query in found]
        write_gold(file, ordered, mark)
    return ordered


def _kept(file: Path, mark: str) -> dict[str, Gold]:
    """What an earlier run left; nothing where it had other options."""
    try:
        return read_gold(file, mark)
    except SettingsError:
        return {}


def _as_json(gold: Gold) -> dict[str, Any]:
    facets = [facet.as_json() | {"gain": round(gain, 4)} for facet, gain in zip(gold.facets, gold.gains, strict=True)]
    return {"query": gold.query, "facets": facets, "corrected": gold.corrected}


def _from_json(line: Mapping[str, Any]) -> Gold:
    facets = tuple(
        Facet(
            facet["name"],
            facet["label"],
            facet["kind"],
            facet["source"],
            facet["reason"],
            tuple(FacetValue(value["value"], value["label"], value["count"]) for value in facet["values"]),
        )
        for facet in line["facets"]
    )
    return Gold(line["query"], facets, tuple(facet["gain"] for facet in line["facets"]), line["corrected"])
