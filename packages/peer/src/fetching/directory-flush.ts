/**
 * Makes the names in directories durable, those of many files at once: who asks while a directory is being flushed shares
 * the next flush with all who ask by then.
 */
import { syncDirectory } from '@p2p/transport';

interface Flushing {
  readonly now: Promise<void>;
  next: Promise<void> | undefined;
}

const byDirectory = new Map<string, Flushing>();

/** Resolves when every name that was there before the call is on disk. Rejects as the system does. */
export function flushDirectory(directory: string, flush = syncDirectory): Promise<void> {
  const flushing = byDirectory.get(directory);
  if (flushing === undefined) return begin(directory, flush);
  // Whatever becomes of the flush under way: it may have begun too early for this name.
  flushing.next ??= flushing.now.catch(() => undefined).then(() => begin(directory, flush));
  return flushing.next;
}

function begin(directory: string, flush: typeof syncDirectory): Promise<void> {
  const flushing: Flushing = { now: flush(directory), next: undefined };
  byDirectory.set(directory, flushing);
  const end = (): void => {
    if (flushing.next === undefined) byDirectory.delete(directory);
  };
  flushing.now.then(end, end);
  return flushing.now;
}
