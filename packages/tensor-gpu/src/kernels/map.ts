import type { ArrayView, GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import type { ParameterKind, Program } from '../device/program.ts';
import { BOX_NUMBERS, type Box, OUTER_AXES } from './box.ts';

/** A function of one value each of some operands. */
export interface MapDefinition {
  /** For messages, and its own among all programs. */
  readonly name: string;
  /** What `compute` calls the values. */
  readonly operands: readonly string[];
  /** Parameters that are the same for all values. */
  readonly numbers?: readonly string[];
  /** Statements in what `Program` allows; they end with `return`. */
  readonly compute: string;
}

/** The programs that apply a function to whole arrays; each is compiled when it is first run. */
export interface MapPrograms extends MapDefinition {
  /** For operands of the result's shape or of one value. */
  readonly line: Program;
  /** For operands that are repeated along some axes. */
  readonly boxed: Program;
}

export function mapPrograms(definition: MapDefinition): MapPrograms {
  return { ...definition, line: lineProgram(definition), boxed: boxedProgram(definition) };
}

/**
 * Applies a function along a box.
 *
 * @param arrays one for each operand; lent
 * @param numbers by the names that the definition has
 */
export function runMap(
  device: GpuDevice,
  { operands, line, boxed }: MapPrograms,
  box: Box,
  arrays: readonly GpuArray[],
  numbers: Readonly<Record<string, number>> = {},
): Promise<GpuArray> {
  const args: Record<string, ArrayView | number> = { ...numbers };
  for (const [k, name] of operands.entries()) {
    const { extents, steps } = box.operands[k];
    args[`${name}Array`] = { array: arrays[k], extents };
    for (const [i, step] of steps.entries()) args[`${name}${i}`] = step;
  }
  if (box.kind === 'line') return device.run(line, args, [box.count]);
  for (const [i, name] of BOX_NUMBERS.entries()) args[name] = box.outer[i];
  return device.run(boxed, args, box.extents);
}

function lineProgram({ name, operands, numbers = [], compute }: MapDefinition): Program {
  return {
    name,
    rank: 1,
    parameters: parametersOf(operands, ['integer'], numbers),
    body: `
    ${operands.map((it) => `const ${it} = ${it}Array[this.thread.x * ${it}0];`).join('\n    ')}
    ${compute}`,
  };
}

/** The planes of the result are counted by up to four axes, of which the operands have some. */
function boxedProgram({ name, operands, numbers = [], compute }: MapDefinition): Program {
  const kinds: readonly ParameterKind[] = ['integer', 'integer', ...OUTER_AXES.map(() => 'number' as const)];
  const read = (it: string): string => `
    const ${it}Plane = place0 * ${it}2 + place1 * ${it}3 + place2 * ${it}4 + place3 * ${it}5;
    const ${it} = ${it}Array[${it}Plane][this.thread.y * ${it}1][this.thread.x * ${it}0];`;
  return {
    name: `${name}, repeated`,
    rank: 3,
    parameters: {
      ...parametersOf(operands, kinds, numbers),
      ...Object.fromEntries(BOX_NUMBERS.map((it) => [it, 'number' as const])),
    },
    body: `
    const rest3 = Math.floor((this.thread.z + 0.5) / outer3);
    const place3 = this.thread.z - rest3 * outer3;
    const rest2 = Math.floor((rest3 + 0.5) / outer2);
    const place2 = rest3 - rest2 * outer2;
    const place0 = Math.floor((rest2 + 0.5) / outer1);
    const place1 = rest2 - place0 * outer1;
    ${operands.map(read).join('')}
    ${compute}`,
  };
}

function parametersOf(
  operands: readonly string[],
  kinds: readonly ParameterKind[],
  numbers: readonly string[],
): Record<string, ParameterKind> {
  return Object.fromEntries([
    ...operands.flatMap((name) => [
      [`${name}Array`, 'array'] as const,
      ...kinds.map((kind, i) => [`${name}${i}`, kind] as const),
    ]),
    ...numbers.map((name) => [name, 'number'] as const),
  ]);
}
