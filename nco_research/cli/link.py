"""`nco link`, `nco validate` and `nco certificate`: what CBS staff do with the deliveries of schools.

Exit codes: 0 done, 1 errors in a delivery (of `nco link`: deliveries that were refused whole), or a certificate that is
not as it was sealed, 2 bad input or could not run.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from output_checks.errors import InputError

if TYPE_CHECKING:
    from nco_research.linkage.pipeline import LinkageResult
    from nco_research.linkage.validation import Checked

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(subparsers: Subparsers) -> None:
    """Add the commands of this group."""
    _add_link(subparsers)
    _add_validate(subparsers)
    _add_certificate(subparsers)


def _add_link(subparsers: Subparsers) -> None:
    link = subparsers.add_parser(
        "link",
        help="link the deliveries of schools to persons, under pseudonyms",
        description=(
            "Link all deliveries in a folder: objectors are dropped first, rows are validated, pupils linked, numbers "
            "replaced by pseudonyms, intermediate files destroyed. Writes LVSNCO<year>V<n>.parquet per school year, "
            "and a certificate beside the deliveries. Where a version of that year is there, the next one is written. "
            "The exit code is 1 where deliveries were refused whole: they are named. With --new-key, writes a key and "
            "does nothing else."
        ),
        epilog="example: nco link deliveries --persons persons.parquet --objections objections.csv "
        "--key /keys/lvsnco --to output",
    )
    link.add_argument("deliveries", nargs="?", type=Path, metavar="DELIVERIES", help="folder with deliveries")
    link.add_argument("--persons", type=Path, metavar="FILE", help="population file (parquet)")
    objections = link.add_mutually_exclusive_group()
    objections.add_argument("--objections", type=Path, metavar="FILE", help="csv with BSN and ONDERWIJSNUMMER")
    objections.add_argument("--no-objections", action="store_true", help="there is no list of objections")
    link.add_argument("--key", type=Path, metavar="FILE", help="key of the pseudonyms, away from all data")
    link.add_argument("--to", type=Path, metavar="FOLDER", help="where to write")
    link.add_argument(
        "--school-year", type=int, action="append", metavar="YEAR", help="only this one, by its first year; repeatable"
    )
    link.add_argument("--csv", action="store_true", help="write csv instead of parquet")
    link.add_argument(
        "--destroy-deliveries", action="store_true", help="overwrite and remove the deliveries when all is done"
    )
    link.add_argument("--certificates", type=Path, metavar="FOLDER", help="default: certificates, beside DELIVERIES")
    link.add_argument("--work", type=Path, metavar="FOLDER", help="for intermediate files; default: beside DELIVERIES")
    link.add_argument("--new-key", type=Path, metavar="FILE", help="write a new key to this file, away from all data")
    link.add_argument("--json", action="store_true", help="print the counts as JSON")
    link.set_defaults(run=_link)


def _add_validate(subparsers: Subparsers) -> None:
    validate = subparsers.add_parser(
        "validate",
        help="say what is wrong in a delivery, or in all of a folder",
        description=(
            "Check one delivery and print a report for the school, with line numbers and without values; or all "
            "deliveries in a folder, and print a summary. Objections play no part, so that neither tells anything of "
            "who objected. The exit code is 1 where there are errors."
        ),
        epilog="examples: nco validate LVS_12AB00_2021.csv --report report.html --language nl\n"
        "          nco validate deliveries --report reports",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    validate.add_argument("delivery", type=Path, metavar="DELIVERY", help="the file, or a folder with files")
    validate.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="also write it, as a page if FILE ends in .html; of a folder, the folder for a page per delivery",
    )
    validate.add_argument(
        "--language",
        choices=("nl", "en"),
        default="nl",
        help="of the report; Dutch (nl) where left out, as schools are",
    )
    validate.add_argument("--json", action="store_true", help="print the findings as JSON")
    validate.set_defaults(run=_validate)


def _add_certificate(subparsers: Subparsers) -> None:
    certificate = subparsers.add_parser(
        "certificate",
        help="verify a certificate of linkage and destruction",
        description="Check that a certificate is intact, that what it says was destroyed is gone, and the output safe.",
        epilog="example: nco certificate certificates/linkage-20260131120000.json",
    )
    certificate.add_argument("certificate", type=Path, metavar="FILE", help="the .json file")
    certificate.add_argument("--json", action="store_true", help="print the result as JSON")
    certificate.set_defaults(run=_certificate)


def _link(arguments: argparse.Namespace) -> int:
    from nco_research.linkage.apart import expect_new_key_apart  # noqa: PLC0415 - quick start of other commands
    from nco_research.linkage.pseudonyms import create_key  # noqa: PLC0415

    if arguments.new_key is not None:
        expect_new_key_apart(arguments.new_key)
        create_key(arguments.new_key)
        print(
            f"Key: {arguments.new_key}. Keep it away from the data, and keep a copy: without it nothing can be added."
        )
        return 0
    wanted = {name: getattr(arguments, name) for name in ("deliveries", "persons", "key", "to")}
    absent = [name if name == "deliveries" else f"--{name}" for name, value in wanted.items() if value is None]
    if arguments.objections is None and not arguments.no_objections:
        absent.append("--objections (or --no-objections)")
    if absent:
        raise InputError(f"Not given: {', '.join(absent)}.", remedy="nco link --help")
    result = _run(arguments)
    if arguments.json:
        print(_json(_as_json(result, arguments.deliveries)))
    else:
        print("\n".join(_said(result, arguments.deliveries)))
    return int(bool(result.refused))


def _said(result: "LinkageResult", deliveries: Path) -> Iterator[str]:
    """What is shown of a linkage: the counts, what was refused and why, and where everything is."""
    from nco_research.linkage.counts import as_text  # noqa: PLC0415
    from nco_research.linkage.writing import version_of  # noqa: PLC0415

    yield as_text(result.counts)
    if result.refused:
        yield "Refused, so that nothing of them is in the output:"
        yield from (f"  {item.named(deliveries)}: {item.why_refused}" for item in result.refused)
        yield ""
    for path in result.output:
        version = version_of(path)
        yield f"Written: {path}" + (
            f", version {version}: there was a version {version - 1}, which stays as it is" if version > 1 else ""
        )
    yield f"Certificate: {result.certificate}"


def _run(arguments: argparse.Namespace) -> "LinkageResult":
    from nco_research.linkage.pipeline import link_deliveries  # noqa: PLC0415

    show = _progress if sys.stderr.isatty() else None
    try:
        return link_deliveries(
            arguments.deliveries,
            persons=arguments.persons,
            objections=arguments.objections,
            key=arguments.key,
            to=arguments.to,
            school_years=arguments.school_year,
            file_format="csv" if arguments.csv else "parquet",
            destroy_deliveries=arguments.destroy_deliveries,
            certificates=arguments.certificates,
            work=arguments.work,
            progress=show,
        )
    finally:
        if show is not None:
            show("")


def _validate(arguments: argparse.Namespace) -> int:
    from nco_research.linkage.report import as_html, as_text  # noqa: PLC0415
    from nco_research.linkage.summary import has_errors  # noqa: PLC0415
    from nco_research.linkage.validation import validate_delivery  # noqa: PLC0415

    if arguments.delivery.is_dir():
        return _validate_folder(arguments)
    if not arguments.delivery.is_file():
        raise InputError(
            f"There is no file {arguments.delivery}.", remedy="the path of a delivery, or of a folder with deliveries"
        )
    checked = validate_delivery(arguments.delivery)
    if arguments.report is not None:
        made = as_html if arguments.report.suffix.lower() in {".html", ".htm"} else as_text
        _write(arguments.report, made(checked, language=arguments.language))
    if arguments.json:
        print(_json(_findings(checked)))
    else:
        print(as_text(checked, language=arguments.language), end="")
    return int(has_errors(checked))


def _validate_folder(arguments: argparse.Namespace) -> int:
    """A summary of all deliveries and, where asked for, a page per delivery in a folder."""
    from nco_research.linkage.apart import within  # noqa: PLC0415
    from nco_research.linkage.failures import explained  # noqa: PLC0415
    from nco_research.linkage.intake import validate_folder  # noqa: PLC0415
    from nco_research.linkage.report import as_html  # noqa: PLC0415
    from nco_research.linkage.summary import as_text, has_errors  # noqa: PLC0415

    folder = arguments.delivery
    if arguments.report is not None and within(arguments.report, folder):
        raise InputError(
            f"The pages would lie in {folder}, where they would be taken for deliveries.", remedy="another folder"
        )
    with explained():
        checked = validate_folder(folder)
    # Named by their paths below the folder, as two schools' folders may hold files of one name.
    named = {item.named(folder): item for item in checked}
    if arguments.report is not None:
        for name, item in named.items():
            page = f"{name.removesuffix('.csv').replace('/', '_')}.html"
            _write(arguments.report / page, as_html(item, language=arguments.language))
    if arguments.json:
        print(_json({name: _findings(item) for name, item in named.items()}))
    else:
        print(as_text(checked, folder=folder, language=arguments.language), end="")
    return int(any(map(has_errors, checked)))


def _write(path: Path, text: str) -> None:
    from nco_research.linkage.commit import write  # noqa: PLC0415

    try:
        write(path, text.encode("utf-8"))
    except OSError as error:
        raise InputError(
            f"{path} cannot be written ({error.strerror}).", remedy="a folder that you may write in"
        ) from None


def _certificate(arguments: argparse.Namespace) -> int:
    from nco_research.linkage.certificate import as_text, verify_certificate  # noqa: PLC0415

    verified = verify_certificate(arguments.certificate)
    destroyed = sum(item.what == "delivery" for item in verified.certificate.destroyed)
    if arguments.json:
        print(_json({"intact": True, "deliveries_destroyed": destroyed, "deliveries_left": verified.deliveries_left}))
        return 0
    print(as_text(verified.certificate))
    print(
        f"Intact. {destroyed:,} deliveries were destroyed and are gone; {verified.deliveries_left:,} remain. "
        "No file of the output has an identifying column."
    )
    return 0


def _as_json(result: "LinkageResult", deliveries: Path) -> dict[str, object]:
    counts = result.counts
    return {
        "counts": msgspec.to_builtins(counts),
        "linked": msgspec.to_builtins(counts.linked),
        "ambiguous": msgspec.to_builtins(counts.ambiguous),
        "conflicting": msgspec.to_builtins(counts.conflicting),
        "unlinked": msgspec.to_builtins(counts.unlinked),
        "refused": {item.named(deliveries): [kind.value for kind in item.kinds_refused] for item in result.refused},
        "output": [str(path) for path in result.output],
        "certificate": str(result.certificate),
    }


def _findings(checked: "Checked") -> dict[str, object]:
    return {
        "refused": checked.refused,
        "rows": checked.delivery.rows,
        "findings": [
            {
                "kind": item.kind.value,
                "severity": item.kind.severity.value,
                "rows": item.rows,
                "lines": list(item.lines),
                "columns": list(item.columns),
            }
            for item in checked.findings
        ],
    }


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode("utf-8")


def _progress(text: str) -> None:
    """One line that changes. For a terminal only: elsewhere it would fill a log."""
    print(f"\r{text[:78]:<78}\r", end="", file=sys.stderr, flush=True)
