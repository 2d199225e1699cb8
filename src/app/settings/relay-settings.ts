/** Settings of how peers behind NAT are reached through others. */
import { z } from 'zod'
import { setting, wholeNumber } from './setting.ts'

export const RELAY_SETTINGS = {
  relay: setting(
    'relay',
    z.enum(['auto', 'on', 'off'], 'must be auto, on or off').default('auto'),
    'auto',
    'Whether other members may be reached through this peer: auto (once somebody from another network has proven to reach it), on or off.',
  ),
  relaySlots: setting(
    'relay-slots',
    wholeNumber(0, 8).default(2),
    '2',
    'Relays to stay reachable through while the internet does not reach this peer itself; 0 for none.',
  ),
} as const
