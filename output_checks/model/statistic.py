"""What a published number is, and which family of disclosure risk that puts it in."""

from enum import StrEnum


class Kind(StrEnum):
    """Families of statistics that share their disclosure risks.

    After the statbarns taxonomy (SACRO guide to statistical output checking, 2023). `UNKNOWN` is ours: a statistic the
    toolkit cannot place is never passed, a person has to look at it.
    """

    FREQUENCY = "frequency"
    PERCENTAGE = "percentage"
    CUMULATIVE = "cumulative frequency"
    WEIGHTED_FREQUENCY = "weighted frequency"
    LINEAR_AGGREGATION = "linear aggregation"
    WEIGHTED_AGGREGATION = "weighted aggregation"
    RATIO = "ratio"
    POSITION = "position"
    ENDPOINT = "end point"
    MODE = "mode"
    SHAPE = "shape"
    CORRELATION = "correlation"
    CONCENTRATION = "concentration"
    COEFFICIENT = "coefficient"
    UNKNOWN = "unknown"

    @property
    def adds_up(self) -> bool:
        """Whether a total behind the number is the sum of those behind its parts, so that totals give parts away."""
        return self in {
            Kind.LINEAR_AGGREGATION,
            Kind.WEIGHTED_AGGREGATION,
            Kind.WEIGHTED_FREQUENCY,
            Kind.RATIO,
        }


class Statistic(StrEnum):
    """One kind of published number."""

    COUNT = "count"
    PERCENT_OF_ROW = "percent of row"
    PERCENT_OF_COLUMN = "percent of column"
    PERCENT_OF_TOTAL = "percent of total"
    CUMULATIVE_COUNT = "cumulative count"
    CUMULATIVE_PERCENT = "cumulative percent"
    WEIGHTED_COUNT = "weighted count"
    SUM = "sum"
    MEAN = "mean"
    SHARE = "share"
    PERCENTAGE = "percentage"
    WEIGHTED_SUM = "weighted sum"
    WEIGHTED_MEAN = "weighted mean"
    RATIO = "ratio"
    STANDARD_DEVIATION = "standard deviation"
    SKEWNESS = "skewness"
    KURTOSIS = "kurtosis"
    LOWER_95 = "lower 95"
    UPPER_95 = "upper 95"
    PERCENTILE_5 = "percentile 5"
    PERCENTILE_10 = "percentile 10"
    PERCENTILE_20 = "percentile 20"
    PERCENTILE_25 = "percentile 25"
    MEDIAN = "median"
    PERCENTILE_75 = "percentile 75"
    PERCENTILE_80 = "percentile 80"
    PERCENTILE_90 = "percentile 90"
    PERCENTILE_95 = "percentile 95"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    RANGE = "range"
    LOWER_WHISKER = "lower whisker"
    UPPER_WHISKER = "upper whisker"
    MODE = "mode"
    CORRELATION = "correlation"
    GINI = "gini"
    HERFINDAHL = "herfindahl"
    CONCENTRATION_RATIO = "concentration ratio"
    TOP_DECILE_SHARE = "top decile share"
    COEFFICIENT = "coefficient"
    STANDARD_ERROR = "standard error"
    TEST_STATISTIC = "test statistic"
    P_VALUE = "p value"
    UNKNOWN = "unknown"

    @property
    def column(self) -> str:
        """Its column heading in a published file: `n` for a count, otherwise the name with underscores."""
        return "n" if self is Statistic.COUNT else self.value.replace(" ", "_")

    @property
    def kind(self) -> Kind:
        return _KIND[self]

    @property
    def position(self) -> float | None:
        """For a percentile or the median, the share (0–1) of the records below it; otherwise None."""
        if self is Statistic.MEDIAN:
            return 0.5
        return int(self.value.split()[1]) / 100 if self.value.startswith("percentile ") else None


_KIND = {
    Statistic.COUNT: Kind.FREQUENCY,
    Statistic.PERCENT_OF_ROW: Kind.PERCENTAGE,
    Statistic.PERCENT_OF_COLUMN: Kind.PERCENTAGE,
    Statistic.PERCENT_OF_TOTAL: Kind.PERCENTAGE,
    Statistic.CUMULATIVE_COUNT: Kind.CUMULATIVE,
    Statistic.CUMULATIVE_PERCENT: Kind.CUMULATIVE,
    Statistic.WEIGHTED_COUNT: Kind.WEIGHTED_FREQUENCY,
    Statistic.SUM: Kind.LINEAR_AGGREGATION,
    Statistic.MEAN: Kind.LINEAR_AGGREGATION,
    Statistic.SHARE: Kind.LINEAR_AGGREGATION,
    Statistic.PERCENTAGE: Kind.LINEAR_AGGREGATION,
    Statistic.WEIGHTED_SUM: Kind.WEIGHTED_AGGREGATION,
    Statistic.WEIGHTED_MEAN: Kind.WEIGHTED_AGGREGATION,
    Statistic.RATIO: Kind.RATIO,
    Statistic.STANDARD_DEVIATION: Kind.SHAPE,
    Statistic.SKEWNESS: Kind.SHAPE,
    Statistic.KURTOSIS: Kind.SHAPE,
    Statistic.LOWER_95: Kind.SHAPE,
    Statistic.UPPER_95: Kind.SHAPE,
    Statistic.MEDIAN: Kind.POSITION,
    **{item: Kind.POSITION for item in Statistic if item.value.startswith("percentile ")},
    Statistic.MINIMUM: Kind.ENDPOINT,
    Statistic.MAXIMUM: Kind.ENDPOINT,
    Statistic.RANGE: Kind.ENDPOINT,
    Statistic.LOWER_WHISKER: Kind.ENDPOINT,
    Statistic.UPPER_WHISKER: Kind.ENDPOINT,
    Statistic.MODE: Kind.MODE,
    Statistic.CORRELATION: Kind.CORRELATION,
    Statistic.GINI: Kind.CONCENTRATION,
    Statistic.HERFINDAHL: Kind.CONCENTRATION,
    Statistic.CONCENTRATION_RATIO: Kind.CONCENTRATION,
    Statistic.TOP_DECILE_SHARE: Kind.CONCENTRATION,
    Statistic.COEFFICIENT: Kind.COEFFICIENT,
    Statistic.STANDARD_ERROR: Kind.COEFFICIENT,
    Statistic.TEST_STATISTIC: Kind.COEFFICIENT,
    Statistic.P_VALUE: Kind.COEFFICIENT,
    Statistic.UNKNOWN: Kind.UNKNOWN,
}
