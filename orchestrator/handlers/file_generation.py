"""``type: file_generation`` renders templates of the project into files.

All outputs are rendered, checked and decided on before the first one is staged, so a template that cannot be rendered
or a result that does not parse leaves every file as it was. A file that a person wrote is never lost: by default only
what is still as this task last wrote it is overwritten.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from pydantic import Field

from orchestrator.contracts import (
    CheckScene,
    Handler,
    Outcome,
    Params,
    RelativePath,
    TaskContext,
    Workspace,
    changed,
    failed,
    unchanged,
)
from orchestrator.errors import Problem, TaskFailed
from orchestrator.handlers.file_generation_formatter import Formatter, find_formatter, format_text
from orchestrator.handlers.file_generation_header import with_header
from orchestrator.handlers.file_generation_syntax import Syntax, check_syntax
from orchestrator.models.json import Json, JsonObject
from orchestrator.models.plan import Targets

_SUFFIX = ".j2"


class FileGenerationParams(Params):
    """Which templates become which files."""

    templates: list[RelativePath] = Field(
        min_length=1, max_length=200, description="names of templates; `.j2` at the end is left out of the file's name"
    )
    target: RelativePath = Field(description="a folder, or with a single template the file itself")
    overwrite: Literal["never", "if_unchanged", "always"] = Field(
        default="if_unchanged", description="if_unchanged: only files that are as this task wrote them last"
    )
    header: bool = Field(default=False, description="start each file with a comment that says where it comes from")
    values: dict[str, Json] = Field(default={}, description="further names that the templates see")
    mode: str | None = Field(default=None, pattern=r"^0?[0-7]{3}$", description='permission bits, like "0755"')
    format: Literal["auto", "none"] = Field(default="auto", description="auto: by the project's own formatter")


class _File(Struct, frozen=True, kw_only=True):
    """One output: `rendered` hashes the text before formatting, `style` the formatter's configuration."""

    path: str
    text: str
    rendered: str
    style: str = ""
    note: str = ""  # what could not be done to it

    @property
    def data(self) -> bytes:
        return self.text.encode()

    @property
    def record(self) -> dict[str, str]:
        return {"sha256": _sha256(self.data), "rendered": self.rendered, "style": self.style}


class FileGeneration(Handler[FileGenerationParams]):
    """Render templates into files; what a person wrote is kept."""

    type = "file_generation"
    params_model = FileGenerationParams

    def __init__(self) -> None:
        self._expected: dict[tuple[str, str, int], dict[str, str]] = {}

    def targets(self, params: FileGenerationParams, root: str) -> Targets:
        """Name the output files."""
        is_folder = os.path.isdir(os.path.join(root, params.target))
        return Targets(writes=tuple(path for _, path in output_paths(params, is_folder=is_folder)))

    def check(self, params: FileGenerationParams, scene: CheckScene) -> Sequence[Problem]:
        """Return templates that are missing or do not parse, and targets that cannot be."""
        problems = [problem for name in params.templates if (problem := _template_problem(name, scene))]
        target = os.path.join(scene.root, params.target)
        if len(params.templates) > 1 and os.path.isfile(target):
            message = f"`target` is a file, but {len(params.templates)} templates need a folder"
            problems.append(Problem(code="E309", message=message, hint="end the target with `/`"))
        paths = [path for _, path in output_paths(params, is_folder=os.path.isdir(target))]
        for path in sorted({path for path in paths if paths.count(path) > 1}):
            message = f"`templates` has two templates that become {path}"
            problems.append(Problem(code="E309", message=message, hint="leave one of them out"))
        return problems

    def plan_depends_on(self, params: JsonObject, root: str) -> Sequence[str]:  # noqa: ARG002 - whatever they are
        """Return nothing: what kind of thing each target is decides."""
        return ()

    def fingerprint(self, params: FileGenerationParams, context: TaskContext) -> str | None:
        """Hash what the templates render to now: their sources and every value that they use are in it."""
        try:
            files = _render(params, context)
        except TaskFailed:
            return None
        formatters = [_formatter(params, context, file.path) for file in files]
        parts: list[Json] = [[file.path, file.rendered] for file in files]
        parts += [[found.name, found.config_hash, found.is_installed] for found in formatters if found]
        return _sha256(json.dumps([*parts, params.mode], sort_keys=True).encode())

    async def run(self, params: FileGenerationParams, context: TaskContext) -> Outcome:
        """Render, check, decide, stage."""
        files = _render(params, context)
        notes = []
        for file in files:
            syntax = check_syntax(file.path, file.text)
            if syntax.problem:
                return failed(f"{file.path} would not parse: {syntax.problem}", detail=_excerpt(file, syntax))
            notes += [f"{file.path}: {syntax.skipped}"] if syntax.skipped else []
        present = {file.path: _present(context.workspace, file.path) for file in files}
        finished = [await self._formatted(params, context, file, present[file.path]) for file in files]
        notes += [f"{file.path}: {file.note}" for file in finished if file.note]
        return self._stage(params, context, finished, present, notes)

    async def verify(self, params: FileGenerationParams, context: TaskContext) -> None:
        """Compare the files on the tree with what was written; in another process at least see that they parse."""
        expected = self._expected.pop((context.run, context.task.id, context.attempt), None)
        if expected is None:
            is_folder = _is_folder(context.workspace, params.target)
            expected = {path: "" for _, path in output_paths(params, is_folder=is_folder)}
        for path, digest in expected.items():
            data = _present(context.workspace, path)
            if data is None:
                message = f"{path} is not there after it was written"
                raise TaskFailed(message)
            if not digest and (problem := check_syntax(path, data.decode(errors="replace")).problem):
                message = f"{path} does not parse: {problem}"
                raise TaskFailed(message)
            if digest and _sha256(data) != digest:
                message = f"{path} is not as it was rendered"
                raise TaskFailed(message, hint="another program may have changed it in the meantime")

    async def _formatted(
        self, params: FileGenerationParams, context: TaskContext, file: _File, present: bytes | None
    ) -> _File:
        """Bring a file into the project's own style, unless the present one is this very rendering, formatted."""
        formatter = _formatter(params, context, file.path)
        if formatter is None:
            return file
        styled = replace(file, style=formatter.config_hash)
        if present is not None:
            as_it_is = replace(styled, text=present.decode(errors="replace"))
            if as_it_is.record == _last_written(context, file.path):
                return as_it_is
        if context.dry_run:
            return replace(styled, note=f"would be formatted by {formatter.name}")
        context.say(f"formatting {file.path} by {formatter.name}")
        text, note = await format_text(formatter, file.path, file.text, context.processes)
        return replace(file, note=note) if note else replace(styled, text=text)

    def _stage(
        self,
        params: FileGenerationParams,
        context: TaskContext,
        files: Sequence[_File],
        present: Mapping[str, bytes | None],
        notes: Sequence[str],
    ) -> Outcome:
        written, same, kept = [], [], []
        mode = int(params.mode, 8) if params.mode else None
        for file in files:
            now = present[file.path]
            reason = None if now == file.data else _reason_to_keep(params, context, file.path, now)
            if reason is not None:
                kept.append((file, reason))
            elif context.workspace.write_bytes(file.path, file.data, mode=mode):
                written.append(file)
            else:
                same.append(file)
        ours = {file.path: file.record for file in [*written, *same]}
        self._expected[context.run, context.task.id, context.attempt] = {
            path: record["sha256"] for path, record in ours.items()
        }
        summary = _summary([f.path for f in written], len(same), [(f.path, reason) for f, reason in kept])
        outcome = changed(summary) if written else unchanged(summary)
        return _with_outputs(outcome, {"files": ours, "kept": [file.path for file, _ in kept]}, notes)


def output_paths(params: FileGenerationParams, *, is_folder: bool) -> tuple[tuple[str, str], ...]:
    """Return (template, output path) pairs; a name such as `fixtures/common.py` keeps its folder below the target."""
    target = _plain(params.target)
    if len(params.templates) == 1 and not params.target.endswith("/") and not is_folder:
        return ((params.templates[0], target),)
    names = ((name, _plain(name.removesuffix(_SUFFIX))) for name in params.templates)
    return tuple((template, f"{target}/{name}" if target else name) for template, name in names)


def _plain(path: str) -> str:
    """Return the path without `./` and a slash at its end; empty for the root itself."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def _is_folder(workspace: Workspace, target: str) -> bool:
    path = _plain(target)
    return not path or workspace.is_folder(path)


def _render(params: FileGenerationParams, context: TaskContext) -> list[_File]:
    """Render every template; TaskFailed says which one cannot be."""
    values = {**context.values, **params.values}
    is_folder = _is_folder(context.workspace, params.target)
    files = []
    for name, path in output_paths(params, is_folder=is_folder):
        text = context.templates.render(name, values)
        if params.header:
            text = with_header(path, text, task=context.task.id, template=name)
        if text and not text.endswith("\n"):
            text += "\n"
        files.append(_File(path=path, text=text, rendered=_sha256(text.encode())))
    return files


def _formatter(params: FileGenerationParams, context: TaskContext, path: str) -> Formatter | None:
    return find_formatter(path, context.workspace, context.processes) if params.format == "auto" else None


def _present(workspace: Workspace, path: str) -> bytes | None:
    if workspace.is_folder(path):
        message = f"{path} is a folder, a file cannot take its place"
        raise TaskFailed(message, hint="end the target with `/` to put the file into the folder")
    try:
        return workspace.read_bytes(path)
    except FileNotFoundError:
        return None


def _last_written(context: TaskContext, path: str) -> JsonObject | None:
    """Return what the task's last success recorded about a file; `previous` holds that success's outputs."""
    previous = context.values.get("previous")
    files = previous.get("files") if isinstance(previous, Mapping) else None
    record = files.get(path) if isinstance(files, Mapping) else None
    return record if isinstance(record, Mapping) else None


def _reason_to_keep(params: FileGenerationParams, context: TaskContext, path: str, present: bytes | None) -> str | None:
    if present is None or params.overwrite == "always":
        return None
    if params.overwrite == "never":
        return "it is there already"
    last = _last_written(context, path)
    if last is None:
        return "it is there already and this task did not write it"
    if last.get("sha256") != _sha256(present):
        return "it was edited since this task wrote it"
    return None


def _summary(written: Sequence[str], same: int, kept: Sequence[tuple[str, str]]) -> str:
    parts = []
    if written:
        parts.append(f"wrote {written[0]}" if len(written) == 1 else f"wrote {len(written)} files")
    if same:
        parts.append(f"{same} file{'s are' if same > 1 else ' is'} as rendered")
    parts += [f"kept {path}: {reason}" for path, reason in kept]
    return "; ".join(parts)


def _with_outputs(outcome: Outcome, outputs: JsonObject, notes: Sequence[str]) -> Outcome:
    return Outcome(kind=outcome.kind, summary=outcome.summary, detail="\n".join(notes), outputs=outputs, result=outputs)


def _template_problem(name: str, scene: CheckScene) -> Problem | None:
    if not scene.templates.has(name):
        near = get_close_matches(name, scene.templates.names(), n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`settings.templates` names folders with templates of your own"
        return Problem(code="E309", message=f"`templates` names {name}, and there is no such template", hint=hint)
    error = scene.templates.check(name)
    return Problem(code="E309", message=f"`templates` names {name}, which does not parse: {error}") if error else None


def _excerpt(file: _File, syntax: Syntax) -> str:
    lines = file.text.splitlines()
    first = max(0, syntax.line - 3)
    return "\n".join(f"{number:>5} | {line}" for number, line in enumerate(lines[first : syntax.line + 2], first + 1))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
