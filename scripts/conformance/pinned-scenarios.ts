/**
 * The scenarios that each set of the suites runs, by name: one that a suite drops, or that a new version brings, is told
 * instead of passing by as a count that has changed.
 */

const OF_BOTH_REVISIONS = [
  'completion-complete',
  'dns-rebinding-protection',
  'json-schema-2020-12',
  'prompts-get-embedded-resource',
  'prompts-get-simple',
  'prompts-get-with-args',
  'prompts-get-with-image',
  'prompts-list',
  'resources-list',
  'resources-read-binary',
  'resources-read-text',
  'resources-templates-read',
  'server-sse-multiple-streams',
  'tools-call-audio',
  'tools-call-embedded-resource',
  'tools-call-error',
  'tools-call-image',
  'tools-call-mixed-content',
  'tools-call-simple-text',
  'tools-call-with-progress',
  'tools-list',
]

const OF_SESSIONS = [
  'elicitation-sep1034-defaults',
  'elicitation-sep1330-enums',
  'logging-set-level',
  'ping',
  'resources-subscribe',
  'resources-unsubscribe',
  'server-initialize',
  'server-session-lifecycle',
  'server-sse-polling',
  'tools-call-elicitation',
  'tools-call-sampling',
  'tools-call-with-logging',
]

/** Everything that 0.1.16 has, and what 0.2.0-alpha.12 adds for the same revision. */
export const SCENARIOS_2025_11_25 = {
  stable: [...OF_BOTH_REVISIONS, ...OF_SESSIONS].filter((name) => name !== 'server-session-lifecycle'),
  alpha: [...OF_BOTH_REVISIONS, ...OF_SESSIONS],
}

export const SCENARIOS_2026_07_28 = [
  ...OF_BOTH_REVISIONS,
  'caching',
  'http-custom-header-server-validation',
  'http-header-validation',
  'input-required-result-basic-elicitation',
  'input-required-result-basic-list-roots',
  'input-required-result-basic-sampling',
  'input-required-result-capability-check',
  'input-required-result-ignore-extra-params',
  'input-required-result-missing-input-response',
  'input-required-result-multi-round',
  'input-required-result-multiple-input-requests',
  'input-required-result-non-tool-request',
  'input-required-result-request-state',
  'input-required-result-result-type',
  'input-required-result-tampered-state',
  'input-required-result-unsupported-methods',
  'input-required-result-validate-input',
  'sep-2164-resource-not-found',
  'server-stateless',
  'tasks-capability-negotiation',
  'tasks-dispatch-and-envelope',
  'tasks-lifecycle',
  'tasks-mrtr-composition',
  'tasks-mrtr-input',
  'tasks-request-headers',
  'tasks-request-state-removal',
  'tasks-required-task-error',
  'tasks-status-notifications',
  'tasks-wire-fields',
]
