"""A picture of the layout or tensor at the cursor; at an access, also of the threads that make it."""

from collections.abc import Mapping

from weft.layout import Layout, Swizzle, composition
from weft.layout.draw_svg import Colouring, svg_of
from weft.layout.grid import MAX_CELLS, Grid, Window, first_cells
from weft.layout.swizzle import ComposedLayout
from weft.model.describe import describe
from weft.model.dtypes import INDEX
from weft.model.ir import Const, Expr
from weft.model.model import Model
from weft.model.trace.tracer import Fact
from weft.model.values import Static, Tensor, Value
from weft.records import field, record

# Shared memory of every CUDA GPU.
BANKS = 32
# Of a layout that is too large to be drawn whole.
_FIRST = Window(64, 32)


@record
class LayoutView:
    """title: what is at the cursor. svg: its picture; empty where there is none. threads_svg: the same, coloured by the
    threads of a block that touch it here; empty where that is not known. note: why, or what is left out."""

    title: str
    svg: str
    threads_svg: str = ""
    note: str = ""


@record
class _Drawn:
    grid: Grid
    banks: int | None = None
    element_bytes: int = 4
    threads: Mapping[int, int] = field(default_factory=dict[int, int])

    def picture(self) -> str:
        return svg_of(self.grid, Colouring(self.banks, self.element_bytes, self.threads or None))

    def picture_of_threads(self) -> str:
        return svg_of(self.grid, Colouring(threads=self.threads)) if self.threads else ""


def layout_view(model: Model, offset: int) -> LayoutView | None:
    """None where there is neither a layout nor a tensor."""
    fact = model.fact_at(offset)
    if fact is None or not _has_layout(fact.value):
        return None
    title, drawn = _title(fact), _drawn(fact.value, _threads(model, offset, fact))
    if drawn is None:
        return LayoutView(
            title, "", note="Its sizes are known at the launch only: there is nothing to draw yet."
        )
    return LayoutView(title, drawn.picture(), drawn.picture_of_threads(), drawn.grid.note)


def _threads(model: Model, offset: int, fact: Fact) -> Mapping[int, int]:
    """Of the access that begins with this name: the first thread that touches each element, when it is made first."""
    from weft.lint.block.observe import inner_block  # as in `hover_notes`

    function = model.kernel_at(offset)
    ran = inner_block(function) if function else None
    start, _ = model.block_at(offset)
    if function is None or ran is None:
        return {}
    ends = {access.span.end for access in function.accesses if access.span.start == fact.span.start - start}
    touches = (touch for touch in ran.touches if touch.span.start == fact.span.start - start)
    touch = next((touch for touch in touches if touch.span.end in ends), None)
    pairs = touch.elements(ran.trial.threads) if touch else ()
    return {element: thread for thread, element in reversed([*pairs])}


def _has_layout(value: Value) -> bool:
    return isinstance(value, Tensor) or (
        isinstance(value, Static) and isinstance(value.value, Layout | ComposedLayout)
    )


def _title(fact: Fact) -> str:
    name = fact.symbol.name if fact.symbol else ""
    return f"{name}: {describe(fact.value)}" if name else describe(fact.value)


def _drawn(value: Value, threads: Mapping[int, int]) -> _Drawn | None:
    match value:
        case Static(value=Layout() | ComposedLayout() as layout):
            return _Drawn(_grid(layout))
        case Tensor():
            return _of_tensor(value, threads)
        case _:
            return None


def _of_tensor(tensor: Tensor, threads: Mapping[int, int]) -> _Drawn | None:
    """The layout of a tensor with known sizes. Banks are of shared memory alone."""
    shapes = [_known(axis.shape) for axis in tensor.axes]
    strides = [_known(axis.stride) for axis in tensor.axes]
    known_shapes = [shape for shape in shapes if shape is not None]
    known_strides = [stride for stride in strides if stride is not None]
    if not shapes or len(known_shapes) < len(shapes) or len(known_strides) < len(strides):
        return None
    layout = Layout(tuple(known_shapes), tuple(known_strides))
    swizzled = composition(Swizzle(*tensor.swizzle), layout) if tensor.swizzle else layout
    banks = BANKS if tensor.array.space == "shared" else None
    # An access counts from the start of the memory, as the drawing does if the view starts there.
    here = threads if tensor.origin == Const(0, INDEX) else {}
    return _Drawn(_grid(swizzled), banks, tensor.array.dtype.itemsize_bytes, here)


def _known(expressions: tuple[Expr, ...]) -> int | tuple[int, ...] | None:
    numbers = [each.value for each in expressions if isinstance(each, Const)]
    whole = tuple(number for number in numbers if isinstance(number, int))
    if len(whole) < len(expressions):
        return None
    return whole[0] if len(whole) == 1 else whole


def _grid(layout: Layout | ComposedLayout) -> Grid:
    return first_cells(layout, Window() if layout.size() <= MAX_CELLS else _FIRST)
