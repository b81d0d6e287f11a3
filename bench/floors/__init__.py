"""What the product is held against: the same servers on the same databases, and no features."""
