/** How long the event loops of our clients stand still while they are as fast as they can: a round of its own. */
import { OwnCrew } from '../contenders/own-clients.js';
import { pausesOf, watchWords } from '../pauses/watched.js';
import { type Figure, under } from '../report/figures.js';
import { measure, onScene, type Stage } from './round.js';

const WANTED_P99_MS = 20;

export async function measureEventLoops(stage: Stage): Promise<Figure[]> {
  const [seeder, downloader] = await onScene(stage, { seeders: 1, downloaders: 1 }, async (scene) => {
    const crew = await OwnCrew.gather(scene, watchWords);
    try {
      await Promise.all(crew.clients.map(pausesOf));
      await measure(crew, stage, [0]);
      return await Promise.all(crew.clients.map(pausesOf));
    } finally {
      await crew.end();
    }
  });
  const figures = (who: string, pauses: typeof seeder): Figure[] => [
    { what: `${who}'s event loop: p99 delay`, value: pauses?.p99Ms ?? 0, unit: 'ms', wanted: under(WANTED_P99_MS) },
    { what: `${who}'s event loop: longest delay`, value: pauses?.longestMs ?? 0, unit: 'ms' },
  ];
  return [...figures('a seeder', seeder), ...figures('a downloader', downloader)];
}
