"""Many runs at once: which ones, how they are grouped, what came of them."""
