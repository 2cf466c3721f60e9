import type { UnaryAttributes } from '@mnnquant/graph';
import { UnaryOpOperation } from '@mnnquant/mnn-format';
import { lineBox } from './box.ts';
import type { KernelBinder } from './context.ts';
import { type MapPrograms, mapPrograms, runMap } from './map.ts';
import { UNARY_DEFINITIONS, UNARY_NUMBERS } from './unary-functions.ts';

const PROGRAMS: ReadonlyMap<number, MapPrograms> = new Map(
  [...UNARY_DEFINITIONS].map(([operation, definition]) => [operation, mapPrograms(definition)]),
);

/** y = f(x). */
export const bindUnaryOp: KernelBinder = (context, node, inputs, outputs) =>
  unaryBinder((node.attributes as UnaryAttributes).operation)(context, node, inputs, outputs);

/** y = 1 / (1 + e^-x). */
export const bindSigmoid = unaryBinder(UnaryOpOperation.SIGMOID);

/** y = tanh(x). */
export const bindTanh = unaryBinder(UnaryOpOperation.TANH);

function unaryBinder(operation: number): KernelBinder {
  return ({ device }) => {
    const programs = PROGRAMS.get(operation);
    if (programs === undefined) return undefined;
    return async ([x]) => [await runMap(device, programs, lineBox(x!.count), [x!], UNARY_NUMBERS)];
  };
}
