"""`python -m reader`: the same as the command `reader`. Nothing else belongs here."""

from __future__ import annotations

import sys

from reader.cli import main

if __name__ == "__main__":
    sys.exit(main())
