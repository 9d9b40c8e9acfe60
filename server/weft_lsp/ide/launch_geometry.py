"""What Weft chooses where a launch gives no grid and no block, as far as the text tells."""

from math import prod

from weft.model import fold
from weft.model.describe import expression
from weft.model.ir import Const, Expr, Param
from weft.model.kernel import Analysis
from weft.model.launch_text import dims_of_launch
from weft.model.rewrite import rewrite
from weft.model.trace.tracer import LaunchSite
from weft.records import record

from weft_lsp.ide.resources import sizes_text


@record
class ChosenGeometry:
    """threads: how many there are along each axis of the domain. grid, block: along x, y and z as a launch has them, empty
    where the block is chosen when it runs. is_known: whether all of them are numbers."""

    threads: tuple[str, ...]
    grid: tuple[str, ...]
    block: tuple[int, ...]
    is_known: bool

    @property
    def label(self) -> str:
        """`[(⌈N/16⌉, ⌈M/16⌉), (16, 16)]`, `[M × N threads]`."""
        if not self.grid:
            return f"[{' × '.join(self.threads)} threads]"
        return f"[{_tuple(self.grid)}, {_tuple(tuple(map(str, self.block)))}]"

    @property
    def sentence(self) -> str:
        """What a hover says of a launch whose sizes are all known."""
        if not self.grid:
            return f"This launch: {sizes_text(tuple(map(int, self.threads)))}."
        blocks = prod(map(int, self.grid))
        whole = blocks * prod(self.block)
        what = "block" if blocks == 1 else "blocks"
        return f"This launch: {blocks:,} {what} of {sizes_text(self.block)}, {whole:,} in all."


def chosen_geometry(site: LaunchSite, kernel: Analysis) -> ChosenGeometry | None:
    """None for a kernel without a domain."""
    domain = kernel.made.domain
    if domain is None:
        return None
    told = dims_of_launch(site, kernel)

    def number(leaf: Expr) -> Expr:
        return fold.const(told[leaf.name]) if isinstance(leaf, Param) and leaf.name in told else leaf

    extents = [rewrite(extent, number) for extent in domain.extents]
    threads = tuple(map(expression, extents))
    is_known = all(isinstance(extent, Const) for extent in extents)
    if domain.block is None:
        return ChosenGeometry(threads, (), (), is_known)
    shape = kernel.made.cluster.shape if kernel.made.cluster else ()
    # The last axis of a domain runs along x.
    sides = zip(reversed(extents), reversed(domain.block), (*shape, 1, 1, 1), strict=False)
    grid = tuple(_blocks(extent, side, many) for extent, side, many in sides)
    return ChosenGeometry(threads, grid, tuple(reversed(domain.block)), is_known)


def _blocks(extent: Expr, side: int, many: int) -> str:
    """How many blocks cover an extent, in whole clusters of so many."""
    together = side * many
    if isinstance(extent, Const):
        return str(-(-int(extent.value) // together) * many)
    text = expression(extent)
    if together > 1:
        text = f"⌈{text}/{together}⌉" if isinstance(extent, Param) else f"⌈({text})/{together}⌉"
    return text if many == 1 else f"{many} × {text}"


def _tuple(parts: tuple[str, ...]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
