import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseImageReference } from '../../../src/docker/images/image-reference.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

for (const [image, registry, name, version, full] of [
  ['alpine', 'docker.io', 'alpine', 'latest', 'alpine:latest'],
  ['alpine:3.20', 'docker.io', 'alpine', '3.20', 'alpine:3.20'],
  ['owner/name', 'docker.io', 'owner/name', 'latest', 'owner/name:latest'],
  ['localhost/name:1', 'localhost', 'localhost/name', '1', 'localhost/name:1'],
  ['127.0.0.1:5000/a/b:c', '127.0.0.1:5000', '127.0.0.1:5000/a/b', 'c', '127.0.0.1:5000/a/b:c'],
  ['127.0.0.1:5000/a', '127.0.0.1:5000', '127.0.0.1:5000/a', 'latest', '127.0.0.1:5000/a:latest'],
  [`ghcr.io/o/n@${DIGEST}`, 'ghcr.io', 'ghcr.io/o/n', DIGEST, `ghcr.io/o/n@${DIGEST}`],
  [`ghcr.io/o/n:tag@${DIGEST}`, 'ghcr.io', 'ghcr.io/o/n', DIGEST, `ghcr.io/o/n@${DIGEST}`],
] as const) {
  test(`${image} is ${version} of ${name} at ${registry}`, () => {
    assert.deepEqual(parseImageReference(image), { registry, name, version, full })
  })
}
