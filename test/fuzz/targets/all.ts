/** Everything that parses foreign bytes, by name. A target is opened in the thread that tries it. */
import type { FuzzTarget } from '../engine/target.ts'

export const TARGETS: Readonly<Record<string, () => Promise<FuzzTarget>>> = {
  frames: async () => (await import('./streams.ts')).frames,
  'legacy-frames': async () => (await import('./streams.ts')).legacyFrames,
  negotiation: async () => (await import('./streams.ts')).negotiation,
  'container-output': async () => (await import('./streams.ts')).containerOutput,
  'engine-reports': async () => (await import('./engine-reports.ts')).engineReportLines,
  rpc: async () => (await import('./rpc.ts')).rpc,
  'stream-protocol': async () => (await import('./stream-protocol.ts')).streamProtocol,
  'log-records': async () => (await import('./stream-protocol.ts')).logRecords,
  hello: async () => (await import('./hello.ts')).openHello(),
  envelopes: async () => (await import('./signed.ts')).openEnvelopes(),
  announcements: async () => (await import('./signed.ts')).openAnnouncements(),
  comments: async () => (await import('./comments.ts')).openComments(),
  fernet: async () => (await import('./fernet.ts')).fernet,
  'legacy-stranger': async () => (await import('./legacy.ts')).stranger,
  'legacy-member': async () => (await import('./legacy.ts')).member,
  'host-policy': async () => (await import('./host-policy.ts')).hostPolicyFile,
  'artifact-tar': async () => (await import('./tars.ts')).artifactTar,
  'context-tar': async () => (await import('./tars.ts')).openContextTar(),
  dockerignore: async () => (await import('./dockerignore.ts')).dockerignore,
  'rule-patterns': async () => (await import('./rule-patterns.ts')).rulePatterns,
  webhook: async () => (await import('./webhook.ts')).openWebhook(),
  mcp: async () => (await import('./mcp.ts')).openMcp(),
}
