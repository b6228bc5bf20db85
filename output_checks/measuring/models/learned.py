"""What machine learning fitted: which of it is a table, and why the rest may not leave."""

from collections.abc import Mapping
from dataclasses import dataclass

from output_checks.errors import InputError
from output_checks.model.evidence import Tabulation

_LEARNERS = frozenset({"sklearn", "sklearn_extra", "lightgbm", "xgboost", "catboost", "imblearn", "lifelines"})
_TABULATE = "release.table(...) of what it predicts, over groups"
_FEWER = "one tree: DecisionTreeClassifier(min_samples_leaf=...) with as many pupils in a leaf as the policy asks for"
_SURVIVAL = 'release.survival(name, data, duration="terms", event="left")'

_REASONS: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "persons": (
        ("SVC", "SVR", "NuSVC", "NuSVR", "OneClassSVM", "AffinityPropagation", "KMedoids", "IsotonicRegression"),
        "keeps records of persons: its support vectors, exemplars or steps are somebody's own values",
        _TABULATE,
    ),
    "data": (
        (
            *("KNeighborsClassifier", "KNeighborsRegressor", "NearestNeighbors", "RadiusNeighborsClassifier"),
            *("RadiusNeighborsRegressor", "LocalOutlierFactor", "KernelDensity", "KernelRidge"),
            *("GaussianProcessRegressor", "GaussianProcessClassifier", "LabelPropagation", "LabelSpreading"),
        ),
        "holds all records that it was fitted on: it is the data",
        _TABULATE,
    ),
    "forest": (
        (
            *("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor"),
            *("GradientBoostingClassifier", "GradientBoostingRegressor", "HistGradientBoostingClassifier"),
            *("HistGradientBoostingRegressor", "AdaBoostClassifier", "AdaBoostRegressor", "BaggingClassifier"),
            *("BaggingRegressor", "IsolationForest", "RandomTreesEmbedding", "ExtraTreeClassifier"),
            *("ExtraTreeRegressor", "LGBMClassifier", "LGBMRegressor", "XGBClassifier", "XGBRegressor"),
            *("CatBoostClassifier", "CatBoostRegressor"),
        ),
        "is many trees, whose leaves together single out persons: who is behind each is not measured",
        _FEWER,
    ),
    "labels": (
        (
            *("DBSCAN", "HDBSCAN", "OPTICS", "AgglomerativeClustering", "SpectralClustering", "MeanShift", "Birch"),
            *("MiniBatchKMeans", "BisectingKMeans", "GaussianMixture", "BayesianGaussianMixture"),
        ),
        "gives every record a group by itself, in another way than by the mean of its members",
        'data.assign(cluster=labels), and release.table(..., by="cluster", value=...) of it; or KMeans',
    ),
    "linear": (
        ("LinearRegression", "LogisticRegression", "Ridge", "Lasso", "ElasticNet", "SGDClassifier", "CoxPHFitter"),
        "does not keep what it was fitted on, so nobody behind its coefficients can be counted",
        "the same model in statsmodels, whose results release.model takes",
    ),
    "wrapped": (
        (
            "Pipeline",
            "GridSearchCV",
            "RandomizedSearchCV",
            "ColumnTransformer",
            "VotingClassifier",
            "StackingClassifier",
        ),
        "wraps another model",
        "the fitted tree or KMeans inside it, with data as it reached that step",
    ),
    "curve": (
        ("SurvfuncRight", "CumIncidenceRight", "KaplanMeierFitter", "NelsonAalenFitter", "AalenJohansenFitter"),
        "is a curve of single records: who left when is to be counted first",
        _SURVIVAL,
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Learned:
    """A fitted model as tables: what `release.model` registers."""

    tabulations: tuple[Tabulation, ...]
    title: str
    description: Mapping[str, str]
    questions: tuple[str, ...] = ()


def is_learned(fitted: object) -> bool:
    """Whether a package of machine learning or survival curves made it."""
    return type(fitted).__module__.partition(".")[0] in _LEARNERS or type(fitted).__name__ in _REASONS["curve"][0]


def refused(fitted: object) -> InputError:
    """The error for a model that is not measured: what it would give away, and what to do instead."""
    name = type(fitted).__name__
    for names, reason, remedy in _REASONS.values():
        if name in names:
            return InputError(f"A {name} {reason}.", remedy=remedy)
    return InputError(
        f"A {name} is not a model that can be measured yet: does it hold records, or numbers of few?",
        remedy=f"DecisionTreeClassifier, DecisionTreeRegressor or KMeans; or {_TABULATE}",
    )
