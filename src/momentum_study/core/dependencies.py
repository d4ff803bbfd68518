"""Which source files a module depends on, read from its import statements.

A digest of these files is a parameter of each rule of the workflow, so that an edit reruns exactly
what depends on it, without a list to maintain.
"""

import ast
import hashlib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "momentum_study"
ROOT = Path(__file__).parents[1]

_DATA_FILES = ("*.csv", "*.css", "*.html", "*.js")


def source_files(*modules: str) -> list[Path]:
    """Return the package's files that these modules import, directly or not, and their own.

    Tables and parts of a page in the folder of a module belong to it.

    Parameters
    ----------
    *modules
        Names within the package, such as ``"cli.commands.train"``.

    Raises
    ------
    FileNotFoundError
        If there is no such module.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(_imports(module))
    files = {_file(module) for module in found}
    folders = {file.parent for file in files}
    data = {path for folder in folders for kind in _DATA_FILES for path in folder.glob(kind)}
    return sorted(files | data)


@cache
def digest_of_sources(*modules: str) -> str:
    """Return a digest of names and contents of the `source_files` of some modules."""
    digest = hashlib.sha256()
    for path in source_files(*modules):
        digest.update(f"{path.relative_to(ROOT)} {_digest(path)}\n".encode())
    return digest.hexdigest()


@cache
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _file(module: str) -> Path:
    path = ROOT.joinpath(*module.split(".")) if module else ROOT
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _imports(module: str) -> tuple[str, ...]:
    """Modules of this package that one of its modules imports, and its parent packages."""
    names = {module.rpartition(".")[0]}
    for node in _executed(ast.parse(_file(module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name`: the name may be a module or something in it.
            imported = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        prefix = f"{PACKAGE}."
        names.update(name.removeprefix(prefix) for name in imported if name.startswith(prefix))
    # The package's `__init__` only forwards two functions and sets the version.
    return tuple(name for name in names if name and _file(name).is_file())


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all nodes but those under ``if TYPE_CHECKING:``, which are never executed."""
    yield tree
    if isinstance(tree, ast.If) and ast.unparse(tree.test) == "TYPE_CHECKING":
        children: Iterable[ast.AST] = tree.orelse
    else:
        children = ast.iter_child_nodes(tree)
    for child in children:
        yield from _executed(child)
