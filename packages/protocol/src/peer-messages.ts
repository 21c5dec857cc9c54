/**
 * What two clients say to each other. One connection carries any number of files, each on a channel that the
 * downloader numbers. The downloader says which pieces it would take and how many bytes may come; the serving side
 * chooses among them when it can send. Control messages are MessagePack maps; file bytes travel in frames of their own
 * kind that are never parsed: `1 | channel (4 bytes) | offset in the file (8 bytes) | bytes`.
 */
import * as z from 'zod';
import { rawBytes } from './fields.js';
import { contentRoot, count, groupId } from './identifiers.js';
import {
  MAX_FILE_BYTES,
  MAX_GRANT_BYTES,
  MAX_LAYER_HASHES,
  MAX_PIECES,
  MAX_PIECES_PER_HAVE,
  MAX_REQUEST_NUMBER,
  MAX_RUNS_PER_OFFER,
} from './limits.js';

const grant = z.string().max(MAX_GRANT_BYTES);
const channel = z.int().min(0).max(MAX_REQUEST_NUMBER);
const request = z.int().min(0).max(MAX_REQUEST_NUMBER);

/** First message in both directions. Who dials downloads, unless both say otherwise. */
export const peerHello = z.object({
  type: z.literal('hello'),
  protocol: z.int(),
  role: z.enum(['download', 'serve']),
  /** Of who downloads: a tracker's signed word that this device may have a group's bytes. */
  grant: grant.optional(),
});

/** A grant for another group, or a later one for the same. What the downloader says behind it counts with it. */
export const showGrant = z.object({ type: z.literal('grant'), grant });

/** Opens a channel for one file of one group. */
export const openChannel = z.object({ type: z.literal('open'), channel, group: groupId, root: contentRoot });
export const closeChannel = z.object({ type: z.literal('close'), channel });

/** Asks for hashes `first` … `first + count - 1` of the piece layer. */
export const layerRequest = z.object({
  type: z.literal('layer'),
  channel,
  request,
  first: count,
  count: z.int().min(1).max(MAX_LAYER_HASHES),
});

/** Pieces `first` … `end - 1`. */
const run = z
  .tuple([z.int().min(0).max(MAX_PIECES), z.int().min(0).max(MAX_PIECES)])
  .refine(([first, end]) => first < end, { error: 'a run ends after it starts' });

/** Apart from each other and in order: to go through them costs no more than the file has pieces. */
const runs = z
  .array(run)
  .max(MAX_RUNS_PER_OFFER)
  .refine((list) => list.every(([first], at) => first >= (list[at - 1]?.[1] ?? 0)), { error: 'runs come in order' });

/** Changes what the downloader would take. A piece is in `add` or in `spare` at most; what was said last counts. */
export const offer = z.object({
  type: z.literal('offer'),
  channel,
  /** Missing, and nobody sends them. */
  add: runs.optional(),
  /** Somebody else sends them: only where there is nothing better to send to anybody. */
  spare: runs.optional(),
  /** Of no use (any more); one that is being sent is to be broken off. */
  remove: runs.optional(),
});

/** Bytes since the channel was opened: so many have come, and so many may be sent in all. */
export const credit = z.object({
  type: z.literal('credit'),
  channel,
  received: count,
  credit: count,
  /** When the last of them came, in ms by the downloader's own clock, whatever that shows. */
  clock: count,
});

/** Everything the downloading side may send after its hello. */
export const downloaderMessage = z.discriminatedUnion('type', [
  showGrant,
  openChannel,
  closeChannel,
  layerRequest,
  offer,
  credit,
]);
export type DownloaderMessage = z.infer<typeof downloaderMessage>;

/** The file is here: whole, or the pieces whose bit is set (most significant bit first). */
export const channelOpened = z.object({
  type: z.literal('opened'),
  channel,
  complete: z.boolean(),
  pieces: rawBytes.optional(),
});

export type ChannelOpened = z.infer<typeof channelOpened>;

/** The file is not (or no longer) to be had here. */
export const channelRefused = z.object({
  type: z.literal('refused'),
  channel,
  reason: z.enum(['not_shared', 'not_allowed', 'too_many_channels', 'file_changed']),
});

export type ChannelRefused = z.infer<typeof channelRefused>;

/** More pieces have become available. */
export const havePieces = z.object({
  type: z.literal('have'),
  channel,
  pieces: z.array(count).max(MAX_PIECES_PER_HAVE),
});

export const layerReply = z.object({
  type: z.literal('layer_hashes'),
  channel,
  request,
  first: count,
  hashes: rawBytes.refine((bytes) => bytes.length % 32 === 0, { error: 'hashes have 32 bytes each' }),
});

/** These hashes can't be had here; the file's bytes may. */
export const layerRejected = z.object({ type: z.literal('rejected'), channel, request });

/** Everything the serving side may send after its hello, besides data frames. */
export const serverMessage = z.discriminatedUnion('type', [
  channelOpened,
  channelRefused,
  havePieces,
  layerReply,
  layerRejected,
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** First byte of a data frame. A MessagePack map never begins with it. */
export const DATA_FRAME = 1;
/** Bytes in front of the file's bytes in a data frame: kind, channel, offset. */
export const DATA_HEADER_BYTES = 1 + 4 + 8;

/** Writes the header of a data frame at the start of `target`. `offset` is the position in the file. */
export function writeDataHeader(target: Uint8Array, channelNumber: number, offset: number): void {
  const view = new DataView(target.buffer, target.byteOffset, DATA_HEADER_BYTES);
  view.setUint8(0, DATA_FRAME);
  view.setUint32(1, channelNumber);
  view.setBigUint64(5, BigInt(offset));
}

export interface DataFrame {
  readonly channel: number;
  /** Position of the first byte in the file. */
  readonly offset: number;
  /** A view of the frame: valid as long as the frame is. */
  readonly bytes: Uint8Array;
}

export function isDataFrame(frame: Uint8Array): boolean {
  return frame[0] === DATA_FRAME;
}

/** Reads a data frame; undefined where it is too short or its offset is beyond any file. */
export function readDataFrame(frame: Uint8Array): DataFrame | undefined {
  if (frame.length <= DATA_HEADER_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, DATA_HEADER_BYTES);
  const offset = Number(view.getBigUint64(5));
  if (offset > MAX_FILE_BYTES) return undefined;
  return { channel: view.getUint32(1), offset, bytes: frame.subarray(DATA_HEADER_BYTES) };
}
