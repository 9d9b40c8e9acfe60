"""What a hover says below the signature: of a value, an access, a layout, a dimension, a kernel and its launch."""

from collections.abc import Iterator
from math import prod

from weft.layout import ComposedLayout, Layout
from weft.model import fold
from weft.model.describe import expression
from weft.model.diagnostic import Span
from weft.model.ir import TensorParameter
from weft.model.kernel import Analysis
from weft.model.limits import ANY_GPU
from weft.model.model import Model
from weft.model.occupancy import MULTIPROCESSORS, occupancy
from weft.model.prove import Bounds
from weft.model.trace.tracer import Access, Fact
from weft.model.uniformity import is_varying
from weft.model.values import ConfiguredKernel, Dimension, KernelRef, Scalar, Static, Tensor

from weft_lsp.ide.launch_geometry import chosen_geometry
from weft_lsp.ide.layout_note import layout_note
from weft_lsp.ide.resources import kernel_of, resources, shared_bytes, sizes_text
from weft_lsp.ide.threads import varying_names


def notes(model: Model, offset: int, fact: Fact, *, shows_images: bool = False) -> tuple[str, ...]:
    """Paragraphs of Markdown."""
    return tuple(_notes(model, offset, fact, shows_images=shows_images))


def _notes(model: Model, offset: int, fact: Fact, *, shows_images: bool) -> Iterator[str]:
    function = model.kernel_at(offset)
    match fact.value:
        case Scalar() if function is not None:
            yield from _of_scalar(function, fact)
            yield from _of_accesses(model, function, fact.span)
        case Tensor() if function is not None:
            yield from _of_accesses(model, function, fact.span, is_name=True)
        case Static(value=Layout() | ComposedLayout() as layout):
            yield from layout_note(layout, shows_images=shows_images)
        case Dimension() as dimension:
            yield from _of_dimension(function, dimension)
        case KernelRef() | ConfiguredKernel():
            yield from _of_kernel(model, offset, fact)
        case _:
            pass


def _of_scalar(function: Analysis, fact: Fact) -> Iterator[str]:
    assert isinstance(fact.value, Scalar)
    varying = varying_names(function)
    words: list[str] = []
    if varying is not None:
        differs = is_varying(fact.value.expr, varying)
        words.append("Differs between threads." if differs else "The same for all threads of a block.")
    if fact.bounds is not None and (told := _range(fact.bounds)):
        words.append(told)
    if words:
        yield " ".join(words)


def _range(bounds: Bounds) -> str:
    """`From 0 to N - 1.`"""
    lower = expression(bounds.lower) if bounds.lower is not None else ""
    uppers = list(dict.fromkeys(expression(fold.sub(upper, fold.const(1))) for upper in bounds.uppers))
    if lower and uppers:
        return f"From `{lower}` to " + " and to ".join(f"`{upper}`" for upper in uppers) + "."
    if lower:
        return f"At least `{lower}`."
    return f"At most {' and '.join(f'`{upper}`' for upper in uppers)}." if uppers else ""


def _of_accesses(model: Model, function: Analysis, span: Span, *, is_name: bool = False) -> Iterator[str]:
    """What is known of the access at a place, or of that which begins with a tensor's name: `x` in `x[i]`."""
    start, _ = model.block_at(span.start)
    # What runs a block is loaded once the server has answered.
    from weft_lsp.ide.memory_notes import memory_notes

    here = span.shifted(-start)
    is_indexed = is_name and model.text[span.end : span.end + 1] == "["
    told: dict[str, None] = {}
    for access in function.accesses:
        is_of_name = is_indexed and access.span.start == here.start and access.span.end > here.end
        if access.span == here or is_of_name:
            told.update(dict.fromkeys((_bounds_words(access), *memory_notes(function, access))))
    yield from told


def _bounds_words(access: Access) -> str:
    if access.is_proved:
        return "Proved to be inside the tensor: no guard."
    done = "writes nothing" if access.is_write else "reads 0"
    return f"Not proved to be inside the tensor: guarded, and outside it {done}."


def _of_dimension(function: Analysis | None, dimension: Dimension) -> Iterator[str]:
    if function is None:
        return
    axes = [
        f"axis {axis} of `{parameter.name}`"
        for parameter in function.parameters
        if isinstance(parameter, TensorParameter)
        for axis, extent in enumerate(parameter.shape)
        if extent == dimension.expr
    ]
    if len(axes) == 1:
        yield f"Here {axes[0]}."
    elif axes:
        yield f"Here {', '.join(axes[:-1])} and {axes[-1]}: at a launch they must be equal."


def _of_kernel(model: Model, offset: int, fact: Fact) -> Iterator[str]:
    kernel = kernel_of(model, fact.value)
    if kernel is not None:
        yield f"{_upper(resources(kernel))}."
        if kernel.made.domain and kernel.made.domain.block:
            yield from _of_occupancy(kernel, prod(kernel.made.domain.block))
    start, block = model.block_at(offset)
    for site in block.launches:
        if site.span.start + start != fact.span.start:
            continue
        if isinstance(site.kernel, ConfiguredKernel):
            geometry = site.kernel.geometry
            if geometry is not None:
                blocks = f"{geometry.blocks:,} {'block' if geometry.blocks == 1 else 'blocks'}"
                whole = geometry.blocks * geometry.threads_per_block
                yield f"This launch: {blocks} of {sizes_text(geometry.block)}, {whole:,} in all."
                yield from _of_occupancy(kernel, geometry.threads_per_block)
        elif kernel is not None and (chosen := chosen_geometry(site, kernel)) and chosen.is_known:
            yield chosen.sentence


def _of_occupancy(kernel: Analysis | None, block_threads: int) -> Iterator[str]:
    """What threads and shared memory leave of the warps that a multiprocessor holds: the compiler chooses the registers."""
    if kernel is None or not 0 < block_threads <= ANY_GPU.block_threads:
        return
    found: dict[int, list[str]] = {}
    for major, minor in MULTIPROCESSORS:
        fitting = occupancy((major, minor), block_threads, 0, shared_bytes(kernel))
        if fitting is not None:
            share = round(100 * fitting.warps / fitting.max_warps)
            found.setdefault(share, []).append(f"{major}.{minor}")
    told = "; ".join(
        f"{share} % on {', '.join(names)}" for share, names in sorted(found.items(), reverse=True)
    )
    yield f"Occupancy, if registers allow it: at most {told}."


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
