"""Security: each module tries one way in (`bin/attack`)."""
