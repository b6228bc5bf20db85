"""Means by school and track of ACRO, run by ACRO's own interpreter: once, as it takes minutes."""

import contextlib
import io
import json
import logging
import sys
import tempfile
import time
import warnings
from importlib import import_module

from benchmarks.invented import answer, pupils
from benchmarks.setting import most_memory


def main() -> None:
    told = json.load(sys.stdin)
    data = pupils(int(told["records"]))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    acro = import_module("acro")  # only in an environment that has it
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        session = acro.ACRO(suppress=False)
        start = time.process_time()
        found = session.crosstab(data["school"], data["track"], values=data["score"], aggfunc="mean")
        seconds = time.process_time() - start
    numbers = found.to_numpy(dtype=float)
    json.dump({"seconds": seconds, "answer": answer(numbers, numbers), "peak": most_memory()}, sys.stdout)


if __name__ == "__main__":
    main()
