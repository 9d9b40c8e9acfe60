"""The operations of Weft: declared here (signature, docstring), with their inference rules in `infer`."""
