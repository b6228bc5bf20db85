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
    INDEX = "index"
    POSITION = "position"
    WEIGHTED_POSITION = "weighted position"
    SMOOTHED_POSITION = "smoothed position"
    ENDPOINT = "end point"
    MODE = "mode"
    SPREAD = "spread"
    WEIGHTED_SPREAD = "weighted spread"
    SHAPE = "shape"
    SAMPLING_ERROR = "sampling error"
    WEIGHTED_SAMPLING_ERROR = "weighted sampling error"
    CORRELATION = "correlation"
    CONCENTRATION = "concentration"
    COEFFICIENT = "coefficient"
    DENSITY = "density"
    SURVIVAL = "survival"
    UNKNOWN = "unknown"

    @property
    def adds_up(self) -> bool:
        """Whether a total behind the number is the sum of those behind its parts, so that totals give parts away."""
        return self in {
            Kind.LINEAR_AGGREGATION,
            Kind.WEIGHTED_AGGREGATION,
            Kind.WEIGHTED_FREQUENCY,
            Kind.RATIO,
            Kind.INDEX,
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
    RATE = "rate"
    INDEX = "index"
    GEOMETRIC_MEAN = "geometric mean"
    STANDARD_DEVIATION = "standard deviation"
    WEIGHTED_STANDARD_DEVIATION = "weighted standard deviation"
    SKEWNESS = "skewness"
    KURTOSIS = "kurtosis"
    LOWER_95 = "lower 95"
    UPPER_95 = "upper 95"
    WEIGHTED_MEAN_STANDARD_ERROR = "weighted mean standard error"
    WEIGHTED_MEAN_LOWER_95 = "weighted mean lower 95"
    WEIGHTED_MEAN_UPPER_95 = "weighted mean upper 95"
    WEIGHTED_SUM_STANDARD_ERROR = "weighted sum standard error"
    WEIGHTED_SUM_LOWER_95 = "weighted sum lower 95"
    WEIGHTED_SUM_UPPER_95 = "weighted sum upper 95"
    PERCENTILE_5 = "percentile 5"
    PERCENTILE_10 = "percentile 10"
    PERCENTILE_20 = "percentile 20"
    PERCENTILE_25 = "percentile 25"
    MEDIAN = "median"
    PERCENTILE_75 = "percentile 75"
    PERCENTILE_80 = "percentile 80"
    PERCENTILE_90 = "percentile 90"
    PERCENTILE_95 = "percentile 95"
    WEIGHTED_PERCENTILE_5 = "weighted percentile 5"
    WEIGHTED_PERCENTILE_10 = "weighted percentile 10"
    WEIGHTED_PERCENTILE_20 = "weighted percentile 20"
    WEIGHTED_PERCENTILE_25 = "weighted percentile 25"
    WEIGHTED_MEDIAN = "weighted median"
    WEIGHTED_PERCENTILE_75 = "weighted percentile 75"
    WEIGHTED_PERCENTILE_80 = "weighted percentile 80"
    WEIGHTED_PERCENTILE_90 = "weighted percentile 90"
    WEIGHTED_PERCENTILE_95 = "weighted percentile 95"
    SMOOTHED_PERCENTILE_5 = "smoothed percentile 5"
    SMOOTHED_PERCENTILE_10 = "smoothed percentile 10"
    SMOOTHED_PERCENTILE_20 = "smoothed percentile 20"
    SMOOTHED_PERCENTILE_25 = "smoothed percentile 25"
    SMOOTHED_MEDIAN = "smoothed median"
    SMOOTHED_PERCENTILE_75 = "smoothed percentile 75"
    SMOOTHED_PERCENTILE_80 = "smoothed percentile 80"
    SMOOTHED_PERCENTILE_90 = "smoothed percentile 90"
    SMOOTHED_PERCENTILE_95 = "smoothed percentile 95"
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
    DENSITY = "density"
    SURVIVAL = "survival"
    SURVIVAL_LOWER_95 = "survival lower 95"
    SURVIVAL_UPPER_95 = "survival upper 95"
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
        """For a percentile or the median, the share (0–1) of the records or weights below it; otherwise None."""
        *_, before, last = ("", *self.value.split())
        if last == "median":
            return 0.5
        return int(last) / 100 if before == "percentile" else None


_POSITIONS = {"weighted": Kind.WEIGHTED_POSITION, "smoothed": Kind.SMOOTHED_POSITION}
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
    Statistic.RATE: Kind.RATIO,
    Statistic.INDEX: Kind.INDEX,
    Statistic.GEOMETRIC_MEAN: Kind.LINEAR_AGGREGATION,
    Statistic.STANDARD_DEVIATION: Kind.SPREAD,
    Statistic.WEIGHTED_STANDARD_DEVIATION: Kind.WEIGHTED_SPREAD,
    Statistic.SKEWNESS: Kind.SHAPE,
    Statistic.KURTOSIS: Kind.SHAPE,
    Statistic.LOWER_95: Kind.SAMPLING_ERROR,
    Statistic.UPPER_95: Kind.SAMPLING_ERROR,
    Statistic.WEIGHTED_MEAN_STANDARD_ERROR: Kind.WEIGHTED_SAMPLING_ERROR,
    Statistic.WEIGHTED_MEAN_LOWER_95: Kind.WEIGHTED_SAMPLING_ERROR,
    Statistic.WEIGHTED_MEAN_UPPER_95: Kind.WEIGHTED_SAMPLING_ERROR,
    Statistic.WEIGHTED_SUM_STANDARD_ERROR: Kind.WEIGHTED_SAMPLING_ERROR,
    Statistic.WEIGHTED_SUM_LOWER_95: Kind.WEIGHTED_SAMPLING_ERROR,
    Statistic.WEIGHTED_SUM_UPPER_95: Kind.WEIGHTED_SAMPLING_ERROR,
    **{item: _POSITIONS.get(item.value.split()[0], Kind.POSITION) for item in Statistic if item.position is not None},
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
    Statistic.DENSITY: Kind.DENSITY,
    Statistic.SURVIVAL: Kind.SURVIVAL,
    Statistic.SURVIVAL_LOWER_95: Kind.SURVIVAL,
    Statistic.SURVIVAL_UPPER_95: Kind.SURVIVAL,
    Statistic.UNKNOWN: Kind.UNKNOWN,
}
