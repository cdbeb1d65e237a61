"""Computations that several questions share; pure."""
