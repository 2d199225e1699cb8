import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  startFault,
  verdictOfExit,
  verdictOfStop,
  type EndedState,
} from '../../../src/docker/containers/run-verdict.ts'

const LIMITS = { prepareMs: 1_500, runMs: 60_000, memoryMiB: 64, diskMiB: 9 }

function ended(state: Partial<EndedState>, stderr = '') {
  return verdictOfExit({ ExitCode: 0, OOMKilled: false, Error: '', ...state }, stderr, LIMITS)
}

test('only exit code 0 completes', () => {
  assert.deepEqual(ended({}), { status: 'completed', exitCode: 0 })
  for (const ExitCode of [1, 3, 75, 125, 128, 255, -1]) {
    const { status, reason, exitCode } = ended({ ExitCode })
    assert.deepEqual([status, reason, exitCode], ['failed', 'exit', ExitCode])
  }
})

test('an engine that killed for memory is believed, unless the task still succeeded', () => {
  const { reason, message } = ended({ ExitCode: 137, OOMKilled: true })
  assert.deepEqual([reason, message], ['oom', 'The task went over its memory limit of 64 MiB.'])
  assert.equal(ended({ ExitCode: 1, OOMKilled: true }).reason, 'oom')
  assert.equal(ended({ ExitCode: 0, OOMKilled: true }).status, 'completed')
})

test('a code of 128 and a signal names the signal', () => {
  assert.deepEqual(ended({ ExitCode: 139 }), {
    status: 'failed',
    reason: 'signal',
    message: 'The command was ended by SIGSEGV.',
    exitCode: 139,
    signal: 'SIGSEGV',
  })
})

test('a command that the image lacks is named, and a code 127 of a shell is not taken for one', () => {
  const { message } = ended({ ExitCode: 127 }, '[FATAL tini (7)] exec nosuch failed: No such file or directory\n')
  assert.match(message ?? '', /could not start "nosuch": No such file or directory\./)
  assert.match(ended({ ExitCode: 127 }, 'sh: x: not found').message ?? '', /a command in it was not found/)
  assert.match(ended({ ExitCode: 126 }).message ?? '', /could not be executed/)
})

test('what we stopped ends with our reason, whatever its code', () => {
  for (const [cause, status, reason] of [
    ['cancelled', 'cancelled', 'cancelled'],
    ['timeout_run', 'failed', 'timeout_run'],
    ['timeout_prepare', 'failed', 'timeout_prepare'],
    ['timeout_total', 'failed', 'timeout_total'],
    ['lease_lost', 'failed', 'worker_lost'],
    ['stopping', 'failed', 'worker_lost'],
    ['disk', 'failed', 'disk'],
  ] as const) {
    const verdict = verdictOfStop(cause, LIMITS, 0)
    assert.deepEqual([verdict.status, verdict.reason, verdict.exitCode], [status, reason, 0])
  }
  assert.equal(verdictOfStop('timeout_prepare', LIMITS).message, 'Getting the image ready took longer than 1.5 s.')
})

for (const [engine, people] of [
  [
    'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "nosuch": executable file not found in $PATH: unknown',
    'The container could not start "nosuch": executable file not found in $PATH. Name a command that the image holds.',
  ],
  [
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/x": stat /x: no such file or directory: unknown ',
    'The container could not start "/x": stat /x: no such file or directory. Name a command that the image holds.',
  ],
  [
    'unable to find user ghost: no matching entries in passwd file',
    'The engine could not start the container: unable to find user ghost: no matching entries in passwd file.',
  ],
  [
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: write /proc/self/attr/keycreate: permission denied: unknown',
    'The engine could not start the container: error during container init: write /proc/self/attr/keycreate: permission denied.',
  ],
] as const) {
  test(`of ${JSON.stringify(engine.slice(0, 60))}… people read the cause`, () => {
    assert.equal(startFault(engine), people)
  })
}
