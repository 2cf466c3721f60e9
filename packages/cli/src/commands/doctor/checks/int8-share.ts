import { listed } from '../../../listed.ts';
import type { Check, Found } from '../finding.ts';

/** How many convolutions will run in int8, and why the others will not. */
export const int8Share: Check = {
  name: 'int8-share',
  find({ model: { work } }) {
    if (work === undefined) return [];
    const { int8, convolutions, float } = work;
    const reasons = [...float].map(([reason, names]) => `${reason}: ${listed(names)}`);
    if (int8 === 0) return [nothing(convolutions, reasons)];
    const rest = reasons.length > 0 ? `; the others stay float: ${reasons.join('; ')}` : '';
    return [{ level: 'note', text: `${int8} of ${convolutions} convolutions will run in int8${rest}` }];
  },
};

function nothing(convolutions: number, reasons: readonly string[]): Found {
  if (convolutions === 0)
    return {
      level: 'problem',
      text: 'nothing can be quantized: the network has no convolution',
      advice: "MNN runs only convolutions in int8; compress the weights with MNNConvert's --weightQuantBits",
    };
  return {
    level: 'problem',
    text: `nothing will be quantized: each of the ${convolutions} convolutions stays float: ${reasons.join('; ')}`,
    advice: 'see skip_quant_op_names, and docs/operators.md for what runs in int8',
  };
}
