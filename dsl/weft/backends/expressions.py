"""`ir.Expr` to the text of a Python expression, with the casts that generated code needs.

Generated code computes `int32 + int32` in int64, and `int32 + float32` in float64, as numba does. Floats never mix in
the IR. Of integers, a result is wrapped only where it matters: `i32(row * n + column)`, not `i32(i32(row * n) + column)`.
"""

import math
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Literal

from weft.backends.lowering import (
    EXACT_IN_HALF,
    LOWERING,
    Bits,
    Call,
    Choice,
    Conversion,
    Infix,
    Prefix,
    Rule,
    carried,
    is_half,
)
from weft.backends.names import RESERVED_PREFIX, Names
from weft.errors import internal
from weft.model.dtypes import DType
from weft.model.ir import EFFECTS, Array, Const, Do, Expr, Load, Op, Param, Special, Var
from weft.records import field, record, replace


@record
class Target:
    """What generated code may rely on.

    specials: the expression for each of `ir.SPECIALS`, without spaces; `special_bits` wide.
    reserved: names that generated code must not use for variables.
    native: functions that the prelude has besides `prelude_names()`, each an operation of f16 or bf16 with one rounding,
    `add_f16`; others are computed in float32 and rounded.
    speaking: what the functions of `print` and of a failed `assert` get before their numbers.
    block_memory: what the functions that find the memory of another block get after their operands.
    """

    specials: Mapping[str, str]
    special_bits: Literal[32, 64]
    reserved: frozenset[str]
    lowering: Mapping[str, Rule] = field(default_factory=lambda: LOWERING)
    native: frozenset[str] = frozenset()
    speaking: tuple[str, ...] = ()
    block_memory: tuple[str, ...] = ()

    def turned(self, grid_axes: str) -> "Target":
        """The target for a kernel whose x, y and z lie along these axes of the grid."""
        moved = {
            f"{what}.{axis}": self.specials[f"{what}.{there}"]
            for what in ("block_idx", "grid_dim")
            for axis, there in zip("xyz", grid_axes, strict=True)
        }
        return replace(self, specials={**self.specials, **moved})


class Width(IntEnum):
    """What is known of the value of a signed integer expression of fewer than 64 bits; all others are EXACT."""

    EXACT = 0  # It has its own type.
    WIDE = 1  # The value is right, the type may be int64.
    UNWRAPPED = 2  # Only the low bits are right.


@record
class Piece:
    """The text of an expression, how tightly it binds, and what its type is."""

    text: str
    binding: int
    width: Width = Width.EXACT


_CHOICE, _NOT, _COMPARE, _UNARY, _ATOM = 0, 3, 4, 11, 20
_BINDING = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), _COMPARE),
    "|": 5,
    "^": 6,
    "&": 7,
    **dict.fromkeys(("<<", ">>"), 8),
    **dict.fromkeys("+-", 9),
    **dict.fromkeys(("*", "/", "//", "%"), 10),
}
# The low bits of the result depend only on the low bits of the operands (of a shift: of the first).
_MODULAR = frozenset({"+", "-", "*", "&", "|", "^", "<<"})
_MAY_OVERFLOW = frozenset({"+", "-", "*", "<<"})


class Expressions:
    """Writes expressions of one kernel; `used` collects the prelude names that they call."""

    def __init__(self, target: Target, names: Names, index_bits: Literal[32, 64]) -> None:
        self.target = target
        self.names = names
        self.index_bits: Literal[32, 64] = index_bits
        self.used: set[str] = set()

    def exact(self, expr: Expr) -> str:
        """The text of `expr`, of exactly the type that carries its dtype."""
        return self._at_most(expr, Width.EXACT).text

    def wide(self, expr: Expr) -> str:
        """The text of `expr`: the right value, in an integer type that may be wider."""
        return self._at_most(expr, Width.WIDE).text

    def unwrapped(self, expr: Expr) -> str:
        """The text of `expr` for a prelude function that converts its operands itself."""
        return self.piece(expr).text

    def carried(self, dtype: DType) -> DType:
        return carried(dtype, self.index_bits)

    def call(self, name: str, *arguments: str) -> str:
        """A call of a prelude function."""
        self.used.add(name)
        return f"{name}({', '.join(arguments)})"

    def identifier(self, thing: Var | Param | Array) -> str:
        return self.names.of(kind_of(thing), thing.name)

    def load(self, array: Array, offset: str) -> str:
        return self.call(memory_function("load", array), self.identifier(array), offset)

    def piece(self, expr: Expr) -> Piece:
        match expr:
            case Const():
                return self._const(expr)
            case Var() | Param():
                return Piece(self.identifier(expr), _ATOM)
            case Special():
                return self._special(expr)
            case Load():
                return self._load(expr)
            case Op():
                return self._operation(expr)

    def _at_most(self, expr: Expr, width: Width) -> Piece:
        piece = self.piece(expr)
        return piece if piece.width <= width else self._cast(piece, self.carried(expr.dtype))

    def _cast(self, piece: Piece, dtype: DType) -> Piece:
        return Piece(self.call(dtype.name, piece.text), _ATOM)

    def _const(self, const: Const) -> Piece:
        dtype = self.carried(const.dtype)
        if dtype.kind == "bool":
            return Piece(str(bool(const.value)), _ATOM)
        if dtype.is_float:
            return self._float(float(const.value), const.dtype)
        text = str(int(const.value))
        if not dtype.is_signed:
            return self._cast(Piece(text, _ATOM), dtype)
        return Piece(text, _UNARY if text.startswith("-") else _ATOM, _signed_width(dtype, Width.WIDE))

    def _float(self, value: float, dtype: DType) -> Piece:
        text = repr(abs(value))
        if not math.isfinite(value):
            self.used.add(text)
        negative = math.copysign(1.0, value) < 0 and not math.isnan(value)
        piece = Piece(f"-{text}", _UNARY) if negative else Piece(text, _ATOM)
        if dtype.bits == 64:
            return piece
        return self._rounded(self._cast(piece, self.carried(dtype)), dtype)

    def _rounded(self, piece: Piece, dtype: DType) -> Piece:
        return Piece(self.call(f"round_{dtype.name}", piece.text), _ATOM) if is_half(dtype) else piece

    def _special(self, special: Special) -> Piece:
        text = self.target.specials[special.name]
        self.used.add(text.partition("(")[0])
        bits = self.carried(special.dtype).bits
        return Piece(text, _ATOM, Width.EXACT if bits == self.target.special_bits else Width.WIDE)

    def _load(self, load: Load) -> Piece:
        text = self.load(load.array, self.wide(load.offset))
        if load.guard is None:
            return Piece(text, _ATOM)
        return Piece(f"{text} if {self._operand(load.guard, 1)} else {self._zero(load.dtype)}", _CHOICE)

    def _zero(self, dtype: DType) -> str:
        held = self.carried(dtype)
        return self.exact(Const(False if held.kind == "bool" else 0, held))

    def _operation(self, op: Op) -> Piece:
        native = f"{op.name}_{op.dtype}"
        if native in self.target.native:
            return Piece(self.call(native, *map(self.exact, op.args)), _ATOM)
        form = self.target.lowering[op.name].form(op.args[-1].dtype)
        match form:
            case Infix(symbol=symbol):
                piece = self._infix(symbol, op)
            case Prefix(symbol=symbol):
                piece = self._prefix(symbol, op)
            case Call(name=name):
                piece = self._prelude_call(name, op)
            case Choice():
                piece = self._choice(op)
            case Conversion():
                return self._conversion(op.args[0], op.dtype)
            case Bits():
                name = f"bitcast_{self._stored(op.args[0].dtype)}_{self._stored(op.dtype)}"
                return Piece(self.call(name, self.exact(op.args[0])), _ATOM)
            case None:
                raise internal(f"no back end has `{op.name}` of {op.args[-1].dtype}")
        return piece if op.name in EXACT_IN_HALF else self._rounded(piece, op.dtype)

    def _stored(self, dtype: DType) -> str:
        return dtype.name if is_half(dtype) else self.carried(dtype).name

    def _infix(self, symbol: str, op: Op) -> Piece:
        binding = _BINDING[symbol]
        modular = symbol in _MODULAR
        # Python chains comparisons, so neither side of one may be another without parentheses.
        left = self._binary_operand(op.args[0], binding + (binding == _COMPARE), modular)
        right = self._binary_operand(op.args[1], binding + 1, modular and symbol != "<<")
        widest = max(left.width, right.width, Width.UNWRAPPED if symbol in _MAY_OVERFLOW else Width.WIDE)
        return self._integer(Piece(f"{left.text} {symbol} {right.text}", binding, widest), op)

    def _binary_operand(self, expr: Expr, least: int, modular: bool) -> Piece:
        piece = self._at_most(expr, Width.UNWRAPPED if modular else Width.WIDE)
        return piece if piece.binding >= least else Piece(f"({piece.text})", _ATOM, piece.width)

    def _prefix(self, symbol: str, op: Op) -> Piece:
        binding = _NOT if symbol == "not " else _UNARY
        operand = self._binary_operand(op.args[0], binding, modular=True)
        return self._integer(Piece(f"{symbol}{operand.text}", binding, Width.UNWRAPPED), op)

    def _integer(self, piece: Piece, op: Op) -> Piece:
        """`piece` of the type that carries the result, as far as it must be so at once.

        Unsigned integers are wrapped at once: uint64 and int64 do not meet.
        """
        dtype = self.carried(op.dtype)
        if dtype.kind == "uint" and (dtype.bits < 64 or len(op.args) == 1):
            return self._cast(piece, dtype)
        return Piece(piece.text, piece.binding, _signed_width(dtype, piece.width))

    def _prelude_call(self, name: str, op: Op) -> Piece:
        dtype = self.carried(op.args[-1].dtype)
        if name in _FLOOR_OPERATORS and _is_plain_division(op, dtype):
            return self._plain_division(_FLOOR_OPERATORS[name], op)
        return Piece(self.call(f"{name}_{dtype.name}", *map(self.unwrapped, op.args)), _ATOM)

    def _plain_division(self, symbol: str, op: Op) -> Piece:
        left, right = (
            self._binary_operand(arg, _BINDING[symbol] + at, False) for at, arg in enumerate(op.args)
        )
        return Piece(f"{left.text} {symbol} {right.text}", _BINDING[symbol])

    def _choice(self, op: Op) -> Piece:
        condition, then, otherwise = op.args
        chosen = self._operand(then, 1, self.exact)
        return Piece(f"{chosen} if {self._operand(condition, 1)} else {self.exact(otherwise)}", _CHOICE)

    def _operand(self, expr: Expr, least: int, write: Callable[[Expr], str] | None = None) -> str:
        text = (write or self.wide)(expr)
        return f"({text})" if self.piece(expr).binding < least else text

    def _conversion(self, value: Expr, dtype: DType) -> Piece:
        if dtype.kind == "bool":
            return self._truth(value)
        if dtype.is_float:
            return self._to_float(value, dtype)
        held = self.carried(dtype)
        if value.dtype.is_float:
            return Piece(self.call(f"truncate_{held.name}", self.exact(value)), _ATOM)
        piece = self._at_most(value, Width.WIDE)
        return piece if self.carried(value.dtype) == held else self._cast(piece, held)

    def _truth(self, value: Expr) -> Piece:
        zero = self.wide(Const(0, value.dtype))
        return Piece(f"{self._binary_operand(value, _COMPARE + 1, False).text} != {zero}", _COMPARE)

    def _to_float(self, value: Expr, dtype: DType) -> Piece:
        held, piece = self.carried(dtype), self._at_most(value, Width.WIDE)
        # Rounding functions take float64 as well: going through float32 would round twice.
        if self.carried(value.dtype) != held and not (is_half(dtype) and value.dtype.is_float):
            piece = self._cast(piece, held)
        return self._rounded(piece, dtype)


_FLOOR_OPERATORS = {"floordiv": "//", "mod": "%"}


def kind_of(thing: Var | Param | Array) -> str:
    """The kind under which `Names` knows a thing, so that a variable may share its name with a parameter."""
    return {Var: "variable", Param: "scalar", Array: "tensor"}[type(thing)]


def memory_function(verb: str, array: Array) -> str:
    """The prelude function that loads from or stores to `array`."""
    space = "" if array.space == "global" else f"{array.space}_"
    return f"{verb}_{space}{array.dtype.name}"


def effect_function(do: Do, carried: Callable[[DType], DType]) -> str:
    """The prelude function that does an effect: `weft_atomic_add_shared_f32(base, offset, value)`.

    Its name has the static parts, the spaces of its places, and the dtype of the first place, argument or target (as
    stored for a place, as carried otherwise). It takes a base and an offset for each place, then the arguments, and
    returns the targets: one as it is, several as a tuple.
    """
    spaces = [place.array.space for place in do.places]
    dtypes = [
        *(place.array.dtype for place in do.places),
        *(carried(part.dtype) for part in (*do.args, *do.targets)),
    ]
    parts = [do.name, *map(str, do.static), *spaces, *(dtype.name for dtype in dtypes[:1])]
    return RESERVED_PREFIX + "_".join(parts)


def effect_of(function: str) -> tuple[str, tuple[str, ...]] | None:
    """The effect that a prelude function does, and the parts of its name after that; None for other functions."""
    name = function.removeprefix(RESERVED_PREFIX)
    if name == function:
        return None
    matching = [effect for effect in EFFECTS if name == effect or name.startswith(f"{effect}_")]
    if not matching:
        return None
    effect = max(matching, key=len)
    return effect, tuple(name[len(effect) + 1 :].split("_")) if name != effect else ()


def _signed_width(dtype: DType, width: Width) -> Width:
    return width if dtype.kind == "int" and dtype.bits < 64 else Width.EXACT


def _is_plain_division(op: Op, dtype: DType) -> bool:
    """Whether Python's `//` and `%` are exact and cannot fail: int64 by a positive constant."""
    divisor = op.args[1]
    return dtype.kind == "int" and dtype.bits == 64 and isinstance(divisor, Const) and int(divisor.value) > 0
