"""Variables that are levels of each other: a school belongs to a board, a municipality to a COROP area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from output_checks.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """Levels that nest, the finest first; tables may be divided by any of them.

    Parameters
    ----------
    levels
        Names of variables, such as ``("municipality", "corop", "province")``.
    parents
        For each level but the last: the label on the next level that each label belongs to.

    Raises
    ------
    InputError
        A level comes back (a cycle), or a label belongs nowhere (a hole).
    """

    levels: tuple[str, ...]
    parents: tuple[Mapping[str, str], ...]

    def __post_init__(self) -> None:
        if len(self.levels) < 2 or len(self.parents) != len(self.levels) - 1:
            raise InputError(
                f"A hierarchy of {len(self.levels)} levels needs a mapping from each level to the next; found "
                f"{len(self.parents)}.",
                remedy='Hierarchy(levels=("school", "board"), parents=({"school 1": "board A", ...},))',
            )
        again = [level for number, level in enumerate(self.levels) if level in self.levels[:number]]
        if again:
            raise InputError(
                f"The hierarchy has a cycle: {again[0]} is above itself.",
                remedy="name each level once, the finest first",
            )
        for number in range(len(self.parents) - 1):
            missing = set(self.parents[number].values()) - set(self.parents[number + 1])
            if missing:
                raise InputError(
                    f"The hierarchy has a hole: {self._so_many(missing, number + 1)} without a "
                    f"{self.levels[number + 2]}.",
                    remedy=f"give every {self.levels[number + 1]} the {self.levels[number + 2]} it belongs to",
                )

    @classmethod
    def from_columns(cls, levels: Sequence[str], rows: Sequence[Sequence[str]]) -> "Hierarchy":
        """The hierarchy in rows that have one label per level.

        Raises
        ------
        InputError
            A label belongs to two labels of the next level: the levels do not nest.
        """
        parents: list[dict[str, str]] = [{} for _ in levels[1:]]
        for row in rows:
            for number, mapping in enumerate(parents):
                if mapping.setdefault(row[number], row[number + 1]) != row[number + 1]:
                    raise InputError(
                        f"The hierarchy does not nest: a {levels[number]} belongs to more than one "
                        f"{levels[number + 1]}.",
                        remedy="use one year's division, or treat the variables as separate ones",
                    )
        return cls(levels=tuple(levels), parents=tuple(parents))

    def above(self, level: str, label: str) -> list[tuple[str, str]]:
        """What a label belongs to, as (level, label), from the next level up.

        Raises
        ------
        InputError
            The hierarchy does not know the label.
        """
        found = []
        start = self.levels.index(level)
        for number in range(start, len(self.parents)):
            if label not in self.parents[number]:
                raise InputError(
                    f"The hierarchy has a hole: a {self.levels[number]} in a table has no {self.levels[number + 1]}.",
                    remedy=f"give every {self.levels[number]} the {self.levels[number + 1]} it belongs to",
                )
            label = self.parents[number][label]
            found.append((self.levels[number + 1], label))
        return found

    def _so_many(self, labels: set[str], number: int) -> str:
        return f"{len(labels)} label(s) of {self.levels[number]}"
