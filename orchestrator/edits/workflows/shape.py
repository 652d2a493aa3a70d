"""Reading the plain model of a workflow: events, jobs, needs, steps, whatever form they are written in."""

from collections.abc import Iterator

from orchestrator.models.json import Json, JsonObject


def events_of(workflow: JsonObject) -> dict[str, Json]:
    """Return the events of `on` with their settings, whether it is a text, a list or a mapping."""
    value = workflow.get("on")
    if isinstance(value, str):
        return {value: None}
    if isinstance(value, list):
        return {str(item): None for item in value}
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def jobs_of(workflow: JsonObject) -> dict[str, JsonObject]:
    """Return the jobs that are mappings."""
    jobs = workflow.get("jobs")
    return {str(key): job for key, job in jobs.items() if isinstance(job, dict)} if isinstance(jobs, dict) else {}


def needs_of(job: Json) -> list[str]:
    """Return the jobs that a job needs."""
    value = job.get("needs") if isinstance(job, dict) else None
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []


def steps_of(job: Json) -> list[JsonObject]:
    """Return the steps of a job; one that is no mapping counts as empty, so that positions stay."""
    steps = job.get("steps") if isinstance(job, dict) else None
    return [step if isinstance(step, dict) else {} for step in steps] if isinstance(steps, list) else []


def matrix_of(job: Json) -> Json:
    """Return the matrix of a job, or None."""
    strategy = job.get("strategy") if isinstance(job, dict) else None
    return strategy.get("matrix") if isinstance(strategy, dict) else None


def tells_apart(matrix: JsonObject, key: str) -> bool:
    """Say whether each job of a matrix has a value of its own for a key."""
    axes = [name for name in matrix if name not in ("include", "exclude")]
    include = matrix.get("include")
    entries = include if isinstance(include, list) else []
    values = matrix.get(key) if axes else [entry.get(key) for entry in entries if isinstance(entry, dict)]
    is_whole = axes == [key] if axes else len(entries) > 0
    texts = [str(value) for value in values] if isinstance(values, list) and None not in values else []
    return is_whole and bool(texts) and len(set(texts)) == len(texts)


def matrix_keys(job: Json) -> set[str] | None:
    """Return the keys that `matrix.` has, in small letters; None when they are computed or there is no matrix."""
    matrix = matrix_of(job)
    if not isinstance(matrix, dict):
        return None
    keys = {str(key).lower() for key in matrix if key not in ("include", "exclude")}
    include = matrix.get("include")
    if isinstance(include, str):
        return None
    for entry in include or ():
        if not isinstance(entry, dict):
            return None
        keys.update(str(key).lower() for key in entry)
    return keys


def environment_of(job: Json) -> str | None:
    """Return the name of a job's environment, or None."""
    value = job.get("environment") if isinstance(job, dict) else None
    if isinstance(value, dict):
        value = value.get("name")
    return str(value) if value is not None else None


def texts_of(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every text below a value with its path; keys that hold expressions count too."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str) and "${{" in key:
                yield (*path, key), key
            yield from texts_of(item, (*path, str(key)))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from texts_of(item, (*path, at))


def downstream(jobs: JsonObject, job: str) -> list[str]:
    """Return the jobs that need a job, directly or through others, in file order."""
    reached = {job}
    grown = True
    while grown:
        more = {name for name, item in jobs.items() if name not in reached and reached.intersection(needs_of(item))}
        grown = bool(more)
        reached |= more
    return [name for name in jobs if name in reached and name != job]


def find_cycle(graph: dict[str, list[str]]) -> list[str] | None:
    """Return the names along a cycle, the first one again at the end, or None."""
    done: set[str] = set()
    for root, first in graph.items():
        path: list[str] = []
        stack = [(root, iter(first))] if root not in done else []
        path += [root] if stack else []
        while stack:
            node, following = stack[-1]
            for other in following:
                if other in path:
                    return [*path[path.index(other) :], other]
                if other in graph and other not in done:
                    path.append(other)
                    stack.append((other, iter(graph[other])))
                    break
            else:
                done.add(node)
                path.pop()
                stack.pop()
    return None
