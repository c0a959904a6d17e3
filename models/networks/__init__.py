"""The networks, one file per architecture. Their top-level parts are the blocks that the explorer shows."""
