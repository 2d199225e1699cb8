/** A response whose body is watched on its way out, and may be cut off. */

export interface Relaying {
  /** Called once: when the last byte is out, the reader went away, or it was cut off. */
  readonly done?: () => void
  /** Once aborted, what is still to come is dropped and the body ends. */
  readonly cut?: AbortSignal | undefined
}

export function relayed(response: Response, { done, cut }: Relaying): Response {
  let open = true
  const end = (): void => {
    if (!open) return
    open = false
    done?.()
  }
  if (response.body === null) {
    end()
    return response
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      if (cut === undefined) return
      const stop = (): void => {
        if (!open) return
        end()
        controller.close()
        reader.cancel(cut.reason).catch(() => undefined)
      }
      if (cut.aborted) stop()
      else cut.addEventListener('abort', stop, { once: true })
    },
    pull: async (controller) => {
      try {
        const chunk = await reader.read()
        if (!open) return
        if (!chunk.done) {
          controller.enqueue(chunk.value)
          return
        }
        end()
        controller.close()
      } catch (thrown) {
        if (!open) return
        end()
        controller.error(thrown)
      }
    },
    cancel: async (reason) => {
      end()
      await reader.cancel(reason)
    },
  })
  return new Response(body, { status: response.status, headers: response.headers })
}
