"""The command `weft`. Each command is loaded when it is asked for, so that the others start at once."""

import errno
import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

_BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended
_FORCE_EXCLUDE = "--force-exclude"
_INTERRUPTED = 130  # the same for SIGINT
_OUTPUT_FAILS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)  # of a full disk, most of all


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    _make_output_safe()
    wanted = sys.argv[1:] if arguments is None else list(arguments)
    is_check = wanted[:1] == ["check"]
    if is_check and arguments is None:
        gc.disable()  # until all is loaded, of which nothing is garbage
    status = _status(wanted)
    if is_check and arguments is None:
        _end(status)
    return status


def _status(wanted: Sequence[str]) -> int:
    try:
        status = _check_plainly(wanted[1:]) if _is_plain_check(wanted) else _run_command(wanted)
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return _interrupted(wanted)
    except BrokenPipeError:
        # The reader has seen enough.
        _drop_output()
        return _BROKEN_PIPE
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_FAILS:
            raise
        _drop_output()
        print(f"weft: the output cannot be written: {os.strerror(error.errno).lower()}", file=sys.stderr)
        return 2


def _drop_output() -> None:
    """What is left in the buffer must go somewhere at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupted(wanted: Sequence[str]) -> int:
    """A check that was not made to its end has not passed, whoever ended it; a program of the user ends as others do."""
    if wanted[:1] != ["check"]:
        return _INTERRUPTED
    print(
        "weft: interrupted: each file is whole, as it was or mended; check again for the rest",
        file=sys.stderr,
    )
    return 2


def _end(status: int) -> None:
    """Leave without taking the models apart, which takes as long as a file to check; nothing of ours waits for the exit."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run_command(wanted: Sequence[str]) -> int:
    from weft.cli.parser import parser

    given = parser().parse_args(wanted)
    return _COMMANDS[given.command](given)


def _is_plain_check(wanted: Sequence[str]) -> bool:
    """Whether paths are all that is given, as by pre-commit's hook: no parser of options is loaded then."""
    return wanted[:1] == ["check"] and not any(
        word.startswith("-") and word not in ("-", _FORCE_EXCLUDE) for word in wanted
    )


def _check_plainly(words: Sequence[str]) -> int:
    from weft.cli.check import run
    from weft.cli.settings import Settings

    paths = [word for word in words if word != _FORCE_EXCLUDE]
    return run(Settings(paths or ["."], is_exclude_forced=len(paths) < len(words)))


def _check(given: "argparse.Namespace") -> int:
    from weft.cli import check
    from weft.cli.check_options import settings

    if given.explain:
        return _explain(given.explain)
    if given.watch:
        from weft.cli.watch import watch

        return watch(settings(given))
    return check.run(settings(given))


def _run(given: "argparse.Namespace") -> int:
    from weft.cli import run

    return run.run(given.file, given.arguments)


def _rule(given: "argparse.Namespace") -> int:
    return _explain(given.code)


def _explain(code: str | None) -> int:
    from weft.cli import rule

    return rule.run(code)


def _inspect(given: "argparse.Namespace") -> int:
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


def _layout(given: "argparse.Namespace") -> int:
    from weft.cli import layout

    return layout.run(
        layout.Settings(given.expression, given.svg, given.banks, given.element_bytes, given.threads)
    )


def _cache(given: "argparse.Namespace") -> int:
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
