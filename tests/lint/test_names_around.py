"""Names of functions and classes around a kernel: what is said of them, and what is not known and so not said."""

from annotations import check


def test_a_name_of_a_class_is_not_seen_by_the_body():
    check("""
        class Solver:
            SIZE = 4
            T = f32

            @weft.kernel
            def k(x: Tensor[T, N]):
                x[weft.index(x)] = SIZE
                                 # ^^^^ unknown-name: `SIZE` is not defined: define it before the kernel, or import it

            @weft.kernel
            def right(x: Tensor[T, N]):
                x[weft.index(x)] = Solver.SIZE

        Solver.k(np.zeros(4))
               # ^^^^^^^^^^^ launch-dtype: `x` has dtype f64; the kernel declares `f32`: convert it before the launch, or change the declaration
    """)


def test_names_of_functions_around_a_kernel():
    check("""
        size = "a text"

        def outer(wide, *rest, step=1, **more):
            deep = 4
            for column in rest:
                pass
            with open(wide) as file:
                import os
            def make(dtype):
                nonlocal deep
                deep = 3
                tile = 8
                size = 4

                @weft.function
                def twice(v: dtype):
                    return v * size + later

                @weft.kernel
                def k(x: Tensor[dtype, N]):
                    i = weft.index(x)
                    part = weft.shared(f32, (tile, wide))
                    x[i] = twice(deep + step + later + size) + part[0, 0] + column + undefined
                                                                                   # ^^^^^^^^^ unknown-name: `undefined` is not defined: define it before the kernel, or import it
                later = 3
                if (found := deep) > 2:
                    pass
                return k
            return make
    """)


def test_a_constant_of_the_function_is_known():
    check("""
        def make():
            sizes = (4, 8)

            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = sizes[2]
                                       # ^ out-of-bounds: index 2 of a tuple of 2: use 0 to 1

            return k
    """)


def test_a_list_of_the_function_is_no_constant():
    check("""
        def make():
            sizes = [4, 8]

            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = sizes[0]
                                 # ^^^^^ mutable-global: `sizes` is of type `list`, which may change after the kernel is compiled: make it a tuple or a number, or pass it as a parameter

            return k
    """)


def test_what_is_bound_twice_is_not_known():
    check("""
        def make(flag):
            sizes = (4, 8)
            if flag:
                sizes = (4, 8, 16)

            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = sizes[2]

            return k

        def other():
            size = (1, 2)
            def grow():
                nonlocal size
                size = (1, 2, 3)

            @weft.kernel
            def k(x: Tensor[f32, N]):
                x[weft.index(x)] = size[2]

            return k, grow
    """)


def test_a_local_of_the_host_hides_a_kernel_of_that_name():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N]):
            x[weft.index(x)] = 0.0

        class Other:
            k = None

            def run(self, k, kernels):
                k(1, 2, 3)
                for each in kernels:
                    each(1, 2)
                return [k(1, 2) for k in kernels], [(lambda k: k(1, 2))(each) for each in kernels]

            def plain(self):
                k(1, 2)
              # ^^^^^^^ launch-arguments: 2 arguments were given; `k(x)` takes 1: drop the extra ones

        def later(x):
            k(x, 1)
            k = print

        made = [k(1, 2) for k in (print, max)], [(lambda k: k(1, 2))(each) for each in (print, max)]
    """)
