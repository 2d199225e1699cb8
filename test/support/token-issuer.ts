/** An authorization server as far as a resource server sees one, on a loopback port for as long as a test lasts. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose'

export interface Issuer {
  readonly url: string
  readonly key: CryptoKey
  readonly asked: string[]
  /** Set to answer like this instead. */
  answer: ((path: string, res: ServerResponse) => void) | undefined
}

/** Its metadata and its keys. */
export async function startIssuer(t: TestContext, place = '/.well-known/oauth-authorization-server'): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  const asked: string[] = []
  const server = createServer((req, res) => {
    const path = req.url ?? ''
    asked.push(path)
    if (it.answer !== undefined) {
      it.answer(path, res)
      return
    }
    const found =
      path === place ? { issuer: it.url, jwks_uri: `${it.url}/keys` } : path === '/keys' ? { keys: [jwk] } : undefined
    res.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    res.end(JSON.stringify(found ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      }),
  )
  const it: Issuer = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    key: privateKey,
    asked,
    answer: undefined,
  }
  return it
}

/** An access token that it has made. */
export function sign(key: CryptoKey, claims: JWTPayload, header: { alg?: string; kid?: string } = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt', ...header }).sign(key)
}
