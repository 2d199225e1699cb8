import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainHttpWarning } from '../../../../src/app/remote/plain-http.ts'

test('only a token that leaves the machine unencrypted is warned of, in one line that says what to do', () => {
  for (const url of [
    'https://runners.example/x',
    'http://localhost:9721',
    'http://peer.localhost',
    'http://127.0.0.1:9721/',
    'http://127.8.9.1',
    'http://[::1]:9721',
  ])
    assert.equal(plainHttpWarning(url), undefined, url)
  for (const url of [
    'http://runners.example/path',
    'http://10.0.0.7:9721',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://[fe80::1]',
  ]) {
    const warning = plainHttpWarning(url) ?? ''
    assert.match(
      warning,
      /^warning: the token goes to http:\/\/[^/]+ unencrypted, .*https:\/\/.*SSH.*--peer[^\n]*$/,
      url,
    )
    assert.doesNotMatch(warning, /path/)
  }
})
