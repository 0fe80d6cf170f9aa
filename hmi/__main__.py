"""`python -m hmi VERB ...`: the same as the program `hmi`."""

import sys

from hmi.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
