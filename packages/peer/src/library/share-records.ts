/** How shares and content trees are written down, and read again: checked as a stranger's words would be. */
import { contentRoot, fileId, groupId, LEAF_BYTES, MAX_FILE_BYTES, MAX_PIECE_BYTES } from '@p2p/protocol';
import { type ContentTree, geometryOf, layerBytesOf } from '@p2p/swarm';
import * as z from 'zod';
import type { KeptStamp } from '../sharing/file-stamp.js';
import type { RecordBody } from './sealed-record.js';

/** Raised when a record changes so that an older program could misread it. */
const VERSION = 1;

const version = z.literal(VERSION);
const whole = z
  .string()
  .regex(/^[0-9]{1,20}$/)
  .transform(BigInt);
/** Those that a geometry can be made of. */
export const fileSize = z.int().min(0).max(MAX_FILE_BYTES);
export const pieceSize = z
  .int()
  .min(LEAF_BYTES)
  .max(MAX_PIECE_BYTES)
  .refine((length) => Number.isInteger(Math.log2(length)));

/** Numbers of the system may be larger than JSON's. */
export const keptStamp = z.object({ inode: whole, bytes: whole, modifiedNs: whole });

const share = z.object({
  version,
  id: fileId,
  group: groupId,
  groupName: z.string(),
  name: z.string(),
  user: z.string(),
  root: contentRoot,
  bytes: fileSize,
  pieceLength: pieceSize,
  path: z.string(),
  stamp: keptStamp,
});
/** A file that a user shares whole, and where it lies. */
export type ShareRecord = Omit<z.infer<typeof share>, 'version'>;

const tree = z.object({ version, root: contentRoot, bytes: fileSize, pieceLength: pieceSize });
type TreeId = Omit<z.infer<typeof tree>, 'version'>;

export function stampText({ inode, bytes: size, modifiedNs }: KeptStamp) {
  return { inode: `${inode}`, bytes: `${size}`, modifiedNs: `${modifiedNs}` };
}

/** Two users of one client may share the same file. */
export function shareKey({ user, id }: Pick<ShareRecord, 'user' | 'id'>): string {
  return JSON.stringify(['share', user, id]);
}

export function writeShare(record: ShareRecord): RecordBody {
  return { header: { ...record, version: VERSION, stamp: stampText(record.stamp) }, bytes: new Uint8Array() };
}

/** Undefined where the record makes no sense. */
export function readShare({ header }: RecordBody): ShareRecord | undefined {
  return share.safeParse(header).data;
}

/** The same content has another layer for every piece length. */
export function treeKey({ root, pieceLength: length }: Pick<TreeId, 'root' | 'pieceLength'>): string {
  return JSON.stringify(['tree', root, length]);
}

export function writeTree({ geometry, root, layer }: ContentTree): RecordBody {
  const { bytes, pieceLength } = geometry;
  const header = { version: VERSION, root: Buffer.from(root).toString('hex'), bytes, pieceLength };
  return { header, bytes: layer };
}

/** Undefined where the record makes no sense. */
export function readTree(body: RecordBody): ContentTree | undefined {
  const { data } = tree.safeParse(body.header);
  if (data === undefined) return undefined;
  const geometry = geometryOf(data.bytes, data.pieceLength);
  if (body.bytes.length !== layerBytesOf(geometry)) return undefined;
  return { geometry, root: Buffer.from(data.root, 'hex'), layer: body.bytes };
}

export function isOfKind(kind: 'share' | 'tree' | 'download' | 'progress', key: string): boolean {
  return key.startsWith(`["${kind}",`);
}
