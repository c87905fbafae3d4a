"""The compiled engine: a step graph as vector machine code, with the loop over steps inside."""
