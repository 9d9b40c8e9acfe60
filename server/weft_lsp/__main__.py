"""`python -m weft_lsp` is `weft-lsp`."""

import sys

from weft_lsp.lsp.server import main

sys.exit(main())
