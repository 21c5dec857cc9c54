/**
 * Identifiers as branded strings: what was checked once at the door can't be mixed up inside. Entity ids are derived
 * from the request that makes the entity, so the same request accepted by two trackers makes one entity.
 */
import * as z from 'zod';
import { MAX_TRACKERS } from './limits.js';

const hex32 = /^[0-9a-f]{64}$/;

/** Any SHA-256, 64 hex digits. */
export const sha256Hex = z.string().regex(hex32);

/** SHA-256 of a device's public key (SPKI), 64 hex digits. */
export const deviceId = sha256Hex.brand('DeviceId');
export type DeviceId = z.infer<typeof deviceId>;

/** SHA-256 of the cluster's public key (SPKI), 64 hex digits. */
export const clusterId = sha256Hex.brand('ClusterId');
export type ClusterId = z.infer<typeof clusterId>;

/** BitTorrent v2 pieces root of a file's content, 64 hex digits. */
export const contentRoot = sha256Hex.brand('ContentRoot');
export type ContentRoot = z.infer<typeof contentRoot>;

/** SHA-256 of a session token, 64 hex digits: the name of the session's row. */
export const sessionId = sha256Hex.brand('SessionId');
export type SessionId = z.infer<typeof sessionId>;

const requestIdPattern = /^[0-9a-f]{64}\.(0|[1-9][0-9]{0,15})$/;

/** `<device>.<counter>`: names one request of one device for ever, on whichever tracker it arrives. */
export const requestId = z.string().regex(requestIdPattern).brand('RequestId');
export type RequestId = z.infer<typeof requestId>;

export function requestIdOf(device: DeviceId, counter: number): RequestId {
  return `${device}.${counter}` as RequestId;
}

/** The request that made a user, a group or a file is its identity; names may change, ids don't. */
export const userId = z.string().regex(requestIdPattern).brand('UserId');
export type UserId = z.infer<typeof userId>;
export const groupId = z.string().regex(requestIdPattern).brand('GroupId');
export type GroupId = z.infer<typeof groupId>;
export const fileId = z.string().regex(requestIdPattern).brand('FileId');
export type FileId = z.infer<typeof fileId>;

const incarnationPattern = /^[1-9][0-9]?\.[0-9a-f]{16}$/;

/** `<slot>.<16 hex digits>`: a tracker's slot with one data directory. */
export const incarnationId = z
  .string()
  .regex(incarnationPattern)
  .refine((text) => Number.parseInt(text, 10) <= MAX_TRACKERS, { error: 'an incarnation names a slot' })
  .brand('IncarnationId');
export type IncarnationId = z.infer<typeof incarnationId>;

/** What {@link incarnationId} takes, where a schema is too slow. */
export function isIncarnationId(text: string): boolean {
  return incarnationPattern.test(text) && Number.parseInt(text, 10) <= MAX_TRACKERS;
}

/** Number of a line in tracker_info.txt, from 1. */
export const slotNumber = z.int().min(1).max(MAX_TRACKERS);

export function slotOf(incarnation: IncarnationId): number {
  return Number.parseInt(incarnation, 10);
}

/** A counter, a seq, a byte count: exact in a JavaScript number. */
export const count = z.int().min(0);

/** What {@link count} takes, where a schema is too slow. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Milliseconds since 1970 by the clock of whoever wrote it. */
export const timeMs = z.int().min(0);
