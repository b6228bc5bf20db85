"""Parameters are checked before anything runs, and a template declares them in its own notebook."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nco_research import cli, templating
from nco_research.naming import slug, slugs
from nco_research.templating import find_template, run_template, template_names, typed
from output_checks.errors import InputError

TEMPLATE = "growth_and_value_added"
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
PARAMETERS = """
data: str = ""  # required, file: csv file
scale: str = "a"  # one of a or b c: which, and why: so
size: int = 3  # how many
share: float = 0.5  # which part
loud: bool = False  # whether: or not
names: list[str] = []  # which names
plain = 1
"""


@pytest.fixture
def notebook(tmp_path):
    def make(*cells, parameters=PARAMETERS, name="mine"):
        first = new_code_cell(parameters, metadata={"tags": ["parameters"]})
        made = new_notebook(cells=[new_markdown_cell("# My study"), first, *cells], metadata=METADATA)
        nbformat.write(made, tmp_path / f"{name}.ipynb")
        return tmp_path / f"{name}.ipynb"

    return make


def test_parameters_are_read_from_the_notebook(notebook):
    template = find_template(str(notebook()))
    assert template.title == "My study"
    assert [(item.name, item.type, item.required, item.is_file, item.choices) for item in template.parameters[:3]] == [
        ("data", "str", True, True, ()),
        ("scale", "str", False, False, ("a", "b c")),
        ("size", "int", False, False, ()),
    ]
    assert [item.help for item in template.parameters[:2]] == ["csv file", "which, and why: so"]
    assert template.parameters[4].help == "whether: or not"


def test_values_are_converted_to_their_types(notebook, tmp_path):
    data = tmp_path / "d.csv"
    data.write_text("a\n1\n", encoding="utf-8")
    given = {"data": str(data), "scale": "b c", "size": "4", "share": "0.25", "loud": "Yes", "names": "é, b ,"}
    assert find_template(str(notebook())).check(given) == {
        "data": str(data),
        "scale": "b c",
        "size": 4,
        "share": 0.25,
        "loud": True,
        "names": ["é", "b"],
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"dta": "x"}, "no parameter 'dta'.*-p data="),
        ({"size": "four"}, "size must be a whole number"),
        ({"share": "half"}, "share must be a number"),
        ({"loud": "maybe"}, "loud must be true or false"),
        ({"scale": "c"}, "scale cannot be 'c'.*a, b c"),
        ({"data": ""}, "data is empty"),
        ({"data": "none.csv"}, "there is no file none.csv"),
        ({}, "needs data"),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(notebook, tmp_path, given, message):
    path = notebook(new_code_cell("raise SystemExit"))
    with pytest.raises(InputError, match=message):
        run_template(str(path), given, folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_assignment_has_a_name_and_one_value():
    assert typed(["a=1=2", " b = x "]) == {"a": "1=2", "b": "x"}
    for wrong in (["a"], ["=1"], ["a=1", "a=2"]):
        with pytest.raises(InputError):
            typed(wrong)


def test_a_run_writes_a_notebook_a_page_and_a_record_and_no_remains(notebook, tmp_path):
    path = notebook(new_code_cell("print(size, 'é', __import__('sys').executable)"), parameters="size: int = 1  # n")
    folder = tmp_path / "oùt put"
    heard = []
    study = run_template(str(path), {"size": "7"}, folder=folder, progress=heard.append)
    assert sorted(item.name for item in folder.iterdir()) == ["mine.html", "mine.ipynb", "run.json"]
    page = study.page.read_text(encoding="utf-8")
    assert "7 é " in page
    assert __import__("sys").executable in page  # this Python, whatever kernels are installed
    assert "http" not in page  # nothing is fetched
    assert heard == ["cell 2 of 3: My study", "cell 3 of 3: My study"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("raise ValueError('secret')", "stopped at cell 3 (My study) (ValueError)"),
        (
            "from output_checks.errors import InputError\nraise InputError('Wrong.', remedy='another')",
            "mine, cell 3 (My study): Wrong. Try: another",
        ),
    ],
)
def test_a_cell_that_fails_leaves_nothing_and_shows_no_data(notebook, tmp_path, capsys, code, message):
    release = "from pathlib import Path\nPath(output_folder, 'release').mkdir(parents=True)\n"
    path = notebook(new_code_cell(release + code), parameters='output_folder: str = "."  # where')
    folder = tmp_path / "out"
    assert cli.main(["run", str(path), "-o", str(folder)]) == 2
    told = capsys.readouterr().err
    assert message in told
    assert "secret" not in told
    assert told.count("\n") == 1
    assert not folder.exists()


def test_a_run_that_stops_half_way_leaves_the_draft_of_the_run_before(notebook, tmp_path):
    """It had registered one output anew before it stopped; the draft must not be a mixture."""
    register = (
        "from pathlib import Path\noutputs = Path(output_folder, 'release', 'outputs')\n"
        "outputs.mkdir(parents=True, exist_ok=True)\n(outputs / f'{name}.json').write_text(content)\n"
    )
    parameters = 'output_folder: str = "."  # where\nname: str = "a"  # output\ncontent: str = "first"  # what'
    folder = tmp_path / "out"
    whole, failing = (
        notebook(new_code_cell(register + end), parameters=parameters).rename(tmp_path / f"{stem}.ipynb")
        for stem, end in (("whole", ""), ("failing", "1/0"))
    )
    assert run_template(str(whole), {}, folder=folder).kept == ()
    with pytest.raises(InputError):
        run_template(str(failing), {"content": "second"}, folder=folder)
    assert (folder / "release" / "outputs" / "a.json").read_text() == "first"
    assert run_template(str(whole), {"name": "b"}, folder=folder).kept == ("a",)
    assert {path.name for path in folder.iterdir()} == {"whole.ipynb", "whole.html", "run.json", "release"}
    assert ".running-" not in (folder / "whole.ipynb").read_text(encoding="utf-8")


def test_a_failed_run_keeps_what_an_earlier_run_made(notebook, tmp_path):
    folder = tmp_path / "out"
    run_template(str(notebook(parameters="a: int = 1  # n")), {}, folder=folder)
    before = (folder / "mine.ipynb").read_bytes()
    with pytest.raises(InputError):
        run_template(str(notebook(new_code_cell("1/0"), parameters="a: int = 1  # n")), {}, folder=folder)
    assert (folder / "mine.ipynb").read_bytes() == before


def test_the_command_lists_templates_and_parameters(capsys):
    assert TEMPLATE in template_names()
    assert cli.main(["templates"]) == 0
    assert f"{TEMPLATE}  Learning growth" in capsys.readouterr().out
    assert cli.main(["templates", TEMPLATE]) == 0
    assert "pupil  (list[str], required)" in capsys.readouterr().out
    assert cli.main(["templates", TEMPLATE, "--json"]) == 0
    (template,) = json.loads(capsys.readouterr().out)
    assert {item["name"] for item in template["parameters"] if item["required"]} == {
        "data",
        "pupil",
        "school",
        "before",
        "after",
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["templates", "growth_and_value_aded"], f"Try: {TEMPLATE}"),
        (["templates", "none.ipynb"], "There is no notebook"),
        (["run", TEMPLATE, "-p", "pupl=x"], "-p pupil="),
        (["run", TEMPLATE, "-p", "pupil"], "not of the form name=value"),
        (["run", TEMPLATE, "-p", "output_folder=x"], "-o FOLDER"),
        (["run", TEMPLATE], "needs data, pupil, school, before, after"),
    ],
)
def test_bad_commands_get_one_line_and_exit_code_2(arguments, message, capsys):
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert message in told
    assert told.count("\n") == 1


def test_a_file_that_is_no_notebook_is_named(tmp_path, capsys):
    (tmp_path / "x.ipynb").write_text("{", encoding="utf-8")
    assert cli.main(["templates", str(tmp_path / "x.ipynb")]) == 2
    assert "cannot be read as a notebook" in capsys.readouterr().err


def test_a_mistake_in_the_toolkit_shows_no_traceback(monkeypatch, capsys):
    def broken():
        raise RuntimeError("secret")

    monkeypatch.setattr(cli.templates, "template_names", broken)
    assert cli.main(["templates"]) == 2
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "secret" not in told


def test_names_of_outputs_are_slugs_and_all_different():
    assert slug("Leerweg (advies)") == "leerweg_advies"
    assert slug("Één") == "een"
    assert slug("%%") == "column"
    assert slugs(["a b", "a-b", "a_b_2", "A b"]) == ["a_b", "a_b_2", "a_b_2_2", "a_b_3"]


def test_templates_are_kept_without_outputs():
    for name in template_names():
        stored = nbformat.read(find_template(name).path, as_version=4)
        assert all(not cell.outputs and cell.execution_count is None for cell in stored.cells if "outputs" in cell)
    assert templating.find_template(TEMPLATE).parameters[-1].name == "output_folder"
