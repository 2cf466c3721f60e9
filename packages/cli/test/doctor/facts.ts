import { CHECKS } from '../../src/commands/doctor/checks/index.ts';
import type { ChannelStatistics, Facts, ImageFact, ModelFacts } from '../../src/commands/doctor/facts.ts';
import { parseConfig } from '../../src/config/check.ts';
import type { Config } from '../../src/config/schema.ts';

/** A textured picture, another one for each number. */
export function thumbnail(seed: number): Uint8Array {
  return Uint8Array.from(
    { length: 16 * 16 * 3 },
    (_, i) => 128 + 100 * Math.sin((i + 1) * (seed + 1) * 0.37),
  );
}

export function image(seed: number, change: Partial<ImageFact> = {}): ImageFact {
  return {
    name: `${seed}.jpg`,
    width: 640,
    height: 480,
    alpha: false,
    transparent: false,
    grey: false,
    digest: `digest ${seed}`,
    thumbnail: thumbnail(seed),
    ...change,
  };
}

export const images = (count: number, change: Partial<ImageFact> = {}): ImageFact[] =>
  Array.from({ length: count }, (_, seed) => image(seed, change));

export function config(change: Readonly<Record<string, unknown>> = {}): Config {
  return parseConfig(JSON.stringify({ path: 'photos', ...change }), 'config').config;
}

const CENTRED: ChannelStatistics = { mean: 0.1, deviation: 0.5, min: -1, max: 1 };

/** Facts of a run in which all is well: twenty 4:3 photos for an input of 320x240. */
export function facts(
  change: {
    readonly config?: Readonly<Record<string, unknown>>;
    readonly images?: readonly ImageFact[];
    readonly channels?: readonly ChannelStatistics[];
    readonly skipped?: readonly { readonly name: string; readonly reason: string }[];
    readonly model?: Partial<ModelFacts>;
    readonly target?: Facts['target'];
  } = {},
): Facts {
  const { images: used = images(20), channels = [CENTRED, CENTRED, CENTRED], skipped = [] } = change;
  return {
    config: {
      file: 'config.json',
      problems: [],
      warnings: [],
      config: config(change.config),
      given: ['path', 'format', ...Object.keys(change.config ?? {})],
    },
    model: {
      file: 'a.mnn',
      misfits: [],
      warnings: [],
      skips: [],
      image: { name: 'input', width: 320, height: 240, layout: 'NCHW', shape: [1, 3, 240, 320] },
      work: { int8: 9, convolutions: 9, float: new Map(), multiplyAdds: 1e8, activationBytes: 2 ** 20 },
      firstLayer: { name: 'conv1', weights: 0.8, bias: 0.5 },
      emaBatch: 32,
      ...change.model,
    },
    images: { used, skipped, channels },
    ...(change.target && { target: change.target }),
  };
}

/** What one check finds, as `level: text`. */
export function found(name: string, given: Facts): string[] {
  const check = CHECKS.find((one) => one.name === name);
  if (check === undefined) throw new Error(`no check is called ${name}`);
  return check.find(given).map(({ level, text }) => `${level}: ${text}`);
}
