import {
  BatchNormError,
  CalibrationError,
  PreprocessError,
  RewriteError,
  WeightError,
  WinogradError,
} from '@mnnquant/calibrate';
import { GraphError } from '@mnnquant/graph';
import { MnnFormatError } from '@mnnquant/mnn-format';
import { QuantizeError, UsageError } from '../../packages/cli/src/errors.ts';

const CLASSES = [
  BatchNormError,
  CalibrationError,
  GraphError,
  MnnFormatError,
  PreprocessError,
  QuantizeError,
  RewriteError,
  UsageError,
  WeightError,
  WinogradError,
];

/** Fewer characters say neither where nor what. */
const SHORTEST_MESSAGE = 12;

/**
 * Why an error is not one that a reader of the documentation expects; `undefined` where it is.
 *
 * @param plain whether a plain `Error` is, to which the caller adds the name of the file
 */
export function undocumented(error: unknown, plain: boolean): string | undefined {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const known = CLASSES.some((one) => error instanceof one) || (plain && error.constructor === Error);
  if (!known) return `${error.name}: ${error.message}`;
  if (error.message.length < SHORTEST_MESSAGE) return `says only "${error.message}"`;
  // What JavaScript says of itself is no message, whatever class carries it.
  const leaked =
    /Cannot read propert|is not a function|is not iterable|Invalid typed array|call stack|allocation/;
  return leaked.test(error.message) ? `says "${error.message}"` : undefined;
}
