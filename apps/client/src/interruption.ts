/** Waiting for something or for the word to stop, whichever comes first. */

export const interrupted = Symbol('interrupted');

/** What `promise` becomes, or {@link interrupted} where `stop` is first. */
export async function orInterrupted<T>(promise: Promise<T>, stop: AbortSignal): Promise<T | typeof interrupted> {
  if (stop.aborted) {
    // Nobody waits for it any more, and a late failure is nobody's matter.
    promise.catch(() => undefined);
    return interrupted;
  }
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<typeof interrupted>((resolve) => {
    onAbort = () => resolve(interrupted);
    stop.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    if (onAbort !== undefined) stop.removeEventListener('abort', onAbort);
  }
}

/** Resolves when `stop` says so. */
export async function untilInterrupted(stop: AbortSignal): Promise<void> {
  await orInterrupted(new Promise<never>(() => undefined), stop);
}
