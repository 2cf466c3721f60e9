import type { BinaryAttributes } from '@mnnquant/graph';
import { BINARY_DEFINITIONS, BINARY_NUMBERS } from './binary-functions.ts';
import { broadcastBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { type MapPrograms, mapPrograms, runMap } from './map.ts';
import { allFloat } from './support.ts';

/** One pair for each operation. */
export const BINARY_PROGRAMS: ReadonlyMap<number, MapPrograms> = new Map(
  [...BINARY_DEFINITIONS].map(([operation, definition]) => [operation, mapPrograms(definition)]),
);

/** y = a op b with broadcasting. Comparisons, which give whole numbers, never get here. */
export const bindBinaryOp: KernelBinder = ({ device }, node, inputs, [output]) => {
  const { operation, relu } = node.attributes as BinaryAttributes;
  const programs = BINARY_PROGRAMS.get(operation);
  if (programs === undefined || !allFloat(inputs)) return undefined;
  const box = broadcastBox(
    output.shape,
    inputs.map(({ shape }) => shape),
  );
  if (box === undefined) return undefined;
  const numbers = relu ? { ...BINARY_NUMBERS, least: 0 } : BINARY_NUMBERS;
  return async ([a, b]) => [await runMap(device, programs, box, [a!, b!], numbers)];
};
