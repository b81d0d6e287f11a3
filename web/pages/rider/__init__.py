"""The rider's pages."""
