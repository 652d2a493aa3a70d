"""The actions by name, imported one at a time: the table costs nothing, an action its module and grammar."""

import importlib
from collections.abc import Mapping
from typing import Any

from orchestrator.edits.action import Action
from orchestrator.edits.result import EditCode, Refusal

_YAML = "orchestrator.edits.yaml.actions"
_WORKFLOWS = "orchestrator.edits.workflows.actions"
_DOCKERFILE = "orchestrator.edits.dockerfile.actions"
_JEST = "orchestrator.edits.jest.actions"
_JS = "orchestrator.edits.javascript.actions"
_JSON = "orchestrator.edits.jsonc.actions"
_TOML = "orchestrator.edits.toml.actions"
ACTIONS: Mapping[str, str] = {
    "add_dependency": f"{_TOML}.pyproject:AddDependency",
    "add_dev_dependency": f"{_JSON}.package:AddDevDependency",
    "add_script": f"{_JSON}.package:AddScript",
    "set_engines": f"{_JSON}.package:SetEngines",
    "set_tool_option": f"{_TOML}.pyproject:SetToolOption",
    "js_config_append": f"{_JS}.at_path:JsConfigAppend",
    "js_config_delete": f"{_JS}.at_path:JsConfigDelete",
    "js_config_merge": f"{_JS}.at_path:JsConfigMerge",
    "js_config_set": f"{_JS}.at_path:JsConfigSet",
    "json_append": f"{_JSON}.at_path:JsonAppend",
    "json_delete": f"{_JSON}.at_path:JsonDelete",
    "json_merge": f"{_JSON}.at_path:JsonMerge",
    "json_set": f"{_JSON}.at_path:JsonSet",
    "toml_append": f"{_TOML}.at_path:TomlAppend",
    "toml_delete": f"{_TOML}.at_path:TomlDelete",
    "toml_merge": f"{_TOML}.at_path:TomlMerge",
    "toml_set": f"{_TOML}.at_path:TomlSet",
    "add_healthcheck": f"{_DOCKERFILE}.add_healthcheck:AddHealthcheck",
    "add_nonroot_user": f"{_DOCKERFILE}.add_nonroot_user:AddNonrootUser",
    "pin_base_digest": f"{_DOCKERFILE}.pin_base_digest:PinBaseDigest",
    "add_directory_thresholds": f"{_JEST}.add_directory_thresholds:AddDirectoryThresholds",
    "expand_coverage_collection": f"{_JEST}.expand_coverage_collection:ExpandCoverageCollection",
    "coverage_ratchet": f"{_JEST}.coverage_ratchet:CoverageRatchet",
    "add_approval_gates": f"{_WORKFLOWS}.add_approval_gates:AddApprovalGates",
    "add_deploy_migration": f"{_WORKFLOWS}.add_deploy_migration:AddDeployMigration",
    "add_health_checks": f"{_WORKFLOWS}.add_health_checks:AddHealthChecks",
    "add_migration_step": f"{_WORKFLOWS}.add_migration_step:AddMigrationStep",
    "add_blue_green": f"{_WORKFLOWS}.add_blue_green:AddBlueGreen",
    "add_canary": f"{_WORKFLOWS}.add_canary:AddCanary",
    "add_container_scanning": f"{_WORKFLOWS}.add_container_scanning:AddContainerScanning",
    "add_path_filters": f"{_WORKFLOWS}.add_path_filters:AddPathFilters",
    "add_perf_checks": f"{_WORKFLOWS}.add_perf_checks:AddPerfChecks",
    "add_sbom_generation": f"{_WORKFLOWS}.add_sbom_generation:AddSbomGeneration",
    "parallelize_python_builds": f"{_WORKFLOWS}.parallelize_python_builds:ParallelizePythonBuilds",
    "implement_production_deploy": f"{_WORKFLOWS}.implement_production_deploy:ImplementProductionDeploy",
    "implement_staging_deploy": f"{_WORKFLOWS}.implement_staging_deploy:ImplementStagingDeploy",
    "make_trivy_blocking": f"{_WORKFLOWS}.make_trivy_blocking:MakeTrivyBlocking",
    "remove_continue_on_error": f"{_WORKFLOWS}.remove_continue_on_error:RemoveContinueOnError",
    "upgrade_audit_level": f"{_WORKFLOWS}.upgrade_audit_level:UpgradeAuditLevel",
    "add_concurrency": f"{_WORKFLOWS}.add_concurrency:AddConcurrency",
    "add_dependabot": f"{_WORKFLOWS}.add_dependabot:AddDependabot",
    "add_dependency_cache": f"{_WORKFLOWS}.add_dependency_cache:AddDependencyCache",
    "add_job": f"{_WORKFLOWS}.jobs:AddJob",
    "add_required_gate_job": f"{_WORKFLOWS}.add_required_gate_job:AddRequiredGateJob",
    "add_step": f"{_WORKFLOWS}.steps:AddStep",
    "add_timeouts": f"{_WORKFLOWS}.add_timeouts:AddTimeouts",
    "add_trigger": f"{_WORKFLOWS}.add_trigger:AddTrigger",
    "fix_template_injection": f"{_WORKFLOWS}.fix_template_injection:FixTemplateInjection",
    "harden_checkout": f"{_WORKFLOWS}.harden_checkout:HardenCheckout",
    "move_step": f"{_WORKFLOWS}.steps:MoveStep",
    "pin_actions": f"{_WORKFLOWS}.pin_actions:PinActions",
    "remove_job": f"{_WORKFLOWS}.jobs:RemoveJob",
    "rename_job": f"{_WORKFLOWS}.jobs:RenameJob",
    "replace_in_run": f"{_WORKFLOWS}.replace_in_run:ReplaceInRun",
    "replace_step": f"{_WORKFLOWS}.steps:ReplaceStep",
    "set_permissions": f"{_WORKFLOWS}.set_permissions:SetPermissions",
    "yaml_append": f"{_YAML}.at_path:YamlAppend",
    "yaml_delete": f"{_YAML}.at_path:YamlDelete",
    "yaml_merge": f"{_YAML}.at_path:YamlMerge",
    "yaml_set": f"{_YAML}.at_path:YamlSet",
}


def action_names() -> tuple[str, ...]:
    """Return the names of all actions, sorted."""
    return tuple(sorted(ACTIONS))


def find_action(name: str) -> Action[Any]:
    """Return an action; Refusal E_PARAM with the nearest name when there is none."""
    target = ACTIONS.get(name)
    if target is None:
        from difflib import get_close_matches  # only a mistake needs it

        near = get_close_matches(name, ACTIONS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`orchestrate actions` lists them"
        raise Refusal(EditCode.PARAM, f"there is no action {name}", hint=hint)
    module, _, attribute = target.partition(":")
    made: Action[Any] = getattr(importlib.import_module(module), attribute)()
    return made
