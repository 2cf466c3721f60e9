import { type GpuArray, view } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { type Program, program } from '../device/program.ts';
import { releasing } from './support.ts';
import { canStart, GROUP_SIDE } from './threads.ts';

export type PoolKind = 'max' | 'average';

/** How a value joins those before it. */
const JOINS: Readonly<Record<PoolKind, string>> = {
  max: 'if (value > result) result = value;',
  average: 'result += value;',
};

/** x [planes, size]: thread (s, p) takes every `threads`-th value of a plane. */
const stridesOf = (kind: PoolKind) =>
  program({
    name: `${kind}-of-strides`,
    rank: 3,
    parameters: { x: 'array', size: 'integer', turns: 'integer', first: 'number' },
    body: `
    let result = first;
    for (let i = 0; i < turns; i++) {
      if (i * this.output.x + this.thread.x < size) {
        const value = x[0][this.thread.y][i * this.output.x + this.thread.x];
        ${JOINS[kind]}
      }
    }
    return result;`,
  });

/** x [planes, size]: a thread takes a whole plane. */
const planesOf = (kind: PoolKind) =>
  program({
    name: `${kind}-of-planes`,
    rank: 1,
    parameters: { x: 'array', size: 'integer', first: 'number', scale: 'number' },
    body: `
    let result = first;
    for (let i = 0; i < size; i++) {
      const value = x[0][this.thread.x][i];
      ${JOINS[kind]}
    }
    return result * scale;`,
  });

const STRIDES = { max: stridesOf('max'), average: stridesOf('average') } as const;
const PLANES = { max: planesOf('max'), average: planesOf('average') } as const;

/** The largest plane that one thread takes by itself. */
const MOST_ALONE = 64;

export function canReducePlanes(device: GpuDevice, planes: number): boolean {
  return canStart(device, [1, planes, 1]);
}

/** Maximum or average of each plane: x [planes, size] → [planes]. */
export async function reducePlanes(
  device: GpuDevice,
  kind: PoolKind,
  x: GpuArray,
  planes: number,
  size: number,
): Promise<GpuArray> {
  const first = kind === 'max' ? Number.NEGATIVE_INFINITY : 0;
  const scale = kind === 'max' ? 1 : 1 / size;
  const alone = (array: GpuArray, length: number): Promise<GpuArray> =>
    device.run<ParametersOf<typeof PLANES.max>>(
      PLANES[kind],
      { x: view(array, length, planes), size: length, first, scale },
      [planes],
    );
  if (size <= MOST_ALONE) return alone(x, size);
  // As many as a group has along x, times a power of two.
  const threads = Math.min(MOST_ALONE, GROUP_SIDE * 2 ** Math.floor(Math.log2(size / MOST_ALONE)));
  const turns = Math.ceil(size / threads);
  const partial = await device.run<ParametersOf<typeof STRIDES.max>>(
    STRIDES[kind],
    { x: view(x, size, planes), size, turns, first },
    [threads, planes, 1],
  );
  return releasing([partial], () => alone(partial, threads));
}

type ParametersOf<T> = T extends Program<infer P> ? P : never;
