"""`python -m output_checks`: the same as `output-checks`, where scripts cannot be started."""

import sys

from output_checks.cli import main

if __name__ == "__main__":
    sys.exit(main())
