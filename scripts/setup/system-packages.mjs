import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { findCommand, runCommand, tail } from './command.mjs'
import { EXIT_INFRASTRUCTURE, SetUpError } from './report.mjs'

const POLICY = '/usr/sbin/policy-rc.d'

/** Whether we may and can install packages here; otherwise, why not. */
export function installer() {
  const debian = isDebian() && findCommand('apt-get') !== undefined
  if (!debian) return { debian, able: false, because: 'this is neither Debian nor Ubuntu' }
  if (process.getuid?.() !== 0) return { debian, able: false, because: 'you are not root' }
  return { debian, able: true, because: '' }
}

/** @param {readonly { name: string, service?: string }[]} packages */
export async function installPackages(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' }
  const apt = async (/** @type {string[]} */ ...args) => {
    const { code, output } = await runCommand('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { env })
    if (code !== 0) throw new SetUpError(`apt-get ${args.join(' ')} failed:\n${tail(output)}`, EXIT_INFRASTRUCTURE)
  }
  await apt('update')
  await withoutServices(() => apt('install', '--yes', '--no-install-recommends', ...packages.map(({ name }) => name)))
  for (const { service } of packages) if (service !== undefined) await keepOff(service)
}

/**
 * Debian starts a package's service as it installs it, unless this file says no. A policy that is already there is the
 * owner's and stays.
 *
 * @param {() => Promise<void>} work
 */
async function withoutServices(work) {
  if (existsSync(POLICY)) return work()
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  const restore = () => rmSync(POLICY, { force: true })
  const restoreAndLeave = () => {
    restore()
    process.exit(130)
  }
  process.once('SIGINT', restoreAndLeave).once('SIGTERM', restoreAndLeave)
  try {
    await work()
  } finally {
    restore()
    process.off('SIGINT', restoreAndLeave).off('SIGTERM', restoreAndLeave)
  }
}

/**
 * Not now (an existing policy may have let it start), and not at the next boot: we use the program, never the service.
 *
 * @param {string} service
 */
async function keepOff(service) {
  await runCommand('service', [service, 'stop'], { timeoutMs: 30_000 })
  await runCommand('update-rc.d', [service, 'disable'], { timeoutMs: 30_000 })
}

function isDebian() {
  if (!existsSync('/etc/os-release')) return false
  const kind = /^ID(?:_LIKE)?=(.*)$/gm
  return [...readFileSync('/etc/os-release', 'utf8').matchAll(kind)].some(([, names]) =>
    /debian|ubuntu/.test(names ?? ''),
  )
}
