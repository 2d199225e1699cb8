#!/usr/bin/env node
/** The entry of the `runner-mesh` command. */
import process from 'node:process'
import { runProgram } from './program.ts'

// A report that Node writes of a fault may leave this machine: what its owner set for this process does not.
process.report.excludeEnv = true

process.exitCode = await runProgram({
  argv: process.argv.slice(2),
  environment: process.env,
  self: [process.execPath, ...process.argv.slice(1, 2)],
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  onStop: (stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  },
})
