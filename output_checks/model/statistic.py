"""What a published number is, and which family of disclosure risk that puts it in."""

from enum import StrEnum


class Kind(StrEnum):
    """Families of statistics that share their disclosure risks.

    After the statbarns taxonomy (SACRO guide to statistical output checking, 2023). `UNKNOWN` is ours: a statistic the
    toolkit cannot place is never passed, a person has to look at it.
    """

    FREQUENCY = "frequency"
    LINEAR_AGGREGATION = "linear aggregation"
    POSITION = "position"
    ENDPOINT = "end point"
    SHAPE = "shape"
    COEFFICIENT = "coefficient"
    UNKNOWN = "unknown"


class Statistic(StrEnum):
    """One kind of published number."""

    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"
    STANDARD_DEVIATION = "standard deviation"
    LOWER_95 = "lower 95"
    UPPER_95 = "upper 95"
    MEDIAN = "median"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    COEFFICIENT = "coefficient"
    STANDARD_ERROR = "standard error"
    UNKNOWN = "unknown"

    @property
    def column(self) -> str:
        """Its column heading in a published file: `n` for a count, otherwise the name with underscores."""
        return "n" if self is Statistic.COUNT else self.value.replace(" ", "_")

    @property
    def kind(self) -> Kind:
        return _KIND[self]


_KIND = {
    Statistic.COUNT: Kind.FREQUENCY,
    Statistic.SUM: Kind.LINEAR_AGGREGATION,
    Statistic.MEAN: Kind.LINEAR_AGGREGATION,
    Statistic.STANDARD_DEVIATION: Kind.SHAPE,
    Statistic.LOWER_95: Kind.SHAPE,
    Statistic.UPPER_95: Kind.SHAPE,
    Statistic.MEDIAN: Kind.POSITION,
    Statistic.MINIMUM: Kind.ENDPOINT,
    Statistic.MAXIMUM: Kind.ENDPOINT,
    Statistic.COEFFICIENT: Kind.COEFFICIENT,
    Statistic.STANDARD_ERROR: Kind.COEFFICIENT,
    Statistic.UNKNOWN: Kind.UNKNOWN,
}
