"""`nco codebook`: what a register holds, and whether a team's own codebook is as it must be."""

import argparse
import json
from pathlib import Path

from nco_research.codebooks import (
    Codebook,
    check_file,
    codebook,
    components,
    describe,
    describe_as_json,
    describe_as_markdown,
)
from nco_research.codebooks.wording import LANGUAGES
from nco_research.microdata.comparing import compare_file
from nco_research.microdata.files import likely
from nco_research.study import Study
from output_checks.errors import InputError


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `nco codebook`."""
    parser = subparsers.add_parser(
        "codebook",
        help="list the registers, what one holds, compare a file with it, or check a codebook of your own",
        description=(
            "List the registers; with a name, say what that register holds: its variables, codes, missing codes and "
            "traps, and where that comes from."
        ),
        epilog="examples: nco codebook INSCHRWPOTAB --variable WPOADVIESVO; nco codebook --check codebook.toml",
    )
    parser.add_argument("component", nargs="?", metavar="REGISTER", help="a register: INSCHRWPOTAB")
    parser.add_argument("--variable", metavar="NAME", help="one variable, with all its codes")
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of labels (default: en)")
    parser.add_argument(
        "--extend",
        dest="extensions",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a codebook of your own on top; may be repeated",
    )
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print as JSON, in both languages")
    shape.add_argument("--markdown", action="store_true", help="print as Markdown")
    parser.add_argument("--file", type=Path, metavar="FILE", help="compare a data file with the codebook")
    parser.add_argument("--check", type=Path, metavar="FILE", help="check a codebook of your own")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List, describe or check; the return value is the exit code.

    Raises
    ------
    InputError
        There is no such register or variable, a file is not as it must be, or options contradict each other.
    """
    if arguments.check is not None:
        return _check(arguments)
    if arguments.component is None:
        return _list(arguments)
    book = _described(arguments.component, arguments.extensions)
    if arguments.file is not None:
        found = compare_file(
            arguments.file,
            component=book.component,
            extensions=arguments.extensions,
            study=Study.nearest() or Study.around(arguments.file.parent),
        )
        print(_as_text(found.as_json()) if arguments.json else found)
        return 0
    if arguments.json:
        print(_as_text(describe_as_json(book, variable=arguments.variable)))
    elif arguments.markdown:
        if arguments.variable is not None:
            raise InputError("--markdown is of a whole register.", remedy="--json, or leave --variable out")
        print(describe_as_markdown(book, language=arguments.language), end="")
    else:
        print(describe(book, language=arguments.language, variable=arguments.variable))
    return 0


def _check(arguments: argparse.Namespace) -> int:
    if arguments.component is not None:
        raise InputError(
            "--check is of a whole file, not of one register.", remedy=f"nco codebook --check {arguments.check}"
        )
    books = check_file(arguments.check)
    if arguments.json:
        found = {book.component: len(book.variables) for book in books}
        print(_as_text({"file": str(arguments.check), "variables": found}))
        return 0
    print(f"{arguments.check} is as it must be.")
    for book in books:
        print(f"  {book.component}: {len(book.variables)} variables with what the toolkit knows of it")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    if arguments.variable is not None:
        raise InputError(
            "--variable is of one register.", remedy=f"nco codebook REGISTER --variable {arguments.variable}"
        )
    own = [book.component for path in arguments.extensions for book in check_file(path)]
    books = [codebook(name, extensions=arguments.extensions) for name in sorted({*components(), *own})]
    if arguments.json:
        print(
            _as_text([{"component": book.component, "label": book.label, "label_nl": book.label_nl} for book in books])
        )
        return 0
    if arguments.markdown:
        print("\n".join(describe_as_markdown(book, language=arguments.language) for book in books), end="")
        return 0
    width = max(len(book.component) for book in books)
    for book in books:
        print(f"{book.component:<{width}}  {book.label_nl if arguments.language == 'nl' else book.label}")
    return 0


def _described(component: str, extensions: list[Path]) -> Codebook:
    book = codebook(component, extensions=extensions)
    if not book.variables:
        raise InputError(
            f"No codebook describes {component!r}.",
            remedy=f"{likely(component, components())}; or --extend with a file that describes it",
        )
    return book


def _as_text(content: object) -> str:
    return json.dumps(content, indent=2, ensure_ascii=True)
