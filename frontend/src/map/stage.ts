/** The OpenLayers map itself, without any Vue: layers, view, what lies under a pixel. */

import type { Extent } from 'ol/extent.js'
import { boundingExtent, buffer, getCenter, isEmpty } from 'ol/extent.js'
import Feature from 'ol/Feature.js'
import GeoJSON from 'ol/format/GeoJSON.js'
import Point from 'ol/geom/Point.js'
import { defaults as defaultInteractions } from 'ol/interaction/defaults.js'
import Graticule from 'ol/layer/Graticule.js'
import VectorLayer from 'ol/layer/Vector.js'
import OlMap from 'ol/Map.js'
import type { Pixel } from 'ol/pixel.js'
import VectorSource from 'ol/source/Vector.js'
import Fill from 'ol/style/Fill.js'
import Stroke from 'ol/style/Stroke.js'
import Text from 'ol/style/Text.js'
import View from 'ol/View.js'
import type { Place } from '@/address'
import type { Areas, Conflict, Finding, LayerRow } from '@/api/types'
import { isSettled } from '@/conflicts/conflicts'
import { CATALOGUE, type LayerName, type LayerStates } from './catalogue'
import { CGCS2000 } from './crs'
import { LEVEL_0_RESOLUTION } from './grid'
import { conflictGround, conflictMark, countyNames, countyStyle, findingStyle, ground, selected, tileStyle, townNames } from './styles'
import { limitTo, nameGrid, nameLayer, tileLayer, tileSource, type TileLayer } from './tiles'

export type Bounds = [west: number, south: number, east: number, north: number]

type Mark = { what: 'finding'; id: string } | { what: 'conflict'; number: string }

export type Picked =
  | Mark
  | { what: 'feature'; digest: string; fid: number }
  | { what: 'area'; code: string }
  | null

export interface StageEvents {
  moved: (place: Place, resolution: number) => void
  pointed: (lonLat: [number, number] | null) => void
  picked: (picked: Picked) => void
  tileFailed: (address: string) => void
}

const BLANK: Bounds = [73, 18, 135, 54]
const geoJson = new GeoJSON({ dataProjection: CGCS2000, featureProjection: CGCS2000 })

export class Stage {
  readonly map: OlMap
  private readonly tiles = new Map<LayerName, TileLayer>()
  private readonly townNames: TileLayer
  private readonly counties = new VectorSource()
  private readonly findings = new VectorSource()
  private readonly conflicts = new VectorSource()
  private readonly selection = new VectorSource()
  private readonly groundLayer = new VectorLayer({ source: this.counties, style: ground, zIndex: 0 })
  private readonly countyLayer: VectorLayer
  /** Above the marks of findings, which are many where a county is small. */
  private readonly nameLayer = new VectorLayer({ source: this.counties, style: countyNames, zIndex: 95, declutter: true })
  private readonly findingLayer: VectorLayer
  /** Their ground lies under all marks, so that a mark on it can be chosen. */
  private readonly conflictLayers: VectorLayer[]
  private chosenArea: string | null = null
  private chosenFinding: string | null = null
  private chosenConflict: string | null = null
  private bounds: Bounds = BLANK

  constructor(
    target: HTMLElement,
    private readonly on: StageEvents,
    private readonly still: boolean,
  ) {
    this.countyLayer = new VectorLayer({ source: this.counties, style: countyStyle(() => this.chosenArea), zIndex: 80 })
    this.findingLayer = new VectorLayer({ source: this.findings, style: findingStyle(() => this.chosenFinding), zIndex: 90, updateWhileAnimating: true })
    const conflict = () => this.chosenConflict
    this.conflictLayers = [
      new VectorLayer({ source: this.conflicts, style: conflictMark(conflict), zIndex: 91, updateWhileAnimating: true }),
      new VectorLayer({ source: this.conflicts, style: conflictGround(conflict), zIndex: 84, updateWhileAnimating: true }),
    ]
    const selectionLayer = new VectorLayer({ source: this.selection, style: selected, zIndex: 85 })
    for (const entry of CATALOGUE) {
      if (entry.from === 'tiles') this.tiles.set(entry.name, tileLayer(entry, tileStyle(entry.name, (now) => this.showsParcels(now))))
    }
    this.townNames = nameLayer(CATALOGUE.find((entry) => entry.name === 'XZQ')!, townNames)
    this.map = new OlMap({
      target,
      keyboardEventTarget: target,
      controls: [],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
      layers: [graticule(), this.groundLayer, ...this.tiles.values(), this.townNames, this.countyLayer, selectionLayer, this.findingLayer, ...this.conflictLayers, this.nameLayer],
      view: new View({
        projection: CGCS2000, center: getCenter(BLANK), zoom: 5, minZoom: 4, maxZoom: 20,
        maxResolution: LEVEL_0_RESOLUTION, enableRotation: false, constrainResolution: false,
      }),
    })
    this.listen(target)
  }

  private listen(target: HTMLElement) {
    this.map.on('moveend', () => this.tellPlace())
    this.map.on('pointermove', (event) => {
      if (event.dragging) return
      this.on.pointed([event.coordinate[0]!, event.coordinate[1]!])
      target.style.cursor = this.marksAt(event.pixel).length ? 'pointer' : ''
    })
    target.addEventListener('pointerleave', () => this.on.pointed(null))
    this.map.on('singleclick', (event) => this.on.picked(this.pick(event.pixel)))
    target.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.target !== target) return
      const size = this.map.getSize()
      if (size) this.on.picked(this.pick([size[0]! / 2, size[1]! / 2]))
    })
  }

  private tellPlace() {
    const view = this.map.getView()
    const centre = view.getCenter()
    const resolution = view.getResolution()
    if (!centre || resolution === undefined) return
    this.on.moved({ lon: centre[0]!, lat: centre[1]!, zoom: view.getZoom() ?? 0 }, resolution)
  }

  /** Conflicts and findings there, the topmost first, each once. */
  private marksAt(pixel: Pixel): Mark[] {
    const layers = [this.findingLayer, ...this.conflictLayers]
    const found = new Map<string, Mark>()
    this.map.forEachFeatureAtPixel(
      pixel,
      (feature) => {
        const number = feature.get('conflict') as string | undefined
        const id = feature.get('finding') as string
        if (!found.has(number ?? id)) found.set(number ?? id, number ? { what: 'conflict', number } : { what: 'finding', id })
      },
      { layerFilter: (layer) => layers.some((each) => each === layer), hitTolerance: 4 },
    )
    return [...found.values()]
  }

  /** The topmost; where one of them is chosen, the one after it, so that clicks go through all of the same ground. */
  private nextOf(marks: Mark[]): Mark {
    const nameOf = (mark: Mark) => (mark.what === 'conflict' ? mark.number : mark.id)
    const chosen = marks.find((mark) => nameOf(mark) === (mark.what === 'conflict' ? this.chosenConflict : this.chosenFinding))
    // What is chosen lies on top: the order of the layers would go to and fro between two.
    const inTurn = [...marks].sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
    return chosen ? inTurn[(inTurn.indexOf(chosen) + 1) % inTurn.length]! : marks[0]!
  }

  /** What lies there: a conflict or finding before a parcel before a line; where only counties show, the county. */
  pick(pixel: Pixel): Picked {
    const marks = this.marksAt(pixel)
    if (marks.length) return this.nextOf(marks)
    const parcels = this.tiles.get('DLTB')!
    if ((this.map.getView().getResolution() ?? Infinity) < parcels.getMaxResolution()) {
      for (const layers of [[parcels], [...this.tiles.values()]]) {
        const hit = this.map.forEachFeatureAtPixel(
          pixel,
          (feature) => ({ digest: feature.get('digest') as string, fid: Number(feature.get('fid')) }),
          { layerFilter: (layer) => layers.some((each) => each === layer) && layer.get('name') !== 'XZQ', hitTolerance: 1 },
        )
        if (hit) return { what: 'feature', ...hit }
      }
    }
    const [county] = this.counties.getFeaturesAtCoordinate(this.map.getCoordinateFromPixel(pixel))
    return county ? { what: 'area', code: county.get('code') as string } : null
  }

  private showsParcels(resolution: number): boolean {
    const parcels = this.tiles.get('DLTB')!
    return parcels.getVisible() && parcels.getSource() !== null && resolution < parcels.getMaxResolution()
  }

  /** Point every layer of the tree at the tiles of a year; a kind without tiles draws nothing. */
  showLayers(rows: readonly LayerRow[], year: number | null) {
    for (const entry of CATALOGUE) {
      const layer = this.tiles.get(entry.name)
      if (!layer) continue
      const row = rows.find((each) => each.kind === entry.name && each.tiles && (!entry.yearly || each.year === year))
      const template = row?.tiles?.replace('{year}', String(year ?? '_')) ?? null
      if (layer.get('template') === template) continue
      layer.set('template', template)
      layer.setSource(template ? tileSource(template, { failed: this.on.tileFailed }) : null)
      if (row) limitTo(layer, row.min_zoom)
      if (entry.name === 'XZQ') this.townNames.setSource(template ? tileSource(template, { failed: this.on.tileFailed }, nameGrid) : null)
    }
  }

  showStates(states: LayerStates) {
    for (const [name, { visible, opacity }] of Object.entries(states)) {
      for (const layer of this.layersOf(name as LayerName)) {
        layer.setVisible(visible)
        layer.setOpacity(opacity)
      }
    }
    this.townNames.setVisible(states.XZQ.visible)
    this.nameLayer.setVisible(states.COUNTY.visible)
    for (const name of ['YJJBNT', 'STBHHX', 'CZKFBJ'] as const) this.tiles.get(name)!.changed()
  }

  private layersOf(name: LayerName) {
    const tiles = this.tiles.get(name)
    if (tiles) return [tiles]
    return name === 'CONFLICTS' ? this.conflictLayers : [name === 'COUNTY' ? this.countyLayer : this.findingLayer]
  }

  showAreas(areas: Areas) {
    this.counties.clear()
    const features = areas.features.filter((feature) => feature.geometry !== null)
    this.counties.addFeatures(geoJson.readFeatures({ type: 'FeatureCollection', features }))
  }

  showFindings(findings: readonly Finding[]) {
    this.findings.clear()
    for (const { id, answer, geometry, place } of findings) {
      const parts = [geometry ? geoJson.readGeometry(geometry) : null, place ? new Point([...place]) : null]
      for (const shape of parts) if (shape) this.findings.addFeature(new Feature({ geometry: shape, finding: id, answer }))
    }
  }

  showConflicts(conflicts: readonly Conflict[]) {
    this.conflicts.clear()
    for (const each of conflicts) {
      const parts = [each.geometry ? geoJson.readGeometry(each.geometry) : null, new Point([...each.place])]
      const told = { conflict: each.number, severity: each.severity, settled: isSettled(each) }
      for (const shape of parts) if (shape) this.conflicts.addFeature(new Feature({ geometry: shape, ...told }))
    }
  }

  /** Mark what is chosen. */
  choose(chosen: { area: string | null; finding: string | null; conflict: string | null }, geometry: object | null) {
    this.chosenArea = chosen.area
    this.chosenFinding = chosen.finding
    this.chosenConflict = chosen.conflict
    this.selection.clear()
    if (geometry) this.selection.addFeature(new Feature(geoJson.readGeometry(geometry) ?? undefined))
    this.countyLayer.changed()
    for (const layer of [this.findingLayer, ...this.conflictLayers]) layer.changed()
  }

  setBounds(bounds: Bounds) {
    this.bounds = bounds
  }

  whole() {
    this.fly(this.bounds)
  }

  /** False where no outline of that county is registered. */
  flyToArea(code: string): boolean {
    const county = this.counties.getFeatures().find((feature) => feature.get('code') === code)
    const extent = county?.getGeometry()?.getExtent()
    if (extent) this.fly(extent)
    return extent !== undefined
  }

  flyToFinding(finding: Finding) {
    if (finding.geometry) this.flyToShape(finding.geometry)
    else if (finding.place) this.fly(boundingExtent([[...finding.place]]), 15)
  }

  /** Bring a shape into view with its surroundings, not so close that one loses the place. */
  flyToShape(geometry: object) {
    const extent = geoJson.readGeometry(geometry)?.getExtent()
    if (extent) this.fly(buffer(extent, Math.max(extent[2]! - extent[0]!, 0.004) * 0.8), 16)
  }

  goTo(place: Place) {
    const view = this.map.getView()
    view.cancelAnimations()
    view.setCenter([place.lon, place.lat])
    view.setZoom(place.zoom)
  }

  zoomBy(steps: number) {
    const view = this.map.getView()
    view.animate({ zoom: (view.getZoom() ?? 0) + steps, duration: this.still ? 0 : 180 })
  }

  retryTiles() {
    for (const layer of [...this.tiles.values(), this.townNames]) layer.getSource()?.refresh()
  }

  private fly(extent: Extent, maxZoom = 18) {
    if (isEmpty(extent) && extent[0] !== extent[2]) return
    const view = this.map.getView()
    view.cancelAnimations()
    this.map.updateSize()
    view.fit(extent, { padding: [28, 28, 40, 28], maxZoom, duration: this.still ? 0 : 450 })
  }

  destroy() {
    this.map.setTarget(undefined)
    this.map.dispose()
  }
}

function graticule(): Graticule {
  const label = (more: object) => new Text({ ...more, font: '11px sans-serif', fill: new Fill({ color: '#8b8778' }), stroke: new Stroke({ color: '#f6f4ee', width: 2 }) })
  const step = (degrees: number) => Number(degrees.toFixed(4))
  return new Graticule({
    strokeStyle: new Stroke({ color: 'rgba(120,112,88,.28)', width: 0.8 }),
    showLabels: true,
    wrapX: false,
    zIndex: 82,
    targetSize: 140,
    lonLabelPosition: 0.045,
    latLabelPosition: 0.004,
    intervals: [10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001],
    lonLabelFormatter: (lon) => `${step(lon)}°E`,
    latLabelFormatter: (lat) => `${step(lat)}°N`,
    lonLabelStyle: label({ textAlign: 'center', textBaseline: 'bottom' }),
    latLabelStyle: label({ textAlign: 'start', textBaseline: 'bottom' }),
  })
}
