"""A relay: the reader on a server asks the person's own machine to open a page there.

`reader relay` waits on the person's machine, on a loopback address or in a socket file alone; `ssh -R` brings
that to the server. Both sides know a token, which itself never travels: each proves that it has it. The relay
opens http and https pages only, few at a time, and nothing that takes long to say.
"""

from reader.opening.relay.client import Handed, hand_over
from reader.opening.relay.protocol import BadPlace, RelayPlace, parse_place
from reader.opening.relay.server import Relay

__all__ = ["BadPlace", "Handed", "RelayPlace", "Relay", "hand_over", "parse_place"]
