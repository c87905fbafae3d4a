"""Configs: from YAML text to a checked description of the work."""
