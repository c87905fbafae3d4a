"""A step as text for reading: the names of its nodes, its equations, NumPy's statements."""
