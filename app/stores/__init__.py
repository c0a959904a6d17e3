"""Where pictures are kept: one small interface, three kinds of place."""
