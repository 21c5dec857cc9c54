/**
 * What two clients say to each other. One connection carries any number of files, each on a channel that the
 * downloader numbers. Control messages are MessagePack maps; file bytes travel in frames of their own kind that are
 * never parsed: `1 | request (4 bytes) | offset in the file (8 bytes) | bytes`.
 */
import { z } from 'zod';
import { rawBytes } from './fields.js';
import { contentRoot, count, groupId } from './identifiers.js';
import {
  MAX_FILE_BYTES,
  MAX_GRANT_BYTES,
  MAX_LAYER_HASHES,
  MAX_PIECES_PER_HAVE,
  MAX_RANGES_PER_REQUEST,
  MAX_REQUEST_NUMBER,
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

const range = z
  .tuple([z.int().min(0).max(MAX_FILE_BYTES), z.int().min(1).max(MAX_FILE_BYTES)])
  .refine(([start, end]) => start < end, { error: 'a range ends after it starts' });

/** Asks for byte ranges `[start, end)` of the file, which come as data frames in this order. */
export const bytesRequest = z.object({
  type: z.literal('request'),
  channel,
  request,
  ranges: z.array(range).min(1).max(MAX_RANGES_PER_REQUEST),
});

/** What has not been sent of a request need not be. */
export const cancelRequest = z.object({ type: z.literal('cancel'), channel, request });

/** Everything the downloading side may send after its hello. */
export const downloaderMessage = z.discriminatedUnion('type', [
  showGrant,
  openChannel,
  closeChannel,
  layerRequest,
  bytesRequest,
  cancelRequest,
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

/** This request cannot be served; others may. */
export const requestRejected = z.object({ type: z.literal('rejected'), channel, request });

/** Everything the serving side may send after its hello, besides data frames. */
export const serverMessage = z.discriminatedUnion('type', [
  channelOpened,
  channelRefused,
  havePieces,
  layerReply,
  requestRejected,
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** First byte of a data frame. A MessagePack map never begins with it. */
export const DATA_FRAME = 1;
/** Bytes in front of the file's bytes in a data frame: kind, request, offset. */
export const DATA_HEADER_BYTES = 1 + 4 + 8;

/** Writes the header of a data frame at the start of `target`. `offset` is the position in the file. */
export function writeDataHeader(target: Uint8Array, requestNumber: number, offset: number): void {
  const view = new DataView(target.buffer, target.byteOffset, DATA_HEADER_BYTES);
  view.setUint8(0, DATA_FRAME);
  view.setUint32(1, requestNumber);
  view.setBigUint64(5, BigInt(offset));
}

export interface DataFrame {
  readonly request: number;
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
  return { request: view.getUint32(1), offset, bytes: frame.subarray(DATA_HEADER_BYTES) };
}
