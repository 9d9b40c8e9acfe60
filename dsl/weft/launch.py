"""Launch a kernel: bind and check the arguments, let their place choose the device, compile once, run.

What a launch depends on besides addresses and numbers (shapes, strides, dtypes, devices, the geometry) is its key. The
checks and all decisions are made once for a key and kept in a Plan. The words for what is wrong are in `weft.model`.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, cast

from weft.backends.interface import GpuBackend, GpuCompiled, HostBackend, HostCompiled
from weft.backends.parameters import FlatParameter
from weft.chosen import ChosenGeometry
from weft.errors import InternalError, LaunchError, finding, launch_error
from weft.geometry import GeometryError, choose, extents, problems, to_geometry, turned
from weft.host import HostTensor, is_contiguous
from weft.host.arguments import ALIGNMENT_BYTES, ArgumentReader, Given, Number, place_problems
from weft.host.arguments import problems as argument_problems
from weft.host.streams import current_stream
from weft.model import launches
from weft.model.arguments import bind
from weft.model.ir import Kernel, Param
from weft.model.limits import ANY_GPU, AXES, HOST, Geometry, Problem, shared_problems
from weft.model.multiples import PROMISED
from weft.model.occupancy import Occupancy
from weft.model.sizes import launch_sizes, sized
from weft.model.specialization import Specialization
from weft.once import ForkedLock
from weft.records import record, replace

if TYPE_CHECKING:
    from weft.backends.native.table import Table

# The arguments in the order of `weft.backends.parameters.flatten`, the geometry, the stream.
Run = Callable[[Sequence[Number], Geometry, object], None]

_MAX_PLANS = 256
_MAX_VERSIONS = 64
_MAX_TABLES = 64


@record
class Version:
    """One compiled version: how to run it and the arguments that it takes."""

    run: Run
    parameters: tuple[FlatParameter, ...]
    specialization: Specialization
    compiled: "HostCompiled | GpuCompiled | None"


@record
class Plan:
    """All that was decided for a key.

    geometry: None where there is nothing to do. template: the arguments, 0 where each launch has its own;
    addresses, scalars: places in the template, each with the place in `Given`. device: the ordinal, -1 where the
    tensors' maker does not tell it.
    """

    geometry: Geometry | None
    version: Version
    on_host: bool
    device: int
    template: list[Number]
    addresses: list[tuple[int, int]]
    scalars: list[tuple[int, int]]


def launch(
    kernel: Kernel,
    args: Sequence[object],
    kwargs: Mapping[str, object] | None = None,
    geometry: Geometry | tuple[object, object] | None = None,
    stream: object = None,
) -> None:
    """Launch a kernel once. A `Launcher` keeps what it compiles."""
    Launcher(kernel).launch(args, kwargs, geometry, stream)


def allocate(size_bytes: int, ordinal: int) -> tuple[object, int]:
    """Memory of a GPU (`weft.host.device_tensor.Memory`), and its ordinal. ordinal: -1 for the current one."""
    return _gpu_backend().allocate(size_bytes, ordinal)


class Launcher:
    """Launches one kernel, and remembers plans and compiled versions."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self._reader = ArgumentReader(kernel)
        self._plans: dict[Hashable, Plan] = {}
        self._versions: dict[Hashable, Version] = {}
        self._tables: dict[Hashable, Table | None] = {}

    def launch(
        self,
        args: Sequence[object],
        kwargs: Mapping[str, object] | None = None,
        geometry: Geometry | tuple[object, object] | None = None,
        stream: object = None,
    ) -> None:
        """Run the kernel. geometry: None to have it chosen. Raises LaunchError before anything runs."""
        values = self._bound(args, kwargs)
        given, plan = self._plan(values, geometry)
        if stream is not None and plan.on_host:
            raise launch_error([launches.stream_on_host(self.kernel.name)])
        _raise_any(place_problems(self.kernel, given.tensors))
        if plan.geometry is not None:
            arguments = plan.template.copy()
            for slot, at in plan.addresses:
                arguments[slot] = given.tensors[at].address
            for slot, at in plan.scalars:
                arguments[slot] = given.scalars[at]
            queue = stream if stream is not None or plan.on_host else current_stream(values, plan.device)
            plan.version.run(arguments, plan.geometry, queue)
        self._remember_natively(values, given, plan, (geometry, stream is not None))

    def fast(
        self, geometry: tuple[object, object] | None = None, *, takes_stream: bool = False
    ) -> Callable[..., object]:
        """A function that launches as earlier launches with this geometry did, and returns None. It returns something
        else where `launch` must decide. takes_stream: its last argument is the handle of a stream."""
        table = self._tables.get((geometry, takes_stream)) if _is_hashable(geometry) else None
        return undecided if table is None else table.function

    def _remember_natively(
        self, values: Sequence[object], given: Given, plan: Plan, launched: tuple[object, bool]
    ) -> None:
        """Let machine code do the next launches like this one."""
        if not _is_hashable(launched[0]) or (not plan.on_host and plan.device < 0):
            return
        native = import_module("weft.backends.native.plans")
        if launched not in self._tables:
            made = native.new_table(takes_stream=launched[1])
            _remember(self._tables, launched, made, _MAX_TABLES)
        table = self._tables.get(launched)
        key = (given.key, tuple(map(type, values)))
        if table is None or key in table:
            return
        compiled = plan.version.compiled
        direct = None if plan.geometry is None or compiled is None else compiled.direct(plan.geometry)
        if plan.geometry is not None and direct is None:
            return
        device = -1 if plan.on_host else plan.device
        parameters = plan.version.parameters
        decided = native.Decided(
            values, given, parameters, plan.template, plan.geometry, direct, device, self.kernel
        )
        made = native.native_plan(self._reader, decided)
        if made is not None:
            table.add(key, made)

    def geometry(
        self, args: Sequence[object], kwargs: Mapping[str, object] | None = None
    ) -> ChosenGeometry | None:
        """The geometry that Weft chooses for these arguments, and why; None if there is nothing to do."""
        given, plan = self._plan(self._bound(args, kwargs), None)
        domain, geometry = self.kernel.domain, plan.geometry
        if domain is None or geometry is None:
            return None
        found = plan.version.specialization
        return ChosenGeometry(
            geometry.grid,
            geometry.block,
            "cpu" if plan.on_host else _gpu_backend().arch_of(plan.device),
            extents(domain, self._reader.sizes(given)),
            found.elements_per_thread,
            found.grid_axes,
            domain.block is not None,
            *_taken(plan.version.compiled, geometry),
            cluster=self.kernel.cluster and self.kernel.cluster.shape,
        )

    def _bound(self, args: Sequence[object], kwargs: Mapping[str, object] | None) -> Sequence[object]:
        """The arguments in the order of the parameters."""
        if not kwargs and len(args) == len(self.kernel.parameters):
            return args
        return self._bind(args, kwargs or {})

    def specialization(
        self, args: Sequence[object], kwargs: Mapping[str, object], *, for_gpu: bool | None
    ) -> tuple[Specialization, str]:
        """What is compiled for these arguments, and for what: `cpu`, or the architecture of their GPU. Nothing is
        compiled here. for_gpu: whether to decide as for a GPU; None for where the data is. Raises LaunchError."""
        values = self._bind(args, kwargs)
        _raise_any(argument_problems(self.kernel, values))
        given = self._reader.read(values)
        if given is None:
            raise self._rejection(values)
        on_host = not any(tensor.device[0] == "cuda" for tensor in given.tensors)
        geometry = self.kernel.domain and self._choose(on_host, given)
        found = self._specialize(given, geometry or Geometry((1, 1, 1), (1, 1, 1)))
        if for_gpu or (for_gpu is None and not on_host):
            found = self._for_gpu(given, found, may_widen=True)
        device = max((tensor.device[1] for tensor in given.tensors), default=0)
        return found, "cpu" if on_host else _gpu_backend().arch_of(device)

    def _plan(
        self, values: Sequence[object], geometry: Geometry | tuple[object, object] | None
    ) -> tuple[Given, Plan]:
        explicit = (
            geometry if geometry is None or isinstance(geometry, Geometry) else explicit_geometry(*geometry)
        )
        given = self._reader.read(values)
        if given is None:
            raise self._rejection(values)
        key = (explicit, given.key)
        plan = self._plans.get(key)
        if plan is None:
            plan = _remember(self._plans, key, self._decide(values, given, explicit), _MAX_PLANS)
        return given, plan

    def _bind(self, args: Sequence[object], kwargs: Mapping[str, object]) -> Sequence[object]:
        parameters = self.kernel.parameters
        _raise_any(bind(self.kernel.name, parameters, len(args), list(kwargs)))
        return (*args, *(kwargs[parameter.name] for parameter in parameters[len(args) :]))

    def _rejection(self, values: Sequence[object]) -> LaunchError | InternalError:
        found = list(argument_problems(self.kernel, values))
        if found:
            return launch_error(found)
        name = self.kernel.name
        return InternalError(
            finding(
                "internal-arguments",
                f"`{name}` cannot read its arguments and no check says why: please report it",
            )
        )

    def _decide(self, values: Sequence[object], given: Given, explicit: Geometry | None) -> Plan:
        """The plan for a new key. Raises LaunchError."""
        _raise_any(argument_problems(self.kernel, values))
        on_host = not any(tensor.device[0] == "cuda" for tensor in given.tensors)
        device = max((tensor.device[1] for tensor in given.tensors), default=0)
        geometry = explicit or self._choose(on_host, given)
        if geometry is None:
            return Plan(None, _NOTHING, on_host, device, [], [], [])
        specialization = self._specialize(given, geometry)
        _raise_any(shared_problems(sized(self.kernel, dict(specialization.constants)).shared))
        if on_host:
            _raise_any(problems(geometry, self.kernel, HOST if explicit is None else ANY_GPU))
            version = self._version(on_host, device, specialization)
        elif explicit is not None:
            _raise_any(problems(geometry, self.kernel))
            version = self._version(on_host, device, self._for_gpu(given, specialization, may_widen=False))
        else:
            version, geometry = self._chosen_for_gpu(given, specialization, device)
        return self._fill(version, geometry, given, (on_host, device))

    def _chosen_for_gpu(self, given: Given, general: Specialization, device: int) -> tuple[Version, Geometry]:
        """The geometry follows from what a thread works on, and the block from the registers that this takes."""
        found = self._for_gpu(given, general, may_widen=True)
        version, geometry = self._turned(given, found, device, None)
        block = _gpu_backend().better_block(self.kernel, cast("GpuCompiled", version.compiled))
        if block != geometry.block and self.kernel.domain and self.kernel.domain.block is None:
            return self._turned(given, found, device, block)
        return version, geometry

    def _turned(
        self, given: Given, found: Specialization, device: int, block: tuple[int, int, int] | None
    ) -> tuple[Version, Geometry]:
        logical = self._choose(False, given, found.elements_per_thread, block)
        assert logical is not None, "an empty domain was seen before"
        # Which blocks are in one cluster depends on the axes of the grid.
        geometry, axes = (logical, AXES) if self.kernel.cluster else turned(logical)
        _raise_any(problems(geometry, self.kernel))
        return self._version(False, device, replace(found, grid_axes=axes)), geometry

    def _for_gpu(self, given: Given, general: Specialization, *, may_widen: bool) -> Specialization:
        """What wide loads and stores rely on, and how many elements a thread works on with them."""
        pairs = list(zip(self._reader.tensors, given.tensors, strict=True))
        aligned = frozenset(
            parameter.name for (_, parameter), tensor in pairs if tensor.address % ALIGNMENT_BYTES == 0
        )
        numbers = {
            param.name: number
            for (_, parameter), tensor in pairs
            for params, sizes in ((parameter.shape, tensor.shape), (parameter.strides, tensor.strides))
            for param, number in zip(params, sizes, strict=True)
            if isinstance(param, Param)
        }
        divisible = frozenset(name for name, number in numbers.items() if number % PROMISED == 0)
        found = replace(general, aligned=aligned, divisible=divisible)
        each = _gpu_backend().elements_per_thread(self.kernel, found) if may_widen else 1
        return replace(found, elements_per_thread=each)

    def _choose(
        self, on_host: bool, given: Given, each: int = 1, block: tuple[int, int, int] | None = None
    ) -> Geometry | None:
        """each: how many elements a thread works on. block: None for the back end's usual one."""
        domain = self.kernel.domain
        if domain is None:
            raise launch_error([launches.geometry_missing(self.kernel.name)])
        backend = _host_backend() if on_host else _gpu_backend()
        x, y, z = block or (*backend.choose_block(self.kernel), 1, 1)[:3]
        try:
            return choose(self.kernel, self._reader.sizes(given), (x, y, z), each)
        except GeometryError as error:
            raise launch_error([error.problem]) from None

    def _specialize(self, given: Given, geometry: Geometry) -> Specialization:
        pairs = zip(self._reader.tensors, given.tensors, strict=True)
        contiguous = frozenset(
            parameter.name for (_, parameter), tensor in pairs if is_contiguous(tensor.shape, tensor.strides)
        )
        spans = [*map(_span, given.tensors), *_threads(geometry)]
        # An integer that indexes must not lose bits, so a large one asks for 64 as a large tensor does.
        spans += [abs(number) for number in given.scalars if isinstance(number, int)]
        sizes = self._reader.sizes(given)
        constants = tuple((name, int(sizes[name])) for name in launch_sizes(self.kernel))
        return Specialization(contiguous, constants, 32 if all(span < 2**31 for span in spans) else 64)

    def _version(self, on_host: bool, device: int, specialization: Specialization) -> Version:
        key = (on_host, device, specialization)
        known = self._versions.get(key)
        if known is not None:
            return known
        run, compiled = (
            _host_run(self.kernel, specialization)
            if on_host
            else _gpu_run(self.kernel, specialization, device)
        )
        version = Version(run, compiled.parameters, specialization, compiled)
        return _remember(self._versions, key, version, _MAX_VERSIONS)

    def _fill(self, version: Version, geometry: Geometry, given: Given, place: tuple[bool, int]) -> Plan:
        """place: whether the tensors are in host memory, and the device."""
        tensors = {parameter.name: at for at, (_, parameter) in enumerate(self._reader.tensors)}
        scalars = {parameter.name: at for at, (_, parameter) in enumerate(self._reader.scalars)}
        plan = Plan(geometry, version, *place, [0] * len(version.parameters), [], [])
        for slot, flat in enumerate(version.parameters):
            match flat.role:
                case "address":
                    plan.addresses.append((slot, tensors[flat.source]))
                case "scalar":
                    plan.scalars.append((slot, scalars[flat.source]))
                case "extent":
                    plan.template[slot] = given.tensors[tensors[flat.source]].shape[flat.axis]
                case "stride":
                    plan.template[slot] = given.tensors[tensors[flat.source]].strides[flat.axis]
        return plan


def explicit_geometry(grid: object, block: object) -> Geometry:
    """The geometry that a caller wrote. Raises LaunchError."""
    try:
        return to_geometry(grid, block)
    except GeometryError as error:
        raise launch_error([error.problem]) from None


def _raise_any(found: Iterable[Problem]) -> None:
    listed = list(found)
    if listed:
        raise launch_error(listed)


def _span(tensor: HostTensor) -> int:
    """How far apart, in elements, the first and the last element can be, or the largest size if that is more."""
    reach = sum(
        (extent - 1) * abs(stride) for extent, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    return max(reach, *tensor.shape, 0)


def _threads(geometry: Geometry) -> Iterable[int]:
    return (blocks * threads for blocks, threads in zip(geometry.grid, geometry.block, strict=True))


# Back ends are loaded when the first kernel needs them: importing weft loads neither numba nor numpy.
def _host_backend() -> HostBackend:
    return cast("HostBackend", import_module("weft.backends.cpu"))


def _gpu_backend() -> GpuBackend:
    return cast("GpuBackend", import_module("weft.backends.cuda"))


def _host_run(kernel: Kernel, specialization: Specialization) -> tuple[Run, HostCompiled]:
    compiled = _host_backend().compile(kernel, specialization)
    return lambda arguments, geometry, stream: compiled.launch(arguments, geometry), compiled


def _gpu_run(kernel: Kernel, specialization: Specialization, device: int) -> tuple[Run, GpuCompiled]:
    backend = _gpu_backend()
    compiled = backend.compile(kernel, specialization, arch=backend.arch_of(device))
    run = compiled.launch
    return (
        lambda arguments, geometry, stream: run(arguments, geometry, device=device, stream=stream),
        compiled,
    )


def _taken(
    compiled: HostCompiled | GpuCompiled | None, geometry: Geometry
) -> tuple[int | None, int | None, Occupancy | None]:
    """The registers of a thread, the shared bytes of a block and the occupancy, on a GPU."""
    if compiled is None or not hasattr(compiled, "occupancy"):
        return None, None, None
    found = cast("GpuCompiled", compiled)
    return found.registers, found.shared_bytes, found.occupancy(geometry.threads_per_block)


def undecided(*arguments: object) -> object:
    """The function of a launch that machine code knows nothing of."""
    return NotImplemented


def _is_hashable(geometry: object) -> bool:
    try:
        hash(geometry)
    except TypeError:
        return False
    return True


# The version of an empty domain.
_NOTHING = Version(lambda arguments, geometry, stream: None, (), Specialization(), None)


Item = TypeVar("Item")
_REMEMBERING = ForkedLock()


def _remember(items: dict[Hashable, Item], key: Hashable, item: Item, most: int) -> Item:
    """Keep `item`, forgetting the oldest where there are too many."""
    with _REMEMBERING:
        while len(items) >= most:
            del items[next(iter(items))]
        items[key] = item
    return item
