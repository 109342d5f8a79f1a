"""Simulated systems and judges with one planted fault each, and what is needed to know the truth about them."""
