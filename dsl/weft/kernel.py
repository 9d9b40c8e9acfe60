"""What `@weft.kernel` and `@weft.function` make of a Python function."""

from collections.abc import Callable
from functools import partial, update_wrapper
from importlib import import_module
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar, overload

from weft.errors import launch_error
from weft.host.streams import to_handle
from weft.model import launches

if TYPE_CHECKING:
    from weft.chosen import ChosenGeometry
    from weft.inspect import Inspection
    from weft.launch import Launcher
    from weft.model import ir

P = ParamSpec("P")
R = TypeVar("R")

_MOST_BOUND = 64


class Kernel:
    """A kernel: call it to launch it with a grid and a block that Weft chooses.

    `k[grid, block](...)` launches with these, `k[grid, block, stream](...)` on a stream; each an integer or up to
    three. The data decides the device. Wrong: a call that does not fit the parameters [launch-arguments]
    [launch-dtype] [launch-rank] [launch-dims]; tensors in different places [launch-device].
    """

    def __init__(
        self,
        python_function: Callable[..., object],
        *,
        debug: bool = __debug__,
        check_bounds: bool = False,
        contiguous: bool = False,
    ) -> None:
        # `@staticmethod` says of a function in a class what is true of every kernel.
        python_function = getattr(python_function, "__func__", python_function)
        update_wrapper(self, python_function)
        self.python_function = python_function
        self.debug = debug
        self.check_bounds = check_bounds
        self.contiguous = contiguous
        # Made at the first launch.
        self._launcher: Launcher | None = None
        # Does what an earlier launch did and returns None, or returns something else: then this launch is decided.
        self._fast: Callable[..., object] = _undecided
        self._bound: dict[object, BoundKernel] = {}

    def __call__(self, *args: object, **kwargs: object) -> None:
        if kwargs or self._fast(*args) is not None:
            launcher = launcher_of(self)
            launcher.launch(args, kwargs)
            self._fast = launcher.fast()

    def __getitem__(self, geometry: object) -> "BoundKernel":
        try:
            known = self._bound.get(geometry)
        except TypeError:  # Lists are welcome as sizes.
            return self._bind(geometry)
        return known or self._kept(geometry)

    def _kept(self, geometry: object) -> "BoundKernel":
        """Most programs use few geometries, again and again."""
        if len(self._bound) >= _MOST_BOUND:
            self._bound.clear()
        bound = self._bound[geometry] = self._bind(geometry)
        return bound

    def _bind(self, geometry: object) -> "BoundKernel":
        match geometry:
            case (grid, block):
                return BoundKernel(self, (grid, block), None, self._launcher)
            case (grid, block, stream):
                return BoundKernel(self, (grid, block), stream, self._launcher)
            case _:
                raise launch_error([launches.geometry_form(self.python_function.__name__)])

    def __get__(self, instance: object, owner: type | None = None) -> "Kernel":
        # A kernel in a class is a kernel, not a method.
        return self

    def __repr__(self) -> str:
        return f"<weft.kernel {self.python_function.__qualname__}>"

    def geometry(self, *args: object, **kwargs: object) -> "ChosenGeometry | None":
        """The grid and the block that Weft chooses for these arguments, and why: print it. None if there is nothing to
        do. On a GPU the kernel is compiled for that; nothing runs."""
        return launcher_of(self).geometry(args, kwargs)

    def inspect(self, *args: object, target: str | None = None, **kwargs: object) -> "Inspection":
        """What the kernel becomes: typed model, generated Python, LLVM IR, PTX and SASS, each line with its source line;
        its registers, spills, shared memory and occupancy. Print it, or take a stage: `k.inspect(x, y)["ptx"].text`.

        args: those of a launch; nothing runs. Without any, tensors are taken to be in row-major order with fewer than
        2^31 elements.
        target: `cpu`, or a GPU's architecture such as `sm_90`, which need not be here; None for where the data is.

        Wrong: arguments that a launch refuses. Raises TargetError for a target that there is not.
        """
        return import_module("weft.inspect.live").inspect_live(launcher_of(self), args, kwargs, target)

    def _read(self) -> "Launcher":
        """What checks and launches it; `launcher_of` is for who is no method of it."""
        if self._launcher is not None:
            return self._launcher
        # The front end and the launch are loaded by the first launch: a decorator must cost nothing.
        reading = import_module("weft.reading")
        with reading.READING:
            launcher = self._launcher or reading.launcher_of(
                self.python_function,
                debug=self.debug,
                check_bounds=self.check_bounds,
                contiguous=self.contiguous,
            )
        self._launcher = launcher
        return launcher


def launcher_of(kernel: Kernel) -> "Launcher":
    """What checks and launches a kernel: for Weft's own parts and tests. Raises KernelError."""
    return kernel._read()  # pyright: ignore[reportPrivateUsage]


def ir_of(kernel: Kernel) -> "ir.Kernel":
    """The checked kernel. Raises KernelError."""
    return launcher_of(kernel).kernel


class BoundKernel:
    """A kernel with the geometry of its launch."""

    def __init__(
        self, kernel: Kernel, geometry: tuple[object, object], stream: object, launcher: "Launcher | None"
    ) -> None:
        self.kernel = kernel
        self.geometry = geometry
        self.stream = stream
        self._more: tuple[int, ...] = ()
        self._fast = _undecided if launcher is None else self._known(launcher)

    def __call__(self, *args: object, **kwargs: object) -> None:
        if kwargs or self._fast(*args, *self._more) is not None:
            launcher = launcher_of(self.kernel)
            launcher.launch(args, kwargs, self.geometry, self.stream)
            self._fast = self._known(launcher)

    def _known(self, launcher: "Launcher") -> Callable[..., object]:
        if self.stream is None:
            return launcher.fast(self.geometry)
        handle = to_handle(self.stream)
        self._more = () if handle is None else (handle,)
        return _undecided if handle is None else launcher.fast(self.geometry, takes_stream=True)


def _undecided(*arguments: object) -> object:
    return NotImplemented


class Function(Generic[P, R]):
    """A function that kernels call; elsewhere it is the Python function."""

    def __init__(self, python_function: Callable[P, R]) -> None:
        python_function = getattr(python_function, "__func__", python_function)
        update_wrapper(self, python_function)
        self.python_function = python_function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.python_function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<weft.function {self.python_function.__qualname__}>"


@overload
def kernel(python_function: Callable[..., object], /) -> Kernel: ...
@overload
def kernel(
    *, debug: bool = ..., check_bounds: bool = ..., contiguous: bool = ...
) -> Callable[[Callable[..., object]], Kernel]: ...
def kernel(
    python_function: Callable[..., object] | None = None,
    /,
    *,
    debug: bool = __debug__,
    check_bounds: bool = False,
    contiguous: bool = False,
) -> Kernel | Callable[[Callable[..., object]], Kernel]:
    """Make a kernel of a function: `@weft.kernel`, or `@weft.kernel(debug=False)` with options. It is read and checked
    at its first launch, not here.

    debug: whether `print` and `assert` are compiled in; as Python's own, they are unless it runs with `-O`.
    check_bounds: whether an access outside of a tensor is an error [assertion] instead of reading 0 and writing nothing.
    `WEFT_CHECK_BOUNDS=1` turns it on for all kernels.
    contiguous: whether the kernel takes only tensors in row-major order without gaps [launch-contiguous]. It takes any
    strides otherwise, and is compiled once more for tensors that have them.

    What the CPU finds wrong is raised at the end of the launch; a GPU stops, and its driver reports it later.
    """
    if python_function is not None:
        return Kernel(python_function, debug=debug, check_bounds=check_bounds, contiguous=contiguous)
    return partial(Kernel, debug=debug, check_bounds=check_bounds, contiguous=contiguous)


def function(python_function: Callable[P, R]) -> Function[P, R]:
    """Make a function that kernels may call."""
    return Function(python_function)
