"""A notebook as a page: prose, tables and pictures without the code. Nothing is fetched, everything is inside it."""

from pathlib import Path

_PAGE = """\
{%- extends 'basic/index.html.j2' -%}
{%- block header -%}
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ resources.metadata.name }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.75rem; text-align: right; border-bottom: 1px solid #ddd; }
img { max-width: 100%; } pre { white-space: pre-wrap; }
code { background: #f3f3f3; padding: 0 0.2em; }
.anchor-link { display: none; }
</style></head><body><main>
{%- endblock header -%}
{%- block footer -%}</main></body></html>
{% endblock footer -%}
"""


def as_html(notebook: Path) -> str:
    """The page of a notebook that was run."""
    import jinja2  # noqa: PLC0415
    import nbformat  # noqa: PLC0415 - only researchers install it
    from nbconvert import HTMLExporter  # noqa: PLC0415

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        extra_loaders=[jinja2.DictLoader({"page.html.j2": _PAGE})],
        template_file="page.html.j2",
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        embed_images=True,
    )
    resources = {"metadata": {"name": notebook.stem.replace("_", " ")}}
    node = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(node, resources=resources)
    return str(body)
