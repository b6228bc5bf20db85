"""A study, as its `study.toml` declares it: what it reads, for what purpose, and how what leaves is judged."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nco_research.codebooks import Codebook, codebook
from nco_research.columns import closest
from nco_research.guard import Objections
from nco_research.study import fields
from nco_research.study.basis import Basis, expect_basis
from nco_research.study.sections import Section, read_toml, written_years
from output_checks import Release, load_policy
from output_checks.errors import InputError

STUDY_FILE = "study.toml"
_CACHE = ".nco-cache"
_POLICY = "cbs-export"
_KEYS = (
    *("name", "purpose", "data", "cache", "policy", "objections", "codebooks", "sensitive"),
    *("units", "registers", "basis"),
)


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study file that was read and found valid. Its paths are absolute."""

    path: Path
    name: str
    purpose: str
    data: Path
    """The folder with microdata. Nothing is ever written there."""
    cache: Path
    """Where converted microdata is kept; never inside `data`, nor around it."""
    policy: str | Path
    units: Mapping[str, tuple[str, ...]]
    registers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Per register, the file years that it may be read for; any register and year where none is declared."""
    sensitive: tuple[str, ...] = ()
    """Variables that the study itself calls sensitive; kept for the record."""
    codebooks: tuple[Path, ...] = ()
    objections: Path | None = None
    bases: tuple[Basis, ...] = ()
    content: str = ""
    """The text of the file."""
    digest: str = ""
    """SHA-256 of the file's bytes."""

    @classmethod
    def read(cls, path: str | Path) -> "Study":
        """Read a study file, or the `study.toml` of a folder.

        Raises
        ------
        InputError
            The file does not exist, is not TOML, or a key is absent, unknown or of the wrong kind; a file that it names
            does not exist, a list of objections above all; or the cache would be in or around the data. Names the file
            and the key.
        """
        file = Path(path).absolute()
        file = file / STUDY_FILE if file.is_dir() else file
        raw, values = read_toml(file)
        section = Section(file=file, values=values, keys=_KEYS)
        data = fields.folder(section, "data", section.text("data", example="../microdata"))
        cache = fields.folder(section, "cache", section.text("cache", example=_CACHE, default=_CACHE))
        fields.expect_apart(section, data, cache)
        objections = section.text("objections", example="objections.csv", default="")
        policy = section.text("policy", example=_POLICY, default=_POLICY)
        return cls(
            path=file,
            name=fields.study_name(section),
            purpose=section.text("purpose", example="what is to be found out, and for whom"),
            data=data,
            cache=cache,
            policy=fields.existing_file(section, "policy", policy) if policy.endswith(".toml") else policy,
            units=fields.units(section),
            registers=fields.registers(section),
            sensitive=section.texts("sensitive", example='["GBAGENERATIE"]'),
            codebooks=tuple(
                fields.existing_file(section, "codebooks", name)
                for name in section.texts("codebooks", example='["team.toml"]')
            ),
            objections=fields.existing_file(section, "objections", objections) if "objections" in values else None,
            bases=fields.bases(section),
            content=raw.decode("utf-8-sig"),
            digest=hashlib.sha256(raw).hexdigest(),
        )

    @classmethod
    def nearest(cls, start: str | Path | None = None) -> "Study | None":
        """The study that a folder belongs to: its `study.toml`, or that of the closest folder around it.

        `start` is the working directory where it is not given. None where there is no study file.

        Raises
        ------
        InputError
            There is one, and it is not valid.
        """
        folder = Path(start).absolute() if start is not None else Path.cwd()
        for place in (folder, *folder.parents):
            if (place / STUDY_FILE).is_file():
                return cls.read(place / STUDY_FILE)
        return None

    @classmethod
    def around(cls, data: str | Path) -> "Study | None":
        """The study of a folder with microdata: the nearest `study.toml` in it or around it whose data it is.

        A folder inside a study's data belongs to that study too. None where there is no such study file.

        Raises
        ------
        InputError
            There is a study file, and it is not valid.
        """
        folder = Path(data).resolve()
        for place in (folder, *folder.parents):
            if (place / STUDY_FILE).is_file():
                study = cls.read(place / STUDY_FILE)
                its = study.data.resolve()
                if its == folder or its in folder.parents:
                    return study
        return None

    def release(self, folder: str | Path) -> Release:
        """The study's draft release in that folder: its name, units and policy.

        Where the policy is stricter for a dataset that is called as a register of the study, or as a special category
        that it has a basis for, those limits are in force.

        Raises
        ------
        InputError
            The folder holds the draft of another release.
        PolicyError
            The policy does not exist, or output checkers do not accept it.
        """
        named = {*self.registers, *map(self._register, self.registers), *(basis.category.value for basis in self.bases)}
        datasets = load_policy(self.policy).datasets_among(named)
        return Release(self.name, folder=folder, units=self.units, policy=self.policy, dataset=datasets)

    def read_objections(self) -> Objections | None:
        """Who objected, read anew each time; None where the study declares no list.

        Raises
        ------
        InputError
            The list was there and is gone, or is not valid.
        """
        return Objections.read(self.objections) if self.objections is not None else None

    def expect_register(self, component: str, years: Iterable[int]) -> None:
        """Do nothing, unless the study declares registers and this one, or one of the years, is not among them.

        Years are those in the names of the files.

        Raises
        ------
        InputError
            Names the register and years, and the line to add.
        """
        if not self.registers:
            return
        name, wanted = self._register(component), sorted(set(years))
        declared = {year for other, given in self.registers.items() if self._register(other) == name for year in given}
        if not declared:
            raise InputError(
                f"{self.path} does not declare {name} among its registers.",
                remedy=f"{closest(component, list(self.registers))}; or, where the purpose needs it, add under "
                f"[registers]: {name} = {written_years(wanted)}",
            )
        absent = [year for year in wanted if year not in declared]
        if absent:
            raise InputError(
                f"{self.path} declares {name} for {written_years(sorted(declared))}, not for {written_years(absent)}.",
                remedy="other years; or, where the purpose needs them, write under [registers]: "
                f"{name} = {written_years(sorted({*declared, *absent}))}",
            )

    def _register(self, component: str) -> str:
        """The name that the register has today: it may be asked for, or declared, by a former one."""
        return codebook(component, extensions=self.codebooks).component.upper()

    def expect_basis(
        self, book: Codebook, columns: Sequence[str] | None, *, present: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Do nothing, unless special variables are asked for without a basis. Returns the columns to leave out.

        As `nco_research.study.expect_basis`, with the bases that this study records.
        """
        return expect_basis(book, columns, present=present, bases=self.bases, file=self.path)
