/** SHA-256 of a text's UTF-8 bytes, as 64 lowercase hexadecimal digits. Core may not ask node:crypto itself. */
export type Digest = (text: string) => string
