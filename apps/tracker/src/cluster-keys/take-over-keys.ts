/** Takes over the keys that another tracker hands on, and tells the operator what has come of it. */
import type { Configuration } from '../configuration.js';
import type { Log } from '../log.js';
import type { ClusterKeys } from './cluster-keys.js';

/** `file`: the other tracker's key file. Never rejects but on a bug. */
export async function takeOverKeys(
  file: string,
  { configuration: { keys }, log }: { readonly configuration: Pick<Configuration, 'keys'>; readonly log: Log },
): Promise<void> {
  const taken = await keys.takeOver(file);
  if (!taken.ok) return log.warn(`another tracker hands on keys, but ${taken.message}`);
  if (!taken.changed) return;
  if (taken.unkept !== undefined) log.warn(`the new keys are in use, but ${taken.unkept}`);
  if (taken.diverged)
    log.warn('two trackers have made a new key without each other; both are kept, the later one counts');
  log.info(newKeyLine(keys));
}

export function newKeyLine({ current }: ClusterKeys): string {
  return `the cluster has a new key – write fingerprint=sha256:${current.id} into tracker_info.txt`;
}
