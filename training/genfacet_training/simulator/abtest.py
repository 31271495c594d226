"""The A/B test: figures of each arm with intervals, and paired differences to the baseline."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genfacet_training.evaluation.bootstrap import Fraction, Interval, ratio_difference, ratio_interval
from genfacet_training.simulator.measures import Measure
from genfacet_training.simulator.outcome import Outcome

DRAWS = 1000
TEST = (
    f"paired percentile bootstrap over users ({DRAWS} draws, 95 %): every simulated user runs in every arm with the "
    "same random numbers, users are drawn whole, programs are left out; an arm differs from the baseline where the "
    "interval of the primary metric's difference excludes 0; nobody stops early"
)

ByUser = Mapping[int, Sequence[Outcome]]


def by_arm_and_user(outcomes: Iterable[Outcome]) -> dict[str, dict[int, list[Outcome]]]:
    """The sessions of people by arm and user; programs are left out."""
    found: dict[str, dict[int, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for row in outcomes:
        if not row.bot:
            found[row.arm][row.user].append(row)
    return {arm: dict(users) for arm, users in found.items()}


def exposed_users(arms: Mapping[str, ByUser]) -> set[int]:
    """The users who saw facets in every arm that showed any."""
    showing = [
        {user for user, rows in users.items() if any(row.facet_pages for row in rows)} for users in arms.values()
    ]
    showing = [users for users in showing if users]
    return set.intersection(*showing) if showing else set()


def compare(
    arms: Mapping[str, ByUser], names: Sequence[str], baseline: str, chosen: Iterable[Measure], seed: int
) -> dict[str, dict[str, Any]]:
    """The ``metrics`` of a report."""
    exposed = exposed_users(arms)
    found = {}
    for measure in chosen:
        fractions = {arm: _fractions(arms.get(arm, {}), measure, exposed) for arm in names}
        differences = {
            arm: ratio_difference(fractions[arm], fractions[baseline], seed, DRAWS).as_json()
            for arm in names
            if arm != baseline
        }
        found[measure.name] = {
            "label": measure.label,
            "unit": measure.unit,
            "better": measure.better,
            "group": "shoppers",
            "about": measure.about,
            "arms": {arm: _interval(fractions[arm].values(), seed).as_json() for arm in names},
            "differences": differences,
        }
    return found


def _fractions(users: ByUser, measure: Measure, exposed: set[int]) -> dict[int, Fraction]:
    return {user: measure.fraction(rows) for user, rows in users.items() if not measure.exposed or user in exposed}


def _interval(units: Iterable[Fraction], seed: int) -> Interval:
    return ratio_interval(units, seed, DRAWS)
