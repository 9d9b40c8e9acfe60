"""Arrays of host code, as far as the text tells: what libraries make, what becomes of them, and what a launch finds of it."""

import pytest
from annotations import HEADER, check, found, read
from weft.model.describe import describe
from weft.model.values import HostTensor

LIBRARIES = (
    HEADER
    + "import cupy as cp\nimport torch\nrng = np.random.default_rng(0)\nx = torch.zeros((3, 4), dtype=torch.half)\n"
)


def described(expression: str, before: str = "") -> str:
    """What is known of an array, or "nothing"."""
    model = read(f"{LIBRARIES}{before}made = {expression}\n")
    value = model.module.scope.lookup("made").value
    return describe(value).removeprefix("array ") if isinstance(value, HostTensor) else "nothing"


@pytest.mark.parametrize(
    ("expression", "known"),
    [
        ("np.zeros((3, 4))", "f64 (3, 4)"),
        ("np.zeros(shape=4, dtype=np.float32)", "f32 (4,)"),
        ("np.full(4, 1)", "unknown dtype (4,)"),
        ("np.ones(n, 'float16')", "f16"),
        ("cp.empty((2, n), cp.int32)", "i32 (2, ?)"),
        ("torch.zeros(3, 4, dtype=torch.float)", "f32 (3, 4)"),
        ("torch.zeros(3, 4)", "unknown dtype (3, 4)"),
        ("torch.randn(2, 3, device='cuda', dtype=torch.bfloat16)", "bf16 (2, 3)"),
        ("torch.full((4,), 1.0)", "unknown dtype (4,)"),
        ("torch.randint(0, 9, (4,))", "i64 (4,)"),
        ("torch.empty_like(x)", "f16 (3, 4)"),
        ("torch.zeros_like(x, dtype=torch.int)", "i32 (3, 4)"),
        ("torch.arange(0, 10, 3)", "i64 (4,)"),
        ("np.arange(4.0)", "unknown dtype (?,)"),
        ("np.arange(4, dtype=np.float32)", "f32 (4,)"),
        ("rng.random((2, 2), np.float32)", "f32 (2, 2)"),
        ("rng.standard_normal(4)", "f64 (4,)"),
        ("rng.integers(0, 9, 4)", "i64 (4,)"),
        ("rng.random()", "nothing"),
        ("np.random.rand(2, 3).astype(np.float32)", "f32 (2, 3)"),
        ("weft.zeros((2, 3))", "f32 (2, 3)"),
        ("weft.full(4, 1, i32, device='cuda')", "i32 (4,)"),
        ("weft.from_numpy(np.zeros(3))", "f64 (3,)"),
        ("x.reshape(2, -1)", "f16 (2, 6)"),
        ("x.reshape((5, -1))", "f16 (5, ?)"),
        ("x.reshape(*x.shape[:-1], -1)", "nothing"),
        ("np.zeros((2, *range(n)))", "f64"),
        ("x.view(-1).float()", "f32 (12,)"),
        ("x.reshape(sizes)", "f16"),
        ("x.reshape(rows, sizes)", "f16 (?, ?)"),
        ("torch.as_tensor(x, torch.float32)", "f32 (3, 4)"),
        ("x.view(torch.int16)", "nothing"),
        ("x.view(kind)", "f16"),
        ("x.ravel().copy()", "f16 (12,)"),
        ("x.flatten(0, 1)", "f16"),
        ("x.T", "f16 (4, 3)"),
        ("x.t().contiguous()", "f16 (4, 3)"),
        ("x.transpose(0, 1)", "f16 (?, ?)"),
        ("x.unsqueeze(1)", "f16 (3, 1, 4)"),
        ("x.to('cuda', torch.float32)", "f32 (3, 4)"),
        ("x.to('cuda')", "f16 (3, 4)"),
        ("x.to(device)", "unknown dtype (3, 4)"),
        ("x.sum(0)", "nothing"),
        ("x[0]", "nothing"),
        ("x + 1", "nothing"),
    ],
)
def test_what_is_known(expression: str, known: str):
    assert described(expression) == known


def test_sizes_of_a_shape():
    assert described("torch.zeros(cols, rows)", "rows, cols = x.shape\n") == "unknown dtype (4, 3)"


def test_launches():
    check("""
        import torch

        @weft.kernel
        def scale(x: Tensor[f32, N]):
            i = weft.index(x)
            x[i] = 2.0 * x[i]

        @weft.kernel
        def copy(x: Tensor[f16, M, N], y: Tensor[f16, M, N]):
            i, j = weft.index(x)
            y[i, j] = x[i, j]

        def main(device, n):
            a = torch.zeros(3, 4, dtype=torch.half, device=device)
            copy(a, torch.empty_like(a))
            copy(a, torch.empty_like(a).t())
                  # ^^^^^^^^^^^^^^^^^^^^^^^ launch-dims: `N` is 4 in `x.shape[1]` and 3 in `y.shape[1]`; a dimension has one value in a launch: pass tensors that agree, or give the parameter another dimension
                  # ^^^^^^^^^^^^^^^^^^^^^^^ launch-dims: `M` is 3 in `x.shape[0]` and 4 in `y.shape[0]`; a dimension has one value in a launch: pass tensors that agree, or give the parameter another dimension
            scale(a.view(-1).float())
            scale(a.float())
                # ^^^^^^^^^ launch-rank: `x` has 2 axes; the kernel declares 1 axis: reshape it, or change the declaration
            scale(a.view(-1))
                # ^^^^^^^^^^ launch-dtype: `x` has dtype f16; the kernel declares `f32`: convert it before the launch, or change the declaration
            scale(torch.randn(n))
            if n > 3:
                a = a.view(-1)
            scale(a.float())
    """)


def test_an_array_of_the_module_is_no_constant_of_a_kernel():
    model = read(
        LIBRARIES
        + """
TABLE = torch.zeros(4).numpy()

@weft.kernel
def k(y: Tensor[f32, N]):
    i = weft.index(y)
    y[i] = TABLE[0] + x[0, 0]

def host():
    return TABLE[0]
"""
    )
    assert [one.words.partition(",")[0] for one in found(model)] == [
        "mutable-global: `TABLE` is of type `ndarray`",
        "mutable-global: `x` is of type `Tensor`",
    ]
