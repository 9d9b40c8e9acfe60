"""What stands above a kernel: who uses it, a way to run it, what it asks of a device."""

from typing import Literal

from weft.model.diagnostic import Span
from weft.model.model import Model
from weft.records import record

from weft_lsp.ide.resources import resources

LensKind = Literal["references", "run", "resources"]


@record
class LensSettings:
    """Which are shown."""

    references: bool = True
    run: bool = True
    resources: bool = True


@record
class Lens:
    """`title` is empty for what is counted only when it is looked at."""

    kind: LensKind
    name: str
    span: Span
    title: str = ""


def code_lenses(model: Model, settings: LensSettings) -> tuple[Lens, ...]:
    found: list[Lens] = []
    for start, function in model.kernels():
        span = function.name_span.shifted(start)
        if settings.references:
            found.append(Lens("references", function.name, span))
        if function.is_kernel and settings.run:
            found.append(Lens("run", function.name, span, "Run on the CPU"))
        if function.is_kernel and settings.resources:
            found.append(Lens("resources", function.name, span, resources(function)))
    return tuple(found)
