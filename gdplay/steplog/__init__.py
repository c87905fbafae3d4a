"""The log of every step: `CsvLog` and `ParquetLog` write it, `read_log` reads it back."""

from gdplay.steplog.csvlog import CsvLog
from gdplay.steplog.parquetlog import ParquetLog
from gdplay.steplog.read import LogTable, read_log
from gdplay.steplog.writer import StepLog, open_steps

__all__ = ["CsvLog", "LogTable", "ParquetLog", "StepLog", "open_steps", "read_log"]
