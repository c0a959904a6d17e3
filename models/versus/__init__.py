"""The experiments of the lab that lays an MLP beside a CNN: one file for each question."""
