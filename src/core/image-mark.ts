/**
 * Which images a worker has, short enough to travel with every claim: one mark for each image name, whatever its tags, for
 * versions of an image share most of their layers. Two names with one mark cost a pull and nothing else.
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ (FNV-1a, 32 bit)
 */
import { imageName } from './policy/names.ts'

/** As many as travel. */
export const MOST_IMAGE_MARKS = 64

/** @param image a reference, with or without tag and digest */
export function imageMark(image: string): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(imageName(image).name)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(36)
}
