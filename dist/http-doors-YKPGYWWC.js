import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  bearerOf,
  createCommandsDoor,
  demandKnownHost,
  demandOwnOrigin,
  readJsonBody,
  sendBody,
  sendRefusal
} from "./chunk-WDPDJXVL.js";
import {
  MCP_DOOR_SETTINGS,
  METADATA_PATH,
  createHttpAccess,
  createMcpDoor
} from "./chunk-BNGFOVGJ.js";
import "./chunk-RQDKTAT3.js";
import {
  TASK_TOKEN_PREFIX
} from "./chunk-DC2QAJQC.js";
import {
  hashOf,
  listTokens,
  tokensVersion
} from "./chunk-ARNJXJEN.js";
import {
  VERSION
} from "./chunk-5O3QGL45.js";
import {
  findOrMakeSecret
} from "./chunk-LVE5RFV7.js";
import "./chunk-ZBXPZSY4.js";
import "./chunk-LETVMTOF.js";
import "./chunk-S47DI6UA.js";
import "./chunk-E7OQD5XO.js";
import "./chunk-7IKXLO6M.js";
import {
  ARTIFACT_CHUNK_BYTES,
  CATALOG,
  isOperationName
} from "./chunk-VKJLFJSI.js";
import "./chunk-C6YG63S3.js";
import "./chunk-QYPJREVZ.js";
import "./chunk-SNT4N2C2.js";
import "./chunk-H2NID2FT.js";
import "./chunk-CPRLEEKS.js";
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import "./chunk-SE7QIB46.js";
import "./chunk-LG2VQSGP.js";
import "./chunk-R56T724L.js";
import {
  HOUR,
  MINUTE,
  SECOND
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  cleanText
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText,
  toErrorView
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __export,
  __using
} from "./chunk-GGYFKO7C.js";

// src/app/http/http-doors.ts
import { join } from "node:path";

// src/dashboard/artifact-download.ts
import { once } from "node:events";
async function sendArtifact(res, operations, call, asked) {
  const attempt = asked.get("attempt");
  const what = {
    task_id: asked.get("task_id") ?? "",
    path: asked.get("path") ?? "",
    ...attempt === null ? {} : { attempt: Number(attempt) },
    max_bytes: ARTIFACT_CHUNK_BYTES
  };
  const read = (offset) => operations.call("p2p_taskqueue_read_artifact", { ...what, offset }, call);
  let piece = await read(0);
  const name = what.path.slice(what.path.lastIndexOf("/") + 1);
  res.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": piece.bytes,
    "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, escapeByte)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store"
  });
  for (; ; ) {
    const data = Buffer.from(piece.data, "base64");
    if (!res.write(data)) await once(res, "drain", { signal: call.signal });
    const next = piece.offset + data.length;
    if (next >= piece.bytes) break;
    if (data.length === 0) throw new RunnerMeshError("storage_failed", "The file ends before its end.");
    piece = await read(next);
  }
  res.end();
}
var escapeByte = (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

// src/dashboard/changes.ts
var GATHER_MS = 250;
var BEAT_MS = 20 * SECOND;
var MOST_NAMED = 50;
var MOST_OPEN = 64;
var MOST_UNREAD_BYTES = 262144;
var Changes = class {
  #deps;
  #open = 0;
  constructor(deps) {
    this.#deps = deps;
  }
  /** Keeps the answer open until the page or the session goes. @throws RunnerMeshError rate_limited */
  stream(res, session) {
    if (this.#open >= MOST_OPEN)
      throw new RunnerMeshError("rate_limited", "Too many pages are open. Close one, then reload.");
    this.#open += 1;
    const { events, clock } = this.#deps;
    let tasks = /* @__PURE__ */ new Set();
    let isMany = false;
    let peers = false;
    let cancelTimer;
    let cancelBeat = () => void 0;
    const send = (text) => {
      if (res.writableLength > MOST_UNREAD_BYTES) res.destroy();
      else res.write(text);
    };
    const tell = async () => {
      const named = [...tasks];
      const notice = { many: isMany, peers };
      tasks = /* @__PURE__ */ new Set();
      isMany = peers = false;
      cancelTimer = void 0;
      const seen = notice.many ? [] : await this.#visible(named, session);
      const isNews = notice.many || notice.peers || seen.length > 0;
      if (isNews && !res.destroyed) send(`event: change
data: ${JSON.stringify({ tasks: seen, ...notice })}

`);
    };
    const unlisten = events.listen((event) => {
      if (event.name === "peer.joined" || event.name === "peer.left") peers = true;
      else if ("taskId" in event) {
        if (tasks.size < MOST_NAMED) tasks.add(event.taskId);
        else isMany = true;
      } else return;
      cancelTimer ??= clock.after(GATHER_MS, () => void tell());
    });
    const beat = () => {
      cancelBeat = clock.after(BEAT_MS, () => {
        send(": still here\n\n");
        beat();
      });
    };
    const end = () => {
      res.end();
    };
    res.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
      "x-content-type-options": "nosniff"
    });
    send("retry: 2000\n\n");
    beat();
    session.ended.addEventListener("abort", end);
    res.once("close", () => {
      this.#open -= 1;
      unlisten();
      cancelTimer?.();
      cancelBeat();
      session.ended.removeEventListener("abort", end);
    });
  }
  /** A page whose token is no administrator's hears of its own tasks only. */
  async #visible(named, { caller, ended }) {
    if (caller.access.has("admin")) return named;
    const call = { caller, signal: ended, progress: () => void 0 };
    const looks = await Promise.allSettled(
      named.map((task_id) => this.#deps.operations.call("p2p_taskqueue_get_task", { task_id }, call))
    );
    return named.filter((_, index) => looks[index]?.status === "fulfilled");
  }
};

// src/dashboard/page-files.ts
var FILES = {
  "page.html": {
    "type": "text/html; charset=utf-8",
    "body": '<!doctype html>\n<html lang="en">\n  <head>\n    <meta charset="utf-8" />\n    <meta name="viewport" content="width=device-width, initial-scale=1" />\n    <meta name="color-scheme" content="light dark" />\n    <title>runner-mesh</title>\n    <link rel="icon" href="/dashboard/icon.svg" type="image/svg+xml" />\n    <link rel="stylesheet" href="/dashboard/style.css" />\n    <script type="module" src="/dashboard/main.js"></script>\n  </head>\n  <body>\n    <noscript>The dashboard needs JavaScript, which this peer serves itself.</noscript>\n  </body>\n</html>\n'
  },
  "style.css": {
    "type": "text/css; charset=utf-8",
    "body": ":root {\n  color-scheme: light dark;\n  --page: light-dark(#f6f7f9, #0f1419);\n  --card: light-dark(#ffffff, #182028);\n  --line: light-dark(#d5dae1, #2e3944);\n  --text: light-dark(#1a2129, #e3e8ee);\n  --soft: light-dark(#55606d, #a2aebb);\n  --accent: light-dark(#0b5cad, #6db3f8);\n  --good: light-dark(#14713d, #58c98a);\n  --bad: light-dark(#b3261e, #ff8a80);\n  --warn: light-dark(#8a5300, #f0b45b);\n  --log: light-dark(#fbfcfd, #0b0f13);\n  font:\n    15px/1.5 system-ui,\n    sans-serif;\n}\n* {\n  box-sizing: border-box;\n}\n[hidden] {\n  display: none !important;\n}\nbody {\n  margin: 0;\n  background: var(--page);\n  color: var(--text);\n  overflow-wrap: anywhere;\n}\na {\n  color: var(--accent);\n}\n:focus-visible {\n  outline: 2px solid var(--accent);\n  outline-offset: 2px;\n}\nmain:focus {\n  outline: none;\n}\n.skip {\n  position: absolute;\n  left: -999px;\n}\n.skip:focus {\n  left: 8px;\n  top: 8px;\n  z-index: 2;\n  padding: 8px;\n  background: var(--card);\n}\nheader {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 4px 18px;\n  align-items: center;\n  padding: 8px 16px;\n  background: var(--card);\n  border-bottom: 1px solid var(--line);\n}\nheader:empty {\n  display: none;\n}\n.brand {\n  font-weight: 700;\n  color: inherit;\n  text-decoration: none;\n}\nnav {\n  display: flex;\n  gap: 14px;\n  flex: 1 0 auto;\n  white-space: nowrap;\n}\nnav a {\n  padding: 4px 0;\n  text-decoration: none;\n  color: var(--soft);\n}\nnav a[aria-current] {\n  color: var(--text);\n  box-shadow: inset 0 -2px var(--accent);\n}\n.standing {\n  color: var(--warn);\n}\n.who,\n.hint,\n.when {\n  color: var(--soft);\n}\nmain {\n  max-width: 1180px;\n  margin: 0 auto;\n  padding: 16px;\n}\nh1 {\n  font-size: 1.35rem;\n  margin: 0 0 12px;\n}\nh2 {\n  font-size: 1rem;\n  margin: 0 0 10px;\n}\n.card {\n  background: var(--card);\n  border: 1px solid var(--line);\n  border-radius: 8px;\n  padding: 14px;\n  margin: 0 0 16px;\n}\nbutton,\ninput,\nselect {\n  font: inherit;\n  color: inherit;\n  background: var(--card);\n  border: 1px solid var(--soft);\n  border-radius: 6px;\n  padding: 5px 10px;\n  min-height: 34px;\n}\nbutton {\n  cursor: pointer;\n}\n.primary {\n  background: light-dark(#0b5cad, #1c5c9c);\n  border-color: transparent;\n  color: #fff;\n}\n.danger {\n  border-color: var(--bad);\n  color: var(--bad);\n}\n.fault {\n  color: var(--bad);\n  border-left: 3px solid var(--bad);\n  padding-left: 10px;\n}\n.login {\n  max-width: 420px;\n  margin: 10vh auto 0;\n  display: grid;\n  gap: 10px;\n}\n.login h1,\n.login p {\n  margin: 0;\n}\n.tiles {\n  display: grid;\n  grid-template-columns: repeat(auto-fit, minmax(104px, 1fr));\n  gap: 10px;\n  margin-bottom: 16px;\n}\n.tile {\n  display: grid;\n  padding: 10px 12px;\n  background: var(--card);\n  border: 1px solid var(--line);\n  border-radius: 8px;\n  color: inherit;\n  text-decoration: none;\n}\n.tile .value {\n  font-size: 1.5rem;\n  font-weight: 600;\n  font-variant-numeric: tabular-nums;\n}\n.tile .name {\n  color: var(--soft);\n}\n.is-failed .value {\n  color: var(--bad);\n}\n.charts {\n  display: grid;\n  grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));\n  gap: 20px;\n}\n.chart {\n  margin: 0;\n}\n.chart figcaption {\n  display: flex;\n  flex-wrap: wrap;\n  justify-content: space-between;\n  gap: 0 12px;\n}\n.chart figcaption span {\n  color: var(--soft);\n}\n.plot svg {\n  display: block;\n  width: 100%;\n  height: 96px;\n}\n.axis {\n  stroke: var(--line);\n}\n.bar-completed {\n  fill: var(--good);\n  --mark: var(--good);\n}\n.bar-failed {\n  fill: var(--bad);\n  --mark: var(--bad);\n}\n.bar-cancelled {\n  fill: var(--soft);\n  --mark: var(--soft);\n}\n.bar-wait {\n  fill: var(--accent);\n}\n.legend {\n  display: flex;\n  gap: 14px;\n  list-style: none;\n  padding: 0;\n  margin: 6px 0 0;\n  color: var(--soft);\n}\n.legend li::before {\n  content: '';\n  display: inline-block;\n  width: 10px;\n  height: 10px;\n  margin-right: 6px;\n  background: var(--mark);\n}\n.mesh-room {\n  display: grid;\n  grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);\n  gap: 16px;\n  align-items: start;\n}\n.mesh {\n  width: 100%;\n  max-height: 460px;\n}\n.mesh text {\n  text-anchor: middle;\n  fill: var(--text);\n  font-size: 12px;\n  paint-order: stroke;\n  stroke: var(--card);\n  stroke-width: 3px;\n}\nmain .fill > .card {\n  margin-top: 14px;\n}\n.mesh .count {\n  stroke: none;\n  font-size: 11px;\n}\n.mesh .body {\n  fill: var(--page);\n  stroke: var(--line);\n  stroke-width: 4;\n}\n.mesh .self .body {\n  fill: light-dark(#dcebfb, #16344f);\n}\n.mesh .load {\n  fill: none;\n  stroke: var(--good);\n  stroke-width: 4;\n}\n.mesh .crowded .load {\n  stroke-width: 20;\n}\n.mesh .crowded.self .body {\n  stroke: var(--accent);\n}\n.mesh .far .body {\n  stroke: var(--warn);\n  stroke-dasharray: 8 6;\n}\n.mesh .gone {\n  opacity: 0.45;\n}\n.mesh .link {\n  stroke: var(--accent);\n  stroke-width: 1.5;\n}\n.mesh .relayed {\n  stroke: var(--warn);\n  stroke-dasharray: 5 4;\n}\n.scroll {\n  overflow-x: auto;\n}\ntable {\n  border-collapse: collapse;\n  width: 100%;\n  overflow-wrap: break-word;\n}\nth,\ntd {\n  text-align: left;\n  padding: 5px 10px 5px 0;\n  border-bottom: 1px solid var(--line);\n}\nth {\n  font-weight: 600;\n}\n.filters {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 8px 12px;\n}\n.filters label,\n.bar label {\n  display: grid;\n  color: var(--soft);\n  font-size: 0.85rem;\n}\n.filters input {\n  width: 150px;\n}\n.virtual {\n  position: relative;\n  overflow: auto;\n  height: min(70vh, 900px);\n  min-height: 260px;\n  background: var(--card);\n  border: 1px solid var(--line);\n  border-radius: 8px;\n}\n.spacer {\n  position: relative;\n  min-width: 100%;\n}\n.row,\n.line {\n  position: absolute;\n  left: 0;\n  right: 0;\n}\n.row {\n  display: grid;\n  grid-template-columns: 110px 190px minmax(0, 1fr) 160px 200px;\n  gap: 12px;\n  align-items: center;\n  padding: 0 14px;\n  border-bottom: 1px solid var(--line);\n  white-space: nowrap;\n}\n.row > * {\n  overflow: hidden;\n  text-overflow: ellipsis;\n}\n.badge {\n  justify-self: start;\n  display: inline-block;\n  padding: 1px 9px;\n  border: 1px solid currentcolor;\n  border-radius: 999px;\n  font-size: 0.85rem;\n  color: var(--soft);\n}\n.badge.is-running {\n  color: var(--accent);\n}\n.badge.is-completed {\n  color: var(--good);\n}\n.badge.is-failed {\n  color: var(--bad);\n}\n.actions {\n  display: inline-flex;\n  gap: 8px;\n  margin-left: 12px;\n}\n.facts {\n  display: grid;\n  grid-template-columns: max-content minmax(0, 1fr);\n  gap: 4px 16px;\n  margin: 0 0 16px;\n}\n.facts dt {\n  color: var(--soft);\n}\n.facts dd {\n  margin: 0;\n  white-space: pre-wrap;\n}\n.timeline {\n  list-style: none;\n  margin: 0;\n  padding: 0;\n  display: grid;\n  gap: 6px;\n}\n.timeline li {\n  display: grid;\n  grid-template-columns: 84px minmax(60px, 1fr) minmax(0, 260px);\n  gap: 12px;\n  align-items: center;\n}\n.timeline .note {\n  color: var(--soft);\n}\n.track {\n  position: relative;\n  height: 12px;\n  background: var(--page);\n  border-radius: 6px;\n}\n.span {\n  position: absolute;\n  top: 0;\n  bottom: 0;\n  border-radius: 6px;\n  background: var(--soft);\n}\n.span.is-running,\n.span.is-phase {\n  background: var(--accent);\n}\n.span.is-completed {\n  background: var(--good);\n}\n.span.is-failed,\n.span.is-lost {\n  background: var(--bad);\n}\n.bar {\n  display: flex;\n  flex-wrap: wrap;\n  gap: 8px 12px;\n  align-items: end;\n  margin-bottom: 10px;\n}\n.log .virtual {\n  height: min(60vh, 640px);\n  background: var(--log);\n}\n.line {\n  display: flex;\n  gap: 12px;\n  font:\n    13px/20px ui-monospace,\n    monospace;\n  white-space: pre;\n}\n.line code {\n  font: inherit;\n}\n.number {\n  flex: none;\n  width: 56px;\n  text-align: right;\n  color: var(--soft);\n  user-select: none;\n}\n.line.is-stderr .number {\n  box-shadow: inset -3px 0 var(--warn);\n  padding-right: 6px;\n}\nmark {\n  background: light-dark(#ffe58a, #6b5300);\n  color: inherit;\n}\n.bold {\n  font-weight: 700;\n}\n.dim {\n  color: var(--soft);\n}\n.italic {\n  font-style: italic;\n}\n.underline {\n  text-decoration: underline;\n}\n.inverse {\n  background: var(--text);\n  color: var(--page);\n}\n.fg-0 {\n  color: light-dark(#24292f, #8b949e);\n}\n.fg-1,\n.fg-9 {\n  color: var(--bad);\n}\n.fg-2,\n.fg-10 {\n  color: var(--good);\n}\n.fg-3,\n.fg-11 {\n  color: var(--warn);\n}\n.fg-4,\n.fg-12 {\n  color: var(--accent);\n}\n.fg-5,\n.fg-13 {\n  color: light-dark(#8021b0, #d49bff);\n}\n.fg-6,\n.fg-14 {\n  color: light-dark(#0b6b75, #5fd0dc);\n}\n.fg-7,\n.fg-15 {\n  color: var(--text);\n}\n.fg-8 {\n  color: var(--soft);\n}\n.bg-1,\n.bg-9 {\n  background: light-dark(#ffd9d6, #5c1a16);\n}\n.bg-2,\n.bg-10 {\n  background: light-dark(#d2f4df, #12452a);\n}\n.bg-3,\n.bg-11 {\n  background: light-dark(#ffedc4, #4d3500);\n}\n.bg-4,\n.bg-12 {\n  background: light-dark(#d7e9fd, #123a63);\n}\n.bg-5,\n.bg-13 {\n  background: light-dark(#f1ddfb, #431b59);\n}\n.bg-6,\n.bg-14 {\n  background: light-dark(#d0f2f5, #0d4248);\n}\n.bg-0,\n.bg-7,\n.bg-8,\n.bg-15 {\n  background: light-dark(#e6eaee, #2a343e);\n}\nmeter {\n  width: min(100%, 320px);\n}\n@media (max-width: 720px) {\n  main {\n    padding: 12px;\n  }\n  .mesh-room {\n    grid-template-columns: minmax(0, 1fr);\n  }\n  .row {\n    grid-template-columns: minmax(0, 1fr) max-content;\n    gap: 0 8px;\n    font-size: 0.9rem;\n  }\n  .row .what,\n  .row .who {\n    display: none;\n  }\n  .row .when {\n    grid-column: 1 / -1;\n    display: none;\n  }\n  .timeline li {\n    grid-template-columns: 74px minmax(40px, 1fr);\n  }\n  .timeline .note {\n    grid-column: 1 / -1;\n  }\n  .filters label,\n  .filters input,\n  .filters select {\n    width: 100%;\n  }\n  .filters {\n    display: grid;\n    grid-template-columns: 1fr 1fr;\n  }\n}\n@media (prefers-reduced-motion: no-preference) {\n  .load {\n    transition: stroke-dasharray 0.4s;\n  }\n}\n"
  },
  "icon.svg": {
    "type": "image/svg+xml",
    "body": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M16 6 6 24h20zM16 6v12M6 24l10-6 10 6" fill="none" stroke="#2f81d8" stroke-width="2.5"/><g fill="#2f81d8"><circle cx="16" cy="6" r="4"/><circle cx="6" cy="24" r="4"/><circle cx="26" cy="24" r="4"/><circle cx="16" cy="18" r="3"/></g></svg>\n'
  },
  "main.js": {
    "type": "text/javascript; charset=utf-8",
    "body": '// src/dashboard/web/elements.ts\nfunction h(tag, properties = {}, ...children) {\n  return furnish(document.createElement(tag), properties, children);\n}\nfunction svg(tag, properties = {}, ...children) {\n  return furnish(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);\n}\nfunction furnish(element, properties, children) {\n  if (properties.class !== void 0) element.setAttribute("class", properties.class);\n  for (const [name, value] of Object.entries(properties.attributes ?? {})) {\n    if (value !== void 0 && value !== false) element.setAttribute(name, value === true ? "" : String(value));\n  }\n  for (const [name, listener] of Object.entries(properties.on ?? {})) element.addEventListener(name, listener);\n  fill(element, ...children);\n  return element;\n}\nfunction fill(element, ...children) {\n  element.replaceChildren(\n    ...children.filter((child) => child !== void 0).map((child) => child instanceof Node ? child : String(child))\n  );\n}\nfunction link(text, href, className) {\n  return h("a", { ...className === void 0 ? {} : { class: className }, attributes: { href } }, text);\n}\nfunction button(text, pressed, className = "") {\n  return h("button", { class: className, attributes: { type: "button" }, on: { click: pressed } }, text);\n}\n\n// src/dashboard/web/page.ts\nfunction section(title, ...children) {\n  return h("section", { class: "card" }, h("h2", {}, title), ...children);\n}\nfunction statusBadge(status, phase) {\n  return h(\n    "span",\n    { class: `badge is-${status}` },\n    phase === void 0 || phase === status ? status : `${status} \xB7 ${phase}`\n  );\n}\nfunction showFault(place, thrown) {\n  place.textContent = thrown instanceof Error ? thrown.message : String(thrown);\n  place.hidden = false;\n}\nfunction faultPlace() {\n  const place = h("p", { class: "fault", attributes: { role: "alert" } });\n  place.hidden = true;\n  return place;\n}\nfunction lookInTurn(fault, look) {\n  let isWanted = false;\n  let isLooking = false;\n  const run = async () => {\n    isWanted = true;\n    if (isLooking) return;\n    isLooking = true;\n    try {\n      while (isWanted) {\n        isWanted = false;\n        await look();\n        fault.hidden = true;\n      }\n    } catch (thrown) {\n      showFault(fault, thrown);\n    } finally {\n      isLooking = false;\n    }\n  };\n  return () => void run();\n}\n\n// src/dashboard/web/peer-api.ts\nvar PeerRefusal = class extends Error {\n  code;\n  constructor(code, message) {\n    super(message);\n    this.code = code;\n  }\n};\nvar session;\nvar onLoggedOut = () => void 0;\nvar currentSession = () => session;\nfunction whenLoggedOut(listener) {\n  onLoggedOut = listener;\n}\nfunction mayDo(access) {\n  return session !== void 0 && !session.read_only && session.access.includes(access);\n}\nasync function findSession() {\n  const before = session;\n  try {\n    session = (await ask("session")).session;\n  } catch {\n    return session;\n  }\n  if (session === void 0 && before !== void 0) onLoggedOut();\n  return session;\n}\nasync function logIn(token) {\n  session = (await ask("session", { method: "POST", body: { token } })).session;\n}\nasync function logOut() {\n  await ask("session", { method: "DELETE" }).catch(() => void 0);\n  session = void 0;\n  onLoggedOut();\n}\nfunction call(name, input, signal) {\n  return ask(`call/${name}`, { method: "POST", body: input, ...signal === void 0 ? {} : { signal } });\n}\nfunction readHistory() {\n  return ask("history");\n}\nfunction artifactUrl(taskId, path, attempt) {\n  return `/dashboard/artifact?${new URLSearchParams({ task_id: taskId, path, attempt: String(attempt) }).toString()}`;\n}\nfunction followChanges(heard, standing2) {\n  const source = new EventSource("/dashboard/events");\n  source.addEventListener("change", (event) => heard(JSON.parse(event.data)));\n  source.addEventListener("open", () => standing2(true));\n  source.addEventListener("error", () => {\n    standing2(false);\n    if (source.readyState === EventSource.CLOSED) void findSession();\n  });\n  return () => source.close();\n}\nasync function ask(path, { method = "GET", body, signal } = {}) {\n  const response = await fetch(`/dashboard/${path}`, {\n    method,\n    headers: {\n      ...body === void 0 ? {} : { "content-type": "application/json" },\n      ...session === void 0 ? {} : { "x-runner-mesh-csrf": session.csrf }\n    },\n    ...body === void 0 ? {} : { body: JSON.stringify(body) },\n    ...signal === void 0 ? {} : { signal }\n  });\n  const answer = await response.json().catch(() => ({}));\n  if (response.ok) return answer;\n  const { error } = answer;\n  if (response.status === 401 && session !== void 0) {\n    session = void 0;\n    onLoggedOut();\n  }\n  throw new PeerRefusal(error?.code ?? "internal", error?.message ?? `The peer answered ${String(response.status)}.`);\n}\n\n// src/dashboard/web/login-page.ts\nfunction loginPage(loggedIn) {\n  const fault = faultPlace();\n  const token = h("input", {\n    attributes: {\n      id: "token",\n      type: "password",\n      autocomplete: "current-password",\n      required: true,\n      spellcheck: "false"\n    }\n  });\n  const enter = async () => {\n    fault.hidden = true;\n    try {\n      await logIn(token.value);\n      token.value = "";\n      loggedIn();\n    } catch (thrown) {\n      showFault(fault, thrown);\n      token.select();\n    }\n  };\n  const form = h(\n    "form",\n    {\n      class: "card login",\n      on: {\n        submit: (event) => {\n          event.preventDefault();\n          void enter();\n        }\n      }\n    },\n    h("h1", {}, "runner-mesh"),\n    h("label", { attributes: { for: "token" } }, "Token of this runner"),\n    token,\n    h("button", { class: "primary", attributes: { type: "submit" } }, "Log in"),\n    fault,\n    h(\n      "p",\n      { class: "hint" },\n      "Its owner finds one in http.token of the state directory, or makes one with ",\n      h("code", {}, "runner-mesh token create"),\n      "."\n    )\n  );\n  return { title: "Log in", element: form };\n}\n\n// src/dashboard/web/bar-chart.ts\nvar WIDTH = 360;\nvar HEIGHT = 96;\nfunction barChart(title, series, text) {\n  const length = series[0]?.values.length ?? 0;\n  const totals = Array.from({ length }, (_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));\n  const most = Math.max(...totals, 0);\n  const step = WIDTH / Math.max(1, length);\n  const bars = totals.flatMap((total, index) => {\n    if (total === 0) return [];\n    let base = HEIGHT;\n    return series.flatMap(({ className, values }) => {\n      const height = (values[index] ?? 0) / most * (HEIGHT - 8);\n      if (height === 0) return [];\n      base -= height;\n      return [\n        svg("rect", { class: className, attributes: { x: index * step + 0.5, y: base, width: step - 1, height } })\n      ];\n    });\n  });\n  const all = totals.reduce((sum, value) => sum + value, 0);\n  const summary = `${title}: at most ${text(most)} in a minute of the last hour.`;\n  return h(\n    "figure",\n    { class: "chart" },\n    h(\n      "figcaption",\n      {},\n      h("strong", {}, title),\n      h("span", {}, all === 0 ? "nothing in the last hour" : `at most ${text(most)} in a minute`)\n    ),\n    h(\n      "div",\n      { class: "plot" },\n      svg(\n        "svg",\n        {\n          attributes: {\n            viewBox: `0 0 ${String(WIDTH)} ${String(HEIGHT)}`,\n            role: "img",\n            "aria-label": summary,\n            preserveAspectRatio: "none"\n          }\n        },\n        svg("line", { class: "axis", attributes: { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 } }),\n        ...bars\n      )\n    ),\n    series.length > 1 ? h("ul", { class: "legend" }, ...series.map(({ name, className }) => h("li", { class: className }, name))) : void 0\n  );\n}\n\n// src/dashboard/web/mesh-picture.ts\nvar RADIUS = 20;\nvar WIDE = { first: 10, apart: 92 };\nvar CROWDED = { first: 6, apart: 2.6 * RADIUS };\nvar MOST_NAMED = 40;\nfunction meshPicture(peers) {\n  const self = peers.find((peer) => peer.self === true);\n  const others = peers.filter((peer) => peer.self !== true);\n  const isCrowded = others.length > MOST_NAMED;\n  const places = placesFor(others.length, isCrowded ? CROWDED : WIDE);\n  const extent = Math.max(WIDE.apart, ...places.map(({ x, y }) => Math.max(Math.abs(x), Math.abs(y)))) + RADIUS + 28;\n  const placed = others.map((peer, index) => ({ peer, at: places[index] ?? { x: 0, y: 0 } }));\n  const relayed = others.filter((peer) => peer.relayed === true).length;\n  return svg(\n    "svg",\n    {\n      class: "mesh",\n      attributes: {\n        viewBox: `${String(-extent)} ${String(-extent)} ${String(extent * 2)} ${String(extent * 2)}`,\n        role: "img",\n        "aria-label": `The mesh: this peer and ${String(others.length)} others, ${String(relayed)} of them through a relay.`\n      }\n    },\n    ...(isCrowded ? [] : placed).map(\n      ({ peer, at }) => svg("line", {\n        class: peer.relayed === true ? "link relayed" : peer.alive ? "link" : "link gone",\n        attributes: { x1: 0, y1: 0, x2: at.x, y2: at.y }\n      })\n    ),\n    ...placed.map(({ peer, at }) => node(peer, at, isCrowded)),\n    ...self === void 0 ? [] : [node(self, { x: 0, y: 0 }, isCrowded)]\n  );\n}\nfunction node(peer, { x, y }, isCrowded) {\n  const load = loadOf(peer);\n  const radius = isCrowded ? RADIUS / 2 : RADIUS;\n  const around = 2 * Math.PI * radius;\n  return svg(\n    "g",\n    {\n      class: `peer ${peer.self === true ? "self" : peer.alive ? "" : "gone"} ${isCrowded ? `crowded ${peer.relayed === true ? "far" : ""}` : ""}`,\n      attributes: { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` }\n    },\n    svg(\n      "title",\n      {},\n      `${peer.runner_name} \xB7 ${load === void 0 ? "load unknown" : `${String(load.running)} of ${String(load.slots)} slots in use`}`\n    ),\n    svg("circle", { class: "body", attributes: { r: RADIUS } }),\n    load === void 0 || load.slots === 0 ? void 0 : svg("circle", {\n      class: "load",\n      attributes: {\n        r: radius,\n        transform: "rotate(-90)",\n        "stroke-dasharray": `${(Math.min(load.running, load.slots) / load.slots * around).toFixed(1)} ${around.toFixed(1)}`\n      }\n    }),\n    load === void 0 || isCrowded ? void 0 : svg("text", { class: "count", attributes: { y: 4 } }, `${String(load.running)}/${String(load.slots)}`),\n    isCrowded ? void 0 : svg("text", { class: "name", attributes: { y: RADIUS + 15 } }, shorten(peer.runner_name))\n  );\n}\nfunction loadOf(peer) {\n  return peer.capabilities?.load;\n}\nfunction placesFor(count, { first, apart }) {\n  const places = [];\n  for (let ring = 1; places.length < count; ring += 1) {\n    const room2 = Math.min(first * ring, count - places.length);\n    for (let index = 0; index < room2; index += 1) {\n      const angle = index / room2 * 2 * Math.PI + ring * 0.3 - Math.PI / 2;\n      places.push({ x: Math.cos(angle) * apart * ring, y: Math.sin(angle) * apart * ring });\n    }\n  }\n  return places;\n}\nvar shorten = (name) => name.length > 16 ? `${name.slice(0, 15)}\u2026` : name;\n\n// src/dashboard/web/words.ts\nfunction durationText(ms) {\n  if (ms < 1e3) return `${String(Math.round(ms))} ms`;\n  const seconds = ms / 1e3;\n  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;\n  const minutes = Math.floor(seconds / 60);\n  if (minutes < 60) return `${String(minutes)} min ${String(Math.floor(seconds % 60))} s`;\n  const hours = Math.floor(minutes / 60);\n  return hours < 48 ? `${String(hours)} h ${String(minutes % 60)} min` : `${String(Math.floor(hours / 24))} d`;\n}\nfunction bytesText(bytes) {\n  const units = ["B", "KiB", "MiB", "GiB", "TiB"];\n  let value = bytes;\n  let unit = 0;\n  while (value >= 1024 && unit < units.length - 1) {\n    value /= 1024;\n    unit += 1;\n  }\n  return `${unit === 0 || value >= 100 ? String(Math.round(value)) : value.toFixed(1)} ${units[unit] ?? ""}`;\n}\nfunction instantText(at, now) {\n  const then = new Date(at);\n  const time = then.toLocaleTimeString(void 0, { hour12: false });\n  return then.toDateString() === new Date(now).toDateString() ? time : `${then.toLocaleDateString()} ${time}`;\n}\nfunction shortId(id) {\n  return id.length <= 14 ? id : `\u2026${id.slice(-10)}`;\n}\n\n// src/dashboard/web/overview-page.ts\nvar MOST_ROWS = 50;\nvar COUNTED = ["queued", "running", "completed", "failed", "cancelled"];\nfunction overviewPage() {\n  const tiles = h("div", { class: "tiles" });\n  const charts = h("div", { class: "charts" });\n  const mesh = h("div", { class: "mesh-room" });\n  const fault = faultPlace();\n  const look = lookInTurn(fault, async () => {\n    const [status, history2, { peers }] = await Promise.all([\n      call("p2p_taskqueue_status", {}),\n      readHistory(),\n      call("list_peers", { limit: 1e3 }).catch(() => ({ peers: [] }))\n    ]);\n    fill(\n      tiles,\n      ...COUNTED.map((name) => tile(name, String(status[name]), `#/queue?status=${name}`)),\n      tile("free claims", String(status.parked_claims)),\n      tile("peers", String(status.connected_peers))\n    );\n    fill(charts, ...chartsOf(history2));\n    fill(mesh, h("div", {}, meshPicture(peers), legend()), peerTable(peers));\n  });\n  look();\n  return {\n    title: "Overview",\n    element: h("div", {}, h("h1", {}, "Overview"), fault, tiles, section("Mesh", mesh), section("Last hour", charts)),\n    changed: look,\n    look\n  };\n}\nfunction legend() {\n  return h(\n    "p",\n    { class: "hint" },\n    "Green is how much of its slots a peer uses. Dashed: reached through a relay. Pale: gone."\n  );\n}\nfunction tile(name, value, href) {\n  const parts = [h("span", { class: "value" }, value), h("span", { class: "name" }, name)];\n  return href === void 0 ? h("div", { class: `tile is-${name}` }, ...parts) : h("a", { class: `tile is-${name}`, attributes: { href } }, ...parts);\n}\nfunction chartsOf({ minutes }) {\n  const of = (name) => minutes.map((minute) => minute[name]);\n  return [\n    barChart(\n      "Throughput",\n      [\n        { name: "completed", className: "bar-completed", values: of("completed") },\n        { name: "failed", className: "bar-failed", values: of("failed") },\n        { name: "cancelled", className: "bar-cancelled", values: of("cancelled") }\n      ],\n      String\n    ),\n    barChart("Wait until claimed", [{ name: "wait", className: "bar-wait", values: of("mean_wait_ms") }], durationText),\n    barChart("Failures", [{ name: "failed", className: "bar-failed", values: of("failed") }], String)\n  ];\n}\nfunction peerTable(peers) {\n  const rows = peers.slice(0, MOST_ROWS).map((peer) => {\n    const load = loadOf(peer);\n    const way = peer.self === true ? "this peer" : !peer.alive ? "gone" : peer.relayed === true ? "relayed" : "direct";\n    return h(\n      "tr",\n      {},\n      h("th", { attributes: { scope: "row", title: peer.peer_id } }, peer.runner_name),\n      h("td", {}, way),\n      h("td", {}, load === void 0 ? "\u2013" : `${String(load.running)} of ${String(load.slots)}`),\n      h("td", {}, peer.rtt_ms === void 0 ? "\u2013" : durationText(peer.rtt_ms))\n    );\n  });\n  const left = peers.length - rows.length;\n  return h(\n    "div",\n    { class: "scroll", attributes: { tabindex: 0, role: "region", "aria-label": "Peers" } },\n    h(\n      "table",\n      {},\n      h(\n        "thead",\n        {},\n        h(\n          "tr",\n          {},\n          ...["Peer", "Reached", "Slots used", "Round trip"].map(\n            (name) => h("th", { attributes: { scope: "col" } }, name)\n          )\n        )\n      ),\n      h("tbody", {}, ...rows)\n    ),\n    left > 0 ? h("p", { class: "hint" }, `and ${String(left)} more; `, link("all tasks", "#/queue")) : void 0\n  );\n}\n\n// src/dashboard/web/virtual-list.ts\nvar OVERSCAN = 8;\nvar VirtualList = class {\n  element;\n  #options;\n  #spacer = h("div", { class: "spacer" });\n  #observer;\n  #items = [];\n  #shown;\n  constructor(options) {\n    this.#options = options;\n    this.element = h(\n      "div",\n      {\n        class: "virtual",\n        attributes: { tabindex: 0, role: options.role ?? "list", "aria-label": options.label },\n        on: { scroll: () => this.#draw() }\n      },\n      this.#spacer\n    );\n    this.#observer = new ResizeObserver(() => this.#draw());\n    this.#observer.observe(this.element);\n  }\n  show(items) {\n    this.#items = items;\n    this.#shown = void 0;\n    this.#spacer.style.height = `${String(items.length * this.#options.rowHeight)}px`;\n    this.#draw();\n  }\n  get isAtEnd() {\n    const { scrollTop, clientHeight, scrollHeight } = this.element;\n    return scrollTop + clientHeight >= scrollHeight - this.#options.rowHeight * 2;\n  }\n  scrollToEnd() {\n    this.element.scrollTop = this.element.scrollHeight;\n  }\n  scrollToRow(index) {\n    this.element.scrollTop = Math.max(0, index * this.#options.rowHeight - this.element.clientHeight / 2);\n  }\n  dispose() {\n    this.#observer.disconnect();\n  }\n  #draw() {\n    const { rowHeight, render, nearEnd } = this.#options;\n    const { scrollTop, clientHeight } = this.element;\n    const from = Math.max(0, Math.floor(scrollTop / rowHeight) - OVERSCAN);\n    const to = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / rowHeight) + OVERSCAN);\n    if (this.#shown?.from === from && this.#shown.to === to) return;\n    this.#shown = { from, to };\n    const focused = document.activeElement;\n    const focusedKey = this.#spacer.contains(focused) ? focused?.getAttribute("href") : void 0;\n    this.#spacer.replaceChildren(\n      ...this.#items.slice(from, to).map((item, offset) => {\n        const row = render(item, from + offset);\n        row.style.top = `${String((from + offset) * rowHeight)}px`;\n        row.style.height = `${String(rowHeight)}px`;\n        return row;\n      })\n    );\n    if (focusedKey !== void 0 && focusedKey !== null) {\n      this.#spacer.querySelector(`[href="${CSS.escape(focusedKey)}"]`)?.focus({ preventScroll: true });\n    }\n    if (to > this.#items.length - OVERSCAN) nearEnd?.();\n  }\n};\n\n// src/dashboard/web/queue-page.ts\nvar PAGE = 100;\nvar ROW_HEIGHT = 44;\nvar STATUSES = ["queued", "running", "completed", "failed", "cancelled"];\nfunction queuePage(query) {\n  const fault = faultPlace();\n  const count = h("p", { class: "hint", attributes: { role: "status" } });\n  let tasks = [];\n  let cursor;\n  let isWhole = false;\n  let reading;\n  let generation = 0;\n  const list = new VirtualList({\n    rowHeight: ROW_HEIGHT,\n    label: "Tasks",\n    render: taskRow,\n    nearEnd: () => void more()\n  });\n  const show2 = () => {\n    list.show(tasks);\n    fill(\n      count,\n      tasks.length === 0 && isWhole ? "No tasks match." : `${String(tasks.length)}${isWhole ? "" : "+"} tasks`\n    );\n  };\n  const filter = () => {\n    const text = (name) => fields[name]?.value.trim() ?? "";\n    const status = STATUSES.find((one) => one === text("status"));\n    return {\n      ...status === void 0 ? {} : { status },\n      ...text("type") === "" ? {} : { task_types: [text("type")] },\n      ...text("submitter") === "" ? {} : { submitter: text("submitter") },\n      ...text("tag") === "" ? {} : { tag: text("tag") }\n    };\n  };\n  const more = () => {\n    if (isWhole) return Promise.resolve();\n    const mine = generation;\n    reading ??= call("p2p_taskqueue_list_tasks", {\n      ...filter(),\n      limit: PAGE,\n      ...cursor === void 0 ? {} : { cursor }\n    }).then(\n      (page) => {\n        if (mine !== generation) return;\n        fault.hidden = true;\n        cursor = page.next_cursor;\n        isWhole = cursor === void 0;\n        const known = new Set(tasks.map(({ task_id }) => task_id));\n        tasks = [...tasks, ...page.tasks.filter(({ task_id }) => !known.has(task_id))];\n      },\n      (thrown) => {\n        isWhole = true;\n        showFault(fault, thrown);\n      }\n    ).finally(() => {\n      reading = void 0;\n      if (mine === generation) show2();\n      else void more();\n    });\n    return reading;\n  };\n  const restart = () => {\n    generation += 1;\n    tasks = [];\n    cursor = void 0;\n    isWhole = false;\n    list.element.scrollTop = 0;\n    const words = new URLSearchParams(\n      Object.entries(fields).flatMap(([name, { value }]) => value === "" ? [] : [[name, value]])\n    );\n    history.replaceState(null, "", `#/queue${words.size === 0 ? "" : `?${words.toString()}`}`);\n    void more();\n  };\n  const freshen = async (notice) => {\n    const mine = generation;\n    const head = await call("p2p_taskqueue_list_tasks", { ...filter(), limit: PAGE });\n    const known = new Set(tasks.map(({ task_id }) => task_id));\n    const inHead = new Set(head.tasks.map(({ task_id }) => task_id));\n    const stale = notice.tasks.filter((id) => known.has(id) && !inHead.has(id));\n    const looked = await Promise.all(\n      stale.map(\n        (task_id) => call("p2p_taskqueue_get_task", { task_id }).then(\n          ({ task }) => task,\n          () => void 0\n        )\n      )\n    );\n    if (mine !== generation) return;\n    const { status } = filter();\n    const fresh = new Map(\n      [...head.tasks, ...looked.filter((task) => task !== void 0)].map((task) => [task.task_id, task])\n    );\n    const kept = tasks.map((task) => fresh.get(task.task_id) ?? task).filter((task) => status === void 0 || task.status === status);\n    tasks = [...head.tasks.filter(({ task_id }) => !known.has(task_id)), ...kept];\n    show2();\n  };\n  const fields = {\n    status: h(\n      "select",\n      { attributes: { id: "filter-status" }, on: { change: restart } },\n      h("option", { attributes: { value: "" } }, "any"),\n      ...STATUSES.map((name) => h("option", { attributes: { value: name } }, name))\n    ),\n    type: textField("filter-type", restart),\n    submitter: textField("filter-submitter", restart),\n    tag: textField("filter-tag", restart)\n  };\n  for (const [name, field] of Object.entries(fields)) field.value = query.get(name) ?? "";\n  const filters = h(\n    "form",\n    {\n      class: "filters",\n      attributes: { role: "search", "aria-label": "Filter tasks" },\n      on: { submit: (event) => event.preventDefault() }\n    },\n    ...Object.entries(fields).map(([name, field]) => h("label", { attributes: { for: field.id } }, name, field))\n  );\n  void more();\n  let isFreshening = false;\n  return {\n    title: "Queue",\n    element: h("div", { class: "fill" }, h("h1", {}, "Queue"), filters, fault, count, list.element),\n    changed: (notice) => {\n      if (isFreshening) return;\n      isFreshening = true;\n      freshen(notice).catch((thrown) => showFault(fault, thrown)).finally(() => {\n        isFreshening = false;\n      });\n    },\n    dispose: () => list.dispose()\n  };\n}\nfunction textField(id, changed) {\n  return h("input", {\n    attributes: { id, type: "search", autocomplete: "off", spellcheck: "false" },\n    on: { change: changed }\n  });\n}\nfunction taskRow(task) {\n  const now = Date.now();\n  const took = task.duration_ms ?? (task.started_at === void 0 ? void 0 : (task.finished_at ?? now) - task.started_at);\n  return h(\n    "div",\n    { class: "row", attributes: { role: "listitem" } },\n    h(\n      "a",\n      { attributes: { href: `#/task/${encodeURIComponent(task.task_id)}`, title: task.task_id } },\n      shortId(task.task_id)\n    ),\n    statusBadge(task.status, task.status === "completed" ? void 0 : task.reason ?? task.phase),\n    h(\n      "span",\n      { class: "what" },\n      task.model_name === void 0 || task.model_name === "" ? task.task_type : task.model_name\n    ),\n    h("span", { class: "who" }, task.worker_name ?? task.worker_id ?? ""),\n    h(\n      "span",\n      { class: "when" },\n      `${instantText(task.created_at, now)}${took === void 0 ? "" : ` \xB7 ${durationText(took)}`}`\n    )\n  );\n}\n\n// src/dashboard/web/registry-page.ts\nfunction registryPage() {\n  const fault = faultPlace();\n  const ways = h("div", {});\n  const budget = h("div", {});\n  const turned = h("div", {});\n  const look = lookInTurn(fault, async () => {\n    const [status, { github }] = await Promise.all([call("p2p_taskqueue_status", { detail: true }), readHistory()]);\n    fill(\n      ways,\n      table(\n        ["Way", "Found", "Problem"],\n        (status.discovery ?? []).map(({ source, found, problem }) => [source, String(found), problem ?? "\u2013"])\n      )\n    );\n    fill(\n      budget,\n      ...github === void 0 ? [h("p", {}, "GitHub has not been asked yet.")] : [\n        h("p", {}, `${String(github.remaining)} of ${String(github.limit)} requests of this hour are left.`),\n        h("meter", {\n          attributes: {\n            min: 0,\n            max: github.limit,\n            low: github.limit / 10,\n            value: github.remaining,\n            "aria-label": "Requests to GitHub that are left"\n          }\n        })\n      ]\n    );\n    const rejected = Object.entries(status.rejected ?? {});\n    fill(\n      turned,\n      rejected.length === 0 ? h("p", {}, "Nothing since this peer began.") : table(\n        ["Kind", "Times"],\n        rejected.map(([kind, times]) => [kind.replaceAll("_", " "), String(times)])\n      )\n    );\n  });\n  look();\n  return {\n    title: "Registry",\n    element: h(\n      "div",\n      {},\n      h("h1", {}, "Registry"),\n      fault,\n      section("Ways of finding peers", ways),\n      section("GitHub\u2019s rate limit", budget),\n      section("Turned away", turned)\n    ),\n    look\n  };\n}\nfunction table(names, rows) {\n  return h(\n    "div",\n    { class: "scroll", attributes: { tabindex: 0, role: "region", "aria-label": names.join(", ") } },\n    h(\n      "table",\n      {},\n      h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { attributes: { scope: "col" } }, name)))),\n      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell)))))\n    )\n  );\n}\n\n// src/dashboard/web/ansi.ts\nvar PLAIN = { marks: /* @__PURE__ */ new Set() };\nvar TOKENS = /(?:\\u001b\\[|\\u009b)(?<sgr>[0-9;:]*)m|(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]*(?:\\u0007|\\u001b\\\\|\\u009c)?|(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*[@-~]?|\\u001b[ -/]*[0-~]?/g;\nvar INVISIBLE = /[\\p{Default_Ignorable_Code_Point}\\ufff9-\\ufffb]|(?!\\t)\\p{Cc}/gu;\nvar MARKS = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse" };\nfunction parseAnsi(line, before) {\n  const runs = [];\n  let state = before;\n  let from = 0;\n  const add = (text) => {\n    const visible = text.replace(INVISIBLE, "");\n    if (visible !== "") runs.push({ text: visible, classes: classesOf(state) });\n  };\n  for (const match of line.matchAll(TOKENS)) {\n    add(line.slice(from, match.index));\n    from = match.index + match[0].length;\n    const sgr = match.groups?.["sgr"];\n    if (sgr !== void 0) state = applySgr(sgr, state);\n  }\n  add(line.slice(from));\n  return { runs, after: state };\n}\nfunction applySgr(parameters, before) {\n  const codes = parameters.split(/[;:]/).map(Number);\n  let { fg, bg } = before;\n  let marks = new Set(before.marks);\n  for (let at = 0; at < codes.length; at += 1) {\n    const code = codes[at] ?? 0;\n    const mark = MARKS[code];\n    if (code === 0) {\n      fg = bg = void 0;\n      marks = /* @__PURE__ */ new Set();\n    } else if (mark !== void 0) marks.add(mark);\n    else if (code === 22) marks = new Set([...marks].filter((one) => one !== "bold" && one !== "dim"));\n    else if (code === 23) marks.delete("italic");\n    else if (code === 24) marks.delete("underline");\n    else if (code === 27) marks.delete("inverse");\n    else if (code >= 30 && code <= 37) fg = code - 30;\n    else if (code >= 90 && code <= 97) fg = code - 82;\n    else if (code === 39) fg = void 0;\n    else if (code >= 40 && code <= 47) bg = code - 40;\n    else if (code >= 100 && code <= 107) bg = code - 92;\n    else if (code === 49) bg = void 0;\n    else if (code === 38 || code === 48) {\n      const isIndexed = codes[at + 1] === 5;\n      const colour = isIndexed ? toSixteen(codes[at + 2] ?? 7) : 7;\n      if (code === 38) fg = colour;\n      else bg = colour;\n      at += isIndexed ? 2 : 4;\n    }\n  }\n  return { ...fg === void 0 ? {} : { fg }, ...bg === void 0 ? {} : { bg }, marks };\n}\nfunction toSixteen(index) {\n  if (index < 16) return index;\n  if (index >= 232) return index < 244 ? 8 : 7;\n  const [red, green, blue] = [Math.floor((index - 16) / 36), Math.floor((index - 16) / 6) % 6, (index - 16) % 6];\n  return (red > 2 ? 1 : 0) + (green > 2 ? 2 : 0) + (blue > 2 ? 4 : 0);\n}\nfunction classesOf({ fg, bg, marks }) {\n  return [\n    ...fg === void 0 ? [] : [`fg-${String(fg)}`],\n    ...bg === void 0 ? [] : [`bg-${String(bg)}`],\n    ...marks\n  ];\n}\n\n// src/dashboard/web/log-view.ts\nvar ROW_HEIGHT2 = 20;\nvar MOST_LINES = 5e4;\nvar LONGEST_LINE = 4e3;\nvar WAIT_S = 20;\nvar LogView = class {\n  element;\n  #taskId;\n  #fault = faultPlace();\n  #state = h("span", { class: "hint", attributes: { role: "status" } });\n  #stop = new AbortController();\n  #list;\n  #search;\n  #rest = { stdout: "", stderr: "" };\n  #ansi = { stdout: PLAIN, stderr: PLAIN };\n  #lines = [];\n  #shown = [];\n  #dropped = 0;\n  #follows = true;\n  constructor(taskId) {\n    this.#taskId = taskId;\n    this.#list = new VirtualList({\n      rowHeight: ROW_HEIGHT2,\n      label: "Log",\n      role: "log",\n      render: (line) => this.#row(line)\n    });\n    this.#list.element.addEventListener("scroll", () => {\n      this.#follows = this.#list.isAtEnd;\n    });\n    this.#search = h("input", {\n      attributes: { id: "log-search", type: "search", autocomplete: "off", spellcheck: "false" },\n      on: { input: () => this.#show() }\n    });\n    this.element = h(\n      "section",\n      { class: "card log" },\n      h("h2", {}, "Log"),\n      h(\n        "div",\n        { class: "bar" },\n        h("label", { attributes: { for: "log-search" } }, "Search", this.#search),\n        button("To the end", () => {\n          this.#follows = true;\n          this.#list.scrollToEnd();\n        }),\n        this.#state\n      ),\n      this.#fault,\n      this.#list.element\n    );\n    void this.#follow();\n  }\n  dispose() {\n    this.#stop.abort();\n    this.#list.dispose();\n  }\n  async #follow() {\n    const { signal } = this.#stop;\n    const isGone = () => signal.aborted;\n    let attempt;\n    let from = 0;\n    let pauseMs = 500;\n    while (!isGone()) {\n      try {\n        const page = await call(\n          "p2p_taskqueue_read_log",\n          { task_id: this.#taskId, from_seq: from, wait_s: WAIT_S, ...attempt === void 0 ? {} : { attempt } },\n          signal\n        );\n        this.#fault.hidden = true;\n        if (attempt === void 0 && page.attempt > 0) attempt = page.attempt;\n        for (const cut of page.cuts)\n          this.#gap(`\u2026 ${cut.bytes === void 0 ? "some output" : `${String(cut.bytes)} bytes`} not kept \u2026`);\n        for (const { stream, text } of page.entries) this.#add(stream, text);\n        from = page.next_seq;\n        const isOver = page.ended && ["completed", "failed", "cancelled"].includes(page.status);\n        if (isOver) {\n          for (const stream of ["stdout", "stderr"]) if (this.#rest[stream] !== "") this.#add(stream, "\\n");\n        }\n        this.#show();\n        fill(\n          this.#state,\n          `${String(page.lines)} lines, attempt ${String(page.attempt)}${isOver ? ", ended" : ", live"}`\n        );\n        if (isOver) return;\n        if (page.ended && page.attempt > 0) {\n          const { task } = await call("p2p_taskqueue_get_task", { task_id: this.#taskId }, signal);\n          if (task.attempt > page.attempt) {\n            attempt = task.attempt;\n            from = 0;\n            this.#gap(`\u2014 attempt ${String(attempt)} \u2014`);\n          } else await rest(1e3, signal);\n        } else if (page.entries.length === 0 && page.attempt === 0) await rest(500, signal);\n        pauseMs = 500;\n      } catch (thrown) {\n        if (isGone()) return;\n        showFault(this.#fault, thrown);\n        if (thrown instanceof PeerRefusal && ["unauthorized", "forbidden", "task_not_found"].includes(thrown.code))\n          return;\n        await rest(pauseMs, signal);\n        pauseMs = Math.min(pauseMs * 2, 15e3);\n      }\n    }\n  }\n  #add(stream, text) {\n    const lines = (this.#rest[stream] + text).split("\\n");\n    this.#rest[stream] = lines.pop() ?? "";\n    for (const line of lines) {\n      const last = line.replace(/\\r+$/, "");\n      const seen = last.slice(last.lastIndexOf("\\r") + 1).slice(0, LONGEST_LINE);\n      const { runs, after } = parseAnsi(seen, this.#ansi[stream]);\n      this.#ansi[stream] = after;\n      this.#push(stream, runs);\n    }\n  }\n  #gap(text) {\n    this.#push("gap", [{ text, classes: ["dim"] }]);\n  }\n  #push(stream, runs) {\n    const number = this.#dropped + this.#lines.length + 1;\n    this.#lines.push({ number, stream, runs, text: runs.map(({ text }) => text).join("") });\n    if (this.#lines.length <= MOST_LINES) return;\n    const excess = this.#lines.length - MOST_LINES + 1e3;\n    this.#lines = this.#lines.slice(excess);\n    this.#dropped += excess;\n  }\n  #show() {\n    const words = this.#search.value.toLowerCase();\n    this.#shown = words === "" ? this.#lines : this.#lines.filter(({ text }) => text.toLowerCase().includes(words));\n    this.#list.show(this.#shown);\n    if (this.#follows) this.#list.scrollToEnd();\n  }\n  #row({ number, stream, runs }) {\n    return h(\n      "div",\n      { class: `line is-${stream}` },\n      h("span", { class: "number", attributes: { "aria-hidden": "true" } }, number),\n      h(\n        "code",\n        {},\n        ...runs.flatMap(({ text, classes }) => {\n          const parts = this.#marked(text);\n          return classes.length === 0 ? parts : [h("span", { class: classes.join(" ") }, ...parts)];\n        })\n      )\n    );\n  }\n  #marked(text) {\n    const words = this.#search.value.toLowerCase();\n    if (words === "") return [text];\n    const parts = [];\n    let from = 0;\n    for (let at = text.toLowerCase().indexOf(words); at >= 0; at = text.toLowerCase().indexOf(words, from)) {\n      parts.push(text.slice(from, at), h("mark", {}, text.slice(at, at + words.length)));\n      from = at + words.length;\n    }\n    return [...parts, text.slice(from)];\n  }\n};\nfunction rest(ms, signal) {\n  return new Promise((resolve) => {\n    const timer = setTimeout(resolve, ms);\n    signal.addEventListener(\n      "abort",\n      () => {\n        clearTimeout(timer);\n        resolve();\n      },\n      { once: true }\n    );\n  });\n}\n\n// src/dashboard/web/timeline.ts\nvar PHASES = ["pull", "build", "create", "start", "run", "collect"];\nfunction timeline(task, attempts, now) {\n  const bars = barsOf(task, attempts, now);\n  const from = task.created_at;\n  const length = Math.max(1, ...bars.map(({ to }) => to - from));\n  return h(\n    "ol",\n    { class: "timeline" },\n    ...bars.map((bar) => {\n      const fillBar = h("span", { class: `span is-${bar.kind}` });\n      fillBar.style.left = `${String(Math.max(0, (bar.from - from) / length * 100))}%`;\n      fillBar.style.width = `${String(Math.max(0.4, (bar.to - bar.from) / length * 100))}%`;\n      return h(\n        "li",\n        {},\n        h("span", { class: "name" }, bar.name),\n        h("span", { class: "track" }, fillBar),\n        h("span", { class: "note" }, bar.note)\n      );\n    })\n  );\n}\nfunction barsOf(task, attempts, now) {\n  const firstStart = attempts[0]?.started_at ?? task.started_at ?? task.finished_at ?? now;\n  const bars = [\n    {\n      name: "waiting",\n      kind: "queued",\n      from: task.created_at,\n      to: firstStart,\n      note: durationText(firstStart - task.created_at)\n    }\n  ];\n  for (const {\n    number,\n    started_at: from,\n    ended_at: ended,\n    outcome,\n    reason,\n    worker_name: name,\n    worker_id: id\n  } of attempts) {\n    const to = ended ?? task.finished_at ?? now;\n    const how = outcome === void 0 ? "running" : reason === void 0 ? outcome : `${outcome}: ${reason}`;\n    bars.push({\n      name: `attempt ${String(number)}`,\n      kind: outcome ?? "running",\n      from,\n      to,\n      note: `${durationText(to - from)} \xB7 ${how} \xB7 ${name ?? id}`\n    });\n  }\n  return [...bars, ...phasesOf(task, attempts.at(-1))];\n}\nfunction phasesOf(task, last) {\n  const measured = task.result?.["phases"];\n  if (typeof measured !== "object" || measured === null || Array.isArray(measured) || last === void 0) return [];\n  let at = last.started_at;\n  return PHASES.flatMap((phase) => {\n    const ms = measured[`${phase}_ms`];\n    if (typeof ms !== "number" || ms <= 0) return [];\n    const from = at;\n    at += ms;\n    return [{ name: phase, kind: "phase", from, to: at, note: durationText(ms) }];\n  });\n}\n\n// src/dashboard/web/task-page.ts\nfunction taskPage(taskId) {\n  const fault = faultPlace();\n  const head = h("div", {});\n  const facts = h("dl", { class: "facts" });\n  const way = h("div", {});\n  const why = h("div", {});\n  const files = h("div", {});\n  const log = new LogView(taskId);\n  const act = (name) => () => {\n    call(name, { task_id: taskId }).then(look).catch((thrown) => showFault(fault, thrown));\n  };\n  const look = lookInTurn(fault, async () => {\n    const told = await call("p2p_taskqueue_get_task", { task_id: taskId, attempts: true });\n    const { status } = told.task;\n    const isOver = ["completed", "failed", "cancelled"].includes(status);\n    fill(\n      head,\n      h(\n        "h1",\n        {},\n        told.task.model_name === void 0 || told.task.model_name === "" ? told.task.task_type : told.task.model_name\n      ),\n      statusBadge(status, told.task.reason ?? told.task.phase),\n      h(\n        "div",\n        { class: "actions" },\n        !isOver && mayDo("tasks:cancel") ? button(\n          told.task.cancel_requested === true ? "Cancelling\u2026" : "Cancel",\n          act("p2p_taskqueue_cancel"),\n          "danger"\n        ) : void 0,\n        (status === "failed" || status === "cancelled") && mayDo("tasks:submit") ? button("Retry", act("p2p_taskqueue_resubmit"), "primary") : void 0\n      )\n    );\n    fill(facts, ...factsOf(told));\n    fill(way, timeline(told.task, told.attempts ?? [], Date.now()));\n    fill(why, ...status === "queued" ? [await explained(taskId)] : []);\n    fill(files, ...isOver ? [await artifacts(taskId)] : []);\n  });\n  look();\n  return {\n    title: "Task",\n    element: h(\n      "div",\n      { class: "fill" },\n      h("p", {}, link("\u2190 Queue", "#/queue")),\n      head,\n      fault,\n      section("Way", way),\n      facts,\n      why,\n      files,\n      log.element\n    ),\n    changed: (notice) => {\n      if (notice.many || notice.tasks.includes(taskId)) look();\n    },\n    look,\n    dispose: () => log.dispose()\n  };\n}\nfunction factsOf({ task }) {\n  const now = Date.now();\n  const told = [\n    ["task", task.task_id],\n    ["type", task.task_type],\n    ["submitted", `${instantText(task.created_at, now)} by ${task.submitter ?? "unknown"}`],\n    ["worker", task.worker_name ?? task.worker_id],\n    ["exit code", task.exit_code?.toString()],\n    ["took", task.duration_ms === void 0 ? void 0 : durationText(task.duration_ms)],\n    ["priority", String(task.priority)],\n    ["failures, lost", `${String(task.failures)}, ${String(task.lost)}`],\n    ["now", task.progress === void 0 ? void 0 : `${task.progress.phase}: ${task.progress.message}`],\n    ["tags", task.tags?.join(", ")],\n    ["error", task.error]\n  ];\n  return told.flatMap(\n    ([name, value]) => value === void 0 || value === "" ? [] : [h("dt", {}, name), h("dd", {}, value)]\n  );\n}\nasync function explained(taskId) {\n  const { summary, peers } = await call("p2p_taskqueue_explain", { task_id: taskId });\n  return section(\n    "Why it waits",\n    h("p", {}, summary),\n    h(\n      "ul",\n      {},\n      ...peers.slice(0, 50).map(\n        (peer) => h(\n          "li",\n          {},\n          h("strong", {}, peer.runner_name ?? peer.peer_id),\n          peer.fits ? ": could run it" : `: ${peer.message ?? peer.rule ?? "does not fit"}`\n        )\n      )\n    )\n  );\n}\nasync function artifacts(taskId) {\n  const found = await call("p2p_taskqueue_list_artifacts", { task_id: taskId }).catch(() => void 0);\n  if (found === void 0 || found.artifacts.length === 0) return void 0;\n  return section(\n    "Artifacts",\n    h(\n      "ul",\n      {},\n      ...found.artifacts.slice(0, 200).map(\n        ({ path, bytes }) => h("li", {}, link(path, artifactUrl(taskId, path, found.attempt)), ` ${bytesText(bytes)}`)\n      )\n    )\n  );\n}\n\n// src/dashboard/web/main.ts\nvar LOOK_EVERY_MS = 5e3;\nvar NAVIGATION = [\n  ["Overview", "#/"],\n  ["Queue", "#/queue"],\n  ["Registry", "#/registry"]\n];\nvar room = h("main", { attributes: { id: "room", tabindex: -1 } });\nvar header = h("header", {});\nvar standing = h("span", { class: "standing", attributes: { role: "status" } });\nvar shown;\nvar endFollowing;\nfunction pageAt(hash) {\n  const [path = "", query = ""] = hash.replace(/^#/, "").split("?", 2);\n  if (path.startsWith("/task/")) return taskPage(decodeURIComponent(path.slice("/task/".length)));\n  if (path === "/queue") return queuePage(new URLSearchParams(query));\n  if (path === "/registry") return registryPage();\n  return overviewPage();\n}\nfunction show(page) {\n  shown?.dispose?.();\n  shown = page;\n  document.title = `${page.title} \xB7 runner-mesh`;\n  fill(room, page.element);\n}\nfunction go() {\n  const session2 = currentSession();\n  if (session2 === void 0) {\n    endFollowing?.();\n    endFollowing = void 0;\n    fill(header);\n    show(loginPage(go));\n    return;\n  }\n  endFollowing ??= followChanges(\n    (notice) => shown?.changed?.(notice),\n    (isOpen) => fill(standing, isOpen ? "" : "connection lost, trying again\u2026")\n  );\n  fill(\n    header,\n    h("a", { class: "brand", attributes: { href: "#/" } }, "runner-mesh"),\n    h(\n      "nav",\n      { attributes: { "aria-label": "Pages" } },\n      ...NAVIGATION.map(([name, href]) => {\n        const one = link(name, href);\n        if ((location.hash.split("?", 1)[0] ?? "") === href || href === "#/" && location.hash === "")\n          one.setAttribute("aria-current", "page");\n        return one;\n      })\n    ),\n    standing,\n    h("span", { class: "who" }, session2.principal, session2.read_only ? " \xB7 read-only" : ""),\n    button("Log out", () => void logOut())\n  );\n  show(pageAt(location.hash));\n}\ndocument.body.append(\n  h(\n    "a",\n    {\n      class: "skip",\n      attributes: { href: "#room" },\n      on: {\n        click: (event) => {\n          event.preventDefault();\n          room.focus();\n        }\n      }\n    },\n    "Skip to the page"\n  ),\n  header,\n  room\n);\nwhenLoggedOut(go);\nwindow.addEventListener("hashchange", () => {\n  go();\n  room.focus({ preventScroll: true });\n  window.scrollTo(0, 0);\n});\nsetInterval(() => {\n  if (document.visibilityState === "visible") shown?.look?.();\n}, LOOK_EVERY_MS);\nawait findSession();\ngo();\n'
  }
};
var loadPageFiles = () => new Map(Object.entries(FILES));

// src/dashboard/sessions.ts
import { createHash, timingSafeEqual } from "node:crypto";
var SESSION_MS = 12 * HOUR;
var MOST_SESSIONS = 1e3;
var MOST_FAILURES = 10;
var MOST_ADDRESSES = 1e4;
var Sessions = class {
  #deps;
  #held = /* @__PURE__ */ new Map();
  #failures = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
  }
  /**
   * @returns the cookie's value and the session
   * @throws RunnerMeshError unauthorized, rate_limited
   */
  async open(token, address) {
    const { authenticate, clock, random } = this.#deps;
    this.#demandPatience(address);
    const credential = await authenticate(token);
    if (credential === void 0 || credential.ended?.aborted === true) {
      this.#failed(address);
      throw new RunnerMeshError(
        "unauthorized",
        "That token is not known here. Its owner finds it in http.token of the state directory."
      );
    }
    const secret = () => Buffer.from(random.bytes(32)).toString("base64url");
    const cookie = secret();
    const end = new AbortController();
    const ended = credential.ended === void 0 ? end.signal : AbortSignal.any([credential.ended, end.signal]);
    const caller = { ...credential.caller, door: "dashboard" };
    const held = { caller, csrf: secret(), end, ended, until: clock.mono() + SESSION_MS };
    this.#forgetOld();
    this.#held.set(hashOf2(cookie), held);
    return { cookie, session: held };
  }
  find(cookie) {
    if (cookie === void 0) return void 0;
    const held = this.#held.get(hashOf2(cookie));
    if (held === void 0) return void 0;
    if (!held.ended.aborted && held.until > this.#deps.clock.mono()) return held;
    this.close(cookie);
    return void 0;
  }
  close(cookie) {
    const key = hashOf2(cookie);
    this.#held.get(key)?.end.abort(new RunnerMeshError("unauthorized", "This session has ended. Log in again."));
    this.#held.delete(key);
  }
  closeAll() {
    for (const { end } of this.#held.values()) end.abort(new RunnerMeshError("stopping", "The peer is stopping."));
    this.#held.clear();
  }
  #forgetOld() {
    const now = this.#deps.clock.mono();
    for (const [key, held] of this.#held) {
      const isOver = held.ended.aborted || held.until <= now;
      if (!isOver && this.#held.size < MOST_SESSIONS) continue;
      held.end.abort(new RunnerMeshError("unauthorized", "This session has ended. Log in again."));
      this.#held.delete(key);
    }
  }
  #demandPatience(address) {
    const failed = this.#failures.get(address);
    if (failed === void 0 || failed.count < MOST_FAILURES || failed.until <= this.#deps.clock.mono()) return;
    throw new RunnerMeshError("rate_limited", "Too many wrong tokens. Try again in a minute.");
  }
  #failed(address) {
    const now = this.#deps.clock.mono();
    const before = this.#failures.get(address);
    const isFresh = before === void 0 || before.until <= now;
    if (isFresh) this.#failures.delete(address);
    this.#failures.set(address, isFresh ? { count: 1, until: now + MINUTE } : { ...before, count: before.count + 1 });
    if (this.#failures.size <= MOST_ADDRESSES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      return;
    }
  }
};
function isSameSecret(given, expected) {
  return timingSafeEqual(Buffer.from(hashOf2(given)), Buffer.from(hashOf2(expected)));
}
function hashOf2(text) {
  return createHash("sha256").update(text).digest("hex");
}

// src/dashboard/door.ts
var COOKIE = "runner_mesh_session";
var CSRF_HEADER = "x-runner-mesh-csrf";
var POLICY = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'"],
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  "require-trusted-types-for 'script'"
].join("; ");
var PAGE_HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "cache-control": "no-cache"
};
function createDashboard(deps, settings) {
  const { operations, meter, recordAudit, clock, log } = deps;
  const sessions = new Sessions(deps);
  const changes = new Changes(deps);
  let files;
  const sendFile = (res, name) => {
    files ??= loadPageFiles();
    const file = files.get(name);
    if (file === void 0) throw new RunnerMeshError("unknown_operation", "The dashboard has no such file.");
    res.writeHead(200, { ...PAGE_HEADERS, "content-type": file.type });
    res.end(file.body);
  };
  const demandSession = (req) => {
    const session = sessions.find(cookieOf(req));
    if (session === void 0) throw new RunnerMeshError("unauthorized", "Log in with a token of this runner.");
    return session;
  };
  const demandIntent = (req) => {
    demandOwnOrigin(req);
    const session = demandSession(req);
    const given = req.headers[CSRF_HEADER];
    if (typeof given === "string" && isSameSecret(given, session.csrf)) return session;
    throw new RunnerMeshError("forbidden", "The request does not come from the page. Reload it.");
  };
  const sessionView = ({ caller, csrf }) => ({
    principal: caller.principal,
    access: [...caller.access],
    read_only: settings.readOnly,
    csrf
  });
  const logIn = async (req, res) => {
    demandOwnOrigin(req);
    const { token } = await readJsonBody(req, 4096);
    if (typeof token !== "string") throw new RunnerMeshError("bad_request", "token: must be a text.");
    const tell = (principal, verdict) => recordAudit({ at: clock.now(), principal, door: "dashboard", operation: "login", verdict, ms: 0 });
    try {
      const { cookie, session } = await sessions.open(token.trim(), req.socket.remoteAddress ?? "");
      tell(session.caller.principal, "ok");
      const attributes = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${String(SESSION_MS / 1e3)}${settings.secure ? "; Secure" : ""}`;
      res.setHeader("set-cookie", `${COOKIE}=${cookie}; ${attributes}`);
      sendBody(res, 200, { session: sessionView(session) });
    } catch (thrown) {
      tell("unknown", toErrorView(thrown).code);
      throw thrown;
    }
  };
  const logOut = (req, res) => {
    demandIntent(req);
    sessions.close(cookieOf(req) ?? "");
    res.setHeader("set-cookie", `${COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`);
    sendBody(res, 200, {});
  };
  const callOperation = async (req, res, name) => {
    const session = demandIntent(req);
    if (settings.readOnly && isOperationName(name) && !CATALOG[name].hints.readOnly)
      throw new RunnerMeshError("forbidden", "This dashboard is read-only.");
    const input = await readJsonBody(req, 1048576);
    const output = await operations.invoke(name, input, callOf(res, session));
    sendBody(res, 200, name === "p2p_taskqueue_read_log" ? output : clean(output));
  };
  const routes = {
    // Nobody being logged in is no fault: it is what the page asks first.
    "GET session": (req, res) => {
      const session = sessions.find(cookieOf(req));
      sendBody(res, 200, session === void 0 ? {} : { session: sessionView(session) });
    },
    "POST session": logIn,
    "DELETE session": logOut,
    "GET events": (req, res) => changes.stream(res, demandSession(req)),
    "GET history": (req, res) => {
      const { caller } = demandSession(req);
      if (!caller.access.has("tasks:read"))
        throw new RunnerMeshError("forbidden", "The charts need the right tasks:read.");
      const { githubBudget: budget } = meter;
      const github = budget === void 0 ? {} : { github: { limit: budget.limit, remaining: budget.remaining } };
      sendBody(res, 200, { minutes: meter.history.list(), ...github });
    },
    "GET artifact": (req, res) => {
      const { searchParams } = new URL(req.url ?? "/", "http://peer");
      return sendArtifact(res, operations, callOf(res, demandSession(req)), searchParams);
    }
  };
  const answer = (handle) => async (req, res) => {
    try {
      demandKnownHost(req, settings.allowedHosts);
      await handle(req, res);
    } catch (thrown) {
      const { code } = toErrorView(thrown);
      if (code === "internal") log.error("dashboard.request_failed", { thrown });
      if (res.headersSent) res.destroy();
      else sendRefusal(res, thrown);
    }
  };
  return {
    page: answer((_req, res) => {
      sendFile(res, "page.html");
      return Promise.resolve();
    }),
    below: answer(async (req, res) => {
      const path = (req.url ?? "/").split("?", 1)[0]?.replace(/^\/dashboard\/?/, "") ?? "";
      const method = req.method ?? "GET";
      const route = routes[`${method} ${path}`];
      if (route !== void 0) await route(req, res);
      else if (method === "POST" && path.startsWith("call/")) await callOperation(req, res, path.slice("call/".length));
      else sendFile(res, path);
    }),
    stop: () => sessions.closeAll()
  };
}
function callOf(res, { caller, ended }) {
  const gone = new AbortController();
  res.once("close", () => {
    if (!res.writableFinished) gone.abort(new RunnerMeshError("cancelled", "The page has gone."));
  });
  return { caller, signal: AbortSignal.any([gone.signal, ended]), progress: () => void 0 };
}
function clean(value) {
  if (typeof value === "string") return cleanText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), clean(item)]));
}
function cookieOf(req) {
  const cookies = (req.headers.cookie ?? "").split(";").map((part) => part.trim());
  return cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

// src/dashboard/metrics/families.ts
var PREFIX = "runner_mesh_";
var FAMILIES = {
  build_info: { type: "gauge", help: "Always 1; which version runs.", labels: ["version"] },
  start_time_seconds: { type: "gauge", unit: "seconds", help: "When this peer began, since the epoch." },
  resident_memory_bytes: { type: "gauge", unit: "bytes", help: "Memory of the process." },
  tasks: { type: "gauge", help: "Tasks that this home keeps, by status.", labels: ["status"] },
  queued_tasks: { type: "gauge", help: "Queued tasks, by phase.", labels: ["phase"] },
  suspect_tasks: { type: "gauge", help: "Running tasks whose lease has ended." },
  oldest_ready_seconds: {
    type: "gauge",
    unit: "seconds",
    help: "How long the oldest claimable task has waited; 0 when there is none."
  },
  parked_claims: { type: "gauge", help: "Claims of workers that wait here for a task." },
  submits: { type: "counter", help: "Tasks accepted, those queued again by hand too." },
  claims: { type: "counter", help: "Tasks given to a worker." },
  settles: {
    type: "counter",
    help: "Tasks that ended, by status and reason; completed ones have the reason none.",
    labels: ["status", "reason"]
  },
  retries: {
    type: "counter",
    help: "Attempts that failed with budget left, so that the task was queued again.",
    labels: ["reason"]
  },
  releases: {
    type: "counter",
    help: "Tasks that a worker gave back: released when it stops, refused when its host policy turned them down.",
    labels: ["why"]
  },
  lease_losses: {
    type: "counter",
    help: "Leases that ended unrenewed. Of an idempotent task it is counted when somebody claims it again."
  },
  fenced_reports: { type: "counter", help: "Renewals and ends refused because the fence was not the latest." },
  cancel_requests: { type: "counter", help: "Cancels of running tasks." },
  task_wait_seconds: {
    type: "histogram",
    unit: "seconds",
    help: "From being queued to being claimed, delays and needs included, of tasks queued since the peer began."
  },
  attempt_seconds: {
    type: "histogram",
    unit: "seconds",
    help: "From claim to end of an attempt, pull and build included."
  },
  log_bytes: { type: "counter", unit: "bytes", help: "Output of tasks that came to this home." },
  store_sync_seconds: {
    type: "histogram",
    unit: "seconds",
    help: "How long the disk took to make a group of changes durable. Embedded store only."
  },
  peers: { type: "gauge", help: "Connected peers, by kind of connection.", labels: ["connection"] },
  relaying: { type: "gauge", help: "1 while this peer relays for others." },
  rejections: { type: "counter", help: "What was turned away, by kind.", labels: ["kind"] },
  github_requests_limit: { type: "gauge", help: "Requests to GitHub that its token has per hour." },
  github_requests_remaining: { type: "gauge", help: "Requests left of those, as GitHub last said." },
  github_reset_seconds: {
    type: "gauge",
    unit: "seconds",
    help: "From GitHub\u2019s last answer until the hour began anew."
  }
};

// src/dashboard/metrics/exposition.ts
var OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
var PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
function writeMetrics(readings, accept = "") {
  const open = accept.includes("application/openmetrics-text");
  const lines = [];
  for (const [key, family] of Object.entries(FAMILIES)) {
    const reading = readings[key];
    if (reading === void 0) continue;
    const name = `${PREFIX}${key}`;
    const counted = family.type === "counter" ? `${name}_total` : name;
    const declared = open ? name : counted;
    lines.push(`# TYPE ${declared} ${family.type}`);
    if (open && family.unit !== void 0) lines.push(`# UNIT ${declared} ${family.unit}`);
    lines.push(`# HELP ${declared} ${escapeHelp(family.help)}`);
    if ("buckets" in reading) lines.push(...histogramLines(name, reading));
    else for (const { labels, value } of reading) lines.push(`${counted}${labelText(labels)} ${numberText(value)}`);
  }
  if (open) lines.push("# EOF");
  return { type: open ? OPEN_METRICS : PROMETHEUS, text: `${lines.join("\n")}
` };
}
function histogramLines(name, { buckets, count, sum }) {
  return [
    ...buckets.map(({ upTo, count: below }) => `${name}_bucket{le="${floatText(upTo)}"} ${String(below)}`),
    `${name}_bucket{le="+Inf"} ${String(count)}`,
    `${name}_sum ${numberText(sum)}`,
    `${name}_count ${String(count)}`
  ];
}
function labelText(labels = {}) {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}
var floatText = (value) => Number.isInteger(value) ? value.toFixed(1) : String(value);
var numberText = (value) => Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "NaN";
var escapeLabel = (text) => text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
var escapeHelp = (text) => text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");

// src/dashboard/metrics/peer-readings.ts
async function readPeer(facts, meter, clock) {
  const counts = await facts.counts();
  const connections = facts.connections();
  const relayed = connections.filter((connection) => connection.relayed).length;
  const budget = meter.githubBudget;
  return {
    build_info: [{ labels: { version: facts.version }, value: 1 }],
    start_time_seconds: [{ value: facts.startedAt / 1e3 }],
    resident_memory_bytes: [{ value: facts.residentBytes() }],
    ...counts === void 0 ? {} : readQueue(counts, facts, meter, clock),
    peers: [
      { labels: { connection: "direct" }, value: connections.length - relayed },
      { labels: { connection: "relayed" }, value: relayed }
    ],
    relaying: [{ value: facts.isRelay() ? 1 : 0 }],
    rejections: labelled("kind", facts.rejections()),
    ...budget === void 0 ? {} : {
      github_requests_limit: [{ value: budget.limit }],
      github_requests_remaining: [{ value: budget.remaining }],
      github_reset_seconds: [{ value: budget.resetInMs / 1e3 }]
    }
  };
}
function readQueue(counts, facts, meter, clock) {
  const { oldestReadyAt } = counts;
  return {
    tasks: labelled("status", counts.byStatus),
    queued_tasks: labelled("phase", counts.queuedByPhase),
    suspect_tasks: [{ value: counts.suspect }],
    oldest_ready_seconds: [
      { value: oldestReadyAt === void 0 ? 0 : Math.max(0, clock.now() - oldestReadyAt) / 1e3 }
    ],
    parked_claims: [{ value: facts.parkedClaims() }],
    submits: meter.count("submits"),
    claims: meter.count("claims"),
    settles: meter.settles.samples(),
    retries: meter.retries.samples(),
    releases: meter.releases.samples(),
    lease_losses: meter.count("lease_losses"),
    fenced_reports: meter.count("fenced_reports"),
    cancel_requests: meter.count("cancel_requests"),
    task_wait_seconds: meter.wait.state(),
    attempt_seconds: meter.attempt.state(),
    log_bytes: meter.count("log_bytes"),
    store_sync_seconds: meter.sync.state()
  };
}
var labelled = (label, values) => Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));

// src/dashboard/readiness.ts
async function checkReadiness(checks) {
  const looked = await Promise.all(
    checks.map(async ({ name, optional, problem }) => {
      const found = await Promise.resolve().then(problem).catch((error) => errorText(error));
      return { name, required: optional !== true, ...found === void 0 ? {} : { problem: found } };
    })
  );
  const isReady = looked.every(({ required, problem }) => !required || problem === void 0);
  return {
    status: isReady ? "ready" : "not_ready",
    checks: looked.map(({ name, problem }) => ({
      name,
      ok: problem === void 0,
      ...problem === void 0 ? {} : { problem }
    }))
  };
}

// src/dashboard/observation.ts
function createObservation(deps, settings) {
  const { facts, meter, readiness, authenticate, clock } = deps;
  const demandReader = async (req) => {
    demandKnownHost(req, settings.allowedHosts);
    if (settings.metricsOpen) return;
    const token = bearerOf(req);
    const credential = token === void 0 ? void 0 : await authenticate(token);
    if (credential === void 0 || credential.ended?.aborted === true)
      throw new RunnerMeshError("unauthorized", "Send a token of this runner as Authorization: Bearer <token>.");
    if (!credential.caller.access.has("tasks:read"))
      throw new RunnerMeshError("forbidden", "The metrics need the right tasks:read, which the token does not have.");
  };
  return {
    metrics: async (req, res) => {
      try {
        await demandReader(req);
        const { type, text } = writeMetrics(await readPeer(facts, meter, clock), req.headers.accept);
        res.writeHead(200, { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" });
        res.end(text);
      } catch (thrown) {
        sendRefusal(res, thrown);
      }
    },
    ready: async (_req, res) => {
      const found = await checkReadiness(readiness);
      sendBody(res, found.status === "ready" ? 200 : 503, found);
    },
    health: (_req, res) => {
      sendBody(res, 200, { status: "ok", version: facts.version });
      return Promise.resolve();
    }
  };
}

// src/app/http/bearer-tokens.ts
import { createHash as createHash2, timingSafeEqual as timingSafeEqual2 } from "node:crypto";

// node_modules/jose/dist/webapi/lib/buffer_utils.js
var encoder = new TextEncoder();
var decoder = new TextDecoder();
var strictDecoder = new TextDecoder("utf-8", { fatal: true });
var UINT32_RANGE = 2 ** 32;
function concat(...buffers) {
  const size = buffers.reduce((acc, { length }) => acc + length, 0), buf = new Uint8Array(size);
  let i = 0;
  for (const buffer of buffers)
    buf.set(buffer, i), i += buffer.length;
  return buf;
}
var NON_ASCII = /[^\x00-\x7f]/;
function encode(string) {
  if (typeof string == "string" && string.length >= 128) {
    if (NON_ASCII.test(string))
      throw new TypeError("non-ASCII string encountered in encode()");
    return encoder.encode(string);
  }
  const bytes = new Uint8Array(string.length);
  for (let i = 0; i < string.length; i++) {
    const code = string.charCodeAt(i);
    if (code > 127)
      throw new TypeError("non-ASCII string encountered in encode()");
    bytes[i] = code;
  }
  return bytes;
}
function decodeBase64(encoded, url = false) {
  if (Uint8Array.fromBase64)
    return Uint8Array.fromBase64(encoded, { alphabet: url ? "base64url" : "base64" });
  if (url) {
    if (encoded.includes("+") || encoded.includes("/"))
      throw new TypeError("Invalid base64url");
    encoded = encoded.replace(/-/g, "+").replace(/_/g, "/");
  }
  const binary = atob(encoded), bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++)
    bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// node_modules/jose/dist/webapi/util/errors.js
var errors_exports = {};
__export(errors_exports, {
  JOSEAlgNotAllowed: () => JOSEAlgNotAllowed,
  JOSEError: () => JOSEError,
  JOSENotSupported: () => JOSENotSupported,
  JWEDecryptionFailed: () => JWEDecryptionFailed,
  JWEInvalid: () => JWEInvalid,
  JWKInvalid: () => JWKInvalid,
  JWKSInvalid: () => JWKSInvalid,
  JWKSMultipleMatchingKeys: () => JWKSMultipleMatchingKeys,
  JWKSNoMatchingKey: () => JWKSNoMatchingKey,
  JWKSTimeout: () => JWKSTimeout,
  JWSInvalid: () => JWSInvalid,
  JWSSignatureVerificationFailed: () => JWSSignatureVerificationFailed,
  JWTClaimValidationFailed: () => JWTClaimValidationFailed,
  JWTExpired: () => JWTExpired,
  JWTInvalid: () => JWTInvalid
});
var JOSEError = class extends Error {
  static code = "ERR_JOSE_GENERIC";
  code = "ERR_JOSE_GENERIC";
  constructor(message2, options) {
    super(message2, options), this.name = this.constructor.name, Error.captureStackTrace?.(this, this.constructor);
  }
};
var JWTClaimValidationFailed = class extends JOSEError {
  static code = "ERR_JWT_CLAIM_VALIDATION_FAILED";
  code = "ERR_JWT_CLAIM_VALIDATION_FAILED";
  claim;
  reason;
  payload;
  constructor(message2, payload, claim = "unspecified", reason = "unspecified") {
    super(message2, { cause: { claim, reason, payload } }), this.claim = claim, this.reason = reason, this.payload = payload;
  }
};
var JWTExpired = class extends JOSEError {
  static code = "ERR_JWT_EXPIRED";
  code = "ERR_JWT_EXPIRED";
  claim;
  reason;
  payload;
  constructor(message2, payload, claim = "unspecified", reason = "unspecified") {
    super(message2, { cause: { claim, reason, payload } }), this.claim = claim, this.reason = reason, this.payload = payload;
  }
};
var JOSEAlgNotAllowed = class extends JOSEError {
  static code = "ERR_JOSE_ALG_NOT_ALLOWED";
  code = "ERR_JOSE_ALG_NOT_ALLOWED";
};
var JOSENotSupported = class extends JOSEError {
  static code = "ERR_JOSE_NOT_SUPPORTED";
  code = "ERR_JOSE_NOT_SUPPORTED";
};
var JWEDecryptionFailed = class extends JOSEError {
  static code = "ERR_JWE_DECRYPTION_FAILED";
  code = "ERR_JWE_DECRYPTION_FAILED";
  constructor(message2 = "decryption operation failed", options) {
    super(message2, options);
  }
};
var JWEInvalid = class extends JOSEError {
  static code = "ERR_JWE_INVALID";
  code = "ERR_JWE_INVALID";
};
var JWSInvalid = class extends JOSEError {
  static code = "ERR_JWS_INVALID";
  code = "ERR_JWS_INVALID";
};
var JWTInvalid = class extends JOSEError {
  static code = "ERR_JWT_INVALID";
  code = "ERR_JWT_INVALID";
};
var JWKInvalid = class extends JOSEError {
  static code = "ERR_JWK_INVALID";
  code = "ERR_JWK_INVALID";
};
var JWKSInvalid = class extends JOSEError {
  static code = "ERR_JWKS_INVALID";
  code = "ERR_JWKS_INVALID";
};
var JWKSNoMatchingKey = class extends JOSEError {
  static code = "ERR_JWKS_NO_MATCHING_KEY";
  code = "ERR_JWKS_NO_MATCHING_KEY";
  constructor(message2 = "no applicable key found in the JSON Web Key Set", options) {
    super(message2, options);
  }
};
var JWKSMultipleMatchingKeys = class extends JOSEError {
  [Symbol.asyncIterator] = async function* () {
  };
  static code = "ERR_JWKS_MULTIPLE_MATCHING_KEYS";
  code = "ERR_JWKS_MULTIPLE_MATCHING_KEYS";
  constructor(message2 = "multiple matching keys found in the JSON Web Key Set", options) {
    super(message2, options);
  }
};
var JWKSTimeout = class extends JOSEError {
  static code = "ERR_JWKS_TIMEOUT";
  code = "ERR_JWKS_TIMEOUT";
  constructor(message2 = "request timed out", options) {
    super(message2, options);
  }
};
var JWSSignatureVerificationFailed = class extends JOSEError {
  static code = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
  code = "ERR_JWS_SIGNATURE_VERIFICATION_FAILED";
  constructor(message2 = "signature verification failed", options) {
    super(message2, options);
  }
};

// node_modules/jose/dist/webapi/util/base64url.js
var invalid = "The input to be decoded is not correctly encoded.";
function decode(input) {
  try {
    return decodeBase64(typeof input == "string" ? input : decoder.decode(input), true);
  } catch (cause) {
    throw new TypeError(invalid, { cause });
  }
}

// node_modules/jose/dist/webapi/lib/validate.js
function isObject(input) {
  if (typeof input != "object" || input === null || Object.prototype.toString.call(input) !== "[object Object]")
    return false;
  const prototype = Object.getPrototypeOf(input);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
function isJwkSet(input) {
  return isObject(input) && Array.isArray(input.keys) && Array.from(input.keys).every(isObject);
}
function isDisjoint(...headers) {
  const parameters = /* @__PURE__ */ new Set();
  for (const header of headers)
    if (header)
      for (const parameter of Object.keys(header)) {
        if (parameters.has(parameter))
          return false;
        parameters.add(parameter);
      }
  return true;
}
function decodeBase64url(value, label, ErrorClass) {
  try {
    return decode(value);
  } catch (cause) {
    throw new ErrorClass(`Failed to base64url decode the ${label}`, { cause });
  }
}
function encodeAsciiMember(value, label, ErrorClass) {
  try {
    return encode(value);
  } catch (cause) {
    throw new ErrorClass(`The ${label} is not a valid base64url string`, { cause });
  }
}
function parseJoseHeader(encodedProtectedHeader, ErrorClass, message2) {
  let parsed;
  try {
    parsed = JSON.parse(strictDecoder.decode(decode(encodedProtectedHeader)));
  } catch (cause) {
    throw new ErrorClass(message2, { cause });
  }
  if (!isObject(parsed))
    throw new ErrorClass(message2);
  return parsed;
}
var JWS_RECOGNIZED = { __proto__: null, b64: true };
function validateAlgorithms(option, algorithms) {
  if (algorithms !== void 0 && (!Array.isArray(algorithms) || algorithms.some((s) => typeof s != "string")))
    throw new TypeError(`"${option}" option must be an array of strings`);
  return algorithms === void 0 ? void 0 : new Set(algorithms);
}
function validateCrit(Err, recognizedDefault, recognizedOption, protectedHeader, joseHeader) {
  if (joseHeader.crit !== void 0 && protectedHeader?.crit === void 0)
    throw new Err('"crit" (Critical) Header Parameter MUST be integrity protected');
  if (!protectedHeader || protectedHeader.crit === void 0)
    return [];
  if (!Array.isArray(protectedHeader.crit) || protectedHeader.crit.length === 0 || protectedHeader.crit.some((input) => typeof input != "string" || input.length === 0))
    throw new Err('"crit" (Critical) Header Parameter MUST be an array of non-empty strings when present');
  const recognized = recognizedOption === void 0 ? recognizedDefault : { __proto__: null, ...recognizedOption, ...recognizedDefault };
  for (const parameter of protectedHeader.crit) {
    if (!(parameter in recognized))
      throw new JOSENotSupported(`Extension Header Parameter "${parameter}" is not recognized`);
    if (!Object.hasOwn(joseHeader, parameter) || joseHeader[parameter] === void 0)
      throw new Err(`Extension Header Parameter "${parameter}" is missing`);
    if (recognized[parameter] && (!Object.hasOwn(protectedHeader, parameter) || protectedHeader[parameter] === void 0))
      throw new Err(`Extension Header Parameter "${parameter}" MUST be integrity protected`);
  }
  return protectedHeader.crit;
}
function validateB64(protectedHeader, extensions) {
  if (extensions.includes("b64")) {
    const b64 = protectedHeader.b64;
    if (typeof b64 != "boolean")
      throw new JWSInvalid('The "b64" (base64url-encode payload) Header Parameter must be a boolean');
    return b64;
  }
  return true;
}

// node_modules/jose/dist/webapi/lib/key.js
var tag = (key) => key[Symbol.toStringTag];
var jwkMatchesOp = (entry, key, usage) => {
  const { alg } = entry;
  if (key.use !== void 0) {
    const expected = usage === "sign" || usage === "verify" ? "sig" : "enc";
    if (key.use !== expected)
      throw new TypeError(`Invalid key for this operation, its "use" must be "${expected}" when present`);
  }
  if (key.alg !== void 0 && key.alg !== alg)
    throw new TypeError(`Invalid key for this operation, its "alg" must be "${alg}" when present`);
  if (Array.isArray(key.key_ops)) {
    const expectedKeyOp = usage === "encrypt" || usage === "decrypt" ? entry.ops?.[usage === "encrypt" ? 0 : 1] : usage;
    if (expectedKeyOp && !key.key_ops.includes(expectedKeyOp))
      throw new TypeError(`Invalid key for this operation, its "key_ops" must include "${expectedKeyOp}" when present`);
  }
};
async function prepareKey(entry, key, usage) {
  const { alg, secret } = entry, requiresPrivateKey = usage === "decrypt" || usage === "sign";
  if (secret && key instanceof Uint8Array)
    return key;
  let normalized, keyObject;
  if (isObject(key)) {
    if (normalized = normalizeJwk(key), typeof normalized.kty != "string")
      throw invalidKeyType(alg, key, secret);
    if (!(secret ? normalized.kty === "oct" && typeof normalized.k == "string" : normalized.kty !== "oct" && (requiresPrivateKey ? normalized.kty === "AKP" && typeof normalized.priv == "string" || typeof normalized.d == "string" : normalized.d === void 0 && normalized.priv === void 0)))
      throw new TypeError(secret ? 'JSON Web Key for symmetric algorithms must have JWK "kty" (Key Type) equal to "oct" and the JWK "k" (Key Value) present' : `JSON Web Key for this operation must be a ${requiresPrivateKey ? "private" : "public"} JWK`);
    if (jwkMatchesOp(entry, normalized, usage), normalized.kty === "oct")
      return decode(normalized.k);
    if (!Object.isFrozen(key)) {
      const { key_ops } = key;
      Array.isArray(key_ops) && Object.freeze(key_ops), Object.freeze(key);
    }
  } else {
    if (!isKeyLike(key))
      throw invalidKeyType(alg, key, secret);
    const expectedType = secret ? "secret" : requiresPrivateKey ? "private" : "public";
    if (key.type !== expectedType && (secret || ["secret", "public", "private"].includes(key.type)))
      throw new TypeError(`${tag(key)} instances must be of type "${expectedType}" for the ${alg} algorithm`);
    if (isCryptoKey(key))
      return key;
    if (keyObject = key, keyObject.type === "secret")
      return keyObject.export();
  }
  cache ||= /* @__PURE__ */ new WeakMap();
  const cacheKey = key;
  let cached = cache.get(cacheKey);
  if (cached?.[alg])
    return cached[alg];
  if (cached || cache.set(cacheKey, cached = {}), keyObject && typeof keyObject.toCryptoKey == "function") {
    const isPublic = keyObject.type === "public", crv = nist[keyObject.asymmetricKeyDetails?.namedCurve], params = entry.resolve?.({ crv, asymmetricKeyType: keyObject.asymmetricKeyType }) ?? entry.subtle;
    return cached[alg] = keyObject.toCryptoKey(params, isPublic, entry.usages[isPublic ? 0 : 1]);
  }
  return normalized ??= keyObject.export({ format: "jwk" }), normalized.alg = alg, cached[alg] = await jwkToKey(entry, normalized);
}
var cache;
var nist = {
  __proto__: null,
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521"
};
var isCryptoKey = (key) => {
  if (key?.[Symbol.toStringTag] === "CryptoKey")
    return true;
  try {
    return key instanceof CryptoKey;
  } catch {
    return false;
  }
};
var isKeyObject = (key) => key?.[Symbol.toStringTag] === "KeyObject";
var isKeyLike = (key) => isCryptoKey(key) || isKeyObject(key);
function message(msg, actual, ...types) {
  if (types.length > 2) {
    const last = types.pop();
    msg += `one of type ${types.join(", ")}, or ${last}.`;
  } else types.length === 2 ? msg += `one of type ${types[0]} or ${types[1]}.` : msg += `of type ${types[0]}.`;
  return actual == null ? msg += ` Received ${actual}` : typeof actual == "function" && actual.name ? msg += ` Received function ${actual.name}` : typeof actual == "object" && actual != null && actual.constructor?.name && (msg += ` Received an instance of ${actual.constructor.name}`), msg;
}
function invalidKeyType(alg, actual, secret) {
  const types = ["CryptoKey", "KeyObject", "JSON Web Key"];
  return secret && types.push("Uint8Array"), new TypeError(message(`Key for the ${alg} algorithm must be `, actual, ...types));
}
var unusable = (name, prop = "algorithm.name") => new TypeError(`CryptoKey does not support this operation, its ${prop} must be ${name}`);
function checkUsage(key, usage) {
  if (usage && !key.usages.includes(usage))
    throw new TypeError(`CryptoKey does not support this operation, its usages must include ${usage}.`);
}
function checkModulusLength(alg, key) {
  const { modulusLength } = key.algorithm;
  if (typeof modulusLength != "number" || modulusLength < 2048)
    throw new TypeError(`${alg} requires key modulusLength to be 2048 bits or larger`);
}
function checkCryptoKey(key, expected, usage) {
  const algorithm = key.algorithm;
  if (algorithm.name !== expected.name)
    throw unusable(expected.name);
  if (expected.hash && algorithm.hash?.name !== expected.hash)
    throw unusable(expected.hash, "algorithm.hash");
  if (expected.namedCurve && algorithm.namedCurve !== expected.namedCurve)
    throw unusable(expected.namedCurve, "algorithm.namedCurve");
  if (expected.length !== void 0 && algorithm.length !== expected.length)
    throw unusable(expected.length, "algorithm.length");
  checkUsage(key, usage);
}
function snapshotJwk(jwk) {
  return { __proto__: null, ...jwk };
}
function normalizeJwk(jwk) {
  const normalized = snapshotJwk(jwk);
  if (normalized.ext !== void 0 && typeof normalized.ext != "boolean")
    throw new TypeError('"ext" (Extractable) Parameter must be a boolean');
  if (normalized.key_ops !== void 0) {
    const value = normalized.key_ops, keyOps = Array.isArray(value) ? [...value] : void 0;
    if (!keyOps || keyOps.some((operation) => typeof operation != "string") || new Set(keyOps).size !== keyOps.length)
      throw new TypeError('"key_ops" (Key Operations) Parameter must be an array of unique strings');
    normalized.key_ops = keyOps;
  }
  return normalized;
}
async function jwkToKey(entry, jwk, extractable) {
  if (!entry.kty.includes(jwk.kty))
    throw new JOSENotSupported('Invalid or unsupported JWK "alg" (Algorithm) Parameter value');
  const algorithm = entry.resolve?.({ kty: jwk.kty, crv: jwk.crv }) ?? entry.subtle, isPrivate = !!(jwk.d || jwk.priv), keyData = { ...jwk, ext: extractable ?? jwk.ext };
  return keyData.kty !== "AKP" && delete keyData.alg, delete keyData.use, crypto.subtle.importKey("jwk", keyData, algorithm, keyData.ext ?? !isPrivate, jwk.key_ops ?? entry.usages[isPrivate ? 1 : 0]);
}
async function rawKey(key, expected, usage, extractable = false) {
  return key instanceof Uint8Array && (key = await crypto.subtle.importKey("raw", key, expected, extractable, [usage])), checkCryptoKey(key, expected, usage), key;
}

// node_modules/jose/dist/webapi/lib/key_descriptor.js
function table(entries) {
  const out = { __proto__: null };
  for (const alg in entries)
    out[alg] = { ...entries[alg], alg };
  return out;
}

// node_modules/jose/dist/webapi/lib/jws_algorithms.js
var sig = [["verify"], ["sign"]];
function hmac(bits) {
  const subtle = { name: "HMAC", hash: `SHA-${bits}` };
  return { kty: ["oct"], secret: true, subtle, signing: subtle, usages: sig };
}
function rsa(bits, saltLength) {
  const subtle = { name: saltLength ? "RSA-PSS" : "RSASSA-PKCS1-v1_5", hash: `SHA-${bits}` };
  return {
    kty: ["RSA"],
    subtle,
    signing: saltLength ? { ...subtle, saltLength } : subtle,
    usages: sig,
    minRsaBits: 2048
  };
}
function ecdsa(crv, bits) {
  return {
    kty: ["EC"],
    crv,
    subtle: { name: "ECDSA", namedCurve: crv },
    signing: { name: "ECDSA", hash: `SHA-${bits}` },
    usages: sig
  };
}
function eddsa() {
  const subtle = { name: "Ed25519" };
  return {
    kty: ["OKP"],
    crv: "Ed25519",
    subtle,
    signing: subtle,
    usages: sig
  };
}
function mldsa(parameterSet) {
  const subtle = { name: `ML-DSA-${parameterSet}` };
  return {
    kty: ["AKP"],
    subtle,
    signing: subtle,
    usages: sig
  };
}
var JWS = table({
  HS256: hmac(256),
  HS384: hmac(384),
  HS512: hmac(512),
  RS256: rsa(256),
  RS384: rsa(384),
  RS512: rsa(512),
  PS256: rsa(256, 32),
  PS384: rsa(384, 48),
  PS512: rsa(512, 64),
  ES256: ecdsa("P-256", 256),
  ES384: ecdsa("P-384", 384),
  ES512: ecdsa("P-521", 512),
  EdDSA: eddsa(),
  Ed25519: eddsa(),
  "ML-DSA-44": mldsa(44),
  "ML-DSA-65": mldsa(65),
  "ML-DSA-87": mldsa(87)
});
function jwsAlgorithm(alg) {
  const entry = typeof alg == "string" ? JWS[alg] : void 0;
  if (!entry)
    throw new JOSENotSupported(`alg ${alg} is not supported either by JOSE or your javascript runtime`);
  return entry;
}

// node_modules/jose/dist/webapi/lib/jws_verify.js
function prepareVerify(options) {
  return [options && validateAlgorithms("algorithms", options.algorithms), options?.crit];
}
function parseProtectedHeader(encodedProtectedHeader) {
  return encodedProtectedHeader === void 0 ? {} : parseJoseHeader(encodedProtectedHeader, JWSInvalid, "JWS Protected Header is invalid");
}
function encodeCompactUnencodedPayload(payload) {
  try {
    return encode(payload);
  } catch (cause) {
    throw new JWSInvalid("JWS Compact Serialization payload must use only ASCII characters", {
      cause
    });
  }
}
async function verifySignature(jws, shared, key, encodeUnencodedPayload, parsedProtected) {
  const { protected: encodedProtectedHeader, header, payload: inputPayload } = jws, protectedHeader = parsedProtected ?? parseProtectedHeader(encodedProtectedHeader);
  if (!isDisjoint(protectedHeader, header))
    throw new JWSInvalid("JWS Protected and JWS Unprotected Header Parameter names must be disjoint");
  const joseHeader = { ...protectedHeader, ...header }, b64 = validateB64(protectedHeader, validateCrit(JWSInvalid, JWS_RECOGNIZED, shared[1], protectedHeader, joseHeader)), { alg } = joseHeader;
  if (typeof alg != "string" || !alg)
    throw new JWSInvalid('JWS "alg" (Algorithm) Header Parameter missing or invalid');
  if (shared[0] && !shared[0].has(alg))
    throw new JOSEAlgNotAllowed('"alg" (Algorithm) Header Parameter value not allowed');
  if (b64) {
    if (typeof inputPayload != "string")
      throw new JWSInvalid("JWS Payload must be a string");
  } else if (typeof inputPayload != "string" && !(inputPayload instanceof Uint8Array))
    throw new JWSInvalid("JWS Payload must be a string or an Uint8Array instance");
  const signingPayload = b64 || typeof inputPayload != "string" ? inputPayload : encodeUnencodedPayload(inputPayload);
  let resolvedKey = false;
  typeof key == "function" && (key = await key(protectedHeader, jws), resolvedKey = true);
  const entry = jwsAlgorithm(alg), signingInput = concat(encodedProtectedHeader !== void 0 ? encode(encodedProtectedHeader) : new Uint8Array(), encode("."), typeof signingPayload == "string" ? shared[2] ??= encodeAsciiMember(signingPayload, "payload", JWSInvalid) : signingPayload), signature = decodeBase64url(jws.signature, "signature", JWSInvalid), verificationKey = await prepareKey(entry, key, "verify"), cryptoKey = await rawKey(verificationKey, entry.subtle, "verify");
  entry.minRsaBits && checkModulusLength(entry.alg, cryptoKey);
  let verified = false;
  try {
    verified = await crypto.subtle.verify(entry.signing, cryptoKey, signature, signingInput);
  } catch (cause) {
    throw new JWSSignatureVerificationFailed(void 0, { cause });
  }
  if (!verified)
    throw new JWSSignatureVerificationFailed();
  const result = { payload: typeof signingPayload == "string" ? decodeBase64url(signingPayload, "payload", JWSInvalid) : signingPayload };
  return encodedProtectedHeader !== void 0 && (result.protectedHeader = protectedHeader), header !== void 0 && (result.unprotectedHeader = header), resolvedKey ? [{ ...result, key: verificationKey }, b64] : [result, b64];
}
async function verifyCompact(jws, shared, key) {
  if (jws instanceof Uint8Array && (jws = decoder.decode(jws)), typeof jws != "string")
    throw new JWSInvalid("Compact JWS must be a string or Uint8Array");
  const { 0: protectedHeader, 1: payload, 2: signature, length } = jws.split(".");
  if (length !== 3)
    throw new JWSInvalid("Invalid Compact JWS");
  return verifySignature({ payload, protected: protectedHeader, signature }, shared, key, encodeCompactUnencodedPayload);
}

// node_modules/jose/dist/webapi/lib/jwt_claims_set.js
var epoch = (date) => Math.floor(date.getTime() / 1e3);
var multipliers = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86400,
  w: 604800,
  y: 31557600
};
var REGEX = /^(\+|\-)? ?(\d+|\d+\.\d+) ?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)(?: (ago|from now))?$/i;
var checkFailed = "check_failed";
function invalidDuration() {
  throw new TypeError("Invalid time period format");
}
function secs(str) {
  typeof str != "string" && invalidDuration();
  const matched = REGEX.exec(str);
  (!matched || matched[4] && matched[1]) && invalidDuration();
  const value = parseFloat(matched[2]), durationSeconds = Math.round(value * multipliers[matched[3][0].toLowerCase()]);
  return Number.isFinite(durationSeconds) || invalidDuration(), matched[1] === "-" || matched[4] === "ago" ? -durationSeconds : durationSeconds;
}
function validateInput(label, input) {
  if (!Number.isFinite(input))
    throw new TypeError(`Invalid ${label} input`);
  return input;
}
var normalizeTyp = (value) => {
  const normalized = value.toLowerCase();
  return value.includes("/") ? normalized : `application/${normalized}`;
};
var checkAudiencePresence = (audPayload, audOption) => typeof audPayload == "string" ? audOption.includes(audPayload) : Array.isArray(audPayload) ? audOption.some((aud) => audPayload.includes(aud)) : false;
function validateNumericDate(claimsSet, claim, required = false) {
  const value = claimsSet[claim];
  if (!(value === void 0 && !required)) {
    if (typeof value != "number")
      throw new JWTClaimValidationFailed(`"${claim}" claim must be a number`, claimsSet, claim, "invalid");
    return value;
  }
}
function unexpectedClaim(claimsSet, claim) {
  throw new JWTClaimValidationFailed(`unexpected "${claim}" claim value`, claimsSet, claim, checkFailed);
}
function validateClaimsSet(protectedHeader, claimsSetBytes, options = {}) {
  let claimsSet;
  try {
    claimsSet = JSON.parse(strictDecoder.decode(claimsSetBytes));
  } catch (cause) {
    throw new JWTInvalid("JWT Claims Set must be a top-level JSON object", { cause });
  }
  if (!isObject(claimsSet))
    throw new JWTInvalid("JWT Claims Set must be a top-level JSON object");
  const { typ } = options;
  if (typ !== void 0 && (typeof protectedHeader.typ != "string" || normalizeTyp(protectedHeader.typ) !== normalizeTyp(typ)))
    throw new JWTClaimValidationFailed('unexpected "typ" JWT header value', claimsSet, "typ", checkFailed);
  const { requiredClaims = [], issuer, subject, audience, maxTokenAge } = options, presenceCheck = [...requiredClaims];
  maxTokenAge !== void 0 && presenceCheck.push("iat"), audience !== void 0 && presenceCheck.push("aud"), subject !== void 0 && presenceCheck.push("sub"), issuer !== void 0 && presenceCheck.push("iss");
  for (const claim of new Set(presenceCheck.reverse()))
    if (!Object.hasOwn(claimsSet, claim))
      throw new JWTClaimValidationFailed(`missing required "${claim}" claim`, claimsSet, claim, "missing");
  issuer !== void 0 && !(Array.isArray(issuer) ? issuer : [issuer]).includes(claimsSet.iss) && unexpectedClaim(claimsSet, "iss"), subject !== void 0 && claimsSet.sub !== subject && unexpectedClaim(claimsSet, "sub"), audience !== void 0 && !checkAudiencePresence(claimsSet.aud, typeof audience == "string" ? [audience] : audience) && unexpectedClaim(claimsSet, "aud");
  const { clockTolerance } = options;
  let tolerance = 0;
  if (typeof clockTolerance == "string")
    tolerance = secs(clockTolerance);
  else if (clockTolerance !== void 0) {
    if (typeof clockTolerance != "number")
      throw new TypeError("Invalid clockTolerance option type");
    tolerance = clockTolerance;
  }
  if (validateInput("clockTolerance option", tolerance), tolerance < 0)
    throw new TypeError("Invalid clockTolerance option input");
  const { currentDate } = options, now = validateInput("currentDate option", epoch(currentDate === void 0 ? /* @__PURE__ */ new Date() : currentDate)), iat = validateNumericDate(claimsSet, "iat", maxTokenAge !== void 0), nbf = validateNumericDate(claimsSet, "nbf");
  if (nbf !== void 0 && nbf > now + tolerance)
    throw new JWTClaimValidationFailed('"nbf" claim timestamp check failed', claimsSet, "nbf", checkFailed);
  const exp = validateNumericDate(claimsSet, "exp");
  if (exp !== void 0 && exp <= now - tolerance)
    throw new JWTExpired('"exp" claim timestamp check failed', claimsSet, "exp", checkFailed);
  if (maxTokenAge !== void 0) {
    const age = now - iat, max = validateInput("maxTokenAge option", typeof maxTokenAge == "number" ? maxTokenAge : secs(maxTokenAge));
    if (max < 0)
      throw new TypeError("Invalid maxTokenAge option input");
    if (age - tolerance > max)
      throw new JWTExpired('"iat" claim timestamp check failed (too far in the past)', claimsSet, "iat", checkFailed);
    if (age < -tolerance)
      throw new JWTClaimValidationFailed('"iat" claim timestamp check failed (it should be in the past)', claimsSet, "iat", checkFailed);
  }
  return claimsSet;
}

// node_modules/jose/dist/webapi/jwt/verify.js
async function jwtVerify(jwt, key, options) {
  const [verified, b64] = await verifyCompact(jwt, prepareVerify(options), key);
  if (!b64)
    throw new JWTInvalid("JWTs MUST NOT use unencoded payload");
  const payload = validateClaimsSet(verified.protectedHeader, verified.payload, options);
  return { ...verified, payload };
}

// node_modules/jose/dist/webapi/jwks/local.js
function isUsableJWK(jwk, entry, alg, kid) {
  const { kty, key_ops: keyOps, ext, kid: jwkKid, alg: jwkAlg, use, crv } = jwk;
  return (ext === void 0 || typeof ext == "boolean") && (keyOps === void 0 || Array.isArray(keyOps) && keyOps.every((operation, index) => typeof operation == "string" && keyOps.indexOf(operation) === index) && keyOps.includes("verify")) && entry.kty.includes(kty) && (kid === void 0 || typeof kid == "string" && kid === jwkKid) && (jwkAlg === void 0 ? kty !== "AKP" : alg === jwkAlg) && (use === void 0 || use === "sig") && (!entry.crv || crv === entry.crv);
}
async function importWithAlgCache(cache2, jwk, entry) {
  const cached = cache2.get(jwk) || cache2.set(jwk, {}).get(jwk), { alg } = entry;
  if (cached[alg] === void 0) {
    const pending = jwkToKey(entry, jwk, true).then((key) => {
      if (key.type !== "public")
        throw new JWKSInvalid("JSON Web Key Set members must be public keys");
      return cached[alg] = key, key;
    }).catch((error) => {
      throw cached[alg] === pending && delete cached[alg], error;
    });
    cached[alg] = pending;
  }
  return cached[alg];
}
function createLocalJWKSet(jwks) {
  let snapshot;
  try {
    snapshot = structuredClone(jwks);
  } catch (cause) {
    throw new JWKSInvalid("JSON Web Key Set malformed", { cause });
  }
  if (!isJwkSet(snapshot))
    throw new JWKSInvalid("JSON Web Key Set malformed");
  const metadata2 = snapshot.keys.map((jwk) => {
    const normalized = snapshotJwk(jwk);
    return Array.isArray(normalized.key_ops) && (normalized.key_ops = [...normalized.key_ops]), normalized;
  }), cached = /* @__PURE__ */ new WeakMap();
  return Object.defineProperty(async (protectedHeader, token) => {
    const { alg, kid } = { ...protectedHeader, ...token?.header }, entry = typeof alg == "string" ? JWS[alg] : void 0;
    if (!entry || entry.secret)
      throw new JOSENotSupported('Unsupported "alg" value for a JSON Web Key Set');
    const candidates = snapshot.keys.filter((_, index) => isUsableJWK(metadata2[index], entry, alg, kid)), { 0: jwk, length } = candidates;
    if (!length)
      throw new JWKSNoMatchingKey();
    if (length !== 1) {
      const error = new JWKSMultipleMatchingKeys();
      throw error[Symbol.asyncIterator] = async function* () {
        for (const jwk2 of candidates)
          try {
            yield await importWithAlgCache(cached, jwk2, entry);
          } catch {
          }
      }, error;
    }
    return importWithAlgCache(cached, jwk, entry);
  }, "jwks", {
    value: () => structuredClone(snapshot)
  });
}

// node_modules/jose/dist/webapi/jwks/remote.js
function isCloudflareWorkers() {
  return typeof WebSocketPair < "u" || typeof navigator < "u" && navigator.userAgent === "Cloudflare-Workers" || typeof EdgeRuntime < "u" && EdgeRuntime === "vercel";
}
var USER_AGENT;
(typeof navigator > "u" || !navigator.userAgent?.startsWith?.("Mozilla/5.0 ")) && (USER_AGENT = "jose/v6.2.17");
var customFetch = /* @__PURE__ */ Symbol();
async function fetchJwks(url, headers, signal, fetchImpl = fetch) {
  const response = await fetchImpl(url, {
    method: "GET",
    signal,
    redirect: "manual",
    headers
  }).catch((err) => {
    throw err.name === "TimeoutError" ? new JWKSTimeout(void 0, { cause: err }) : err;
  });
  if (response.status !== 200)
    throw new JOSEError("Expected 200 OK from the JSON Web Key Set HTTP response");
  try {
    return await response.json();
  } catch (cause) {
    throw new JOSEError("Failed to parse the JSON Web Key Set HTTP response as JSON", { cause });
  }
}
var jwksCache = /* @__PURE__ */ Symbol();
function isFreshFor(timestamp, duration) {
  return Number.isFinite(timestamp) && Date.now() < timestamp + duration;
}
function validateDuration(value, fallback, option) {
  if (Number.isNaN(value))
    throw new TypeError(`"${option}" option must not be NaN`);
  if (typeof value == "number" && value < 0)
    throw new TypeError(`"${option}" option must not be negative`);
  return typeof value == "number" ? value : fallback;
}
function createRemoteJWKSet(url, options) {
  if (!(url instanceof URL))
    throw new TypeError("url must be an instance of URL");
  const href = new URL(url.href).href, opts = options ?? {}, timeoutOption = opts.timeoutDuration;
  if (typeof timeoutOption == "number" && (!Number.isInteger(timeoutOption) || timeoutOption < 0))
    throw new TypeError('"timeoutDuration" option must be a non-negative integer');
  const timeoutDuration = typeof timeoutOption == "number" ? timeoutOption : 5e3, cooldownDuration = validateDuration(opts.cooldownDuration, 3e4, "cooldownDuration"), cacheMaxAge = validateDuration(opts.cacheMaxAge, 6e5, "cacheMaxAge"), headers = new Headers(opts.headers);
  USER_AGENT && !headers.has("User-Agent") && headers.set("User-Agent", USER_AGENT), headers.has("accept") || headers.set("accept", "application/json, application/jwk-set+json");
  const fetchImpl = opts[customFetch], cache2 = opts[jwksCache];
  let jwksTimestamp, pendingFetch, reloadSequence = 0, appliedSequence = 0, local;
  if (cache2 && typeof cache2 == "object") {
    const { uat, jwks } = cache2;
    isFreshFor(uat, cacheMaxAge) && isJwkSet(jwks) && (jwksTimestamp = uat, local = createLocalJWKSet(jwks));
  }
  const reload = async () => {
    if (pendingFetch && isCloudflareWorkers() && (pendingFetch = void 0), !pendingFetch) {
      const sequence = ++reloadSequence, current = pendingFetch = fetchJwks(href, headers, AbortSignal.timeout(timeoutDuration), fetchImpl).then((json) => {
        const next = createLocalJWKSet(json);
        if (sequence <= appliedSequence)
          return;
        local = next;
        const updatedAt = Date.now();
        cache2 && (cache2.uat = updatedAt, cache2.jwks = json), jwksTimestamp = updatedAt, appliedSequence = sequence;
      }).finally(() => {
        pendingFetch === current && (pendingFetch = void 0);
      });
    }
    await pendingFetch;
  };
  return Object.defineProperties(async (protectedHeader, token) => {
    (!local || !isFreshFor(jwksTimestamp, cacheMaxAge)) && await reload();
    try {
      return await local(protectedHeader, token);
    } catch (err) {
      if (err instanceof JWKSNoMatchingKey && !isFreshFor(jwksTimestamp, cooldownDuration))
        return await reload(), local(protectedHeader, token);
      throw err;
    }
  }, {
    coolingDown: {
      get: () => isFreshFor(jwksTimestamp, cooldownDuration),
      enumerable: true
    },
    fresh: {
      get: () => isFreshFor(jwksTimestamp, cacheMaxAge),
      enumerable: true
    },
    reload: {
      value: reload,
      enumerable: true
    },
    reloading: {
      get: () => !!pendingFetch,
      enumerable: true
    },
    jwks: {
      value: () => local?.jwks(),
      enumerable: true
    }
  });
}

// src/app/http/oauth.ts
var ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"];
var SKEW_S = 30;
var ANSWER_MS = 5e3;
var LONGEST_TIMER_MS = 2147483647;
var DISCOVERY_BYTES = 262144;
var LOOKS_LIKE_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
var metadata = external_exports.looseObject({ issuer: external_exports.string(), jwks_uri: external_exports.url({ protocol: /^https?$/ }) });
var OAuthTokens = class {
  #settings;
  #deps;
  #ends = /* @__PURE__ */ new Map();
  #keys;
  constructor(settings, deps) {
    this.#settings = settings;
    this.#deps = deps;
  }
  /**
   * @returns undefined for a token that is not good here
   * @throws RunnerMeshError peer_unreachable when the issuer's keys cannot be had, which says nothing of the token
   */
  async authenticate(token) {
    const { issuer, audience } = this.#settings;
    const { clock, log } = this.#deps;
    try {
      const { payload } = await jwtVerify(token, await this.#findKeys(), {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp", "sub"],
        clockTolerance: SKEW_S,
        currentDate: new Date(clock.now())
      });
      const caller = toCaller(payload);
      return caller === void 0 ? void 0 : { caller, ended: this.#endOf(token, payload) };
    } catch (cause) {
      if (isUnavailable(cause)) {
        log.error("oauth.keys_unavailable", { issuer, error: errorText(cause) });
        throw new RunnerMeshError("peer_unreachable", `The keys of ${issuer} cannot be had just now.`, { cause });
      }
      log.info("oauth.token_refused", { error: errorText(cause) });
      return void 0;
    }
  }
  /** One for all requests under the same token. */
  #endOf(token, { exp = 0 }) {
    const { clock } = this.#deps;
    const key = hashOf(token);
    const known = this.#ends.get(key);
    if (known !== void 0) return known;
    const ended = new AbortController();
    this.#ends.set(key, ended.signal);
    clock.after(Math.min((exp + SKEW_S) * 1e3 - clock.now(), LONGEST_TIMER_MS), () => {
      this.#ends.delete(key);
      ended.abort(new RunnerMeshError("unauthorized", "The token was good until now."));
    });
    return ended.signal;
  }
  #findKeys() {
    this.#keys ??= this.#openKeys().catch((cause) => {
      this.#keys = void 0;
      throw cause;
    });
    return this.#keys;
  }
  async #openKeys() {
    const { jwksUrl, issuer } = this.#settings;
    const url = jwksUrl ?? await this.#discover(issuer);
    return createRemoteJWKSet(new URL(url), { timeoutDuration: ANSWER_MS });
  }
  /** RFC 8414 first, then OpenID Connect Discovery, each where the specification looks for it. */
  async #discover(issuer) {
    const { origin, pathname } = new URL(issuer);
    const path = pathname.replace(/\/$/, "");
    const places = [
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`
    ];
    for (const place of new Set(places)) {
      const found = await this.#read(place);
      if (found?.issuer === issuer) return found.jwks_uri;
    }
    throw new Unavailable(`No metadata of ${issuer} names its keys. Name them with oauth-jwks-url.`);
  }
  async #read(url) {
    var _stack = [];
    try {
      const limit = __using(_stack, new TimeLimit(this.#deps.clock, ANSWER_MS, "it took too long"));
      try {
        const response = await (this.#deps.fetch ?? fetch)(url, { signal: limit.signal, redirect: "error" });
        if (!response.ok) return void 0;
        const text = await response.text();
        return text.length > DISCOVERY_BYTES ? void 0 : metadata.safeParse(JSON.parse(text)).data;
      } catch (cause) {
        this.#deps.log.debug("oauth.metadata_unread", { url, error: errorText(cause) });
        return void 0;
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
};
var Unavailable = class extends Error {
};
function isUnavailable(cause) {
  return cause instanceof Unavailable || cause instanceof errors_exports.JWKSTimeout || cause instanceof errors_exports.JWKSInvalid || !(cause instanceof errors_exports.JOSEError) || // Of the key set itself: an answer that is no success, or no JSON.
  cause.code === "ERR_JOSE_GENERIC";
}
var PRINCIPAL = /^[\x21-\x7e]{1,160}$/;
function toCaller({ sub = "", scope, scp }) {
  if (!PRINCIPAL.test(sub)) return void 0;
  return { principal: `oauth:${sub}`, door: "mcp", access: /* @__PURE__ */ new Set([...scopesOf(scope), ...scopesOf(scp)]) };
}
function scopesOf(claim) {
  const words = typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
  return ACCESS.filter((right) => words.includes(right));
}

// src/app/http/bearer-tokens.ts
function createAuthenticate({ own, ownAccess, book, oauth, findTask }) {
  const expected = digest(own);
  const owner = { caller: { principal: "token:default", door: "mcp", access: ownAccess } };
  return async (given) => {
    if (timingSafeEqual2(digest(given), expected)) return owner;
    if (given.startsWith(TASK_TOKEN_PREFIX)) {
      const caller = await findTask?.(given);
      return caller === void 0 ? void 0 : { caller };
    }
    const credential = await book.authenticate(given);
    if (credential !== void 0 || oauth === void 0 || !LOOKS_LIKE_JWT.test(given)) return credential;
    return oauth.authenticate(given);
  };
}
function digest(text) {
  return createHash2("sha256").update(text).digest();
}

// src/app/http/http-server.ts
import { createServer } from "node:http";
var LIMITS_MS = { headers: 1e4, request: 6e4, keepAlive: 65e3 };
function createHttpServer(address, mounts, log) {
  const [host, port] = splitAddress(address);
  let server;
  const handle = async (req, res) => {
    const path = (req.url ?? "/").split("?", 1)[0] ?? "/";
    const mount = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    if (mount === void 0) {
      sendJson(res, 404, {
        error: { code: "unknown_operation", message: `There is nothing at ${path.slice(0, 200)}. MCP is at /mcp.` }
      });
      return;
    }
    try {
      await mount.handle(req, res);
    } catch (error) {
      log.error("http.request_failed", { path, error: errorText(error) });
      if (res.headersSent) res.destroy();
      else
        sendJson(res, 500, {
          error: { code: "internal", message: "An internal error occurred; the log of the peer has the details." }
        });
    }
  };
  return {
    start: () => {
      if (server !== void 0) return Promise.resolve();
      const listening = createServer((req, res) => {
        void handle(req, res);
      });
      listening.headersTimeout = LIMITS_MS.headers;
      listening.requestTimeout = LIMITS_MS.request;
      listening.keepAliveTimeout = LIMITS_MS.keepAlive;
      return new Promise((resolve, reject) => {
        listening.once("error", (cause) => {
          reject(listenError(address, cause));
        });
        listening.listen(port, host, () => {
          server = listening;
          resolve();
        });
      });
    },
    stop: () => new Promise((resolve) => {
      const listening = server;
      server = void 0;
      if (listening === void 0) {
        resolve();
        return;
      }
      listening.close(() => {
        resolve();
      });
      listening.closeAllConnections();
    }),
    url: () => {
      const bound = server?.address();
      const shown = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
      return `http://${shown.includes(":") ? `[${shown}]` : shown}:${String(bound?.port ?? port)}`;
    }
  };
}
function sendJson(res, status, body) {
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff"
  });
  res.end(JSON.stringify(body));
}
function splitAddress(address) {
  const colon = address.lastIndexOf(":");
  return [address.slice(0, colon).replace(/^\[|\]$/g, ""), Number(address.slice(colon + 1))];
}
function listenError(address, cause) {
  if ("code" in cause && cause.code === "EADDRINUSE") {
    return new RunnerMeshError(
      "address_in_use",
      `The HTTP address ${address} is in use. Stop what listens there, or name another with --http host:port (or --http off).`,
      { cause }
    );
  }
  return new RunnerMeshError(
    "config_invalid",
    `Cannot serve HTTP on ${address}: ${errorText(cause)}. Name another address with --http host:port.`,
    { cause }
  );
}

// src/app/token-book.ts
var LOOK_EVERY_MS = 1e3;
var TICK_MS = 50;
var TokenBook = class {
  #deps;
  #held = /* @__PURE__ */ new Map();
  #version;
  #settledAt = 0;
  #cancel;
  #running = false;
  constructor(deps) {
    this.#deps = deps;
  }
  async start() {
    if (this.#running) return;
    this.#running = true;
    await this.#look();
    this.#lookLater();
  }
  stop() {
    this.#running = false;
    this.#cancel?.();
    return Promise.resolve();
  }
  /** @returns undefined for a token that nobody was given, or that has ended */
  async authenticate(token) {
    await this.#look();
    const held = this.#held.get(hashOf(token));
    return held === void 0 || held.ended.signal.aborted ? void 0 : held.credential;
  }
  #lookLater() {
    this.#cancel = this.#deps.clock.after(LOOK_EVERY_MS, () => {
      this.#look().catch((thrown) => this.#deps.log.error("tokens.unreadable", { thrown })).finally(() => {
        if (this.#running) this.#lookLater();
      });
    });
  }
  async #look() {
    const { stateDir, clock } = this.#deps;
    const version = await tokensVersion(stateDir);
    const now = clock.mono();
    if (version !== this.#version || now < this.#settledAt) {
      const tokens = await listTokens(stateDir);
      if (version !== this.#version) this.#settledAt = now + TICK_MS;
      this.#version = version;
      this.#hold(tokens);
    }
    for (const held of this.#held.values()) {
      if (held.token.expiresAt !== void 0 && held.token.expiresAt <= clock.now()) this.#end(held, "expired");
    }
  }
  #hold(tokens) {
    const before = this.#held;
    this.#held = new Map(tokens.map((token) => [token.hash, before.get(token.hash) ?? hold(token)]));
    for (const [hash, held] of before) if (!this.#held.has(hash)) this.#end(held, "revoked");
  }
  #end({ token, ended }, how) {
    if (ended.signal.aborted) return;
    this.#deps.log.info("tokens.ended", { name: token.name, how });
    ended.abort(
      new RunnerMeshError("unauthorized", `The token was ${how === "revoked" ? "revoked" : "good until now"}.`)
    );
  }
};
function hold(token) {
  const ended = new AbortController();
  const caller = { principal: `token:${token.name}`, door: "mcp", access: new Set(token.access) };
  return { token, ended, credential: { caller, ended: ended.signal, retired: ended.signal } };
}

// src/app/http/http-doors.ts
async function createHttpDoors(deps) {
  const { config, stateDir, clock, random, log } = deps;
  const tokenFile = join(stateDir, "http.token");
  const token = await findOrMakeSecret(
    tokenFile,
    () => `rmt_${Buffer.from(random.bytes(32)).toString("base64url")}`,
    random
  );
  const book = new TokenBook({ stateDir, clock, log });
  const access = createHttpAccess(config, () => server.url());
  const oauth = access.oauth === void 0 ? void 0 : new OAuthTokens(access.oauth, { clock, log });
  const authenticate = createAuthenticate({ own: token, ownAccess: deps.access, book, oauth, findTask: deps.findTask });
  const mcp = createMcpDoor({ ...deps, version: VERSION, authenticate }, { ...MCP_DOOR_SETTINGS, ...access.admission });
  const { allowedHosts } = access.admission;
  const watch = createObservation({ ...deps, authenticate }, { allowedHosts, metricsOpen: config.metricsOpen });
  const dashboard = config.dashboard ? createDashboard(
    { ...deps, authenticate },
    {
      allowedHosts,
      readOnly: config.dashboardReadOnly,
      secure: config.httpPublicUrl?.startsWith("https:") === true
    }
  ) : void 0;
  const server = createHttpServer(
    config.http,
    [
      { path: "/mcp", handle: (req, res) => mcp.node(req, res) },
      { path: METADATA_PATH, handle: (req, res) => mcp.node(req, res) },
      ...dashboard === void 0 ? [] : [
        { path: "/", handle: dashboard.page },
        { path: "/dashboard", handle: dashboard.below }
      ],
      ...config.httpCommands ? [createCommandsDoor({ ...deps, authenticate, allowedHosts })] : [],
      { path: "/healthz", handle: watch.health },
      { path: "/readyz", handle: watch.ready },
      { path: "/metrics", handle: watch.metrics },
      ...deps.webhook === void 0 ? [] : [deps.webhook]
    ],
    log
  );
  return {
    tokenFile,
    url: () => server.url(),
    start: async () => {
      await book.start();
      await server.start();
    },
    stop: async () => {
      dashboard?.stop();
      await mcp.stop();
      await server.stop();
      await book.stop();
    }
  };
}
export {
  createHttpDoors
};
