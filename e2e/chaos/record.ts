/** What the trackers have answered for: everything in here has to be there when the dust has settled. */

import { Progress } from '../storage/progress.js';

export interface AcknowledgedFile {
  readonly group: string;
  readonly file: string;
  readonly bytes: number;
  readonly root: string;
}

/** A name that several people asked for at once; each who got it has a group of that name, or of a renamed one. */
export interface ContestedGroup {
  readonly group: string;
  readonly owner: string;
}

export class Record {
  /** Password by name. */
  readonly users = new Map<string, string>();
  /** Owner by name; each name was asked for once. */
  readonly groups = new Map<string, string>();
  readonly contested: ContestedGroup[] = [];
  /** Who asked to be let in, by group: each is a member now, or still asks. */
  readonly requests = new Map<string, Set<string>>();
  /** Who was let in, by group. */
  readonly memberships = new Map<string, Set<string>>();
  readonly files: AcknowledgedFile[] = [];
  /** Commands that failed, by what they failed with; each may have been carried out or not. */
  readonly refusals = new Map<string, number>();
  readonly answers = { replicated: 0, notReplicated: 0 };
  /** Every command that came back, whatever its answer. */
  readonly answered = new Progress();

  acknowledged({ replicated }: { readonly replicated: boolean }): void {
    if (replicated) this.answers.replicated += 1;
    else this.answers.notReplicated += 1;
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  requested(group: string, user: string): void {
    addTo(this.requests, group, user);
  }

  joined(group: string, user: string): void {
    addTo(this.memberships, group, user);
  }

  summary(): string {
    const members = [...this.memberships.values()].reduce((sum, { size }) => sum + size, 0);
    const refusals = [...this.refusals].map(([code, times]) => `${times} ${code}`).join(', ') || 'none';
    return (
      `${this.answered.steps} commands; acknowledged: ${this.users.size} users, ${this.groups.size} groups, ` +
      `${this.contested.length} of contested names, ${members} memberships, ${this.files.length} files; ` +
      `replicated ${this.answers.replicated}, not yet ${this.answers.notReplicated}; refused: ${refusals}`
    );
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, value: string): void {
  const set = sets.get(key) ?? new Set();
  sets.set(key, set.add(value));
}
