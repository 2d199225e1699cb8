import { existsSync, readFileSync } from 'node:fs'
import { findCommand } from './command.mjs'

/**
 * What a command needs from the system, as packages of Debian and Ubuntu. `neededBy` names the commands; `isPresent`
 * looks for the thing itself, so that a copy from elsewhere is as good.
 *
 * @typedef {object} SystemPackage
 * @property {string} name
 * @property {string} purpose
 * @property {readonly ('demo' | 'test')[]} neededBy
 * @property {() => boolean} isPresent
 * @property {string} [service]  what the package would start by itself, and must not
 */

/** The engine stands apart: an engine that answers from anywhere will do, and only then is no package missing. */
export const ENGINE_PACKAGE = 'docker.io'

/** @type {readonly SystemPackage[]} */
export const PACKAGES = [
  {
    name: 'busybox-static',
    purpose: 'one static program from which an image is made where no registry can be reached',
    neededBy: ['demo', 'test'],
    isPresent: () => isStatic(findCommand('busybox')),
  },
  {
    name: 'docker-registry',
    purpose: 'a registry on loopback, to pull from and to break',
    neededBy: ['test'],
    isPresent: () => findCommand('docker-registry') !== undefined,
    service: 'docker-registry',
  },
  {
    name: 'iproute2',
    purpose: 'networks of several peers on one machine',
    neededBy: ['test'],
    isPresent: () => findCommand('ip') !== undefined,
  },
  {
    name: 'iptables',
    purpose: 'address translation and cut links between those peers',
    neededBy: ['test'],
    isPresent: () => findCommand('iptables') !== undefined,
  },
  {
    name: 'strace',
    purpose: 'proof that an answer comes after the disk has the data',
    neededBy: ['test'],
    isPresent: () => findCommand('strace') !== undefined,
  },
  {
    name: 'faketime',
    purpose: 'wall clocks of peers that disagree, and jump',
    neededBy: ['test'],
    isPresent: () => findCommand('faketime') !== undefined,
  },
  {
    name: 'zsh',
    purpose: 'completion as zsh does it',
    neededBy: ['test'],
    isPresent: () => findCommand('zsh') !== undefined,
  },
  {
    name: 'fish',
    purpose: 'completion as fish does it',
    neededBy: ['test'],
    isPresent: () => findCommand('fish') !== undefined,
  },
  {
    name: 'python3-prometheus-client',
    purpose: 'the reference reader of OpenMetrics',
    neededBy: ['test'],
    isPresent: () => existsSync('/usr/lib/python3/dist-packages/prometheus_client/openmetrics/parser.py'),
  },
  {
    name: 'chromium',
    purpose: 'the dashboard as a browser shows it',
    neededBy: ['test'],
    isPresent: () => findCommand('chromium') !== undefined,
  },
]

/**
 * Whether a program carries everything in itself. Most systems have a busybox that does not, and a dynamic program names
 * its loader in its first page.
 *
 * @param {string | undefined} program
 */
function isStatic(program) {
  return program !== undefined && !readFileSync(program).subarray(0, 4096).includes('/ld-')
}
