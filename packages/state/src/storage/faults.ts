/** Why a data directory can't be used, in words for whoever runs the tracker. */

export type UnusableReason = 'damaged' | 'other_cluster' | 'other_slot' | 'newer_format';

/** Expected, if seldom: a value, not an exception. */
export interface Unusable {
  readonly kind: 'unusable';
  readonly reason: UnusableReason;
  /** Where the fault lies: a name in the directory, and a byte in that file. */
  readonly file: string;
  readonly offset: number;
  /** Names the file, and says what to do. */
  readonly message: string;
}

const REBUILD =
  'while another tracker of the cluster runs, empty the data directory and start again: it is rebuilt from the other one';

export function damaged(file: string, offset: number, what = 'is damaged'): Unusable {
  const message = `${file} ${what} at byte ${offset}, so that this tracker doesn't know what it has promised – ${REBUILD}`;
  return { kind: 'unusable', reason: 'damaged', file, offset, message };
}

export function missing(file: string): Unusable {
  const message = `${file} is missing, so that this tracker doesn't know what it has promised – ${REBUILD}`;
  return { kind: 'unusable', reason: 'damaged', file, offset: 0, message };
}

const advice = {
  other_cluster:
    'was written for another cluster – put the cluster.key of that one back beside tracker_info.txt, or start with another data directory',
  other_slot:
    'was written for another tracker number – start with the data directory of this one, or with an empty one',
  newer_format: 'was written by a newer version of this program – start that one',
} as const;

export function foreign(file: string, reason: keyof typeof advice): Unusable {
  return { kind: 'unusable', reason, file, offset: 0, message: `${file} ${advice[reason]}` };
}
