"""Rules: read, checked when they are read, and judged over an estimate."""
