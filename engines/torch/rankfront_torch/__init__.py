"""Trains a plan of rankfront with PyTorch. See README.md beside this package."""

__version__ = "0.1.0"
