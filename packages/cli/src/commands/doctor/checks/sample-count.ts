import { askedFor } from '../../../samples/asked-for.ts';
import { type Check, counted, type Found } from '../finding.ts';

/** Fewer say little about the range of activations. */
const FEW = 10;

/** Too few samples, fewer than asked for, or batches of EMA that they do not fill. */
export const sampleCount: Check = {
  name: 'sample-count',
  find({ config: { config }, images, arrays, model: { emaBatch } }) {
    const count = images?.used.length ?? arrays?.count ?? 0;
    if (config === undefined || count === 0) return [];
    const kind = images === undefined ? 'sample' : 'image';
    const asked = askedFor(config);
    const found: Found[] = [];
    if (asked !== undefined && asked > count)
      found.push({
        level: 'warning',
        text: `${counted(asked, kind)} asked for, ${count} there`,
        advice: `put more into ${config.path}, or lower used_sample_num`,
      });
    if (count < FEW)
      found.push({
        level: 'warning',
        text: `${counted(count, kind)}: so few may miss the range of values that the network meets`,
        advice: '30 to 100 that differ, like those of the application',
      });
    if (config.feature_quantize_method === 'EMA' && emaBatch !== undefined && count < emaBatch)
      found.push({
        level: 'note',
        text: `EMA takes batches of ${emaBatch}, there are ${counted(count, kind)}: one step, nothing is averaged`,
        advice: `"batch_size": ${Math.max(1, Math.floor(count / 4))} makes several steps`,
      });
    return found;
  },
};
