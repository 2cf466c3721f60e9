import type { Facts } from './facts.ts';

/**
 * `problem`: a run would fail, or quantize nothing. `warning`: the result will probably be worse than it could be.
 * `note`: worth knowing.
 */
export type Level = 'problem' | 'warning' | 'note';

export interface Finding {
  /** The check that found it. */
  readonly check: string;
  readonly level: Level;
  /** What is the matter, with numbers. */
  readonly text: string;
  /** What to change. */
  readonly advice?: string;
}

/** What a check says; who runs it adds its name. */
export type Found = Omit<Finding, 'check'>;

/** One thing to look for. Knows only what it is given, so that it can be tried with made-up facts. */
export interface Check {
  readonly name: string;
  find(facts: Facts): readonly Found[];
}

/** Finds where the images and the config both are there. */
export type ImageRun = Required<Pick<Facts, 'images'>> & {
  readonly config: NonNullable<Facts['config']['config']>;
} & Pick<Facts, 'model'>;

/** A check of images; says nothing where there are none. */
export function imageCheck(name: string, find: (run: ImageRun) => readonly Found[]): Check {
  return {
    name,
    find({ config: { config }, images, model }) {
      if (config === undefined || images === undefined || images.used.length === 0) return [];
      return find({ config, images, model });
    },
  };
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `7 of 15 images (47 %)`. */
export function shareOf(count: number, total: number): string {
  return `${count} of ${counted(total, 'image')} (${Math.round((100 * count) / total)} %)`;
}
