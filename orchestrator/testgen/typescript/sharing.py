"""Give the objects that many tests of a file repeat a name, as far as the file compiles with that."""

from collections.abc import Mapping, Sequence

from orchestrator.testgen.typescript.bench import Bench
from orchestrator.testgen.typescript.emission import WrittenTest
from orchestrator.testgen.typescript.place import Place, is_typed
from orchestrator.testgen.typescript.proof import compile_errors

Types = dict[str, dict[str, str]]


async def with_shared(
    bench: Bench, files: Mapping[str, str], tests: Mapping[str, tuple[Place, Sequence[WrittenTest]]]
) -> dict[str, str]:
    """Return test files with functions for what their tests repeat; `tests` are those in each file.

    First objects of types that can be imported are made as well, with their parts, then without these, then only what
    the compiler does not look at; a file that compiles with none of it stays as it is.
    """
    result = dict(files)
    left = list(files)
    for has_specs, is_nested in ((True, True), (True, False), (False, False)):
        order = {file: _order(files[file], *tests[file], has_specs=has_specs) for file in left}
        order = {file: {**each, "isNested": is_nested} for file, each in order.items()}
        made = {file: text for file, text in (await bench.shared(order)).items() if text != files[file]} if left else {}
        errors = await compile_errors(bench, made) if made else {}
        left = [file for file in made if errors[file]]
        result.update({file: text for file, text in made.items() if not errors[file]})
    return result


def _order(text: str, place: Place, tests: Sequence[WrittenTest], *, has_specs: bool) -> dict[str, object]:
    types = _types(place, tests, has_specs=has_specs)
    fields = {test.name: dict(one for each in test.candidates for one in each.fields) for test in tests}
    return {"text": text, "types": types, "fields": fields, "hasTypes": is_typed(place)}


def _types(place: Place, tests: Sequence[WrittenTest], *, has_specs: bool) -> Types:
    found: Types = {}
    for source, told in (one for test in tests for each in test.candidates for one in each.objects):
        spec = {"spec": place.specifier(told["file"])} if has_specs and "file" in told else {}
        found[source] = {"name": told["name"], **spec}
    return found
