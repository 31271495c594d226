"""The vocabulary of all shops; a seed takes its share of it."""

from genfacet_training.shops.tables.home import HOME
from genfacet_training.shops.tables.outside import OUTSIDE
from genfacet_training.shops.tables.technical import TECHNICAL
from genfacet_training.shops.tables.wear import WEAR

CATEGORIES = (*HOME, *OUTSIDE, *WEAR, *TECHNICAL)

__all__ = ["CATEGORIES"]
