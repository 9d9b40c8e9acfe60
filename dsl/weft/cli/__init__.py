"""The command `weft`. Each command is loaded when it is asked for, so that the others start at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from weft import __version__
from weft.cli.check_options import add_options

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_INTERRUPTED = 130  # the same for SIGINT


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    _make_output_safe()
    given = _parser().parse_args(arguments)
    try:
        return _COMMANDS[given.command](given)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _check(given: argparse.Namespace) -> int:
    from weft.cli import check, rule
    from weft.cli.check_options import settings

    if given.explain:
        return rule.run(given.explain)
    try:
        if given.watch:
            from weft.cli.watch import watch

            return watch(settings(given))
        status = check.run(settings(given))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # The reader has seen enough. What is left in the buffer must go somewhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _run(given: argparse.Namespace) -> int:
    from weft.cli import run

    return run.run(given.file, given.arguments)


def _rule(given: argparse.Namespace) -> int:
    from weft.cli import rule

    return rule.run(given.code)


_COMMANDS = {"check": _check, "rule": _rule, "run": _run}


def _make_output_safe() -> None:
    """A character that the terminal's encoding lacks is shown by its number, not by a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="weft", description="Check and run GPU kernels written in Python.")
    parser.add_argument("--version", action="version", version=f"weft {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser(
        "check",
        help="find mistakes in kernels, without running anything",
        description="Find mistakes in kernels, without running anything.",
        epilog="Exit status: 0 no errors and no warnings (what a kernel costs is information), 1 some, 2 something could not be read, or is set wrongly.",
    )
    add_options(check)

    rule = commands.add_parser(
        "rule",
        help="say what a code is about",
        description="Say what a code is about; without a code, list all.",
    )
    rule.add_argument("code", nargs="?", metavar="CODE")

    run = commands.add_parser(
        "run",
        help="run a Python file that launches kernels",
        description="Run a Python file. Kernels run where their data is: on the CPU for NumPy arrays.",
    )
    run.add_argument("file", metavar="FILE")
    run.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS", help="passed on to the file")
    return parser
