"""This processor, in words: code made for one may not run on another."""

import sys
from functools import cache
from importlib import import_module
from pathlib import Path

# Vendor, family, model and all that the processor has, as Linux found it.
_LINUX = Path("/sys/devices/system/cpu/modalias")


@cache
def processor() -> str:
    """The processor and its features. Where the system says too little, LLVM is loaded and asked."""
    try:
        said = _LINUX.read_bytes().decode() if sys.platform == "linux" else ""
    except (OSError, UnicodeDecodeError):
        said = ""
    return said if ":type:x86," in said else import_module("weft.backends.native.machine").machine_name()
