/** Whether what is sent to a URL can be read on its way. */

const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/

/** @returns a warning in one line; undefined where the bytes are encrypted, or stay inside this machine */
export function plainHttpWarning(url: string): string | undefined {
  const { protocol, hostname, origin } = new URL(url)
  if (protocol !== 'http:' || LOOPBACK.test(hostname)) return undefined
  return `warning: the token goes to ${origin} unencrypted, readable for everybody on the way. Ask an https:// URL (a proxy in front of the peer), through an SSH tunnel, or by --peer through the mesh.`
}
