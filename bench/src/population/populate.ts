/** Users with a device each, groups of some of them, files in the groups: what a tracker has to know of a large cluster. */
import { createHash } from 'node:crypto';
import {
  type ContentRoot,
  type DeviceId,
  type FileId,
  fileName,
  type GroupId,
  groupName,
  MIN_PIECE_BYTES,
  type OperationBody,
  requestIdOf,
  type UserId,
  userName,
} from '@p2p/protocol';
import type { TellingTracker } from './telling-tracker.js';

export interface Population {
  readonly users: number;
  readonly files: number;
}

const FILES_PER_GROUP = 1_000;
const FILE_BYTES = 700 * 2 ** 20;
/** As long as the credential that a tracker makes. */
const credential = `$argon2id$v=19$m=19456,t=2,p=1$${'c'.repeat(22)}$${'d'.repeat(43)}`;

/** Every user comes from a device of its own; each group's owner shares its files. Resolves when all is on the disk. */
export async function populate(tracker: TellingTracker, { users, files }: Population): Promise<void> {
  const groups = Math.ceil(files / FILES_PER_GROUP);
  if (groups > users) throw new RangeError('every group needs an owner of its own');
  for (let index = 0; index < users; index++) {
    const user = idOf(index, 1) as string as UserId;
    await tell(tracker, user, { kind: 'create_user', user, name: userName.parse(`user-${index}`), credential });
  }
  for (let index = 0; index < groups; index++) {
    const group = groupOf(index);
    const owner = idOf(index, 1) as string as UserId;
    await tell(tracker, group, { kind: 'create_group', group, name: groupName.parse(`group-${index}`), owner });
  }
  for (let index = 0; index < files; index++) await shareFile(tracker, index, groups);
  await tracker.settled();
}

function shareFile(tracker: TellingTracker, index: number, groups: number): Promise<void> {
  const owner = index % groups;
  const file = idOf(owner, 3 + Math.floor(index / groups)) as string as FileId;
  const content = { bytes: FILE_BYTES + index, pieceLength: MIN_PIECE_BYTES, root: digestOf(index) as ContentRoot };
  const by = idOf(owner, 1) as string as UserId;
  const name = fileName.parse(`file-${index}.mkv`);
  return tell(tracker, file, { kind: 'share_file', file, group: groupOf(owner), name, by, ...content });
}

/** What a request makes bears the request's id. */
function tell(tracker: TellingTracker, id: UserId | GroupId | FileId, body: OperationBody): Promise<void> {
  return tracker.tell(id as string as ReturnType<typeof idOf>, body);
}

function groupOf(owner: number): GroupId {
  return idOf(owner, 2) as string as GroupId;
}

/** The request with this counter of the device of this user. */
function idOf(user: number, counter: number) {
  return requestIdOf(digestOf(user) as DeviceId, counter);
}

function digestOf(index: number): string {
  return createHash('sha256').update(String(index)).digest('hex');
}
