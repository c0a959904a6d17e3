"""`make bench`: all benchmarks, one after the other, in the environment that the workers have."""

import os
import sys

from app.cli import WORKER_ENVIRONMENT

if not WORKER_ENVIRONMENT.items() <= os.environ.items():
    command = [sys.executable, "-m", "tests.benchmarks"]
    os.execve(sys.executable, command, {**os.environ, **WORKER_ENVIRONMENT})

from tests.benchmarks import convolution, dropout, lab_page, normalization, page, picture

picture.main()
convolution.main()
normalization.main()
dropout.main()
page.main()
lab_page.main()
