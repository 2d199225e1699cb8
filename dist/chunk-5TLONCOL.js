import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/core/time-limit.ts
var TimeLimit = class {
  #clock;
  #ms;
  #controller = new AbortController();
  #late;
  #clear = () => void 0;
  /**
   * @param ms from now
   * @param why what the work ends with: the message of a plain error, or what makes another
   */
  constructor(clock, ms, why) {
    this.#clock = clock;
    this.#ms = ms;
    this.#late = typeof why === "string" ? () => new Error(why) : why;
    this.rearm();
  }
  /** Aborted when the time is up, with the error of the limit. */
  get signal() {
    return this.#controller.signal;
  }
  /** @returns a signal that is aborted by the limit or by another, whichever comes first, with its reason */
  or(other) {
    return other === void 0 ? this.signal : AbortSignal.any([other, this.signal]);
  }
  /** The whole time anew: of work that may take long, but not pause for long. */
  rearm() {
    this.#clear();
    this.#clear = this.#clock.after(this.#ms, () => this.#controller.abort(this.#late()));
  }
  [Symbol.dispose]() {
    this.#clear();
  }
};

export {
  TimeLimit
};
