import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  createAnnouncementSeal
} from "./chunk-JRZQYJZP.js";
import {
  GroupCommit,
  openLogSync,
  openSmallDatabase
} from "./chunk-O4565GRF.js";
import {
  parseSchedule,
  routeByTags
} from "./chunk-HY525CP3.js";
import {
  Rejections,
  createLibp2pMesh
} from "./chunk-MB62P6BR.js";
import {
  loadMeshKeys,
  parseTaskEnvelope
} from "./chunk-7CUCORA6.js";
import {
  loadIdentity
} from "./chunk-5I7QKY6S.js";
import {
  GITHUB_API_URL,
  GitHubError,
  RequestPace,
  createGitHubRegistry,
  refusedBy
} from "./chunk-62H26PFQ.js";
import {
  createPolicyKeeper
} from "./chunk-MCW2OBBM.js";
import {
  TASK_TOKEN,
  TASK_TOKEN_PREFIX,
  taskTokenContent
} from "./chunk-DC2QAJQC.js";
import {
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
  orderKey,
  queueTimeout,
  queuedAt,
  repeatedTask,
  specOf,
  stopped,
  sweepOf,
  taskOfInstant
} from "./chunk-NW7KIL5Z.js";
import {
  SUBMISSION,
  containerPayload,
  fromGeneric,
  fromImage,
  fromRepository,
  requirementsOf,
  sealTask,
  toNewTask
} from "./chunk-XF7ZOZDV.js";
import {
  isPrivate
} from "./chunk-EUJLACSD.js";
import {
  CODE_P2P,
  multiaddr
} from "./chunk-L34K4N6Q.js";
import {
  TypedEventEmitter,
  peerDiscoverySymbol,
  peerIdFromString,
  serviceCapabilities
} from "./chunk-TFZ7TR2H.js";
import {
  storeClosed
} from "./chunk-MJYKPF2G.js";
import {
  LOG_HEADER_BYTES,
  LOG_RECORD_BYTES,
  LOG_START,
  countLineEnds,
  decodeLogRecord,
  encodeLogRecord,
  positionAfter
} from "./chunk-7SXLG5KH.js";
import {
  policyRules
} from "./chunk-YS2TVPM3.js";
import {
  AuditFile,
  openDatabase
} from "./chunk-AAMZ5HEH.js";
import {
  VERSION
} from "./chunk-5O3QGL45.js";
import {
  findSecret
} from "./chunk-LVE5RFV7.js";
import {
  createLocalSocket
} from "./chunk-P23XT5SK.js";
import {
  Unread,
  linkOver,
  serveRpc
} from "./chunk-UZBSKJ5L.js";
import {
  makeStateDirectory,
  socketPath,
  stateDirectory
} from "./chunk-5JEQVKT2.js";
import {
  STATE,
  STATE_COUNT,
  STOP,
  endingOf,
  isEnded,
  newRow,
  parseSpec,
  stateOf,
  statesOf,
  stopCause,
  taskIdOf,
  toTask,
  waits
} from "./chunk-YNBUGJVE.js";
import {
  findMisfit,
  fitClassKey,
  fits
} from "./chunk-T2ICPVXN.js";
import {
  mayMount,
  mayRunImage
} from "./chunk-JZXSW7FO.js";
import {
  canonicalTaskType
} from "./chunk-B3FTZ4SR.js";
import {
  Redactor,
  redactJson,
  redactText,
  secretPatterns
} from "./chunk-S47DI6UA.js";
import {
  createOperations,
  parseInput
} from "./chunk-7IKXLO6M.js";
import {
  CATALOG,
  isOperationName,
  submitTask
} from "./chunk-VKJLFJSI.js";
import {
  LONGEST_ANNOUNCEMENT_MS,
  sealedAnnouncement
} from "./chunk-C6YG63S3.js";
import {
  MOST_IMAGE_MARKS,
  imageMark
} from "./chunk-QYPJREVZ.js";
import {
  MOST_IMAGES
} from "./chunk-SNT4N2C2.js";
import {
  MCP_PROTOCOL
} from "./chunk-IH64QTI3.js";
import {
  ACCESS
} from "./chunk-WGTKGJ5D.js";
import {
  FRAME_HEADER_BYTES,
  FrameDecoder,
  encodeFrames
} from "./chunk-MPWIKHLS.js";
import {
  createGuardian
} from "./chunk-X3QBPB5S.js";
import {
  memoryFolders
} from "./chunk-AAN7KQ5H.js";
import {
  EngineContainer,
  ImageKeeper,
  createDockerExecutor,
  findGpus,
  listOurs,
  parseImageReference,
  removeVolumes,
  spanIdOf,
  traceIdOf
} from "./chunk-OHLDT3ML.js";
import {
  TimeLimit
} from "./chunk-5TLONCOL.js";
import {
  DirectoryLock
} from "./chunk-X474FTSB.js";
import {
  isFull
} from "./chunk-Y27WLGCH.js";
import {
  systemClock,
  systemRandom
} from "./chunk-UWBK63O4.js";
import {
  ARTIFACT_LIMITS,
  CONTAINER_TYPES,
  artifactsOf,
  inputReferences,
  isContainerType,
  secretAsks
} from "./chunk-LG2VQSGP.js";
import {
  findTaskIdParts,
  getTaskIdParts,
  homeIdFromBytes,
  makeFence,
  parsePeerId
} from "./chunk-R56T724L.js";
import {
  DAY,
  HOUR,
  LEASE,
  MINUTE,
  SECOND,
  leaseMsOf
} from "./chunk-KNG6V2U7.js";
import {
  PRIORITY,
  isTerminal,
  ranMs,
  tellClocks
} from "./chunk-JVD6W2LK.js";
import {
  external_exports
} from "./chunk-NO6C4VEO.js";
import {
  cleanLine
} from "./chunk-CRGYTOW4.js";
import {
  RunnerMeshError,
  errorText,
  isErrorCode,
  toErrorView,
  toRunnerMeshError
} from "./chunk-GMWOGI5R.js";
import {
  __callDispose,
  __commonJS,
  __require,
  __toESM,
  __using
} from "./chunk-GGYFKO7C.js";

// node_modules/dns-packet/types.js
var require_types = __commonJS({
  "node_modules/dns-packet/types.js"(exports) {
    "use strict";
    exports.toString = function(type) {
      switch (type) {
        case 1:
          return "A";
        case 10:
          return "NULL";
        case 28:
          return "AAAA";
        case 18:
          return "AFSDB";
        case 42:
          return "APL";
        case 257:
          return "CAA";
        case 60:
          return "CDNSKEY";
        case 59:
          return "CDS";
        case 37:
          return "CERT";
        case 5:
          return "CNAME";
        case 49:
          return "DHCID";
        case 32769:
          return "DLV";
        case 39:
          return "DNAME";
        case 48:
          return "DNSKEY";
        case 43:
          return "DS";
        case 55:
          return "HIP";
        case 13:
          return "HINFO";
        case 45:
          return "IPSECKEY";
        case 25:
          return "KEY";
        case 36:
          return "KX";
        case 29:
          return "LOC";
        case 15:
          return "MX";
        case 35:
          return "NAPTR";
        case 2:
          return "NS";
        case 47:
          return "NSEC";
        case 50:
          return "NSEC3";
        case 51:
          return "NSEC3PARAM";
        case 12:
          return "PTR";
        case 46:
          return "RRSIG";
        case 17:
          return "RP";
        case 24:
          return "SIG";
        case 6:
          return "SOA";
        case 99:
          return "SPF";
        case 33:
          return "SRV";
        case 44:
          return "SSHFP";
        case 32768:
          return "TA";
        case 249:
          return "TKEY";
        case 52:
          return "TLSA";
        case 250:
          return "TSIG";
        case 16:
          return "TXT";
        case 252:
          return "AXFR";
        case 251:
          return "IXFR";
        case 41:
          return "OPT";
        case 255:
          return "ANY";
      }
      return "UNKNOWN_" + type;
    };
    exports.toType = function(name) {
      switch (name.toUpperCase()) {
        case "A":
          return 1;
        case "NULL":
          return 10;
        case "AAAA":
          return 28;
        case "AFSDB":
          return 18;
        case "APL":
          return 42;
        case "CAA":
          return 257;
        case "CDNSKEY":
          return 60;
        case "CDS":
          return 59;
        case "CERT":
          return 37;
        case "CNAME":
          return 5;
        case "DHCID":
          return 49;
        case "DLV":
          return 32769;
        case "DNAME":
          return 39;
        case "DNSKEY":
          return 48;
        case "DS":
          return 43;
        case "HIP":
          return 55;
        case "HINFO":
          return 13;
        case "IPSECKEY":
          return 45;
        case "KEY":
          return 25;
        case "KX":
          return 36;
        case "LOC":
          return 29;
        case "MX":
          return 15;
        case "NAPTR":
          return 35;
        case "NS":
          return 2;
        case "NSEC":
          return 47;
        case "NSEC3":
          return 50;
        case "NSEC3PARAM":
          return 51;
        case "PTR":
          return 12;
        case "RRSIG":
          return 46;
        case "RP":
          return 17;
        case "SIG":
          return 24;
        case "SOA":
          return 6;
        case "SPF":
          return 99;
        case "SRV":
          return 33;
        case "SSHFP":
          return 44;
        case "TA":
          return 32768;
        case "TKEY":
          return 249;
        case "TLSA":
          return 52;
        case "TSIG":
          return 250;
        case "TXT":
          return 16;
        case "AXFR":
          return 252;
        case "IXFR":
          return 251;
        case "OPT":
          return 41;
        case "ANY":
          return 255;
        case "*":
          return 255;
      }
      if (name.toUpperCase().startsWith("UNKNOWN_")) return parseInt(name.slice(8));
      return 0;
    };
  }
});

// node_modules/dns-packet/rcodes.js
var require_rcodes = __commonJS({
  "node_modules/dns-packet/rcodes.js"(exports) {
    "use strict";
    exports.toString = function(rcode) {
      switch (rcode) {
        case 0:
          return "NOERROR";
        case 1:
          return "FORMERR";
        case 2:
          return "SERVFAIL";
        case 3:
          return "NXDOMAIN";
        case 4:
          return "NOTIMP";
        case 5:
          return "REFUSED";
        case 6:
          return "YXDOMAIN";
        case 7:
          return "YXRRSET";
        case 8:
          return "NXRRSET";
        case 9:
          return "NOTAUTH";
        case 10:
          return "NOTZONE";
        case 11:
          return "RCODE_11";
        case 12:
          return "RCODE_12";
        case 13:
          return "RCODE_13";
        case 14:
          return "RCODE_14";
        case 15:
          return "RCODE_15";
      }
      return "RCODE_" + rcode;
    };
    exports.toRcode = function(code) {
      switch (code.toUpperCase()) {
        case "NOERROR":
          return 0;
        case "FORMERR":
          return 1;
        case "SERVFAIL":
          return 2;
        case "NXDOMAIN":
          return 3;
        case "NOTIMP":
          return 4;
        case "REFUSED":
          return 5;
        case "YXDOMAIN":
          return 6;
        case "YXRRSET":
          return 7;
        case "NXRRSET":
          return 8;
        case "NOTAUTH":
          return 9;
        case "NOTZONE":
          return 10;
        case "RCODE_11":
          return 11;
        case "RCODE_12":
          return 12;
        case "RCODE_13":
          return 13;
        case "RCODE_14":
          return 14;
        case "RCODE_15":
          return 15;
      }
      return 0;
    };
  }
});

// node_modules/dns-packet/opcodes.js
var require_opcodes = __commonJS({
  "node_modules/dns-packet/opcodes.js"(exports) {
    "use strict";
    exports.toString = function(opcode) {
      switch (opcode) {
        case 0:
          return "QUERY";
        case 1:
          return "IQUERY";
        case 2:
          return "STATUS";
        case 3:
          return "OPCODE_3";
        case 4:
          return "NOTIFY";
        case 5:
          return "UPDATE";
        case 6:
          return "OPCODE_6";
        case 7:
          return "OPCODE_7";
        case 8:
          return "OPCODE_8";
        case 9:
          return "OPCODE_9";
        case 10:
          return "OPCODE_10";
        case 11:
          return "OPCODE_11";
        case 12:
          return "OPCODE_12";
        case 13:
          return "OPCODE_13";
        case 14:
          return "OPCODE_14";
        case 15:
          return "OPCODE_15";
      }
      return "OPCODE_" + opcode;
    };
    exports.toOpcode = function(code) {
      switch (code.toUpperCase()) {
        case "QUERY":
          return 0;
        case "IQUERY":
          return 1;
        case "STATUS":
          return 2;
        case "OPCODE_3":
          return 3;
        case "NOTIFY":
          return 4;
        case "UPDATE":
          return 5;
        case "OPCODE_6":
          return 6;
        case "OPCODE_7":
          return 7;
        case "OPCODE_8":
          return 8;
        case "OPCODE_9":
          return 9;
        case "OPCODE_10":
          return 10;
        case "OPCODE_11":
          return 11;
        case "OPCODE_12":
          return 12;
        case "OPCODE_13":
          return 13;
        case "OPCODE_14":
          return 14;
        case "OPCODE_15":
          return 15;
      }
      return 0;
    };
  }
});

// node_modules/dns-packet/classes.js
var require_classes = __commonJS({
  "node_modules/dns-packet/classes.js"(exports) {
    "use strict";
    exports.toString = function(klass) {
      switch (klass) {
        case 1:
          return "IN";
        case 2:
          return "CS";
        case 3:
          return "CH";
        case 4:
          return "HS";
        case 255:
          return "ANY";
      }
      return "UNKNOWN_" + klass;
    };
    exports.toClass = function(name) {
      switch (name.toUpperCase()) {
        case "IN":
          return 1;
        case "CS":
          return 2;
        case "CH":
          return 3;
        case "HS":
          return 4;
        case "ANY":
          return 255;
      }
      return 0;
    };
  }
});

// node_modules/dns-packet/optioncodes.js
var require_optioncodes = __commonJS({
  "node_modules/dns-packet/optioncodes.js"(exports) {
    "use strict";
    exports.toString = function(type) {
      switch (type) {
        // list at
        // https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml#dns-parameters-11
        case 1:
          return "LLQ";
        case 2:
          return "UL";
        case 3:
          return "NSID";
        case 5:
          return "DAU";
        case 6:
          return "DHU";
        case 7:
          return "N3U";
        case 8:
          return "CLIENT_SUBNET";
        case 9:
          return "EXPIRE";
        case 10:
          return "COOKIE";
        case 11:
          return "TCP_KEEPALIVE";
        case 12:
          return "PADDING";
        case 13:
          return "CHAIN";
        case 14:
          return "KEY_TAG";
        case 26946:
          return "DEVICEID";
      }
      if (type < 0) {
        return null;
      }
      return `OPTION_${type}`;
    };
    exports.toCode = function(name) {
      if (typeof name === "number") {
        return name;
      }
      if (!name) {
        return -1;
      }
      switch (name.toUpperCase()) {
        case "OPTION_0":
          return 0;
        case "LLQ":
          return 1;
        case "UL":
          return 2;
        case "NSID":
          return 3;
        case "OPTION_4":
          return 4;
        case "DAU":
          return 5;
        case "DHU":
          return 6;
        case "N3U":
          return 7;
        case "CLIENT_SUBNET":
          return 8;
        case "EXPIRE":
          return 9;
        case "COOKIE":
          return 10;
        case "TCP_KEEPALIVE":
          return 11;
        case "PADDING":
          return 12;
        case "CHAIN":
          return 13;
        case "KEY_TAG":
          return 14;
        case "DEVICEID":
          return 26946;
        case "OPTION_65535":
          return 65535;
      }
      const m = name.match(/_(\d+)$/);
      if (m) {
        return parseInt(m[1], 10);
      }
      return -1;
    };
  }
});

// node_modules/@leichtgewicht/ip-codec/index.cjs
var require_ip_codec = __commonJS({
  "node_modules/@leichtgewicht/ip-codec/index.cjs"(exports, module) {
    var ipCodec = (function(exports2) {
      "use strict";
      Object.defineProperty(exports2, "__esModule", {
        value: true
      });
      exports2.decode = decode2;
      exports2.encode = encode;
      exports2.familyOf = familyOf;
      exports2.name = void 0;
      exports2.sizeOf = sizeOf2;
      exports2.v6 = exports2.v4 = void 0;
      const v4Regex = /^(\d{1,3}\.){3,3}\d{1,3}$/;
      const v4Size = 4;
      const v6Regex = /^(::)?(((\d{1,3}\.){3}(\d{1,3}){1})?([0-9a-f]){0,4}:{0,2}){1,8}(::)?$/i;
      const v6Size = 16;
      const v4 = {
        name: "v4",
        size: v4Size,
        isFormat: (ip) => v4Regex.test(ip),
        encode(ip, buff, offset) {
          offset = ~~offset;
          buff = buff || new Uint8Array(offset + v4Size);
          const max = ip.length;
          let n = 0;
          for (let i = 0; i < max; ) {
            const c = ip.charCodeAt(i++);
            if (c === 46) {
              buff[offset++] = n;
              n = 0;
            } else {
              n = n * 10 + (c - 48);
            }
          }
          buff[offset] = n;
          return buff;
        },
        decode(buff, offset) {
          offset = ~~offset;
          return `${buff[offset++]}.${buff[offset++]}.${buff[offset++]}.${buff[offset]}`;
        }
      };
      exports2.v4 = v4;
      const v6 = {
        name: "v6",
        size: v6Size,
        isFormat: (ip) => ip.length > 0 && v6Regex.test(ip),
        encode(ip, buff, offset) {
          offset = ~~offset;
          let end2 = offset + v6Size;
          let fill = -1;
          let hexN = 0;
          let decN = 0;
          let prevColon = true;
          let useDec = false;
          buff = buff || new Uint8Array(offset + v6Size);
          for (let i = 0; i < ip.length; i++) {
            let c = ip.charCodeAt(i);
            if (c === 58) {
              if (prevColon) {
                if (fill !== -1) {
                  if (offset < end2) buff[offset] = 0;
                  if (offset < end2 - 1) buff[offset + 1] = 0;
                  offset += 2;
                } else if (offset < end2) {
                  fill = offset;
                }
              } else {
                if (useDec === true) {
                  if (offset < end2) buff[offset] = decN;
                  offset++;
                } else {
                  if (offset < end2) buff[offset] = hexN >> 8;
                  if (offset < end2 - 1) buff[offset + 1] = hexN & 255;
                  offset += 2;
                }
                hexN = 0;
                decN = 0;
              }
              prevColon = true;
              useDec = false;
            } else if (c === 46) {
              if (offset < end2) buff[offset] = decN;
              offset++;
              decN = 0;
              hexN = 0;
              prevColon = false;
              useDec = true;
            } else {
              prevColon = false;
              if (c >= 97) {
                c -= 87;
              } else if (c >= 65) {
                c -= 55;
              } else {
                c -= 48;
                decN = decN * 10 + c;
              }
              hexN = (hexN << 4) + c;
            }
          }
          if (prevColon === false) {
            if (useDec === true) {
              if (offset < end2) buff[offset] = decN;
              offset++;
            } else {
              if (offset < end2) buff[offset] = hexN >> 8;
              if (offset < end2 - 1) buff[offset + 1] = hexN & 255;
              offset += 2;
            }
          } else if (fill === 0) {
            if (offset < end2) buff[offset] = 0;
            if (offset < end2 - 1) buff[offset + 1] = 0;
            offset += 2;
          } else if (fill !== -1) {
            offset += 2;
            for (let i = Math.min(offset - 1, end2 - 1); i >= fill + 2; i--) {
              buff[i] = buff[i - 2];
            }
            buff[fill] = 0;
            buff[fill + 1] = 0;
            fill = offset;
          }
          if (fill !== offset && fill !== -1) {
            if (offset > end2 - 2) {
              offset = end2 - 2;
            }
            while (end2 > fill) {
              buff[--end2] = offset < end2 && offset > fill ? buff[--offset] : 0;
            }
          } else {
            while (offset < end2) {
              buff[offset++] = 0;
            }
          }
          return buff;
        },
        decode(buff, offset) {
          offset = ~~offset;
          let result = "";
          for (let i = 0; i < v6Size; i += 2) {
            if (i !== 0) {
              result += ":";
            }
            result += (buff[offset + i] << 8 | buff[offset + i + 1]).toString(16);
          }
          return result.replace(/(^|:)0(:0)*:0(:|$)/, "$1::$3").replace(/:{3,4}/, "::");
        }
      };
      exports2.v6 = v6;
      const name = "ip";
      exports2.name = name;
      function sizeOf2(ip) {
        if (v4.isFormat(ip)) return v4.size;
        if (v6.isFormat(ip)) return v6.size;
        throw Error(`Invalid ip address: ${ip}`);
      }
      function familyOf(string) {
        return sizeOf2(string) === v4.size ? 1 : 2;
      }
      function encode(ip, buff, offset) {
        offset = ~~offset;
        const size = sizeOf2(ip);
        if (typeof buff === "function") {
          buff = buff(offset + size);
        }
        if (size === v4.size) {
          return v4.encode(ip, buff, offset);
        }
        return v6.encode(ip, buff, offset);
      }
      function decode2(buff, offset, length) {
        offset = ~~offset;
        length = length || buff.length - offset;
        if (length === v4.size) {
          return v4.decode(buff, offset, length);
        }
        if (length === v6.size) {
          return v6.decode(buff, offset, length);
        }
        throw Error(`Invalid buffer size needs to be ${v4.size} for v4 or ${v6.size} for v6.`);
      }
      return "default" in exports2 ? exports2.default : exports2;
    })({});
    if (typeof define === "function" && define.amd) define([], function() {
      return ipCodec;
    });
    else if (typeof module === "object" && typeof exports === "object") module.exports = ipCodec;
  }
});

// node_modules/dns-packet/index.js
var require_dns_packet = __commonJS({
  "node_modules/dns-packet/index.js"(exports) {
    "use strict";
    var Buffer2 = __require("buffer").Buffer;
    var types = require_types();
    var rcodes = require_rcodes();
    var opcodes = require_opcodes();
    var classes = require_classes();
    var optioncodes = require_optioncodes();
    var ip = require_ip_codec();
    var QUERY_FLAG = 0;
    var RESPONSE_FLAG = 1 << 15;
    var FLUSH_MASK = 1 << 15;
    var NOT_FLUSH_MASK = ~FLUSH_MASK;
    var QU_MASK = 1 << 15;
    var NOT_QU_MASK = ~QU_MASK;
    var name = exports.name = {};
    name.encode = function(str, buf, offset, { mail = false } = {}) {
      if (!buf) buf = Buffer2.alloc(name.encodingLength(str));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const n = str.replace(/^\.|\.$/gm, "");
      if (n.length) {
        let list = [];
        if (mail) {
          let localPart = "";
          n.split(".").forEach((label) => {
            if (label.endsWith("\\")) {
              localPart += (localPart.length ? "." : "") + label.slice(0, -1);
            } else {
              if (list.length === 0 && localPart.length) {
                list.push(localPart + "." + label);
              } else {
                list.push(label);
              }
            }
          });
        } else {
          list = n.split(".");
        }
        for (let i = 0; i < list.length; i++) {
          const len = buf.write(list[i], offset + 1);
          buf[offset] = len;
          offset += len + 1;
        }
      }
      buf[offset++] = 0;
      name.encode.bytes = offset - oldOffset;
      return buf;
    };
    name.encode.bytes = 0;
    name.decode = function(buf, offset, { mail = false } = {}) {
      if (!offset) offset = 0;
      const list = [];
      let oldOffset = offset;
      let totalLength = 0;
      let consumedBytes = 0;
      let jumped = false;
      while (true) {
        if (offset >= buf.length) {
          throw new Error("Cannot decode name (buffer overflow)");
        }
        const len = buf[offset++];
        consumedBytes += jumped ? 0 : 1;
        if (len === 0) {
          break;
        } else if ((len & 192) === 0) {
          if (offset + len > buf.length) {
            throw new Error("Cannot decode name (buffer overflow)");
          }
          totalLength += len + 1;
          if (totalLength > 254) {
            throw new Error("Cannot decode name (name too long)");
          }
          let label = buf.toString("utf-8", offset, offset + len);
          if (mail) {
            label = label.replace(/\./g, "\\.");
          }
          list.push(label);
          offset += len;
          consumedBytes += jumped ? 0 : len;
        } else if ((len & 192) === 192) {
          if (offset + 1 > buf.length) {
            throw new Error("Cannot decode name (buffer overflow)");
          }
          const jumpOffset = buf.readUInt16BE(offset - 1) - 49152;
          if (jumpOffset >= oldOffset) {
            throw new Error("Cannot decode name (bad pointer)");
          }
          offset = jumpOffset;
          oldOffset = jumpOffset;
          consumedBytes += jumped ? 0 : 1;
          jumped = true;
        } else {
          throw new Error("Cannot decode name (bad label)");
        }
      }
      name.decode.bytes = consumedBytes;
      return list.length === 0 ? "." : list.join(".");
    };
    name.decode.bytes = 0;
    name.encodingLength = function(n) {
      if (n === "." || n === "..") return 1;
      return Buffer2.byteLength(n.replace(/^\.|\.$/gm, "")) + 2;
    };
    var string = {};
    string.encode = function(s, buf, offset) {
      if (!buf) buf = Buffer2.alloc(string.encodingLength(s));
      if (!offset) offset = 0;
      const len = buf.write(s, offset + 1);
      buf[offset] = len;
      string.encode.bytes = len + 1;
      return buf;
    };
    string.encode.bytes = 0;
    string.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const len = buf[offset];
      const s = buf.toString("utf-8", offset + 1, offset + 1 + len);
      string.decode.bytes = len + 1;
      return s;
    };
    string.decode.bytes = 0;
    string.encodingLength = function(s) {
      return Buffer2.byteLength(s) + 1;
    };
    var header = {};
    header.encode = function(h, buf, offset) {
      if (!buf) buf = header.encodingLength(h);
      if (!offset) offset = 0;
      const flags = (h.flags || 0) & 32767;
      const type = h.type === "response" ? RESPONSE_FLAG : QUERY_FLAG;
      buf.writeUInt16BE(h.id || 0, offset);
      buf.writeUInt16BE(flags | type, offset + 2);
      buf.writeUInt16BE(h.questions.length, offset + 4);
      buf.writeUInt16BE(h.answers.length, offset + 6);
      buf.writeUInt16BE(h.authorities.length, offset + 8);
      buf.writeUInt16BE(h.additionals.length, offset + 10);
      return buf;
    };
    header.encode.bytes = 12;
    header.decode = function(buf, offset) {
      if (!offset) offset = 0;
      if (buf.length < 12) throw new Error("Header must be 12 bytes");
      const flags = buf.readUInt16BE(offset + 2);
      return {
        id: buf.readUInt16BE(offset),
        type: flags & RESPONSE_FLAG ? "response" : "query",
        flags: flags & 32767,
        flag_qr: (flags >> 15 & 1) === 1,
        opcode: opcodes.toString(flags >> 11 & 15),
        flag_aa: (flags >> 10 & 1) === 1,
        flag_tc: (flags >> 9 & 1) === 1,
        flag_rd: (flags >> 8 & 1) === 1,
        flag_ra: (flags >> 7 & 1) === 1,
        flag_z: (flags >> 6 & 1) === 1,
        flag_ad: (flags >> 5 & 1) === 1,
        flag_cd: (flags >> 4 & 1) === 1,
        rcode: rcodes.toString(flags & 15),
        questions: new Array(buf.readUInt16BE(offset + 4)),
        answers: new Array(buf.readUInt16BE(offset + 6)),
        authorities: new Array(buf.readUInt16BE(offset + 8)),
        additionals: new Array(buf.readUInt16BE(offset + 10))
      };
    };
    header.decode.bytes = 12;
    header.encodingLength = function() {
      return 12;
    };
    var runknown = exports.unknown = {};
    runknown.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(runknown.encodingLength(data));
      if (!offset) offset = 0;
      buf.writeUInt16BE(data.length, offset);
      data.copy(buf, offset + 2);
      runknown.encode.bytes = data.length + 2;
      return buf;
    };
    runknown.encode.bytes = 0;
    runknown.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const len = buf.readUInt16BE(offset);
      const data = buf.slice(offset + 2, offset + 2 + len);
      runknown.decode.bytes = len + 2;
      return data;
    };
    runknown.decode.bytes = 0;
    runknown.encodingLength = function(data) {
      return data.length + 2;
    };
    var rns = exports.ns = {};
    rns.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rns.encodingLength(data));
      if (!offset) offset = 0;
      name.encode(data, buf, offset + 2);
      buf.writeUInt16BE(name.encode.bytes, offset);
      rns.encode.bytes = name.encode.bytes + 2;
      return buf;
    };
    rns.encode.bytes = 0;
    rns.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const len = buf.readUInt16BE(offset);
      const dd = name.decode(buf, offset + 2);
      rns.decode.bytes = len + 2;
      return dd;
    };
    rns.decode.bytes = 0;
    rns.encodingLength = function(data) {
      return name.encodingLength(data) + 2;
    };
    var rsoa = exports.soa = {};
    rsoa.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rsoa.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      name.encode(data.mname, buf, offset);
      offset += name.encode.bytes;
      name.encode(data.rname, buf, offset, { mail: true });
      offset += name.encode.bytes;
      buf.writeUInt32BE(data.serial || 0, offset);
      offset += 4;
      buf.writeUInt32BE(data.refresh || 0, offset);
      offset += 4;
      buf.writeUInt32BE(data.retry || 0, offset);
      offset += 4;
      buf.writeUInt32BE(data.expire || 0, offset);
      offset += 4;
      buf.writeUInt32BE(data.minimum || 0, offset);
      offset += 4;
      buf.writeUInt16BE(offset - oldOffset - 2, oldOffset);
      rsoa.encode.bytes = offset - oldOffset;
      return buf;
    };
    rsoa.encode.bytes = 0;
    rsoa.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const data = {};
      offset += 2;
      data.mname = name.decode(buf, offset);
      offset += name.decode.bytes;
      data.rname = name.decode(buf, offset, { mail: true });
      offset += name.decode.bytes;
      data.serial = buf.readUInt32BE(offset);
      offset += 4;
      data.refresh = buf.readUInt32BE(offset);
      offset += 4;
      data.retry = buf.readUInt32BE(offset);
      offset += 4;
      data.expire = buf.readUInt32BE(offset);
      offset += 4;
      data.minimum = buf.readUInt32BE(offset);
      offset += 4;
      rsoa.decode.bytes = offset - oldOffset;
      return data;
    };
    rsoa.decode.bytes = 0;
    rsoa.encodingLength = function(data) {
      return 22 + name.encodingLength(data.mname) + name.encodingLength(data.rname);
    };
    var rtxt = exports.txt = {};
    rtxt.encode = function(data, buf, offset) {
      if (!Array.isArray(data)) data = [data];
      for (let i = 0; i < data.length; i++) {
        if (typeof data[i] === "string") {
          data[i] = Buffer2.from(data[i]);
        }
        if (!Buffer2.isBuffer(data[i])) {
          throw new Error("Must be a Buffer");
        }
      }
      if (!buf) buf = Buffer2.alloc(rtxt.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      data.forEach(function(d) {
        buf[offset++] = d.length;
        d.copy(buf, offset, 0, d.length);
        offset += d.length;
      });
      buf.writeUInt16BE(offset - oldOffset - 2, oldOffset);
      rtxt.encode.bytes = offset - oldOffset;
      return buf;
    };
    rtxt.encode.bytes = 0;
    rtxt.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      let remaining = buf.readUInt16BE(offset);
      offset += 2;
      let data = [];
      while (remaining > 0) {
        const len = buf[offset++];
        --remaining;
        if (remaining < len) {
          throw new Error("Buffer overflow");
        }
        data.push(buf.slice(offset, offset + len));
        offset += len;
        remaining -= len;
      }
      rtxt.decode.bytes = offset - oldOffset;
      return data;
    };
    rtxt.decode.bytes = 0;
    rtxt.encodingLength = function(data) {
      if (!Array.isArray(data)) data = [data];
      let length = 2;
      data.forEach(function(buf) {
        if (typeof buf === "string") {
          length += Buffer2.byteLength(buf) + 1;
        } else {
          length += buf.length + 1;
        }
      });
      return length;
    };
    var rnull = exports.null = {};
    rnull.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rnull.encodingLength(data));
      if (!offset) offset = 0;
      if (typeof data === "string") data = Buffer2.from(data);
      if (!data) data = Buffer2.alloc(0);
      const oldOffset = offset;
      offset += 2;
      const len = data.length;
      data.copy(buf, offset, 0, len);
      offset += len;
      buf.writeUInt16BE(offset - oldOffset - 2, oldOffset);
      rnull.encode.bytes = offset - oldOffset;
      return buf;
    };
    rnull.encode.bytes = 0;
    rnull.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const len = buf.readUInt16BE(offset);
      offset += 2;
      const data = buf.slice(offset, offset + len);
      offset += len;
      rnull.decode.bytes = offset - oldOffset;
      return data;
    };
    rnull.decode.bytes = 0;
    rnull.encodingLength = function(data) {
      if (!data) return 2;
      return (Buffer2.isBuffer(data) ? data.length : Buffer2.byteLength(data)) + 2;
    };
    var rhinfo = exports.hinfo = {};
    rhinfo.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rhinfo.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      string.encode(data.cpu, buf, offset);
      offset += string.encode.bytes;
      string.encode(data.os, buf, offset);
      offset += string.encode.bytes;
      buf.writeUInt16BE(offset - oldOffset - 2, oldOffset);
      rhinfo.encode.bytes = offset - oldOffset;
      return buf;
    };
    rhinfo.encode.bytes = 0;
    rhinfo.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const data = {};
      offset += 2;
      data.cpu = string.decode(buf, offset);
      offset += string.decode.bytes;
      data.os = string.decode(buf, offset);
      offset += string.decode.bytes;
      rhinfo.decode.bytes = offset - oldOffset;
      return data;
    };
    rhinfo.decode.bytes = 0;
    rhinfo.encodingLength = function(data) {
      return string.encodingLength(data.cpu) + string.encodingLength(data.os) + 2;
    };
    var rptr = exports.ptr = {};
    var rcname = exports.cname = rptr;
    var rdname = exports.dname = rptr;
    rptr.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rptr.encodingLength(data));
      if (!offset) offset = 0;
      name.encode(data, buf, offset + 2);
      buf.writeUInt16BE(name.encode.bytes, offset);
      rptr.encode.bytes = name.encode.bytes + 2;
      return buf;
    };
    rptr.encode.bytes = 0;
    rptr.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const data = name.decode(buf, offset + 2);
      rptr.decode.bytes = name.decode.bytes + 2;
      return data;
    };
    rptr.decode.bytes = 0;
    rptr.encodingLength = function(data) {
      return name.encodingLength(data) + 2;
    };
    var rsrv = exports.srv = {};
    rsrv.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rsrv.encodingLength(data));
      if (!offset) offset = 0;
      buf.writeUInt16BE(data.priority || 0, offset + 2);
      buf.writeUInt16BE(data.weight || 0, offset + 4);
      buf.writeUInt16BE(data.port || 0, offset + 6);
      name.encode(data.target, buf, offset + 8);
      const len = name.encode.bytes + 6;
      buf.writeUInt16BE(len, offset);
      rsrv.encode.bytes = len + 2;
      return buf;
    };
    rsrv.encode.bytes = 0;
    rsrv.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const len = buf.readUInt16BE(offset);
      const data = {};
      data.priority = buf.readUInt16BE(offset + 2);
      data.weight = buf.readUInt16BE(offset + 4);
      data.port = buf.readUInt16BE(offset + 6);
      data.target = name.decode(buf, offset + 8);
      rsrv.decode.bytes = len + 2;
      return data;
    };
    rsrv.decode.bytes = 0;
    rsrv.encodingLength = function(data) {
      return 8 + name.encodingLength(data.target);
    };
    var rcaa = exports.caa = {};
    rcaa.ISSUER_CRITICAL = 1 << 7;
    rcaa.encode = function(data, buf, offset) {
      const len = rcaa.encodingLength(data);
      if (!buf) buf = Buffer2.alloc(rcaa.encodingLength(data));
      if (!offset) offset = 0;
      if (data.issuerCritical) {
        data.flags = rcaa.ISSUER_CRITICAL;
      }
      buf.writeUInt16BE(len - 2, offset);
      offset += 2;
      buf.writeUInt8(data.flags || 0, offset);
      offset += 1;
      string.encode(data.tag, buf, offset);
      offset += string.encode.bytes;
      buf.write(data.value, offset);
      offset += Buffer2.byteLength(data.value);
      rcaa.encode.bytes = len;
      return buf;
    };
    rcaa.encode.bytes = 0;
    rcaa.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const len = buf.readUInt16BE(offset);
      offset += 2;
      const oldOffset = offset;
      const data = {};
      data.flags = buf.readUInt8(offset);
      offset += 1;
      data.tag = string.decode(buf, offset);
      offset += string.decode.bytes;
      data.value = buf.toString("utf-8", offset, oldOffset + len);
      data.issuerCritical = !!(data.flags & rcaa.ISSUER_CRITICAL);
      rcaa.decode.bytes = len + 2;
      return data;
    };
    rcaa.decode.bytes = 0;
    rcaa.encodingLength = function(data) {
      return string.encodingLength(data.tag) + string.encodingLength(data.value) + 2;
    };
    var rmx = exports.mx = {};
    rmx.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rmx.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      buf.writeUInt16BE(data.preference || 0, offset);
      offset += 2;
      name.encode(data.exchange, buf, offset);
      offset += name.encode.bytes;
      buf.writeUInt16BE(offset - oldOffset - 2, oldOffset);
      rmx.encode.bytes = offset - oldOffset;
      return buf;
    };
    rmx.encode.bytes = 0;
    rmx.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const data = {};
      offset += 2;
      data.preference = buf.readUInt16BE(offset);
      offset += 2;
      data.exchange = name.decode(buf, offset);
      offset += name.decode.bytes;
      rmx.decode.bytes = offset - oldOffset;
      return data;
    };
    rmx.encodingLength = function(data) {
      return 4 + name.encodingLength(data.exchange);
    };
    var ra = exports.a = {};
    ra.encode = function(host, buf, offset) {
      if (!buf) buf = Buffer2.alloc(ra.encodingLength(host));
      if (!offset) offset = 0;
      buf.writeUInt16BE(4, offset);
      offset += 2;
      ip.v4.encode(host, buf, offset);
      ra.encode.bytes = 6;
      return buf;
    };
    ra.encode.bytes = 0;
    ra.decode = function(buf, offset) {
      if (!offset) offset = 0;
      offset += 2;
      const host = ip.v4.decode(buf, offset);
      ra.decode.bytes = 6;
      return host;
    };
    ra.decode.bytes = 0;
    ra.encodingLength = function() {
      return 6;
    };
    var raaaa = exports.aaaa = {};
    raaaa.encode = function(host, buf, offset) {
      if (!buf) buf = Buffer2.alloc(raaaa.encodingLength(host));
      if (!offset) offset = 0;
      buf.writeUInt16BE(16, offset);
      offset += 2;
      ip.v6.encode(host, buf, offset);
      raaaa.encode.bytes = 18;
      return buf;
    };
    raaaa.encode.bytes = 0;
    raaaa.decode = function(buf, offset) {
      if (!offset) offset = 0;
      offset += 2;
      const host = ip.v6.decode(buf, offset);
      raaaa.decode.bytes = 18;
      return host;
    };
    raaaa.decode.bytes = 0;
    raaaa.encodingLength = function() {
      return 18;
    };
    var roption = exports.option = {};
    roption.encode = function(option, buf, offset) {
      if (!buf) buf = Buffer2.alloc(roption.encodingLength(option));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const code = optioncodes.toCode(option.code);
      buf.writeUInt16BE(code, offset);
      offset += 2;
      if (option.data) {
        buf.writeUInt16BE(option.data.length, offset);
        offset += 2;
        option.data.copy(buf, offset);
        offset += option.data.length;
      } else {
        switch (code) {
          // case 3: NSID.  No encode makes sense.
          // case 5,6,7: Not implementable
          case 8:
            const spl = option.sourcePrefixLength || 0;
            const fam = option.family || ip.familyOf(option.ip);
            const ipBuf = ip.encode(option.ip, Buffer2.alloc);
            const ipLen = Math.ceil(spl / 8);
            buf.writeUInt16BE(ipLen + 4, offset);
            offset += 2;
            buf.writeUInt16BE(fam, offset);
            offset += 2;
            buf.writeUInt8(spl, offset++);
            buf.writeUInt8(option.scopePrefixLength || 0, offset++);
            ipBuf.copy(buf, offset, 0, ipLen);
            offset += ipLen;
            break;
          // case 9: EXPIRE (experimental)
          // case 10: COOKIE.  No encode makes sense.
          case 11:
            if (option.timeout) {
              buf.writeUInt16BE(2, offset);
              offset += 2;
              buf.writeUInt16BE(option.timeout, offset);
              offset += 2;
            } else {
              buf.writeUInt16BE(0, offset);
              offset += 2;
            }
            break;
          case 12:
            const len = option.length || 0;
            buf.writeUInt16BE(len, offset);
            offset += 2;
            buf.fill(0, offset, offset + len);
            offset += len;
            break;
          // case 13:  CHAIN.  Experimental.
          case 14:
            const tagsLen = option.tags.length * 2;
            buf.writeUInt16BE(tagsLen, offset);
            offset += 2;
            for (const tag of option.tags) {
              buf.writeUInt16BE(tag, offset);
              offset += 2;
            }
            break;
          default:
            throw new Error(`Unknown roption code: ${option.code}`);
        }
      }
      roption.encode.bytes = offset - oldOffset;
      return buf;
    };
    roption.encode.bytes = 0;
    roption.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const option = {};
      option.code = buf.readUInt16BE(offset);
      option.type = optioncodes.toString(option.code);
      offset += 2;
      const len = buf.readUInt16BE(offset);
      offset += 2;
      option.data = buf.slice(offset, offset + len);
      switch (option.code) {
        // case 3: NSID.  No decode makes sense.
        case 8:
          option.family = buf.readUInt16BE(offset);
          offset += 2;
          option.sourcePrefixLength = buf.readUInt8(offset++);
          option.scopePrefixLength = buf.readUInt8(offset++);
          const padded = Buffer2.alloc(option.family === 1 ? 4 : 16);
          buf.copy(padded, 0, offset, offset + len - 4);
          option.ip = ip.decode(padded);
          break;
        // case 12: Padding.  No decode makes sense.
        case 11:
          if (len > 0) {
            option.timeout = buf.readUInt16BE(offset);
            offset += 2;
          }
          break;
        case 14:
          option.tags = [];
          for (let i = 0; i < len; i += 2) {
            option.tags.push(buf.readUInt16BE(offset));
            offset += 2;
          }
      }
      roption.decode.bytes = len + 4;
      return option;
    };
    roption.decode.bytes = 0;
    roption.encodingLength = function(option) {
      if (option.data) {
        return option.data.length + 4;
      }
      const code = optioncodes.toCode(option.code);
      switch (code) {
        case 8:
          const spl = option.sourcePrefixLength || 0;
          return Math.ceil(spl / 8) + 8;
        case 11:
          return typeof option.timeout === "number" ? 6 : 4;
        case 12:
          return option.length + 4;
        case 14:
          return 4 + option.tags.length * 2;
      }
      throw new Error(`Unknown roption code: ${option.code}`);
    };
    var ropt = exports.opt = {};
    ropt.encode = function(options, buf, offset) {
      if (!buf) buf = Buffer2.alloc(ropt.encodingLength(options));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const rdlen = encodingLengthList(options, roption);
      buf.writeUInt16BE(rdlen, offset);
      offset = encodeList(options, roption, buf, offset + 2);
      ropt.encode.bytes = offset - oldOffset;
      return buf;
    };
    ropt.encode.bytes = 0;
    ropt.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const options = [];
      let rdlen = buf.readUInt16BE(offset);
      offset += 2;
      let o = 0;
      while (rdlen > 0) {
        options[o++] = roption.decode(buf, offset);
        offset += roption.decode.bytes;
        rdlen -= roption.decode.bytes;
      }
      ropt.decode.bytes = offset - oldOffset;
      return options;
    };
    ropt.decode.bytes = 0;
    ropt.encodingLength = function(options) {
      return 2 + encodingLengthList(options || [], roption);
    };
    var rdnskey = exports.dnskey = {};
    rdnskey.PROTOCOL_DNSSEC = 3;
    rdnskey.ZONE_KEY = 128;
    rdnskey.SECURE_ENTRYPOINT = 32768;
    rdnskey.encode = function(key, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rdnskey.encodingLength(key));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const keydata = key.key;
      if (!Buffer2.isBuffer(keydata)) {
        throw new Error("Key must be a Buffer");
      }
      offset += 2;
      buf.writeUInt16BE(key.flags, offset);
      offset += 2;
      buf.writeUInt8(rdnskey.PROTOCOL_DNSSEC, offset);
      offset += 1;
      buf.writeUInt8(key.algorithm, offset);
      offset += 1;
      keydata.copy(buf, offset, 0, keydata.length);
      offset += keydata.length;
      rdnskey.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rdnskey.encode.bytes - 2, oldOffset);
      return buf;
    };
    rdnskey.encode.bytes = 0;
    rdnskey.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var key = {};
      var length = buf.readUInt16BE(offset);
      offset += 2;
      key.flags = buf.readUInt16BE(offset);
      offset += 2;
      if (buf.readUInt8(offset) !== rdnskey.PROTOCOL_DNSSEC) {
        throw new Error("Protocol must be 3");
      }
      offset += 1;
      key.algorithm = buf.readUInt8(offset);
      offset += 1;
      key.key = buf.slice(offset, oldOffset + length + 2);
      offset += key.key.length;
      rdnskey.decode.bytes = offset - oldOffset;
      return key;
    };
    rdnskey.decode.bytes = 0;
    rdnskey.encodingLength = function(key) {
      return 6 + Buffer2.byteLength(key.key);
    };
    var rrrsig = exports.rrsig = {};
    rrrsig.encode = function(sig, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rrrsig.encodingLength(sig));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const signature = sig.signature;
      if (!Buffer2.isBuffer(signature)) {
        throw new Error("Signature must be a Buffer");
      }
      offset += 2;
      buf.writeUInt16BE(types.toType(sig.typeCovered), offset);
      offset += 2;
      buf.writeUInt8(sig.algorithm, offset);
      offset += 1;
      buf.writeUInt8(sig.labels, offset);
      offset += 1;
      buf.writeUInt32BE(sig.originalTTL, offset);
      offset += 4;
      buf.writeUInt32BE(sig.expiration, offset);
      offset += 4;
      buf.writeUInt32BE(sig.inception, offset);
      offset += 4;
      buf.writeUInt16BE(sig.keyTag, offset);
      offset += 2;
      name.encode(sig.signersName, buf, offset);
      offset += name.encode.bytes;
      signature.copy(buf, offset, 0, signature.length);
      offset += signature.length;
      rrrsig.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rrrsig.encode.bytes - 2, oldOffset);
      return buf;
    };
    rrrsig.encode.bytes = 0;
    rrrsig.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var sig = {};
      var length = buf.readUInt16BE(offset);
      offset += 2;
      sig.typeCovered = types.toString(buf.readUInt16BE(offset));
      offset += 2;
      sig.algorithm = buf.readUInt8(offset);
      offset += 1;
      sig.labels = buf.readUInt8(offset);
      offset += 1;
      sig.originalTTL = buf.readUInt32BE(offset);
      offset += 4;
      sig.expiration = buf.readUInt32BE(offset);
      offset += 4;
      sig.inception = buf.readUInt32BE(offset);
      offset += 4;
      sig.keyTag = buf.readUInt16BE(offset);
      offset += 2;
      sig.signersName = name.decode(buf, offset);
      offset += name.decode.bytes;
      sig.signature = buf.slice(offset, oldOffset + length + 2);
      offset += sig.signature.length;
      rrrsig.decode.bytes = offset - oldOffset;
      return sig;
    };
    rrrsig.decode.bytes = 0;
    rrrsig.encodingLength = function(sig) {
      return 20 + name.encodingLength(sig.signersName) + Buffer2.byteLength(sig.signature);
    };
    var rrp = exports.rp = {};
    rrp.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rrp.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      name.encode(data.mbox || ".", buf, offset, { mail: true });
      offset += name.encode.bytes;
      name.encode(data.txt || ".", buf, offset);
      offset += name.encode.bytes;
      rrp.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rrp.encode.bytes - 2, oldOffset);
      return buf;
    };
    rrp.encode.bytes = 0;
    rrp.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const data = {};
      offset += 2;
      data.mbox = name.decode(buf, offset, { mail: true }) || ".";
      offset += name.decode.bytes;
      data.txt = name.decode(buf, offset) || ".";
      offset += name.decode.bytes;
      rrp.decode.bytes = offset - oldOffset;
      return data;
    };
    rrp.decode.bytes = 0;
    rrp.encodingLength = function(data) {
      return 2 + name.encodingLength(data.mbox || ".") + name.encodingLength(data.txt || ".");
    };
    var typebitmap = {};
    typebitmap.encode = function(typelist, buf, offset) {
      if (!buf) buf = Buffer2.alloc(typebitmap.encodingLength(typelist));
      if (!offset) offset = 0;
      const oldOffset = offset;
      var typesByWindow = [];
      for (var i = 0; i < typelist.length; i++) {
        var typeid = types.toType(typelist[i]);
        if (typesByWindow[typeid >> 8] === void 0) {
          typesByWindow[typeid >> 8] = [];
        }
        typesByWindow[typeid >> 8][typeid >> 3 & 31] |= 1 << 7 - (typeid & 7);
      }
      for (i = 0; i < typesByWindow.length; i++) {
        if (typesByWindow[i] !== void 0) {
          var windowBuf = Buffer2.from(typesByWindow[i]);
          buf.writeUInt8(i, offset);
          offset += 1;
          buf.writeUInt8(windowBuf.length, offset);
          offset += 1;
          windowBuf.copy(buf, offset);
          offset += windowBuf.length;
        }
      }
      typebitmap.encode.bytes = offset - oldOffset;
      return buf;
    };
    typebitmap.encode.bytes = 0;
    typebitmap.decode = function(buf, offset, length) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var typelist = [];
      while (offset - oldOffset < length) {
        var window = buf.readUInt8(offset);
        offset += 1;
        var windowLength = buf.readUInt8(offset);
        offset += 1;
        for (var i = 0; i < windowLength; i++) {
          var b = buf.readUInt8(offset + i);
          for (var j = 0; j < 8; j++) {
            if (b & 1 << 7 - j) {
              var typeid = types.toString(window << 8 | i << 3 | j);
              typelist.push(typeid);
            }
          }
        }
        offset += windowLength;
      }
      typebitmap.decode.bytes = offset - oldOffset;
      return typelist;
    };
    typebitmap.decode.bytes = 0;
    typebitmap.encodingLength = function(typelist) {
      var extents = [];
      for (var i = 0; i < typelist.length; i++) {
        var typeid = types.toType(typelist[i]);
        extents[typeid >> 8] = Math.max(extents[typeid >> 8] || 0, typeid & 255);
      }
      var len = 0;
      for (i = 0; i < extents.length; i++) {
        if (extents[i] !== void 0) {
          len += 2 + Math.ceil((extents[i] + 1) / 8);
        }
      }
      return len;
    };
    var rnsec = exports.nsec = {};
    rnsec.encode = function(record2, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rnsec.encodingLength(record2));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      name.encode(record2.nextDomain, buf, offset);
      offset += name.encode.bytes;
      typebitmap.encode(record2.rrtypes, buf, offset);
      offset += typebitmap.encode.bytes;
      rnsec.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rnsec.encode.bytes - 2, oldOffset);
      return buf;
    };
    rnsec.encode.bytes = 0;
    rnsec.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var record2 = {};
      var length = buf.readUInt16BE(offset);
      offset += 2;
      record2.nextDomain = name.decode(buf, offset);
      offset += name.decode.bytes;
      record2.rrtypes = typebitmap.decode(buf, offset, length - (offset - oldOffset));
      offset += typebitmap.decode.bytes;
      rnsec.decode.bytes = offset - oldOffset;
      return record2;
    };
    rnsec.decode.bytes = 0;
    rnsec.encodingLength = function(record2) {
      return 2 + name.encodingLength(record2.nextDomain) + typebitmap.encodingLength(record2.rrtypes);
    };
    var rnsec3 = exports.nsec3 = {};
    rnsec3.encode = function(record2, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rnsec3.encodingLength(record2));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const salt = record2.salt;
      if (!Buffer2.isBuffer(salt)) {
        throw new Error("salt must be a Buffer");
      }
      const nextDomain = record2.nextDomain;
      if (!Buffer2.isBuffer(nextDomain)) {
        throw new Error("nextDomain must be a Buffer");
      }
      offset += 2;
      buf.writeUInt8(record2.algorithm, offset);
      offset += 1;
      buf.writeUInt8(record2.flags, offset);
      offset += 1;
      buf.writeUInt16BE(record2.iterations, offset);
      offset += 2;
      buf.writeUInt8(salt.length, offset);
      offset += 1;
      salt.copy(buf, offset, 0, salt.length);
      offset += salt.length;
      buf.writeUInt8(nextDomain.length, offset);
      offset += 1;
      nextDomain.copy(buf, offset, 0, nextDomain.length);
      offset += nextDomain.length;
      typebitmap.encode(record2.rrtypes, buf, offset);
      offset += typebitmap.encode.bytes;
      rnsec3.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rnsec3.encode.bytes - 2, oldOffset);
      return buf;
    };
    rnsec3.encode.bytes = 0;
    rnsec3.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var record2 = {};
      var length = buf.readUInt16BE(offset);
      offset += 2;
      record2.algorithm = buf.readUInt8(offset);
      offset += 1;
      record2.flags = buf.readUInt8(offset);
      offset += 1;
      record2.iterations = buf.readUInt16BE(offset);
      offset += 2;
      const saltLength = buf.readUInt8(offset);
      offset += 1;
      record2.salt = buf.slice(offset, offset + saltLength);
      offset += saltLength;
      const hashLength = buf.readUInt8(offset);
      offset += 1;
      record2.nextDomain = buf.slice(offset, offset + hashLength);
      offset += hashLength;
      record2.rrtypes = typebitmap.decode(buf, offset, length - (offset - oldOffset));
      offset += typebitmap.decode.bytes;
      rnsec3.decode.bytes = offset - oldOffset;
      return record2;
    };
    rnsec3.decode.bytes = 0;
    rnsec3.encodingLength = function(record2) {
      return 8 + record2.salt.length + record2.nextDomain.length + typebitmap.encodingLength(record2.rrtypes);
    };
    var rds = exports.ds = {};
    rds.encode = function(digest, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rds.encodingLength(digest));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const digestdata = digest.digest;
      if (!Buffer2.isBuffer(digestdata)) {
        throw new Error("Digest must be a Buffer");
      }
      offset += 2;
      buf.writeUInt16BE(digest.keyTag, offset);
      offset += 2;
      buf.writeUInt8(digest.algorithm, offset);
      offset += 1;
      buf.writeUInt8(digest.digestType, offset);
      offset += 1;
      digestdata.copy(buf, offset, 0, digestdata.length);
      offset += digestdata.length;
      rds.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rds.encode.bytes - 2, oldOffset);
      return buf;
    };
    rds.encode.bytes = 0;
    rds.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      var digest = {};
      var length = buf.readUInt16BE(offset);
      offset += 2;
      digest.keyTag = buf.readUInt16BE(offset);
      offset += 2;
      digest.algorithm = buf.readUInt8(offset);
      offset += 1;
      digest.digestType = buf.readUInt8(offset);
      offset += 1;
      digest.digest = buf.slice(offset, oldOffset + length + 2);
      offset += digest.digest.length;
      rds.decode.bytes = offset - oldOffset;
      return digest;
    };
    rds.decode.bytes = 0;
    rds.encodingLength = function(digest) {
      return 6 + Buffer2.byteLength(digest.digest);
    };
    var rsshfp = exports.sshfp = {};
    rsshfp.getFingerprintLengthForHashType = function getFingerprintLengthForHashType(hashType) {
      switch (hashType) {
        case 1:
          return 20;
        case 2:
          return 32;
      }
    };
    rsshfp.encode = function encode(record2, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rsshfp.encodingLength(record2));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      buf[offset] = record2.algorithm;
      offset += 1;
      buf[offset] = record2.hash;
      offset += 1;
      const fingerprintBuf = Buffer2.from(record2.fingerprint.toUpperCase(), "hex");
      if (fingerprintBuf.length !== rsshfp.getFingerprintLengthForHashType(record2.hash)) {
        throw new Error("Invalid fingerprint length");
      }
      fingerprintBuf.copy(buf, offset);
      offset += fingerprintBuf.byteLength;
      rsshfp.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rsshfp.encode.bytes - 2, oldOffset);
      return buf;
    };
    rsshfp.encode.bytes = 0;
    rsshfp.decode = function decode2(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const record2 = {};
      offset += 2;
      record2.algorithm = buf[offset];
      offset += 1;
      record2.hash = buf[offset];
      offset += 1;
      const fingerprintLength = rsshfp.getFingerprintLengthForHashType(record2.hash);
      record2.fingerprint = buf.slice(offset, offset + fingerprintLength).toString("hex").toUpperCase();
      offset += fingerprintLength;
      rsshfp.decode.bytes = offset - oldOffset;
      return record2;
    };
    rsshfp.decode.bytes = 0;
    rsshfp.encodingLength = function(record2) {
      return 4 + Buffer2.from(record2.fingerprint, "hex").byteLength;
    };
    var rnaptr = exports.naptr = {};
    rnaptr.encode = function(data, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rnaptr.encodingLength(data));
      if (!offset) offset = 0;
      const oldOffset = offset;
      offset += 2;
      buf.writeUInt16BE(data.order || 0, offset);
      offset += 2;
      buf.writeUInt16BE(data.preference || 0, offset);
      offset += 2;
      string.encode(data.flags, buf, offset);
      offset += string.encode.bytes;
      string.encode(data.services, buf, offset);
      offset += string.encode.bytes;
      string.encode(data.regexp, buf, offset);
      offset += string.encode.bytes;
      name.encode(data.replacement, buf, offset);
      offset += name.encode.bytes;
      rnaptr.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rnaptr.encode.bytes - 2, oldOffset);
      return buf;
    };
    rnaptr.encode.bytes = 0;
    rnaptr.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const data = {};
      offset += 2;
      data.order = buf.readUInt16BE(offset);
      offset += 2;
      data.preference = buf.readUInt16BE(offset);
      offset += 2;
      data.flags = string.decode(buf, offset);
      offset += string.decode.bytes;
      data.services = string.decode(buf, offset);
      offset += string.decode.bytes;
      data.regexp = string.decode(buf, offset);
      offset += string.decode.bytes;
      data.replacement = name.decode(buf, offset);
      offset += name.decode.bytes;
      rnaptr.decode.bytes = offset - oldOffset;
      return data;
    };
    rnaptr.decode.bytes = 0;
    rnaptr.encodingLength = function(data) {
      return string.encodingLength(data.flags) + string.encodingLength(data.services) + string.encodingLength(data.regexp) + name.encodingLength(data.replacement) + 6;
    };
    var rtlsa = exports.tlsa = {};
    rtlsa.encode = function(cert, buf, offset) {
      if (!buf) buf = Buffer2.alloc(rtlsa.encodingLength(cert));
      if (!offset) offset = 0;
      const oldOffset = offset;
      const certdata = cert.certificate;
      if (!Buffer2.isBuffer(certdata)) {
        throw new Error("Certificate must be a Buffer");
      }
      offset += 2;
      buf.writeUInt8(cert.usage, offset);
      offset += 1;
      buf.writeUInt8(cert.selector, offset);
      offset += 1;
      buf.writeUInt8(cert.matchingType, offset);
      offset += 1;
      certdata.copy(buf, offset, 0, certdata.length);
      offset += certdata.length;
      rtlsa.encode.bytes = offset - oldOffset;
      buf.writeUInt16BE(rtlsa.encode.bytes - 2, oldOffset);
      return buf;
    };
    rtlsa.encode.bytes = 0;
    rtlsa.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const cert = {};
      const length = buf.readUInt16BE(offset);
      offset += 2;
      cert.usage = buf.readUInt8(offset);
      offset += 1;
      cert.selector = buf.readUInt8(offset);
      offset += 1;
      cert.matchingType = buf.readUInt8(offset);
      offset += 1;
      cert.certificate = buf.slice(offset, oldOffset + length + 2);
      offset += cert.certificate.length;
      rtlsa.decode.bytes = offset - oldOffset;
      return cert;
    };
    rtlsa.decode.bytes = 0;
    rtlsa.encodingLength = function(cert) {
      return 5 + Buffer2.byteLength(cert.certificate);
    };
    var renc = exports.record = function(type) {
      switch (type.toUpperCase()) {
        case "A":
          return ra;
        case "PTR":
          return rptr;
        case "CNAME":
          return rcname;
        case "DNAME":
          return rdname;
        case "TXT":
          return rtxt;
        case "NULL":
          return rnull;
        case "AAAA":
          return raaaa;
        case "SRV":
          return rsrv;
        case "HINFO":
          return rhinfo;
        case "CAA":
          return rcaa;
        case "NS":
          return rns;
        case "SOA":
          return rsoa;
        case "MX":
          return rmx;
        case "OPT":
          return ropt;
        case "DNSKEY":
          return rdnskey;
        case "RRSIG":
          return rrrsig;
        case "RP":
          return rrp;
        case "NSEC":
          return rnsec;
        case "NSEC3":
          return rnsec3;
        case "SSHFP":
          return rsshfp;
        case "DS":
          return rds;
        case "NAPTR":
          return rnaptr;
        case "TLSA":
          return rtlsa;
      }
      return runknown;
    };
    var answer = exports.answer = {};
    answer.encode = function(a, buf, offset) {
      if (!buf) buf = Buffer2.alloc(answer.encodingLength(a));
      if (!offset) offset = 0;
      const oldOffset = offset;
      name.encode(a.name, buf, offset);
      offset += name.encode.bytes;
      buf.writeUInt16BE(types.toType(a.type), offset);
      if (a.type.toUpperCase() === "OPT") {
        if (a.name !== ".") {
          throw new Error("OPT name must be root.");
        }
        buf.writeUInt16BE(a.udpPayloadSize || 4096, offset + 2);
        buf.writeUInt8(a.extendedRcode || 0, offset + 4);
        buf.writeUInt8(a.ednsVersion || 0, offset + 5);
        buf.writeUInt16BE(a.flags || 0, offset + 6);
        offset += 8;
        ropt.encode(a.options || [], buf, offset);
        offset += ropt.encode.bytes;
      } else {
        let klass = classes.toClass(a.class === void 0 ? "IN" : a.class);
        if (a.flush) klass |= FLUSH_MASK;
        buf.writeUInt16BE(klass, offset + 2);
        buf.writeUInt32BE(a.ttl || 0, offset + 4);
        offset += 8;
        const enc = renc(a.type);
        enc.encode(a.data, buf, offset);
        offset += enc.encode.bytes;
      }
      answer.encode.bytes = offset - oldOffset;
      return buf;
    };
    answer.encode.bytes = 0;
    answer.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const a = {};
      const oldOffset = offset;
      a.name = name.decode(buf, offset);
      offset += name.decode.bytes;
      a.type = types.toString(buf.readUInt16BE(offset));
      if (a.type === "OPT") {
        a.udpPayloadSize = buf.readUInt16BE(offset + 2);
        a.extendedRcode = buf.readUInt8(offset + 4);
        a.ednsVersion = buf.readUInt8(offset + 5);
        a.flags = buf.readUInt16BE(offset + 6);
        a.flag_do = (a.flags >> 15 & 1) === 1;
        a.options = ropt.decode(buf, offset + 8);
        offset += 8 + ropt.decode.bytes;
      } else {
        const klass = buf.readUInt16BE(offset + 2);
        a.ttl = buf.readUInt32BE(offset + 4);
        a.class = classes.toString(klass & NOT_FLUSH_MASK);
        a.flush = !!(klass & FLUSH_MASK);
        const enc = renc(a.type);
        a.data = enc.decode(buf, offset + 8);
        offset += 8 + enc.decode.bytes;
      }
      answer.decode.bytes = offset - oldOffset;
      return a;
    };
    answer.decode.bytes = 0;
    answer.encodingLength = function(a) {
      const data = a.data !== null && a.data !== void 0 ? a.data : a.options;
      return name.encodingLength(a.name) + 8 + renc(a.type).encodingLength(data);
    };
    var question = exports.question = {};
    question.encode = function(q, buf, offset) {
      if (!buf) buf = Buffer2.alloc(question.encodingLength(q));
      if (!offset) offset = 0;
      const oldOffset = offset;
      name.encode(q.name, buf, offset);
      offset += name.encode.bytes;
      buf.writeUInt16BE(types.toType(q.type), offset);
      offset += 2;
      buf.writeUInt16BE(classes.toClass(q.class === void 0 ? "IN" : q.class), offset);
      offset += 2;
      question.encode.bytes = offset - oldOffset;
      return q;
    };
    question.encode.bytes = 0;
    question.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const q = {};
      q.name = name.decode(buf, offset);
      offset += name.decode.bytes;
      q.type = types.toString(buf.readUInt16BE(offset));
      offset += 2;
      q.class = classes.toString(buf.readUInt16BE(offset));
      offset += 2;
      const qu = !!(q.class & QU_MASK);
      if (qu) q.class &= NOT_QU_MASK;
      question.decode.bytes = offset - oldOffset;
      return q;
    };
    question.decode.bytes = 0;
    question.encodingLength = function(q) {
      return name.encodingLength(q.name) + 4;
    };
    exports.AUTHORITATIVE_ANSWER = 1 << 10;
    exports.TRUNCATED_RESPONSE = 1 << 9;
    exports.RECURSION_DESIRED = 1 << 8;
    exports.RECURSION_AVAILABLE = 1 << 7;
    exports.AUTHENTIC_DATA = 1 << 5;
    exports.CHECKING_DISABLED = 1 << 4;
    exports.DNSSEC_OK = 1 << 15;
    exports.encode = function(result, buf, offset) {
      const allocing = !buf;
      if (allocing) buf = Buffer2.alloc(exports.encodingLength(result));
      if (!offset) offset = 0;
      const oldOffset = offset;
      if (!result.questions) result.questions = [];
      if (!result.answers) result.answers = [];
      if (!result.authorities) result.authorities = [];
      if (!result.additionals) result.additionals = [];
      header.encode(result, buf, offset);
      offset += header.encode.bytes;
      offset = encodeList(result.questions, question, buf, offset);
      offset = encodeList(result.answers, answer, buf, offset);
      offset = encodeList(result.authorities, answer, buf, offset);
      offset = encodeList(result.additionals, answer, buf, offset);
      exports.encode.bytes = offset - oldOffset;
      if (allocing && exports.encode.bytes !== buf.length) {
        return buf.slice(0, exports.encode.bytes);
      }
      return buf;
    };
    exports.encode.bytes = 0;
    exports.decode = function(buf, offset) {
      if (!offset) offset = 0;
      const oldOffset = offset;
      const result = header.decode(buf, offset);
      offset += header.decode.bytes;
      offset = decodeList(result.questions, question, buf, offset);
      offset = decodeList(result.answers, answer, buf, offset);
      offset = decodeList(result.authorities, answer, buf, offset);
      offset = decodeList(result.additionals, answer, buf, offset);
      exports.decode.bytes = offset - oldOffset;
      return result;
    };
    exports.decode.bytes = 0;
    exports.encodingLength = function(result) {
      return header.encodingLength(result) + encodingLengthList(result.questions || [], question) + encodingLengthList(result.answers || [], answer) + encodingLengthList(result.authorities || [], answer) + encodingLengthList(result.additionals || [], answer);
    };
    exports.streamEncode = function(result) {
      const buf = exports.encode(result);
      const sbuf = Buffer2.alloc(2);
      sbuf.writeUInt16BE(buf.byteLength);
      const combine = Buffer2.concat([sbuf, buf]);
      exports.streamEncode.bytes = combine.byteLength;
      return combine;
    };
    exports.streamEncode.bytes = 0;
    exports.streamDecode = function(sbuf) {
      const len = sbuf.readUInt16BE(0);
      if (sbuf.byteLength < len + 2) {
        return null;
      }
      const result = exports.decode(sbuf.slice(2));
      exports.streamDecode.bytes = exports.decode.bytes;
      return result;
    };
    exports.streamDecode.bytes = 0;
    function encodingLengthList(list, enc) {
      let len = 0;
      for (let i = 0; i < list.length; i++) len += enc.encodingLength(list[i]);
      return len;
    }
    function encodeList(list, enc, buf, offset) {
      for (let i = 0; i < list.length; i++) {
        enc.encode(list[i], buf, offset);
        offset += enc.encode.bytes;
      }
      return offset;
    }
    function decodeList(list, enc, buf, offset) {
      for (let i = 0; i < list.length; i++) {
        list[i] = enc.decode(buf, offset);
        offset += enc.decode.bytes;
      }
      return offset;
    }
  }
});

// node_modules/thunky/index.js
var require_thunky = __commonJS({
  "node_modules/thunky/index.js"(exports, module) {
    "use strict";
    var nextTick = nextTickArgs;
    process.nextTick(upgrade, 42);
    module.exports = thunky;
    function thunky(fn) {
      var state = run;
      return thunk;
      function thunk(callback) {
        state(callback || noop);
      }
      function run(callback) {
        var stack = [callback];
        state = wait;
        fn(done);
        function wait(callback2) {
          stack.push(callback2);
        }
        function done(err) {
          var args = arguments;
          state = isError(err) ? run : finished;
          while (stack.length) finished(stack.shift());
          function finished(callback2) {
            nextTick(apply, callback2, args);
          }
        }
      }
    }
    function isError(err) {
      return Object.prototype.toString.call(err) === "[object Error]";
    }
    function noop() {
    }
    function apply(callback, args) {
      callback.apply(null, args);
    }
    function upgrade(val) {
      if (val === 42) nextTick = process.nextTick;
    }
    function nextTickArgs(fn, a, b) {
      process.nextTick(function() {
        fn(a, b);
      });
    }
  }
});

// node_modules/multicast-dns/index.js
var require_multicast_dns = __commonJS({
  "node_modules/multicast-dns/index.js"(exports, module) {
    var packet = require_dns_packet();
    var dgram = __require("dgram");
    var thunky = require_thunky();
    var events = __require("events");
    var os = __require("os");
    var noop = function() {
    };
    module.exports = function(opts) {
      if (!opts) opts = {};
      var that = new events.EventEmitter();
      var port = typeof opts.port === "number" ? opts.port : 5353;
      var type = opts.type || "udp4";
      var ip = opts.ip || opts.host || (type === "udp4" ? "224.0.0.251" : null);
      var me = { address: ip, port };
      var memberships = {};
      var destroyed = false;
      var interval = null;
      if (type === "udp6" && (!ip || !opts.interface)) {
        throw new Error("For IPv6 multicast you must specify `ip` and `interface`");
      }
      var socket = opts.socket || dgram.createSocket({
        type,
        reuseAddr: opts.reuseAddr !== false,
        toString: function() {
          return type;
        }
      });
      socket.on("error", function(err) {
        if (err.code === "EACCES" || err.code === "EADDRINUSE") that.emit("error", err);
        else that.emit("warning", err);
      });
      socket.on("message", function(message, rinfo) {
        try {
          message = packet.decode(message);
        } catch (err) {
          that.emit("warning", err);
          return;
        }
        that.emit("packet", message, rinfo);
        if (message.type === "query") that.emit("query", message, rinfo);
        if (message.type === "response") that.emit("response", message, rinfo);
      });
      socket.on("listening", function() {
        if (!port) port = me.port = socket.address().port;
        if (opts.multicast !== false) {
          that.update();
          interval = setInterval(that.update, 5e3);
          socket.setMulticastTTL(opts.ttl || 255);
          socket.setMulticastLoopback(opts.loopback !== false);
        }
      });
      var bind = thunky(function(cb) {
        if (!port || opts.bind === false) return cb(null);
        socket.once("error", cb);
        socket.bind(port, opts.bind || opts.interface, function() {
          socket.removeListener("error", cb);
          cb(null);
        });
      });
      bind(function(err) {
        if (err) return that.emit("error", err);
        that.emit("ready");
      });
      that.send = function(value, rinfo, cb) {
        if (typeof rinfo === "function") return that.send(value, null, rinfo);
        if (!cb) cb = noop;
        if (!rinfo) rinfo = me;
        else if (!rinfo.host && !rinfo.address) rinfo.address = me.address;
        bind(onbind);
        function onbind(err) {
          if (destroyed) return cb();
          if (err) return cb(err);
          var message = packet.encode(value);
          socket.send(message, 0, message.length, rinfo.port, rinfo.address || rinfo.host, cb);
        }
      };
      that.response = that.respond = function(res, rinfo, cb) {
        if (Array.isArray(res)) res = { answers: res };
        res.type = "response";
        res.flags = (res.flags || 0) | packet.AUTHORITATIVE_ANSWER;
        that.send(res, rinfo, cb);
      };
      that.query = function(q, type2, rinfo, cb) {
        if (typeof type2 === "function") return that.query(q, null, null, type2);
        if (typeof type2 === "object" && type2 && type2.port) return that.query(q, null, type2, rinfo);
        if (typeof rinfo === "function") return that.query(q, type2, null, rinfo);
        if (!cb) cb = noop;
        if (typeof q === "string") q = [{ name: q, type: type2 || "ANY" }];
        if (Array.isArray(q)) q = { type: "query", questions: q };
        q.type = "query";
        that.send(q, rinfo, cb);
      };
      that.destroy = function(cb) {
        if (!cb) cb = noop;
        if (destroyed) return process.nextTick(cb);
        destroyed = true;
        clearInterval(interval);
        for (var iface in memberships) {
          try {
            socket.dropMembership(ip, iface);
          } catch (e) {
          }
        }
        memberships = {};
        socket.close(cb);
      };
      that.update = function() {
        var ifaces = opts.interface ? [].concat(opts.interface) : allInterfaces();
        var updated = false;
        for (var i = 0; i < ifaces.length; i++) {
          var addr = ifaces[i];
          if (memberships[addr]) continue;
          try {
            socket.addMembership(ip, addr);
            memberships[addr] = true;
            updated = true;
          } catch (err) {
            that.emit("warning", err);
          }
        }
        if (updated) {
          if (socket.setMulticastInterface) {
            try {
              socket.setMulticastInterface(opts.interface || defaultInterface());
            } catch (err) {
              that.emit("warning", err);
            }
          }
          that.emit("networkInterface");
        }
      };
      return that;
    };
    function defaultInterface() {
      var networks = os.networkInterfaces();
      var names = Object.keys(networks);
      for (var i = 0; i < names.length; i++) {
        var net = networks[names[i]];
        for (var j = 0; j < net.length; j++) {
          var iface = net[j];
          if (isIPv4(iface.family) && !iface.internal) {
            if (os.platform() === "darwin" && names[i] === "en0") return iface.address;
            return "0.0.0.0";
          }
        }
      }
      return "127.0.0.1";
    }
    function allInterfaces() {
      var networks = os.networkInterfaces();
      var names = Object.keys(networks);
      var res = [];
      for (var i = 0; i < names.length; i++) {
        var net = networks[names[i]];
        for (var j = 0; j < net.length; j++) {
          var iface = net[j];
          if (isIPv4(iface.family)) {
            res.push(iface.address);
            break;
          }
        }
      }
      return res;
    }
    function isIPv4(family) {
      return family === 4 || family === "IPv4";
    }
  }
});

// src/app/peer/start-peer.ts
import { availableParallelism as availableParallelism2 } from "node:os";

// src/coordinator/audit-trail.ts
var AUDITED = /* @__PURE__ */ new Set(["tasks:submit", "tasks:cancel", "peers:call", "admin"]);
var REFUSALS = /* @__PURE__ */ new Set(["forbidden", "unauthorized", "policy_refused", "unknown_operation"]);
function withAuditTrail(operations, record2, clock) {
  const audited = async (name, input, caller, ask) => {
    const began = clock.mono();
    const tell = (verdict, taskId) => record2({
      at: clock.now(),
      principal: caller.principal,
      door: caller.door,
      operation: name.slice(0, 80),
      ...taskId === void 0 ? {} : { task_id: taskId },
      verdict,
      ms: Math.round(clock.mono() - began)
    });
    const changes = isAudited(name);
    try {
      const output = await ask();
      if (changes) tell("ok", taskIn(input) ?? taskIn(output));
      return output;
    } catch (thrown) {
      const { code } = toErrorView(thrown);
      if (changes || REFUSALS.has(code)) tell(code, taskIn(input));
      throw thrown;
    }
  };
  return {
    invoke: (name, input, call) => audited(name, input, call.caller, () => operations.invoke(name, input, call)),
    call: (name, input, call) => audited(name, input, call.caller, () => operations.call(name, input, call))
  };
}
function isAudited(name) {
  if (!isOperationName(name)) return false;
  const { access, partialAccess, hints } = CATALOG[name];
  return !hints.readOnly && (AUDITED.has(access) || partialAccess !== void 0 && AUDITED.has(partialAccess));
}
function taskIn(value) {
  const id = value?.task_id;
  return typeof id === "string" ? id.slice(0, 64) : void 0;
}

// src/coordinator/links.ts
var Links = class {
  #links = /* @__PURE__ */ new Set();
  #listeners = /* @__PURE__ */ new Set();
  add(link) {
    if (link.closed.aborted) return;
    this.#links.add(link);
    link.closed.addEventListener("abort", () => this.#links.delete(link), { once: true });
    for (const listener of this.#listeners) listener(link);
  }
  all() {
    return [...this.#links];
  }
  /** Of several peers that serve the home, one that has not failed lately. */
  findByHome(home) {
    return [...this.#links].find((link) => link.homes.includes(home));
  }
  /** A call to it failed: of the peers of its home, the others are asked first. It stays, for it may be back. */
  putLast(link) {
    if (this.#links.delete(link)) this.#links.add(link);
  }
  /** Hears of every link added from now on. @returns a function that ends the subscription */
  onAdded(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
};
function createLocalLink(operations, { self, homes, caller, closed }) {
  return {
    peer: self,
    homes,
    closed,
    call: (name, input, { signal, onProgress } = {}) => {
      if (closed.aborted) return Promise.reject(new RunnerMeshError("peer_unreachable", "This peer is stopping."));
      return operations.call(name, input, {
        caller,
        signal: signal === void 0 ? closed : AbortSignal.any([signal, closed]),
        progress: onProgress ?? (() => void 0)
      });
    }
  };
}

// src/coordinator/ready-notices.ts
var MOMENT_MS = 50;
var EVERY_MS = SECOND;
var ReadyNotices = class {
  #deps;
  #unsubscribe = () => void 0;
  #cancelTimer;
  #looking = Promise.resolve();
  #last;
  #lastAt = -Infinity;
  #running = false;
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    if (this.#running) return Promise.resolve();
    this.#running = true;
    this.#unsubscribe = this.#deps.home.onReady(() => {
      this.#schedule();
    });
    this.#schedule();
    return Promise.resolve();
  }
  async stop() {
    this.#running = false;
    this.#unsubscribe();
    this.#cancelTimer?.();
    this.#cancelTimer = void 0;
    await this.#looking;
  }
  #schedule() {
    if (!this.#running || this.#cancelTimer !== void 0) return;
    const { clock } = this.#deps;
    const ms = Math.max(MOMENT_MS, this.#lastAt + EVERY_MS - clock.mono());
    this.#cancelTimer = clock.after(ms, () => {
      this.#looking = this.#look();
    });
  }
  async #look() {
    const { home, clock, log, tell } = this.#deps;
    try {
      const notice = await home.readyNotice();
      this.#cancelTimer = void 0;
      if (!this.#running) return;
      if (!isSame(notice, this.#last)) {
        this.#last = notice;
        this.#lastAt = clock.mono();
        tell(notice);
      }
    } catch (error) {
      this.#cancelTimer = void 0;
      log.error("home.notice_failed", { error: errorText(error) });
    }
    if ((this.#last?.ready ?? 0) > 0) {
      this.#lastAt = clock.mono();
      this.#schedule();
    }
  }
};
function isSame(a, b) {
  return a.ready === b?.ready && a.oldest_ready_at === b.oldest_ready_at && a.top_priority === b.top_priority;
}

// src/coordinator/task-tokens.ts
var TASK_ACCESS = /* @__PURE__ */ new Set(["tasks:read", "tasks:submit", "tasks:cancel"]);
async function sealTaskToken(signer, taskId, fence) {
  const content2 = { task_id: taskId, fence };
  const sealed = await signer.seal("task_token", new TextEncoder().encode(JSON.stringify(content2)));
  return `${TASK_TOKEN_PREFIX}${sealed}`;
}
async function findTaskCaller({ signer, store }, token) {
  const signed = await openToken(signer, token);
  if (signed === void 0 || findTaskIdParts(signed.content.task_id) === void 0) return void 0;
  const task = await store.find(signed.content.task_id);
  const runsThere = task?.status === "running" && task.worker === signed.peer && task.fence === signed.content.fence;
  if (!runsThere) return void 0;
  return { principal: `task:${task.id}`, door: "mcp", access: TASK_ACCESS, depth: task.depth + 1 };
}
async function openToken(signer, token) {
  if (!token.startsWith(TASK_TOKEN_PREFIX)) return void 0;
  try {
    const { peer, payload } = await signer.open("task_token", token.slice(TASK_TOKEN_PREFIX.length));
    return { peer, content: taskTokenContent.parse(JSON.parse(new TextDecoder().decode(payload))) };
  } catch {
    return void 0;
  }
}

// src/mcp/peers/peer-door.ts
function createMcpPeerDoor(deps) {
  let serving;
  const serve2 = async (channel) => {
    serving ??= import("./peer-server-QQZ4S7CE.js").then(({ createPeerServer }) => createPeerServer(deps));
    await (await serving)(channel);
  };
  deps.mesh.onChannel(MCP_PROTOCOL, (channel) => {
    serve2(channel).catch((thrown) => {
      deps.log.warn("mcp.peer_session_failed", { peer: channel.remote, error: errorText(thrown) });
      channel.abort(new Error("no MCP session came about"));
    });
  });
}

// src/mcp/peers/peer-sessions.ts
var IDLE_MS = 12e4;
var PeerSessions = class {
  self;
  #deps;
  #sessions = /* @__PURE__ */ new Map();
  #stopped = false;
  constructor(deps) {
    this.self = deps.mesh.self;
    this.#deps = deps;
  }
  start() {
    this.#stopped = false;
    return Promise.resolve();
  }
  async stop() {
    this.#stopped = true;
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => this.#close(session)));
  }
  find({ peerId, multiaddr: multiaddr2 }) {
    const { mesh } = this.#deps;
    const known = [{ peer: mesh.self, addresses: [], address: "" }, ...mesh.peers()];
    const found = known.find(
      ({ peer, address, addresses }) => (peerId === void 0 || peer === peerId) && (multiaddr2 === void 0 || multiaddr2.endsWith(`/p2p/${peer}`) || [address, ...addresses].some((one) => one !== "" && withoutPeer(one) === withoutPeer(multiaddr2)))
    );
    if (found !== void 0 && (peerId ?? multiaddr2) !== void 0) return found.peer;
    throw new RunnerMeshError(
      "peer_not_allowed",
      `${cleanLine(peerId ?? multiaddr2 ?? "No peer", 120)} is no peer that is connected to this mesh. list_peers shows which are.`
    );
  }
  async call(peer, call) {
    const session = this.#sessionWith(peer);
    session.calls += 1;
    session.cancelIdle?.();
    session.cancelIdle = void 0;
    try {
      return await (await session.client).ask(call);
    } finally {
      session.calls -= 1;
      if (session.calls === 0) session.cancelIdle = this.#deps.clock.after(IDLE_MS, () => this.#drop(peer, session));
    }
  }
  #sessionWith(peer) {
    if (this.#stopped) throw new RunnerMeshError("stopping", "This peer is stopping.");
    const open7 = this.#sessions.get(peer);
    if (open7 !== void 0) return open7;
    const session = { client: this.#open(peer, () => this.#drop(peer, session)), calls: 0 };
    this.#sessions.set(peer, session);
    session.client.catch(() => this.#drop(peer, session));
    return session;
  }
  async #open(peer, onClosed) {
    const { mesh, version } = this.#deps;
    const { openPeerToolClient } = await import("./peer-tool-client-P4IEBP5F.js");
    return openPeerToolClient(await mesh.openChannel(peer, MCP_PROTOCOL), version, onClosed);
  }
  #drop(peer, session) {
    if (this.#sessions.get(peer) === session) this.#sessions.delete(peer);
    void this.#close(session);
  }
  async #close(session) {
    session.cancelIdle?.();
    try {
      await (await session.client).close();
    } catch (thrown) {
      this.#deps.log.debug("mcp.peer_session_closed", { error: errorText(thrown) });
    }
  }
};
function withoutPeer(address) {
  return address.replace(/\/p2p\/[^/]+$/, "");
}

// src/peers/peers-door.ts
var READY = "$/ready";
var RENEW = "$/renew";
var readyNotice = external_exports.object({
  ready: external_exports.int().min(0),
  oldest_ready_at: external_exports.int().optional(),
  top_priority: external_exports.int().optional()
});
function createPeersDoor(deps) {
  return new Door(deps);
}
var Door = class {
  #deps;
  #open = /* @__PURE__ */ new Map();
  #opened = /* @__PURE__ */ new Set();
  #heard = /* @__PURE__ */ new Set();
  #asked = /* @__PURE__ */ new Set();
  #unread;
  #lastNotice;
  constructor(deps) {
    this.#deps = deps;
    this.#unread = new Unread(deps.tidy);
    deps.mesh.onPeer((peer, channel) => this.#join(peer, channel));
  }
  links() {
    return [...this.#open.values()].map(({ link }) => link);
  }
  onLink(opened) {
    this.#opened.add(opened);
    return () => this.#opened.delete(opened);
  }
  notifyReady(notice) {
    this.#lastNotice = notice;
    for (const { connection } of this.#open.values()) connection.notify(READY, notice);
  }
  onReady(heard) {
    this.#heard.add(heard);
    return () => this.#heard.delete(heard);
  }
  askToRenew(worker) {
    this.#open.get(worker)?.connection.notify(RENEW, {});
  }
  onRenew(asked) {
    this.#asked.add(asked);
    return () => this.#asked.delete(asked);
  }
  #join({ peer, homes, runnerName }, channel) {
    const { operations, access, events, clock, log, limits, rejections } = this.#deps;
    const name = `peer ${peer}`;
    const caller = () => ({ principal: `peer:${peer}`, door: "peers", access: access(peer), peer });
    const early = [];
    let hear = (method, params) => {
      early.push([method, params]);
    };
    const connection = serveRpc(channel, operations, caller, {
      name,
      log,
      clock,
      unread: this.#unread,
      ...rejections === void 0 ? {} : { rejections },
      onNotice: (method, params) => {
        if (method === READY || method === RENEW) hear(method, params);
      },
      ...limits === void 0 ? {} : { limits }
    });
    const open7 = { connection, link: linkOver(connection, { peer, homes }, name) };
    this.#open.set(peer, open7);
    connection.closed.addEventListener("abort", () => {
      if (this.#open.get(peer) !== open7) return;
      this.#open.delete(peer);
      events.emit({ name: "peer.left", at: clock.now(), peer });
    });
    if (this.#lastNotice !== void 0) connection.notify(READY, this.#lastNotice);
    events.emit({ name: "peer.joined", at: clock.now(), peer, runnerName });
    this.#tell(this.#opened, (opened) => opened(open7.link));
    hear = (method, params) => {
      if (method === READY) this.#ready(open7, params);
      else this.#tell(this.#asked, (asked) => asked(open7.link));
    };
    for (const [method, params] of early) hear(method, params);
  }
  #ready({ link }, params) {
    const parsed = readyNotice.safeParse(params);
    if (!parsed.success) return;
    const { ready, oldest_ready_at, top_priority } = parsed.data;
    const notice = {
      ready,
      ...oldest_ready_at === void 0 ? {} : { oldest_ready_at },
      ...top_priority === void 0 ? {} : { top_priority }
    };
    this.#tell(this.#heard, (heard) => heard(link, notice));
  }
  #tell(listeners, call) {
    for (const listener of listeners) {
      try {
        call(listener);
      } catch (fault) {
        this.#deps.log.error("peers.listener_failed", { error: errorText(fault) });
      }
    }
  }
};

// src/app/peer-discovery.ts
import { join as join3 } from "node:path";

// src/mesh/discovery/dht-records.ts
var DHT_LOOK_MS = 1 * MINUTE;
var SOON_MS = SECOND / 2;
var LOOK_DEADLINE_MS = 30 * SECOND;
var DHT_LOST_MS = 10 * MINUTE;
var MOST_PEERS = 2e3;
var MOST_ADDRESSES = 16;
function createDhtDiscovery(options) {
  return new DhtDiscovery(options);
}
var DhtDiscovery = class {
  source = "dht";
  #options;
  #found = /* @__PURE__ */ new Map();
  #stopping = new AbortController();
  #tell = () => void 0;
  #problem;
  #running = false;
  #dueAt = Infinity;
  #cancel = () => void 0;
  #looking;
  constructor(options) {
    this.#options = options;
    options.mesh.onPeer(() => this.#lookIn(SOON_MS));
  }
  onFound(found) {
    this.#tell = found;
  }
  /** Said anew, with the addresses of the moment. */
  announce() {
    this.#lookIn(SOON_MS);
    return Promise.resolve();
  }
  problem() {
    return this.#problem;
  }
  start() {
    this.#running = true;
    this.#lookIn(SOON_MS);
    return Promise.resolve();
  }
  async stop() {
    this.#running = false;
    this.#cancel();
    this.#stopping.abort(new Error("this peer is stopping"));
    await this.#looking;
  }
  #lookIn(ms) {
    const { clock } = this.#options;
    const dueAt2 = clock.mono() + ms;
    if (!this.#running || this.#looking !== void 0 || this.#dueAt <= dueAt2) return;
    this.#cancel();
    this.#dueAt = dueAt2;
    this.#cancel = clock.after(ms, () => {
      this.#dueAt = Infinity;
      this.#looking = this.#look().finally(() => {
        this.#looking = void 0;
        this.#lookIn(this.#options.everyMs ?? DHT_LOOK_MS);
      });
    });
  }
  async #look() {
    var _stack = [];
    try {
      const { mesh, dht, clock } = this.#options;
      if (mesh.peers().length === 0) return;
      const limit = __using(_stack, new TimeLimit(clock, LOOK_DEADLINE_MS, "no answer in time"));
      const signal = limit.or(this.#stopping.signal);
      try {
        for (const meshId of mesh.meshIds) {
          await dht.provide(meshId, signal);
          for await (const peers of dht.find(meshId, signal)) {
            for (const { peer, addresses } of peers) this.#note(peer, addresses);
          }
        }
        this.#problem = void 0;
      } catch (cause) {
        if (this.#running) this.#problem = `The DHT could not be asked: ${errorText(cause)}.`;
      } finally {
        this.#say();
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  #note(peer, addresses) {
    const { mesh, clock } = this.#options;
    if (peer === mesh.self || addresses.length === 0) return;
    if (!this.#found.has(peer) && this.#found.size >= MOST_PEERS) return;
    this.#found.set(peer, { addresses: addresses.slice(0, MOST_ADDRESSES), until: clock.mono() + DHT_LOST_MS });
    this.#say();
  }
  #say() {
    const now = this.#options.clock.mono();
    for (const [peer, { until }] of this.#found) if (until <= now) this.#found.delete(peer);
    this.#tell([...this.#found.values()]);
  }
};

// src/mesh/discovery/discoveries.ts
var ADDRESS_CHECK_MS = 30 * SECOND;
var ADDRESS_SETTLE_MS = 1 * SECOND;
var REANNOUNCE_MS = 15 * MINUTE;
function createDiscoveries(deps) {
  return new AllDiscoveries(deps);
}
var AllDiscoveries = class {
  #deps;
  /** By source: the addresses it knows now. */
  #known = /* @__PURE__ */ new Map();
  #running = false;
  #cancel;
  #announcing = Promise.resolve();
  #announced;
  #seq = 0;
  constructor(deps) {
    this.#deps = deps;
    deps.mesh.onAddresses(() => this.#checkIn(ADDRESS_SETTLE_MS));
    for (const discovery of deps.discoveries) {
      discovery.onFound((peers) => this.#found(discovery, new Set(peers.flatMap(({ addresses }) => addresses))));
    }
  }
  list() {
    return this.#deps.discoveries.map((discovery) => {
      const problem = discovery.problem();
      const found = this.#known.get(discovery)?.size ?? 0;
      const problemCode = discovery.problemCode?.();
      return {
        source: discovery.source,
        found,
        ...problem === void 0 ? {} : { problem },
        ...problemCode === void 0 ? {} : { problemCode }
      };
    });
  }
  of(peer) {
    const end2 = `/p2p/${peer}`;
    return [...this.#known].flatMap(
      ([{ source }, addresses]) => addresses.values().some((address) => address.endsWith(end2)) ? [source] : []
    );
  }
  async start() {
    if (this.#running) return;
    this.#running = true;
    this.#check();
    await Promise.all(
      this.#deps.discoveries.map((discovery) => this.#attempt(discovery, "start", () => discovery.start()))
    );
  }
  async stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#cancel?.();
    await this.#announcing;
    await Promise.all(
      this.#deps.discoveries.map((discovery) => this.#attempt(discovery, "stop", () => discovery.stop()))
    );
  }
  #found(discovery, now) {
    const { mesh, log } = this.#deps;
    const before = this.#known.get(discovery) ?? /* @__PURE__ */ new Set();
    this.#known.set(discovery, now);
    for (const address of now.difference(before)) {
      log.debug("discovery.found", { source: discovery.source, address });
      mesh.addTarget(address, discovery.source);
    }
    for (const address of before.difference(now)) {
      if (![...this.#known.values()].some((others) => others.has(address))) mesh.removeTarget(address);
    }
  }
  /** Announces at the start, when the addresses have changed, and again before others forget. */
  #check() {
    const { mesh, clock } = this.#deps;
    const addresses = mesh.addresses().join(" ");
    const isDue = this.#announced === void 0 || this.#announced.addresses !== addresses || clock.mono() - this.#announced.at >= REANNOUNCE_MS;
    if (isDue) {
      this.#announced = { addresses, at: clock.mono() };
      this.#announcing = this.#announcing.then(() => this.#announce());
    }
    this.#checkIn(ADDRESS_CHECK_MS);
  }
  #checkIn(ms) {
    this.#cancel?.();
    if (this.#running) this.#cancel = this.#deps.clock.after(ms, () => this.#check());
  }
  async #announce() {
    const { mesh, hello, clock, discoveries } = this.#deps;
    const issuedAt = clock.now();
    this.#seq = Math.max(this.#seq + 1, issuedAt);
    const announcement = {
      peer: mesh.self,
      seq: this.#seq,
      issuedAt,
      expiresAt: issuedAt + Math.min(3 * REANNOUNCE_MS, LONGEST_ANNOUNCEMENT_MS),
      addresses: mesh.addresses().slice(0, 16),
      ...hello()
    };
    await Promise.all(
      discoveries.map((discovery) => this.#attempt(discovery, "announce", () => discovery.announce(announcement)))
    );
  }
  async #attempt(discovery, what, attempt3) {
    try {
      await attempt3();
    } catch (cause) {
      this.#deps.log.warn("discovery.failed", { source: discovery.source, what, error: errorText(cause) });
    }
  }
};

// src/mesh/discovery/file-registry.ts
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join as join2 } from "node:path";

// src/mesh/discovery/polled-directory.ts
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
var MOST_FILES = 5e3;
var LARGEST_FILE_BYTES = 131072;
var PolledDirectory = class {
  #options;
  #seen = /* @__PURE__ */ new Map();
  #cancel;
  #looking;
  #running = false;
  constructor(options) {
    this.#options = options;
  }
  /** Resolves after the first look. */
  async start() {
    if (this.#running) return;
    this.#running = true;
    await this.look();
  }
  async stop() {
    this.#running = false;
    this.#cancel?.();
    await this.#looking;
  }
  /** Looks now. */
  look() {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = void 0;
      this.#cancel?.();
      if (this.#running) this.#cancel = this.#options.clock.after(this.#options.everyMs, () => void this.look());
    });
    return this.#looking;
  }
  async #look() {
    const { path, isWanted: isWanted2, onLook, onProblem } = this.#options;
    try {
      const names = (await readdir(path)).filter(isWanted2).slice(0, MOST_FILES);
      const seen = /* @__PURE__ */ new Map();
      for (const name of names) {
        const file2 = await this.#file(name);
        if (file2 !== void 0) seen.set(name, file2);
      }
      this.#seen = seen;
      onProblem(void 0);
      onLook([...seen.values()].flatMap(({ value }) => value === void 0 ? [] : [value]));
    } catch (cause) {
      const missing2 = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      onProblem(missing2 ? void 0 : `Cannot look into ${path}: ${errorText(cause)}.`);
    }
  }
  /** What was read before stands until the file changes. */
  async #file(name) {
    const path = join(this.#options.path, name);
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = [mtimeMs, size, ino].join("/");
      const known = this.#seen.get(name);
      if (known?.version === version) return known;
      if (size > LARGEST_FILE_BYTES) return { version, value: void 0 };
      const text = await readFile(path, "utf8");
      return { version, value: await valueOf(() => this.#options.read(text, name)) };
    } catch {
      return void 0;
    }
  }
};
async function valueOf(read2) {
  try {
    return await read2();
  } catch {
    return void 0;
  }
}

// src/mesh/discovery/file-registry.ts
var FILE_REGISTRY_POLL_MS = 2 * SECOND;
var FILE_NAME = /^[1-9A-HJ-NP-Za-km-z]{46,64}\.json$/;
function createFileRegistry(options) {
  return new FileRegistry(options);
}
var FileRegistry = class {
  source = "file";
  #options;
  #directory;
  #tell = () => void 0;
  #problem;
  /** By file name: the sequence number of the newest announcement seen. */
  #newest = /* @__PURE__ */ new Map();
  #announced = false;
  constructor(options) {
    const { directory, self, seal, clock, rejections, everyMs = FILE_REGISTRY_POLL_MS } = options;
    this.#options = options;
    this.#directory = new PolledDirectory({
      path: directory,
      everyMs,
      isWanted: (name) => FILE_NAME.test(name) && name !== `${self}.json`,
      read: async (text, name) => {
        const announcement = await seal.open(sealedAnnouncement.parse(JSON.parse(text)));
        const newest = this.#newest.get(name) ?? 0;
        if (`${announcement.peer}.json` !== name || announcement.seq < newest) {
          rejections?.count("bad_announcement");
          return void 0;
        }
        this.#newest.set(name, announcement.seq);
        return announcement;
      },
      onLook: (all) => this.#tell(all.filter(({ expiresAt }) => expiresAt > clock.now()).map(({ addresses }) => ({ addresses }))),
      onProblem: (problem) => this.#problem = problem,
      clock
    });
  }
  onFound(found) {
    this.#tell = found;
  }
  problem() {
    return this.#problem;
  }
  async announce(self) {
    const { directory, seal, random } = this.#options;
    const temporary = join2(directory, `.${Buffer.from(random.bytes(8)).toString("hex")}`);
    try {
      await mkdir(directory, { recursive: true });
      await writeFile(temporary, JSON.stringify(await seal.seal(self)), { flag: "wx", mode: 420 });
      await rename(temporary, this.#ownPath());
      this.#announced = true;
      this.#problem = void 0;
    } catch (cause) {
      this.#problem = `Cannot announce this peer in ${directory}: ${errorText(cause)}. Make the folder writable for this user.`;
      await rm(temporary, { force: true }).catch(() => void 0);
    }
  }
  start() {
    return this.#directory.start();
  }
  async stop() {
    await this.#directory.stop();
    if (!this.#announced) return;
    this.#announced = false;
    await rm(this.#ownPath(), { force: true }).catch((cause) => {
      this.#problem = `Cannot remove this peer from ${this.#options.directory}: ${errorText(cause)}.`;
    });
  }
  #ownPath() {
    return join2(this.#options.directory, `${this.#options.self}.json`);
  }
};

// src/mesh/discovery/known-addresses.ts
function createKnownAddresses(source, addresses) {
  let tell = () => void 0;
  return {
    source,
    onFound: (found) => {
      tell = found;
    },
    announce: () => Promise.resolve(),
    problem: () => void 0,
    start: () => {
      tell([{ addresses }]);
      return Promise.resolve();
    },
    stop: () => Promise.resolve()
  };
}
function parseBootstrapPeers(text) {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

// node_modules/@libp2p/mdns/dist/src/mdns.js
var import_multicast_dns = __toESM(require_multicast_dns(), 1);

// node_modules/@libp2p/mdns/dist/src/query.js
function queryLAN(mdns2, serviceTag, interval, options) {
  const query = () => {
    options?.log.trace("query", serviceTag);
    mdns2.query({
      questions: [{
        name: serviceTag,
        type: "PTR"
      }]
    });
  };
  query();
  return setInterval(query, interval);
}
function gotResponse(rsp, localPeerName, serviceTag, options) {
  if (rsp.answers == null) {
    return;
  }
  let answerPTR;
  const txtAnswers = [];
  rsp.answers.forEach((answer) => {
    switch (answer.type) {
      case "PTR":
        answerPTR = answer;
        break;
      case "TXT":
        txtAnswers.push(answer);
        break;
      default:
        break;
    }
  });
  rsp.additionals.forEach((answer) => {
    switch (answer.type) {
      case "TXT":
        txtAnswers.push(answer);
        break;
      default:
        break;
    }
  });
  if (answerPTR == null || answerPTR?.name !== serviceTag || txtAnswers.length === 0 || answerPTR.data.startsWith(localPeerName)) {
    return;
  }
  try {
    const multiaddrs = txtAnswers.flatMap((a) => a.data).filter((answerData) => answerData.toString().startsWith("dnsaddr=")).map((answerData) => {
      return multiaddr(answerData.toString().substring("dnsaddr=".length));
    });
    const peerId = multiaddrs[0].getComponents().findLast((c) => c.code === CODE_P2P)?.value;
    if (peerId == null) {
      throw new Error("Multiaddr doesn't contain PeerId");
    }
    options?.log("peer found %p", peerId);
    return {
      id: peerIdFromString(peerId),
      multiaddrs: multiaddrs.map((addr) => addr.decapsulateCode(CODE_P2P))
    };
  } catch (err) {
    options?.log.error("failed to parse mdns response - %e", err);
  }
}
function gotQuery(qry, mdns2, peerName, multiaddrs, serviceTag, broadcast, options) {
  if (!broadcast) {
    options?.log("not responding to mDNS query as broadcast mode is false");
    return;
  }
  if (multiaddrs.length === 0) {
    return;
  }
  if (qry.questions[0] != null && qry.questions[0].name === serviceTag) {
    const answers = [];
    answers.push({
      name: serviceTag,
      type: "PTR",
      class: "IN",
      ttl: 120,
      data: peerName + "." + serviceTag
    });
    multiaddrs.filter(isLinkLocal).forEach((addr) => {
      const data = "dnsaddr=" + addr.toString();
      if (data.length > 255) {
        options?.log("multiaddr %a is too long to use in mDNS query response", addr);
        return;
      }
      if (addr.getComponents().findLast((c) => c.code === CODE_P2P)?.value == null) {
        options?.log("multiaddr %a did not have a peer ID so cannot be used in mDNS query response", addr);
        return;
      }
      answers.push({
        name: peerName + "." + serviceTag,
        type: "TXT",
        class: "IN",
        ttl: 120,
        data
      });
    });
    options?.log.trace("responding to query");
    mdns2.respond(answers);
  }
}
function isLinkLocal(ma) {
  if (isPrivate(ma)) {
    return true;
  }
  return false;
}

// node_modules/@libp2p/mdns/dist/src/utils.js
function stringGen(len) {
  let text = "";
  const charset = "abcdefghijklmnopqrstuvwxyz0123456789";
  for (let i = 0; i < len; i++) {
    text += charset.charAt(Math.floor(Math.random() * charset.length));
  }
  return text;
}

// node_modules/@libp2p/mdns/dist/src/mdns.js
var MulticastDNS = class extends TypedEventEmitter {
  mdns;
  log;
  broadcast;
  interval;
  serviceTag;
  peerName;
  port;
  ip;
  _queryInterval;
  components;
  constructor(components, init = {}) {
    super();
    this.log = components.logger.forComponent("libp2p:mdns");
    this.broadcast = init.broadcast !== false;
    this.interval = init.interval ?? 1e3 * 10;
    this.serviceTag = init.serviceTag ?? "_p2p._udp.local";
    this.ip = init.ip ?? "224.0.0.251";
    this.peerName = init.peerName ?? stringGen(63);
    if (this.peerName.length >= 64) {
      throw new Error("Peer name should be less than 64 chars long");
    }
    this.port = init.port ?? 5353;
    this.components = components;
    this._queryInterval = null;
    this._onMdnsQuery = this._onMdnsQuery.bind(this);
    this._onMdnsResponse = this._onMdnsResponse.bind(this);
    this._onMdnsWarning = this._onMdnsWarning.bind(this);
    this._onMdnsError = this._onMdnsError.bind(this);
  }
  [peerDiscoverySymbol] = this;
  [Symbol.toStringTag] = "@libp2p/mdns";
  [serviceCapabilities] = [
    "@libp2p/peer-discovery"
  ];
  isStarted() {
    return Boolean(this.mdns);
  }
  /**
   * Start sending queries to the LAN.
   *
   * @returns {void}
   */
  async start() {
    if (this.mdns != null) {
      return;
    }
    this.mdns = (0, import_multicast_dns.default)({ port: this.port, ip: this.ip });
    this.mdns.on("query", this._onMdnsQuery);
    this.mdns.on("response", this._onMdnsResponse);
    this.mdns.on("warning", this._onMdnsWarning);
    this.mdns.on("error", this._onMdnsError);
    this._queryInterval = queryLAN(this.mdns, this.serviceTag, this.interval, {
      log: this.log
    });
  }
  _onMdnsQuery(event) {
    if (this.mdns == null) {
      return;
    }
    this.log.trace("received incoming mDNS query");
    gotQuery(event, this.mdns, this.peerName, this.components.addressManager.getAddresses(), this.serviceTag, this.broadcast, {
      log: this.log
    });
  }
  _onMdnsResponse(event) {
    this.log.trace("received mDNS query response");
    try {
      const foundPeer = gotResponse(event, this.peerName, this.serviceTag, {
        log: this.log
      });
      if (foundPeer != null) {
        this.log("discovered peer in mDNS query response %p", foundPeer.id);
        this.dispatchEvent(new CustomEvent("peer", {
          detail: foundPeer
        }));
      }
    } catch (err) {
      this.log.error("error processing peer response - %e", err);
    }
  }
  _onMdnsWarning(err) {
    this.log.error("mdns warning - %e", err);
  }
  _onMdnsError(err) {
    this.log.error("mdns error - %e", err);
  }
  /**
   * Stop sending queries to the LAN.
   *
   * @returns {Promise}
   */
  async stop() {
    if (this.mdns == null) {
      return;
    }
    this.mdns.removeListener("query", this._onMdnsQuery);
    this.mdns.removeListener("response", this._onMdnsResponse);
    this.mdns.removeListener("warning", this._onMdnsWarning);
    this.mdns.removeListener("error", this._onMdnsError);
    if (this._queryInterval != null) {
      clearInterval(this._queryInterval);
      this._queryInterval = null;
    }
    await new Promise((resolve) => {
      if (this.mdns != null) {
        this.mdns.destroy(resolve);
      } else {
        resolve();
      }
    });
    this.mdns = void 0;
  }
};

// node_modules/@libp2p/mdns/dist/src/index.js
function mdns(init = {}) {
  return (components) => new MulticastDNS(components, init);
}

// src/mesh/discovery/mdns.ts
var MDNS_QUERY_MS = 10 * SECOND;
var MDNS_LOST_MS = 120 * SECOND;
var SILENT_QUERIES = 3;
var MOST_PEERS2 = 500;
var MOST_ADDRESSES2 = 16;
function createMdns(options) {
  return new Mdns(options);
}
var Mdns = class {
  source = "mdns";
  #options;
  #service;
  #seen = /* @__PURE__ */ new Map();
  #tell = () => void 0;
  #problem;
  #cancel;
  /** Monotonic: when a question last arrived, this peer's own among them; at first, when it began to ask. */
  #heardAt = 0;
  constructor(options) {
    const { meshId, addresses, random, everyMs = MDNS_QUERY_MS } = options;
    this.#options = options;
    const create = mdns({
      serviceTag: `_rm-${meshId}._udp.local`,
      interval: everyMs,
      // Not the peer id: it must only be other than its neighbours'.
      peerName: Buffer.from(random.bytes(16)).toString("hex")
    });
    const components = {
      addressManager: { getAddresses: () => addresses().map((address) => multiaddr(address)) },
      logger: { forComponent: () => this.#log() }
    };
    this.#service = create(components);
    this.#service.addEventListener("peer", ({ detail }) => this.#heard(detail));
  }
  onFound(found) {
    this.#tell = found;
  }
  /** Neighbours ask, and are answered with the addresses of the moment. */
  announce() {
    return Promise.resolve();
  }
  problem() {
    const { clock, everyMs = MDNS_QUERY_MS } = this.#options;
    if (this.#cancel !== void 0 && clock.mono() - this.#heardAt > SILENT_QUERIES * everyMs) {
      return "No multicast arrives, not even what this peer sends: the network or container has none. Give the address of a peer instead.";
    }
    return this.#problem;
  }
  async start() {
    if (this.#cancel !== void 0) return;
    this.#heardAt = this.#options.clock.mono();
    this.#review();
    await this.#service.start();
    this.#service.mdns?.on("query", () => {
      this.#heardAt = this.#options.clock.mono();
    });
  }
  async stop() {
    this.#cancel?.();
    this.#cancel = void 0;
    await this.#service.stop();
  }
  #heard({ id, multiaddrs }) {
    const { self, clock } = this.#options;
    const peer = id.toString();
    this.#problem = void 0;
    if (peer === self || this.#seen.size >= MOST_PEERS2 && !this.#seen.has(peer)) return;
    const addresses = multiaddrs.slice(0, MOST_ADDRESSES2).map((address) => `${address.toString()}/p2p/${peer}`);
    this.#seen.set(peer, { addresses, until: clock.mono() + MDNS_LOST_MS });
    this.#say();
  }
  #review() {
    const { clock } = this.#options;
    for (const [peer, { until }] of this.#seen) if (until <= clock.mono()) this.#seen.delete(peer);
    this.#say();
    this.#cancel = clock.after(MDNS_QUERY_MS, () => this.#review());
  }
  #say() {
    this.#tell([...this.#seen.values()]);
  }
  /** The service tells of its troubles only by its log: what is wrong now is the last of them. */
  #log() {
    const silent = () => void 0;
    const error = (_format, cause) => {
      this.#problem = `Multicast DNS does not work here: ${errorText(cause)}.`;
    };
    const log = Object.assign(silent, { enabled: false, error, trace: silent, newScope: () => log });
    return log;
  }
};

// src/mesh/discovery/predecessor-files.ts
import { basename, dirname } from "node:path";
var POLL_MS = 15 * SECOND;
var RECORD_LIFE_MS = 30 * MINUTE;
var announceFile = external_exports.object({ multiaddr: external_exports.string().min(1).max(512) });
var record = announceFile.extend({ last_seen: external_exports.string().max(64) });
function createPredecessorAnnounceFile(path, clock) {
  const name = basename(path);
  return createFileHints("predecessor announce file", {
    path: dirname(path),
    clock,
    isWanted: (found) => found === name,
    read: (json) => ({ address: announceFile.parse(json).multiaddr, until: Infinity })
  });
}
function createPredecessorPeerFolder(path, clock) {
  return createFileHints("predecessor peer files", {
    path,
    clock,
    isWanted: (name) => name.startsWith("peer_") && name.endsWith(".json"),
    read: (json) => {
      const { multiaddr: multiaddr2, last_seen } = record.parse(json);
      const seenAt = Date.parse(last_seen);
      return Number.isNaN(seenAt) ? void 0 : { address: multiaddr2, until: seenAt + RECORD_LIFE_MS };
    }
  });
}
function createFileHints(source, { path, clock, isWanted: isWanted2, read: read2 }) {
  let tell = () => void 0;
  let trouble;
  const directory = new PolledDirectory({
    path,
    everyMs: POLL_MS,
    isWanted: isWanted2,
    read: (text) => read2(JSON.parse(text)),
    onLook: (hints) => tell(hints.filter(({ until }) => until > clock.now()).map(({ address }) => ({ addresses: [address] }))),
    onProblem: (problem) => trouble = problem,
    clock
  });
  return {
    source,
    onFound: (found) => {
      tell = found;
    },
    announce: () => Promise.resolve(),
    problem: () => trouble,
    start: () => directory.start(),
    stop: () => directory.stop()
  };
}

// src/mesh/discovery/remembered-peers.ts
import { readFile as readFile2, rename as rename2, rm as rm2, writeFile as writeFile2 } from "node:fs/promises";
var REMEMBER_MS = DAY;
var SEEK_MS = HOUR;
var MOST_PEERS3 = 200;
var SAVE_AFTER_MS = 1 * SECOND;
var REVIEW_MS = 60 * SECOND;
var file = external_exports.object({
  version: external_exports.literal(1),
  peers: external_exports.array(
    external_exports.object({ peer: external_exports.string().max(128), addresses: external_exports.array(external_exports.string().max(512)).max(32), met_at: external_exports.int() })
  )
});
function createRememberedPeers(options) {
  return new RememberedPeers(options);
}
var RememberedPeers = class {
  source = "remembered";
  #options;
  #known = /* @__PURE__ */ new Map();
  #tell = () => void 0;
  #problem;
  #running = false;
  #cancelSave;
  #cancelReview;
  #saving = Promise.resolve();
  constructor(options) {
    this.#options = options;
    options.mesh.onPeer((peer) => this.#met(peer));
    options.mesh.onPeerGone((peer) => this.#lost(peer));
  }
  onFound(found) {
    this.#tell = found;
  }
  announce() {
    return Promise.resolve();
  }
  problem() {
    return this.#problem;
  }
  async start() {
    if (this.#running) return;
    this.#running = true;
    await this.#load();
    this.#review();
  }
  async stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#cancelReview?.();
    this.#cancelSave?.();
    await this.#save();
  }
  #met({ peer, addresses, address, source }) {
    const reached = source === "inbound" ? [] : [address];
    const all = [.../* @__PURE__ */ new Set([...reached, ...addresses])];
    if (all.length > 0) this.#remember(peer, all);
  }
  #lost(peer) {
    const known = this.#known.get(peer);
    if (known !== void 0) this.#remember(peer, known.addresses);
  }
  #remember(peer, addresses) {
    const { clock } = this.#options;
    this.#known.delete(peer);
    this.#known.set(peer, { addresses, metAt: clock.now(), soughtUntil: clock.mono() + SEEK_MS });
    for (const oldest of [...this.#known.keys()].slice(0, -MOST_PEERS3)) this.#known.delete(oldest);
    if (!this.#running) return;
    this.#say();
    this.#cancelSave ??= clock.after(SAVE_AFTER_MS, () => void this.#save());
  }
  #review() {
    const { mesh, clock } = this.#options;
    for (const { peer } of mesh.peers()) this.#refresh(peer);
    for (const [peer, { metAt }] of this.#known) {
      if (metAt < clock.now() - REMEMBER_MS) this.#known.delete(peer);
    }
    this.#say();
    if (this.#running) this.#cancelReview = clock.after(REVIEW_MS, () => this.#review());
  }
  #refresh(peer) {
    const { clock } = this.#options;
    const known = this.#known.get(peer);
    if (known !== void 0) {
      this.#known.set(peer, { ...known, metAt: clock.now(), soughtUntil: clock.mono() + SEEK_MS });
    }
  }
  #say() {
    const now = this.#options.clock.mono();
    this.#tell([...this.#known.values()].filter(({ soughtUntil }) => soughtUntil > now));
  }
  async #load() {
    const { path, clock } = this.#options;
    try {
      const { peers } = file.parse(JSON.parse(await readFile2(path, "utf8")));
      const metSince = [...this.#known];
      this.#known.clear();
      for (const { peer, addresses, met_at } of peers.slice(-MOST_PEERS3)) {
        this.#known.set(peer, { addresses, metAt: met_at, soughtUntil: clock.mono() + SEEK_MS });
      }
      for (const [peer, known] of metSince) {
        this.#known.delete(peer);
        this.#known.set(peer, known);
      }
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
      this.#problem = `Cannot read the peers met before from ${path}: ${errorText(cause)}.`;
    }
  }
  #save() {
    this.#cancelSave = void 0;
    this.#saving = this.#saving.then(() => this.#write());
    return this.#saving;
  }
  async #write() {
    const { path, random } = this.#options;
    const temporary = `${path}.${Buffer.from(random.bytes(8)).toString("hex")}`;
    const peers = [...this.#known].map(([peer, { addresses, metAt }]) => ({ peer, addresses, met_at: metAt }));
    try {
      await writeFile2(temporary, JSON.stringify({ version: 1, peers }), { flag: "wx", mode: 384 });
      await rename2(temporary, path);
      this.#problem = void 0;
    } catch (cause) {
      this.#problem = `Cannot keep the peers met in ${path}: ${errorText(cause)}.`;
      await rm2(temporary, { force: true }).catch(() => void 0);
    }
  }
};

// src/mesh/discovery/rendezvous.ts
var RENDEZVOUS_READ_MS = 1 * MINUTE;
var CALL_MS = 10 * SECOND;
var MOST_PEERS4 = 5e3;
var MOST_PAGES = 32;
var NO_RENDEZVOUS = /* @__PURE__ */ new Set(["peer_not_allowed", "unknown_operation", "forbidden"]);
function createRendezvous(options) {
  return new Rendezvous(options);
}
var Rendezvous = class {
  source = "rendezvous";
  #options;
  #meetings = /* @__PURE__ */ new Map();
  #found = /* @__PURE__ */ new Map();
  #stopping = new AbortController();
  #tell = () => void 0;
  #sealed;
  #last;
  #problem;
  #running = false;
  #cancel = () => void 0;
  #unsubscribe = () => void 0;
  constructor(options) {
    this.#options = options;
  }
  onFound(found) {
    this.#tell = found;
  }
  async announce(self) {
    this.#last = self;
    this.#sealed = await this.#options.seal.seal(self);
    await this.#meetAll();
  }
  problem() {
    return this.#problem;
  }
  start() {
    if (this.#running) return Promise.resolve();
    this.#running = true;
    const { links } = this.#options;
    this.#unsubscribe = links.onAdded((link) => void this.#meet(link));
    for (const link of links.all()) void this.#meet(link);
    this.#watch();
    return Promise.resolve();
  }
  /** Takes its announcements back, where that can be told. */
  async stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#cancel();
    this.#unsubscribe();
    if (this.#last !== void 0) {
      this.#sealed = await this.#options.seal.seal({ ...this.#last, seq: this.#last.seq + 1, addresses: [] });
      const told = [...this.#meetings].filter(([, { registered }]) => registered !== void 0);
      await Promise.all(told.map(([link, meeting]) => this.#register(link, meeting).catch(() => void 0)));
    }
    this.#stopping.abort(new Error("this peer is stopping"));
    await Promise.all(this.#meetings.values().map(({ step }) => step));
  }
  #watch() {
    const { clock, everyMs = RENDEZVOUS_READ_MS } = this.#options;
    this.#cancel = clock.after(everyMs, () => {
      void this.#meetAll();
      this.#say();
      this.#watch();
    });
  }
  async #meetAll() {
    if (this.#running) await Promise.all(this.#options.links.all().map((link) => this.#meet(link)));
  }
  /** One thing at a time with each peer. */
  #meet(link) {
    if (link.peer === void 0 || link.peer === this.#options.self || link.homes.length === 0) return Promise.resolve();
    const meeting = this.#meetings.get(link) ?? {
      cookie: void 0,
      serves: true,
      registered: void 0,
      step: Promise.resolve()
    };
    if (!this.#meetings.has(link)) {
      this.#meetings.set(link, meeting);
      link.closed.addEventListener("abort", () => this.#meetings.delete(link), { once: true });
    }
    meeting.step = meeting.step.then(() => this.#converse(link, meeting));
    return meeting.step;
  }
  async #converse(link, meeting) {
    const isOver = () => !this.#running || link.closed.aborted;
    if (isOver() || !meeting.serves) return;
    try {
      if (this.#sealed !== void 0 && meeting.registered !== this.#sealed) await this.#register(link, meeting);
      await this.#discover(link, meeting);
      this.#problem = void 0;
    } catch (cause) {
      if (cause instanceof RunnerMeshError && NO_RENDEZVOUS.has(cause.code)) meeting.serves = false;
      else if (!isOver()) this.#problem = `Rendezvous at ${String(link.peer)} failed: ${errorText(cause)}`;
    }
  }
  async #register(link, meeting) {
    const sealed = this.#sealed;
    if (sealed === void 0) return;
    await this.#inTime((signal) => link.call("p2p_rendezvous_register", { announcement: sealed }, { signal }));
    meeting.registered = sealed;
  }
  async #discover(link, meeting) {
    const { self, seal } = this.#options;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const since = meeting.cookie === void 0 ? {} : { cookie: meeting.cookie };
      const { announcements, cookie, more } = await this.#inTime(
        (signal) => link.call("p2p_rendezvous_discover", since, { signal })
      );
      for (const sealed of announcements) {
        try {
          const announcement = await seal.open(sealedAnnouncement.parse(sealed));
          if (announcement.peer !== self) this.#note(announcement);
        } catch {
          continue;
        }
      }
      meeting.cookie = cookie;
      if (!more) break;
    }
    this.#say();
  }
  #note(announcement) {
    const known = this.#found.get(announcement.peer);
    if (known !== void 0 && known.seq >= announcement.seq) return;
    if (known === void 0 && this.#found.size >= MOST_PEERS4) return;
    this.#found.set(announcement.peer, announcement);
  }
  #say() {
    const now = this.#options.clock.now();
    for (const [peer, { expiresAt }] of this.#found) if (expiresAt <= now) this.#found.delete(peer);
    this.#tell([...this.#found.values()].map(({ peer, addresses }) => ({ addresses: ofPeer(addresses, peer) })));
  }
  async #inTime(call) {
    var _stack = [];
    try {
      const limit = __using(_stack, new TimeLimit(this.#options.clock, CALL_MS, "no answer in time"));
      return await call(limit.or(this.#stopping.signal));
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
};
function ofPeer(addresses, peer) {
  return addresses.filter((address) => address.endsWith(`/p2p/${peer}`));
}

// src/app/peer-discovery.ts
function createPeerDiscovery(deps) {
  const { config, stateDir, mesh, sealBy, links, dht, rejections, clock, random } = deps;
  const seal = sealBy(clock);
  const { self } = mesh;
  const named = parseBootstrapPeers(config.surroundings.predecessorBootstrap ?? "");
  const ways = [
    createKnownAddresses("bootstrap", config.bootstrap),
    named.length === 0 ? void 0 : createKnownAddresses("CACHE_BOOTSTRAP_PEERS", named),
    createRememberedPeers({ path: join3(stateDir, "peers.json"), mesh, clock, random }),
    config.registryDir === void 0 ? void 0 : createFileRegistry({ directory: config.registryDir, self, seal, clock, random, rejections }),
    createGitHubRegistry({ ...deps, sawBudget: (budget) => deps.meter.sawBudget(budget) }),
    config.rendezvous ? createRendezvous({ self, links, seal, clock }) : void 0,
    dht === void 0 ? void 0 : createDhtDiscovery({ mesh, dht, clock }),
    config.predecessorAnnounceFile === void 0 ? void 0 : createPredecessorAnnounceFile(config.predecessorAnnounceFile, clock),
    config.predecessorPeerDir === void 0 ? void 0 : createPredecessorPeerFolder(config.predecessorPeerDir, clock),
    // While keys are being changed, some neighbours ask by the old name of the mesh and some by the new.
    ...(config.mdns ? mesh.meshIds : []).map(
      (meshId) => createMdns({ meshId, self, addresses: () => mesh.addresses(), clock, random })
    )
  ];
  return createDiscoveries({ ...deps, discoveries: ways.filter((way) => way !== void 0) });
}

// src/app/tracing/task-spans.ts
var WHOLE = spanIdOf("task", 0);
var PHASES = ["pull", "build", "create", "start", "run", "collect"];
function submitSpan({ taskId, operation, door, principal, startMs, endMs }) {
  return {
    ...{ name: "submit", traceId: traceIdOf(taskId), spanId: spanIdOf("submit", 0), parentId: WHOLE, startMs, endMs },
    attributes: {
      ...{ "runner_mesh.task.id": taskId, "runner_mesh.operation": operation },
      ...{ "runner_mesh.door": door, "runner_mesh.principal": principal }
    }
  };
}
function homeSpans(task, attempts) {
  const { id, type, status, reason, exitCode, createdAt, finishedAt = task.updatedAt } = task;
  const traceId = traceIdOf(id);
  const whole = {
    ...{ name: `task ${type}`, traceId, spanId: WHOLE, startMs: createdAt, endMs: finishedAt },
    ...status === "failed" ? { failed: reason ?? "failed" } : {},
    attributes: {
      ...{ "runner_mesh.task.id": id, "runner_mesh.task.type": type, "runner_mesh.task.status": status },
      ...{ "runner_mesh.task.attempts": attempts.length, "runner_mesh.principal": task.submitter },
      ...reason === void 0 ? {} : { "runner_mesh.task.reason": reason },
      ...exitCode === void 0 ? {} : { "process.exit.code": exitCode }
    }
  };
  let since = createdAt;
  const waits2 = attempts.map((attempt3) => {
    const startMs = Math.min(since, attempt3.startedAt);
    since = attempt3.endedAt ?? attempt3.startedAt;
    return {
      ...{ name: "wait", traceId, spanId: spanIdOf("wait", attempt3.fence), parentId: WHOLE },
      ...{ startMs, endMs: attempt3.startedAt },
      attributes: { "runner_mesh.task.id": id, "runner_mesh.attempt": attempt3.number }
    };
  });
  return [whole, ...waits2];
}
function attemptSpans({ grant, end: end2, durationMs }, now) {
  const [taskId, fence] = [grant.task_id, grant.fence];
  const traceId = traceIdOf(taskId);
  const spanId = spanIdOf("attempt", fence);
  const startMs = now - durationMs;
  const attempt3 = {
    ...{ name: `attempt ${String(grant.attempt)}`, traceId, spanId, parentId: WHOLE, startMs, endMs: now },
    ...end2.status === "failed" ? { failed: end2.reason ?? "failed" } : {},
    attributes: {
      ...{ "runner_mesh.task.id": taskId, "runner_mesh.attempt": grant.attempt, "runner_mesh.fence": fence },
      ...end2.reason === void 0 ? {} : { "runner_mesh.task.reason": end2.reason },
      ...end2.exitCode === void 0 ? {} : { "process.exit.code": end2.exitCode }
    }
  };
  const measured = end2.result?.["phases"] ?? {};
  let at = startMs;
  const phases = PHASES.flatMap((phase) => {
    const ms = measured[`${phase}_ms`] ?? 0;
    if (ms <= 0) return [];
    const begun = at;
    at += ms;
    const name = phase === "run" ? "container" : phase;
    return [
      {
        ...{ name, traceId, spanId: spanIdOf(phase, fence), parentId: spanId, startMs: begun, endMs: at },
        attributes: { "runner_mesh.task.id": taskId }
      }
    ];
  });
  return [attempt3, ...phases];
}

// src/app/tracing/peer-tracing.ts
async function createTracing(deps) {
  const { config, peer, runnerName, operations, events, store, onWorked, clock, log } = deps;
  const nothing = () => Promise.resolve();
  if (config.otlpTracesUrl === void 0) return { operations, start: nothing, stop: nothing };
  const { createSpanExport } = await import("./span-export-5D2WNKPS.js");
  const [url, headers] = [config.otlpTracesUrl, config.otlpHeaders];
  const spans = createSpanExport({ url, headers, peer, runnerName, version: VERSION, log });
  const tellHome = async (taskId, from) => {
    const task = await from.find(taskId);
    if (task !== void 0) spans.add(homeSpans(task, await from.attempts(taskId)));
  };
  const ends = [];
  return {
    operations: withSubmitSpans(operations, clock, (span) => spans.add([span])),
    start: () => {
      if (store !== void 0)
        ends.push(
          events.listen((event) => {
            if (event.name !== "task.settled" || event.elsewhere === true) return;
            tellHome(event.taskId, store).catch((cause) => {
              log.warn("traces.task_unread", { taskId: event.taskId, error: errorText(cause) });
            });
          })
        );
      if (onWorked !== void 0) ends.push(onWorked((worked) => spans.add(attemptSpans(worked, clock.now()))));
      return Promise.resolve();
    },
    stop: async () => {
      for (const end2 of ends.splice(0)) end2();
      await spans.stop();
    }
  };
}
function withSubmitSpans(operations, clock, tell) {
  const traced = async (name, { caller }, ask) => {
    if (!isOperationName(name) || CATALOG[name].access !== "tasks:submit" || CATALOG[name].hints.readOnly) return ask();
    const startMs = clock.now();
    const began = clock.mono();
    const output = await ask();
    const taskId = output.task_id;
    const endMs = startMs + (clock.mono() - began);
    if (taskId !== void 0)
      tell(submitSpan({ taskId, operation: name, door: caller.door, principal: caller.principal, startMs, endMs }));
    return output;
  };
  return {
    invoke: (name, input, call) => traced(name, call, () => operations.invoke(name, input, call)),
    call: (name, input, call) => traced(name, call, () => operations.call(name, input, call))
  };
}

// src/app/young-generation.ts
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
var MOST_BYTES = 33554432;
function keepYoungGenerationSmall() {
  let mayGrow = true;
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
    const isSmall = young === void 0 || young.space_size < MOST_BYTES;
    if (isSmall === mayGrow) return;
    mayGrow = isSmall;
    setFlagsFromString(`--semi-space-growth-factor=${isSmall ? "2" : "1"}`);
  });
  observer.observe({ entryTypes: ["gc"] });
}
var collect;
function collectYoungGeneration() {
  if (collect === void 0) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc");
    setFlagsFromString("--no-expose-gc");
  }
  collect({ type: "minor" });
}

// src/core/events.ts
var Events = class {
  #listeners = /* @__PURE__ */ new Set();
  #onFault;
  constructor(onFault) {
    this.#onFault = onFault;
  }
  /** @returns a function that ends the subscription */
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  emit(event) {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (thrown) {
        this.#onFault(thrown);
      }
    }
  }
};

// src/dashboard/metrics/histogram.ts
var Histogram = class {
  #bounds;
  #counts;
  #count = 0;
  #sum = 0;
  /** @param bounds seconds, ascending */
  constructor(bounds) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }
  observe(ms) {
    const seconds = Math.max(0, ms) / 1e3;
    this.#count += 1;
    this.#sum += seconds;
    const at = this.#bounds.findIndex((bound) => seconds <= bound);
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }
  state() {
    let below = 0;
    const buckets = this.#bounds.map((upTo, index) => {
      below += this.#counts[index] ?? 0;
      return { upTo, count: below };
    });
    return { buckets, count: this.#count, sum: this.#sum };
  }
};

// src/dashboard/metrics/minute-history.ts
var HISTORY_MINUTES = 60;
var MinuteHistory = class {
  #clock;
  #minutes = [];
  constructor(clock) {
    this.#clock = clock;
  }
  count(what) {
    this.#current().counts[what] += 1;
  }
  waited(ms) {
    const minute = this.#current();
    minute.waits += 1;
    minute.waitedMs += ms;
  }
  /** The last hour, the oldest minute first, those without anything too. */
  list() {
    const last = this.#current().at;
    return Array.from({ length: HISTORY_MINUTES }, (_, index) => {
      const at = last - (HISTORY_MINUTES - 1 - index) * MINUTE;
      const minute = this.#minutes.find((one) => one.at === at);
      const { submitted, completed, failed, cancelled } = minute?.counts ?? empty();
      const mean = minute === void 0 || minute.waits === 0 ? 0 : Math.round(minute.waitedMs / minute.waits);
      return { at, submitted, completed, failed, cancelled, mean_wait_ms: mean };
    });
  }
  #current() {
    const now = this.#clock.now();
    const at = now - now % MINUTE;
    const last = this.#minutes.at(-1);
    if (last?.at === at) return last;
    const minute = { at, counts: empty(), waits: 0, waitedMs: 0 };
    this.#minutes = [...this.#minutes.filter((one) => one.at < at && one.at > at - HISTORY_MINUTES * MINUTE), minute];
    return minute;
  }
};
var empty = () => ({ submitted: 0, completed: 0, failed: 0, cancelled: 0 });

// src/dashboard/metrics/queue-meter.ts
var MOST_REMEMBERED = 1e5;
var WAIT_SECONDS = [5e-3, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200];
var ATTEMPT_SECONDS = [0.05, 0.25, 1, 5, 15, 60, 300, 900, 3600, 14400];
var SYNC_SECONDS = [5e-4, 1e-3, 25e-4, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
var UNLABELLED = ["submits", "claims", "lease_losses", "fenced_reports", "cancel_requests", "log_bytes"];
var LabelledCounter = class {
  #samples = /* @__PURE__ */ new Map();
  count(labels) {
    const key = Object.values(labels).join(" ");
    const sample = this.#samples.get(key) ?? { labels, value: 0 };
    sample.value += 1;
    this.#samples.set(key, sample);
  }
  samples() {
    return [...this.#samples.values()].map((sample) => ({ ...sample }));
  }
};
var QueueMeter = class {
  #clock;
  wait = new Histogram(WAIT_SECONDS);
  attempt = new Histogram(ATTEMPT_SECONDS);
  sync = new Histogram(SYNC_SECONDS);
  settles = new LabelledCounter();
  retries = new LabelledCounter();
  releases = new LabelledCounter();
  history;
  githubBudget;
  #counts = new Map(UNLABELLED.map((name) => [name, 0]));
  #queuedAt = /* @__PURE__ */ new Map();
  #claimedAt = /* @__PURE__ */ new Map();
  #logBytes = /* @__PURE__ */ new Map();
  constructor(clock) {
    this.#clock = clock;
    this.history = new MinuteHistory(clock);
  }
  count(name) {
    return [{ value: this.#counts.get(name) ?? 0 }];
  }
  sawBudget(budget) {
    this.githubBudget = budget;
  }
  /** To be given to the stream of events. */
  heard(event) {
    if ("elsewhere" in event) return;
    switch (event.name) {
      case "task.submitted":
        this.#add("submits");
        this.history.count("submitted");
        remember(this.#queuedAt, event.taskId, this.#clock.mono());
        break;
      case "task.claimed":
        this.#claimed(event.taskId);
        break;
      case "task.suspected":
        this.#add("lease_losses");
        break;
      case "task.released":
        this.releases.count({ why: event.why });
        this.#again(event.taskId);
        break;
      case "task.retried":
        this.retries.count({ reason: event.reason });
        this.#again(event.taskId);
        break;
      case "task.cancel_requested":
        this.#add("cancel_requests");
        break;
      case "task.fenced":
        this.#add("fenced_reports");
        break;
      case "task.logged":
        this.#logged(event.taskId, event.attempt, event.bytes);
        break;
      case "task.settled":
        this.settles.count({ status: event.status, reason: event.reason ?? "none" });
        this.history.count(event.status);
        this.#attemptEnded(event.taskId);
        this.#queuedAt.delete(event.taskId);
        this.#logBytes.delete(event.taskId);
        break;
      default:
    }
  }
  #claimed(taskId) {
    const now = this.#clock.mono();
    this.#add("claims");
    const queuedAt2 = this.#queuedAt.get(taskId);
    this.#queuedAt.delete(taskId);
    if (queuedAt2 !== void 0) {
      this.wait.observe(now - queuedAt2);
      this.history.waited(now - queuedAt2);
    }
    if (this.#claimedAt.has(taskId)) this.#add("lease_losses");
    remember(this.#claimedAt, taskId, now);
  }
  #again(taskId) {
    this.#attemptEnded(taskId);
    remember(this.#queuedAt, taskId, this.#clock.mono());
  }
  #attemptEnded(taskId) {
    const claimedAt = this.#claimedAt.get(taskId);
    if (claimedAt === void 0) return;
    this.#claimedAt.delete(taskId);
    this.attempt.observe(this.#clock.mono() - claimedAt);
  }
  #logged(taskId, attempt3, bytes) {
    const before = this.#logBytes.get(taskId);
    this.#add("log_bytes", Math.max(0, before?.attempt === attempt3 ? bytes - before.bytes : bytes));
    remember(this.#logBytes, taskId, { attempt: attempt3, bytes });
  }
  #add(name, by = 1) {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }
};
function remember(map, taskId, value) {
  map.delete(taskId);
  map.set(taskId, value);
  if (map.size <= MOST_REMEMBERED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

// src/app/detection/runner-name.ts
import { readFile as readFile3 } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname as dirname2, join as join4 } from "node:path";
var runnerFile = external_exports.object({ agentName: external_exports.string().min(1) });
var LONGEST_NAME = 128;
async function findRunnerName({
  runnerName,
  surroundings
}) {
  const given = [runnerName, surroundings.runnerName].map((name) => cleanLine(name ?? "", LONGEST_NAME));
  return given.find((name) => name !== "") ?? await nameInRunnerFolder(surroundings.runnerTemp) ?? cleanLine(hostname(), LONGEST_NAME);
}
async function nameInRunnerFolder(runnerTemp) {
  if (runnerTemp === void 0 || runnerTemp === "") return void 0;
  try {
    const text = await readFile3(join4(dirname2(dirname2(runnerTemp)), ".runner"), "utf8");
    const { agentName } = runnerFile.parse(JSON.parse(text.replace(/^\ufeff/, "")));
    return cleanLine(agentName, LONGEST_NAME) || void 0;
  } catch {
    return void 0;
  }
}

// src/app/peer/ground.ts
async function layGround(config, roles, { log, program }, start) {
  keepYoungGenerationSmall();
  const stateDir = stateDirectory(config);
  await makeStateDirectory(stateDir);
  const policy = await start(await createPolicyKeeper({ config, stateDir, clock: systemClock, log }));
  const events = new Events((error) => {
    log.error("events.listener_failed", { error: errorText(error) });
  });
  const meter = new QueueMeter(systemClock);
  events.listen((event) => meter.heard(event));
  return {
    config,
    roles,
    stateDir,
    runnerName: await findRunnerName(config),
    lease: {
      ...LEASE,
      leaseMs: config.leaseMs,
      renewEveryMs: config.leaseMs / 3,
      marginMs: config.leaseMs / 10,
      lostGraceMs: config.lostGraceMs
    },
    policy,
    events,
    meter,
    clock: systemClock,
    random: systemRandom,
    log,
    program,
    start
  };
}

// src/coordinator/parked-claims.ts
var POOLS_KEPT = 16;
var ParkedClaims = class {
  #deps;
  /** In order of arrival. */
  #entries = /* @__PURE__ */ new Set();
  #probing = /* @__PURE__ */ new Set();
  #byRequest = /* @__PURE__ */ new Map();
  /** Those woken since they arrived: only they can pass a class over. */
  #woken = /* @__PURE__ */ new Set();
  /** By class, the one asked for longest ago first. */
  #fitting = /* @__PURE__ */ new Map();
  #arrivals = 0;
  /** Classes of which something became ready since the last comparison. */
  #fresh = /* @__PURE__ */ new Set();
  #waking = false;
  constructor(deps) {
    this.#deps = deps;
  }
  /** How many claims wait. */
  get size() {
    return this.#entries.size - this.#probing.size;
  }
  /**
   * Answers as soon as there are grants, and with none after `waitMs` or when the signal is aborted. Grants made while
   * the caller gave up are answered too: what becomes of them is for whoever called.
   */
  park(request, offer2, waitMs, signal) {
    const { promise, resolve, reject } = Promise.withResolvers();
    const giveUp = () => {
      this.#dismiss(entry);
    };
    const stopTimer = waitMs > 0 ? this.#deps.clock.after(waitMs, giveUp) : void 0;
    this.#arrivals += 1;
    const entry = {
      request,
      offer: offer2,
      arrival: this.#arrivals,
      state: "probing",
      dirty: false,
      asks: 0,
      woken: void 0,
      passed: /* @__PURE__ */ new Set(),
      over: waitMs <= 0 || signal.aborted,
      leave: () => {
        stopTimer?.();
        signal.removeEventListener("abort", giveUp);
      },
      resolve,
      reject
    };
    signal.addEventListener("abort", giveUp);
    const key = requestKey(request);
    const former = this.#byRequest.get(key);
    if (former !== void 0) this.#dismiss(former);
    this.#byRequest.set(key, entry);
    this.#entries.add(entry);
    this.#probe(entry, request.max);
    return promise;
  }
  /** Something of a class became ready: compare and probe, once for all changes of this turn. */
  wake(needs) {
    if (this.#entries.size === 0) return;
    const key = fitClassKey(needs);
    this.#fresh.add(key);
    for (const entry of this.#woken) {
      if (entry.passed.delete(key) && entry.state === "parked") this.#offer(entry, key);
      if (entry.woken === key) entry.dirty = true;
    }
    this.#compare();
  }
  #compare() {
    if (this.#waking || this.#entries.size === 0) return;
    this.#waking = true;
    queueMicrotask(() => {
      this.#waking = false;
      this.#match();
    });
  }
  /** Answers every parked claim with nothing, as a stopping home does. */
  dismissAll() {
    for (const entry of [...this.#entries]) this.#dismiss(entry);
  }
  #dismiss(entry) {
    entry.over = true;
    if (entry.state === "parked") this.#answer(entry, []);
  }
  #match() {
    const fresh = this.#fresh;
    this.#fresh = /* @__PURE__ */ new Set();
    for (const { needs, count } of this.#deps.readyClasses()) {
      const key = fitClassKey(needs);
      let asked = 0;
      for (const entry of this.#probing) {
        if (!fits(needs, entry.offer)) continue;
        if (fresh.has(key)) entry.dirty = true;
        asked += entry.asks;
      }
      if (asked >= count) continue;
      const { pool } = this.#fittingTo(needs, key);
      if (count - asked >= pool.size) {
        for (const entry of pool.all()) this.#probe(entry, 1, key);
        continue;
      }
      const ids = this.#deps.nextReady(needs, count);
      for (let place = asked; place < count; place += 1) {
        const id = ids[place];
        this.#probe(pool.choose(id === void 0 ? { place } : { place, id }), 1, key);
      }
    }
  }
  #fittingTo(needs, key) {
    const known = this.#fitting.get(key);
    if (known !== void 0) {
      this.#fitting.delete(key);
      this.#fitting.set(key, known);
      return known;
    }
    const made = { needs, pool: this.#deps.poolFor(needs) };
    this.#fitting.set(key, made);
    for (const entry of this.#entries) if (entry.state === "parked") this.#offer(entry, key);
    const [oldest] = this.#fitting.keys();
    if (this.#fitting.size > POOLS_KEPT && oldest !== void 0) this.#fitting.delete(oldest);
    return made;
  }
  /** A parked claim may be given tasks of that class, if it fits them. */
  #offer(entry, key) {
    const fitting = this.#fitting.get(key);
    if (fitting !== void 0 && !entry.passed.has(key) && fits(fitting.needs, entry.offer)) fitting.pool.add(entry);
  }
  #withdraw(entry) {
    for (const { pool } of this.#fitting.values()) pool.delete(entry);
  }
  /** @param woken the class it was woken for; undefined when it asks on arrival */
  #probe(entry, max, woken) {
    if (entry.state === "parked") this.#withdraw(entry);
    entry.state = "probing";
    this.#probing.add(entry);
    entry.dirty = false;
    entry.asks = max;
    entry.woken = woken;
    if (woken !== void 0) this.#woken.add(entry);
    this.#deps.claim({ ...entry.request, max }).then(
      (grants) => {
        if (grants.length === 0 && entry.dirty && !entry.over) {
          this.#probe(entry, 1, woken);
          return;
        }
        if (grants.length > 0 || entry.over) this.#answer(entry, grants);
        else {
          entry.state = "parked";
          this.#probing.delete(entry);
          entry.woken = void 0;
          if (woken !== void 0) entry.passed.add(woken);
          for (const key of this.#fitting.keys()) this.#offer(entry, key);
        }
        if (grants.length > 0 || woken !== void 0 || entry.dirty) this.#compare();
      },
      (error) => {
        this.#remove(entry);
        entry.reject(error);
        this.#compare();
      }
    );
  }
  #answer(entry, grants) {
    this.#remove(entry);
    entry.resolve(grants);
  }
  #remove(entry) {
    if (entry.state === "parked") this.#withdraw(entry);
    this.#entries.delete(entry);
    this.#probing.delete(entry);
    this.#woken.delete(entry);
    const key = requestKey(entry.request);
    if (this.#byRequest.get(key) === entry) this.#byRequest.delete(key);
    entry.leave();
  }
};
function requestKey({ worker, requestId }) {
  return `${worker} ${requestId}`;
}

// src/core/scheduler/python-json.ts
var SHORT = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "	": "\\t"
};
function pythonString(text) {
  const escaped = text.replace(
    /[^ !#-[\]-~]/g,
    (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  );
  return `"${escaped}"`;
}
function compareCodePoints(a, b) {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const [unitA, unitB] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}
function rank(unit) {
  if (unit >= 57344) return unit - 2048;
  return unit >= 55296 ? unit + 8192 : unit;
}

// src/core/scheduler/merkle-clock.ts
function merklePreimage(vector) {
  const entries = [...vector].sort(([a], [b]) => compareCodePoints(a, b));
  return `[${entries.map(([id, count]) => `[${pythonString(id)}, ${String(count)}]`).join(", ")}]`;
}
function mergeVectors(a, b) {
  const merged = new Map(a);
  for (const [id, count] of b) {
    const known = merged.get(id);
    if (known === void 0 || count > known) merged.set(id, count);
  }
  return merged;
}
function orderOf(a, b) {
  const [aLacks, bLacks] = [lacks(a, b), lacks(b, a)];
  if (aLacks) return bLacks ? "concurrent" : "before";
  return bLacks ? "after" : "equal";
}
function lacks(a, b) {
  for (const [id, count] of b) if ((a.get(id) ?? 0n) < count) return true;
  return false;
}
var MerkleClock = class {
  nodeId;
  #digest;
  #vector;
  #root;
  /** @param nodeId an empty one has no count of its own */
  constructor(nodeId, digest, vector = /* @__PURE__ */ new Map()) {
    this.nodeId = nodeId;
    this.#digest = digest;
    this.#vector = nodeId === "" || vector.has(nodeId) ? vector : new Map([...vector, [nodeId, 0n]]);
  }
  get vector() {
    return this.#vector;
  }
  /** 64 hexadecimal digits; computed once per state. */
  get root() {
    this.#root ??= this.#digest(merklePreimage(this.#vector));
    return this.#root;
  }
  /** Something happened here. */
  tick() {
    this.#set(new Map([...this.#vector, [this.nodeId, (this.#vector.get(this.nodeId) ?? 0n) + 1n]]));
  }
  /** Takes in what another clock knows. @returns whether there was anything new */
  merge(other) {
    const isNew = [...other].some(([id, count]) => count > (this.#vector.get(id) ?? count - 1n));
    if (isNew) this.#set(mergeVectors(this.#vector, other));
    return isNew;
  }
  #set(vector) {
    this.#vector = vector;
    this.#root = void 0;
  }
};
function parseClock(data) {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return void 0;
  const { node_id: nodeId, vector: counts } = data;
  if (nodeId !== void 0 && nodeId !== null && typeof nodeId !== "string") return void 0;
  const vector = /* @__PURE__ */ new Map();
  if (typeof counts === "object" && counts !== null && !Array.isArray(counts)) {
    for (const [id, value] of Object.entries(counts)) {
      const count = toCount(value);
      if (count === void 0) return void 0;
      if (id !== "") vector.set(id, count);
    }
  }
  return { nodeId: nodeId ?? "", vector };
}
function toCount(value) {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isFinite(value) ? BigInt(Math.trunc(value)) : void 0;
  return typeof value === "string" && /^-?[0-9]{1,40}$/.test(value) ? BigInt(value) : void 0;
}

// src/core/scheduler/preferred-peer.ts
var FARTHEST = 1e9;
function hammingDistance(a, b) {
  const shorter = Math.min(a.length, b.length);
  if (shorter === 0) return FARTHEST;
  let bits = 0;
  for (let index = 0; index < shorter; index += 1) {
    const nibbleA = NIBBLES[a.charCodeAt(index)] ?? NO_DIGIT;
    const nibbleB = NIBBLES[b.charCodeAt(index)] ?? NO_DIGIT;
    if (nibbleA === NO_DIGIT || nibbleB === NO_DIGIT) return FARTHEST;
    bits += ONES[nibbleA ^ nibbleB] ?? 0;
  }
  return bits;
}
function queueTaskHash({ taskId, taskType, modelName }, digest) {
  return digest(`${taskId}:${taskType}:${modelName}`);
}
function workflowTaskHash({ taskId, workflowId }, digest) {
  return digest(`${taskId}:${workflowId}`);
}
function findPreferredPeer({ root, taskHash }, items, { peerOf: peerOf2, digest, distancesTo = plainDistances({ peerOf: peerOf2, digest }), isBefore: isBefore2 = () => false }) {
  const target = digest(`${root}:${taskHash}`);
  const distanceOf = distancesTo(target);
  const isNext = (item, best2) => {
    const [peer, other] = [peerOf2(item), peerOf2(best2)];
    return peer === other ? isBefore2(item, best2) : lot(target, peer, digest) < lot(target, other, digest);
  };
  let best;
  let nearest = Infinity;
  for (const item of items) {
    const distance = distanceOf(item);
    if (distance > nearest || distance === nearest && best !== void 0 && !isNext(item, best)) continue;
    best = item;
    nearest = distance;
  }
  return best;
}
function plainDistances({ peerOf: peerOf2, digest }) {
  return (target) => (item) => hammingDistance(target, digest(peerOf2(item)));
}
var HASH_WORDS = 8;
function hashWords(hash2) {
  return Uint32Array.from({ length: HASH_WORDS }, (_, word) => Number.parseInt(hash2.slice(8 * word, 8 * word + 8), 16));
}
function wordsApart(hash2, many, from = 0) {
  let bits = 0;
  for (let word = 0; word < HASH_WORDS; word += 1) bits += onesIn((hash2[word] ?? 0) ^ (many[from + word] ?? 0));
  return bits;
}
function onesIn(word) {
  const pairs = word - (word >>> 1 & 1431655765);
  const nibbles = (pairs & 858993459) + (pairs >>> 2 & 858993459);
  return Math.imul(nibbles + (nibbles >>> 4) & 252645135, 16843009) >>> 24;
}
function lot(target, peer, digest) {
  return digest(`${target}:${peer}`);
}
var NO_DIGIT = 255;
var NIBBLES = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = String.fromCharCode(code);
  return /[0-9a-fA-F]/.test(digit) ? Number.parseInt(digit, 16) : NO_DIGIT;
});
var ONES = Uint8Array.of(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);

// src/coordinator/scheduler/sha256.ts
import { hash } from "node:crypto";
var sha256 = (text) => hash("sha256", text, "hex");

// src/coordinator/scheduler/claim-pool.ts
var PreferredPool = class {
  #root;
  #taskType;
  #classKey;
  #mark;
  /** Those that need not pull come before the others. */
  #having;
  #others;
  constructor(needs, { root, hashOf }) {
    this.#root = root;
    this.#taskType = needs.taskType;
    this.#classKey = fitClassKey(needs);
    this.#mark = needs.asks?.image === void 0 ? void 0 : imageMark(needs.asks.image.name);
    this.#having = new SideBySide(hashOf);
    this.#others = new SideBySide(hashOf);
  }
  get size() {
    return this.#having.claims.length + this.#others.claims.length;
  }
  add(claim2) {
    const hasImage = this.#mark !== void 0 && claim2.offer.images?.includes(this.#mark) === true;
    const where = hasImage ? this.#having : this.#others;
    where.add(claim2);
  }
  delete(claim2) {
    if (!this.#having.delete(claim2)) this.#others.delete(claim2);
  }
  all() {
    return [...this.#having.claims, ...this.#others.claims];
  }
  /**
   * The preferred peer of a task among those parked that have its image, or among all when none has, by its earliest
   * claim: several claims of one peer count once. Where the store does not know the task, its class and place stand for it.
   */
  choose({ place, id }) {
    const taskId = id ?? `${this.#classKey}#${String(place)}`;
    const taskHash = queueTaskHash({ taskId, taskType: this.#taskType, modelName: "" }, sha256);
    const among = this.#having.claims.length > 0 ? this.#having : this.#others;
    const claim2 = among.preferred({ root: this.#root(), taskHash });
    if (claim2 === void 0) throw new RunnerMeshError("internal", "Nobody to choose from.");
    return claim2;
  }
};
var ROOM_AT_FIRST = 16;
var SideBySide = class {
  claims = [];
  #places = /* @__PURE__ */ new Map();
  #hashOf;
  #hashes = new Uint32Array(ROOM_AT_FIRST * HASH_WORDS);
  constructor(hashOf) {
    this.#hashOf = hashOf;
  }
  add(claim2) {
    if (this.#places.has(claim2)) return;
    const place = this.claims.length;
    this.claims.push(claim2);
    this.#places.set(claim2, place);
    if (this.claims.length * HASH_WORDS > this.#hashes.length) {
      const larger = new Uint32Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes.set(this.#hashOf(claim2.offer.peer), place * HASH_WORDS);
  }
  /** @returns whether it was here */
  delete(claim2) {
    const place = this.#places.get(claim2);
    if (place === void 0) return false;
    this.#places.delete(claim2);
    const last = this.claims.pop();
    if (last === void 0 || last === claim2) return true;
    this.claims[place] = last;
    this.#places.set(last, place);
    const from = this.claims.length * HASH_WORDS;
    this.#hashes.copyWithin(place * HASH_WORDS, from, from + HASH_WORDS);
    return true;
  }
  preferred(view) {
    const { claims } = this;
    const hashes = this.#hashes;
    const place = findPreferredPeer(view, claims.keys(), {
      peerOf: (index) => claims[index]?.offer.peer ?? "",
      digest: sha256,
      distancesTo: (target) => {
        const words = hashWords(target);
        return (index) => wordsApart(words, hashes, index * HASH_WORDS);
      },
      isBefore: (index, other) => (claims[index]?.arrival ?? 0) < (claims[other]?.arrival ?? 0)
    });
    return place === void 0 ? void 0 : claims[place];
  }
};

// src/coordinator/scheduler/scheduler.ts
var PEER_STALE_MS = 300 * SECOND;
var MOST_KEPT = 4096;
var MOST_HASHES = 65536;
var HIGHEST_COUNT = 2n ** 52n;
var LONGEST_ID = 256;
var Scheduler = class {
  #clock;
  #merkle;
  /** In the order they were last heard of. */
  #seen = /* @__PURE__ */ new Map();
  #hashes = /* @__PURE__ */ new Map();
  /** @param nodeId under which it counts: the home's id */
  constructor(nodeId, clock) {
    this.#clock = clock;
    this.#merkle = new MerkleClock(nodeId, sha256);
  }
  clock() {
    const { nodeId, vector, root } = this.#merkle;
    const counts = [...vector].map(([id, count]) => [id, Number(count)]);
    return { node_id: nodeId, vector: Object.fromEntries(counts), merkle_root: root };
  }
  /** Something happened in the queue that peers of the predecessor count. */
  tick() {
    this.#merkle.tick();
  }
  saw(peer) {
    this.#seen.delete(peer);
    this.#seen.set(peer, { mono: this.#clock.mono(), seenAt: this.#clock.now() });
    if (this.#seen.size <= MOST_KEPT) return;
    const [oldest] = this.#seen.keys();
    if (oldest !== void 0) this.#seen.delete(oldest);
  }
  /** Peers heard of within `PEER_STALE_MS`, the one heard of longest ago first. */
  knownPeers() {
    const since = this.#clock.mono() - PEER_STALE_MS;
    return [...this.#seen].filter(([, { mono }]) => mono >= since).map(([peer, { seenAt }]) => ({ peer, seenAt }));
  }
  /**
   * Takes in a peer's clock, and ticks when there was anything new in it. This home's own count is taken too: that is how
   * it comes back after a restart.
   * @returns how the peer's clock stood to this one before
   * @throws RunnerMeshError bad_request
   */
  merge(clock) {
    const { vector } = readClock(clock);
    const order = orderOf(vector, this.#merkle.vector);
    if ((/* @__PURE__ */ new Set([...vector.keys(), ...this.#merkle.vector.keys()])).size > MOST_KEPT) {
      throw new RunnerMeshError(
        "too_large",
        `clock: this home keeps the counts of ${String(MOST_KEPT)} ids at most. Send only those of live peers.`
      );
    }
    if (this.#merkle.merge(vector)) this.#merkle.tick();
    return order;
  }
  /** For the claims that fit a class of tasks. */
  poolFor(needs) {
    return new PreferredPool(needs, { root: () => this.#merkle.root, hashOf: (peer) => this.#hashOf(peer) });
  }
  #hashOf(peer) {
    const known = this.#hashes.get(peer);
    if (known !== void 0) return known;
    if (this.#hashes.size >= MOST_HASHES) this.#hashes.clear();
    const made = hashWords(sha256(peer));
    this.#hashes.set(peer, made);
    return made;
  }
};
function readClock(data) {
  const clock = parseClock(data);
  if (clock === void 0) {
    throw new RunnerMeshError("bad_request", "clock: not a clock. Send {node_id, vector: {id: count}}.");
  }
  for (const [id, count] of clock.vector) {
    if (id.length > LONGEST_ID || count < 0n || count > HIGHEST_COUNT) {
      const what = JSON.stringify(id.slice(0, 80));
      throw new RunnerMeshError(
        "bad_request",
        `clock: the entry ${what} is out of bounds. Ids have at most ${String(LONGEST_ID)} characters, counts are 0 to 2^52.`
      );
    }
  }
  return clock;
}

// src/coordinator/task-news.ts
var TaskNews = class {
  #deps;
  #onEnded;
  /** Steps under way that may end more tasks than they name, and every task that changed since the first of them. */
  #ending = 0;
  #touched = /* @__PURE__ */ new Set();
  /** @param onEnded told of each task that stopped running for good */
  constructor(deps, onEnded) {
    this.#deps = deps;
    this.#onEnded = onEnded;
  }
  /** The store changed a task. */
  changed(taskId) {
    if (this.#ending > 0) this.#touched.add(taskId);
  }
  /**
   * The end of one task fails those that need it, which no answer of the store names: so the tasks that changed meanwhile
   * are looked at, each once, however many such steps are under way.
   */
  async ends(step) {
    this.#ending += 1;
    try {
      return await step();
    } finally {
      this.#ending -= 1;
      const touched = [...this.#touched];
      this.#touched.clear();
      for (const taskId of touched) {
        const task = await this.#deps.store.find(taskId);
        if (task !== void 0 && isTerminal(task.status) && task.reason === "dependency") this.settled(task);
      }
    }
  }
  settled({ id, status, reason }) {
    if (!isTerminal(status)) return;
    this.tell({ name: "task.settled", taskId: id, status, ...reason === void 0 ? {} : { reason } });
    this.#onEnded();
  }
  /** Another peer that serves this home changed a task: those who wait here are told where it stands now. */
  async heardElsewhere(taskId) {
    try {
      const task = await this.#deps.store.find(taskId);
      if (task === void 0) return;
      const { status, reason, worker, fence, attempt: attempt3, progress } = task;
      const elsewhere = true;
      if (isTerminal(status)) {
        this.tell({ name: "task.settled", taskId, status, ...reason === void 0 ? {} : { reason }, elsewhere });
        this.#onEnded();
      } else if (status === "running" && worker !== void 0 && fence !== void 0) {
        if (task.cancelRequested) this.tell({ name: "task.cancel_requested", taskId, worker, elsewhere });
        if (progress === void 0) this.tell({ name: "task.claimed", taskId, fence, worker, attempt: attempt3, elsewhere });
        else this.tell({ name: "task.progressed", taskId, worker, progress, elsewhere });
      }
    } catch (error) {
      this.#deps.log.warn("home.elsewhere_failed", { taskId, error: errorText(error) });
    }
  }
  tell(event) {
    this.#deps.events.emit({ ...event, at: this.#deps.clock.now() });
  }
};

// src/coordinator/home.ts
var SWEEP_MS = SECOND;
var PRUNE_ROWS = 500;
var Home = class {
  store;
  #deps;
  #parked;
  #news;
  #scheduler;
  #unsubscribe = () => void 0;
  #sweeping;
  #stopTimer = () => void 0;
  #running = false;
  #readyListeners = /* @__PURE__ */ new Set();
  constructor(deps) {
    this.#deps = deps;
    this.store = deps.store;
    this.#news = new TaskNews(deps, () => {
      this.#wakeCapped();
    });
    this.#parked = new ParkedClaims({
      clock: deps.clock,
      claim: (request) => this.#claim(request),
      // A claim answered while the store closes looks once more, and then there is nothing to look at.
      readyClasses: () => this.#running ? deps.store.readyClasses() : [],
      nextReady: (needs, most) => deps.store.nextReady(needs, most),
      poolFor: (needs) => this.scheduler.poolFor(needs)
    });
  }
  async start() {
    if (this.#running) return;
    await this.store.start();
    this.#running = true;
    this.#unsubscribe = this.store.subscribe((event) => {
      if (event.kind === "changed") {
        if (event.elsewhere === true) void this.#news.heardElsewhere(event.taskId);
        else this.#news.changed(event.taskId);
        return;
      }
      if (event.kind === "logged") {
        const { taskId, attempt: attempt3, nextSeq, bytes } = event;
        this.#news.tell({ name: "task.logged", taskId, attempt: attempt3, nextSeq, bytes });
        return;
      }
      this.#parked.wake(event.needs);
      for (const listener of this.#readyListeners) listener();
    });
    this.#schedule(0);
  }
  async stop() {
    if (!this.#running) return;
    this.#running = false;
    this.#stopTimer();
    this.#parked.dismissAll();
    await this.#sweeping;
    this.#unsubscribe();
    await this.store.stop();
  }
  /** Of the home that is started. */
  get scheduler() {
    this.#scheduler ??= new Scheduler(this.store.homeId, this.#deps.clock);
    return this.#scheduler;
  }
  get parkedClaims() {
    return this.#parked.size;
  }
  /** @returns a function that ends the subscription */
  onReady(listener) {
    this.#readyListeners.add(listener);
    return () => this.#readyListeners.delete(listener);
  }
  /** What connected peers are told of this queue. */
  async readyNotice() {
    const counts = await this.store.counts();
    return {
      ready: counts.queuedByPhase.ready,
      ...counts.oldestReadyAt === void 0 ? {} : { oldest_ready_at: counts.oldestReadyAt },
      ...counts.topPriority === void 0 ? {} : { top_priority: counts.topPriority }
    };
  }
  async submit(tasks) {
    const submitted = await this.store.submit(tasks, this.#deps.clock.now());
    submitted.forEach(({ id, created }, index) => {
      const task = tasks[index];
      if (created && task !== void 0) {
        this.#news.tell({ name: "task.submitted", taskId: id, type: task.type, submitter: task.submitter });
      }
    });
    return submitted;
  }
  /** Answers with grants at once, or as soon as a task fits, or with none when the time is up or the caller has gone. */
  async claim({ worker, requestId, mayAskAgain = false, offer: offer2, max, waitMs, leaseMs }, signal) {
    if (!this.#running) throw new RunnerMeshError("stopping", "This home is stopping. Claim at another peer.");
    const request = {
      worker,
      requestId,
      max,
      leaseMs: leaseMs ?? this.#deps.lease.leaseMs,
      fits: (needs) => fits(needs, offer2),
      policyDigest: offer2.policy.digest,
      ...this.#deps.maxRunningPerSubmitter === void 0 ? {} : { submitterCap: this.#deps.maxRunningPerSubmitter }
    };
    this.scheduler.saw(worker);
    if (waitMs > 0) this.#news.tell({ name: "claim.parked", worker });
    const grants = await this.#parked.park(request, offer2, waitMs, signal);
    if (signal.aborted) {
      if (!mayAskAgain) await Promise.all(grants.map(({ task, fence }) => this.release(task.id, fence, worker)));
      return [];
    }
    if (waitMs > 0) this.#news.tell({ name: "claim.answered", worker, grants: grants.length });
    return grants;
  }
  async renew(renewals, worker) {
    const verdicts = await this.store.renew(renewals, worker, this.#deps.clock.now());
    renewals.forEach(({ taskId, fence, progress }, index) => {
      if (verdicts[index] === "lost") this.#news.tell({ name: "task.fenced", taskId, fence });
      else if (progress !== void 0) this.#news.tell({ name: "task.progressed", taskId, worker, progress });
    });
    return verdicts;
  }
  /** @returns what became of each, in their order */
  async settle(settlements) {
    const step = () => this.store.settle(settlements, this.#deps.clock.now());
    const allCompleted = settlements.every(({ status }) => status === "completed");
    const settled = await (allCompleted ? step() : this.#news.ends(step));
    settlements.forEach((settlement, index) => {
      const { outcome, task } = settled[index] ?? { outcome: "unknown" };
      const { taskId, fence } = settlement;
      if (outcome === "fenced") this.#news.tell({ name: "task.fenced", taskId, fence });
      if (outcome === "settled" && task !== void 0) this.#announceEnd(task, settlement);
    });
    return settled;
  }
  async release(taskId, fence, worker) {
    const released = await this.#news.ends(() => this.store.release(taskId, fence, this.#deps.clock.now()));
    if (released) await this.#givenBack(taskId, worker, "released");
    return released;
  }
  async refuse(taskId, fence, refusal) {
    const refused = await this.#news.ends(() => this.store.refuse(taskId, fence, refusal, this.#deps.clock.now()));
    if (refused) await this.#givenBack(taskId, refusal.worker, "refused");
    return refused;
  }
  /** A task that was to be stopped ends when its worker gives it back. */
  async #givenBack(taskId, worker, why) {
    this.#news.tell({ name: "task.released", taskId, worker, why });
    const task = await this.store.find(taskId);
    if (task !== void 0 && isTerminal(task.status)) this.#news.settled(task);
  }
  async cancel(taskId) {
    const outcome = await this.#news.ends(() => this.store.cancel(taskId, this.#deps.clock.now()));
    if (outcome === "requested") {
      const worker = (await this.store.find(taskId))?.worker;
      this.#news.tell({ name: "task.cancel_requested", taskId, ...worker === void 0 ? {} : { worker } });
    }
    if (outcome === "cancelled")
      this.#news.tell({ name: "task.settled", taskId, status: "cancelled", reason: "cancelled" });
    return outcome;
  }
  /** @returns false when the task is neither failed nor cancelled. @throws RunnerMeshError invalid_transition */
  async resubmit({ id, type, submitter }, envelope) {
    const queued = await this.store.resubmit(id, this.#deps.clock.now(), envelope);
    if (queued) this.#news.tell({ name: "task.submitted", taskId: id, type, submitter });
    return queued;
  }
  /** A schedule falls due. @returns undefined when it is gone or paused, or when a later instant has fired */
  async fireCron(name, { scheduledAt, nextAt, template, envelope }) {
    const fired = await this.store.fireCron(name, scheduledAt, nextAt, this.#deps.clock.now(), envelope);
    const { type, submitter } = template;
    if (fired?.created === true) this.#news.tell({ name: "task.submitted", taskId: fired.id, type, submitter });
    return fired;
  }
  async #claim(request) {
    const grants = await this.store.claim(request, this.#deps.clock.now());
    for (const { task, fence, attempt: attempt3 } of grants) {
      this.#news.tell({ name: "task.claimed", taskId: task.id, fence, worker: request.worker, attempt: attempt3 });
    }
    return grants;
  }
  #announceEnd(task, settlement) {
    if (isTerminal(task.status)) this.#news.settled(task);
    else {
      this.#news.tell({ name: "task.retried", taskId: task.id, reason: settlement.reason ?? "exit" });
      this.#wakeCapped();
    }
  }
  /** When a task of a submitter at the cap stops running, others of theirs become claimable, which the store cannot know. */
  #wakeCapped() {
    if (this.#deps.maxRunningPerSubmitter === void 0 || !this.#running) return;
    for (const { needs } of this.store.readyClasses()) this.#parked.wake(needs);
  }
  #schedule(ms) {
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      this.#sweeping = this.#sweep().then((nextMs) => {
        this.#sweeping = void 0;
        if (this.#running) this.#schedule(nextMs);
      });
    });
  }
  async #sweep() {
    const now = this.#deps.clock.now();
    try {
      const sweep = await this.#news.ends(() => this.store.sweep(now));
      for (const taskId of sweep.suspect) this.#news.tell({ name: "task.suspected", taskId });
      for (const taskId of sweep.ended) {
        const task = await this.store.find(taskId);
        if (task !== void 0 && isTerminal(task.status) && task.reason !== "dependency") this.#news.settled(task);
      }
      await this.store.prune(now, PRUNE_ROWS);
      return Math.max(1, Math.min(SWEEP_MS, sweep.nextDueMs ?? SWEEP_MS));
    } catch (error) {
      this.#deps.log.error("home.sweep_failed", { error: errorText(error) });
      return SWEEP_MS;
    }
  }
};

// src/store/sqlite/cache-store.ts
import { closeSync, openSync, rmSync } from "node:fs";
import { join as join5 } from "node:path";
import { DatabaseSync } from "node:sqlite";

// src/core/ports/cache-store.ts
var CACHE_LIMITS = { valueBytes: 262144, totalBytes: 256 * 1048576 };
var REMOVAL_KEPT_MS = 3e5;
function isLater(a, b) {
  return a.writtenAt === b.writtenAt ? a.writer > b.writer : a.writtenAt > b.writtenAt;
}

// src/store/sqlite/cache-store.ts
var FILE = "cache.db";
var SCHEMA = 1;
var EVICT_ROWS = 64;
var ROW_BYTES = 64;
function createSqliteCacheStore(deps) {
  return new SqliteCacheStore(deps);
}
var SqliteCacheStore = class {
  #deps;
  #limits;
  #opened;
  constructor(deps) {
    this.#deps = deps;
    this.#limits = deps.limits ?? CACHE_LIMITS;
  }
  /** @throws RunnerMeshError storage_failed when no file can be made there */
  start() {
    return attempt(() => {
      if (this.#opened !== void 0) return;
      const path = join5(this.#deps.directory, FILE);
      try {
        this.#opened = open(path);
      } catch (fault) {
        this.#deps.log.warn("cache.thrown_away", { path, error: errorText(fault) });
        for (const part of ["", "-wal", "-shm"]) rmSync(`${path}${part}`, { force: true });
        this.#opened = open(path);
      }
    });
  }
  stop() {
    this.#opened?.db.close();
    this.#opened = void 0;
    return Promise.resolve();
  }
  get(key, now) {
    return this.#step((opened) => {
      const row = findLive(opened, key, now);
      if (row === void 0) return void 0;
      opened.used += 1;
      opened.use.run(key, opened.used);
      return {
        value: JSON.parse(row.value),
        version: { writtenAt: row.written_at, writer: row.writer },
        ...row.expires_at === null ? {} : { expiresAt: row.expires_at }
      };
    });
  }
  has(key, now) {
    return this.#step((opened) => findLive(opened, key, now) !== void 0);
  }
  set(key, { value, version, expiresAt }, now) {
    return this.#step((opened) => {
      const text = JSON.stringify(value);
      const bytes = Buffer.byteLength(text);
      if (bytes > this.#limits.valueBytes) throw tooLarge(key, bytes, this.#limits.valueBytes);
      const before = findKnown(opened, key, now);
      if (before !== void 0 && isLater(versionOf(before), version)) return false;
      save(opened, key, text, version, expiresAt ?? null);
      this.#makeRoom(opened, now);
      return true;
    });
  }
  delete(key, version, now) {
    return this.#step((opened) => {
      const before = findKnown(opened, key, now);
      if (before !== void 0 && isLater(versionOf(before), version)) return false;
      save(opened, key, null, version, now + REMOVAL_KEPT_MS);
      this.#makeRoom(opened, now);
      return before !== void 0 && before.value !== null;
    });
  }
  size() {
    return this.#step(({ count, bytes }) => ({ entries: count.get().entries, bytes }));
  }
  #makeRoom(opened, now) {
    if (opened.bytes <= this.#limits.totalBytes) return;
    const drop = (rows) => {
      for (const { key, bytes } of rows) {
        if (opened.bytes <= this.#limits.totalBytes) return;
        opened.drop.run(key);
        opened.bytes -= bytes;
      }
    };
    for (const next of [() => opened.expired.all(now, EVICT_ROWS), () => opened.oldest.all(EVICT_ROWS)]) {
      for (let rows = next(); rows.length > 0 && opened.bytes > this.#limits.totalBytes; rows = next()) {
        drop(rows);
      }
    }
  }
  #step(work) {
    return attempt(() => {
      const opened = this.#opened;
      if (opened === void 0) throw new RunnerMeshError("stopping", "The cache is closed.");
      opened.db.exec("BEGIN IMMEDIATE");
      const { bytes, used } = opened;
      try {
        const answer = work(opened);
        opened.db.exec("COMMIT");
        return answer;
      } catch (fault) {
        if (opened.db.isTransaction) opened.db.exec("ROLLBACK");
        opened.bytes = bytes;
        opened.used = used;
        throw fault;
      }
    });
  }
};
async function attempt(work) {
  await Promise.resolve();
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RunnerMeshError) throw cause;
    throw new RunnerMeshError("storage_failed", `The cache could not be read or written: ${errorText(cause)}.`, {
      cause
    });
  }
}
function open(path) {
  closeSync(openSync(path, "a", 384));
  const db = new DatabaseSync(path, { timeout: 5e3 });
  try {
    const { user_version: found } = db.prepare("PRAGMA user_version").get();
    const { quick_check: check } = db.prepare("PRAGMA quick_check(1)").get();
    if (found > SCHEMA || check !== "ok") throw new Error(check === "ok" ? `schema ${String(found)}` : check);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = 16777216;
      CREATE TABLE IF NOT EXISTS entry(
        key TEXT PRIMARY KEY,
        -- null when the key was removed
        value TEXT,
        bytes INTEGER NOT NULL,
        written_at INTEGER NOT NULL,
        writer TEXT NOT NULL,
        expires_at INTEGER,
        used INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS entry_used ON entry(used);
      CREATE INDEX IF NOT EXISTS entry_expires ON entry(expires_at) WHERE expires_at IS NOT NULL;
      PRAGMA user_version = ${String(SCHEMA)}`);
    const { bytes, used } = db.prepare("SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(max(used), 0) AS used FROM entry").get();
    return { db, ...statements(db), bytes, used };
  } catch (fault) {
    db.close();
    throw fault;
  }
}
function statements(db) {
  return {
    read: db.prepare("SELECT value, bytes, written_at, writer, expires_at FROM entry WHERE key = ?"),
    use: db.prepare("UPDATE entry SET used = ?2 WHERE key = ?1"),
    write: db.prepare(
      `INSERT INTO entry(key, value, bytes, written_at, writer, expires_at, used) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, bytes = excluded.bytes, written_at = excluded.written_at,
           writer = excluded.writer, expires_at = excluded.expires_at, used = excluded.used`
    ),
    drop: db.prepare("DELETE FROM entry WHERE key = ?"),
    expired: db.prepare("SELECT key, bytes FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?"),
    oldest: db.prepare("SELECT key, bytes FROM entry ORDER BY used LIMIT ?"),
    count: db.prepare("SELECT count(*) AS entries FROM entry WHERE value IS NOT NULL")
  };
}
function findKnown({ read: read2 }, key, now) {
  const row = read2.get(key);
  return row?.expires_at == null || row.expires_at > now ? row : void 0;
}
function findLive(opened, key, now) {
  const row = findKnown(opened, key, now);
  return row === void 0 || row.value === null ? void 0 : { ...row, value: row.value };
}
function versionOf({ written_at: writtenAt, writer }) {
  return { writtenAt, writer };
}
function save(opened, key, value, { writtenAt, writer }, expiresAt) {
  const before = opened.read.get(key);
  const bytes = ROW_BYTES + Buffer.byteLength(key) + Buffer.byteLength(value ?? "");
  opened.used += 1;
  opened.write.run(key, value, bytes, writtenAt, writer, expiresAt, opened.used);
  opened.bytes += bytes - (before?.bytes ?? 0);
}
function tooLarge(key, bytes, limit) {
  return new RunnerMeshError(
    "too_large",
    `The value of ${JSON.stringify(key.slice(0, 80))} takes ${String(bytes)} bytes as JSON, more than the limit of ${String(limit)}. Keep large data elsewhere and cache where it is.`
  );
}

// src/store/sqlite/settings.ts
var MIB = 1048576;
var STORE_DEFAULTS = {
  lostGraceMs: LEASE.lostGraceMs,
  renewEveryMs: LEASE.renewEveryMs,
  pulseMs: SECOND,
  keyTtlMs: DAY,
  groupMaxSteps: 256,
  groupMaxMs: 5,
  maxUnfinished: 2e6,
  freeFloorBytes: 256 * MIB,
  ballastBytes: 64 * MIB
};

// src/store/lease-table.ts
var LeaseTable = class {
  #leases = /* @__PURE__ */ new Map();
  #byRequest = /* @__PURE__ */ new Map();
  #mono;
  #longestGapMs;
  #pulsedAt;
  #suspects = 0;
  /** @param longestGapMs a pause longer than this is added to every deadline */
  constructor(mono, longestGapMs) {
    this.#mono = mono;
    this.#longestGapMs = longestGapMs;
    this.#pulsedAt = mono();
  }
  get size() {
    return this.#leases.size;
  }
  get suspects() {
    return this.#suspects;
  }
  find(seq) {
    return this.#leases.get(seq);
  }
  all() {
    return this.#leases.values();
  }
  /** Grants of a claim that is repeated because its answer was lost. */
  ofRequest(worker, requestId) {
    return [...this.#byRequest.get(requestKey2(worker, requestId)) ?? []];
  }
  grant(granted) {
    const lease = {
      ...granted,
      deadline: this.#mono() + granted.leaseMs,
      suspect: false,
      progress: void 0
    };
    this.restore(lease);
    return lease;
  }
  /** Puts back what `end` took out. */
  restore(lease) {
    this.#leases.set(lease.seq, lease);
    if (lease.suspect) this.#suspects += 1;
    const key = requestKey2(lease.worker, lease.requestId);
    const siblings = this.#byRequest.get(key);
    if (siblings === void 0) this.#byRequest.set(key, /* @__PURE__ */ new Set([lease]));
    else siblings.add(lease);
  }
  end(seq) {
    const lease = this.#leases.get(seq);
    if (lease === void 0) return void 0;
    this.#leases.delete(seq);
    if (lease.suspect) this.#suspects -= 1;
    const key = requestKey2(lease.worker, lease.requestId);
    const siblings = this.#byRequest.get(key);
    siblings?.delete(lease);
    if (siblings?.size === 0) this.#byRequest.delete(key);
    return lease;
  }
  /** A full lease from now; a suspect task is trusted again. */
  renew(lease) {
    lease.deadline = this.#mono() + lease.leaseMs;
    this.#setSuspect(lease, false);
  }
  /** Takes `suspect` back. */
  trust(lease, deadline) {
    lease.deadline = deadline;
    this.#setSuspect(lease, false);
  }
  suspect(lease, graceMs) {
    lease.deadline = this.#mono() + graceMs;
    this.#setSuspect(lease, true);
  }
  /**
   * Notes that this process runs.
   * @returns how long it had not, when that was longer than a worker can be blamed for; every deadline has moved by it
   */
  pulse() {
    const now = this.#mono();
    const gap = now - this.#pulsedAt;
    this.#pulsedAt = now;
    if (gap <= this.#longestGapMs) return 0;
    for (const lease of this.#leases.values()) lease.deadline += gap;
    return gap;
  }
  /** Leases and graces that are over now. */
  ended() {
    const now = this.#mono();
    return [...this.#leases.values()].filter((lease) => lease.deadline <= now);
  }
  /** Milliseconds until the first deadline; undefined when there is none. */
  nextEndMs() {
    let first;
    for (const { deadline } of this.#leases.values()) if (first === void 0 || deadline < first) first = deadline;
    return first === void 0 ? void 0 : Math.max(0, first - this.#mono());
  }
  #setSuspect(lease, suspect) {
    if (lease.suspect !== suspect) this.#suspects += suspect ? 1 : -1;
    lease.suspect = suspect;
  }
};
function requestKey2(worker, requestId) {
  return `${worker} ${requestId}`;
}

// src/store/sqlite/ready-heads.ts
var HEADS_KEPT = 128;
var ReadyHeads = class {
  #heads = [];
  #complete;
  /** @param complete whether the lane holds no claimable task now */
  constructor(complete) {
    this.#complete = complete;
  }
  /** @param read reads the first `limit` claimable tasks of the lane, in order */
  first(read2) {
    if (this.#heads.length === 0 && !this.#complete) {
      this.#heads = read2(HEADS_KEPT);
      this.#complete = this.#heads.length < HEADS_KEPT;
    }
    return this.#heads[0];
  }
  /**
   * The heads in memory, the first of the lane among them. When they are not all of the lane, nothing of it comes before
   * the last of them but they themselves.
   * @param read as for `first`
   */
  known(read2) {
    this.first(read2);
    return { heads: this.#heads, complete: this.#complete };
  }
  insert(head) {
    const last = this.#heads.at(-1);
    if (!this.#complete && (last === void 0 || isBefore(last, head))) return;
    let at = this.#heads.length;
    for (let before = this.#heads[at - 1]; before !== void 0 && isBefore(head, before); before = this.#heads[at - 1])
      at -= 1;
    this.#heads.splice(at, 0, head);
    if (this.#heads.length <= HEADS_KEPT) return;
    this.#heads.pop();
    this.#complete = false;
  }
  remove(seq) {
    if (this.#heads[0]?.seq === seq) {
      this.#heads.shift();
      return;
    }
    const at = this.#heads.findIndex((head) => head.seq === seq);
    if (at !== -1) this.#heads.splice(at, 1);
  }
  forget() {
    this.#heads = [];
    this.#complete = false;
  }
};
function isBefore(a, b) {
  return a.orderKey < b.orderKey || a.orderKey === b.orderKey && a.seq < b.seq;
}

// src/store/sqlite/lanes.ts
function isFull2(group) {
  return group !== void 0 && group.running >= group.max;
}
var LaneTable = class {
  #classes = /* @__PURE__ */ new Map();
  #groups = /* @__PURE__ */ new Map();
  #submitters = /* @__PURE__ */ new Map();
  #lanes = /* @__PURE__ */ new Map();
  #byId = /* @__PURE__ */ new Map();
  #ready = /* @__PURE__ */ new Set();
  #totals = emptyCounts();
  #sql;
  #lastClass = 0;
  #lastLane = 0;
  constructor(db) {
    this.#sql = {
      readClasses: db.prepare("SELECT id, needs FROM fit_class"),
      readGroups: db.prepare("SELECT key, max FROM concurrency_group"),
      readLanes: db.prepare("SELECT id, fit_class, submitter, priority, group_key FROM lane"),
      readCounts: db.prepare("SELECT lane, state, count(*) AS tasks FROM task GROUP BY lane, state"),
      addClass: db.prepare("INSERT INTO fit_class(id, needs) VALUES (?, ?)"),
      addLane: db.prepare("INSERT INTO lane(id, fit_class, submitter, priority, group_key) VALUES (?, ?, ?, ?, ?)"),
      saveGroup: db.prepare(
        "INSERT INTO concurrency_group(key, max) VALUES (?, ?) ON CONFLICT DO UPDATE SET max = excluded.max"
      ),
      dropClass: db.prepare("DELETE FROM fit_class WHERE id = ?"),
      dropGroup: db.prepare("DELETE FROM concurrency_group WHERE key = ?"),
      dropLane: db.prepare("DELETE FROM lane WHERE id = ?")
    };
    this.#load();
  }
  /** Lanes that hold tasks in state ready, held ones included. */
  get ready() {
    return this.#ready;
  }
  /** How many tasks are in each state. */
  get totals() {
    return this.#totals;
  }
  all() {
    return this.#byId.values();
  }
  get(id) {
    const lane = this.#byId.get(id);
    if (lane === void 0) throw new Error(`lane ${String(id)} is not in memory`);
    return lane;
  }
  /** The lane of a new task, made when it is the first of its kind. The newest `max` of a group is the one that counts. */
  intern(change, needs, submitterName, priority, wanted) {
    const classKey = fitClassKey(needs);
    const group = wanted === void 0 ? void 0 : this.#internGroup(change, wanted);
    const key = laneKey(classKey, submitterName, priority, group?.key);
    const known = this.#lanes.get(key);
    if (known !== void 0) return known;
    const fitClass = this.#internClass(change, classKey, needs);
    const id = this.#lastLane + 1;
    this.#sql.addLane.run(id, fitClass.id, submitterName, priority, group?.key ?? null);
    this.#lastLane = id;
    const lane = this.#addLane(id, key, fitClass, submitterName, priority, group);
    change.onUndo(() => this.#removeLane(lane));
    return lane;
  }
  /** Notes that a task entered a state (`from` undefined: it is new) or is gone (`to` undefined). */
  move(change, lane, from, to) {
    this.#count(lane, from, to);
    change.onUndo(() => {
      this.#count(lane, to, from);
      lane.heads.forget();
    });
  }
  /** Drops a lane that holds no task any more, and what only it used. */
  dropIfEmpty(change, lane) {
    if (lane.counts.some((tasks) => tasks > 0)) return;
    this.#sql.dropLane.run(lane.id);
    this.#removeLane(lane);
    change.onUndo(() => this.#restoreLane(lane));
    if (lane.fitClass.lanes === 0) {
      this.#sql.dropClass.run(lane.fitClass.id);
      this.#classes.delete(lane.fitClass.key);
      change.onUndo(() => this.#classes.set(lane.fitClass.key, lane.fitClass));
    }
    const { group } = lane;
    if (group?.lanes.size !== 0) return;
    this.#sql.dropGroup.run(group.key);
    this.#groups.delete(group.key);
    change.onUndo(() => this.#groups.set(group.key, group));
  }
  #internClass(change, key, needs) {
    const known = this.#classes.get(key);
    if (known !== void 0) return known;
    const fitClass = { id: this.#lastClass + 1, key, needs, lanes: 0 };
    this.#sql.addClass.run(fitClass.id, JSON.stringify(needs));
    this.#lastClass = fitClass.id;
    this.#classes.set(key, fitClass);
    change.onUndo(() => this.#classes.delete(key));
    return fitClass;
  }
  #internGroup(change, wanted) {
    const known = this.#groups.get(wanted.key);
    if (known?.max === wanted.max) return known;
    this.#sql.saveGroup.run(wanted.key, wanted.max);
    if (known !== void 0) {
      const before = known.max;
      known.max = wanted.max;
      change.onUndo(() => {
        known.max = before;
      });
      return known;
    }
    const group = { ...wanted, running: 0, lanes: /* @__PURE__ */ new Set() };
    this.#groups.set(group.key, group);
    change.onUndo(() => this.#groups.delete(group.key));
    return group;
  }
  #addLane(id, key, fitClass, submitterName, priority, group) {
    const submitter = this.#submitters.get(submitterName) ?? { name: submitterName, running: 0, lanes: 0 };
    const counts = emptyCounts();
    const lane = { id, key, fitClass, submitter, priority, group, counts, heads: new ReadyHeads(true) };
    this.#restoreLane(lane);
    return lane;
  }
  #restoreLane(lane) {
    this.#lanes.set(lane.key, lane);
    this.#byId.set(lane.id, lane);
    this.#submitters.set(lane.submitter.name, lane.submitter);
    lane.submitter.lanes += 1;
    lane.fitClass.lanes += 1;
    lane.group?.lanes.add(lane);
  }
  #removeLane(lane) {
    this.#lanes.delete(lane.key);
    this.#byId.delete(lane.id);
    lane.submitter.lanes -= 1;
    if (lane.submitter.lanes === 0) this.#submitters.delete(lane.submitter.name);
    lane.fitClass.lanes -= 1;
    lane.group?.lanes.delete(lane);
  }
  #count(lane, from, to) {
    if (from !== void 0) this.#add(lane, from, -1);
    if (to !== void 0) this.#add(lane, to, 1);
  }
  #add(lane, state, tasks) {
    const now = (lane.counts[state] ?? 0) + tasks;
    lane.counts[state] = now;
    this.#totals[state] = (this.#totals[state] ?? 0) + tasks;
    if (state === STATE.running) {
      lane.submitter.running += tasks;
      if (lane.group !== void 0) lane.group.running += tasks;
    }
    if (state !== STATE.ready) return;
    if (now > 0) this.#ready.add(lane);
    else this.#ready.delete(lane);
  }
  #load() {
    const classes = /* @__PURE__ */ new Map();
    for (const row of this.#sql.readClasses.all()) {
      const needs = JSON.parse(row.needs);
      const fitClass = { id: row.id, key: fitClassKey(needs), needs, lanes: 0 };
      classes.set(row.id, fitClass);
      this.#classes.set(fitClass.key, fitClass);
      this.#lastClass = Math.max(this.#lastClass, row.id);
    }
    for (const { key, max } of this.#sql.readGroups.all())
      this.#groups.set(key, { key, max, running: 0, lanes: /* @__PURE__ */ new Set() });
    for (const row of this.#sql.readLanes.all()) {
      const fitClass = classes.get(row.fit_class);
      if (fitClass === void 0) throw new Error(`lane ${String(row.id)} names an unknown fit class`);
      const group = row.group_key === null ? void 0 : this.#groups.get(row.group_key);
      const key = laneKey(fitClass.key, row.submitter, row.priority, group?.key);
      this.#addLane(row.id, key, fitClass, row.submitter, row.priority, group);
      this.#lastLane = Math.max(this.#lastLane, row.id);
    }
    for (const row of this.#sql.readCounts.all()) {
      const lane = this.get(row.lane);
      this.#add(lane, row.state, row.tasks);
      lane.heads.forget();
    }
  }
};
function laneKey(classKey, submitter, priority, group) {
  const own = `${classKey}
${String(priority)}
${String(submitter.length)}
${submitter}`;
  return group === void 0 ? own : `${own}
${group}`;
}
function emptyCounts() {
  return new Array(STATE_COUNT).fill(0);
}

// src/store/sqlite/recent-tasks.ts
var MOST = 4096;
var LONGEST = 4096;
var RecentTasks = class {
  #kept = /* @__PURE__ */ new Map();
  keep(change, row, body, spec) {
    this.#kept.delete(row.seq);
    if (body.length > LONGEST) return;
    if (this.#kept.size >= MOST) this.#forgetOldest();
    this.#kept.set(row.seq, { row, body, spec });
    change.onUndo(() => this.forget(row.seq));
  }
  find(seq) {
    const kept = this.#kept.get(seq);
    if (kept === void 0) return void 0;
    kept.spec ??= parseSpec(kept.body);
    return { row: kept.row, body: kept.body, spec: kept.spec };
  }
  forget(seq) {
    this.#kept.delete(seq);
  }
  forgetAll() {
    this.#kept.clear();
  }
  #forgetOldest() {
    const [oldest] = this.#kept.keys();
    if (oldest !== void 0) this.#kept.delete(oldest);
  }
};

// src/store/sqlite/statements.ts
var ROOM = " ".repeat(128);
var END_COLUMNS = "o.result, o.error, o.exit_code";
function prepareStatements(db) {
  return {
    ...homeStatements(db),
    ...taskStatements(db),
    ...transitionStatements(db),
    ...listStatements(db),
    ...historyStatements(db),
    ...nameStatements(db),
    ...pruneStatements(db),
    ...cronStatements(db)
  };
}
function homeStatements(db) {
  return {
    readHome: db.prepare("SELECT home_id, epoch, lsn, seq FROM home WHERE id = 1"),
    createHome: db.prepare("INSERT INTO home(id, home_id, epoch, lsn, seq, created_at) VALUES (1, ?, ?, 0, 0, ?)"),
    saveNumbers: db.prepare("UPDATE home SET lsn = ?, seq = ? WHERE id = 1"),
    saveEpoch: db.prepare("UPDATE home SET epoch = ? WHERE id = 1"),
    readRefusers: db.prepare("SELECT DISTINCT worker, policy_digest FROM refusal"),
    countNeeds: db.prepare("SELECT count(*) AS needs FROM need"),
    readRunning: db.prepare(
      "SELECT t.*, s.body ->> '$.idempotent' AS idempotent FROM task t JOIN spec s USING(seq) WHERE t.state = 3"
    )
  };
}
function taskStatements(db) {
  return {
    addTask: db.prepare(
      `INSERT INTO task(seq, epoch, state, lane, order_key, ready_at, due_at, queue_ms, total_at, retention_ms, pending,
         created_at, updated_at, room) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, '${ROOM}')`
    ),
    addSpec: db.prepare("INSERT INTO spec(seq, body) VALUES (?, ?)"),
    readRow: db.prepare("SELECT * FROM task WHERE seq = ?"),
    readSpec: db.prepare("SELECT body FROM spec WHERE seq = ?"),
    readTask: db.prepare("SELECT t.*, s.body FROM task t JOIN spec s USING(seq) WHERE t.seq = ?"),
    readFull: db.prepare(
      `SELECT t.*, s.body, ${END_COLUMNS} FROM task t JOIN spec s USING(seq) LEFT JOIN outcome o USING(seq) WHERE t.seq = ?`
    ),
    readHeads: db.prepare(
      `SELECT seq, order_key AS orderKey, ready_at AS readyAt FROM task WHERE lane = ? AND state = 2
         ORDER BY order_key, seq LIMIT ?`
    ),
    readUnrefusedHead: db.prepare(
      `SELECT seq, order_key AS orderKey, ready_at AS readyAt FROM task t WHERE lane = ?1 AND state = 2
         AND NOT EXISTS (SELECT 1 FROM refusal r WHERE r.seq = t.seq AND r.worker = ?2 AND r.policy_digest = ?3)
         ORDER BY order_key, seq LIMIT 1`
    ),
    readDue: db.prepare("SELECT * FROM task WHERE finished_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?"),
    readDelayedDue: db.prepare(
      "SELECT * FROM task WHERE finished_at IS NULL AND due_at <= ? AND state = 1 ORDER BY due_at LIMIT ?"
    ),
    followClock: db.prepare(
      `UPDATE task SET ready_at = ready_at - (updated_at - ?1), updated_at = ?1,
         due_at = CASE state WHEN 1 THEN min(ready_at - (updated_at - ?1), total_at) ELSE due_at END
       WHERE finished_at IS NULL AND due_at > ?1 AND state IN (0, 1) AND updated_at > ?1 + ?2`
    ),
    readNextDue: db.prepare("SELECT min(due_at) AS due_at FROM task WHERE finished_at IS NULL")
  };
}
function transitionStatements(db) {
  return {
    takeTask: db.prepare(
      `UPDATE task SET state = 3, fence = ?2, attempt = ?3, worker = ?4, request_id = ?5, lease_ms = ?6, started_at = ?7,
         updated_at = ?7, room = NULL WHERE seq = ?1`
    ),
    endTask: db.prepare(
      `UPDATE task SET state = ?2, reason = ?3, purge_at = ?4, finished_at = ?5, updated_at = ?5, settled = ?6
         WHERE seq = ?1`
    ),
    queueTask: db.prepare(
      `UPDATE task SET state = ?2, order_key = ?3, ready_at = ?4, due_at = ?5, pending = ?6, updated_at = ?7,
         finished_at = NULL, purge_at = NULL, reason = NULL, settled = 0 WHERE seq = ?1`
    ),
    saveBudgets: db.prepare("UPDATE task SET failures = ?2, lost = ?3 WHERE seq = ?1"),
    saveSpec: db.prepare("UPDATE spec SET body = ?2 WHERE seq = ?1"),
    savePending: db.prepare("UPDATE task SET pending = ?2 WHERE seq = ?1"),
    saveStop: db.prepare("UPDATE task SET stop = ?2, updated_at = ?3 WHERE seq = ?1"),
    saveDue: db.prepare("UPDATE task SET due_at = ?2 WHERE seq = ?1"),
    renewTask: db.prepare("UPDATE task SET failures = 0, lost = 0, stop = 0, total_at = ?2 WHERE seq = ?1")
  };
}
function listStatements(db) {
  const wanted = `(?3 IS NULL OR t.state IN (SELECT value FROM json_each(?3)))
    AND (?4 IS NULL OR t.lane IN (SELECT value FROM json_each(?4))) AND (?5 IS NULL OR t.worker = ?5)`;
  return {
    readRange: db.prepare(
      `SELECT t.* FROM task t WHERE t.seq < ?1 AND t.seq >= ?2 AND ${wanted} ORDER BY t.seq DESC LIMIT ?6`
    ),
    readMarked: db.prepare(
      `SELECT t.* FROM mark m JOIN task t USING(seq) WHERE m.name = ?7 AND m.seq < ?1 AND m.seq >= ?2 AND ${wanted}
         ORDER BY m.seq DESC LIMIT ?6`
    ),
    readFirstSeq: db.prepare("SELECT min(seq) AS seq FROM task"),
    addMark: db.prepare("INSERT INTO mark(name, seq) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    dropMark: db.prepare("DELETE FROM mark WHERE name = ? AND seq = ?")
  };
}
function historyStatements(db) {
  return {
    addOutcome: db.prepare("INSERT INTO outcome(seq, exit_code, result, error) VALUES (?, ?, ?, ?)"),
    readOutcome: db.prepare("SELECT exit_code, result, error FROM outcome WHERE seq = ?"),
    dropOutcome: db.prepare("DELETE FROM outcome WHERE seq = ?"),
    addAttempt: db.prepare(
      `INSERT INTO attempt(seq, fence, number, worker, started_at, ended_at, outcome, reason, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
    ),
    readAttempt: db.prepare("SELECT * FROM attempt WHERE seq = ? AND fence = ?"),
    readAttempts: db.prepare("SELECT * FROM attempt WHERE seq = ? ORDER BY fence"),
    dropAttempt: db.prepare("DELETE FROM attempt WHERE seq = ? AND fence = ?"),
    addRefusal: db.prepare(
      `INSERT INTO refusal(seq, worker, policy_digest, rule) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET rule = excluded.rule`
    ),
    readRefusals: db.prepare("SELECT worker, policy_digest AS policyDigest, rule FROM refusal WHERE seq = ?"),
    addNeed: db.prepare("INSERT INTO need(parent, child) VALUES (?, ?) ON CONFLICT DO NOTHING"),
    takeChildren: db.prepare("DELETE FROM need WHERE parent = ? RETURNING child"),
    dropNeed: db.prepare("DELETE FROM need WHERE parent = ? AND child = ?")
  };
}
function nameStatements(db) {
  return {
    findKey: db.prepare("SELECT epoch, seq, digest, until FROM idempotency WHERE submitter = ? AND key = ?"),
    saveKey: db.prepare(
      `INSERT INTO idempotency(submitter, key, epoch, seq, digest, until) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, digest = excluded.digest, until = excluded.until`
    ),
    dropOldKeys: db.prepare(
      `DELETE FROM idempotency WHERE (submitter, key) IN (
         SELECT i.submitter, i.key FROM idempotency i LEFT JOIN task t USING(seq)
          WHERE i.until <= ?1 AND (t.seq IS NULL OR t.finished_at IS NOT NULL) ORDER BY i.until LIMIT ?2)`
    ),
    findAlias: db.prepare(
      `SELECT a.seq, t.epoch, a.digest FROM alias a JOIN task t USING(seq)
         WHERE a.submitter = ? AND a.workflow = ? AND a.alias = ?`
    ),
    addAlias: db.prepare("INSERT INTO alias(submitter, workflow, alias, seq, digest) VALUES (?, ?, ?, ?, ?)"),
    dropAlias: db.prepare("DELETE FROM alias WHERE submitter = ? AND workflow = ? AND alias = ?")
  };
}
function pruneStatements(db) {
  return {
    readPurgeable: db.prepare(
      `SELECT t.*, s.body FROM task t JOIN spec s USING(seq) WHERE t.purge_at IS NOT NULL AND t.purge_at <= ?
         ORDER BY t.purge_at LIMIT ?`
    ),
    dropTask: db.prepare("DELETE FROM task WHERE seq = ?"),
    dropSpec: db.prepare("DELETE FROM spec WHERE seq = ?"),
    dropAttempts: db.prepare("DELETE FROM attempt WHERE seq = ?"),
    dropRefusals: db.prepare("DELETE FROM refusal WHERE seq = ?")
  };
}
function cronStatements(db) {
  return {
    saveCron: db.prepare(
      `INSERT INTO cron(name, expression, time_zone, template, next_at, paused) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET expression = excluded.expression, time_zone = excluded.time_zone,
           template = excluded.template, next_at = excluded.next_at, paused = excluded.paused`
    ),
    readCron: db.prepare("SELECT * FROM cron WHERE name = ?"),
    readCrons: db.prepare("SELECT * FROM cron ORDER BY name"),
    moveCron: db.prepare("UPDATE cron SET next_at = ?2, fired_at = ?3 WHERE name = ?1"),
    dropCron: db.prepare("DELETE FROM cron WHERE name = ?")
  };
}

// src/store/sqlite/home.ts
var Home2 = class {
  db;
  sql;
  clock;
  random;
  log;
  settings;
  homeId;
  epoch;
  lanes;
  leases;
  recent = new RecentTasks();
  /** `worker digest` pairs that turned at least one task down. */
  refusers;
  /** Rows of `need`; most homes have none, and then no end has to look for children. */
  needs;
  /** No task falls due by the wall clock before this instant. */
  quietUntil;
  /** No task that waits was written after this instant. */
  waitedAt = Infinity;
  #lsn;
  #seq;
  #saved;
  /** @param reached how far a home is known to have come; a file behind that is an old copy, and starts a new epoch (R16) */
  constructor(db, deps, reached) {
    this.db = db;
    this.clock = deps.clock;
    this.random = deps.random;
    this.log = deps.log;
    this.settings = deps.settings;
    this.sql = prepareStatements(db);
    const row = this.#readOrCreate();
    this.homeId = row.home_id;
    this.#lsn = row.lsn;
    this.#seq = row.seq;
    this.#saved = { lsn: row.lsn, seq: row.seq };
    this.epoch = this.#checkEpoch(row, reached(this.homeId));
    this.lanes = new LaneTable(db);
    this.leases = new LeaseTable(() => this.clock.mono(), this.settings.renewEveryMs / 2);
    this.refusers = new Set(
      this.sql.readRefusers.all().map(
        (refusal) => refuserKey(refusal.worker, refusal.policy_digest)
      )
    );
    this.needs = this.sql.countNeeds.get().needs;
    this.quietUntil = 0;
    this.#adoptRunning();
  }
  /** The last number of the log, which only grows within an epoch. */
  get lsn() {
    return this.#lsn;
  }
  get lastSeq() {
    return this.#seq;
  }
  /** Grows with every grant, over all tasks. One that is not committed in the end was never seen by anybody. */
  nextFence(change) {
    this.#lsn += 1;
    change.onUndo(() => {
      this.#lsn -= 1;
    });
    return makeFence(this.epoch, this.#lsn);
  }
  nextSeq(change) {
    this.#seq += 1;
    change.onUndo(() => {
      this.#seq -= 1;
    });
    return this.#seq;
  }
  idOf(row) {
    return taskIdOf(this, row);
  }
  /** Writes the numbers given out in this group. */
  saveNumbers() {
    if (this.#lsn === this.#saved.lsn && this.#seq === this.#saved.seq) return;
    this.sql.saveNumbers.run(this.#lsn, this.#seq);
    this.#saved = { lsn: this.#lsn, seq: this.#seq };
  }
  /** A group was rolled back: the numbers in the file are older than those given out. */
  forgetSaved() {
    this.#saved = { lsn: -1, seq: -1 };
  }
  noteDue(at) {
    if (at < this.quietUntil) this.quietUntil = at;
  }
  noteWait(state, now) {
    if (waits(state)) this.waitedAt = Math.max(this.waitedAt, now);
  }
  #readOrCreate() {
    const row = this.sql.readHome.get();
    if (row !== void 0) return row;
    const created = { home_id: homeIdFromBytes(this.random.bytes(10)), epoch: 1, lsn: 0, seq: 0 };
    this.sql.createHome.run(created.home_id, created.epoch, this.clock.now());
    return created;
  }
  #checkEpoch(row, reached) {
    const isNew = row.lsn === 0 && row.seq === 0;
    if (reached === void 0 ? isNew : !isBehind(row, reached)) return row.epoch;
    const epoch = Math.max(row.epoch, reached?.epoch ?? 0) + 1;
    makeFence(epoch, 1);
    this.sql.saveEpoch.run(epoch);
    this.log.warn("store.epoch_raised", { homeId: row.home_id, epoch, why: "the queue was put back from a copy" });
    return epoch;
  }
  /** Whoever was running before a restart gets a full fresh lease. */
  #adoptRunning() {
    const running = this.sql.readRunning.all();
    for (const row of running) {
      if (row.worker === null || row.request_id === null || row.lease_ms === null || row.state !== STATE.running)
        throw new RunnerMeshError("store_corrupt", `Task ${this.idOf(row)} runs without a worker.`);
      this.leases.grant({
        seq: row.seq,
        fence: row.fence,
        worker: row.worker,
        requestId: row.request_id,
        leaseMs: row.lease_ms,
        idempotent: row.idempotent === 1,
        stop: row.stop !== STOP.none
      });
    }
  }
};
function isBehind(row, reached) {
  return row.epoch < reached.epoch || row.epoch === reached.epoch && row.lsn < reached.lsn;
}
function refuserKey(worker, policyDigest) {
  return `${worker} ${policyDigest}`;
}

// src/store/sqlite/transitions.ts
function requeue(home, change, row, to, now) {
  const due = dueAt(to.state, to.readyAt, row);
  home.recent.forget(row.seq);
  home.sql.queueTask.run(row.seq, to.state, to.orderKey, to.readyAt, due, to.pending, now);
  home.noteDue(due);
  home.noteWait(to.state, now);
  shift(home, change, row, to.state, { seq: row.seq, orderKey: to.orderKey, readyAt: to.readyAt });
}
function shift(home, change, row, to, head) {
  const lane = home.lanes.get(row.lane);
  const wasFull = isFull2(lane.group);
  if (row.state === STATE.running) {
    const lease = home.leases.end(row.seq);
    if (lease !== void 0) change.onUndo(() => home.leases.restore(lease));
  }
  if (row.state === STATE.ready) lane.heads.remove(row.seq);
  home.lanes.move(change, lane, row.state, to);
  if (to === STATE.ready && head !== void 0) offer(change, lane, head);
  if (wasFull && !isFull2(lane.group)) wakeHeld(change, lane.group);
  change.changed.push(home.idOf(row));
}
function offer(change, lane, head) {
  lane.heads.insert(head);
  if (!isFull2(lane.group)) change.ready.push(lane.fitClass.needs);
}
function wakeHeld(change, group) {
  const classes = new Set(
    [...group?.lanes ?? []].filter((lane) => (lane.counts[STATE.ready] ?? 0) > 0).map((lane) => lane.fitClass)
  );
  for (const { needs } of classes) change.ready.push(needs);
}
function end(home, change, row, how, now) {
  const ended2 = [home.idOf(row)];
  const ending = [];
  endOne(home, change, row, how, now, ending);
  for (let next = ending.pop(); next !== void 0; next = ending.pop()) {
    const waiting = home.sql.readRow.get(next.seq);
    if (isEnded(waiting.state)) continue;
    endOne(home, change, waiting, next.how, now, ending);
    ended2.push(home.idOf(waiting));
  }
  return ended2;
}
function endOne(home, change, row, how, now, ending) {
  const { sql } = home;
  if (row.state === STATE.blocked) dropNeeds(home, change, row);
  const settled = how.settled === true ? 1 : 0;
  home.recent.forget(row.seq);
  sql.endTask.run(row.seq, stateOf(how.status), how.reason ?? null, now + row.retention_ms, now, settled);
  if (how.exitCode !== void 0 || how.result !== void 0 || how.error !== void 0) {
    const result = how.result === void 0 ? null : JSON.stringify(how.result);
    sql.addOutcome.run(row.seq, how.exitCode ?? null, result, how.error ?? null);
  }
  shift(home, change, row, stateOf(how.status));
  for (const seq of takeChildren(home, change, row.seq)) {
    if (how.status === "completed") release(home, change, seq, now);
    else ending.push({ seq, how: dependencyFailed(home.idOf(row)) });
  }
}
function takeChildren(home, change, parent) {
  if (home.needs === 0) return [];
  const children = home.sql.takeChildren.all(parent);
  countNeeds(home, change, -children.length);
  return children.map(({ child }) => child);
}
function release(home, change, seq, now) {
  const child = home.sql.readRow.get(seq);
  const pending = child.pending - 1;
  if (pending > 0) {
    home.recent.forget(child.seq);
    home.sql.savePending.run(child.seq, pending);
    return;
  }
  const { priority } = home.lanes.get(child.lane);
  requeue(home, change, child, queuedAt(Math.max(child.ready_at, now), priority, now), now);
}
function dropNeeds(home, change, child) {
  const spec = parseSpec(home.sql.readSpec.get(child.seq).body);
  for (const need of new Set(spec.needs)) {
    const parent = findTaskIdParts(need);
    if (parent !== void 0) countNeeds(home, change, -Number(home.sql.dropNeed.run(parent.seq, child.seq).changes));
  }
}
function countNeeds(home, change, added) {
  if (added === 0) return;
  home.needs += added;
  change.onUndo(() => {
    home.needs -= added;
  });
}
function recordAttempt(home, row, how, now) {
  home.sql.addAttempt.run(
    row.seq,
    row.fence,
    row.attempt,
    row.worker,
    row.started_at,
    now,
    how.outcome,
    how.reason ?? null,
    how.error ?? null
  );
}

// src/store/sqlite/settle.ts
function readTask(home, taskId) {
  const found = findTask(home, taskId);
  return found === void 0 ? void 0 : toTask(home, found.row, found.spec, found.ending);
}
function settle(home, change, settlements, now) {
  return settlements.map((settlement) => settleOne(home, change, settlement, now));
}
function settleOne(home, change, settlement, now) {
  const found = findTask(home, settlement.taskId);
  if (found === void 0) return { outcome: "unknown" };
  const { row, spec } = found;
  if (row.worker !== null && settlement.isWorker?.(row.worker) === false) return { outcome: "fenced" };
  const verdict = judgeSettlement(factsOf(home, row, spec, settlement), settlement);
  if (verdict.outcome !== "settled") {
    return { outcome: verdict.outcome, task: toTask(home, row, spec, found.ending) };
  }
  if (verdict.next.kind === "end") {
    return { outcome: "settled", task: endBy(home, change, row, spec, settlement, verdict.next, now) };
  }
  retry(home, change, row, settlement, now);
  const after = home.sql.readRow.get(row.seq);
  return { outcome: "settled", task: toTask(home, after, spec) };
}
function factsOf(home, row, spec, settlement) {
  return {
    stage: row.state === STATE.running ? "running" : isEnded(row.state) ? "ended" : "queued",
    latestFence: row.fence,
    settledBefore: hasSettled(home, row, settlement.fence),
    stop: stopCause(row),
    failures: row.failures,
    maxFailures: spec.maxFailures,
    retryOn: spec.retryOn
  };
}
function hasSettled(home, row, fence) {
  if (row.fence === fence && (row.state === STATE.running || row.settled === 1)) return row.settled === 1;
  const attempt3 = home.sql.readAttempt.get(row.seq, fence);
  return attempt3 !== void 0 && attempt3.outcome !== "lost" && attempt3.outcome !== "released";
}
function endBy(home, change, row, spec, settlement, next, now) {
  const ending = {
    ...settlement.result === void 0 ? {} : { result: settlement.result },
    ...settlement.error === void 0 ? {} : { error: settlement.error },
    ...settlement.exitCode === void 0 ? {} : { exitCode: settlement.exitCode }
  };
  if (row.state !== STATE.running) home.sql.dropAttempt.run(row.seq, settlement.fence);
  const failures = next.status === "failed" ? row.failures + 1 : row.failures;
  if (failures !== row.failures) home.sql.saveBudgets.run(row.seq, failures, row.lost);
  end(home, change, row, { ...next, ...ending, settled: true }, now);
  const state = stateOf(next.status);
  const after = { ...row, state, failures, reason: next.reason ?? null, updated_at: now, finished_at: now };
  return toTask(home, after, spec, ending);
}
function retry(home, change, row, settlement, now) {
  const failures = row.failures + 1;
  recordAttempt(
    home,
    row,
    {
      outcome: "failed",
      reason: settlement.reason ?? "exit",
      ...settlement.error === void 0 ? {} : { error: settlement.error }
    },
    now
  );
  home.sql.saveBudgets.run(row.seq, failures, row.lost);
  backOff(home, change, row, failures, now);
}
function backOff(home, change, row, failures, now) {
  const { priority } = home.lanes.get(row.lane);
  const readyAt = now + backoffMs(failures, home.random.unit());
  requeue(home, change, row, queuedAt(readyAt, priority, now), now);
}
function findTask(home, taskId) {
  const parts = findTaskIdParts(taskId);
  if (parts?.home !== home.homeId) return void 0;
  const recent = home.recent.find(parts.seq);
  if (recent?.row.epoch === parts.epoch) return { ...recent, ending: {} };
  const row = home.sql.readFull.get(parts.seq);
  return row?.epoch === parts.epoch ? { row, spec: parseSpec(row.body), ending: endingOf(row) } : void 0;
}
function findRow(home, taskId) {
  const parts = findTaskIdParts(taskId);
  if (parts?.home !== home.homeId) return void 0;
  const row = home.sql.readRow.get(parts.seq);
  return row?.epoch === parts.epoch ? row : void 0;
}

// src/store/sqlite/give-back.ts
function release2(home, change, taskId, fence, now) {
  return giveBack(home, change, taskId, fence, { outcome: "released" }, now);
}
function refuse(home, change, taskId, fence, refusal, now) {
  const { worker, policyDigest, rule } = refusal;
  const given = giveBack(home, change, taskId, fence, { outcome: "released", reason: "policy", error: rule }, now);
  if (!given) return false;
  home.sql.addRefusal.run(findTaskIdParts(taskId)?.seq ?? 0, worker, policyDigest, rule);
  const key = refuserKey(worker, policyDigest);
  if (!home.refusers.has(key)) {
    home.refusers.add(key);
    change.onUndo(() => home.refusers.delete(key));
  }
  return true;
}
function giveBack(home, change, taskId, fence, how, now) {
  const row = findRow(home, taskId);
  if (row?.state !== STATE.running || row.fence !== fence) return false;
  recordAttempt(home, row, how, now);
  const stop = stopCause(row);
  if (stop === "none") reoffer(home, change, row, now);
  else end(home, change, row, stopped(stop), now);
  return true;
}
function reoffer(home, change, row, now) {
  requeue(home, change, row, { state: STATE.ready, readyAt: now, orderKey: row.order_key, pending: 0 }, now);
}
function cancel(home, change, taskId, now) {
  const row = findRow(home, taskId);
  if (row === void 0) return "unknown";
  if (isEnded(row.state)) return "terminal";
  if (row.state !== STATE.running) {
    end(home, change, row, stopped("cancel"), now);
    return "cancelled";
  }
  if (row.stop === STOP.none) requestStop(home, change, row, STOP.cancel, now);
  return "requested";
}
function requestStop(home, change, row, stop, now) {
  home.recent.forget(row.seq);
  home.sql.saveStop.run(row.seq, stop, now);
  const lease = home.leases.find(row.seq);
  if (lease !== void 0) {
    const before = lease.stop;
    lease.stop = true;
    change.onUndo(() => {
      lease.stop = before;
    });
  }
  change.changed.push(home.idOf(row));
}
function resubmit(home, change, taskId, now, envelope) {
  const row = findRow(home, taskId);
  if (row === void 0 || row.state !== STATE.failed && row.state !== STATE.cancelled) return false;
  const { body } = home.sql.readSpec.get(row.seq);
  const spec = parseSpec(body);
  const parents = row.fence > 0 ? [] : pendingParents(home, row, spec);
  keepLastAttempt(home, row);
  if (envelope !== void 0) home.sql.saveSpec.run(row.seq, JSON.stringify({ ...spec, envelope }));
  const renewed = { ...row, total_at: now + spec.clocks.totalMs };
  home.sql.renewTask.run(row.seq, renewed.total_at);
  for (const parent of parents) home.sql.addNeed.run(parent.seq, row.seq);
  countNeeds(home, change, parents.length);
  const { priority } = home.lanes.get(row.lane);
  const queued = queuedAt(now, priority, now);
  const blocked = parents.length > 0;
  requeue(home, change, renewed, blocked ? { ...queued, state: STATE.blocked, pending: parents.length } : queued, now);
  return true;
}
function keepLastAttempt(home, row) {
  const outcome = home.sql.readOutcome.get(row.seq);
  home.sql.dropOutcome.run(row.seq);
  if (row.settled === 0) return;
  const how = row.state === STATE.failed ? "failed" : "cancelled";
  const { reason } = row;
  recordAttempt(
    home,
    row,
    {
      outcome: how,
      ...reason === null ? {} : { reason },
      ...outcome?.error == null ? {} : { error: outcome.error }
    },
    row.finished_at ?? row.updated_at
  );
}
function pendingParents(home, row, spec) {
  const parents = [...new Set(spec.needs)].map((need) => {
    const parent = findRow(home, need);
    if (parent === void 0 || parent.state === STATE.failed || parent.state === STATE.cancelled) {
      throw new RunnerMeshError(
        "invalid_transition",
        `Task ${home.idOf(row)} needs task ${need}, which did not complete. Resubmit that one first.`
      );
    }
    return parent;
  });
  return parents.filter((parent) => parent.state !== STATE.completed);
}

// src/store/sqlite/sweep.ts
var SWEEP_ROWS = 200;
var CLOCK_STEP_MS = 1e3;
function sweepDue(home, change, now) {
  const swept = nothingSwept();
  followClock(home, change, now);
  if (home.quietUntil > now) return swept;
  const rows = home.sql.readDue.all(now, SWEEP_ROWS);
  for (const { seq } of rows.toSorted(byInstant)) {
    const row = home.sql.readRow.get(seq);
    if (!isEnded(row.state)) fallDue(home, change, row, now, swept);
  }
  if (rows.length === SWEEP_ROWS) return { ...swept, more: true };
  setQuietUntil(home, change);
  return swept;
}
function followClock(home, change, now) {
  const { waitedAt } = home;
  if (waitedAt <= now + CLOCK_STEP_MS) return;
  const { totals } = home.lanes;
  const isAnyWaiting = (totals[STATE.blocked] ?? 0) + (totals[STATE.delayed] ?? 0) > 0;
  const tasks = isAnyWaiting ? Number(home.sql.followClock.run(now, CLOCK_STEP_MS).changes) : 0;
  home.waitedAt = now;
  change.onUndo(() => {
    home.waitedAt = waitedAt;
  });
  if (tasks === 0) return;
  home.recent.forgetAll();
  home.quietUntil = 0;
  home.log.warn("store.clock_set_back", { tasks });
}
function byInstant(a, b) {
  const at = (row) => row.state === STATE.running ? row.total_at : row.due_at;
  return at(a) - at(b) || a.seq - b.seq;
}
function setQuietUntil(home, change) {
  const { due_at: next } = home.sql.readNextDue.get();
  const before = home.quietUntil;
  home.quietUntil = next ?? Infinity;
  change.onUndo(() => {
    home.quietUntil = Math.min(before, home.quietUntil);
  });
}
function fallDue(home, change, row, now, swept) {
  if (row.state === STATE.running) {
    overrun(home, change, row, now, swept);
    return;
  }
  const how = queueTimeout(row, now);
  if (how !== void 0) {
    swept.ended.push(...end(home, change, row, how, now));
  } else if (row.state === STATE.delayed) {
    promote(home, change, row, now);
    swept.ready.push(home.idOf(row));
  } else {
    saveDue(home, row.seq, dueAt(row.state, row.ready_at, row));
  }
}
function overrun(home, change, row, now, swept) {
  if (row.total_at > now || row.stop !== STOP.none) {
    saveDue(home, row.seq, row.stop === STOP.none ? row.total_at : Number.MAX_SAFE_INTEGER);
    return;
  }
  saveDue(home, row.seq, Number.MAX_SAFE_INTEGER);
  requestStop(home, change, row, STOP.totalTime, now);
  const lease = home.leases.find(row.seq);
  if (lease?.suspect === true) loseLease(home, change, lease, now, swept);
}
function promote(home, change, row, now) {
  const { priority } = home.lanes.get(row.lane);
  requeue(home, change, row, queuedAt(row.ready_at, priority, now), now);
}
function promoteDelayed(home, change, now) {
  if (home.quietUntil > now) return;
  const rows = home.sql.readDelayedDue.all(now, SWEEP_ROWS);
  for (const row of rows) if (row.total_at > now) promote(home, change, row, now);
  if (rows.length < SWEEP_ROWS) setQuietUntil(home, change);
}
function sweepLeases(home, change, now) {
  const swept = nothingSwept();
  if (notePause(home)) return swept;
  for (const lease of home.leases.ended()) loseLease(home, change, lease, now, swept);
  return swept;
}
function notePause(home) {
  const pausedMs = home.leases.pulse();
  if (pausedMs === 0) return false;
  home.log.warn("store.paused", { pausedMs, leases: home.leases.size });
  return true;
}
function loseLease(home, change, lease, now, swept) {
  const row = home.sql.readTask.get(lease.seq);
  const taskId = home.idOf(row);
  const spec = parseSpec(row.body);
  const verdict = judgeLostLease({ ...spec, ...row, stop: stopCause(row), suspect: lease.suspect });
  if (verdict.kind === "suspect") {
    const { deadline } = lease;
    home.leases.suspect(lease, home.settings.lostGraceMs);
    change.onUndo(() => home.leases.trust(lease, deadline));
    change.changed.push(taskId);
    swept.suspect.push(taskId);
    return;
  }
  const reason = verdict.kind === "end" ? verdict.reason : void 0;
  const error = "Its runner stopped renewing the lease.";
  recordAttempt(home, row, { outcome: "lost", ...reason === void 0 ? {} : { reason }, error }, now);
  const failures = row.failures + (verdict.kind === "retry" ? 1 : 0);
  home.recent.forget(row.seq);
  home.sql.saveBudgets.run(row.seq, failures, row.lost + 1);
  if (verdict.kind === "end") {
    swept.ended.push(...end(home, change, row, verdict.status === "failed" ? { ...verdict, error } : verdict, now));
  } else if (verdict.kind === "retry") {
    backOff(home, change, row, failures, now);
  } else {
    reoffer(home, change, row, now);
    swept.ready.push(taskId);
  }
}
function saveDue(home, seq, due) {
  home.recent.forget(seq);
  home.sql.saveDue.run(seq, due);
}
function tellSweep(home, steps, now) {
  const dueMs = home.quietUntil === Infinity ? void 0 : home.quietUntil - now;
  return sweepOf(steps, [home.leases.nextEndMs(), dueMs]);
}

// src/store/sqlite/claim.ts
function claim(home, change, request, now) {
  const repeated = home.leases.ofRequest(request.worker, request.requestId);
  if (repeated.length > 0) return repeated.map((lease) => grantOf(home, lease.seq));
  promoteDelayed(home, change, now);
  const grants = [];
  const allowed = laneFilter(request);
  const headOf = headReader(home, request);
  while (grants.length < request.max) {
    const best = findBest(home, allowed, headOf);
    if (best === void 0) break;
    grants.push(take(home, change, best.lane, best.head, request, now));
  }
  return grants;
}
function findBest(home, allowed, headOf) {
  let best;
  for (const lane of home.lanes.ready) {
    if (!allowed(lane)) continue;
    const head = headOf(lane);
    if (head !== void 0 && (best === void 0 || isBefore(head, best.head))) best = { lane, head };
  }
  return best;
}
function laneFilter(request) {
  const fitting = /* @__PURE__ */ new Map();
  const cap = request.submitterCap ?? Infinity;
  return (lane) => {
    if (isFull2(lane.group) || lane.submitter.running >= cap) return false;
    let fits2 = fitting.get(lane.fitClass);
    if (fits2 === void 0) {
      fits2 = request.fits(lane.fitClass.needs);
      fitting.set(lane.fitClass, fits2);
    }
    return fits2;
  };
}
function headReader(home, request) {
  const { sql } = home;
  if (home.refusers.has(refuserKey(request.worker, request.policyDigest))) {
    return (lane) => sql.readUnrefusedHead.get(lane.id, request.worker, request.policyDigest);
  }
  return (lane) => lane.heads.first((limit) => sql.readHeads.all(lane.id, limit));
}
function take(home, change, lane, head, request, now) {
  const { worker, requestId } = request;
  const { row, body, spec } = home.recent.find(head.seq) ?? readTask2(home, head.seq);
  const leaseMs = leaseMsOf(request.leaseMs, spec.clocks);
  const { seq } = row;
  const fence = home.nextFence(change);
  const attempt3 = row.attempt + 1;
  home.sql.takeTask.run(seq, fence, attempt3, worker, requestId, leaseMs, now);
  const taken = {
    ...row,
    state: STATE.running,
    fence,
    attempt: attempt3,
    worker,
    request_id: requestId,
    lease_ms: leaseMs,
    started_at: now,
    updated_at: now
  };
  home.recent.keep(change, taken, body, spec);
  home.leases.grant({ seq, fence, worker, requestId, leaseMs, idempotent: spec.idempotent, stop: false });
  change.onUndo(() => home.leases.end(seq));
  lane.heads.remove(seq);
  home.lanes.move(change, lane, STATE.ready, STATE.running);
  change.changed.push(home.idOf(row));
  return { task: toTask(home, taken, spec), fence, attempt: attempt3, leaseMs };
}
function grantOf(home, seq) {
  const { row, spec } = readTask2(home, seq);
  return { task: toTask(home, row, spec), fence: row.fence, attempt: row.attempt, leaseMs: row.lease_ms ?? 0 };
}
function readTask2(home, seq) {
  const { body, ...row } = home.sql.readTask.get(seq);
  return { row, body, spec: parseSpec(body) };
}

// src/store/sqlite/counts.ts
function countQueue(home) {
  const { totals } = home.lanes;
  const of = (state) => totals[state] ?? 0;
  const claimable = [...home.lanes.ready].filter((lane) => !isFull2(lane.group));
  const held = of(STATE.ready) - sum(claimable, STATE.ready);
  const byStatus = {
    queued: of(STATE.blocked) + of(STATE.delayed) + of(STATE.ready),
    running: of(STATE.running),
    completed: of(STATE.completed),
    failed: of(STATE.failed),
    cancelled: of(STATE.cancelled)
  };
  const oldest = oldestReadyAt(home, claimable);
  const top = claimable.reduce((highest, { priority }) => Math.max(highest, priority), 0);
  return {
    byStatus,
    queuedByPhase: { blocked: of(STATE.blocked), delayed: of(STATE.delayed), held, ready: of(STATE.ready) - held },
    suspect: home.leases.suspects,
    ...oldest === void 0 ? {} : { oldestReadyAt: oldest },
    ...claimable.length === 0 ? {} : { topPriority: top },
    queuedByType: byType(home, [STATE.blocked, STATE.delayed, STATE.ready]),
    runningByType: byType(home, [STATE.running])
  };
}
function readyClasses(home) {
  const counts = /* @__PURE__ */ new Map();
  const left = /* @__PURE__ */ new Map();
  for (const { fitClass, group, counts: tasks } of home.lanes.ready) {
    let claimable = tasks[STATE.ready] ?? 0;
    if (group !== void 0) {
      const slots = left.get(fitClass) ?? /* @__PURE__ */ new Map();
      const free = slots.get(group) ?? Math.max(0, group.max - group.running);
      claimable = Math.min(claimable, free);
      left.set(fitClass, slots.set(group, free - claimable));
    }
    if (claimable > 0) counts.set(fitClass, (counts.get(fitClass) ?? 0) + claimable);
  }
  return [...counts].map(([{ needs }, count]) => ({ needs, count }));
}
function sum(lanes, state) {
  return lanes.reduce((tasks, lane) => tasks + (lane.counts[state] ?? 0), 0);
}
function oldestReadyAt(home, lanes) {
  let oldest;
  for (const lane of lanes) {
    const head = lane.heads.first((limit) => home.sql.readHeads.all(lane.id, limit));
    if (head !== void 0 && (oldest === void 0 || head.readyAt < oldest)) oldest = head.readyAt;
  }
  return oldest;
}
function byType(home, states) {
  const counts = {};
  for (const lane of home.lanes.all()) {
    const tasks = states.reduce((total, state) => total + (lane.counts[state] ?? 0), 0);
    const type = lane.fitClass.needs.taskType;
    if (tasks > 0) counts[type] = (counts[type] ?? 0) + tasks;
  }
  return counts;
}

// src/store/sqlite/submit-names.ts
function findNamed(home, task, digest, now) {
  const byKey = task.idempotencyKey === void 0 ? void 0 : findKey(home, task.submitter, task.idempotencyKey, now);
  const byAlias = task.alias === void 0 ? void 0 : findAlias(home, task.submitter, task.workflowId, task.alias);
  return repeatedTask(home, task, digest, { byKey, byAlias });
}
function remember2(home, task, made, digest, now) {
  if (task.idempotencyKey !== void 0) {
    const until = now + home.settings.keyTtlMs;
    home.sql.saveKey.run(task.submitter, task.idempotencyKey, made.epoch, made.seq, digest, until);
  }
  if (task.alias !== void 0) {
    home.sql.addAlias.run(task.submitter, task.workflowId ?? "", task.alias, made.seq, digest);
  }
}
function findKey(home, submitter, key, now) {
  const row = home.sql.findKey.get(submitter, key);
  if (row === void 0 || row.until > now) return row;
  const task = home.sql.readRow.get(row.seq);
  return task === void 0 || isEnded(task.state) ? void 0 : row;
}
function findAlias(home, submitter, workflowId, alias) {
  return home.sql.findAlias.get(submitter, workflowId ?? "", alias);
}

// src/store/sqlite/submit.ts
function submit(home, change, tasks, now) {
  const before = home.lastSeq;
  return tasks.map((task) => submitOne(home, change, task, now, before));
}
function submitOne(home, change, task, now, before) {
  const digest = task.idempotencyKey === void 0 && task.alias === void 0 ? void 0 : contentDigest(task);
  const named = digest === void 0 ? void 0 : findNamed(home, task, digest, now);
  if (named !== void 0) return { id: named, created: false };
  refuseBeyondCap(home);
  const parents = findParents(home, task.needs, before);
  const pending = parents.filter((parent) => parent.state !== STATE.completed).length;
  const inserted = insert(home, change, task, pending, now);
  if (digest !== void 0) remember2(home, task, inserted, digest, now);
  if (pending > 0) waitForParents(home, change, inserted, parents, now);
  return { id: home.idOf(inserted), created: true };
}
function refuseBeyondCap(home) {
  const { totals } = home.lanes;
  let unfinished = 0;
  for (const state of [STATE.blocked, STATE.delayed, STATE.ready, STATE.running]) unfinished += totals[state] ?? 0;
  if (unfinished < home.settings.maxUnfinished) return;
  throw new RunnerMeshError(
    "queue_full",
    `This home holds ${String(unfinished)} unfinished tasks, its limit. Submit again when some have ended.`
  );
}
function findParents(home, needs, before) {
  return [...new Set(needs)].map((need) => {
    const { home: homeId, epoch, seq } = getTaskIdParts(need);
    const row = homeId === home.homeId ? home.sql.readRow.get(seq) : void 0;
    if (homeId === home.homeId && epoch === home.epoch && seq > before && seq <= home.lastSeq + 1) {
      throw new RunnerMeshError(
        "dependency_cycle",
        `Task ${need} is part of this very submit. Name only tasks that were accepted before.`
      );
    }
    if (row?.epoch !== epoch) {
      throw new RunnerMeshError("task_not_found", `The needed task ${need} is not known here. Submit it here first.`);
    }
    return row;
  });
}
function insert(home, change, task, pending, now) {
  const lane = home.lanes.intern(change, task.requirements, task.submitter, task.priority, task.group);
  const queued = queuedAt(Math.max(now, task.notBefore ?? now), task.priority, now);
  const state = pending > 0 ? STATE.blocked : queued.state;
  const totalAt = now + task.clocks.totalMs;
  const due = dueAt(state, queued.readyAt, { queue_ms: task.clocks.queueMs, total_at: totalAt });
  const seq = home.nextSeq(change);
  const row = newRow({
    seq,
    epoch: home.epoch,
    state,
    lane: lane.id,
    order_key: queued.orderKey,
    ready_at: queued.readyAt,
    due_at: due,
    queue_ms: task.clocks.queueMs,
    total_at: totalAt,
    retention_ms: task.retentionMs,
    pending,
    created_at: now
  });
  const body = JSON.stringify(specOf(task));
  addTask(home, row);
  home.sql.addSpec.run(seq, body);
  for (const mark of marksOf(task)) home.sql.addMark.run(mark, seq);
  home.recent.keep(change, row, body);
  home.noteDue(due);
  home.noteWait(state, now);
  home.lanes.move(change, lane, void 0, state);
  if (state === STATE.ready) offer(change, lane, { seq, orderKey: queued.orderKey, readyAt: queued.readyAt });
  change.changed.push(home.idOf(row));
  return row;
}
function addTask(home, row) {
  home.sql.addTask.run(
    row.seq,
    row.epoch,
    row.state,
    row.lane,
    row.order_key,
    row.ready_at,
    row.due_at,
    row.queue_ms,
    row.total_at,
    row.retention_ms,
    row.pending,
    row.created_at
  );
}
function waitForParents(home, change, row, parents, now) {
  const broken = parents.find((parent) => parent.state === STATE.failed || parent.state === STATE.cancelled);
  if (broken !== void 0) {
    end(home, change, row, dependencyFailed(home.idOf(broken)), now);
    return;
  }
  for (const parent of parents) {
    if (isEnded(parent.state)) continue;
    home.sql.addNeed.run(parent.seq, row.seq);
    countNeeds(home, change, 1);
  }
}

// src/store/sqlite/cron.ts
function saveCron(home, entry) {
  home.sql.saveCron.run(
    entry.name,
    entry.expression,
    entry.timeZone,
    JSON.stringify(entry.template),
    entry.nextAt,
    entry.paused ? 1 : 0
  );
}
function removeCron(home, name) {
  return home.sql.dropCron.run(name).changes === 1;
}
function listCron(home) {
  return home.sql.readCrons.all().map(cronEntryOf);
}
function fireCron(home, change, name, scheduledAt, nextAt, now, envelope) {
  const row = home.sql.readCron.get(name);
  if (row === void 0 || isPaused(row)) return void 0;
  const task = taskOfInstant(row, scheduledAt, envelope);
  home.sql.moveCron.run(name, nextAt, Math.max(row.fired_at, scheduledAt));
  const fired = findKey(home, task.submitter, task.idempotencyKey, now);
  if (fired !== void 0) return { id: home.idOf(fired), created: false };
  if (scheduledAt <= row.fired_at) return void 0;
  return submitOne(home, change, task, now, home.lastSeq);
}

// src/store/sqlite/prune.ts
function prune(home, change, now, limit) {
  const rows = home.sql.readPurgeable.all(now, limit);
  for (const row of rows) purge(home, change, row);
  home.sql.dropOldKeys.run(now, limit);
  return rows.length;
}
function purge(home, change, row) {
  const { sql } = home;
  const lane = home.lanes.get(row.lane);
  const spec = parseSpec(row.body);
  if (spec.alias !== void 0) sql.dropAlias.run(lane.submitter.name, spec.workflowId ?? "", spec.alias);
  for (const mark of marksOf(spec)) sql.dropMark.run(mark, row.seq);
  sql.dropAttempts.run(row.seq);
  sql.dropRefusals.run(row.seq);
  sql.dropOutcome.run(row.seq);
  sql.dropSpec.run(row.seq);
  sql.dropTask.run(row.seq);
  home.lanes.move(change, lane, row.state, void 0);
  home.lanes.dropIfEmpty(change, lane);
  change.changed.push(home.idOf(row));
}

// src/store/sqlite/list.ts
var RANGE = 2e4;
async function listTasks(home, filter, limit, cursor) {
  const { seq: first } = home.sql.readFirstSeq.get();
  const readRange2 = rangeReader(home, filter);
  const tasks = [];
  let below = cursor === void 0 ? home.lastSeq + 1 : parseCursor(cursor);
  while (first !== null && below > first) {
    const from = Math.max(first, below - RANGE);
    const wanted = limit - tasks.length + 1;
    const rows = readRange2(below, from, wanted);
    for (const row of rows) {
      const task = taskOf(home, filter, row);
      if (task !== void 0 && tasks.length === limit) return { tasks, nextCursor: String(below) };
      if (task !== void 0) tasks.push(task);
      below = row.seq;
    }
    if (rows.length < wanted) below = from;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { tasks };
}
function rangeReader(home, filter) {
  const { sql } = home;
  const states = filter.statuses === void 0 ? null : JSON.stringify(statesOf(filter.statuses));
  const lanes = lanesOf(home, filter);
  const worker = filter.worker ?? null;
  const [mark] = marksOf({
    ...filter.workflowId === void 0 ? {} : { workflowId: filter.workflowId },
    tags: filter.tag === void 0 ? [] : [filter.tag]
  });
  return (below, from, limit) => mark === void 0 ? sql.readRange.all(below, from, states, lanes, worker, limit) : sql.readMarked.all(below, from, states, lanes, worker, limit, mark);
}
function lanesOf(home, { submitter, types }) {
  if (submitter === void 0 && types === void 0) return null;
  const lanes = [...home.lanes.all()].filter(
    (lane) => (submitter === void 0 || lane.submitter.name === submitter) && (types === void 0 || types.includes(lane.fitClass.needs.taskType))
  );
  return JSON.stringify(lanes.map(({ id }) => id));
}
function taskOf(home, filter, row) {
  const spec = parseSpec(home.sql.readSpec.get(row.seq).body);
  if (filter.workflowId !== void 0 && spec.workflowId !== filter.workflowId) return void 0;
  if (filter.tag !== void 0 && !spec.tags.includes(filter.tag)) return void 0;
  const columns = isEnded(row.state) ? home.sql.readOutcome.get(row.seq) : void 0;
  return toTask(home, row, spec, columns === void 0 ? {} : endingOf(columns));
}
function parseCursor(cursor) {
  if (/^[1-9][0-9]{0,15}$/.test(cursor)) return Number(cursor);
  throw new RunnerMeshError(
    "bad_request",
    `Not a cursor: ${JSON.stringify(cursor)}. Pass next_cursor of the last page.`
  );
}

// src/store/sqlite/opened-home.ts
import { join as join7 } from "node:path";

// src/store/sqlite/disk-guard.ts
import { rmSync as rmSync2, statfsSync, statSync } from "node:fs";
import { open as open2, rename as rename3 } from "node:fs/promises";
import { join as join6 } from "node:path";
var BALLAST_FILE = "ballast";
var MIB2 = 1048576;
var FRESH_MS = 1e3;
var BALLAST_AFTER_MS = 3e4;
var DiskGuard = class {
  #deps;
  #ballast;
  #startedAt;
  #free;
  #making;
  #stopped = false;
  constructor(deps) {
    this.#deps = deps;
    this.#ballast = join6(deps.directory, BALLAST_FILE);
    this.#startedAt = deps.clock.mono();
  }
  /** @throws RunnerMeshError storage_low */
  refuseWhenLow() {
    const { freeFloorBytes } = this.#deps.settings;
    const free = this.#freeBytes();
    if (free >= freeFloorBytes) return;
    throw new RunnerMeshError(
      "storage_low",
      `Only ${mib(free)} are free where this home keeps its queue, less than ${mib(freeFloorBytes)}. Free some space; what is queued goes on.`
    );
  }
  /** Makes the ballast in the background when there is none and room for it. Asked for now and then. */
  keepBallast() {
    const { ballastBytes, freeFloorBytes } = this.#deps.settings;
    if (ballastBytes === 0 || this.#stopped || this.#making !== void 0) return;
    if (this.#deps.clock.mono() - this.#startedAt < BALLAST_AFTER_MS) return;
    if (sizeOf(this.#ballast) === ballastBytes) return;
    if (this.#freeBytes() < freeFloorBytes + ballastBytes) return;
    this.#making = this.#makeBallast().finally(() => {
      this.#making = void 0;
    });
  }
  /** The disk is full: gives the ballast up. @returns whether there was one */
  dropBallast() {
    this.#free = void 0;
    if (sizeOf(this.#ballast) === void 0) return false;
    rmSync2(this.#ballast, { force: true });
    this.#deps.log.error("store.disk_full", { ballast: "dropped", advice: "free some space" });
    return true;
  }
  /** The same, and lets the write-ahead log start from its beginning again. @returns whether that made room */
  makeRoom(db) {
    const dropped = this.dropBallast();
    try {
      const { busy, log } = db.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
      return dropped || busy === 0 && log === 0;
    } catch (thrown) {
      if (isFull(thrown)) return dropped;
      throw thrown;
    }
  }
  async stop() {
    this.#stopped = true;
    await this.#making;
  }
  #freeBytes() {
    const at = this.#deps.clock.mono();
    if (this.#free === void 0 || at - this.#free.at > FRESH_MS) {
      const { bavail, bsize } = statfsSync(this.#deps.directory);
      this.#free = { bytes: bavail * bsize, at };
    }
    return this.#free.bytes;
  }
  /** Chance, not zeros: a file system that compresses would keep nothing in reserve. */
  async #makeBallast() {
    const { log, random, settings } = this.#deps;
    const unfinished = `${this.#ballast}.new`;
    try {
      var _stack = [];
      try {
        const file2 = __using(_stack, await open2(unfinished, "w", 384), true);
        const chunk = random.bytes(Math.min(MIB2, settings.ballastBytes));
        for (let written = 0; written < settings.ballastBytes && !this.#stopped; written += chunk.length) {
          await file2.write(chunk, 0, Math.min(chunk.length, settings.ballastBytes - written));
        }
        await file2.sync();
      } catch (_) {
        var _error = _, _hasError = true;
      } finally {
        var _promise = __callDispose(_stack, _error, _hasError);
        _promise && await _promise;
      }
    } catch (thrown) {
      log.warn("store.ballast_failed", { error: errorText(thrown) });
      rmSync2(unfinished, { force: true });
      return;
    }
    if (this.#stopped) rmSync2(unfinished, { force: true });
    else await rename3(unfinished, this.#ballast);
  }
};
function sizeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
function mib(bytes) {
  return `${String(Math.floor(bytes / MIB2))} MiB`;
}

// src/store/sqlite/opened-home.ts
function openHome(deps, emit) {
  const { directory, clock, random, log, settings } = deps;
  const lock = new DirectoryLock(directory, clock);
  const file2 = join7(directory, "queue.db");
  let db;
  try {
    db = openDatabase(file2);
    const home = new Home2(db, { clock, random, log, settings }, (homeId) => lock.reached(homeId));
    lock.note(home.homeId, home);
    const guard = new DiskGuard({ directory, clock, random, log, settings });
    const logSync = (deps.openLog ?? openLogSync)(file2);
    return { lock, db, home, guard, log: logSync, commit: groupCommit(deps, db, home, guard, logSync, emit) };
  } catch (thrown) {
    db?.close();
    lock.release();
    throw thrown;
  }
}
function groupCommit({ clock, log, settings }, db, home, guard, logSync, emit) {
  return new GroupCommit({
    db,
    sync: () => logSync.sync(),
    mono: () => clock.mono(),
    maxSteps: settings.groupMaxSteps,
    maxMs: settings.groupMaxMs,
    beforeCommit: () => home.saveNumbers(),
    onRollback: (fault) => {
      home.forgetSaved();
      log.error("store.group_failed", { error: errorText(fault) });
      return isFull(fault) && guard.makeRoom(db);
    },
    emit
  });
}

// src/store/sqlite/read.ts
function readAttempts(home, taskId) {
  const row = findRow(home, taskId);
  if (row === void 0) return [];
  const rows = home.sql.readAttempts.all(row.seq);
  const outcome = home.sql.readOutcome.get(row.seq);
  return attemptsOf(row, rows, outcome?.error ?? null);
}
function readRefusals(home, taskId) {
  const row = findRow(home, taskId);
  if (row === void 0) return [];
  const rows = home.sql.readRefusals.all(row.seq);
  return rows.map(({ worker, policyDigest, rule }) => ({ worker, policyDigest, rule }));
}

// src/store/sqlite/renew.ts
function renew(home, renewals, worker) {
  const changed = [];
  const verdicts = renewals.map((renewal) => {
    const lease = findLease(home, renewal, worker);
    if (lease === void 0) return "lost";
    if (lease.suspect || renewal.progress !== void 0) changed.push(renewal.taskId);
    if (renewal.progress !== void 0) lease.progress = renewal.progress;
    home.leases.renew(lease);
    return lease.stop ? "cancel" : "renewed";
  });
  return { verdicts, changed };
}
function findLease(home, { taskId, fence }, worker) {
  const parts = findTaskIdParts(taskId);
  if (parts?.home !== home.homeId) return void 0;
  const lease = home.leases.find(parts.seq);
  return lease?.fence === fence && lease.worker === worker ? lease : void 0;
}

// src/store/sqlite/next-ready.ts
function nextReady(home, needs, most) {
  const key = fitClassKey(needs);
  const found = [];
  let horizon;
  for (const lane of home.lanes.ready) {
    if (lane.fitClass.key !== key) continue;
    const { heads, complete } = lane.heads.known((limit) => home.sql.readHeads.all(lane.id, limit));
    const last = heads.at(-1);
    if (!complete && last !== void 0 && (horizon === void 0 || isBefore(last, horizon))) horizon = last;
    for (const head of heads.slice(0, most)) found.push({ lane, head });
  }
  found.sort((a, b) => isBefore(a.head, b.head) ? -1 : 1);
  const taken = /* @__PURE__ */ new Map();
  const ids = [];
  for (const { lane, head } of found) {
    if (ids.length === most || horizon !== void 0 && isBefore(horizon, head)) break;
    if (takesSlot(lane, taken)) ids.push(home.idOf(home.sql.readRow.get(head.seq)));
  }
  return ids;
}
function takesSlot({ group }, taken) {
  if (group === void 0) return true;
  const slots = (taken.get(group) ?? 0) + 1;
  taken.set(group, slots);
  return group.running + slots <= group.max;
}

// src/store/sqlite/sqlite-task-store.ts
function createSqliteTaskStore(deps) {
  return new SqliteTaskStore(deps);
}
var SqliteTaskStore = class {
  durability = "local";
  #deps;
  #settings;
  #listeners;
  #opened;
  #endPulse = () => void 0;
  constructor(deps) {
    this.#deps = deps;
    this.#listeners = new EventListeners(deps.log);
    this.#settings = { ...STORE_DEFAULTS, ...deps.settings };
  }
  get homeId() {
    return this.#get().home.homeId;
  }
  get epoch() {
    return this.#get().home.epoch;
  }
  /** @throws RunnerMeshError home_locked, store_corrupt, store_newer, storage_failed */
  start() {
    return Promise.resolve().then(() => {
      if (this.#opened !== void 0) return;
      this.#opened = openHome({ ...this.#deps, settings: this.#settings }, (event) => this.#listeners.emit(event));
      this.#pulse(this.#opened);
    });
  }
  async stop() {
    const opened = this.#opened;
    if (opened === void 0) return;
    this.#opened = void 0;
    this.#endPulse();
    await opened.commit.close();
    await opened.guard.stop();
    opened.log.close();
    opened.lock.note(opened.home.homeId, opened.home);
    opened.db.close();
    opened.lock.release();
  }
  submit(tasks, now) {
    return this.#step((home, change, guard) => {
      guard.refuseWhenLow();
      return submit(home, change, tasks, now);
    });
  }
  claim(request, now) {
    return this.#step((home, change) => claim(home, change, request, now));
  }
  renew(renewals, worker) {
    return this.#read((home) => {
      const { verdicts, changed } = renew(home, renewals, worker);
      for (const taskId of changed) this.#listeners.emit({ kind: "changed", taskId });
      return verdicts;
    });
  }
  settle(settlements, now) {
    return this.#step((home, change) => settle(home, change, settlements, now));
  }
  release(taskId, fence, now) {
    return this.#step((home, change) => release2(home, change, taskId, fence, now));
  }
  refuse(taskId, fence, refusal, now) {
    return this.#step((home, change) => refuse(home, change, taskId, fence, refusal, now));
  }
  cancel(taskId, now) {
    return this.#step((home, change) => cancel(home, change, taskId, now));
  }
  resubmit(taskId, now, envelope) {
    return this.#step((home, change) => resubmit(home, change, taskId, now, envelope));
  }
  async sweep(now) {
    const { home } = this.#get();
    const steps = [await this.#step((_home, change) => sweepLeases(home, change, now))];
    do
      steps.push(await this.#step((_home, change) => sweepDue(home, change, now)));
    while (steps.at(-1)?.more === true);
    return tellSweep(home, steps, now);
  }
  prune(now, limit) {
    return this.#step((home, change) => prune(home, change, now, limit));
  }
  find(taskId) {
    return this.#read((home) => readTask(home, taskId));
  }
  findByAlias(submitter, workflowId, alias) {
    return this.#read((home) => {
      const named = findAlias(home, submitter, workflowId, alias);
      return named === void 0 ? void 0 : readTask(home, home.idOf(named));
    });
  }
  attempts(taskId) {
    return this.#read((home) => readAttempts(home, taskId));
  }
  refusals(taskId) {
    return this.#read((home) => readRefusals(home, taskId));
  }
  list(filter, limit, cursor) {
    return this.#read((home) => listTasks(home, filter, limit, cursor));
  }
  counts() {
    return this.#read(countQueue);
  }
  readyClasses() {
    return readyClasses(this.#get().home);
  }
  nextReady(needs, most) {
    return nextReady(this.#get().home, needs, most);
  }
  saveCron(entry) {
    return this.#step((home) => saveCron(home, entry));
  }
  removeCron(name) {
    return this.#step((home) => removeCron(home, name));
  }
  listCron() {
    return this.#read(listCron);
  }
  fireCron(name, scheduledAt, nextAt, now, envelope) {
    return this.#step((home, change, guard) => {
      guard.refuseWhenLow();
      return fireCron(home, change, name, scheduledAt, nextAt, now, envelope);
    });
  }
  subscribe(listener) {
    return this.#listeners.subscribe(listener);
  }
  /** Once a second: notice a pause of this process, remember how far the log got, keep the ballast. */
  #pulse(opened) {
    this.#endPulse = this.#deps.clock.after(this.#settings.pulseMs, () => {
      notePause(opened.home);
      opened.lock.note(opened.home.homeId, opened.home);
      opened.guard.keepBallast();
      this.#pulse(opened);
    });
  }
  #step(work) {
    if (this.#opened === void 0) return Promise.reject(storeClosed());
    const { home, commit, guard } = this.#opened;
    return commit.run((change) => work(home, change, guard));
  }
  /** What is told has happened for good: it waits for the disk to have what it saw. */
  async #read(read2) {
    await Promise.resolve();
    const opened = this.#get();
    const found = await read2(opened.home, opened);
    await opened.commit.durable();
    return found;
  }
  #get() {
    if (this.#opened !== void 0) return this.#opened;
    throw storeClosed();
  }
};

// src/app/peer/home-parts.ts
async function openHome2({ config, roles, stateDir, lease, events, ...ground }) {
  const { meter, clock, random, log, start } = ground;
  if (!roles.home) {
    await start(directoryLock(stateDir));
    return { home: void 0, homes: [], cacheStore: void 0, shared: void 0 };
  }
  const shared = config.store === void 0 ? void 0 : { database: { url: config.store, schema: config.storeSchema }, name: random.uuid() };
  const store = await openStore({ config, stateDir, lease, meter, clock, random, log, start }, shared);
  const cap = config.maxRunningPerSubmitter;
  const home = await start(
    new Home({ store, events, clock, log, lease, ...cap === void 0 ? {} : { maxRunningPerSubmitter: cap } })
  );
  const cacheStore = await start(createSqliteCacheStore({ directory: stateDir, log }));
  return { home, homes: [home.store.homeId], cacheStore, shared };
}
async function openStore(ground, shared) {
  const { stateDir, lease, meter, clock, random, log, start } = ground;
  const { lostGraceMs, renewEveryMs } = lease;
  if (shared === void 0) {
    const openLog = (file2) => {
      const opened = openLogSync(file2);
      const sync = async () => {
        const began = clock.mono();
        await opened.sync();
        meter.sync.observe(clock.mono() - began);
      };
      return { sync, close: () => opened.close() };
    };
    return createSqliteTaskStore({ directory: stateDir, clock, random, log, settings: { lostGraceMs }, openLog });
  }
  await start(directoryLock(stateDir));
  const { createPostgresTaskStore } = await import("./postgres-task-store-E7Y6TJ3I.js");
  const settings = { ...STORE_DEFAULTS, lostGraceMs, renewEveryMs };
  return createPostgresTaskStore({ ...shared, clock, random, log, settings });
}
function directoryLock(stateDir) {
  let lock;
  return {
    start: () => {
      lock ??= new DirectoryLock(stateDir, systemClock);
      return Promise.resolve();
    },
    stop: () => {
      lock?.release();
      lock = void 0;
      return Promise.resolve();
    }
  };
}

// src/app/peer/member-access.ts
var MEMBER_ACCESS = /* @__PURE__ */ new Set([
  "tasks:read",
  "tasks:submit",
  "tasks:cancel",
  "tasks:work",
  "cache:read",
  "cache:write",
  "peers:read"
]);

// src/app/peer/legacy-bridge.ts
import { join as join8 } from "node:path";

// src/coordinator/pinning.ts
async function pinPayload(type, payload, pins, signal) {
  if (type === CONTAINER_TYPES.image) {
    const { image, digest } = payload;
    if (digest !== void 0 || image.includes("@")) return payload;
    const found = await pins.digestOf(image, signal);
    return found === void 0 ? payload : { ...payload, digest: found };
  }
  if (type === CONTAINER_TYPES.repository) {
    const { repo_url: repository, ref, commit } = payload;
    return commit === void 0 ? { ...payload, commit: await pins.commitOf(repository, ref, signal) } : payload;
  }
  return payload;
}

// src/app/claimed-tasks-file.ts
import { open as open3, readFile as readFile4, rename as rename4 } from "node:fs/promises";
var content = external_exports.object({
  last: external_exports.int().min(0),
  tasks: external_exports.array(
    external_exports.object({ number: external_exports.int().min(1), home: external_exports.string(), task_id: external_exports.string(), attempt: external_exports.int().optional() })
  )
});
var MOST_KEPT2 = 1e3;
async function openClaimedTasks(path) {
  const kept = await read(path);
  let last = kept.last;
  const tasks = new Map(
    kept.tasks.map(({ number, home, task_id: taskId, attempt: attempt3 }) => [number, { home, taskId, attempt: attempt3 }])
  );
  let writing = Promise.resolve();
  const write = () => {
    writing = writing.catch(() => void 0).then(() => replace(path, toText(last, tasks)));
    return writing;
  };
  return {
    add: async (task) => {
      last += 1;
      const number = last;
      tasks.set(number, task);
      const [oldest] = tasks.keys();
      if (tasks.size > MOST_KEPT2 && oldest !== void 0) tasks.delete(oldest);
      await write();
      return number;
    },
    find: (number) => tasks.get(number),
    forget: async (number) => {
      if (tasks.delete(number)) await write();
    }
  };
}
async function read(path) {
  try {
    return content.parse(JSON.parse(await readFile4(path, "utf8")));
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return { last: 0, tasks: [] };
    throw new RunnerMeshError("store_corrupt", `Cannot read ${path}. Remove it; results not delivered yet are lost.`, {
      cause
    });
  }
}
function toText(last, tasks) {
  const rows = [...tasks].map(([number, { home, taskId, attempt: attempt3 }]) => ({ number, home, task_id: taskId, attempt: attempt3 }));
  return `${JSON.stringify({ last, tasks: rows })}
`;
}
async function replace(path, text) {
  const temporary = `${path}.new`;
  const file2 = await open3(temporary, "w", 384);
  try {
    await file2.writeFile(text);
    await file2.sync();
  } finally {
    await file2.close();
  }
  await rename4(temporary, path);
}

// src/app/peer/legacy-bridge.ts
var NEVER = new AbortController().signal;
async function openLegacyBridge({
  ground,
  homeParts: { home },
  meshParts: { mesh, peers },
  operations,
  worker,
  links,
  pins
}) {
  const { config, stateDir, clock, random, log } = ground;
  if (config.legacy === "off") return NOTHING;
  const token = await findToken(ground);
  const secret = config.legacyEncrypt ? config.legacyEncryptionKey ?? token : void 0;
  const { createPromptSeal } = await import("./prompt-seal-YLG5YMUI.js");
  const prompts = createPromptSeal(secret, { clock, random });
  if (config.legacy !== "work" && home !== void 0) {
    const { LegacyWork } = await import("./legacy-work-WQ7XNBAV.js");
    const { openLegacyDoor } = await import("./legacy-door-PP6C3XX6.js");
    openLegacyDoor({
      ...{ self: mesh.self, version: VERSION, streams: mesh.legacy, token, operations, prompts, clock, log },
      access: MEMBER_ACCESS,
      work: new LegacyWork({ home, peers, clock, random }),
      ownTypes: () => worker?.types() ?? []
    });
  }
  if (config.legacy === "serve" || worker === void 0) return NOTHING;
  const { createLegacyNodes } = await import("./legacy-nodes-YIJT2UIA.js");
  return createLegacyNodes({
    ...{ self: mesh.self, streams: mesh.legacy, token, prompts, clock, random, log },
    claimed: await openClaimedTasks(join8(stateDir, "legacy-tasks.json")),
    submission: { signer: mesh.signer, meshIds: mesh.meshIds, clock, random, settings: SUBMISSION },
    pin: (type, payload) => pinPayload(type, payload, pins, NEVER),
    onLink: (link) => {
      links.add(link);
    },
    onReady: (link, notice) => {
      worker.heard(link, notice);
    }
  });
}
var NOTHING = { start: () => Promise.resolve(), stop: () => Promise.resolve() };
async function findToken({ config, stateDir }) {
  const path = config.legacyTokenFile ?? join8(stateDir, "legacy.token");
  const token = config.legacyToken ?? await findSecret(path);
  if (token !== void 0 && token !== "") return token;
  throw new RunnerMeshError(
    "config_invalid",
    `legacy is ${config.legacy} and there is no token for it. Set RUNNER_MESH_LEGACY_TOKEN or write it to ${path}.`
  );
}

// src/app/peer/mesh-parts.ts
import { join as join9 } from "node:path";
import { isIP } from "node:net";

// src/coordinator/peer-book.ts
var LONGEST2 = 2e3;
var PeerBook = class {
  #offers = /* @__PURE__ */ new Map();
  #names = /* @__PURE__ */ new Map();
  #rules = /* @__PURE__ */ new Map();
  sawName(peer, runnerName) {
    remember3(this.#names, peer, runnerName);
  }
  sawOffer(offer2, seenAt) {
    remember3(this.#offers, offer2.peer, { offer: offer2, seenAt });
  }
  /**
   * The offer with the rules of its policy, as the worker told them now or with a former claim. Rules that this version
   * cannot read are left out: then the worker itself refuses, which is remembered.
   */
  withRules(offer2, told) {
    const { digest } = offer2.policy;
    if (told !== void 0) {
      const parsed = policyRules.safeParse(told);
      if (parsed.success) remember3(this.#rules, offer2.peer, { digest, rules: parsed.data });
      else this.#rules.delete(offer2.peer);
    }
    const known = this.#rules.get(offer2.peer);
    return known?.digest === digest ? { ...offer2, policy: { ...offer2.policy, rules: known.rules } } : offer2;
  }
  /** The offer a peer made last, unless it was seen before the instant and is not connected. */
  offersSince(since, isConnected) {
    return [...this.#offers.values()].filter(({ offer: offer2, seenAt }) => seenAt >= since || isConnected(offer2.peer)).map(({ offer: offer2 }) => offer2);
  }
  runnerName(peer) {
    return this.#names.get(peer);
  }
  offers() {
    return [...this.#offers.values()].map(({ offer: offer2 }) => {
      const runnerName = this.#names.get(offer2.peer);
      return runnerName === void 0 ? { offer: offer2 } : { offer: offer2, runnerName };
    });
  }
};
var MOST_LISTED_IMAGES = 20;
async function listPeers({ mesh, peers: book, peering }, { limit, asks }, signal) {
  const { capabilities, sources } = peering;
  const connected = mesh.peers().slice(0, limit);
  if (asks)
    await capabilities.refresh(
      connected.map(({ peer }) => peer),
      signal
    );
  const describe2 = (known) => {
    if (known === void 0) return {};
    const { images, ...rest } = known;
    return { capabilities: images === void 0 ? rest : { ...rest, images: images.slice(0, MOST_LISTED_IMAGES) } };
  };
  const self = {
    peer_id: mesh.self,
    runner_name: book.runnerName(mesh.self) ?? "",
    alive: true,
    self: true,
    homes: [],
    features: [],
    ...mesh.addresses()[0] === void 0 ? {} : { address: mesh.addresses()[0] },
    addresses: [...mesh.addresses()],
    reachable: mesh.reachable(),
    relays: mesh.isRelay(),
    ...describe2(await capabilities.own())
  };
  const admitted = mesh.peers().map((peer) => ({
    peer_id: peer.peer,
    runner_name: peer.runnerName,
    alive: true,
    relayed: peer.relayed,
    address: peer.address,
    addresses: [...peer.addresses],
    source: peer.source,
    sources: [...sources.of(peer.peer)],
    homes: [...peer.homes],
    features: [...peer.features],
    version: peer.version,
    connected_at: peer.connectedAt,
    ...peer.rttMs === void 0 ? {} : { rtt_ms: peer.rttMs },
    ...describe2(capabilities.of(peer.peer, peer.capabilities))
  }));
  const unreached = mesh.targets().filter((target) => target.state !== "connected").map((target) => ({
    peer_id: /\/p2p\/([^/]+)$/.exec(target.address)?.[1] ?? "",
    runner_name: "",
    alive: false,
    address: target.address,
    source: target.source,
    homes: [],
    features: [],
    ...target.lastError === void 0 ? {} : { last_error: target.lastError }
  }));
  const all = [self, ...admitted, ...unreached];
  return { self_peer_id: mesh.self, count: all.length, peers: all.slice(0, limit) };
}
function remember3(map, key, value) {
  map.delete(key);
  map.set(key, value);
  if (map.size > LONGEST2) {
    const [oldest] = map.keys();
    if (oldest !== void 0) map.delete(oldest);
  }
}

// src/mesh/membership-lists.ts
import { open as open4, readFile as readFile5, rename as rename5, rm as rm3, stat as stat2 } from "node:fs/promises";
var MEMBERSHIP_POLL_MS = 2 * SECOND;
var MOST_BYTES2 = 4194304;
var LONGEST_NOTE = 200;
var NOBODY = /* @__PURE__ */ new Map();
var MembershipLists = class {
  #options;
  #revokedByConfig;
  #allowedByConfig;
  #listeners = /* @__PURE__ */ new Set();
  #revokedInFile = NOBODY;
  #allowedInFile = NOBODY;
  #versions = "";
  #running = false;
  #cancel = () => void 0;
  #step = Promise.resolve();
  /** @throws RunnerMeshError config_invalid for a peer id of the configuration that is none */
  constructor(options) {
    this.#options = options;
    this.#revokedByConfig = parseList(options.revoked.join("\n"), "the setting revoked-peers");
    this.#allowedByConfig = parseList(options.allowed.join("\n"), "the setting allowed-peers");
  }
  refusal(peer) {
    const { self } = this.#options;
    if (peer === self) return void 0;
    if (this.#revokedByConfig.has(peer) || this.#revokedInFile.has(peer)) return `Peer ${peer} is revoked by ${self}.`;
    if (this.#isOpen() || this.#allowedByConfig.has(peer) || this.#allowedInFile.has(peer)) return void 0;
    return `Peer ${peer} is not on the allow-list of ${self}.`;
  }
  onChange(changed) {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }
  revoked() {
    return [...new Map([...this.#revokedByConfig, ...this.#revokedInFile])].map(
      ([peer, note]) => note === "" ? { peer } : { peer, note }
    );
  }
  allowed() {
    return this.#isOpen() ? void 0 : [.../* @__PURE__ */ new Set([...this.#allowedByConfig.keys(), ...this.#allowedInFile.keys()])];
  }
  revoke(peer, note = "") {
    return this.#change((list) => {
      if (list.has(peer) || this.#revokedByConfig.has(peer)) return false;
      list.set(peer, cleanLine(note, LONGEST_NOTE));
      return true;
    });
  }
  async restore(peer) {
    if (this.#revokedByConfig.has(peer)) {
      throw new RunnerMeshError(
        "bad_request",
        `Peer ${peer} is revoked by the setting revoked-peers. Take it out there and start this peer again.`
      );
    }
    return this.#change((list) => list.delete(peer));
  }
  /** @throws RunnerMeshError config_invalid when a list cannot be read */
  async start() {
    if (this.#running) return;
    await this.#load();
    this.#running = true;
    this.#watch();
  }
  async stop() {
    this.#running = false;
    this.#cancel();
    await this.#step;
  }
  #isOpen() {
    return this.#options.allowedPath === void 0 && this.#allowedByConfig.size === 0;
  }
  #watch() {
    const { clock, log, everyMs = MEMBERSHIP_POLL_MS } = this.#options;
    if (!this.#running) return;
    this.#cancel = clock.after(everyMs, () => {
      this.#step = this.#step.then(() => this.#load()).catch((cause) => log.error("membership.unreadable", { error: errorText(cause) })).finally(() => this.#watch());
    });
  }
  async #load() {
    const { revokedPath, allowedPath } = this.#options;
    const versions = `${await versionOf2(revokedPath)} ${allowedPath === void 0 ? "" : await versionOf2(allowedPath)}`;
    if (versions === this.#versions) return;
    const revoked = await readList(revokedPath);
    const allowed = allowedPath === void 0 ? NOBODY : await readList(allowedPath);
    if (allowed === void 0) {
      throw new RunnerMeshError(
        "config_invalid",
        `There is no allow-list ${String(allowedPath)}. Write it, one peer id a line, or take it out of the settings.`
      );
    }
    this.#revokedInFile = revoked ?? NOBODY;
    this.#allowedInFile = allowed;
    this.#versions = versions;
    this.#tell();
  }
  /** One change at a time, each on what the file says now. */
  #change(edit) {
    const { revokedPath, random } = this.#options;
    const changing = this.#step.then(async () => {
      try {
        const list = new Map(await readList(revokedPath));
        const isChanged = edit(list);
        if (isChanged) await writeList(revokedPath, list, random);
        this.#revokedInFile = list;
        return isChanged;
      } catch (cause) {
        if (cause instanceof RunnerMeshError && cause.code === "config_invalid") throw cause;
        const message = `Cannot write ${revokedPath}: ${errorText(cause)}. Make its directory writable for this user.`;
        throw new RunnerMeshError("storage_failed", message, { cause });
      }
    });
    this.#step = changing.then(
      () => void 0,
      () => void 0
    );
    return changing.then((isChanged) => {
      if (isChanged) this.#tell();
      return isChanged;
    });
  }
  #tell() {
    for (const changed of this.#listeners) changed();
  }
};
function parseList(text, where) {
  const list = /* @__PURE__ */ new Map();
  for (const [index, line] of text.split("\n").entries()) {
    const [, id, note = ""] = /^\s*([^\s#]+)[\s#]*(.*)$/.exec(line) ?? [];
    if (id === void 0) continue;
    try {
      list.set(parsePeerId(id), cleanLine(note, LONGEST_NOTE));
    } catch (cause) {
      throw new RunnerMeshError("config_invalid", `Line ${String(index + 1)} of ${where}: ${errorText(cause)}`, {
        cause
      });
    }
  }
  return list;
}
async function readList(path) {
  let text;
  try {
    if ((await stat2(path)).size > MOST_BYTES2) throw new Error(`it is longer than ${String(MOST_BYTES2)} bytes`);
    text = await readFile5(path, "utf8");
  } catch (cause) {
    if (isMissing(cause)) return void 0;
    throw new RunnerMeshError("config_invalid", `Cannot read the list of peers ${path}: ${errorText(cause)}.`, {
      cause
    });
  }
  return parseList(text, path);
}
async function writeList(path, list, random) {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString("hex")}`;
  const lines = [...list].map(([peer, note]) => note === "" ? peer : `${peer} # ${note}`);
  try {
    const file2 = await open4(temporary, "wx", 384);
    try {
      await file2.writeFile(lines.map((line) => `${line}
`).join(""));
      await file2.sync();
    } finally {
      await file2.close();
    }
    await rename5(temporary, path);
  } finally {
    await rm3(temporary, { force: true });
  }
}
async function versionOf2(path) {
  try {
    const { mtimeMs, size, ino } = await stat2(path);
    return `${String(mtimeMs)}/${String(size)}/${String(ino)}`;
  } catch (cause) {
    if (isMissing(cause)) return "none";
    throw new RunnerMeshError("config_invalid", `Cannot read the list of peers ${path}: ${errorText(cause)}.`, {
      cause
    });
  }
}
function isMissing(thrown) {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

// src/app/peer/own-capabilities.ts
import { arch, availableParallelism, freemem, loadavg, platform, totalmem } from "node:os";
var IMAGE_ARCH = { x64: "amd64", ia32: "386" };
var IMAGES_FRESH_MS = 10 * SECOND;
var OwnCapabilities = class {
  #deps;
  #gpus = [];
  #worker;
  /** The engine is asked at most so often. */
  #seen;
  constructor(deps) {
    this.#deps = deps;
  }
  /** Devices take a moment to be found, which no start waits for. */
  async lookForGpus() {
    const { config, clock } = this.#deps;
    this.#gpus = await findGpus(config.surroundings.path ?? "", clock);
  }
  /** Once there is a worker, its engine and its room are told. */
  ofWorker(worker) {
    this.#worker = worker;
  }
  standing() {
    const { config, protocols } = this.#deps;
    const total = this.#worker?.room().total;
    return {
      version: VERSION,
      protocols: [...protocols()].slice(0, 32),
      os: platform(),
      arch: IMAGE_ARCH[arch()] ?? arch(),
      cpus: total?.cpus ?? availableParallelism(),
      memory_bytes: total?.memoryBytes ?? totalmem(),
      disk_bytes: total?.diskBytes ?? 0,
      gpus: this.#gpus.map((uuid) => ({ uuid })),
      labels: [...config.labels].slice(0, 128),
      task_types: [...this.#worker?.types() ?? []]
    };
  }
  async now() {
    const worker = this.#worker;
    const [load] = loadavg();
    const room = worker?.room();
    return {
      ...this.standing(),
      ...worker === void 0 ? {} : { images: await this.#images(worker) },
      load: {
        slots: room?.total.slots ?? 0,
        running: worker?.running ?? 0,
        free_cpus: room?.free.cpus ?? 0,
        free_memory_bytes: Math.round(room?.free.memoryBytes ?? freemem()),
        load_1m: load ?? 0
      }
    };
  }
  async #images(worker) {
    const { clock } = this.#deps;
    if (this.#seen !== void 0 && this.#seen.until > clock.mono()) return this.#seen.images;
    try {
      const images = [...await worker.images(MOST_IMAGES)];
      this.#seen = { images, until: clock.mono() + IMAGES_FRESH_MS };
      return images;
    } catch (cause) {
      this.#deps.log.debug("images.unknown", { error: errorText(cause) });
      return [];
    }
  }
};

// src/app/peer/mesh-parts.ts
var DEFAULT_LISTEN = "/ip4/0.0.0.0/tcp/9720";
async function createMeshParts(ground, homes) {
  const { config, roles, stateDir, runnerName, clock, random, log, start } = ground;
  const identity = await loadIdentity({ stateDir, random });
  const meshKeys = await loadMeshKeys({ config, stateDir, make: roles.home, random });
  const rejections = new Rejections();
  const membership = await start(
    new MembershipLists({
      self: identity.peer,
      revokedPath: config.revokedPeersFile ?? join9(stateDir, "revoked-peers"),
      ...config.allowedPeersFile === void 0 ? {} : { allowedPath: config.allowedPeersFile },
      revoked: config.revokedPeers,
      allowed: config.allowedPeers,
      clock,
      random,
      log
    })
  );
  const dht = config.dht ? (await import("./dht-EKTZEVWP.js")).createDht() : void 0;
  const capabilities = new OwnCapabilities({ config, protocols: () => mesh.protocols(), clock, log });
  void capabilities.lookForGpus();
  const hello = () => ({
    homes,
    features: [...roles.home ? ["home"] : [], ...roles.worker ? ["worker"] : []],
    runnerName,
    capabilities: capabilities.standing()
  });
  const mesh = await createLibp2pMesh({
    identity,
    meshKeys,
    listen: config.listen.length > 0 ? config.listen : roles.home ? [DEFAULT_LISTEN] : [],
    announce: config.announce,
    relays: { relay: config.relay, slots: config.relaySlots },
    hello,
    membership,
    rejections,
    ...dht === void 0 ? {} : { dht },
    clock,
    random,
    log
  });
  if (config.publicIp !== void 0 && isIP(config.publicIp) !== 0) mesh.sawPublicIp(config.publicIp);
  const peers = new PeerBook();
  peers.sawName(mesh.self, runnerName);
  mesh.onPeer(({ peer, runnerName: name }) => {
    peers.sawName(peer, name);
  });
  return {
    mesh,
    peers,
    hello,
    membership,
    rejections,
    dht,
    capabilities,
    sealBy: (by) => createAnnouncementSeal({ signer: mesh.signer, meshKeys, clock: by, rejections })
  };
}

// src/app/peer/image-sources.ts
import { tmpdir } from "node:os";
import { join as join12 } from "node:path";

// src/docker/images/registry-credentials.ts
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile as readFile6 } from "node:fs/promises";
import { join as join10 } from "node:path";
var HUB_KEY = "https://index.docker.io/v1/";
var HELPER = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
var HELPER_MS = 10 * SECOND;
var MOST_OUTPUT = 65536;
var login = external_exports.object({
  auth: external_exports.string().optional(),
  username: external_exports.string().optional(),
  password: external_exports.string().optional()
});
var configuration = external_exports.object({
  auths: external_exports.record(external_exports.string(), login).optional(),
  credHelpers: external_exports.record(external_exports.string(), external_exports.string()).optional(),
  credsStore: external_exports.string().optional()
});
var helperAnswer = external_exports.object({ Username: external_exports.string(), Secret: external_exports.string() });
function createHostCredentials(deps) {
  return async (registry) => {
    try {
      const config = configuration.parse(JSON.parse(await readFile6(join10(deps.folder, "config.json"), "utf8")));
      const keys = registry === "docker.io" ? [HUB_KEY] : [registry, `https://${registry}`, `http://${registry}`];
      const helper = keys.map((key) => config.credHelpers?.[key]).find((name) => name !== void 0);
      const named = helper ?? config.credsStore;
      if (named !== void 0 && named !== "") return await askHelper(deps, named, keys[0] ?? registry);
      const entry = Object.entries(config.auths ?? {}).find(([key]) => keys.includes(key) || keys.includes(bare(key)));
      return entry === void 0 ? void 0 : fromEntry(entry[1]);
    } catch (error) {
      if (error.code === "ENOENT") return void 0;
      deps.log.warn("registry.credentials_unreadable", { registry, folder: deps.folder, why: reasonOf(error) });
      return void 0;
    }
  };
}
function bare(key) {
  return key.replace(/\/(?:v[12]\/)?$/, "");
}
function fromEntry({ auth, username, password }) {
  if (auth !== void 0 && auth !== "") {
    const text = Buffer.from(auth, "base64").toString();
    const colon = text.indexOf(":");
    return colon === -1 ? void 0 : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
  }
  return username === void 0 || password === void 0 ? void 0 : { username, password };
}
async function askHelper({ path, home, clock }, name, server) {
  var _stack = [];
  try {
    if (!HELPER.test(name)) throw new Error("the name of the credential helper is no program name");
    const limit = __using(_stack, new TimeLimit(clock, HELPER_MS, "no answer"));
    const child = spawn(`docker-credential-${name}`, ["get"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { PATH: path, HOME: home },
      signal: limit.signal
    });
    child.stdin.on("error", () => void 0);
    child.stdin.end(server);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output = (output + text).slice(0, MOST_OUTPUT);
    });
    const [code] = await once(child, "close");
    if (code !== 0) {
      if (/credentials not found/i.test(output)) return void 0;
      throw new Error(`docker-credential-${name} ended with ${String(code)}`);
    }
    const { Username: username, Secret: password } = helperAnswer.parse(JSON.parse(output));
    return { username, password };
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}
function reasonOf(error) {
  if (error instanceof SyntaxError || error instanceof external_exports.ZodError) return "it is not the JSON that Docker writes";
  return errorText(error);
}

// src/docker/images/tag-resolver.ts
var KEPT_MS = MINUTE;
var ANSWER_MS = 2 * SECOND;
var MOST_KEPT3 = 1e3;
var DIGEST = /^sha256:[a-f0-9]{64}$/;
var MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json"
].join(", ");
var TagResolver = class {
  #deps;
  #known = /* @__PURE__ */ new Map();
  /** Until when, on the monotonic clock, a registry is not asked. */
  #silentUntil = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
  }
  /** @returns `sha256:\u2026`, or undefined when the registry does not know the image, does not show it or does not answer */
  async digestOf(image, signal) {
    const { full } = parseImageReference(image);
    const now = this.#deps.clock.mono();
    let known = this.#known.get(full);
    if (known === void 0 || known.until <= now) {
      known = { digest: this.#find(image), until: now + KEPT_MS };
      this.#known.delete(full);
      this.#known.set(full, known);
      for (const [oldest] of this.#known) if (this.#known.size > MOST_KEPT3) this.#known.delete(oldest);
    }
    signal.throwIfAborted();
    return known.digest;
  }
  async #find(image) {
    var _stack = [];
    try {
      const { clock, log } = this.#deps;
      const { registry } = parseImageReference(image);
      if ((this.#silentUntil.get(registry) ?? -Infinity) > clock.mono()) return void 0;
      const limit = __using(_stack, new TimeLimit(clock, ANSWER_MS, `no answer within ${ANSWER_MS / SECOND} s`));
      try {
        const answer = await this.#head(image, limit.signal);
        const digest = answer.headers.get("docker-content-digest") ?? "";
        if (answer.ok && DIGEST.test(digest)) return digest;
        if (answer.status === 429 || answer.status >= 500) throw new Error(`it answered ${answer.status}`);
        log.info("image.not_pinned", { image, why: `the registry answered ${answer.status}` });
        return void 0;
      } catch (error) {
        this.#silentUntil.set(registry, clock.mono() + KEPT_MS);
        const { cause } = error instanceof Error ? error : {};
        log.warn("image.not_pinned", { image, registry, why: errorText(cause ?? error), askedAgainInMs: KEPT_MS });
        return void 0;
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  async #head(image, signal) {
    const { registry, name, version } = parseImageReference(image);
    const path = name.startsWith(`${registry}/`) ? name.slice(registry.length + 1) : name;
    const repository = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
    const url = `${baseOf(registry)}/v2/${repository}/manifests/${version}`;
    const ask = async (authorization2) => {
      const headers = { accept: MANIFESTS, ...authorization2 === void 0 ? {} : { authorization: authorization2 } };
      return fetch(url, { method: "HEAD", redirect: "manual", signal, headers });
    };
    const first = await ask();
    if (first.status !== 401) return first;
    const authorization = await this.#authorization(first.headers.get("www-authenticate") ?? "", registry, signal);
    return authorization === void 0 ? first : ask(authorization);
  }
  /** @returns what to show, undefined when there is nothing to show */
  async #authorization(challenge, registry, signal) {
    const held = await this.#deps.credentials?.(registry);
    const basic = held === void 0 ? void 0 : `Basic ${Buffer.from(`${held.username}:${held.password}`).toString("base64")}`;
    if (/^basic\b/i.test(challenge)) return basic;
    const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
    const realm = URL.parse(fields.get("realm") ?? "");
    if (realm === null || realm.protocol !== "https:" && !isLoopback(realm.host)) return void 0;
    for (const key of ["service", "scope"]) {
      const value = fields.get(key);
      if (value !== void 0) realm.searchParams.set(key, value);
    }
    const headers = basic === void 0 ? {} : { authorization: basic };
    const answer = await fetch(realm, { redirect: "error", signal, headers });
    if (!answer.ok) return void 0;
    const { token, access_token: other } = await answer.json();
    const shown = token ?? other;
    return typeof shown === "string" ? `Bearer ${shown}` : void 0;
  }
};
function baseOf(registry) {
  if (registry === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(registry) ? "http" : "https"}://${registry}`;
}
function isLoopback(host) {
  return /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?$/.test(host);
}

// src/github/repository-api.ts
var API_VERSION = "2022-11-28";
var REQUEST_TIMEOUT_MS = 10 * SECOND;
var COMMIT = /^[0-9a-f]{40}$/;
var RepositoryApi = class {
  #options;
  constructor(options) {
    this.#options = options;
  }
  /** @throws RunnerMeshError bad_request, forbidden, unauthorized, rate_limited, peer_unreachable */
  async commitOf({ owner, repo }, ref, signal) {
    const asked = `find ${ref} in ${owner}/${repo}`;
    const path = `/repos/${owner}/${repo}/commits/${encodeURIComponent(ref)}`;
    const answer = await this.#get(path, "application/vnd.github.sha", asked, signal);
    const text = answer.status === 200 ? (await bodyText(answer, asked)).trim() : "";
    if (!COMMIT.test(text)) throw incomplete(asked);
    return text;
  }
  /**
   * @returns an address that gives the archive to whoever asks, for a few minutes: it takes no token, and is a secret
   * @throws RunnerMeshError bad_request, forbidden, unauthorized, rate_limited, peer_unreachable
   */
  async archiveOf({ owner, repo }, commit, signal) {
    const asked = `fetch ${owner}/${repo} at ${commit.slice(0, 12)}`;
    const path = `/repos/${owner}/${repo}/tarball/${commit}`;
    const answer = await this.#get(path, "application/vnd.github+json", asked, signal);
    await answer.body?.cancel();
    const url = URL.parse(answer.headers.get("location") ?? "");
    const isPlain = new URL(this.#options.apiUrl).protocol === "http:";
    if (answer.status !== 302 || url === null || url.protocol !== "https:" && !isPlain) throw incomplete(asked);
    return url;
  }
  async #get(path, accept, asked, signal) {
    var _stack = [];
    try {
      const { apiUrl, token, userAgent, pace, clock } = this.#options;
      const release3 = await pace.turn("read", signal);
      const limit = __using(_stack, new TimeLimit(clock, REQUEST_TIMEOUT_MS, "no answer within 10 s"));
      try {
        const answer = await fetch(`${apiUrl.replace(/\/+$/, "")}${path}`, {
          // A redirect could carry the token to another host.
          redirect: "manual",
          signal: limit.or(signal),
          headers: {
            accept,
            "user-agent": userAgent,
            "x-github-api-version": API_VERSION,
            ...token === void 0 ? {} : { authorization: `Bearer ${token}` }
          }
        });
        if (answer.status === 200 || answer.status === 302) {
          pace.accepted();
          return answer;
        }
        throw await this.#refusal(answer, asked);
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        if (thrown instanceof GitHubError) {
          pace.refused(thrown);
          throw inWordsOfRepositories(thrown, asked, token !== void 0);
        }
        throw thrown instanceof RunnerMeshError ? thrown : unanswered(thrown, asked);
      } finally {
        release3();
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  async #refusal(answer, asked) {
    const body = await answer.json().catch(() => void 0);
    const message = body?.message;
    const resetAt = headerNumber(answer, "x-ratelimit-reset");
    return refusedBy({
      status: answer.status,
      message: typeof message === "string" ? message : "no reason given",
      retryAfterSeconds: headerNumber(answer, "retry-after"),
      remaining: headerNumber(answer, "x-ratelimit-remaining"),
      resetInMs: resetAt === void 0 ? void 0 : Math.max(0, resetAt * SECOND - this.#options.clock.now()),
      asked
    });
  }
};
async function bodyText(answer, asked) {
  try {
    return await answer.text();
  } catch (thrown) {
    throw unanswered(thrown, asked);
  }
}
var ADVICE = {
  missing: "There is no such repository or commit, or the token cannot see it. Check the name, or the token.",
  invalid: "There is no such branch, tag or commit. Check the ref.",
  forbidden: "Give the token the permission contents: read."
};
function inWordsOfRepositories(error, asked, hasToken) {
  const advice = ADVICE[error.refusal];
  if (advice === void 0) return error;
  const token = hasToken || error.refusal !== "missing" ? "" : " This peer has no token: it sees public repositories only.";
  const code = error.refusal === "forbidden" ? "forbidden" : "bad_request";
  return new RunnerMeshError(code, `GitHub cannot ${asked}: ${advice}${token}`, { cause: error });
}
function unanswered(thrown, asked) {
  const { cause } = thrown instanceof Error ? thrown : {};
  const why = errorText(cause ?? thrown);
  return new GitHubError("unanswered", `GitHub did not answer when asked to ${asked}: ${why}.`, { cause: thrown });
}
function incomplete(asked) {
  return new GitHubError("unanswered", `GitHub's answer was of another form when asked to ${asked}.`);
}
function headerNumber(answer, name) {
  const text = answer.headers.get(name);
  const number = text === null || text === "" ? NaN : Number(text);
  return Number.isFinite(number) ? number : void 0;
}

// src/github/repository-checkout.ts
import { spawn as spawn2 } from "node:child_process";
import { once as once2 } from "node:events";
import { mkdir as mkdir2, mkdtemp, rm as rm4 } from "node:fs/promises";
import { join as join11 } from "node:path";

// src/github/repository-address.ts
var PUBLIC_API = "api.github.com";
function webUrlOf(apiUrl) {
  const { protocol, host } = new URL(apiUrl);
  return `${protocol}//${host === PUBLIC_API ? "github.com" : host}`;
}
function repositoryNameOf(repository, apiUrl) {
  const web = new URL(webUrlOf(apiUrl));
  const url = repository.includes("://") ? URL.parse(repository) : new URL(repository, web);
  const [, owner = "", name = "", ...rest] = (url?.pathname ?? "").split("/");
  const repo = name.replace(/\.git$/, "");
  if (url === null || owner === "" || repo === "" || /^\.+$/.test(repo) || rest.length > 0) {
    throw new RunnerMeshError(
      "bad_request",
      `No repository: ${cleanLine(repository, 200)}. Give owner/name or its URL.`
    );
  }
  if (url.host !== web.host) {
    throw new RunnerMeshError(
      "bad_request",
      `This peer fetches repositories from ${web.host}, not from ${cleanLine(url.host, 200)}. Set RUNNER_MESH_GITHUB_API_URL to use another server.`
    );
  }
  return { owner, repo };
}

// src/github/repository-checkout.ts
var KEPT_OUTPUT = 4096;
var FETCH_JOBS = 4;
var RepositoryCheckout = class {
  #options;
  constructor(options) {
    this.#options = options;
  }
  /** @throws RunnerMeshError bad_request, peer_unreachable, executor_unavailable (no git here); the signal's reason */
  async fetch({ owner, repo }, commit, signal) {
    const folder = await mkdtemp(join11(this.#options.temporary, "runner-mesh-checkout-"));
    const dispose = () => rm4(folder, { recursive: true, force: true });
    try {
      const tree = join11(folder, "tree");
      await mkdir2(tree);
      const address = `${webUrlOf(this.#options.apiUrl)}/${owner}/${repo}.git`;
      const git = (...words) => this.#git(tree, words, signal);
      await git("init", "--quiet");
      await git("fetch", "--quiet", "--depth", "1", "--no-tags", address, commit);
      await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
      await git("config", "remote.origin.url", address);
      const jobs = ["--jobs", String(FETCH_JOBS)];
      await git("submodule", "--quiet", "update", "--init", "--recursive", "--depth", "1", ...jobs);
      return { tar: this.#told(tree, dispose, signal), leadingFolders: 0 };
    } catch (thrown) {
      await dispose();
      throw thrown;
    }
  }
  async #git(tree, words, signal) {
    signal.throwIfAborted();
    const child = this.#spawn("git", ["-C", tree, ...words], signal);
    child.stdout.resume();
    const { code, said } = await ended(child, "git");
    signal.throwIfAborted();
    if (code === 0) return;
    const step = `git ${words[0] ?? ""} failed: ${said}`;
    const isMissing2 = /not our ref|not found|does not exist|repository .* not exported/i.test(said);
    throw new GitHubError(isMissing2 ? "invalid" : "unanswered", `Cannot fetch the repository with submodules: ${step}`);
  }
  async *#told(tree, dispose, signal) {
    const child = this.#spawn("tar", ["--create", "--exclude=.git", "--file=-", "--directory", tree, "."], signal);
    const over = ended(child, "tar");
    over.catch(() => void 0);
    try {
      yield* child.stdout;
      const { code, said } = await over;
      if (code !== 0) throw new GitHubError("unanswered", `Cannot pack the repository: ${said}`);
    } finally {
      child.kill("SIGKILL");
      await over.catch(() => void 0);
      await dispose();
    }
  }
  #spawn(program, words, signal) {
    const { path, temporary } = this.#options;
    const env = { PATH: path, HOME: temporary, LC_ALL: "C", ...this.#gitEnvironment() };
    return spawn2(program, words, { stdio: ["ignore", "pipe", "pipe"], signal, env });
  }
  /** In the environment and not among the words: those any user of the machine can see. */
  #gitEnvironment() {
    const { apiUrl, token } = this.#options;
    const web = webUrlOf(apiUrl);
    const basic = Buffer.from(`x-access-token:${token ?? ""}`).toString("base64");
    const settings = [
      ["core.hooksPath", "/dev/null"],
      ["core.symlinks", "true"],
      ["credential.helper", ""],
      ...token === void 0 ? [] : [[`http.${web}/.extraHeader`, `Authorization: Basic ${basic}`]]
    ];
    return {
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ALLOW_PROTOCOL: new URL(web).protocol.replace(":", ""),
      GIT_LFS_SKIP_SMUDGE: "1",
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key = "", value = ""], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value]
        ])
      )
    };
  }
};
async function ended(child, program) {
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-KEPT_OUTPUT);
  });
  try {
    const [code] = await once2(child, "close");
    return { code, said: cleanLine(said.trim().split("\n").at(-1) ?? "", 300) };
  } catch (cause) {
    if (cause.code === "ABORT_ERR") return { code: null, said: "it was given up" };
    throw new RunnerMeshError(
      "executor_unavailable",
      `Cannot start ${program} (${errorText(cause)}). Install ${program} on this machine: submodules are fetched by it.`,
      { cause }
    );
  }
}

// src/github/repository-source.ts
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
var IDLE_MS2 = 60 * SECOND;
function createRepositorySource(deps) {
  const { api, checkout, apiUrl } = deps;
  return {
    resolve: async (repository, ref, signal) => api.commitOf(repositoryNameOf(repository, apiUrl), ref, signal),
    fetch: async (revision, signal) => {
      const name = repositoryNameOf(revision.repository, apiUrl);
      if (revision.submodules === true) return checkout.fetch(name, revision.commit, signal);
      const address = await api.archiveOf(name, revision.commit, signal);
      return download(deps, address, revision, signal);
    }
  };
}
async function download({ clock, idleMs = IDLE_MS2 }, address, { repository, commit }, signal) {
  const what = `the archive of ${repository} at ${commit.slice(0, 12)}`;
  const silence = new TimeLimit(clock, idleMs, `nothing came for ${String(idleMs / SECOND)} s`);
  const given = silence.or(signal);
  const broken = (thrown) => {
    if (signal.aborted) return signal.reason;
    const why = silence.signal.aborted ? errorText(silence.signal.reason) : "the connection was cut";
    return new GitHubError("unanswered", `GitHub did not send ${what}: ${why}.`, { cause: thrown });
  };
  try {
    const answer = await fetch(address, { signal: given, redirect: "error" });
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel();
      const text = `GitHub answered ${String(answer.status)} instead of ${what}.`;
      throw new GitHubError(answer.status === 404 ? "missing" : "unanswered", text);
    }
    const unpacked = createGunzip();
    void pipeline(Readable.fromWeb(answer.body), unpacked, { signal: given }).catch(() => void 0);
    return { tar: followed(unpacked, silence, broken), leadingFolders: 1 };
  } catch (thrown) {
    silence[Symbol.dispose]();
    throw thrown instanceof GitHubError ? thrown : broken(thrown);
  }
}
async function* followed(bytes, silence, broken) {
  var _stack = [];
  try {
    const limit = __using(_stack, silence);
    try {
      for await (const chunk of bytes) {
        limit.rearm();
        yield chunk;
      }
    } catch (thrown) {
      throw broken(thrown);
    } finally {
      bytes.destroy();
    }
  } catch (_) {
    var _error = _, _hasError = true;
  } finally {
    __callDispose(_stack, _error, _hasError);
  }
}

// src/app/peer/image-sources.ts
function createImageSources(config, clock, log) {
  const { surroundings } = config;
  const [home, path] = [surroundings.home ?? "", surroundings.path ?? ""];
  const folder = surroundings.dockerConfig ?? join12(home, ".docker");
  const credentials = createHostCredentials({ folder, path, home, clock, log });
  const apiUrl = config.githubApiUrl ?? surroundings.githubApiUrl ?? GITHUB_API_URL;
  const token = config.githubToken ?? surroundings.githubToken;
  const shown = token === void 0 || token === "" ? {} : { token };
  const repositories = createRepositorySource({
    api: new RepositoryApi({
      ...{ ...shown, apiUrl, clock },
      userAgent: `runner-mesh/${VERSION}`,
      pace: new RequestPace({ clock, spreadMs: () => 0 })
    }),
    checkout: new RepositoryCheckout({ ...shown, apiUrl, temporary: tmpdir(), path }),
    apiUrl,
    clock
  });
  const tags = new TagResolver({ clock, log, credentials });
  return {
    credentials,
    repositories,
    pins: {
      digestOf: (image, signal) => config.pinImages ? tags.digestOf(image, signal) : Promise.resolve(void 0),
      commitOf: (repository, ref, signal) => repositories.resolve(repository, ref, signal)
    }
  };
}

// src/app/peer/output-parts.ts
import { join as join16 } from "node:path";

// src/coordinator/home-desk.ts
var HomeDesk = class {
  logs;
  artifacts;
  #deps;
  /** The sink that writes each log now. */
  #writing = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
    this.logs = deps.logs;
    this.artifacts = deps.artifacts;
  }
  isWriting = (key) => this.#writing.has(nameOf(key));
  /** The desk as one worker sees it; its connection has proven who it is. */
  serve(worker) {
    return {
      openLog: (key) => this.#openLog(worker, key),
      openArtifact: (key, artifact) => this.#openArtifact(worker, key, artifact),
      openInput: (key, index, offset) => this.#openInput(worker, key, index, offset)
    };
  }
  async #openLog(worker, key) {
    await this.#grantedTask(worker, key);
    const mine = Symbol(worker);
    const name = nameOf(key);
    this.#writing.set(name, mine);
    const state = await this.logs.state(key);
    let checked = true;
    return {
      nextSeq: state?.next.seq ?? 0,
      append: async (records) => {
        if (this.#writing.get(name) !== mine)
          throw new RunnerMeshError("lease_lost", `The log of ${key.taskId} is written by another stream now.`);
        if (!checked) await this.#grantedTask(worker, key);
        checked = false;
        await this.#append(key, records);
      },
      flushed: () => Promise.resolve(),
      close: () => {
        if (this.#writing.get(name) === mine) this.#writing.delete(name);
        return Promise.resolve();
      }
    };
  }
  async #append(key, records) {
    const { next } = await this.logs.append(key, records);
    this.#deps.events.emit({
      name: "task.logged",
      at: this.#deps.clock.now(),
      ...key,
      nextSeq: next.seq,
      bytes: next.stdoutBytes + next.stderrBytes
    });
  }
  async #openArtifact(worker, key, artifact) {
    await this.#grantedTask(worker, key);
    const intake = await this.artifacts.receive(key, artifact);
    return {
      get offset() {
        return intake.offset;
      },
      write: (bytes) => intake.write(bytes),
      close: () => intake.close(),
      finish: async () => {
        try {
          await this.#grantedTask(worker, key);
        } catch (error) {
          await intake.close();
          throw error;
        }
        await intake.finish();
      }
    };
  }
  async #openInput(worker, key, index, offset) {
    const task = await this.#grantedTask(worker, key);
    const inputs = inputReferences.safeParse(task.payload["inputs"]);
    const input = inputs.success ? inputs.data[index] : void 0;
    if (input === void 0) throw new RunnerMeshError("bad_request", `Task ${task.id} has no input ${String(index)}.`);
    const artifact = await this.#findInput(task, input);
    const content2 = artifact === void 0 ? void 0 : await this.artifacts.read(artifact.sha256, offset);
    if (artifact === void 0 || content2 === void 0) throw missing(input);
    return { artifact, content: content2 };
  }
  /** What the submitter of a task may give it: artifacts of the tasks it has submitted itself. */
  async #findInput(task, input) {
    if ("task_id" in input) {
      const source = await this.#findOwned(input.task_id, task.submitter);
      if (source === void 0) return void 0;
      const left = await this.artifacts.list({ taskId: source.id, attempt: source.attempt });
      return left.find(({ path }) => path === input.path);
    }
    for (const owner of await this.artifacts.owners(input.sha256)) {
      const source = await this.#findOwned(owner, task.submitter);
      if (source === void 0) continue;
      for (let attempt3 = source.attempt; attempt3 > 0; attempt3 -= 1) {
        const left = await this.artifacts.list({ taskId: source.id, attempt: attempt3 });
        const same = left.find(({ sha256: sha2562 }) => sha2562 === input.sha256);
        if (same !== void 0) return same;
      }
    }
    return void 0;
  }
  async #findOwned(taskId, submitter) {
    const task = findTaskIdParts(taskId) === void 0 ? void 0 : await this.#deps.tasks.find(taskId);
    return task?.submitter === submitter ? task : void 0;
  }
  /** @throws RunnerMeshError task_not_found, lease_lost */
  async #grantedTask(worker, { taskId, attempt: attempt3 }) {
    const task = findTaskIdParts(taskId) === void 0 ? void 0 : await this.#deps.tasks.find(taskId);
    if (task === void 0) throw new RunnerMeshError("task_not_found", `No task ${taskId.slice(0, 80)} at this home.`);
    if (task.attempt === attempt3 && task.worker === worker) return task;
    throw new RunnerMeshError(
      "lease_lost",
      `Attempt ${String(attempt3)} of task ${taskId} is not the latest grant of peer ${worker}.`
    );
  }
};
function missing(input) {
  const what = "task_id" in input ? `${input.path} of task ${input.task_id}` : `content ${input.sha256}`;
  return new RunnerMeshError(
    "bad_request",
    `Input ${input.name}: no ${what} is kept for this submitter. Name the task among needs, so that it has ended before.`
  );
}
function nameOf({ taskId, attempt: attempt3 }) {
  return `${taskId}/${String(attempt3)}`;
}

// src/coordinator/output-upkeep.ts
var EVERY_MS2 = MINUTE;
var OutputUpkeep = class {
  #deps;
  #stopTimer;
  #sweeping = Promise.resolve();
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    if (this.#stopTimer === void 0) this.#goOn();
    return Promise.resolve();
  }
  async stop() {
    this.#stopTimer?.();
    this.#stopTimer = void 0;
    await this.#sweeping;
  }
  /** @returns of how many attempts something was removed */
  async sweep() {
    const { tasks, logs, artifacts } = this.#deps;
    let removed = 0;
    for (const store of [logs, artifacts]) {
      for (const key of await store.keys()) {
        if (getTaskIdParts(key.taskId).home !== tasks.homeId || await tasks.find(key.taskId) !== void 0) continue;
        await store.remove(key);
        removed += 1;
      }
    }
    return removed;
  }
  #goOn() {
    const { clock, log } = this.#deps;
    this.#stopTimer = clock.after(EVERY_MS2, () => {
      this.#sweeping = this.sweep().catch((error) => {
        log.warn("outputs.sweep_failed", { error: errorText(error) });
      }).finally(() => {
        if (this.#stopTimer !== void 0) this.#goOn();
      });
    });
  }
};

// src/coordinator/worker/artifact-delivery.ts
import { createHash } from "node:crypto";

// src/coordinator/worker/home-delivery.ts
var PAUSE_MS = { first: SECOND / 4, longest: 15 * SECOND };
var FINAL = /* @__PURE__ */ new Set([
  "lease_lost",
  "task_not_found",
  "forbidden",
  "peer_not_allowed",
  "bad_request",
  "too_large",
  "storage_low",
  "signature_invalid"
]);
function isFinal(error) {
  return error instanceof RunnerMeshError && FINAL.has(error.code);
}
async function atHome({ desks, clock, log }, taskId, signal, work) {
  const { home } = getTaskIdParts(taskId);
  for (let pauseMs = PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS.longest)) {
    signal.throwIfAborted();
    const back = new AbortController();
    const stopListening = desks.onFound((homes) => {
      if (homes.includes(home)) back.abort();
    });
    try {
      const desk = desks.find(home);
      if (desk !== void 0) return await work(desk);
    } catch (error) {
      signal.throwIfAborted();
      if (isFinal(error)) throw error;
      desks.putLast(home);
      log.debug("delivery.put_off", { taskId, error: errorText(error) });
    } finally {
      stopListening();
    }
    const stopWaiting = desks.onFound((homes) => {
      if (homes.includes(home)) back.abort();
    });
    await clock.sleep(pauseMs, AbortSignal.any([back.signal, signal])).catch(() => void 0);
    stopWaiting();
  }
}

// src/coordinator/worker/artifact-delivery.ts
async function deliverArtifacts(deps, key, artifacts, signal, notify = () => void 0) {
  const faults = [];
  const total = artifacts.reduce((sum2, { bytes }) => sum2 + bytes, 0);
  let before = 0;
  for (const artifact of artifacts) {
    const tell = (offset) => notify(artifact.path, before + offset, total);
    try {
      await atHome(deps, key.taskId, signal, async (desk) => {
        const intake = await desk.openArtifact(key, artifact, signal);
        let { offset } = intake;
        tell(offset);
        try {
          if (offset < artifact.bytes) {
            const content2 = await deps.artifacts.read(artifact.sha256, intake.offset);
            if (content2 === void 0) throw new RunnerMeshError("bad_request", "Its content is not here any more.");
            for await (const piece of content2) {
              await intake.write(piece);
              offset += piece.length;
              tell(offset);
            }
          }
          await intake.finish();
        } finally {
          await intake.close();
        }
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!isFinal(error)) throw error;
      faults.push({ path: artifact.path, message: error.message });
    }
    before += artifact.bytes;
  }
  return faults;
}
function inputFromHome(deps, key, { name }, index) {
  return {
    name,
    open: async (signal) => {
      const open7 = (offset) => atHome(deps, key.taskId, signal, (desk) => desk.openInput(key, index, offset, signal));
      const first = await open7(0);
      return { bytes: first.artifact.bytes, content: wholeInput(first, open7, signal) };
    }
  };
}
async function* wholeInput(first, open7, signal) {
  const { bytes, sha256: sha2562 } = first.artifact;
  const hash2 = createHash("sha256");
  let offset = 0;
  for (let { content: content2 } = first; ; { content: content2 } = await open7(offset)) {
    try {
      for await (const piece of content2) {
        hash2.update(piece);
        offset += piece.length;
        yield piece;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RunnerMeshError) || error.code !== "peer_unreachable") throw error;
    }
    if (offset >= bytes) break;
  }
  if (offset === bytes && hash2.digest("hex") === sha2562) return;
  throw new RunnerMeshError("signature_invalid", `What came for ${first.artifact.path} is not what its SHA-256 says.`);
}

// src/coordinator/worker/log-capture.ts
var LOG_HEAD_BYTES = 16 * 1024;
var LOG_TAIL_BYTES = 64 * 1024;
var LogCapture = class {
  #head = new Uint8Array(0);
  #tail = [];
  #tailBytes = 0;
  #bytes = 0;
  #lines = 0;
  #lastLine = "";
  get bytes() {
    return this.#bytes;
  }
  /** The last line written so far, complete or not. */
  get lastLine() {
    return this.#lastLine;
  }
  write(chunk) {
    this.#bytes += chunk.length;
    this.#lines += countLineEnds(chunk);
    this.#rememberLastLine(chunk);
    const room = LOG_HEAD_BYTES - this.#head.length;
    if (room > 0) this.#head = Buffer.concat([this.#head, chunk.subarray(0, room)]);
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    if (this.#tailBytes > 2 * LOG_TAIL_BYTES) this.#compact();
  }
  /** `{bytes, lines, truncated, tail, head?}`; the head is there only when the tail does not hold everything. */
  toJson() {
    this.#compact();
    const truncated = this.#bytes > LOG_TAIL_BYTES;
    return {
      bytes: this.#bytes,
      lines: this.#lines,
      truncated,
      tail: decode(this.#tail[0] ?? new Uint8Array(0)),
      ...truncated ? { head: decode(this.#head) } : {}
    };
  }
  #compact() {
    const all = Buffer.concat(this.#tail);
    const kept = Uint8Array.from(all.subarray(Math.max(0, all.length - LOG_TAIL_BYTES)));
    this.#tail = [kept];
    this.#tailBytes = kept.length;
  }
  #rememberLastLine(chunk) {
    const text = decode(chunk.subarray(Math.max(0, chunk.length - 4096)));
    const lines = text.split(/\r\n|\n|\r/);
    const open7 = lines.pop() ?? "";
    if (open7 !== "") this.#lastLine = open7;
    else {
      const last = lines.findLast((line) => line.trim() !== "");
      if (last !== void 0) this.#lastLine = last;
    }
  }
};
function decode(bytes) {
  return new TextDecoder("utf-8").decode(bytes);
}

// src/coordinator/worker/attempt-log.ts
var AttemptLog = class {
  #capture = new LogCapture();
  #redactor;
  #spool;
  #again;
  constructor(spool, secrets, kept) {
    this.#spool = spool;
    this.#redactor = new Redactor(secrets);
    this.#again = { stdout: new Replay(kept.stdout), stderr: new Replay(kept.stderr) };
  }
  get bytes() {
    return this.#capture.bytes;
  }
  get lastLine() {
    return this.#capture.lastLine;
  }
  write(stream, bytes) {
    this.#take(this.#redactor.write(stream, bytes));
  }
  async end() {
    this.#take(this.#redactor.end());
    await this.#spool.end();
  }
  toJson() {
    return this.#capture.toJson();
  }
  #take(released) {
    for (const { stream, bytes } of released) {
      this.#capture.write(bytes);
      const { isOther, fresh } = this.#again[stream].pass(bytes);
      if (isOther) this.#spool.skip();
      for (const piece of fresh) this.#spool.write(stream, piece);
    }
  }
};
var Replay = class {
  #kept;
  #passed = 0;
  #done;
  constructor(kept) {
    this.#kept = kept;
    this.#done = kept.bytes === 0;
  }
  pass(bytes) {
    if (this.#done) return { isOther: false, fresh: [bytes] };
    const { head, bytes: known } = this.#kept;
    const compared = head.subarray(this.#passed, this.#passed + bytes.length);
    if (Buffer.compare(compared, bytes.subarray(0, compared.length)) !== 0) {
      this.#done = true;
      return { isOther: true, fresh: [head.subarray(0, this.#passed), bytes] };
    }
    const skipped = Math.min(bytes.length, known - this.#passed);
    this.#passed += skipped;
    this.#done = this.#passed >= known;
    return { isOther: false, fresh: skipped < bytes.length ? [bytes.subarray(skipped)] : [] };
  }
};

// src/coordinator/worker/log-delivery.ts
var BATCH_BYTES = 524288;
var LogDelivery = class {
  #deps;
  #deliveries = /* @__PURE__ */ new Map();
  #stopping = new AbortController();
  constructor(deps) {
    this.#deps = deps;
  }
  /** Goes on with what a former process of this worker has left. */
  async start() {
    for (const key of await this.#deps.spool.keys()) this.grew(key);
  }
  async stop() {
    this.#stopping.abort(new Error("stopping"));
    await Promise.all([...this.#deliveries.values()].map(({ done }) => done));
  }
  /** There is more of it in the spool. */
  grew(key) {
    const name = nameOf2(key);
    const known = this.#deliveries.get(name);
    if (known !== void 0) {
      known.grown = true;
      known.wake();
      return;
    }
    if (this.#stopping.signal.aborted) return;
    const { promise: begun, resolve: begin } = Promise.withResolvers();
    const { promise: arrived, resolve } = Promise.withResolvers();
    const arrive = () => {
      resolve(void 0);
    };
    const done = begun.then((delivery2) => this.#deliver(key, delivery2)).finally(() => {
      this.#deliveries.delete(name);
      arrive();
    });
    const delivery = { done, arrived, arrive, wake: () => void 0, grown: true };
    this.#deliveries.set(name, delivery);
    begin(delivery);
  }
  /** Resolves when the log is at home as a whole, or there is no home for it, or the signal says that it took too long. */
  async delivered(key, signal) {
    const arrived = this.#deliveries.get(nameOf2(key))?.arrived;
    if (arrived === void 0 || signal.aborted) return;
    const { promise: over, resolve } = Promise.withResolvers();
    const giveUp = () => {
      resolve(void 0);
    };
    signal.addEventListener("abort", giveUp);
    await Promise.race([arrived, over]);
    signal.removeEventListener("abort", giveUp);
  }
  async #deliver(key, delivery) {
    const { spool, log } = this.#deps;
    const { signal } = this.#stopping;
    try {
      await atHome(this.#deps, key.taskId, signal, async (desk) => {
        const sink = await desk.openLog(key, signal);
        try {
          await this.#send(key, sink, delivery);
          delivery.arrive();
        } finally {
          await sink.close();
        }
      });
    } catch (error) {
      if (signal.aborted) return;
      const level = isFinal(error) ? "info" : "error";
      log[level]("log.not_delivered", { ...key, error: errorText(error) });
    }
    await spool.remove(key).catch((error) => {
      log.warn("log.not_removed", { ...key, error: errorText(error) });
    });
  }
  async #send(key, sink, delivery) {
    let seq = sink.nextSeq;
    for (; ; ) {
      delivery.grown = false;
      const records = await this.#deps.spool.read(key, { seq }, BATCH_BYTES);
      const last = records.at(-1);
      if (last !== void 0) {
        await sink.append(records);
        seq = positionAfter(last).seq;
        if (last.kind !== "end") continue;
      }
      await sink.flushed();
      const state = await this.#deps.spool.state(key);
      if (state === void 0 || state.ended && state.next.seq <= seq) return;
      await this.#untilGrown(delivery);
    }
  }
  async #untilGrown(delivery) {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    if (delivery.grown) return;
    const { promise, resolve } = Promise.withResolvers();
    delivery.wake = () => {
      resolve(void 0);
    };
    signal.addEventListener("abort", delivery.wake);
    await promise;
    signal.removeEventListener("abort", delivery.wake);
    signal.throwIfAborted();
  }
};
function nameOf2({ taskId, attempt: attempt3 }) {
  return `${taskId}/${String(attempt3)}`;
}

// src/coordinator/worker/log-spool.ts
var GATHER_MS = 40;
var QUEUE_BYTES = 4 * 1048576;
var LogSpool = class {
  #deps;
  #key;
  #next;
  #stream = "stdout";
  #pending = [];
  #pendingBytes = 0;
  /** The beginning of a character whose rest has not come yet. */
  #torn = { stdout: new Uint8Array(), stderr: new Uint8Array() };
  #queue = [];
  #queueBytes = 0;
  #writing;
  #stopTimer;
  /** @param from where a former process of this worker stopped */
  constructor(key, deps, from = LOG_START) {
    this.#key = key;
    this.#deps = deps;
    this.#next = from;
  }
  write(stream, bytes) {
    if (bytes.length === 0) return;
    if (stream !== this.#stream) this.#flush();
    this.#stream = stream;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= LOG_RECORD_BYTES) this.#flush();
    else
      this.#stopTimer ??= this.#deps.clock.after(GATHER_MS, () => {
        this.#flush();
      });
  }
  /** A part of the log is not there and its length is not known. */
  skip() {
    this.#flush();
    this.#next = { ...this.#next, seq: this.#next.seq + 1 };
  }
  /** Nothing follows. Resolves when all that could be kept is in the store. */
  async end() {
    this.#flush();
    for (const stream of ["stdout", "stderr"]) {
      this.#add(stream, this.#torn[stream]);
      this.#torn[stream] = new Uint8Array();
    }
    this.#enqueue({ kind: "end", at: this.#deps.clock.now(), ...this.#next, bytes: new Uint8Array() });
    while (this.#writing !== void 0) await this.#writing;
  }
  #flush() {
    this.#stopTimer?.();
    this.#stopTimer = void 0;
    if (this.#pendingBytes === 0) return;
    const stream = this.#stream;
    const all = Buffer.concat([this.#torn[stream], ...this.#pending]);
    this.#pending = [];
    this.#pendingBytes = 0;
    const whole = all.length - tornBytes(all);
    this.#torn[stream] = Uint8Array.from(all.subarray(whole));
    for (let at = 0; at < whole; ) {
      const end2 = at + cutAt(all.subarray(at, whole));
      this.#add(stream, all.subarray(at, end2));
      at = end2;
    }
  }
  #add(kind, bytes) {
    if (bytes.length === 0) return;
    const record2 = { kind, at: this.#deps.clock.now(), ...this.#next, bytes };
    this.#next = positionAfter(record2);
    while (this.#queueBytes + bytes.length > QUEUE_BYTES) {
      const oldest = this.#queue.shift();
      if (oldest === void 0) break;
      this.#queueBytes -= oldest.bytes.length;
    }
    this.#enqueue(record2);
  }
  #enqueue(record2) {
    this.#queue.push(record2);
    this.#queueBytes += record2.bytes.length;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = void 0;
    });
  }
  async #drain() {
    const { store, log, onGrown } = this.#deps;
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const records = this.#queue;
      const bytes = this.#queueBytes;
      this.#queue = [];
      this.#queueBytes = 0;
      try {
        await store.append(this.#key, records);
        onGrown();
      } catch (error) {
        log.warn("log.not_kept", { ...this.#key, bytes, error: errorText(error) });
      }
    }
  }
};
function cutAt(bytes) {
  if (bytes.length <= LOG_RECORD_BYTES) return bytes.length;
  const fitting = bytes.subarray(0, LOG_RECORD_BYTES);
  const line = fitting.lastIndexOf(10);
  return line >= 0 ? line + 1 : fitting.length - tornBytes(fitting);
}
function tornBytes(bytes) {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 128) return 0;
    if (byte >= 192) {
      const length = byte >= 240 ? 4 : byte >= 224 ? 3 : 2;
      return length > back ? back : 0;
    }
  }
  return 0;
}

// src/coordinator/worker/attempt-outputs.ts
var LOG_FIRST_MS = 2 * SECOND;
var COMPARED_BYTES = 1024;
var AttemptOutputs = class {
  #deps;
  #delivery;
  /** Attempts whose artifacts are known to be at home. */
  #atHome = /* @__PURE__ */ new Set();
  constructor(deps) {
    this.#deps = deps;
    this.#delivery = new LogDelivery(deps);
  }
  start() {
    return this.#delivery.start();
  }
  stop() {
    return this.#delivery.stop();
  }
  /** The log of an attempt, gone on with where a former process of this worker left it. */
  async openLog(key, secrets) {
    const { spool: store, clock, log } = this.#deps;
    const state = await store.state(key);
    const onGrown = () => {
      this.#delivery.grew(key);
    };
    const spool = new LogSpool(key, { store, clock, log, onGrown }, state?.next ?? LOG_START);
    return new AttemptLog(spool, secrets, await this.#kept(key, state));
  }
  /** The container is gone and `log` has ended: brings home what it has left, as long as the lease is kept. */
  async bringHome(key, artifacts, signal, notify) {
    var _stack = [];
    try {
      const { clock, log } = this.#deps;
      let faults = [];
      try {
        faults = await deliverArtifacts(this.#deps, key, artifacts, signal, notify);
        if (artifacts.length > 0) this.#atHome.add(nameOf3(key));
      } catch (error) {
        log.warn("artifacts.put_off", { ...key, error: errorText(error) });
      }
      const limit = __using(_stack, new TimeLimit(clock, LOG_FIRST_MS, "the end is told first"));
      await this.#delivery.delivered(key, limit.or(signal));
      return faults;
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  /** Before the end of an attempt is told: what it names must be there. @throws the signal's reason */
  async ensureAtHome(key, artifacts, signal) {
    if (artifacts.length === 0 || this.#atHome.has(nameOf3(key))) return;
    const faults = await deliverArtifacts(this.#deps, key, artifacts, signal);
    for (const fault of faults) this.#deps.log.warn("artifact.not_taken", { ...key, ...fault });
  }
  /** The home has answered for what this worker did of the task, or it was given up: nothing of it is needed here. */
  async forget(taskId) {
    const { artifacts, desks } = this.#deps;
    const isOwn = desks.isOwn(getTaskIdParts(taskId).home);
    for (const key of (await artifacts.keys()).filter((one) => one.taskId === taskId)) {
      this.#atHome.delete(nameOf3(key));
      if (!isOwn) await artifacts.remove(key);
    }
  }
  inputs(key, references) {
    return references.map((reference, index) => inputFromHome(this.#deps, key, reference, index));
  }
  collect(key, path, bytes, content2) {
    return this.#deps.artifacts.collect(key, path, bytes, content2);
  }
  /** After a restart, when it is known which attempts go on or wait to be told: the logs of all others have ended. */
  async endOthers(isKept) {
    const { spool, artifacts, clock, desks } = this.#deps;
    for (const key of await spool.keys()) {
      const state = await spool.state(key);
      if (state === void 0 || state.ended || isKept(key)) continue;
      const end2 = { kind: "end", at: clock.now(), ...state.next, bytes: new Uint8Array() };
      await spool.append(key, [end2]);
      this.#delivery.grew(key);
    }
    for (const key of await artifacts.keys()) {
      if (!desks.isOwn(getTaskIdParts(key.taskId).home) && !isKept(key)) await artifacts.remove(key);
    }
  }
  async #kept(key, state) {
    const first = state === void 0 ? [] : await this.#deps.spool.read(key, { seq: 0 }, 16 * COMPARED_BYTES);
    const head = (stream) => {
      const bytes = Buffer.concat(first.filter(({ kind }) => kind === stream).map((record2) => record2.bytes));
      return Uint8Array.from(bytes.subarray(0, COMPARED_BYTES));
    };
    return {
      stdout: { bytes: state?.next.stdoutBytes ?? 0, head: head("stdout") },
      stderr: { bytes: state?.next.stderrBytes ?? 0, head: head("stderr") }
    };
  }
};
function nameOf3({ taskId, attempt: attempt3 }) {
  return `${taskId}/${String(attempt3)}`;
}

// src/peers/stream-desk.ts
import { crc32 } from "node:zlib";

// src/peers/stream-talk.ts
var STREAM_PROTOCOL = "/runner-mesh/stream/1.0.0";
var WINDOW_BYTES = 4 * 1048576;
var PIECE_BYTES = 262144;
var [WORD, DATA] = [1, 2];
var MOST_WORD_BYTES = 65536;
var MOST_WORDS = 8;
var SLACK_BYTES = 1048576;
var SILENCE_MS = 6e4;
var StreamTalk = class {
  channel;
  #clock;
  #heard = [];
  #heardBytes = 0;
  #wakeReader = () => void 0;
  #wakeWriter = () => void 0;
  #sent = 0;
  #storedThere = 0;
  #takenHere = 0;
  #words = 0;
  #refusal;
  #gone;
  constructor(channel, clock) {
    this.channel = channel;
    this.#clock = clock;
    channel.onClose((cause) => {
      this.#gone = {
        cause: cause === void 0 ? void 0 : new RunnerMeshError("peer_unreachable", `The stream to peer ${channel.remote} was cut.`, { cause })
      };
      this.#wakeReader();
      this.#wakeWriter();
    });
    channel.onFrame((frame) => this.#receive(frame));
  }
  say(word) {
    const json = Buffer.from(JSON.stringify(word));
    return this.#send(WORD, json);
  }
  /** Resolves when more may follow. @throws RunnerMeshError peer_unreachable, or what the other end said against it */
  async send(data) {
    await this.#until(
      () => this.#sent - this.#storedThere + data.length <= WINDOW_BYTES || this.#sent === this.#storedThere
    );
    this.#sent += data.length;
    await this.#send(DATA, data);
  }
  /** Resolves when the other end has taken in all that was sent. */
  async delivered() {
    await this.#until(() => this.#storedThere >= this.#sent);
  }
  /**
   * The next word or piece of data; undefined at an orderly end.
   * @throws RunnerMeshError peer_unreachable, or what the other end said against going on
   */
  async next({ patient = false } = {}) {
    const heard = await this.#nextHeard(patient);
    if (heard !== void 0 && "data" in heard) this.#heardBytes -= heard.data.length;
    return heard;
  }
  /** Everything that has come, at least one; empty at an orderly end. */
  async nextAll() {
    const first = await this.next({ patient: true });
    if (first === void 0) return [];
    const all = [first, ...this.#heard];
    this.#heard = [];
    this.#heardBytes = 0;
    return all;
  }
  /** Tells the other end that data has been taken in, of which `bytes` are new. */
  taken(bytes) {
    this.#takenHere += bytes;
    return this.say({ stored: this.#takenHere });
  }
  close() {
    return this.channel.close();
  }
  abort(cause) {
    this.channel.abort(cause);
  }
  #receive(frame) {
    const kind = frame[0];
    const body = frame.subarray(1);
    if (kind === WORD && body.length <= MOST_WORD_BYTES) {
      const word = parseWord(body);
      if (word === void 0) this.#refuse("a word that is no JSON object");
      else if (typeof word["stored"] === "number") {
        this.#storedThere = Math.min(this.#sent, Math.max(this.#storedThere, word["stored"]));
        this.#wakeWriter();
      } else if ("error" in word) {
        this.#refusal = refusalOf(word["error"]);
        this.#wakeWriter();
        this.#wakeReader();
      } else if (this.#words < MOST_WORDS) {
        this.#words += 1;
        this.#hear({ word });
      } else this.#refuse("too many words");
    } else if (kind === DATA) {
      this.#heardBytes += body.length;
      if (this.#heardBytes > WINDOW_BYTES + SLACK_BYTES) this.#refuse("more data than was asked for");
      else this.#hear({ data: body.slice() });
    } else this.#refuse("a frame of no kind");
  }
  #hear(heard) {
    this.#heard.push(heard);
    this.#wakeReader();
  }
  #refuse(what) {
    this.#heard = [];
    this.abort(new RunnerMeshError("protocol_mismatch", `Peer ${this.channel.remote} sent ${what}.`));
  }
  async #nextHeard(patient) {
    const giveUp = patient ? () => void 0 : this.#onSilence();
    try {
      for (; ; ) {
        const heard = this.#heard.shift();
        if (heard !== void 0) return heard;
        if (this.#refusal !== void 0) throw this.#refusal;
        if (this.#gone !== void 0) {
          if (this.#gone.cause === void 0) return void 0;
          throw this.#gone.cause;
        }
        await new Promise((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    } finally {
      giveUp();
    }
  }
  async #until(isTrue) {
    while (!isTrue()) {
      this.#throwIfOver();
      const giveUp = this.#onSilence();
      await new Promise((resolve) => {
        this.#wakeWriter = resolve;
      });
      giveUp();
    }
  }
  #onSilence() {
    return this.#clock.after(SILENCE_MS, () => {
      this.abort(new RunnerMeshError("peer_unreachable", `Peer ${this.channel.remote} is silent on a stream.`));
    });
  }
  #throwIfOver() {
    if (this.#refusal !== void 0) throw this.#refusal;
    if (this.#gone !== void 0) throw this.#gone.cause ?? cut(this.channel);
  }
  async #send(kind, body) {
    this.#throwIfOver();
    const frame = new Uint8Array(1 + body.length);
    frame[0] = kind;
    frame.set(body, 1);
    await this.channel.send(frame);
  }
};
function refusalOf(error) {
  const { code, message } = typeof error === "object" && error !== null ? error : {};
  const text = typeof message === "string" ? cleanLine(message, 500) : "The other end refused.";
  return new RunnerMeshError(typeof code === "string" && isErrorCode(code) ? code : "protocol_mismatch", text);
}
function cut({ remote }) {
  return new RunnerMeshError("peer_unreachable", `The stream to peer ${remote} has ended early.`);
}
function parseWord(body) {
  try {
    const value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : void 0;
  } catch {
    return void 0;
  }
}

// src/peers/stream-desk.ts
var logAnswer = external_exports.object({ next_seq: external_exports.int().min(0) });
var artifactAnswer = external_exports.object({ offset: external_exports.int().min(0) });
var inputAnswer = external_exports.object({ path: external_exports.string(), bytes: external_exports.int().min(0), sha256: external_exports.string().regex(/^[0-9a-f]{64}$/) });
function createStreamDesk(peer, { mesh, clock }) {
  const open7 = async (word, answer, signal) => {
    const channel = await mesh.openChannel(peer, STREAM_PROTOCOL, signal);
    const talk = new StreamTalk(channel, clock);
    const giveUp = () => talk.abort(new RunnerMeshError("cancelled", "The transfer was given up."));
    signal.addEventListener("abort", giveUp);
    channel.onClose(() => signal.removeEventListener("abort", giveUp));
    if (signal.aborted) giveUp();
    await talk.say(word);
    const heard = await talk.next();
    const parsed = answer.safeParse(heard !== void 0 && "word" in heard ? heard.word : void 0);
    if (parsed.success) return { talk, answer: parsed.data };
    const strange = new RunnerMeshError("protocol_mismatch", `Peer ${peer} answered a stream in a strange form.`);
    talk.abort(strange);
    throw strange;
  };
  return {
    openLog: async (key, signal) => {
      const { talk, answer } = await open7({ open: "log", ...wireKey(key) }, logAnswer, signal);
      return {
        nextSeq: answer.next_seq,
        append: async (records) => {
          for (const record2 of records) await talk.send(encodeLogRecord(record2, crc32));
        },
        flushed: () => talk.delivered(),
        close: () => talk.close()
      };
    },
    openArtifact: async (key, { path, bytes, sha256: sha2562 }, signal) => {
      const word = { open: "artifact", ...wireKey(key), path, bytes, sha256: sha2562 };
      const { talk, answer } = await open7(word, artifactAnswer, signal);
      let { offset } = answer;
      return {
        get offset() {
          return offset;
        },
        write: async (piece) => {
          for (let at = 0; at < piece.length; at += PIECE_BYTES) await talk.send(piece.subarray(at, at + PIECE_BYTES));
          offset += piece.length;
        },
        finish: async () => {
          await talk.say({ done: true });
          const kept = await talk.next();
          if (kept === void 0 || !("word" in kept) || kept.word["kept"] !== true)
            throw new RunnerMeshError("peer_unreachable", `Peer ${peer} did not say that it keeps ${path}.`);
          await talk.close();
        },
        close: () => talk.close()
      };
    },
    openInput: async (key, index, offset, signal) => {
      const { talk, answer } = await open7({ open: "input", ...wireKey(key), index, offset }, inputAnswer, signal);
      return { artifact: answer, content: pieces(talk) };
    }
  };
}
async function* pieces(talk) {
  try {
    for (; ; ) {
      const heard = await talk.next();
      if (heard === void 0)
        throw new RunnerMeshError("peer_unreachable", `Peer ${talk.channel.remote} broke off in the middle of a file.`);
      if ("word" in heard) return;
      yield heard.data;
      await talk.taken(heard.data.length);
    }
  } finally {
    await talk.close();
  }
}
function wireKey({ taskId, attempt: attempt3 }) {
  return { task_id: taskId, attempt: attempt3 };
}

// src/peers/stream-door.ts
import { crc32 as crc322 } from "node:zlib";
var attempt2 = { task_id: external_exports.string().max(64), attempt: external_exports.int().min(1) };
var opening = external_exports.discriminatedUnion("open", [
  external_exports.object({ open: external_exports.literal("log"), ...attempt2 }),
  external_exports.object({
    open: external_exports.literal("artifact"),
    ...attempt2,
    path: external_exports.string().min(1).max(4096),
    bytes: external_exports.int().min(0),
    sha256: external_exports.string().regex(/^[0-9a-f]{64}$/)
  }),
  external_exports.object({ open: external_exports.literal("input"), ...attempt2, index: external_exports.int().min(0).max(1024), offset: external_exports.int().min(0) })
]);
function serveStreams({ mesh, desk, clock, log }) {
  mesh.onChannel(STREAM_PROTOCOL, (channel) => {
    const talk = new StreamTalk(channel, clock);
    serve(talk, channel, desk).then(() => talk.close()).catch((error) => refuse2(talk, channel, log, error));
  });
}
async function refuse2(talk, channel, log, error) {
  log.info("stream.ended_early", { peer: channel.remote, error: errorText(error) });
  try {
    await talk.say({ error: toErrorView(error) });
    await talk.close();
  } catch {
    talk.abort(error instanceof Error ? error : new Error(errorText(error)));
  }
}
async function serve(talk, channel, desk) {
  const first = await talk.next();
  if (first === void 0) return;
  const parsed = opening.safeParse("word" in first ? first.word : void 0);
  if (!parsed.success) throw new RunnerMeshError("bad_request", "A stream begins by saying what it is for.");
  if (desk === void 0) throw new RunnerMeshError("peer_not_allowed", "This peer only works and keeps no queue.");
  const served = desk(channel.remote);
  const signal = new AbortController();
  channel.onClose(() => signal.abort(new Error("the stream was closed")));
  switch (parsed.data.open) {
    case "log":
      return takeLog(talk, served, parsed.data, signal.signal);
    case "artifact":
      return takeArtifact(talk, served, parsed.data, signal.signal);
    case "input":
      return giveInput(talk, served, parsed.data, signal.signal);
  }
}
async function takeLog(talk, desk, opened, signal) {
  const sink = await desk.openLog(keyOf(opened), signal);
  try {
    await talk.say({ ok: true, next_seq: sink.nextSeq });
    for (; ; ) {
      const heard = await talk.nextAll();
      if (heard.length === 0) return;
      const data = heard.map(dataOf);
      await sink.append(data.map((encoded) => decodeLogRecord(encoded, crc322)));
      await talk.taken(data.reduce((sum2, { length }) => sum2 + length, 0));
    }
  } finally {
    await sink.close();
  }
}
async function takeArtifact(talk, desk, opened, signal) {
  const { path, bytes, sha256: sha2562 } = opened;
  const intake = await desk.openArtifact(keyOf(opened), { path, bytes, sha256: sha2562 }, signal);
  try {
    await talk.say({ ok: true, offset: intake.offset });
    for (; ; ) {
      const heard = await talk.next({ patient: true });
      if (heard === void 0) return;
      if ("word" in heard) break;
      await intake.write(heard.data);
      await talk.taken(heard.data.length);
    }
    await intake.finish();
    await talk.say({ kept: true });
  } finally {
    await intake.close();
  }
}
async function giveInput(talk, desk, opened, signal) {
  const { artifact, content: content2 } = await desk.openInput(keyOf(opened), opened.index, opened.offset, signal);
  await talk.say({ ok: true, ...artifact });
  for await (const piece of content2) await talk.send(piece);
  await talk.delivered();
  await talk.say({ done: true });
}
function dataOf(heard) {
  if ("data" in heard) return heard.data;
  throw new RunnerMeshError("bad_request", "A log has no words between its records.");
}
function keyOf({ task_id, attempt: number }) {
  return { taskId: task_id, attempt: number };
}

// src/store/artifacts/file-artifact-store.ts
import { createHash as createHash3 } from "node:crypto";
import { createReadStream as createReadStream2 } from "node:fs";
import { mkdir as mkdir3, readdir as readdir2, rename as rename6, rm as rm6, stat as stat3 } from "node:fs/promises";
import { dirname as dirname3, join as join13 } from "node:path";

// src/store/artifacts/artifact-index.ts
var SCHEMA2 = 1;
var TABLES = `
  CREATE TABLE IF NOT EXISTS content (sha256 TEXT PRIMARY KEY, bytes INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS artifact (
    task_id TEXT NOT NULL, attempt INTEGER NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (task_id, attempt, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS artifact_by_content ON artifact (sha256)`;
var ArtifactIndex = class {
  #db;
  #statements;
  /** Bytes of all contents. */
  total;
  /** @throws RunnerMeshError store_corrupt, store_newer */
  constructor(file2) {
    const db = openSmallDatabase({
      file: file2,
      schema: SCHEMA2,
      tables: TABLES,
      synchronous: "FULL",
      advice: "Move the folder of the artifacts away to start without them, or restore it."
    });
    this.#db = db;
    this.#statements = {
      insert: db.prepare("INSERT OR REPLACE INTO artifact (task_id, attempt, path, sha256) VALUES (?, ?, ?, ?)"),
      insertContent: db.prepare("INSERT OR IGNORE INTO content (sha256, bytes) VALUES (?, ?)"),
      hasContent: db.prepare("SELECT 1 FROM content WHERE sha256 = ?"),
      list: db.prepare(
        "SELECT path, sha256, bytes FROM artifact JOIN content USING (sha256) WHERE task_id = ? AND attempt = ? ORDER BY path"
      ),
      owners: db.prepare("SELECT DISTINCT task_id FROM artifact WHERE sha256 = ?"),
      keys: db.prepare("SELECT DISTINCT task_id, attempt FROM artifact"),
      remove: db.prepare("DELETE FROM artifact WHERE task_id = ? AND attempt = ?"),
      unowned: db.prepare("SELECT sha256, bytes FROM content WHERE sha256 NOT IN (SELECT sha256 FROM artifact)"),
      removeContent: db.prepare("DELETE FROM content WHERE sha256 = ?")
    };
    const { total } = db.prepare("SELECT coalesce(sum(bytes), 0) AS total FROM content").get();
    this.total = total;
  }
  close() {
    this.#db.close();
  }
  has(sha2562) {
    return this.#statements.hasContent.get(sha2562) !== void 0;
  }
  /** @returns contents that nobody owns any more, when the path stood for another one before */
  add({ taskId, attempt: attempt3 }, { path, sha256: sha2562, bytes }) {
    return this.#atOnce(() => {
      if (this.#statements.insertContent.run(sha2562, bytes).changes > 0) this.total += bytes;
      this.#statements.insert.run(taskId, attempt3, path, sha2562);
      return this.#dropUnowned();
    });
  }
  list({ taskId, attempt: attempt3 }) {
    const rows = this.#statements.list.all(taskId, attempt3);
    return rows.map(({ path, sha256: sha2562, bytes }) => ({ path, bytes, sha256: sha2562 }));
  }
  owners(sha2562) {
    const rows = this.#statements.owners.all(sha2562);
    return rows.map(({ task_id: taskId }) => taskId);
  }
  keys() {
    const rows = this.#statements.keys.all();
    return rows.map(({ task_id: taskId, attempt: attempt3 }) => ({ taskId, attempt: attempt3 }));
  }
  /** @returns contents that nobody owns any more */
  remove({ taskId, attempt: attempt3 }) {
    return this.#atOnce(() => {
      this.#statements.remove.run(taskId, attempt3);
      return this.#dropUnowned();
    });
  }
  #dropUnowned() {
    const rows = this.#statements.unowned.all();
    for (const { sha256: sha2562, bytes } of rows) {
      this.#statements.removeContent.run(sha2562);
      this.total -= bytes;
    }
    return rows.map(({ sha256: sha2562 }) => sha2562);
  }
  #atOnce(change) {
    const { total } = this;
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = change();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      this.total = total;
      throw error;
    }
  }
};

// src/store/artifacts/arriving-file.ts
import { createHash as createHash2 } from "node:crypto";
import { createReadStream } from "node:fs";
import { open as open5, rm as rm5 } from "node:fs/promises";
var ArrivingFile = class _ArrivingFile {
  path;
  #bytes;
  #file;
  /** Of all that is there, as long as it came through here from the first byte on. */
  #hash;
  #offset;
  #closed = false;
  constructor(path, bytes, file2, offset) {
    this.path = path;
    this.#bytes = bytes;
    this.#file = file2;
    this.#offset = offset;
    this.#hash = offset === 0 ? createHash2("sha256") : void 0;
  }
  static async open(path, bytes) {
    const file2 = await open5(path, "a", 384);
    let { size } = await file2.stat();
    if (size > bytes) {
      await file2.truncate(0);
      size = 0;
    }
    return new _ArrivingFile(path, bytes, file2, size);
  }
  get offset() {
    return this.#offset;
  }
  /** @throws RunnerMeshError too_large beyond the length that was announced */
  async write(piece) {
    if (this.#offset + piece.length > this.#bytes)
      throw new RunnerMeshError("too_large", `More than the ${String(this.#bytes)} bytes that were announced.`);
    this.#hash?.update(piece);
    await this.#file.appendFile(piece);
    this.#offset += piece.length;
  }
  /**
   * That it is whole and, when a digest is given, that it is what was announced; then it is on the platter and closed.
   * @throws RunnerMeshError signature_invalid; the file is removed then
   */
  async check(sha2562) {
    try {
      await this.#file.datasync();
      const whole = this.#offset === this.#bytes;
      if (whole && (sha2562 === void 0 || sha2562 === await this.#digest())) return;
      await rm5(this.path, { force: true });
      throw new RunnerMeshError(
        "signature_invalid",
        whole ? "The content is not what its SHA-256 says." : `The content has ${String(this.#offset)} bytes, not ${String(this.#bytes)}.`
      );
    } finally {
      await this.close();
    }
  }
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }
  async #digest() {
    if (this.#hash !== void 0) return this.#hash.digest("hex");
    const hash2 = createHash2("sha256");
    for await (const piece of createReadStream(this.path)) hash2.update(piece);
    return hash2.digest("hex");
  }
};

// src/store/artifacts/file-artifact-store.ts
var MOST_ARRIVING = 64;
var READ_BYTES = 262144;
var SHA256 = /^[0-9a-f]{64}$/;
function createFileArtifactStore(options) {
  return new FileArtifactStore(options);
}
var FileArtifactStore = class {
  #directory;
  #limits;
  #totalBytes;
  /** One intake at a time for each content. */
  #turns = /* @__PURE__ */ new Map();
  #index;
  #collected = 0;
  constructor({ directory, limits = ARTIFACT_LIMITS, totalBytes }) {
    this.#directory = directory;
    this.#limits = limits;
    this.#totalBytes = totalBytes;
  }
  async start() {
    if (this.#index !== void 0) return;
    for (const folder of ["content", "arriving"])
      await mkdir3(join13(this.#directory, folder), { recursive: true, mode: 448 });
    this.#index = new ArtifactIndex(join13(this.#directory, "index.db"));
    await this.#tidyArriving((name) => !SHA256.test(name));
  }
  stop() {
    this.#index?.close();
    this.#index = void 0;
    return Promise.resolve();
  }
  async receive(key, artifact) {
    const index = this.#opened();
    const { sha256: sha2562, bytes } = artifact;
    if (!SHA256.test(sha2562)) throw new RunnerMeshError("bad_request", "sha256 is not a SHA-256 in hexadecimal.");
    const leave = await this.#enter(sha2562);
    try {
      this.#check(index, key, artifact.path, bytes);
      if (index.has(sha2562)) {
        const same = index.list(key).some(({ path, sha256: known }) => path === artifact.path && known === sha2562);
        return wholeIntake(bytes, leave, async () => {
          if (!same) await this.#keep(key, artifact);
        });
      }
      this.#checkRoom(index, bytes);
      await this.#tidyArriving(() => false);
      const file2 = await ArrivingFile.open(join13(this.#directory, "arriving", sha2562), bytes);
      return {
        get offset() {
          return file2.offset;
        },
        write: (piece) => file2.write(piece),
        finish: async () => {
          try {
            await file2.check(sha2562);
            await this.#place(file2.path, sha2562);
            await this.#keep(key, artifact);
          } finally {
            leave();
          }
        },
        close: async () => {
          await file2.close();
          leave();
        }
      };
    } catch (error) {
      leave();
      throw error;
    }
  }
  async collect(key, path, bytes, content2) {
    const index = this.#opened();
    this.#check(index, key, path, bytes);
    this.#checkRoom(index, bytes);
    this.#collected += 1;
    const file2 = await ArrivingFile.open(
      join13(this.#directory, "arriving", `collected-${String(this.#collected)}`),
      bytes
    );
    try {
      const hash2 = createHash3("sha256");
      for await (const piece of content2) {
        hash2.update(piece);
        await file2.write(piece);
      }
      const artifact = { path, bytes, sha256: hash2.digest("hex") };
      await file2.check();
      await this.#place(file2.path, artifact.sha256);
      await this.#keep(key, artifact);
      return artifact;
    } finally {
      await file2.close();
      await rm6(file2.path, { force: true });
    }
  }
  list(key) {
    return Promise.resolve(this.#opened().list(key));
  }
  owners(sha2562) {
    return Promise.resolve(this.#opened().owners(sha2562));
  }
  read(sha2562, offset, maxBytes) {
    if (!this.#opened().has(sha2562)) return Promise.resolve(void 0);
    return Promise.resolve(
      createReadStream2(this.#pathOf(sha2562), {
        start: offset,
        ...maxBytes === void 0 ? {} : { end: offset + maxBytes - 1 },
        highWaterMark: READ_BYTES
      })
    );
  }
  keys() {
    return Promise.resolve(this.#opened().keys());
  }
  async remove(key) {
    await this.#removeFiles(this.#opened().remove(key));
  }
  #check(index, key, path, bytes) {
    const others = index.list(key).filter((other) => other.path !== path);
    const together = others.reduce((sum2, other) => sum2 + other.bytes, bytes);
    if (others.length < this.#limits.files && together <= this.#limits.bytes) return;
    throw new RunnerMeshError(
      "too_large",
      `${path} goes beyond what one attempt may leave: ${String(this.#limits.files)} files, ${String(this.#limits.bytes)} bytes.`
    );
  }
  #checkRoom(index, bytes) {
    if (index.total + bytes <= this.#totalBytes) return;
    throw new RunnerMeshError(
      "storage_low",
      `No room for ${String(bytes)} bytes more: artifacts take ${String(index.total)} of ${String(this.#totalBytes)}. Raise artifacts-max-mb, or let tasks be pruned.`
    );
  }
  async #place(path, sha2562) {
    const target = this.#pathOf(sha2562);
    await mkdir3(dirname3(target), { recursive: true, mode: 448 });
    await rename6(path, target);
  }
  async #keep(key, artifact) {
    await this.#removeFiles(this.#opened().add(key, artifact));
  }
  async #removeFiles(contents) {
    for (const sha2562 of contents) await rm6(this.#pathOf(sha2562), { force: true });
  }
  /** Removes what nobody will go on with, and the oldest beyond a number. */
  async #tidyArriving(isLost) {
    const folder = join13(this.#directory, "arriving");
    const waiting = [];
    for (const name of await readdir2(folder)) {
      if (isLost(name)) await rm6(join13(folder, name), { force: true });
      else if (SHA256.test(name) && !this.#turns.has(name)) {
        const found = await stat3(join13(folder, name)).catch(() => void 0);
        if (found !== void 0) waiting.push({ name, at: found.mtimeMs });
      }
    }
    waiting.sort((a, b) => b.at - a.at);
    for (const { name } of waiting.slice(MOST_ARRIVING)) await rm6(join13(folder, name), { force: true });
  }
  /** @returns a function that lets the next one in; calling it twice does nothing */
  async #enter(sha2562) {
    const before = this.#turns.get(sha2562);
    const { promise, resolve } = Promise.withResolvers();
    this.#turns.set(sha2562, promise);
    await before;
    return () => {
      resolve(void 0);
      if (this.#turns.get(sha2562) === promise) this.#turns.delete(sha2562);
    };
  }
  #pathOf(sha2562) {
    return join13(this.#directory, "content", sha2562.slice(0, 2), sha2562);
  }
  #opened() {
    if (this.#index !== void 0) return this.#index;
    throw new RunnerMeshError("stopping", `The artifacts in ${this.#directory} are not open.`);
  }
};
function wholeIntake(bytes, leave, keep) {
  return {
    offset: bytes,
    write: () => Promise.reject(new RunnerMeshError("bad_request", "The content is there already.")),
    finish: async () => {
      try {
        await keep();
      } finally {
        leave();
      }
    },
    close: () => {
      leave();
      return Promise.resolve();
    }
  };
}

// src/store/logs/file-log-store.ts
import { existsSync } from "node:fs";
import { readdir as readdir4, rm as rm8, rmdir } from "node:fs/promises";
import { join as join15 } from "node:path";

// src/store/logs/bounded-log.ts
import { mkdir as mkdir4, open as open6, readdir as readdir3, rm as rm7, stat as stat4, truncate } from "node:fs/promises";
import { join as join14 } from "node:path";
import { crc32 as crc323 } from "node:zlib";
var NAME = /^([0-9]{16})\.log$/;
var FEWEST_SEGMENTS = 8;
var MOST_SEGMENT_BYTES = 1048576;
var CURSORS = 64;
var BoundedLog = class _BoundedLog {
  #directory;
  #limits;
  #segmentBytes;
  #segments = [];
  /** Where positions stand: the segment, and the byte offset in it. A position at the end of one may begin the next. */
  #cursors = /* @__PURE__ */ new Map();
  #next = LOG_START;
  #ended = false;
  constructor(directory, limits) {
    this.#directory = directory;
    this.#limits = limits;
    this.#segmentBytes = Math.min(MOST_SEGMENT_BYTES, Math.ceil(limits.tailBytes / FEWEST_SEGMENTS));
  }
  static async open(directory, limits) {
    const log = new _BoundedLog(directory, limits);
    await log.#load();
    return log;
  }
  get state() {
    return { next: this.#next, ended: this.#ended };
  }
  /** Not to be called again before it has answered. */
  async append(records) {
    let batch = [];
    let batchBytes = 0;
    for (const record2 of records) {
      if (this.#ended || record2.seq < this.#next.seq) continue;
      const bytes = FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record2.bytes.length;
      const last = this.#segments.at(-1);
      if (last === void 0 || last.bytes + batchBytes >= this.#segmentBytes) {
        await this.#write(batch);
        batch = [];
        batchBytes = 0;
        this.#segments.push(this.#segmentFrom(record2));
      }
      batch.push(record2);
      batchBytes += bytes;
      this.#next = positionAfter(record2);
      this.#ended = record2.kind === "end";
    }
    await this.#write(batch);
    await this.#dropOld();
  }
  async read(from, maxBytes) {
    const wanted = this.#wanted(from);
    const segments = this.#segments.slice(Math.max(0, this.#segments.findLastIndex(wanted.before)));
    const found = [];
    let bytes = 0;
    const cursor = this.#cursors.get(wanted.seq);
    let offset = cursor !== void 0 && cursor.segment === segments[0] ? cursor.offset : 0;
    for (const segment of segments) {
      for (const record2 of await recordsOf(segment, offset)) {
        if (wanted.takes(record2)) {
          if (found.length > 0 && bytes + record2.bytes.length > maxBytes) {
            this.#remember(record2.seq, { segment, offset });
            return found;
          }
          found.push(record2);
          bytes += record2.bytes.length;
        }
        offset += FRAME_HEADER_BYTES + LOG_HEADER_BYTES + record2.bytes.length;
      }
      const last = found.at(-1);
      if (last !== void 0 && segment === this.#segments.at(-1)) this.#remember(last.seq + 1, { segment, offset });
      offset = 0;
    }
    return found;
  }
  #wanted(from) {
    if ("seq" in from) {
      const { seq } = from;
      return { seq, before: ({ first }) => first.seq <= seq, takes: (record2) => record2.seq >= seq };
    }
    if ("since" in from) {
      const { since } = from;
      return { seq: -1, before: ({ first }) => first.at < since, takes: ({ at }) => at >= since };
    }
    const line = this.#next.lines - from.tailLines;
    const takes = (record2) => from.tailLines > 0 && positionAfter(record2).lines >= line;
    return { seq: -1, before: ({ first }) => first.lines <= Math.max(0, line - 1), takes };
  }
  #remember(seq, cursor) {
    this.#cursors.delete(seq);
    this.#cursors.set(seq, cursor);
    const [oldest] = this.#cursors.keys();
    if (this.#cursors.size > CURSORS && oldest !== void 0) this.#cursors.delete(oldest);
  }
  #segmentFrom(record2) {
    const keptAsHead = this.#segments.reduce((sum2, { head: head2, bytes }) => sum2 + (head2 ? bytes : 0), 0);
    const head = this.#segments.every((segment) => segment.head) && keptAsHead < this.#limits.headBytes;
    return { file: join14(this.#directory, `${String(record2.seq).padStart(16, "0")}.log`), first: record2, bytes: 0, head };
  }
  async #write(batch) {
    const segment = this.#segments.at(-1);
    if (batch.length === 0 || segment === void 0) return;
    const encoded = encodeFrames(batch.map((record2) => encodeLogRecord(record2, crc323)));
    if (segment.first.seq === 0) await mkdir4(this.#directory, { recursive: true, mode: 448 });
    const file2 = await open6(segment.file, "a", 384);
    try {
      await file2.appendFile(encoded);
    } finally {
      await file2.close();
    }
    segment.bytes += encoded.length;
  }
  /** Whole segments of the tail, as long as what stays is as long as the tail may be. */
  async #dropOld() {
    const tail = this.#segments.filter(({ head }) => !head);
    let kept = tail.reduce((sum2, { bytes }) => sum2 + bytes, 0);
    for (const segment of tail) {
      if (kept - segment.bytes < this.#limits.tailBytes - this.#segmentBytes || kept <= this.#limits.tailBytes) return;
      kept -= segment.bytes;
      this.#segments.splice(this.#segments.indexOf(segment), 1);
      await rm7(segment.file, { force: true });
    }
  }
  async #load() {
    const files = await segmentFiles(this.#directory);
    for (let last = files.at(-1); last !== void 0; last = files.at(-1)) {
      const record2 = (await wholeRecords(last)).records.at(-1);
      if (record2 !== void 0) {
        this.#next = positionAfter(record2);
        this.#ended = record2.kind === "end";
        break;
      }
      await rm7(last, { force: true });
      files.pop();
    }
    let headBytes = 0;
    for (const file2 of files) {
      const bytes = (await stat4(file2)).size;
      const [first] = await firstRecord(file2);
      if (first === void 0) continue;
      this.#segments.push({ file: file2, first, bytes, head: headBytes < this.#limits.headBytes });
      headBytes += bytes;
    }
  }
};
async function segmentFiles(directory) {
  const names = await readdir3(directory).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => NAME.test(name)).sort().map((name) => join14(directory, name));
}
async function readRange(path, start, length) {
  const file2 = await open6(path, "r");
  try {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await file2.read(buffer, 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file2.close();
  }
}
async function recordsOf({ file: file2, bytes }, start) {
  if (bytes <= start) return [];
  try {
    return decodeRecords(await readRange(file2, start, bytes - start)).records;
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}
async function firstRecord(file2) {
  return decodeRecords(await readRange(file2, 0, FRAME_HEADER_BYTES + LOG_HEADER_BYTES + LOG_RECORD_BYTES)).records;
}
async function wholeRecords(file2) {
  const { size } = await stat4(file2);
  const decoded = decodeRecords(await readRange(file2, 0, size));
  if (decoded.bytes < size) await truncate(file2, decoded.bytes);
  return decoded;
}
function decodeRecords(content2) {
  const records = [];
  let bytes = 0;
  const decoder = new FrameDecoder((frame) => {
    records.push(decodeLogRecord(frame, crc323));
    bytes += FRAME_HEADER_BYTES + frame.length;
  });
  try {
    decoder.push(content2);
  } catch (error) {
    if (!(error instanceof RunnerMeshError)) throw error;
  }
  return { records, bytes };
}

// src/store/logs/file-log-store.ts
var KNOWN = 256;
function createFileLogStore(options) {
  return new FileLogStore(options);
}
var FileLogStore = class {
  #options;
  #known = /* @__PURE__ */ new Map();
  constructor(options) {
    this.#options = options;
  }
  start() {
    return Promise.resolve();
  }
  async stop() {
    await Promise.allSettled([...this.#known.values()].map(({ tail }) => tail));
    this.#known.clear();
  }
  async state(key) {
    if (!this.#known.has(nameOf4(key)) && !existsSync(this.#pathOf(key))) return void 0;
    const { state } = await this.#find(key).log;
    return state.next.seq === 0 ? void 0 : state;
  }
  append(key, records) {
    return this.#change(key, async (log) => {
      await log.append(records);
      return log.state;
    });
  }
  async read(key, from, maxBytes) {
    return (await this.#find(key).log).read(from, maxBytes);
  }
  async attempts(taskId) {
    const names = await namesIn(join15(this.#options.directory, taskId));
    return names.filter((name) => /^[1-9][0-9]{0,8}$/.test(name)).map(Number).sort((a, b) => a - b);
  }
  async keys() {
    const tasks = (await namesIn(this.#options.directory)).filter((name) => findTaskIdParts(name) !== void 0);
    const keys = [];
    for (const task of tasks)
      for (const attempt3 of await this.attempts(task)) keys.push({ taskId: task, attempt: attempt3 });
    return keys;
  }
  async remove(key) {
    await this.#change(key, async () => {
      await rm8(this.#pathOf(key), { recursive: true, force: true });
      this.#known.delete(nameOf4(key));
      await rmdir(join15(this.#options.directory, key.taskId)).catch(() => void 0);
    });
  }
  async #change(key, change) {
    const known = this.#find(key);
    const done = known.tail.catch(() => void 0).then(async () => {
      try {
        return await change(await known.log);
      } catch (cause) {
        this.#known.delete(nameOf4(key));
        throw new RunnerMeshError("storage_failed", `Cannot write the log of ${key.taskId}: ${errorText(cause)}.`, {
          cause
        });
      }
    });
    known.tail = done;
    return done;
  }
  #find(key) {
    const name = nameOf4(key);
    const known = this.#known.get(name) ?? {
      log: BoundedLog.open(this.#pathOf(key), this.#options.limits),
      tail: Promise.resolve()
    };
    this.#known.delete(name);
    this.#known.set(name, known);
    const [oldest] = this.#known;
    if (this.#known.size > KNOWN && oldest !== void 0) void this.#forget(...oldest);
    return known;
  }
  /** Only when nothing of it is under way: two that write one log would tear it. */
  async #forget(name, known) {
    const { tail } = known;
    await tail.catch(() => void 0);
    if (this.#known.get(name) === known && known.tail === tail && this.#known.size > KNOWN) this.#known.delete(name);
  }
  #pathOf({ taskId, attempt: attempt3 }) {
    if (findTaskIdParts(taskId) === void 0 || !Number.isInteger(attempt3) || attempt3 < 1) {
      throw new RunnerMeshError("internal", `No log of attempt ${String(attempt3)} at ${taskId} can be kept.`);
    }
    return join15(this.#options.directory, taskId, String(attempt3));
  }
};
function nameOf4({ taskId, attempt: attempt3 }) {
  return `${taskId}/${String(attempt3)}`;
}
async function namesIn(directory) {
  try {
    return await readdir4(directory);
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

// src/app/peer/output-parts.ts
async function openOutputs(ground, { home, homes, shared }, mesh, links) {
  const { config, roles, stateDir, events, clock, log, start } = ground;
  const limits = { headBytes: config.logMaxBytes / 4, tailBytes: config.logMaxBytes * 3 / 4 };
  const artifacts = await start(createFileArtifactStore(artifactFiles(ground, "artifacts")));
  let desk;
  if (home !== void 0 && shared !== void 0) {
    const { OutputDatabase } = await import("./output-database-OYGIEH35.js");
    const { createPostgresArtifactStore } = await import("./artifacts-ZMIBUIDM.js");
    const { createPostgresLogStore } = await import("./logs-OASJ3YED.js");
    const database = await start(new OutputDatabase({ ...shared, home: home.store, log }));
    const files = artifactFiles(ground, "artifacts-arriving");
    const arriving = createFileArtifactStore(files);
    const kept = await start(createPostgresArtifactStore({ ...files, database, arriving }));
    desk = new HomeDesk({
      tasks: home.store,
      logs: createPostgresLogStore(database, limits),
      artifacts: kept,
      events,
      clock
    });
  } else if (home !== void 0) {
    const logs = await start(createFileLogStore({ directory: join16(stateDir, "logs"), limits }));
    desk = new HomeDesk({ tasks: home.store, logs, artifacts, events, clock });
    await start(new OutputUpkeep({ tasks: home.store, logs, artifacts, clock, log }));
  }
  const served = desk;
  serveStreams({ mesh, desk: served === void 0 ? void 0 : (peer) => served.serve(peer), clock, log });
  const desks = {
    isOwn: (id) => shared === void 0 && homes.includes(id),
    find: (id) => {
      if (homes.includes(id)) return desk?.serve(mesh.self);
      const peer = links.findByHome(id)?.peer;
      return peer === void 0 ? void 0 : createStreamDesk(peer, { mesh, clock });
    },
    putLast: (id) => {
      const link = links.findByHome(id);
      if (link !== void 0) links.putLast(link);
    },
    onFound: (found) => links.onAdded((link) => found(link.homes))
  };
  if (!roles.worker) return { desk, attempts: void 0 };
  const spool = await start(createFileLogStore({ directory: join16(stateDir, "spool"), limits }));
  return { desk, attempts: new AttemptOutputs({ spool, artifacts, desks, clock, log }) };
}
function artifactFiles({ config, stateDir }, folder) {
  return {
    directory: join16(stateDir, folder),
    limits: { ...ARTIFACT_LIMITS, bytes: config.artifactMaxBytes },
    totalBytes: config.artifactsMaxBytes
  };
}

// src/coordinator/cache/rendezvous.ts
import { createHash as createHash4 } from "node:crypto";
function rankByRendezvous(key, candidates) {
  return [...new Set(candidates)].map((candidate) => ({ candidate, score: score(key, candidate) })).sort((a, b) => Buffer.compare(b.score, a.score) || (a.candidate < b.candidate ? -1 : 1)).map(({ candidate }) => candidate);
}
function score(key, candidate) {
  return createHash4("sha256").update(`${String(candidate.length)}:${candidate}${key}`).digest().subarray(0, 8);
}

// src/coordinator/cache/mesh-cache.ts
var ANSWER_MS2 = 2 * SECOND;
var MOST_ASKED = 3;
var MeshCache = class {
  #deps;
  constructor(deps) {
    this.#deps = deps;
  }
  async get(key, signal) {
    const found = await this.#fetch({ key, look_only: false }, signal);
    if (found === void 0) return { key, hit: false };
    const { hit, value } = found.answer;
    return { key, hit, ...hit && value !== void 0 ? { value } : {}, peer_id: found.peer };
  }
  async has(key, signal) {
    const found = await this.#fetch({ key, look_only: true }, signal);
    return found === void 0 ? { key, hit: false } : { key, hit: found.answer.hit, peer_id: found.peer };
  }
  /** @param ttlMs 0 keeps it while there is room. @throws RunnerMeshError too_large */
  async set({ key, value, ttlMs }, signal) {
    const changed = await this.#change({ key, value, ttlMs }, signal);
    return changed === void 0 ? { key, stored: false } : { key, stored: changed.answer.changed, peer_id: changed.peer };
  }
  async delete(key, signal) {
    const changed = await this.#change({ key, ttlMs: 0 }, signal);
    return changed === void 0 ? { key, deleted: false } : { key, deleted: changed.answer.changed, peer_id: changed.peer };
  }
  /** From this peer's own part, and from nowhere else. */
  async fetchHere({ key, look_only: lookOnly }) {
    const { store, clock } = this.#deps;
    if (store === void 0) return { hit: false };
    if (lookOnly) return { hit: await store.has(key, clock.now()) };
    const entry = await store.get(key, clock.now());
    return entry === void 0 ? { hit: false } : { hit: true, value: entry.value };
  }
  /** In this peer's own part, and nowhere else. @throws RunnerMeshError too_large */
  async storeHere(input) {
    const { store, clock } = this.#deps;
    if (store === void 0) return { changed: false };
    const now = clock.now();
    const version = { writtenAt: Math.min(input.written_at, now), writer: input.writer };
    if (input.value === void 0) return { changed: await store.delete(input.key, version, now) };
    const expires = input.ttl_ms === void 0 ? {} : { expiresAt: now + input.ttl_ms };
    return { changed: await store.set(input.key, { value: input.value, version, ...expires }, now) };
  }
  #fetch(input, signal) {
    return this.#ask(input.key, signal, {
      here: () => this.fetchHere(input),
      there: (link, patience) => link.call("p2p_taskqueue_cache_fetch", input, { signal: patience })
    });
  }
  #change({ key, value, ttlMs }, signal) {
    const input = {
      key,
      ...value === void 0 ? {} : { value },
      ...ttlMs > 0 ? { ttl_ms: ttlMs } : {},
      written_at: this.#deps.clock.now(),
      writer: this.#deps.self
    };
    return this.#ask(key, signal, {
      here: () => this.storeHere(input),
      there: (link, patience) => link.call("p2p_taskqueue_cache_store", input, { signal: patience })
    });
  }
  /** @returns undefined when no peer that keeps a cache answers */
  async #ask(key, signal, how) {
    const { self, log } = this.#deps;
    const holders = this.#holders();
    for (const peer of rankByRendezvous(key, holders.keys()).slice(0, MOST_ASKED)) {
      const link = holders.get(peer);
      if (link === void 0) return { peer: self, answer: await how.here() };
      try {
        return { peer, answer: await this.#within(signal, (patience) => how.there(link, patience)) };
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof RunnerMeshError && error.code === "too_large") throw error;
        log.debug("cache.passed_over", { peer, error: errorText(error) });
      }
    }
    return void 0;
  }
  /** Peers that keep a part of the cache, with the link to each; none to this one. */
  #holders() {
    const { self, store, links } = this.#deps;
    const holders = /* @__PURE__ */ new Map();
    if (store !== void 0) holders.set(self, void 0);
    for (const link of links()) {
      if (link.peer !== void 0 && link.peer !== self && link.homes.length > 0) holders.set(link.peer, link);
    }
    return holders;
  }
  async #within(signal, call) {
    var _stack = [];
    try {
      const late = () => new RunnerMeshError("timeout", "The peer did not answer in time.");
      const limit = __using(_stack, new TimeLimit(this.#deps.clock, ANSWER_MS2, late));
      return await call(limit.or(signal));
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
};

// src/coordinator/cron/cron.ts
var LONGEST_NAP_MS = MINUTE;
var RETRY_MS = 10 * SECOND;
var MOST_SCHEDULES = 1e3;
var CronSchedules = class {
  #deps;
  #running = false;
  #stopTimer = () => void 0;
  #last = Promise.resolve();
  constructor(deps) {
    this.#deps = deps;
  }
  start() {
    if (!this.#running) {
      this.#running = true;
      this.#wakeAfter(0);
    }
    return Promise.resolve();
  }
  async stop() {
    this.#running = false;
    this.#stopTimer();
    await this.#last;
  }
  list() {
    return this.#deps.home.store.listCron();
  }
  /** @throws RunnerMeshError bad_request, quota_exceeded */
  save({ name, expression, timeZone, paused, task }) {
    return this.#change(async (entries) => {
      const nextAt = parseSchedule(expression, timeZone).next(this.#deps.clock.now());
      if (entries.length >= MOST_SCHEDULES && entries.every((entry2) => entry2.name !== name)) {
        throw new RunnerMeshError(
          "quota_exceeded",
          `This home keeps ${String(MOST_SCHEDULES)} schedules, its limit. Remove one with p2p_taskqueue_cron_remove.`
        );
      }
      const { envelope: _envelope, ...template } = task;
      const entry = { name, expression, timeZone, template, nextAt, paused };
      await this.#deps.home.store.saveCron(entry);
      return entry;
    });
  }
  remove(name) {
    return this.#change(() => this.#deps.home.store.removeCron(name));
  }
  /** Resumed, it goes on with the next instant from now. @throws RunnerMeshError bad_request */
  pause(name, paused) {
    return this.#change(async (entries) => {
      const entry = entries.find((one) => one.name === name);
      if (entry === void 0) {
        throw new RunnerMeshError(
          "bad_request",
          `There is no schedule ${JSON.stringify(name)}. p2p_taskqueue_cron_list names them.`
        );
      }
      if (entry.paused === paused) return entry;
      const { expression, timeZone } = entry;
      const nextAt = paused ? entry.nextAt : parseSchedule(expression, timeZone).next(this.#deps.clock.now());
      const changed = { ...entry, paused, nextAt };
      await this.#deps.home.store.saveCron(changed);
      return changed;
    });
  }
  async #change(change) {
    const changed = await this.#alone(async () => change(await this.list()));
    if (this.#running) this.#wakeAfter(0);
    return changed;
  }
  #alone(work) {
    const done = this.#last.then(work);
    this.#last = done.catch(() => void 0);
    return done;
  }
  #wakeAfter(ms) {
    this.#stopTimer();
    this.#stopTimer = this.#deps.clock.after(ms, () => {
      void this.#alone(() => this.#tick()).then((nextMs) => {
        if (this.#running) this.#wakeAfter(nextMs);
      });
    });
  }
  /** Fires what is due. @returns when to look again, milliseconds from now */
  async #tick() {
    const { clock, log } = this.#deps;
    try {
      const fired = await Promise.all(
        (await this.list()).filter(({ paused }) => !paused).map((entry) => this.#fire(entry))
      );
      return Math.max(0, Math.min(LONGEST_NAP_MS, ...fired.map((at) => at - clock.now())));
    } catch (error) {
      log.error("cron.failed", { error: errorText(error) });
      return RETRY_MS;
    }
  }
  /** @returns when this schedule is to be looked at again */
  async #fire({ name, expression, timeZone, template: saved, nextAt }) {
    const { home, clock, log, pin, seal } = this.#deps;
    const now = clock.now();
    if (nextAt > now) return nextAt;
    try {
      const schedule = parseSchedule(expression, timeZone);
      const scheduledAt = Math.max(nextAt, schedule.latest(now) ?? nextAt);
      const then = schedule.next(now);
      const template = await pin(saved);
      const envelope = isContainerType(template.type) ? await seal(template, now) : void 0;
      const fired = await home.fireCron(name, { scheduledAt, nextAt: then, template, envelope });
      log.info("cron.fired", {
        name,
        taskId: fired?.id,
        scheduledAt,
        lateMs: now - scheduledAt,
        missed: scheduledAt > nextAt
      });
      return then;
    } catch (error) {
      log.error("cron.not_fired", { name, error: errorText(error) });
      return now + RETRY_MS;
    }
  }
};

// src/coordinator/handlers/cache-handlers.ts
function createCacheHandlers({ cache }) {
  return {
    p2p_taskqueue_cache_get: ({ key }, { signal }) => cache.get(key, signal),
    p2p_taskqueue_cache_set: ({ key, value, ttl_s: ttlS }, { signal }) => cache.set({ key, value, ttlMs: Math.ceil(ttlS * SECOND) }, signal),
    p2p_taskqueue_cache_has: ({ key }, { signal }) => cache.has(key, signal),
    p2p_taskqueue_cache_delete: ({ key }, { signal }) => cache.delete(key, signal),
    p2p_taskqueue_cache_fetch: (input) => cache.fetchHere(input),
    p2p_taskqueue_cache_store: (input) => cache.storeHere(input)
  };
}

// src/coordinator/task-view.ts
function toTaskView(task, { bodies, runnerName }) {
  const workerName = task.worker === void 0 ? void 0 : runnerName(task.worker);
  return defined({
    task_id: task.id,
    task_type: task.type,
    model_name: task.modelName === "" ? void 0 : task.modelName,
    status: task.status,
    phase: task.phase,
    reason: task.reason,
    priority: task.priority,
    attempt: task.attempt,
    failures: task.failures,
    lost: task.lost,
    created_at: task.createdAt,
    updated_at: task.updatedAt,
    ready_at: task.status === "queued" ? task.readyAt : void 0,
    started_at: task.startedAt,
    finished_at: task.finishedAt,
    duration_ms: ranMs(task),
    exit_code: task.exitCode,
    error: task.error,
    worker_id: task.worker,
    worker_name: workerName,
    submitter: task.submitter,
    cancel_requested: task.cancelRequested ? true : void 0,
    workflow_id: task.workflowId,
    tags: task.tags.length > 0 ? [...task.tags] : void 0,
    needs: task.needs.length > 0 ? [...task.needs] : void 0,
    progress: task.progress === void 0 ? void 0 : defined({
      phase: task.progress.phase,
      message: task.progress.message,
      log_bytes: task.progress.logBytes,
      fraction: task.progress.fraction
    }),
    payload: bodies ? task.payload : void 0,
    result: bodies && task.result !== void 0 ? withoutLogText(task.result) : void 0
  });
}
function toAttemptView(attempt3, runnerName) {
  return defined({
    number: attempt3.number,
    fence: attempt3.fence,
    worker_id: attempt3.worker,
    worker_name: runnerName(attempt3.worker),
    started_at: attempt3.startedAt,
    ended_at: attempt3.endedAt,
    outcome: attempt3.outcome,
    reason: attempt3.reason,
    error: attempt3.error
  });
}
function toGrantView({ task, fence, attempt: attempt3, leaseMs }, vouched) {
  return defined({
    task_id: task.id,
    fence,
    attempt: attempt3,
    lease_ms: leaseMs,
    task_type: task.type,
    model_name: task.modelName,
    payload: task.payload,
    envelope: task.envelope,
    vouched: vouched ? true : void 0,
    idempotent: task.idempotent,
    clocks: tellClocks(task.clocks),
    created_at: task.createdAt
  });
}
function logTail(result, lines) {
  const log = result?.["log"];
  if (lines === 0 || !isObject(log)) return void 0;
  const tail = log["tail"];
  if (typeof tail !== "string") return void 0;
  const all = tail.endsWith("\n") ? tail.slice(0, -1).split("\n") : tail.split("\n");
  return all.slice(-lines).join("\n");
}
function withoutLogText(result) {
  const log = result["log"];
  if (!isObject(log)) return result;
  const counts = Object.entries(log).filter(([name]) => name !== "head" && name !== "tail");
  return { ...result, log: Object.fromEntries(counts) };
}
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function defined(fields) {
  const some = {};
  for (const name in fields) if (fields[name] !== void 0) some[name] = fields[name];
  return some;
}

// src/coordinator/handlers/context.ts
function getHome({ home }) {
  if (home !== void 0) return home;
  throw new RunnerMeshError(
    "peer_not_allowed",
    "This peer only works and keeps no queue. Ask a peer that was started with: runner-mesh up"
  );
}
function submissionOf({ mesh, clock, random, submission, loopDepth }) {
  const guard = loopDepth === void 0 ? {} : { loopDepth };
  return { signer: mesh.signer, meshIds: mesh.meshIds, clock, random, settings: submission, ...guard };
}
async function getVisibleTask(deps, id, caller) {
  const home = getHome(deps);
  const task = findTaskIdParts(id) === void 0 ? void 0 : await home.store.find(id);
  if (task !== void 0 && canSee(caller, task)) return task;
  throw new RunnerMeshError(
    "task_not_found",
    `No task ${JSON.stringify(id.slice(0, 80))} here. Task ids come from a submit or from listing tasks.`
  );
}
function viewOf({ peers }, task, bodies = true) {
  return toTaskView(task, { bodies, runnerName: (peer) => peers.runnerName(peer) });
}
function workerOf(caller, name) {
  if (caller.peer !== void 0) return caller.peer;
  return name === void 0 || name === "" ? caller.principal : `${caller.principal}/${name}`;
}
function isHolder(caller, worker) {
  if (caller.peer !== void 0) return worker === caller.peer;
  return worker === caller.principal || worker.startsWith(`${caller.principal}/`);
}
function canSee(caller, task) {
  return caller.access.has("admin") || task.submitter === caller.principal || task.worker !== void 0 && isHolder(caller, task.worker);
}

// src/coordinator/handlers/cron-handlers.ts
function createCronHandlers(deps) {
  return {
    p2p_taskqueue_cron_save: async ({ name, expression, time_zone: timeZone, paused, task }, { caller }) => {
      const schedules = getSchedules(deps);
      const template = await toNewTask(fromGeneric(task), caller, submissionOf(deps));
      return { schedule: toView(await schedules.save({ name, expression, timeZone, paused, task: template })) };
    },
    p2p_taskqueue_cron_list: async () => ({ schedules: (await getSchedules(deps).list()).map(toView) }),
    p2p_taskqueue_cron_remove: async ({ name }) => ({ removed: await getSchedules(deps).remove(name) }),
    p2p_taskqueue_cron_pause: async ({ name }) => ({ schedule: toView(await getSchedules(deps).pause(name, true)) }),
    p2p_taskqueue_cron_resume: async ({ name }) => ({ schedule: toView(await getSchedules(deps).pause(name, false)) })
  };
}
function getSchedules(deps) {
  getHome(deps);
  if (deps.cron !== void 0) return deps.cron;
  throw new RunnerMeshError("internal", "This home keeps no schedules.");
}
function toView({
  name,
  expression,
  timeZone,
  paused,
  nextAt,
  template
}) {
  return {
    name,
    expression,
    time_zone: timeZone,
    paused,
    next_at: nextAt,
    task_type: template.type,
    submitter: template.submitter
  };
}

// src/coordinator/logs/log-page.ts
var SEARCH_BYTES = 4 * 1048576;
async function readLogPage(store, key, wish) {
  const page = { entries: [], cuts: [], next_seq: 0 };
  const text = wish.grep === void 0 ? new Pieces(page.entries) : new MatchingLines(page.entries, wish.grep);
  const state = await store.state(key);
  const end2 = state?.next ?? LOG_START;
  const skipLines = "tailLines" in wish.from ? Math.max(0, end2.lines - wish.from.tailLines) : 0;
  let from = wish.from;
  let expected = "seq" in from ? await findPosition(store, key, from.seq) : void 0;
  page.next_seq = "seq" in from ? from.seq : end2.seq;
  let looked = 0;
  for (; ; ) {
    const records = await store.read(key, from, wish.maxBytes);
    for (const record2 of records) {
      if (expected !== void 0 && record2.seq > expected.seq) page.cuts.push(cutBetween(expected, record2));
      else if ("seq" in from && expected === void 0 && record2.seq > from.seq)
        page.cuts.push({ from_seq: from.seq, to_seq: record2.seq });
      expected = positionAfter(record2);
      page.next_seq = expected.seq;
      looked += record2.bytes.length;
      if (record2.kind === "end" || wish.stream !== void 0 && record2.kind !== wish.stream) continue;
      text.add(record2.kind, record2, afterLines(record2, skipLines));
    }
    const enough = wish.grep === void 0 || looked >= SEARCH_BYTES || text.bytes >= wish.maxBytes;
    if (records.length === 0 || enough && (!text.isInsideLine || looked >= SEARCH_BYTES + wish.maxBytes)) break;
    from = { seq: page.next_seq };
  }
  text.end();
  return page;
}
async function findPosition(store, key, seq) {
  if (seq === 0) return LOG_START;
  const [before] = await store.read(key, { seq: seq - 1 }, 0);
  return before?.seq === seq - 1 ? positionAfter(before) : void 0;
}
function cutBetween(from, to) {
  const bytes = to.stdoutBytes + to.stderrBytes - from.stdoutBytes - from.stderrBytes;
  return { from_seq: from.seq, to_seq: to.seq, bytes };
}
function afterLines({ lines, bytes }, skip) {
  let at = 0;
  for (let left = skip - lines; left > 0; left -= 1) {
    const end2 = bytes.indexOf(10, at);
    if (end2 < 0) return new Uint8Array();
    at = end2 + 1;
  }
  return bytes.subarray(at);
}
var Pieces = class {
  isInsideLine = false;
  bytes = 0;
  #entries;
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  constructor(entries) {
    this.#entries = entries;
  }
  add(stream, { seq, at }, bytes) {
    const text = this.#decoders[stream].decode(bytes, { stream: true });
    this.bytes += bytes.length;
    if (text !== "") this.#entries.push({ seq, at, stream, text });
  }
  end() {
    const last = this.#entries.at(-1);
    if (last === void 0) return;
    for (const stream of ["stdout", "stderr"]) {
      const text = this.#decoders[stream].decode();
      if (text !== "") this.#entries.push({ seq: last.seq, at: last.at, stream, text });
    }
  }
};
var MatchingLines = class {
  bytes = 0;
  #entries;
  #text;
  #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  #open = { stdout: "", stderr: "" };
  #where = { seq: 0, at: 0 };
  constructor(entries, text) {
    this.#entries = entries;
    this.#text = text;
  }
  get isInsideLine() {
    return this.#open.stdout !== "" || this.#open.stderr !== "";
  }
  add(stream, where, bytes) {
    this.#where = where;
    const lines = (this.#open[stream] + this.#decoders[stream].decode(bytes, { stream: true })).split("\n");
    this.#open[stream] = lines.pop() ?? "";
    for (const line of lines) this.#match(stream, `${line}
`);
  }
  end() {
    for (const stream of ["stdout", "stderr"]) this.#match(stream, this.#open[stream]);
  }
  #match(stream, text) {
    if (text === "" || !text.includes(this.#text)) return;
    this.bytes += text.length;
    this.#entries.push({ seq: this.#where.seq, at: this.#where.at, stream, text });
  }
};

// src/coordinator/waiting.ts
async function waitForEnd({ clock, events, find }, taskId, { timeoutMs, signal, onEvent }) {
  const { promise: woken, resolve: wake, reject } = Promise.withResolvers();
  woken.catch(() => void 0);
  const stopListening = events.listen((event) => {
    if (!("taskId" in event) || event.taskId !== taskId) return;
    onEvent(event);
    if (event.name === "task.settled") wake("ended");
  });
  const giveUp = () => {
    reject(signal.reason instanceof Error ? signal.reason : new Error("The wait was given up."));
  };
  const stopTimer = clock.after(timeoutMs, () => {
    wake("time");
  });
  signal.addEventListener("abort", giveUp);
  try {
    signal.throwIfAborted();
    const task = await find(taskId);
    if (isTerminal(task.status)) return { task, timedOut: false };
    await woken;
    const then = await find(taskId);
    return { task: then, timedOut: !isTerminal(then.status) };
  } finally {
    stopListening();
    stopTimer();
    signal.removeEventListener("abort", giveUp);
  }
}
function untilNews({ clock, events }, taskId) {
  const heard = new AbortController();
  const stopListening = events.listen((event) => {
    if ("taskId" in event && event.taskId === taskId) heard.abort();
  });
  return {
    within: async (ms, signal) => {
      await clock.sleep(ms, AbortSignal.any([heard.signal, signal])).catch(() => void 0);
      signal.throwIfAborted();
    },
    [Symbol.dispose]: stopListening
  };
}

// src/coordinator/handlers/output-handlers.ts
function createOutputHandlers(deps) {
  return {
    p2p_taskqueue_read_log: (input, call) => readLog(deps, input, call),
    p2p_taskqueue_list_artifacts: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller);
      const attempt3 = input.attempt ?? task.attempt;
      return { task_id: task.id, attempt: attempt3, artifacts: [...await artifactsOfAttempt(deps, task, attempt3)] };
    },
    p2p_taskqueue_read_artifact: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller);
      const attempt3 = input.attempt ?? task.attempt;
      const artifact = (await artifactsOfAttempt(deps, task, attempt3)).find(({ path }) => path === input.path);
      if (artifact === void 0) {
        throw new RunnerMeshError(
          "bad_request",
          `Attempt ${String(attempt3)} of task ${task.id} left no ${JSON.stringify(input.path.slice(0, 200))}. p2p_taskqueue_list_artifacts names what it left.`
        );
      }
      const content2 = await getOutputs(deps).artifacts.read(artifact.sha256, input.offset, input.max_bytes);
      if (content2 === void 0) {
        throw new RunnerMeshError(
          "storage_failed",
          `The content of ${artifact.path} of task ${task.id} is not at this home any more.`
        );
      }
      const chunks = [];
      for await (const chunk of content2) chunks.push(chunk);
      return { ...artifact, offset: input.offset, data: Buffer.concat(chunks).toString("base64") };
    }
  };
}
async function artifactsOfAttempt(deps, task, attempt3) {
  const kept = await getOutputs(deps).artifacts.list({ taskId: task.id, attempt: attempt3 });
  return attempt3 === task.attempt && kept.length === 0 ? artifactsOf(task.result) : kept;
}
async function readLog(deps, input, { caller, signal }) {
  if (input.from_seq !== void 0 && input.tail_lines !== void 0) {
    throw new RunnerMeshError("bad_request", "from_seq and tail_lines both say where to begin. Give one of them.");
  }
  const { logs } = getOutputs(deps);
  const { id } = await getVisibleTask(deps, input.task_id, caller);
  let attempt3 = input.attempt ?? 0;
  const deadline = deps.clock.mono() + input.wait_s * SECOND;
  for (; ; ) {
    var _stack = [];
    try {
      const news = __using(_stack, untilNews(deps, id));
      const task = await getVisibleTask(deps, id, caller);
      if (attempt3 === 0) attempt3 = Math.max(task.attempt, (await logs.attempts(id)).at(-1) ?? 0);
      const answer = await pageOf(deps, input, attempt3, task);
      const leftMs = deadline - deps.clock.mono();
      const isEmpty = answer.entries.length === 0 && answer.cuts.length === 0;
      if (!isEmpty || answer.ended || answer.next_seq > (input.from_seq ?? Infinity) || leftMs <= 0) return answer;
      await news.within(leftMs, signal);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
}
async function pageOf(deps, input, attempt3, task) {
  const { logs, isWriting } = getOutputs(deps);
  const key = { taskId: task.id, attempt: attempt3 };
  const before = attempt3 === 0 ? void 0 : await logs.state(key);
  const isOver = (isTerminal(task.status) || task.attempt > attempt3) && !isWriting(key) && before?.growing !== true;
  const wish = { from: fromOf(input), maxBytes: input.max_bytes, stream: input.stream, grep: input.grep };
  const page = before === void 0 ? { entries: [], cuts: [], next_seq: 0 } : await readLogPage(logs, key, wish);
  const complete = before?.ended ?? false;
  return {
    task_id: task.id,
    status: task.status,
    attempt: attempt3,
    ...page,
    ended: (complete || isOver) && page.next_seq >= (before?.next.seq ?? 0),
    complete,
    bytes: before === void 0 ? 0 : before.next.stdoutBytes + before.next.stderrBytes,
    lines: before?.next.lines ?? 0
  };
}
function fromOf({ from_seq: seq, tail_lines: tailLines, since }) {
  if (seq !== void 0) return { seq };
  if (tailLines !== void 0) return { tailLines };
  return since === void 0 ? { seq: 0 } : { since };
}
function getOutputs(deps) {
  if (deps.outputs !== void 0) return deps.outputs;
  getHome(deps);
  throw new RunnerMeshError("peer_not_allowed", "This home keeps neither logs nor artifacts.");
}

// src/coordinator/handlers/pause-handlers.ts
var DRAIN = "drain";
var LOOK_MS = 100;
function createPauseHandlers({
  claims,
  clock,
  events,
  executorStatus
}) {
  const gate = () => {
    if (claims !== void 0) return claims;
    throw new RunnerMeshError("peer_not_allowed", "This peer claims no tasks: it was started with --work false.");
  };
  const answer = () => ({
    paused: gate().isClosed,
    pauses: gate().pauses().map((pause) => ({ ...pause }))
  });
  return {
    p2p_worker_pause: async ({ holder, for_s: forS }) => {
      gate().pause(holder, forS === void 0 ? void 0 : forS * SECOND);
      return Promise.resolve(answer());
    },
    p2p_worker_drain: async ({ wait_s: waitS, stop }, { signal }) => {
      claims?.pause(DRAIN, void 0);
      const until = clock.mono() + waitS * SECOND;
      const running = () => Number(executorStatus()["running"] ?? 0);
      while (running() > 0 && clock.mono() < until) await clock.sleep(LOOK_MS, signal);
      const stopping = stop && running() === 0;
      if (stopping) events.emit({ name: "peer.drained", at: clock.now() });
      return { running: running(), stopping };
    },
    p2p_worker_resume: async ({ holder, all }) => {
      gate().resume(all ? void 0 : holder);
      return Promise.resolve(answer());
    }
  };
}

// src/coordinator/handlers/peer-handlers.ts
function createPeerHandlers({ mesh, peering }) {
  const { membership, capabilities } = peering;
  return {
    p2p_peer_capabilities: async ({ peer_id: peer = mesh.self }, { caller, signal }) => {
      if (caller.peer !== void 0 && peer !== mesh.self) {
        throw new RunnerMeshError("forbidden", `Peer ${mesh.self} answers peers for itself only.`);
      }
      return { peer_id: peer, capabilities: await capabilities.ask(peer, signal) };
    },
    p2p_peer_revoke: async ({ peer_id: id, note }) => {
      const peer = parsePeerId(id);
      if (peer === mesh.self) {
        throw new RunnerMeshError("bad_request", "A peer cannot revoke itself. Stop it: runner-mesh needs no more.");
      }
      return { revoked: await membership.revoke(peer, note) };
    },
    p2p_peer_restore: async ({ peer_id: id }) => ({ restored: await membership.restore(parsePeerId(id)) }),
    p2p_peers_revoked: () => {
      const allowed = membership.allowed();
      return Promise.resolve({
        revoked: membership.revoked().map(({ peer, note }) => note === void 0 ? { peer_id: peer } : { peer_id: peer, note }),
        ...allowed === void 0 ? {} : { allowed: [...allowed] }
      });
    },
    p2p_rendezvous_register: async ({ announcement }, { caller }) => {
      if (caller.peer === void 0) throw new RunnerMeshError("forbidden", "Only a peer of the mesh can register.");
      return { ttl_ms: await bookOf(peering.rendezvous).register(caller.peer, announcement) };
    },
    p2p_rendezvous_discover: ({ cookie, limit }, { caller }) => Promise.resolve(bookOf(peering.rendezvous).discover(caller.peer, { cookie, limit }))
  };
}
function bookOf(book) {
  if (book !== void 0) return book;
  throw new RunnerMeshError("peer_not_allowed", "This peer is no rendezvous. Ask a home: runner-mesh up");
}

// src/coordinator/change-watch.ts
var BUNDLE_MS = 100;
var MOST_IDS = 2e3;
async function watch({ events, clock }, waitMs, { signal, progress }) {
  const bundle = new Bundle();
  let heard = 0;
  let cancelPause;
  const tell = () => {
    cancelPause?.();
    cancelPause = void 0;
    for (let note = bundle.take(); note !== void 0; note = bundle.take()) {
      progress({ message: "changed", data: note });
    }
  };
  const stopListening = events.listen((event) => {
    if (!bundle.add(event)) return;
    heard += 1;
    if (event.name === "task.settled") tell();
    else cancelPause ??= clock.after(BUNDLE_MS, tell);
  });
  const { promise: over, resolve, reject } = Promise.withResolvers();
  const giveUp = () => reject(signal.reason instanceof Error ? signal.reason : new Error("It was given up."));
  const stopTimer = clock.after(waitMs, () => resolve(void 0));
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    await over;
    tell();
    return heard;
  } finally {
    stopListening();
    stopTimer();
    cancelPause?.();
    signal.removeEventListener("abort", giveUp);
  }
}
var Bundle = class {
  #tasks = /* @__PURE__ */ new Set();
  #logs = /* @__PURE__ */ new Set();
  #ended = /* @__PURE__ */ new Set();
  #peers = false;
  /** @returns whether anything that is told has changed */
  add(event) {
    if (event.name === "peer.joined" || event.name === "peer.left") this.#peers = true;
    else if (!("taskId" in event)) return false;
    else if (event.name === "task.logged") this.#logs.add(event.taskId);
    else if (event.name === "task.settled") this.#ended.add(event.taskId);
    else this.#tasks.add(event.taskId);
    return true;
  }
  take() {
    const [tasks, logs, ended2] = [this.#tasks, this.#logs, this.#ended].map(takeSome);
    const note = {
      ...tasks === void 0 ? {} : { tasks },
      ...logs === void 0 ? {} : { logs },
      ...ended2 === void 0 ? {} : { ended: ended2 },
      ...this.#peers ? { peers: 1 } : {}
    };
    this.#peers = false;
    return Object.keys(note).length === 0 ? void 0 : note;
  }
};
function takeSome(ids) {
  const some = [...ids].slice(0, MOST_IDS);
  for (const id of some) ids.delete(id);
  return some.length === 0 ? void 0 : some.join(",");
}

// src/coordinator/explain.ts
function explain(task, offers, refusals) {
  const peers = judge(task.requirements, offers, refusals);
  return { task_id: task.id, status: task.status, summary: summarize(task, peers), peers };
}
function foresee({ type, requirements }, offers) {
  const peers = judge(requirements, offers, []);
  const fitting = countFitting(peers);
  const summary = whyNobody(peers) ?? `${String(fitting)} of ${String(peers.length)} workers fit.`;
  return { task_type: type, summary: `${summary} Nothing was submitted.`, fitting, peers };
}
function judge(needs, offers, refusals) {
  return offers.map(({ offer: offer2, runnerName }) => {
    const refusal = refusals.find(
      ({ worker, policyDigest }) => worker === offer2.peer && policyDigest === offer2.policy.digest
    );
    const misfit = refusal === void 0 ? findMisfit(needs, offer2) : { rule: "refused", message: refusal.rule };
    return {
      peer_id: offer2.peer,
      ...runnerName === void 0 ? {} : { runner_name: runnerName },
      ...misfit === void 0 ? { fits: true } : { fits: false, rule: misfit.rule, message: misfit.message }
    };
  });
}
function countFitting(peers) {
  return peers.filter((peer) => peer.fits).length;
}
function whyNobody(peers) {
  if (peers.length === 0)
    return "No worker has asked this home for work yet. Start one with: runner-mesh worker --bootstrap <address>";
  return countFitting(peers) === 0 ? `None of the ${String(peers.length)} workers that asked this home fits.` : void 0;
}
function summarize(task, peers) {
  switch (task.phase) {
    case "blocked":
      return `It waits for ${String(task.needs.length)} task${task.needs.length === 1 ? "" : "s"} that must complete first.`;
    case "delayed":
      return task.failures > 0 ? "It failed and is put off before its next attempt." : "It was asked not to start yet.";
    case "held":
      return `Its concurrency group ${task.group?.key ?? ""} is full.`;
    case "ready":
      return whyNobody(peers) ?? `${String(countFitting(peers))} of ${String(peers.length)} workers fit; it waits for a free one.`;
    case "suspect":
      return "Its worker has not been heard of since its lease ended; it waits for that worker\u2019s grace to pass.";
    case "preparing":
    case "running":
    case "collecting":
      return `It is ${task.phase} on ${task.worker ?? "a worker"}.`;
    default:
      return `It has ended: ${task.status}${task.reason === void 0 ? "" : `, ${task.reason}`}.`;
  }
}

// src/coordinator/handlers/read-handlers.ts
function createReadHandlers(deps) {
  const { peers, clock, events } = deps;
  const nameOf5 = (peer) => peers.runnerName(peer) ?? peer;
  return {
    p2p_taskqueue_status: ({ detail }) => statusOf(deps, detail),
    p2p_taskqueue_get_task: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller);
      const tail = logTail(task.result, input.log_tail_lines);
      return {
        task: viewOf(deps, task),
        ...tail === void 0 ? {} : { log_tail: tail },
        ...input.attempts ? { attempts: await attemptsOf2(deps, task.id) } : {}
      };
    },
    p2p_taskqueue_wait_task: async (input, { caller, signal, progress }) => {
      const { task, timedOut } = await waitForEnd(
        { clock, events, find: () => getVisibleTask(deps, input.task_id, caller) },
        input.task_id,
        {
          timeoutMs: input.timeout_s * SECOND,
          signal,
          onEvent: (event) => {
            const message = describe(event, nameOf5);
            if (message !== void 0) progress({ message, ...progressOf(event, input.task_id) });
          }
        }
      );
      const tail = logTail(task.result, input.log_tail_lines);
      return { task: viewOf(deps, task), timed_out: timedOut, ...tail === void 0 ? {} : { log_tail: tail } };
    },
    p2p_taskqueue_list_tasks: async (input, { caller }) => {
      const filter = filterOf(input, caller);
      if (filter === void 0) return { tasks: [] };
      const page = await getHome(deps).store.list(filter, input.limit, input.cursor);
      return {
        tasks: page.tasks.map((task) => viewOf(deps, task, false)),
        ...page.nextCursor === void 0 ? {} : { next_cursor: page.nextCursor }
      };
    },
    p2p_taskqueue_explain: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller);
      return explain(task, peers.offers(), await getHome(deps).store.refusals(task.id));
    },
    p2p_taskqueue_watch: async (input, call) => ({ changes: await watch(deps, input.wait_s * SECOND, call) }),
    list_peers: ({ limit }, { caller, signal }) => listPeers(deps, { limit, asks: caller.peer === void 0 }, signal)
  };
}
async function attemptsOf2(deps, taskId) {
  const attempts = await getHome(deps).store.attempts(taskId);
  return attempts.map((attempt3) => toAttemptView(attempt3, (peer) => deps.peers.runnerName(peer)));
}
function filterOf(input, caller) {
  const types = (input.task_types ?? []).map(canonicalTaskType);
  const statuses = [...input.status === void 0 ? [] : [input.status], ...input.statuses ?? []];
  const submitter = caller.access.has("admin") ? input.submitter : caller.principal;
  if (input.submitter !== void 0 && input.submitter !== submitter) return void 0;
  return {
    ...statuses.length === 0 ? {} : { statuses },
    ...types.length === 0 ? {} : { types },
    ...input.workflow_id === void 0 ? {} : { workflowId: input.workflow_id },
    ...input.tag === void 0 ? {} : { tag: input.tag },
    ...submitter === void 0 ? {} : { submitter },
    ...input.worker_id === void 0 ? {} : { worker: input.worker_id }
  };
}
async function statusOf({ home, mesh, peering, version, executorStatus }, detail) {
  const counts = await home?.store.counts();
  return {
    peer_id: mesh.self,
    ...home === void 0 ? {} : { home_id: home.store.homeId },
    version,
    queued: counts?.byStatus.queued ?? 0,
    running: counts?.byStatus.running ?? 0,
    completed: counts?.byStatus.completed ?? 0,
    failed: counts?.byStatus.failed ?? 0,
    cancelled: counts?.byStatus.cancelled ?? 0,
    ...counts === void 0 ? {} : { suspect: counts.suspect },
    parked_claims: home?.parkedClaims ?? 0,
    connected_peers: mesh.peers().length,
    ...counts?.oldestReadyAt === void 0 ? {} : { oldest_ready_at: counts.oldestReadyAt },
    ...detail && counts !== void 0 ? {
      queued_by_phase: { ...counts.queuedByPhase },
      queued_by_type: { ...counts.queuedByType },
      running_by_type: { ...counts.runningByType }
    } : {},
    ...detail ? {
      executor: { ...executorStatus() },
      capabilities: await peering.capabilities.own(),
      discovery: peering.sources.list().map((way) => ({ ...way })),
      rejected: peering.rejections.list()
    } : {}
  };
}
function progressOf(event, taskId) {
  if (event.name !== "task.progressed") return { data: { task_id: taskId } };
  const { phase, fraction } = event.progress;
  return { ...fraction === void 0 ? {} : { fraction }, data: { task_id: taskId, phase } };
}
function describe(event, name) {
  switch (event.name) {
    case "task.claimed":
      return `claimed by ${name(event.worker)}, attempt ${String(event.attempt)}`;
    case "task.progressed":
      return `${event.progress.phase} on ${name(event.worker)}${event.progress.message === "" ? "" : `: ${event.progress.message}`}`;
    case "task.retried":
      return `failed (${event.reason}), queued again`;
    case "task.suspected":
      return "its worker has not been heard of since its lease ended";
    case "task.released":
      return `given back by ${name(event.worker)}`;
    case "task.cancel_requested":
      return "cancel requested";
    case "task.settled":
      return `${event.status}${event.reason === void 0 ? "" : ` (${event.reason})`}`;
    default:
      return void 0;
  }
}

// src/coordinator/handlers/report-handlers.ts
function createReportHandlers(deps) {
  const { mesh, peers, home, claims, version, executorStatus, waysOfDiscovery = () => [] } = deps;
  return {
    p2p_peer_report: () => Promise.resolve({
      peer_id: mesh.self,
      runner_name: peers.runnerName(mesh.self) ?? mesh.self,
      version,
      features: [...home === void 0 ? [] : ["home"], ...claims === void 0 ? [] : ["worker"]],
      addresses: [...mesh.addresses()],
      connected_peers: mesh.peers().length,
      discovery: waysOfDiscovery().map(({ problemCode, ...way }) => ({
        ...way,
        ...problemCode === void 0 ? {} : { problem_code: problemCode }
      })),
      targets: mesh.targets().map(({ address, source, state, lastError }) => ({
        ...{ address, source, state },
        ...lastError === void 0 ? {} : { last_error: lastError }
      })),
      executor: { ...executorStatus() }
    })
  };
}

// src/coordinator/scheduler/external-tasks.ts
var EXTERNAL_TYPE = "workflow.external";
var EXTERNAL_LEASE_MS = HOUR;
var MOST_SEARCHED = 1e3;
function ownId({ payload, id }) {
  const own = payload["task_id"];
  return typeof own === "string" ? own : id;
}
function toExternal(task, alias, worker) {
  return { ...task, alias, requirements: { ...task.requirements, peers: [worker] } };
}
var ExternalTasks = class {
  #home;
  #submitter;
  #worker;
  constructor(home, { principal, worker }) {
    this.#home = home;
    this.#submitter = principal;
    this.#worker = worker;
  }
  /** Leases the next one, and renews those held. @returns undefined when none is waiting */
  async next(requestId, signal) {
    await this.renew();
    const any = Number.MAX_SAFE_INTEGER;
    const [grant] = await this.#home.claim(
      {
        worker: this.#worker,
        requestId,
        offer: {
          ...{ peer: this.#worker, taskTypes: [EXTERNAL_TYPE], labels: [], os: "", arch: "" },
          ...{ cpus: any, memoryBytes: any, diskBytes: any, gpus: any, trust: "untrusted" },
          policy: { digest: "external", profile: "strict", networks: ["none"] }
        },
        max: 1,
        waitMs: 0,
        leaseMs: EXTERNAL_LEASE_MS
      },
      signal
    );
    return grant;
  }
  /** A full lease from now for all that is held. */
  async renew() {
    const held = await this.#list(["running"]);
    const renewals = held.flatMap(({ id: taskId, fence }) => fence === void 0 ? [] : [{ taskId, fence }]);
    if (renewals.length > 0) await this.#home.renew(renewals, this.#worker);
  }
  /**
   * @returns the completed task, and whether this call completed it
   * @throws RunnerMeshError task_not_found, invalid_transition, bad_request when two workflows use the id
   */
  async complete(id, workflowId) {
    const task = await this.#find(id, workflowId);
    if (task === void 0) {
      throw new RunnerMeshError(
        "task_not_found",
        `You have no external task ${JSON.stringify(id.slice(0, 80))} here. Submit it with p2p_submit_task.`
      );
    }
    if (task.status === "completed") return { task, isNew: false };
    const { fence } = task;
    const ends = fence === void 0 || isTerminal(task.status) ? [] : [{ taskId: task.id, fence, status: "completed" }];
    const [settled] = ends.length === 0 ? [] : await this.#home.settle(ends);
    if (settled?.outcome === "settled") return { task, isNew: true };
    throw new RunnerMeshError(
      "invalid_transition",
      isTerminal(task.status) ? `Task ${task.id} has ended: ${task.status}. It cannot be completed any more.` : `Task ${task.id} is ${task.status} and not held by you. Take it with p2p_get_next_task first.`
    );
  }
  async #find(id, workflowId) {
    const { store } = this.#home;
    if (workflowId !== void 0) {
      const task = await store.findByAlias(this.#submitter, workflowId, id);
      return task?.type === EXTERNAL_TYPE ? task : void 0;
    }
    if (findTaskIdParts(id) !== void 0) {
      const task = await store.find(id);
      if (task?.type === EXTERNAL_TYPE && task.submitter === this.#submitter) return task;
    }
    for (const statuses of [["running"], ["queued"], ["completed", "failed", "cancelled"]]) {
      const named = (await this.#list(statuses)).filter((task) => ownId(task) === id);
      if (named.length > 1) {
        const workflows = named.map((task) => task.workflowId ?? "").slice(0, 8);
        throw new RunnerMeshError(
          "bad_request",
          `workflow_id: needed, because ${String(named.length)} workflows have a task ${JSON.stringify(id.slice(0, 80))}: ${workflows.join(", ")}.`
        );
      }
      if (named[0] !== void 0) return named[0];
    }
    return void 0;
  }
  async #list(statuses) {
    const filter = { statuses, types: [EXTERNAL_TYPE], submitter: this.#submitter };
    return (await this.#home.store.list(filter, MOST_SEARCHED)).tasks;
  }
};

// src/coordinator/handlers/scheduler-handlers.ts
function createSchedulerHandlers(deps) {
  return {
    p2p_check_workflow_tags: ({ tags }) => {
      const { recognised, unknown, shouldBypassGithub, isP2pOnly } = routeByTags(tags);
      return Promise.resolve({
        should_bypass_github: shouldBypassGithub,
        is_p2p_only: isP2pOnly,
        tags: [...recognised],
        unknown_tags: [...unknown]
      });
    },
    p2p_scheduler_status: async () => {
      const home = getHome(deps);
      const { byStatus } = await home.store.counts();
      return {
        peer_id: deps.mesh.self,
        merkle_clock: home.scheduler.clock(),
        pending_tasks: byStatus.queued,
        assigned_tasks: byStatus.running,
        completed_tasks: byStatus.completed,
        queue_size: byStatus.queued,
        known_peers: home.scheduler.knownPeers().length
      };
    },
    p2p_submit_task: (input, call) => submit2(deps, input, call),
    p2p_get_next_task: async (_input, { caller, signal }) => {
      const grant = await externalTasks(getHome(deps), caller).next(deps.random.uuid(), signal);
      if (grant === void 0) return { task: null, message: "No external task of yours is waiting." };
      const { task, fence, leaseMs } = grant;
      const [taskId, workflowId] = [ownId(task), task.workflowId ?? ""];
      return {
        task: {
          task_id: taskId,
          workflow_id: workflowId,
          name: task.modelName,
          tags: [...task.tags],
          priority: task.priority,
          task_hash: workflowTaskHash({ taskId, workflowId }, sha256),
          assigned_peer: workerOf(caller, void 0),
          queue_task_id: task.id,
          fence,
          lease_ms: leaseMs
        }
      };
    },
    p2p_mark_task_complete: async (input, { caller }) => {
      const home = getHome(deps);
      const { task, isNew } = await externalTasks(home, caller).complete(input.task_id, input.workflow_id);
      if (isNew) home.scheduler.tick();
      return { success: true, task_id: ownId(task), queue_task_id: task.id };
    },
    p2p_update_peer_state: (input, { caller }) => {
      const { scheduler } = getHome(deps);
      const peer = peerOf(caller, input.peer_id);
      const order = scheduler.merge(input.clock_data);
      scheduler.saw(peer);
      return Promise.resolve({ success: true, peer_id: peer, order, merkle_root: scheduler.clock().merkle_root });
    },
    p2p_get_merkle_clock: () => Promise.resolve(getHome(deps).scheduler.clock()),
    p2p_taskqueue_heartbeat: async (input, { caller }) => {
      const home = getHome(deps);
      const { scheduler } = home;
      const peer = peerOf(caller, input.peer_id);
      if (input.clock !== void 0) scheduler.merge(input.clock);
      scheduler.saw(peer);
      await externalTasks(home, caller).renew();
      const verdicts = input.leases === void 0 ? {} : { verdicts: await renew2(home, input.leases, caller) };
      const known = scheduler.knownPeers().map(({ peer: id, seenAt }) => ({ peer_id: id, seen_at: seenAt }));
      return { peer, scheduler: { clock: scheduler.clock(), known_peers: known }, ...verdicts };
    }
  };
}
async function submit2(deps, input, call) {
  const home = getHome(deps);
  const { task_id: taskId, workflow_id: workflowId, name, tags, priority, task_type: type, payload } = input;
  if (type === void 0 && payload !== void 0) {
    throw new RunnerMeshError(
      "bad_request",
      "task_type: needed with a payload, so that a runner can execute it. Leave both out to execute the task yourself."
    );
  }
  const isExternal = type === void 0;
  const own = { task_id: taskId };
  const asked = parseInput(submitTask.input, {
    task_type: type ?? EXTERNAL_TYPE,
    model_name: name,
    payload: isExternal ? own : payload ?? {},
    ...{ priority, tags: tags.filter((tag) => tag !== ""), workflow_id: workflowId },
    // Whoever took it and vanished gave it back: nobody else could run it at the same time.
    idempotent: isExternal
  });
  const submission = fromGeneric(asked);
  const pinned = await pinPayload(submission.type, submission.payload, deps.pins, call.signal);
  const task = await toNewTask({ ...submission, payload: pinned }, call.caller, submissionOf(deps));
  const [submitted] = await home.submit([
    isExternal ? toExternal(task, taskId, workerOf(call.caller, void 0)) : { ...task, alias: taskId }
  ]);
  if (submitted === void 0) throw new RunnerMeshError("internal", "The store answered no submission.");
  if (submitted.created) home.scheduler.tick();
  const status = submitted.created ? "queued" : (await home.store.find(submitted.id))?.status ?? "queued";
  return {
    success: true,
    task_id: taskId,
    task_hash: workflowTaskHash({ taskId, workflowId }, sha256),
    priority,
    queue_task_id: submitted.id,
    created: submitted.created,
    status
  };
}
function externalTasks(home, caller) {
  return new ExternalTasks(home, { principal: caller.principal, worker: workerOf(caller, void 0) });
}
function peerOf({ peer, principal }, said) {
  if (peer === void 0) return said ?? principal;
  if (said === void 0 || said === peer) return peer;
  throw new RunnerMeshError(
    "peer_not_allowed",
    `peer_id: a peer speaks for itself alone, and you are ${peer}. Leave it out.`
  );
}
async function renew2(home, leases, caller) {
  const holders = /* @__PURE__ */ new Map();
  for (const { task_id: id, fence } of leases) {
    const holder = (await home.store.find(id))?.worker;
    if (holder === void 0 || !isHolder(caller, holder)) continue;
    const renewal = { taskId: id, fence };
    holders.set(holder, [...holders.get(holder) ?? [], renewal]);
  }
  const verdicts = /* @__PURE__ */ new Map();
  for (const [holder, renewals] of holders) {
    const answers = await home.renew(renewals, holder);
    renewals.forEach(({ taskId, fence }, index) => verdicts.set(`${taskId} ${String(fence)}`, answers[index] ?? "lost"));
  }
  return leases.map(({ task_id: id, fence }) => ({
    task_id: id,
    verdict: verdicts.get(`${id} ${String(fence)}`) ?? "lost"
  }));
}

// src/coordinator/handlers/submit-handlers.ts
function createSubmitHandlers(deps) {
  const prepare = async ({ type, payload, ...rest }, call) => {
    for (const need of rest.options.needs ?? []) await checkNeed(deps, need, call.caller);
    const pinned = await pinPayload(type, payload, deps.pins, call.signal);
    return toNewTask({ type, payload: pinned, ...rest }, call.caller, submissionOf(deps));
  };
  const submit3 = async (submission, call) => {
    const home = getHome(deps);
    const task = await prepare(submission, call);
    const [submitted] = await home.submit([task]);
    if (submitted === void 0) throw new RunnerMeshError("internal", "The store answered no submission.");
    const status = submitted.created ? "queued" : (await home.store.find(submitted.id))?.status ?? "queued";
    return {
      task_id: submitted.id,
      created: submitted.created,
      durability: home.store.durability,
      status,
      task_type: submission.type
    };
  };
  return {
    p2p_taskqueue_submit: (input, call) => submit3(fromGeneric(input), call),
    p2p_taskqueue_submit_docker_hub: (input, call) => submit3(fromImage(input), call),
    p2p_taskqueue_submit_docker_github: (input, call) => submit3(fromRepository(input), call),
    p2p_taskqueue_preview: async (input, call) => {
      getHome(deps);
      return foresee(await prepare(submissionIn(input), call), deps.peers.offers());
    },
    p2p_taskqueue_cancel: async (input, { caller }) => {
      const task = await getVisibleTask(deps, input.task_id, caller);
      const outcome = await getHome(deps).cancel(task.id);
      if (outcome === "unknown") throw new RunnerMeshError("task_not_found", `No task ${task.id} here any more.`);
      return { outcome, status: (await getVisibleTask(deps, input.task_id, caller)).status };
    }
  };
}
function submissionIn({ submit: submit3, arguments: args }) {
  switch (submit3) {
    case "p2p_taskqueue_submit":
      return fromGeneric(parseInput(CATALOG[submit3].input, args));
    case "p2p_taskqueue_submit_docker_hub":
      return fromImage(parseInput(CATALOG[submit3].input, args));
    case "p2p_taskqueue_submit_docker_github":
      return fromRepository(parseInput(CATALOG[submit3].input, args));
  }
}
async function checkNeed(deps, need, caller) {
  const isThere = findTaskIdParts(need) !== void 0 && await getHome(deps).store.find(need) !== void 0;
  if (!isThere) return;
  await getVisibleTask(deps, need, caller).catch(() => {
    throw new RunnerMeshError("task_not_found", `The needed task ${need} is not known here. Submit it here first.`);
  });
}

// src/coordinator/handlers/tool-handlers.ts
var ITSELF = "p2p_taskqueue_call_tool";
function createToolHandlers({ callableTools }) {
  return {
    [ITSELF]: async (input, { caller, signal, progress }) => {
      const { tool_name: tool, args = {}, timeout_s } = input;
      if (callableTools?.allowed.has(tool) !== true || tool === ITSELF) {
        throw new RunnerMeshError(
          "policy_refused",
          `The owner of this peer has not allowed to call ${JSON.stringify(tool)} of other peers. The setting mcp-call-tools names what may be called.`
        );
      }
      const { peers } = callableTools;
      const target = nothingAsUnset({
        peerId: input.peer_id ?? input.remote_peer_id,
        multiaddr: input.remote_multiaddr
      });
      const peer = peers.find(target);
      if (peer === peers.self) {
        throw new RunnerMeshError("peer_not_allowed", `${peer} is this peer itself: call ${tool} directly.`);
      }
      const timeoutMs = timeout_s * SECOND;
      const { isError, answer } = await peers.call(peer, { tool, args, caller, timeoutMs, signal, progress });
      return { peer_id: peer, tool, is_error: isError, result: answer };
    }
  };
}
function nothingAsUnset(target) {
  return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== ""));
}

// src/coordinator/handlers/upkeep-handlers.ts
var PRUNE_ROWS2 = 500;
function createUpkeepHandlers(deps) {
  const { clock } = deps;
  return {
    p2p_taskqueue_resubmit: async ({ task_id: taskId }, { caller }) => {
      const task = await getVisibleTask(deps, taskId, caller);
      const envelope = isContainerType(task.type) ? await sealTask(task, clock.now(), submissionOf(deps)) : void 0;
      if (!await getHome(deps).resubmit(task, envelope)) {
        throw new RunnerMeshError(
          "invalid_transition",
          `Task ${task.id} is ${task.status}; only a failed or cancelled one can be queued again.`
        );
      }
      return { task: viewOf(deps, await getVisibleTask(deps, taskId, caller)) };
    },
    p2p_taskqueue_prune: async (_input, { signal }) => {
      const { store } = getHome(deps);
      for (let pruned = 0; ; ) {
        signal.throwIfAborted();
        const gone = await store.prune(clock.now(), PRUNE_ROWS2);
        pruned += gone;
        if (gone < PRUNE_ROWS2) return { pruned };
      }
    }
  };
}

// src/coordinator/pass-on.ts
var SEEN_LATELY_MS = MINUTE;
var MAX_RULE_CHARACTERS = 500;
async function passOn({ peers, mesh, clock }, home, failed, isHolder2) {
  const { taskId, fence, error } = failed;
  const task = await home.store.find(taskId);
  if (task?.status !== "running" || task.fence !== fence || task.worker === void 0 || !isHolder2(task.worker))
    return false;
  const { worker, requirements } = task;
  const refusals = await home.store.refusals(taskId);
  const connected = new Set(mesh.peers().map(({ peer }) => peer));
  const offers = peers.offersSince(clock.now() - SEEN_LATELY_MS, (peer) => connected.has(peer));
  const hasRefused = (peer, digest) => refusals.some((refusal) => refusal.worker === peer && refusal.policyDigest === digest);
  const other = offers.find(
    (offer2) => offer2.peer !== worker && !hasRefused(offer2.peer, offer2.policy.digest) && findMisfit(requirements, offer2) === void 0
  );
  const own = offers.find(({ peer }) => peer === worker);
  if (other === void 0 || own === void 0) return false;
  const rule = error.slice(0, MAX_RULE_CHARACTERS);
  return home.refuse(taskId, fence, { worker, policyDigest: own.policy.digest, rule });
}

// src/coordinator/handlers/work-handlers.ts
function createWorkHandlers(deps) {
  return {
    p2p_taskqueue_claim_next: async (input, { caller, signal }) => {
      const worker = workerOf(caller, input.worker_id);
      const offer2 = deps.peers.withRules(toOffer(worker, input), input.offer?.policy.rules);
      deps.peers.sawOffer(offer2, deps.clock.now());
      const waitMs = input.wait_s * SECOND;
      if (await deps.stalled?.holdsBack(worker, waitMs, signal) === true) return { grants: [] };
      const grants = await getHome(deps).claim(
        {
          worker,
          requestId: input.request_id ?? deps.random.uuid(),
          mayAskAgain: input.request_id !== void 0,
          offer: offer2,
          max: input.max_tasks,
          waitMs
        },
        signal
      );
      const vouched = getHome(deps).store.durability === "shared";
      return { grants: grants.map((grant) => toGrantView(grant, vouched)) };
    },
    p2p_taskqueue_renew: async (input, { caller }) => {
      const worker = workerOf(caller, input.worker_id);
      const verdicts = await getHome(deps).renew(input.leases.map(toRenewal), worker);
      return {
        lease_ms: deps.lease.leaseMs,
        verdicts: input.leases.map(({ task_id }, index) => ({ task_id, verdict: verdicts[index] ?? "lost" }))
      };
    },
    p2p_taskqueue_settle: async ({ ends }, { caller }) => {
      const passedOn = await Promise.all(ends.map((end2) => isPassedOn(deps, end2, caller)));
      const left = ends.filter((_, index) => passedOn[index] !== true);
      const settled = left.length === 0 ? [] : await getHome(deps).settle(left.map((end2) => toSettlement(end2, end2.fence, caller)));
      const outcomes = ends.map(async (end2) => {
        const at = left.indexOf(end2);
        const outcome = at === -1 ? "settled" : settled[at]?.outcome ?? "unknown";
        return { task_id: end2.task_id, outcome: await tellableOutcome(deps, outcome, end2.task_id, caller) };
      });
      return { outcomes: await Promise.all(outcomes) };
    },
    p2p_taskqueue_complete_task: (input, call) => input.fence === void 0 ? cancelWithoutFence(deps, input, call) : settle2(deps, input, input.fence, call),
    p2p_taskqueue_release: async (input, { caller }) => {
      const worker = workerOf(caller, void 0);
      const [taskId, fence] = [input.task_id, input.fence];
      const home = getHome(deps);
      if (!await isOwnGrant(deps, taskId, caller)) return { released: false };
      if (input.refused === void 0) return { released: await home.release(taskId, fence, worker) };
      const refusal = { worker, policyDigest: input.refused.policy_digest, rule: input.refused.rule };
      return { released: await home.refuse(taskId, fence, refusal) };
    }
  };
}
async function settle2(deps, input, fence, { caller }) {
  if (!caller.access.has("tasks:work")) {
    throw new RunnerMeshError(
      "forbidden",
      `Reporting an attempt needs the right tasks:work, which ${caller.principal} does not have.`
    );
  }
  const [settled] = await getHome(deps).settle([toSettlement(input, fence, caller)]);
  const outcome = await tellableOutcome(deps, settled?.outcome ?? "unknown", input.task_id, caller);
  const task = outcome === "unknown" ? void 0 : settled?.task;
  return { outcome, ...task === void 0 || outcome === "fenced" ? {} : { task: viewOf(deps, task, false) } };
}
async function isPassedOn(deps, { host_fault: isHostFault, status, task_id, fence, error = "" }, caller) {
  if (isHostFault !== true || status !== "failed") return false;
  const failed = { taskId: task_id, fence, error };
  return passOn(deps, getHome(deps), failed, (worker) => isHolder(caller, worker));
}
async function tellableOutcome(deps, outcome, taskId, caller) {
  return outcome === "fenced" && !await hasHeld(deps, taskId, caller) ? "unknown" : outcome;
}
async function hasHeld(deps, taskId, caller) {
  const attempts = await getHome(deps).store.attempts(taskId);
  if (attempts.some(({ worker }) => isHolder(caller, worker))) return true;
  return getVisibleTask(deps, taskId, caller).then(
    () => true,
    () => false
  );
}
function toSettlement(end2, fence, caller) {
  return {
    taskId: end2.task_id,
    fence,
    status: end2.status,
    ...end2.reason === void 0 ? {} : { reason: end2.reason },
    ...end2.exit_code === void 0 ? {} : { exitCode: end2.exit_code },
    ...end2.result === void 0 ? {} : { result: end2.result },
    ...end2.error === void 0 ? {} : { error: end2.error },
    isWorker: (holder) => caller.access.has("admin") || isHolder(caller, holder)
  };
}
async function isOwnGrant(deps, taskId, caller) {
  const holder = (await getHome(deps).store.find(taskId))?.worker;
  return holder === void 0 || caller.access.has("admin") || isHolder(caller, holder);
}
async function cancelWithoutFence(deps, input, { caller }) {
  if (input.status !== "cancelled") {
    throw new RunnerMeshError(
      "bad_request",
      `fence: needed to report ${input.status}; it came with the claim. Without a fence only status cancelled is accepted.`
    );
  }
  const task = await getVisibleTask(deps, input.task_id, caller);
  const outcome = await getHome(deps).cancel(task.id);
  return { outcome, task: viewOf(deps, await getVisibleTask(deps, input.task_id, caller)) };
}
function toRenewal({ task_id, fence, progress }) {
  const lease = { taskId: task_id, fence };
  if (progress === void 0) return lease;
  const { phase, message, log_bytes: logBytes, fraction } = progress;
  return { ...lease, progress: { phase, message, logBytes, ...fraction === void 0 ? {} : { fraction } } };
}
function toOffer(worker, input) {
  const { offer: offer2 } = input;
  const taskTypes = [...new Set((input.supported_task_types ?? offer2?.task_types ?? []).map(canonicalTaskType))];
  const any = Number.MAX_SAFE_INTEGER;
  return {
    peer: worker,
    taskTypes,
    labels: offer2?.labels ?? [],
    os: offer2?.os ?? "",
    arch: offer2?.arch ?? "",
    cpus: offer2?.cpus ?? any,
    memoryBytes: offer2?.memory_bytes ?? any,
    diskBytes: offer2?.disk_bytes ?? any,
    gpus: offer2?.gpus ?? any,
    trust: offer2?.trust ?? "untrusted",
    policy: policyOf(offer2),
    ...offer2?.images === void 0 ? {} : { images: offer2.images }
  };
}
function policyOf(offer2) {
  if (offer2 === void 0) return { digest: "none", profile: "trusted", networks: ["none", "bridge"] };
  const { digest, profile, networks } = offer2.policy;
  return { digest, profile, networks };
}

// src/coordinator/handlers/create-handlers.ts
function createHandlers(deps) {
  return {
    ...createSubmitHandlers(deps),
    ...createReadHandlers(deps),
    ...createPeerHandlers(deps),
    ...createWorkHandlers(deps),
    ...createUpkeepHandlers(deps),
    ...createOutputHandlers(deps),
    ...createPauseHandlers(deps),
    ...createReportHandlers(deps),
    ...createCronHandlers(deps),
    ...createCacheHandlers(deps),
    ...createSchedulerHandlers(deps),
    ...createToolHandlers(deps)
  };
}

// src/coordinator/peer-capabilities.ts
var FRESH_MS2 = 15 * SECOND;
var ANSWER_MS3 = 1 * SECOND;
var MOST_ASKED2 = 64;
var MOST_KEPT4 = 2e3;
var PeerCapabilities = class {
  #deps;
  #answers = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
  }
  own() {
    return this.#deps.own();
  }
  /**
   * Asks that peer now.
   * @throws RunnerMeshError peer_unreachable when it is not connected, and whatever it answers
   */
  async ask(peer, signal) {
    const { self, links } = this.#deps;
    if (peer === self) return this.own();
    const link = links().find((each) => each.peer === peer);
    if (link === void 0) {
      throw new RunnerMeshError("peer_unreachable", `Peer ${JSON.stringify(peer.slice(0, 128))} is not connected.`);
    }
    return this.#askOver(link, signal);
  }
  /** What is known of a peer: its last answer, or what it said when it joined. */
  of(peer, said) {
    return this.#answers.get(peer)?.capabilities ?? said;
  }
  /** Asks those of these peers whose last answer is old. Whoever does not answer in time, or not at all, is left out. */
  async refresh(peers, signal) {
    var _stack = [];
    try {
      const { self, links, clock, log } = this.#deps;
      const wanted = new Set(peers.filter((peer) => peer !== self && !this.#isFresh(peer)).slice(0, MOST_ASKED2));
      const limit = __using(_stack, new TimeLimit(clock, ANSWER_MS3, "no answer in time"));
      const either = limit.or(signal);
      await Promise.all(
        links().filter(({ peer }) => peer !== void 0 && wanted.has(peer)).map(
          (link) => this.#askOver(link, either).catch((cause) => {
            log.debug("peer.capabilities_unknown", { peer: link.peer, error: errorText(cause) });
          })
        )
      );
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
  #isFresh(peer) {
    const answer = this.#answers.get(peer);
    return answer !== void 0 && this.#deps.clock.mono() - answer.at < FRESH_MS2;
  }
  async #askOver(link, signal) {
    const { capabilities } = await link.call("p2p_peer_capabilities", {}, { signal });
    const peer = String(link.peer);
    this.#answers.delete(peer);
    this.#answers.set(peer, { capabilities, at: this.#deps.clock.mono() });
    for (const oldest of [...this.#answers.keys()].slice(0, -MOST_KEPT4)) this.#answers.delete(oldest);
    return capabilities;
  }
};

// src/coordinator/rendezvous-book.ts
var LONGEST_MS = 45 * MINUTE;
var FAREWELL_MS = 5 * MINUTE;
var MOST_REGISTRATIONS = 5e3;
var MOST_ANSWER_CHARACTERS = 524288;
var RendezvousBook = class {
  #deps;
  /** In the order of registration. */
  #registrations = /* @__PURE__ */ new Map();
  /** A cookie of another life of this book is none of this one. */
  #epoch;
  #lastNumber = 0;
  constructor(deps) {
    this.#deps = deps;
    this.#epoch = deps.clock.now();
  }
  /**
   * @returns for how long it is kept, in milliseconds
   * @throws RunnerMeshError signature_invalid, forbidden, quota_exceeded
   */
  async register(caller, sealed) {
    const { seal, clock } = this.#deps;
    const announcement = await seal.open(sealed);
    this.#forgetExpired();
    if (announcement.peer !== caller) {
      throw this.#refused(`Peer ${caller} cannot register the announcement of ${announcement.peer}.`);
    }
    const known = this.#registrations.get(caller);
    if (known !== void 0 && announcement.seq < known.announcement.seq) {
      throw this.#refused(`The announcement of ${caller} is older than the one that is registered.`);
    }
    this.#registrations.delete(caller);
    if (this.#registrations.size >= MOST_REGISTRATIONS) {
      throw new RunnerMeshError("quota_exceeded", `This rendezvous keeps ${String(MOST_REGISTRATIONS)} announcements.`);
    }
    const isGone = announcement.addresses.length === 0;
    const ttlMs = Math.min(isGone ? FAREWELL_MS : LONGEST_MS, Math.max(0, announcement.expiresAt - clock.now()));
    this.#lastNumber += 1;
    this.#registrations.set(caller, { sealed, announcement, number: this.#lastNumber, until: clock.mono() + ttlMs });
    return isGone ? 0 : ttlMs;
  }
  /** The announcements of others since the cookie, oldest first. A cookie that means nothing here reads from the start. */
  discover(caller, { cookie, limit }) {
    this.#forgetExpired();
    const since = this.#parseCookie(cookie);
    const announcements = [];
    let characters = 0;
    let read2 = since;
    let more = false;
    for (const [peer, { sealed, number }] of this.#registrations) {
      if (number <= since) continue;
      characters += sealed.envelope.length;
      if (announcements.length === limit || characters > MOST_ANSWER_CHARACTERS) {
        more = true;
        break;
      }
      read2 = number;
      if (peer !== caller) announcements.push(sealed);
    }
    return { announcements, cookie: `${String(this.#epoch)}.${String(read2)}`, more };
  }
  #parseCookie(cookie) {
    const [, epoch, number] = /^(\d{1,16})\.(\d{1,16})$/.exec(cookie ?? "") ?? [];
    return Number(epoch) === this.#epoch ? Number(number) : 0;
  }
  #forgetExpired() {
    const now = this.#deps.clock.mono();
    for (const [peer, { until }] of this.#registrations) if (until <= now) this.#registrations.delete(peer);
  }
  #refused(message) {
    this.#deps.rejections.count("bad_announcement");
    return new RunnerMeshError("forbidden", message);
  }
};

// src/coordinator/stalled-workers.ts
var LONGEST_HOLD_MS = 10 * MINUTE;
var FREE_LAPSES = 1;
var MOST_KEPT5 = 2e3;
var StalledWorkers = class {
  #deps;
  #holders = /* @__PURE__ */ new Map();
  #lapses = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
    deps.events.listen((event) => {
      switch (event.name) {
        case "task.claimed": {
          const { taskId, worker, fence } = event;
          const before = this.#holders.get(taskId);
          if (before !== void 0 && before.fence !== fence) this.#lapsed(before.worker);
          this.#holders.set(taskId, { worker, fence });
          break;
        }
        case "task.suspected":
          this.#gone(event.taskId, true);
          break;
        case "task.settled":
          this.#gone(event.taskId, event.reason === "worker_lost");
          break;
        case "task.retried":
          this.#gone(event.taskId, false);
          break;
        case "task.released":
          this.#holders.delete(event.taskId);
          break;
        default:
          break;
      }
    });
  }
  /**
   * Keeps a claim of a stalled worker waiting for as long as it would have been parked, so that it does not ask without
   * pause.
   * @returns whether the claim is to be answered without grants
   */
  async holdsBack(worker, waitMs, signal) {
    const { clock, rejections } = this.#deps;
    const leftMs = (this.#lapses.get(worker)?.heldUntil ?? 0) - clock.mono();
    if (leftMs <= 0) return false;
    rejections.count("stalled_worker");
    if (waitMs > 0) await clock.sleep(Math.min(waitMs, leftMs), signal).catch(() => void 0);
    return true;
  }
  #gone(taskId, isLapsed) {
    const holder = this.#holders.get(taskId);
    this.#holders.delete(taskId);
    if (holder === void 0) return;
    if (isLapsed) this.#lapsed(holder.worker);
    else this.#lapses.delete(holder.worker);
  }
  #lapsed(worker) {
    const { clock, log, leaseMs } = this.#deps;
    const before = this.#lapses.get(worker);
    const now = clock.mono();
    if (before !== void 0 && now - before.lastAt < leaseMs) return;
    const count = (before?.count ?? 0) + 1;
    const over = count - FREE_LAPSES;
    const holdMs = over <= 0 ? 0 : Math.min(LONGEST_HOLD_MS, leaseMs * 2 ** Math.min(over, 16));
    this.#lapses.delete(worker);
    this.#lapses.set(worker, { count, lastAt: now, heldUntil: now + holdMs });
    for (const oldest of [...this.#lapses.keys()].slice(0, -MOST_KEPT5)) this.#lapses.delete(oldest);
    if (holdMs > 0) log.warn("worker.held_back", { worker, lapses: count, ms: holdMs });
  }
};

// src/app/peer/operation-parts.ts
var NEVER2 = new AbortController().signal;
function createOperationParts({ config, events, lease, policy, clock, random, log }, { home, cacheStore }, { mesh, peers, membership, rejections, capabilities, sealBy }, links, worker, discovery, pins, peerTools, outputs) {
  const cron = home === void 0 ? void 0 : new CronSchedules({
    home,
    clock,
    log,
    pin: async (task) => ({ ...task, payload: await pinPayload(task.type, task.payload, pins, NEVER2) }),
    seal: (task, now) => sealTask(task, now, { signer: mesh.signer, meshIds: mesh.meshIds, random })
  });
  const handlers = createHandlers({
    home,
    cron,
    outputs: outputs.desk,
    cache: new MeshCache({ self: mesh.self, store: cacheStore, links: () => links.all(), clock, log }),
    mesh,
    peers,
    peering: {
      membership,
      rejections,
      rendezvous: home !== void 0 && config.rendezvous ? new RendezvousBook({ seal: sealBy(clock), clock, rejections }) : void 0,
      capabilities: new PeerCapabilities({
        self: mesh.self,
        own: () => capabilities.now(),
        links: () => links.all(),
        clock,
        log
      }),
      sources: discovery
    },
    stalled: home === void 0 ? void 0 : new StalledWorkers({ events, clock, log, rejections, leaseMs: lease.leaseMs }),
    events,
    clock,
    random,
    lease,
    submission: { ...SUBMISSION, retentionMs: config.retentionMs },
    loopDepth: () => policy.policy.loop_depth,
    version: VERSION,
    callableTools: { peers: peerTools, allowed: new Set(config.mcpCallTools) },
    pins,
    claims: worker?.claims,
    waysOfDiscovery: () => discovery.list(),
    executorStatus: () => worker?.status() ?? { available: false, problem: "This peer does not run tasks." }
  });
  return { operations: createOperations(handlers), cron };
}

// src/app/peer/own-home-link.ts
function createOwnHomeLink(links, operations, { self, homes }) {
  const closed = new AbortController();
  return {
    start: () => {
      const caller = { principal: `peer:${self}`, door: "peers", access: MEMBER_ACCESS, peer: self };
      links.add(createLocalLink(operations, { self, homes, caller, closed: closed.signal }));
      return Promise.resolve();
    },
    stop: () => {
      closed.abort(new Error("stopping"));
      return Promise.resolve();
    }
  };
}

// src/app/peer/watch-parts.ts
import process2 from "node:process";
var STORE_PATIENCE_MS = 5e3;
function createWatchParts({ clock }, { home }, { mesh, rejections }, worker) {
  const facts = {
    version: VERSION,
    startedAt: clock.now(),
    residentBytes: () => process2.memoryUsage.rss(),
    counts: () => home?.store.counts() ?? Promise.resolve(void 0),
    parkedClaims: () => home?.parkedClaims ?? 0,
    connections: () => mesh.peers(),
    isRelay: () => mesh.isRelay(),
    rejections: () => rejections.list()
  };
  const storeProblem = () => {
    if (home === void 0) return Promise.resolve(void 0);
    return new Promise((resolve, reject) => {
      const cancel2 = clock.after(STORE_PATIENCE_MS, () => {
        resolve(`The store has not answered for ${String(STORE_PATIENCE_MS / 1e3)} s.`);
      });
      home.store.counts().then(() => {
        resolve(void 0);
      }, reject).finally(cancel2);
    });
  };
  return {
    facts,
    readiness: [
      { name: "store", problem: storeProblem },
      {
        name: "mesh",
        problem: () => mesh.protocols().length === 0 ? "The mesh has not started." : void 0
      },
      {
        name: "executor",
        optional: true,
        problem: () => {
          const status = worker?.status();
          if (status === void 0) return "This peer runs no tasks itself.";
          if (status["available"] !== false) return void 0;
          return String(status["problem"] ?? "No Docker Engine answers.");
        }
      }
    ]
  };
}

// src/app/peer/worker-parts.ts
import { arch as arch2, platform as platform2, totalmem as totalmem2 } from "node:os";

// src/coordinator/worker/run-secrets.ts
var MOST_CHARACTERS = 65536;
async function resolveSecrets(container, find, taskToken) {
  const asks = secretAsks(container);
  if (asks.length === 0) return [];
  const refs = asks.map(({ ref }) => ref);
  const values = new Map(await find(refs.filter((ref) => ref !== TASK_TOKEN)));
  if (refs.includes(TASK_TOKEN)) values.set(TASK_TOKEN, await taskToken());
  const secrets = asks.map(({ name, ref, env }) => ({ name, env, value: values.get(ref) ?? "" }));
  if (secrets.reduce((sum2, { value }) => sum2 + value.length, 0) > MOST_CHARACTERS) {
    throw new RunnerMeshError(
      "policy_refused",
      `The secrets of the task are longer than ${String(MOST_CHARACTERS)} characters together.`
    );
  }
  return secrets;
}
function patternsOf(secrets) {
  return secretPatterns(secrets.map(({ value }) => value));
}
function redactingNotes(secrets, notes) {
  return (phase, message, fraction) => {
    notes(phase, redactText(secrets, message), fraction);
  };
}
function redactEnd(secrets, end2) {
  return {
    ...end2,
    ...end2.error === void 0 ? {} : { error: redactText(secrets, end2.error) },
    ...end2.result === void 0 ? {} : { result: redactJson(secrets, end2.result) }
  };
}

// src/coordinator/worker/container-runner.ts
function createContainerRunner(deps) {
  const runOf = (grant, secrets = []) => ({
    taskId: grant.task_id,
    fence: grant.fence,
    attempt: grant.attempt,
    container: toContainerTask(grant),
    clocks: toClocks(grant.clocks),
    inputs: deps.outputs.inputs(keyOf2(grant), toContainerTask(grant).inputs ?? []),
    ...secrets.length === 0 ? {} : { secrets }
  });
  const follow = async (grant, observer, secrets, signal, start) => {
    const { outputs } = deps;
    const key = keyOf2(grant);
    const log = await outputs.openLog(key, secrets);
    const artifacts = [];
    let end2;
    try {
      end2 = await start({
        phase: redactingNotes(secrets, (phase, message, fraction) => {
          observer.progress(phase, message, log.bytes, fraction);
        }),
        output: (stream, bytes) => {
          log.write(stream, bytes);
          observer.progress("running", log.lastLine, log.bytes);
        },
        artifact: async (path, bytes, content2) => {
          artifacts.push(await outputs.collect(key, redactText(secrets, path), bytes, content2));
        }
      });
    } finally {
      await log.end();
    }
    const refused = await outputs.bringHome(key, artifacts, signal, (path, sent, total) => {
      const left = `${toMebibytes(sent)} of ${toMebibytes(total)} MiB of artifacts are at the home`;
      observer.progress("collecting", `${left}, now ${path}`, log.bytes, total === 0 ? void 0 : sent / total);
    });
    const kept = artifacts.filter(({ path }) => !refused.some((fault) => fault.path === path));
    const faults = [...end2.artifactFaults ?? [], ...refused];
    return redactEnd(secrets, toAttemptEnd(end2, log, kept, faults));
  };
  return {
    types: () => deps.probe()?.available === true ? deps.types : [],
    check: async (grant, from) => {
      if (!isContainerType(grant.task_type))
        throw new RunnerMeshError("bad_request", `${grant.task_type} is no container task.`);
      if (grant.envelope === void 0)
        throw new RunnerMeshError("signature_invalid", "The container task is not signed.");
      const { peer, payload } = await deps.signer.open("task", grant.envelope);
      if (!deps.isTrustedSigner(peer, grant.vouched === true ? from : void 0)) {
        throw new RunnerMeshError(
          "signature_invalid",
          `The task is signed by ${peer}, which this host does not take work from.`
        );
      }
      const signed = parseTaskEnvelope(payload, { meshes: deps.meshIds, now: deps.clock.now() });
      if (signed.task_type !== grant.task_type) {
        throw new RunnerMeshError(
          "signature_invalid",
          `The task was granted as ${grant.task_type} but signed as ${signed.task_type}.`
        );
      }
      const container = containerPayload(signed.task_type, signed.payload) ?? {};
      const checked = { ...grant, payload: container, clocks: signed.clocks };
      const by = { signer: peer, submitter: signed.submitter, depth: signed.depth };
      const needs = requirementsOf(signed.task_type, container, {}, { clocks: toClocks(signed.clocks), by });
      return { grant: checked, needs };
    },
    run: async ({ grant }, observer, signal) => {
      let secrets;
      try {
        secrets = await resolveSecrets(
          toContainerTask(grant),
          deps.secrets,
          () => sealTaskToken(deps.signer, grant.task_id, grant.fence)
        );
      } catch (error) {
        return { status: "failed", reason: "policy", error: toRunnerMeshError(error).message };
      }
      return follow(
        grant,
        observer,
        patternsOf(secrets),
        signal,
        (hears) => deps.executor.run(runOf(grant, secrets), hears, signal)
      );
    },
    adopt: async (left, { grant }, observer, signal) => {
      const delivered = await deps.executor.deliveredSecrets(left.taskId, left.fence);
      if (delivered.length < secretAsks(toContainerTask(grant)).length) {
        await deps.executor.remove(left.taskId, left.fence);
        return {
          status: "failed",
          reason: "worker_lost",
          error: "The secrets of the task were gone when the worker came back."
        };
      }
      return follow(
        grant,
        observer,
        secretPatterns(delivered),
        signal,
        (hears) => deps.executor.adopt(left, runOf(grant), hears, signal)
      );
    }
  };
}
function toContainerTask(grant) {
  const payload = grant.payload;
  return grant.task_type === CONTAINER_TYPES.image ? { kind: "image", ...payload } : { kind: "repository", ...payload };
}
function toClocks(clocks) {
  return {
    queueMs: clocks.queue_ms,
    prepareMs: clocks.prepare_ms,
    runMs: clocks.run_ms,
    totalMs: clocks.total_ms,
    graceMs: clocks.grace_ms
  };
}
function keyOf2(grant) {
  return { taskId: grant.task_id, attempt: grant.attempt };
}
function toAttemptEnd(end2, log, artifacts, faults) {
  const result = {
    ...end2.exitCode === void 0 ? {} : { exit_code: end2.exitCode },
    ...end2.signal === void 0 ? {} : { signal: end2.signal },
    ...end2.imageDigest === void 0 ? {} : { image_digest: end2.imageDigest },
    ...end2.peakMemoryBytes === void 0 ? {} : { peak_memory_bytes: end2.peakMemoryBytes },
    ...end2.cpuMs === void 0 ? {} : { cpu_ms: end2.cpuMs },
    phases: { ...end2.phases },
    log: log.toJson(),
    ...artifacts.length === 0 ? {} : { artifacts: artifacts.map((artifact) => ({ ...artifact })) },
    ...faults.length === 0 ? {} : { artifact_faults: faults.map((fault) => ({ ...fault })) }
  };
  return {
    status: end2.status,
    ...end2.reason === void 0 ? {} : { reason: end2.reason },
    ...end2.exitCode === void 0 ? {} : { exitCode: end2.exitCode },
    ...end2.message === void 0 ? {} : { error: end2.message },
    ...end2.hostFault === void 0 ? {} : { hostFault: end2.hostFault },
    result
  };
}
function toMebibytes(bytes) {
  return (bytes / 1048576).toFixed(1);
}

// src/coordinator/worker/recovery.ts
async function recover({ worker, runner, executor, journal, outputs, log }) {
  const left = [...await executor.left()];
  for (const { grant, end: end2 } of await journal.entries()) {
    if (end2 !== void 0) continue;
    const [taskId, fence] = [grant.task_id, grant.fence];
    const container = left.find((one) => one.taskId === taskId && one.fence === fence);
    if (container === void 0) {
      log.warn("attempt.lost_in_restart", { taskId, fence });
      await worker.giveUp(grant, "The worker was killed, and the container is gone.");
      continue;
    }
    left.splice(left.indexOf(container), 1);
    const checked = { grant, needs: requirementsOf(grant.task_type, grant.payload) };
    worker.resume(checked, (again, observer, signal) => runner.adopt(container, again, observer, signal));
    log.info("attempt.adopted", { taskId, fence, running: container.running });
  }
  for (const { taskId, fence } of left) {
    log.warn("container.orphan_removed", { taskId, fence });
    await executor.remove(taskId, fence);
  }
  const known = new Set((await journal.entries()).map(({ grant }) => `${grant.task_id} ${String(grant.attempt)}`));
  await outputs.endOthers(({ taskId, attempt: attempt3 }) => known.has(`${taskId} ${String(attempt3)}`));
}

// src/coordinator/worker/lease-keeper.ts
var PROGRESS_EVERY_MS = 500;
var PROMPT_MS = 20;
var RETRY_MS2 = SECOND;
var LeaseKeeper = class {
  #deps;
  #batches = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
  }
  keep(home, grant, stop) {
    const { clock, lease } = this.#deps;
    const batch = this.#batches.get(home) ?? {
      entries: /* @__PURE__ */ new Map(),
      dueAt: Infinity,
      cancelTimer: () => void 0,
      sending: false,
      wanted: false
    };
    this.#batches.set(home, batch);
    const key = `${grant.task_id} ${String(grant.fence)}`;
    const entry = { grant, stop, deadline: clock.mono() + grant.lease_ms - lease.marginMs, progress: void 0 };
    batch.entries.set(key, entry);
    this.#due(home, batch, SECOND);
    return {
      progress: (progress) => {
        entry.progress = progress;
        this.#due(home, batch, PROGRESS_EVERY_MS);
      },
      end: () => {
        batch.entries.delete(key);
        if (batch.entries.size === 0) {
          batch.cancelTimer();
          this.#batches.delete(home);
        }
      }
    };
  }
  /** The home has something to say of one of its leases. */
  renewSoon(home) {
    const batch = this.#batches.get(home);
    if (batch === void 0) return;
    batch.wanted = true;
    this.#due(home, batch, PROMPT_MS);
  }
  #due(home, batch, ms) {
    const at = this.#deps.clock.mono() + ms;
    if (batch.sending || batch.dueAt <= at) return;
    batch.cancelTimer();
    batch.dueAt = at;
    batch.cancelTimer = this.#deps.clock.after(ms, () => {
      void this.#renew(home, batch);
    });
  }
  async #renew(home, batch) {
    const { clock, lease, log, random } = this.#deps;
    batch.sending = true;
    batch.wanted = false;
    let nextMs = lease.renewEveryMs * (1 + lease.renewJitter * (2 * random.unit() - 1));
    const entries = [...batch.entries.values()];
    const told = entries.map((entry) => entry.progress);
    const sentAt = clock.mono();
    const link = this.#deps.links.findByHome(home);
    try {
      var _stack = [];
      try {
        if (link === void 0) throw new Error(`no link to home ${home}`);
        const limit = __using(_stack, new TimeLimit(clock, lease.renewEveryMs, "no answer"));
        const leases = entries.map(({ grant, progress }) => ({
          task_id: grant.task_id,
          fence: grant.fence,
          ...progress === void 0 ? {} : { progress }
        }));
        const answer = await link.call("p2p_taskqueue_renew", { leases }, { signal: limit.signal });
        entries.forEach((entry, index) => {
          const verdict = answer.verdicts[index]?.verdict ?? "lost";
          if (verdict === "lost") entry.stop("lease_lost");
          else entry.deadline = sentAt + answer.lease_ms - lease.marginMs;
          if (verdict === "cancel") entry.stop("cancelled");
          if (entry.progress === told[index]) entry.progress = void 0;
        });
      } catch (_) {
        var _error = _, _hasError = true;
      } finally {
        __callDispose(_stack, _error, _hasError);
      }
    } catch (error) {
      log.warn("lease.renewal_failed", { home, leases: entries.length, error: errorText(error) });
      nextMs = RETRY_MS2;
      if (link !== void 0) this.#deps.links.putLast(link);
    }
    const now = clock.mono();
    for (const entry of batch.entries.values()) {
      if (entry.deadline <= now) entry.stop("lease_lost");
      else nextMs = Math.min(nextMs, entry.deadline - now);
      if (entry.progress !== void 0) nextMs = Math.min(nextMs, PROGRESS_EVERY_MS);
    }
    if (isWanted(batch)) nextMs = Math.min(nextMs, PROMPT_MS);
    batch.sending = false;
    batch.dueAt = Infinity;
    if (batch.entries.size > 0) this.#due(home, batch, nextMs);
  }
};
function isWanted({ wanted }) {
  return wanted;
}

// src/coordinator/worker/settlement-reports.ts
var CALL = { ends: 128, characters: 4e5 };
var MAX_ERROR_CHARACTERS = 16e3;
var SettlementReports = class {
  #link;
  #signal;
  #waiting = [];
  #sending = false;
  /** A home of a version that knows no call for many. */
  #oneByOne = false;
  constructor(link, signal) {
    this.#link = link;
    this.#signal = signal;
  }
  /** @returns what the home made of it, once that is durable. @throws RunnerMeshError what the home refused, or `peer_unreachable` */
  report(grant, attempt3) {
    return new Promise((resolve, reject) => {
      const end2 = toEnd(grant, attempt3);
      this.#waiting.push({ end: end2, characters: JSON.stringify(end2).length, resolve, reject });
      void this.#send();
    });
  }
  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const reports = this.#next();
      try {
        const outcomes = await this.#call(reports.map(({ end: end2 }) => end2));
        reports.forEach(({ resolve, reject }, index) => {
          const outcome = outcomes[index];
          if (outcome === void 0) reject(missingAnswer());
          else resolve(outcome);
        });
      } catch (error) {
        if (reports.length === 1 || isPassing(error)) for (const { reject } of reports) reject(error);
        else for (const report of reports) await this.#sendAlone(report);
      }
    }
    this.#sending = false;
  }
  async #sendAlone({ end: end2, resolve, reject }) {
    try {
      const [outcome] = await this.#call([end2]);
      if (outcome === void 0) reject(missingAnswer());
      else resolve(outcome);
    } catch (error) {
      reject(error);
    }
  }
  #next() {
    let [count, characters] = [0, 0];
    for (const report of this.#waiting) {
      characters += report.characters;
      if (count > 0 && (count === CALL.ends || characters > CALL.characters)) break;
      count += 1;
    }
    return this.#waiting.splice(0, this.#oneByOne ? 1 : count);
  }
  async #call(ends) {
    if (!this.#oneByOne) {
      try {
        const answer = await this.#link.call("p2p_taskqueue_settle", { ends: [...ends] }, { signal: this.#signal });
        return answer.outcomes.map(({ outcome }) => outcome);
      } catch (error) {
        if (!(error instanceof RunnerMeshError) || error.code !== "unknown_operation") throw error;
        this.#oneByOne = true;
      }
    }
    const outcomes = [];
    for (const end2 of ends) {
      const { outcome } = await this.#link.call("p2p_taskqueue_complete_task", end2, { signal: this.#signal });
      outcomes.push(outcome);
    }
    return outcomes;
  }
};
function toEnd({ task_id, fence }, { status, reason, exitCode, result, error, hostFault }) {
  return {
    task_id,
    fence,
    status,
    ...reason === void 0 ? {} : { reason },
    ...exitCode === void 0 ? {} : { exit_code: exitCode },
    ...result === void 0 ? {} : { result },
    ...error === void 0 ? {} : { error: error.slice(0, MAX_ERROR_CHARACTERS) },
    ...hostFault === void 0 ? {} : { host_fault: hostFault }
  };
}
function isPassing(error) {
  return !(error instanceof RunnerMeshError) || error.retryable;
}
function missingAnswer() {
  return new RunnerMeshError(
    "protocol_mismatch",
    "The home answered fewer outcomes than were asked for. Upgrade the older of the two."
  );
}

// src/coordinator/worker/outbox.ts
var RETRY_MS3 = { first: SECOND / 2, longest: 15 * SECOND };
var Outbox = class {
  #deps;
  #stopping = new AbortController();
  #deliveries = /* @__PURE__ */ new Set();
  #reports = /* @__PURE__ */ new WeakMap();
  constructor(deps) {
    this.#deps = deps;
  }
  /**
   * Resolves once the end is on disk; delivery goes on by itself. A disk that refuses it costs the end its safety against a
   * restart, not the task its result.
   */
  async post(grant, end2) {
    try {
      await this.#deps.journal.end(grant, end2);
    } catch (error) {
      this.#deps.log.error("outbox.not_durable", { taskId: grant.task_id, error: errorText(error) });
    }
    this.deliver(grant, end2);
  }
  /** Delivers an end that is on disk already, as after a restart. */
  deliver(grant, end2) {
    const delivery = this.#deliver(grant, end2).catch((error) => {
      if (!this.#stopping.signal.aborted)
        this.#deps.log.error("outbox.failed", { taskId: grant.task_id, error: errorText(error) });
    }).finally(() => this.#deliveries.delete(delivery));
    this.#deliveries.add(delivery);
  }
  /** Gives deliveries under way `graceMs` to be answered; the rest stay on disk for the next start. */
  async stop(graceMs) {
    const stopTimer = this.#deps.clock.after(graceMs, () => {
      this.#stopping.abort(new Error("stopping"));
    });
    await Promise.all(this.#deliveries);
    stopTimer();
    this.#stopping.abort(new Error("stopping"));
  }
  async #deliver(grant, end2) {
    const { log, journal } = this.#deps;
    const [taskId, fence] = [grant.task_id, grant.fence];
    const { signal } = this.#stopping;
    const { home } = getTaskIdParts(taskId);
    const asked = /* @__PURE__ */ new Set();
    for (let pauseMs = RETRY_MS3.first; ; ) {
      signal.throwIfAborted();
      const link = this.#deps.links.findByHome(home);
      try {
        const outcome = link === void 0 ? void 0 : await this.#tell(link, grant, end2, signal);
        if (outcome !== void 0) {
          log.info("attempt.settled", { taskId, fence, status: end2.status, outcome });
          await journal.forget(taskId, fence);
          return;
        }
      } catch (error) {
        if (signal.aborted) throw error;
        const definite = error instanceof RunnerMeshError && !error.retryable && error.code !== "internal";
        log[definite ? "error" : "warn"]("attempt.settle_refused", { taskId, fence, error: errorText(error) });
        if (definite) {
          await journal.forget(taskId, fence);
          return;
        }
        if (link !== void 0) {
          asked.add(link);
          this.#deps.links.putLast(link);
        }
      }
      const next = this.#deps.links.findByHome(home);
      if (next !== void 0 && !asked.has(next)) continue;
      asked.clear();
      await this.#pause(pauseMs, home);
      pauseMs = Math.min(pauseMs * 2, RETRY_MS3.longest);
    }
  }
  async #tell(link, grant, end2, signal) {
    const key = { taskId: grant.task_id, attempt: grant.attempt };
    await this.#deps.outputs?.ensureAtHome(key, artifactsOf(end2.result), signal);
    let reports = this.#reports.get(link);
    if (reports === void 0) this.#reports.set(link, reports = new SettlementReports(link, this.#stopping.signal));
    const outcome = await reports.report(grant, end2);
    signal.throwIfAborted();
    return outcome;
  }
  /** Until it is time to try again, or the home's link is back. */
  async #pause(ms, home) {
    const back = new AbortController();
    const stopListening = this.#deps.links.onAdded((link) => {
      if (link.homes.includes(home)) back.abort(new Error("back"));
    });
    await this.#deps.clock.sleep(ms, AbortSignal.any([back.signal, this.#stopping.signal])).catch(() => void 0);
    stopListening();
  }
};

// src/coordinator/worker/attempts.ts
var RELEASE_MS = 5 * SECOND;
var Attempts = class {
  #deps;
  #keeper;
  #outbox;
  #running = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
    this.#keeper = new LeaseKeeper(deps);
    this.#outbox = new Outbox(deps);
  }
  get count() {
    return this.#running.size;
  }
  renewSoon(home) {
    this.#keeper.renewSoon(home);
  }
  /** Tells the homes what a former process has ended and not told. */
  async deliverLeft() {
    for (const { grant, end: end2 } of await this.#deps.journal.entries())
      if (end2 !== void 0) this.#outbox.deliver(grant, end2);
  }
  /** Ends all of them, and gives their ends `graceMs` to be told. */
  async stop(graceMs) {
    for (const { controller } of this.#running.values()) controller.abort("stopping");
    await Promise.all([...this.#running.values()].map((attempt3) => attempt3.done));
    await this.#outbox.stop(graceMs);
  }
  /** @param place gives back the room it was promised, called when its work is over */
  begin(checked, place, run) {
    const controller = new AbortController();
    const { grant } = checked;
    const key = `${grant.task_id} ${String(grant.fence)}`;
    const done = this.#work(checked, controller, run).catch((error) => {
      this.#deps.log.error("attempt.failed", { taskId: grant.task_id, error: errorText(error) });
    }).finally(() => {
      this.#running.delete(key);
      place();
    });
    this.#running.set(key, { controller, done });
  }
  /**
   * An attempt of a former process that left nothing to take up. It may have had effects, so only an idempotent task goes
   * back to the queue; any other has failed.
   */
  async giveUp(grant, error) {
    const [taskId, fence] = [grant.task_id, grant.fence];
    if (!grant.idempotent) {
      await this.#outbox.post(grant, { status: "failed", reason: "worker_lost", error });
      return;
    }
    await this.#deps.journal.forget(taskId, fence);
    const { home } = getTaskIdParts(taskId);
    const release3 = (link) => {
      if (!link.homes.includes(home)) return;
      unsubscribe();
      void this.#tellReleased(link, taskId, fence);
    };
    const unsubscribe = this.#deps.links.onAdded(release3);
    for (const link of this.#deps.links.all()) release3(link);
  }
  async #work(checked, controller, run) {
    const { log, journal, clock } = this.#deps;
    const { grant } = checked;
    const [taskId, fence] = [grant.task_id, grant.fence];
    const stop = (cause2) => {
      if (!controller.signal.aborted) controller.abort(cause2);
    };
    const kept = this.#keeper.keep(getTaskIdParts(taskId).home, grant, stop);
    log.info("attempt.started", { taskId, fence, attempt: grant.attempt });
    const startedAt = clock.mono();
    let end2;
    try {
      const observer = {
        progress: (phase, message, logBytes, fraction) => {
          kept.progress({
            phase,
            message: message.slice(0, 200),
            log_bytes: logBytes,
            ...fraction === void 0 ? {} : { fraction }
          });
        }
      };
      end2 = await run(checked, observer, controller.signal);
    } catch (error) {
      kept.end();
      log.warn("attempt.not_run", { taskId, fence, error: errorText(error) });
      if (!(error instanceof RunnerMeshError) || error.code !== "executor_unavailable") throw error;
      if (error.details["started"] !== true) await this.#release(taskId, fence);
      return;
    }
    kept.end();
    const cause = causeOf(controller.signal);
    const durationMs = Math.round(clock.mono() - startedAt);
    log.info("attempt.ended", { taskId, fence, status: end2.status, reason: end2.reason, ms: durationMs, cause });
    this.#deps.onWorked?.({ grant, end: end2, durationMs });
    if (end2.status !== "completed" && cause === "lease_lost") {
      await journal.forget(taskId, fence);
      return;
    }
    if (end2.status !== "completed" && cause === "stopping") {
      await this.#release(taskId, fence);
      return;
    }
    await this.#outbox.post(grant, end2);
  }
  /** Gives back what this worker began but did not end. */
  async #release(taskId, fence) {
    const link = this.#deps.links.findByHome(getTaskIdParts(taskId).home);
    if (link !== void 0) await this.#tellReleased(link, taskId, fence);
    await this.#deps.journal.forget(taskId, fence);
  }
  /** A home that cannot be told, or does not answer in time, learns it when the lease ends. */
  async #tellReleased(link, taskId, fence) {
    var _stack = [];
    try {
      const { clock, log } = this.#deps;
      const limit = __using(_stack, new TimeLimit(clock, RELEASE_MS, "no answer within 5 s"));
      try {
        await link.call("p2p_taskqueue_release", { task_id: taskId, fence }, { signal: limit.signal });
      } catch (error) {
        log.warn("grant.release_failed", { taskId, error: errorText(error) });
      }
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
};
function causeOf(signal) {
  return signal.aborted ? signal.reason : void 0;
}

// src/coordinator/worker/wake-ups.ts
var WakeUps = class {
  #waiting = /* @__PURE__ */ new Set();
  /** Resolves with the next `wake`. @throws the signal's reason */
  async next(signal) {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers();
    const wake = () => {
      resolve(void 0);
    };
    const giveUp = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("given up"));
    };
    this.#waiting.add(wake);
    signal.addEventListener("abort", giveUp);
    try {
      await promise;
    } finally {
      this.#waiting.delete(wake);
      signal.removeEventListener("abort", giveUp);
    }
  }
  wake() {
    for (const wake of [...this.#waiting]) wake();
  }
};

// src/coordinator/worker/capacity.ts
var Capacity = class {
  #total;
  #taken = /* @__PURE__ */ new Map();
  /** Woken when there is more room. */
  more = new WakeUps();
  /** Counted anew after each change: sums kept by adding and taking away would drift, as cpus come in fractions. */
  #free;
  constructor(total) {
    this.#total = total;
  }
  /** Takes a new reading of the host; running tasks keep what they have. */
  resize(total) {
    this.#total = total;
    this.#free = void 0;
    this.more.wake();
  }
  get total() {
    return this.#total;
  }
  get free() {
    this.#free ??= this.#count();
    return this.#free;
  }
  /** @returns a function that gives it back, or undefined when there is no room */
  take(needs) {
    const { slots, cpus, memoryBytes, diskBytes, gpus } = this.free;
    const room = slots > 0 && needs.cpus <= cpus && needs.memoryBytes <= memoryBytes && needs.diskBytes <= diskBytes && needs.gpus <= gpus;
    if (!room) return void 0;
    const place = /* @__PURE__ */ Symbol("place");
    this.#taken.set(place, needs);
    this.#free = void 0;
    return () => {
      if (!this.#taken.delete(place)) return;
      this.#free = void 0;
      this.more.wake();
    };
  }
  /** Resolves when a slot is free. @throws the signal's reason */
  async whenFree(signal) {
    while (this.free.slots === 0) await this.more.next(signal);
  }
  #count() {
    let { cpus, memoryBytes, diskBytes, gpus } = this.#total;
    for (const needs of this.#taken.values()) {
      cpus -= needs.cpus;
      memoryBytes -= needs.memoryBytes;
      diskBytes -= needs.diskBytes;
      gpus -= needs.gpus;
    }
    return {
      slots: Math.max(0, this.#total.slots - this.#taken.size),
      cpus: Math.max(0, cpus),
      memoryBytes: Math.max(0, memoryBytes),
      diskBytes: Math.max(0, diskBytes),
      gpus: Math.max(0, gpus)
    };
  }
};

// src/coordinator/worker/claim-gate.ts
var ClaimGate = class {
  #clock;
  #pauses = /* @__PURE__ */ new Map();
  #wakeUps = new WakeUps();
  /** Tasks that may still be begun. */
  #left = Infinity;
  constructor(clock) {
    this.#clock = clock;
  }
  get isClosed() {
    return this.#pauses.size > 0 || this.#left <= 0;
  }
  /** No more than so many tasks are begun from now on. */
  limit(tasks) {
    this.#left = tasks;
    this.#wakeIfOpen();
  }
  /** A task is to be begun. @returns false when the gate is closed; who is let in and begins nothing has to `leave` */
  enter() {
    if (this.isClosed) return false;
    this.#left -= 1;
    return true;
  }
  leave() {
    this.#left += 1;
    this.#wakeIfOpen();
  }
  /** A repeat by the same holder replaces its former pause. @param forMs after which it ends by itself */
  pause(holder, forMs) {
    this.#pauses.get(holder)?.stopTimer();
    if (forMs === void 0) {
      this.#pauses.set(holder, { pause: { holder }, stopTimer: () => void 0 });
      return;
    }
    const stopTimer = this.#clock.after(forMs, () => {
      this.resume(holder);
    });
    this.#pauses.set(holder, { pause: { holder, until: Math.round(this.#clock.now() + forMs) }, stopTimer });
  }
  /** @param holder whose pause ends; undefined ends all. @returns whether there was one */
  resume(holder) {
    const ended2 = holder === void 0 ? [...this.#pauses.keys()] : this.#pauses.has(holder) ? [holder] : [];
    for (const each of ended2) {
      this.#pauses.get(each)?.stopTimer();
      this.#pauses.delete(each);
    }
    this.#wakeIfOpen();
    return ended2.length > 0;
  }
  pauses() {
    return [...this.#pauses.values()].map(({ pause }) => pause);
  }
  /** Resolves at once while nobody pauses. @throws the signal's reason */
  async whenOpen(signal) {
    while (this.isClosed) await this.#wakeUps.next(signal);
    signal.throwIfAborted();
  }
  #wakeIfOpen() {
    if (!this.isClosed) this.#wakeUps.wake();
  }
};

// src/coordinator/worker/cut-off-claims.ts
var PAUSE_MS2 = { first: SECOND / 4, longest: 5 * SECOND };
var CutOffClaims = class {
  #deps;
  #open = /* @__PURE__ */ new Set();
  constructor(deps) {
    this.#deps = deps;
  }
  /** From now on the home is asked what became of it. */
  add(home, ask) {
    const open7 = this.#recover(home, ask).finally(() => this.#open.delete(open7));
    this.#open.add(open7);
  }
  /** Resolves when none is open any more: some time after the signal at the latest. */
  async settled() {
    await Promise.all(this.#open);
  }
  async #recover(home, ask) {
    const { clock, links, signal, leaseMs, patienceMs } = this.#deps;
    const begun = clock.mono();
    const isOver = () => signal.aborted;
    let times = 0;
    for (let pauseMs = PAUSE_MS2.first; !isOver(); pauseMs = Math.min(pauseMs * 2, PAUSE_MS2.longest)) {
      const link = links.findByHome(home);
      if (link !== void 0) {
        const found = await ask(link, times).catch(() => void 0);
        if (found !== void 0) {
          times += 1;
          if (found > 0 || clock.mono() - begun > leaseMs) return;
        }
      }
      if (clock.mono() - begun > patienceMs) return;
      await clock.sleep(pauseMs, signal).catch(() => void 0);
    }
  }
};

// src/coordinator/worker/offer-input.ts
function offerOf({ self, settings, runners }, { cpus, memoryBytes, diskBytes, gpus }) {
  return {
    peer: self,
    taskTypes: [...new Set(runners.flatMap((runner) => runner.types()))],
    labels: settings.labels,
    os: settings.os,
    arch: settings.arch,
    cpus,
    memoryBytes,
    diskBytes,
    gpus,
    trust: settings.trust,
    policy: settings.policy,
    ...settings.images === void 0 ? {} : { images: settings.images() }
  };
}
function toOfferInput(offer2, tellsRules) {
  const { digest, profile, networks, rules } = offer2.policy;
  return {
    task_types: [...offer2.taskTypes],
    labels: [...offer2.labels],
    os: offer2.os,
    arch: offer2.arch,
    cpus: offer2.cpus,
    memory_bytes: offer2.memoryBytes,
    disk_bytes: offer2.diskBytes,
    gpus: offer2.gpus,
    trust: offer2.trust,
    ...offer2.images === void 0 ? {} : { images: [...offer2.images] },
    policy: {
      digest,
      profile,
      networks: [...networks],
      // What a policy file held is JSON.
      ...tellsRules && rules !== void 0 ? { rules } : {}
    }
  };
}

// src/coordinator/worker/left-claims.ts
var NOTHING2 = "(none)";
var LeftClaims = class {
  #deps;
  #left = /* @__PURE__ */ new Map();
  constructor(deps) {
    this.#deps = deps;
  }
  add(link, requestId, seen) {
    this.#left.set(requestId, { link, requestId, seen });
  }
  /** Resolves when all is given back that homes say was granted, after `graceMs` at the latest. */
  async giveBack(offer2, graceMs, release3) {
    var _stack = [];
    try {
      const limit = __using(_stack, new TimeLimit(this.#deps.clock, graceMs, "The home did not answer in time."));
      const input = toOfferInput({ ...offer2, taskTypes: [NOTHING2] }, false);
      const open7 = [...this.#left.values()].filter(({ link }) => !link.closed.aborted);
      const asked = open7.map(async ({ link, requestId, seen }) => {
        const call = { request_id: requestId, offer: input, max_tasks: 1, wait_s: 0 };
        try {
          const { grants } = await link.call("p2p_taskqueue_claim_next", call, { signal: limit.signal });
          for (const grant of grants) if (!seen.has(grant.fence)) await release3(link, grant);
        } catch (error) {
          this.#deps.log.debug("claim.left", { peer: link.peer, error: errorText(error) });
        }
      });
      await Promise.all(asked);
    } catch (_) {
      var _error = _, _hasError = true;
    } finally {
      __callDispose(_stack, _error, _hasError);
    }
  }
};

// src/coordinator/worker/parking.ts
import { createHash as createHash5 } from "node:crypto";
var PLACES = 3;
var BARREN_AFTER_MS = SECOND;
var BARREN_FOR_MS = 30 * SECOND;
var Parking = class {
  #deps;
  #places = /* @__PURE__ */ new Map();
  /** Of homes that are not joined yet, too. */
  #notices = /* @__PURE__ */ new WeakMap();
  #best = /* @__PURE__ */ new Set();
  constructor(deps) {
    this.#deps = deps;
  }
  /** @returns a function that takes the home out again */
  join(link) {
    const { self } = this.#deps;
    const lot2 = createHash5("sha256").update(`${self}
${link.peer ?? ""}`).digest("hex");
    const own = link.peer === self;
    const place = {
      own,
      lot: lot2,
      notice: this.#notices.get(link),
      claims: 0,
      stopTimer: void 0,
      barrenAt: -Infinity,
      barren: false,
      wakeUps: new WakeUps()
    };
    this.#places.set(link, place);
    this.#choose();
    return () => {
      place.stopTimer?.();
      this.#places.delete(link);
      this.#choose();
    };
  }
  /** What a home said of its queue. More or other tasks than before may fit. */
  heard(link, notice) {
    this.#notices.set(link, notice);
    const place = this.#places.get(link);
    if (place === void 0) return;
    place.notice = notice;
    place.barren = false;
    if (place.claims > 0) this.#watch(place);
    this.#choose();
  }
  isBest(link) {
    const place = this.#places.get(link);
    return place !== void 0 && this.#best.has(place);
  }
  /** Resolves once the home is among the best. @throws the signal's reason */
  async whenBest(link, signal) {
    this.#choose();
    const place = this.#places.get(link);
    if (place === void 0 || this.#best.has(place)) return;
    await place.wakeUps.next(signal);
  }
  /** A claim waits at the home from now on. @returns a function to call when it is answered */
  waits(link) {
    const place = this.#places.get(link);
    if (place === void 0) return () => void 0;
    place.claims += 1;
    this.#watch(place);
    return () => {
      place.claims -= 1;
      if (place.claims > 0) return;
      place.stopTimer?.();
      place.stopTimer = void 0;
    };
  }
  /** The home gave nothing, or no answer at all. */
  foundBarren(link) {
    const place = this.#places.get(link);
    if (place !== void 0) this.#markBarren(place);
  }
  #watch(place) {
    place.stopTimer ??= this.#deps.clock.after(BARREN_AFTER_MS, () => {
      place.stopTimer = void 0;
      this.#markBarren(place);
    });
  }
  #markBarren(place) {
    place.barren = true;
    place.barrenAt = this.#deps.clock.mono();
    this.#choose();
  }
  #choose() {
    const now = this.#deps.clock.mono();
    const rank2 = (place) => {
      const promising = isPromising(place, now);
      const parked = place.claims > 0;
      const group = place.own ? 0 : promising ? parked ? 1 : 2 : parked ? 3 : 4;
      return [group, promising ? place.barrenAt : 0, promising ? urgency(place.notice) : 0, place.lot];
    };
    const ranked = [...this.#places.values()].map((place) => ({ place, key: rank2(place) })).sort((a, b) => compare(a.key, b.key));
    this.#best = new Set(ranked.slice(0, PLACES).map(({ place }) => place));
    for (const { wakeUps } of this.#best) wakeUps.wake();
  }
};
function isPromising({ notice, barren, barrenAt }, now) {
  if (barren && now - barrenAt < BARREN_FOR_MS) return false;
  return notice === void 0 || notice.ready > 0;
}
function urgency(notice) {
  if (notice?.oldest_ready_at === void 0) return Number.MAX_SAFE_INTEGER;
  return orderKey(notice.oldest_ready_at, notice.top_priority ?? PRIORITY.default);
}
function compare(a, b) {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right !== void 0 && left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

// src/coordinator/worker/refusals.ts
var REFUSALS2 = /* @__PURE__ */ new Set([
  "policy_refused",
  "signature_invalid",
  "bad_request",
  "unknown_field"
]);

// src/coordinator/worker/standing-claim.ts
var PACE_MS = 100;
var MOST_WAITING = 2;
async function standClaim({ clock, offer: offer2, changes, ask }, signal) {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  let waiting = 0;
  const begin = (said) => {
    waiting += 1;
    return ask(said).finally(() => {
      waiting -= 1;
    }).then(() => "answered");
  };
  const untilMore = async (said) => {
    while (waiting >= MOST_WAITING || !offersMore(offer2(), said)) await changes.next(either);
    return "more";
  };
  try {
    let said = offer2();
    let asked = begin(said);
    for (; ; ) {
      const more = untilMore(said);
      more.catch(() => void 0);
      if (await Promise.race([asked, more]) === "answered") return;
      asked.catch(() => void 0);
      said = offer2();
      asked = begin(said);
      await Promise.race([asked, clock.sleep(PACE_MS, either).catch(() => void 0)]);
    }
  } finally {
    over.abort(new Error("answered"));
  }
}
function offersMore(now, said) {
  return now.policy.digest !== said.policy.digest || now.cpus > said.cpus || now.memoryBytes > said.memoryBytes || now.diskBytes > said.diskBytes || now.gpus > said.gpus || now.taskTypes.some((type) => !said.taskTypes.includes(type));
}

// src/coordinator/worker/worker.ts
var PAUSE_MS3 = { first: SECOND / 4, longest: 15 * SECOND };
var STOP_GRACE_MS = 5 * SECOND;
var NO_ANSWER = /* @__PURE__ */ new Set(["peer_unreachable", "storage_failed", "stopping", "internal"]);
var SLOT_ONLY = { cpus: 0, memoryBytes: 0, diskBytes: 0, gpus: 0 };
var Worker = class {
  capacity;
  gate;
  #deps;
  #attempts;
  #parking;
  #stopping = new AbortController();
  #cutOff;
  #left;
  #accepting = /* @__PURE__ */ new Set();
  #loops = /* @__PURE__ */ new Set();
  /** Digest of the policy whose rules a home has heard from us. */
  #toldPolicy = /* @__PURE__ */ new WeakMap();
  #unsubscribe = () => void 0;
  #paused = false;
  constructor(deps) {
    this.#deps = deps;
    this.capacity = new Capacity(deps.capacity);
    this.gate = new ClaimGate(deps.clock);
    this.#attempts = new Attempts(deps);
    this.#parking = new Parking(deps);
    this.#left = new LeftClaims(deps);
    const { clock, links, lease } = deps;
    const patience = { leaseMs: lease.leaseMs, patienceMs: lease.lostGraceMs };
    this.#cutOff = new CutOffClaims({ clock, links, signal: this.#stopping.signal, ...patience });
  }
  /** Delivers what a former process left in the outbox, then claims at every home there is. */
  async start() {
    await this.#attempts.deliverLeft();
    const serve2 = (link) => {
      if (link.homes.length === 0) return;
      const leave = this.#parking.join(link);
      const loop = this.#serve(link).finally(() => {
        leave();
        this.#loops.delete(loop);
      });
      this.#loops.add(loop);
    };
    this.#unsubscribe = this.#deps.links.onAdded(serve2);
    for (const link of this.#deps.links.all()) serve2(link);
  }
  /** No more claims; attempts under way are stopped, their containers proven gone, and given back. */
  async stop() {
    this.#paused = true;
    this.#unsubscribe();
    this.#stopping.abort(new Error("stopping"));
    await Promise.all(this.#loops);
    await this.#cutOff.settled();
    await Promise.all(this.#accepting);
    await this.#left.giveBack(this.offer(), STOP_GRACE_MS, (link, grant) => this.#giveBack(link, grant));
    await this.#attempts.stop(STOP_GRACE_MS);
  }
  /** A home says how full its queue is. */
  heard(link, notice) {
    this.#parking.heard(link, notice);
  }
  /** Homes hear of it now, and what is allowed anew is taken. */
  async policyChanged() {
    this.capacity.more.wake();
    const offer2 = this.offer();
    if (this.gate.isClosed || this.capacity.free.slots === 0 || offer2.taskTypes.length === 0) return;
    const homes = this.#deps.links.all().filter((link) => link.homes.length > 0);
    await Promise.allSettled(homes.map((link) => this.#take(link, offer2, this.#request(0), this.#stopping.signal)));
  }
  /** Something of ours waits for its worker at that home, such as a cancel: it is looked for now. */
  leasesWanted(homes) {
    for (const home of homes) this.#attempts.renewSoon(home);
  }
  get running() {
    return this.#attempts.count;
  }
  /** What one more task could have, as it travels with a claim. */
  offer() {
    return offerOf(this.#deps, this.capacity.free);
  }
  /** Works on a grant that this worker checked and journalled in a former process. */
  resume(checked, run) {
    this.#attempts.begin(checked, this.capacity.take(checked.needs) ?? (() => void 0), run);
  }
  /** Ends for its home an attempt of a former process that left nothing to take up. */
  giveUp(grant, error) {
    return this.#attempts.giveUp(grant, error);
  }
  async #serve(link) {
    const { clock, log, random } = this.#deps;
    const signal = AbortSignal.any([link.closed, this.#stopping.signal]);
    const isOver = () => signal.aborted;
    let pauseMs = PAUSE_MS3.first;
    while (!isOver()) {
      try {
        await this.gate.whenOpen(signal);
        await this.#parking.whenBest(link, signal);
        await this.capacity.whenFree(signal);
        if (this.gate.isClosed) continue;
        await this.#claim(link, signal);
        pauseMs = PAUSE_MS3.first;
      } catch (error) {
        if (isOver()) return;
        log.warn("claim.failed", { peer: link.peer, error: errorText(error) });
        this.#parking.foundBarren(link);
        await clock.sleep(pauseMs * (0.5 + random.unit()), signal).catch(() => void 0);
        pauseMs = Math.min(pauseMs * 2, PAUSE_MS3.longest);
      }
    }
  }
  async #claim(link, signal) {
    const { clock, settings } = this.#deps;
    if (this.offer().taskTypes.length === 0) {
      await clock.sleep(PAUSE_MS3.longest / 15, signal);
      return;
    }
    const answered = this.#parking.waits(link);
    const request = this.#request(settings.parkMs / SECOND);
    const ask = async (offer3) => {
      await this.#take(link, offer3, request, signal);
    };
    const offer2 = () => this.offer();
    try {
      await standClaim({ clock, offer: offer2, changes: this.capacity.more, ask }, signal);
    } catch (thrown) {
      if (NO_ANSWER.has(toRunnerMeshError(thrown).code) || link.closed.aborted) this.#askAgain(link, request);
      throw thrown;
    } finally {
      answered();
    }
  }
  #askAgain({ homes }, request) {
    const [home] = homes;
    if (home === void 0 || this.#stopping.signal.aborted) return;
    this.#cutOff.add(
      home,
      (link, time) => (
        // What it would grant anew is only asked for with room for it.
        time > 0 && this.capacity.free.slots === 0 ? Promise.resolve(0) : this.#take(link, this.offer(), { ...request, waitS: 0 }, this.#stopping.signal)
      )
    );
  }
  #request(waitS) {
    return { id: this.#deps.random.uuid(), waitS, seen: /* @__PURE__ */ new Set() };
  }
  /** @returns how many grants it brought that were not known before */
  async #take(link, offer2, { id, waitS, seen }, signal) {
    const asked = {
      request_id: id,
      offer: toOfferInput(offer2, this.#toldPolicy.get(link) !== offer2.policy.digest),
      max_tasks: Math.max(1, Math.min(this.#deps.settings.claimBatch, this.capacity.free.slots)),
      wait_s: waitS
    };
    const { grants } = await link.call("p2p_taskqueue_claim_next", asked, { signal }).catch((thrown) => {
      if (this.#stopping.signal.aborted) this.#left.add(link, id, seen);
      throw thrown;
    });
    this.#toldPolicy.set(link, offer2.policy.digest);
    const fresh = grants.filter(({ fence }) => !seen.has(fence));
    for (const grant of fresh) {
      seen.add(grant.fence);
      const accepting = this.#accept(link, grant).catch((error) => {
        this.#deps.log.warn("grant.give_back_failed", { taskId: grant.task_id, error: errorText(error) });
      }).finally(() => this.#accepting.delete(accepting));
      this.#accepting.add(accepting);
    }
    return fresh.length;
  }
  /** From a grant to work begun, or given back with the rule that turned it down. */
  async #accept(link, grant) {
    if (this.#paused || !this.gate.enter()) {
      await this.#giveBack(link, grant);
      return;
    }
    let begun = false;
    try {
      begun = await this.#beginOrGiveBack(link, grant);
    } finally {
      if (!begun) this.gate.leave();
    }
  }
  /** @returns whether it was begun */
  async #beginOrGiveBack(link, grant) {
    const runner = this.#runnerOf(grant);
    const slot = this.capacity.take(SLOT_ONLY);
    if (slot === void 0 || runner === void 0) {
      slot?.();
      await this.#giveBack(link, grant);
      return false;
    }
    let place = slot;
    try {
      const checked = await this.#check(runner, grant, link.peer);
      slot();
      place = this.capacity.take(checked.needs);
      if (place === void 0) {
        await this.#giveBack(link, grant);
        return false;
      }
      this.#deps.journal.begin(checked.grant).catch((error) => {
        this.#deps.log.error("journal.begin_failed", { taskId: grant.task_id, error: errorText(error) });
      });
      this.#attempts.begin(checked, place, (...call) => runner.run(...call));
      return true;
    } catch (error) {
      place?.();
      const { code, message } = toRunnerMeshError(error);
      this.#deps.log.warn("grant.refused", { taskId: grant.task_id, code, error: message });
      await this.#giveBack(link, grant, REFUSALS2.has(code) ? `${code}: ${message}` : void 0);
      return false;
    }
  }
  /** @throws RunnerMeshError policy_refused when this host can never run it, and whatever the runner finds */
  async #check(runner, grant, from) {
    const checked = await runner.check(grant, from);
    const { cpus, memoryBytes, diskBytes, gpus } = this.capacity.total;
    const host = { ...this.offer(), cpus, memoryBytes, diskBytes, gpus };
    const misfit = findMisfit({ ...checked.needs, labels: [], peers: [] }, host);
    if (misfit !== void 0) throw new RunnerMeshError("policy_refused", misfit.message);
    return checked;
  }
  async #giveBack(link, grant, rule) {
    await link.call("p2p_taskqueue_release", {
      task_id: grant.task_id,
      fence: grant.fence,
      ...rule === void 0 ? {} : { refused: { policy_digest: this.#deps.settings.policy.digest, rule: rule.slice(0, 500) } }
    });
  }
  #runnerOf(grant) {
    return this.#deps.runners.find((runner) => runner.types().includes(grant.task_type));
  }
};

// src/docker/images/present-images.ts
async function listPresentImages({ prompt }, most) {
  const images = await prompt.listImages();
  const newestFirst = [...images].sort((a, b) => b.Created - a.Created);
  const names = newestFirst.flatMap(({ RepoTags }) => RepoTags ?? []);
  return [...new Set(names)].filter((name) => !name.includes("<none>")).slice(0, most);
}

// src/docker/containers/reaper.ts
var REAPER_DEFAULTS = { everyMs: 60 * SECOND, unfollowedMs: 25 * SECOND };
function createReaper(deps) {
  return new EngineReaper(deps, { ...REAPER_DEFAULTS, ...deps.settings });
}
var EngineReaper = class {
  #deps;
  #settings;
  /** Since when, on the monotonic clock, each unfollowed container of ours is known. */
  #unfollowedSince = /* @__PURE__ */ new Map();
  #sweeping = Promise.resolve();
  #stopTimer;
  constructor(deps, settings) {
    this.#deps = deps;
    this.#settings = settings;
  }
  /** The first sweep is over when this resolves; without an engine there is nothing to sweep yet. */
  async start() {
    if (this.#stopTimer !== void 0) return;
    this.#stopTimer = () => void 0;
    await this.#sweepAndGoOn();
  }
  async stop() {
    this.#stopTimer?.();
    this.#stopTimer = void 0;
    await this.#sweeping;
  }
  async sweep() {
    const { clock, log } = this.#deps;
    const orphans = this.#orphansOf(await listOurs(this.#deps.executor.engine));
    let removed = 0;
    for (const { id, mark } of orphans) {
      if (this.#isFollowed({ mark })) continue;
      try {
        await new EngineContainer(this.#deps.executor.engine, clock, id).remove();
        await removeVolumes(this.#deps.executor.engine, mark.taskId, mark.fence);
        removed += 1;
        log.warn("container.reaped", { container: id.slice(0, 12), task: mark.taskId, runner: mark.runner });
      } catch (error) {
        log.warn("container.reap_failed", { container: id.slice(0, 12), why: errorText(error) });
      }
    }
    return removed;
  }
  #orphansOf(all) {
    const { clock, executor } = this.#deps;
    const [wall, mono] = [clock.now(), clock.mono()];
    const unfollowed = all.filter((one) => !this.#isFollowed(one));
    const own = unfollowed.filter(({ mark }) => mark.runner === executor.runner);
    const known = new Set(own.map(({ id }) => id));
    for (const id of this.#unfollowedSince.keys()) if (!known.has(id)) this.#unfollowedSince.delete(id);
    for (const { id } of own) if (!this.#unfollowedSince.has(id)) this.#unfollowedSince.set(id, mono);
    const isOrphan = ({ id, mark }) => {
      if (mark.deadline < wall) return true;
      const since = this.#unfollowedSince.get(id);
      return since !== void 0 && mono - since >= this.#settings.unfollowedMs;
    };
    return unfollowed.filter(isOrphan);
  }
  #isFollowed({ mark }) {
    const { executor } = this.#deps;
    return mark.runner === executor.runner && executor.isFollowed(mark.taskId, mark.fence);
  }
  async #sweepAndGoOn() {
    const { clock, log } = this.#deps;
    const sweep = this.sweep().catch((error) => {
      log.debug("reaper.sweep_failed", { why: errorText(error) });
    });
    this.#sweeping = sweep;
    await sweep;
    const pauseMs = this.#unfollowedSince.size > 0 ? this.#settings.unfollowedMs : this.#settings.everyMs;
    if (this.#stopTimer !== void 0) this.#stopTimer = clock.after(pauseMs, () => void this.#sweepAndGoOn());
  }
};

// src/store/sqlite/work-journal.ts
import { join as join17 } from "node:path";
var FILE2 = "work.db";
var SCHEMA3 = 1;
var TABLES2 = `CREATE TABLE IF NOT EXISTS work (
  task_id TEXT NOT NULL, fence INTEGER NOT NULL, grant_json TEXT NOT NULL, end_json TEXT, PRIMARY KEY (task_id, fence)
) STRICT, WITHOUT ROWID`;
var GROUP = { maxSteps: 256, maxMs: 5 };
function createSqliteWorkJournal(directory, clock, openLog = openLogSync) {
  return new SqliteWorkJournal(join17(directory, FILE2), clock, openLog);
}
var SqliteWorkJournal = class {
  #file;
  #clock;
  #openLog;
  #open;
  constructor(file2, clock, openLog) {
    this.#file = file2;
    this.#clock = clock;
    this.#openLog = openLog;
  }
  start() {
    if (this.#open !== void 0) return Promise.resolve();
    const db = openSmallDatabase({
      file: this.#file,
      schema: SCHEMA3,
      tables: TABLES2,
      synchronous: "NORMAL",
      advice: "Move it away to start without it (results not yet delivered are lost), or restore it."
    });
    const log = this.#openLog(this.#file);
    this.#open = {
      db,
      log,
      commit: new GroupCommit({
        db,
        sync: () => log.sync(),
        mono: () => this.#clock.mono(),
        ...GROUP,
        beforeCommit: () => void 0,
        onRollback: () => false,
        emit: () => void 0
      }),
      begin: db.prepare("INSERT OR REPLACE INTO work (task_id, fence, grant_json) VALUES (?, ?, ?)"),
      end: db.prepare("INSERT OR REPLACE INTO work (task_id, fence, grant_json, end_json) VALUES (?, ?, ?, ?)"),
      forget: db.prepare("DELETE FROM work WHERE task_id = ? AND fence = ?"),
      all: db.prepare("SELECT grant_json, end_json FROM work ORDER BY fence")
    };
    return Promise.resolve();
  }
  async stop() {
    const open7 = this.#open;
    this.#open = void 0;
    await open7?.commit.close();
    open7?.log.close();
    open7?.db.close();
  }
  begin(grant) {
    return this.#change(({ begin }) => begin.run(grant.task_id, grant.fence, JSON.stringify(grant)));
  }
  end(grant, end2) {
    return this.#change((open7) => open7.end.run(grant.task_id, grant.fence, JSON.stringify(grant), JSON.stringify(end2)));
  }
  forget(taskId, fence) {
    return this.#change(({ forget }) => forget.run(taskId, fence));
  }
  entries() {
    const rows = this.#opened().all.all();
    return Promise.resolve(
      rows.map(({ grant_json, end_json }) => ({
        grant: JSON.parse(grant_json),
        ...end_json === null ? {} : { end: JSON.parse(end_json) }
      }))
    );
  }
  async #change(write) {
    const open7 = this.#opened();
    await open7.commit.run(() => write(open7));
  }
  #opened() {
    if (this.#open === void 0) throw new RunnerMeshError("stopping", `The journal ${this.#file} is not open.`);
    return this.#open;
  }
};

// src/app/policy/policy-gate.ts
var HOLDER = "policy";
var LOOK_EVERY_MS = SECOND;
function createPolicyGate({ policy, gate, clock, log }) {
  let stopTimer;
  let closed = false;
  const look = () => {
    const why = policy.whyClosed();
    if (why !== void 0) {
      if (!closed) log.info("policy.closed", { why });
      if (!gate.pauses().some(({ holder }) => holder === HOLDER)) gate.pause(HOLDER, void 0);
    } else if (closed) {
      log.info("policy.open");
      gate.resume(HOLDER);
    }
    closed = why !== void 0;
    stopTimer?.();
    stopTimer = clock.after(LOOK_EVERY_MS, look);
  };
  policy.onChange(() => {
    if (stopTimer !== void 0) look();
  });
  return {
    start: () => {
      if (stopTimer === void 0) look();
      return Promise.resolve();
    },
    stop: () => {
      stopTimer?.();
      stopTimer = void 0;
      return Promise.resolve();
    }
  };
}

// src/app/policy/trusted-allowances.ts
function trustedAllowances({ capabilities, mounts, devices }) {
  return {
    capabilities,
    mayMount: ({ source, read_only: readOnly }) => mayMount(mounts, { source, write: !readOnly }),
    mayUseDevice: (path) => devices.includes(path)
  };
}

// src/app/peer/worker-parts.ts
var PROBE_EVERY_MS = { unavailable: 5 * SECOND, available: 30 * SECOND };
var PARK_MS = 25 * SECOND;
var CLAIM_BATCH = 32;
var GB = 1e9;
var IMAGE_ARCH2 = { x64: "amd64", ia32: "386" };
function createWorkerParts(deps) {
  const {
    config,
    stateDir,
    mesh,
    membership,
    links,
    clock,
    random,
    log,
    lease,
    processors,
    guardian,
    policy,
    outputs
  } = deps;
  const dockerHost = config.dockerHost ?? config.surroundings.dockerHost;
  const executor = createDockerExecutor({
    runner: mesh.self,
    clock,
    random,
    log,
    credentials: deps.images.credentials,
    repositories: deps.images.repositories,
    allowsImage: (image) => mayRunImage(policy.policy, image),
    trusted: () => trustedAllowances(policy.policy),
    memoryFolders: memoryFolders(config),
    findGpus: () => findGpus(config.surroundings.path ?? "", clock),
    settings: {
      leaseMs: lease.leaseMs,
      buildKit: config.buildKit,
      ...dockerHost === void 0 ? {} : { engineHost: dockerHost }
    }
  });
  const reaper = createReaper({ executor, clock, log });
  const imageKeeper = new ImageKeeper({
    engine: executor.engine,
    clock,
    log,
    settings: { maxBytes: config.imageCacheGb * GB, minFreeBytes: config.diskFreeGb * GB }
  });
  let probe;
  let marks = [];
  const slots = config.slots ?? processors;
  const journal = forgettingOutputs(createSqliteWorkJournal(stateDir, clock), outputs);
  const isMember = (peer) => peer === mesh.self || mesh.peers().some((admitted) => admitted.peer === peer);
  const runner = createContainerRunner({
    executor,
    signer: mesh.signer,
    meshIds: mesh.meshIds,
    clock,
    isTrustedSigner: (peer, vouchedBy) => isMember(peer) || vouchedBy !== void 0 && isMember(vouchedBy) && membership.refusal(peer) === void 0,
    probe: () => probe,
    types: executor.supportedTypes,
    secrets: (refs) => policy.secrets(refs),
    outputs
  });
  const watched = async (work) => {
    const release3 = guardian.hold();
    try {
      return await work();
    } finally {
      release3();
    }
  };
  const guarded = {
    ...runner,
    run: (...call) => watched(() => runner.run(...call)),
    adopt: (...call) => watched(() => runner.adopt(...call))
  };
  const workedListeners = /* @__PURE__ */ new Set();
  const worker = new Worker({
    onWorked: (worked) => {
      for (const tell of workedListeners) tell(worked);
    },
    self: mesh.self,
    links,
    runners: [guarded],
    outputs,
    journal,
    clock,
    random,
    log,
    lease,
    capacity: { slots, cpus: processors, memoryBytes: totalmem2(), diskBytes: 0, gpus: 0 },
    settings: {
      images: () => marks,
      labels: config.labels,
      os: platform2(),
      arch: IMAGE_ARCH2[arch2()] ?? arch2(),
      trust: "trusted",
      // As it is in force at each claim.
      get policy() {
        return policy.summary;
      },
      parkMs: PARK_MS,
      claimBatch: CLAIM_BATCH
    }
  });
  const policyGate = createPolicyGate({ policy, gate: worker.gate, clock, log });
  policy.onChange(() => {
    void worker.policyChanged();
  });
  let stopTimer = () => void 0;
  let stopped2 = false;
  let recovered = false;
  const look = async () => {
    const seen = await executor.probe();
    if (seen.available !== probe?.available || seen.problem !== probe.problem) {
      if (seen.available) log.info("executor.available", { engine: seen.engine });
      else log.warn("executor.unavailable", { problem: seen.problem });
    }
    probe = seen;
    if (seen.available) marks = await presentMarks(executor.engine, marks);
    worker.capacity.resize({
      slots,
      cpus: Math.max(seen.cpus, processors),
      memoryBytes: seen.memoryBytes,
      diskBytes: seen.diskBytes,
      gpus: seen.gpus
    });
    if (seen.available && !recovered) {
      await recover({ worker, runner: guarded, executor, journal, outputs, log });
      await executor.forgetSecrets();
      recovered = true;
      await reaper.start();
      await imageKeeper.start();
    }
    if (stopped2) return;
    stopTimer = clock.after(seen.available ? PROBE_EVERY_MS.available : PROBE_EVERY_MS.unavailable, () => {
      void look().catch((error) => {
        log.error("executor.probe_failed", { error: errorText(error) });
      });
    });
  };
  return {
    get running() {
      return worker.running;
    },
    claims: worker.gate,
    onWorked: (listener) => {
      workedListeners.add(listener);
      return () => workedListeners.delete(listener);
    },
    heard: (link, notice) => worker.heard(link, notice),
    leasesWanted: (homes) => worker.leasesWanted(homes),
    room: () => ({ total: worker.capacity.total, free: worker.capacity.free }),
    images: (most) => probe?.available === true ? listPresentImages(executor.engine, most) : Promise.resolve([]),
    types: () => worker.offer().taskTypes,
    status: () => ({
      available: probe?.available ?? false,
      ...probe?.engine === void 0 ? {} : { engine: probe.engine },
      ...probe?.problem === void 0 ? {} : { problem: probe.problem },
      policy: policy.file ?? "settings",
      policy_digest: policy.summary.digest,
      ...policy.problem === void 0 ? {} : { policy_problem: policy.problem },
      slots,
      running: worker.running,
      ...worker.gate.isClosed ? {
        paused_by: worker.gate.pauses().map(({ holder }) => holder).join(", ")
      } : {}
    }),
    start: async () => {
      await journal.start();
      await executor.start();
      await outputs.start();
      await look();
      await policyGate.start();
      await worker.start();
    },
    stop: async () => {
      stopped2 = true;
      stopTimer();
      await imageKeeper.stop();
      await reaper.stop();
      await policyGate.stop();
      await worker.stop();
      await outputs.stop();
      await executor.stop();
      await journal.stop();
      await guardian.stop();
    }
  };
}
function forgettingOutputs(journal, outputs) {
  return {
    start: () => journal.start(),
    stop: () => journal.stop(),
    begin: (grant) => journal.begin(grant),
    end: (grant, end2) => journal.end(grant, end2),
    entries: () => journal.entries(),
    forget: async (taskId, fence) => {
      await journal.forget(taskId, fence);
      await outputs.forget(taskId);
    }
  };
}
async function presentMarks(engine, last) {
  try {
    const names = await listPresentImages(engine, MOST_IMAGE_MARKS);
    return [...new Set(names.map(imageMark))];
  } catch {
    return last;
  }
}

// src/app/peer/start-peer.ts
async function startPeer(config, roles, surroundings) {
  const started = [];
  const stop = async () => {
    for (let part = started.pop(); part !== void 0; part = started.pop()) {
      await part.stop().catch((error) => {
        surroundings.log.error("peer.stop_failed", { error: errorText(error) });
      });
    }
  };
  const start = async (part) => {
    await part.start();
    started.push(part);
    return part;
  };
  try {
    return { ...await startParts(await layGround(config, roles, surroundings, start)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
async function startParts(ground) {
  const { config, roles, stateDir, runnerName, lease, events, clock, random, log, program, start } = ground;
  const homeParts = await openHome2(ground);
  const { home, homes } = homeParts;
  const meshParts = await createMeshParts(ground, homes);
  const { mesh } = meshParts;
  const links = new Links();
  const guard = { command: program, config, stateDir, runner: mesh.self, leaseMs: lease.leaseMs, clock, log };
  const outputs = await openOutputs(ground, homeParts, mesh, links);
  const images = createImageSources(config, clock, log);
  const worker = outputs.attempts !== void 0 ? createWorkerParts({
    ...{ config, stateDir, mesh, links, clock, random, log, lease },
    membership: meshParts.membership,
    processors: availableParallelism2(),
    guardian: createGuardian(guard),
    images,
    policy: ground.policy,
    outputs: outputs.attempts
  }) : void 0;
  meshParts.capabilities.ofWorker(worker);
  const discovery = createPeerDiscovery({ ...ground, ...meshParts, links });
  const peerTools = new PeerSessions({ mesh, version: VERSION, clock, log });
  const parts = createOperationParts(
    ...[ground, homeParts, meshParts, links, worker, discovery, images.pins, peerTools, outputs]
  );
  const { cron } = parts;
  const audit = await start(new AuditFile(stateDir, log));
  const tracing = await start(
    await createTracing({
      ...{ config, peer: mesh.self, runnerName, events, clock, log },
      onWorked: worker === void 0 ? void 0 : (listener) => worker.onWorked(listener),
      operations: withAuditTrail(parts.operations, audit.record, clock),
      store: home?.store
    })
  );
  const { operations } = tracing;
  const door = createPeersDoor({
    ...{ mesh, operations, events, clock, log },
    rejections: meshParts.rejections,
    access: () => MEMBER_ACCESS,
    tidy: collectYoungGeneration
  });
  door.onLink((link) => {
    links.add(link);
  });
  door.onReady((link, notice) => {
    worker?.heard(link, notice);
  });
  door.onRenew(({ homes: theirs }) => {
    worker?.leasesWanted(theirs);
  });
  events.listen((event) => {
    if (event.name !== "task.cancel_requested" || event.worker === void 0) return;
    if (event.worker === mesh.self) worker?.leasesWanted(homes);
    else door.askToRenew(event.worker);
  });
  const bridge = await openLegacyBridge({ ground, homeParts, meshParts, operations, worker, links, pins: images.pins });
  createMcpPeerDoor({ mesh, operations, access: () => MEMBER_ACCESS, version: VERSION, events, clock, log });
  await start(mesh);
  await start(bridge);
  await start(peerTools);
  await start(discovery);
  if (cron !== void 0) await start(cron);
  if (home !== void 0)
    await start(new ReadyNotices({ home, clock, log, tell: (notice) => door.notifyReady(notice) }));
  if (worker !== void 0) {
    if (home !== void 0) await start(createOwnHomeLink(links, operations, { self: mesh.self, homes }));
    await start(worker);
  }
  await start(createLocalSocket(socketPath(stateDir, config), operations, log));
  const webhook = await startWebhook(ground, operations);
  const http = roles.home && config.http !== "off" ? await start(
    await (await import("./http-doors-YKPGYWWC.js")).createHttpDoors({
      ...{ config, stateDir, operations, peerTools, events, clock, random, log },
      meter: ground.meter,
      recordAudit: audit.record,
      ...createWatchParts(ground, homeParts, meshParts, worker),
      access: new Set(ACCESS),
      ...webhook === void 0 ? {} : { webhook },
      ...home === void 0 ? {} : { findTask: (token) => findTaskCaller({ signer: mesh.signer, store: home.store }, token) }
    })
  ) : void 0;
  return { mesh, events, operations, stateDir, runnerName, worker, http };
}
async function startWebhook(ground, operations) {
  const { config, roles, start } = ground;
  const hasSecret = config.webhookSecret !== void 0 || config.webhookSecretFile !== void 0;
  if (!hasSecret || !roles.home || config.http === "off") return void 0;
  const { createWebhookParts } = await import("./webhook-parts-WYYSGPKN.js");
  const door = await createWebhookParts(ground, operations);
  if (door === void 0) return void 0;
  const { handle } = await start(door);
  return { path: "/webhook", handle };
}

export {
  startPeer
};
