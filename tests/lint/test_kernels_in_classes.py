"""Launches of kernels that are attributes: `Solver.step(...)`, `self.step(...)`; nothing where another may have taken their place."""

import textwrap

import pytest
from annotations import HEADER, check, found, read

CLASS = """
class Solver:
    @weft.kernel
    def step(x: Tensor[f32, N], value: f32):
        x[weft.index(x)] = value
"""


def check_class(source: str) -> None:
    check(CLASS + textwrap.indent(textwrap.dedent(source), ""))


def test_launches_by_the_class_and_its_objects():
    check(
        CLASS
        + """
    def run(self, x):
        self.step(x, 1.0)
        self.step(x)
      # ^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it
        self.step[1, 2048](x, 1.0)
                   # ^^^^ launch-threads: a block of 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and more blocks

    @classmethod
    def run_by_class(cls, x):
        cls.step(x)
      # ^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it


class Derived(Solver):
    def other(self, x):
        self.step(x)
      # ^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it


def main(x):
    Solver.step(np.zeros(4), 1.0)
              # ^^^^^^^^^^^ launch-dtype: `x` has dtype f64; the kernel declares `f32`: convert it before the launch, or change the declaration
    Solver().step(x)
  # ^^^^^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it
    solver = Solver()
    solver.step(x)
  # ^^^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it
    Derived.step(x)
  # ^^^^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it
    Solver.step(x, 2.0)
"""
    )


@pytest.mark.parametrize(
    "made",
    [
        "self.held = k",
        "self.held = make()",
        "self.held: object = k",
        "@weft.kernel\n        def own(x: Tensor[f32, N]):\n            x[weft.index(x)] = 0.0\n        self.held = own",
    ],
)
def test_kernels_that_an_object_holds(made: str):
    check(
        f"""
@weft.kernel
def k(x: Tensor[f32, N]):
    x[weft.index(x)] = 0.0


def make():
    @weft.kernel
    def made(x: Tensor[f32, N]):
        x[weft.index(x)] = 0.0

    return made


class Solver:
    def __init__(self):
        {made}

    def run(self, x):
        self.held(x)
        self.held(x, x)
"""
        + f"      # ^^^^^^^^^^^^^^^ launch-arguments: 2 arguments were given; `{'made' if 'make' in made else 'own' if 'own' in made else 'k'}(x)` takes 1: drop the extra ones\n"
    )


def test_a_class_whose_base_has_its_name():
    check(
        CLASS.replace("class Solver:", "class Solver(elsewhere.Solver):").replace(
            "class", "import elsewhere\n\nclass"
        )
        + """
    def run(self, x):
        self.step(x)
      # ^^^^^^^^^^^^ launch-arguments: `value` is missing; `step(x, value)` takes 2 arguments: pass it
"""
    )


def test_what_a_function_makes():
    check("""
        def make(tile):
            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = tile

            return k

        def either(flag):
            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = 0.0
            if flag:
                return k
            return print

        def several():
            @weft.kernel
            def first(x: Tensor[f32, N]):
                x[weft.index(x)] = 0.0
            @weft.kernel
            def second(x: Tensor[f32, N]):
                x[weft.index(x)] = 1.0
            return first, second

        scale = make(4)
        first, second = several()

        def main():
            scale(1, 2)
          # ^^^^^^^^^^^ launch-arguments: 2 arguments were given; `k(x)` takes 1: drop the extra ones
            either(True)(1, 2)
            second(1, 2)
          # ^^^^^^^^^^^^ launch-arguments: 2 arguments were given; `second(x)` takes 1: drop the extra ones
            made = make(tile=8)
            made(1, 2)
          # ^^^^^^^^^^ launch-arguments: 2 arguments were given; `k(x)` takes 1: drop the extra ones
    """)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "Solver.step = print",
        "setattr(Solver, 'step', print)",
        "def test(monkeypatch):\n    monkeypatch.setattr(Solver, 'step', print)",
        "def test(mock):\n    with mock.patch('kernels.Solver.step'):\n        pass",
        "del Solver.step",
        "other = Solver()\nother.step = print",
    ],
)
def test_an_attribute_that_the_file_sets(elsewhere: str):
    check(
        f"{CLASS}\n    def run(self, x):\n        self.step(x)\n\n{elsewhere}\n\nSolver.step(1)\nSolver().step(1)\n"
    )


@pytest.mark.parametrize(
    "derived",
    [
        "class Derived(Solver):\n    step = print",
        "class Derived(Solver):\n    def step(self): ...",
        "class Between(Solver): ...\n\nclass Derived(Between):\n    def step(self): ...",
    ],
)
def test_an_attribute_that_a_class_overrides(derived: str):
    run = "\n    def run(self, x):\n        self.step(x)\n\n"
    check(f"{CLASS}{run}{derived}\n\n\nDerived.step(1)\n")


@pytest.mark.parametrize(
    "body",
    [
        "step = None\n    @weft.kernel\n    def step(x: Tensor[f32, N], value: f32):\n        x[weft.index(x)] = value",
        "@property\n    def step(self):\n        return print",
        "@classmethod\n    @weft.kernel\n    def step(x: Tensor[f32, N], value: f32):\n        x[weft.index(x)] = value",
        "if weft:\n        def step(self): ...\n    else:\n        step = k",
        "def __getattribute__(self, name): ...\n    @weft.kernel\n    def step(x: Tensor[f32, N], value: f32):\n        x[weft.index(x)] = value",
        "def __init__(self, step):\n        self.step = step",
        "def __init__(self):\n        self.step = k\n    def other(self):\n        self.step = print",
        "def __init__(self):\n        self.step = k\n    def step(self): ...",
    ],
)
def test_an_attribute_that_is_something_else(body: str):
    check(f"""
@weft.kernel
def k(x: Tensor[f32, N], value: f32):
    x[weft.index(x)] = value


class Solver:
    {body}

    def run(self, x):
        self.step(x)


Solver.step(1)
Solver().step(1)
""")


def test_a_class_that_is_decorated_or_has_another_metaclass():
    for head in ("@register\nclass Solver:", "class Solver(metaclass=Meta):"):
        check(
            f"from elsewhere import Meta, register\n{CLASS.replace('class Solver:', head)}\n\nSolver.step(1)\n"
        )
    for head in ("@dataclass(frozen=True)\nclass Solver:", "class Solver(ABC, metaclass=ABCMeta):"):
        text = CLASS.replace("class Solver:", head)
        imports = "from abc import ABC, ABCMeta\nfrom dataclasses import dataclass\n"
        model = read(f"{HEADER}{imports}{text}\n\nSolver.step(1)\n")
        assert [each.words.partition(":")[0] for each in found(model)] == ["launch-arguments"]


def test_a_method_whose_first_parameter_is_not_the_object():
    check(
        CLASS
        + """
    @staticmethod
    def static(self, x):
        self.step(x)

    def rebound(self, x):
        self = x
        self.step(x)

    @decorated
    def taken(ctx, x):
        ctx.step(x)
"""
    )


def test_kernels_of_one_name_in_two_classes():
    check("""
        class A:
            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.thread_idx.x] = 0.0

        class B:
            @weft.kernel
            def k(x: Tensor[f32, N], y: Tensor[f32, N]):
                i = weft.index(x)
                x[i] = y[i]

        A.k[1, 32](np.zeros(4, np.float32))
        made = B.k(1)
             # ^^^^^^ launch-arguments: `y` is missing; `k(x, y)` takes 2 arguments: pass it
    """)


def test_an_object_of_the_host_in_a_kernel_is_not_known():
    check(
        CLASS
        + """

solver = Solver()


@weft.kernel
def k(x: Tensor[f32, N]):
    x[weft.index(x)] = solver.value
    Solver.step(x, 1.0)
  # ^^^^^^^^^^^^^^^^^^^ kernel-in-kernel: `Solver.step` is a kernel, and a kernel cannot launch another: make it a `@weft.function`, or launch both from the host
"""
    )
