import VectorTileSource from 'ol/source/VectorTile.js'
import { expect, it } from 'vitest'
import { CGCS2000 } from './crs'
import { coarsest, RESOLUTIONS, resolutionOf, tileAddress, tileBounds, tileDegrees, tileOf } from './grid'
import { NEAREST, tileGrid } from './tiles'

it('has two tiles by one at zoom 0', () => {
  expect(tileBounds(0, 0, 0)).toEqual([-180, -90, 0, 90])
  expect(tileBounds(0, 1, 0)).toEqual([0, -90, 180, 90])
  expect(tileDegrees(9)).toBe(0.3515625)
})

it.each([
  [124.0, 45.4, 0, 1, 0],
  [124.0, 45.4, 9, 864, 126],
  [123.0, 44.8, 14, 27579, 4114],
  [-180, 90, 5, 0, 0],
  [180, -90, 5, 63, 31],
])('puts %d°E %d°N at zoom %d into column %d, row %d', (lon, lat, z, x, y) =>
  expect(tileOf(lon, lat, z)).toEqual({ x, y }))

it('asks OpenLayers for the same tiles as the server cuts', () => {
  for (const [lon, lat] of [[124.03, 45.41], [122.5, 44.2], [123.999, 45.999]] as const) {
    for (const z of [6, 9, 12, 16]) {
      const [, x, y] = tileGrid.getTileCoordForCoordAndZ([lon, lat], z)
      expect({ x, y }).toEqual(tileOf(lon, lat, z))
      expect(tileGrid.getTileCoordExtent([z, x!, y!])).toEqual(tileBounds(z, x!, y!))
    }
  }
})

it('finds a tile of the server inside a source in EPSG:4490', () => {
  const source = new VectorTileSource({ tileGrid, projection: CGCS2000 })
  expect(source.getTileGridForProjection(CGCS2000).getResolutions().slice(0, RESOLUTIONS.length)).toEqual(RESOLUTIONS)
})

it('fills in addresses', () =>
  expect(tileAddress('/api/tiles/DLTB/2025/{z}/{x}/{y}.mvt', 9, 864, 126)).toBe('/api/tiles/DLTB/2025/9/864/126.mvt'))

it('draws a kind no coarser than its first zoom', () => {
  expect(coarsest(0)).toBe(Infinity)
  expect(coarsest(9)).toBeGreaterThan(resolutionOf(9))
  expect(coarsest(9)).toBeLessThan(resolutionOf(8))
  expect(tileGrid.getZForResolution(coarsest(9), NEAREST)).toBe(9)
})
