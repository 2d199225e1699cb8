import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  multiaddr
} from "./chunk-L34K4N6Q.js";
import {
  MaxLengthError,
  Uint8ArrayList,
  alloc,
  decode,
  decodeMessage,
  encode,
  encodeMessage,
  equals,
  fromString,
  message,
  peerIdFromMultihash,
  peerIdFromPublicKey,
  publicKeyFromProtobuf,
  publicKeyToProtobuf,
  streamMessage
} from "./chunk-TFZ7TR2H.js";
import {
  findOrMakeSecret,
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  base32,
  parsePeerId
} from "./chunk-R56T724L.js";
import {
  HOUR
} from "./chunk-KNG6V2U7.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/app/mesh-keys.ts
import { join } from "node:path";

// src/mesh/mesh-key.ts
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
var MESH_KEY_BYTES = 32;
var SALT = "runner-mesh";
function parseMeshKey(text) {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "base64url");
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(trimmed) || bytes.length !== MESH_KEY_BYTES) {
    throw new RunnerMeshError(
      "config_invalid",
      `The mesh key is not ${String(MESH_KEY_BYTES)} bytes in base64url (43 characters of A\u2013Z a\u2013z 0\u20139 _ -); it has ${String(trimmed.length)} characters. Copy the key of an existing peer, or make one with: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='`
    );
  }
  return {
    meshId: base32(derive(bytes, "mesh-id/1", 10)),
    hello: derive(bytes, "hello/1", 32),
    announce: derive(bytes, "announce/1", 32)
  };
}
function newMeshKey(random) {
  return Buffer.from(random.bytes(MESH_KEY_BYTES)).toString("base64url");
}
function announcementMac(key, envelope) {
  return createHmac("sha256", key.announce).update(envelope).digest("base64url");
}
function isAnnouncementMac(keys, envelope, mac) {
  const given = Buffer.from(mac, "base64url");
  let matches = false;
  for (const key of keys) {
    const wanted = createHmac("sha256", key.announce).update(envelope).digest();
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) matches = true;
  }
  return matches;
}
function derive(key, purpose, bytes) {
  return new Uint8Array(hkdfSync("sha256", key, SALT, purpose, bytes));
}

// src/app/mesh-keys.ts
async function loadMeshKeys(options) {
  const { previousKeyFiles } = options.config;
  const previous = await Promise.all(
    previousKeyFiles.map(async (path) => {
      const text = await findSecret(path);
      if (text === void 0)
        throw new RunnerMeshError("config_invalid", `There is no file ${path} with a previous mesh key.`);
      return parseMeshKey(text);
    })
  );
  return [parseMeshKey(await currentKey(options)), ...previous];
}
async function currentKey({ config, stateDir, make, random }) {
  if (config.meshKey !== void 0) return config.meshKey;
  if (config.meshKeyFile !== void 0) {
    const text2 = await findSecret(config.meshKeyFile);
    if (text2 !== void 0) return text2;
    throw new RunnerMeshError(
      "config_invalid",
      `There is no mesh key file ${config.meshKeyFile}. Copy it from the peer that made it.`
    );
  }
  const path = join(stateDir, "mesh.key");
  if (make) return findOrMakeSecret(path, () => newMeshKey(random), random);
  const text = await findSecret(path);
  if (text !== void 0) return text;
  throw new RunnerMeshError(
    "config_invalid",
    `No mesh key. Set RUNNER_MESH_KEY, or copy mesh.key from the state directory of the first peer and pass --key-file <path>.`
  );
}

// node_modules/@libp2p/peer-record/dist/src/envelope/envelope.js
var Envelope;
(function(Envelope2) {
  let _codec;
  Envelope2.codec = () => {
    if (_codec == null) {
      _codec = message((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork();
        }
        if (obj.publicKey != null && obj.publicKey.byteLength > 0) {
          w.uint32(10);
          w.bytes(obj.publicKey);
        }
        if (obj.payloadType != null && obj.payloadType.byteLength > 0) {
          w.uint32(18);
          w.bytes(obj.payloadType);
        }
        if (obj.payload != null && obj.payload.byteLength > 0) {
          w.uint32(26);
          w.bytes(obj.payload);
        }
        if (obj.signature != null && obj.signature.byteLength > 0) {
          w.uint32(42);
          w.bytes(obj.signature);
        }
        if (opts.lengthDelimited !== false) {
          w.ldelim();
        }
      }, (reader, length, opts = {}) => {
        const obj = {
          publicKey: alloc(0),
          payloadType: alloc(0),
          payload: alloc(0),
          signature: alloc(0)
        };
        const end = length == null ? reader.len : reader.pos + length;
        while (reader.pos < end) {
          const tag = reader.uint32();
          switch (tag >>> 3) {
            case 1: {
              obj.publicKey = reader.bytes();
              break;
            }
            case 2: {
              obj.payloadType = reader.bytes();
              break;
            }
            case 3: {
              obj.payload = reader.bytes();
              break;
            }
            case 5: {
              obj.signature = reader.bytes();
              break;
            }
            default: {
              reader.skipType(tag & 7);
              break;
            }
          }
        }
        return obj;
      }, function* (reader, length, prefix, opts = {}) {
        const end = length == null ? reader.len : reader.pos + length;
        while (reader.pos < end) {
          const tag = reader.uint32();
          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.publicKey`,
                value: reader.bytes()
              };
              break;
            }
            case 2: {
              yield {
                field: `${prefix}.payloadType`,
                value: reader.bytes()
              };
              break;
            }
            case 3: {
              yield {
                field: `${prefix}.payload`,
                value: reader.bytes()
              };
              break;
            }
            case 5: {
              yield {
                field: `${prefix}.signature`,
                value: reader.bytes()
              };
              break;
            }
            default: {
              reader.skipType(tag & 7);
              break;
            }
          }
        }
      });
    }
    return _codec;
  };
  function encode2(obj) {
    return encodeMessage(obj, Envelope2.codec());
  }
  Envelope2.encode = encode2;
  function decode2(buf, opts) {
    return decodeMessage(buf, Envelope2.codec(), opts);
  }
  Envelope2.decode = decode2;
  function stream(buf, opts) {
    return streamMessage(buf, Envelope2.codec(), opts);
  }
  Envelope2.stream = stream;
})(Envelope || (Envelope = {}));

// node_modules/@libp2p/peer-record/dist/src/envelope/errors.js
var InvalidSignatureError = class extends Error {
  constructor(message2 = "Invalid signature") {
    super(message2);
    this.name = "InvalidSignatureError";
  }
};

// node_modules/@libp2p/peer-record/dist/src/envelope/index.js
var RecordEnvelope = class _RecordEnvelope {
  /**
   * Unmarshal a serialized Envelope protobuf message
   */
  static createFromProtobuf = (data) => {
    const envelopeData = Envelope.decode(data);
    const publicKey = publicKeyFromProtobuf(envelopeData.publicKey);
    return new _RecordEnvelope({
      publicKey,
      payloadType: envelopeData.payloadType,
      payload: envelopeData.payload,
      signature: envelopeData.signature
    });
  };
  /**
   * Seal marshals the given Record, places the marshaled bytes inside an Envelope
   * and signs it with the given peerId's private key
   */
  static seal = async (record, privateKey, options) => {
    if (privateKey == null) {
      throw new Error("Missing private key");
    }
    const domain = record.domain;
    const payloadType = record.codec;
    const payload = record.marshal();
    const signData = formatSignaturePayload(domain, payloadType, payload);
    const signature = await privateKey.sign(signData.subarray(), options);
    return new _RecordEnvelope({
      publicKey: privateKey.publicKey,
      payloadType,
      payload,
      signature
    });
  };
  /**
   * Open and certify a given marshaled envelope.
   * Data is unmarshaled and the signature validated for the given domain.
   */
  static openAndCertify = async (data, domain, options) => {
    const envelope = _RecordEnvelope.createFromProtobuf(data);
    const valid = await envelope.validate(domain, options);
    if (!valid) {
      throw new InvalidSignatureError("Envelope signature is not valid for the given domain");
    }
    return envelope;
  };
  publicKey;
  payloadType;
  payload;
  signature;
  marshaled;
  /**
   * The Envelope is responsible for keeping an arbitrary signed record
   * by a libp2p peer.
   */
  constructor(init) {
    const { publicKey, payloadType, payload, signature } = init;
    this.publicKey = publicKey;
    this.payloadType = payloadType;
    this.payload = payload;
    this.signature = signature;
  }
  /**
   * Marshal the envelope content
   */
  marshal() {
    if (this.marshaled == null) {
      this.marshaled = Envelope.encode({
        publicKey: publicKeyToProtobuf(this.publicKey),
        payloadType: this.payloadType,
        payload: this.payload.subarray(),
        signature: this.signature
      });
    }
    return this.marshaled;
  }
  /**
   * Verifies if the other Envelope is identical to this one
   */
  equals(other) {
    if (other == null) {
      return false;
    }
    return equals(this.marshal(), other.marshal());
  }
  /**
   * Validate envelope data signature for the given domain
   */
  async validate(domain, options) {
    const signData = formatSignaturePayload(domain, this.payloadType, this.payload);
    return this.publicKey.verify(signData.subarray(), this.signature, options);
  }
};
var formatSignaturePayload = (domain, payloadType, payload) => {
  const domainUint8Array = fromString(domain);
  const domainLength = encode(domainUint8Array.byteLength);
  const payloadTypeLength = encode(payloadType.length);
  const payloadLength = encode(payload.length);
  return new Uint8ArrayList(domainLength, domainUint8Array, payloadTypeLength, payloadType, payloadLength, payload);
};

// node_modules/@libp2p/peer-record/dist/src/peer-record/consts.js
var ENVELOPE_DOMAIN_PEER_RECORD = "libp2p-peer-record";
var ENVELOPE_PAYLOAD_TYPE_PEER_RECORD = Uint8Array.from([3, 1]);

// node_modules/@libp2p/peer-record/dist/src/peer-record/peer-record.js
var PeerRecord;
(function(PeerRecord3) {
  let AddressInfo;
  (function(AddressInfo2) {
    let _codec2;
    AddressInfo2.codec = () => {
      if (_codec2 == null) {
        _codec2 = message((obj, w, opts = {}) => {
          if (opts.lengthDelimited !== false) {
            w.fork();
          }
          if (obj.multiaddr != null && obj.multiaddr.byteLength > 0) {
            w.uint32(10);
            w.bytes(obj.multiaddr);
          }
          if (opts.lengthDelimited !== false) {
            w.ldelim();
          }
        }, (reader, length, opts = {}) => {
          const obj = {
            multiaddr: alloc(0)
          };
          const end = length == null ? reader.len : reader.pos + length;
          while (reader.pos < end) {
            const tag = reader.uint32();
            switch (tag >>> 3) {
              case 1: {
                obj.multiaddr = reader.bytes();
                break;
              }
              default: {
                reader.skipType(tag & 7);
                break;
              }
            }
          }
          return obj;
        }, function* (reader, length, prefix, opts = {}) {
          const end = length == null ? reader.len : reader.pos + length;
          while (reader.pos < end) {
            const tag = reader.uint32();
            switch (tag >>> 3) {
              case 1: {
                yield {
                  field: `${prefix}.multiaddr`,
                  value: reader.bytes()
                };
                break;
              }
              default: {
                reader.skipType(tag & 7);
                break;
              }
            }
          }
        });
      }
      return _codec2;
    };
    function encode3(obj) {
      return encodeMessage(obj, AddressInfo2.codec());
    }
    AddressInfo2.encode = encode3;
    function decode3(buf, opts) {
      return decodeMessage(buf, AddressInfo2.codec(), opts);
    }
    AddressInfo2.decode = decode3;
    function stream2(buf, opts) {
      return streamMessage(buf, AddressInfo2.codec(), opts);
    }
    AddressInfo2.stream = stream2;
  })(AddressInfo = PeerRecord3.AddressInfo || (PeerRecord3.AddressInfo = {}));
  let _codec;
  PeerRecord3.codec = () => {
    if (_codec == null) {
      _codec = message((obj, w, opts = {}) => {
        if (opts.lengthDelimited !== false) {
          w.fork();
        }
        if (obj.peerId != null && obj.peerId.byteLength > 0) {
          w.uint32(10);
          w.bytes(obj.peerId);
        }
        if (obj.seq != null && obj.seq !== 0n) {
          w.uint32(16);
          w.uint64(obj.seq);
        }
        if (obj.addresses != null && obj.addresses.length > 0) {
          for (const value of obj.addresses) {
            w.uint32(26);
            PeerRecord3.AddressInfo.codec().encode(value, w);
          }
        }
        if (opts.lengthDelimited !== false) {
          w.ldelim();
        }
      }, (reader, length, opts = {}) => {
        const obj = {
          peerId: alloc(0),
          seq: 0n,
          addresses: []
        };
        const end = length == null ? reader.len : reader.pos + length;
        while (reader.pos < end) {
          const tag = reader.uint32();
          switch (tag >>> 3) {
            case 1: {
              obj.peerId = reader.bytes();
              break;
            }
            case 2: {
              obj.seq = reader.uint64();
              break;
            }
            case 3: {
              if (opts.limits?.addresses != null && obj.addresses.length === opts.limits.addresses) {
                throw new MaxLengthError('Decode error - repeated field "addresses" had too many elements');
              }
              obj.addresses.push(PeerRecord3.AddressInfo.codec().decode(reader, reader.uint32(), {
                limits: opts.limits?.addresses$
              }));
              break;
            }
            default: {
              reader.skipType(tag & 7);
              break;
            }
          }
        }
        return obj;
      }, function* (reader, length, prefix, opts = {}) {
        const obj = {
          addresses: 0
        };
        const end = length == null ? reader.len : reader.pos + length;
        while (reader.pos < end) {
          const tag = reader.uint32();
          switch (tag >>> 3) {
            case 1: {
              yield {
                field: `${prefix}.peerId`,
                value: reader.bytes()
              };
              break;
            }
            case 2: {
              yield {
                field: `${prefix}.seq`,
                value: reader.uint64()
              };
              break;
            }
            case 3: {
              if (opts.limits?.addresses != null && obj.addresses === opts.limits.addresses) {
                throw new MaxLengthError('Streaming decode error - repeated field "addresses" had too many elements');
              }
              for (const evt of PeerRecord3.AddressInfo.codec().stream(reader, reader.uint32(), `${prefix}.addresses[]`, {
                limits: opts.limits?.addresses$
              })) {
                yield {
                  ...evt,
                  index: obj.addresses
                };
              }
              obj.addresses++;
              break;
            }
            default: {
              reader.skipType(tag & 7);
              break;
            }
          }
        }
      });
    }
    return _codec;
  };
  function encode2(obj) {
    return encodeMessage(obj, PeerRecord3.codec());
  }
  PeerRecord3.encode = encode2;
  function decode2(buf, opts) {
    return decodeMessage(buf, PeerRecord3.codec(), opts);
  }
  PeerRecord3.decode = decode2;
  function stream(buf, opts) {
    return streamMessage(buf, PeerRecord3.codec(), opts);
  }
  PeerRecord3.stream = stream;
})(PeerRecord || (PeerRecord = {}));

// node_modules/@libp2p/peer-record/dist/src/peer-record/utils.js
function arrayEquals(a, b) {
  const sort = (a2, b2) => a2.toString().localeCompare(b2.toString());
  if (a.length !== b.length) {
    return false;
  }
  b.sort(sort);
  return a.sort(sort).every((item, index) => b[index].equals(item));
}

// node_modules/@libp2p/peer-record/dist/src/peer-record/index.js
var PeerRecord2 = class _PeerRecord {
  /**
   * Unmarshal Peer Record Protobuf
   */
  static createFromProtobuf = (buf) => {
    const peerRecord = PeerRecord.decode(buf);
    const peerId = peerIdFromMultihash(decode(peerRecord.peerId));
    const multiaddrs = (peerRecord.addresses ?? []).map((a) => multiaddr(a.multiaddr));
    const seqNumber = peerRecord.seq;
    return new _PeerRecord({ peerId, multiaddrs, seqNumber });
  };
  static DOMAIN = ENVELOPE_DOMAIN_PEER_RECORD;
  static CODEC = ENVELOPE_PAYLOAD_TYPE_PEER_RECORD;
  peerId;
  multiaddrs;
  seqNumber;
  domain = _PeerRecord.DOMAIN;
  codec = _PeerRecord.CODEC;
  marshaled;
  constructor(init) {
    const { peerId, multiaddrs, seqNumber } = init;
    this.peerId = peerId;
    this.multiaddrs = multiaddrs ?? [];
    this.seqNumber = seqNumber ?? BigInt(Date.now());
  }
  /**
   * Marshal a record to be used in an envelope
   */
  marshal() {
    if (this.marshaled == null) {
      this.marshaled = PeerRecord.encode({
        peerId: this.peerId.toMultihash().bytes,
        seq: BigInt(this.seqNumber),
        addresses: this.multiaddrs.map((m) => ({
          multiaddr: m.bytes
        }))
      });
    }
    return this.marshaled;
  }
  /**
   * Returns true if `this` record equals the `other`
   */
  equals(other) {
    if (!(other instanceof _PeerRecord)) {
      return false;
    }
    if (!this.peerId.equals(other.peerId)) {
      return false;
    }
    if (this.seqNumber !== other.seqNumber) {
      return false;
    }
    if (!arrayEquals(this.multiaddrs, other.multiaddrs)) {
      return false;
    }
    return true;
  }
};

// src/core/envelope.ts
var ENVELOPE_DOMAINS = {
  task: "runner-mesh/task/1",
  announcement: "runner-mesh/announcement/1",
  task_token: "runner-mesh/task-token/1"
};
var taskEnvelope = external_exports.object({
  /** The mesh id of those it is meant for: of the oldest key its signer holds, which everybody still has. */
  audience: external_exports.string(),
  /** While keys are being changed: the newer ones, which alone some have already, or will have when it is read. */
  also: external_exports.array(external_exports.string()).max(8).optional(),
  nonce: external_exports.string().min(16).max(64),
  issued_at: external_exports.int(),
  expires_at: external_exports.int(),
  /** Fields a reader must understand or refuse the task. */
  crit: external_exports.array(external_exports.string()),
  task_type: external_exports.string(),
  payload: external_exports.record(external_exports.string(), external_exports.json()),
  clocks: external_exports.object({ queue_ms: external_exports.int(), prepare_ms: external_exports.int(), run_ms: external_exports.int(), total_ms: external_exports.int(), grace_ms: external_exports.int() }),
  submitter: external_exports.string(),
  depth: external_exports.int()
});
var ENVELOPE_SKEW_MS = 12 * HOUR;
var KNOWN_CRITICAL = new Set(Object.keys(taskEnvelope.shape));
function parseTaskEnvelope(payload, expected) {
  let json;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch (cause) {
    throw new RunnerMeshError("signature_invalid", "The signed task is not JSON.", { cause });
  }
  const parsed = taskEnvelope.safeParse(json);
  if (!parsed.success)
    throw new RunnerMeshError("signature_invalid", "The signed task has not the form of a task envelope.", {
      cause: parsed.error
    });
  const envelope = parsed.data;
  const unknown = envelope.crit.filter((field) => !KNOWN_CRITICAL.has(field));
  if (unknown.length > 0) {
    throw new RunnerMeshError(
      "signature_invalid",
      `The signed task needs ${unknown.join(", ")}, which this version does not know. Upgrade this peer.`
    );
  }
  const audiences = [envelope.audience, ...envelope.also ?? []];
  if (!audiences.some((audience) => expected.meshes.includes(audience))) {
    throw new RunnerMeshError(
      "signature_invalid",
      `The task was signed for mesh ${audiences.join(", ")}, this is ${expected.meshes.join(", ")}.`
    );
  }
  if (expected.now > envelope.expires_at + ENVELOPE_SKEW_MS)
    throw new RunnerMeshError("signature_invalid", "The signed task has expired.");
  if (expected.now < envelope.issued_at - ENVELOPE_SKEW_MS) {
    throw new RunnerMeshError("signature_invalid", "The signed task comes from the future. Set this machine\u2019s clock.");
  }
  return envelope;
}

// src/mesh/envelope-signer.ts
var MAX_ENVELOPE_CHARACTERS = 786432;
var CODEC = new TextEncoder().encode("/runner-mesh/json/1");
function createEnvelopeSigner({ peer, privateKey }) {
  return {
    peer,
    seal: async (kind, payload) => {
      const record = {
        domain: ENVELOPE_DOMAINS[kind],
        codec: CODEC,
        marshal: () => payload,
        equals: () => false
      };
      const envelope = await RecordEnvelope.seal(record, privateKey);
      return Buffer.from(envelope.marshal()).toString("base64url");
    },
    open: async (kind, envelope) => {
      if (envelope.length > MAX_ENVELOPE_CHARACTERS) {
        throw invalid(`The signed ${kind} is longer than ${String(MAX_ENVELOPE_CHARACTERS)} characters.`);
      }
      let opened;
      try {
        opened = await RecordEnvelope.openAndCertify(Buffer.from(envelope, "base64url"), ENVELOPE_DOMAINS[kind]);
      } catch (cause) {
        throw invalid(`The signature of the ${kind} does not hold.`, cause);
      }
      if (Buffer.compare(opened.payloadType, CODEC) !== 0) throw invalid(`The signed ${kind} is of another form.`);
      if (opened.publicKey.type !== "Ed25519") throw invalid(`The ${kind} is not signed by an Ed25519 key.`);
      return { peer: parsePeerId(peerIdFromPublicKey(opened.publicKey).toString()), payload: opened.payload };
    }
  };
}
function invalid(message2, cause) {
  return new RunnerMeshError("signature_invalid", message2, { cause });
}

export {
  parseMeshKey,
  announcementMac,
  isAnnouncementMac,
  RecordEnvelope,
  PeerRecord2 as PeerRecord,
  parseTaskEnvelope,
  createEnvelopeSigner,
  loadMeshKeys
};
