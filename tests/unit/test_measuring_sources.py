"""Microdata in polars, pyarrow or DuckDB: the same evidence as in pandas, from the columns that are needed."""

import numpy as np
import pandas as pd
import pytest

from output_checks.errors import InputError
from output_checks.measuring.bins import edge_questions
from output_checks.measuring.sources import Source
from output_checks.measuring.table import tabulate
from output_checks.model.finding import Outcome
from output_checks.model.statistic import Statistic
from output_checks.release import Release
from tests.factories import UNITS, pupils


def polars_frame(data):
    return pytest.importorskip("polars").from_pandas(data)


def polars_lazy(data):
    return polars_frame(data).lazy()


def arrow(data):
    return pytest.importorskip("pyarrow").Table.from_pandas(data, preserve_index=False)


CONNECTIONS = []
"""Kept open: older versions of DuckDB close a connection that nothing but its relations refers to."""


def duckdb(data):
    connection = pytest.importorskip("duckdb").connect()
    CONNECTIONS.append(connection)
    connection.register("pupils", data)
    return connection.sql("SELECT * FROM pupils")


def test_a_source_that_cannot_be_read_is_an_error_without_its_details():
    relation = duckdb(pupils(30).assign(secret="p00017")).project("*, CAST(secret AS INTEGER) AS number")
    with pytest.raises(InputError, match="could not be read") as caught:
        tabulate(relation, by=["number"], statistics=[Statistic.COUNT], units=UNITS)
    assert "p00017" not in str(caught.value)


@pytest.fixture(params=[polars_frame, polars_lazy, arrow, duckdb], ids=lambda make: make.__name__)
def made(request):
    return request.param


def same(tables, others):
    for one, other in zip(tables, others, strict=True):
        assert (one.statistic, one.cells, one.data) == (other.statistic, other.cells, other.data)
        np.testing.assert_allclose(one.values, other.values)
        np.testing.assert_array_equal(one.sketch, other.sketch)
        for fact, again in zip(one.facts, other.facts, strict=True):
            assert (fact.name, fact.of) == (again.name, again.of)
            np.testing.assert_allclose(fact.values, again.values, err_msg=str(fact.name))


def test_the_evidence_is_the_same_wherever_the_records_are(made):
    data = pupils(300).assign(grade=lambda d: d.index % 4)
    data.loc[:20, "score"] = None
    data.loc[30:40, "track"] = None
    statistics = [Statistic.MEAN, Statistic.MEDIAN, Statistic.SKEWNESS]
    arguments = {"by": ["track", "grade"], "value": "score", "statistics": statistics, "units": UNITS, "margins": True}
    same(tabulate(data, **arguments), tabulate(made(data), **arguments))


def test_a_column_that_is_not_needed_is_not_read():
    class Frame:
        """As polars, but that it tells which columns are asked for."""

        columns = ("pupil", "school", "track", "diary")

        def select(self, names):
            self.asked = names
            return self

        def to_pandas(self):
            return pupils(30)[self.asked]

    frame = Frame()
    Frame.__module__, Frame.__name__ = "polars.dataframe", "DataFrame"
    tabulate(frame, by=["track"], statistics=[Statistic.COUNT], units=UNITS)
    assert sorted(frame.asked) == ["pupil", "school", "track"]


def test_a_release_takes_them_and_judges_as_ever(made, tmp_path):
    release = Release("s", folder=tmp_path, units={"pupil": "pupil", "school": "school"})
    assert release.table("counts", made(pupils(1000)), by=["sex", "track"]).outcome is Outcome.PASS
    data = pupils(1000)
    data.loc[:2, "track"] = "pro"
    assert release.table("few", made(data), by=["sex", "track"]).outcome is Outcome.FAIL


def test_bins_that_end_at_the_highest_value_are_asked_about_wherever_they_are(made):
    data = pupils(500)
    data["bin"] = pd.cut(data["score"], np.linspace(data["score"].min(), data["score"].max(), 4)).astype(str)
    questions = edge_questions(data, by=["bin"], units=UNITS, minimum=10)
    assert questions == edge_questions(made(data), by=["bin"], units=UNITS, minimum=10)
    assert any("highest score" in question for question in questions)


def test_an_absent_column_is_said_alike(made):
    with pytest.raises(InputError, match="no column 'trakc'"):
        tabulate(made(pupils(30)), by=["trakc"], statistics=[Statistic.COUNT], units=UNITS)


@pytest.mark.parametrize("data", [[1, 2], {"pupil": ["p1"]}, np.zeros((3, 3)), "pupils.csv", None])
def test_what_is_no_table_of_records_is_an_error(data):
    with pytest.raises(InputError, match="table of records"):
        Source.of(data)
