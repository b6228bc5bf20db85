"""Notebook templates: which there are, their parameters, and running one with parameters that were checked first."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from nco_research.execution import Run, execute
from output_checks.errors import InputError

Value: TypeAlias = str | int | float | bool | list[str]

_HERE = Path(__file__).parent
_FOLDERS = (_HERE / "templates", _HERE.parent / "templates")  # in an installed wheel; in the repository
_OUTPUT_FOLDER = "output_folder"
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A parameter of a template, as its notebook declares it.

    In the cell tagged `parameters`: `data: str = ""  # required, file: csv file with one row per pupil`. Before the
    colon stand the marks, which may be absent: `required`, `file` (must exist), `one of a or b`.
    """

    name: str
    type: str
    default: str
    """As written in the notebook."""
    help: str
    required: bool = False
    is_file: bool = False
    choices: tuple[str, ...] = ()

    def convert(self, text: str) -> Value:
        """The value that a text stands for.

        Raises
        ------
        InputError
            It is not of the parameter's type, not one of its choices, or names a file that does not exist.
        """
        value = _converted(text, self)
        if self.required and not value:
            raise InputError(f"{self.name} is empty.", remedy=f"-p {self.name}=...: {self.help}")
        if self.choices and value not in self.choices:
            raise InputError(f"{self.name} cannot be {text!r}.", remedy=f"one of {', '.join(self.choices)}")
        if self.is_file and not Path(text).is_file():
            raise InputError(f"{self.name}: there is no file {text}.", remedy=f"the path of a file: {self.help}")
        return value


@dataclass(frozen=True, kw_only=True)
class Template:
    """A notebook that can be run with parameters."""

    name: str
    path: Path
    title: str
    parameters: tuple[Parameter, ...]

    def check(self, given: Mapping[str, str]) -> dict[str, Value]:
        """The values to run with, for texts as they are typed.

        Raises
        ------
        InputError
            A parameter is not known, of another type, or required and not given.
        """
        known = {item.name: item for item in self.parameters}
        for name in given:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                raise InputError(
                    f"The template {self.name} has no parameter {name!r}.",
                    remedy=f"-p {close[0]}=..." if close else f"one of {', '.join(known)}",
                )
        values = {name: known[name].convert(text) for name, text in given.items()}
        absent = [item for item in self.parameters if item.required and item.name not in given]
        if absent:
            raise InputError(
                f"The template {self.name} needs {', '.join(item.name for item in absent)}.",
                remedy=" ".join(f"-p {item.name}=..." for item in absent),
            )
        return values


def template_names() -> tuple[str, ...]:
    """Names of the templates that come with the toolkit."""
    return tuple(sorted({path.stem for folder in _FOLDERS for path in folder.glob("*.ipynb")}))


def find_template(name: str) -> Template:
    """A template by its name, or by the path of a notebook of your own with a cell tagged `parameters`.

    Raises
    ------
    InputError
        There is no such template, or it is not a notebook with parameters.
    """
    path = Path(name)
    if path.suffix != ".ipynb":
        found = [folder / f"{name}.ipynb" for folder in _FOLDERS if (folder / f"{name}.ipynb").is_file()]
        if not found:
            names = template_names()
            close = difflib.get_close_matches(name, names, n=1)
            raise InputError(
                f"There is no template {name!r}.", remedy=close[0] if close else f"one of {', '.join(names)}"
            )
        path = found[0]
    elif not path.is_file():
        raise InputError(f"There is no notebook {path}.", remedy=f"one of {', '.join(template_names())}")
    return Template(name=path.stem, path=path, title=_title(path), parameters=tuple(_parameters(path)))


def run_template(
    name: str,
    parameters: Mapping[str, str],
    *,
    folder: str | Path,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Run a template: write `<name>.ipynb`, `<name>.html`, `run.json` and what it registers into `folder`.

    Parameters
    ----------
    name
        Name of a template.
    parameters
        Values as they are typed after `-p`: lists with commas, `true` or `false`.
    folder
        Made where it does not exist. What an earlier run left there is replaced, but only once this run is done.
    progress
        Called before each cell, with what is being done.

    Raises
    ------
    InputError
        Parameters are not as the template declares them; then nothing is run. Or the template stopped: its name, the
        cell and the kind of error are named, and no value of a record.
    """
    template = find_template(name)
    if _OUTPUT_FOLDER in parameters:
        raise InputError(f"{_OUTPUT_FOLDER} follows from the folder of the run.", remedy="-o FOLDER")
    values = template.check(parameters)
    takes_folder = any(item.name == _OUTPUT_FOLDER for item in template.parameters)
    return execute(
        template.path,
        values,
        folder=Path(folder),
        folder_parameter=_OUTPUT_FOLDER if takes_folder else "",
        given=parameters,
        progress=progress,
    )


def typed(assignments: Sequence[str]) -> dict[str, str]:
    """`["data=pupils.csv", "school=brin"]` as a mapping.

    Raises
    ------
    InputError
        One is not of the form name=value, or a name is given twice.
    """
    given: dict[str, str] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        name = name.strip()
        if not equals or not name:
            raise InputError(f"{assignment!r} is not of the form name=value.", remedy="-p data=pupils.csv")
        if name in given:
            raise InputError(f"The parameter {name!r} is given twice.", remedy=f"-p {name}=first,second for a list")
        given[name] = text.strip()
    return given


def _parameters(path: Path) -> Iterator[Parameter]:
    from papermill import inspect_notebook  # noqa: PLC0415 - slow to import, and only researchers install it

    try:
        inspected: Mapping[str, Mapping[str, Any]] = inspect_notebook(path)
    except Exception as error:  # noqa: BLE001 - papermill names no common type
        raise InputError(
            f"{path.name} cannot be read as a notebook ({type(error).__name__}).", remedy="open it in JupyterLab"
        ) from None
    for found in inspected.values():
        marks, colon, rest = str(found["help"]).partition(":")
        parts = [mark.strip() for mark in marks.split(",")]
        marked = bool(colon) and all(re.fullmatch(r"required|file|one of .+", mark) for mark in parts)
        choices = next((mark.removeprefix("one of ") for mark in parts if mark.startswith("one of ")), "")
        yield Parameter(
            name=found["name"],
            type=found["inferred_type_name"],
            default=found["default"],
            help=rest.strip() if marked else str(found["help"]).strip(),
            required=marked and "required" in parts,
            is_file=marked and "file" in parts,
            choices=tuple(choices.split(" or ")) if marked and choices else (),
        )


def _converted(text: str, parameter: Parameter) -> Value:
    match parameter.type:
        case "int" | "float":
            try:
                return int(text) if parameter.type == "int" else float(text)
            except ValueError:
                kind = "a whole number" if parameter.type == "int" else "a number"
                raise InputError(
                    f"{parameter.name} must be {kind}.", remedy=f"-p {parameter.name}={parameter.default}"
                ) from None
        case "bool":
            if text.casefold() in _TRUE | _FALSE:
                return text.casefold() in _TRUE
            raise InputError(f"{parameter.name} must be true or false.", remedy=f"-p {parameter.name}=true")
        case "list[str]" | "list":
            return [part.strip() for part in text.split(",") if part.strip()]
        case _:
            return text


def _title(path: Path) -> str:
    import nbformat  # noqa: PLC0415 - only researchers install it

    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001 - not json, not a notebook, not UTF-8
        raise InputError(
            f"{path.name} cannot be read as a notebook ({type(error).__name__}).", remedy="open it in JupyterLab"
        ) from None
    headings = [
        line.removeprefix("# ").strip()
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    return headings[0] if headings else path.stem
