/** Names of task types on the predecessor's wire, and the spellings that its claims take for one. */
import { CONTAINER_TYPES } from '../../core/container-task.ts'
import { canonicalTaskType } from '../../core/task-aliases.ts'

/** The first of each is the name it uses itself. */
const SPELLINGS: readonly (readonly [string, ...string[]])[] = [
  ['text-generation', 'text_generation', 'generation'],
  ['text2text-generation', 'text2text_generation', 'text2text'],
  ['embedding', 'embeddings', 'text-embedding', 'text_embedding', 'text_embeddings'],
  ['text-classification', 'text_classification'],
  ['hf.pipeline', 'hf_pipeline'],
  ['llm.generate', 'llm_generate'],
  ['multimodal-generation', 'multimodal_generation', 'vision-generation', 'vision_generation'],
  ['tool.call', 'tool'],
  ['voice.tts', 'voice_tts', 'voice-tts', 'tts', 'text-to-speech', 'text_to_speech'],
  [
    ...(['voice.asr', 'voice_asr', 'voice-asr', 'voice.stt', 'voice_stt', 'voice-stt', 'asr', 'stt'] as const),
    ...['speech-to-text', 'speech_to_text', 'automatic-speech-recognition', 'automatic_speech_recognition'],
  ],
  [
    ...(['voice.audio-validate', 'voice.audio_validate', 'voice_audio_validate', 'voice-audio-validate'] as const),
    ...['audio-validate', 'audio_validate', 'audio-validation', 'audio_validation'],
  ],
]

/** What a worker of the predecessor must list to be given our two container types, its usual name first. */
export const CONTAINER_SPELLINGS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  [CONTAINER_TYPES.image]: ['docker.execute', 'docker.run', 'docker.hub', 'docker.execute_docker_container'],
  [CONTAINER_TYPES.repository]: ['docker.github', 'docker.github_repo', 'docker.build_and_execute_github_repo'],
}

/** Spellings of each type that a claim names, as its queue expands them. */
export function expandTaskTypes(names: readonly string[]): readonly string[] {
  const expanded = names.flatMap((raw) => {
    const name = raw.trim().toLowerCase()
    return name === '' ? [] : (SPELLINGS.find((spellings) => spellings.includes(name)) ?? [name])
  })
  return [...new Set(expanded)]
}

/** In our names, for a claim or a list. */
export function toOurTypes(names: readonly string[]): readonly string[] {
  return [...new Set(names.map(canonicalTaskType))]
}

/** @param asked the spellings the other side listed; the first of them that means the type is answered */
export function toWireType(type: string, asked: readonly string[] = []): string {
  const spellings = CONTAINER_SPELLINGS[type]
  if (spellings === undefined) return type
  return asked.find((name) => spellings.includes(name)) ?? spellings[0]
}

/** A list, or a string with commas between. */
export function typeNames(value: unknown): readonly string[] {
  const names = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : []
  return names
    .filter((name): name is string => typeof name === 'string')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}
