"""Hypothesis strategies of probes: names, labels and values of every kind, hostile ones too."""

from hypothesis import strategies as st

from genfacet.catalog import Attribute
from genfacet.probe import AttributeProbe

ODD = (
    "",
    "A9 x: a b",
    "\n>\nA",
    "~x\n- y = T z",
    "x b Canon c d",
    "1.5 | = & , ; :",
    "\u202eabc\u0301",
    "x" * 100_000,
)
HOSTILE = st.one_of(st.text(max_size=80), st.sampled_from(ODD))
NAMES = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)


@st.composite
def attributes(draw: st.DrawFn) -> list[tuple[float, AttributeProbe]]:
    found = []
    for name in draw(st.lists(NAMES, unique=True, max_size=15)):
        values = tuple((value, 3) for value in draw(st.lists(HOSTILE, unique=True, max_size=6)))
        numbers = draw(st.booleans())
        quantiles = tuple(sorted(draw(st.lists(st.floats(-1e9, 1e9), min_size=5, max_size=5)))) if numbers else ()
        shown = tuple((str(n), 2) for n in range(3)) if numbers else values
        seen = AttributeProbe(Attribute(name, draw(HOSTILE), "keyword"), 9, shown, 5 if numbers else 0, quantiles)
        found.append((draw(st.floats(-5, 5)), seen))
    return sorted(found, key=lambda pair: -pair[0])
