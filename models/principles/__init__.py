"""The principles of convolutional networks on a trained one: one file for each experiment."""
