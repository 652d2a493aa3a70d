"""From a document to drafts: `foreach` unrolled, conditions and expressions decided as far as they can be."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from orchestrator.errors import DocumentInvalid, Place, Problem, TaskFailed
from orchestrator.models.document import Document, Foreach, Group, Phase, Task
from orchestrator.models.json import Json, JsonObject
from orchestrator.planning.conditions import decide
from orchestrator.planning.drafts import Draft, GroupDraft, PhaseDraft, TaskDraft
from orchestrator.planning.ids import group_letter, phase_id
from orchestrator.planning.interpolate import RESERVED, Filled, Interpolator, has_braces
from orchestrator.planning.nodes import Path
from orchestrator.planning.places import Places, nowhere
from orchestrator.planning.slugs import instance_ids
from orchestrator.templating.sandbox import Sandbox
from orchestrator.templating.values import to_text
from orchestrator.templating.visible import visible_environment

MAX_TASKS = 10_000
_NO_VALUES: dict[str, Json] = {}


def expand(
    document: Document,
    *,
    params: Mapping[str, Json],
    environ: Mapping[str, str],
    list_files: Callable[[str], Sequence[str]],
    places: Places = nowhere,
) -> Draft:
    """Return the drafts of a document whose profile is applied; `params` holds the value of every param.

    `list_files` returns the files of the repository that match a pattern. DocumentInvalid tells all expressions that
    cannot be evaluated.
    """
    values: JsonObject = {
        "params": dict(params),
        "project": {"name": document.project.name},
        "env": visible_environment(environ, {}),
    }
    sandbox = Sandbox()
    before = Interpolator(sandbox, values, places)
    settings_env = before.fill(document.settings.env, ("settings", "env"))
    known = {name: text for name, text in settings_env.params.items() if name not in settings_env.late}
    seen = {**values, "env": visible_environment(environ, _texts(known))}
    interpolator = Interpolator(sandbox, seen, places, before.problems)
    taken = {task.id for phase in document.phases for group in phase.groups for task in group.tasks}
    expander = _Expander(interpolator, settings_env, list_files, taken, len(taken))
    phases = tuple(expander.phase(phase, ("phases", number)) for number, phase in enumerate(document.phases))
    guards = interpolator.guards(document.guards, ("guards",))
    if interpolator.problems:
        raise DocumentInvalid(interpolator.problems)
    return Draft(document=document, params=dict(params), phases=phases, env=_texts(known), guards=guards)


def _texts(env: Mapping[str, Json]) -> dict[str, str]:
    """Return variables as a process gets them: text, whatever an expression gave."""
    return {name: to_text(value) for name, value in env.items()}


class _Expander(Struct):
    interpolator: Interpolator
    settings_env: Filled
    list_files: Callable[[str], Sequence[str]]
    taken: set[str]
    tasks: int

    def phase(self, phase: Phase, path: Path) -> PhaseDraft:
        identity = phase_id(phase.id)
        return PhaseDraft(
            id=identity,
            phase=phase,
            groups=tuple(
                self.group(group, identity, (*path, "groups", number)) for number, group in enumerate(phase.groups)
            ),
            checkpoint=self.interpolator.checks(phase.checkpoint, (*path, "checkpoint")),
            guards=self.interpolator.guards(phase.guards, (*path, "guards")),
        )

    def group(self, group: Group, phase: str, path: Path) -> GroupDraft:
        letter = group_letter(group.id, phase)
        identity = f"{phase}.{letter}"
        return GroupDraft(
            id=identity,
            letter=letter,
            group=group,
            tasks=tuple(
                draft
                for number, task in enumerate(group.tasks)
                for draft in self.unrolled(task, phase, identity, (*path, "tasks", number))
            ),
            checkpoint=self.interpolator.checks(group.checkpoint, (*path, "checkpoint")),
            guards=self.interpolator.guards(group.guards, (*path, "guards")),
        )

    def unrolled(self, task: Task, phase: str, group: str, path: Path) -> Iterator[TaskDraft]:
        place = self.interpolator.places(path)
        if task.foreach is None:
            yield self.task(task, task.id, phase, group, _NO_VALUES, path, place)
            return
        items = self.items(task.foreach, (*path, "foreach"))
        self.tasks += len(items)
        if self.tasks > MAX_TASKS:
            message = f"`foreach` makes more than {MAX_TASKS:,} tasks of this document"
            raise DocumentInvalid([Problem(code="E009", message=message, place=place)])
        ids = instance_ids(task.id, items, self.taken, files=task.foreach.glob is not None)
        self.taken.update(ids)
        for identity, item in zip(ids, items, strict=True):
            yield self.task(task, identity, phase, group, {task.foreach.as_: item}, path, place)

    def items(self, foreach: Foreach, path: Path) -> Sequence[Json]:
        if foreach.as_ in RESERVED:
            message = f"`as: {foreach.as_}` would hide what `{foreach.as_}` means in expressions"
            self.interpolator.report(TaskFailed(message, hint="choose another name"), path)
        if foreach.glob is not None:
            return self.list_files(self.interpolator.text(foreach.glob, (*path, "glob")))
        items = list(foreach.items or ())
        if not has_braces(items):
            return items
        filled = self.interpolator.fill({"items": items}, path)
        if filled.late:
            message = "`foreach` has to be known before the run; it cannot read `tasks` or `run`"
            self.interpolator.report(TaskFailed(message), path)
        return list(filled.params["items"]) if isinstance(filled.params["items"], list) else items

    def task(
        self, task: Task, identity: str, phase: str, group: str, own: JsonObject, path: Path, place: Place | None
    ) -> TaskDraft:
        given = task.params
        is_plain = not (own or task.when is not None or task.env or task.verify or self.settings_env.params)
        if is_plain and "{{" not in task.name and not any(map(has_braces, given.values())):
            return TaskDraft(id=identity, task=task, name=task.name, params=given, place=place)
        names: JsonObject = {**own, "task": {"id": identity, "name": task.name, "phase": phase, "group": group}}
        condition = decide(task, self.interpolator, path, names)
        draft = TaskDraft(
            id=identity,
            task=task,
            name=self.interpolator.text(task.name, (*path, "name"), names),
            params=given,
            base=task.id if task.foreach is not None else "",
            values=own,
            when=condition.when,
            skip_reason=condition.skip_reason,
            asks=condition.asks,
            place=place,
        )
        # A task that is skipped may hold expressions that make sense only when it runs.
        return draft if condition.skip_reason is not None else self.evaluated(draft, path, names)

    def evaluated(self, draft: TaskDraft, path: Path, names: JsonObject) -> TaskDraft:
        params = self.interpolator.fill(draft.params, path, names)
        env = self.interpolator.fill(draft.task.env, (*path, "env"), names)
        inherited = {name: text for name, text in self.settings_env.params.items() if name not in draft.task.env}
        late = {*env.late, *(name for name in self.settings_env.late if name in inherited)}
        return replace(
            draft,
            params=params.params,
            env=_texts({**inherited, **env.params}),
            verify=self.interpolator.checks(draft.task.verify, (*path, "verify"), names),
            late=(*params.late, *(f"env.{name}" for name in sorted(late))),
            asks=draft.asks | params.asks | env.asks | self.settings_env.asks,
        )
