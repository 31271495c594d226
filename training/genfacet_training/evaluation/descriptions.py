"""What each figure of a report means, and which direction is good."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Metric:
    """What a figure means: shown in reports, and which direction is good."""

    label: str
    unit: str
    better: Literal["higher", "lower", "neither"]
    group: str
    about: str


METRICS: Mapping[str, Metric] = {
    "promotion": Metric(
        "Rank promotion",
        "bits",
        "higher",
        "facets",
        "How often the best single click halves the way to a relevant product; 0 where no value holds for it.",
    ),
    "reached": Metric(
        "Targets reached", "share", "higher", "facets", "Relevant products that at most three clicks bring in sight."
    ),
    "effort": Metric(
        "Navigation effort", "actions", "lower", "facets", "Clicks, values and results read until a product is found."
    ),
    "cost": Metric(
        "Navigation cost",
        "actions",
        "neither",
        "facets",
        "The same, until it is found or given up: see the share reached.",
    ),
    "facets": Metric("Facets shown", "facets", "neither", "facets", "Facets in the answer."),
    "coverage": Metric("Coverage@5", "share", "higher", "facets", "First results that some value holds for."),
    "redundancy": Metric("Redundancy", "Jaccard", "lower", "facets", "Overlap of values of different facets."),
    "selectivity": Metric(
        "Selectivity", "share", "neither", "facets", "Results that a value leaves out; no use at 0 or 1."
    ),
    "dead_ends": Metric("Dead ends", "share", "lower", "facets", "Shown values without any result: must be 0."),
    "thin": Metric("Thin values", "share", "lower", "facets", "Shown values with fewer than 3 results."),
    "grounded": Metric("Grounded values", "share", "higher", "facets", "Shown values with at least 3 results."),
    "true": Metric(
        "Values true", "share", "higher", "facets", "First results of a value that have it, as a reader sees."
    ),
    "false": Metric("Values false", "share", "lower", "facets", "First results of a value that have another one."),
    "unknown": Metric("Values unknown", "share", "neither", "facets", "First results of a value that do not say."),
    "novelty": Metric("Novelty", "share", "neither", "facets", "Value labels that no indexed value has."),
    "gold_top1": Metric("Top-1 (gold)", "share", "higher", "gold", "The first closed facet is the best gold one."),
    "gold_hit": Metric("Hit@5 (gold)", "share", "higher", "gold", "A gold facet is among the first five (closed)."),
    "gold_mrr": Metric("MRR (gold)", "share", "higher", "gold", "One over the rank of the first gold facet (closed)."),
    "gold_ndcg": Metric("nDCG@5 (gold)", "share", "higher", "gold", "Order of closed facets against the gold order."),
    "open_share": Metric("Open facets", "share", "neither", "open", "Shown facets that are open."),
    "open_coverage": Metric(
        "Coverage@5, open", "share", "higher", "open", "First results that an open value holds for."
    ),
    "open_thin": Metric("Thin values, open", "share", "lower", "open", "Open values with fewer than 3 results."),
    "open_novelty": Metric("Novelty, open", "share", "neither", "open", "Open labels that no indexed value has."),
    "expert_ndcg": Metric(
        "nDCG@5 (experts)", "share", "higher", "experts", "Closed facets against the experts' order."
    ),
    "expert_top1": Metric(
        "Top-1 (experts)", "share", "higher", "experts", "The first closed facet is the experts' first one."
    ),
    "expert_hit": Metric(
        "Hit@1 (experts)", "share", "higher", "experts", "The first closed facet is one of the experts'."
    ),
    "expert_mrr": Metric(
        "MRR (experts)", "share", "higher", "experts", "One over the rank of the first of the experts'."
    ),
    "expert_open_hit": Metric("Hit@5, open (experts)", "share", "higher", "experts", "An open label is one of theirs."),
    "rel": Metric("REL@30", "share", "higher", "selections", "Wanted products among the first 30, divided by 30."),
    "hit_rate": Metric("HR@30", "share", "higher", "selections", "Wanted products that are among the first 30."),
    "recall": Metric("Recall@30", "share", "higher", "selections", "Of all wanted products, those in the first 30."),
    "satisfied": Metric("Satisfied", "share", "higher", "selections", "First 30 results that have the selected value."),
    "violated": Metric("Violated", "share", "lower", "selections", "First 30 results that have another value."),
    "drift": Metric("Drift", "share", "lower", "selections", "1 - relevance of judged results to the original query."),
    "judged": Metric(
        "Judged", "share", "neither", "selections", "First 30 results that anybody judged: how much drift rests on."
    ),
    "selected_promotion": Metric(
        "Rank promotion", "bits", "higher", "selections", "How often the selection halves the rank of a wanted product."
    ),
    "zero": Metric(
        "Zero results", "share", "lower", "selections", "Searches that found nothing, or had to be relaxed."
    ),
}
"""Every figure by name, in the order of reports."""
