import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/app/system.ts
import { randomBytes, randomUUID } from "node:crypto";
var systemClock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  sleep: (ms, signal) => {
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal));
    const { promise, resolve, reject } = Promise.withResolvers();
    const giveUp = () => {
      clearTimeout(timer);
      if (signal !== void 0) reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve(void 0);
    }, ms);
    signal?.addEventListener("abort", giveUp, { once: true });
    return promise;
  },
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  }
};
var systemRandom = {
  unit: () => Math.random(),
  bytes: (length) => new Uint8Array(randomBytes(length)),
  uuid: () => randomUUID()
};
function reasonOf(signal) {
  return signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}

export {
  systemClock,
  systemRandom
};
