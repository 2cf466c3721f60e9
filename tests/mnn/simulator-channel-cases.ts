import { createTable, MNN_DATA_FORMAT, type OpParameter } from '@mnnquant/mnn-format';
import { type Of, params, SHAPES, type SimulatorCase, sameScale, unaries } from './simulator-case.ts';

const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;

export function perChannel(): SimulatorCase[] {
  const numbers = (count: number, middle: number) =>
    Float32Array.from({ length: count }, (_, i) => middle + ((i * 7) % 11) / 9 - 0.6);
  return [...SHAPES, [2, 5, 7], [3, 12]].flatMap((shape) => {
    const channels = shape[1];
    const scale = createTable('Scale', {
      channels,
      scaleData: numbers(channels, 0.7),
      biasData: numbers(channels, -0.2),
    });
    const bare = createTable('Scale', { channels, scaleData: numbers(channels, 0.7) });
    const slopes = [numbers(channels, 0.2), Float32Array.of(0.3), Float32Array.of(0), Float32Array.of(-0.5)];
    return [
      ...unaries('Scale', { op: 'Scale', main: { type: 'Scale', value: scale }, format: NC4HW4 }, [shape]),
      ...unaries(
        'Scale without bias',
        { op: 'Scale', main: { type: 'Scale', value: bare }, format: NC4HW4 },
        [shape],
      ),
      ...slopes.flatMap((slope) => {
        const value = createTable('PRelu', { slopeCount: slope.length, slope });
        const title = slope.length === 1 ? `PReLU ${slope[0].toFixed(1)}` : 'PReLU per channel';
        return unaries(title, { op: 'PReLU', main: { type: 'PRelu', value }, format: NC4HW4 }, [shape]);
      }),
    ];
  });
}

export function relus(): SimulatorCase[] {
  const main: OpParameter = { type: 'Relu', value: createTable('Relu', {}) };
  return [NCHW, NC4HW4].flatMap((format) =>
    sameScale(
      format === NCHW ? 'ReLU' : 'ReLU packed',
      { op: 'ReLU', main, format },
      [...SHAPES, [1, 4, 5, 5], [3, 12, 3, 5], [1, 5, 7], [3, 12]],
      false,
    ),
  );
}

export function inFloat(): SimulatorCase[] {
  const softmax = (axis: number): Of => ({
    op: 'Softmax',
    main: { type: 'Axis', value: createTable('Axis', { axis }) },
    format: NCHW,
  });
  const norm = (size: number, axis: readonly number[], gamma: boolean, useRMSNorm = false, group = 1): Of => {
    const numbers = (middle: number) => Float32Array.from({ length: size }, (_, i) => middle + (i % 5) / 9);
    const value = createTable('LayerNorm', {
      axis: axis.length > 0 ? Int32Array.from(axis) : undefined,
      ...(gamma && { gamma: numbers(0.8), beta: numbers(-0.2) }),
      epsilon: 1e-5,
      useRMSNorm,
      group,
    });
    return { op: 'LayerNorm', main: { type: 'LayerNorm', value }, format: NCHW };
  };
  const outputs = [params(1 / 127), params(1 / 255, -128, -128), params(0.002, 5)];
  const softmaxes = [-1, 1, 2].flatMap((axis) =>
    [...SHAPES, [1, 4, 9, 11]].flatMap((shape) =>
      outputs.flatMap((output) =>
        [0.05, 0.2].map((step) => ({
          ...softmax(axis),
          title: `Softmax over axis ${axis}, ${shape.join('x')}, from ${step} to ${output.scale.toFixed(4)}`,
          operands: [{ shape, params: params(step, 9) }],
          output,
        })),
      ),
    ),
  );
  const [small, middle, large] = SHAPES;
  return [
    ...softmaxes,
    ...unaries('Softmax packed', { ...softmax(1), format: NC4HW4 }),
    ...unaries('LayerNorm over the last axis', norm(7, [-1], true), [small]),
    ...unaries('LayerNorm over the last axis', norm(9, [-1], false), [middle]),
    ...unaries('LayerNorm over planes', norm(64, [-2, -1], true), [large]),
    ...unaries('LayerNorm over channels', norm(20, [1], true), [middle]),
    ...unaries('LayerNorm of groups', norm(0, [], false, false, 4), [middle, large]),
    ...unaries('LayerNorm RMS', norm(64, [-2, -1], true, true), [large]),
  ];
}
