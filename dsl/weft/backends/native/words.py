"""What the functions of this package may say beside integer arithmetic. Each stands for a few instructions.

They are declared here for those who read and check the code; `intrinsics` puts the instructions in their places.
Addresses count bytes, places count words of 8 bytes.
"""


def load(address: int, place: int) -> int:
    """The word at a place after an address."""
    raise NotImplementedError


def load_i32(address: int, offset_bytes: int) -> int:
    """The signed number of 32 bits so many bytes after an address."""
    raise NotImplementedError


def store(address: int, place: int, value: int) -> None:
    raise NotImplementedError


def atomic_load(address: int, place: int) -> int:
    """Like `load`, in one order with all other atomic operations of all threads."""
    raise NotImplementedError


def atomic_store(address: int, place: int, value: int) -> None:
    raise NotImplementedError


def atomic_add(address: int, place: int, value: int) -> int:
    """The word before."""
    raise NotImplementedError


def atomic_swap(address: int, place: int, expected: int, value: int) -> bool:
    """Store `value` if the word is `expected`; whether it was."""
    raise NotImplementedError


def pause() -> None:
    """Tell the processor that this thread waits in a loop."""
    raise NotImplementedError


def stack(words: int) -> int:
    """The address of so many words that live as long as the function runs. words: a number in the source."""
    raise NotImplementedError


def call(function: int, *arguments: int) -> int:
    """Call the C function at an address with integers and addresses, at most 11."""
    raise NotImplementedError


def call_i32(function: int, *arguments: int) -> int:
    """Like `call`, for a function that returns an `int`."""
    raise NotImplementedError


def call_bits_f64(function: int, argument: int) -> int:
    """Call a function that returns a `double`: its bits."""
    raise NotImplementedError


def to_bits_f32(bits: int) -> int:
    """The bits of a `double`, rounded to a `float`."""
    raise NotImplementedError
