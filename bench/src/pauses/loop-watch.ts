/**
 * Loaded into a program before anything of its own: says on standard error, whenever it gets SIGUSR2, how long its event
 * loop has stood still at most since the last time, and how long the collector of garbage has.
 */
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';

/** Node's own timer for this; a pause shorter than that is not seen, and every one counts up to this much longer. */
const RESOLUTION_MS = 1;
const NANOSECONDS_PER_MS = 1e6;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
let longestCollectionMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longestCollectionMs = Math.max(longestCollectionMs, duration);
}).observe({ entryTypes: ['gc'] });

process.on('SIGUSR2', () => {
  const pauses = {
    longestMs: delays.max / NANOSECONDS_PER_MS - RESOLUTION_MS,
    p99Ms: delays.percentile(99) / NANOSECONDS_PER_MS - RESOLUTION_MS,
    mostMs: delays.percentile(99.9) / NANOSECONDS_PER_MS - RESOLUTION_MS,
    longestCollectionMs,
  };
  delays.reset();
  longestCollectionMs = 0;
  process.stderr.write(`pauses ${JSON.stringify(pauses)}\n`);
});
