/** Operations that add tasks. */
import { z } from 'zod'
import { imageTask, repositoryTask } from '../container-task.ts'
import { ADDS, defineOperation, READS } from './operation.ts'
import { fitView, jsonObject, submitOptions, submittedView } from './views.ts'

/** What few tasks need: p2p_taskqueue_submit takes it in its payload, and every agent's list of tools stays short. */
const RARE = {
  tmpfs: true,
  read_only: true,
  mounts: true,
  devices: true,
  secrets: true,
  artifacts: true,
  inputs: true,
} as const

export const submitTask = defineOperation({
  name: 'p2p_taskqueue_submit',
  title: 'Submit a task of any type',
  description:
    'Queues a task of any type for a fitting runner. Prefer the docker submits for containers; follow with p2p_taskqueue_wait_task.',
  access: 'tasks:submit',
  hints: ADDS,
  input: z.strictObject({
    task_type: z.string().min(1).max(128),
    model_name: z.string().max(256).default(''),
    payload: jsonObject(),
    ...submitOptions,
  }),
  output: submittedView,
})

export const submitImage = defineOperation({
  name: 'p2p_taskqueue_submit_docker_hub',
  title: 'Run a container image',
  description:
    'Runs an image of Docker Hub or another registry. Wait with p2p_taskqueue_wait_task; ended tasks are kept 24 hours by default.',
  access: 'tasks:submit',
  hints: { ...ADDS, openWorld: true },
  input: imageTask.omit({ ...RARE, digest: true }).extend(submitOptions),
  output: submittedView,
})

export const submitRepository = defineOperation({
  name: 'p2p_taskqueue_submit_docker_github',
  title: 'Build and run a GitHub repository',
  description:
    'Builds a Dockerfile of a GitHub repository at a fixed commit and runs it. Wait with p2p_taskqueue_wait_task.',
  access: 'tasks:submit',
  hints: { ...ADDS, openWorld: true },
  input: repositoryTask.omit({ ...RARE, submodules: true, commit: true }).extend(submitOptions),
  output: submittedView,
})

export const previewTask = defineOperation({
  name: 'p2p_taskqueue_preview',
  title: 'Judge a task without adding it',
  description:
    'Checks a submit as that submit does, image and repository included, adds nothing, and says per known peer whether it fits or the first rule that turns it down.',
  access: 'tasks:submit',
  hints: { ...READS, openWorld: true },
  input: z.strictObject({
    submit: z.enum([submitTask.name, submitImage.name, submitRepository.name]).describe('The submit to judge'),
    arguments: jsonObject().describe('Its arguments'),
  }),
  output: z.object({
    task_type: z.string(),
    summary: z.string(),
    fitting: z.int().describe('How many of the peers fit'),
    peers: z.array(fitView),
  }),
})
