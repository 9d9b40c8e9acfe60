"""The operations of Weft: declared here (signature, docstring), with their inference rules in `infer`."""

import os

# The package of the language, and the folder that holds it.
PACKAGE = "weft"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
