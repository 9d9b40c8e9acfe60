"""A launch in machine code: read the arguments, compare them with what earlier launches were decided for, run.

It decides nothing. Arguments that differ in anything from those of all plans (a dtype, a size, a stride, a device, an
alignment, tensors that meet) make it answer `NotImplemented`, and `weft.launch` looks at them from the beginning.
Python's lock is held but while the kernel runs or the driver takes it.
"""

from weft.backends.native.pool import run
from weft.backends.native.words import (
    call,
    call_bits_f64,
    call_i32,
    load,
    load_i32,
    stack,
    store,
    to_bits_f32,
)

# The places in the runtime's memory: objects and C functions of Python, the pool of workers, the driver's functions.
NONE, NOT_IMPLEMENTED, TRUE = 0, 1, 2
ADD_REFERENCE, DROP_REFERENCE, TO_INTEGER, TO_DOUBLE, ERROR, CLEAR_ERROR = 3, 4, 5, 6, 7, 8
GET_ATTRIBUTE, IS_EQUAL, CALL_OBJECT, SAVE_THREAD, RESTORE_THREAD = 9, 10, 11, 12, 13
POOL, LAUNCH_KERNEL, CURRENT_DEVICE, LAUNCHES = 14, 15, 16, 17
RUNTIME_WORDS = 18

# The places in a table, which is of one kernel and one way to launch it.
RUNTIME, TAKES_STREAM, PLANS, FIRST_PLAN = 0, 1, 2, 3
MOST_PLANS = 8
TABLE_WORDS = FIRST_PLAN + MOST_PLANS

# The places in a plan.
ARGUMENTS, SLOTS, TEMPLATE, OWNER, IS_EMPTY, IS_ON_HOST = 0, 1, 2, 3, 4, 5
ENTRY, BLOCKS, SCRATCH_BYTES, COST = 6, 7, 8, 9
DEVICE, GRID, BLOCK, SHARED_BYTES, STREAM_KIND, STREAM_SOURCE, STREAM_NAME = 10, 11, 14, 17, 18, 19, 20
PAIRS, FIRST_PAIR, LAST_LAUNCH, LAST_STREAM = 21, 22, 23, 24
FIRST_RECORD = 25
# The places in the record of an argument.
KIND, TYPE, SLOT, AXES, SIZES, DTYPE, PLACE, IS_WRITTEN, LOW, HIGH, IS_ALIGNED, IS_NOTHING, READER, MASK = (
    range(14)
)
RECORD_WORDS = 14
MOST_SLOTS = 128

NUMPY, EXCHANGE, ATTRIBUTES, CUPY, FLOAT, INTEGER, BOOLEAN = range(7)
LEGACY, EXCHANGED, OBJECT = range(3)

_MINUS_ONE = -4616189618054758400  # the bits of -1.0
_NUMPY_WRITABLE = 0x400
_ALIGNMENT = 15
_CUDA = 2


def launch(self: int, arguments: int, count: int) -> int:
    """A function of Python (METH_FASTCALL). self: a `bytes` that holds the table's address."""
    table = load(self, 4)
    runtime, slots = load(table, RUNTIME), stack(MOST_SLOTS)
    given = count - load(table, TAKES_STREAM)
    for at in range(load(table, PLANS)):
        plan = load(table, FIRST_PLAN + at)
        if load(plan, ARGUMENTS) == given and accepts(runtime, plan, arguments, slots):
            stream = -1
            if given != count:
                stream = call(load(runtime, TO_INTEGER), load(arguments, given))
            if run_plan(runtime, plan, slots, stream):
                call(load(runtime, ADD_REFERENCE), load(runtime, NONE))
                return load(runtime, NONE)
            break
    call(load(runtime, ADD_REFERENCE), load(runtime, NOT_IMPLEMENTED))
    return load(runtime, NOT_IMPLEMENTED)


def accepts(runtime: int, plan: int, arguments: int, slots: int) -> bool:
    """Whether the plan is for these arguments; then their slots are filled."""
    template = load(plan, TEMPLATE)
    for slot in range(load(plan, SLOTS)):
        store(slots, slot, load(template, slot))
    for at in range(load(plan, ARGUMENTS)):
        record = plan + (FIRST_RECORD + at * RECORD_WORDS) * 8
        value = load(arguments, at)
        if load(value, 1) != load(record, TYPE):
            return False
        if load(record, KIND) >= FLOAT:
            if not accepts_number(runtime, record, value, slots):
                return False
        elif not accepts_tensor(runtime, record, value, slots):
            return False
    return are_apart(plan, slots)


def accepts_number(runtime: int, record: int, value: int, slots: int) -> bool:
    kind, slot = load(record, KIND), load(record, SLOT)
    if kind == BOOLEAN:
        store(slots, slot, 1 if value == load(runtime, TRUE) else 0)
        return True
    if kind == INTEGER:
        number = call(load(runtime, TO_INTEGER), value)
        if number == -1 and has_failed(runtime):
            return False
        store(slots, slot, number)
        return load(record, LOW) <= number <= load(record, HIGH)
    bits = call_bits_f64(load(runtime, TO_DOUBLE), value)
    if bits == _MINUS_ONE and has_failed(runtime):
        return False
    store(slots, slot, to_bits_f32(bits) if load(record, AXES) == 4 else bits)
    return True


def has_failed(runtime: int) -> bool:
    """Whether the last call left an error of Python, which is dropped."""
    if call(load(runtime, ERROR)) == 0:
        return False
    call(load(runtime, CLEAR_ERROR))
    return True


def accepts_tensor(runtime: int, record: int, value: int, slots: int) -> bool:
    kind, address = load(record, KIND), 0
    if kind == NUMPY:
        address = read_numpy(record, value)
    elif kind == EXCHANGE:
        address = read_exchanged(runtime, record, value)
    elif kind == CUPY:
        address = read_cupy(record, value)
    else:
        address = read_attributes(runtime, record, value)
    # A tensor that was freed has no address; one without elements needs none.
    if address == -1 or (address == 0 and load(record, IS_NOTHING) == 0):
        return False
    if address & load(record, MASK) != 0:
        return False
    store(slots, load(record, SLOT), address)
    return (address & _ALIGNMENT == 0) == (load(record, IS_ALIGNED) != 0)


def read_numpy(record: int, array: int) -> int:
    """The address of an array's data, -1 where the array is another than the record's. Source: NumPy's ndarraytypes.h,
    `PyArrayObject_fields` and the beginning of `PyArray_Descr`."""
    if load_i32(array, 24) != load(record, AXES):
        return -1
    descriptor = load(array, 7)
    if load_i32(descriptor, 28) != load(record, DTYPE) or load_i32(descriptor, 24) != load(record, PLACE):
        return -1
    if load(record, IS_WRITTEN) != 0 and load_i32(array, 64) & _NUMPY_WRITABLE == 0:
        return -1
    if not are_sizes(record, load(array, 4), load(array, 5)):
        return -1
    return load(array, 2)


def read_exchanged(runtime: int, record: int, value: int) -> int:
    """As `read_numpy`, of a type with DLPack's functions. Source: dlpack.h of DLPack 1.3, `DLTensor`."""
    found = stack(6)
    if call_i32(load(record, READER), value, found) != 0:
        call(load(runtime, CLEAR_ERROR))
        return -1
    if load_i32(found, 16) != load(record, AXES) or load_i32(found, 20) != load(record, DTYPE):
        return -1
    if load(found, 1) != load(record, PLACE) or load(found, 4) == 0:
        return -1
    if not are_sizes(record, load(found, 3), load(found, 4)):
        return -1
    return load(found, 0) + load(found, 5)


def read_cupy(record: int, array: int) -> int:
    """As `read_numpy`, of CuPy's class. The record's reader: the words of `cupy_places.Places`."""
    places = load(record, READER)
    size_bytes = load(record, AXES) * 8
    shape, strides = array + load(places, 0) * 8, array + load(places, 1) * 8
    if load(shape, 1) - load(shape, 0) != size_bytes or load(strides, 1) - load(strides, 0) != size_bytes:
        return -1
    if load(array, load(places, 2)) != load(record, DTYPE):
        return -1
    memory = load(array, load(places, 3))
    if load_i32(memory, load(places, 5)) != load(record, PLACE):
        return -1
    if not are_sizes(record, load(shape, 0), load(strides, 0)):
        return -1
    return load(memory, load(places, 4))


def are_sizes(record: int, shape: int, strides: int) -> bool:
    axes, sizes = load(record, AXES), load(record, SIZES)
    for axis in range(axes):
        if load(shape, axis) != load(sizes, axis) or load(strides, axis) != load(sizes, axes + axis):
            return False
    return True


def read_attributes(runtime: int, record: int, value: int) -> int:
    """As `read_numpy`, by Python's attributes. The record's sizes are objects: the name of the attribute with the memory
    and in it of the address, then pairs of a name and a value."""
    names = load(record, SIZES)
    memory = call(load(runtime, GET_ATTRIBUTE), value, load(names, 0))
    if memory == 0:
        call(load(runtime, CLEAR_ERROR))
        return -1
    address = integer_attribute(runtime, memory, load(names, 1))
    call(load(runtime, DROP_REFERENCE), memory)
    for pair in range(load(record, AXES)):
        found = call(load(runtime, GET_ATTRIBUTE), value, load(names, 2 + pair * 2))
        if found == 0:
            call(load(runtime, CLEAR_ERROR))
            return -1
        wanted = load(names, 3 + pair * 2)
        equal = found == wanted or call_i32(load(runtime, IS_EQUAL), found, wanted, 2) == 1
        call(load(runtime, DROP_REFERENCE), found)
        if not equal:
            call(load(runtime, CLEAR_ERROR))
            return -1
    return address


def integer_attribute(runtime: int, value: int, name: int) -> int:
    """An attribute that is a whole number; -1 where it is none."""
    found = call(load(runtime, GET_ATTRIBUTE), value, name)
    if found == 0:
        call(load(runtime, CLEAR_ERROR))
        return -1
    number = call(load(runtime, TO_INTEGER), found)
    call(load(runtime, DROP_REFERENCE), found)
    if number == -1:
        call(load(runtime, CLEAR_ERROR))
    return number


def are_apart(plan: int, slots: int) -> bool:
    """Whether each tensor that is written lies apart from the others, or is the very same view."""
    pairs = load(plan, FIRST_PAIR)
    for at in range(load(plan, PAIRS)):
        one, other = load(pairs, at * 3), load(pairs, at * 3 + 1)
        a, b = load(slots, load(one, SLOT)), load(slots, load(other, SLOT))
        is_same = a == b and load(pairs, at * 3 + 2) != 0
        meets = a + load(one, LOW) < b + load(other, HIGH) and b + load(other, LOW) < a + load(one, HIGH)
        if meets and not is_same:
            return False
    return True


def run_plan(runtime: int, plan: int, slots: int, stream: int) -> bool:
    """Run; False where that cannot be done, or failed. stream: -1 for the current one."""
    if load(plan, IS_EMPTY) != 0:
        return stream == -1 or load(plan, IS_ON_HOST) == 0
    if load(plan, IS_ON_HOST) != 0:
        return run_on_host(runtime, plan, slots, stream)
    device = stack(1)
    if call_i32(load(runtime, CURRENT_DEVICE), device) != 0 or load_i32(device, 0) != load(plan, DEVICE):
        return False
    queue = stream if stream != -1 else current_stream(runtime, plan)
    if queue == -1:
        return False
    return run_on_gpu(runtime, plan, slots, queue)


def run_on_host(runtime: int, plan: int, slots: int, stream: int) -> bool:
    pool = load(runtime, POOL)
    if stream != -1 or pool == 0:
        return False
    owner = load(plan, OWNER)
    entry, blocks, cost = load(plan, ENTRY), load(plan, BLOCKS), load(plan, COST)
    scratch_bytes = load(plan, SCRATCH_BYTES)
    call(load(runtime, ADD_REFERENCE), owner)
    thread = call(load(runtime, SAVE_THREAD))
    run(pool, entry, slots, blocks, scratch_bytes, cost)
    call(load(runtime, RESTORE_THREAD), thread)
    call(load(runtime, DROP_REFERENCE), owner)
    return True


def run_on_gpu(runtime: int, plan: int, slots: int, stream: int) -> bool:
    pointers = stack(MOST_SLOTS)
    for slot in range(load(plan, SLOTS)):
        store(pointers, slot, slots + slot * 8)
    store(runtime, LAUNCHES, load(runtime, LAUNCHES) + 1)
    store(plan, LAST_LAUNCH, load(runtime, LAUNCHES))
    store(plan, LAST_STREAM, stream)
    # Without Python's lock, another thread may make this plan go away; what the owner keeps stays.
    owner, kernel, shared_bytes = load(plan, OWNER), load(plan, ENTRY), load(plan, SHARED_BYTES)
    gx, gy, gz = load(plan, GRID), load(plan, GRID + 1), load(plan, GRID + 2)
    bx, by, bz = load(plan, BLOCK), load(plan, BLOCK + 1), load(plan, BLOCK + 2)
    function = load(runtime, LAUNCH_KERNEL)
    call(load(runtime, ADD_REFERENCE), owner)
    thread = call(load(runtime, SAVE_THREAD))
    error = call_i32(function, kernel, gx, gy, gz, bx, by, bz, shared_bytes, stream, pointers, 0)
    call(load(runtime, RESTORE_THREAD), thread)
    call(load(runtime, DROP_REFERENCE), owner)
    return error == 0


def current_stream(runtime: int, plan: int) -> int:
    """The stream that the arguments' library works on; -1 where it does not tell."""
    kind, source = load(plan, STREAM_KIND), load(plan, STREAM_SOURCE)
    if kind == LEGACY:
        return 0
    if kind == EXCHANGED:
        stream = stack(1)
        if call_i32(source, _CUDA, load(plan, DEVICE), stream) == 0:
            return load(stream, 0)
        call(load(runtime, CLEAR_ERROR))
        return -1
    found = call(load(runtime, CALL_OBJECT), source)
    if found == 0:
        call(load(runtime, CLEAR_ERROR))
        return -1
    number = integer_attribute(runtime, found, load(plan, STREAM_NAME))
    call(load(runtime, DROP_REFERENCE), found)
    return number
