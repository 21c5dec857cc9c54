/** What a line of the refusal tables says, and who the people in them are. */
import type { ErrorCode } from '@p2p/protocol';

/**
 * ana owns `films`, ben is in it, cleo is not, dora has asked to join; a stranger has never logged in. `films` holds
 * ana's `clip.bin`, ben's `notes.txt`, and `ghost.bin`, which nobody online has and which ben is waiting for.
 */
export type Person = 'ana' | 'ben' | 'cleo' | 'dora' | 'stranger';

export interface RefusalCase {
  readonly by: Person;
  readonly line: string;
  readonly code: ErrorCode;
  /** What the case shows beyond the code, such as which of two refusals comes first. */
  readonly because?: string;
}
