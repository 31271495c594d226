"""Reports made by hand, for tests of what is made of them."""

from random import Random

ARMS = ["count", "entropy", "random", "none"]
HOSTILE = "<script>alert('x')</script>\u202e\x1b[31m\"&{{ 7*7 }}$\\frac$"


def interval(mean, half, n=40):
    """An interval as report.json has it."""
    return {"mean": mean, "low": mean - half, "high": mean + half, "n": n}


NOTHING = {"mean": None, "low": None, "high": None, "n": 0}


def metric(label, better, means, differences, group="facets", half=0.02):
    """A metric: means by arm, and (difference, half width) by arm."""
    return {
        "label": label,
        "unit": "share",
        "better": better,
        "group": group,
        "about": f"What {label.lower()} is.",
        "arms": {arm: NOTHING if mean is None else interval(mean, half) for arm, mean in means.items()},
        "differences": {arm: interval(mean, width) for arm, (mean, width) in differences.items()},
    }


def facets(arm, query, seed):
    """Two facets of three values."""
    random = Random(f"{arm} {query} {seed}")
    names = random.sample(["Brand", "Colour", "Print technology", "Width", "Connection", "Noise level"], 2)
    return [
        {
            "name": name.lower(),
            "label": name,
            "kind": "range" if name == "Width" else "attribute",
            "values": [{"label": f"{name} {i}", "count": random.randint(1, 400)} for i in range(3)],
        }
        for name in names
    ]


def make_report(gains=(0.0, 0.10, -0.08, None), *, queries=40, spread=0.15, seed=1, salt=0):
    """An evaluation of four arms; `gains` are what each has over the baseline, in hits at 5, None: not measured."""
    random = Random(seed * 1000 + salt)
    figures = {arm: {} for arm in ARMS}
    for number in range(queries):
        base = random.uniform(0.3, 0.6)
        for arm, gain in zip(ARMS, gains, strict=True):
            noise = 0 if arm == "count" else random.uniform(-spread, spread)
            figures[arm][f"query {number:02}"] = None if gain is None else base + gain + noise
    means = {arm: _mean(found.values()) for arm, found in figures.items()}
    differences = {
        arm: (means[arm] - means["count"], 0.03) for arm in ARMS if arm != "count" and means[arm] is not None
    }
    rows = [
        {
            "query": query,
            "arm": arm,
            "figures": {"hit@5": figures[arm][query], "redundancy": 0.2},
            "facets": [] if arm == "none" else facets(arm, query, seed),
            "problem": None,
        }
        for query in figures["count"]
        for arm in ARMS
    ]
    return {
        "kind": "evaluation",
        "simulated": False,
        "command": "genfacet evaluate --index products --judgments judged.csv --sources count,entropy --out out",
        "versions": {"genfacet": "0.1.0", "elasticsearch": "9.2.1", "python": "3.12.4"},
        "index": "products",
        "seed": seed,
        "made_at": "2026-01-02T03:04:05Z",
        "seconds": 83.2,
        "stages": {"searches": 60.5, "metrics": 12.25, "bootstrap": 10.0},
        "arms": ARMS,
        "baseline": "count",
        "queries": {"judged": queries + 2, "used": queries, "problems": {"no relevant document": 2}},
        "metrics": {
            "coverage": metric(
                "Coverage",
                "neither",
                {"count": 0.9, "entropy": 0.7, "random": 0.4, "none": None},
                {"entropy": (-0.2, 0.02), "random": (-0.5, 0.02)},
            ),
            "hit@5": metric("Hit@5", "higher", means, differences, group="gold"),
            "redundancy": metric(
                "Redundancy",
                "lower",
                {"count": 0.2, "entropy": 0.3, "random": 0.2, "none": None},
                {"entropy": (0.1, 0.02), "random": (0.0, 0.02)},
            ),
        },
        "per_query": rows,
        "latency": {
            "count": {"median_ms": 9.0, "p95_ms": 21.0},
            "entropy": {"median_ms": 12.5, "p95_ms": 31.0},
            "random": {"median_ms": 8.0, "p95_ms": 20.0},
            "none": {"median_ms": 3.0, "p95_ms": 6.0},
        },
        "examination": {},
    }


def make_simulation(**changes):
    """A simulation: the same figures, labelled, with curves and a plan."""
    report = make_report(**changes)
    report |= {
        "kind": "simulation",
        "simulated": True,
        "plan": {"test": "paired bootstrap over shoppers", "horizon": 10_000, "primary": "hit@5"},
        "examination": {
            "list": {
                "facets": [0.9, 0.7, 0.5, 0.3],
                "results": [0.95, 0.8, 0.6],
                "fitted": {"facets": [0.88, 0.71, 0.52, 0.28]},
            }
        },
    }
    return report


def _mean(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
