/** How downloads are written down, and read again: checked as a stranger's words would be. */
import { contentRoot, type DeviceId, deviceId, errorCodes, fileId, groupId } from '@p2p/protocol';
import { Bitfield, geometryOf } from '@p2p/swarm';
import * as z from 'zod';
import type { RecordBody } from './sealed-record.js';
import { fileSize, keptStamp, pieceSize, stampText } from './share-records.js';

/** Raised when a record changes so that an older program could misread it. */
const VERSION = 1;

const version = z.literal(VERSION);

const download = z.object({
  version,
  user: z.string(),
  /** Names, as they were typed. */
  group: z.string(),
  file: z.string(),
  /** What a tracker has said of the file. */
  metadata: z.object({
    group: groupId,
    file: fileId,
    root: contentRoot,
    bytes: fileSize,
    pieceLength: pieceSize,
  }),
  path: z.string(),
  partPath: z.string(),
  /** Whoever is `queued` runs when there is room. */
  state: z.enum(['queued', 'paused', 'complete', 'failed']),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }).optional(),
  /** Whether it is offered to others. */
  sharing: z.boolean(),
  /** Its place in the list. */
  order: z.int().min(0),
});
export type DownloadRecord = Omit<z.infer<typeof download>, 'version'>;

const progress = z.object({
  version,
  /** Of the part file when these pieces were on disk; null where it was never flushed. */
  stamp: keptStamp.nullable(),
  /** Verified bytes by the device that they came from. */
  sources: z.array(z.tuple([deviceId, z.int().min(0)])),
  /** Who had pieces last, from the first one to below the end; those that have come meanwhile may be among them. */
  lastHad: z.array(z.tuple([deviceId, z.int().min(0), z.int().min(0)])).default([]),
});
/** Which pieces lie in a part file, and who sent them; and who had the others. */
export interface ProgressRecord extends Omit<z.infer<typeof progress>, 'version' | 'lastHad'> {
  readonly lastHad: readonly (readonly [peer: DeviceId, first: number, end: number])[];
  readonly pieces: Bitfield;
}

/** A user has one download of a file at a time. */
export type DownloadName = Pick<DownloadRecord, 'user' | 'group' | 'file'>;

export function downloadKey({ user, group, file }: DownloadName): string {
  return JSON.stringify(['download', user, group, file]);
}

export function progressKey({ user, group, file }: DownloadName): string {
  return JSON.stringify(['progress', user, group, file]);
}

export function writeDownload(record: DownloadRecord): RecordBody {
  return { header: { ...record, version: VERSION }, bytes: new Uint8Array() };
}

/** Undefined where the record makes no sense. */
export function readDownload({ header }: RecordBody): DownloadRecord | undefined {
  return download.safeParse(header).data;
}

export function writeProgress({ stamp, sources, lastHad, pieces }: ProgressRecord): RecordBody {
  const header = { version: VERSION, stamp: stamp === null ? null : stampText(stamp), sources, lastHad };
  return { header, bytes: pieces.toBytes() };
}

/** Undefined where the record makes no sense for this file. */
export function readProgress(
  { header, bytes }: RecordBody,
  { metadata }: Pick<DownloadRecord, 'metadata'>,
): ProgressRecord | undefined {
  const { data } = progress.safeParse(header);
  const { pieceCount } = geometryOf(metadata.bytes, metadata.pieceLength);
  const pieces = Bitfield.parse(bytes, pieceCount);
  if (data === undefined || pieces === undefined) return undefined;
  return data.lastHad.every(([, , end]) => end <= pieceCount) ? { ...data, pieces } : undefined;
}
