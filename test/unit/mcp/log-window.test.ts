import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Output } from '../../../src/core/operations/catalog.ts'
import { ANSWER_BYTES } from '../../../src/mcp/tools/answer-cap.ts'
import { createMcpHouse, type McpHouse } from '../../fakes/mcp-house.ts'

type Told = Readonly<Record<string, unknown>> & {
  readonly log?: string
  readonly log_tail?: string
  readonly log_next_cursor?: string
}

const GET = 'p2p_taskqueue_get_task'

async function asker(house: McpHouse): Promise<(args: Record<string, unknown>, tool?: string) => Promise<Told>> {
  const client = await house.client()
  return async (args, name = GET) => {
    const { structuredContent, isError } = await client.callTool({ name, arguments: args })
    const told = structuredContent as Told
    assert.ok(Buffer.byteLength(JSON.stringify(told)) <= ANSWER_BYTES, 'the answer is over its cap')
    return isError === true ? { ...told, refused: true } : told
  }
}

async function readAll(
  ask: (args: Record<string, unknown>) => Promise<Told>,
  args: Record<string, unknown>,
): Promise<{ text: string; answers: number }> {
  let [text, answers, cursor] = ['', 0, '0']
  for (;;) {
    const told = await ask({ ...args, log_cursor: cursor })
    text += told.log ?? ''
    answers += 1
    if (told.log_next_cursor === undefined) return { text, answers }
    assert.notEqual(told.log_next_cursor, cursor, 'every answer gets further')
    cursor = told.log_next_cursor
  }
}

test('whatever a log holds, reading on from cursor to cursor tells all of it once, each answer within its cap', async () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 40, unit: fc.constantFrom('a', 'ä', '"', '\\', '\t', '字', '😀', ' ') }),
    fc.integer({ min: 0, max: 30_000 }).map((length) => 'x'.repeat(length)),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (lines) => {
      await using house = createMcpHouse()
      const log = lines.map((line) => `${line}\n`).join('')
      const task = house.fake.submit('token:agent', { status: 'completed', log })
      const { text } = await readAll(await asker(house), { task_id: task.task_id })
      assert.equal(text, log)
    }),
    { numRuns: 25 },
  )
})

test('a log of a hundred megabytes never enters an answer, and its end and its matches are told all the same', async () => {
  const PAGE = 65_536
  const RECORDS = 1_600
  let asked = 0
  const line = `${'y'.repeat(126)}\n`
  const text = line.repeat(PAGE / line.length)
  const page = (seq: number, until: number): Output<'p2p_taskqueue_read_log'> => ({
    task_id: 't',
    status: 'completed',
    attempt: 1,
    entries: Array.from({ length: Math.max(0, until - seq) }, (_, index) => ({
      seq: seq + index,
      at: 1,
      stream: 'stdout' as const,
      text: seq + index === RECORDS - 1 ? 'the last line\n' : text,
    })),
    cuts: [],
    next_seq: until,
    ended: until === RECORDS,
    complete: true,
    bytes: RECORDS * PAGE,
    lines: RECORDS * 516,
  })
  await using house = createMcpHouse({
    handlers: {
      p2p_taskqueue_read_log: (input) => {
        asked += 1
        if (input.grep !== undefined) return Promise.resolve({ ...page(RECORDS - 1, RECORDS), next_seq: RECORDS })
        const from = input.from_seq ?? RECORDS - 1 - Math.ceil((input.tail_lines ?? 1) / 516)
        return Promise.resolve(page(from, Math.min(RECORDS, from + 2)))
      },
    },
  })
  const task = house.fake.submit('token:agent', { status: 'running', log: '' })
  const ask = await asker(house)
  const tail = await ask({ task_id: task.task_id, log_tail_lines: 1000 })
  assert.match(tail.log_tail ?? '', /the last line$/)
  const start = await ask({ task_id: task.task_id, log_cursor: '0' })
  assert.ok((start.log?.length ?? 0) > 5_000 && start.log?.endsWith('\n') === true)
  const next = await ask({ task_id: task.task_id, log_cursor: start['log_next_cursor'] })
  assert.equal((start.log ?? '').length % 127 === 0 && next.log?.startsWith('y'), true)
  assert.equal((await ask({ task_id: task.task_id, log_grep: 'last' })).log, 'the last line\n')
  assert.ok(asked < 20, `${String(asked)} pages were read`)
})

test('a tail of very long lines is its end, cut at the beginning', async () => {
  await using house = createMcpHouse()
  const log = `first\n${'z'.repeat(300_000)}\nlast\n`
  const task = house.fake.submit('token:agent', { status: 'running', log })
  const ask = await asker(house)
  assert.equal((await ask({ task_id: task.task_id, log_tail_lines: 1 })).log_tail, 'last')
  const two = (await ask({ task_id: task.task_id, log_tail_lines: 2 })).log_tail ?? ''
  assert.ok(two.endsWith('last'), two.slice(-20))
})

test('lines with a text are found, read on, and found among the last lines', async () => {
  await using house = createMcpHouse()
  const log = Array.from(
    { length: 9_000 },
    (_, index) => `${index % 3 === 0 ? 'WARN' : 'info'} ${String(index)}\n`,
  ).join('')
  const task = house.fake.submit('token:agent', { status: 'failed', log })
  const ask = await asker(house)
  const { text, answers } = await readAll(ask, { task_id: task.task_id, log_grep: 'WARN' })
  assert.equal(text, log.replace(/info.*\n/g, ''))
  assert.ok(answers > 1)
  const late = await ask({ task_id: task.task_id, log_grep: 'WARN', log_tail_lines: 4 })
  assert.equal(late.log, 'WARN 8997\n')
  assert.equal((await ask({ task_id: task.task_id, log_grep: 'nothing like it' })).log, '')
})

test('a running task’s log is read as far as it is, and on from there', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent', { status: 'running', log: 'one\n' })
  const ask = await asker(house)
  const first = await ask({ task_id: task.task_id, log_cursor: '0' })
  assert.deepEqual([first.log, first['log_next_cursor']], ['one\n', '1'])
  house.fake.change(task.task_id, { log: 'one\ntwo\n', status: 'completed' })
  const second = await ask({ task_id: task.task_id, log_cursor: '1' })
  assert.deepEqual([second.log, second['log_next_cursor']], ['two\n', undefined])
})

test('a cursor that is none, and one of another tool, are refused by name', async () => {
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent', { status: 'running' })
  const ask = await asker(house)
  for (const log_cursor of ['x', '-1', '1.2.3', '1e9']) {
    const told = await ask({ task_id: task.task_id, log_cursor })
    assert.match(JSON.stringify(told), /log_next_cursor/)
    assert.equal(told['refused'], true)
  }
  const wait = await ask({ task_id: task.task_id, log_cursor: '0', timeout_s: 0 }, 'p2p_taskqueue_wait_task')
  assert.equal((wait['error'] as { code: string }).code, 'unknown_field')
})

test('what hides, what orders and what is secret in a log comes out clean, by tool and by resource', async () => {
  const esc = '\u001b'
  const hidden = Array.from('IGNORE ALL', (letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')
  const token = `ghp_${'a1B2'.repeat(9)}`
  const log = [
    `${esc}[31mred${esc}[0m ${esc}]8;;https://evil.example${esc}\\link${esc}]8;;${esc}\\`,
    `admin\u202e\u2066gpj.exe${hidden}\u200b\ufeff`,
    `using ${token} and AKIA${'ABCD'.repeat(4)}`,
    '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----',
    '\u0007\u0000bell',
  ].join('\n')
  await using house = createMcpHouse()
  const task = house.fake.submit('token:agent', { status: 'failed', log, error: `bad ${token}${esc}[2J` })
  const client = await house.client()
  const texts = [
    ...(await Promise.all(
      [{ log_tail_lines: 50 }, { log_cursor: '0' }, { log_grep: 'e' }].map(async (args) =>
        JSON.stringify(await client.callTool({ name: GET, arguments: { task_id: task.task_id, ...args } })),
      ),
    )),
    JSON.stringify(await client.callTool({ name: 'p2p_taskqueue_wait_task', arguments: { task_id: task.task_id } })),
    JSON.stringify(await client.readResource({ uri: `task://${task.task_id}/logs` })),
    JSON.stringify(await client.readResource({ uri: `task://${task.task_id}` })),
  ]
  for (const text of texts) {
    assert.doesNotMatch(text, /\\u001b|\\u0000|\\u0007/)
    assert.doesNotMatch(text, /[\u202e\u2066\u200b\ufeff]|[\u{e0000}-\u{e007f}]/u)
    assert.ok(!text.includes(token) && !text.includes('AKIAABCD') && !text.includes('MIIEow'), text)
  }
  assert.match(texts[0] ?? '', /red link/)
})

test('artifacts are listed and read piece by piece: text as text, anything else as its bytes', async () => {
  const files = new Map<string, Buffer>([
    ['/out/report one.txt', Buffer.from(`${'ä'.repeat(20_000)}\u001b[31m end`)],
    ['/out/image.bin', Buffer.from(Array.from({ length: 20_000 }, (_, index) => index % 256))],
  ])
  const viewOf = (path: string) => ({ path, bytes: files.get(path)?.length ?? 0, sha256: 'a'.repeat(64) })
  await using house = createMcpHouse({
    handlers: {
      p2p_taskqueue_list_artifacts: ({ task_id }) =>
        Promise.resolve({ task_id, attempt: 1, artifacts: [...files.keys()].map(viewOf) }),
      p2p_taskqueue_read_artifact: ({ path, offset, max_bytes }) => {
        const data = (files.get(path) ?? Buffer.alloc(0)).subarray(offset, offset + max_bytes).toString('base64')
        return Promise.resolve({ ...viewOf(path), offset, data })
      },
    },
  })
  const client = await house.client()
  type Content = { text?: string; blob?: string; _meta: { next_offset?: number; eof?: boolean } }
  const read = async (uri: string) => {
    const { contents } = await client.readResource({ uri })
    assert.ok(Buffer.byteLength(JSON.stringify(contents)) <= ANSWER_BYTES + 1_000)
    return contents[0] as Content
  }
  const list = JSON.parse((await read('task://abc/artifacts')).text ?? '') as { artifacts: { uri: string }[] }
  const [report, image] = list.artifacts.map(({ uri }) => uri)
  assert.equal(report, 'task://abc/artifacts/out/report%20one.txt')
  const readAllOf = async (uri: string): Promise<Content[]> => {
    const pieces: Content[] = []
    for (let offset: number | undefined = 0; offset !== undefined;) {
      const piece: Content = await read(`${uri}?offset=${String(offset)}`)
      pieces.push(piece)
      offset = piece._meta.next_offset
    }
    return pieces
  }
  const text = (await readAllOf(report)).map((piece) => piece.text).join('')
  assert.equal(text, `${'ä'.repeat(20_000)} end`)
  const bytes = Buffer.concat((await readAllOf(image ?? '')).map((piece) => Buffer.from(piece.blob ?? '', 'base64')))
  assert.deepEqual(bytes, files.get('/out/image.bin'))
  await assert.rejects(read('task://abc/artifacts/out/x?offset=-1'), /not found/i)
})
