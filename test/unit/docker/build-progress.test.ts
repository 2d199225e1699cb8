import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repositoryTask } from '../../../src/core/container-task.ts'
import { BuildProgress } from '../../../src/docker/images/build-progress.ts'
import { buildTag } from '../../../src/docker/images/image-builder.ts'

test('people hear of steps, and of a failure the step and what it last said, without terminal tricks', () => {
  const progress = new BuildProgress()
  assert.deepEqual(progress.hear({ stream: 'Step 2/4 : RUN make\n' }), {
    text: 'Building, step 2 of 4: RUN make',
    fraction: 0.25,
  })
  assert.equal(progress.hear({ stream: ' ---> Running in 0123\n' }), undefined)
  assert.equal(progress.hear({ stream: '\u001b[91mmake: *** no rule\n\u001b[0m' }), undefined)
  progress.hear({ stream: 'Removing intermediate container 0123\n' })
  assert.equal(
    progress.describeFault("The command '/bin/sh -c make' returned a non-zero code: 2"),
    "The build failed at step 2 of 4: RUN make: The command '/bin/sh -c make' returned a non-zero code: 2. It last said: make: *** no rule",
  )
})

test('a build that fails before its first step says so', () => {
  assert.equal(new BuildProgress().describeFault('dockerfile parse error'), 'The build failed: dockerfile parse error.')
})

test('an image is found again for the same commit, paths, stage and arguments in any order, and for nothing else', () => {
  const task = (more: object = {}) => ({
    ...repositoryTask.parse({ repo_url: 'o/n', build_args: { A: '1', B: '2' }, ...more }),
    commit: 'a'.repeat(40),
  })
  assert.match(buildTag(task()), /^runner-mesh-build:[0-9a-f]{40}$/)
  assert.equal(buildTag(task({ build_args: { B: '2', A: '1' }, command: 'x', cpus: 2 })), buildTag(task()))
  const others = [
    { build_args: { A: '1' } },
    { target: 't' },
    { context_path: 'x' },
    { dockerfile_path: 'y' },
    { repo_url: 'o/m' },
  ]
  const tags = [task(), ...others.map(task), { ...task(), commit: 'b'.repeat(40) }].map(buildTag)
  assert.equal(new Set(tags).size, tags.length)
})
