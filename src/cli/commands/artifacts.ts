/** `runner-mesh artifacts`: the files a task has left. */
import { createHash } from 'node:crypto'
import { mkdir, open, rename } from 'node:fs/promises'
import { basename, dirname, join, posix } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../app/system.ts'
import { cleanLine } from '../../core/clean-text.ts'
import { RunnerMeshError } from '../../core/errors.ts'
import { ARTIFACT_CHUNK_BYTES } from '../../core/operations/outputs.ts'
import type { Output } from '../../core/operations/catalog.ts'
import type { OperationsLink } from '../../core/ports/link.ts'
import { table } from '../output.ts'
import { createStatusLine } from '../status-line.ts'
import { parseNumber, type RunCommand } from '../run-command.ts'

type Listed = Output<'p2p_taskqueue_list_artifacts'>['artifacts'][number]

export function addArtifactsCommand(program: Command, run: RunCommand): void {
  const artifacts = program.command('artifacts').description('The files a task has left.')
  const list = artifacts
    .command('list')
    .description('List them.')
    .argument('<task>')
    .option('--attempt <number>', 'which attempt; the last one by default', parseNumber)
  run(list, async ({ link, output, signal }, taskId = '') => {
    const answer = await link.call('p2p_taskqueue_list_artifacts', whichOf(taskId, list), { signal })
    output.result(answer, () =>
      table([
        ['PATH', 'BYTES', 'SHA256'],
        ...answer.artifacts.map(({ path, bytes, sha256 }) => [cleanLine(path, 200), String(bytes), sha256]),
      ]),
    )
    return 0
  })
  const get = artifacts
    .command('get')
    .description('Fetch them into a folder, under the paths they had; a fetch that was cut off goes on.')
    .argument('<task>')
    .argument('[path]', 'only this one')
    .option('-o, --output <folder>', 'where to', '.')
    .option('--attempt <number>', 'which attempt; the last one by default', parseNumber)
  run(get, async ({ link, output, streams, signal }, taskId = '', path) => {
    const which = whichOf(taskId, get)
    const { artifacts: all } = await link.call('p2p_taskqueue_list_artifacts', which, { signal })
    const wanted = path === undefined ? all : all.filter((artifact) => artifact.path === path)
    if (wanted.length === 0) {
      throw new RunnerMeshError(
        'bad_request',
        path === undefined
          ? `Task ${cleanLine(taskId, 80)} left no artifacts. It must name them: artifacts in its payload, or submit --artifact.`
          : `Task ${cleanLine(taskId, 80)} left no ${cleanLine(path, 200)}. See: runner-mesh artifacts list`,
      )
    }
    const folder = get.opts<{ output: string }>().output
    const files: string[] = []
    const status = createStatusLine(streams.stderr, systemClock)
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0)
    let before = 0
    for (const artifact of wanted) {
      const file = join(folder, path === undefined ? relativeTo(artifact.path) : basename(artifact.path))
      await fetchArtifact(link, which, artifact, file, signal, (offset) => {
        const [fetched, most] = [before + offset, Math.max(1, total)]
        if (!output.json && isWorthABar(total))
          status.show(
            `${mebibytes(fetched)} of ${mebibytes(total)} MiB, ${cleanLine(artifact.path, 60)}`,
            fetched / most,
          )
      }).finally(() => status.clear())
      before += artifact.bytes
      files.push(file)
      output.line(`${cleanLine(file, 400)}  ${String(artifact.bytes)} bytes`)
    }
    if (output.json) output.result({ files }, () => '')
    return 0
  })
}

function whichOf(taskId: string, command: Command): { task_id: string; attempt?: number } {
  const { attempt } = command.opts<{ attempt?: number }>()
  return { task_id: taskId, ...(attempt === undefined ? {} : { attempt }) }
}

/** What is there in a moment needs none. */
function isWorthABar(bytes: number): boolean {
  return bytes > 4 * ARTIFACT_CHUNK_BYTES
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1)
}

/** The path came from a container: whatever it says, it stays below the folder. */
function relativeTo(path: string): string {
  return posix.normalize(`/${path}`).slice(1)
}

/** Into `<file>.part` first, which a later call goes on with; what arrives must be what its SHA-256 says. */
async function fetchArtifact(
  link: OperationsLink,
  which: { readonly task_id: string; readonly attempt?: number },
  { path, bytes, sha256 }: Listed,
  target: string,
  signal: AbortSignal,
  fetched: (offset: number) => void,
): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const part = `${target}.part`
  const file = await open(part, 'a+')
  try {
    let { size: offset } = await file.stat()
    if (offset > bytes) {
      await file.truncate(0)
      offset = 0
    }
    while (offset < bytes) {
      const max_bytes = Math.min(ARTIFACT_CHUNK_BYTES, bytes - offset)
      const piece = await link.call('p2p_taskqueue_read_artifact', { ...which, path, offset, max_bytes }, { signal })
      const content = Buffer.from(piece.data, 'base64')
      if (content.length === 0 || piece.sha256 !== sha256)
        throw new RunnerMeshError('storage_failed', `The home has no more of ${path} after ${String(offset)} bytes.`)
      await file.appendFile(content)
      offset += content.length
      fetched(offset)
    }
    const hash = createHash('sha256')
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk as Uint8Array)
    if (hash.digest('hex') !== sha256) {
      await file.truncate(0)
      throw new RunnerMeshError(
        'signature_invalid',
        `What arrived for ${path} is not what its SHA-256 says. Try again.`,
      )
    }
  } finally {
    await file.close()
  }
  await rename(part, target)
}
