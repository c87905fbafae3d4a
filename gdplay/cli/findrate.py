"""gdplay sweep --find-rate: where the learning rate becomes unstable, and which is best."""

from __future__ import annotations

from pathlib import Path


def find(
    config: str, settings: list[str] | None, out: Path | None, force: bool, quiet: bool, json: bool
) -> int:
    """Find the edges of stability and the best rate of a config, or of each of several settings."""
    from gdplay.cli import print_json
    from gdplay.cli.bar import Bar
    from gdplay.cli.found import told
    from gdplay.cli.run import signals
    from gdplay.cli.source import kind_of
    from gdplay.errors import printable
    from gdplay.plots.quick import import_quickly
    from gdplay.sweeps.edges import save_edges
    from gdplay.sweeps.request import read_request

    text = config.strip()
    source = Path(text) if kind_of(text) == "config" else text
    request = read_request(source, settings or (), may_be_single=True)
    import_quickly()
    with signals() as caught, Bar(not (quiet or json)) as bar:
        summary, folder = save_edges(request, out, force, bar.report, lambda: bool(caught))
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        lines = told(summary["found"]) if summary["found"] else []
        if summary["status"] == "interrupted":
            lines.append(f"{'interrupted':<12}after {len(summary['found'])} settings")
        files = ", ".join(
            sorted(path.name for path in folder.path.iterdir() if path.stem in ("scan", "stability"))
        )
        lines.append(f"{'saved':<12}{folder.path}/   {files or 'summary.json'}")
        print(printable("\n".join(lines)))
    return {2: 130, 15: 143}[int(caught[0])] if caught and summary["status"] == "interrupted" else 0
