/** What applying an operation came to. Recorded, compared between trackers, answered to whoever asked. */
import type { ErrorCode } from '@p2p/protocol';

export type Outcome = { readonly ok: true } | { readonly ok: false; readonly code: ErrorCode };

export const done: Outcome = { ok: true };

export function rejected(code: ErrorCode): Outcome {
  return { ok: false, code };
}
