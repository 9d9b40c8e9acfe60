"""Every primitive over every dtype on the CPU, against NumPy."""

from functools import cache
from typing import Any

import numpy
import pytest
from building import NUMPY, at, dim, domain, index, kernel, lit, load, op, run, store, tensor
from primitive_cases import CASES, COUNT, NUMBERS, OTHERS, assert_equal, carried, expected, operands
from weft.model.dtypes import ALL, BF16, BOOL, F16, F32, F64, I32, INDEX, DType
from weft.model.ir import PRIMITIVES, Op

# What the mathematical functions of C libraries promise, doubled; the others round correctly.
INEXACT = {
    "exp", "exp2", "log", "log2", "rsqrt", "sin", "cos", "tanh", "erf", "pow", "tan", "asin", "acos", "atan", "atan2", "sinh",
    "cosh", "asinh", "acosh", "atanh", "log10", "log1p", "expm1", "cbrt", "hypot",
}  # fmt: skip
# Of f32 on a GPU: `tanh.approx` is right to 2^-11, the logarithm near 1 to 2^-21 in all.
FAST_RELATIVE, FAST_ABSOLUTE = 2.0**-9, 2.0**-19

N, I = dim("N"), index("i")


def _names(dtype: DType) -> list[str]:
    return [name for name, case in CASES.items() if dtype in case.dtypes]


def _inputs(name: str) -> list[tuple[str, int]]:
    return [(CASES[name].inputs, place) for place in range(PRIMITIVES[name][0])]


@cache
def _results(dtype: DType) -> dict[str, Any]:
    """All operations on operands of one dtype, by one kernel."""
    names = _names(dtype)
    wanted = sorted({one for name in names for one in _inputs(name)})
    inputs = {one: tensor(f"{one[0]}{one[1]}", dtype, N) for one in wanted}
    calls = {name: op(name, *(load(inputs[one], I) for one in _inputs(name))) for name in names}
    outputs = {name: tensor(f"of_{name}", call.dtype, N) for name, call in calls.items()}
    body = [store(outputs[name], I, value=call) for name, call in calls.items()]
    given: dict[str, Any] = {of.name: operands(dtype, *one) for one, of in inputs.items()}
    given |= {of.name: numpy.zeros(COUNT, NUMPY[of.array.dtype.name]) for of in outputs.values()}
    run(kernel("all", [*inputs.values(), *outputs.values()], domain({"i": N}, *body)), given)
    return {name: given[of.name] for name, of in outputs.items()}


@pytest.mark.parametrize(
    ("name", "dtype"), [(name, dtype) for dtype in ALL for name in _names(dtype)], ids=str
)
def test_operation(name: str, dtype: DType):
    values = [operands(dtype, *one) for one in _inputs(name)]
    if name.startswith("fast_"):
        found, wanted = _results(dtype)[name].astype("f8"), expected(name, dtype, values).astype("f8")
        numpy.testing.assert_allclose(
            found, wanted, rtol=FAST_RELATIVE + 2.0**-7 * (dtype == BF16), atol=FAST_ABSOLUTE
        )
        return
    assert_equal(
        _results(dtype)[name], expected(name, dtype, values), dtype, ulps=4 if name in INEXACT else 0
    )


def test_every_primitive_has_cases():
    assert CASES.keys() | OTHERS == PRIMITIVES.keys()


@cache
def _casts(source: DType) -> dict[DType, Any]:
    x = tensor("x", source, N)
    outputs = {target: tensor(f"as_{target}", target, N) for target in ALL if target != source}
    body = [store(of, I, value=Op("cast", (load(x, I),), target)) for target, of in outputs.items()]
    given: dict[str, Any] = {"x": operands(source, "any", 0)}
    given |= {of.name: numpy.zeros(COUNT, NUMPY[target.name]) for target, of in outputs.items()}
    run(kernel("casts", [x, *outputs.values()], domain({"i": N}, *body)), given)
    return {target: given[of.name] for target, of in outputs.items()}


@pytest.mark.parametrize(("source", "target"), [(a, b) for a in ALL for b in ALL if a != b], ids=str)
def test_cast(source: DType, target: DType):
    values = carried(operands(source, "any", 0), source)
    with numpy.errstate(all="ignore"):
        if source.is_float and target.is_integer:
            limits = numpy.iinfo(NUMPY[target.name])
            whole = numpy.nan_to_num(numpy.trunc(values.astype("float64")), nan=0.0)
            wanted = numpy.array(
                [int(min(max(one, limits.min), limits.max)) for one in whole.tolist()],
                dtype=NUMPY[target.name],
            )
        elif target in (F16, BF16) and not source.is_float:
            wanted = values.astype("float32").astype(NUMPY[target.name])
        else:
            wanted = values.astype(NUMPY[target.name])
    assert_equal(_casts(source)[target], wanted, target, ulps=0)


@pytest.mark.parametrize("dtype", [*NUMBERS, BOOL], ids=str)
def test_select(dtype: DType):
    c, x, y, z = tensor("c", BOOL, N), tensor("x", dtype, N), tensor("y", dtype, N), tensor("z", dtype, N)
    given = {
        "c": operands(BOOL, "any", 2),
        "x": operands(dtype, "small", 0),
        "y": operands(dtype, "small", 1),
        "z": numpy.zeros(COUNT, NUMPY[dtype.name]),
    }
    chosen = op("select", load(c, I), load(x, I), load(y, I))
    run(kernel("choose", [c, x, y, z], domain({"i": N}, store(z, I, value=chosen))), given)
    numpy.testing.assert_array_equal(given["z"], numpy.where(given["c"], given["x"], given["y"]))


@pytest.mark.parametrize("dtype", ALL, ids=str)
def test_guarded_load_gives_zero(dtype: DType):
    x, y = tensor("x", dtype, N), tensor("y", dtype, N)
    beyond = load(x, op("mul", I, lit(1 << 40)), guard=op("lt", I, lit(1)))
    given = {"x": numpy.ones(COUNT, NUMPY[dtype.name]), "y": numpy.ones(COUNT, NUMPY[dtype.name])}
    run(kernel("guarded", [x, y], domain({"i": N}, store(y, I, value=beyond))), given)
    assert given["y"].astype("float32").tolist() == [1.0] + [0.0] * (COUNT - 1)


def test_only_the_chosen_operand_is_evaluated():
    x, y = tensor("x", F32, N), tensor("y", F32, N)
    first = op("eq", I, lit(0))
    far = load(x, op("mul", I, lit(1 << 40)))
    both = op("and", first, op("gt", far, lit(0.5, F32)))
    either = op("or", op("not", first), op("gt", far, lit(0.5, F32)))
    value = op("select", first, far, op("select", either, lit(2.0, F32), lit(3.0, F32)))
    body = (store(y, I, value=op("select", both, value, op("select", first, lit(9.0, F32), lit(2.0, F32)))),)
    given = {"x": numpy.ones(8, "f4"), "y": numpy.zeros(8, "f4")}
    run(kernel("lazy", [x, y], domain({"i": N}, *body)), given)
    assert given["y"].tolist() == [1.0] + [2.0] * 7


def test_guarded_store_writes_nothing():
    y = tensor("y", F32, N)
    far = op("mul", I, lit(1 << 40))
    body = store(y, far, value=lit(1.0, F32), guard=op("lt", I, lit(1)))
    given = {"y": numpy.zeros(8, "f4")}
    run(kernel("guarded", [y], domain({"i": N}, body)), given)
    assert given["y"].tolist() == [1.0] + [0.0] * 7


def test_narrow_integers_wrap_inside_expressions():
    """`(x + x) // 3` divides the wrapped sum, and an index made of narrow integers is the wrapped one."""
    x, y = tensor("x", I32, N), tensor("y", I32, N)
    twice = op("add", load(x, I), load(x, I))
    body = store(y, I, value=op("floordiv", twice, lit(3, I32)))
    given = {"x": numpy.array([2**31 - 1, -(2**31), 5], "i4"), "y": numpy.zeros(3, "i4")}
    run(kernel("wraps", [x, y], domain({"i": N}, body)), given)
    assert given["y"].tolist() == [-1, 0, 3]


def test_half_precision_rounds_after_each_operation():
    x, y = tensor("x", F16, N), tensor("y", F16, N)
    value = op("sub", op("add", load(x, I), lit(2048.0, F16)), lit(2048.0, F16))
    given = {"x": numpy.ones(4, "f2"), "y": numpy.ones(4, "f2")}
    run(kernel("rounds", [x, y], domain({"i": N}, store(y, I, value=value))), given)
    assert given["y"].tolist() == [0.0] * 4


def test_rounding_a_double_to_half_rounds_once():
    x = tensor("x", F64, N)
    outputs = {dtype: tensor(f"to_{dtype}", dtype, N) for dtype in (F16, BF16)}
    body = [store(of, I, value=Op("cast", (load(x, I),), dtype)) for dtype, of in outputs.items()]
    values = 1 + 2.0**-11 + numpy.array([2.0**-40, -(2.0**-40), 0, 2.0**-30])
    values = numpy.concatenate(
        [values, 1 + 2.0**-8 + numpy.array([2.0**-40, -(2.0**-40)]), [numpy.inf, numpy.nan]]
    )
    given = {"x": values, "to_f16": numpy.zeros(8, "f2"), "to_bf16": numpy.zeros(8, NUMPY["bf16"])}
    run(kernel("narrow", [x, *outputs.values()], domain({"i": N}, *body)), given)
    numpy.testing.assert_array_equal(given["to_f16"], values.astype("f2"))
    high = [1.0, 1.0, 1.0, 1.0, 1 + 2.0**-7, 1.0, numpy.inf, numpy.nan]
    numpy.testing.assert_array_equal(given["to_bf16"].astype("f8"), high)


def test_offsets_and_dtypes_of_index():
    y = tensor("y", I32, N)
    value = Op("cast", (op("floordiv", op("sub", I, lit(4)), lit(3)),), I32)
    given = {"y": numpy.zeros(8, "i4")}
    run(kernel("offsets", [y], domain({"i": N}, store(y, I, value=value))), given)
    assert given["y"].tolist() == [(one - 4) // 3 for one in range(8)]
    assert at(y, I).dtype == INDEX


PAIRS = [(a, b) for a in NUMBERS for b in NUMBERS if a.bits == b.bits and a != b]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
def test_bitcast(source: DType, target: DType):
    x, y = tensor("x", source, N), tensor("y", target, N)
    values = operands(source, "any", 0)
    values = values[~numpy.isnan(values.astype("f8"))]
    wanted = values.view(NUMPY[target.name])
    # A NaN of 16 bits is carried as one of 32 bits, so its payload may change.
    kept = ~numpy.isnan(wanted.astype("f8"))
    given = {"x": values, "y": numpy.zeros(len(values), NUMPY[target.name])}
    body = store(y, I, value=Op("bitcast", (load(x, I),), target))
    run(kernel("seen_as", [x, y], domain({"i": N}, body)), given)
    numpy.testing.assert_array_equal(given["y"][kept], wanted[kept])
