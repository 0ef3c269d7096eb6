"""Shapes of tensors: symbolic, read from models, and asked as questions."""
