/** The catalog as MCP tools: what each advertises, and who sees which. Made once; a server is built from it per call. */
import type { CallToolResult, StandardSchemaWithJSON, ToolAnnotations } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { CATALOG, isOperationName, type OperationName } from '../../core/operations/catalog.ts'
import { parseInput } from '../../core/operations/invoke.ts'
import { isAllowed, type Access, type Call, type Operation } from '../../core/operations/operation.ts'
import { submitOptions, taskIdField } from '../../core/operations/views.ts'
import { acceptArguments, type Arguments } from './accepted-arguments.ts'
import { DRY_RUN_INPUT, DRY_RUN_OUTPUT, invokeSubmit, isSubmit } from './dry-run.ts'
import { invokeWithLog, LOG_INPUT, LOG_OUTPUT, LOG_TOOLS } from './log-arguments.ts'
import { QUEUED_OUTPUT } from './queued-reason.ts'
import { askPeer, type ToolMeans } from '../peers/remote-call.ts'
import { failed, succeeded, type Answer } from './tool-answer.ts'
import { advertiseInput, advertiseOutput, passing, type AdvertiseOptions, type Schema } from './tool-schema.ts'
import { isInView, TOOL_NAMES, type View } from './tool-sets.ts'

export interface CatalogTool {
  readonly name: OperationName
  readonly title: string
  readonly description: string
  /** Its answer names a new task. */
  readonly submits: boolean
  readonly annotations: Required<ToolAnnotations>
  readonly input: Schema
  readonly output: Schema
  readonly inputSchema: StandardSchemaWithJSON
  readonly outputSchema: StandardSchemaWithJSON
  /** @param args foreign @param onInternal told of faults that are ours; the caller hears no details of them */
  run(args: unknown, means: ToolMeans, call: Call, onInternal: (thrown: unknown) => void): Promise<CallToolResult>
}

export interface CatalogTools {
  /** In the fixed order, so that a client's prompt cache holds. */
  visible(view: View, access: ReadonlySet<Access>): readonly CatalogTool[]
}

export function createCatalogTools(): CatalogTools {
  const tools = TOOL_NAMES.flatMap((name) => (isOperationName(name) ? [toTool(CATALOG[name])] : []))
  const cancelOnly = toCancelTool()
  return {
    visible: (view, access) =>
      tools.flatMap((tool) => {
        if (!isInView(view, tool.name) || (view.readOnly && !tool.annotations.readOnlyHint)) return []
        if (!isAllowed(CATALOG[tool.name], access)) return []
        if (tool.name !== cancelOnly.name) return [tool]
        // Settling is work; an agent ends tasks only by cancelling them.
        if (view.set !== 'agent' && access.has('tasks:work')) return [tool]
        return access.has('tasks:cancel') ? [cancelOnly] : []
      }),
  }
}

/** Fields of the container submits that p2p_taskqueue_submit explains, or that few tasks set. */
const UNCOMMON: ReadonlySet<string> = new Set([
  ...Object.keys(submitOptions).filter((name) => !['requires', 'clocks'].includes(name)),
  'working_dir',
  'user',
  'stdin',
  'disk_mb',
  'pids',
  'shm_mb',
  'gpus',
  'target',
  'build_args',
  'profile',
  'entrypoint',
  'artifacts',
  'inputs',
])

/** What the submit of an image spells out, which is in every set that the others are in. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(['requires', 'clocks', 'dry_run'])

const ADVERTISED: Partial<Readonly<Record<string, AdvertiseOptions>>> = {
  p2p_taskqueue_submit: { foldObjects: true, uncommon: TOLD_ELSEWHERE },
  p2p_taskqueue_submit_docker_hub: { foldObjects: true, uncommon: UNCOMMON },
  p2p_taskqueue_submit_docker_github: {
    foldObjects: true,
    uncommon: new Set([...UNCOMMON, ...TOLD_ELSEWHERE]),
  },
}

type NamedOperation = Operation & { readonly name: OperationName }

function toTool(operation: NamedOperation): CatalogTool {
  return makeTool(operation, advertiseInput(inputOf(operation), ADVERTISED[operation.name] ?? {}))
}

function inputOf({ name, input }: NamedOperation): z.ZodObject {
  if (isSubmit(name)) return input.extend(DRY_RUN_INPUT)
  return LOG_TOOLS[name]?.takesMore === true ? input.extend(LOG_INPUT) : input
}

function outputOf({ name, output }: NamedOperation): z.ZodObject {
  if (isSubmit(name)) return output.extend(DRY_RUN_OUTPUT)
  return LOG_TOOLS[name] === undefined ? output : output.extend({ ...LOG_OUTPUT, ...QUEUED_OUTPUT })
}

/** What the tool does with input that is meant for this peer: the operation, and what the tool adds to it. */
function invokeTool(
  name: OperationName,
  input: Arguments,
  operations: ToolMeans['operations'],
  call: Call,
): Promise<Answer> {
  const log = LOG_TOOLS[name]
  if (isSubmit(name)) return invokeSubmit(name, input, operations, call)
  return log === undefined ? operations.invoke(name, input, call) : invokeWithLog(name, input, log, operations, call)
}

/** p2p_taskqueue_complete_task as agents have it: there is no cancel tool among the fixed names. */
function toCancelTool(): CatalogTool {
  const operation = CATALOG.p2p_taskqueue_complete_task
  const input = z.strictObject({ task_id: taskIdField, status: z.enum(['cancelled']) })
  return makeTool(
    {
      ...operation,
      input,
      title: 'Cancel a task',
      description: 'Cancels a task in any state. A running one ends once its container is proven gone.',
    },
    advertiseInput(input),
    (args) => parseInput(input, args),
  )
}

function makeTool(
  operation: NamedOperation,
  input: Schema,
  prepare = (args: Arguments): Arguments => args,
): CatalogTool {
  const { name, title, description, hints } = operation
  const output = advertiseOutput(outputOf(operation))
  const known = {
    fields: new Set(Object.keys(input['properties'] as Schema)),
    required: new Set((input['required'] as readonly string[] | undefined) ?? []),
  }
  return {
    name,
    title,
    description,
    submits: isSubmit(name),
    annotations: {
      title,
      readOnlyHint: hints.readOnly,
      destructiveHint: hints.destructive,
      idempotentHint: hints.idempotent,
      openWorldHint: hints.openWorld,
    },
    input,
    output,
    inputSchema: passing(input),
    outputSchema: passing(output),
    run: async (args, means, call, onInternal) => {
      try {
        const { args: accepted, target } = acceptArguments(name, args, known)
        const input = prepare(accepted)
        const asked = target === undefined ? undefined : await askPeer(operation, input, target, means, call)
        return asked ?? succeeded(name, await invokeTool(name, input, means.operations, call))
      } catch (thrown) {
        return failed(thrown, onInternal)
      }
    },
  }
}
