/** A downloader's lane on which no more of a file is sent than the file's own limit allows. */
import { PacedCredit } from './paced-credit.js';
import type { RateLimiter } from './rate-limiter.js';
import type { UploadLane } from './upload-floor.js';

/** `limiter`: that of the file as it is by now; undefined where there is none. */
export function limitedLane(lane: UploadLane, limiter: () => RateLimiter | undefined): UploadLane {
  let isSound = true;
  const paced = new PacedCredit<Parameters<UploadLane['credit']>[0]>({
    limiter,
    pass: (credit) => {
      isSound = lane.credit(credit);
    },
  });
  return {
    ...lane,
    credit: (credit) => {
      paced.set(credit);
      return isSound;
    },
    close: () => {
      paced.close();
      lane.close();
    },
  };
}
