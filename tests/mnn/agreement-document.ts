import type { Agreement, ScaleDifference } from './scale-differences.ts';

/** `docs/agreement.md` from what was measured. */
export function agreementDocument(results: ReadonlyMap<string, Agreement>): string {
  const rows = [...results].map(
    ([model, { untied, agreeing, tied, tiedAgreeing }]) =>
      `| ${model} | ${agreeing} of ${untied} (${percent(agreeing, untied)}) | ${tiedAgreeing} of ${tied} |`,
  );
  return `${INTRODUCTION}
| Model | Untied tensors that agree | Tied tensors and inputs that agree |
|---|---|---|
${rows.join('\n')}

${EXPLANATION}
${[...results].map(section).join('\n')}`;
}

const INTRODUCTION = `# Agreement with MNN's own tool

Scales of activations, ours against those of MNN 3.6.1 (\`quantized.out\`, pip's \`mnnquant\`), KL and MAX_ABS,
both run on the same PNG images. Two scales agree when they differ by at most 2 %.
Written by \`MNNQUANT_UPDATE_DOCS=1 pnpm exec vitest run --config tests/mnn/vitest.config.ts scale-agreement\`.

A tensor is *untied* when no copy, pool or ReLU of the network links it to another and it is no input of the
network. There the two tools define the scale in the same way; elsewhere we differ on purpose.
`;

const EXPLANATION = `## Why scales differ

- **Input.** MNN means to take an input's maximum, but the code that says so never finds the input. Ours takes it.
- **Shared scale.** Ops that only move values (Concat, Reshape, Slice …) run in int8 only where input and output
  have one scale. MNN copies scales once, in alphabetical order of op names, and what was copied first may be
  replaced later; ours joins all tied tensors and searches on their values together.
- **Own scale.** Where an op stays float (average pools round down in int8; what only leads to an output), its two
  sides are not tied in ours, and each keeps its own resolution. MNN copies one scale along all of these. The
  averages behind a global pool are few, so ours leaves room for twice the largest that was seen.
- **ReLU.** Before an unfused ReLU MNN counts the negative values, which the ReLU removes; ours counts what comes out.
- **KL led astray.** Where values pile up in few bins, KL can put the threshold far below the values that matter.
  Ours takes the maximum where the cut would cost 20 dB or a twentieth of the values, and says so.
- **Two thresholds nearly as good.** KL takes the best of 1,920 thresholds. Where the best two lie far apart and
  differ by less than a ten-thousandth, MNN's choice hangs on the last bits of the activations; ours takes the larger
  one ([why](decisions/0005-kl-among-equals.md)). The check feeds MNN's own activations to the bare search, as we write
  it, and finds MNN's scale.
`;

function section([model, { differences }]: [string, Agreement]): string {
  if (differences.length === 0) return `## ${model}\n\nNo scale differs by more than 2 %.\n`;
  return `## ${model}

| Tensor | Made by | Ours | MNN | Ours / MNN | Why |
|---|---|---|---|---|---|
${differences.map(row).join('\n')}
`;
}

function row({ tensor, name, type, ours, theirs, why }: ScaleDifference): string {
  const ratio = (ours / theirs).toFixed(3);
  return `| ${tensor} \`${name}\` | ${type} | ${ours.toPrecision(4)} | ${theirs.toPrecision(4)} | ${ratio} | ${why} |`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
