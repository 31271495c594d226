"""Plans into the plan index, and out of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError
from elasticsearch.helpers import scan, streaming_bulk

from genfacet.memory.plan import Plan, PlanError
from genfacet.memory.stored import MAPPING, document, marks_of, read_stored
from genfacet_training.evaluation.shop import Shop
from genfacet_training.evaluation.splits import HeldOut
from genfacet_training.teachers.execution import pruned


@dataclass
class Added:
    """What became of plans: how many were added, and what was left out of which lines, and why."""

    added: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def reject(self, line: int, kind: str, reason: str) -> None:
        """Counts a plan, or a part of one, that is left out."""
        self.reasons[kind] += 1
        self.rejected.append((line, reason))


def plan_documents(
    shop: Shop,
    plans: Iterable[tuple[int, Plan | PlanError]],
    outcome: Added,
    *,
    source: str,
    audiences: Sequence[str] = (),
    check: bool = True,
    leave_out: HeldOut | frozenset[str] = frozenset(),
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids and documents of what of the plans holds; the rest is told to the outcome. Raises ShopError.

    ``leave_out`` contains the queries that a memory must not know, because they judge it.
    """
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    for line, plan in plans:
        if isinstance(plan, PlanError):
            outcome.reject(line, "malformed", str(plan))
        elif plan.query in leave_out:
            outcome.reject(line, "held out", "the query is held out")
        else:
            kept, wrong = pruned(shop, plan) if check else (plan, [])
            for problem in wrong:
                outcome.reject(line, problem.kind, str(problem))
            if kept is not None:
                marks = marks_of(plan.query, shop.view(plan.query).probe)
                yield document(kept, marks, shop.index, source=source, made_at=made_at, audiences=audiences)


def store(client: Elasticsearch, plan_index: str, documents: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Writes documents into the plan index, which is made where there is none; yields the id of each as it is there."""
    if not client.indices.exists(index=plan_index):
        settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
        generation = f"{plan_index}-{datetime.now(UTC):%Y%m%d%H%M%S}"
        client.indices.create(index=generation, mappings=MAPPING, settings=settings, aliases={plan_index: {}})
    actions = ({"_index": plan_index, "_id": id_, "_source": content} for id_, content in documents)
    for _, result in streaming_bulk(client, actions, chunk_size=200, refresh="wait_for"):
        yield result["index"]["_id"]


def stored_plans(
    client: Elasticsearch, plan_index: str, index: str | None = None
) -> Iterator[tuple[dict[str, Any], Plan | None]]:
    """The documents of the plan index and their plans, None for what is no plan of this version."""
    query = {"term": {"index": index}} if index else {"match_all": {}}
    try:
        for hit in scan(client, index=plan_index, query={"query": query}, size=500):
            stored = read_stored(hit["_source"])
            yield hit["_source"], stored.plan if stored else None
    except NotFoundError:
        return
