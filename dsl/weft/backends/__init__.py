"""Back ends turn a kernel's IR into code that runs. Nothing here imports numba until a kernel is compiled."""
