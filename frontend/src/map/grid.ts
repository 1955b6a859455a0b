/** The tile grid of `lantu.web.grid`: 2 × 1 tiles at zoom 0, origin 180°W 90°N, 180/2^z degrees a side. */

/** Screen pixels along a tile: fewer, larger requests than the customary 256. */
export const TILE_PIXELS = 512
/** From here on tiles keep every vertex to some centimetres; beyond it they are enlarged, not fetched anew. */
export const MAX_ZOOM = 16
/** Where zoom 0 has one customary 256-pixel tile per 180°: what WMTS services in EPSG:4490 call the level. */
export const LEVEL_0_RESOLUTION = 180 / 256

export const tileDegrees = (z: number) => 180 / 2 ** z
export const resolutionOf = (z: number) => tileDegrees(z) / TILE_PIXELS
export const RESOLUTIONS = Array.from({ length: MAX_ZOOM + 1 }, (_, z) => resolutionOf(z))

/** Column and row of the tile that holds a place; the grid's far edges belong to its last tiles. */
export function tileOf(lon: number, lat: number, z: number): { x: number; y: number } {
  const clamp = (n: number, most: number) => Math.min(Math.max(n, 0), most)
  return {
    x: clamp(Math.floor((lon + 180) / tileDegrees(z)), 2 ** (z + 1) - 1),
    y: clamp(Math.floor((90 - lat) / tileDegrees(z)), 2 ** z - 1),
  }
}

export function tileBounds(z: number, x: number, y: number): [number, number, number, number] {
  const side = tileDegrees(z)
  return [-180 + x * side, 90 - (y + 1) * side, -180 + (x + 1) * side, 90 - y * side]
}

/** Fill in an address such as `/api/tiles/DLTB/2025/{z}/{x}/{y}.mvt`. */
export function tileAddress(template: string, z: number, x: number, y: number): string {
  return template.replace('{z}', String(z)).replace('{x}', String(x)).replace('{y}', String(y))
}

/** The coarsest resolution at which tiles of a zoom are the ones to draw. */
export const coarsest = (minZoom: number) => (minZoom > 0 ? resolutionOf(minZoom) * Math.SQRT2 : Infinity)
