"""Printing that works in every locale: Windows with cp1252, the C locale, a pipe."""

import io
import os
import sys


def survive_any_locale() -> None:
    """Let characters that the terminal lacks print as `?` instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def quiet_when_closed() -> None:
    """Send what is still to be printed nowhere, so that Python does not complain on leaving."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
