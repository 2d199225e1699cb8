import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { commandWords, splitWords } from '../../../src/core/command-words.ts'
import { imageTask } from '../../../src/core/container-task.ts'

const CASES: readonly (readonly [text: string, words: readonly string[]])[] = [
  ['', []],
  ['  \t\n ', []],
  ['echo hello  world', ['echo', 'hello', 'world']],
  [`sh -c 'echo "a b"; exit 3'`, ['sh', '-c', 'echo "a b"; exit 3']],
  [`a"b c"d'e f'`, ['ab cde f']],
  [`'' ""`, ['', '']],
  [`a\\ b`, ['a b']],
  [`"a\\"b\\\\c\\$d\\\`e\\nf"`, ['a"b\\c$d`e\\nf']],
  [`'a\\b'`, ['a\\b']],
  ['one\\\ntwo', ['onetwo']],
  ['one \\\n two', ['one', 'two']],
  ['"one\\\ntwo"', ['onetwo']],
  ['echo $HOME *.c | cat > x # no comment', ['echo', '$HOME', '*.c', '|', 'cat', '>', 'x', '#', 'no', 'comment']],
]

for (const [text, words] of CASES) {
  test(`${JSON.stringify(text)} has the words ${JSON.stringify(words)}`, () => {
    assert.deepEqual(splitWords(text), words)
  })
}

for (const text of [`sh -c 'echo`, 'echo "a', 'echo \\', `"\\"`]) {
  test(`${JSON.stringify(text)} is refused in one line that says what to do`, () => {
    assert.throws(() => splitWords(text), { code: 'bad_request', message: /^The command .*list of words\.$/ })
  })
}

test('words quoted by the rules of sh come back as they were', () => {
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(splitWords(words.map(quote).join(' ')), words)
    }),
  )
})

test('an argv array is taken as it is', () => {
  assert.deepEqual(commandWords(['sh', '-c', "it's"]), ['sh', '-c', "it's"])
})

test('a command without words or with an open quote is refused when the task is submitted', () => {
  const messageOf = (command: string) => imageTask.safeParse({ image: 'alpine', command }).error?.issues[0]?.message
  assert.match(messageOf('  ') ?? '', /is empty/)
  assert.match(messageOf("echo 'a") ?? '', /single quote without its end/)
  assert.equal(messageOf("echo 'a'"), undefined)
})

test('names that the executor sets itself are refused in the environment', () => {
  const messageOf = (name: string) =>
    imageTask.safeParse({ image: 'alpine', environment: { [name]: 'x' } }).error?.issues[0]?.message
  assert.match(
    JSON.stringify(imageTask.safeParse({ image: 'alpine', environment: { RUNNER_MESH_X: 'x' } }).error?.issues),
    /RUNNER_MESH_/,
  )
  assert.equal(messageOf('RUNNER_X'), undefined)
})
