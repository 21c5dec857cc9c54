/** Bytes of a file for tests: no two leaves are alike, and the same every time. */
export function patternBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >>> 14) * 7 + (at >>> 8)) & 0xff;
  return bytes;
}
