"""Networks, the walk over their graph, and what can be measured on the way: PyTorch only, nothing of HTTP."""
