"""The generated Python: its text, its lines' sources, its names."""

import ast
from textwrap import dedent

import pytest
from building import (
    BARRIER,
    HERE,
    dim,
    domain,
    index,
    kernel,
    let,
    lit,
    load,
    loop,
    op,
    shared,
    store,
    tensor,
    tx,
)
from weft.backends.cpu.emit import TARGET
from weft.backends.cpu.emitting import emit_blocks
from weft.backends.expressions import Expressions, Target
from weft.backends.lowering import LOWERING, prelude_names
from weft.backends.names import Names
from weft.backends.parameters import flatten
from weft.backends.python import emit_thread_kernel
from weft.model.diagnostic import Span
from weft.model.dtypes import BOOL, F16, F32, F64, I32, I64, INDEX, U32, U64
from weft.model.ir import PRIMITIVES, SPECIALS, Assign, Const, Expr, Kernel, Op, Param, ScalarParameter, Var
from weft.model.specialization import Specialization

GPU = Target({name: f"{name.replace('.', '_')}()" for name in SPECIALS}, 32, prelude_names())

N, I = dim("N"), index("i")


def saxpy() -> Kernel:
    x, y = tensor("x", F32, N), tensor("y", F32, N)
    alpha = Param("alpha", F32)
    value = op("add", op("mul", alpha, load(x, I)), load(y, I))
    return kernel(
        "saxpy", [ScalarParameter("alpha", F32, HERE), x, y], domain({"i": N}, store(y, I, value=value))
    )


def shift_sum() -> Kernel:
    """Each thread adds what its neighbour has, `N` times."""
    y, tile, acc, k = tensor("y", F32, N), shared("tile", F32, 32), Var("acc", F32), index("k")
    neighbour = op("mod", op("add", tx, lit(1)), lit(32))
    body = (
        let(acc, load(y, tx)),
        loop(
            k,
            N,
            store(tile, tx, value=acc),
            BARRIER,
            let(acc, op("add", acc, load(tile, neighbour))),
            BARRIER,
        ),
        store(y, tx, value=acc),
    )
    return kernel("shift_sum", [y], *body, arrays=[tile])


def check_blocks(what: Kernel, expected: str) -> None:
    code = emit_blocks(what, Specialization(contiguous=frozenset("xy"))).code
    assert code.text == dedent(expected).lstrip()
    ast.parse(code.text)


def check_thread(what: Kernel, bits: int, expected: str) -> None:
    specialization = Specialization(contiguous=frozenset("x"), index_bits=32 if bits == 32 else 64)
    code = emit_thread_kernel(what, specialization, GPU)
    assert code.text == dedent(expected).lstrip()
    ast.parse(code.text)


def test_saxpy_on_the_cpu():
    check_blocks(
        saxpy(),
        """
        def saxpy(dealt, piece, last_block, grid_x, grid_y, grid_z, block_x, block_y, block_z, scratch, slots, alpha, x, N, y):
            while True:
                first_block = next_piece(dealt, piece)
                if first_block >= last_block:
                    break
                after_piece = min_i64(first_block + piece, last_block)
                for block in range(first_block, after_piece):
                    block_idx_x = block % grid_x
                    threads_x = min_i64(block_x, N - block_idx_x * block_x)
                    for thread_x in range(threads_x):
                        i = block_idx_x * block_x + thread_x
                        store_f32(y, i, alpha * load_f32(x, i) + load_f32(y, i))
        """,
    )


def test_barriers_on_the_cpu():
    check_blocks(
        shift_sum(),
        """
        def shift_sum(dealt, piece, last_block, grid_x, grid_y, grid_z, block_x, block_y, block_z, scratch, slots, y, N):
            threads = (block_x * block_y * block_z + 63) // 64 * 64
            tile = scratch + 0
            acc_values = scratch + 128 + 0 * threads
            while True:
                first_block = next_piece(dealt, piece)
                if first_block >= last_block:
                    break
                after_piece = min_i64(first_block + piece, last_block)
                for block in range(first_block, after_piece):
                    for thread_z in range(block_z):
                        for thread_y in range(block_y):
                            for thread_x in range(block_x):
                                thread = (thread_z * block_y + thread_y) * block_x + thread_x
                                acc = load_f32(y, thread_x)
                                store_local_f32(acc_values, thread, acc)
                    for k in range(N):
                        for thread_z in range(block_z):
                            for thread_y in range(block_y):
                                for thread_x in range(block_x):
                                    thread = (thread_z * block_y + thread_y) * block_x + thread_x
                                    acc = load_local_f32(acc_values, thread)
                                    store_shared_f32(tile, thread_x, acc)
                        for thread_z in range(block_z):
                            for thread_y in range(block_y):
                                for thread_x in range(block_x):
                                    thread = (thread_z * block_y + thread_y) * block_x + thread_x
                                    acc = load_local_f32(acc_values, thread)
                                    acc = acc + load_shared_f32(tile, (thread_x + 1) % 32)
                                    store_local_f32(acc_values, thread, acc)
                    for thread_z in range(block_z):
                        for thread_y in range(block_y):
                            for thread_x in range(block_x):
                                thread = (thread_z * block_y + thread_y) * block_x + thread_x
                                acc = load_local_f32(acc_values, thread)
                                store_f32(y, thread_x, acc)
        """,
    )


def test_saxpy_of_one_thread():
    check_thread(
        saxpy(),
        32,
        """
        def saxpy(alpha, x, N, y, y_stride0):
            i = i32(block_idx_x() * block_dim_x() + thread_idx_x())
            if i < N:
                store_f32(y, i32(i * y_stride0), alpha * load_f32(x, i) + load_f32(y, i32(i * y_stride0)))
        """,
    )


def test_barriers_of_one_thread():
    check_thread(
        shift_sum(),
        64,
        """
        def shift_sum(y, N, y_stride0):
            tile = shared_f32(0, 32)
            acc = load_f32(y, thread_idx_x() * y_stride0)
            for k in range(N):
                store_shared_f32(tile, thread_idx_x(), acc)
                barrier()
                acc = acc + load_shared_f32(tile, (thread_idx_x() + 1) % 32)
                barrier()
            store_f32(y, thread_idx_x() * y_stride0, acc)
        """,
    )


def variable(name: str, dtype: object = I32) -> Var:
    return Var(name, dtype)  # pyright: ignore[reportArgumentType]


A, B, C = variable("a"), variable("b"), variable("c")
X, Y = variable("x", F32), variable("y", F32)
P, Q = variable("p", BOOL), variable("q", BOOL)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (op("add", op("mul", A, B), C), "i32(a * b + c)"),
        (op("mul", op("add", A, B), C), "i32((a + b) * c)"),
        (op("lt", op("add", A, B), C), "i32(a + b) < c"),
        (op("lt", A, lit(3, I32)), "a < 3"),
        (op("sub", A, op("sub", B, C)), "i32(a - (b - c))"),
        (op("neg", op("add", A, B)), "i32(-(a + b))"),
        (op("floordiv", op("add", A, B), C), "floordiv_i32(a + b, c)"),
        (op("shift_left", op("add", A, B), op("add", B, C)), "i32(a + b << i32(b + c))"),
        (op("bit_not", Var("u", U32)), "u32(~u)"),
        (op("add", Var("u", U64), lit(1, U64)), "u + u64(1)"),
        (op("floordiv", index("i"), lit(4)), "i // 4"),
        (op("floordiv", index("i"), lit(-4)), "floordiv_i64(i, -4)"),
        (op("mod", Var("l", I64), index("i")), "mod_i64(l, i)"),
        (op("add", X, lit(0.5, F32)), "x + f32(0.5)"),
        (op("mul", X, lit(-0.0, F32)), "x * f32(-0.0)"),
        (op("add", Var("h", F16), lit(0.5, F16)), "round_f16(h + round_f16(f32(0.5)))"),
        (op("min", Var("h", F16), Var("g", F16)), "min_f32(h, g)"),
        (lit(2.5, F64), "2.5"),
        (Const(float("inf"), F32), "f32(inf)"),
        (lit(-7, I32), "i32(-7)"),
        (op("and", P, op("or", Q, op("not", P))), "p and (q or not p)"),
        (op("not", op("and", P, Q)), "not (p and q)"),
        (op("eq", op("lt", A, B), P), "(a < b) == p"),
        (op("select", P, X, op("select", Q, Y, X)), "x if p else y if q else x"),
        (op("add", op("select", P, X, Y), X), "(x if p else y) + x"),
        (Op("cast", (X,), I32), "truncate_i32(x)"),
        (Op("cast", (op("add", A, B),), F32), "f32(i32(a + b))"),
        (Op("cast", (A,), INDEX), "i64(a)"),
        (Op("cast", (A,), BOOL), "a != 0"),
        (Op("cast", (X,), F16), "round_f16(x)"),
        (Op("cast", (Var("d", F64),), F16), "round_f16(d)"),
    ],
    ids=str,
)
def test_expression(expr: Expr, text: str):
    assert Expressions(TARGET, Names(frozenset()), 64).exact(expr) == text


def test_the_table_has_every_primitive():
    assert LOWERING.keys() == PRIMITIVES.keys()


def test_lines_know_their_sources():
    what = kernel("k", [], Assign(A, lit(1, I32), Span(10, 15)), Assign(B, A, Span(20, 25)))
    lines = emit_thread_kernel(what, Specialization(), GPU).lines
    assert [(line.text.strip(), line.offset) for line in lines] == [
        ("def k():", None),
        ("a = i32(1)", 10),
        ("b = a", 20),
    ]


def test_names_are_safe():
    names = Names(frozenset({"range", "load_f32"}))
    wanted = ["x.shape[0]", "range", "lambda", "load_f32", "x", "tile$1", "1st", "größe"]
    found = [names.of("variable", name) for name in wanted]
    assert found == ["x_shape0", "range_2", "lambda_2", "load_f32_2", "x", "tile_1", "v1st", "gr__e"]
    assert names.of("tensor", "x") == "x_2"
    assert names.of("variable", "x") == "x"


def test_flat_parameters():
    x = tensor("x", F32, N, dim("x.shape[1]"))
    i, j = index("i"), index("j")
    scalars = [ScalarParameter("h", F16, HERE), ScalarParameter("b", BOOL, HERE)]
    body = domain({"i": N, "j": dim("x.shape[1]")}, store(x, i, j, value=lit(1.0, F32)))
    flat = flatten(kernel("k", [*scalars, x], body), 32)
    assert [(one.name, one.role, one.axis, one.dtype.name) for one in flat] == [
        ("h", "scalar", 0, "f32"),
        ("b", "scalar", 0, "u8"),
        ("x", "address", 0, "i64"),
        ("N", "extent", 0, "i32"),
        ("x.shape[1]", "extent", 1, "i32"),
        ("x.stride[0]", "stride", 0, "i32"),
        ("x.stride[1]", "stride", 1, "i32"),
    ]
