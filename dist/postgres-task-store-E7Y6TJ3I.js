import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  CRON_COLUMNS,
  EventListeners,
  attemptsOf,
  backoffMs,
  contentDigest,
  cronEntryOf,
  dependencyFailed,
  dueAt,
  isPaused,
  judgeLostLease,
  judgeSettlement,
  marksOf,
  nothingSwept,
  queueTimeout,
  queuedAt,
  repeatedTask,
  specOf,
  stopped,
  sweepOf,
  taskOfInstant
} from "./chunk-NW7KIL5Z.js";
import {
  Connections,
  Listener,
  noticeChannel,
  sendNotices
} from "./chunk-E5P3G4FD.js";
import {
  storeClosed
} from "./chunk-MJYKPF2G.js";
import {
  dropUnowned
} from "./chunk-HQNPHDA5.js";
import {
  SharedHome,
  prepareHome
} from "./chunk-W6PNJSYI.js";
import {
  STATE,
  STOP,
  TASK_COLUMNS,
  endingOf,
  isEnded,
  parseSpec,
  stateOf,
  statesOf,
  stopCause,
  toTask
} from "./chunk-YNBUGJVE.js";
import "./chunk-T2ICPVXN.js";
import "./chunk-JZXSW7FO.js";
import "./chunk-B3FTZ4SR.js";
import {
  DATABASE_DEFAULTS,
  Sql,
  clientConfig,
  databaseName,
  isCollision,
  isDisconnect,
  wrapDatabaseError
} from "./chunk-KRR3HWVF.js";
import "./chunk-H2NID2FT.js";
import "./chunk-LG2VQSGP.js";
import {
  findTaskIdParts,
  getTaskIdParts
} from "./chunk-R56T724L.js";
import {
  leaseMsOf
} from "./chunk-KNG6V2U7.js";
import "./chunk-JVD6W2LK.js";
import "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError,
  errorText
} from "./chunk-GMWOGI5R.js";
import "./chunk-GGYFKO7C.js";

// src/store/postgres/tasks.ts
var COLUMNS = TASK_COLUMNS.map((column) => `t.${column}`).join(", ");
var FULL_ROW = `SELECT ${COLUMNS}, s.body, o.result, o.error, o.exit_code, a.priority, a.submitter, a.group_key,
    g.max AS group_max, g.running AS group_running, c.needs, e.suspect, e.progress
  FROM task t JOIN spec s ON s.seq = t.seq JOIN lane a ON a.id = t.lane JOIN fit_class c ON c.id = a.fit_class
    LEFT JOIN outcome o ON o.seq = t.seq LEFT JOIN lease e ON e.seq = t.seq
    LEFT JOIN concurrency_group g ON g.key = a.group_key`;
async function lockTask(sql, seq) {
  return (await lockTasks(sql, [seq]))[0];
}
async function lockTasks(sql, seqs) {
  const locked = await sql.rows("SELECT seq FROM task WHERE seq = ANY($1) ORDER BY seq FOR UPDATE", [
    seqs
  ]);
  if (locked.length === 0) return [];
  return sql.rows(`${FULL_ROW} WHERE t.seq = ANY($1) ORDER BY t.seq`, [locked.map(({ seq }) => seq)]);
}
async function findFull(home, sql, taskId) {
  const seq = seqOf(home, taskId);
  return seq === void 0 ? void 0 : ofEpoch(taskId, await sql.row(`${FULL_ROW} WHERE t.seq = $1`, [seq]));
}
async function lockById(home, sql, taskId) {
  const seq = seqOf(home, taskId);
  return seq === void 0 ? void 0 : ofEpoch(taskId, await lockTask(sql, seq));
}
function seqOf(home, taskId) {
  const parts = findTaskIdParts(taskId);
  return parts?.home === home.homeId ? parts.seq : void 0;
}
function ofEpoch(taskId, row) {
  return row !== void 0 && findTaskIdParts(taskId)?.epoch === row.epoch ? row : void 0;
}
function specOfRow(row) {
  return parseSpec(row.body);
}
function needsOf(row) {
  return JSON.parse(row.needs);
}
function viewOf(home, row) {
  const { group_key: key, group_max: max, group_running: running } = row;
  const lane = {
    priority: row.priority,
    fitClass: { needs: needsOf(row) },
    submitter: { name: row.submitter },
    group: key === null ? void 0 : { key, max: max ?? 0, running: running ?? 0 }
  };
  const lease = row.suspect === null ? void 0 : {
    suspect: row.suspect,
    progress: row.progress === null ? void 0 : JSON.parse(row.progress)
  };
  const readers = { homeId: home.homeId, lanes: { get: () => lane }, leases: { find: () => lease } };
  return toTask(readers, row, specOfRow(row), endingOf(row));
}

// src/store/postgres/next-tasks.ts
var NOTHING = { chosen: [], refused: /* @__PURE__ */ new Set() };
var READY_LANES = `WITH RECURSIVE found(lane) AS (
    (SELECT lane FROM task WHERE state = 2 ORDER BY lane LIMIT 1)
    UNION ALL
    SELECT (SELECT t.lane FROM task t WHERE t.state = 2 AND t.lane > f.lane ORDER BY t.lane LIMIT 1)
      FROM found f WHERE f.lane IS NOT NULL)`;
var REFUSED = `r.worker || ' ' || r.policy_digest = ANY($2)`;
async function chooseNext(sql, askers, passedOver) {
  const ready = await sql.rows(`${READY_LANES}
    SELECT a.id, a.submitter, a.group_key, a.fit_class, c.needs
      FROM found f JOIN lane a ON a.id = f.lane JOIN fit_class c ON c.id = a.fit_class`);
  const laneIds = new Map(askers.map((asker) => [asker, fitting(ready, asker.request)]));
  const lanes = ready.filter(({ id }) => laneIds.values().some((ids) => ids.has(id)));
  if (lanes.length === 0) return NOTHING;
  const slots = await freeSlots(sql, lanes);
  const running = await runningTasks(sql, askers);
  const names = new Set(askers.map(refuserOf));
  const most = askers.reduce((total, { room }) => total + room, 0);
  const heads = await sql.rows(
    `SELECT h.seq, h.lane, ARRAY(SELECT r.worker || ' ' || r.policy_digest FROM refusal r WHERE r.seq = h.seq AND ${REFUSED}) AS refused_by
       FROM unnest($1::integer[]) l(id) CROSS JOIN LATERAL (
         SELECT t.seq, t.lane, t.order_key FROM task t WHERE t.lane = l.id AND t.state = 2 AND t.seq <> ALL($5)
           AND (SELECT count(*) FROM refusal r WHERE r.seq = t.seq AND ${REFUSED}) < $3
         ORDER BY t.order_key, t.seq LIMIT $4) h
      ORDER BY h.order_key, h.seq`,
    [lanes.map(({ id }) => id), [...names], names.size, most, [...passedOver]]
  );
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  const left = new Set(heads);
  const refused = /* @__PURE__ */ new Set();
  const chosen = [];
  for (const asker of askers) {
    const { request } = asker;
    let room = asker.room;
    for (const head of left) {
      if (room === 0) break;
      const lane = byId.get(head.lane);
      if (lane === void 0 || laneIds.get(asker)?.has(lane.id) !== true) continue;
      if (head.refused_by.includes(refuserOf(asker))) refused.add(asker);
      else if (isUnderCap(running, lane.submitter, request.submitterCap) && takeSlot(slots, lane.group_key)) {
        running.set(lane.submitter, (running.get(lane.submitter) ?? 0) + 1);
        left.delete(head);
        chosen.push({ seq: head.seq, asker });
        room -= 1;
      }
    }
  }
  return { chosen, refused };
}
function refuserOf({ request }) {
  return `${request.worker} ${request.policyDigest}`;
}
function fitting(lanes, request) {
  const verdicts = /* @__PURE__ */ new Map();
  const fits = (lane) => {
    const known = verdicts.get(lane.fit_class);
    if (known !== void 0) return known;
    const verdict = request.fits(needsOf(lane));
    verdicts.set(lane.fit_class, verdict);
    return verdict;
  };
  return new Set(lanes.filter(fits).map(({ id }) => id));
}
function takeSlot(slots, group) {
  const rest = group === null ? void 0 : slots.get(group);
  if (group === null || rest === void 0) return true;
  if (rest <= 0) return false;
  slots.set(group, rest - 1);
  return true;
}
function isUnderCap(running, submitter, cap = Infinity) {
  return (running.get(submitter) ?? 0) < cap;
}
async function freeSlots(sql, lanes) {
  const keys = [...new Set(lanes.flatMap(({ group_key: key }) => key === null ? [] : [key]))];
  if (keys.length === 0) return /* @__PURE__ */ new Map();
  const groups = await sql.rows(
    "SELECT key, max, running FROM concurrency_group WHERE key = ANY($1) ORDER BY key FOR UPDATE",
    [keys]
  );
  return new Map(groups.map(({ key, max, running }) => [key, max - running]));
}
var CAP_LOCK = 1667330163;
async function runningTasks(sql, askers) {
  if (askers.every(({ request }) => request.submitterCap === void 0)) return /* @__PURE__ */ new Map();
  await sql.rows("SELECT pg_advisory_xact_lock($1)", [CAP_LOCK]);
  const running = await sql.rows(
    `SELECT a.submitter, count(*) AS tasks FROM lease e JOIN task t ON t.seq = e.seq JOIN lane a ON a.id = t.lane
      GROUP BY a.submitter`
  );
  return new Map(running.map(({ submitter, tasks }) => [submitter, tasks]));
}

// src/store/postgres/transitions.ts
async function requeue(home, sql, change, row, to, now) {
  const due = dueAt(to.state, to.readyAt, row);
  await sql.run(
    `UPDATE task SET state = $2, order_key = $3, ready_at = $4, due_at = $5, pending = $6, updated_at = $7,
       finished_at = NULL, purge_at = NULL, reason = NULL, settled = 0 WHERE seq = $1`,
    [row.seq, to.state, to.orderKey, to.readyAt, due, to.pending, now]
  );
  home.noteWait(to.state, now);
  await leave(sql, change, [row]);
  if (to.state === STATE.ready) change.ready.push(needsOf(row));
  change.changed.push(home.idOf(row));
}
async function leave(sql, change, rows) {
  const ran = rows.filter(({ state }) => state === STATE.running);
  if (ran.length === 0) return;
  await sql.run("DELETE FROM lease WHERE seq = ANY($1)", [ran.map(({ seq }) => seq)]);
  const slots = Map.groupBy(ran, (row) => row.group_key);
  for (const key of [...slots.keys()].filter((one) => one !== null).sort()) {
    await freeSlots2(sql, change, key, slots.get(key)?.length ?? 0);
  }
}
async function freeSlots2(sql, change, key, slots) {
  const group = await sql.row(
    "UPDATE concurrency_group SET running = running - $2 WHERE key = $1 RETURNING max, running",
    [key, slots]
  );
  if (group === void 0 || group.running + slots < group.max || group.running >= group.max) return;
  const held = await sql.rows(
    `SELECT DISTINCT c.needs FROM lane a JOIN fit_class c ON c.id = a.fit_class
      WHERE a.group_key = $1 AND EXISTS (SELECT 1 FROM task t WHERE t.lane = a.id AND t.state = 2)`,
    [key]
  );
  change.ready.push(...held.map((one) => needsOf(one)));
}
function end(home, sql, change, row, how, now) {
  return endAll(home, sql, change, [{ row, how }], now);
}
async function endAll(home, sql, change, ends, now) {
  const ended = [];
  for (let next = ends; next.length > 0; ) {
    ended.push(...next.map(({ row }) => home.idOf(row)));
    const failing = await endThese(home, sql, change, next, now);
    const rows = failing.size === 0 ? [] : await lockTasks(sql, [...failing.keys()]);
    next = rows.flatMap((row) => {
      const how = failing.get(row.seq);
      return how === void 0 || isEnded(row.state) ? [] : [{ row, how }];
    });
  }
  return ended;
}
async function endThese(home, sql, change, ends, now) {
  const blocked = ends.filter(({ row }) => row.state === STATE.blocked).map(({ row }) => row.seq);
  if (blocked.length > 0) await sql.run("DELETE FROM need WHERE child = ANY($1)", [blocked]);
  await writeEnds(sql, ends, now);
  await leave(
    sql,
    change,
    ends.map(({ row }) => row)
  );
  for (const { row } of ends) change.changed.push(home.idOf(row));
  const bySeq = new Map(ends.map((one) => [one.row.seq, one]));
  const children = await sql.rows(
    "DELETE FROM need WHERE parent = ANY($1) RETURNING parent, child",
    [[...bySeq.keys()]]
  );
  const failing = /* @__PURE__ */ new Map();
  for (const { parent, child } of children.toSorted((a, b) => a.child - b.child || a.parent - b.parent)) {
    const by = bySeq.get(parent);
    if (by === void 0) continue;
    if (by.how.status === "completed") await release(home, sql, change, child, now);
    else if (!failing.has(child)) failing.set(child, dependencyFailed(home.idOf(by.row)));
  }
  return failing;
}
async function writeEnds(sql, ends, now) {
  const rows = ends.map(({ row, how }) => ({
    seq: row.seq,
    state: stateOf(how.status),
    reason: how.reason ?? null,
    purge_at: now + row.retention_ms,
    settled: how.settled === true ? 1 : 0,
    has_outcome: how.exitCode !== void 0 || how.result !== void 0 || how.error !== void 0,
    exit_code: how.exitCode ?? null,
    result: how.result === void 0 ? null : JSON.stringify(how.result),
    error: how.error?.replaceAll("\0", "\uFFFD") ?? null
  }));
  await sql.run(
    `WITH given AS (
         SELECT * FROM json_to_recordset($1) AS r(seq bigint, state smallint, reason text, purge_at bigint,
           settled smallint, has_outcome boolean, exit_code bigint, result text, error text)),
       noted AS (
         INSERT INTO outcome(seq, exit_code, result, error) SELECT seq, exit_code, result, error FROM given WHERE has_outcome)
     UPDATE task t SET state = g.state, reason = g.reason, purge_at = g.purge_at, finished_at = $2, updated_at = $2,
         settled = g.settled FROM given g WHERE t.seq = g.seq`,
    [JSON.stringify(rows), now]
  );
}
async function release(home, sql, change, seq, now) {
  const child = await lockTask(sql, seq);
  if (child?.state !== STATE.blocked) return;
  const pending = child.pending - 1;
  if (pending > 0) await sql.run("UPDATE task SET pending = $2 WHERE seq = $1", [seq, pending]);
  else await requeue(home, sql, change, child, queuedAt(Math.max(child.ready_at, now), child.priority, now), now);
}
async function recordAttempt(sql, row, how, now) {
  await sql.run(
    `INSERT INTO attempt(seq, fence, number, worker, started_at, ended_at, outcome, reason, error)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      ...[row.seq, row.fence, row.attempt, row.worker, row.started_at, now],
      ...[how.outcome, how.reason ?? null, how.error ?? null]
    ]
  );
}

// src/store/postgres/claim.ts
var PROMOTED_ROWS = 200;
var ROUNDS = 4;
async function claim(home, sql, change, requests, now) {
  const byName = new Map(requests.map((request) => [nameOf(request), request]));
  const granted = await findGranted(home, sql, [...byName.values()]);
  const open = [...byName].filter(([name]) => !granted.has(name)).map(([, request]) => request);
  if (open.length > 0) {
    await promoteDelayed(home, sql, change, now);
    await grantNext(home, sql, change, open, granted, now);
  }
  return requests.map((request) => granted.get(nameOf(request)) ?? []);
}
function nameOf({ worker, requestId }) {
  return `${worker} ${requestId}`;
}
function note(granted, request, grant) {
  const name = nameOf(request);
  granted.set(name, [...granted.get(name) ?? [], grant]);
}
async function findGranted(home, sql, requests) {
  await sql.rows(
    `SELECT pg_advisory_xact_lock(k.key)
       FROM (SELECT DISTINCT hashtextextended(name, 1) AS key FROM unnest($1::text[]) n(name) ORDER BY key) k`,
    [requests.map(nameOf)]
  );
  const leased = await sql.rows(
    `SELECT e.seq, q.claim FROM unnest($1::text[], $2::text[]) WITH ORDINALITY q(worker, request_id, claim)
       JOIN lease e ON e.worker = q.worker AND e.request_id = q.request_id ORDER BY e.fence`,
    [requests.map(({ worker }) => worker), requests.map(({ requestId }) => requestId)]
  );
  const granted = /* @__PURE__ */ new Map();
  if (leased.length === 0) return granted;
  const rows = await sql.rows(`${FULL_ROW} WHERE t.seq = ANY($1) AND t.state = 3`, [
    leased.map(({ seq }) => seq)
  ]);
  for (const { seq, claim: number } of leased) {
    const [request, row] = [requests[number - 1], rows.find((one) => one.seq === seq)];
    if (request !== void 0 && row !== void 0) note(granted, request, grantOf(home, row));
  }
  return granted;
}
async function grantNext(home, sql, change, requests, granted, now) {
  const passedOver = /* @__PURE__ */ new Set();
  const grantRound = async (askers) => {
    const choice = await chooseNext(sql, askers, passedOver);
    const taken = choice.chosen.length === 0 ? [] : await take(home, sql, change, choice, now);
    for (const { seq } of choice.chosen) passedOver.add(seq);
    for (const [{ request }, grant] of taken) note(granted, request, grant);
    return askers.flatMap((asker) => {
      const wanted = choice.chosen.filter((one) => one.asker === asker).length;
      const got = taken.filter(([one]) => one === asker).length;
      const room = asker.room - got;
      return room > 0 && (got < wanted || choice.refused.has(asker)) ? [{ ...asker, room }] : [];
    });
  };
  for (const asker of await grantRound(requests.map((request) => ({ request, room: request.max })))) {
    let open = [asker];
    for (let round = 1; round < ROUNDS && open.length > 0; round += 1) open = await grantRound(open);
  }
}
async function take(home, sql, change, { chosen }, now) {
  const locked = await sql.rows(
    "SELECT seq, state FROM task WHERE seq = ANY($1) FOR UPDATE SKIP LOCKED",
    [chosen.map(({ seq }) => seq)]
  );
  const seqs = locked.filter(({ state }) => state === STATE.ready).map(({ seq }) => seq);
  if (seqs.length === 0) return [];
  const rows = new Map(
    (await sql.rows(`${FULL_ROW} WHERE t.seq = ANY($1)`, [seqs])).map((row) => [row.seq, row])
  );
  const taken = chosen.flatMap(({ seq, asker }) => {
    const row = rows.get(seq);
    return row === void 0 ? [] : [{ asker, row, leaseMs: leaseMsOf(asker.request.leaseMs, specOfRow(row).clocks) }];
  });
  const leased = await sql.rows(
    `WITH granted AS (
       UPDATE task t SET state = 3, fence = $1 + u.lsn, attempt = attempt + 1, worker = u.worker,
           request_id = u.request_id, lease_ms = u.lease_ms, started_at = $2, updated_at = $2
         FROM (SELECT g.*, nextval('lsn') AS lsn
                 FROM unnest($3::bigint[], $4::bigint[], $5::text[], $6::text[]) g(seq, lease_ms, worker, request_id)) u
        WHERE t.seq = u.seq RETURNING t.seq, t.fence, t.worker, t.request_id, t.lease_ms)
     INSERT INTO lease(seq, fence, worker, request_id, lease_ms, until)
       SELECT seq, fence, worker, request_id, lease_ms, lease_now() + lease_ms FROM granted RETURNING seq, fence`,
    [
      ...[home.fenceBase, now],
      taken.map(({ row }) => row.seq),
      taken.map(({ leaseMs }) => leaseMs),
      taken.map(({ asker }) => asker.request.worker),
      taken.map(({ asker }) => asker.request.requestId)
    ]
  );
  for (const [key, tasks] of countGroups(taken.map(({ row }) => row))) {
    await sql.run("UPDATE concurrency_group SET running = running + $2 WHERE key = $1", [key, tasks]);
  }
  const fences = new Map(leased.map(({ seq, fence }) => [seq, fence]));
  return taken.map(({ asker, row, leaseMs }) => {
    change.changed.push(home.idOf(row));
    const grant = grantOf(home, {
      ...row,
      state: STATE.running,
      fence: fences.get(row.seq) ?? 0,
      attempt: row.attempt + 1,
      worker: asker.request.worker,
      request_id: asker.request.requestId,
      lease_ms: leaseMs,
      started_at: now,
      updated_at: now,
      suspect: false,
      progress: null
    });
    return [asker, grant];
  });
}
function countGroups(rows) {
  const counts = /* @__PURE__ */ new Map();
  for (const { group_key: key } of rows) if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
function grantOf(home, row) {
  return { task: viewOf(home, row), fence: row.fence, attempt: row.attempt, leaseMs: row.lease_ms ?? 0 };
}
async function promoteDelayed(home, sql, change, now) {
  const due = await sql.rows(
    "SELECT seq FROM task WHERE state = 1 AND due_at <= $1 ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED",
    [now, PROMOTED_ROWS]
  );
  if (due.length === 0) return;
  const rows = await lockTasks(
    sql,
    due.map(({ seq }) => seq)
  );
  for (const row of rows) {
    if (row.total_at > now && row.ready_at <= now) {
      await requeue(home, sql, change, row, queuedAt(row.ready_at, row.priority, now), now);
    }
  }
}

// src/store/postgres/give-back.ts
function release2(home, sql, change, taskId, fence, now) {
  return giveBack(home, sql, change, taskId, fence, { outcome: "released" }, now);
}
async function refuse(home, sql, change, taskId, fence, { worker, policyDigest, rule }, now) {
  const how = { outcome: "released", reason: "policy", error: rule };
  if (!await giveBack(home, sql, change, taskId, fence, how, now)) return false;
  await sql.run(
    `INSERT INTO refusal(seq, worker, policy_digest, rule) VALUES ($1, $2, $3, $4)
       ON CONFLICT (seq, worker, policy_digest) DO UPDATE SET rule = excluded.rule`,
    [getTaskIdParts(taskId).seq, worker, policyDigest, rule]
  );
  return true;
}
async function giveBack(home, sql, change, taskId, fence, how, now) {
  const row = await lockById(home, sql, taskId);
  if (row?.state !== STATE.running || row.fence !== fence) return false;
  await recordAttempt(sql, row, how, now);
  const stop = stopCause(row);
  if (stop === "none") await reoffer(home, sql, change, row, now);
  else await end(home, sql, change, row, stopped(stop), now);
  return true;
}
async function reoffer(home, sql, change, row, now) {
  const to = { state: STATE.ready, readyAt: now, orderKey: row.order_key, pending: 0 };
  await requeue(home, sql, change, row, to, now);
}
async function cancel(home, sql, change, taskId, now) {
  const row = await lockById(home, sql, taskId);
  if (row === void 0) return "unknown";
  if (isEnded(row.state)) return "terminal";
  if (row.state !== STATE.running) {
    await end(home, sql, change, row, stopped("cancel"), now);
    return "cancelled";
  }
  if (row.stop === STOP.none) await requestStop(home, sql, change, row, STOP.cancel, now);
  return "requested";
}
async function requestStop(home, sql, change, row, stop, now) {
  await sql.run("UPDATE task SET stop = $2, updated_at = $3 WHERE seq = $1", [row.seq, stop, now]);
  await sql.run("UPDATE lease SET stop = true WHERE seq = $1", [row.seq]);
  change.changed.push(home.idOf(row));
}
async function resubmit(home, sql, change, taskId, now, envelope) {
  const row = await lockById(home, sql, taskId);
  if (row === void 0 || row.state !== STATE.failed && row.state !== STATE.cancelled) return false;
  const spec = specOfRow(row);
  const parents = row.fence > 0 ? [] : await pendingParents(home, sql, row, spec);
  await keepLastAttempt(sql, row);
  if (envelope !== void 0) {
    const body = JSON.stringify({ ...spec, envelope });
    await sql.run("UPDATE spec SET body = $2 WHERE seq = $1", [row.seq, body]);
  }
  const renewed = { ...row, total_at: now + spec.clocks.totalMs };
  await sql.run("UPDATE task SET failures = 0, lost = 0, stop = 0, total_at = $2 WHERE seq = $1", [
    ...[row.seq, renewed.total_at]
  ]);
  for (const parent of parents) {
    await sql.run("INSERT INTO need(parent, child) VALUES ($1, $2) ON CONFLICT DO NOTHING", [parent.seq, row.seq]);
  }
  const queued = queuedAt(now, row.priority, now);
  const blocked = { ...queued, state: STATE.blocked, pending: parents.length };
  await requeue(home, sql, change, renewed, parents.length > 0 ? blocked : queued, now);
  return true;
}
async function keepLastAttempt(sql, row) {
  await sql.run("DELETE FROM outcome WHERE seq = $1", [row.seq]);
  if (row.settled === 0) return;
  const how = {
    outcome: row.state === STATE.failed ? "failed" : "cancelled",
    ...row.reason === null ? {} : { reason: row.reason },
    ...row.error === null ? {} : { error: row.error }
  };
  await recordAttempt(sql, row, how, row.finished_at ?? row.updated_at);
}
async function pendingParents(home, sql, row, spec) {
  const parents = [];
  for (const need of new Set(spec.needs)) {
    const { seq, epoch } = getTaskIdParts(need);
    const parent = await sql.row("SELECT seq, epoch, state FROM task WHERE seq = $1 FOR SHARE", [seq]);
    if (parent?.epoch !== epoch || parent.state === STATE.failed || parent.state === STATE.cancelled) {
      throw new RunnerMeshError(
        "invalid_transition",
        `Task ${home.idOf(row)} needs task ${need}, which did not complete. Resubmit that one first.`
      );
    }
    if (parent.state !== STATE.completed) parents.push(parent);
  }
  return parents;
}

// src/store/postgres/ready-view.ts
var ReadyView = class {
  #read;
  #classes = [];
  #looking;
  #next;
  constructor(read) {
    this.#read = read;
  }
  get classes() {
    return this.#classes;
  }
  /** One look at a time: all who ask while one is under way are answered by the one that follows it. */
  refresh() {
    if (this.#looking === void 0) return this.#look();
    this.#next ??= this.#looking.catch(() => void 0).then(() => {
      this.#next = void 0;
      return this.#look();
    });
    return this.#next;
  }
  /** Resolves when no look is under way. */
  async settled() {
    while (this.#looking !== void 0) await this.#looking.catch(() => void 0);
  }
  #look() {
    const look = this.#read().then((classes) => {
      this.#classes = classes;
    }).finally(() => {
      if (this.#looking === look) this.#looking = void 0;
    });
    this.#looking = look;
    return look;
  }
};

// src/store/postgres/news.ts
var RETRY_MS = { first: 100, longest: 2e3 };
var News = class {
  ready;
  #deps;
  #listeners;
  #closed = true;
  constructor(deps) {
    this.#deps = deps;
    this.#listeners = new EventListeners(deps.log);
    this.ready = new ReadyView(deps.readReady);
  }
  subscribe(listener) {
    return this.#listeners.subscribe(listener);
  }
  /** Resolves when what may be claimed now has been looked up, so that whoever is woken finds it. */
  async committed(changes) {
    const changed = new Set(changes.flatMap((change) => change.changed));
    const ready = new Map(changes.flatMap((change) => change.ready).map((needs) => [JSON.stringify(needs), needs]));
    if (changed.size === 0 && ready.size === 0) return;
    await this.#refresh();
    for (const needs of ready.values()) this.#listeners.emit({ kind: "ready", needs });
    for (const taskId of changed) this.#listeners.emit({ kind: "changed", taskId });
  }
  heard({ by, changed, ready, logged }) {
    if (by === this.#deps.name) return;
    if (logged !== void 0) {
      const { task_id: taskId, attempt, next_seq: nextSeq, bytes } = logged;
      this.#listeners.emit({ kind: "logged", taskId, attempt, nextSeq, bytes });
      return;
    }
    for (const taskId of changed) this.#listeners.emit({ kind: "changed", taskId, elsewhere: true });
    void this.#refresh().then(() => {
      if (ready) this.#tellReady();
    });
  }
  /** Until it is done: what is missed here nobody tells again. */
  async catchUp(awayMs) {
    const { clock, log, readChanged: readChanged2 } = this.#deps;
    const begun = clock.mono();
    for (let pauseMs = RETRY_MS.first; !this.#closed; pauseMs = Math.min(pauseMs * 2, RETRY_MS.longest)) {
      try {
        for (const taskId of await readChanged2(awayMs + clock.mono() - begun)) {
          this.#listeners.emit({ kind: "changed", taskId, elsewhere: true });
        }
        await this.ready.refresh();
        this.#tellReady();
        return;
      } catch (thrown) {
        log.warn("store.catch_up_failed", { error: errorText(thrown) });
        await clock.sleep(pauseMs);
      }
    }
  }
  /** From now on there is a database to look at. */
  open() {
    this.#closed = false;
  }
  /** What was missed is looked for no more. */
  close() {
    this.#closed = true;
  }
  async #refresh() {
    await this.ready.refresh().catch((thrown) => {
      this.#deps.log.warn("store.refresh_failed", { error: errorText(thrown) });
    });
  }
  #tellReady() {
    for (const { needs } of this.ready.classes) this.#listeners.emit({ kind: "ready", needs });
  }
};

// src/store/postgres/group.ts
var COLLISIONS = 8;
var RECONNECT_MS = { first: 100, longest: 2e3 };
var Group = class {
  #deps;
  #waiting = [];
  #running;
  #client;
  #closed = false;
  constructor(deps) {
    this.#deps = deps;
  }
  /** @returns what `work` returned, once that is durable. `work` may run more than once. */
  run(work) {
    return this.#ask({ work });
  }
  /** As `run`, in as few statements for all callers of its kind as for one. */
  runShared(shared) {
    const work = (sql, change) => shared.work(sql, change, shared.items);
    return this.#ask({ work, shared });
  }
  #ask(step) {
    if (this.#closed) return Promise.reject(storeClosed());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...step, resolve, reject });
      this.#running ??= this.#runAll();
    });
  }
  /** What was asked for is done first. */
  async close() {
    this.#closed = true;
    await this.#running;
    await this.#client?.end().catch(() => void 0);
    this.#client = void 0;
  }
  async #runAll() {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const steps = this.#waiting.splice(0, this.#deps.maxSteps);
      try {
        const outcomes = await this.#commit(steps);
        await this.#deps.afterCommit(outcomes.filter(({ thrown }) => thrown === void 0).map(({ change }) => change));
        for (const { step, value, thrown } of outcomes) {
          if (thrown === void 0) step.resolve(value);
          else step.reject(this.#deps.wrap(thrown));
        }
      } catch (thrown) {
        for (const step of steps) step.reject(this.#deps.wrap(thrown));
      }
    }
    this.#running = void 0;
  }
  async #commit(steps) {
    const giveUpAt = this.#deps.clock.mono() + this.#deps.patienceMs;
    let pauseMs = RECONNECT_MS.first;
    let careful = false;
    for (let collisions = 0; ; ) {
      const attempt = { committing: false };
      try {
        this.#client ??= await this.#deps.connect();
        return await this.#transact(this.#client, steps, careful, attempt);
      } catch (thrown) {
        if (isDisconnect(thrown)) {
          this.#drop(thrown);
          if (attempt.committing || this.#deps.clock.mono() + pauseMs > giveUpAt) throw thrown;
          await this.#deps.clock.sleep(pauseMs);
          pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.longest);
        } else if (isCollision(thrown) && collisions < COLLISIONS) {
          collisions += 1;
        } else if (!careful && steps.length > 1) {
          careful = true;
        } else {
          throw thrown;
        }
      }
    }
  }
  async #transact(client, steps, careful, attempt) {
    const sql = new Sql(client);
    const outcomes = [];
    await client.query("BEGIN");
    try {
      for (const together of careful ? steps.map((step) => [step]) : inKinds(steps)) {
        outcomes.push(...await this.#try(sql, together, careful));
      }
      const changes = outcomes.filter(({ thrown }) => thrown === void 0).map(({ change }) => change);
      await this.#deps.beforeCommit(sql, changes);
    } catch (thrown) {
      if (!isDisconnect(thrown)) await client.query("ROLLBACK");
      throw thrown;
    }
    attempt.committing = true;
    await client.query("COMMIT");
    return outcomes;
  }
  /** @param steps of one kind; a single one when a step may fail alone */
  async #try(sql, steps, careful) {
    const [step] = steps;
    if (step === void 0) return [];
    const change = { changed: [], ready: [] };
    if (!careful) {
      if (steps.length === 1) return [{ step, change, value: await step.work(sql, change) }];
      return doTogether(sql, steps, change);
    }
    await sql.run("SAVEPOINT step");
    try {
      const value = await step.work(sql, change);
      await sql.run("RELEASE SAVEPOINT step");
      return [{ step, change, value }];
    } catch (thrown) {
      if (isDisconnect(thrown) || isCollision(thrown)) throw thrown;
      await sql.run("ROLLBACK TO SAVEPOINT step");
      return [{ step, change, thrown }];
    }
  }
  #drop(thrown) {
    const client = this.#client;
    this.#client = void 0;
    client?.end().catch(() => void 0);
    this.#deps.lost(thrown);
  }
};
function inKinds(steps) {
  return [...Map.groupBy(steps, (step) => step.shared?.kind ?? step).values()];
}
async function doTogether(sql, steps, change) {
  const [first] = steps;
  const results = await first?.shared?.work(
    sql,
    change,
    steps.flatMap(({ shared }) => shared?.items ?? [])
  );
  let from = 0;
  return steps.map((step, index) => {
    const value = results?.slice(from, from += step.shared?.items.length ?? 0);
    return { step, value, change: index === 0 ? change : { changed: [], ready: [] } };
  });
}

// src/store/postgres/opened-home.ts
var GROUP_STEPS = 64;
async function openHome(deps) {
  const { database, where, clock, random, log, settings, name, patienceMs, news } = deps;
  const connections = new Connections(database, log);
  const client = await connections.open("start");
  const facts = await prepareHome(client, { schema: database.schema, random, log }).finally(
    () => client.end().catch(() => void 0)
  );
  const pool = connections.pool();
  const reader = new Sql(pool);
  const channel = noticeChannel(facts.homeId);
  return {
    home: new SharedHome(facts, { clock, random, log, settings }, reader),
    pool,
    reader,
    listener: new Listener({
      connect: () => connections.openToServe(),
      ...{ channel, clock, log },
      heard: (notice) => news.heard(notice),
      back: (awayMs) => void news.catchUp(awayMs)
    }),
    group: new Group({
      connect: () => connections.openToChange(),
      clock,
      maxSteps: GROUP_STEPS,
      patienceMs,
      beforeCommit: (sql, changes) => sendNotices(sql, channel, name, changes),
      afterCommit: (changes) => news.committed(changes),
      wrap: (thrown) => wrapDatabaseError(thrown, where),
      lost: (thrown) => log.warn("store.connection_lost", { database: where, error: errorText(thrown) })
    })
  };
}

// src/store/postgres/read.ts
async function readAttempts(home, sql, taskId) {
  const row = await findFull(home, sql, taskId);
  if (row === void 0) return [];
  const rows = await sql.rows(
    `SELECT fence, number, worker, started_at, ended_at, outcome, reason, error FROM attempt WHERE seq = $1 ORDER BY fence`,
    [row.seq]
  );
  return attemptsOf(row, rows, row.error);
}
async function readRefusals(home, sql, taskId) {
  const row = await findFull(home, sql, taskId);
  if (row === void 0) return [];
  const refusals = await sql.rows(
    "SELECT worker, policy_digest, rule FROM refusal WHERE seq = $1 ORDER BY worker, policy_digest",
    [row.seq]
  );
  return refusals.map(({ worker, policy_digest: policyDigest, rule }) => ({ worker, policyDigest, rule }));
}
async function listTasks(home, sql, filter, limit, cursor) {
  if (cursor !== void 0 && !/^[1-9][0-9]{0,15}$/.test(cursor)) {
    throw new RunnerMeshError(
      "bad_request",
      `Not a cursor: ${JSON.stringify(cursor)}. Pass next_cursor of the last page.`
    );
  }
  const marks = marksOf({
    ...filter.workflowId === void 0 ? {} : { workflowId: filter.workflowId },
    tags: filter.tag === void 0 ? [] : [filter.tag]
  });
  const rows = await sql.rows(
    `${FULL_ROW} WHERE ($1::bigint IS NULL OR t.seq < $1) AND ($2::smallint[] IS NULL OR t.state = ANY($2))
        AND ($3::text IS NULL OR a.submitter = $3) AND ($4::text[] IS NULL OR c.needs::json ->> 'taskType' = ANY($4))
        AND ($5::text IS NULL OR t.worker = $5)
        AND NOT EXISTS (SELECT 1 FROM unnest($6::text[]) m(name)
          WHERE NOT EXISTS (SELECT 1 FROM mark WHERE mark.name = m.name AND mark.seq = t.seq))
      ORDER BY t.seq DESC LIMIT $7`,
    [
      cursor ?? null,
      filter.statuses === void 0 ? null : statesOf(filter.statuses),
      ...[filter.submitter ?? null, filter.types ?? null, filter.worker ?? null, marks, limit + 1]
    ]
  );
  const tasks = rows.slice(0, limit).map((row) => viewOf(home, row));
  const last = rows[limit - 1];
  return { tasks, ...rows.length > limit && last !== void 0 ? { nextCursor: String(last.seq) } : {} };
}
async function countQueue(sql) {
  const rows = await sql.rows(
    `SELECT n.state, n.tasks, c.needs::json ->> 'taskType' AS type, a.priority,
         coalesce(g.running >= g.max, false) AS full, n.oldest
       FROM (SELECT lane, state, count(*) AS tasks, min(ready_at) AS oldest FROM task GROUP BY lane, state) n
         JOIN lane a ON a.id = n.lane JOIN fit_class c ON c.id = a.fit_class
         LEFT JOIN concurrency_group g ON g.key = a.group_key`
  );
  const suspects = await sql.row("SELECT count(*) AS tasks FROM lease WHERE suspect");
  const sum = (passes) => rows.reduce((tasks, row) => tasks + (passes(row) ? row.tasks : 0), 0);
  const claimable = rows.filter((row) => row.state === STATE.ready && !row.full);
  const of = (status) => sum(({ state }) => statesOf([status]).some((one) => one === state));
  return {
    byStatus: {
      queued: of("queued"),
      running: of("running"),
      completed: of("completed"),
      failed: of("failed"),
      cancelled: of("cancelled")
    },
    queuedByPhase: {
      blocked: sum(({ state }) => state === STATE.blocked),
      delayed: sum(({ state }) => state === STATE.delayed),
      held: sum(({ state, full }) => state === STATE.ready && full),
      ready: sum(({ state, full }) => state === STATE.ready && !full)
    },
    suspect: suspects?.tasks ?? 0,
    ...claimable.length === 0 ? {} : {
      oldestReadyAt: Math.min(...claimable.map(({ oldest }) => oldest)),
      topPriority: Math.max(...claimable.map(({ priority }) => priority))
    },
    queuedByType: byType(rows.filter(({ state }) => state <= STATE.ready)),
    runningByType: byType(rows.filter(({ state }) => state === STATE.running))
  };
}
function byType(rows) {
  const counts = {};
  for (const { type, tasks } of rows) counts[type] = (counts[type] ?? 0) + tasks;
  return counts;
}
var SKEW_MS = 6e4;
async function readChanged(home, sql, since) {
  const rows = await sql.rows(
    "SELECT seq, epoch FROM task WHERE updated_at >= $1 ORDER BY seq",
    // The clock that counts how long we were away has fractions, the column has none.
    [Math.floor(since - SKEW_MS)]
  );
  return rows.map((row) => home.idOf(row));
}
async function holdsTooMany({ settings }, sql) {
  const row = await sql.row(
    "SELECT count(*) AS tasks FROM (SELECT 1 FROM task WHERE finished_at IS NULL LIMIT $1) x",
    [settings.maxUnfinished]
  );
  return (row?.tasks ?? 0) >= settings.maxUnfinished;
}
var COUNTED = 1e3;
async function readReadyClasses(sql) {
  const rows = await sql.rows(
    `${READY_LANES}
     SELECT a.fit_class, c.needs, a.group_key, g.max - g.running AS slots,
         (SELECT count(*) FROM (SELECT 1 FROM task t WHERE t.state = 2 AND t.lane = f.lane LIMIT ${String(COUNTED)}) x) AS tasks
       FROM found f JOIN lane a ON a.id = f.lane JOIN fit_class c ON c.id = a.fit_class
         LEFT JOIN concurrency_group g ON g.key = a.group_key ORDER BY f.lane`
  );
  const classes = /* @__PURE__ */ new Map();
  for (const { fit_class: id, needs, group_key: key, slots, tasks } of rows) {
    const one = classes.get(id) ?? { needs, count: 0, slots: /* @__PURE__ */ new Map() };
    classes.set(id, one);
    const free = key === null ? tasks : Math.max(0, one.slots.get(key) ?? slots ?? 0);
    const claimable = Math.min(tasks, free);
    if (key !== null) one.slots.set(key, free - claimable);
    one.count += claimable;
  }
  return [...classes.values()].flatMap((one) => one.count > 0 ? [{ needs: needsOf(one), count: one.count }] : []);
}

// src/store/postgres/settle.ts
async function settle(home, sql, change, settlements, now) {
  const settled = /* @__PURE__ */ new Map();
  const reports = settlements.map((settlement) => ({ ...settlement }));
  for (let left = reports; left.length > 0; ) {
    const first = new Map(left.toReversed().map((settlement) => [settlement.taskId, settlement]));
    await settleThese(home, sql, change, [...first.values()], now, settled);
    left = left.filter((settlement) => !settled.has(settlement));
  }
  return reports.map((settlement) => settled.get(settlement) ?? { outcome: "unknown" });
}
async function settleThese(home, sql, change, settlements, now, settled) {
  const seqs = settlements.flatMap(({ taskId }) => seqOf(home, taskId) ?? []);
  const rows = new Map((await lockTasks(sql, seqs)).map((row) => [row.seq, row]));
  const reported = [];
  for (const settlement of settlements) {
    const row = ofEpoch(settlement.taskId, rows.get(seqOf(home, settlement.taskId) ?? 0));
    if (row === void 0) settled.set(settlement, { outcome: "unknown" });
    else if (row.worker !== null && settlement.isWorker?.(row.worker) === false) {
      settled.set(settlement, { outcome: "fenced" });
    } else reported.push({ settlement, row });
  }
  const ends = [];
  const moved = [];
  for (const report of reported) {
    const { settlement, row } = report;
    const verdict = judgeSettlement(await factsOf(sql, report), settlement);
    if (verdict.outcome !== "settled") {
      settled.set(settlement, { outcome: verdict.outcome, task: viewOf(home, row) });
      continue;
    }
    moved.push(report);
    if (verdict.next.kind === "end") ends.push({ ...report, how: endOf(settlement, verdict.next) });
    else await retry(home, sql, change, row, settlement, now);
  }
  if (moved.length === 0) return;
  await noteEnds(sql, ends);
  await endAll(home, sql, change, ends, now);
  const after = await sql.rows(`${FULL_ROW} WHERE t.seq = ANY($1)`, [moved.map(({ row }) => row.seq)]);
  const views = new Map(after.map((row) => [row.seq, viewOf(home, row)]));
  for (const { settlement, row } of moved) {
    const task = views.get(row.seq);
    settled.set(settlement, { outcome: "settled", ...task === void 0 ? {} : { task } });
  }
}
async function factsOf(sql, { settlement, row }) {
  const spec = specOfRow(row);
  return {
    stage: row.state === STATE.running ? "running" : isEnded(row.state) ? "ended" : "queued",
    latestFence: row.fence,
    settledBefore: await hasSettled(sql, row, settlement.fence),
    stop: stopCause(row),
    failures: row.failures,
    maxFailures: spec.maxFailures,
    retryOn: spec.retryOn
  };
}
async function hasSettled(sql, row, fence) {
  if (row.fence === fence && (row.state === STATE.running || row.settled === 1)) return row.settled === 1;
  const attempt = await sql.row(
    "SELECT outcome FROM attempt WHERE seq = $1 AND fence = $2",
    [row.seq, fence]
  );
  return attempt !== void 0 && attempt.outcome !== "lost" && attempt.outcome !== "released";
}
function endOf({ result, error, exitCode }, next) {
  const ending = {
    ...result === void 0 ? {} : { result },
    ...error === void 0 ? {} : { error },
    ...exitCode === void 0 ? {} : { exitCode }
  };
  return { ...next, ...ending, settled: true };
}
async function noteEnds(sql, ends) {
  for (const { row, settlement, how } of ends) {
    if (row.state !== STATE.running) {
      await sql.run("DELETE FROM attempt WHERE seq = $1 AND fence = $2", [row.seq, settlement.fence]);
    }
    if (how.status === "failed") await saveBudgets(sql, row.seq, row.failures + 1, row.lost);
  }
}
async function retry(home, sql, change, row, { reason, error }, now) {
  const how = { outcome: "failed", reason: reason ?? "exit", ...error === void 0 ? {} : { error } };
  await recordAttempt(sql, row, how, now);
  await saveBudgets(sql, row.seq, row.failures + 1, row.lost);
  await backOff(home, sql, change, row, row.failures + 1, now);
}
async function saveBudgets(sql, seq, failures, lost) {
  await sql.run("UPDATE task SET failures = $2, lost = $3 WHERE seq = $1", [seq, failures, lost]);
}
async function backOff(home, sql, change, row, failures, now) {
  const readyAt = now + backoffMs(failures, home.random.unit());
  await requeue(home, sql, change, row, queuedAt(readyAt, row.priority, now), now);
}
async function renew(home, sql, change, renewals, worker) {
  const asked = renewals.map(({ taskId, fence, progress }) => ({
    seq: seqOf(home, taskId) ?? 0,
    fence,
    progress: progress === void 0 ? null : JSON.stringify(progress)
  }));
  const renewed = await sql.rows(
    `WITH asked AS (
         SELECT e.seq, e.suspect, u.progress FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u(seq, fence, progress)
           JOIN lease e ON e.seq = u.seq AND e.fence = u.fence AND e.worker = $4 ORDER BY e.seq FOR UPDATE OF e)
     UPDATE lease e SET until = lease_now() + e.lease_ms, suspect = false, progress = coalesce(a.progress, e.progress)
       FROM asked a WHERE e.seq = a.seq RETURNING e.seq, e.fence, e.stop, a.suspect AS was_suspect`,
    [asked.map(({ seq }) => seq), asked.map(({ fence }) => fence), asked.map(({ progress }) => progress), worker]
  );
  return renewals.map(({ taskId, fence, progress }) => {
    const seq = findTaskIdParts(taskId)?.seq;
    const lease = renewed.find((one) => one.seq === seq && one.fence === fence);
    if (lease === void 0 || seqOf(home, taskId) === void 0) return "lost";
    if (lease.was_suspect || progress !== void 0) change.changed.push(taskId);
    return lease.stop ? "cancel" : "renewed";
  });
}

// src/store/postgres/submit-names.ts
async function findNamed(home, sql, task, digest, now) {
  const { submitter, idempotencyKey, workflowId, alias } = task;
  const byKey = idempotencyKey === void 0 ? void 0 : await findKey(sql, submitter, idempotencyKey, now);
  const byAlias = alias === void 0 ? void 0 : await findAlias(sql, submitter, workflowId, alias);
  return repeatedTask(home, task, digest, { byKey, byAlias });
}
async function remember(home, sql, task, made, digest, now) {
  if (task.idempotencyKey !== void 0) {
    const until = now + home.settings.keyTtlMs;
    await sql.run("DELETE FROM idempotency WHERE submitter = $1 AND key = $2 AND until <= $3", [
      ...[task.submitter, task.idempotencyKey, now]
    ]);
    await sql.run(
      "INSERT INTO idempotency(submitter, key, epoch, seq, digest, until) VALUES ($1, $2, $3, $4, $5, $6)",
      [task.submitter, task.idempotencyKey, made.epoch, made.seq, digest, until]
    );
  }
  if (task.alias !== void 0) {
    await sql.run("INSERT INTO alias(submitter, workflow, alias, seq, digest) VALUES ($1, $2, $3, $4, $5)", [
      ...[task.submitter, task.workflowId ?? "", task.alias, made.seq, digest]
    ]);
  }
}
function findKey(sql, submitter, key, now) {
  return sql.row(
    `SELECT i.epoch, i.seq, i.digest FROM idempotency i LEFT JOIN task t ON t.seq = i.seq
      WHERE i.submitter = $1 AND i.key = $2 AND (i.until > $3 OR t.finished_at IS NULL AND t.seq IS NOT NULL)`,
    [submitter, key, now]
  );
}
function findAlias(sql, submitter, workflowId, alias) {
  return sql.row(
    `SELECT a.seq, t.epoch, a.digest FROM alias a JOIN task t ON t.seq = a.seq
      WHERE a.submitter = $1 AND a.workflow = $2 AND a.alias = $3`,
    [submitter, workflowId ?? "", alias]
  );
}

// src/store/postgres/submit.ts
async function submit(home, sql, change, tasks, now) {
  const numbers = await sql.rows("SELECT nextval('task_seq') AS seq FROM generate_series(1, $1)", [
    tasks.length
  ]);
  const own = new Set(numbers.map(({ seq }) => seq));
  const submitted = [];
  const plain = [];
  for (const [index, task] of tasks.entries()) {
    const seq = numbers[index]?.seq ?? 0;
    if (task.idempotencyKey === void 0 && task.alias === void 0 && task.needs.length === 0) {
      refuseBeyondLimit(home);
      plain.push({ task, seq, pending: 0 });
      submitted.push({ id: home.idOf({ seq, epoch: home.epoch }), created: true });
    } else {
      submitted.push(await submitOne(home, sql, change, task, now, { seq, own }));
    }
  }
  if (plain.length > 0) await insert(home, sql, change, plain, now);
  return submitted;
}
function refuseBeyondLimit(home) {
  if (!home.full) return;
  const limit = String(home.settings.maxUnfinished);
  throw new RunnerMeshError(
    "queue_full",
    `This home holds ${limit} unfinished tasks, its limit. Submit again when some have ended.`
  );
}
async function submitOne(home, sql, change, task, now, { seq, own }) {
  const digest = task.idempotencyKey === void 0 && task.alias === void 0 ? void 0 : contentDigest(task);
  const named = digest === void 0 ? void 0 : await findNamed(home, sql, task, digest, now);
  if (named !== void 0) return { id: named, created: false };
  refuseBeyondLimit(home);
  const parents = await findParents(home, sql, task.needs, own);
  const pending = parents.filter((parent) => parent.state !== STATE.completed).length;
  await insert(home, sql, change, [{ task, seq, pending }], now);
  const made = { seq, epoch: home.epoch };
  if (digest !== void 0) await remember(home, sql, task, made, digest, now);
  if (pending > 0) await waitForParents(home, sql, change, seq, parents, now);
  return { id: home.idOf(made), created: true };
}
async function findParents(home, sql, needs, own) {
  const named = [...new Set(needs)].map((id) => ({ id, ...getTaskIdParts(id) })).sort((a, b) => a.seq - b.seq);
  const parents = [];
  for (const { id, home: homeId, epoch, seq } of named) {
    if (homeId === home.homeId && epoch === home.epoch && own.has(seq)) {
      throw new RunnerMeshError(
        "dependency_cycle",
        `Task ${id} is part of this very submit. Name only tasks that were accepted before.`
      );
    }
    const row = homeId === home.homeId ? await sql.row("SELECT seq, epoch, state FROM task WHERE seq = $1 FOR SHARE", [seq]) : void 0;
    if (row?.epoch !== epoch) {
      throw new RunnerMeshError("task_not_found", `The needed task ${id} is not known here. Submit it here first.`);
    }
    parents.push(row);
  }
  return parents;
}
async function insert(home, sql, change, insertions, now) {
  const rows = [];
  const marks = [];
  for (const { task, seq, pending } of insertions) {
    const queued = queuedAt(Math.max(now, task.notBefore ?? now), task.priority, now);
    const state = pending > 0 ? STATE.blocked : queued.state;
    const { queueMs, totalMs } = task.clocks;
    home.noteWait(state, now);
    rows.push({
      seq,
      state,
      lane: await home.internLane(task),
      order_key: queued.orderKey,
      ready_at: queued.readyAt,
      due_at: dueAt(state, queued.readyAt, { queue_ms: queueMs, total_at: now + totalMs }),
      queue_ms: queueMs,
      total_at: now + totalMs,
      retention_ms: task.retentionMs,
      pending,
      body: JSON.stringify(specOf(task))
    });
    for (const name of new Set(marksOf(task))) marks.push({ name: name.replaceAll("\0", "\uFFFD"), seq });
    if (state === STATE.ready) change.ready.push(task.requirements);
    change.changed.push(home.idOf({ seq, epoch: home.epoch }));
  }
  await sql.run(
    `WITH given AS (
         SELECT * FROM json_to_recordset($1) AS r(seq bigint, state smallint, lane integer, order_key bigint,
           ready_at bigint, due_at bigint, queue_ms bigint, total_at bigint, retention_ms bigint, pending integer, body text)),
       made AS (
         INSERT INTO task(seq, epoch, state, lane, order_key, ready_at, due_at, queue_ms, total_at, retention_ms, pending,
           created_at, updated_at) SELECT seq, $2, state, lane, order_key, ready_at, due_at, queue_ms, total_at,
           retention_ms, pending, $3, $3 FROM given)
     INSERT INTO spec(seq, body) SELECT seq, body FROM given`,
    [JSON.stringify(rows), home.epoch, now]
  );
  if (marks.length === 0) return;
  await sql.run("INSERT INTO mark(name, seq) SELECT name, seq FROM json_to_recordset($1) AS r(name text, seq bigint)", [
    JSON.stringify(marks)
  ]);
}
async function waitForParents(home, sql, change, seq, parents, now) {
  const broken = parents.find((parent) => parent.state === STATE.failed || parent.state === STATE.cancelled);
  if (broken !== void 0) {
    const row = await lockTask(sql, seq);
    if (row !== void 0) await end(home, sql, change, row, dependencyFailed(home.idOf(broken)), now);
    return;
  }
  for (const parent of parents) {
    if (isEnded(parent.state)) continue;
    await sql.run("INSERT INTO need(parent, child) VALUES ($1, $2)", [parent.seq, seq]);
  }
}

// src/store/postgres/sweep.ts
var SWEEP_LOCK = 1937204581;
var SWEEP_ROWS = 200;
var FAST_CLOCK_MS = 6e4;
async function sweepStep(home, sql, change, now) {
  const lock = await sql.row("SELECT pg_try_advisory_xact_lock($1) AS mine", [SWEEP_LOCK]);
  if (lock?.mine !== true) return void 0;
  const swept = nothingSwept();
  await followClock(home, sql, now);
  if (!await notePause(home, sql)) await sweepLeases(home, sql, change, now, swept);
  const more = await sweepDue(home, sql, change, now, swept);
  return { ...swept, more };
}
async function followClock(home, sql, now) {
  if (home.waitedAt <= now + FAST_CLOCK_MS) return;
  const tasks = await sql.run(
    `UPDATE task SET ready_at = ready_at - (updated_at - $1), updated_at = $1,
         due_at = CASE state WHEN 1 THEN least(ready_at - (updated_at - $1), total_at) ELSE due_at END
       WHERE finished_at IS NULL AND state IN (0, 1) AND updated_at > $1::bigint + $2::bigint`,
    [now, FAST_CLOCK_MS]
  );
  home.waitedAt = now;
  if (tasks > 0) home.log.warn("store.clock_set_back", { tasks });
}
async function notePause(home, sql) {
  const dues = await sql.row("SELECT lease_now() AS now, swept_at FROM home WHERE id = 1 FOR UPDATE");
  if (dues === void 0) return false;
  await sql.run("UPDATE home SET swept_at = $1 WHERE id = 1", [dues.now]);
  const pausedMs = dues.now - dues.swept_at;
  if (pausedMs <= home.settings.renewEveryMs / 2) return false;
  const leases = await sql.run("UPDATE lease SET until = until + $1", [pausedMs]);
  if (leases > 0) home.log.warn("store.paused", { pausedMs, leases });
  return leases > 0;
}
async function sweepLeases(home, sql, change, now, swept) {
  const ended = await sql.rows(
    "SELECT seq, suspect FROM lease WHERE until <= lease_now() ORDER BY until, seq LIMIT $1",
    [SWEEP_ROWS]
  );
  for (const { seq } of ended) {
    const row = await lockTask(sql, seq);
    const lease = await sql.row("SELECT seq, suspect FROM lease WHERE seq = $1 AND until <= lease_now()", [
      seq
    ]);
    if (row !== void 0 && lease !== void 0) await loseLease(home, sql, change, row, lease.suspect, now, swept);
  }
}
async function loseLease(home, sql, change, row, suspect, now, swept) {
  const taskId = home.idOf(row);
  const verdict = judgeLostLease({
    ...specOfRow(row),
    failures: row.failures,
    lost: row.lost,
    stop: stopCause(row),
    suspect
  });
  if (verdict.kind === "suspect") {
    await sql.run("UPDATE lease SET suspect = true, until = lease_now() + $2 WHERE seq = $1", [
      ...[row.seq, home.settings.lostGraceMs]
    ]);
    change.changed.push(taskId);
    swept.suspect.push(taskId);
    return;
  }
  const reason = verdict.kind === "end" ? verdict.reason : void 0;
  const error = "Its runner stopped renewing the lease.";
  await recordAttempt(sql, row, { outcome: "lost", ...reason === void 0 ? {} : { reason }, error }, now);
  const failures = row.failures + (verdict.kind === "retry" ? 1 : 0);
  await saveBudgets(sql, row.seq, failures, row.lost + 1);
  if (verdict.kind === "end") {
    const how = verdict.status === "failed" ? { ...verdict, error } : verdict;
    swept.ended.push(...await end(home, sql, change, row, how, now));
  } else if (verdict.kind === "retry") {
    await backOff(home, sql, change, row, failures, now);
  } else {
    await reoffer(home, sql, change, row, now);
    swept.ready.push(taskId);
  }
}
async function sweepDue(home, sql, change, now, swept) {
  const rows = await sql.rows(
    "SELECT seq, state, total_at, due_at FROM task WHERE finished_at IS NULL AND due_at <= $1 ORDER BY due_at LIMIT $2",
    [now, SWEEP_ROWS]
  );
  const at = (row) => row.state === STATE.running ? row.total_at : row.due_at;
  for (const { seq } of rows.toSorted((a, b) => at(a) - at(b) || a.seq - b.seq)) {
    const row = await lockTask(sql, seq);
    if (row !== void 0 && !isEnded(row.state) && row.due_at <= now) await fallDue(home, sql, change, row, now, swept);
  }
  return rows.length === SWEEP_ROWS;
}
async function fallDue(home, sql, change, row, now, swept) {
  if (row.state === STATE.running) {
    await overrun(home, sql, change, row, now, swept);
    return;
  }
  const how = queueTimeout(row, now);
  if (how !== void 0) {
    swept.ended.push(...await end(home, sql, change, row, how, now));
  } else if (row.state === STATE.delayed) {
    await requeue(home, sql, change, row, queuedAt(row.ready_at, row.priority, now), now);
    swept.ready.push(home.idOf(row));
  } else {
    await saveDue(sql, row.seq, dueAt(row.state, row.ready_at, row));
  }
}
async function overrun(home, sql, change, row, now, swept) {
  if (row.total_at > now || row.stop !== STOP.none) {
    await saveDue(sql, row.seq, row.stop === STOP.none ? row.total_at : Number.MAX_SAFE_INTEGER);
    return;
  }
  await saveDue(sql, row.seq, Number.MAX_SAFE_INTEGER);
  await requestStop(home, sql, change, row, STOP.totalTime, now);
  if (row.suspect === true) {
    await loseLease(home, sql, change, { ...row, stop: STOP.totalTime }, true, now, swept);
  }
}
async function saveDue(sql, seq, due) {
  await sql.run("UPDATE task SET due_at = $2 WHERE seq = $1", [seq, due]);
}
async function tellSweep(sql, steps, now) {
  const row = await sql.row(
    `SELECT (SELECT min(until) FROM lease) - lease_now() AS lease_ms,
            (SELECT min(due_at) FROM task WHERE finished_at IS NULL) AS due_at`
  );
  const dueMs = row?.due_at == null || row.due_at === Number.MAX_SAFE_INTEGER ? void 0 : row.due_at - now;
  return sweepOf(steps, [row?.lease_ms ?? void 0, dueMs]);
}

// src/store/postgres/timed-items.ts
var itemOf = ({ item }) => item;
var latest = (items) => Math.max(...items.map(({ now }) => now));

// src/store/postgres/upkeep.ts
async function prune(home, sql, change, now, limit) {
  const rows = await sql.rows(
    `SELECT t.seq, t.epoch, s.body, a.submitter FROM task t JOIN spec s ON s.seq = t.seq JOIN lane a ON a.id = t.lane
      WHERE t.purge_at IS NOT NULL AND t.purge_at <= $1 ORDER BY t.purge_at, t.seq LIMIT $2 FOR UPDATE OF t SKIP LOCKED`,
    [now, limit]
  );
  if (rows.length > 0) {
    const seqs = rows.map(({ seq }) => seq);
    const left = await sql.rows("DELETE FROM artifact WHERE seq = ANY($1) RETURNING sha256", [seqs]);
    await dropUnowned(
      sql,
      left.map(({ sha256 }) => sha256)
    );
    for (const table of ["spec", "outcome", "attempt", "refusal", "task"]) {
      await sql.run(`DELETE FROM ${table} WHERE seq = ANY($1)`, [seqs]);
    }
    for (const { seq, epoch, body, submitter } of rows) {
      const spec = parseSpec(body);
      change.changed.push(home.idOf({ seq, epoch }));
      for (const mark of marksOf(spec)) await sql.run("DELETE FROM mark WHERE name = $1 AND seq = $2", [mark, seq]);
      if (spec.alias === void 0) continue;
      await sql.run("DELETE FROM alias WHERE submitter = $1 AND workflow = $2 AND alias = $3 AND seq = $4", [
        ...[submitter, spec.workflowId ?? "", spec.alias, seq]
      ]);
    }
  }
  await sql.run(
    `DELETE FROM idempotency WHERE (submitter, key) IN (
       SELECT i.submitter, i.key FROM idempotency i LEFT JOIN task t ON t.seq = i.seq
        WHERE i.until <= $1 AND (t.seq IS NULL OR t.finished_at IS NOT NULL) ORDER BY i.until LIMIT $2)`,
    [now, limit]
  );
  return rows.length;
}
async function saveCron(sql, entry) {
  await sql.run(
    `INSERT INTO cron(name, expression, time_zone, template, next_at, paused) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (name) DO UPDATE SET expression = excluded.expression, time_zone = excluded.time_zone,
         template = excluded.template, next_at = excluded.next_at, paused = excluded.paused`,
    [
      ...[entry.name, entry.expression, entry.timeZone, JSON.stringify(entry.template)],
      ...[entry.nextAt, entry.paused]
    ]
  );
}
async function removeCron(sql, name) {
  return await sql.run("DELETE FROM cron WHERE name = $1", [name]) === 1;
}
async function listCron(sql) {
  const rows = await sql.rows(`SELECT ${CRON_COLUMNS} FROM cron ORDER BY name COLLATE "C"`);
  return rows.map(cronEntryOf);
}
async function fireCron(home, sql, change, name, scheduledAt, nextAt, now, envelope) {
  const row = await sql.row(`SELECT ${CRON_COLUMNS} FROM cron WHERE name = $1 FOR UPDATE`, [name]);
  if (row === void 0 || isPaused(row)) return void 0;
  const task = taskOfInstant(row, scheduledAt, envelope);
  await sql.run("UPDATE cron SET next_at = $2, fired_at = $3 WHERE name = $1", [
    ...[name, nextAt, Math.max(row.fired_at, scheduledAt)]
  ]);
  const fired = await findKey(sql, task.submitter, task.idempotencyKey, now);
  if (fired !== void 0) return { id: home.idOf(fired), created: false };
  if (scheduledAt <= row.fired_at) return void 0;
  const [submitted] = await submit(home, sql, change, [task], now);
  return submitted;
}

// src/store/postgres/postgres-task-store.ts
var PATIENCE_MS = 15e3;
var FULL_CHECK_MS = 3e4;
function createPostgresTaskStore(deps) {
  return new PostgresTaskStore(deps);
}
var PostgresTaskStore = class {
  durability = "shared";
  #deps;
  #database;
  #where;
  /** Tells our own notices from those of others. */
  #name;
  #opened;
  #news;
  #checkedFullAt = -Infinity;
  constructor(deps) {
    this.#deps = deps;
    this.#database = { ...DATABASE_DEFAULTS, ...deps.database };
    this.#name = deps.name ?? deps.random.uuid();
    clientConfig(this.#database, "check");
    this.#where = databaseName(this.#database);
    this.#news = new News({
      ...{ log: deps.log, clock: deps.clock, name: this.#name },
      readReady: () => this.#read((_home, sql) => readReadyClasses(sql)),
      readChanged: (awayMs) => this.#read((home, sql) => readChanged(home, sql, deps.clock.now() - awayMs))
    });
  }
  get homeId() {
    return this.#get().home.homeId;
  }
  get epoch() {
    return this.#get().home.epoch;
  }
  /** @throws RunnerMeshError config_invalid, storage_failed, store_newer, home_locked */
  async start() {
    if (this.#opened !== void 0) return;
    const { clock, random, log, settings, patienceMs = PATIENCE_MS } = this.#deps;
    try {
      this.#opened = await openHome({
        ...{ clock, random, log, settings, patienceMs },
        ...{ database: this.#database, where: this.#where, name: this.#name, news: this.#news }
      });
      this.#news.open();
      await this.#opened.listener.start();
      await this.#news.ready.refresh();
    } catch (thrown) {
      await this.stop();
      throw wrapDatabaseError(thrown, this.#where);
    }
  }
  async stop() {
    const opened = this.#opened;
    if (opened === void 0) return;
    await opened.group.close();
    this.#opened = void 0;
    this.#news.close();
    await opened.listener.stop();
    await this.#news.ready.settled();
    await opened.pool.end();
  }
  submit(tasks, now) {
    const work = (home, sql, change, items) => submit(home, sql, change, items.map(itemOf), latest(items));
    return this.#together("submit", tasks, now, work);
  }
  async claim(request, now) {
    const work = (home, sql, change, items) => claim(home, sql, change, items.map(itemOf), latest(items));
    const [grants = []] = await this.#together("claim", [request], now, work);
    return grants;
  }
  renew(renewals, worker) {
    return this.#step((home, sql, change) => renew(home, sql, change, renewals, worker));
  }
  settle(settlements, now) {
    const work = (home, sql, change, items) => settle(home, sql, change, items.map(itemOf), latest(items));
    return this.#together("settle", settlements, now, work);
  }
  release(taskId, fence, now) {
    return this.#step((home, sql, change) => release2(home, sql, change, taskId, fence, now));
  }
  refuse(taskId, fence, refusal, now) {
    return this.#step((home, sql, change) => refuse(home, sql, change, taskId, fence, refusal, now));
  }
  cancel(taskId, now) {
    return this.#step((home, sql, change) => cancel(home, sql, change, taskId, now));
  }
  resubmit(taskId, now, envelope) {
    return this.#step((home, sql, change) => resubmit(home, sql, change, taskId, now, envelope));
  }
  async sweep(now) {
    const steps = [];
    do {
      const swept = await this.#step((home2, sql, change) => sweepStep(home2, sql, change, now));
      if (swept !== void 0) steps.push(swept);
    } while (steps.at(-1)?.more === true);
    const { home, reader } = this.#get();
    if (this.#deps.clock.mono() - this.#checkedFullAt >= FULL_CHECK_MS) {
      this.#checkedFullAt = this.#deps.clock.mono();
      home.full = await this.#read(holdsTooMany);
      home.waitedAt = Infinity;
    }
    home.forgetGroups();
    await this.#news.ready.refresh();
    return tellSweep(reader, steps, now);
  }
  prune(now, limit) {
    return this.#step((home, sql, change) => prune(home, sql, change, now, limit));
  }
  find(taskId) {
    return this.#read(async (home, sql) => {
      const row = await findFull(home, sql, taskId);
      return row === void 0 ? void 0 : viewOf(home, row);
    });
  }
  findByAlias(submitter, workflowId, alias) {
    return this.#read(async (home, sql) => {
      const named = await findAlias(sql, submitter, workflowId, alias);
      const row = named === void 0 ? void 0 : await sql.row(`${FULL_ROW} WHERE t.seq = $1`, [named.seq]);
      return row === void 0 ? void 0 : viewOf(home, row);
    });
  }
  attempts(taskId) {
    return this.#read((home, sql) => readAttempts(home, sql, taskId));
  }
  refusals(taskId) {
    return this.#read((home, sql) => readRefusals(home, sql, taskId));
  }
  list(filter, limit, cursor) {
    return this.#read((home, sql) => listTasks(home, sql, filter, limit, cursor));
  }
  counts() {
    return this.#read((_home, sql) => countQueue(sql));
  }
  readyClasses() {
    return this.#news.ready.classes;
  }
  /** Others claim from the same queue: whoever wants to know what is next has to claim it. */
  nextReady(_needs, _most) {
    return [];
  }
  saveCron(entry) {
    return this.#step((_home, sql) => saveCron(sql, entry));
  }
  removeCron(name) {
    return this.#step((_home, sql) => removeCron(sql, name));
  }
  listCron() {
    return this.#read((_home, sql) => listCron(sql));
  }
  fireCron(name, scheduledAt, nextAt, now, envelope) {
    return this.#step((home, sql, change) => fireCron(home, sql, change, name, scheduledAt, nextAt, now, envelope));
  }
  subscribe(listener) {
    return this.#news.subscribe(listener);
  }
  #step(work) {
    const opened = this.#opened;
    if (opened === void 0) return Promise.reject(storeClosed());
    return opened.group.run((sql, change) => work(opened.home, sql, change));
  }
  /** What several callers ask for at once is done in one go. */
  #together(kind, items, now, work) {
    const opened = this.#opened;
    if (opened === void 0) return Promise.reject(storeClosed());
    const timed = items.map((item) => ({ item, now }));
    return opened.group.runShared({ kind, items: timed, work: (...asked) => work(opened.home, ...asked) });
  }
  /** A connection of the pool that was lost while it was idle is tried once more. */
  async #read(read) {
    await Promise.resolve();
    const { home, reader } = this.#get();
    try {
      return await read(home, reader).catch((thrown) => {
        if (!isDisconnect(thrown)) throw thrown;
        return read(home, reader);
      });
    } catch (thrown) {
      throw wrapDatabaseError(thrown, this.#where);
    }
  }
  #get() {
    if (this.#opened !== void 0) return this.#opened;
    throw storeClosed();
  }
};
export {
  createPostgresTaskStore
};
