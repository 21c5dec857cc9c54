/** How busy the machine is, whoever it is that keeps it so: a figure taken while others worked is worth less. */
import { cpus } from 'node:os';

/** @returns what tells the share of all cores' time, 0 to 1, that was not idle since the call */
export function processorUse(): { share(): number } {
  const before = times();
  return {
    share: () => {
      const now = times();
      const all = now.all - before.all;
      return all === 0 ? 0 : 1 - (now.idle - before.idle) / all;
    },
  };
}

function times(): { readonly all: number; readonly idle: number } {
  let [all, idle] = [0, 0];
  for (const { times } of cpus()) {
    all += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { all, idle };
}
