"""The protocol: documents, positions, requests. The only importer of pygls."""

from weft_lsp.lsp import protocol_types as protocol_types  # before anything that imports lsprotocol
