import { GraphError } from './op.ts';
import { remediesFor } from './unsupported-origins.ts';

/** An op that has no definition; the model can be read and written, but not run. */
export interface UnsupportedOp {
  readonly name: string;
  readonly type: string;
}

/** The model holds ops that cannot be evaluated. `ops` has all of them; the message says what to do. */
export class UnsupportedOpError extends GraphError {
  override name = 'UnsupportedOpError';
  readonly ops: readonly UnsupportedOp[];

  constructor(ops: readonly UnsupportedOp[]) {
    const types = [...new Set(ops.map((op) => op.type))].sort();
    const shown = ops.slice(0, 5).map((op) => `${op.name} (${op.type})`);
    const more = ops.length > shown.length ? ` and ${ops.length - shown.length} more` : '';
    super(
      `${ops.length} op(s) of type ${types.join(', ')} cannot be evaluated: ${shown.join(', ')}${more}. ` +
        remediesFor(types).join(' '),
    );
    this.ops = ops;
  }
}
