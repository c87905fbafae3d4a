"""The formula language: text to graph, derivatives as graphs, graph to text."""
