import type { CalibrationResult, Prediction } from '@mnnquant/calibrate';
import { type ExecutionPlan, type Graph, peakActivationBytes } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';

/** A sample is run whatever it takes. */
export function memoryWarnings(plan: ExecutionPlan, memoryBytes: number): string[] {
  const needed = peakActivationBytes(plan);
  if (needed <= memoryBytes) return [];
  const [takes, allowed] = [needed, memoryBytes].map((bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`);
  return [
    `the activations of one sample take ${takes}, more than the ${allowed} that --memory leaves for them`,
  ];
}

export function modelWarnings({ unknownFields }: MnnModel): string[] {
  return unknownFields.map(
    ({ place, slot }) => `${place}: field ${slot} is newer than this release knows and was not copied`,
  );
}

export function omittedWarnings({ omitted }: Graph): string[] {
  const unknown = omitted.filter(({ name, cause }) => cause.name === name);
  if (unknown.length === 0) return [];
  const named = unknown.map(({ name, type }) => `${name} (${type})`).join(', ');
  const followers = omitted.length - unknown.length;
  const rest = followers > 0 ? ` and ${followers} that follow` : '';
  return [
    `ops that cannot be evaluated are kept as they are, in float: ${named}${rest}; no convolution follows them`,
  ];
}

export function predictionWarnings({ convolutions: { int8, total } }: Prediction): string[] {
  if (int8 > 0) return [];
  const why = total === 0 ? 'the network has no convolution' : 'the summary says why for each';
  return [`nothing was quantized: no convolution runs in int8; ${why}`];
}

export function tensorWarnings({ scales }: CalibrationResult, graph: Graph): string[] {
  const notes = [...scales.tensors].filter(([, { note }]) => note !== undefined);
  return notes.map(([tensor, { note }]) => `tensor ${graph.tensorNames[tensor]}: ${note}`);
}
