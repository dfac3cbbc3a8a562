"""The relay: a reader on a server asks the user's machine to open a page.

`reader relay` listens on a loopback address or socket of that machine; `ssh -R` forwards it to the server.
Both sides know a token that is never sent: each proves that it knows it. The relay only opens http and https
pages, a few at a time.
"""

from reader.opening.relay.client import Handed, hand_over
from reader.opening.relay.protocol import BadPlace, RelayPlace, parse_place
from reader.opening.relay.server import Relay

__all__ = ["BadPlace", "Handed", "RelayPlace", "Relay", "hand_over", "parse_place"]
