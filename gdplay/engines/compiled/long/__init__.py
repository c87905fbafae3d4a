"""Steps on long vectors: one run after the other, each operation a loop over elements, loops fused."""
