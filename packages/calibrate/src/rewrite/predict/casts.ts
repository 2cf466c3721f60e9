import type { Command, RuntimeTensor } from './runtime-tensor.ts';

/**
 * Casts between float and int8 that the runtime adds: one for each tensor that somebody reads in the
 * other form than it has (Pipeline.cpp `encode` keeps and reuses them), after all commands are decided.
 */
export function countCasts(commands: readonly Command[]): number {
  const cast = new Set<RuntimeTensor>();
  for (const { inputs, outputs } of commands) {
    const reads = outputs[0]?.applyQuant === true;
    for (const input of inputs) if (input.isFloat && input.applyQuant !== reads) cast.add(input);
  }
  return cast.size;
}
