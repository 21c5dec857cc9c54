/**
 * Sharing a file: nothing is hashed before the tracker has said that it may be shared, nor what was hashed before and is
 * unchanged; nothing is sent but metadata.
 */
import { basename } from 'node:path';
import type { ContentRoot } from '@p2p/protocol';
import type { Peer } from '../api.js';
import type { HashingPool } from '../hashing/hashing-pool.js';
import type { Shares } from '../library/shares.js';
import type { Announcer } from '../sharing/announcer.js';
import { checkReadable, type HashedFile, hashFile } from '../sharing/hash-file.js';
import type { Account } from '../tracker-session/account.js';
import type { Called, TrackerSession } from '../tracker-session/tracker-session.js';
import { checkRequest } from './checks.js';
import { MembershipCheck } from './membership-check.js';

/** Progress of hashing is told at most this often. */
const PROGRESS_INTERVAL_MS = 500;

export interface UploadCommandContext {
  readonly session: TrackerSession;
  readonly account: Account;
  readonly shares: Shares;
  readonly announcer: Announcer;
  readonly threads: HashingPool;
  readonly hashing: (path: string, done: number, bytes: number) => void;
}

export function uploadCommand(context: UploadCommandContext): Pick<Peer, 'uploadFile'> {
  const { session, account, announcer } = context;
  const membership = new MembershipCheck({ session, announcer });
  return {
    async uploadFile(path, group, { name, verify = false } = {}) {
      const file = { kind: 'file', text: name ?? basename(path), chosen: true } as const;
      const checked = checkRequest(account, { kind: 'group', text: group }, file);
      if (!checked.ok) return checked;
      const [groupName, fileName] = checked.names;
      const noMember = await membership.check(groupName);
      if (noMember !== undefined) return noMember;
      const hashed = verify ? await hashAnew(context, path) : await knownOrHashed(context, path);
      // What a tracker has to say comes before what is wrong with the file.
      if (!hashed.ok) return (await membership.ask(groupName)) ?? hashed;
      const { bytes, pieceLength } = hashed.tree.geometry;
      // 32 bytes in hex are what a root is.
      const root = Buffer.from(hashed.tree.root).toString('hex') as ContentRoot;
      const called = await session.change({
        type: 'share_file',
        group: groupName,
        file: fileName,
        bytes,
        pieceLength,
        root,
      });
      if (!called.ok) return called;
      await keep(context, { path, groupName, hashed, shared: called });
      await announcer.settled();
      const { reply } = called;
      return { ok: true, result: { group: groupName, file: reply.name, bytes, root, replicated: reply.replicated } };
    },
  };
}

/** Whoever hashes it opens it as well. */
async function knownOrHashed(context: UploadCommandContext, path: string): Promise<HashedFile> {
  const known = await context.shares.known(path);
  if (known === undefined) return await hash(context, path);
  return (await checkReadable(path)) ?? { ok: true, ...known };
}

/** Also where nothing tells that it has changed. */
async function hashAnew(context: UploadCommandContext, path: string): Promise<HashedFile> {
  const hashed = await hash(context, path);
  if (hashed.ok) await context.shares.disown(path, hashed);
  return hashed;
}

function hash({ threads, hashing }: UploadCommandContext, path: string): Promise<HashedFile> {
  return hashFile(path, everyNowAndThen(path, hashing), threads);
}

interface Upload {
  readonly path: string;
  readonly groupName: string;
  readonly hashed: Extract<HashedFile, { ok: true }>;
  readonly shared: Extract<Called<'share_file'>, { ok: true }>;
}

/** Serves the file from now on, and remembers it. */
async function keep({ account, shares }: UploadCommandContext, upload: Upload): Promise<void> {
  const { path, groupName, hashed, shared } = upload;
  const { user } = account;
  // Logged out meanwhile: it is shared in the group, but not by this client.
  if (user === undefined) return;
  const { file: id, group, name } = shared.reply;
  await shares.add({ id, group, groupName, name, user, path }, hashed);
}

function everyNowAndThen(path: string, hashing: UploadCommandContext['hashing']) {
  let toldAt = performance.now();
  return (done: number, bytes: number): void => {
    const now = performance.now();
    if (now - toldAt < PROGRESS_INTERVAL_MS) return;
    toldAt = now;
    hashing(path, done, bytes);
  };
}
