"""The administrator’s pages."""
