"""The options of all commands."""

import argparse

from weft import __version__
from weft.cli.check_options import add_options

_STAGES = ("model", "python", "llvm", "asm", "ptx", "sass")


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="weft", description="Check and run GPU kernels written in Python.")
    whole.add_argument("--version", action="version", version=f"weft {__version__}")
    commands = whole.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser(
        "check",
        help="find mistakes in kernels, without running anything",
        description="Find mistakes in kernels, without running anything.",
        epilog="Exit status: 0 no errors and no warnings (what a kernel costs is information), 1 some, 2 something could not be read, is set wrongly, or the run was interrupted.",
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
    return whole
