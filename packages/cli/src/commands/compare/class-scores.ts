import type { ExecutionPlan } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';

/** Whether an output is taken for the scores of classes, and why. */
export interface ClassScores {
  /** Number of classes; 0 where it is none. */
  readonly classes: number;
  readonly reason: string;
}

/** Ops that hand on what they read, in another shape. */
const SHAPING: ReadonlySet<string> = new Set([
  'ConvertTensor',
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
]);

/**
 * An output looks like class scores where a sample has one row of at least two floats: [1,1000], [1,1000,1,1]. A row
 * behind a Softmax surely is one; another may as well be an embedding, which cannot be told from the file.
 */
export function classScores(plan: ExecutionPlan, tensor: number): ClassScores {
  const desc = plan.descs.get(tensor) ?? plan.values.get(tensor);
  if (desc === undefined) return { classes: 0, reason: 'its shape depends on the data' };
  const shape = `[${desc.shape.join(',')}]`;
  if (desc.dtype !== 'float32') return { classes: 0, reason: `it holds whole numbers ${shape}` };
  const long = desc.shape.filter((extent) => extent !== 1);
  if (long.length === 0)
    return {
      classes: 0,
      reason: `it is a single number ${shape}, whose cosine is only the sign: look at the SNR`,
    };
  if (long.length > 1) return { classes: 0, reason: `it is more than one row of scores ${shape}` };
  const [classes = 0] = long;
  const why = isBehindSoftmax(plan, tensor)
    ? `${classes} scores behind a Softmax`
    : `a row of ${classes} numbers ${shape}, taken for scores of classes; if it is an embedding, it says nothing`;
  return { classes, reason: why };
}

function isBehindSoftmax({ graph }: ExecutionPlan, tensor: number): boolean {
  for (let id = tensor; ; ) {
    const node = graph.producer.get(id);
    if (node === undefined) return false;
    const type = opTypeName(node.source.type);
    if (type === 'Softmax') return true;
    if (!SHAPING.has(type)) return false;
    id = node.inputs[0] ?? -1;
  }
}
