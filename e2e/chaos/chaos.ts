/** One run: people write at both trackers while these are treated badly; then everything is counted. */
import { untilAgreed } from '../fail-over/agreement.js';
import { Crowd } from './crowd.js';
import { Dice } from './dice.js';
import { round } from './faults.js';
import { Trackers } from './trackers.js';
import { findMissing } from './verdict.js';

export interface ChaosOptions {
  /** With -9; the run ends after the round that reaches this number. */
  readonly kills: number;
  /** Decides on faults and commands; what meets what on the way is the machine's business. */
  readonly seed: number;
  /** Gets a line after every round. */
  readonly tell: (line: string) => void;
}

export interface ChaosResult {
  /** What was acknowledged and isn't there, or is there twice; what trackers said that they never should. */
  readonly violations: readonly string[];
  readonly summary: string;
}

/** Throws, with all that led to it, where a command was answered as none may be or nothing is answered at all. */
export async function runChaos({ kills, seed, tell }: ChaosOptions): Promise<ChaosResult> {
  const dice = new Dice(seed);
  const trackers = await Trackers.start();
  try {
    const crowd = await Crowd.gather(trackers.cluster, dice.fork());
    const [anybody] = crowd.writers;
    if (anybody === undefined) throw new Error('nobody writes');
    const agreed = async (): Promise<void> => {
      await crowd.idle();
      await untilAgreed(anybody.client);
    };
    const surroundings = {
      trackers,
      dice: dice.fork(),
      busy: () => crowd.busy(),
      idle: () => crowd.idle(),
      agreed,
    };
    await agreed();
    while (trackers.kills < kills) {
      const before = trackers.history.length;
      await round(surroundings);
      tell(`${trackers.kills} kills: ${trackers.history.slice(before).join(', ')}`);
    }
    await agreed();
    const missing = await findMissing(trackers.cluster, crowd);
    await agreed();
    return {
      violations: [...missing, ...(await trackers.audit()), ...trackers.faults()],
      summary: `${trackers.kills} kills; ${crowd.record.summary()}`,
    };
  } catch (error) {
    const story = `seed ${seed}: ${trackers.history.join(', ')}\n${trackers.transcripts()}`;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${story}`, { cause: error });
  } finally {
    await trackers.stop();
  }
}
