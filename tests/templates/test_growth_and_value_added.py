"""The template runs on any file with a pupil, a school and two scores, and registers what it says."""

import numpy as np
import pandas as pd
import pytest

from nco_research import cli
from nco_research.templating import run_template
from output_checks import Release
from output_checks.errors import InputError

REQUIRED = {"pupil": "leerling nr", "school": "school", "before": "score_2023", "after": "score_2024"}


def write(path, *, n=900, schools=30, **options):
    rng = np.random.default_rng(5)
    school = np.arange(n) % schools
    before = rng.normal(100, 15, n).round(1)
    frame = pd.DataFrame(
        {
            "leerling nr": [f"{i:05d}" for i in range(n)],
            "school": [f"s{i:02d}" for i in school],
            "score_2023": before,
            "score_2024": (before + 8 + rng.normal(0, 3, schools)[school] + rng.normal(0, 8, n)).round(1),
            "sexe é": rng.choice(["garçon", "meisje"], n),
            "Leerweg (advies)": rng.choice(["vmbo", "havo", "vwo"], n),
            "rare": ["yes" if 10 <= i < 14 else "no" for i in range(n)],
            "early": ["yes" if i < 10 else "no" for i in range(n)],
        }
    )
    frame.loc[:9, "score_2024"] = np.nan
    frame.to_csv(path, index=False, **options)
    return path


@pytest.mark.end_to_end
def test_every_output_is_registered_with_a_verdict(tmp_path):
    data = write(tmp_path / "leerlingen é.csv", sep=";", decimal=",", encoding="cp1252")
    folder = tmp_path / "stúdy one"
    given = {**REQUIRED, "data": str(data), "groups": "sexe é,Leerweg (advies),rare,early", "covariates": "sexe é"}
    study = run_template("growth_and_value_added", given, folder=folder)
    release = Release(
        "growth-and-value-added", folder=study.release, units={"pupil": "leerling nr", "school": "school"}
    )
    summary = release.summary().set_index("output")["verdict"]
    assert set(summary.index) == {
        "growth_by_sexe_e",
        "growth_by_leerweg_advies",
        "growth_by_rare",
        "growth_by_sexe_e_figure",
        "pupils_by_sexe_e_and_leerweg_advies",
        "value_added_model",
        "value_added_by_quarter",
    }
    assert set(summary) == {"pass"}
    hidden = (study.release / "files" / "growth_by_rare.csv").read_text(encoding="utf-8")
    assert "yes,x,x,x,x" in hidden
    page = study.page.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64") == 2  # the figure, and the schools in a row
    assert "10 lost" in page
    assert "<code>early</code> has one category" in page


def test_no_groups_and_no_model_is_a_study_too(tmp_path):
    data = write(tmp_path / "p.csv", n=60, schools=4)
    given = {**REQUIRED, "data": str(data), "with_value_added": "false", "scale": "standardised"}
    study = run_template("growth_and_value_added", given, folder=tmp_path)
    assert study.page.is_file()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"groups": "sex"}, "There is no column 'sex' in p.csv"),
        ({"after": "rare"}, "'rare' must hold numbers"),
        ({}, "4 schools have complete records"),
    ],
)
def test_ill_chosen_columns_stop_the_study_in_a_line(tmp_path, capsys, change, message):
    data = write(tmp_path / "p.csv", n=60, schools=4)
    arguments = [f"-p{name}={value}" for name, value in {**REQUIRED, "data": data, **change}.items()]
    assert cli.main(["run", "growth_and_value_added", *arguments, "-o", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_file_with_names_is_refused(tmp_path):
    path = write(tmp_path / "p.csv")
    pd.read_csv(path).assign(achternaam="geheim").to_csv(path, index=False)
    with pytest.raises(InputError, match="'achternaam' holds a person's name") as caught:
        run_template("growth_and_value_added", {**REQUIRED, "data": str(path)}, folder=tmp_path / "out")
    assert "geheim" not in str(caught.value)
