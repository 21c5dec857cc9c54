/** CRC-32C (Castagnoli), eight bytes a step. RFC 3720, appendix B.4, has test vectors. */

const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 in one: table k is what a byte comes to when k zero bytes follow it. */
const tables = makeTables();

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] as number;
    made[at] = (before >>> 8) ^ (made[before & 0xff] as number);
  }
  return made;
}

/** Checksum of the bytes, an unsigned 32-bit number; `before` is that of what precedes them. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const t = tables;
  const b = bytes;
  let crc = ~before;
  let at = 0;
  // Every index lies inside: the bytes are masked to 8 bits, and each table has 256 entries.
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low =
      crc ^
      ((b[at] as number) |
        ((b[at + 1] as number) << 8) |
        ((b[at + 2] as number) << 16) |
        ((b[at + 3] as number) << 24));
    crc =
      (t[1792 + (low & 0xff)] as number) ^
      (t[1536 + ((low >>> 8) & 0xff)] as number) ^
      (t[1280 + ((low >>> 16) & 0xff)] as number) ^
      (t[1024 + (low >>> 24)] as number) ^
      (t[768 + (b[at + 4] as number)] as number) ^
      (t[512 + (b[at + 5] as number)] as number) ^
      (t[256 + (b[at + 6] as number)] as number) ^
      (t[b[at + 7] as number] as number);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ (t[(crc ^ (b[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
