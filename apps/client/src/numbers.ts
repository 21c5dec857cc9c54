/** Numbers as they are typed: in words of a command and in options. */

/** Seconds, whole or with decimals; undefined where `text` is no such number. */
export function parseSeconds(text: string): number | undefined {
  return /^[0-9]{1,15}(\.[0-9]+)?$/.test(text) ? Number(text) : undefined;
}

/** A count of bytes, whole; undefined where `text` is no such number. */
export function parseByteCount(text: string): number | undefined {
  return /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}
