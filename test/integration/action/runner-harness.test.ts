/** The harness that stands in for GitHub's runner, held against what actions/runner was seen to do. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { eventually } from '../../support/eventually.ts'
import { parseCommandFile } from '../../support/runner-harness/command-file.ts'
import { Job } from '../../support/runner-harness/job.ts'
import { findTracked } from '../../support/runner-harness/tracked-processes.ts'
import { Masks, StepLog } from '../../support/runner-harness/workflow-commands.ts'

const ACTION = `
name: sample
inputs:
  token: { default: '\${{ github.token }}' }
  peer-id: { default: none }
  two words: {}
outputs:
  said: { description: what it said }
runs: { using: node24, main: main.js, post: post.js }
`

/** A job that uses an action made of these two scripts. */
async function jobOf(t: TestContext, main: string, post = ''): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'runner-harness-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const action = join(folder, 'action')
  await mkdir(action)
  await writeFile(join(action, 'package.json'), '{"type":"module"}')
  await writeFile(join(action, 'action.yml'), ACTION)
  await writeFile(join(action, 'main.js'), main)
  await writeFile(join(action, 'post.js'), post)
  return Job.start({
    action,
    runnerFolder: join(folder, 'runner'),
    runnerName: 'one',
    repository: 'octo/runners',
    apiUrl: 'http://127.0.0.1:9',
    token: 'ghs_secret',
  })
}

const IMPORTS = `import { appendFileSync } from 'node:fs'; import { spawn } from 'node:child_process'; import process from 'node:process';`

test('inputs keep their hyphens, defaults read contexts, and an unknown one is warned of', async (t) => {
  const job = await jobOf(
    t,
    `${IMPORTS} console.log(process.env['INPUT_PEER-ID'], process.env['INPUT_TWO_WORDS'], process.env.INPUT_TOKEN, process.env.GITHUB_TOKEN)`,
  )
  const { log, annotations } = await (await job.step({ 'peer-id': 'me', 'two words': 'a b', odd: '1' })).done
  assert.match(log, /^me a b \*\*\* undefined$/m)
  assert.deepEqual(
    annotations.map(({ message }) => message),
    ["Unexpected input(s) 'odd'"],
  )
})

test('outputs, summary and multi-line state are read; state reaches post, and post runs after a crash', async (t) => {
  const job = await jobOf(
    t,
    `${IMPORTS} appendFileSync(process.env.GITHUB_OUTPUT, 'said=yes\\n'); appendFileSync(process.env.GITHUB_STATE, 'lines<<E\\na\\nb\\nE\\n');
     appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# done'); process.kill(process.pid, 'SIGKILL')`,
    `console.log(JSON.stringify(process.env.STATE_lines))`,
  )
  const main = await (await job.step({})).done
  assert.deepEqual(
    [main.outcome, main.signal, main.outputs.get('said'), main.summary],
    ['failure', 'SIGKILL', 'yes', '# done'],
  )
  const { posts } = await job.finish()
  assert.deepEqual(
    posts.map(({ log, outcome }) => [log, outcome]),
    [['"a\\nb"', 'success']],
  )
})

test('a command file of another form fails the step', async (t) => {
  for (const wrong of ['said', 'said=yes', 'said<<E\nyes\n', '<<E\nyes\nE\n'])
    assert.throws(() => parseCommandFile(wrong), wrong)
  const job = await jobOf(t, `${IMPORTS} appendFileSync(process.env.GITHUB_OUTPUT, 'said<<E\\nyes\\n')`)
  const { outcome, code } = await (await job.step({})).done
  assert.deepEqual([outcome, code], ['failure', 0])
})

test('masks hold for the job, commands are obeyed, and a stop-commands token fences text off', () => {
  const masks = new Masks()
  const log = new StepLog(masks)
  log.push('::add-mask::hunter2\nthe word is hunter2\n::stop-commands::tok\n::error::not one\n::tok::\n')
  log.push('::error title=A%2CB::bad%0Anews about hunter2\nno ::error::here\n')
  log.end()
  assert.deepEqual(log.annotations, [{ level: 'error', title: 'A,B', message: 'bad\nnews about ***' }])
  assert.deepEqual(log.text.split('\n').slice(0, 3), ['::add-mask::***', 'the word is ***', '::error::not one'])
  const other = new StepLog(masks)
  other.push('hunter2')
  other.end()
  assert.equal(other.text, '***')
})

test('a child that holds the output open stalls the step for five seconds', async (t) => {
  const job = await jobOf(t, `${IMPORTS} spawn('sleep', ['60'], { stdio: 'inherit', detached: true }).unref()`)
  const { stalled, durationMs } = await (await job.step({})).done
  assert.ok(stalled && durationMs >= 5_000, String(durationMs))
  assert.equal((await job.finish()).orphans.length, 1)
})

test('a detached child with its own output does not stall, and is swept at the end; one without the id is not', async (t) => {
  const job = await jobOf(
    t,
    `${IMPORTS} spawn('sleep', ['61'], { stdio: 'ignore', detached: true }).unref();
     const child = spawn('sleep', ['62'], { stdio: 'ignore', detached: true, env: { ...process.env, RUNNER_TRACKING_ID: '' } }); child.unref(); console.log(child.pid)`,
  )
  const { stalled, log } = await (await job.step({})).done
  assert.equal(stalled, false)
  assert.deepEqual(
    (await job.finish()).orphans.map(({ command }) => command),
    ['sleep 61'],
  )
  await eventually(
    'the orphan is gone',
    () => findTracked(job.trackingId),
    (left) => left.length === 0,
  )
  process.kill(Number(log), 'SIGKILL')
})

test('a cancelled step hears SIGINT, then SIGTERM after 7.5 s, then dies after 2.5 s more', async (t) => {
  const polite = await jobOf(
    t,
    `${IMPORTS} process.on('SIGINT', () => process.exit(0)); setInterval(() => 0, 1e6); console.log('up')`,
  )
  const stubborn = await jobOf(
    t,
    `${IMPORTS} for (const s of ['SIGINT', 'SIGTERM']) process.on(s, () => console.log(s)); setInterval(() => 0, 1e6); console.log('up')`,
  )
  const steps = await Promise.all([polite.step({}), stubborn.step({})])
  for (const step of steps)
    await eventually(
      'the step is up',
      () => step.log(),
      (log) => log.includes('up'),
    )
  const at = performance.now()
  const cancelled = async (step: (typeof steps)[number]) => ({
    result: await step.cancel(),
    ms: performance.now() - at,
  })
  const [first, second] = await Promise.all([cancelled(steps[0]), cancelled(steps[1])])
  assert.deepEqual([first.result.outcome, first.result.code], ['cancelled', 0])
  assert.ok(first.ms < 5_000, String(first.ms))
  assert.deepEqual([second.result.outcome, second.result.signal], ['cancelled', 'SIGKILL'])
  assert.match(second.result.log, /SIGINT\nSIGTERM/)
  assert.ok(second.ms >= 10_000 && second.ms < 13_000, String(second.ms))
})
