/** What a failing disk means, in a line for whoever runs the tracker. */
import { FileFault } from './file-performer.js';

const advice: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on its disk: free some and start again',
  EDQUOT: 'the quota of its disk is used up: free some space and start again',
  EFBIG: 'it would be larger than this process may write: raise that limit and start again',
  EROFS: 'the file system is read-only: make it writable and start again',
  EACCES: 'permission is denied: give the data directory to the account that runs the tracker, and start again',
  EPERM: 'the system does not permit it: give the data directory to the account that runs the tracker, and start again',
  EIO: 'its disk reports errors: replace it; an empty data directory is rebuilt from another tracker that runs',
  EMFILE: 'too many files are open: raise the limit (ulimit -n) and start again',
  ENFILE: 'too many files are open on this machine: close some and start again',
};

/** Names the file and what to do. Errors that are not the system's are bugs, and thrown. */
export function diskFaultLine(error: unknown): string {
  const cause = error instanceof FileFault ? error.cause : error;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') throw error;
  const path = error instanceof FileFault ? error.path : 'path' in cause ? String(cause.path) : 'the data directory';
  return `${path} cannot be used – ${advice[cause.code] ?? `${cause.message}: put that right and start again`}`;
}
