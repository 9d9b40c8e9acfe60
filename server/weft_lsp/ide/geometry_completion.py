"""What fits between the brackets of `kernel[grid, block]`."""

from collections.abc import Iterator

from weft.model.ir import Domain
from weft.model.model import Model
from weft.model.values import KernelRef
from weft.records import record

from weft_lsp.ide.resources import kernel_of, sizes_text

# The usual blocks, along x, y and z, for each number of axes: whole warps, and few enough registers for any kernel.
_USUAL = {1: ((256,), (128,)), 2: ((32, 8), (16, 16)), 3: ((32, 4, 2), (8, 8, 4))}


@record
class GeometryOffer:
    """label: as it is read. text: as it is typed, with places to fill in where the client knows them."""

    label: str
    text: str
    detail: str


def geometries(model: Model, value: KernelRef, *, with_snippets: bool) -> Iterator[GeometryOffer]:
    kernel = kernel_of(model, value)
    domain = kernel.made.domain if kernel else None
    rank = len(domain.extents) if domain else 1
    for block in _blocks(domain, rank):
        grid = [f"grid_{axis}" for axis in "xyz"[:rank]] if rank > 1 else ["grid"]
        holes = [f"${{{index}:{name}}}" for index, name in enumerate(grid, 1)]
        label = f"{_tuple(grid)}, {_tuple([str(size) for size in block])}"
        text = f"{_tuple(holes)}, {_tuple([str(size) for size in block])}" if with_snippets else label
        detail = "the block that the kernel fixes: " if domain and domain.block else ""
        yield GeometryOffer(label, text, f"{detail}{sizes_text(block)} in a block")


def _blocks(domain: Domain | None, rank: int) -> tuple[tuple[int, ...], ...]:
    if domain is not None and domain.block is not None:
        return (tuple(reversed(domain.block)),)
    return _USUAL[min(rank, 3)]


def _tuple(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
