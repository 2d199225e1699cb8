/**
 * A machine of the simulated world: a clock of its own, which may run fast or slow and whose wall time may be hours off
 * and step, and processes that run on it until they are killed. A paused machine does nothing; when it goes on, its timers
 * run before it reads what came over the network meanwhile, as a process that was stopped does.
 */
import type { Clock } from '../../src/core/ports/clock.ts'
import { sleepBy } from '../support/timer-heap.ts'
import type { EventLoop } from './event-loop.ts'

const EPOCH = 1_800_000_000_000

export interface ClockFaults {
  /** Own milliseconds per millisecond of the world. */
  readonly rate: number
  /** How far the wall clock is off, milliseconds. */
  readonly wallOffset: number
}

export class Machine {
  readonly name: string
  readonly #loop: EventLoop
  readonly #rate: number
  #wallOffset: number
  #paused = false
  /** What fell due or came in while it was paused. */
  #timersDue: (() => void)[] = []
  #arrived: (() => void)[] = []

  constructor(name: string, loop: EventLoop, { rate, wallOffset }: ClockFaults) {
    this.name = name
    this.#loop = loop
    this.#rate = rate
    this.#wallOffset = wallOffset
  }

  get paused(): boolean {
    return this.#paused
  }

  mono(): number {
    return this.#loop.now * this.#rate
  }

  stepWall(ms: number): void {
    this.#wallOffset += ms
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    const waiting = [...this.#timersDue, ...this.#arrived]
    this.#timersDue = []
    this.#arrived = []
    for (const run of waiting) this.#loop.after(0, run)
  }

  /** Something comes in from outside. */
  receive(callback: () => void): void {
    if (this.#paused) this.#arrived.push(callback)
    else callback()
  }

  process(): Process {
    return new Process(this, this.#loop, this.#rate, () => EPOCH + Math.floor(this.mono() + this.#wallOffset))
  }

  /** @internal A timer of one of its processes. */
  timerDue(callback: () => void): void {
    if (this.#paused) this.#timersDue.push(callback)
    else callback()
  }
}

/** A process. Once killed no timer of it fires again. */
export class Process implements Clock {
  readonly #machine: Machine
  readonly #loop: EventLoop
  readonly #rate: number
  readonly #wall: () => number
  #killed = false

  constructor(machine: Machine, loop: EventLoop, rate: number, wall: () => number) {
    this.#machine = machine
    this.#loop = loop
    this.#rate = rate
    this.#wall = wall
  }

  get alive(): boolean {
    return !this.#killed
  }

  kill(): void {
    this.#killed = true
  }

  now(): number {
    return this.#wall()
  }

  mono(): number {
    return this.#machine.mono()
  }

  after(ms: number, callback: () => void): () => void {
    let over = this.#killed
    const fire = (): void => {
      if (over || this.#killed) return
      over = true
      callback()
    }
    const cancel = this.#loop.after(Math.max(0, ms) / this.#rate, () => {
      this.#machine.timerDue(fire)
    })
    return () => {
      over = true
      cancel()
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepBy((due, callback) => this.after(due, callback), ms, signal)
  }
}
