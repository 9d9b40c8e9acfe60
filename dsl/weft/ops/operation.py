"""What the body of a declaration does when Python runs it."""


class OutsideKernel(TypeError):
    """An operation was called on the host."""


def only_in_kernels(name: str) -> OutsideKernel:
    """The error of an operation that Python runs, and not a kernel."""
    return OutsideKernel(
        f"weft.{name} works only inside a kernel: call it in a function under `@weft.kernel`"
    )
