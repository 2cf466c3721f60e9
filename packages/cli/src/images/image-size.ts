/** A header can claim any size; nobody calibrates with more pixels than this. */
const MAX_PIXELS = 2 ** 28;

/** @throws when an image of that size cannot be, or is unreasonably large */
export function checkImageSize(width: number, height: number): void {
  if (!(width >= 1) || !(height >= 1))
    throw new Error(`a size of ${width}x${height} pixels is not possible; the header is damaged`);
  if (width * height > MAX_PIXELS)
    throw new Error(`${width}x${height} pixels are too many; at most ${MAX_PIXELS} are read`);
}
