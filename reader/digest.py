"""BLAKE2b, the one digest that the reader uses.

Without the OpenSSL that `hashlib` loads, which is 4 ms of each start.
"""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:  # a Python that was built another way
    from hashlib import blake2b

__all__ = ["blake2b"]
