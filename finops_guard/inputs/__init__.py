"""Inputs: each kind of file becomes a Project of Changes."""
