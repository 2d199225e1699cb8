import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)

// src/mcp/access/rate-limit.ts
var RATE_LIMIT_SETTINGS = { perSecond: 100, burst: 500 };
var MANY = 1e4;
var RateLimit = class {
  #clock;
  #settings;
  /** Principals are known before they get here; those that have been quiet are forgotten once there are many. */
  #budgets = /* @__PURE__ */ new Map();
  constructor(clock, settings) {
    this.#clock = clock;
    this.#settings = settings;
  }
  /** @returns milliseconds until the next request has a chance; 0 when this one may pass */
  take(principal) {
    const { perSecond, burst } = this.#settings;
    const now = this.#clock.mono();
    if (this.#budgets.size >= MANY) this.#forgetQuiet(now);
    const budget = this.#budgets.get(principal) ?? { left: burst, countedAt: now };
    this.#budgets.set(principal, budget);
    budget.left = Math.min(burst, budget.left + (now - budget.countedAt) / 1e3 * perSecond);
    budget.countedAt = now;
    if (budget.left < 1) return Math.ceil((1 - budget.left) / perSecond * 1e3);
    budget.left -= 1;
    return 0;
  }
  #forgetQuiet(now) {
    const { perSecond, burst } = this.#settings;
    const fullAgainMs = burst / perSecond * 1e3;
    for (const [principal, { countedAt }] of this.#budgets) {
      if (now - countedAt >= fullAgainMs) this.#budgets.delete(principal);
    }
  }
};

export {
  RATE_LIMIT_SETTINGS,
  RateLimit
};
