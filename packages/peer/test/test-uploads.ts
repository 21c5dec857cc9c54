/** A floor for uploads where nobody has set a limit. */

import { PooledBuffers } from '../src/sharing/pooled-buffers.js';
import { RateLimiter } from '../src/sharing/rate-limiter.js';
import { UploadFloor } from '../src/sharing/upload-floor.js';

export function uploadsWithoutLimit(): UploadFloor {
  const now = (): number => performance.now();
  return new UploadFloor({ limiter: new RateLimiter(0, now), buffers: new PooledBuffers(), now, random: () => 0.5 });
}
