/**
 * The predecessor's optional encryption of prompts on their way to its workers: `payload.prompt_enc` in place of
 * `payload.prompt`, a Fernet token under a key of the shared secret. Nothing else of a payload is encrypted there.
 */
import { createHash } from 'node:crypto'
import { RunnerMeshError } from '../../core/errors.ts'
import type { Clock, Random } from '../../core/ports/clock.ts'
import type { JsonObject } from '../../core/task.ts'
import { decryptFernet, encryptFernet, fernetKey, type FernetKey } from './fernet.ts'
import { isObject } from './python-json.ts'

const SALT = 'ipfs-accelerate-task-p2p-fernet-v1'
const SCHEME = 'fernet-v1'

export interface PromptSeal {
  /** The task with its prompt encrypted, where there is one and a secret is set. */
  sealIn(task: JsonObject): JsonObject
  /**
   * The payload with its prompt in clear; as it is where no secret is set.
   * @throws RunnerMeshError signature_invalid when another secret made it
   */
  open(payload: JsonObject): JsonObject
}

export interface PromptSealDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

/** @param secret undefined: prompts pass as they are, in both directions */
export function createPromptSeal(secret: string | undefined, { clock, random }: PromptSealDeps): PromptSeal {
  if (secret === undefined) return { sealIn: (task) => task, open: (payload) => payload }
  const key = promptKey(secret)
  return {
    sealIn: (task) => {
      const { payload } = task
      if (!isObject(payload) || typeof payload['prompt'] !== 'string') return task
      const { prompt, ...rest } = payload
      const made = { time: Math.floor(clock.now() / 1000), iv: random.bytes(16) }
      return {
        ...task,
        payload: { ...rest, prompt_enc: wrap(encryptFernet(Buffer.from(prompt), key, made)) },
      }
    },
    open: (payload) => {
      const { prompt_enc: sealed, ...rest } = payload
      if (!isObject(sealed)) return payload
      if (sealed['enc'] !== SCHEME || typeof sealed['ct'] !== 'string') {
        throw new RunnerMeshError('bad_request', `prompt_enc: not encrypted as ${SCHEME}.`)
      }
      return { ...rest, prompt: Buffer.from(decryptFernet(sealed['ct'], key)).toString('utf8') }
    },
  }
}

export function promptKey(secret: string): FernetKey {
  return fernetKey(createHash('sha256').update(`${SALT}${secret}`, 'utf8').digest())
}

function wrap(ct: string): JsonObject {
  return { enc: SCHEME, ct }
}
