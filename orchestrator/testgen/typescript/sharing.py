"""Give the objects that many tests of a file repeat a name, as far as the file compiles with that."""

from collections.abc import Mapping, Sequence

from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.candidates import Candidate
from orchestrator.testgen.typescript.place import Place, is_typed
from orchestrator.testgen.typescript.proof import compile_errors

Types = dict[str, dict[str, str]]


async def with_shared(
    bench: Bench, files: Mapping[str, str], chosen: Mapping[str, tuple[Place, Sequence[Candidate]]]
) -> dict[str, str]:
    """Return test files with functions for what their tests repeat; `chosen` are the candidates in each file.

    First objects of types that can be imported are made as well, with their parts, then without these, then only what
    the compiler does not look at; a file that compiles with none of it stays as it is.
    """
    result = dict(files)
    left = list(files)
    for has_specs, is_nested in ((True, True), (True, False), (False, False)):
        order = {file: _order(files[file], *chosen[file], has_specs=has_specs) for file in left}
        order = {file: {**each, "isNested": is_nested} for file, each in order.items()}
        made = {file: text for file, text in (await bench.shared(order)).items() if text != files[file]} if left else {}
        errors = await compile_errors(bench, made) if made else {}
        left = [file for file in made if errors[file]]
        result.update({file: text for file, text in made.items() if not errors[file]})
    return result


def _order(text: str, place: Place, chosen: Sequence[Candidate], *, has_specs: bool) -> dict[str, object]:
    return {"text": text, "types": _types(place, chosen, has_specs=has_specs), "hasTypes": is_typed(place)}


def _types(place: Place, chosen: Sequence[Candidate], *, has_specs: bool) -> Types:
    found: Types = {}
    for source, told in (one for each in chosen for one in each.objects):
        spec = {"spec": place.specifier(told["file"])} if has_specs and "file" in told else {}
        found[source] = {"name": told["name"], **spec}
    return found
