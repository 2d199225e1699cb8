import type Docker from 'dockerode'

export type Engine = Docker
