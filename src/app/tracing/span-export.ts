/** Spans of tasks to a collector, by OpenTelemetry's own exporter: in batches, in the background, never waited for by a task. */
import { diag, SpanKind, SpanStatusCode, TraceFlags, type DiagLogger, type HrTime } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { SECOND } from '../../core/lease.ts'
import type { Logger } from '../../core/ports/clock.ts'
import type { TaskSpan } from './task-spans.ts'

export interface SpanExportOptions {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly peer: string
  readonly runnerName: string
  readonly version: string
  readonly log: Logger
}

export interface SpanExport {
  add(spans: readonly TaskSpan[]): void
  /** Sends what is left, for as long as a stop may take. */
  stop(): Promise<void>
}

const SEND_EVERY_MS = SECOND
const TIMEOUT_MS = 5 * SECOND
/** Beyond, the newest are dropped: a collector that is away costs this much memory. */
const MOST_WAITING = 4_096

export function createSpanExport({ url, headers, peer, runnerName, version, log }: SpanExportOptions): SpanExport {
  diag.setLogger(diagnosticsTo(log))
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: TIMEOUT_MS })
  const batches = new BatchSpanProcessor({
    exporter,
    ...{ scheduledDelayMillis: SEND_EVERY_MS, exportTimeoutMillis: TIMEOUT_MS, maxQueueSize: MOST_WAITING },
  })
  const resource = resourceFromAttributes({
    ...{ 'service.name': 'runner-mesh', 'service.version': version, 'service.instance.id': peer },
    'host.name': runnerName,
  })
  const toReadable = (span: TaskSpan): ReadableSpan => {
    const { name, traceId, spanId, parentId, startMs, endMs, failed, attributes } = span
    const contextOf = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED })
    return {
      name,
      kind: SpanKind.INTERNAL,
      spanContext: () => contextOf(spanId),
      ...(parentId === undefined ? {} : { parentSpanContext: contextOf(parentId) }),
      startTime: toHrTime(startMs),
      endTime: toHrTime(endMs),
      duration: toHrTime(Math.max(0, endMs - startMs)),
      status: failed === undefined ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: failed },
      attributes,
      links: [],
      events: [],
      ended: true,
      resource,
      instrumentationScope: { name: 'runner-mesh', version },
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    }
  }
  return {
    add: (spans) => {
      for (const span of spans) batches.onEnd(toReadable(span))
    },
    stop: async () => {
      await batches.shutdown()
      diag.disable()
    },
  }
}

function toHrTime(ms: number): HrTime {
  return [Math.floor(ms / SECOND), Math.round((ms % SECOND) * 1_000_000)]
}

/** A collector that is away is worth a line, not a task. */
function diagnosticsTo(log: Logger): DiagLogger {
  const tell = (message: string): void => log.warn('traces.export_failed', { message: message.slice(0, 500) })
  const pass = (): void => undefined
  return { error: tell, warn: tell, info: pass, debug: pass, verbose: pass }
}
