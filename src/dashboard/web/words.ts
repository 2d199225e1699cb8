/** Durations, sizes and instants as people read them. */

export function durationText(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms))} ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${String(minutes)} min ${String(Math.floor(seconds % 60))} s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${String(hours)} h ${String(minutes % 60)} min` : `${String(Math.floor(hours / 24))} d`
}

export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1)} ${units[unit] ?? ''}`
}

/** Local time; the day only when it is another. */
export function instantText(at: number, now: number): string {
  const then = new Date(at)
  const time = then.toLocaleTimeString(undefined, { hour12: false })
  return then.toDateString() === new Date(now).toDateString() ? time : `${then.toLocaleDateString()} ${time}`
}

/** The end of a long id tells it from others; the whole stands in the title. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `…${id.slice(-10)}`
}
