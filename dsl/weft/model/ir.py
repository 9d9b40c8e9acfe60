"""What a back end sees: scalars, pointers, loops, barriers and a short list of primitive operations.

The front end has lowered layouts, views, guards and index arithmetic away. Expressions are values without side
effects (a `Load` reads memory in program order); statements are structured, so there are no gotos and no returns.
Every statement has the span of the source that made it. Build expressions with the functions of `weft.model.fold`,
which simplify as they go.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from weft.model.diagnostic import Span
from weft.model.dtypes import BOOL, INDEX, DType
from weft.records import field, keep, record

# "cluster" is the shared memory of another block of the cluster: its array has the name of the own one.
Space = Literal["global", "shared", "local", "cluster"]


@record(unique=True)
class Const:
    """A number known at compile time."""

    value: int | float | bool
    dtype: DType

    @staticmethod
    def unique_key(value: float | bool, dtype: DType) -> object:
        """0.0 and -0.0 are two numbers: what is divided by them differs. So are 1 and True."""
        return type(value), value or str(value), dtype


@record(unique=True)
class Var:
    """A local scalar variable of one thread, or the variable of a loop. May be assigned more than once."""

    name: str
    dtype: DType


@record(unique=True)
class Param:
    """A scalar that the launch passes: a scalar parameter (`alpha`), a dimension (`N`, or `x.shape[0]` where it has
    no name), or a stride in elements (`x.stride[0]`). The same for all threads."""

    name: str
    dtype: DType


@record(unique=True)
class Special:
    """`thread_idx`, `block_idx`, `block_dim` or `grid_dim`, with its axis: `thread_idx.x`. Or `lane_id`, this thread's
    place in its warp, or `warp_id`, the warp's in its block, where warps are cut from the threads in the order of x, y, z.
    Or `cluster_rank`, the block's place in its cluster, counted along x, then y, then z.
    """

    name: str
    dtype: DType = INDEX


@record(unique=True)
class Op:
    """A primitive operation (a key of `PRIMITIVES`) on operands that already have the types that it wants."""

    name: str
    args: tuple["Expr", ...]
    dtype: DType


@record(unique=True)
class Array:
    """Memory that loads and stores name. `size` counts elements: static for shared and local, None for global.

    at_launch: the size of shared memory that follows from dimensions; then `size` is None until a launch tells them
    (`weft.model.sizes.sized`).
    """

    name: str
    dtype: DType
    space: Space
    size: int | None = None
    at_launch: "Expr | None" = None

    @property
    def size_bytes(self) -> int:
        """0 where it is not known."""
        return (self.size or 0) * self.dtype.itemsize_bytes


@record(unique=True)
class Load:
    """The element of `array` at `offset` (elements); 0 where `guard` is false, without touching memory."""

    array: Array
    offset: "Expr"
    guard: "Expr | None"
    span: Span

    @property
    def dtype(self) -> DType:
        return self.array.dtype


Expr = Const | Var | Param | Special | Op | Load

# Functions that have a form that is faster and less exact, with the number of their operands.
_FAST = {"exp": 1, "log": 1, "log2": 1, "sin": 1, "cos": 1, "tanh": 1, "pow": 2, "div": 2}

# name: (number of operands, meaning). All operands of the arithmetic ones have one dtype, which is also the result's.
PRIMITIVES: dict[str, tuple[int, str]] = {
    "add": (2, "a + b; integers wrap"),
    "sub": (2, "a - b; integers wrap"),
    "mul": (2, "a * b; integers wrap"),
    "div": (2, "a / b, floats only"),
    "floordiv": (2, "the floor of a / b"),
    "mod": (2, "a - b * floor(a / b): the sign of b"),
    "neg": (1, "-a"),
    "abs": (1, "the magnitude of a"),
    "min": (2, "the smaller; of a number and a NaN, the number"),
    "max": (2, "the larger; of a number and a NaN, the number"),
    "fma": (3, "a * b + c with one rounding, floats only"),
    "eq": (2, "a == b, gives bool"),
    "ne": (2, "a != b, gives bool"),
    "lt": (2, "a < b, gives bool"),
    "le": (2, "a <= b, gives bool"),
    "gt": (2, "a > b, gives bool"),
    "ge": (2, "a >= b, gives bool"),
    "and": (2, "both, of bool; the second is evaluated only if the first is true"),
    "or": (2, "either, of bool; the second is evaluated only if the first is false"),
    "not": (1, "not a, of bool"),
    "bit_and": (2, "a & b"),
    "bit_or": (2, "a | b"),
    "bit_xor": (2, "a ^ b"),
    "bit_not": (1, "~a"),
    "shift_left": (2, "a << b"),
    "shift_right": (2, "a >> b, arithmetic for signed types"),
    "select": (3, "b where a (bool) is true, else c; only the chosen one is evaluated"),
    "cast": (
        1,
        "a converted to the result's dtype; floats to integers truncate, integers to narrower ones wrap",
    ),
    "exp": (1, "e ** a"),
    "exp2": (1, "2 ** a"),
    "log": (1, "natural logarithm"),
    "log2": (1, "logarithm to base 2"),
    "sqrt": (1, "square root"),
    "rsqrt": (1, "1 / sqrt(a)"),
    "sin": (1, "sine of radians"),
    "cos": (1, "cosine of radians"),
    "tanh": (1, "hyperbolic tangent"),
    "erf": (1, "error function"),
    "tan": (1, "tangent of radians"),
    "asin": (1, "arc sine, in radians"),
    "acos": (1, "arc cosine, in radians"),
    "atan": (1, "arc tangent, in radians"),
    "atan2": (2, "the angle of the point (b, a), in radians"),
    "sinh": (1, "hyperbolic sine"),
    "cosh": (1, "hyperbolic cosine"),
    "asinh": (1, "inverse hyperbolic sine"),
    "acosh": (1, "inverse hyperbolic cosine"),
    "atanh": (1, "inverse hyperbolic tangent"),
    "log10": (1, "logarithm to base 10"),
    "log1p": (1, "log(1 + a), exact near 0"),
    "expm1": (1, "exp(a) - 1, exact near 0"),
    "cbrt": (1, "cube root"),
    "hypot": (2, "sqrt(a * a + b * b) without overflow on the way"),
    "copysign": (2, "the magnitude of a with the sign of b"),
    "rint": (1, "the nearest whole number, ties to even, as a float"),
    "trunc": (1, "a without its fraction, as a float"),
    "is_nan": (1, "whether a is NaN, gives bool"),
    "is_inf": (1, "whether a is an infinity, gives bool"),
    "is_finite": (1, "whether a is neither, gives bool"),
    **{
        f"fast_{name}": (operands, f"{name}, less exact where the machine is faster so")
        for name, operands in _FAST.items()
    },
    "popcount": (1, "how many bits of a are set, as a's dtype. So do the following"),
    "clz": (1, "how many bits above the highest set one; all of them for 0"),
    "ctz": (1, "how many bits below the lowest set one; all of them for 0"),
    "bit_reverse": (1, "the bits of a in the opposite order"),
    "mul_hi": (2, "the upper half of the bits of a * b, which has twice as many"),
    "bitcast": (1, "the bits of a as another dtype of the same width"),
    "pow": (2, "a ** b, floats only"),
    "floor": (1, "the largest whole number not above a, as a float"),
    "ceil": (1, "the smallest whole number not below a, as a float"),
}

# Who takes part in an effect: one thread by itself, all threads of a warp together, or all of a block.
Scope = Literal["thread", "warp", "block"]

# name: (who takes part, meaning). A `Do` is one of these. Operations join this table with their lowerings.
EFFECTS: dict[str, tuple[Scope, str]] = {
    "load_vector": (
        "thread",
        "static[0] elements from places[0] on, which is aligned to their size, in one access",
    ),
    "store_vector": (
        "thread",
        "args to places[0] and the elements after it, which is aligned to their size, in one access",
    ),
    "print": ("thread", "write static[0], a format (`weft.model.texts`), with args, each i64, u64 or f64"),
    "fail": (
        "thread",
        "say that an assertion is wrong: static[0] as of print; args[:6] are this thread's and its block's x, y, z",
    ),
    "clock": ("thread", "gives a count of cycles, i64"),
    "block_memory": (
        "thread",
        "where places[0] lies in the block of the cluster whose rank is args[0]: the offset of its `cluster` array there",
    ),
    "copy_async": (
        "thread",
        (
            "start copying static[0] bytes of places[1], global, to places[0], shared; zeros where args[0] is false. Before "
            "specialization: places of each element in turn, args for each"
        ),
    ),
    "commit_async": ("thread", "close this thread's group of asynchronous copies"),
    "wait_async": ("thread", "wait until at most static[0] of this thread's latest groups are not done"),
    "load_matrix": (
        "warp",
        (
            "load four matrices of 8 x 8 elements of 2 bytes; places[0] is the row that this thread names, static[0] "
            "`rows` or `columns`; two neighbours of each matrix for each thread. Before specialization: then their places"
        ),
    ),
    "mma": (
        "warp",
        (
            "16 x 16 (args 0 to 7) times 16 x 8 (8 to 11) plus 16 x 8 (12 to 15): one warp's matrix product, accumulated in f32; "
            "static[0] is the dtype of the factors"
        ),
    ),
    "warpgroup_mma": (
        "warp",
        (
            "64 x K times K x N plus 64 x N, accumulated in f32, by four warps, each 16 rows (args). Factors start at places[0] and "
            "[1], in shared memory; static: their dtype, N, K, the bits of the left one's swizzle, `k` or `n` for the right one's axis "
            "of neighbours, the bits of its swizzle, how far its pieces lie apart. Before specialization: then the places of "
            "each load of a matrix, as of load_matrix"
        ),
    ),
    "fence_async": (
        "thread",
        "what this thread wrote to shared memory is seen by `warpgroup_mma` after the next barrier",
    ),
    "atomic_add": ("thread", "place += arg, as one step; gives the element before. So do the following"),
    "atomic_min": ("thread", "place = min(place, arg)"),
    "atomic_max": ("thread", "place = max(place, arg)"),
    "atomic_and": ("thread", "place &= arg"),
    "atomic_or": ("thread", "place |= arg"),
    "atomic_xor": ("thread", "place ^= arg"),
    "atomic_exchange": ("thread", "place = arg"),
    "atomic_compare_exchange": ("thread", "place = second arg if its bits are those of the first"),
    "shuffle": (
        "warp",
        "a of another lane, the own one where there is none; static: idx, up, down or xor, the width, the distance unless b",
    ),
    "vote": ("warp", "whether a (bool) is true in any lane, or in all; static: which"),
    "ballot": ("warp", "the lanes where a (bool) is true, as the bits of a u32"),
    "warp_reduce": ("warp", "the sum, max or min of a over the lanes; static: which, and the width"),
    "warp_scan": (
        "warp",
        "the sum of a over the lanes up to this one; static: inclusive or exclusive, and the width",
    ),
    "warp_barrier": ("warp", "memory written by a lane before is visible to the others after"),
}

# Those that say something: their one static part is a text.
SPEAKING = frozenset({"print", "fail"})

WARP_SIZE = 32

SPECIALS = (
    *(f"{name}.{axis}" for name in ("thread_idx", "block_idx", "block_dim", "grid_dim") for axis in "xyz"),
    "lane_id",
    "warp_id",
    "cluster_rank",
)


@record
class Assign:
    target: Var
    value: Expr
    span: Span


@record
class Store:
    """Write `value` (of the array's dtype) at `offset`; nothing where `guard` is false."""

    array: Array
    offset: Expr
    value: Expr
    guard: Expr | None
    span: Span


@record
class Place:
    """The element of `array` at `offset`, which an effect reads, writes or both."""

    array: Array
    offset: Expr


@record
class Do:
    """A primitive with an effect on memory or on other threads (a key of `EFFECTS`), done in program order.

    targets: the variables that receive what it gives, always all of them; 0 where `guard` is false.
    args: operands that already have the types that it wants. places: memory that it touches.
    static: what is fixed when the kernel is compiled, such as a width, in the order that the effect's meaning says.
    guard: the effect is not done where this is false.
    """

    name: str
    targets: tuple[Var, ...]
    args: tuple[Expr, ...]
    places: tuple[Place, ...]
    static: tuple[int | str, ...]
    guard: Expr | None
    span: Span

    @property
    def scope(self) -> Scope:
        return EFFECTS[self.name][0]


@record
class If:
    condition: Expr
    then: tuple["Stmt", ...]
    otherwise: tuple["Stmt", ...]
    span: Span


@record
class For:
    """`for variable in range(start, stop, step)`; the three are evaluated once. `step` is never 0.

    As in Python, the variable keeps its last value after the loop and assigning to it does not change the count.
    """

    variable: Var
    start: Expr
    stop: Expr
    step: Expr
    body: tuple["Stmt", ...]
    span: Span


@record
class While:
    condition: Expr
    body: tuple["Stmt", ...]
    span: Span


@record
class Break:
    span: Span


@record
class Continue:
    span: Span


@record
class Barrier:
    """Every thread of the block arrives before any goes on; memory written before is visible after. of_cluster: every
    thread of all blocks of the cluster."""

    span: Span
    of_cluster: bool = False


@record
class Domain:
    """One thread for each point of `extents`; `indices[k]` is this thread's coordinate along axis k.

    The last axis runs along x: `indices[-1] = block_idx.x * block_dim.x + thread_idx.x`, the one before along y, and
    the first of three along z. `block` is the block's shape in the order of the axes where the kernel fixes it.
    `everyone`: all threads of every block run `body` (a tiled domain, or one with barriers, whose accesses carry their
    guards); otherwise only threads whose coordinates are all below `extents` do. Stands only at the top level of a
    kernel's body, at most once, and is its last statement.
    """

    indices: tuple[Var, ...]
    extents: tuple[Expr, ...]
    block: tuple[int, ...] | None
    everyone: bool
    body: tuple["Stmt", ...]
    span: Span


Stmt = Assign | Store | Do | If | For | While | Break | Continue | Barrier | Domain


@record
class ScalarParameter:
    name: str
    dtype: DType
    span: Span


@record
class TensorParameter:
    """`shape` has, for each axis, a Param (a dimension: `N`; without a name: `x.shape[0]`) or a Const (a fixed
    extent). `array.name` is the parameter's name. The stride of axis k is `Param("x.stride[k]")`."""

    name: str
    array: Array
    shape: tuple[Expr, ...]
    span: Span
    is_written: bool = False

    @property
    def strides(self) -> tuple[Param, ...]:
        return tuple(stride(self.name, axis) for axis in range(len(self.shape)))


Parameter = ScalarParameter | TensorParameter


@record
class Cluster:
    """Blocks that run together, along x, y and z. `span`: where the kernel says so."""

    shape: tuple[int, int, int]
    span: Span

    @property
    def blocks(self) -> int:
        x, y, z = self.shape
        return x * y * z


@record(slots=False)
class Kernel:
    """A kernel ready for a back end, for any specialization (see `weft.model.specialize`).

    is_contiguous: whether it takes only tensors in row-major order without gaps.
    """

    name: str
    parameters: tuple[Parameter, ...]
    shared: tuple[Array, ...]
    local: tuple[Array, ...]
    body: tuple[Stmt, ...]
    filename: str = "<text>"
    # The offset at which each source line starts: a back end's line table (offset -> line).
    line_starts: tuple[int, ...] = field(default=(0,), repr=False)
    is_contiguous: bool = False
    cluster: Cluster | None = None

    @cached_property
    def statements(self) -> tuple[Stmt, ...]:
        """Every statement, outer before inner, in program order."""
        return tuple(walk(self.body))

    @cached_property
    def times_assigned(self) -> Mapping[str, int]:
        """For each variable, how many statements assign it."""
        found: dict[str, int] = {}
        for statement in self.statements:
            for variable in assigned(statement):
                found[variable.name] = found.get(variable.name, 0) + 1
        return found

    @cached_property
    def operations(self) -> frozenset[str]:
        """The names of all operations in it."""
        every = (leaves(expr).operations for statement in self.statements for expr in expressions(statement))
        return frozenset[str]().union(*every)

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: what is on the disk is found by its bytes, whatever was asked of the kernel before."""
        return {name: getattr(self, name) for name in self.__match_args__}

    @property
    def domain(self) -> Domain | None:
        last = self.body[-1] if self.body else None
        return last if isinstance(last, Domain) else None


def stride(tensor: str, axis: int) -> Param:
    return Param(f"{tensor}.stride[{axis}]", INDEX)


def extent(tensor: str, axis: int) -> Param:
    return Param(f"{tensor}.shape[{axis}]", INDEX)


TRUE = Const(True, BOOL)


# The kinds of statements with blocks of statements inside.
_WITH_BLOCKS = frozenset({If, For, While, Domain})


def children(statement: Stmt) -> tuple[tuple[Stmt, ...], ...]:
    """The blocks of statements directly inside a statement."""
    if type(statement) not in _WITH_BLOCKS:
        return ()
    if isinstance(statement, If):
        return (statement.then, statement.otherwise)
    return (statement.body,) if isinstance(statement, (For, While, Domain)) else ()


def expressions(statement: Stmt) -> tuple[Expr, ...]:
    """The expressions that a statement itself evaluates, in order; not those of the blocks inside it."""
    match statement:
        case Assign(value=value):
            return (value,)
        case Store(offset=offset, value=value, guard=guard):
            return (offset, value) if guard is None else (guard, offset, value)
        case Do(args=args, places=places, guard=guard):
            read = (*(place.offset for place in places), *args)
            return read if guard is None else (guard, *read)
        case If(condition=condition) | While(condition=condition):
            return (condition,)
        case For(start=start, stop=stop, step=step):
            return (start, stop, step)
        case Domain(extents=extents):
            return extents
        case _:
            return ()


def operands(expr: Expr) -> tuple[Expr, ...]:
    if isinstance(expr, Op):
        return expr.args
    if isinstance(expr, Load):
        return (expr.offset,) if expr.guard is None else (expr.guard, expr.offset)
    return ()


def walk(body: tuple[Stmt, ...]) -> list[Stmt]:
    """Every statement, outer before inner, in program order."""
    found: list[Stmt] = []
    for statement in body:
        found.append(statement)
        if type(statement) in _WITH_BLOCKS:
            for block in children(statement):
                found += walk(block)
    return found


def assigned(statement: Stmt) -> tuple[Var, ...]:
    """The variables that a statement itself assigns; not those of the blocks inside it."""
    match statement:
        case Assign(target=variable) | For(variable=variable):
            return (variable,)
        case Do(targets=targets):
            return targets
        case Domain(indices=indices):
            return indices
        case _:
            return ()


def walk_expr(expr: Expr) -> Iterator[Expr]:
    """The expression and all that it is made of, outer before inner, in the order in which they are written."""
    left = [expr]
    while left:
        one = left.pop()
        yield one
        if isinstance(one, Op):
            left.extend(reversed(one.args))
        elif isinstance(one, Load):
            left.append(one.offset)
            if one.guard is not None:
                left.append(one.guard)


@record
class Leaves:
    """What an expression is made of. variables, params, specials, operations: their names.

    is_of_thread, is_of_block: whether it names the thread's place, or the block's.
    """

    variables: frozenset[str] = frozenset()
    params: frozenset[str] = frozenset()
    specials: frozenset[str] = frozenset()
    loads: tuple[Load, ...] = ()
    operations: frozenset[str] = frozenset()
    is_of_thread: bool = False
    is_of_block: bool = False


_NO_LEAVES = Leaves()


def leaves(expr: Expr) -> Leaves:
    """What `walk_expr` would come to, found once for an expression: analyses ask this of the same ones again and again."""
    found: Leaves | None = getattr(expr, "kept", None)
    if found is None:
        found = _leaves(expr)
        if not isinstance(expr, Load):  # which would hold itself, and not be freed when it is let go
            keep(expr, found)
    return found


def _leaves(expr: Expr) -> Leaves:
    if isinstance(expr, Var):
        return Leaves(variables=frozenset((expr.name,)))
    if isinstance(expr, Param):
        return Leaves(params=frozenset((expr.name,)))
    if isinstance(expr, Special):
        is_of_thread = expr.name.startswith(("thread_idx", "lane_id", "warp_id"))
        is_of_block = expr.name.startswith(("block_idx", "grid_dim"))
        specials = frozenset((expr.name,))
        return Leaves(specials=specials, is_of_thread=is_of_thread, is_of_block=is_of_block)
    if isinstance(expr, Const):
        return _NO_LEAVES
    variables = params = specials = frozenset[str]()
    loads: tuple[Load, ...] = (expr,) if isinstance(expr, Load) else ()
    operations = frozenset[str]() if isinstance(expr, Load) else frozenset((expr.name,))
    is_of_thread = is_of_block = False
    for part in operands(expr):
        if isinstance(part, Const):
            continue
        inner = leaves(part)
        # Mostly one of two sets is empty, and the other one is taken as it is.
        variables = (
            variables | inner.variables if variables and inner.variables else variables or inner.variables
        )
        params = params | inner.params if params and inner.params else params or inner.params
        loads += inner.loads
        if inner.specials:
            specials |= inner.specials
            is_of_thread = is_of_thread or inner.is_of_thread
            is_of_block = is_of_block or inner.is_of_block
        if inner.operations:
            operations |= inner.operations
    return Leaves(variables, params, specials, loads, operations, is_of_thread, is_of_block)


def has_barrier(body: tuple[Stmt, ...]) -> bool:
    return any(isinstance(statement, Barrier) for statement in walk(body))


def is_of_warp(statement: Stmt) -> bool:
    """Whether the lanes of a warp do it together."""
    return isinstance(statement, Do) and statement.scope == "warp"


def is_collective(statement: Stmt) -> bool:
    """Whether several threads take part in it together: a barrier, or an effect of a warp or a block."""
    return isinstance(statement, Barrier) or (isinstance(statement, Do) and statement.scope != "thread")


def has_collective(body: tuple[Stmt, ...]) -> bool:
    return any(is_collective(statement) for statement in walk(body))
