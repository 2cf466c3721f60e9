import { CoordinateTransformationMode as Mode } from '@mnnquant/mnn-format';
import type { OpCase } from '../op.ts';
import type { InterpAttributes } from './interp.ts';

/** Every method with every coordinate mode, up and down. */
export function interpCases(): OpCase<InterpAttributes>[] {
  const modes = [
    Mode.NotSet,
    Mode.AlignCorners,
    Mode.HalfPixels,
    Mode.PytorchHalfPixels,
    Mode.Asymmetric,
    Mode.TensorflowHalfPixels,
  ];
  const methods: InterpAttributes['method'][] = ['nearest', 'bilinear', 'cubic', 'nearest-rounded'];
  const sizes: [number, number, number][] = [
    [0, 8, 10],
    [0, 3, 2],
  ];
  const cases = methods.flatMap((method) =>
    modes.flatMap((mode) =>
      sizes.map((size) => ({
        title: `${method}, mode ${mode}, to ${size.slice(1).join('x')}`,
        attributes: attributesOf({ method, mode, size }),
        inputs: [{ shape: [1, 3, 4, 5] }],
      })),
    ),
  );
  return [
    ...cases,
    ...volumeCases(modes),
    ...methods.map((method) => ({
      title: `${method}, lines`,
      attributes: attributesOf({ method, mode: Mode.HalfPixels, size: [0, 9, 1] }),
      inputs: [{ shape: [2, 3, 5] }],
    })),
    { title: 'scales', attributes: attributesOf({ scales: [1, 2, 3] }), inputs: [{ shape: [2, 3, 4, 5] }] },
    {
      title: 'NHWC',
      attributes: attributesOf({ size: [0, 7, 6] }),
      inputs: [{ shape: [1, 4, 5, 3], layout: 'NHWC' }],
    },
    {
      title: 'old half pixels',
      attributes: attributesOf({ size: [0, 7, 6], mode: Mode.NotSet, halfPixelCenters: true }),
      inputs: [{ shape: [1, 3, 4, 5] }],
    },
    {
      title: 'to one pixel',
      attributes: attributesOf({ size: [0, 1, 1], mode: Mode.AlignCorners }),
      inputs: [{ shape: [1, 3, 4, 5] }],
    },
  ];
}

/** The last without a depth: by scales. */
function volumeCases(modes: readonly number[]): OpCase<InterpAttributes>[] {
  const sizes: [number, number, number][] = [
    [4, 3, 7],
    [2, 1, 1],
    [0, 5, 4],
  ];
  return (['nearest', 'nearest-rounded'] as const).flatMap((method) =>
    modes.flatMap((mode) =>
      sizes.map((size) => ({
        title: `${method}, mode ${mode}, a volume to ${size.join('x')}`,
        attributes: attributesOf({ method, mode, size, scales: [1.5, 2, 1] }),
        inputs: [{ shape: [2, 3, 3, 2, 4] }],
      })),
    ),
  );
}

function attributesOf(options: Partial<InterpAttributes>): InterpAttributes {
  return {
    method: 'bilinear',
    mode: Mode.Asymmetric,
    alignCorners: false,
    halfPixelCenters: false,
    size: [0, 0, 0],
    scales: [1, 1, 1],
    ...options,
  };
}
