/** What Node can be told to write of a process at a fault: nothing in it is a secret that its owner gave to a peer. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { peerGround, until } from '../support/demo-peers.ts'

const SECRET = 'ghp_aTokenThatNoReportOfAFaultIsToHave00000'

test('a diagnostic report of a peer holds no token of its environment, and no key', async (t) => {
  const ground = await peerGround(t)
  const options = ['--report-on-signal', '--report-signal=SIGUSR2', `--report-directory=${ground.folder}`]
  const peer = await ground.up('a', [], { NODE_OPTIONS: options.join(' '), RUNNER_MESH_GITHUB_TOKEN: SECRET })
  peer.child.kill('SIGUSR2')
  const reports = await until(
    async () => (await readdir(ground.folder)).filter((name) => /^report\..*\.json$/.test(name)),
    (found) => found.length > 0,
  )
  const read = () => readFile(join(ground.folder, reports[0] ?? ''), 'utf8')
  const report = await until(read, (text) => text.trimEnd().endsWith('}'))
  assert.match(report, /"javascriptHeap"/, 'the control: it is a whole report')
  const key = (await readFile(join(peer.ready.state_dir, 'mesh.key'), 'utf8')).trim()
  for (const secret of [SECRET, key]) assert.ok(!report.includes(secret))
})
