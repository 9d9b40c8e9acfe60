"""Every expression has a type: what the Model says at a marked place."""

import textwrap

import pytest
from annotations import HEADER, check, read
from weft.model.describe import describe


def type_at(source: str, header: str = HEADER) -> str:
    """What the expression at `$0` is."""
    text = header + textwrap.dedent(source)
    offset = text.index("$0")
    fact = read(text.replace("$0", "")).fact_at(offset)
    return describe(fact.value) if fact else "nothing"


def in_kernel(line: str) -> str:
    return f"""
        @weft.kernel
        def k(a: f32, n: i32, b: bf16, flags: Tensor[u8, N], x: Tensor[f32, M, N], y: Tensor[f64, M, N]):
            row, col = weft.tile_index(x, (16, 16))
            {line}
    """


@pytest.mark.parametrize(
    ("expression", "described"),
    [
        ("$0row", "index"),
        ("$0a", "f32"),
        ("a $0* 2.0", "f32"),
        ("a $0+ b", "f32"),
        ("b $0* 2", "bf16"),
        ("n $0* 2", "i32"),
        ("n $0/ 2", "f32"),
        ("n $0* 2.5", "f32"),
        ("row $0+ n", "index"),
        ("a $0< n", "bool"),
        ("x[row, col]$0", "f32"),
        ("(x[row, col] $0+ y[row, col])", "f64"),
        ("flags[col] $0+ 1", "u8"),
        ("(a > 0) $0<< (n > 0)", "i32"),
        ("abs(a > 0)$0", "i32"),
        ("$0x", "Tensor f32 (M, N) global"),
        ("x.tile((16, 4), (0, n))$0", "Tensor f32 (16, 4):(x.stride[0], x.stride[1]) global"),
        ("weft.shared(f32, (16, 16))$0", "Tensor f32 (16, 16):(16, 1) shared"),
        (
            "weft.shared(bf16, Layout((4, (2, 2)), (1, (4, 8))))$0",
            "Tensor bf16 (4, (2, 2)):(1, (4, 8)) shared",
        ),
        ("x.$0shape", "(M, N)"),
        ("x.shape[1]$0", "index"),
        ("$0M", "dimension M"),
        ("M $0// 16", "index"),
        ("weft.$0thread_idx", "thread_idx (x, y, z)"),
        ("weft.thread_idx.$0x", "index"),
        ("math.sqrt(a)$0", "f32"),
        ("weft.exp(n)$0", "f32"),
        ("max(a, 0)$0", "f32"),
        ("min(n, 3)$0", "i32"),
        ("weft.ceil_div(100, 16)$0", "int = 7"),
        ("weft.f64(a)$0", "f64"),
        ("x.dtype(1)$0", "f32 = 1.0"),
        ("1 if a > 0 else 2.5$0", "float = 2.5"),
        ("(row, a)$0", "(index, f32)"),
        ("unknown_name$0", "unknown"),
    ],
)
def test_expressions(expression: str, described: str):
    assert type_at(in_kernel(f"value = {expression}")) == described


def test_a_variable_of_a_loop_is_as_wide_as_what_it_gets():
    source = """
        @weft.kernel
        def k(x: Tensor[f64, N], y: Tensor[f64, N]):
            i = weft.index(y)
            total = 0.0
            for j in range(N):
                total += x[j]
            y[i] = $0total
    """
    assert type_at(source) == "f64"


def test_device_functions_are_read_with_the_arguments_types():
    source = """
        @weft.function
        def double(value):
            return value + value

        @weft.kernel
        def k(y: Tensor[f64, N]):
            i = weft.index(y)
            twice = double(y[i])
            y[i] = $0twice
    """
    assert type_at(source) == "f64"


def test_layouts_of_the_host():
    assert type_at("layout = Layout((4, 8), (8, 1))\nprint($0layout)\n") == "Layout (4, 8):(8, 1)"
    assert type_at("layout = Layout((4, 8), (8, 1))\nprint(layout.coalesce()$0)\n") == "Layout (4, 8):(8, 1)"
    assert type_at("layout = Layout((4, 8))\nprint(layout.size()$0)\n") == "int = 32"


def test_a_constant_that_needs_itself_is_unknown():
    assert type_at("A = B\nB = A\nprint($0A)\n") == "unknown"


def test_a_constant_with_two_values_is_unknown():
    assert type_at("A = 1\nA = 2\nprint($0A)\n") == "unknown"


def test_hostile_constants_are_not_computed():
    assert type_at("A = 10 ** 10 ** 10\nprint($0A)\n") == "unknown"
    assert type_at("A = 'x' * 10 ** 12\nprint($0A)\n") == "unknown"
    assert type_at("A = 1 << 10 ** 9\nprint($0A)\n") == "unknown"
    assert type_at("A = 3 ** 4 << 2\nprint($0A)\n") == "int = 324"


def test_one_axis_unpacks():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            (i,) = weft.index(x.shape)
            (j,) = weft.lane_id
          # ^^^^ unpack: index is one value, not a tuple of one: write `j = ...`
            a, b = weft.lane_id
          # ^^^^ unpack: index is one value for 2 names: use one name
            x[i] = 1
    """)
