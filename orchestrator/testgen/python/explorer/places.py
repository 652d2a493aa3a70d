"""Files for functions that take a path: a temporary folder of their own, with and without a file in it.

What a function leaves there is read by a look into the folder after it, and by the functions that take the same path.
"""

import ast
import os
import pathlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence

from .corpus import Try
from .facts import Literals, ModuleFacts
from .names import Names
from .pools import Pools
from .search import Search
from .subjects import Parameter, Subject

FOLDER = "tmp_path"  # the fixture of pytest
FILES = "files_in"
_OF_PYTEST = "base"  # the folder of its own temporary folders
_OPENS = frozenset(
    ["open", "Path", "pathlib.Path", "os.path.exists", "os.path.isfile", "os.path.isdir", "os.listdir", "os.makedirs"]
)
_ASKED = frozenset(
    ["open", "read_text", "write_text", "read_bytes", "write_bytes", "exists", "is_file", "is_dir", "mkdir", "iterdir"]
)
_CONTENTS = {
    "json": ("json", ('{"name": "ada", "age": 36}', "[1, 2, 3]", "{}", "no json")),
    "csv": ("csv", ("name,age\nada,36\nben,41\n", "name,age\n")),
    "configparser": ("ini", ("[main]\nname = ada\nage = 36\n", "[main]\n")),
    "tomllib": ("toml", ('name = "ada"\nage = 36\n', "name = \n")),
    "yaml": ("yaml", ("name: ada\nage: 36\n", "- 1\n- 2\n", "a: [")),
}
_PLAIN = ("txt", ("hello world\none two\n", "", "name=ada\nage=36\n"))
_MOST_LOOKS = 12  # into the folder, after calls of one subject
_OPENING = re.compile(r"open|load|save|read|write|dump|connect|copy|move|Reader|Writer|File", re.IGNORECASE)
_IS_PATH = re.compile(r"(^|_)(path|file|filename|filepath|dest|destination|folder|directory|dir|output)$")


def give_places(names: Names, pools: Pools, subjects: Sequence[Subject], facts: ModuleFacts) -> None:
    """Let functions that open what they are given have paths in a folder of their own."""
    made = False
    for subject in subjects:
        for each in subject.parameters:
            if subject.kind in ("function", "method", "static", "classmethod", "class") and _is_opened(subject, each):
                as_text = "path" not in each.hinted and bool(each.hinted)
                pools.places[subject.name, each.name] = tuple(_expressions(facts, subject.literals, as_text=as_text))
                made = True
    if made and FOLDER not in names.values:
        names.made_anew[FOLDER] = _Folder()


class _Folder:
    """Makes the one folder empty again for every call, and removes what calls left in the working folder."""

    def __init__(self) -> None:
        self._place = pathlib.Path(tempfile.mkdtemp())
        self._known = {*os.listdir(), _OF_PYTEST}

    def __call__(self) -> pathlib.Path:
        left = [pathlib.Path(name) for name in os.listdir() if name not in self._known]
        for path in (*left, *self._place.iterdir()):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return self._place


def _is_opened(subject: Subject, parameter: Parameter) -> bool:
    """Say whether the code opens what the parameter is given, or hands it to what does, as its source tells."""
    if subject.node is None or parameter.is_variadic:
        return False
    is_path = "path" in parameter.hinted or _IS_PATH.search(parameter.name) is not None
    return any(_opens(node, parameter.name, is_path=is_path) for node in ast.walk(subject.node))


def _opens(node: ast.AST, name: str, *, is_path: bool) -> bool:
    if isinstance(node, ast.Call):
        function, given = ast.unparse(node.func), [ast.unparse(each) for each in node.args]
        is_handed_on = is_path and name in given and _OPENING.search(function.rpartition(".")[2]) is not None
        return is_handed_on or (function in _OPENS and name in given[:1])
    return isinstance(node, ast.Attribute) and node.attr in _ASKED and ast.unparse(node.value) == name


def _expressions(facts: ModuleFacts, literals: Literals, *, as_text: bool) -> Iterator[str]:
    """Yield paths: of no file yet, of files that hold what the code reads, of the folder, of what cannot be made."""
    imported = {name.partition(".")[0] for name in _imported(facts.tree)}
    suffix, contents = next((what for module, what in _CONTENTS.items() if module in imported), _PLAIN)
    place = f"{FOLDER} / 'a.{suffix}'"
    mined = [text for text in literals.texts if "\n" in text][:2]
    paths = [place, *(f"file_with({place}, {content!r})" for content in (*contents, *mined)), FOLDER]
    paths.append(f"{FOLDER} / 'missing' / 'a.{suffix}'")
    yield from (f"str({each})" if as_text else each for each in paths)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def is_given_place(made: Try) -> bool:
    """Say whether a call was given a path in the temporary folder."""
    return any(isinstance(each, str) and FOLDER in each for each in made.arguments)


def look_into_folders(search: Search, as_step: Callable[[Try, str], str]) -> None:
    """Look at what calls left in the folder: whoever only writes shows it there."""
    looks: dict[str, int] = {}
    for made in list(search.corpus.tries.values()):
        is_call = made.subject.kind in ("function", "static") and not made.subject.is_private
        if not is_call or made.outcome.kind != "value" or made.program.setup or not is_given_place(made):
            continue
        name = made.subject.name
        looks[name] = looks.get(name, 0) + 1
        if looks[name] <= _MOST_LOOKS:
            subject = Subject(name, "files", [], made.subject.node, template=f"{FILES}({FOLDER}")
            search.attempt(subject, (), "", [as_step(made, made.program.call)])
