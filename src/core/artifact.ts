/** Files that a task leaves behind, and files it is given: named by where they were, known by what is in them. */
import { z } from 'zod'

export interface Artifact {
  /** Absolute, as it was in the container. */
  readonly path: string
  readonly bytes: number
  /** SHA-256 of the content, 64 lowercase hexadecimal digits. */
  readonly sha256: string
}

export interface ArtifactLimits {
  /** Files of one attempt. */
  readonly files: number
  /** Bytes of one attempt's files together. */
  readonly bytes: number
}

export const ARTIFACT_LIMITS: ArtifactLimits = { files: 256, bytes: 1024 * 1_048_576 }

/** Where a container finds its inputs, read-only. */
export const INPUTS_DIRECTORY = '/inputs'

/** Absolute, and nothing in it that climbs. */
const artifactPath = z
  .string()
  .max(1024)
  .regex(/^\/(?!.*(?:^|\/)\.\.?(?:\/|$))[^\0]*[^\0/]$/, 'is not an absolute path such as /out/report.txt')

/** A file, or a folder with all the files in it. */
export const artifactPaths = z
  .array(artifactPath)
  .max(64)
  .describe('Files and folders to keep when the container has ended, by absolute path')

const inputName = z
  .string()
  .max(255)
  .regex(/^(?!\.)[^\0/]+(?:\/(?!\.)[^\0/]+){0,7}$/, `is not a relative path such as model.bin`)
  .describe(`Where it stands below ${INPUTS_DIRECTORY}`)

const inputReference = z.union([
  z.strictObject({
    name: inputName,
    task_id: z.string().min(1).max(64).describe('The task that left it'),
    path: artifactPath.describe('As that task named it'),
  }),
  z.strictObject({
    name: inputName,
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256 in hexadecimal'),
  }),
])
export type InputReference = z.output<typeof inputReference>

export const inputReferences = z
  .array(inputReference)
  .max(64)
  .refine((inputs) => new Set(inputs.map(({ name }) => name)).size === inputs.length, 'names one place twice')
  .describe(`Artifacts of the submitter’s other tasks, put read-only below ${INPUTS_DIRECTORY}`)

const artifactEntry = z.object({
  path: z.string().max(4096),
  bytes: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})

/** The references that a result carries; a result without any, or with strange ones, has none. */
export function artifactsOf(result: unknown): readonly Artifact[] {
  const parsed = z.object({ artifacts: z.array(artifactEntry).max(ARTIFACT_LIMITS.files) }).safeParse(result)
  return parsed.success ? parsed.data.artifacts : []
}
