"""Settings of the tests of the labs."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> None:
    """Compute in one thread, as a server's worker does."""
    torch.set_num_threads(1)
