import { type GoldenCase, input, main } from '../../packages/graph/test/golden/golden-case.ts';

const perChannel = {
  channels: 3,
  slopeData: new Float32Array(3),
  biasData: new Float32Array(3),
  meanData: new Float32Array(3),
  varData: new Float32Array(3),
};

/** Ops that MNN's Python package, built without deprecated ops, does not run: how they look in a file. */
export const UNANSWERED: readonly GoldenCase[] = [
  {
    title: 'BatchNorm',
    type: 'BatchNorm',
    main: main('BatchNorm', perChannel),
    inputs: [input([1, 3, 2, 2])],
  },
  {
    title: 'InstanceNorm',
    type: 'InstanceNorm',
    main: main('BatchNorm', perChannel),
    inputs: [input([1, 3, 2, 2]), input([1, 3, 1, 1]), input([1, 3, 1, 1])],
  },
  {
    title: 'Moments',
    type: 'Moments',
    main: main('MomentsParam', { dim: Int32Array.of(2, 3) }),
    inputs: [input([1, 3, 2, 2])],
    outputs: 2,
  },
];
