/** All handlers of the catalog, from their subjects. */
import type { Handlers } from '../../core/operations/catalog.ts'
import { createCacheHandlers } from './cache-handlers.ts'
import { createCronHandlers } from './cron-handlers.ts'
import type { HandlerDeps } from './context.ts'
import { createOutputHandlers } from './output-handlers.ts'
import { createPauseHandlers } from './pause-handlers.ts'
import { createPeerHandlers } from './peer-handlers.ts'
import { createReadHandlers } from './read-handlers.ts'
import { createReportHandlers } from './report-handlers.ts'
import { createSchedulerHandlers } from './scheduler-handlers.ts'
import { createSubmitHandlers } from './submit-handlers.ts'
import { createToolHandlers } from './tool-handlers.ts'
import { createUpkeepHandlers } from './upkeep-handlers.ts'
import { createWorkHandlers } from './work-handlers.ts'

export function createHandlers(deps: HandlerDeps): Handlers {
  return {
    ...createSubmitHandlers(deps),
    ...createReadHandlers(deps),
    ...createPeerHandlers(deps),
    ...createWorkHandlers(deps),
    ...createUpkeepHandlers(deps),
    ...createOutputHandlers(deps),
    ...createPauseHandlers(deps),
    ...createReportHandlers(deps),
    ...createCronHandlers(deps),
    ...createCacheHandlers(deps),
    ...createSchedulerHandlers(deps),
    ...createToolHandlers(deps),
  }
}
