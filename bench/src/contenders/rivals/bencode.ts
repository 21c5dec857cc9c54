/** Values as BitTorrent writes them (BEP 3). */

export type Bencodable = number | string | Uint8Array | { readonly [key: string]: Bencodable };

export function bencode(value: Bencodable): Uint8Array {
  if (typeof value === 'number') return Buffer.from(`i${value}e`);
  if (typeof value === 'string') return bencode(Buffer.from(value));
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from(`${value.length}:`), value]);
  // Keys in the order of their bytes, which for plain letters is that of sort().
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => [bencode(key), bencode(value[key] as Bencodable)]);
  return Buffer.concat([Buffer.from('d'), ...entries, Buffer.from('e')]);
}
