/**
 * The HMAC of a delivery, over its raw bytes. Several secrets count while they change over; the first is the current one.
 * @see https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
import { Webhooks } from '@octokit/webhooks'

const FORM = /^sha256=[0-9a-f]{64}$/

export type Secrets = readonly [string, ...string[]]

export interface Signatures {
  /** @param signature of the header X-Hub-Signature-256; the older SHA-1 one counts for nothing */
  readonly isGenuine: (body: string, signature: string | undefined) => Promise<boolean>
}

export function createSignatures([current, ...others]: Secrets): Signatures {
  // The library compares in constant time.
  const verifiers = [current, ...others].map((secret) => new Webhooks({ secret, log: SILENT }))
  return {
    isGenuine: async (body, signature) => {
      if (signature === undefined || !FORM.test(signature) || body === '') return false
      const verdicts = await Promise.all(verifiers.map((verifier) => verifier.verify(body, signature)))
      return verdicts.includes(true)
    },
  }
}

/** As GitHub would sign it with the current secret. */
export function signBody([secret]: Secrets, body: string): Promise<string> {
  return new Webhooks({ secret, log: SILENT }).sign(body)
}

/** The library's own log would tell payloads. */
const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
