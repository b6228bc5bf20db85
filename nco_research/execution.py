"""Run a notebook with this Python, and keep it only when it came to its end, with a record of what was read."""

import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nco_research.page import as_html
from nco_research.recording import RECORD, RunBegun, read_record
from nco_research.study import Study
from output_checks import errors
from output_checks.errors import ExplainedError, InputError

_RELEASE = "release"
_RECORD = "run.json"
_SOURCES = "sources.jsonl"
_LONGEST_SOCKET_PATH = 90  # the system allows about 100 characters
_EXPLAINED = frozenset(
    name for name, item in vars(errors).items() if isinstance(item, type) and issubclass(item, ExplainedError)
)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run left behind."""

    notebook: Path
    page: Path
    """The notebook as a page for people; its pictures are inside it."""
    release: Path
    """The draft release, if the template registered outputs."""
    record: Path
    """What was run and read: template, parameters, versions, study file, sources. It stays inside."""
    kept: tuple[str, ...] = ()
    """Outputs in the draft that an earlier run registered and this one did not."""


def execute(
    notebook: Path,
    values: Mapping[str, Any],
    *,
    folder: Path,
    folder_parameter: str = "",
    given: Mapping[str, object] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Run `notebook` with the values given, and write it, its page, its record and its draft release into `folder`.

    Works in a temporary folder inside `folder`, on a copy of the draft that is there, and renames at the end: a run
    that stops half-way changes nothing. The temporary folder is given to the notebook as `folder_parameter`. For the
    record, `given` are the parameters as they were typed (the values themselves where it is left out), and the study is
    the one that the working directory belongs to.

    Raises
    ------
    InputError
        The study file is not valid; then nothing is run. Or a cell failed: the message of an ExplainedError is passed
        on; of any other error only its kind, because messages may quote records.
    """
    begun = RunBegun.of(notebook, parameters=values if given is None else given, study=_in_force())
    existed = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        workplace = Path(tempfile.mkdtemp(prefix=".running-", dir=folder))
    except OSError as error:
        raise InputError(f"{folder} cannot be written ({error.strerror}).", remedy="-o another-folder") from None
    release = folder / _RELEASE
    try:
        if release.exists():
            shutil.copytree(release, workplace / _RELEASE)
        before = _outputs(workplace / _RELEASE)
        where = {folder_parameter: str(workplace)} if folder_parameter else {}
        made = _make(notebook, {**values, **where}, begun, workplace, progress or (lambda _: None))
        after = _outputs(workplace / _RELEASE)
        for path in made:
            path.replace(folder / path.name)
        if after:
            if release.exists():
                release.rename(workplace / "former")
            (workplace / _RELEASE).rename(release)
    except BaseException:
        shutil.rmtree(workplace, ignore_errors=True)
        if not existed and not any(folder.iterdir()):
            folder.rmdir()
        raise
    shutil.rmtree(workplace, ignore_errors=True)
    kept = tuple(sorted(name for name, changed in after.items() if before.get(name) == changed))
    written, page, record = (folder / path.name for path in made)
    return Run(notebook=written, page=page, release=release, record=record, kept=kept)


def _make(
    notebook: Path, values: Mapping[str, Any], begun: RunBegun, workplace: Path, progress: Callable[[str], None]
) -> tuple[Path, Path, Path]:
    """Run it, and write the notebook, its page and its record into the temporary folder."""
    made = workplace / notebook.name
    sources = workplace.absolute() / _SOURCES
    _run(notebook, made, values, sources=sources, progress=progress)
    _rename_inside(made, workplace, workplace.parent)
    page = made.with_suffix(".html")
    page.write_text(as_html(made), encoding="utf-8", newline="\n")
    record = workplace / _RECORD
    text = json.dumps(begun.ended(read_record(sources)), indent=2, ensure_ascii=False)
    record.write_text(text + "\n", encoding="utf-8", newline="\n")
    return made, page, record


def _in_force() -> dict[str, str] | None:
    """What to record of the study that the working directory belongs to."""
    study = Study.nearest()
    if study is None:
        return None
    return {"name": study.name, "file": str(study.path), "digest": study.digest, "content": study.content}


def _outputs(release: Path) -> dict[str, int]:
    """The outputs in a draft release, and when each was registered."""
    return {path.stem: path.stat().st_mtime_ns for path in (release / "outputs").glob("*.json")}


def _rename_inside(notebook: Path, workplace: Path, folder: Path) -> None:
    """Let the notebook name the folder that its files end up in."""
    text = notebook.read_text(encoding="utf-8")
    for write in (str, lambda path: json.dumps(str(path))[1:-1]):
        text = text.replace(write(workplace), write(folder))
    notebook.write_text(text, encoding="utf-8", newline="\n")


def _run(
    notebook: Path, made: Path, values: Mapping[str, Any], *, sources: Path, progress: Callable[[str], None]
) -> None:
    import papermill  # noqa: PLC0415 - slow to import, and only researchers install it
    import zmq  # noqa: PLC0415
    from ipykernel.kernelspec import get_kernel_dict  # noqa: PLC0415
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415

    class ThisPython(AsyncKernelManager):
        """A kernel of the Python that runs now: a kernel called python3 may belong to another environment.

        What is said between the two is encrypted where the packages can: others may work on the same machine.
        """

        transport_encryption = "auto" if zmq.has("curve") else "disabled"

        def __init__(self, **options: Any) -> None:  # noqa: ANN401
            super().__init__(**options)
            if zmq.has("ipc") and len(sockets) < _LONGEST_SOCKET_PATH:
                # Files instead of ports: they need no network, not even the machine's own, and belong to this user.
                self.transport, self.ip = "ipc", str(Path(sockets) / "k")

        @property
        def kernel_spec(self) -> Any:  # noqa: ANN401
            spec = get_kernel_dict(extra_arguments=["--log-level=50"])
            # A `$` in a kernel's environment stands for another variable, unless it is doubled.
            spec["env"] = {**spec.get("env", {}), RECORD: str(sources).replace("$", "$$")}
            return KernelSpec(**spec)

    where = _Place(progress)
    sockets = tempfile.mkdtemp(prefix="nco-")
    for name in ("papermill", "traitlets", "asyncio"):  # what they say of a run that was interrupted helps nobody
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        papermill.execute_notebook(
            str(notebook),
            str(made),
            parameters=dict(values),
            kernel_name="python3",
            progress_bar=False,
            kernel_manager_class=ThisPython,
            on_notebook_start=where.start,
            on_cell_start=where.cell,
        )
    except PapermillExecutionError as error:
        raise _told(notebook.stem, str(where), str(error.ename), str(error.evalue)) from None
    except Exception as error:  # noqa: BLE001 - the kernel died or did not start
        raise InputError(
            f"The template {notebook.stem} stopped at {where} ({type(error).__name__}).",
            remedy="the same command again; if it stops once more, open the template in JupyterLab",
        ) from None
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def _told(template: str, where: str, kind: str, message: str) -> InputError:
    """What may be said of an error inside the notebook."""
    if kind in _EXPLAINED:
        problem, _, remedy = message.partition(" Try: ")
        return InputError(f"{template}, {where}: {problem}", remedy=remedy)
    return InputError(
        f"The template {template} stopped at {where} ({kind}).",
        remedy="open the template in JupyterLab and run it there to see why",
    )


class _Place:
    """Where in the notebook a run is, by the cells and headings that its reader sees in the template."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._places: list[tuple[int, str]] = []
        self._now = 0

    def __str__(self) -> str:
        number, heading = self._places[self._now] if self._places else (0, "")
        return f"cell {number}" + (f" ({heading})" if heading else "")

    def start(self, notebook: Any) -> None:  # noqa: ANN401 - nbformat has no types
        """Number the cells. The cell with the values given is not in the template, so it has no number of its own."""
        number, heading = 0, ""
        for cell in notebook.cells:
            number += "injected-parameters" not in cell.metadata.get("tags", [])
            if cell.cell_type == "markdown" and cell.source.startswith("#"):
                heading = cell.source.splitlines()[0].lstrip("# ")
            self._places.append((number, heading))

    def cell(self, cell: Any, cell_index: int) -> None:  # noqa: ANN401
        self._now = cell_index
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            number, heading = self._places[cell_index]
            self._progress(f"cell {number} of {self._places[-1][0]}: {heading}")
