"""`weft inspect`: what a kernel becomes, read from its text. No user code runs, and no GPU is needed."""

import os
import sys
from collections.abc import Sequence
from typing import Literal

from weft.cli import report
from weft.cli.check import roots
from weft.cli.report import Checked
from weft.cli.sources import Source, SourceError, complain_of, read, read_stdin
from weft.cli.terminal import style_for
from weft.inspect import Inspection, StageName, TargetError, as_json, assumed, check_target, inspect
from weft.inspect import Settings as Target
from weft.model.diagnostic import Diagnostic, Span
from weft.model.ir import Kernel
from weft.model.kernel import Analysis
from weft.model.limits import block_problems, triple
from weft.model.model import Model
from weft.model.project import Project
from weft.ops.dialect import DIALECT
from weft.records import record, replace


@record
class Settings:
    """place: `FILE::KERNEL`. is_stdin: the file's text is what stands on standard input, as an editor has it."""

    place: str
    target: str = "cpu"
    stages: Sequence[StageName] = ()
    format: Literal["text", "json"] = "text"
    block: str | None = None
    index_bits: Literal[32, 64] = 32
    is_unaligned: bool = False
    is_stdin: bool = False


class _Trouble(Exception):
    """Why there is nothing to inspect, in one line; `status` is the exit status."""

    def __init__(self, message: str, status: int = 2, findings: Checked | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.findings = findings


def run(settings: Settings) -> int:
    """0: shown; 1: the kernel has errors, which are shown; 2: there is no such file, kernel or target."""
    try:
        found = _inspected(settings)
    except _Trouble as trouble:
        return _told(settings, trouble)
    print(as_json(found) if settings.format == "json" else found)
    return 0


def _told(settings: Settings, trouble: _Trouble) -> int:
    """The trouble, on stderr; a program that asked for JSON gets it as a notice too."""
    if settings.format == "json":
        path, _, name = settings.place.partition("::")
        print(as_json(Inspection(name, settings.target, path, (), notices=(str(trouble),))))
    if trouble.findings is None:
        complain_of(str(trouble))
    else:
        sys.stdout.flush()
        for line in report.as_text(trouble.findings, style_for(sys.stderr)):
            print(line, file=sys.stderr)
    return trouble.status


def _inspected(settings: Settings) -> Inspection:
    try:
        check_target(settings.target)
    except TargetError as error:
        raise _Trouble(str(error)) from None
    target = Target(
        settings.target,
        frozenset(settings.stages) or None,
        _block(settings.block),
        settings.index_bits,
        settings.is_unaligned,
    )
    kernel = _kernel(settings)
    return inspect(kernel, assumed(kernel, target), target)


def _block(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    sizes = text.split(",")
    if not all(size.strip().isdecimal() for size in sizes) or len(sizes) > 3:
        raise _Trouble(f"`{text}` is no block: write up to three whole numbers, such as 256 or 32,8")
    block = triple(tuple(int(size) for size in sizes))
    for problem in block_problems(block):
        raise _Trouble(problem.message)
    return block


def _kernel(settings: Settings) -> Kernel:
    path, separator, name = settings.place.rpartition("::")
    if not separator:
        path, name = settings.place, ""
    try:
        source = replace(read_stdin(), path=path) if settings.is_stdin else read(path)
    except SourceError as error:
        raise _Trouble(f"{path} {error}") from None
    model = Project(DIALECT, roots([path])).read(path, source.text, source.parts)
    start, analysis = _chosen(model, path, name)
    _check(source, start, analysis)
    assert analysis.ir is not None, "a kernel without errors has an IR"
    # The IR's spans count from the block: a line table that does too leads to the file's lines.
    line_starts = tuple(at - start for at in model.lines.starts)
    return replace(analysis.ir, filename=os.path.abspath(path), line_starts=line_starts)


def _chosen(model: Model, path: str, name: str) -> tuple[int, Analysis]:
    """The kernel called `name`, or the one at the line that `name` is the number of, or the only one."""
    kernels = [(start, found) for start, found in model.kernels() if found.is_kernel]
    if name.isdecimal():
        fitting = [
            (start, found) for start, found in kernels if _is_at(model, found.span.shifted(start), int(name))
        ]
    else:
        fitting = [(start, found) for start, found in kernels if name in ("", found.name)]
    if len(fitting) == 1:
        return fitting[0]
    raise _Trouble(_which(model, path, name, kernels, fitting))


def _is_at(model: Model, span: Span, line: int) -> bool:
    return model.lines.line_of(span.start) < line <= model.lines.line_of(span.end) + 1


_Found = Sequence[tuple[int, Analysis]]


def _which(model: Model, path: str, name: str, kernels: _Found, fitting: _Found) -> str:
    if not kernels:
        return f"{path} has no kernel: mark a function with `@weft.kernel`"
    places = (
        f"{found.name} (line {model.lines.line_of(found.name_span.start + start) + 1})"
        for start, found in (fitting or kernels)
    )
    listed = ", ".join(places)
    if fitting:
        what = f"has several kernels called `{name}`" if name else "has several kernels"
        return f"{path} {what}: {listed}; name one as FILE::KERNEL or FILE::LINE"
    if any(found.name == name for _, found in model.kernels()):
        return f"`{name}` in {path} is a device function, which is read in place of each call: inspect a kernel: {listed}"
    what = f"at line {name}" if name.isdecimal() else f"called `{name}`"
    return f"{path} has no kernel {what}; its kernels: {listed}"


def _check(source: Source, start: int, analysis: Analysis) -> None:
    errors = [found.shifted(start) for found in analysis.findings if found.severity == "error"]
    if not errors and analysis.unknown:
        errors = [_unknown(span.shifted(start)) for span in analysis.unknown]
    if errors:
        first = errors[0]
        raise _Trouble(f"{first.code}: {first.message}", 1, Checked(source, tuple(errors)))


def _unknown(span: Span) -> Diagnostic:
    return Diagnostic(
        "unknown-value",
        "what this computes with is not in the text, which is all that `weft inspect` reads: inspect the kernel in the "
        "program, with `kernel.inspect(...)`",
        span,
    )
