/**
 * Loaded into every test file's process. When its last test is over, what the file started must be over too: a process
 * that a leaked timer, socket or server keeps alive is ended and counts as failed, with the leak named.
 */
import { after } from 'node:test'

const GRACE_MS = 10_000
const EXIT_LEAKED = 1

after(() => {
  setTimeout(() => {
    const left = process.getActiveResourcesInfo().filter((resource) => !STDIO.has(resource))
    process.stderr.write(`Still running ${GRACE_MS / 1000} s after the last test: ${left.join(', ')}\n`)
    process.exit(EXIT_LEAKED)
  }, GRACE_MS).unref()
})

/** What every child of the runner has open by itself. */
const STDIO = new Set(['PipeWrap', 'TTYWrap'])
