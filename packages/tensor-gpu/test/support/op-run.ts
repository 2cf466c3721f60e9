import { OPS, type TensorBackend } from '@mnnquant/graph';
import { conformanceCase, type UntitledCase } from '@mnnquant/graph/conformance';

/**
 * Largest difference to the reference in double precision, relative to its largest value; Infinity where numbers that are not
 * finite, or sizes, differ. Throws where there is no kernel.
 */
export async function errorOf(
  backend: TensorBackend,
  { op, setting, ...item }: UntitledCase,
  times = 1,
): Promise<number> {
  const definition = OPS.find(({ name }) => name === op);
  if (definition === undefined) throw new Error(`test: no op is called ${op}`);
  const run = conformanceCase(definition, { title: 'in a test', ...item }, 1, { ...setting, times });
  const result = await run.run(backend);
  if (result === undefined) throw new Error(`test: ${op} has no kernel for this`);
  // In its turn behind what was freed.
  await backend.download(backend.allocate({ shape: [0], dtype: 'float32', layout: 'NCHW' }));
  return result.exactWhereNeeded ? result.relativeError : Number.POSITIVE_INFINITY;
}
