"""finops-guard: what an infrastructure change will cost, and which cost rules it breaks, before it is merged."""

__version__ = "0.1.0"
