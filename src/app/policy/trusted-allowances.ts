/** What of a host policy the executor asks for tasks of profile `trusted`. */
import type { TrustedAllowances } from '../../core/ports/executor.ts'
import type { HostPolicy } from '../../core/policy/host-policy.ts'
import { mayMount } from '../../core/policy/verdict.ts'

export function trustedAllowances({ capabilities, mounts, devices }: HostPolicy): TrustedAllowances {
  return {
    capabilities,
    mayMount: ({ source, read_only: readOnly }) => mayMount(mounts, { source, write: !readOnly }),
    mayUseDevice: (path) => devices.includes(path),
  }
}
