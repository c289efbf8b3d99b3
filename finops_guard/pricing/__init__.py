"""Pricing: a change, a usage file, the price book and dated facts go in; an estimate comes out."""
