"""The layers that ConvScope explains: pure functions first, thin Modules second."""
