"""Flat Python to LLVM IR: the generated code of one thread, read as text and written with the prelude's definitions.

Numbers have the types that numba gives them, which generated code counts on: integers meet in 64 bits, of floats the wider
wins. numba itself is not asked: it takes minutes for what an unrolled loop makes (its SSA form is quadratic in variables),
and this is linear.
"""

import ast
from collections.abc import Mapping, Sequence

from llvmlite import ir

from weft.backends.llvm.definitions import ArrayDefinition, Builder, Definition, Value, llvm_type
from weft.backends.llvm.lines import Lines
from weft.backends.llvm.numbers import Number, constant, converted, meeting, value_type
from weft.errors import internal
from weft.model.dtypes import BOOL, F64, I64, DType
from weft.records import record

Meaning = Definition | ArrayDefinition | float
"""What a name of the prelude is: a function, or a number."""

_BIT = ir.IntType(1)
_VOID = ir.VoidType()

_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_WHOLE: dict[type[ast.operator], str] = {
    ast.BitAnd: "and_",
    ast.BitOr: "or_",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "shr",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


@record
class Loop:
    """Where `continue` and `break` go."""

    again: Value
    end: Value


def write_function(
    function: ir.Function,
    text: str,
    parameters: Sequence[DType],
    meanings: Mapping[str, Meaning],
    lines: Lines,
) -> None:
    """Write the one function of `text`. parameters: their types. meanings: what the prelude's names stand for."""
    tree = ast.parse(text).body[0]
    assert isinstance(tree, ast.FunctionDef)
    lines.open(function)
    writer = _Writer(function, meanings, lines)
    for argument, value, dtype in zip(tree.args.args, function.args, parameters, strict=True):
        value.name = argument.arg
        writer.assign(argument.arg, Number(value, dtype))
    writer.body(tree.body)
    # The end belongs to the kernel, not to its last statement.
    writer.builder.debug_metadata = lines.at(tree.lineno)
    writer.builder.ret_void()


def new_function(module: ir.Module, name: str, parameters: Sequence[DType]) -> ir.Function:
    """An empty function of these parameters."""
    return ir.Function(module, ir.FunctionType(_VOID, [value_type(dtype) for dtype in parameters]), name)


class _Writer:
    """Writes statements. Each variable has one place in memory, which LLVM turns into registers."""

    def __init__(self, function: ir.Function, meanings: Mapping[str, Meaning], lines: Lines) -> None:
        self.meanings = meanings
        self.lines = lines
        self.loops: list[Loop] = []
        self.places: dict[str, Number] = {}
        # What variables hold, in the block that is being written.
        self.held: dict[str, Value] = {}
        entry = function.append_basic_block("entry")
        start = function.append_basic_block("start")
        self.builder: Builder = ir.IRBuilder(entry)
        self.builder.branch(start)
        self.builder.position_at_end(start)

    # Statements

    def body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            if self.builder.block.is_terminated:
                return
            self.builder.debug_metadata = self.lines.at(statement.lineno)
            self.statement(statement)

    def statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self.assign(name, self.number(value))
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                for target, number in zip(targets, self.called(call), strict=True):
                    assert isinstance(target, ast.Name)
                    self.assign(target.id, number)
            case ast.Expr(value=ast.Call() as call):
                self.called(call)
            case ast.If(test=test, body=then, orelse=otherwise):
                self.branch(test, then, otherwise)
            case ast.While(test=test, body=body):
                self.while_loop(test, body)
            case ast.For(target=ast.Name(id=name), iter=ast.Call(args=limits), body=body):
                self.for_loop(name, [self.number(limit) for limit in limits], body)
            case ast.Break():
                self.builder.branch(self.loops[-1].end)
            case ast.Continue():
                self.builder.branch(self.loops[-1].again)
            case ast.Pass():
                pass
            case _:
                raise internal(f"generated code has a statement that is not known: {ast.unparse(statement)}")

    def assign(self, name: str, number: Number) -> None:
        place = self.places.get(name)
        if place is None:
            place = self.places[name] = self.new_place(name, number.dtype)
        value = self.converted(number, place.dtype)
        self.builder.store(value, place.value)
        self.held[name] = value

    def new_place(self, name: str, dtype: DType) -> Number:
        kind = value_type(dtype)
        with self.builder.goto_entry_block():
            place = self.builder.alloca(kind, name=name)
            self.builder.store(ir.Constant(kind, 0), place)
        return Number(place, dtype)

    def go_on(self, block: Value) -> None:
        """Write into `block` from here on, which may be reached from several places."""
        self.builder.position_at_end(block)
        self.held.clear()

    def branch(self, test: ast.expr, then: Sequence[ast.stmt], otherwise: Sequence[ast.stmt]) -> None:
        condition = self.condition(test)
        chosen, end = self.new_block("then"), self.new_block("after")
        other = self.new_block("else") if otherwise else end
        self.builder.cbranch(condition, chosen, other)
        for block, statements in ((chosen, then), (other, otherwise)):
            if block is not end:
                self.go_on(block)
                self.body(statements)
                self.leave_for(end)
        self.go_on(end)

    def leave_for(self, block: Value) -> None:
        if not self.builder.block.is_terminated:
            self.builder.branch(block)

    def while_loop(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        header, inside, end = self.new_block("while"), self.new_block("body"), self.new_block("end")
        self.builder.branch(header)
        self.go_on(header)
        self.builder.cbranch(self.condition(test), inside, end)
        self.go_on(inside)
        self.inside_loop(Loop(header, end), body)

    def inside_loop(self, loop: Loop, body: Sequence[ast.stmt]) -> None:
        self.loops.append(loop)
        self.body(body)
        self.loops.pop()
        self.leave_for(loop.again)
        self.go_on(loop.end)

    def for_loop(self, name: str, limits: Sequence[Number], body: Sequence[ast.stmt]) -> None:
        """`range`: as many rounds as Python makes, and assigning to the variable does not change them."""
        dtype = limits[0].dtype if len({limit.dtype for limit in limits}) == 1 else I64
        start, stop, step = _three([self.converted(limit, dtype) for limit in limits], value_type(dtype))
        if not _is_one(step):
            count = self.rounds(start, stop, step)
            self.counted(name, Number(start, dtype), step, start.type(0), count, body)
        else:
            self.counted(name, Number(start, dtype), step, start, stop, body)

    def counted(
        self, name: str, start: Number, step: Value, first: Value, last: Value, body: Sequence[ast.stmt]
    ) -> None:
        """A loop whose counter goes from `first` to `last` by one, and its variable from `start` by `step`."""
        builder, dtype = self.builder, start.dtype
        header, inside = self.new_block("for"), self.new_block("body")
        again, end = self.new_block("next"), self.new_block("end")
        before = builder.block
        builder.branch(header)
        self.go_on(header)
        count = builder.phi(first.type)
        count.add_incoming(first, before)
        variable = count if _is_one(step) else builder.phi(first.type)
        if variable is not count:
            variable.add_incoming(start.value, before)
        # A count of rounds has no sign.
        is_signed = variable is count and dtype.is_signed
        compare = builder.icmp_signed if is_signed else builder.icmp_unsigned
        builder.cbranch(compare("<", count, last), inside, end)
        self.go_on(inside)
        self.assign(name, Number(variable, dtype))
        location = builder.debug_metadata
        self.loops.append(Loop(again, end))
        self.body(body)
        self.loops.pop()
        self.leave_for(again)
        self.go_on(again)
        builder.debug_metadata = location
        count.add_incoming(builder.add(count, first.type(1), flags=["nsw"] if is_signed else ()), again)
        if variable is not count:
            variable.add_incoming(builder.add(variable, step), again)
        builder.branch(header)
        self.go_on(end)

    def rounds(self, start: Value, stop: Value, step: Value) -> Value:
        """How often a loop runs. Distances are unsigned, so that they fit."""
        builder, one = self.builder, start.type(1)
        up = builder.icmp_signed(">", step, start.type(0))
        low, high = builder.select(up, start, stop), builder.select(up, stop, start)
        size = builder.select(up, step, builder.sub(start.type(0), step))
        distance = builder.sub(builder.sub(high, low), one)
        count = builder.add(builder.udiv(distance, size), one)
        return builder.select(builder.icmp_signed("<", low, high), count, start.type(0))

    # Expressions

    def number(self, node: ast.expr) -> Number:
        match node:
            case ast.Name(id=name):
                return self.variable(name)
            case ast.Constant(value=value):
                return constant(value)
            case ast.BinOp(op=operator, left=left, right=right):
                return self.binary(operator, self.number(left), self.number(right))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(value))):
                # The least i64 is one whose opposite is none.
                return constant(-value)
            case ast.UnaryOp(op=operator, operand=operand):
                return self.unary(operator, self.number(operand))
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self.compare(operator, self.number(left), self.number(right))
            case ast.BoolOp(op=operator, values=values):
                return self.both_or_either(operator, values)
            case ast.IfExp(test=test, body=then, orelse=otherwise):
                return self.choice(test, then, otherwise)
            case ast.Call():
                return self.called(node)[0]
            case _:
                raise internal(f"generated code has an expression that is not known: {ast.unparse(node)}")

    def variable(self, name: str) -> Number:
        place = self.places.get(name)
        if place is None:
            meaning = self.meanings[name]
            assert isinstance(meaning, float)
            return Number(ir.Constant(llvm_type(F64), meaning), F64)
        value = self.held.get(name)
        if value is None:
            value = self.held[name] = self.builder.load(place.value)
        return Number(value, place.dtype)

    def condition(self, node: ast.expr) -> Value:
        return self.converted(self.number(node), BOOL)

    def binary(self, operator: ast.operator, left: Number, right: Number) -> Number:
        dtype = meeting(left.dtype, right.dtype)
        a, b = self.converted(left, dtype), self.converted(right, dtype)
        name = _ARITHMETIC.get(type(operator))
        if dtype.is_float and name:
            return Number(getattr(self.builder, f"f{name}")(a, b), dtype)
        return Number(self.whole(name or _WHOLE[type(operator)], dtype, a, b), dtype)

    def whole(self, name: str, dtype: DType, a: Value, b: Value) -> Value:
        """An operation on whole numbers of 64 bits."""
        builder = self.builder
        match name:
            case "add" | "sub" | "mul":
                return getattr(builder, name)(a, b, flags=("nsw",) if dtype.is_signed else ())
            case "shr":
                return builder.ashr(a, b) if dtype.is_signed else builder.lshr(a, b)
            case "floordiv" | "mod":
                return self.floored(name, a, b)
            case _:
                return getattr(builder, name)(a, b)

    def floored(self, name: str, a: Value, b: Value) -> Value:
        """Division by a positive constant, which is the only one that is written with Python's operators."""
        builder = self.builder
        remainder = builder.srem(a, b)
        is_below = builder.icmp_signed("<", remainder, a.type(0))
        if name == "mod":
            return builder.select(is_below, builder.add(remainder, b), remainder)
        return builder.sub(builder.sdiv(a, b), builder.zext(is_below, a.type))

    def unary(self, operator: ast.unaryop, operand: Number) -> Number:
        builder = self.builder
        if isinstance(operator, ast.Not):
            return Number(builder.xor(self.converted(operand, BOOL), _BIT(1)), BOOL)
        if operand.dtype.is_float:
            minus_zero = ir.Constant(operand.value.type, -0.0)
            return Number(builder.fsub(minus_zero, operand.value), operand.dtype)
        dtype = meeting(operand.dtype, operand.dtype)
        value = self.converted(operand, dtype)
        if isinstance(operator, ast.Invert):
            return Number(builder.xor(value, value.type(-1)), dtype)
        return Number(builder.sub(value.type(0), value), dtype)

    def compare(self, operator: ast.cmpop, left: Number, right: Number) -> Number:
        symbol = _COMPARISONS[type(operator)]
        dtype = left.dtype if left.dtype == right.dtype else meeting(left.dtype, right.dtype)
        a, b = self.converted(left, dtype), self.converted(right, dtype)
        builder = self.builder
        if not dtype.is_float:
            compare = builder.icmp_signed if dtype.is_signed else builder.icmp_unsigned
        else:
            # As in Python, nothing is equal to NaN, and everything is different from it.
            compare = builder.fcmp_unordered if symbol == "!=" else builder.fcmp_ordered
        return Number(compare(symbol, a, b), BOOL)

    def both_or_either(self, operator: ast.boolop, values: Sequence[ast.expr]) -> Number:
        result = self.condition(values[0])
        for value in values[1:]:
            result = self.either(isinstance(operator, ast.And), result, value)
        return Number(result, BOOL)

    def either(self, is_and: bool, left: Value, right: ast.expr) -> Value:
        """`left and right`, `left or right`: what may fail or reads memory is looked at only where Python would."""
        builder = self.builder
        if not any(isinstance(part, ast.Call | ast.FloorDiv | ast.Mod) for part in ast.walk(right)):
            other = self.condition(right)
            return builder.and_(left, other) if is_and else builder.or_(left, other)
        more, end = self.new_block("more"), self.new_block("decided")
        before = builder.block
        builder.cbranch(left, *((more, end) if is_and else (end, more)))
        builder.position_at_end(more)
        known = dict(self.held)
        other, after = self.condition(right), builder.block
        builder.branch(end)
        builder.position_at_end(end)
        self.held = known
        return self.merged([(_BIT(not is_and), before), (other, after)])

    def choice(self, test: ast.expr, then: ast.expr, otherwise: ast.expr) -> Number:
        builder = self.builder
        condition = self.condition(test)
        chosen, other, end = self.new_block("chosen"), self.new_block("other"), self.new_block("done")
        builder.cbranch(condition, chosen, other)
        known = dict(self.held)
        found: list[tuple[Number, Value]] = []
        for block, part in ((chosen, then), (other, otherwise)):
            builder.position_at_end(block)
            self.held = dict(known)
            found.append((self.number(part), builder.block))
        first, second = (number.dtype for number, _ in found)
        dtype = first if first == second else meeting(first, second)
        incoming: list[tuple[Value, Value]] = []
        for number, block in found:
            builder.position_at_end(block)
            incoming.append((self.converted(number, dtype), block))
            builder.branch(end)
        builder.position_at_end(end)
        self.held = known
        return Number(self.merged(incoming), dtype)

    def merged(self, incoming: Sequence[tuple[Value, Value]]) -> Value:
        phi = self.builder.phi(incoming[0][0].type)
        for value, block in incoming:
            phi.add_incoming(value, block)
        return phi

    # Calls

    def called(self, node: ast.Call) -> list[Number]:
        """What a function of the prelude gives: nothing, a number or several."""
        assert isinstance(node.func, ast.Name)
        meaning = self.meanings[node.func.id]
        if isinstance(meaning, ArrayDefinition):
            slot, size = (part.value for part in node.args if isinstance(part, ast.Constant))
            assert isinstance(slot, int) and isinstance(size, int)
            return [Number(meaning.build(self.builder, slot, size), I64)]
        assert isinstance(meaning, Definition)
        given = [self.number(argument) for argument in node.args]
        operands = [
            number.value if wanted is None else self.converted(number, wanted)
            for number, wanted in zip(given, meaning.operands, strict=True)
        ]
        made = meaning.build(self.builder, *operands)
        if isinstance(meaning.result, tuple):
            return [Number(value, dtype) for value, dtype in zip(made, meaning.result, strict=True)]
        return [] if meaning.result is None else [Number(made, meaning.result)]

    def converted(self, number: Number, dtype: DType) -> Value:
        return converted(self.builder, number, dtype)

    def new_block(self, name: str) -> Value:
        return self.builder.append_basic_block(name)


def _three(limits: Sequence[Value], kind: Value) -> tuple[Value, Value, Value]:
    """Start, stop and step of a range."""
    start = limits[0] if len(limits) > 1 else kind(0)
    return start, limits[min(1, len(limits) - 1)], limits[2] if len(limits) > 2 else kind(1)


def _is_one(value: Value) -> bool:
    return isinstance(value, ir.Constant) and value.constant == 1
