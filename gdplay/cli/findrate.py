"""gdplay sweep --find-rate: where the learning rate becomes unstable, and which is best."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def find(config: str, settings: list[str] | None, out: Path | None, force: bool, json: bool) -> int:
    """Find the edge of stability and the best rate of a config, or of each of several settings."""
    from gdplay.cli import print_json
    from gdplay.cli.ranking import ranking
    from gdplay.cli.run import signals
    from gdplay.cli.source import kind_of
    from gdplay.errors import printable
    from gdplay.sweeps.edge import save_edges
    from gdplay.sweeps.request import read_request

    text = config.strip()
    source = Path(text) if kind_of(text) == "config" else text
    request = read_request(source, settings or (), may_be_single=True)
    with signals() as caught:
        summary, folder = save_edges(request, out, force, lambda: bool(caught))
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        lines = [*ranking(_columns(summary["found"])), "", *_more(summary["found"])]
        lines.append(f"{'saved':<12}{folder.path}/   summary.json")
        print(printable("\n".join(lines)))
    return {2: 130, 15: 143}[int(caught[0])] if caught else 0


def _columns(found: list[dict[str, Any]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {}
    if any(row["setting"] for row in found):
        columns["setting"] = [row["setting"] for row in found]
    columns["unstable from"] = [_spread(row["edge"]) for row in found]
    columns["theory"] = [f"{row['theory']:.4g}" if row["theory"] else "-" for row in found]
    columns["best rate"] = [_spread(row["best_rate"]) for row in found]
    columns["best_f"] = [float(row["best_f"][1]) for row in found]
    return columns


def _spread(quartiles: list[float]) -> str:
    low, middle, high = quartiles
    if middle != middle:
        return "nowhere"
    return f"{middle:.4g}" if low == high else f"{middle:.4g} ({low:.2g}-{high:.2g})"


def _more(found: list[dict[str, Any]]) -> list[str]:
    """Return what the table has no room for."""
    lines: list[str] = []
    for row in found:
        name = f"{row['setting']}: " if row["setting"] else ""
        if row["theory_text"]:
            lines.append(f"{'theory':<12}{name}{row['theory_text']}")
        if row["islands"]:
            ranges = ", ".join(f"{low:.3g}-{high:.3g}" for low, high in row["islands"][:5])
            lines.append(f"{'islands':<12}{name}stable again at {ranges}")
    trials = found[0]["trials"]
    many = (
        f"{trials} trials with starts and seeds of their own (median, quartiles)"
        if trials > 1
        else "one start"
    )
    return [*lines, f"{'over':<12}{many}, {found[0]['runs']} runs each"]
