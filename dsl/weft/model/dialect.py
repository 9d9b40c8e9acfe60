"""The table from names to operations: what makes the front end read Weft, and could make it read another dialect."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from weft.model.dtypes import DType
from weft.records import field, record

if TYPE_CHECKING:
    from weft.model.trace.call import Call
    from weft.model.values import Value

Rule = Callable[["Call"], "Value"]


@record(eq=False)
class Dialect:
    """Names are those of the declarations: `weft.ops.sync.barrier`.

    operations: the inference rule of each operation, method and property.
    algebra: the functions and the classes of values that are evaluated when a kernel is compiled.
    dtypes, axes, places: what stands for a scalar type, for `thread_idx` and its kind, and for `lane_id` and its kind.
    kernel, function: the decorators. dimension, tensor, layout: the classes. axes_class, place_class,
    kernel_class, function_class: the classes of `thread_idx`, of `lane_id`, and of what the decorators make.
    conversions: classes of other libraries whose call converts a number, as `numpy.float32`.
    of_shared: the members of tensors that only plain shared memory has.
    speaking: the operations that take texts, such as f-strings.
    keywords: those of Python's own functions that a kernel may give.
    foreign: what other dialects call a member, with its name here: `syncthreads` is `barrier`.
    converting: methods of numbers that convert them in other libraries, as `to`.
    root, package: the folder that holds the dialect's own package, whose sources are read as text.
    """

    operations: Mapping[str, Rule]
    algebra: Mapping[str, Callable[..., object]]
    dtypes: Mapping[str, DType]
    axes: Mapping[str, str]
    places: Mapping[str, str]
    kernel: str
    function: str
    dimension: str
    tensor: str
    vectors: str
    layout: str
    axes_class: str
    place_class: str
    kernel_class: str
    function_class: str
    root: str
    package: str
    of_shared: frozenset[str] = frozenset()
    speaking: frozenset[str] = frozenset()
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    foreign: Mapping[str, str] = field(default_factory=dict[str, str])
    converting: frozenset[str] = frozenset()
    conversions: Mapping[str, DType] = field(default_factory=dict[str, DType])
