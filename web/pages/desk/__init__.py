"""The desks: clerks, officers, supervisors."""
