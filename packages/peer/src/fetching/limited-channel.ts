/** A channel on which no more of a file comes than the file's own limit allows. */
import { PacedCredit } from '../sharing/paced-credit.js';
import type { RateLimiter } from '../sharing/rate-limiter.js';
import type { Channel } from './peer-link.js';

/** `limiter`: that of the file as it is by now; undefined where there is none. */
export function limitedChannel(channel: Channel, limiter: () => RateLimiter | undefined): Channel {
  const paced = new PacedCredit<{ readonly received: number; readonly credit: number }>({
    limiter,
    pass: ({ received, credit }) => channel.credit(received, credit),
  });
  return {
    ...channel,
    credit: (received, credit) => paced.set({ received, credit }),
    close: () => {
      paced.close();
      channel.close();
    },
  };
}
