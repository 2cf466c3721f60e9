import { flat } from '../device/gpu-array.ts';
import { program } from '../device/program.ts';
import type { KernelBinder } from './context.ts';

const RELU = program({
  name: 'relu',
  rank: 1,
  parameters: { x: 'array', slope: 'number' },
  body: `
    const value = x[this.thread.x];
    let y = value;
    if (value < 0.0) {
      y = 0.0;
      // Not a product where the slope is 0: that of an infinity would be NaN.
      if (slope != 0.0) y = value * slope;
    }
    return y;`,
});

/** y = x where x >= 0, else slope * x. */
export const bindRelu: KernelBinder = ({ device }, node) => {
  const { slope } = node.attributes as { readonly slope: number };
  return async ([x]) => [await device.run(RELU, { x: flat(x!), slope }, [x!.count])];
};
