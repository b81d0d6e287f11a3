"""Faults and money: each module breaks the running product in one way (`bin/drill`)."""
