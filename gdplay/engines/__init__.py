"""What carries out a step's graph: one engine a file."""
