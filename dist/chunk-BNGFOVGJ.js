import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  RATE_LIMIT_SETTINGS,
  RateLimit
} from "./chunk-RQDKTAT3.js";
import {
  DEFAULT_MAX_REQUEST_BODY_SIZE,
  PEERS_URI,
  ResourceUpdates,
  WebStandardStreamableHTTPServerTransport,
  asksAnotherPeer,
  canRead,
  createCatalogTools,
  createMcpHandler,
  createServer,
  findSeat,
  hostHeaderValidationResponse,
  isInitializeRequest,
  isJsonContentType,
  isLegacyRequest,
  originValidationResponse,
  readRequestBody,
  toAuthInfo
} from "./chunk-LETVMTOF.js";
import {
  CATALOG,
  isOperationName
} from "./chunk-VKJLFJSI.js";
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  TOOL_SETS,
  UNBOUND,
  findView,
  narrowView,
  viewKey
} from "./chunk-SE7QIB46.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  ERRORS,
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/mcp/access/admission.ts
var BEARER = /^Bearer +(?<token>[\w.~+/-]+=*) *$/i;
var METADATA_PATH = "/.well-known/oauth-protected-resource";
async function admit(request2, settings, authenticate) {
  const refused = checkOrigin(request2, settings);
  if (refused !== void 0) return refused;
  const shown = findView(new URL(request2.url).pathname, settings.bound);
  if (shown === void 0)
    return rpcError(404, -32e3, "No MCP endpoint here. Use /mcp, /mcp/x/worker, /mcp/x/scheduler or /mcp/x/all.");
  const view = narrowView(shown, request2.headers);
  if (typeof view === "string") return rpcError(400, -32e3, view);
  const header = request2.headers.get("authorization");
  if (header === null) return unauthorized(settings, "Send the token of this runner as Authorization: Bearer <token>.");
  const token = BEARER.exec(header)?.groups?.["token"];
  const credential = token === void 0 ? void 0 : await authenticate(token);
  if (credential === void 0 || credential.ended?.aborted === true) return invalidToken(settings);
  return { ...credential, view };
}
function checkOrigin(request2, { allowedHosts, allowedOrigins }) {
  return hostHeaderValidationResponse(request2, [...allowedHosts]) ?? originValidationResponse(request2, [...allowedOrigins]);
}
function invalidToken(settings) {
  return unauthorized(settings, "The bearer token is not valid here.", { error: "invalid_token" });
}
function unauthorized({ protectedResource }, message, parts = {}) {
  const scope = protectedResource === void 0 ? {} : { scope: protectedResource.scopes.join(" ") };
  return challenged(rpcError(401, -32e3, message), { ...parts, ...scope }, protectedResource);
}
function insufficientScope(scope, { protectedResource }, id) {
  const message = `forbidden: this needs the right ${scope}, which the token does not have. Ask for a token with that scope.`;
  const response = rpcError(403, -32e3, message, id);
  return challenged(response, { error: "insufficient_scope", scope, error_description: message }, protectedResource);
}
function challenged(response, parts, resource) {
  const all = {
    realm: "runner-mesh",
    ...parts,
    ...resource === void 0 ? {} : { resource_metadata: metadataUrl(resource) }
  };
  const challenge = Object.entries(all).map(([name, value]) => `${name}="${value}"`).join(", ");
  response.headers.set("WWW-Authenticate", `Bearer ${challenge}`);
  return response;
}
function metadataUrl({ resource }) {
  const { origin, pathname } = new URL(resource);
  return `${origin}${METADATA_PATH}${pathname === "/" ? "" : pathname}`;
}
function describeResource({ resource, authorizationServers }, scopes) {
  return {
    resource,
    authorization_servers: authorizationServers,
    scopes_supported: scopes,
    bearer_methods_supported: ["header"],
    resource_name: "runner-mesh"
  };
}
function rpcError(status, code, message, id = null) {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id }, { status });
}

// node_modules/@hono/node-server/dist/index.mjs
import { Http2ServerRequest, constants } from "node:http2";
import { Readable } from "node:stream";

// node_modules/hono/dist/helper/websocket/index.js
var defineWebSocketHelper = (handler) => {
  return ((...args) => {
    if (typeof args[0] === "function") {
      const [createEvents, options] = args;
      return async function upgradeWebSocket2(c, next) {
        const result = await handler(c, await createEvents(c), options);
        if (result) return result;
        await next();
      };
    } else {
      const [c, events, options] = args;
      return (async () => {
        const upgraded = await handler(c, events, options);
        if (!upgraded) throw new Error("Failed to upgrade WebSocket");
        return upgraded;
      })();
    }
  });
};

// node_modules/@hono/node-server/dist/index.mjs
var nonJoinedHeaders = /* @__PURE__ */ new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent"
]);
var validHeaderName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
var isHttpWhitespace = (code) => code === 9 || code === 10 || code === 13 || code === 32;
var normalizeHeaderValue = (value) => {
  if (!isHttpWhitespace(value.charCodeAt(0)) && !isHttpWhitespace(value.charCodeAt(value.length - 1))) return value;
  let start = 0;
  let end = value.length;
  while (start < end && isHttpWhitespace(value.charCodeAt(start))) start++;
  while (end > start && isHttpWhitespace(value.charCodeAt(end - 1))) end--;
  return value.slice(start, end);
};
var forbiddenHeaderValue = /[\0\r\n]/;
var GlobalHeaders = globalThis.Headers;
var materializeHeaders = (rawHeaders, HeadersCtor = GlobalHeaders) => {
  const headers = new HeadersCtor();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (!name.startsWith(":")) headers.append(name, rawHeaders[i + 1]);
  }
  return headers;
};
var RequestHeaders = class {
  #incoming;
  #rawHeaders;
  #headers;
  #invalidValue;
  constructor(incoming) {
    this.#incoming = incoming;
    if (incoming instanceof Http2ServerRequest) this.#rawHeaders = incoming.rawHeaders.slice();
  }
  get #lazyRawHeaders() {
    return this.#rawHeaders ??= this.#incoming.rawHeaders.slice();
  }
  get #native() {
    if (!this.#headers) {
      this.#headers = materializeHeaders(this.#lazyRawHeaders);
      this.#rawHeaders = void 0;
    }
    return this.#headers;
  }
  #normalizedName(name) {
    if (typeof name !== "string") return;
    if (!validHeaderName.test(name)) throw new TypeError(`Invalid header name: ${name}`);
    return name.toLowerCase();
  }
  #lookupHttp1(lowerName) {
    const headers = this.#incoming instanceof Http2ServerRequest ? void 0 : this.#incoming.headers;
    if (!headers || nonJoinedHeaders.has(lowerName) || lowerName === "set-cookie" || lowerName === "__proto__") return;
    if (!Object.hasOwn(headers, lowerName)) return null;
    const rawValue = headers[lowerName];
    if (typeof rawValue === "string") {
      const value = normalizeHeaderValue(rawValue);
      return forbiddenHeaderValue.test(value) ? void 0 : value;
    }
  }
  #lookup(rawHeaders, lowerName) {
    const separator = lowerName === "cookie" ? "; " : ", ";
    let value = null;
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const rawName = rawHeaders[i];
      if (rawName.length === lowerName.length && rawName.toLowerCase() === lowerName) {
        const rawValue = normalizeHeaderValue(rawHeaders[i + 1]);
        if (forbiddenHeaderValue.test(rawValue)) {
          this.#invalidValue = true;
          return;
        }
        value = value === null ? rawValue : value + separator + rawValue;
      }
    }
    return value;
  }
  append(name, value) {
    this.#native.append(name, value);
  }
  delete(name) {
    this.#native.delete(name);
  }
  get(name) {
    const lowerName = this.#normalizedName(name);
    if (lowerName && !this.#headers && !this.#invalidValue) {
      const http1Value = this.#lookupHttp1(lowerName);
      if (http1Value !== void 0) return http1Value;
      const value = this.#lookup(this.#lazyRawHeaders, lowerName);
      if (value !== void 0) return value;
    }
    return this.#native.get(name);
  }
  has(name) {
    const lowerName = this.#normalizedName(name);
    if (lowerName && !this.#headers && !this.#invalidValue) {
      const http1Value = this.#lookupHttp1(lowerName);
      if (http1Value !== void 0) return http1Value !== null;
      const value = this.#lookup(this.#lazyRawHeaders, lowerName);
      if (value !== void 0) return value !== null;
    }
    return this.#native.has(name);
  }
  set(name, value) {
    this.#native.set(name, value);
  }
  getSetCookie() {
    return this.#native.getSetCookie();
  }
  keys() {
    return this.#native.keys();
  }
  values() {
    return this.#native.values();
  }
  entries() {
    return this.#native.entries();
  }
  forEach(callback, thisArg) {
    this.#native.forEach((value, key) => {
      callback.call(thisArg, value, key, this);
    });
  }
  [Symbol.iterator]() {
    return this.entries();
  }
};
Object.defineProperty(RequestHeaders.prototype, /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom"), { value: function(depth, options, inspectFn) {
  return `Headers (lightweight) ${inspectFn(Object.fromEntries(this), {
    ...options,
    depth: depth == null ? null : depth - 1
  })}`;
} });
Object.setPrototypeOf(RequestHeaders.prototype, GlobalHeaders.prototype);
var newHeadersFromIncoming = (incoming) => globalThis.Headers === GlobalHeaders ? new RequestHeaders(incoming) : materializeHeaders(incoming.rawHeaders, globalThis.Headers);
var GlobalRequest = global.Request;
var Request$1 = class extends GlobalRequest {
  constructor(input, options) {
    if (typeof input === "object" && getRequestCache in input) {
      const hasReplacementBody = options !== void 0 && "body" in options && options.body != null;
      if (input[bodyConsumedDirectlyKey] && !hasReplacementBody) throw new TypeError("Cannot construct a Request with a Request object that has already been used.");
      input = input[getRequestCache]();
    }
    if (typeof options?.body?.getReader !== "undefined") options.duplex ??= "half";
    super(input, options);
  }
};
var wrapBodyStream = /* @__PURE__ */ Symbol("wrapBodyStream");
var byteExactEncodings = /* @__PURE__ */ new Set([
  "latin1",
  "binary",
  "hex",
  "base64",
  "base64url"
]);
var isByteExactEncoding = (encoding) => encoding === null || byteExactEncodings.has(encoding);
var bodyBufferedBeforeDisconnectKey = /* @__PURE__ */ Symbol("bodyBufferedBeforeDisconnect");
var bodyBufferedLengthBeforeDisconnectKey = /* @__PURE__ */ Symbol("bodyBufferedLengthBeforeDisconnect");
var toBufferChunk = (chunk, encoding) => Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding ?? "utf8");
var isRecoverableDisconnectedIncoming = (incoming) => !(incoming instanceof Http2ServerRequest) && !!incoming.complete && !!incoming.readableAborted && typeof incoming.read === "function" && isByteExactEncoding(incoming.readableEncoding);
var readBodyBufferedBeforeDisconnect = (incoming, chunks) => {
  if (incoming.readableDidRead && !chunks || !isRecoverableDisconnectedIncoming(incoming)) return;
  const incomingWithRecovery = incoming;
  if (incomingWithRecovery[bodyBufferedBeforeDisconnectKey] !== void 0) return incomingWithRecovery[bodyBufferedBeforeDisconnectKey];
  let result;
  const errored = incoming.errored;
  if (errored && errored.code !== "ECONNRESET") result = errored;
  else if (incomingWithRecovery[bodyBufferedLengthBeforeDisconnectKey] !== void 0 && incoming.readableLength !== incomingWithRecovery[bodyBufferedLengthBeforeDisconnectKey]) result = newBodyUnusableError();
  else {
    const bodyChunks = chunks ?? [];
    const chunk = incoming.read();
    if (chunk !== null) bodyChunks.push(toBufferChunk(chunk, incoming.readableEncoding));
    const buffer = bodyChunks.length === 1 ? bodyChunks[0] : Buffer.concat(bodyChunks);
    result = buffer;
    const contentLength = incoming.headers["content-length"];
    if (typeof contentLength === "string" && /^\d+$/.test(contentLength)) {
      const expectedLength = Number(contentLength);
      if (Number.isSafeInteger(expectedLength) && buffer.length !== expectedLength) result = newBodyUnusableError();
    }
  }
  incomingWithRecovery[bodyBufferedBeforeDisconnectKey] = result;
  return result;
};
var enqueueBufferedBody = (controller, buffered) => {
  if (buffered instanceof Error) {
    controller.error(buffered);
    return;
  }
  if (buffered.length > 0) controller.enqueue(buffered);
  controller.close();
};
var newRequestFromIncoming = (method, url, headers, incoming, abortController) => {
  const init = {
    method,
    headers,
    signal: abortController.signal
  };
  if (method === "TRACE") {
    init.method = "GET";
    const req = new Request$1(url, init);
    Object.defineProperty(req, "method", { get() {
      return "TRACE";
    } });
    return req;
  }
  if (!(method === "GET" || method === "HEAD")) if ("rawBody" in incoming && incoming.rawBody instanceof Buffer) init.body = new ReadableStream({ start(controller) {
    controller.enqueue(incoming.rawBody);
    controller.close();
  } });
  else if (incoming[wrapBodyStream]) {
    let reader;
    init.body = new ReadableStream({ async pull(controller) {
      try {
        if (!reader) {
          const buffered = readBodyBufferedBeforeDisconnect(incoming);
          if (buffered !== void 0) {
            enqueueBufferedBody(controller, buffered);
            return;
          }
        }
        reader ||= Readable.toWeb(incoming).getReader();
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        controller.error(error);
      }
    } });
  } else {
    const buffered = readBodyBufferedBeforeDisconnect(incoming);
    if (buffered !== void 0) init.body = new ReadableStream({ start(controller) {
      enqueueBufferedBody(controller, buffered);
    } });
    else init.body = Readable.toWeb(incoming);
  }
  return new Request$1(url, init);
};
var getRequestCache = /* @__PURE__ */ Symbol("getRequestCache");
var requestCache = /* @__PURE__ */ Symbol("requestCache");
var incomingKey = /* @__PURE__ */ Symbol("incomingKey");
var urlKey = /* @__PURE__ */ Symbol("urlKey");
var methodKey = /* @__PURE__ */ Symbol("methodKey");
var headersKey = /* @__PURE__ */ Symbol("headersKey");
var abortControllerKey = /* @__PURE__ */ Symbol("abortControllerKey");
var getAbortController = /* @__PURE__ */ Symbol("getAbortController");
var abortRequest = /* @__PURE__ */ Symbol("abortRequest");
var bodyBufferKey = /* @__PURE__ */ Symbol("bodyBuffer");
var bodyReadPromiseKey = /* @__PURE__ */ Symbol("bodyReadPromise");
var bodyConsumedDirectlyKey = /* @__PURE__ */ Symbol("bodyConsumedDirectly");
var bodyLockReaderKey = /* @__PURE__ */ Symbol("bodyLockReader");
var abortReasonKey = /* @__PURE__ */ Symbol("abortReason");
var newBodyUnusableError = () => {
  return /* @__PURE__ */ new TypeError("Body is unusable");
};
var rejectBodyUnusable = () => {
  return Promise.reject(newBodyUnusableError());
};
var textDecoder = new TextDecoder();
var consumeBodyDirectOnce = (request2) => {
  if (request2[bodyConsumedDirectlyKey]) return rejectBodyUnusable();
  request2[bodyConsumedDirectlyKey] = true;
};
var toArrayBuffer = (buf) => {
  return buf.buffer.slice(buf.byteOffset, buf.byteOffset + buf.byteLength);
};
var contentType = (request2) => {
  return (request2[headersKey] ||= newHeadersFromIncoming(request2[incomingKey])).get("content-type") || "";
};
var methodTokenRegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
var validateDirectReadMethod = (method) => {
  if (!methodTokenRegExp.test(method)) return /* @__PURE__ */ new TypeError(`'${method}' is not a valid HTTP method.`);
  const normalized = method.toUpperCase();
  if (normalized === "CONNECT" || normalized === "TRACK" || normalized === "TRACE" && method !== "TRACE") return /* @__PURE__ */ new TypeError(`'${method}' HTTP method is unsupported.`);
};
var readBodyWithFastPath = (request2, method, fromBuffer) => {
  if (request2[bodyConsumedDirectlyKey]) return rejectBodyUnusable();
  const methodName = request2.method;
  if (methodName === "GET" || methodName === "HEAD") return request2[getRequestCache]()[method]();
  const methodValidationError = validateDirectReadMethod(methodName);
  if (methodValidationError) return Promise.reject(methodValidationError);
  if (request2[requestCache]) {
    if (methodName !== "TRACE") return request2[requestCache][method]();
  }
  const alreadyUsedError = consumeBodyDirectOnce(request2);
  if (alreadyUsedError) return alreadyUsedError;
  const raw = readRawBodyIfAvailable(request2);
  if (raw) {
    const result = Promise.resolve(fromBuffer(raw, request2));
    request2[bodyBufferKey] = void 0;
    return result;
  }
  return readBodyDirect(request2).then((buf) => {
    const result = fromBuffer(buf, request2);
    request2[bodyBufferKey] = void 0;
    return result;
  });
};
var readRawBodyIfAvailable = (request2) => {
  const incoming = request2[incomingKey];
  if ("rawBody" in incoming && incoming.rawBody instanceof Buffer) return incoming.rawBody;
};
var normalizeAbortError = (request2, incoming) => {
  if (incoming.errored) return incoming.errored;
  const reason = request2[abortReasonKey];
  if (reason !== void 0) return reason instanceof Error ? reason : new Error(String(reason));
  return /* @__PURE__ */ new Error("Client connection prematurely closed.");
};
var readBodyDirect = (request2) => {
  if (request2[bodyBufferKey]) return Promise.resolve(request2[bodyBufferKey]);
  if (request2[bodyReadPromiseKey]) return request2[bodyReadPromiseKey];
  const incoming = request2[incomingKey];
  if (incoming.readableDidRead) return rejectBodyUnusable();
  const buffered = readBodyBufferedBeforeDisconnect(incoming);
  if (buffered !== void 0) {
    if (buffered instanceof Error) return Promise.reject(buffered);
    request2[bodyBufferKey] = buffered;
    return Promise.resolve(buffered);
  }
  const promise = new Promise((resolve, reject) => {
    const chunks = [];
    let settled = false;
    const finish = (callback) => {
      if (settled) return;
      settled = true;
      cleanup();
      callback();
    };
    const recoverCompleteBodyAfterDisconnect = (error) => {
      const streamError = incoming.errored ?? error;
      if (!isRecoverableDisconnectedIncoming(incoming) || streamError && streamError.code !== "ECONNRESET") return false;
      finish(() => {
        const recovered = readBodyBufferedBeforeDisconnect(incoming, chunks);
        if (recovered instanceof Error) reject(recovered);
        else if (recovered === void 0) reject(error ?? normalizeAbortError(request2, incoming));
        else {
          request2[bodyBufferKey] = recovered;
          resolve(recovered);
        }
      });
      return true;
    };
    const onData = (chunk) => {
      chunks.push(toBufferChunk(chunk, incoming.readableEncoding));
    };
    const onEnd = () => {
      finish(() => {
        const buffer = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
        request2[bodyBufferKey] = buffer;
        resolve(buffer);
      });
    };
    const onError = (error) => {
      if (recoverCompleteBodyAfterDisconnect(error)) return;
      finish(() => {
        reject(error);
      });
    };
    const onClose = () => {
      if (incoming.readableEnded) {
        onEnd();
        return;
      }
      if (recoverCompleteBodyAfterDisconnect()) return;
      finish(() => {
        reject(normalizeAbortError(request2, incoming));
      });
    };
    const cleanup = () => {
      incoming.off("data", onData);
      incoming.off("end", onEnd);
      incoming.off("error", onError);
      incoming.off("close", onClose);
      request2[bodyReadPromiseKey] = void 0;
    };
    incoming.on("data", onData);
    incoming.on("end", onEnd);
    incoming.on("error", onError);
    incoming.on("close", onClose);
    queueMicrotask(() => {
      if (settled) return;
      if (incoming.readableEnded) onEnd();
      else if (incoming.errored) onError(incoming.errored);
      else if (incoming.destroyed) onClose();
    });
  });
  request2[bodyReadPromiseKey] = promise;
  return promise;
};
var requestPrototype = {
  get method() {
    return this[methodKey];
  },
  get url() {
    return this[urlKey];
  },
  get headers() {
    return this[headersKey] ||= newHeadersFromIncoming(this[incomingKey]);
  },
  [abortRequest](reason) {
    if (this[abortReasonKey] === void 0) this[abortReasonKey] = reason;
    const abortController = this[abortControllerKey];
    if (abortController && !abortController.signal.aborted) abortController.abort(reason);
  },
  [getAbortController]() {
    this[abortControllerKey] ||= new AbortController();
    if (this[abortReasonKey] !== void 0 && !this[abortControllerKey].signal.aborted) this[abortControllerKey].abort(this[abortReasonKey]);
    return this[abortControllerKey];
  },
  [getRequestCache]() {
    const abortController = this[getAbortController]();
    if (this[requestCache]) return this[requestCache];
    const method = this.method;
    if (this[bodyConsumedDirectlyKey] && !(method === "GET" || method === "HEAD")) {
      this[bodyBufferKey] = void 0;
      const init = {
        method: method === "TRACE" ? "GET" : method,
        headers: this.headers,
        signal: abortController.signal
      };
      if (method !== "TRACE") {
        init.body = new ReadableStream({ start(c) {
          c.close();
        } });
        init.duplex = "half";
      }
      const req = new Request$1(this[urlKey], init);
      if (method === "TRACE") Object.defineProperty(req, "method", { get() {
        return "TRACE";
      } });
      return this[requestCache] = req;
    }
    return this[requestCache] = newRequestFromIncoming(this.method, this[urlKey], this.headers, this[incomingKey], abortController);
  },
  get body() {
    if (!this[bodyConsumedDirectlyKey]) return this[getRequestCache]().body;
    const request2 = this[getRequestCache]();
    if (!this[bodyLockReaderKey] && request2.body) this[bodyLockReaderKey] = request2.body.getReader();
    return request2.body;
  },
  get bodyUsed() {
    if (this[bodyConsumedDirectlyKey]) return true;
    if (this[requestCache]) return this[requestCache].bodyUsed;
    return false;
  }
};
Object.defineProperty(requestPrototype, "signal", { get() {
  return this[getAbortController]().signal;
} });
[
  "cache",
  "credentials",
  "destination",
  "duplex",
  "integrity",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
  "keepalive"
].forEach((k) => {
  Object.defineProperty(requestPrototype, k, { get() {
    return this[getRequestCache]()[k];
  } });
});
["clone", "formData"].forEach((k) => {
  Object.defineProperty(requestPrototype, k, { value: function() {
    if (this[bodyConsumedDirectlyKey]) {
      if (k === "clone") throw newBodyUnusableError();
      return rejectBodyUnusable();
    }
    return this[getRequestCache]()[k]();
  } });
});
Object.defineProperty(requestPrototype, "text", { value: function() {
  return readBodyWithFastPath(this, "text", (buf) => textDecoder.decode(buf));
} });
Object.defineProperty(requestPrototype, "arrayBuffer", { value: function() {
  return readBodyWithFastPath(this, "arrayBuffer", (buf) => toArrayBuffer(buf));
} });
Object.defineProperty(requestPrototype, "blob", { value: function() {
  return readBodyWithFastPath(this, "blob", (buf, request2) => {
    const type = contentType(request2);
    const init = type ? { headers: { "content-type": type } } : void 0;
    return new Response(buf, init).blob();
  });
} });
Object.defineProperty(requestPrototype, "json", { value: function() {
  if (this[bodyConsumedDirectlyKey]) return rejectBodyUnusable();
  return this.text().then(JSON.parse);
} });
Object.defineProperty(requestPrototype, /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom"), { value: function(depth, options, inspectFn) {
  return `Request (lightweight) ${inspectFn({
    method: this.method,
    url: this.url,
    headers: this.headers,
    nativeRequest: this[requestCache]
  }, {
    ...options,
    depth: depth == null ? null : depth - 1
  })}`;
} });
Object.setPrototypeOf(requestPrototype, Request$1.prototype);
var defaultContentType = "text/plain; charset=UTF-8";
var responseCache = /* @__PURE__ */ Symbol("responseCache");
var getResponseCache = /* @__PURE__ */ Symbol("getResponseCache");
var cacheKey = /* @__PURE__ */ Symbol("cache");
var GlobalResponse = global.Response;
var Response$1 = class Response$12 {
  #body;
  #init;
  [getResponseCache]() {
    const cache = this[cacheKey];
    const liveHeaders = cache && cache[2] instanceof Headers ? cache[2] : void 0;
    delete this[cacheKey];
    return this[responseCache] ||= new GlobalResponse(this.#body, liveHeaders ? {
      status: this.#init?.status,
      statusText: this.#init?.statusText,
      headers: liveHeaders
    } : this.#init);
  }
  constructor(body, init) {
    let headers;
    this.#body = body;
    if (init instanceof GlobalResponse) {
      const cachedGlobalResponse = init[responseCache];
      if (cachedGlobalResponse) {
        this.#init = cachedGlobalResponse;
        this[getResponseCache]();
        return;
      }
      this.#init = init instanceof Response$12 ? init.#init : init;
      headers = new Headers(init.headers);
    } else this.#init = init;
    if (body == null || typeof body === "string" || typeof body?.getReader !== "undefined" || body instanceof Blob || body instanceof Uint8Array) this[cacheKey] = [
      init?.status || 200,
      body ?? null,
      headers || init?.headers
    ];
  }
  get headers() {
    const cache = this[cacheKey];
    if (cache) {
      if (!(cache[2] instanceof Headers)) cache[2] = new Headers(cache[2] || (cache[1] === null ? void 0 : { "content-type": defaultContentType }));
      return cache[2];
    }
    return this[getResponseCache]().headers;
  }
  get status() {
    return this[cacheKey]?.[0] ?? this[getResponseCache]().status;
  }
  get ok() {
    const status = this.status;
    return status >= 200 && status < 300;
  }
};
[
  "body",
  "bodyUsed",
  "redirected",
  "statusText",
  "trailers",
  "type",
  "url"
].forEach((k) => {
  Object.defineProperty(Response$1.prototype, k, { get() {
    return this[getResponseCache]()[k];
  } });
});
[
  "arrayBuffer",
  "blob",
  "clone",
  "formData",
  "json",
  "text"
].forEach((k) => {
  Object.defineProperty(Response$1.prototype, k, { value: function() {
    return this[getResponseCache]()[k]();
  } });
});
Object.defineProperty(Response$1.prototype, /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom"), { value: function(depth, options, inspectFn) {
  return `Response (lightweight) ${inspectFn({
    status: this.status,
    headers: this.headers,
    ok: this.ok,
    nativeResponse: this[responseCache]
  }, {
    ...options,
    depth: depth == null ? null : depth - 1
  })}`;
} });
Object.setPrototypeOf(Response$1, GlobalResponse);
Object.setPrototypeOf(Response$1.prototype, GlobalResponse.prototype);
var validRedirectUrl = /^https?:\/\/[!#-;=?-[\]_a-z~A-Z]+$/;
var parseRedirectUrl = (url) => {
  if (url instanceof URL) return url.href;
  if (validRedirectUrl.test(url)) return url;
  return new URL(url).href;
};
var validRedirectStatuses = /* @__PURE__ */ new Set([
  301,
  302,
  303,
  307,
  308
]);
Object.defineProperty(Response$1, "redirect", {
  value: function redirect(url, status = 302) {
    if (!validRedirectStatuses.has(status)) throw new RangeError("Invalid status code");
    return new Response$1(null, {
      status,
      headers: { location: parseRedirectUrl(url) }
    });
  },
  writable: true,
  configurable: true
});
Object.defineProperty(Response$1, "json", {
  value: function json(data, init) {
    const body = JSON.stringify(data);
    if (body === void 0) throw new TypeError("The data is not JSON serializable");
    const initHeaders = init?.headers;
    let headers;
    if (initHeaders) {
      headers = new Headers(initHeaders);
      if (!headers.has("content-type")) headers.set("content-type", "application/json");
    } else headers = { "content-type": "application/json" };
    return new Response$1(body, {
      status: init?.status ?? 200,
      statusText: init?.statusText,
      headers
    });
  },
  writable: true,
  configurable: true
});
var MAX_DRAIN_BYTES = 64 * 1024 * 1024;
var CloseEvent = globalThis.CloseEvent ?? class extends Event {
  #eventInitDict;
  constructor(type, eventInitDict = {}) {
    super(type, eventInitDict);
    this.#eventInitDict = eventInitDict;
  }
  get wasClean() {
    return this.#eventInitDict.wasClean ?? false;
  }
  get code() {
    return this.#eventInitDict.code ?? 0;
  }
  get reason() {
    return this.#eventInitDict.reason ?? "";
  }
};
var ErrorEvent = globalThis.ErrorEvent ?? class extends Event {
  #eventInitDict;
  constructor(type, eventInitDict = {}) {
    super(type, eventInitDict);
    this.#eventInitDict = eventInitDict;
  }
  get message() {
    return this.#eventInitDict.message ?? "";
  }
  get filename() {
    return this.#eventInitDict.filename ?? "";
  }
  get lineno() {
    return this.#eventInitDict.lineno ?? 0;
  }
  get colno() {
    return this.#eventInitDict.colno ?? 0;
  }
  get error() {
    return this.#eventInitDict.error ?? null;
  }
};
var generateConnectionSymbol = () => /* @__PURE__ */ Symbol("connection");
var CONNECTION_SYMBOL_KEY = /* @__PURE__ */ Symbol("CONNECTION_SYMBOL_KEY");
var WAIT_FOR_WEBSOCKET_SYMBOL = /* @__PURE__ */ Symbol("WAIT_FOR_WEBSOCKET_SYMBOL");
var upgradeWebSocket = defineWebSocketHelper(async (c, events, options) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") return;
  const env = c.env;
  const waitForWebSocket = env[WAIT_FOR_WEBSOCKET_SYMBOL];
  if (!waitForWebSocket || !env.incoming) return new Response(null, { status: 500 });
  const connectionSymbol = generateConnectionSymbol();
  env[CONNECTION_SYMBOL_KEY] = connectionSymbol;
  (async () => {
    let ws;
    try {
      ws = await waitForWebSocket(env.incoming, connectionSymbol);
    } catch {
      return;
    }
    const messagesReceivedInStarting = [];
    const bufferMessage = (data, isBinary) => {
      messagesReceivedInStarting.push([data, isBinary]);
    };
    ws.on("message", bufferMessage);
    const ctx = {
      binaryType: "arraybuffer",
      close(code, reason) {
        ws.close(code, reason);
      },
      protocol: ws.protocol,
      raw: ws,
      get readyState() {
        return ws.readyState;
      },
      send(source, opts) {
        ws.send(source, { compress: opts?.compress });
      },
      url: new URL(c.req.url)
    };
    try {
      events?.onOpen?.(new Event("open"), ctx);
    } catch (e) {
      (options?.onError ?? console.error)(e);
    }
    const handleMessage = (data, isBinary) => {
      const datas = Array.isArray(data) ? data : [data];
      for (const data2 of datas) try {
        events?.onMessage?.(new MessageEvent("message", { data: isBinary ? data2 instanceof ArrayBuffer ? data2 : data2.buffer.slice(data2.byteOffset, data2.byteOffset + data2.byteLength) : typeof data2 === "string" ? data2 : Buffer.from(data2).toString("utf-8") }), ctx);
      } catch (e) {
        (options?.onError ?? console.error)(e);
      }
    };
    ws.off("message", bufferMessage);
    for (const message of messagesReceivedInStarting) handleMessage(...message);
    ws.on("message", (data, isBinary) => {
      handleMessage(data, isBinary);
    });
    ws.on("close", (code, reason) => {
      try {
        events?.onClose?.(new CloseEvent("close", {
          code,
          reason: reason.toString()
        }), ctx);
      } catch (e) {
        (options?.onError ?? console.error)(e);
      }
    });
    ws.on("error", (error) => {
      try {
        events?.onError?.(new ErrorEvent("error", { error }), ctx);
      } catch (e) {
        (options?.onError ?? console.error)(e);
      }
    });
  })();
  return new Response();
});

// node_modules/@modelcontextprotocol/node/dist/index.mjs
var RequestBodyTooLargeError = class extends Error {
  status = 413;
  constructor(maxBytes) {
    super(`Payload Too Large: Request body must not exceed ${maxBytes} bytes`);
    this.name = "RequestBodyTooLargeError";
  }
};
function resolveMaxRequestBodySize(value) {
  if (value === void 0) return DEFAULT_MAX_REQUEST_BODY_SIZE;
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) throw new RangeError(`maxRequestBodySize must be a positive number of bytes, got ${String(value)}`);
  return value;
}
function toNodeHandler(handler, opts) {
  const maxRequestBodySize = resolveMaxRequestBodySize(opts?.maxRequestBodySize);
  return async (req, res, parsedBody) => {
    if (typeof parsedBody === "function") parsedBody = void 0;
    let finished = false;
    const abort = new AbortController();
    res.on("close", () => {
      if (!finished) abort.abort();
    });
    if (res.destroyed === true) abort.abort();
    let response;
    try {
      const request2 = await toWebRequest(req, parsedBody, {
        signal: abort.signal,
        maxRequestBodySize
      });
      response = await handler.fetch(request2, {
        ...req.auth !== void 0 && { authInfo: req.auth },
        ...parsedBody !== void 0 && { parsedBody }
      });
    } catch (error) {
      if (error instanceof RequestBodyTooLargeError) response = Response.json({
        jsonrpc: "2.0",
        error: {
          code: -32e3,
          message: error.message
        },
        id: null
      }, {
        status: 413,
        headers: { connection: "close" }
      });
      else {
        try {
          opts?.onerror?.(error instanceof Error ? error : new Error(String(error)));
        } catch {
        }
        response = internalServerErrorResponse(echoableRequestId(parsedBody));
      }
    }
    const headers = {};
    for (const [name, value] of response.headers) headers[name] = value;
    res.writeHead(response.status, headers);
    if (response.body === null) {
      finished = true;
      res.end();
      return;
    }
    let drainResolve;
    const releaseDrainWait = () => {
      drainResolve?.();
      drainResolve = void 0;
    };
    res.on("drain", releaseDrainWait);
    const closed = new Promise((resolve) => {
      abort.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      for await (const chunk of response.body) {
        if (abort.signal.aborted) break;
        if (res.write(chunk) === false) await Promise.race([new Promise((resolve) => {
          drainResolve = resolve;
        }), closed]);
      }
    } catch {
    }
    finished = true;
    res.end();
  };
}
function singleHeaderValue(value) {
  return Array.isArray(value) ? value[0] : value;
}
async function toWebRequest(req, parsedBody, options) {
  const maxRequestBodySize = resolveMaxRequestBodySize(options?.maxRequestBodySize);
  const method = (req.method ?? "GET").toUpperCase();
  const url = `http://${singleHeaderValue(req.headers["host"]) ?? singleHeaderValue(req.headers[":authority"]) ?? "localhost"}${req.url ?? "/"}`;
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers)) {
    if (value === void 0 || name.startsWith(":")) continue;
    if (Array.isArray(value)) for (const item of value) headers.append(name, item);
    else headers.set(name, value);
  }
  let body;
  if (method !== "GET" && method !== "HEAD") if (parsedBody === void 0) {
    if (Number(singleHeaderValue(req.headers["content-length"])) > maxRequestBodySize) throw new RequestBodyTooLargeError(maxRequestBodySize);
    const decoder = new TextDecoder();
    let collected = "";
    let received = 0;
    for await (const chunk of req) {
      received += typeof chunk === "string" ? new TextEncoder().encode(chunk).byteLength : chunk.byteLength;
      if (received > maxRequestBodySize) throw new RequestBodyTooLargeError(maxRequestBodySize);
      collected += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    }
    collected += decoder.decode();
    if (collected.length > 0) body = collected;
  } else {
    const serialized = JSON.stringify(parsedBody);
    headers.delete("content-encoding");
    headers.delete("transfer-encoding");
    if (serialized === void 0) headers.delete("content-length");
    else {
      body = serialized;
      headers.set("content-length", String(new TextEncoder().encode(serialized).byteLength));
    }
  }
  return new Request(url, {
    method,
    headers,
    ...options?.signal !== void 0 && { signal: options.signal },
    ...body !== void 0 && { body }
  });
}
function echoableRequestId(body) {
  if (body === null || typeof body !== "object" || Array.isArray(body)) return null;
  const { method, id } = body;
  if (typeof method !== "string") return null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}
function internalServerErrorResponse(id) {
  return Response.json({
    jsonrpc: "2.0",
    error: {
      code: -32603,
      message: "Internal server error"
    },
    id
  }, { status: 500 });
}

// src/mcp/access/missing-scope.ts
var request = external_exports.object({
  id: external_exports.union([external_exports.string(), external_exports.number()]).nullish(),
  method: external_exports.string(),
  params: external_exports.object({ name: external_exports.string().optional(), uri: external_exports.string().optional(), arguments: external_exports.unknown().optional() }).nullish()
});
var EVERYTHING = new Set(ACCESS);
function findMissingScope(body, seat, tools) {
  for (const message of Array.isArray(body) ? body : [body]) {
    const parsed = request.safeParse(message);
    if (!parsed.success) continue;
    const scope = neededScope(parsed.data, seat, tools);
    if (scope !== void 0 && !seat.caller.access.has(scope)) return { scope, id: parsed.data.id ?? null };
  }
  return void 0;
}
function neededScope({ method, params }, seat, tools) {
  switch (method) {
    case "tools/call":
      return scopeOfTool(params?.name ?? "", params?.arguments, seat, tools);
    case "resources/read":
    case "resources/subscribe":
      return params?.uri === PEERS_URI ? "peers:read" : "tasks:read";
    case "tasks/get":
    case "tasks/update":
      return "tasks:read";
    case "tasks/cancel":
      return "tasks:cancel";
    default:
      return void 0;
  }
}
function scopeOfTool(name, args, { view, caller }, tools) {
  const isShown = (access2) => tools.visible(view, access2).some((tool) => tool.name === name);
  if (!isOperationName(name) || !isShown(EVERYTHING)) return void 0;
  if (isShown(caller.access)) return asksAnotherPeer(name, args) ? "peers:call" : void 0;
  const { access, ...operation } = CATALOG[name];
  return view.set === "agent" && "partialAccess" in operation ? operation.partialAccess : access;
}

// src/mcp/peers/relayed.ts
function relayed(response, { done, cut }) {
  let open = true;
  const end = () => {
    if (!open) return;
    open = false;
    done?.();
  };
  if (response.body === null) {
    end();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream({
    start: (controller) => {
      if (cut === void 0) return;
      const stop = () => {
        if (!open) return;
        end();
        controller.close();
        reader.cancel(cut.reason).catch(() => void 0);
      };
      if (cut.aborted) stop();
      else cut.addEventListener("abort", stop, { once: true });
    },
    pull: async (controller) => {
      try {
        const chunk = await reader.read();
        if (!open) return;
        if (!chunk.done) {
          controller.enqueue(chunk.value);
          return;
        }
        end();
        controller.close();
      } catch (thrown) {
        if (!open) return;
        end();
        controller.error(thrown);
      }
    },
    cancel: async (reason) => {
      end();
      await reader.cancel(reason);
    }
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

// src/mcp/sessions.ts
var SESSION_SETTINGS = {
  maxSessions: 256,
  maxSessionsPerPrincipal: 64,
  idleMs: 15 * 6e4,
  keepAliveMs: 15e3
};
var LAST_WORD_MS = 250;
var LegacySessions = class {
  #deps;
  #settings;
  #sessions = /* @__PURE__ */ new Map();
  #cancelSweep;
  #stopped = false;
  constructor(deps, settings) {
    this.#deps = deps;
    this.#settings = settings;
  }
  get size() {
    return this.#sessions.size;
  }
  /** @param body the parsed body of a POST */
  async handle(request2, seat, body) {
    const id = request2.headers.get("mcp-session-id");
    if (id !== null) {
      const session = this.#sessions.get(id);
      if (session?.owner !== ownerOf(seat)) return rpcError(404, -32001, "Session not found");
      return this.#serve(session, request2, seat, body);
    }
    if (request2.method !== "POST" || !opensSession(body)) {
      return rpcError(400, -32e3, "Bad Request: send initialize first, then its Mcp-Session-Id with every request");
    }
    return this.#open(request2, seat, body);
  }
  async stop() {
    this.#stopped = true;
    this.#cancelSweep?.();
    this.#cancelSweep = void 0;
    await Promise.all([...this.#sessions.values()].map((session) => this.#close(session)));
  }
  async #open(request2, seat, body) {
    if (this.#stopped) return rpcError(503, -32e3, "This peer is stopping.");
    if (!await this.#makeRoom(seat)) {
      return rpcError(429, -32e3, "Too many sessions are open. End one with DELETE, or wait until one falls idle.");
    }
    const id = this.#deps.random.uuid();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => id,
      keepAliveMs: this.#settings.keepAliveMs,
      onsessionclosed: () => this.#forget(id)
    });
    const server = this.#deps.create(seat);
    const session = { id, owner: ownerOf(seat), transport, server, busy: 0, usedAt: this.#deps.clock.mono() };
    this.#sessions.set(id, session);
    this.#sweepLater();
    const { retired } = seat;
    const retire = () => void this.#deps.clock.after(LAST_WORD_MS, () => void this.#close(session));
    retired?.addEventListener("abort", retire, { once: true });
    session.forget = () => retired?.removeEventListener("abort", retire);
    await server.connect(transport);
    const response = await this.#serve(session, request2, seat, body);
    if (response.status >= 400) await this.#close(session);
    return response;
  }
  async #serve(session, request2, seat, body) {
    session.busy += 1;
    const done = () => {
      session.busy -= 1;
      session.usedAt = this.#deps.clock.mono();
    };
    try {
      const response = await session.transport.handleRequest(request2, {
        authInfo: toAuthInfo(seat),
        ...body === void 0 ? {} : { parsedBody: body }
      });
      return relayed(response, { done });
    } catch (thrown) {
      done();
      throw thrown;
    }
  }
  /** Who opens one session too many loses its own longest idle one; busy ones are never taken. */
  async #makeRoom(seat) {
    const mine = (session) => session.owner.startsWith(`${seat.caller.principal}
`);
    const all = [...this.#sessions.values()];
    const candidates = all.filter(mine).length >= this.#settings.maxSessionsPerPrincipal ? all.filter(mine) : all.length >= this.#settings.maxSessions ? all : void 0;
    if (candidates === void 0) return true;
    const idle = candidates.filter((session) => session.busy === 0).toSorted((a, b) => a.usedAt - b.usedAt)[0];
    if (idle === void 0) return false;
    this.#deps.log.info("mcp.session_pushed_out", { principal: seat.caller.principal });
    await this.#close(idle);
    return true;
  }
  #sweepLater() {
    if (this.#cancelSweep !== void 0 || this.#stopped || this.#sessions.size === 0) return;
    this.#cancelSweep = this.#deps.clock.after(Math.max(1, this.#settings.idleMs / 4), () => {
      this.#cancelSweep = void 0;
      const before = this.#deps.clock.mono() - this.#settings.idleMs;
      for (const session of this.#sessions.values()) {
        if (session.busy === 0 && session.usedAt <= before) void this.#close(session);
      }
      this.#sweepLater();
    });
  }
  async #close(session) {
    this.#forget(session.id);
    try {
      await session.server.close();
    } catch (thrown) {
      this.#deps.log.warn("mcp.session_close_failed", { thrown });
    }
  }
  #forget(id) {
    this.#sessions.get(id)?.forget?.();
    this.#sessions.delete(id);
  }
};
function ownerOf({ caller, view }) {
  return `${caller.principal}
${viewKey(view)}`;
}
function opensSession(body) {
  return isInitializeRequest(Array.isArray(body) && body.length === 1 ? body[0] : body);
}

// src/mcp/door.ts
var MAX_LISTEN_URIS = 256;
var MCP_DOOR_SETTINGS = {
  allowedHosts: ["localhost", "127.0.0.1", "[::1]"],
  allowedOrigins: ["localhost", "127.0.0.1", "[::1]"],
  bound: UNBOUND,
  maxBodyBytes: 1048576,
  maxSubscriptions: 1024,
  sessions: SESSION_SETTINGS,
  rate: RATE_LIMIT_SETTINGS
};
function createMcpDoor(deps, settings = MCP_DOOR_SETTINGS) {
  const { log } = deps;
  const updates = new ResourceUpdates(deps.events, deps.clock);
  const tools = createCatalogTools();
  const serverDeps = { ...deps, tools, updates };
  const onerror = (error) => log.debug("mcp.exchange_refused", { error });
  const modern = createMcpHandler(
    ({ authInfo }) => {
      const seat = findSeat(authInfo);
      if (seat === void 0) throw new Error("A request reached the MCP server without passing admission.");
      return createServer(serverDeps, seat, "modern", "exchange");
    },
    {
      legacy: "reject",
      bus: toBus(updates),
      maxRequestBodySize: settings.maxBodyBytes,
      maxSubscriptions: settings.maxSubscriptions,
      keepAliveMs: settings.sessions.keepAliveMs,
      onerror
    }
  );
  const sessions = new LegacySessions(
    { ...deps, create: (seat) => createServer(serverDeps, seat, "legacy", "session") },
    settings.sessions
  );
  const serve = async (request2, seat) => {
    const body = await readJson(request2, settings.maxBodyBytes);
    if (body instanceof Response) return body;
    const missing = findMissingScope(body, seat, tools);
    if (missing !== void 0) {
      log.info("mcp.refused", { principal: seat.caller.principal, status: 403, scope: missing.scope });
      return insufficientScope(missing.scope, settings, missing.id);
    }
    if (await isLegacyRequest(request2, body)) return sessions.handle(request2, seat, body);
    const parsedBody = await withReadable(body, (uri) => canRead(serverDeps, seat, uri));
    const calls = calledTool(parsedBody);
    const exchange = calls === void 0 ? seat : { ...seat, calls };
    return modern.fetch(request2, { authInfo: toAuthInfo(exchange), parsedBody });
  };
  const serveWhileValid = async (request2, seat) => {
    const { ended } = seat;
    if (ended === void 0) return serve(request2, seat);
    const [refused, cut] = [Promise.withResolvers(), new AbortController()];
    const onEnd = () => {
      refused.resolve(invalidToken(settings));
      deps.clock.after(LAST_WORD_MS, () => cut.abort(ended.reason));
    };
    if (ended.aborted) onEnd();
    else ended.addEventListener("abort", onEnd, { once: true });
    const bounded = new Request(request2, { signal: AbortSignal.any([request2.signal, ended]) });
    const response = await Promise.race([serve(bounded, seat), refused.promise]);
    return relayed(response, { cut: cut.signal, done: () => ended.removeEventListener("abort", onEnd) });
  };
  const guarded = async (answer) => {
    try {
      return await answer();
    } catch (thrown) {
      if (thrown instanceof RunnerMeshError && thrown.retryable) {
        return rpcError(ERRORS[thrown.code].http, -32e3, `${thrown.code}: ${thrown.message} Try again later.`);
      }
      log.error("mcp.request_failed", { thrown });
      return rpcError(500, -32603, "Internal error");
    }
  };
  const limit = new RateLimit(deps.clock, settings.rate);
  const admitted = async (request2) => {
    const { pathname } = new URL(request2.url);
    if (pathname.startsWith(METADATA_PATH)) return serveMetadata(request2, settings);
    const seat = await admit(request2, settings, deps.authenticate);
    if (seat instanceof Response) {
      log.info("mcp.refused", { status: seat.status, path: cleanLine(pathname, 100) });
      return seat;
    }
    const waitMs = limit.take(seat.caller.principal);
    if (waitMs === 0) return seat;
    log.info("mcp.refused", { principal: seat.caller.principal, status: 429 });
    return tooMany(waitMs);
  };
  return {
    fetch: (request2) => guarded(async () => {
      const seat = await admitted(request2);
      return seat instanceof Response ? seat : serveWhileValid(request2, seat);
    }),
    node: async (req, res) => {
      let seat;
      const refusal = await guarded(async () => {
        const result = await admitted(headOf(req));
        if (result instanceof Response) return result;
        seat = result;
        return new Response(null);
      });
      if (seat === void 0) {
        await refuse(res, refusal);
        return;
      }
      const admittedSeat = seat;
      const answer = (request2) => guarded(() => serveWhileValid(request2, admittedSeat));
      const handle = toNodeHandler({ fetch: answer }, { maxRequestBodySize: settings.maxBodyBytes, onerror });
      await handle(req, res);
    },
    stop: async () => {
      await Promise.all([modern.close(), sessions.stop()]);
    }
  };
}
function headOf(req) {
  const headers = new Headers();
  for (let at = 0; at + 1 < req.rawHeaders.length; at += 2) {
    headers.append(req.rawHeaders[at] ?? "", req.rawHeaders[at + 1] ?? "");
  }
  const path = req.url?.startsWith("/") === true ? req.url : "/";
  return new Request(new URL(path, "http://peer.invalid"), { headers });
}
function serveMetadata(request2, settings) {
  const refused = checkOrigin(request2, settings);
  if (refused !== void 0) return refused;
  const { protectedResource } = settings;
  if (protectedResource === void 0) return rpcError(404, -32e3, "This peer has no authorization server.");
  const document = describeResource(protectedResource, ACCESS);
  return Response.json(document, { headers: { "cache-control": "max-age=3600" } });
}
function tooMany(waitMs) {
  const seconds = Math.ceil(waitMs / 1e3);
  const response = rpcError(429, -32e3, `rate_limited: too many requests. Try again in ${String(seconds)} s.`);
  response.headers.set("Retry-After", String(seconds));
  return response;
}
async function refuse(res, refusal) {
  res.writeHead(refusal.status, { ...Object.fromEntries(refusal.headers), connection: "close" });
  res.end(await refusal.text());
}
async function readJson(request2, maxBytes) {
  if (request2.method !== "POST") return void 0;
  if (!isJsonContentType(request2.headers.get("content-type"))) {
    return rpcError(415, -32e3, "Unsupported Media Type: Content-Type must be application/json");
  }
  const body = await readRequestBody(request2, maxBytes);
  if (body.tooLarge)
    return rpcError(413, -32e3, `Payload Too Large: the body must not exceed ${String(maxBytes)} bytes`);
  try {
    return JSON.parse(body.text);
  } catch {
    return rpcError(400, -32700, "Parse error: the body is not JSON");
  }
}
function toBus(updates) {
  return {
    publish: () => void 0,
    subscribe: (listener) => updates.subscribe((uri) => listener({ kind: "resource_updated", uri }))
  };
}
var listenRequest = external_exports.looseObject({
  method: external_exports.literal("subscriptions/listen"),
  params: external_exports.looseObject({
    notifications: external_exports.looseObject({ resourceSubscriptions: external_exports.array(external_exports.string()) })
  })
});
async function withReadable(body, canReadUri) {
  const listen = listenRequest.safeParse(body);
  if (!listen.success) return body;
  const { params } = listen.data;
  const asked = [...new Set(params.notifications.resourceSubscriptions)].slice(0, MAX_LISTEN_URIS);
  const readable = [];
  for (const uri of asked) if (await canReadUri(uri)) readable.push(uri);
  const notifications = { ...params.notifications, resourceSubscriptions: readable };
  return { ...listen.data, params: { ...params, notifications } };
}
var toolCall = external_exports.object({ method: external_exports.literal("tools/call"), params: external_exports.object({ name: external_exports.string() }) });
function calledTool(body) {
  return toolCall.safeParse(body).data?.params.name;
}

// src/app/http/http-access.ts
function createHttpAccess(config, listensAt) {
  const { httpAllowedHosts, httpPublicUrl, mcpToolsets, mcpReadOnly, oauthIssuer, oauthJwksUrl } = config;
  const hosts = [...httpAllowedHosts, ...httpPublicUrl === void 0 ? [] : [new URL(httpPublicUrl).hostname]];
  const resource = () => {
    const url = new URL(httpPublicUrl ?? `http://${config.http}`);
    if (httpPublicUrl === void 0 && url.port === "0") url.port = new URL(listensAt()).port;
    return `${url.href.replace(/\/$/, "")}/mcp`;
  };
  const protectedResource = oauthIssuer === void 0 ? void 0 : {
    get resource() {
      return resource();
    },
    authorizationServers: [oauthIssuer],
    scopes: ["tasks:read", "tasks:submit", "tasks:cancel", "peers:read"]
  };
  return {
    admission: {
      allowedHosts: [...MCP_DOOR_SETTINGS.allowedHosts, ...hosts],
      allowedOrigins: [...MCP_DOOR_SETTINGS.allowedOrigins, ...hosts],
      bound: createBound({ mcpToolsets, mcpReadOnly }),
      ...protectedResource === void 0 ? {} : { protectedResource }
    },
    oauth: oauthIssuer === void 0 ? void 0 : {
      issuer: oauthIssuer,
      get audience() {
        return config.oauthAudience ?? resource();
      },
      jwksUrl: oauthJwksUrl
    }
  };
}
function createBound({ mcpToolsets, mcpReadOnly }) {
  const sets = TOOL_SETS.filter((set) => mcpToolsets.includes(set));
  return { sets: sets.length === 0 ? UNBOUND.sets : sets, readOnly: mcpReadOnly };
}

export {
  METADATA_PATH,
  MCP_DOOR_SETTINGS,
  createMcpDoor,
  createHttpAccess,
  createBound
};
