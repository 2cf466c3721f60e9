import { GraphError } from './op.ts';
import { remediesFor } from './unsupported-origins.ts';

/** An op that has no definition, or none for its variant; the model can be read and written, but not run. */
export interface UnsupportedOp {
  readonly name: string;
  readonly type: string;
  /** What to do about the variant, in a sentence. */
  readonly remedy?: string;
}

/** The model holds ops that cannot be evaluated. `ops` has all of them; the message says what to do. */
export class UnsupportedOpError extends GraphError {
  override name = 'UnsupportedOpError';
  readonly ops: readonly UnsupportedOp[];

  constructor(ops: readonly UnsupportedOp[]) {
    const types = [...new Set(ops.map((op) => op.type))].sort();
    const shown = ops.slice(0, 5).map((op) => `${op.name} (${op.type})`);
    const more = ops.length > shown.length ? ` and ${ops.length - shown.length} more` : '';
    const undefinedTypes = types.filter((type) => ops.some((op) => op.type === type && !op.remedy));
    const remedies = new Set(ops.flatMap(({ remedy = [] }) => remedy));
    super(
      `${ops.length} op(s) of type ${types.join(', ')} cannot be evaluated: ${shown.join(', ')}${more}. ` +
        [...remedies, ...remediesFor(undefinedTypes)].join(' '),
    );
    this.ops = ops;
  }
}
