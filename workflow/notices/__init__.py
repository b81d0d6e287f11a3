"""What kinds of notifications there are, by which channels they go, and who wants which."""

from workflow.notices.addresses import address, set_address
from workflow.notices.kinds import CHANNELS, KINDS, kind_of
from workflow.notices.preferences import Preference, channels_for, channels_of, preferences, switch

__all__ = [
    "CHANNELS", "KINDS", "Preference", "address", "channels_for", "channels_of", "kind_of", "preferences",
    "set_address", "switch",
]  # fmt: skip
