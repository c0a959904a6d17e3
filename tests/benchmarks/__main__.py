"""`make bench`: all benchmarks, one after the other."""

from tests.benchmarks import page, picture

picture.main()
page.main()
