/** Settings of who may be a member, and of the ways of finding peers that lead from member to member. */
import { z } from 'zod'
import { flag, list, setting } from './setting.ts'

export const MEMBERSHIP_SETTINGS = {
  revokedPeers: setting(
    'revoked-peers',
    list(''),
    '',
    'Peer ids that are turned away whatever key they hold, comma separated.',
  ),
  revokedPeersFile: setting(
    'revoked-peers-file',
    z.string().min(1).optional(),
    undefined,
    'A file of such peer ids, one a line; a change is in force within seconds. Default: `revoked-peers` in the state directory, which `runner-mesh peers revoke` writes.',
  ),
  allowedPeers: setting(
    'allowed-peers',
    list(''),
    '',
    'The only peer ids that may be members, if they hold the key, comma separated. Empty: all that hold it.',
  ),
  allowedPeersFile: setting(
    'allowed-peers-file',
    z.string().min(1).optional(),
    undefined,
    'A file of such peer ids, one a line; a change is in force within seconds.',
  ),
  rendezvous: setting(
    'rendezvous',
    flag.default(true),
    'true',
    'Whether members find each other at the homes they are connected with, and whether this home serves for it.',
  ),
  dht: setting(
    'dht',
    flag.default(false),
    'false',
    'Whether to find peers by records in a DHT of the members, which needs no home.',
  ),
}
