import type { HostTensor, SampleNames } from '@mnnquant/graph';
import type { RunnableModel, RunnablePlan, Runner } from '../commands/compare/runnable-model.ts';

type Outputs = ReadonlyMap<string, HostTensor>;

/** Outputs of samples, as far as there is memory for them. */
export class KeptOutputs {
  readonly #kept = new Map<number, Outputs>();
  #room: number;

  constructor(budgetBytes: number) {
    this.#room = budgetBytes;
  }

  get(sample: number): Outputs | undefined {
    return this.#kept.get(sample);
  }

  keep(sample: number, outputs: Outputs): void {
    const bytes = [...outputs.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    if (bytes > this.#room) return;
    this.#room -= bytes;
    this.#kept.set(sample, outputs);
  }
}

/**
 * The same model, run only for samples whose outputs are not there yet.
 *
 * @param samples which one stands at each position of a run
 */
export function keepingOutputs(
  model: RunnableModel,
  kept: KeptOutputs,
  samples: readonly number[],
): RunnableModel {
  return { ...model, plan: (shapes) => withKept(model.plan(shapes), kept, samples) };
}

function withKept(plan: RunnablePlan, kept: KeptOutputs, samples: readonly number[]): RunnablePlan {
  return {
    ...plan,
    open: (backend, options) => {
      // Nothing is bound where everything is there already.
      let runner: Runner | undefined;
      return {
        run: async (inputs, nameOf, positions, onStep) => {
          const missing = positions.map((_, i) => i).filter((i) => !kept.get(samples[positions[i]!]!));
          const made = new Map<number, Outputs>();
          // For progress: nothing is run.
          if (missing.length === 0) for (const _ of plan.running.steps) onStep();
          if (missing.length > 0) {
            runner ??= plan.open(backend, options);
            const few = missing.map((i) => inputs[i]!);
            const names: SampleNames = (position) => nameOf(missing[position] ?? position);
            const outputs = await runner.run(
              few,
              names,
              missing.map((i) => positions[i]!),
              onStep,
            );
            for (const [at, i] of missing.entries()) made.set(i, outputs[at]!);
          }
          const all = positions.map((position, i) => made.get(i) ?? kept.get(samples[position]!)!);
          for (const [i, outputs] of made) kept.keep(samples[positions[i]!]!, outputs);
          return all;
        },
        dispose: () => runner?.dispose(),
      };
    },
  };
}
