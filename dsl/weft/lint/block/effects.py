"""What effects do to the memory that they name."""

from weft.lint.block.record import Kind
from weft.model.ir import Do


def kind_of(name: str) -> Kind | None:
    """What an effect does to the memory that it names, where that is known."""
    if name.startswith("atomic"):
        return "atomic"
    if name in ("load_vector", "load_matrix", "warpgroup_mma"):
        return "read"
    return "write" if name == "store_vector" else None


def may_define(name: str) -> bool:
    """Whether an effect may write memory that nothing had written: other atomic operations read what they change."""
    return "exchange" in name or (kind_of(name) in ("write", None) and not is_address(name))


def is_address(name: str) -> bool:
    """Whether an effect only tells where memory is, and neither reads nor writes it."""
    return name == "block_memory"


def width_of(statement: Do) -> int:
    """How many elements, side by side, an effect touches."""
    if statement.name == "load_vector" and isinstance(statement.static[0], int):
        return statement.static[0]
    return len(statement.args) if statement.name == "store_vector" else 1
