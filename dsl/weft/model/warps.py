"""Whether the lanes of a warp stay together, and what the block must be like for it.

Warps are cut from the threads of a block along x, then y, then z. So a warp lies in one row of the block if the block has
one row, or rows of whole warps; then `thread_idx.x // 32` is the same for a warp, and so is `thread_idx.x < 64`.
"""

from collections.abc import Iterator, Mapping
from enum import IntEnum

from weft.model import fold
from weft.model.ir import (
    WARP_SIZE,
    Assign,
    Const,
    Do,
    Domain,
    Expr,
    For,
    Kernel,
    Load,
    Op,
    Special,
    Stmt,
    Var,
    is_of_warp,
    leaves,
    operands,
)
from weft.model.limits import Geometry, Problem
from weft.model.lives import by_lives
from weft.model.uniformity import (
    Varying,
    divergent_statements,
    local_memory,
    set_apart,
    varying_variables,
)
from weft.records import record

WARPGROUP_THREADS = 128


class Rows(IntEnum):
    """What is known of the rows of a block; each includes those before it."""

    ANY = 0
    ONE_OR_WHOLE = 1  # One row, or rows of whole warps.
    WHOLE = 2  # Rows of whole warps.


@record
class WarpFlow:
    """rows: what the kernel needs of a block for the lanes of each warp to stay together.

    parted: the effects of warps that not all lanes reach even then, each with the statement that parts them.
    """

    rows: Rows
    parted: tuple[tuple[Do, Stmt], ...]


def warp_flow(kernel: Kernel, *, is_by_lives: bool = False) -> WarpFlow:
    """How the lanes of warps come to the effects that they do together. is_by_lives: each life of a variable has its name."""
    if not any(map(is_of_warp, kernel.statements)):
        return WarpFlow(Rows.ANY, ())
    kernel = kernel if is_by_lives else by_lives(kernel)
    rows, parted = Rows.ANY, ()
    for rows in _possible(kernel):
        parted = tuple(_parted(kernel, rows))
        if not parted:
            break
    return WarpFlow(rows, parted)


def rows_of(block: tuple[int, int, int]) -> Rows:
    """block: along x, y, z."""
    if block[0] % WARP_SIZE == 0:
        return Rows.WHOLE
    return Rows.ONE_OR_WHOLE if block[1] == block[2] == 1 else Rows.ANY


def row_problems(kernel: Kernel, geometry: Geometry) -> Iterator[Problem]:
    """What is wrong with a block for a kernel whose warps must lie in rows."""
    if geometry.threads_per_block % WARPGROUP_THREADS and _has_warpgroups(kernel):
        message = not_whole_warpgroups(kernel.name, geometry.threads_per_block)
        yield Problem("launch-block", message, "block")
    wanted = warp_flow(kernel).rows
    if rows_of(geometry.block) < wanted:
        sizes = " × ".join(map(str, geometry.block))
        allowed = "a multiple of 32" if wanted == Rows.WHOLE else "a multiple of 32, or the block has one row"
        yield Problem(
            "launch-block",
            f"`{kernel.name}` takes it that the lanes of a warp are neighbours along x, so block.x is {allowed}; "
            f"the block is {sizes}: use 32 along x",
            "block",
        )


def not_whole_warpgroups(name: str, threads: int) -> str:
    """name: of the operation or the kernel. threads: of the block."""
    return (
        f"`{name}` works in groups of four warps, so a block has a multiple of {WARPGROUP_THREADS} threads; "
        f"this one has {threads}: use {-(-threads // WARPGROUP_THREADS) * WARPGROUP_THREADS}"
    )


def _has_warpgroups(kernel: Kernel) -> bool:
    return any(isinstance(one, Do) and one.name == "warpgroup_mma" for one in kernel.statements)


def _possible(kernel: Kernel) -> list[Rows]:
    """What may be needed of the block, the least first: only one thing where the kernel fixes its block."""
    domain = kernel.domain
    if domain is not None and domain.block is not None:
        x, y, z = (*domain.block[::-1], 1, 1, 1)[:3]
        return [rows_of((x, y, z))]
    least = Rows.ONE_OR_WHOLE if domain is not None and len(domain.indices) == 1 else Rows.ANY
    return [rows for rows in Rows if rows >= least]


def _parted(kernel: Kernel, rows: Rows) -> Iterator[tuple[Do, Stmt]]:
    level = WarpLevel(kernel, rows)
    for statement, cause in divergent_statements(kernel, varying_variables(kernel, level), level):
        if isinstance(statement, Do) and is_of_warp(statement):
            yield statement, cause
    if _has_warpgroups(kernel):
        for statement, cause in divergent_statements(kernel, varying_variables(kernel)):
            if isinstance(statement, Do) and statement.name == "warpgroup_mma":
                yield statement, cause


class WarpLevel:
    """The lanes of a warp, in blocks with such rows: a level of `uniformity`."""

    def __init__(self, kernel: Kernel, rows: Rows) -> None:
        self.rows = rows
        counts = kernel.times_assigned
        self.values = dict(_values(kernel, counts))
        self.loops = dict(_loops(kernel, counts))
        domain = kernel.domain
        # Coordinates of the domain along y and z.
        self.of_rows = frozenset(index.name for index in domain.indices[:-1]) if domain else frozenset[str]()

    def varies(self, expr: Expr, varying: Varying | set[str]) -> bool:
        inside = leaves(expr)
        if not inside.is_of_thread and not inside.loads and inside.variables.isdisjoint(varying):
            return False
        match expr:
            case Special(name=name):
                return name == "lane_id" or (name.startswith("thread_idx") and not self._is_of_row(name))
            case Var(name=name):
                is_of_row = name in self.of_rows and name in self.values and self.rows >= Rows.ONE_OR_WHOLE
                return name in varying and not is_of_row
            case Load(array=array):
                parts = any(self.varies(part, varying) for part in operands(expr))
                return parts or (array.space == "local" and local_memory(array.name) in varying)
            case Op(args=args):
                return any(self.varies(arg, varying) for arg in args) and not self._is_rounded(expr, varying)
            case _:
                return False

    def gives_apart(self, do: Do, varying: Varying | set[str]) -> bool:
        """What a vote, a reduction or a broadcast gives is the same for all lanes."""
        match do.name:
            case "vote" | "ballot":
                return False
            case "warp_reduce":
                return do.static[1] != WARP_SIZE
            case "shuffle":
                is_broadcast = do.static[:2] == ("idx", WARP_SIZE)
                from_one = is_broadcast and all(not self.varies(arg, varying) for arg in do.args[1:])
                return not from_one and self.varies(do.args[0], varying)
            case _:
                return True

    def _is_of_row(self, special: str) -> bool:
        return special != "thread_idx.x" and self.rows >= Rows.ONE_OR_WHOLE

    def _is_rounded(self, op: Op, varying: Varying | set[str]) -> bool:
        """Whether an operation forgets which lane it is: numbers of a row of lanes, divided or compared by 32s."""
        match op:
            case Op(name="floordiv", args=(a, Const(value=by))):
                return by > 0 and by % WARP_SIZE == 0 and self._counts_lanes(a, varying)
            case Op(name="shift_right", args=(a, Const(value=by))):
                return by >= 5 and self._counts_lanes(a, varying)
            case Op(name="lt" | "ge", args=(a, b)) | Op(name="gt" | "le", args=(b, a)):
                return self._counts_lanes(a, varying) and self._is_whole(b, varying)
            case _:
                return False

    def _counts_lanes(self, expr: Expr, varying: Varying | set[str]) -> bool:
        """Whether it is the lane, plus a multiple of 32 that is the same for the warp."""
        match expr:
            case Special(name="lane_id"):
                return True
            case Special(name="thread_idx.x"):
                return self.rows >= Rows.ONE_OR_WHOLE
            case Var(name=name) if name in self.values and set_apart(name) not in varying:
                return self._counts_lanes(self.values[name], varying)
            case Op(name="cast", args=(a,)) if expr.dtype.is_integer and a.dtype.is_integer:
                return self._counts_lanes(a, varying)
            case Op(name="add", args=(a, b)):
                return (self._counts_lanes(a, varying) and self._is_whole(b, varying)) or (
                    self._counts_lanes(b, varying) and self._is_whole(a, varying)
                )
            case Op(name="sub", args=(a, b)):
                return self._counts_lanes(a, varying) and self._is_whole(b, varying)
            case _:
                return False

    def _is_whole(self, expr: Expr, varying: Varying | set[str]) -> bool:
        """Whether it is a multiple of 32, and the same for the warp."""
        return self._is_multiple(expr, varying) and not self.varies(expr, varying)

    def _is_multiple(self, expr: Expr, varying: Varying | set[str]) -> bool:
        match expr:
            case Const(value=value):
                return value % WARP_SIZE == 0
            case Special(name="block_dim.x"):
                return self.rows == Rows.WHOLE
            case Var(name=name) if name in self.values and set_apart(name) not in varying:
                return self._is_multiple(self.values[name], varying)
            case Var(name=name) if name in self.loops and name not in varying:
                bounds = [part for loop in self.loops[name] for part in (loop.start, loop.step)]
                return all(self._is_multiple(part, varying) for part in bounds)
            case Op(name="cast", args=(a,)) if a.dtype.is_integer:
                return self._is_multiple(a, varying)
            case Op(name="mul", args=(a, b)):
                return self._is_multiple(a, varying) or self._is_multiple(b, varying)
            case Op(name="add" | "sub", args=(a, b)):
                return self._is_multiple(a, varying) and self._is_multiple(b, varying)
            case Op(name="shift_left", args=(_, Const(value=by))):
                return by >= 5
            case _:
                return False


def _values(kernel: Kernel, counts: Mapping[str, int]) -> Iterator[tuple[str, Expr]]:
    """The variables that are assigned once, by what they are."""
    for statement in kernel.statements:
        match statement:
            case Assign(target=target, value=value) if counts[target.name] == 1 and fold.is_pure(value):
                yield target.name, value
            case Domain(indices=indices):
                for axis, index in zip("xyz", reversed(indices), strict=False):
                    if counts[index.name] == 1:
                        yield index.name, _coordinate(axis)
            case _:
                pass


def _coordinate(axis: str) -> Expr:
    block, size = Special(f"block_idx.{axis}"), Special(f"block_dim.{axis}")
    return fold.add(fold.mul(block, size), Special(f"thread_idx.{axis}"))


def _loops(kernel: Kernel, counts: Mapping[str, int]) -> Iterator[tuple[str, list[For]]]:
    """The variables that only loops assign, with these loops."""
    loops = [statement for statement in kernel.statements if isinstance(statement, For)]
    for name in {loop.variable.name for loop in loops}:
        own = [loop for loop in loops if loop.variable.name == name]
        if counts[name] == len(own):
            yield name, own
