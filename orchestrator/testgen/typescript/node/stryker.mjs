/**
 * Settings for the project's own Stryker: its own, but for what is asked of it here.
 *
 * `ORCHESTRATE_STRYKER` names the order: {base, ours, testMatch}, where `base` is the project's own file or empty.
 * It is no script of CommonJS, because the project's file need not be one.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const { base, ours, testMatch } = JSON.parse(readFileSync(process.env.ORCHESTRATE_STRYKER, 'utf8'));

async function projectSettings() {
  if (base === '') return {};
  return base.endsWith('.json') ? JSON.parse(readFileSync(base, 'utf8')) : (await import(pathToFileURL(base).href)).default;
}

const theirs = await projectSettings();
const jest = { ...theirs.jest, enableFindRelatedTests: false, config: { ...theirs.jest?.config, testMatch } };

export default { ...theirs, ...ours, ...(ours.testRunner === 'jest' ? { jest } : {}) };
