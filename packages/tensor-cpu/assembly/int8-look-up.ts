/**
 * y = tables[channel][x + 128] for x [samples,channels,plane] of whole numbers from -128 to 127; tables [channels,256].
 * Of a number beyond these the last 8 bits count, so that nothing outside of a table is read.
 */
export function lookUpInt8(
  x: usize, y: usize, tables: usize, samples: i32, channels: i32, plane: i32,
): void {
  for (let n = 0; n < samples; n++) {
    for (let c = 0, table = tables; c < channels; c++, table += 1024) {
      for (let i = 0; i < plane; i++, x += 4, y += 4) {
        const at = (<i32>load<f32>(x) + 128) & 255;
        store<f32>(y, load<f32>(table + (<usize>at << 2)));
      }
    }
  }
}
