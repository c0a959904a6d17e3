"""Dropout taken apart: the mask and its scale, and one file for each experiment with them."""
