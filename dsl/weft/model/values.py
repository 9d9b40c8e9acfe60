"""What an expression may stand for while the front end reads a program.

Everything is immutable and compared by value, so that a block's analysis can be reused as long as the names that it
looked up still stand for the same values.
"""

import ast
from typing import TYPE_CHECKING, Literal

from weft.layout import ComposedLayout, Layout, Swizzle
from weft.model.diagnostic import Span
from weft.model.dtypes import INDEX, DType
from weft.model.facts import Symbol
from weft.model.ir import Array, Expr, Param
from weft.model.limits import Geometry
from weft.model.syntax import Parsed
from weft.records import field, record

if TYPE_CHECKING:
    from weft.model.text import Scope


@record
class Unknown:
    """The text does not tell. Never guessed, never reported."""


# The only one: it is compared by identity.
UNKNOWN = Unknown()


@record
class Static:
    """A value known at compile time: a number, a string, None, a layout."""

    value: int | float | bool | str | Layout | ComposedLayout | Swizzle | None
    type_name: str = ""

    def __post_init__(self) -> None:
        # 1, 1.0 and True are equal in Python and different here.
        object.__setattr__(self, "type_name", type(self.value).__name__)


@record
class Scalar:
    """A number of one thread, computed when the kernel runs."""

    expr: Expr

    @property
    def dtype(self) -> DType:
        return self.expr.dtype


@record
class Tuple:
    """`names`: of the items, where it is a NamedTuple."""

    items: tuple["Value", ...]
    names: tuple[str, ...] = ()


@record
class Record:
    """A frozen dataclass, or the member of an enum: values that have names."""

    type_name: str
    names: tuple[str, ...]
    items: tuple["Value", ...]


@record
class Slice:
    """`start:stop:step` between brackets; `Static(None)` where nothing is written."""

    start: "Value"
    stop: "Value"
    step: "Value"


@record
class Vector:
    """Several numbers of one thread that are computed with together, all of one dtype.

    role: where they are this thread's share of a matrix spread over a warp, "a", "b" or "c" (`weft.ops.infer.mma`), and
    `shape` that matrix's.
    """

    items: tuple[Expr, ...]
    dtype: DType
    role: str = ""
    shape: tuple[int, ...] = ()


@record
class Text:
    """A text with numbers in it, for `print` and `assert`: a format of C's `printf`, and its numbers of 64 bits."""

    format: str
    args: tuple[Expr, ...]


@record
class Axis:
    """One axis of a tensor. A nested layout mode has several shapes and strides, leftmost fastest.

    limit: where not None, coordinates at or above it are outside of the memory (the edge of a tile).
    lower: where not None, coordinates below it are outside as well (a slice whose start may be negative).
    steps: how far each part of a nested mode leads towards the limits; None where that is the coordinate itself.
    """

    shape: tuple[Expr, ...]
    stride: tuple[Expr, ...]
    limit: Expr | None = None
    lower: Expr | None = None
    steps: tuple[Expr, ...] | None = None


@record
class Tensor:
    """A tensor, or a view of one: where its first element is, and how coordinates lead to the others.

    guard: where not None, the view is inside of the memory only if this holds (`x[i, :]` of an i not proved inside).
    width: how many neighbours along the last axis an index reads or writes together (`x.vector(4)`).
    swizzle: (bits, base, shift) of the swizzle that offsets in its memory go through.
    """

    name: str
    array: Array
    axes: tuple[Axis, ...]
    origin: Expr
    guard: Expr | None = None
    width: int = 1
    swizzle: tuple[int, int, int] | None = None
    is_broadcast: bool = False

    @property
    def dtype(self) -> DType:
        return self.array.dtype

    @property
    def is_plain_shared(self) -> bool:
        """Whether it is shared memory in which offsets are as they are computed."""
        return self.array.space == "shared" and self.swizzle is None


@record
class TensorAnnotation:
    """`Tensor[f32, M, N]` in a signature."""

    dtype: DType
    shape: tuple["Value", ...]


@record
class HostTensor:
    """A tensor outside of kernels, as far as the text tells: `np.zeros((4, 4), np.float32)`. library: whose it is."""

    dtype: DType | None
    dtype_name: str | None
    shape: tuple[int | None, ...] | None
    library: str = "numpy"

    @property
    def type_name(self) -> str:
        return {"numpy": "ndarray", "cupy": "ndarray", "torch": "Tensor"}.get(self.library, "DeviceTensor")


@record
class DTypeRef:
    dtype: DType
    symbol: Symbol | None = field(default=None, compare=False)


@record
class Dimension:
    """A dimension: its own type at the type checker, an integer in a kernel."""

    name: str
    qualified_name: str = field(default="")
    symbol: Symbol | None = field(default=None, compare=False)

    @property
    def expr(self) -> Param:
        return Param(self.name, INDEX)


@record
class Operation:
    """A name that the dialect's table knows: `weft.ops.sync.barrier`, `math.exp`, `builtins.range`."""

    qualified_name: str
    symbol: Symbol | None = field(default=None, compare=False)


@record
class Field:
    """What an object of a class is made of; `default` is None where one must be given."""

    name: str
    default: "Value | None"


@record
class Class:
    """A class: of the language (`Tensor`, `Layout`) or the user's own.

    constants: the names that its body gives values, and what they stand for. kind: whether it makes values that a kernel can
    read, and `fields`, as the text tells, what from. attributes: its kernels, device functions and classes; of_objects: those
    that only its objects have. overridden: the attributes that classes made of it give their objects instead.
    """

    qualified_name: str
    symbol: Symbol | None = field(default=None, compare=False)
    constants: tuple[tuple[str, "Value"], ...] = ()
    kind: Literal["", "enum", "named tuple", "frozen dataclass"] = ""
    fields: tuple[Field, ...] = ()
    attributes: tuple[tuple[str, "Binding"], ...] = ()
    of_objects: tuple[tuple[str, "Binding"], ...] = ()
    overridden: frozenset[str] = frozenset()


@record
class Instance:
    """An object of a class of the user, of host code. is_exact: not of a class made of that class."""

    kind: Class
    is_exact: bool = True

    @property
    def members(self) -> dict[str, "Binding"]:
        """The attributes that are known to be kernels, device functions, classes or such objects."""
        found = {**dict(self.kind.attributes), **dict(self.kind.of_objects)}
        hidden = frozenset[str]() if self.is_exact else self.kind.overridden
        return {name: binding for name, binding in found.items() if name not in hidden}


@record
class Module:
    """A module that can be read. `path` is its file; live modules have their object's name only."""

    qualified_name: str
    path: str | None = None
    symbol: Symbol | None = field(default=None, compare=False)


@record
class External:
    """A name of a module that is not read: `numpy.zeros`."""

    qualified_name: str


@record
class Definition:
    """A function as text: its node, the block that it stands in, and the scope that its names are looked up in.

    path: what Python calls it inside its module: `make.<locals>.scale`. is_inside: whether there may be names of a function or
    a class around it, which the scope does not know.
    """

    name: str
    module: str
    block: Parsed
    node: ast.FunctionDef = field(compare=False, repr=False)
    block_start: int = field(compare=False, repr=False)
    scope: "Scope" = field(compare=False, repr=False)
    symbol: Symbol | None = field(default=None, compare=False)
    path: str = ""
    is_inside: bool = False

    @property
    def qualified_name(self) -> str:
        return f"{self.module}.{self.path or self.name}"


@record
class DeviceFunction:
    definition: Definition

    @property
    def symbol(self) -> Symbol | None:
        return self.definition.symbol


@record
class KernelRef:
    definition: Definition

    @property
    def symbol(self) -> Symbol | None:
        return self.definition.symbol


@record
class ConfiguredKernel:
    """`kernel[grid, block]`. What the text does not tell of the geometry is None."""

    kernel: KernelRef
    grid: tuple[int, int, int] | None
    block: tuple[int, int, int] | None
    grid_span: Span | None = None
    block_span: Span | None = None

    @property
    def symbol(self) -> Symbol | None:
        return self.kernel.symbol

    @property
    def geometry(self) -> Geometry | None:
        return Geometry(self.grid, self.block) if self.grid and self.block else None


@record
class HostFunction:
    """A function that is neither a kernel nor a device function. returns: the kernels that it defines and returns."""

    qualified_name: str
    symbol: Symbol | None = field(default=None, compare=False)
    returns: "Value" = UNKNOWN


@record
class Method:
    """A member of a value that is called: `x.tile`, `layout.size`."""

    receiver: "Value"
    qualified_name: str
    symbol: Symbol | None = field(default=None, compare=False)


@record
class Axes:
    """`thread_idx`, `block_idx`, `block_dim` or `grid_dim` as a whole."""

    name: str
    symbol: Symbol | None = field(default=None, compare=False)


@record
class Mutable:
    """A list, a dict or another value of the module that may change: a kernel cannot read it."""

    type_name: str


@record
class MaybeUnbound:
    """A name that has this value on some paths and none on others."""

    value: "Value"


@record
class Changing:
    """A name that stands for something else in each iteration of a loop, and for no numbers, which alone can change."""

    value: "Value"


@record
class Binding:
    """What a name stands for in a scope, and where it is declared."""

    value: "Value"
    symbol: Symbol | None = field(default=None, compare=False)


Value = (
    Unknown
    | Static
    | Scalar
    | Tuple
    | Record
    | Text
    | Slice
    | Vector
    | Tensor
    | HostTensor
    | TensorAnnotation
    | DTypeRef
    | Dimension
    | Operation
    | Class
    | Instance
    | Module
    | External
    | DeviceFunction
    | KernelRef
    | ConfiguredKernel
    | HostFunction
    | Method
    | Axes
    | Mutable
    | MaybeUnbound
    | Changing
)

NOTHING = Binding(UNKNOWN)
