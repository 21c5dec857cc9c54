/** What is wanted of ours beside floors and rivals, in the same case of the same run. */
import type { Contender } from '../contenders/contender.js';
import { atLeast, type Figure } from '../report/figures.js';

interface Wish {
  /** By the case: how many times as fast ours has to be. */
  readonly byCase: Readonly<Record<string, number>>;
  /** Of those that it is about the quickest counts. */
  isAbout(name: string): boolean;
}

const wishes: readonly Wish[] = [
  { isAbout: (name) => name.startsWith('syncthing'), byCase: { '1 to 1': 1.6, '1 to 3': 1.3 } },
  { isAbout: (name) => name.startsWith('libtorrent'), byCase: { '1 to 1': 2.5 } },
  { isAbout: (name) => name.startsWith('aria2'), byCase: { '1 to 1': 2.5, '1 to 3': 1.2 } },
  { isAbout: (name) => name.startsWith('Node:') && name.includes('SHA-256'), byCase: { '1 to 1': 0.85 } },
  { isAbout: (name) => name.startsWith('C:') && name.includes('SHA-256'), byCase: { '1 to 1': 0.55 } },
];

/**
 * @param rates medians, MB/s, of everybody but ours
 * @param ours the same of ours
 */
export function ratiosOf(caseName: string, rates: ReadonlyMap<Contender, number>, ours: number): Figure[] {
  return wishes.flatMap(({ isAbout, byCase }) => {
    const meant = [...rates].filter(([{ name }]) => isAbout(name)).toSorted(([, one], [, other]) => other - one);
    const [quickest] = meant;
    if (quickest === undefined) return [];
    const [{ name }, rate] = quickest;
    const wanted = byCase[caseName];
    return {
      what: `${caseName}: ours / ${name}`,
      value: ours / rate,
      unit: '',
      ...(wanted === undefined ? {} : { wanted: atLeast(wanted) }),
    };
  });
}
