"""The command `weft`. Each command is loaded when it is asked for, so that the others start at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from weft import __version__

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_INTERRUPTED = 130  # the same for SIGINT

_FORMATS = ("text", "concise", "github", "gitlab", "json", "json-lines", "junit", "sarif")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    _make_output_safe()
    given = _parser().parse_args(arguments)
    try:
        return _COMMANDS[given.command](given)
    except KeyboardInterrupt:
        return _INTERRUPTED


def _check(given: argparse.Namespace) -> int:
    from weft.cli import check

    try:
        status = check.run(
            check.Settings(given.paths, given.format, given.select, given.ignore, given.exit_zero)
        )
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
    check.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a directory, or - for standard input"
    )
    check.add_argument("--format", choices=_FORMATS, default="text", help="default: text")
    check.add_argument("--exit-zero", action="store_true", help="exit status 0 in spite of findings")
    check.add_argument(
        "--select", action="append", default=[], metavar="CODES", help="only these codes, separated by commas"
    )
    check.add_argument(
        "--ignore", action="append", default=[], metavar="CODES", help="not these codes, separated by commas"
    )

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
