/** Lengths on a map in degrees. East–west and north–south differ, so the bar says which it measures. */

const A = 6378137
const E2 = 0.0066943800229 // CGCS2000: 2f − f², f = 1/298.257222101

/** Metres along one degree of longitude on the ellipsoid. */
export function metresPerDegreeEast(lat: number): number {
  const phi = (lat * Math.PI) / 180
  return (((Math.PI / 180) * A) / Math.sqrt(1 - E2 * Math.sin(phi) ** 2)) * Math.cos(phi)
}

/** The longest round length (1, 2 or 5 × 10ⁿ metres) that fits into so many pixels. */
export function bar(degreesPerPixel: number, lat: number, mostPixels: number): { metres: number; pixels: number } {
  const metresPerPixel = degreesPerPixel * metresPerDegreeEast(lat)
  const most = metresPerPixel * mostPixels
  const decade = 10 ** Math.floor(Math.log10(most))
  const metres = [5, 2, 1].map((n) => n * decade).find((length) => length <= most) ?? decade
  return { metres, pixels: metres / metresPerPixel }
}

export function lengthText(metres: number): string {
  return metres >= 1000 ? `${metres / 1000} km` : `${metres} m`
}

/** `123.456789°E 45.123456°N`: six decimals, about a decimetre. */
export function lonLatText(lon: number, lat: number): string {
  return `${Math.abs(lon).toFixed(6)}°${lon < 0 ? 'W' : 'E'}  ${Math.abs(lat).toFixed(6)}°${lat < 0 ? 'S' : 'N'}`
}
