"""The few functions of the runtime that are machine code: the pool of workers, and the launch itself.

They are written in the part of Python that numba compiles, with the words of `words`: every value is an integer of 64
bits, an address or a number. The object that they become is kept on disk, so numba is loaded once on a machine.
"""
