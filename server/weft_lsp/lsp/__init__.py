"""The protocol: documents, positions, requests. The only importer of pygls."""

import weft_lsp.lsp.protocol_types  # noqa: F401 — before anything that imports lsprotocol.
