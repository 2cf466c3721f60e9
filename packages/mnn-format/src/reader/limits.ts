import type { ReadLimits } from '../model.ts';

/** As MNN's runtime, whose FlatBuffers verifier refuses anything deeper. */
export const MAX_DEPTH = 64;

/**
 * A file may point to one table many times, so what it decodes to is not bounded by its size: a
 * kilobyte of tables that share their children can stand for billions of them. Real models decode to
 * less than their size, since weights are views; dense little tables to about 8 times.
 */
const DECODED_BYTES_PER_FILE_BYTE = 16;
/** So that a tiny model is not refused for its fixed costs. */
const DECODED_BYTES_BASE = 1 << 20;

/** Estimated cost of an object, and of one property or array element of it. */
export const OBJECT_COST = 16;
export const PROPERTY_COST = 8;

export function limitsFor(fileBytes: number, limits: Partial<ReadLimits> = {}): ReadLimits {
  return {
    maxDepth: limits.maxDepth ?? MAX_DEPTH,
    maxDecodedBytes: limits.maxDecodedBytes ?? DECODED_BYTES_BASE + DECODED_BYTES_PER_FILE_BYTE * fileBytes,
  };
}
