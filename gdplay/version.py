"""The version of gdplay."""

VERSION = "0.1.0"
