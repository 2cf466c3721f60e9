import { type GraphInput, spatialAxis } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import type { InputEntry } from './constant-inputs.ts';

/** The model's shape, where the config says what is dynamic; a dynamic batch is 1, as in MNN. */
export function configuredShape(
  { desc }: GraphInput,
  config: Config,
  given: readonly number[] | undefined,
): readonly number[] | undefined {
  if (given) return given;
  const { shape, layout } = desc;
  if (shape.length === 0) return undefined;
  const axis = spatialAxis(layout);
  const sizes = new Map(
    shape.length === 4
      ? [
          [axis, config.height],
          [axis + 1, config.width],
        ]
      : [],
  );
  const filled = shape.map((extent, i) => (extent >= 0 ? extent : (sizes.get(i) ?? (i === 0 ? 1 : -1))));
  return filled.every((extent) => extent >= 1) ? filled : undefined;
}

/** What an entry of `inputs` says: one number for an input of which the model declares no extents is a scalar. */
export function entryShape(
  { desc }: GraphInput,
  entry: InputEntry | undefined,
): readonly number[] | undefined {
  const isScalar = typeof entry?.value === 'number' && desc.shape.length === 0;
  return entry?.shape ?? (isScalar ? [] : undefined);
}

/** What is wrong with a shape for an input; the batch is free, as where the network is planned. */
export function shapeProblem({ desc }: GraphInput, given: readonly number[]): string | undefined {
  const { shape } = desc;
  if (shape.length === 0) return undefined;
  const fits =
    given.length === shape.length &&
    given.every((extent, axis) => extent >= 1 && (axis === 0 || shape[axis] < 0 || shape[axis] === extent));
  return fits ? undefined : `expected shape [${shape}] (-1 is free), got [${given}]`;
}
