"""Demo shops out of a seed, and judged queries for them."""

from genfacet_training.shops.items import Item
from genfacet_training.shops.queries import Judgment, judge
from genfacet_training.shops.shop import Shop, make_shop

__all__ = ["Item", "Judgment", "Shop", "judge", "make_shop"]
