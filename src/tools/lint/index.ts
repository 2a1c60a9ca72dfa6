// The linter's front door.

export { type Check, type Example, htaccess as htaccessExample, type Severity } from './check.ts';
export { checks } from './checks/index.ts';
export type { Finding } from './finding.ts';
export { findingsAsJson, findingsAsSarif } from './json-report.ts';
export { lint, lintWithin, reaches } from './lint.ts';
export {
  readConfigTarget,
  readHtaccessTarget,
  type Target,
  targetOfSite,
} from './target.ts';
export { drawFindings } from './text-report.ts';
