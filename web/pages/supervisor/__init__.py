"""The supervisor’s pages."""
