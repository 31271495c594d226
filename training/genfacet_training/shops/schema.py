"""What the tables of vocabulary are made of: categories, kinds of product and their attributes."""

from dataclasses import dataclass

RUN = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """An attribute with words for values.

    With `worth`, the values are listed from cheap to dear, and the dearest multiplies the price by exp(worth).
    Without it the first ones are the most common. `several` values at most stand side by side,
    RUN or more as a run (sizes).
    Variants of one model differ where `varies` is set. `gap` is the share of products that leave it out.
    `when` names another attribute and its values without which this one makes no sense.
    """

    name: str
    values: tuple[str, ...]
    worth: float = 0.0
    several: int = 1
    varies: bool = False
    gap: float = 0.12
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """An attribute with a number and a unit, of `steps` or between `low` and `high` by `step`."""

    name: str
    unit: str
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    steps: tuple[float, ...] = ()
    worth: float = 0.0
    varies: bool = False
    gap: float = 0.15
    when: tuple[str, ...] = ()

    def grid(self) -> tuple[float, ...]:
        """Return all values that the number takes, in ascending order."""
        if self.steps:
            return self.steps
        count = round((self.high - self.low) / self.step)
        values = tuple(round(self.low + i * self.step, 3) for i in range(count + 1))
        whole = all(value == int(value) for value in values)
        return tuple(int(value) for value in values) if whole else values


@dataclass(frozen=True, slots=True)
class Flag:
    """An attribute that is true or false; `says` is the word for true in titles and queries."""

    name: str
    share: float = 0.5
    says: str = ""
    worth: float = 0.0
    gap: float = 0.2
    when: tuple[str, ...] = ()


Attribute = Choice | Number | Flag


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of product: what it is called, costs (median) and has.

    In `title` and `sentences`, `{name}` is an attribute (underscores for blanks), and a part in square
    brackets goes away where one of its attributes is missing, a sentence where one outside brackets is.
    """

    nouns: tuple[str, ...]
    price: float
    title: str
    attributes: tuple[Attribute, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A department of the shop; its attributes belong to all its kinds."""

    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    attributes: tuple[Attribute, ...]
    sentences: tuple[str, ...]
    coded: bool = False
    """Whether models are called TX-340 rather than Fjord."""

    def attributes_of(self, kind: Kind) -> tuple[Attribute, ...]:
        """Return the attributes of a kind, its own first; they replace those of the category."""
        own = {attribute.name for attribute in kind.attributes}
        return (*kind.attributes, *(a for a in self.attributes if a.name not in own))
