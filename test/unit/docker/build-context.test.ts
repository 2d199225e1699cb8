import assert from 'node:assert/strict'
import { test } from 'node:test'
import tar from 'tar-stream'
import { openContext, type ContextPaths } from '../../../src/docker/images/build-context.ts'

const LIMITS = { maxBytes: 1_000_000, maxEntries: 20 }
const NEVER = new AbortController().signal

type Entry = tar.Headers & { readonly content?: string }

async function* tarOf(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const pack = tar.pack()
  for (const { content, ...header } of entries) pack.entry(header, content ?? '')
  pack.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of pack) chunks.push(chunk as Uint8Array)
  yield* chunks
}

const file = (name: string, content = ''): Entry => ({ name, content })
const folder = (name: string): Entry => ({ name, type: 'directory' })

async function namesIn(
  entries: readonly Entry[],
  paths: Partial<ContextPaths> = {},
  limits = LIMITS,
  leadingFolders = 0,
): Promise<string[]> {
  const where = { contextPath: '.', dockerfilePath: 'Dockerfile', ...paths }
  await using context = await openContext({ tar: tarOf(entries), leadingFolders }, where, limits, NEVER)
  const names: string[] = []
  const extract = tar.extract()
  extract.on('entry', (header, content, next) => {
    names.push(header.name)
    content.on('end', next).resume()
  })
  context.stream(NEVER).pipe(extract)
  await new Promise((resolve, reject) => extract.on('finish', resolve).on('error', reject))
  return names
}

test('the context is what lies below its path, renamed; its neighbours stay out', async () => {
  const entries = [folder('app/'), file('app/Dockerfile'), file('./app/x/y'), file('apple'), file('Dockerfile')]
  assert.deepEqual(await namesIn(entries, { contextPath: './app/' }), ['Dockerfile', 'x/y'])
})

test('what .dockerignore names stays out, but never the Dockerfile, wherever in the tar the patterns stand', async () => {
  const entries = [file('Dockerfile'), file('a.log'), file('keep'), file('.dockerignore', '**\n!keep\n')]
  assert.deepEqual(await namesIn(entries), ['Dockerfile', 'keep', '.dockerignore'])
})

test('folders that an archive puts before every name are not the repository’s', async () => {
  const entries = [folder('o-r-1/'), folder('o-r-1/app/'), file('o-r-1/app/Dockerfile'), file('o-r-1/Dockerfile')]
  assert.deepEqual(await namesIn(entries, {}, LIMITS, 1), ['app', 'app/Dockerfile', 'Dockerfile'])
  assert.deepEqual(await namesIn(entries, { contextPath: 'app' }, LIMITS, 1), ['Dockerfile'])
  await assert.rejects(namesIn([...entries, file('../x')], {}, LIMITS, 1), /leads out/)
})

test('a long name and content survive the journey', async () => {
  const long = `${'deep/'.repeat(40)}name`
  assert.deepEqual(await namesIn([file('Dockerfile'), file(long, 'x'.repeat(70_000))]), ['Dockerfile', long])
})

for (const [what, entries, says] of [
  ['a name that leads out', [file('Dockerfile'), file('../x')], /leads out of it: "\.\.\/x"/],
  ['an absolute name', [file('Dockerfile'), file('/etc/x')], /leads out of it: "\/etc\/x"/],
  ['a device', [file('Dockerfile'), { name: 'dev', type: 'character-device' }], /neither file, folder nor/],
  [
    'a hard link',
    [file('Dockerfile'), { name: 'l', type: 'link', linkname: 'Dockerfile' }],
    /neither file, folder nor/,
  ],
  ['too many files', Array.from({ length: 21 }, (_, n) => file(`f${n}`)), /more than 20 files/],
  ['too many bytes', [file('Dockerfile'), file('big', 'x'.repeat(1_000_001))], /larger than the 0 MiB/],
  ['a folder in place of the Dockerfile', [folder('Dockerfile/'), file('Dockerfile/x')], /no "Dockerfile" in "\."/],
] as const) {
  test(`${what} makes no context`, async () => {
    await assert.rejects(namesIn(entries as readonly Entry[]), { name: 'ContextFault', message: says })
  })
}

test('a context path that is a link is no folder', async () => {
  const entries = [{ name: 'app', type: 'symlink', linkname: 'real' } as const, file('real/Dockerfile')]
  await assert.rejects(namesIn(entries, { contextPath: 'app' }), /no folder "app"/)
})

test('a fetch that fails fails the context, and an abort ends it', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(new Uint8Array(10))
    throw new Error('cut')
  }
  const where = { contextPath: '.', dockerfilePath: 'Dockerfile' }
  await assert.rejects(openContext({ tar: broken(), leadingFolders: 0 }, where, LIMITS, NEVER), /cut/)
  await assert.rejects(
    openContext({ tar: tarOf([file('Dockerfile')]), leadingFolders: 0 }, where, LIMITS, AbortSignal.abort()),
    {
      name: 'AbortError',
    },
  )
})
