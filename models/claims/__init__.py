"""What lecture notes claim, each claim with the experiment that decides it.

A claim never comes with a verdict: its experiment computes booleans with PyTorch, and the verdict follows from them.
"""
