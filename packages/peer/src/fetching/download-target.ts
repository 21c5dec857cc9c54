/** What is fetched, and where it is to lie. */
import type { FileId } from '@p2p/protocol';
import type { FileMetadata } from './file-fetch.js';

export interface DownloadTarget {
  /** Names, as they were typed. */
  readonly group: string;
  readonly file: string;
  readonly metadata: FileMetadata & { readonly file: FileId };
  /** Final name, absolute. */
  readonly path: string;
  /** Its name as long as it is not whole. */
  readonly partPath: string;
}

/** Whether both are said of the same file. */
export function isSameFile(one: DownloadTarget['metadata'], other: DownloadTarget['metadata']): boolean {
  const isSame = one.file === other.file && one.root === other.root;
  return isSame && one.bytes === other.bytes && one.pieceLength === other.pieceLength;
}

/** How it is offered to others. */
export function shareOf({ group: groupName, file: name, metadata, path }: DownloadTarget, user: string) {
  return { id: metadata.file, group: metadata.group, groupName, name, user, path };
}
