"""How the documentation site is built. Nothing is fetched: no fonts, scripts or inventories from elsewhere."""

from importlib.metadata import version as installed_version

project = "nco-research"
author = "The nco-research contributors"
version = release = installed_version("nco-research")
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "nco-research"
html_copy_source = False
html_show_sphinx = False

# In docstrings, `one pair of backticks` is code, as it is in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_class_signature = "separated"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "__new__, __init__"}
napoleon_google_docstring = False
