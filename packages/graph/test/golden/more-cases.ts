import { DepthToSpaceMode } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, noise, scalar } from './golden-case.ts';

function blocks(type: 'DepthToSpace' | 'SpaceToDepth', shape: readonly number[]): GoldenCase[] {
  const nhwc = [shape[0], shape[2], shape[3], shape[1]];
  return [DepthToSpaceMode.DCR, DepthToSpaceMode.CRD].flatMap((mode) =>
    [input(shape), input(shape, 'NC4HW4'), input(nhwc, 'NHWC')].map((source) => ({
      title: `${type}, mode ${mode}, ${source.layout}`,
      type,
      main: main('DepthSpaceParam', { blockSize: 2, mode }),
      inputs: [source],
    })),
  );
}

export const BLOCKS: readonly GoldenCase[] = [
  ...blocks('DepthToSpace', [2, 12, 2, 3]),
  ...blocks('SpaceToDepth', [2, 3, 4, 6]),
];

function place(type: 'ArgMax' | 'ArgMin', axis: number, source: GoldenInput): GoldenCase {
  return {
    title: `${type}, axis ${axis}, ${source.shape.length}-D ${source.layout}`,
    type,
    main: main('ArgMax', { axis, topK: 1 }),
    inputs: [source],
  };
}

function sums(axis: number, exclusive: boolean, reverse: boolean): GoldenCase {
  return {
    title: `CumSum, axis ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`,
    type: 'CumSum',
    main: main('CumSum', { exclusive, reverse }),
    inputs: [input([2, 4, 3]), scalar(axis)],
  };
}

export const ALONG_AXES: readonly GoldenCase[] = [
  ...(['ArgMax', 'ArgMin'] as const).flatMap((type) => [
    place(type, 1, input([2, 5, 3])),
    place(type, -1, input([3, 4])),
    place(type, 3, input([1, 2, 3, 4], 'NHWC')),
  ]),
  { title: 'ArgMax of equals', type: 'ArgMax', main: main('ArgMax', { axis: 1 }), inputs: [ties(2, 4)] },
  sums(1, false, false),
  sums(-1, true, false),
  sums(0, false, true),
  sums(1, true, true),
  { title: 'CumProd', type: 'CumProd', main: main('Axis', { axis: 1 }), inputs: [input([2, 4, 3])] },
];

function ties(rows: number, columns: number): GoldenInput {
  return {
    shape: [rows, columns],
    data: Array.from({ length: rows * columns }, (_, i) => (i % 3 === 0 ? 0 : 1)),
  };
}

const condition: GoldenInput = { shape: [2, 3], dtype: 'int32', data: [1, 0, 0, 2, 0, -1] };

export const CHOICES: readonly GoldenCase[] = [
  { title: 'Select', type: 'Select', inputs: [condition, input([2, 3]), input([2, 3])] },
  {
    title: 'Select, broadcast',
    type: 'Select',
    inputs: [condition, input([4, 2, 3]), scalar(0.5, 'float32')],
  },
  { title: 'Select, one condition', type: 'Select', inputs: [ints(1), input([2, 3]), input([2, 3])] },
  { title: 'Threshold', type: 'Threshold', main: main('ELU', { alpha: 0.25 }), inputs: [input([2, 9])] },
  { title: 'Selu', type: 'Selu', main: main('Selu', { scale: 1.05, alpha: 1.67 }), inputs: [input([2, 9])] },
  { title: 'ZerosLike', type: 'ZerosLike', inputs: [input([2, 3])] },
];

function norm(title: string, shape: readonly number[], fields: object, gammas = 0): GoldenCase {
  const scale = gammas > 0 ? { gamma: noise(gammas, 2), beta: noise(gammas, 4) } : {};
  return {
    title: `LayerNorm, ${title}`,
    type: 'LayerNorm',
    main: main('LayerNorm', { epsilon: 1e-3, ...scale, ...fields }),
    inputs: [input(shape)],
  };
}

export const NORMS: readonly GoldenCase[] = [
  norm('last axis', [2, 3, 8], { axis: Int32Array.of(-1) }, 8),
  norm('two last axes', [2, 3, 5], { axis: Int32Array.of(-2, -1) }, 15),
  norm('positive axes', [2, 3, 5], { axis: Int32Array.of(1, 2) }),
  norm('an axis in the middle', [2, 5, 3], { axis: Int32Array.of(1) }, 5),
  norm('groups', [2, 4, 3, 2], { group: 2 }),
  norm('RMS', [3, 8], { axis: Int32Array.of(-1), useRMSNorm: true }, 8),
];
