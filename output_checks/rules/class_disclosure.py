"""Class disclosure (also called group disclosure): what holds for a whole group holds for each of its members."""

from collections.abc import Mapping, Sequence

from output_checks.model.evidence import FactName, Floats
from output_checks.model.rule import CellRule, Judgement, OfPerturbed
from output_checks.model.statistic import Kind

_ROUNDING = 1e-9


def _whole_group(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (share,) = facts
    fail = share >= limits["class_disclosure_percent"] / 100 - _ROUNDING
    review = share >= limits["class_disclosure_review_percent"] / 100 - _ROUNDING
    return Judgement(fail=fail, review=review & ~fail)


def _alone_in_hiding(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    share, hidden = facts
    whole = share >= limits["class_disclosure_percent"] / 100 - _ROUNDING
    return Judgement.failing(whole & (hidden < 2))


def _all_the_same(facts: Sequence[Floats], limits: Mapping[str, float]) -> Judgement:
    (distinct,) = facts
    return Judgement.failing((distinct > 0) & (distinct < limits["minimum_distinct_values"]))


WHOLE_GROUP = CellRule(
    code="CLS1",
    title="A group is in one category, or nearly",
    aim="When every pupil of a school is in one track, knowing the school is knowing the pupil's track.",
    advice="Merge the categories of the variable in question, or leave the group out of the table.",
    rationale=(
        "Looks along each variable of the table: the cell as a share of the line through it. The whole line fails; a "
        "share from the review limit up needs a person, who knows whether the group can be recognised and whether the "
        "category is sensitive. It covers shares of 0 percent too: where one category is empty in a line of two, the "
        "other is 100 percent. Where counts are perturbed and the table shows more of the line, the whole line needs a "
        "person instead of failing: that the rest is empty is likely and not certain."
    ),
    source="Handbook on Statistical Disclosure Control, 2nd edition, group disclosure; SACRO guide, 2023",
    thresholds=("class_disclosure_percent", "class_disclosure_review_percent"),
    kinds=frozenset({Kind.FREQUENCY}),
    needs=(FactName.SHARE_OF_LINE,),
    per_variable=True,
    of_perturbed=OfPerturbed.REVIEW,
    check=_whole_group,
    message="{cells} holding (nearly) everyone of their group along {variable}",
)

HIDDEN_WHOLE_GROUP = CellRule(
    code="CLS3",
    title="A group is in the one category that is hidden",
    aim="Where all other categories of a group are published as zero, everyone is in the hidden one.",
    advice="Hide a zero beside it, merge categories, or leave the group out of the table.",
    rationale=(
        "A hidden cell that holds the whole of its line stays unknown only if another cell of the line is hidden too: "
        "then it may be that one."
    ),
    source=WHOLE_GROUP.source,
    thresholds=("class_disclosure_percent",),
    kinds=frozenset({Kind.FREQUENCY}),
    needs=(FactName.SHARE_OF_LINE, FactName.HIDDEN_IN_LINE),
    per_variable=True,
    judges_hidden=True,
    check=_alone_in_hiding,
    message="{cells} hidden beside zeros, so that everyone of the group along {variable} must be in it",
)

ALL_THE_SAME = CellRule(
    code="CLS2",
    title="Everyone has the same value",
    aim="A mean of equal values is everyone's value.",
    advice="Merge the cell with others, or ask for the table with suppress=True.",
    rationale=(
        "Counts distinct values behind the cell, whatever their number of contributors: of a ratio the distinct "
        "ratios, of a correlation those of the variable that has fewer."
    ),
    source="SACRO guide to statistical output checking, 2023, class disclosure",
    thresholds=("minimum_distinct_values",),
    kinds=frozenset(
        {
            Kind.LINEAR_AGGREGATION,
            Kind.WEIGHTED_AGGREGATION,
            Kind.RATIO,
            Kind.INDEX,
            Kind.SPREAD,
            Kind.WEIGHTED_SPREAD,
            Kind.SHAPE,
            Kind.SAMPLING_ERROR,
            Kind.WEIGHTED_SAMPLING_ERROR,
            Kind.POSITION,
            Kind.WEIGHTED_POSITION,
            Kind.SMOOTHED_POSITION,
            Kind.ENDPOINT,
            Kind.MODE,
            Kind.CORRELATION,
            Kind.CONCENTRATION,
            Kind.DENSITY,
        }
    ),
    needs=(FactName.DISTINCT_VALUES,),
    check=_all_the_same,
    message="{cells} in which everyone has the same value",
)

NEARLY_ALL_AT_MODE = CellRule(
    code="CLS4",
    title="The most common value is (nearly) everyone's",
    aim="A mode that everyone has is everyone's value.",
    advice="Merge the cell with others, or leave the mode out.",
    rationale="The share of the cell's records with that value; one from the review limit up needs a person.",
    source=WHOLE_GROUP.source,
    thresholds=("class_disclosure_percent", "class_disclosure_review_percent"),
    kinds=frozenset({Kind.MODE}),
    needs=(FactName.SHARE_OF_MODE,),
    check=_whole_group,
    message="{cells} with a mode that (nearly) everyone has",
)

RULES = (WHOLE_GROUP, HIDDEN_WHOLE_GROUP, ALL_THE_SAME, NEARLY_ALL_AT_MODE)
