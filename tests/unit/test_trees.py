"""Trees and clusters: leaves and centroids are cells with units behind them; splits may be somebody's value."""

import numpy as np
import pandas as pd
import pytest

from output_checks import Release
from output_checks.errors import InputError
from output_checks.model.evidence import FactName
from output_checks.model.finding import Outcome

tree = pytest.importorskip("sklearn.tree")
cluster = pytest.importorskip("sklearn.cluster")
COLUMNS = ["score", "hours", "girl"]


def pupils(n: int = 900, *, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    score = rng.integers(1, 11, n)
    return pd.DataFrame(
        {
            "pupil": [f"p{number:05d}" for number in rng.permutation(n)],
            "school": [f"s{number % 15:03d}" for number in range(n)],
            "score": score,
            "hours": rng.integers(0, 5, n),
            "girl": rng.integers(0, 2, n),
            "track": np.where(score + rng.normal(0, 6, n) > 5, "vwo", "vmbo"),
            "later": score + rng.normal(0, 2, n).round(1),
        },
        index=rng.permutation(n),
    )


@pytest.fixture
def release(tmp_path):
    return Release("trees", folder=tmp_path / "draft", units={"pupil": "pupil", "school": "school"})


def classifier(data, **how):
    return tree.DecisionTreeClassifier(random_state=0, **how).fit(data[COLUMNS], data["track"])


def regressor(data, **how):
    return tree.DecisionTreeRegressor(random_state=0, **how).fit(data[COLUMNS], data["later"])


def test_a_leaf_of_a_classifier_is_a_row_of_classes_with_the_pupils_behind_them(release):
    data = pupils()
    fitted = classifier(data, max_depth=2, min_samples_leaf=100)
    found = release.model("tree", fitted, data=data, outcome="track")
    assert found.outcome is Outcome.PASS
    leaves = fitted.apply(data[COLUMNS])
    counts = pd.crosstab(leaves, data["track"].to_numpy())
    assert sorted(found.frame["n"]) == sorted(counts.to_numpy().ravel())
    (count, _) = found.output.tabulations
    schools = data.groupby([pd.Series(leaves, index=data.index), "track"])["school"].nunique()
    assert sorted(count.fact(FactName.CONTRIBUTORS, "school").values) == sorted(schools)


def test_the_splits_that_lead_to_a_leaf_hold_for_its_pupils(release):
    data = pupils()
    found = release.model("tree", regressor(data, max_depth=3, min_samples_leaf=60), data=data, outcome="later")
    for row in found.frame.itertuples():
        rule = row.leaf.split(": ")[1].replace("&", "and")
        assert len(data.query(rule)) == row.n
        assert data.query(rule)["later"].mean() == pytest.approx(row.mean, abs=1e-4)


@pytest.mark.parametrize(("n_few", "outcome"), [(9, Outcome.FAIL), (10, Outcome.PASS)])
def test_a_leaf_of_few_fails(release, n_few, outcome):
    data = pupils(95).assign(girl=0)
    data.iloc[:n_few, data.columns.get_loc("girl")] = 1
    data.iloc[:n_few, data.columns.get_loc("later")] += 40 + np.arange(n_few)
    fitted = tree.DecisionTreeRegressor(max_depth=1).fit(data[["girl"]], data["later"])
    assert release.model("tree", fitted, data=data, outcome="later").outcome is outcome


def test_a_pure_leaf_tells_the_class_of_all_in_it(release):
    data = pupils().assign(track=lambda d: np.where(d["score"] > 5, "vwo", d["track"]))
    found = release.model("tree", classifier(data, max_depth=1), data=data, outcome="track")
    assert "CLS1" in {item.rule for item in found.report.reasons}


def test_a_split_between_the_values_of_two_persons_is_asked_about(release):
    data = pupils().assign(score=lambda d: d["score"] + np.linspace(0, 0.9, len(d)))
    fitted = regressor(data, max_depth=1)
    found = release.model("tree", fitted, data=data, outcome="later")
    assert found.outcome is Outcome.REVIEW
    assert "splits lie between two values that few pupils have" in found.output.questions[0]
    assert release.model("round", fitted, data=data, outcome="later", decimals=0).outcome is Outcome.PASS
    whole = pupils()
    assert (
        release.model("whole", regressor(whole, max_depth=1), data=whole, outcome="later").outcome is not Outcome.FAIL
    )
    assert not release.model("whole", regressor(whole, max_depth=1), data=whole, outcome="later").output.questions


def test_a_split_between_two_schools_is_asked_about(release):
    data = pupils().assign(score=lambda d: d["school"].str[1:].astype(float) * 1.1)
    data["later"] = data["later"] + data["score"]
    found = release.model("tree", regressor(data, max_depth=1), data=data, outcome="later")
    assert any("few schools" in question for question in found.output.questions)


def test_a_tree_by_absolute_errors_has_medians(release):
    data = pupils()
    fitted = regressor(data, max_depth=1, criterion="absolute_error")
    found = release.model("tree", fitted, data=data, outcome="later")
    medians = data.groupby(fitted.apply(data[COLUMNS]))["later"].median()
    assert sorted(found.frame["median"]) == pytest.approx(sorted(medians))


def test_two_trees_that_differ_by_one_pupil_are_not_both_published(release):
    data = pupils()
    fitted = regressor(data, max_depth=1)
    assert release.model("one", fitted, data=data, outcome="later").outcome is Outcome.PASS
    less = data.drop(data.index[5])
    again = regressor(less, max_depth=1)
    assert release.model("two", again, data=less, outcome="later").outcome is Outcome.FAIL


def test_a_tree_of_other_data_or_another_outcome_is_an_error(release):
    data = pupils()
    fitted = regressor(data.iloc[:500], max_depth=2)
    with pytest.raises(InputError, match="not what the DecisionTreeRegressor was fitted on"):
        release.model("tree", fitted, data=data, outcome="later")
    with pytest.raises(InputError, match="not what"):
        release.model("tree", regressor(data, max_depth=2), data=data, outcome="hours")
    with pytest.raises(InputError, match="not what"):
        release.model("tree", classifier(data, max_depth=2), data=data.assign(track="havo"), outcome="track")
    swapped = data.assign(track=data["track"].map({"vwo": "vmbo", "vmbo": "vwo"}))
    with pytest.raises(InputError, match="not what"):
        release.model("tree", classifier(data, max_depth=2), data=swapped, outcome="track")


def test_a_weighted_tree_is_the_table_of_its_pupils_all_the_same(release):
    data = pupils()
    fitted = classifier(data, max_depth=1, class_weight="balanced")
    found = release.model("tree", fitted, data=data, outcome="track")
    assert found.frame["n"].sum() == len(data)
    assert found.outcome is not Outcome.FAIL


@pytest.mark.parametrize(
    ("change", "how", "words"),
    [
        ({}, {}, "what it explains"),
        ({}, {"outcome": "absent"}, "no column"),
        ({"score": np.nan}, {"outcome": "track"}, "missing"),
        ({"leaf": 1}, {"outcome": "track"}, "leaf"),
    ],
)
def test_what_makes_no_table_of_leaves_is_a_clear_error(release, change, how, words):
    data = pupils()
    with pytest.raises(InputError, match=words):
        release.model("tree", classifier(data, max_depth=1), data=data.assign(**change), **how)


def test_a_tree_without_a_split_and_a_single_cluster_say_nothing(release):
    data = pupils()
    with pytest.raises(InputError, match="no split"):
        release.model("tree", regressor(data, max_depth=1, min_samples_leaf=600), data=data, outcome="later")
    with pytest.raises(InputError, match="everyone"):
        release.model("groups", cluster.KMeans(1, n_init=1).fit(data[COLUMNS]), data=data)


def test_a_model_of_arrays_or_keys_or_that_is_not_fitted_is_a_clear_error(release):
    data = pupils()
    unnamed = tree.DecisionTreeRegressor(max_depth=1).fit(data[COLUMNS].to_numpy(), data["later"])
    with pytest.raises(InputError, match="names of its columns"):
        release.model("tree", unnamed, data=data, outcome="later")
    with pytest.raises(InputError, match="names of its columns"):
        release.model("tree", tree.DecisionTreeRegressor(), data=data, outcome="later")
    numbered = data.assign(school=data["school"].str[1:].astype(int))
    by_key = tree.DecisionTreeRegressor(max_depth=1).fit(numbered[["school"]], numbered["later"])
    with pytest.raises(InputError, match="is a key"):
        release.model("tree", by_key, data=numbered, outcome="later")


def test_a_centroid_is_the_mean_of_its_members_and_judged_as_one(release):
    data = pupils()
    fitted = cluster.KMeans(3, n_init=1, random_state=1).fit(data[COLUMNS])
    found = release.model("groups", fitted, data=data)
    assert found.outcome is Outcome.PASS
    assert list(found.frame["n"]) == np.bincount(fitted.labels_).tolist()
    for position, name in enumerate(COLUMNS):
        assert found.frame[f"mean_{name}"].to_numpy() == pytest.approx(fitted.cluster_centers_[:, position], abs=1e-3)


@pytest.mark.parametrize(("n_few", "outcome"), [(9, Outcome.FAIL), (10, Outcome.PASS)])
def test_a_cluster_of_few_fails(release, n_few, outcome):
    data = pupils(95)
    data.iloc[:n_few, data.columns.get_loc("hours")] = 200 + np.arange(n_few) % 3
    fitted = cluster.KMeans(2, n_init=1, random_state=1).fit(data[["score", "hours"]])
    assert release.model("groups", fitted, data=data).outcome is outcome


def test_clusters_of_other_data_or_with_an_outcome_are_errors(release):
    data = pupils()
    fitted = cluster.KMeans(3, n_init=1, random_state=1).fit(data[COLUMNS])
    with pytest.raises(InputError, match="not what"):
        release.model("groups", fitted, data=data.iloc[1:])
    with pytest.raises(InputError, match="outcome"):
        release.model("groups", fitted, data=data, outcome="track")


@pytest.mark.parametrize(
    ("module", "name", "words"),
    [
        ("sklearn.ensemble", "RandomForestClassifier", "many trees"),
        ("sklearn.ensemble", "GradientBoostingRegressor", "many trees"),
        ("sklearn.svm", "SVC", "somebody's own values"),
        ("sklearn.neighbors", "KNeighborsClassifier", "it is the data"),
        ("sklearn.gaussian_process", "GaussianProcessRegressor", "it is the data"),
        ("sklearn.cluster", "AffinityPropagation", "somebody's own values"),
        ("sklearn.cluster", "DBSCAN", "gives every record a group"),
        ("sklearn.linear_model", "LinearRegression", "nobody behind"),
        ("sklearn.pipeline", "Pipeline", "wraps"),
        ("sklearn.neural_network", "MLPClassifier", "hold records"),
        ("sklearn.tree", "ExtraTreeRegressor", "many trees"),
    ],
)
def test_what_is_not_known_is_refused_with_what_it_would_tell(release, module, name, words):
    made = getattr(pytest.importorskip(module), name)
    fitted = made(steps=[]) if name == "Pipeline" else made()
    with pytest.raises(InputError, match=words):
        release.model("model", fitted, data=pupils())


def test_a_class_of_ones_own_is_not_taken_for_a_tree_of_scikit_learn(release):
    class DecisionTreeClassifier(tree.DecisionTreeClassifier):
        pass

    data = pupils()
    with pytest.raises(InputError, match="not a model that can be measured"):
        release.model("tree", DecisionTreeClassifier(max_depth=1).fit(data[COLUMNS], data["track"]), data=data)


def test_survival_functions_of_statsmodels_lead_to_survival_tables(release):
    survfunc = pytest.importorskip("statsmodels.duration.survfunc")
    data = pupils()
    with pytest.raises(InputError, match=r"release\.survival"):
        release.model("curve", survfunc.SurvfuncRight(data["score"], data["girl"]), data=data)


def test_a_hazard_model_of_statsmodels_is_still_read(release):
    hazard = pytest.importorskip("statsmodels.duration.hazard_regression")
    data = pupils()
    happened = np.arange(len(data)) % 3 > 0
    fitted = hazard.PHReg(data["score"], data[["hours", "girl"]], status=happened).fit()
    assert list(release.model("hazards", fitted, data=data).frame["term"]) == ["hours", "girl"]
    with pytest.raises(InputError, match="leave `outcome` out"):
        release.model("hazards", fitted, data=data, outcome="track")
