import { decryptFernet, encryptFernet, fernetKey } from '../../../src/peers/legacy/fernet.ts'
import { hold, refusal, type FuzzTarget } from '../engine/target.ts'

const KEY = fernetKey(Buffer.alloc(32, 9))
const PLAINTEXTS = ['', 'a prompt', 'x'.repeat(16), 'ä'.repeat(40)]
const made = { time: 1_800_000_000, iv: Buffer.alloc(16, 3) }

export const fernet: FuzzTarget = {
  name: 'fernet',
  form: 'text',
  seeds: [
    ...PLAINTEXTS.map((text) => encryptFernet(Buffer.from(text), KEY, made)),
    encryptFernet(Buffer.from('of another key'), fernetKey(Buffer.alloc(32, 8)), made),
    // As much of a token as is needed to reach the check.
    Buffer.concat([Buffer.from([0x80]), Buffer.alloc(72)]).toString('base64url'),
  ],
  words: ['=', '==', '-', '_', '+', '/'],
  attempt: (input) => {
    const again = Buffer.from(decryptFernet(encryptFernet(input, KEY, made), KEY))
    hold(again.equals(Buffer.from(input)), 'what is encrypted is decrypted')
    try {
      const text = Buffer.from(decryptFernet(Buffer.from(input).toString('latin1'), KEY)).toString('utf8')
      hold(PLAINTEXTS.includes(text), 'what is decrypted was encrypted with the key')
      return 'decrypted'
    } catch (thrown) {
      return refusal(thrown, 'signature_invalid')
    }
  },
}
