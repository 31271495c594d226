"""What new sources are compared with: the runtime's own, a few more, and some that are bad on purpose.

Adding one is one small class with ``propose``, and a line in `FACTORIES`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from genfacet.errors import SettingsError
from genfacet.sources import Source, source_names
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.shop import Shop

NONE = "none"
"""The arm without facets."""
UNVERIFIED = "unverified"
"""The arm whose facets nobody counts: it has dead ends, for the metrics to find."""
SAMPLE = 3000
"""Products that baselines learn from."""


@dataclass(frozen=True)
class Context:
    """What a baseline may learn from: a sample of the index and, where there is one, a history of events."""

    shop: Shop
    seed: int
    history: Path | None = None

    @cached_property
    def sample(self) -> list[Document]:
        """Products drawn at random, the same for the same seed and index."""
        return self.shop.sample(SAMPLE, self.seed)


def arm_names() -> list[str]:
    """All names that `make_arms` knows."""
    return sorted({NONE, *source_names(), *FACTORIES})


def make_arms(names: Sequence[str], shop: Shop, seed: int = 1, history: Path | None = None) -> list[Arm]:
    """The arms of these names, each once, in their order; raises SettingsError where one is unknown."""
    context = Context(shop, seed, history)
    return [_make_arm(name, context) for name in dict.fromkeys(names)]


def _make_arm(name: str, context: Context) -> Arm:
    if name == NONE:
        return Arm(NONE, None)
    if name in FACTORIES:
        return Arm(name, FACTORIES[name](context), verified=name != UNVERIFIED)
    if name in source_names():
        return Arm(name, context.shop.installed(name))
    raise SettingsError(f"unknown source [{name}], known are {', '.join(arm_names())}")


def _brand_first(_: Context) -> Source:
    from genfacet_training.evaluation.baselines.brandfirst import BrandFirst

    return BrandFirst()


def _clicks(context: Context) -> Source:
    from genfacet_training.evaluation.baselines.clicks import Clicks, read_history

    if context.history is None:
        raise SettingsError("the source clicks needs a history: `genfacet simulate --events FILE`, then --history FILE")
    return Clicks(read_history(context.history))


def _retrieve(context: Context) -> Source:
    from genfacet_training.evaluation.baselines.retrieve import Retrieve
    from genfacet_training.evaluation.embedding import Embedding

    return Retrieve(Embedding.fit(context.sample, context.shop.catalog, context.seed))


def _random(context: Context) -> Source:
    from genfacet_training.evaluation.baselines.controls import RandomFacets

    return RandomFacets(context.seed)


def _popular(context: Context) -> Source:
    from genfacet_training.evaluation.baselines.controls import SameFacets

    return SameFacets.of(context.sample, context.shop.catalog)


FACTORIES: Mapping[str, Callable[[Context], Source]] = {
    "brand_first": _brand_first,
    "clicks": _clicks,
    "retrieve": _retrieve,
    "random": _random,
    "popular": _popular,
    UNVERIFIED: _popular,
}
"""Baselines by name; what they need is imported when they are asked for."""
