"""The options of `weft check`: ruff's, where it has them."""

import argparse

from weft.cli.settings import Fixing, Format, Settings
from weft.cli.sources import STDIN, complain_of

_FORMATS: tuple[Format, ...] = (
    "full", "text", "azure", "concise", "github", "gitlab", "json", "json-lines", "junit", "pylint", "rdjson", "sarif",
)  # fmt: skip


def settings(given: argparse.Namespace) -> Settings:
    fixing: Fixing = "no"
    if given.fix or given.diff or given.unsafe_fixes:
        fixing = "unsafe" if given.unsafe_fixes else "safe"
    return Settings(
        _paths(given),
        given.format,
        given.select,
        given.extend_select,
        given.ignore,
        given.exit_zero,
        fixing,
        given.diff,
        given.statistics,
        given.show_files,
        given.show_unknown,
        given.add_ignores,
        given.baseline,
        given.write_baseline,
        given.stdin_filename,
        given.jobs,
        not given.no_cache,
        given.force_exclude,
    )


def _paths(given: argparse.Namespace) -> list[str]:
    """A name for standard input is of no use for anything else, so it is what is read."""
    paths: list[str] = given.paths
    if given.stdin_filename is None:
        return paths or ["."]
    if others := [path for path in paths if path != STDIN]:
        complain_of(f"with --stdin-filename only standard input is read, and not {', '.join(others)}")
    return [STDIN]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="a file, a directory, or - for standard input; default: here"
    )
    _add_choice(parser)
    _add_fixing(parser)
    _add_output(parser)
    _add_running(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("which findings")
    for name, meaning in (
        ("--select", "only these codes, separated by commas"),
        ("--extend-select", "these codes too"),
        ("--ignore", "not these codes, separated by commas"),
    ):
        group.add_argument(name, action="append", default=[], metavar="CODES", help=meaning)
    group.add_argument(
        "--show-unknown", action="store_true", help="also what a rule was asked and could not decide"
    )
    group.add_argument(
        "--baseline", metavar="FILE", help="only what is not in FILE; make it with --write-baseline"
    )
    group.add_argument("--write-baseline", metavar="FILE", help="write all that is found to FILE")
    group.add_argument(
        "--add-ignores", action="store_true", help="suppress each finding on its line, in the files"
    )


def _add_fixing(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("mending")
    group.add_argument(
        "--fix", action="store_true", help="apply the fixes that cannot change what right code does"
    )
    group.add_argument("--unsafe-fixes", action="store_true", help="apply the others too")
    group.add_argument("--diff", action="store_true", help="show what --fix would do, and change nothing")


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "--format", choices=_FORMATS, default="full", metavar="FORMAT", help=", ".join(_FORMATS)
    )
    group.add_argument("--statistics", action="store_true", help="how often each code is found")
    group.add_argument("--show-files", action="store_true", help="the files that would be checked")
    group.add_argument("--exit-zero", action="store_true", help="exit status 0 in spite of findings")
    group.add_argument("--explain", metavar="CODE", help="what a code is about, as `weft rule CODE`")


def _add_running(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("running")
    group.add_argument("--stdin-filename", metavar="FILE", help="the file that standard input is the text of")
    group.add_argument(
        "--jobs", type=_count, default=0, metavar="N", help="processes; default: one for each processor"
    )
    group.add_argument("--no-cache", action="store_true", help="neither read nor write .weft_cache")
    group.add_argument(
        "--force-exclude", action="store_true", help="leave out what is excluded even if it is named"
    )
    group.add_argument("--watch", action="store_true", help="check again whenever a file changes")


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"a number from 1 to 1024 is expected; found `{text}`")
    return int(text)
