"""The house's rules: imports go down only, a library has one home, start-up is light."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

import gdplay

PACKAGE = Path(gdplay.__file__).parent
LAYERS = {
    # from the ground up; a module belongs to the longest name here that begins its own
    "words":    "errors version jsontext",
    "disk":     "places files folder written steplog",
    "YAML":     "config.nodes config.complaints config.source config.syntax config.document config.files "
                "config.dump",
    "formulas": "formula engines.tape engines.difference engines.complexforms catalog",
    "one step": "objective derivatives probe curvature rule schedule search transform method noise watched "
                "criteria digits equations stability",
    "lessons":  "accuracy backprop check critical lesson",
    "engines":  "engines",
    "pictures": "plots trace",
    "configs":  "config columns",
    "runs":     "diagnose simulation save saved onestep",
    "sweeps":   "sweeps",
    "commands": "cli __main__ __init__",
}  # fmt: skip
UPWARD = {
    # what a function imports from above when it is called: a convenience for whoever uses Python
    "objective":     ("config.functions", "gdplay.function takes whatever a config's function takes"),
    "trace":         ("config.load", "a trace knows its config, for its type only"),
    "rule":          ("engines", "start values are computed"),
}  # fmt: skip
LIBRARIES = {
    "sympy":      "formula.symbolic",
    "matplotlib": "plots",
    "yaml":       "config",
    "typer":      "cli",
    "rich":       "cli",
    "pyarrow":    "steplog sweeps",
    "llvmlite":   "engines.compiled",
    "dask":       "sweeps.scheduler",
    "distributed": "sweeps.cluster sweeps.scheduler",
}  # fmt: skip
HEAVY = [
    "numpy", "matplotlib", "sympy", "yaml", "pyarrow", "rich", "llvmlite", "pydantic", "pandas", "dask",
    "distributed",
]  # fmt: skip


def module_name(path: Path) -> str:
    name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    return name.removesuffix(".__init__")


MODULES = {module_name(path): ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
PLACE = {unit: level for level, units in enumerate(LAYERS.values()) for unit in units.split()}


def level(module: str) -> int:
    parts = module.split(".")
    for k in range(len(parts), 0, -1):
        if (unit := ".".join(parts[:k])) in PLACE:
            return PLACE[unit]
    raise AssertionError(f"{module} has no layer: add it to LAYERS, and to ARCHITECTURE.md")


@cache
def imports(module: str) -> list[tuple[str, bool]]:
    """The full names that a module imports, and whether that happens when it is imported itself."""
    tree = MODULES[module]
    typing = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    for_types = {id(n) for block in typing for n in ast.walk(block)}
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found += [(alias.name, node in tree.body) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{module}: write imports in full"
            submodules: list[str] = [f"{node.module}.{alias.name}" for alias in node.names]
            known = [name for name in submodules if name.removeprefix("gdplay.") in MODULES]
            found += [(name, node in tree.body) for name in known or [node.module]]
    return found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down_only(module: str) -> None:
    for name, at_once in imports(module):
        target = name.removeprefix("gdplay.")
        if target == name or target not in MODULES:
            continue
        if not at_once and any(
            module == above and target.startswith(below) for above, (below, _) in UPWARD.items()
        ):
            continue
        assert level(target) <= level(module), f"{module} imports {target} from a layer above it"


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_has_one_home(library: str) -> None:
    homes = LIBRARIES[library].split()
    users = [m for m in MODULES for name, _ in imports(m) if name.split(".")[0] == library]
    assert users, f"nothing imports {library} any more"
    strangers = [m for m in users if not any(m == home or m.startswith(home + ".") for home in homes)]
    assert strangers == []


@pytest.mark.parametrize("start", ["import gdplay", "from gdplay.cli import execute; execute(['--help'])"])
def test_start_up_is_light(start: str) -> None:
    code = f"{start}\nimport sys; print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert set(done.stderr.split()) & set(HEAVY) == set()


def test_a_run_needs_no_algebra(tmp_path: Path) -> None:
    code = (
        "from gdplay.cli import execute\n"
        f"execute(['run', 'x^2', 'steps=3', '--quiet', '--out', {str(tmp_path / 'out')!r}])\n"
        "import sys; print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(done.stderr.split())
    assert "matplotlib" in loaded
    assert loaded & {"sympy", "pandas", "pydantic", "pyarrow"} == set()


def test_the_public_names_exist_and_are_documented() -> None:
    assert set(gdplay.__all__) == {*gdplay.HOMES, "__version__"}
    for name in gdplay.HOMES:
        assert inspect.getdoc(getattr(gdplay, name)), name


@pytest.mark.parametrize("module", sorted(m for m in MODULES if m != "__main__"))
def test_every_module_says_in_one_sentence_what_it_knows(module: str) -> None:
    docstring = ast.get_docstring(MODULES[module])
    assert docstring
    assert docstring.split("\n\n")[0].rstrip().endswith((".", ":"))
    public = getattr(import_module(f"gdplay.{module}".removesuffix(".__init__")), "__all__", [])
    for name in public:
        assert hasattr(import_module(f"gdplay.{module}".removesuffix(".__init__")), name)
