import { createRequire as bundleRequire } from 'node:module'
import { dirname as bundleDirname } from 'node:path'
import { fileURLToPath as bundleFilename } from 'node:url'
const require = bundleRequire(import.meta.url)
const __filename = bundleFilename(import.meta.url)
const __dirname = bundleDirname(__filename)
import {
  announcementMac,
  isAnnouncementMac
} from "./chunk-7CUCORA6.js";
import {
  encodeAnnouncement,
  isExpiredAnnouncement,
  parseAnnouncement
} from "./chunk-C6YG63S3.js";
import {
  RunnerMeshError
} from "./chunk-GMWOGI5R.js";

// src/mesh/announcement-seal.ts
function createAnnouncementSeal({
  signer,
  meshKeys,
  clock,
  rejections
}) {
  const announcing = meshKeys.at(-1) ?? meshKeys[0];
  const open = async ({ envelope, mac }) => {
    if (!isAnnouncementMac(meshKeys, Buffer.from(envelope), mac)) {
      throw new RunnerMeshError("signature_invalid", "The announcement was not made by a member of this mesh.");
    }
    const { peer, payload } = await signer.open("announcement", envelope);
    return parseAnnouncement(payload, {
      signer: peer,
      meshes: meshKeys.map(({ meshId }) => meshId),
      now: clock.now()
    });
  };
  return {
    seal: async (announcement) => {
      const envelope = await signer.seal("announcement", encodeAnnouncement(announcement, announcing.meshId));
      return { envelope, mac: announcementMac(announcing, Buffer.from(envelope)) };
    },
    open: async (sealed) => {
      try {
        return await open(sealed);
      } catch (cause) {
        if (!isExpiredAnnouncement(cause)) rejections?.count("bad_announcement");
        throw cause;
      }
    }
  };
}

export {
  createAnnouncementSeal
};
