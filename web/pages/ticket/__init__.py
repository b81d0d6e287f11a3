"""One ticket, as whoever reads it may see it, and what they may do to it."""
