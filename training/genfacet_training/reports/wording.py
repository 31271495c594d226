"""How figures read: the same digits on the page, in the terminal and in the plots."""

from collections.abc import Sequence

from genfacet_training.reports.report import Interval, Metric, printable

MINUS = "\N{MINUS SIGN}"


def number(value: float | None, *, signed: bool = False) -> str:
    """About three digits; a dash for what could not be measured."""
    if value is None:
        return "–"
    size = abs(value)
    text = f"{size:,.0f}" if size >= 100 else f"{size:.1f}" if size >= 10 else f"{size:.3f}"
    zero = not text.strip("0.")
    sign = "" if zero else MINUS if value < 0 else "+" if signed else ""
    return sign + text


def spread(figure: Interval | None, *, signed: bool = False) -> str:
    """A mean with its interval: `0.412 (0.390 to 0.434)`."""
    if figure is None or figure.mean is None:
        return "not measured"
    if figure.low is None or figure.high is None:
        return number(figure.mean, signed=signed)
    low, high = number(figure.low, signed=signed), number(figure.high, signed=signed)
    return f"{number(figure.mean, signed=signed)} ({low} to {high})"


def unit_of(metric: Metric) -> str:
    """The unit in brackets behind a label, or nothing."""
    return f" [{printable(metric.unit, 40)}]" if metric.unit else ""


def direction(metric: Metric) -> str:
    """Which way is better."""
    return {"higher": "higher is better", "lower": "lower is better", "neither": "neither way is better"}[metric.better]


def seconds(value: float) -> str:
    """A duration: `0.4 s`, `12 s`, `3 min 20 s`."""
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes:,} min {rest} s"


def listing(names: Sequence[str], most: int = 4) -> str:
    """Names as a sentence has them: `a, b and c`; above `most` the last are counted."""
    shown = [printable(name, 60) for name in names]
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} others"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "none"


def count(n: int, one: str, many: str) -> str:
    """`1 query`, `2 queries`."""
    return f"{n:,} {one if n == 1 else many}"
