/**
 * The values behind `kl.json`, as `scripts/kl_golden.py` made them for MNN's tool: exact arithmetic
 * in doubles, rounded to float32 at the end.
 */
export const GOLDEN_KINDS = [
  'normal',
  'rectified',
  'shifted',
  'spiked',
  'outlier',
  'small',
  'sparse',
  'uniform',
  'cubed',
  'heavy',
  'coarse',
  'two-values',
  'few',
] as const;

export type GoldenKind = (typeof GOLDEN_KINDS)[number];

/** [count] float32 of one sample. */
export function goldenValues(kind: GoldenKind, sample: number, count: number): Float32Array {
  let state = 1 + 1000 * GOLDEN_KINDS.indexOf(kind) + sample;
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const normal = () => {
    let total = -6;
    for (let i = 0; i < 12; i++) total += uniform();
    return total;
  };
  return Float32Array.from({ length: count }, (_, index) => SHAPES[kind]({ uniform, normal, index }));
}

interface Draw {
  readonly uniform: () => number;
  readonly normal: () => number;
  readonly index: number;
}

const SHAPES: Record<GoldenKind, (draw: Draw) => number> = {
  normal: ({ normal }) => normal(),
  few: ({ normal }) => normal(),
  rectified: ({ normal }) => Math.max(normal(), 0),
  shifted: ({ normal }) => normal() + 5,
  spiked: ({ normal, index }) => withReplaced(normal(), index % 3 === 0, 4.25),
  outlier: ({ normal, index }) => withReplaced(normal(), index === 77, 60),
  small: ({ normal }) => normal() / 65536,
  sparse: ({ normal, index }) => withReplaced(normal(), index % 64 !== 0, 0),
  uniform: ({ uniform }) => 2 * uniform() - 1,
  cubed: ({ uniform }) => cubed(uniform()),
  heavy: ({ uniform }) => 1 / (uniform() + 0.004),
  coarse: ({ uniform }) => coarse(uniform()),
  'two-values': ({ uniform }) => (uniform() < 0.25 ? 3 : -0.5),
};

function withReplaced(value: number, replace: boolean, by: number): number {
  return replace ? by : value;
}

function cubed(u: number): number {
  return u * u * u * 20;
}

function coarse(u: number): number {
  return Math.floor(u * u * 37);
}
