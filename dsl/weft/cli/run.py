"""`weft run`: a Python file as `python FILE` would run it, except that Weft's errors are shown as findings."""

import os
import runpy
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from weft.cli import report
from weft.cli.places import Places
from weft.cli.report import Checked
from weft.cli.sources import Source, SourceError, Unreadable, complain, read
from weft.cli.terminal import style_for
from weft.errors import KernelError, LaunchError, UnsupportedError, WeftError
from weft.model.diagnostic import Span
from weft.records import replace

_PACKAGE = Path(__file__).parents[1]


def run(file: str, arguments: Sequence[str]) -> int:
    """Run `file` as `__main__`. What it raises goes through `sys.excepthook`, so that debuggers still see it."""
    try:
        read(file)
    except SourceError as error:
        complain(Unreadable(file, str(error)))
        return 2
    sys.argv = [file, *arguments]
    if not sys.flags.safe_path:
        del sys.path[:1]  # where this command lies; Python puts the script's directory there instead
    sys.path.insert(0, os.path.dirname(os.path.abspath(file)))

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KernelError | LaunchError | UnsupportedError):
            show_finding(error, _since(file, trace))
        else:
            own = _since(file, trace)
            sys.__excepthook__(kind, error.with_traceback(own), own)

    sys.excepthook = show
    runpy.run_path(file, run_name="__main__")
    return 0


def show_finding(error: WeftError, trace: TracebackType | None) -> None:
    """Print what stopped the program as `weft check` prints a finding, on stderr."""
    sys.stdout.flush()
    style = style_for(sys.stderr)
    for checked in _placed(error, trace):
        for line in report.as_text(checked, style):
            print(line, file=sys.stderr)


def _placed(error: WeftError, trace: TracebackType | None) -> list[Checked]:
    """The findings with the text they are in; without a text, the message stands alone at the call."""
    found = _in_text(error) or _at_call(error, trace)
    if found is None:
        print(f"weft: {error}", file=sys.stderr)
        return []
    return [found]


def _in_text(error: WeftError) -> Checked | None:
    """`error` at its own span, if that is what its file holds now."""
    source = _source(error.filename)
    if source is None or error.diagnostic.span == Span(0, 0):
        return None
    if Places(source.text).at(error.diagnostic.span.start).line != error.line:
        return None
    return Checked(source, error.diagnostics)


def _at_call(error: WeftError, trace: TracebackType | None) -> Checked | None:
    """`error` at the innermost call outside Weft: the launch."""
    frames = [frame for frame in traceback.extract_tb(trace) if _PACKAGE not in Path(frame.filename).parents]
    source = _source(frames[-1].filename) if frames else None
    if source is None:
        return None
    span = _span(Places(source.text), frames[-1])
    return Checked(source, tuple(replace(found, span=span) for found in error.diagnostics))


def _span(places: Places, frame: traceback.FrameSummary) -> Span:
    """The expression of a frame. Python counts its columns in UTF-8 bytes from 0, if it knows them."""
    line, last = frame.lineno or 1, frame.end_lineno or frame.lineno or 1
    if frame.colno is None or frame.end_colno is None:
        text = places.line(line)
        return Span(places.offset(line, len(text) - len(text.lstrip())), places.offset(line, len(text)))
    return Span(_offset(places, line, frame.colno), _offset(places, last, frame.end_colno))


def _offset(places: Places, line: int, column_bytes: int) -> int:
    before = places.line(line).encode()[:column_bytes]
    return places.offset(line, len(before.decode(errors="ignore")))


def _source(filename: str | None) -> Source | None:
    if filename is None:
        return None
    try:
        return Source(_short(filename), read(filename).text)
    except SourceError:
        return None


def _short(filename: str) -> str:
    """`filename` from here, if it is below here."""
    try:
        return str(Path(filename).resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return filename


def _since(file: str, trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback that begins in `file`: without the frames of this command."""
    while trace is not None and trace.tb_frame.f_code.co_filename != file:
        trace = trace.tb_next
    return trace
