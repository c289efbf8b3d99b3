"""The kinds of check that a rule can hold: one module each, listed in interface.KINDS."""
