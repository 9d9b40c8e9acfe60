"""What machine code needs in order to run a compiled version with one geometry, without asking the back end again."""

from weft.records import record


@record
class Direct:
    """entry: the address of the code on the CPU, the driver's handle on a GPU. leading: what stands in the slots before
    the arguments. owner: keeps all of it alive. scratch_bytes: for each worker. cost: the address where the pool
    remembers how long blocks take. shared_bytes: what a launch on a GPU asks for, besides what the code itself has. together: how many
    blocks the code on the CPU runs as one."""

    entry: int
    owner: object
    leading: tuple[int, ...] = ()
    scratch_bytes: int = 0
    cost: int = 0
    shared_bytes: int = 0
    together: int = 1
