"""The command `weft`. Each command is loaded when it is asked for, so that the others start at once."""

import argparse
import os
import sys
from collections.abc import Sequence

from weft import __version__
from weft.cli.check_options import add_options

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_INTERRUPTED = 130  # the same for SIGINT

_STAGES = ("model", "python", "llvm", "asm", "ptx", "sass")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    _make_output_safe()
    given = _parser().parse_args(arguments)
    try:
        status = _COMMANDS[given.command](given)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader has seen enough. What is left in the buffer must go somewhere at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _check(given: argparse.Namespace) -> int:
    from weft.cli import check, rule
    from weft.cli.check_options import settings

    if given.explain:
        return rule.run(given.explain)
    if given.watch:
        from weft.cli.watch import watch

        return watch(settings(given))
    return check.run(settings(given))


def _run(given: argparse.Namespace) -> int:
    from weft.cli import run

    return run.run(given.file, given.arguments)


def _rule(given: argparse.Namespace) -> int:
    from weft.cli import rule

    return rule.run(given.code)


def _inspect(given: argparse.Namespace) -> int:
    from weft.cli import inspect

    return inspect.run(
        inspect.Settings(
            given.place,
            given.target,
            given.stage,
            given.format,
            given.block,
            given.index_bits,
            given.unaligned,
            given.stdin,
        )
    )


def _layout(given: argparse.Namespace) -> int:
    from weft.cli import layout

    return layout.run(
        layout.Settings(given.expression, given.svg, given.banks, given.element_bytes, given.threads)
    )


def _cache(given: argparse.Namespace) -> int:
    from weft.cli import compiled

    return compiled.run(given.action)


_COMMANDS = {
    "cache": _cache,
    "check": _check,
    "inspect": _inspect,
    "layout": _layout,
    "rule": _rule,
    "run": _run,
}


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

    inspect = commands.add_parser(
        "inspect",
        help="show what a kernel becomes: typed model, generated Python, LLVM IR, PTX, SASS",
        description="Show what a kernel becomes on its way to the machine, each line with its source line, and what it "
        "takes: registers, spills, shared memory, occupancy. The file is read as text: none of its code runs. "
        "Tensors are taken to be in row-major order; `kernel.inspect(...)` in a program takes them as they are.",
        epilog="Exit status: 0 shown, 1 the kernel has errors, 2 there is no such file, kernel or target.",
    )
    inspect.add_argument(
        "place", metavar="FILE::KERNEL", help="or FILE::LINE, or FILE where it has one kernel"
    )
    inspect.add_argument(
        "--target", default="cpu", help="cpu, or a GPU's architecture such as sm_90, which need not be here"
    )
    inspect.add_argument(
        "--stage", action="append", default=[], choices=_STAGES, help="only this; may be given several times"
    )
    inspect.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    inspect.add_argument("--block", metavar="X[,Y[,Z]]", help="the block that the occupancy is for")
    inspect.add_argument(
        "--index-bits",
        type=int,
        choices=(32, 64),
        default=32,
        help="64 is what launches with 2^31 elements or more use; default: 32",
    )
    inspect.add_argument(
        "--unaligned",
        action="store_true",
        help="GPU: addresses and sizes that are no multiples of 16, so no 128-bit loads and stores",
    )
    inspect.add_argument(
        "--stdin", action="store_true", help="read the text of FILE from standard input, as an editor has it"
    )

    layout = commands.add_parser(
        "layout",
        help="draw a layout",
        description="Evaluate an expression of the layout algebra and draw the index at every coordinate. No Python runs.",
        epilog="Exit status: 0 drawn, 2 the expression is no layout, or the picture cannot be written.",
    )
    layout.add_argument(
        "expression",
        metavar="EXPR",
        help='such as "(4, 8):(8, 1)" or "logical_divide(Layout(32), Layout(4))"',
    )
    layout.add_argument(
        "--svg", metavar="FILE", help="write a picture instead, with coordinates as hover texts"
    )
    layout.add_argument("--banks", action="store_true", help="colour by the bank of shared memory")
    layout.add_argument(
        "--element-bytes", type=int, default=4, metavar="N", help="size of an element, for banks; default: 4"
    )
    layout.add_argument(
        "--threads",
        metavar="N|EXPR",
        help="colour by thread: a number of threads that take the coordinates in order, or the layout of the threads",
    )

    cache = commands.add_parser(
        "cache",
        help="say what compiled kernels take on disk, or remove them",
        description="Compiled kernels are kept in WEFT_CACHE_DIR, or the platform's place for caches, up to "
        "WEFT_CACHE_BYTES (default: 1 GiB); those that were not used for longest go first.",
    )
    cache.add_argument("action", choices=("info", "clear"), help="say what is there; or remove it")

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
