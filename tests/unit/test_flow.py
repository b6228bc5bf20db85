"""The flow shows rounded numbers and keeps no others; as an output it is a table that hides small losses."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from nco_research import Cohort, Flow, Step
from nco_research.cohort import Rounded
from output_checks import Release
from output_checks.errors import InputError
from tests.cohort_factories import PUPILS, Register, numbered


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (1, "fewer than 10"), (9, "fewer than 10"), (10, "10"), (14, "10"), (15, "20"), (2287, "2,290")],
)
def test_numbers_are_shown_to_the_nearest_ten_and_small_ones_not_at_all(number, shown):
    assert str(Rounded.of(number)) == shown
    assert bool(Rounded.of(number)) is (number > 0)


def selected(*lost, n=1200, labels=None, schools=40):
    """A cohort that starts with `n` pupils in `schools` schools and loses that many at each step."""
    ends = np.cumsum(lost)
    pupils = numbered(n, place=range(n), school=[f"s{number % schools:02d}" for number in range(n)])
    made = Cohort.starting("enrolled in grade 8", pupils, key="pupil", school="school")
    for number, end in enumerate(ends):
        made = made.where(labels[number] if labels else f"condition {'abcdef'[number]}", f"place >= {end}")
    return made


def everything_in(flow):
    return [
        value
        for step in flow.steps
        for field in dataclasses.fields(step)
        for value in [getattr(step, field.name)]
        if isinstance(value, Rounded | int)
    ]


def test_the_real_numbers_are_nowhere_in_the_flow():
    flow = selected(123, 7).flow
    assert all(isinstance(value, Rounded) and value.tens % 10 == 0 for value in everything_in(flow))
    shown = str(flow) + repr(flow) + flow._repr_html_() + repr(flow.steps)
    for real in ("123", "1077", "1,077", "1070", "1,070"):
        assert (real in shown) is (real in {"1070", "1,070"})
    assert "fewer than 10 lost" in str(flow)


def test_the_flow_draws_itself_and_escapes_labels():
    html = Cohort.starting("<b>all</b>", PUPILS, key="pupil").flow._repr_html_()
    assert "&lt;b&gt;all" in html
    assert "<b>" not in html


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts if text.get_text()]


def test_the_figure_has_a_box_per_step_and_the_lost_at_the_side():
    figure = selected(400, 7).flow.figure()
    assert isinstance(figure, Figure)
    assert texts(figure) == [
        "enrolled in grade 8\n1,200 pupils in 40 schools",
        "400 lost",
        "condition a\n800 pupils in 40 schools",
        "fewer than 10 lost",
        "condition b\n790 pupils in 40 schools",
    ]
    assert texts(Flow(steps=(Step(label="all", kept=Rounded.of(120)),)).figure()) == ["all\n120 pupils"]


def test_boxes_do_not_overlap_however_much_they_say():
    long = "pupils of whom something is known that takes many words to say, more than fit on one line of a box"
    steps = [
        Step(label=f"{long} {'abcdef'[n]}", kept=Rounded.of(900), lost=Rounded.of(99), notes=(long,)) for n in range(5)
    ]
    figure = Flow(steps=tuple(steps)).figure()
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn = [text for text in figure.axes[0].texts if text.get_text()]
    boxes = [(text.get_bbox_patch() or text).get_window_extent(canvas.get_renderer()) for text in drawn]
    outer = figure.bbox
    for place, box in enumerate(boxes):
        assert outer.x0 <= box.x0 < box.x1 <= outer.x1
        assert not any(box.overlaps(other) for other in boxes[place + 1 :])


def without_objectors():
    pupils = numbered(
        400, school=[f"s{number % 40}" for number in range(400)], kept=[number < 250 for number in range(400)]
    )
    registers = [
        Register(pupils[["pupil"]].assign(score=1.0), component=name, objections=count)
        for name, count in (("TESTS", 183), ("PERSONS", 4), ("NOBODY", 0))
    ]
    start = Cohort.starting("enrolled", Register(pupils, component="TESTS", objections=178), key="pupil")
    for number, register in enumerate(registers):
        start = start.link(f"link {'abc'[number]}", register, on="pupil", columns={f"score_{number}": "score"})
    return start.where("kept", "kept")


def test_who_objected_is_said_once_per_register_at_the_foot_and_never_beside_a_step():
    flow = without_objectors().flow
    foot = "Who objected is not in the registers: 180 persons of TESTS, fewer than 10 persons of PERSONS"
    assert str(flow).splitlines()[-1] == foot
    assert [step.remark for step in flow.steps] == ["", "", "", "", "150 lost"]
    assert flow._repr_html_().count(foot) == 1
    assert texts(flow.figure())[-1] == foot
    assert selected(400).flow.foot == ""
    assert "objected" not in str(selected(400).flow) + selected(400).flow._repr_html_()


def test_the_output_says_that_objectors_are_not_in_it_and_not_how_many(release, tmp_path):
    table = without_objectors().register_flow(release)
    assert counts(table)["Total"] == 400
    assert list(release.summary()["verdict"]) == ["pass", "pass"]
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.json"))
    assert "Who objected is not in the registers" in written
    assert not re.search(r"\b18[03]\b", written)


@pytest.fixture
def release(tmp_path):
    return Release("study", folder=tmp_path / "release", units={"pupil": "pupil", "school": "school"})


def counts(table):
    return dict(zip(table.frame["lost_at"].astype(str), table.frame["n"], strict=True))


def test_a_flow_with_large_losses_passes_with_its_figure(release):
    table = selected(300, 200).register_flow(release)
    assert counts(table) == {"condition a": 300, "condition b": 200, "in the cohort": 700, "Total": 1200}
    assert list(release.summary()["output"]) == ["flow", "flow_figure"]
    assert list(release.summary()["verdict"]) == ["pass", "pass"]


def test_a_small_loss_is_hidden_and_one_more_so_that_nobody_can_work_it_out(release):
    table = selected(300, 3, 200).register_flow(release, name="selection")
    shown = counts(table)
    assert np.isnan(shown["condition b"])
    assert sum(np.isnan(value) for value in shown.values()) == 2
    assert list(release.summary()["verdict"]) == ["pass", "pass"]


def test_the_figure_says_hidden_where_the_table_does_and_no_other_number(release):
    cohort = selected(300, 3, 200)
    table = cohort.register_flow(release)
    from nco_research.cohort.releasing import flow_figure

    drawn = texts(flow_figure(table.frame, ["condition a", "condition b", "condition c"], "enrolled in grade 8"))
    assert sum("hidden" in text for text in drawn) == 2
    numbers = {float(found.replace(",", "")) for text in drawn for found in re.findall(r"\d[\d,]*", text)}
    assert numbers <= {value for value in counts(table).values() if not np.isnan(value)}
    assert "3" not in {found for text in drawn for found in re.findall(r"\d+", text)}


def test_the_table_is_in_the_order_of_the_steps(release):
    labels = ["z first", "m second in 2014", "a third"]
    table = selected(100, 200, 300, labels=labels).register_flow(release)
    assert list(counts(table)) == [*labels, "in the cohort", "Total"]
    assert list(release.summary()["verdict"]) == ["pass", "pass"]


def test_steps_of_one_name_and_steps_that_lose_nobody(release):
    cohort = selected(100, 0, 300, labels=["again", "nothing", "again"]).with_columns(x="1")
    table = cohort.where("in the cohort", f"place >= {600}").register_flow(release)
    assert counts(table) == {
        "again": 100,
        "again (2)": 300,
        "in the cohort (2)": 200,
        "in the cohort": 600,
        "Total": 1200,
    }
    assert release.check().of("flow_figure").outcome.value == "pass"


def test_without_a_figure_there_is_only_the_table(release):
    selected(300).register_flow(release, figure=False)
    assert list(release.summary()["output"]) == ["flow"]


def test_the_units_of_the_release_must_be_known_of_the_starting_pupils(tmp_path):
    release = Release("study", folder=tmp_path, units={"pupil": "pupil", "school": "WPOBRIN_crypt"})
    schools = pd.DataFrame({"school": ["s00"], "WPOBRIN_crypt": ["x"]})
    later = selected(300).link("school", schools, on="school", required=False)
    with pytest.raises(InputError, match="counts units by 'WPOBRIN_crypt', which is no column of the starting pupils"):
        later.register_flow(release)


def test_of_two_flows_that_differ_by_a_few_pupils_the_second_hides_what_would_tell_of_these(release):
    first = selected(300, 200).register_flow(release)
    other = selected(300, 203).register_flow(release, name="other")
    shown, beside = counts(first), counts(other)
    both = [step for step in shown if shown[step] == shown[step] and beside[step] == beside[step]]
    assert all(shown[step] == beside[step] for step in both)
    assert len(both) < len(shown)
