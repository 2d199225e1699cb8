/** Settings of what a peer shows to people and to monitoring over HTTP. */
import { flag, setting } from './setting.ts'

export const DASHBOARD_SETTINGS = {
  dashboard: setting('dashboard', flag.default(true), 'true', 'Whether the HTTP server shows the dashboard at /.'),
  dashboardReadOnly: setting(
    'dashboard-read-only',
    flag.default(false),
    'false',
    'Whether the dashboard only shows and changes nothing, whatever the token may do.',
  ),
  metricsOpen: setting(
    'metrics-open',
    flag.default(false),
    'false',
    'Whether /metrics answers without a token. Otherwise it needs one with the right tasks:read.',
  ),
} as const
