"""Normalisation on real activations: the tensor, its sets, one element's four steps, and one file per experiment."""
