/** What later steps can read of this one. */
import { setOutput } from '@actions/core'

/** Every output that action.yml must have; a test holds the two equal. */
export const OUTPUTS = {
  peerId: 'peer-id',
  stateDir: 'state-dir',
  mcpUrl: 'mcp-url',
  mcpTokenFile: 'mcp-token-file',
  peers: 'peers',
  tasksRun: 'tasks-run',
  taskId: 'task-id',
  status: 'status',
  reason: 'reason',
  exitCode: 'exit-code',
  worker: 'worker',
  log: 'log',
  result: 'result',
} as const

export type Outputs = Partial<Record<keyof typeof OUTPUTS, string | number>>

export function writeOutputs(outputs: Outputs): void {
  for (const [key, value] of Object.entries(outputs)) setOutput(OUTPUTS[key as keyof typeof OUTPUTS], String(value))
}
