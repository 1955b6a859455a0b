/** Vector tiles of the server as OpenLayers layers. A tile that fails is counted and said, never just blank. */

import type { Extent } from 'ol/extent.js'
import MVT from 'ol/format/MVT.js'
import VectorTileLayer from 'ol/layer/VectorTile.js'
import VectorTileSource from 'ol/source/VectorTile.js'
import type Projection from 'ol/proj/Projection.js'
import type RenderFeature from 'ol/render/Feature.js'
import type { StyleFunction } from 'ol/style/Style.js'
import TileGrid from 'ol/tilegrid/TileGrid.js'
import TileState from 'ol/TileState.js'
import type VectorTile from 'ol/VectorTile.js'
import { isAbort, request } from '@/api/client'
import type { Entry } from './catalogue'
import { CGCS2000 } from './crs'
import { coarsest, MAX_ZOOM, RESOLUTIONS, TILE_PIXELS, tileAddress } from './grid'

const gridTo = (maxZoom: number) =>
  new TileGrid({ extent: [-180, -90, 180, 90], origin: [-180, 90], resolutions: RESOLUTIONS.slice(0, maxZoom + 1), tileSize: TILE_PIXELS })

export const tileGrid = gridTo(MAX_ZOOM)
/** For names: so few tiles that a township is named once and not in every tile it lies in. */
export const nameGrid = gridTo(7)

/** Take the zoom whose resolution is nearest, finer or coarser. */
export const NEAREST = 0

export type TileLayer = VectorTileLayer<VectorTileSource<RenderFeature>, RenderFeature>

export interface TileReport {
  failed: (address: string) => void
}

/** A source for one address template. */
export function tileSource(template: string, report: TileReport, grid = tileGrid): VectorTileSource<RenderFeature> {
  return new VectorTileSource<RenderFeature>({
    format: new MVT(),
    projection: CGCS2000,
    tileGrid: grid,
    wrapX: false,
    transition: 0,
    zDirection: NEAREST,
    tileUrlFunction: ([z, x, y]) => tileAddress(template, z!, x!, y!),
    tileLoadFunction: (tile, address) => load(tile as VectorTile<RenderFeature>, address, report),
  })
}

function load(tile: VectorTile<RenderFeature>, address: string, report: TileReport) {
  const read = async (extent: Extent, featureProjection: Projection) => {
    try {
      const response = await request(address)
      const bytes = response.status === 204 ? new ArrayBuffer(0) : await response.arrayBuffer()
      tile.setFeatures(tile.getFormat().readFeatures(bytes, { extent, featureProjection }) as RenderFeature[])
    } catch (error) {
      tile.setState(TileState.ERROR)
      if (!isAbort(error)) report.failed(address)
    }
  }
  tile.setLoader((extent, _resolution, projection) => void read(extent, projection))
}

const MANY: ReadonlySet<string> = new Set(['DLTB', 'YJJBNT'])

export function tileLayer(entry: Entry, style: StyleFunction): TileLayer {
  return new VectorTileLayer<VectorTileSource<RenderFeature>, RenderFeature>({
    className: 'ol-layer',
    zIndex: entry.zIndex,
    opacity: entry.opacity,
    visible: entry.visible,
    // Few large shapes stay sharp as vectors; many small ones are quicker as images, tile by tile.
    renderMode: MANY.has(entry.name) ? 'hybrid' : 'vector',
    renderBuffer: 32,
    style,
    properties: { name: entry.name },
  })
}

/** The names of a kind, apart from its lines. */
export function nameLayer(entry: Entry, style: StyleFunction): TileLayer {
  const layer = tileLayer({ ...entry, zIndex: entry.zIndex + 15 }, style)
  layer.setDeclutter(true)
  layer.set('name', null)
  return layer
}

/** Draw nothing of a kind where it is still too many shapes too small to see. */
export function limitTo(layer: TileLayer, minZoom: number) {
  layer.setMaxResolution(coarsest(Math.min(minZoom, MAX_ZOOM)))
}
