"""Evidence of a table that was made elsewhere: what its own numbers tell, and what has to be asked.

`layout` finds headings, labels and numbers; `headings` says what a column shows; `adding` finds totals; `solving` works
out hidden cells as an outsider would; `derive` puts these together.
"""

from output_checks.measuring.brought.derive import Brought, derive

__all__ = ["Brought", "derive"]
