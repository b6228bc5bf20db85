"""`nco templates` and `nco run`: which templates there are, and running one."""

import argparse
import json
import sys
from pathlib import Path

from nco_research.templating import Template, find_template, run_template, template_names, typed


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `nco templates` and `nco run`."""
    templates = subparsers.add_parser(
        "templates",
        help="list the templates, or the parameters of one",
        description="List the templates; with a name, list the parameters of that template.",
        epilog="example: nco templates growth_and_value_added --json",
    )
    templates.add_argument("name", nargs="?", metavar="NAME", help="a template, or the path of a notebook")
    templates.add_argument("--json", action="store_true", help="print as JSON")
    templates.set_defaults(run=_templates)

    run = subparsers.add_parser(
        "run",
        help="run a template",
        description=(
            "Run a template. Writes NAME.ipynb (the notebook with its results), NAME.html (the same as a page) and "
            "release/ (the draft of what may be published) into a folder."
        ),
        epilog="example: nco run growth_and_value_added -p data=pupils.csv -p pupil=pupil -p school=school "
        "-p before=score_2023 -p after=score_2024 -o study",
    )
    run.add_argument("name", metavar="TEMPLATE", help="a template, or the path of a notebook")
    run.add_argument(
        "-p",
        "--parameter",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter; a list has commas; may be repeated",
    )
    run.add_argument("-o", "--output", type=Path, default=Path(), metavar="FOLDER", help="where to write (default: .)")
    run.add_argument("--json", action="store_true", help="print what was written as JSON")
    run.set_defaults(run=_run)


def _templates(arguments: argparse.Namespace) -> int:
    names = [arguments.name] if arguments.name else template_names()
    templates = [find_template(name) for name in names]
    if arguments.json:
        print(json.dumps([_as_json(template) for template in templates], indent=2, ensure_ascii=True))
    elif arguments.name:
        print("\n".join(_described(templates[0])))
    else:
        width = max((len(template.name) for template in templates), default=0)
        for template in templates:
            print(f"{template.name:<{width}}  {template.title}")
    return 0


def _run(arguments: argparse.Namespace) -> int:
    given = typed(arguments.parameters)
    show = _progress if sys.stderr.isatty() else None
    try:
        study = run_template(arguments.name, given, folder=arguments.output, progress=show)
    finally:
        if show is not None:
            show("")
    written = {
        "notebook": str(study.notebook),
        "page": str(study.page),
        "release": str(study.release) if study.release.is_dir() else None,
        "kept_from_an_earlier_run": study.kept,
    }
    if arguments.json:
        print(json.dumps({"template": arguments.name, **written}, indent=2, ensure_ascii=True))
        return 0
    print(f"Read:   {study.page}")
    if study.release.is_dir():
        print(f"Verdicts: output-checks draft {study.release}")
    if study.kept:
        print(
            f"The draft still holds what an earlier run registered: {', '.join(study.kept)}. "
            "Check that it is of the same data, or start in another folder."
        )
    return 0


def _progress(text: str) -> None:
    """One line that changes. For a terminal only: elsewhere it would fill a log."""
    print(f"\r{text[:78]:<78}\r", end="", file=sys.stderr, flush=True)


def _described(template: Template) -> list[str]:
    lines = [f"{template.name}: {template.title}", ""]
    for item in template.parameters:
        standing = "required" if item.required else f"default {item.default}"
        lines.append(f"  {item.name}  ({item.type}, {standing})")
        choices = f"{' or '.join(item.choices)}: " if item.choices else ""
        lines.append(f"      {choices}{item.help}")
    return lines


def _as_json(template: Template) -> dict[str, object]:
    return {
        "template": template.name,
        "title": template.title,
        "parameters": [
            {
                "name": item.name,
                "type": item.type,
                "required": item.required,
                "default": item.default,
                "choices": list(item.choices),
                "help": item.help,
            }
            for item in template.parameters
        ],
    }
