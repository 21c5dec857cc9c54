/** What has become of a file that was shared, as far as the system tells without reading it. */
import { stat } from 'node:fs/promises';
import { isSystemError } from '../data-directory/system-files.js';
import { type FileStamp, isAsKept, type KeptStamp, stampOf } from '../sharing/file-stamp.js';

export type SourceState =
  | { readonly is: 'same'; readonly stamp: FileStamp }
  | { readonly is: 'changed' }
  /** Nothing can be found under the path, or not now. */
  | { readonly is: 'missing' };

export async function stateOfSource(path: string, kept: KeptStamp): Promise<SourceState> {
  try {
    const stats = await stat(path, { bigint: true });
    return isAsKept(kept, stats) ? { is: 'same', stamp: stampOf(stats) } : { is: 'changed' };
  } catch (error) {
    if (isSystemError(error)) return { is: 'missing' };
    throw error;
  }
}
