"""What the front end finds in kernels: the wrong case, and the nearest right one."""

from annotations import check


def test_right_kernels_have_no_findings():
    check("""
        TILE = 8
        PADDED = Layout((TILE, TILE), (TILE + 1, 1))

        @weft.function
        def relu(value: f32) -> f32:
            if value > 0:
                return value
            return 0.0

        @weft.kernel
        def k(alpha: f32, count: i32, flags: Tensor[u8, N], x: Tensor[f32, M, N], y: Tensor[f64, M, N]):
            row, col = weft.tile_index(x, (TILE, TILE))
            tile = weft.shared(f32, PADDED)
            tile[weft.thread_idx.y, weft.thread_idx.x] = relu(x[row, col]) * alpha
            weft.barrier()
            total = 0.0
            steps = 0
            while steps < count and total < 100:
                total += math.sqrt(tile[weft.thread_idx.x, weft.thread_idx.y]) + min(total, 1.0)
                steps += 1
                if steps == 7:
                    break
            y[row, col] = total if flags[col] else -total ** 2
    """)


def test_unknown_name():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = scale
                 # ^^^^^ unknown-name: `scale` is not defined: define it before the kernel, or import it
    """)


def test_unknown_name_with_a_near_one():
    check("""
        scale = 2.0

        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = scael
                 # ^^^^^ unknown-name: `scael` is not defined: did you mean `scale`?
    """)


def test_unknown_member_of_the_language():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.idnex(y)
              # ^^^^^^^^^^ unknown-attribute: module weft has no `idnex`: did you mean `index`?
            y[i] = 1.0
    """)


def test_wrong_rank_in_a_write():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, M, N]):
            i = weft.index(x)
            y[i] = x[i]
          # ^^^^ wrong-rank: `y` has 2 axes (M, N) and is given 1 index: write `y[i, j]`
    """)


def test_an_element_is_a_number():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(x)
            y[i] = x
          # ^^^^ element-dtype: an element of `y` is one `f32`; found Tensor f32 (N,) global: index it
    """)


def test_operators_take_numbers():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(x)
            y[i] = x + 1
                 # ^^^^^ operand-dtype: `+` takes numbers and found Tensor f32 (N,) global: index the tensor, or use its elements
    """)


def test_index_out_of_a_known_extent():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, 4], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = x[3] + x[4]
                          # ^ out-of-bounds: index 4 is outside of axis 0 of `x`, which has 4: use 0 to 3
    """)


def test_negative_index():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = x[-1]
                   # ^^ out-of-bounds: index -1 is negative; a kernel counts from 0: write `N - 1`
    """)


def test_bound_on_every_path_is_no_finding():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            if x[i] > 0:
                sign = 1.0
            else:
                sign = -1.0
            for _ in range(3):
                last = sign
            y[i] = last
    """)


def test_unbound_after_a_loop_that_may_not_run():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            for j in range(N):
                last = x[j]
            y[i] = last
                 # ^^^^ possibly-unbound: `last` has no value on some path to here: give it one before the branch or the loop
    """)


def test_a_name_keeps_one_meaning():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            if i > 3:
             # ^^^^^ unstable-name: `source` is Tensor f32 (N,) global on one path and f32 on the other: use two names, or make them the same
                source = x
            else:
                source = x[i]
            y[i] = 1.0
    """)


def test_return_of_a_value():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            return y[i]
          # ^^^^^^^^^^^ return-value: a kernel returns nothing: write the result to a tensor
    """)


def test_early_return_is_no_finding():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.block_idx.x * weft.block_dim.x + weft.thread_idx.x
            if i >= N:
                return
            y[i] = 1.0
    """)


def test_a_parameter_without_a_type():
    check("""
        @weft.kernel
        def k(alpha, y: Tensor[f32, N]):
            # ^^^^^ parameter-type: parameter `alpha` needs a type and has none: write a dtype (`alpha: f32`) or a tensor (`alpha: Tensor[f32, N]`)
            i = weft.index(y)
            y[i] = 1.0
    """)


def test_a_domain_in_a_branch():
    check("""
        @weft.kernel
        def k(n: i32, y: Tensor[f32, N]):
            if n > 0:
                i = weft.index(y)
                  # ^^^^^^^^^^^^^ domain-place: `index` names the kernel's domain for every thread: call it at the top level of the kernel, not in a branch, a loop or a function
    """)


def test_a_tile_larger_than_a_block():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, M, N]):
            i, j = weft.tile_index(y, (64, 32))
                                    # ^^^^^^^^ launch-threads: a block of 32 × 64 = 2048 threads is over the limit of 1024 threads per block of any CUDA GPU: use a smaller block and more blocks
            y[i, j] = 1.0
    """)


def test_shared_memory_of_a_size_known_only_at_launch():
    check("""
        @weft.kernel
        def k(n: i32, y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            tile = weft.shared(f32, n)
                                  # ^ static-required: the layout of `shared` memory is known at compile time and this is i32: use numbers, module-level constants, dimensions of the tensors or a `weft.Layout` of numbers
            y[i] = tile[0]
    """)


def test_unsupported_python():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            values = [x[i]]
                   # ^^^^^^ unsupported: a list cannot be used in a kernel: use a tuple, or `weft.shared` for memory
            text = f"{i}"
                 # ^^^^^^ unsupported: an f-string outside of `print` and `assert` cannot be used in a kernel: kernels have no text; compute with numbers
            with x:
          # ^^^^^^^ unsupported: `with` cannot be used in a kernel: kernels have no contexts; drop it
                pass
            for value in x:
                       # ^ unsupported: a `for` over Tensor f32 (N,) global cannot be used in a kernel: loop over `range(...)` and index, or over a tuple, which is written out
                pass
            y[i] = (0, 1)[i:]
                        # ^^ static-required: a tuple is sliced by numbers known at compile time
    """)


def test_host_functions_are_not_called():
    check("""
        def host(value):
            return value

        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = host(1.0) + np.exp(1.0)
                 # ^^^^^^^^^ not-callable: `host` runs on the host and cannot be called in a kernel: use an operation of weft, or make it a `@weft.function`
                             # ^^^^^^^^^^^ not-callable: `np.exp` runs on the host and cannot be called in a kernel: use an operation of weft, or make it a `@weft.function`
    """)


def test_wrong_arguments_of_an_operation():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = weft.exp() + weft.exp(y)
                 # ^^^^^^^^^^ call-arguments: `x` is missing: call it as `exp(x: number) -> number`
                              # ^^^^^^^^^^^ call-arguments: `exp` takes numbers: index the tensor, or pass a scalar
    """)


def test_a_kernel_called_from_a_kernel():
    check("""
        @weft.kernel
        def inner(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = 1.0

        @weft.kernel
        def outer(y: Tensor[f32, N]):
            i = weft.index(y)
            inner(y)
          # ^^^^^^^^ kernel-in-kernel: `inner` is a kernel, and a kernel cannot launch another: make it a `@weft.function`, or launch both from the host
            y[i] = 1.0
    """)


def test_break_out_of_a_loop_with_a_barrier():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            for j in range(4):
                if x[i] > j:
                    break
                weft.barrier()
              # ^^^^^^^^^^^^^^ barrier-in-divergent-branch: not every thread of the block reaches this barrier: some leave the iteration before others, at the `break` 1 line above; test its condition around the work instead, or with what is the same for the block
            y[i] = 1.0
    """)


def test_a_layout_that_cannot_be():
    check("""
        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.tile_index(y, 32)
            tile = weft.shared(f32, Layout((4, 8), (8,)))
                                  # ^^^^^^^^^^^^^^^^^^^^ layout: shape (4, 8) and stride (8,) are not congruent; give the stride one integer for each integer of the shape, nested in the same way
            y[i] = tile[0, 0]
    """)


def test_a_syntax_error_breaks_one_block():
    model = check("""
        @weft.kernel
        def broken(y: Tensor[f32, N]):
            i = weft.index(y
                          #^ syntax-error: '(' was never closed
            y[i] = 1.0

        @weft.kernel
        def fine(y: Tensor[f32, N]):
            i = weft.index(y)
            y[i] = 1.0
    """)
    names = [kernel.name for _, kernel in model.kernels() if kernel.ir is not None]
    assert names == ["broken", "fine"]


def test_memory_of_a_size_that_the_text_does_not_tell_is_no_finding():
    check("""
        from sizes import ROWS

        @weft.kernel
        def k(y: Tensor[f32, N]):
            i = weft.index(y)
            kept = weft.local(f32, (ROWS, 4))
            y[i] = kept[0, 0]
    """)


def test_python_that_no_kernel_holds():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            a = {1: 2}
              # ^^^^^^ unsupported: a dict cannot be used in a kernel: use module-level constants
            b = {1, 2}
              # ^^^^^^ unsupported: a set cannot be used in a kernel: use a tuple
            c = [j for j in range(3)]
              # ^^^^^^^^^^^^^^^^^^^^^ unsupported: a list comprehension cannot be used in a kernel: write a `for` loop over `range`
            d = (j for j in range(3))
              # ^^^^^^^^^^^^^^^^^^^^^ unsupported: a generator expression cannot be used in a kernel: write a `for` loop over `range`
            e = lambda v: v
              # ^^^^^^^^^^^ unsupported: a lambda cannot be used in a kernel: write a `@weft.function`
            f = (g := i)
               # ^^^^^^ unsupported: `:=` cannot be used in a kernel: assign on a line of its own
            raise ValueError
          # ^^^^^^^^^^^^^^^^ unsupported: `raise` cannot be used in a kernel: `assert` the condition
            del y
          # ^^^^^ unsupported: `del` cannot be used in a kernel: drop it
            import math as m
          # ^^^^^^^^^^^^^^^^ unsupported: `import` cannot be used in a kernel: import at the top of the file
            def inner():
          # ^^^^^^^^^^^^ unsupported: a function of its own cannot be used in a kernel: define a `@weft.function` at the top of the file
                pass
            class Inner:
          # ^^^^^^^^^^^^ unsupported: a class cannot be used in a kernel: use scalars and tensors
                pass
            match i:
          # ^^^^^^^^ unsupported: `match` cannot be used in a kernel: use `if` and `elif`
                case 0:
                    pass
            global G
          # ^^^^^^^^ unsupported: `global` cannot be used in a kernel: write results to a tensor
            h = 1.0 if x is y else 2.0
                     # ^^^^^^ unsupported: `is` or `in` cannot be used in a kernel: compare numbers with `==`
            y[i] = 2j
                 # ^^ unsupported: a constant of type `complex` cannot be used in a kernel: use an int, a float or a bool
            yield i
          # ^^^^^^^ unsupported: `yield` cannot be used in a kernel: write results to a tensor
    """)


def test_an_index_that_is_outside_for_every_thread():
    check("""
        @weft.kernel
        def k(x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.index(y)
            tile = weft.local(f32, 4)
            for j in range(4):
                tile[j + 4] = x[i]
                   # ^^^^^ out-of-bounds: index `j + 4` is outside for every thread: axis 0 of `tile` ends before 4; nothing is read or written there: correct it
            y[i] = x[i - N] + x[N]
                   # ^^^^^ out-of-bounds: index `i - N` is negative for every thread, and a kernel counts from 0; nothing is read or written there: correct it
                              # ^ out-of-bounds: index `N` is outside for every thread: axis 0 of `x` ends before N; nothing is read or written there: correct it
    """)


def test_an_index_that_is_outside_for_some_threads_only():
    check("""
        @weft.kernel
        def k(shift: i32, x: Tensor[f32, N], y: Tensor[f32, N]):
            i = weft.tile_index(y, 64)
            t = weft.thread_idx.x
            tile = weft.shared(f32, 66)
            tile[t] = x[i]
            tile[t + 64] = x[i + 64]
            weft.barrier()
            near = tile[t - 64] if t >= 64 else 0.0
            if t >= 64:
             # ^^^^^^^ dead-branch: `t >= 64` is true for no thread, so this branch never runs: correct the condition, or drop the branch
                near += tile[t - 64]
            if i < N:
                near += x[N + i]
                        # ^^^^^ out-of-bounds: index `N + i` is outside for every thread: axis 0 of `x` ends before N; nothing is read or written there: correct it
            for k in weft.static_range(3):
                near += tile[64 * k + t]
            y[i] = x[i - 1] + x[i + 1] + x[i - shift] + x[N - 1] + x[N // 2] + tile[t + 2] + near
    """)


def test_a_tensor_of_no_axes():
    check("""
        @weft.kernel
        def right(x: Tensor[f32]):
            weft.index(1)
            x[()] = x[()] + 1

        @weft.kernel
        def domain(x: Tensor[f32]):
            i = weft.index(x)
              # ^^^^^^^^^^^^^ domain-rank: the domain has no axes, and threads are counted along one to three: write `weft.index(1)` for one thread
            x[i] = 1.0

        @weft.kernel
        def k(x: Tensor[f32]):
            x[0] = 1.0
          # ^^^^ wrong-rank: `x` has 0 axes () and is given 1 index: write `x[()]`
    """)
