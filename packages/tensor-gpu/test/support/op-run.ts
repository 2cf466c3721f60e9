import { OPS, type OpCaseInput, type OpDefinition, type TensorBackend } from '@mnnquant/graph';
import { conformanceCase } from '@mnnquant/graph/conformance';

/** An op with inputs. Whole numbers are known when it is bound. */
export interface OpRun {
  readonly op: string;
  readonly attributes: unknown;
  readonly inputs: readonly (OpCaseInput | undefined)[];
  /** Whether so is everything beside the first input. */
  readonly constants?: boolean;
  /** Inputs that are wired to another one's tensor, by their positions. */
  readonly sameAs?: Readonly<Record<number, number>>;
}

export function definitionOf(op: string): OpDefinition {
  const found = OPS.find(({ name }) => name === op);
  if (found === undefined) throw new Error(`test: no op is called ${op}`);
  return found;
}

/**
 * Largest difference to the reference in double precision, relative to its largest value; Infinity where numbers that are not
 * finite, or sizes, differ. Throws where there is no kernel.
 */
export async function errorOf(backend: TensorBackend, run: OpRun, times = 1): Promise<number> {
  const { op, attributes, inputs, constants = false, sameAs } = run;
  const item = conformanceCase(definitionOf(op), { title: 'in a test', attributes, inputs }, 1, {
    isKnown: ({ dtype }, position) => dtype === 'int32' || (constants && position > 0),
    ...(sameAs && { sameAs }),
    times,
  });
  const result = await item.run(backend);
  if (result === undefined) throw new Error(`test: ${op} has no kernel for this`);
  // In its turn behind what was freed.
  await backend.download(backend.allocate({ shape: [0], dtype: 'float32', layout: 'NCHW' }));
  return result.exactWhereNeeded ? result.relativeError : Number.POSITIVE_INFINITY;
}
