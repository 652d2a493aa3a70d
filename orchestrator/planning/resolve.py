"""From drafts to the plan of the whole document: ids become edges, settings defaults, handlers name their files."""

from collections.abc import Iterator, Mapping

from orchestrator.errors import DocumentInvalid
from orchestrator.models.document import Retry, Settings
from orchestrator.models.plan import (
    OFF,
    ONCE,
    Limits,
    Notification,
    Plan,
    PlannedCheck,
    PlannedGroup,
    PlannedPhase,
    PlannedTask,
    RetryPolicy,
)
from orchestrator.planning.definitions import definition_of
from orchestrator.planning.dependencies import Dependencies, find_dependencies
from orchestrator.planning.drafts import Draft, GroupDraft, PhaseDraft, TaskDraft
from orchestrator.planning.phase_sequence import phases_before
from orchestrator.planning.targets import Handlers, Plugins
from orchestrator.processors import processors


def resolve(
    draft: Draft, *, root: str, plugins: Plugins, document: str, document_hash: str, profile: str | None
) -> Plan:
    """Return the plan of everything; DocumentInvalid for references that lead nowhere and params that do not fit."""
    found = find_dependencies(draft)
    handlers = Handlers(plugins, root)
    resolver = _Resolver(draft.document.settings, found, handlers)
    after = phases_before([phase.id for phase in draft.phases], found.phases, found.parallel_with)
    settings = draft.document.settings
    plan = Plan(
        project=draft.document.project.name,
        root=root,
        document=document,
        document_hash=document_hash,
        phases=tuple(resolver.phase(phase, after[phase.id]) for phase in draft.phases),
        groups=tuple(resolver.group(group, phase.id) for phase in draft.phases for group in phase.groups),
        tasks=tuple(resolver.tasks(draft)),
        limits=_limits(settings),
        durability=settings.durability,
        snapshot=settings.snapshot,
        params=draft.params,
        env=draft.env,
        guards=draft.guards,
        notifications=_notifications(settings),
        template_folders=tuple(settings.templates),
        profile=profile,
        description=draft.document.project.description,
    )
    if handlers.problems:
        raise DocumentInvalid(handlers.problems)
    return plan


class _Resolver:
    def __init__(self, settings: Settings, dependencies: Dependencies, handlers: Handlers) -> None:
        self._settings = settings
        self._dependencies = dependencies
        self._handlers = handlers
        self._default_retry = _policy(settings.retry)

    def phase(self, draft: PhaseDraft, after: tuple[str, ...]) -> PlannedPhase:
        return PlannedPhase(
            id=draft.id,
            name=draft.phase.name or "",
            description=draft.phase.description,
            estimate=draft.phase.estimate,
            after=after,
            critical=draft.phase.critical,
            checkpoint=self._titled(draft.checkpoint),
            guards=draft.guards,
        )

    def group(self, draft: GroupDraft, phase: str) -> PlannedGroup:
        group = draft.group
        return PlannedGroup(
            id=draft.id,
            letter=draft.letter,
            name=group.name or "",
            phase=phase,
            execution=group.execution,
            max_parallel=group.max_parallel,
            depends_on=self._dependencies.groups[draft.id],
            fail_fast=group.fail_fast,
            checkpoint=self._titled(draft.checkpoint),
            guards=draft.guards,
            description=group.description,
        )

    def tasks(self, draft: Draft) -> Iterator[PlannedTask]:
        for phase in draft.phases:
            for group in phase.groups:
                for task in group.tasks:
                    yield self._task(task, phase.id, group.id)

    def _task(self, draft: TaskDraft, phase: str, group: str) -> PlannedTask:
        task, settings = draft.task, self._settings
        fitted = self._handlers.fitted(draft)
        return PlannedTask(
            id=draft.id,
            name=draft.name,
            handler=task.type,
            phase=phase,
            group=group,
            params=fitted.params,
            description=task.description,
            priority=task.priority,
            depends_on=self._dependencies.tasks[draft.id],
            when=draft.when,
            skip_reason=draft.skip_reason,
            timeout=(settings.timeout if task.timeout is None else task.timeout) or OFF,
            idle_timeout=(settings.idle_timeout if task.idle_timeout is None else task.idle_timeout) or OFF,
            retry=self._default_retry if task.retry is None else _policy(settings.retry, task.retry),
            critical=task.critical,
            exclusive=task.exclusive or not fitted.is_certain,
            env=draft.env,
            secrets=tuple(task.secrets),
            outputs=task.outputs,
            verify=self._titled(draft.verify),
            tags=tuple(task.tags),
            targets=fitted.targets,
            ingredients=fitted.ingredients,
            late=draft.late,
            values=draft.values,
            base=draft.base,
            definition=definition_of(draft, fitted.params, self._handlers.version(task.type)),
            origin=draft.origin,
        )

    def _titled(self, checks: tuple[PlannedCheck, ...]) -> tuple[PlannedCheck, ...]:
        return tuple(
            PlannedCheck(type=check.type, params=check.params, title=self._handlers.title(check), late=check.late)
            for check in checks
        )


def _policy(default: Retry, own: Retry | None = None) -> RetryPolicy:
    """Return when to repeat: what a task says about it, the settings for what it leaves out."""
    stated: Mapping[str, object] = {} if own is None else {name: getattr(own, name) for name in own.model_fields_set}
    merged = default.model_copy(update=dict(stated))
    policy = RetryPolicy(
        attempts=merged.attempts,
        delay=merged.delay,
        backoff=merged.backoff,
        max_delay=merged.max_delay,
        jitter=merged.jitter,
        on=tuple(sorted(set(merged.on))),
    )
    return ONCE if policy == ONCE else policy


def _limits(settings: Settings) -> Limits:
    limit = settings.max_parallel_tasks
    return Limits(max_parallel_tasks=processors() if limit == "auto" else limit, fail_fast=settings.fail_fast)


def _notifications(settings: Settings) -> tuple[Notification, ...]:
    """Return who is told what; `${{ env.NAME }}` stays as it is, since what it stands for is a secret."""
    chosen = settings.notifications
    return (Notification(on=tuple(chosen.on), to=tuple(chosen.to)),) if chosen.to else ()
