/**
 * Tools that answer with a handle, over the product's own task layer: their tasks live in the fake queue and are followed and
 * cancelled through the handlers that ship. Not here: tools that ask for input in mid-task, or whose task ends in a fault of
 * the protocol. No task of ours does either.
 */
import type { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { systemClock } from '../../src/app/system.ts'
import type { Caller } from '../../src/core/operations/operation.ts'
import { isTerminal } from '../../src/core/task.ts'
import { asHandle } from '../../src/mcp/tools/tasks-extension.ts'
import type { FakeOperations, FakeTask } from '../fakes/fake-operations.ts'

export function addTaskFixtures(server: McpServer, fake: FakeOperations, caller: Caller): void {
  const seat = { caller }
  const end = (task: FakeTask, status: 'completed' | 'failed'): void => {
    if (!isTerminal(task.status)) fake.change(task.task_id, { status })
  }
  const answerOf = ({ task_id, status }: FakeTask) => ({
    content: [{ type: 'text' as const, text: `${task_id} ${status}` }],
    structuredContent: { ok: true, task_id },
  })

  server.registerTool(
    'greet',
    { description: 'Fixture that makes no task', inputSchema: z.object({ name: z.string() }) },
    ({ name }) => ({ content: [{ type: 'text', text: `Hello, ${name}!` }] }),
  )
  server.registerTool(
    'slow_compute',
    {
      description: 'Fixture that makes a task',
      inputSchema: z.object({ seconds: z.number(), label: z.string().optional() }),
    },
    async ({ seconds }, { mcpReq }) => {
      const task = fake.submit(caller.principal, { status: 'running' })
      if (seconds === 0) end(task, 'completed')
      else systemClock.after(seconds * 1000, () => end(task, 'completed'))
      return asHandle(fake, seat, answerOf(task), mcpReq)
    },
  )
  server.registerTool(
    'failing_job',
    { description: 'Fixture whose task fails', inputSchema: z.object({}) },
    async (_args, { mcpReq }) => {
      const task = fake.submit(caller.principal, { status: 'running' })
      systemClock.after(1000, () => end(task, 'failed'))
      return asHandle(fake, seat, answerOf(task), mcpReq)
    },
  )
}
