"""Back ends turn a kernel's IR into code that runs. Nothing here loads a compiler until a kernel is compiled."""
